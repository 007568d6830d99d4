"""A complaint's way through the council, from its receipt to its end."""

from datetime import date

import attrs

from complaint_ledger.domain.events.parts import (
    CodePin,
    Happened,
    Head,
    HeadOutcome,
    Person,
)
from complaint_ledger.domain.words import (
    ActorId,
    BodyId,
    ChannelId,
    DeadlineId,
    HeadId,
    Private,
    ReasonId,
    Reference,
    ServiceId,
    StageId,
    ToldId,
)


@attrs.frozen(kw_only=True)
class ComplaintReceived(Happened):
    """
    The council received the complaint.

    Attributes:
        stage: The stage it was received at, where that is not the first.
        presumed: Nobody recorded a receipt; a later event implies one.
        outside_hours: It came outside office hours (for codes that count from the next day).
        arose_on: When the matter complained of happened.
        aware_on: When the person became aware of it.
        child_affected: Whether a child is affected, whoever complains.
    """

    reference: Reference | None = None
    stage: StageId | None = None
    presumed: bool = False
    outside_hours: bool = False
    arose_on: date | None = None
    aware_on: date | None = None
    channel: ChannelId | None = None
    service: ServiceId | None = None
    codes: tuple[CodePin, ...] = ()
    heads: tuple[Head, ...]
    complainant: Person | None = None
    outcome_sought: Private = None
    child_affected: bool | None = None


@attrs.frozen(kw_only=True)
class ComplaintAcknowledged(Happened):
    """The person was told that the complaint, or its escalation, is in hand."""

    stage: StageId
    told: tuple[ToldId, ...] = ()


@attrs.frozen(kw_only=True)
class ComplaintDefined(Happened):
    """The council set out how it understands the complaint: its heads."""

    heads: tuple[Head, ...]
    outcome_sought: Private = None
    child_affected: bool | None = None


@attrs.frozen(kw_only=True)
class HeadAdded(Happened):
    """A further, related point was taken into the complaint."""

    head: Head


@attrs.frozen(kw_only=True)
class HandlerAssigned(Happened):
    """Someone became responsible for handling the complaint."""

    handler: ActorId
    service: ServiceId | None = None


@attrs.frozen(kw_only=True)
class ResponseExtended(Happened):
    """
    The response will be later than the code's limit.

    Attributes:
        extends: The deadline that it moves.
        until: The new last day, inclusive.
        told_on: When the person was told; None when they were not, or nobody knows.
    """

    stage: StageId
    extends: DeadlineId
    until: date
    reason: ReasonId
    explanation: Private = None
    approver: ActorId | None = None
    told_on: date | None = None
    ombudsman_details_given: bool | None = None


@attrs.frozen(kw_only=True)
class ResponseSignedOff(Happened):
    """Someone with the authority to do so made the response the council's own."""

    stage: StageId
    signed_off_by: ActorId


@attrs.frozen(kw_only=True)
class ResponseSent(Happened):
    """
    The council answered.

    Attributes:
        attempt: 1, or more where the stage was opened again.
        body: Who answered, where it was not the council itself.
        told: What the answer told the person besides: next stage, ombudsman, remedy, …
    """

    stage: StageId
    attempt: int = 1
    outcomes: tuple[HeadOutcome, ...] = ()
    decided_by: ActorId | None = None
    body: BodyId | None = None
    told: tuple[ToldId, ...] = ()


@attrs.frozen(kw_only=True)
class ResponseDelivered(Happened):
    """The person received the response; the right to go on may count from here (SPSO-07)."""

    stage: StageId


@attrs.frozen(kw_only=True)
class ResolvedByAgreement(Happened):
    """Both sides agreed what will be done; no decision on upheld was needed (SPSO)."""

    stage: StageId
    heads: tuple[HeadId, ...] = ()
    agreed_action: Private = None
    told: tuple[ToldId, ...] = ()


@attrs.frozen(kw_only=True)
class ComplaintEscalated(Happened):
    """
    The person asked for the next stage, and it was opened.

    Attributes:
        outside_hours: The request came outside office hours.
        channel: How it came; what was said counts from its written record (CSC-03).
    """

    stage: StageId
    heads: tuple[HeadId, ...] = ()
    outside_hours: bool = False
    channel: ChannelId | None = None
    reasons: Private = None


@attrs.frozen(kw_only=True)
class ComplaintRefused(Happened):
    """The council did not accept the complaint."""

    reason: ReasonId
    explanation: Private = None
    ombudsman_details_given: bool | None = None


@attrs.frozen(kw_only=True)
class EscalationRefused(Happened):
    """The council did not open the next stage."""

    stage: StageId
    reason: ReasonId
    explanation: Private = None
    ombudsman_details_given: bool | None = None


@attrs.frozen(kw_only=True)
class ComplaintWithdrawn(Happened):
    """The person took the complaint back."""

    explanation: Private = None


@attrs.frozen(kw_only=True)
class ComplaintReopened(Happened):
    """A stage was opened again; earlier clocks stand (GEN-12)."""

    stage: StageId
    attempt: int
    reason: ReasonId
    explanation: Private = None


@attrs.frozen(kw_only=True)
class ComplaintClosed(Happened):
    """The council closed the complaint. Closes no remedy (GEN-14)."""

    reason: ReasonId
