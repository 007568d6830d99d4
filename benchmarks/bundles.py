"""What evidence costs: entries in every command, and bundles out of large ledgers."""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Final
from unittest.mock import patch

import attrs

from benchmarks import journeys
from benchmarks.measures import Line, Scale, rate
from benchmarks.sides import Ours, ours
from complaint_ledger.evidence.bundle.export import export
from complaint_ledger.evidence.checkpointing import make_checkpoint
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger_adapters import sqlite as adapter

FULL: Final = (10_000, 100_000, 1_000_000)
QUICK: Final = (400, 800)

_NOTHING: Final = SimpleNamespace(entry=lambda **_: "", leaf=lambda _: bytes(32))


@attrs.frozen(kw_only=True)
class Bundled:
    """
    Seconds that evidence takes out of a ledger of *events* events.

    Attributes:
        first: The first bundle ever: every entry is hashed.
        next: The bundle of another complaint after that.
        checkpoint: A checkpoint after a thousand events more.
        verified: The library's verification of a bundle.
    """

    events: int
    first: float
    next: float
    checkpoint: float
    verified: float


def entries(folder: Path, scale: Scale) -> Line:
    """Measure one command with its entry, against the same without (which no ledger keeps)."""
    size, rounds = scale.commanded, scale.times
    cases = [journeys.case(n) for n in range(size * rounds * 2)]
    mine, bare = [], []
    with ours(folder, "entries") as side:
        side.save(cases, journeys.ANSWERED)
        for n in range(rounds):
            one, other = (cases[(2 * n + k) * size :][:size] for k in (0, 1))
            mine.append(rate(size, lambda one=one: side.escalate(one)))
            with patch.object(adapter, "entries", _NOTHING):
                bare.append(rate(size, lambda other=other: side.escalate(other)))
    return Line(
        what="command on six events",
        peer="without entries",
        ours=tuple(mine),
        theirs=tuple(bare),
    )


def bundles(folder: Path, sizes: tuple[int, ...]) -> list[Bundled]:
    """Measure bundles out of ledgers of these sizes."""
    return [_bundled(folder, size) for size in sizes]


def _bundled(folder: Path, size: int) -> Bundled:
    with ours(folder, f"bundles-{size}") as side:
        held = _fill(side, size)
        out = folder / f"bundle-{size}.zip"
        one, other = (journeys.case(held * part // 4).reference for part in (1, 3))
        first = _seconds(lambda: export(side.ledger, one, out, actor=side.actor))
        again = folder / f"bundle-{size}-next.zip"
        following = _seconds(lambda: export(side.ledger, other, again, actor=side.actor))
        side.save([journeys.case(n) for n in range(held, held + 1000 // journeys.LENGTH)])
        checkpoint = _seconds(lambda: make_checkpoint(side.ledger, actor=side.actor))
        verified = _seconds(lambda: verify_bundle(again))
        assert verify_bundle(again).verdict == "verified"
    return Bundled(
        events=size, first=first, next=following, checkpoint=checkpoint, verified=verified
    )


def _fill(side: Ours, events: int) -> int:
    """Record complaints until there are so many events; return how many complaints."""
    held = 0
    while side.ledger.store.head().position < events:
        side.save([journeys.case(n) for n in range(held, held + 250)])
        held += 250
    return held


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
