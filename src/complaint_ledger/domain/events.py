"""
What happened to a complaint, in the past tense.

These classes are what the ledger stores, under the names of `codec.EVENT_NAMES`.
Once stored, a field is never renamed or removed: add one with a default, or
write an upcast. A field left at its default is not written.
"""

from datetime import date, datetime
from typing import TypeAlias

import attrs

from complaint_ledger.domain.words import (
    ActorId,
    ActorKind,
    BodyId,
    CalendarId,
    CategoryId,
    ChannelId,
    CodeId,
    CouncilId,
    DeadlineId,
    EventId,
    Finding,
    HeadId,
    LedgerId,
    Nation,
    OutcomeId,
    Precision,
    Private,
    ReasonId,
    Reference,
    Role,
    ServiceId,
    Sha256,
    StageId,
    StreamId,
    SubjectId,
    TableId,
    TimeZone,
    ToldId,
    Version,
)

# --- parts of events -----------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Head:
    """One point of a complaint; outcomes attach to heads."""

    id: HeadId
    category: CategoryId | None = None
    service: ServiceId | None = None
    description: Private = None


@attrs.frozen(kw_only=True)
class Person:
    """Someone a complaint is about or from; *id* is also the subject of their values."""

    id: SubjectId
    name: Private = None
    contact: Private = None


@attrs.frozen(kw_only=True)
class HeadOutcome:
    """What the council decided on a head. *detail* is the decider's own narrower word."""

    head: HeadId
    outcome: OutcomeId
    detail: OutcomeId | None = None
    reasons: Private = None


@attrs.frozen(kw_only=True)
class HeadFinding:
    """What an ombudsman found on a head, normalised. *detail* is their narrower word."""

    head: HeadId
    finding: Finding
    detail: OutcomeId | None = None


@attrs.frozen(kw_only=True)
class CodePin:
    """The handling code that governs, exactly as it read; no heads means all heads."""

    id: CodeId
    version: Version
    sha256: Sha256
    calendar: CalendarId | None = None
    calendar_version: Version | None = None
    calendar_sha256: Sha256 | None = None
    heads: tuple[HeadId, ...] = ()


@attrs.frozen(kw_only=True)
class LabelTable:
    """Which table turned an ombudsman's own label into a finding."""

    id: TableId
    version: Version


@attrs.frozen(kw_only=True)
class Happened:
    """
    When something happened in the world, as a person said it.

    Attributes:
        occurred_on: The civil date in Europe/London; None when nobody knows.
        occurred_at: The instant (UTC), where it is known.
        precision: How exactly the date is known.
    """

    occurred_on: date | None = None
    occurred_at: datetime | None = None
    precision: Precision = "day"


# --- a complaint's journey -----------------------------------------------------------------------


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
    """The person asked for the next stage, and it was opened."""

    stage: StageId
    heads: tuple[HeadId, ...] = ()
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


@attrs.frozen(kw_only=True)
class ReferredToOmbudsman(Happened):
    """The council learnt that the complaint went to an ombudsman or other outside body."""

    body: BodyId
    reference: Reference | None = None
    heads: tuple[HeadId, ...] = ()


@attrs.frozen(kw_only=True)
class ReferralPremature(Happened):
    """The ombudsman sent the complaint back: the council's own procedure comes first."""

    body: BodyId
    reference: Reference | None = None


@attrs.frozen(kw_only=True)
class OmbudsmanOutcomeReceived(Happened):
    """
    The ombudsman, or other outside body, decided.

    Attributes:
        decided_on: The date on the decision, where it differs from the day it came.
        label: The body's own words for the outcome.
        table: Which table turned them into findings; None when a person did.
        whole_reason: Why one finding stands for the whole complaint (OMB-02).
    """

    body: BodyId
    reference: Reference | None = None
    decided_on: date | None = None
    findings: tuple[HeadFinding, ...]
    label: Private = None
    table: LabelTable | None = None
    whole_reason: ReasonId | None = None


# --- about entries -------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class EntryCorrected(Happened):
    """
    An entry was wrong; it stays, and this says what it should have been.

    Attributes:
        corrects: The event's id, in the same stream.
        replacement: The whole event as it should have been, of the same stored name.
    """

    corrects: EventId
    replacement: "ComplaintEvent"
    reason: ReasonId
    authority: ActorId | None = None
    explanation: Private = None


@attrs.frozen(kw_only=True)
class EntryRetracted(Happened):
    """An entry should never have been made; it stays, and no longer counts."""

    retracts: EventId
    reason: ReasonId
    authority: ActorId | None = None
    explanation: Private = None


# --- the ledger's own stream ---------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class LedgerOpened(Happened):
    """Position 1 of every ledger."""

    ledger: LedgerId
    council: CouncilId
    nation: Nation
    code: CodeId
    calendar: CalendarId
    time_zone: TimeZone
    stored_form: int
    fictional: bool
    name: Private = None
    id_key: Private = None


@attrs.frozen(kw_only=True)
class ActorAdded(Happened):
    """Someone, or something, may record."""

    actor: ActorId
    kind: ActorKind
    role: Role
    name: Private = None


@attrs.frozen(kw_only=True)
class ClockAccepted(Happened):
    """A person said that the clock was right although it had jumped."""

    clock: datetime
    last: datetime


@attrs.frozen(kw_only=True)
class ImportStarted(Happened):
    """An import began; *id* stands in the source of every event it records."""

    id: EventId
    mapping: TableId
    mapping_version: Version
    mapping_sha256: Sha256


@attrs.frozen(kw_only=True)
class ImportFinished(Happened):
    """
    An import came to its end.

    Counts are of rows: *rows* is the sum of the others.
    """

    id: EventId
    rows: int
    recorded: int
    already_there: int
    quarantined: int
    passed_over: int


@attrs.frozen(kw_only=True)
class SealedValuesOpened(Happened):
    """Someone read personal values; how many, of which stream, and what for."""

    stream: StreamId
    values: int
    purpose: ReasonId


ComplaintEvent: TypeAlias = (
    ComplaintReceived
    | ComplaintAcknowledged
    | ComplaintDefined
    | HeadAdded
    | HandlerAssigned
    | ResponseExtended
    | ResponseSignedOff
    | ResponseSent
    | ResponseDelivered
    | ResolvedByAgreement
    | ComplaintEscalated
    | ComplaintRefused
    | EscalationRefused
    | ComplaintWithdrawn
    | ComplaintReopened
    | ComplaintClosed
    | ReferredToOmbudsman
    | ReferralPremature
    | OmbudsmanOutcomeReceived
    | EntryCorrected
    | EntryRetracted
)

LedgerEvent: TypeAlias = (
    LedgerOpened | ActorAdded | ClockAccepted | ImportStarted | ImportFinished | SealedValuesOpened
)

Event: TypeAlias = ComplaintEvent | LedgerEvent
