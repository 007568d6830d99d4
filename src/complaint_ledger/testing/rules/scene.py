"""What every rule is played on: a ledger that can be opened again, a clock that can be set."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import ClassVar, Final, Protocol, TypeVar

import attrs
import pytest

from complaint_ledger.ids import new_id
from complaint_ledger.store import (
    Adapter,
    EventStore,
    NewEvent,
    RecordedEvent,
    SealedRow,
    StreamAppend,
    parse_url,
)

CAPABILITIES: Final[Mapping[str, str]] = {
    "durable": "what was acknowledged outlives the process",
    "erase": "sealed rows can be deleted for good",
    "processes": "several processes may have the ledger open",
    "push": "a follower is told at once when something is recorded",
    "restore": "a store that nothing was appended to can be filled from a backup",
}
"""What a store may declare; each switches on the rules that define it."""

ONE: Final = "1" * 32
TWO: Final = "2" * 32
THREE: Final = "3" * 32
SPRING: Final = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)

NewAddress = Callable[[], str]


@attrs.define
class ManualClock:
    """A clock that stands still until it is set."""

    now: datetime = SPRING

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        """Set the clock forward, or back where *by* is negative."""
        self.now += by


@attrs.frozen
class OpenStore:
    """Opens one ledger, the same each time it is called."""

    adapter: Adapter
    address: str
    clock: ManualClock
    _opened: list[EventStore]

    def __call__(self) -> EventStore:
        store = self.adapter.open(parse_url(self.address), self.clock)
        self._opened.append(store)
        return store


class NewLedger(Protocol):
    """Makes a ledger at a new address."""

    def __call__(self, ledger: str | None = None) -> OpenStore: ...


class Scene:
    """
    The fixtures of the contract.

    Attributes:
        adapter: Whose stores are tested; a subclass says it.
        capabilities: What they declare; where a subclass says it, the rules of the rest
            are left out, and what is said is checked.
    """

    adapter: ClassVar[Adapter]
    capabilities: ClassVar[frozenset[str] | None] = None

    def __init_subclass__(cls) -> None:
        """Leave out the rules of what *capabilities* does not name, and what nobody can do."""
        if cls.delete_newest_behind_the_back is None:
            cls.test_a_position_is_never_used_twice = None
        if cls.capabilities is not None:
            for name in dir(cls):
                if not cls.capabilities.issuperset(needed_by(getattr(cls, name))):
                    setattr(cls, name, None)

    @pytest.fixture(autouse=True)
    def only_what_is_declared(self, request: pytest.FixtureRequest) -> None:
        """Skip a rule that defines what the store does not declare."""
        wanted = needed_by(request.function)
        declared = request.getfixturevalue("store").capabilities if wanted else ()
        for one in wanted:
            if one not in declared:
                pytest.skip(f"the store does not declare {one!r}: {CAPABILITIES[one]}")

    @pytest.fixture
    def new_address(self) -> NewAddress:
        """Return what gives, at each call, an address where no ledger is yet."""
        raise NotImplementedError("an adapter's tests say where a new ledger may go")

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    def new_ledger(self, new_address: NewAddress, clock: ManualClock) -> Iterator[NewLedger]:
        opened: list[EventStore] = []

        def make(ledger: str | None = None) -> OpenStore:
            address = new_address()
            with closing(self.adapter.create(parse_url(address), ledger or new_id(), clock)):
                return OpenStore(self.adapter, address, clock, opened)

        yield make
        for store in opened:
            store.close()

    @pytest.fixture
    def open_store(self, new_ledger: NewLedger) -> OpenStore:
        return new_ledger()

    @pytest.fixture
    def store(self, open_store: OpenStore) -> EventStore:
        return open_store()

    def delete_newest_behind_the_back(self, address: str, count: int) -> None:  # noqa: ARG002
        """
        Delete the newest *count* events of the ledger at *address*, against its will.

        Where nobody can, a subclass says `delete_newest_behind_the_back = None`.
        """
        # The address is not repeated: it may hold a password.
        pytest.skip(f"nobody says how to delete the newest {count} rows of such a store")


F = TypeVar("F", bound=Callable[..., object])


def needs(*capabilities: str) -> Callable[[F], F]:
    """Say which capabilities a rule defines."""

    def say(rule: F) -> F:
        setattr(rule, _NEEDS, capabilities)
        return rule

    return say


def needed_by(rule: Callable[..., object]) -> tuple[str, ...]:
    """Return the capabilities that *rule* defines; none where it is asked of every store."""
    found: tuple[str, ...] = getattr(rule, _NEEDS, ())
    return found


_NEEDS: Final = "needs_capabilities"


# --- batches -------------------------------------------------------------------------------------


def an_event(body: bytes = b"{}", *sealed: SealedRow) -> NewEvent:
    """Return an event with an id of its own."""
    return NewEvent(new_id(), "complaint-received", 1, body, sealed)


def a_row(ciphertext: bytes = b"unreadable") -> SealedRow:
    """Return a sealed row with a digest of its own."""
    return SealedRow(new_id(), "p1", new_id(), "A256GCM", b"n" * 12, ciphertext)


def on(
    stream: str, expected_version: int, *events: NewEvent, claims: tuple[str, ...] = ()
) -> StreamAppend:
    """Return *events* for the end of *stream*."""
    return StreamAppend(
        stream=stream, expected_version=expected_version, events=events, claims=claims
    )


def bodies(events: Sequence[RecordedEvent]) -> list[bytes]:
    """Return what *events* hold."""
    return [event.body for event in events]


def ids(events: Sequence[RecordedEvent]) -> list[str]:
    """Return the ids of *events*."""
    return [event.id for event in events]


# --- at once -------------------------------------------------------------------------------------

T = TypeVar("T")


def all_at_once(jobs: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Do all *jobs* in threads that start together; return what each gave or raised."""
    barrier = Barrier(len(jobs))

    def start(job: Callable[[], T]) -> T | Exception:
        barrier.wait()
        try:
            return job()
        except Exception as error:  # noqa: BLE001 - the rule looks at it
            return error

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(start, jobs))
