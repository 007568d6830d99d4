"""What a ledger in PostgreSQL does in a second as it grows to a million events."""

import random
import statistics
from collections.abc import Sequence

import attrs
from tests.servers import PostgresServer

from benchmarks.measures import rate
from benchmarks.postgres import Scale, database, each_of
from benchmarks.postgres_events import Filling, parts
from benchmarks.postgres_sides import Ours

PAGES = 10
"""Pages of a thousand that are tailed in a repetition."""


@attrs.frozen(kw_only=True)
class Grown:
    """
    Rates per second in a ledger of *events* events, once for each repetition.

    Attributes:
        restored: Events made and restored; once only.
        appended: Events appended to complaints at random, one at a time.
        sealed: The same, with their sealed values.
        read: Complaints read, at random.
        tailed: Events read in pages of a thousand, from anywhere.
    """

    events: int
    restored: float
    appended: Sequence[float]
    sealed: Sequence[float]
    read: Sequence[float]
    tailed: Sequence[float]

    def against(self, other: "Grown") -> list[tuple[float, float]]:
        """Return each median rate, and the median of what it is of *other*'s in its turn."""
        return [
            (
                statistics.median(mine),
                statistics.median(a / b for a, b in zip(mine, theirs, strict=True)),
            )
            for mine, theirs in (
                (self.appended, other.appended),
                (self.sealed, other.sealed),
                (self.read, other.read),
                (self.tailed, other.tailed),
            )
        ]


def growth(running: PostgresServer, scale: Scale) -> list[Grown]:
    """Measure ledgers of these sizes, each in tables of its own, turn and turn about."""
    conninfo = database(running, "grown")
    ledgers = [_Growing.filled(running, conninfo, size) for size in scale.sizes]
    for turn in range(scale.times + 1):
        for ledger in ledgers:
            ledger.measure(scale, turn)
    for ledger in ledgers:
        ledger.side.close()
    return [ledger.found() for ledger in ledgers]


@attrs.define
class _Growing:
    side: Ours
    filling: Filling
    restored: float
    rates: dict[str, list[float]] = attrs.field(factory=dict)

    @classmethod
    def filled(cls, running: PostgresServer, conninfo: str, size: int) -> "_Growing":
        """Return a ledger of *size* events, restored as a backup is."""
        schema = f"grown_{size}"
        Ours.make(conninfo, 1, schema)
        side = Ours(conninfo, [0], schema)
        store = side.stores[0]
        filling = Filling(store.ledger, size)
        restored = rate(size, lambda: store.restore(filling.events(), (), {}))
        store.restore((), (), filling.claims)
        assert store.head().position == size
        # Else the server would do it in the midst of what is measured.
        for work in ("VACUUM (ANALYZE)", "CHECKPOINT"):
            running.sql(work, database="grown")
        return cls(side, filling, restored)

    def measure(self, scale: Scale, turn: int) -> None:
        """Measure once; the first time warms up, and is forgotten."""
        chance = random.Random(turn)
        # What is read has not been appended to, so that it is as long in every size.
        streams = sorted(self.filling.heads)
        read_from, append_to = streams[::2], streams[1::2]
        read = chance.sample(read_from, min(scale.read, len(read_from)))
        begins = [chance.randrange(max(1, self.filling.count - 999)) for _ in range(PAGES)]
        some = sum(min(1000, self.side.stores[0].head().position - after) for after in begins)
        found = {
            "read": rate(len(read), each_of(lambda stream: self.side.read(0, stream), read)),
            "tailed": rate(some, each_of(lambda after: self.side.tail(0, after, 1000), begins)),
        }
        for name in ("appended", "sealed"):
            onto = chance.sample(append_to, min(scale.read, len(append_to)))
            found[name] = self._appended(onto, sealed=name == "sealed")
        if turn:
            for name, rate_ in found.items():
                self.rates.setdefault(name, []).append(rate_)

    def _appended(self, streams: list[str], *, sealed: bool) -> float:
        heads = self.filling.heads
        work = []
        for stream, part in zip(streams, parts(len(streams), sealed=sealed), strict=True):
            moved = attrs.evolve(part, stream=stream, expected_version=heads[stream], claims=())
            heads[stream] += 1
            work.append(self.side.ready(0, moved))
        return rate(len(work), each_of(lambda append: append(), work))

    def found(self) -> Grown:
        return Grown(events=self.filling.count, restored=self.restored, **self.rates)
