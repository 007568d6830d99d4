"""
The port: what a place must do to keep a ledger.

Events are kept in streams; a stream is one complaint, or the ledger's own.
*version* counts within a stream and *position* within the ledger, both from 1
and without gaps.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Final, Protocol, runtime_checkable

import attrs

from complaint_ledger.errors import (
    BadStream,
    BadValue,
    ClockRefused,
    StoreUnreadable,
    UnknownName,
)
from complaint_ledger.evidence import entries
from complaint_ledger.store_url import StoreUrl as StoreUrl  # noqa: PLC0414 - the port names it
from complaint_ledger.store_url import parse_url as parse_url  # noqa: PLC0414

Clock = Callable[[], datetime]

LEDGER_STREAM: Final = "0" * 32
"""The stream of the ledger's own facts."""

BACKWARD: Final = timedelta(hours=24)
FORWARD: Final = timedelta(days=366)

_HEX_32 = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEPT_NAME = re.compile(r"(?=.{1,200}\Z)[a-z0-9]+(?:[./+-][a-z0-9]+)*")


def system_clock() -> datetime:
    """Return the time by the machine's clock, in UTC."""
    return datetime.now(UTC)


@attrs.frozen
class SealedRow:
    """One personal value, encrypted; its digest stands in an event's body."""

    digest: str
    subject: str
    key_id: str
    algorithm: str
    nonce: bytes
    ciphertext: bytes


@attrs.frozen
class NewEvent:
    """An event to be recorded."""

    id: str
    name: str
    schema: int
    body: bytes
    sealed: tuple[SealedRow, ...] = ()


@attrs.frozen(kw_only=True)
class StreamAppend:
    """
    Events for the end of one stream.

    Attributes:
        stream: The stream's id, 32 lower-case hex digits.
        expected_version: How many events the stream must hold.
        claims: Keys that no other stream may hold, such as reference/C-2026-000123.
    """

    stream: str
    expected_version: int
    events: tuple[NewEvent, ...]
    claims: tuple[str, ...] = ()


@attrs.frozen
class RecordedEvent:
    """An event as the store keeps it; *prev* is the leaf before it in its stream."""

    position: int
    stream: str
    version: int
    id: str
    name: str
    schema: int
    recorded_at: datetime
    prev: bytes | None
    body: bytes

    def entry(self, ledger: str) -> str:
        """Return the event's entry in *ledger*."""
        return entries.entry(
            ledger=ledger,
            position=self.position,
            stream=self.stream,
            version=self.version,
            name=self.name,
            schema=self.schema,
            recorded_at=self.recorded_at,
            prev=self.prev,
            body=self.body,
        )

    def leaf(self, ledger: str) -> bytes:
        """Return the hash of the event's entry in *ledger*."""
        return entries.leaf(self.entry(ledger))


@attrs.frozen
class Appended:
    """
    What an append did.

    Attributes:
        first: The position of its first event; *last*, of its last. Both 0 when it was empty.
        recorded_at: The time the store gave it (UTC); None when it was empty.
        already_there: The events were stored before: an acknowledgement had been lost.
    """

    first: int
    last: int
    recorded_at: datetime | None
    already_there: bool = False


@attrs.frozen
class LedgerHead:
    """The last position, and when it was recorded; 0 and None in an empty ledger."""

    position: int
    recorded_at: datetime | None


@attrs.frozen
class StreamHead:
    """
    How many events a stream holds.

    Attributes:
        leaf: The leaf of its last event.
        first: The position of its first event.
    """

    stream: str
    version: int
    leaf: bytes
    first: int


@runtime_checkable
class EventStore(Protocol):
    """
    Keeps events in the order they were recorded, and never lets one go.

    An implementation is correct when it passes
    `complaint_ledger.testing.EventStoreContract`.

    Attributes:
        ledger: The id of the ledger it keeps.
        capabilities: Which optional parts of the contract it declares. One that declares
            `push` is `Listens` too.
    """

    @property
    def ledger(self) -> str: ...

    @property
    def capabilities(self) -> frozenset[str]: ...

    def append(self, batch: Sequence[StreamAppend], *, accept_clock: bool = False) -> Appended:
        """
        Record all events of *batch*, or none. Acknowledged means stored.

        All get one time, assigned here, later than any before. A batch that is
        stored already, by its event ids, is acknowledged again and changes nothing.

        Raises:
            StreamMoved: A stream does not hold *expected_version* events.
            PartialOverlap: Some of the events are stored already and some are not.
            EventIdTaken: An event id stands in another place.
            ClaimTaken: Another stream holds a claim.
            BadStream: A stream's id is not 32 lower-case hex digits.
            ClockRefused: The clock jumped, and *accept_clock* does not say that it is right.
            StoreUnreadable: The store cannot be written.
        """

    def read(
        self, stream: str, *, after: int = 0, upto: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return the events of *stream* with versions over *after*, up to *upto*."""

    def tail(self, *, after: int = 0, limit: int = 1000) -> Sequence[RecordedEvent]:
        """Return up to *limit* events of the ledger past position *after*, in order."""

    def head(self) -> LedgerHead:
        """Return where the ledger ends."""

    def streams(self) -> Iterator[StreamHead]:
        """Yield every stream, by id."""

    def claimed_by(self, claim: str) -> str | None:
        """Return the stream that holds *claim*."""

    def claims(self) -> Iterator[tuple[str, str]]:
        """Yield every claim with the stream that holds it, by claim."""

    def sealed(self, digests: Iterable[str]) -> Mapping[str, SealedRow]:
        """Return the sealed rows there are for *digests*."""

    def erase_sealed(self, digests: Iterable[str]) -> int:
        """Delete sealed rows for good; return how many there were."""

    def keep(self, name: str, data: bytes) -> None:
        """
        Keep *data* under *name* for good: what proves something and is no event.

        Checkpoints, tree hashes and time stamps are kept so. The same again changes nothing.

        Raises:
            KeptAlready: Other data is kept under that name.
            BadValue: The name is not of `a-z`, `0-9` and single `.`, `/`, `+` or `-`
                between them, or longer than 200 characters.
            StoreUnreadable: The store cannot be written.
        """

    def kept(self, prefix: str = "", *, after: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield what is kept under names that begin with *prefix* and follow *after*, by name."""

    def restore(
        self,
        events: Iterable[RecordedEvent],
        sealed: Iterable[SealedRow],
        claims: Mapping[str, str],
        kept: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        """
        Fill a store that nothing was ever appended to, all of this or nothing.

        Positions, times, chains and claims stay as they were. It may be called again and
        again: each time *events* begin where the store ends. Sealed rows, claims and kept
        data that are there already, the same, are passed over.

        Raises:
            LedgerExists: Something was appended to this store.
            BadValue: An event does not follow from what is there: its position, version,
                time or *prev*; or a sealed row differs from one that is there.
            EventIdTaken: An event id stands in another place.
            ClaimTaken: Another stream holds a claim.
            KeptAlready: Other data is kept under a name.
            StoreUnreadable: The store cannot be written.
        """

    def close(self) -> None:
        """Let go of files and connections."""


Wait = Callable[[float], object]
"""
Waits until something may have been recorded, or so many seconds have passed.

It returns False where only the time has passed; whatever else it returns, who follows looks.
"""


@runtime_checkable
class Listens(Protocol):
    """What a store is besides that declares `push`."""

    def listen(self) -> AbstractContextManager[Wait]:
        """
        Listen to what is recorded, whoever records it; yield what waits for it.

        What was recorded since the listening began, or since the last wait ended, ends the
        next one at once. It may end for nothing. Each listener hears everything, each in
        one thread at a time; some may not be told (a connection broke), so that who listens
        looks now and then all the same.

        Raises:
            StoreUnreadable: The store cannot be reached.
        """


class Adapter(Protocol):
    """What an entry point in the group `complaint_ledger.adapters` names."""

    def create(self, url: StoreUrl, ledger: str, clock: Clock) -> EventStore:
        """
        Make an empty store for *ledger* at *url*.

        Raises:
            LedgerExists: Something is there.
            StoreUnreadable: It cannot be made there.
        """

    def open(self, url: StoreUrl, clock: Clock) -> EventStore:
        """
        Open the store at *url*.

        Raises:
            NoLedger: Nothing is there.
            StoreUnreadable: What is there cannot be read.
        """


@runtime_checkable
class Scratches(Protocol):
    """What an adapter is besides whose stores `complaint-ledger adapters check` can try."""

    def scratch(self, url: StoreUrl) -> AbstractContextManager[Callable[[], str]]:
        """
        Yield what gives, at each call, an address by *url* where no ledger is yet.

        At the end all that was made at these addresses is taken away, and nothing else is
        touched. Another process can open the addresses too, if the store allows it.

        Raises:
            StoreUnreadable: Nothing can be made there.
        """


def adapters() -> tuple[str, ...]:
    """Return the names of the adapters that are installed."""
    return tuple(sorted({point.name for point in entry_points(group="complaint_ledger.adapters")}))


def adapter(name: str) -> Adapter:
    """
    Return the adapter called *name*.

    Raises:
        UnknownName: None is installed under that name.
        StoreUnreadable: It needs something that is not installed.
    """
    for point in entry_points(group="complaint_ledger.adapters", name=name):
        try:
            found: Adapter = point.load()
        except ModuleNotFoundError as missing:
            raise StoreUnreadable(
                f"the adapter {name!r} needs {missing.name}, which is not installed; install its"
                f" extra, such as complaint-ledger[{name}]"
            ) from None
        return found
    raise UnknownName("adapter", name, adapters())


# --- what every adapter asks of a batch ----------------------------------------------------------


def check_batch(batch: Sequence[StreamAppend]) -> None:
    """
    Refuse what no store may take.

    Raises:
        BadStream: A stream's id could inject a line into an entry.
        BadValue: An event's id or name could; or a batch names a stream or an
            event twice, or holds no event for a stream.
    """
    streams: set[str] = set()
    ids: set[str] = set()
    for part in batch:
        check_stream(part.stream)
        if part.stream in streams:
            raise BadValue("batch", f"stream {part.stream} stands in it twice")
        streams.add(part.stream)
        if not part.events:
            raise BadValue("batch", f"it holds no event for stream {part.stream}")
        for event in part.events:
            check_event(event)
            if event.id in ids:
                raise BadValue("batch", f"event id {event.id} stands in it twice")
            ids.add(event.id)


def check_stream(stream: str) -> None:
    """
    Refuse an id that could inject a line into an entry.

    Raises:
        BadStream: It is not 32 lower-case hex digits.
    """
    if _HEX_32.fullmatch(stream) is None:
        raise BadStream


def check_event(event: NewEvent | RecordedEvent) -> None:
    """
    Refuse an id or a name that could inject a line into an entry.

    Raises:
        BadValue: One could.
    """
    if _HEX_32.fullmatch(event.id) is None:
        raise BadValue("event id", "it is 32 lower-case hex digits")
    if _NAME.fullmatch(event.name) is None or event.schema < 1:
        raise BadValue("event name", "it is a stored name, with a schema from 1")


def check_kept_name(name: str) -> None:
    """
    Refuse a name that nothing can be kept under.

    Raises:
        BadValue: It is none.
    """
    if _KEPT_NAME.fullmatch(name) is None:
        raise BadValue(
            "kept name",
            "it is up to 200 characters of a-z and 0-9, with single . / + or - between them",
        )


def next_time(clock: datetime, last: datetime | None, *, accept_clock: bool) -> datetime:
    """
    Return the time to record at (UTC): the clock's, but always later than *last*.

    So that a time tells what was known by it: what one append recorded, and all before.

    Raises:
        ClockRefused: The clock is over a day behind *last* or over 366 days ahead.
    """
    clock = clock.astimezone(UTC)
    if last is None:
        return clock
    if not accept_clock and not -BACKWARD <= clock - last <= FORWARD:
        raise ClockRefused(clock, last)
    return max(clock, last + timedelta(microseconds=1))
