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
    CategoryId,
    ChannelId,
    Direction,
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
class ContactLogged(Happened):
    """
    Somebody spoke or wrote with someone about the complaint.

    Attributes:
        party: With whom: complainant, representative, provider, ombudsman, …
    """

    party: CategoryId | None = None
    stage: StageId | None = None
    channel: ChannelId | None = None
    direction: Direction | None = None
    note: Private = None


@attrs.frozen(kw_only=True)
class DocumentAdded(Happened):
    """
    A document was put on the complaint's file.

    Its bytes stand here with their size and SHA-256, or none of the three does.

    Attributes:
        kind: What it is: letter, email, photograph, report, …
        role: What it is in the complaint: complaint, acknowledgement, stage-response, …
        dated_on: The date that it bears.
        media_type: Such as application/pdf.
        size: How many bytes, as a whole number in digits.
        sha256: Of the bytes, 64 lower-case hex digits.
        content: The bytes, as standard base64 text.
    """

    item: ItemId
    kind: CategoryId
    direction: Direction
    role: CategoryId | None = None
    stage: StageId | None = None
    head: HeadId | None = None
    dated_on: date | None = None
    title: Private = None
    file_name: Private = None
    media_type: Private = None
    size: Private = None
    sha256: Private = None
    content: Private = None


@attrs.frozen(kw_only=True)
class DocumentWithdrawn(Happened):
    """A document no longer counts as part of the file; it stays where it is."""

    item: ItemId
    reason: ReasonId
    explanation: Private = None


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
