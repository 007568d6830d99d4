"""What the council does while it handles a complaint."""

from datetime import date

import attrs

from complaint_ledger.domain.events.parts import (
    CodePin,
    Happened,
    PanelMember,
)
from complaint_ledger.domain.words import (
    ActorId,
    BodyId,
    HeadId,
    ItemId,
    Private,
    ReasonId,
    StageId,
    ToldId,
)


@attrs.frozen(kw_only=True)
class UpdateSent(Happened):
    """The person was told how things stand; *reason* says why it takes so long."""

    stage: StageId | None = None
    reason: ReasonId | None = None
    message: Private = None


@attrs.frozen(kw_only=True)
class ProviderInvolved(Happened):
    """A contractor, or a body of the council's own, handles some of it (LGSCO-24, SPSO-17)."""

    provider: BodyId
    stage: StageId | None = None
    heads: tuple[HeadId, ...] = ()


@attrs.frozen(kw_only=True)
class StageSkipAgreed(Happened):
    """Both sides agreed to leave out a stage."""

    stage: StageId


@attrs.frozen(kw_only=True)
class IndependentPersonAppointed(Happened):
    """Someone from outside the authority takes part in the investigation (CSC-04)."""

    stage: StageId
    person: ActorId | None = None


@attrs.frozen(kw_only=True)
class PanelAppointed(Happened):
    """The members of a review panel were chosen (CSC-05)."""

    members: tuple[PanelMember, ...]


@attrs.frozen(kw_only=True)
class PanelHeld(Happened):
    """The review panel met."""


@attrs.frozen(kw_only=True)
class PanelReported(Happened):
    """The authority received the panel's recommendations."""


@attrs.frozen(kw_only=True)
class TermsSent(Happened):
    """The terms on which a complaint was resolved were sent in writing (WSS-01)."""

    stage: StageId | None = None


@attrs.frozen(kw_only=True)
class ExhaustionNotified(Happened):
    """The person was told in writing that the council's procedure is exhausted (NIPSO-03)."""

    told: tuple[ToldId, ...] = ()


@attrs.frozen(kw_only=True)
class ContactRestricted(Happened):
    """The council restricted how the person may reach it (LGSCO-23)."""

    item: ItemId
    reason: ReasonId | None = None
    review_on: date | None = None
    explanation: Private = None
    told: tuple[ToldId, ...] = ()


@attrs.frozen(kw_only=True)
class RestrictionReviewed(Happened):
    """The council looked whether a restriction is still needed."""

    item: ItemId
    review_on: date | None = None


@attrs.frozen(kw_only=True)
class RestrictionLifted(Happened):
    """A restriction ended."""

    item: ItemId


@attrs.frozen(kw_only=True)
class HandlingCodeRevised(Happened):
    """
    The complaint is handled by another code, edition, policy or calendar from now on (GEN-09).

    Attributes:
        codes: All that govern from now on, as they read.
        authority: Who decided it.
    """

    codes: tuple[CodePin, ...]
    reason: ReasonId
    authority: ActorId | None = None
    explanation: Private = None
