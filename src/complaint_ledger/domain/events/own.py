"""What happens to the ledger itself, on a stream of its own."""

from datetime import date, datetime

import attrs

from complaint_ledger.domain.events.parts import (
    CodePin,
    Happened,
)
from complaint_ledger.domain.words import (
    ActorId,
    ActorKind,
    CalendarId,
    CodeId,
    CouncilId,
    EventId,
    LedgerId,
    Nation,
    Private,
    PublishedText,
    ReasonId,
    Role,
    ServiceId,
    Sha256,
    StreamId,
    TableId,
    TextKind,
    TimeZone,
    VerifierKey,
    Version,
)


@attrs.frozen(kw_only=True)
class LedgerOpened(Happened):
    """
    Position 1 of every ledger.

    Attributes:
        signing_key: The first key that signs its checkpoints.
    """

    ledger: LedgerId
    council: CouncilId
    nation: Nation
    code: CodeId
    calendar: CalendarId
    time_zone: TimeZone
    stored_form: int
    fictional: bool
    signing_key: VerifierKey | None = None
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


@attrs.frozen(kw_only=True)
class TextKept(Happened):
    """
    The very text of a code, a policy or a calendar that this ledger judges by.

    Attributes:
        extends: The text that it builds on, which is kept as well.
        text: As it was published; its SHA-256 is *sha256*.
    """

    kind: TextKind
    id: CodeId
    version: Version
    sha256: Sha256
    extends: Sha256 | None = None
    text: PublishedText


@attrs.frozen(kw_only=True)
class CodeAdopted(Happened):
    """
    From a day on, complaints are received under another code or policy.

    Attributes:
        code: The code, with its calendar, exactly as it reads.
        from_on: The first day of receipt that it governs.
        services: Only complaints about these; none means all that no other adoption names.
    """

    code: CodePin
    from_on: date
    services: tuple[ServiceId, ...] = ()


@attrs.frozen(kw_only=True)
class LedgerSealed(Happened):
    """
    Which entry of each complaint was its last.

    Attributes:
        upto: The last position that it covers.
        heads_size: How many complaints there were.
        heads_root: The root of the tree over the last entry of each.
    """

    upto: int
    heads_size: int
    heads_root: Sha256


@attrs.frozen(kw_only=True)
class KeyRotated(Happened):
    """From here on another key signs the checkpoints."""

    old: VerifierKey
    new: VerifierKey


@attrs.frozen(kw_only=True)
class TimeStampReceived(Happened):
    """
    An outside authority stamped a checkpoint.

    Attributes:
        checkpoint: How many entries it covers.
        sha256: Of the authority's reply, as it came.
    """

    checkpoint: int
    sha256: Sha256


@attrs.frozen(kw_only=True)
class EvidenceBundlePacked(Happened):
    """
    A bundle of evidence was written.

    Attributes:
        stream: Of which complaint.
        entry: Its `evidence-bundle-exported`.
        checkpoint: How many entries its last checkpoint covers.
        sha256: Of the ZIP.
    """

    stream: StreamId
    entry: EventId
    checkpoint: int
    sha256: Sha256
