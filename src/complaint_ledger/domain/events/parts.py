"""The parts of events."""

from datetime import date, datetime

import attrs

from complaint_ledger.domain.words import (
    ActorId,
    CalendarId,
    CategoryId,
    CodeId,
    Connection,
    EventId,
    Finding,
    HeadId,
    ItemId,
    Omission,
    OutcomeId,
    Precision,
    Private,
    ServiceId,
    Sha256,
    SubjectId,
    TableId,
    ValuePath,
    Version,
)


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
class PanelMember:
    """
    Someone who sits on a review panel.

    Attributes:
        connection: What ties them to the authority; None where nobody said.
    """

    id: ActorId
    connection: Connection | None = None


@attrs.frozen(kw_only=True)
class EvidenceItem:
    """
    A document that went to an ombudsman.

    Attributes:
        entry: The entry of this complaint that tells of it (its event id).
        redacted: Whether something in it was blacked out.
        sha256: Of the file as it was sent; sealed, for a file may hold little else than a name.
    """

    id: ItemId
    entry: EventId | None = None
    dated_on: date | None = None
    redacted: bool = False
    title: Private = None
    sha256: Private = None


@attrs.frozen(kw_only=True)
class OmittedValue:
    """
    A sealed value that an evidence bundle does not hold.

    Attributes:
        entry: The entry that seals it (its event id).
        path: Where in the entry; behind `replacement/` in a correction.
        text: What stands there instead, where it was blacked out.
    """

    id: ItemId
    entry: EventId
    path: ValuePath
    how: Omission
    text: Private = None


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
