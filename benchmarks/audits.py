"""What an audit of a whole ledger costs, against what hashing alone would."""

import os
import statistics
import time
from hashlib import sha256
from pathlib import Path
from typing import Final

import attrs

from benchmarks.synthetic import synthetic
from complaint_ledger.evidence.audit import audit
from complaint_ledger.ledger import Ledger

FULL: Final = (10_000, 100_000, 1_000_000)
QUICK: Final = (400, 800)
BLOCKS: Final = 12
"""Blocks of SHA-256 (64 bytes) that an entry, its body and its place in the tree take."""
TARGET: Final = 20
"""How many times the hashing alone an audit of the entries may take."""

_PROBE: Final = 1 << 26


@attrs.frozen(kw_only=True)
class Audited:
    """
    Seconds of the processor for the audit of a ledger of *events* events.

    Attributes:
        hashing: What the hashing alone would take, measured between the audits.
        entries: Entries, chains, tree, seals and checkpoints.
        everything: The same, with two sealed values of each event opened.
    """

    events: int
    hashing: float
    entries: float
    everything: float

    @property
    def ratio(self) -> float:
        return self.entries / self.hashing

    @property
    def hit(self) -> bool:
        return self.ratio <= TARGET


def audits(folder: Path, sizes: tuple[int, ...]) -> list[Audited]:
    """Measure audits of a ledger as it grows."""
    return [_audited(ledger) for _, ledger in synthetic(folder, sizes)]


def _audited(ledger: Ledger) -> Audited:
    events = ledger.store.head().position
    begun = time.process_time()
    report = audit(ledger, values=False)
    entries = time.process_time() - begun
    hashing = _hashing() * 64 * BLOCKS * events
    begun = time.process_time()
    whole = audit(ledger)
    everything = time.process_time() - begun
    assert report.verified, report.problems[0]
    assert whole.verified, whole.problems[0]
    assert whole.entries == events
    return Audited(events=events, hashing=hashing, entries=entries, everything=everything)


def _hashing() -> float:
    """Return how long SHA-256 takes for a byte of a buffer that is greater than any cache."""
    buffer = os.urandom(1 << 16) * (_PROBE >> 16)
    took = []
    for _ in range(5):
        begun = time.process_time()
        sha256(buffer).digest()
        took.append(time.process_time() - begun)
    return statistics.median(took) / _PROBE
