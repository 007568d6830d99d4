"""Between which times witnesses can place an entry (rule 12)."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

import attrs

from complaint_ledger.evidence.bundle.policy import Policy
from complaint_ledger.evidence.verify.checkpoints import Seen
from complaint_ledger.evidence.verify.entries import Entry
from complaint_ledger.evidence.verify.reading import need

TOLERANCE: Final = timedelta(seconds=300)
"""Clocks may differ by so much."""
_NEVER: Final = -1
_FOR_EVER: Final = 2**63
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen
class Bracket:
    """When an entry was not there yet, and when it was; None where no witness can say."""

    not_before: datetime | None
    not_after: datetime | None


def check_policy(policy: Policy, seen: Sequence[Seen], events: Sequence[Entry]) -> None:
    """
    Check that enough of the policy's witnesses saw a checkpoint that covers every event.

    Raises:
        BadEvidence: They did not.
    """
    if policy.quorum is None:
        return
    covering = [one for one in seen if one.size >= events[-1].position]
    enough = any(policy.satisfied(one.times.__contains__) for one in covering)
    need(
        enough,
        "data/checkpoints",
        "too few of the policy's witnesses signed a checkpoint that covers the whole complaint",
    )


class Brackets:
    """What the witnesses of a policy say of the checkpoints *seen*, ready for any entry."""

    def __init__(self, policy: Policy, seen: Sequence[Seen]) -> None:
        self._sizes = [one.size for one in seen]
        before = [_or(policy.not_before(one.times), _NEVER) for one in seen]
        after = [_or(policy.not_after(one.times), _FOR_EVER) for one in seen]
        # Of a size and all smaller ones the latest time; of it and all greater ones the earliest.
        self._latest = list(accumulate(before, max))
        self._earliest = list(accumulate(reversed(after), min))[::-1]

    def of(self, entry: Entry) -> Bracket:
        """Return between which times witnesses can place *entry*."""
        covering = bisect_left(self._sizes, entry.position)
        latest = self._latest[covering - 1] if covering else _NEVER
        earliest = self._earliest[covering] if covering < len(self._sizes) else _FOR_EVER
        return Bracket(_at(latest), _at(earliest))


def check_times(entries: Sequence[Entry], brackets: Brackets) -> None:
    """
    Check that no entry says that it was recorded at a time that witnesses exclude.

    Raises:
        BadEvidence: One does.
    """
    for entry in entries:
        placed, path = brackets.of(entry), f"{entry.path}.entry"
        if placed.not_before is not None:
            early = placed.not_before - entry.recorded_at > TOLERANCE
            need(not early, path, "it says that it was recorded when witnesses had not seen it yet")
        if placed.not_after is not None:
            late = entry.recorded_at - placed.not_after > TOLERANCE
            need(not late, path, "it says that it was recorded after witnesses had seen it")


def is_witnessed(policy: Policy, seen: Sequence[Seen]) -> bool:
    """Say whether the word of any witness counts."""
    return any(policy.not_after(one.times) is not None for one in seen)


def _or(seconds: int | None, otherwise: int) -> int:
    return otherwise if seconds is None else seconds


def _at(seconds: int) -> datetime | None:
    return None if seconds in {_NEVER, _FOR_EVER} else _EPOCH + timedelta(seconds=seconds)
