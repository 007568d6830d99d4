"""
Every error the library raises.

    ComplaintLedgerError
    ├── Refused                 a command that may not be recorded, with its rule
    ├── BadValue                a value that cannot be read: which field, why, the mend
    ├── UnknownName             no such command, code, calendar, adapter, actor, complaint, …
    ├── CalendarOutOfRange      a date that the calendar does not reach
    ├── KeyReused               an idempotency key that was used for something else
    ├── UnreadableEvent         a stored event that no reader here understands
    ├── BadEvidence             a proof, a signature or a checkpoint that does not hold
    ├── KeysError               the key store
    │   ├── KeysMissing         … is not where it should be
    │   └── KeysForeign         … belongs to another ledger
    └── StoreError              the place where the ledger is kept
        ├── NoLedger            nothing is there
        ├── LedgerExists        something is there already
        ├── StoreUnreadable     it is damaged, of a later version, read-only, full, or busy
        ├── StreamMoved         another writer was faster
        ├── PartialOverlap      some, not all, of a batch is already stored
        ├── EventIdTaken        an event id that another stream holds
        ├── ClaimTaken          a claim that another stream holds
        ├── KeptAlready         other data is kept under that name
        ├── NotACopy            what is there is no part-finished copy of this ledger
        ├── CopyDiffers         a copy that is not the same
        ├── PastTheLedger       something would be written that is no entry of the ledger
        ├── BadStream           a stream id that is not 32 lower-case hex digits
        └── ClockRefused        a clock that jumped

A message names the field, the rule and the mend. None holds personal data: a
value that a person typed is never repeated, only its field and its length.
"""

import re
from datetime import date, datetime
from typing import Final

_CODE: Final = re.compile(r"(?=.*[0-9-])[a-z0-9./-]{1,60}")


class ComplaintLedgerError(Exception):
    """What every error of this library is."""

    exit_status = 2


class Refused(ComplaintLedgerError):
    """
    A command that may not be recorded.

    Attributes:
        rule: The stable name of the rule, as `docs/reference/rules.md` lists it.
        reason: Why, and what to do instead.
    """

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


class BadValue(ComplaintLedgerError):
    """
    A value that cannot be read.

    Attributes:
        field: Where it stood.
        why: What is wrong with it, and the mend.
    """

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class UnknownName(ComplaintLedgerError):
    """
    Something was asked for by a name that nothing has.

    The message repeats only what has the shape of a code, for a person may have
    written anything else.

    Attributes:
        kind: What was asked for: "complaint", "handling code", "adapter", …
        known: The names there are, where they are few.
    """

    def __init__(self, kind: str, name: str, known: tuple[str, ...] = (), mend: str = "") -> None:
        there = f"; there is {', '.join(known)}" if known else ""
        called = f"is called {name!r}" if _CODE.fullmatch(name) else "has that name"
        super().__init__(f"no {kind} {called}{there}{'; ' + mend if mend else ''}")
        self.kind = kind
        self.name = name
        self.known = known


class CalendarOutOfRange(ComplaintLedgerError):
    """A date that the calendar does not reach: never guessed (GEN-08)."""

    def __init__(self, calendar: str, day: date | None, first: date, last: date) -> None:
        wanted = f"{day} is" if day else "the date asked for is"
        super().__init__(
            f"GEN-08: {wanted} outside calendar {calendar}, which runs from {first} to {last};"
            " use a calendar that reaches it"
        )
        self.calendar = calendar
        self.day = day
        self.first = first
        self.last = last


class KeyReused(ComplaintLedgerError):
    """An idempotency key was used before, for another payload."""

    def __init__(self) -> None:
        super().__init__(
            "this idempotency key was used before for something else; nothing was recorded."
            " Give a new command a new key"
        )


class UnreadableEvent(ComplaintLedgerError):
    """A stored event that no reader here understands. Never repeats its fields."""

    exit_status = 3


class BadEvidence(ComplaintLedgerError):
    """
    A proof, a signature or a checkpoint that does not hold, or that cannot be read.

    Attributes:
        where: The part of the evidence that it was found in.
        why: What is wrong with it.
    """

    exit_status = 1

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


class KeysError(ComplaintLedgerError):
    """What is wrong with the key store."""

    exit_status = 3


class KeysMissing(KeysError):
    """The key store is not where it should be."""


class KeysForeign(KeysError):
    """The key store belongs to another ledger."""


class StoreError(ComplaintLedgerError):
    """What is wrong with the place where the ledger is kept."""

    exit_status = 3


class NoLedger(StoreError):
    """There is no ledger behind this address."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"there is no ledger at {where}; make one with"
            " `complaint-ledger init --ledger URL --council NAME`"
        )
        self.where = where


class LedgerExists(StoreError):
    """There is a ledger behind this address already."""

    exit_status = 2

    def __init__(self, where: str) -> None:
        super().__init__(f"there is something at {where} already; nothing was changed")
        self.where = where


class StoreUnreadable(StoreError):
    """The store is damaged, of a later version, read-only, full, or busy."""


class StreamMoved(StoreError):
    """
    The stream does not hold the expected number of events: another writer was faster.

    Attributes:
        stream: The stream's id.
        expected_version: How many events the writer thought it held.
        version: How many it holds.
    """

    exit_status = 2

    def __init__(self, stream: str, expected_version: int, version: int) -> None:
        super().__init__(
            f"stream {stream} holds {version} events, not {expected_version}:"
            " someone recorded something in between. Read it again and decide anew"
        )
        self.stream = stream
        self.expected_version = expected_version
        self.version = version


class PartialOverlap(StoreError):
    """Some, not all, of a batch is already stored."""

    exit_status = 2

    def __init__(self, stream: str) -> None:
        super().__init__(
            f"some of the events for stream {stream} are stored already and some are not;"
            " nothing was recorded. Send again exactly what was sent before"
        )
        self.stream = stream


class EventIdTaken(StoreError):
    """An event id stands in the ledger already, elsewhere."""

    exit_status = 2

    def __init__(self, event_id: str) -> None:
        super().__init__(f"event id {event_id} stands elsewhere in this ledger already")
        self.event_id = event_id


class ClaimTaken(StoreError):
    """
    A claim that another stream holds.

    Attributes:
        claim: The claim, as the store keeps it.
    """

    exit_status = 2

    def __init__(self, claim: str) -> None:
        kind, _, name = claim.partition("/")
        super().__init__(f"{kind} {name!r} is taken by another stream of this ledger")
        self.claim = claim


class KeptAlready(StoreError):
    """
    Other data is kept under that name, and what is kept is never changed.

    Attributes:
        name: The name it is kept under.
    """

    exit_status = 2

    def __init__(self, name: str) -> None:
        super().__init__(f"other data is kept under {name!r} already; nothing was changed")
        self.name = name


class NotACopy(StoreError):
    """
    What is there cannot be made into a copy of this ledger.

    Attributes:
        where: The place.
    """

    exit_status = 2

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            f"what is at {where} is no part-finished copy of this ledger: {why}. Nothing was"
            " changed there; choose another place"
        )
        self.where = where


class CopyDiffers(StoreError):
    """
    A copy is not the same as the ledger.

    Attributes:
        position: Where the first difference is; None where it is at no event.
    """

    exit_status = 1

    def __init__(self, what: str, position: int | None = None) -> None:
        at = f" at position {position}" if position else ""
        super().__init__(
            f"the copy differs from the ledger{at}: {what}. Do not use it; delete it, look for"
            " what changed it, and copy again"
        )
        self.position = position


class PastTheLedger(StoreError):
    """
    What only reads a ledger was asked to write.

    Attributes:
        what: What it was asked to do, such as "record an event".
    """

    exit_status = 2

    def __init__(self, what: str) -> None:
        super().__init__(
            f"this only reads the ledger and does not {what}; nothing was stored. Record by"
            " `Ledger.record`, and keep what is made of events in a place of its own"
        )
        self.what = what


class BadStream(StoreError):
    """A stream id that is not 32 lower-case hex digits."""

    exit_status = 2

    def __init__(self) -> None:
        super().__init__("a stream id is 32 lower-case hex digits; this one is not")


class ClockRefused(StoreError):
    """
    The clock is more than a day behind the last entry, or more than 366 days ahead of it.

    Attributes:
        clock: What the clock says (UTC).
        last: When the last entry was recorded (UTC).
    """

    exit_status = 2

    def __init__(self, clock: datetime, last: datetime) -> None:
        super().__init__(
            f"the clock says {clock:%Y-%m-%d %H:%M:%S} UTC, but the last entry was recorded at"
            f" {last:%Y-%m-%d %H:%M:%S} UTC; nothing was recorded. Set the clock right, or say"
            " --accept-clock if it is right"
        )
        self.clock = clock
        self.last = last
