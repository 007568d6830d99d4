"""
Which checkpoints go into a bundle, and with which witnesses' signatures.

For each entry: the last checkpoint before it and the first that covers it, of all
and of those that a witness signed, so that a reader who holds one of them on paper
can compare. A cosignature that came so late that entries had been recorded in
between would seem to contradict them, and stays out.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

import attrs

from complaint_ledger.errors import BadValue
from complaint_ledger.evidence.checkpointing import KeptCheckpoint
from complaint_ledger.evidence.notes import TIME_BYTES, Signature
from complaint_ledger.store import RecordedEvent

SKEW: Final = timedelta(seconds=300)
"""How far two honest clocks may be apart."""


def seen_at(signature: Signature) -> int:
    """Return when a witness says that it saw a checkpoint, in seconds since 1970."""
    return int.from_bytes(signature.blob[:TIME_BYTES], "big")


def enclosed_checkpoints(
    kept: Sequence[KeptCheckpoint],
    last: KeptCheckpoint,
    entries: Iterable[RecordedEvent],
    *,
    rotations: Iterable[int] = (),
    besides: frozenset[int] = frozenset(),
) -> list[KeptCheckpoint]:
    """
    Return the checkpoints to enclose, by size.

    Args:
        kept: All there are, by size.
        last: The one that every proof leads to.
        entries: All that the bundle holds.
        rotations: The positions at which the signing key was changed.
        besides: Further sizes that somebody asked for.

    Raises:
        BadValue: There is no checkpoint of such a size.
    """
    entries = list(entries)
    usable = [_timely(one, entries) for one in kept if one.size <= last.size]
    sizes = {one.size for one in usable}
    if not besides <= sizes:
        missing = min(besides - sizes)
        raise BadValue("--checkpoint", f"no checkpoint of {missing} entries is kept")
    ordered = sorted(sizes)
    wanted = {last.size, *besides}
    for position in rotations:
        wanted.add(ordered[bisect_left(ordered, position)])
    witnessed = [one.size for one in usable if one.cosignatures]
    for one in entries:
        for among in (ordered, witnessed):
            covered_at = bisect_left(among, one.position)
            wanted.update(among[max(covered_at - 1, 0) : covered_at + 1])
    return [one for one in usable if one.size in wanted]


def _timely(kept: KeptCheckpoint, entries: Iterable[RecordedEvent]) -> KeptCheckpoint:
    later = [one.recorded_at for one in entries if one.position > kept.size]
    earlier = [one.recorded_at for one in entries if one.position <= kept.size]
    timely = tuple(
        signature
        for signature in kept.cosignatures
        if all(at.timestamp() >= seen_at(signature) - SKEW.total_seconds() for at in later)
        and all(at.timestamp() <= seen_at(signature) + SKEW.total_seconds() for at in earlier)
    )
    return attrs.evolve(kept, cosignatures=timely)
