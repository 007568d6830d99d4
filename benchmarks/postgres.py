"""What ledgers in PostgreSQL do in a second, against plain `eventsourcing.postgres`."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs
from tests.servers import PostgresServer, postgres_server

from benchmarks import writers
from benchmarks.measures import Line, rate
from benchmarks.postgres_events import AT_ONCE, parts
from benchmarks.postgres_sides import SERVER, Found, Ours, Side, Theirs, pages
from benchmarks.writers import Writers
from complaint_ledger.store import StreamAppend

PEER: Final = "eventsourcing"
MORE: Final = (
    "Both sides append the same bodies, one event a transaction, and say so once they are on the"
    " disk.\nOurs holds the row of one ledger, gives dense positions and one later time to each"
    " append, chains it by its hash, and keeps the stream's end, its claim and, where it says"
    " sealed, its sealed values.\nThe peer's numbers come from a sequence, under a lock of its"
    " table; it keeps no time, chain or claim."
)


@attrs.frozen(kw_only=True)
class Scale:
    """
    How much is measured.

    Attributes:
        writers: How many are many.
        ledgers: How many are many.
        appended: Events of one writer in a repetition; many share out twice as many.
        filled: Events in each of the ledgers that are read.
        read: Complaints read, and in a ledger that tells of growth appended to, in a repetition.
        sizes: Events in the ledgers that tell of growth.
        times: Repetitions.
    """

    writers: int
    ledgers: int
    appended: int
    filled: int
    read: int
    sizes: tuple[int, ...]
    times: int


FULL: Final = Scale(
    writers=16, ledgers=8, appended=800, filled=8000, read=1000,
    sizes=(10_000, 100_000, 1_000_000), times=7,
)  # fmt: skip
QUICK: Final = Scale(
    writers=2, ledgers=2, appended=8, filled=80, read=10, sizes=(80, 160), times=2
)  # fmt: skip


@contextmanager
def server(parent: Path | None) -> Iterator[PostgresServer]:
    """Run the PostgreSQL that both sides use, in a folder of *parent*."""
    with postgres_server(parent, **SERVER) as running:
        yield running


def lines(running: PostgresServer, scale: Scale) -> list[Line]:
    """Measure appends and reads of both sides, turn and turn about."""
    conninfo = database(running, "compared")
    Ours.make(conninfo, scale.ledgers + 1)
    Theirs.make(conninfo, scale.ledgers + 1)
    with writers.begun(conninfo, scale.writers) as many:
        found = [
            line
            for ledgers in (1, scale.ledgers)
            for count in (1, scale.writers)
            for line in _appends(many, scale, count, ledgers)
        ]
    return [*found, *_reads(conninfo, scale)]


def _appends(many: Writers, scale: Scale, count: int, ledgers: int) -> list[Line]:
    each = scale.appended if count == 1 else max(1, 2 * scale.appended // count)
    bare, sealed, peer = [], [], []
    for _ in range(scale.times):
        for found, side, with_rows in (
            (bare, "ours", False),
            (peer, "theirs", False),
            (sealed, "ours", True),
        ):
            found.append(
                many.append(side, writers=count, ledgers=ledgers, each=each, sealed=with_rows)
            )
    what = f"{_counted(count, 'writer')}, {_counted(ledgers, 'ledger')}"
    return [
        Line(what=f"append, {what}", peer=PEER, ours=tuple(ours), theirs=tuple(peer))
        for ours, what in ((bare, what), (sealed, f"{what}, sealed"))
    ]


def _reads(conninfo: str, scale: Scale) -> list[Line]:
    """Measure reading from a ledger that nobody has written to."""
    number = scale.ledgers
    sides: list[Side] = [Ours(conninfo, [number]), Theirs(conninfo, [number])]
    at_once = min(AT_ONCE, scale.filled // 8)
    written = list(parts(scale.filled, at_once=at_once))
    for first in range(0, len(written), at_once):
        for side in sides:
            side.ready(number, *written[first : first + at_once])()
    _same(sides, number, written)
    streams = sorted({part.stream for part in written})
    read: list[list[float]] = [[], []]
    tailed: list[list[float]] = [[], []]
    for turn in range(scale.times):
        some = random.Random(turn).sample(streams, min(scale.read, len(streams)))
        for n, side in enumerate(sides):
            read[n].append(
                rate(len(some), each_of(lambda s, side=side: side.read(number, s), some))
            )
            tailed[n].append(
                rate(len(written), lambda side=side: sum(map(len, pages(side, number))))
            )
    for side in sides:
        side.close()
    return [
        Line(what=what, peer=PEER, ours=tuple(found[0]), theirs=tuple(found[1]))
        for what, found in (
            ("read, complaints", read),
            ("tail, events", tailed),
        )
    ]


def _same(sides: list[Side], number: int, written: list[StreamAppend]) -> None:
    """Refuse to compare two sides that do not return the same."""
    expected: Found = [(p.stream, p.expected_version + 1, p.events[0].body) for p in written]
    one = written[len(written) // 2].stream
    for side in sides:
        assert expected == [found for page in pages(side, number) for found in side.told(page)]
        assert [x for x in expected if x[0] == one] == side.told(side.read(number, one))


def each_of(work: Callable[[Any], object], many: Sequence[Any]) -> Callable[[], None]:
    """Return what does *work* on each of *many*."""

    def all_of_them() -> None:
        for one in many:
            work(one)

    return all_of_them


def database(running: PostgresServer, name: str) -> str:
    """Make a database, and return its address."""
    running.sql(f"CREATE DATABASE {name}")
    return running.conninfo(name)


def _counted(count: int, what: str) -> str:
    return f"one {what}" if count == 1 else f"{count} {what}s"
