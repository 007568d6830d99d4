"""What is measured: the same journeys on two sides, turn and turn about."""

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import attrs

from benchmarks import journeys, peers
from benchmarks.sides import copy_of, escalate_each, ours, rows_after, save_each, theirs
from benchmarks.split import split_of
from complaint_ledger.domain.complaint import Complaint


@attrs.frozen(kw_only=True)
class Scale:
    """How much is measured: complaints per repetition, and how often."""

    imported: int
    replayed: int
    commanded: int
    times: int
    sizes: tuple[int, ...]


FULL: Final = Scale(
    imported=1000, replayed=2000, commanded=300, times=7, sizes=(1_000, 10_000, 100_000)
)
QUICK: Final = Scale(imported=20, replayed=20, commanded=5, times=2, sizes=(20, 40))


@attrs.frozen(kw_only=True)
class Line:
    """
    One comparison.

    Attributes:
        what: What was done, and what one of it is.
        peer: Against whom.
        ours: Per second, once for each repetition.
        theirs: The peer's, of the same repetitions.
        target: The least that the median ratio should be; None where nothing is promised.
    """

    what: str
    peer: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    target: float | None = None

    @property
    def ratios(self) -> list[float]:
        """Ours over theirs, one for each repetition."""
        return [a / b for a, b in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def hit(self) -> bool | None:
        return None if self.target is None else self.ratio >= self.target


@attrs.frozen(kw_only=True)
class Growth:
    """Rates per second in a ledger of *complaints* complaints."""

    complaints: int
    imported: float
    commanded: float
    read: float
    replayed: float
    judged: float


def rate(count: int, work: Callable[[], object]) -> float:
    """Return how many of *count* things *work* does in a second."""
    gc.collect()
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


def imports(folder: Path, scale: Scale) -> Line:
    """Measure complaints saved: our batches against a save for each."""
    mine, peer = [], []
    with ours(folder, "import") as a, theirs(folder, "import-peer") as b:
        for cases in _rounds(scale.imported, scale.times):
            mine.append(rate(len(cases), lambda cases=cases: a.save(cases)))
            peer.append(rate(len(cases), lambda cases=cases: save_each(b, cases)))
    return Line(
        what="import, complaints",
        peer="eventsourcing, save each",
        ours=tuple(mine),
        theirs=tuple(peer),
        target=5,
    )


def replays(folder: Path, scale: Scale) -> Line:
    """Measure complaints replayed: every one of a ledger."""
    cases = [journeys.case(n) for n in range(scale.replayed)]
    mine, peer = [], []
    with ours(folder, "replay") as a, theirs(folder, "replay-peer") as b:
        a.save(cases)
        ids = save_each(b, cases)
        _same_end(a.replay(), [b.repository.get(id_) for id_ in ids])
        for _ in range(scale.times):
            mine.append(rate(len(cases), a.replay))
            peer.append(rate(len(ids), lambda: [b.repository.get(id_) for id_ in ids]))
    return Line(
        what="replay, complaints",
        peer="eventsourcing, get each",
        ours=tuple(mine),
        theirs=tuple(peer),
        target=3,
    )


def findings(folder: Path, scale: Scale) -> Line:
    """Measure complaints judged, against the same complaints only read and folded."""
    mine, folded = [], []
    with ours(folder, "findings") as side:
        side.save([journeys.case(n) for n in range(scale.replayed)])
        streams = list(side.ledger.streams())
        assert side.judge() == len(streams)
        for _ in range(scale.times):
            mine.append(rate(len(streams), side.judge))
            folded.append(
                rate(len(streams), lambda: [side.ledger.complaint(stream) for stream in streams])
            )
    return Line(
        what="findings, complaints",
        peer="our own fold, one by one",
        ours=tuple(mine),
        theirs=tuple(folded),
    )


def commands(folder: Path, scale: Scale) -> tuple[Line, Line, dict[str, float]]:
    """Measure one command on a complaint of six events; and where its time goes."""
    rounds = list(_rounds(scale.commanded, scale.times + 1))
    mine, raw, peer = [], [], []
    with ours(folder, "command") as a, theirs(folder, "command-peer") as b:
        for cases in rounds:
            a.save(cases, journeys.ANSWERED)
        ids = []
        for cases in rounds:
            complaints = [peers.complaint_of(case, journeys.ANSWERED) for case in cases]
            b.save(*complaints)
            ids.append([complaint.id for complaint in complaints])
        by_hand = copy_of(a, folder / "command-raw.db")
        for cases, known in zip(rounds[1:], ids[1:], strict=True):
            before = a.ledger.store.head().position
            mine.append(rate(len(cases), lambda cases=cases: a.escalate(cases)))
            rows = rows_after(a, before)
            assert len(rows) == len(cases)
            raw.append(rate(len(rows), lambda rows=rows: peers.write_by_hand(by_hand, rows)))
            peer.append(
                rate(len(cases), lambda cases=cases, known=known: escalate_each(b, cases, known))
            )
        by_hand.close()
        split = split_of(lambda: a.escalate(rounds[0]), len(rounds[0]))
    what = "command on six events"
    return (
        Line(what=what, peer="sqlite3, same rows", ours=tuple(mine), theirs=tuple(raw), target=0.4),
        Line(what=what, peer="eventsourcing, get and save", ours=tuple(mine), theirs=tuple(peer)),
        split,
    )


def growth(folder: Path, scale: Scale) -> list[Growth]:
    """Measure a ledger while it grows."""
    found: list[Growth] = []
    held = 0
    batch = min(1000, scale.sizes[0] // 2)
    with ours(folder, "growth") as side:
        for size in scale.sizes:
            # The last complaints of each size stop at six events, for a command to come.
            while held < size - batch:
                count = min(batch, size - batch - held)
                side.save([journeys.case(n) for n in range(held, held + count)])
                held += count
            last = [journeys.case(n) for n in range(held, size)]
            held = size
            streams = [case.reference for case in last]
            found.append(
                Growth(
                    complaints=size,
                    imported=rate(len(last), lambda last=last: side.save(last, journeys.ANSWERED)),
                    commanded=rate(len(last), lambda last=last: side.escalate(last)),
                    read=rate(
                        len(last),
                        lambda streams=streams: [side.ledger.complaint(s) for s in streams],
                    ),
                    replayed=rate(size, side.replay),
                    judged=rate(size, side.judge),
                )
            )
    return found


def syncs(folder: Path, times: int) -> float:
    """Return how often a second the disk takes 4 KiB and says that it is safe."""
    with (folder / "sync").open("wb", buffering=0) as file:

        def work() -> None:
            for _ in range(times):
                file.write(bytes(4096))
                os.fsync(file.fileno())

        return rate(times, work)


def _rounds(size: int, times: int) -> Iterator[list[journeys.Case]]:
    for first in range(0, size * times, size):
        yield [journeys.case(n) for n in range(first, first + size)]


def _same_end(mine: Sequence[tuple[str, Complaint]], peer: Sequence[peers.Complaint]) -> None:
    """Refuse to compare two sides that do not reach the same state."""
    ours_end = sorted(
        (x.reference, x.received_on, x.handler, x.stages[-1].responded_on, len(x.heads[0].local))
        for _, x in mine
    )
    their_end = sorted(
        (
            x.reference,
            x.received_on,
            x.handler,
            x.stages["stage-2"]["responded_on"],
            len(x.heads["h1"]["local"]),
        )
        for x in peer
    )
    assert ours_end == their_end
