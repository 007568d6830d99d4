"""Between which times witnesses can place an entry (rule 12)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from complaint_ledger.evidence.bundle.policy import Policy
from complaint_ledger.evidence.verify.checkpoints import Seen
from complaint_ledger.evidence.verify.entries import Entry
from complaint_ledger.evidence.verify.reading import need

TOLERANCE: Final = timedelta(seconds=300)
"""Clocks may differ by so much."""
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


def bracket(entry: Entry, policy: Policy, seen: Sequence[Seen]) -> Bracket:
    """Return between which times the witnesses of *policy* can place *entry*."""
    before = [policy.not_before(one.times) for one in seen if one.size < entry.position]
    after = [policy.not_after(one.times) for one in seen if one.size >= entry.position]
    latest = max((time for time in before if time is not None), default=None)
    earliest = min((time for time in after if time is not None), default=None)
    return Bracket(_at(latest), _at(earliest))


def check_times(entries: Sequence[Entry], policy: Policy, seen: Sequence[Seen]) -> None:
    """
    Check that no entry says that it was recorded at a time that witnesses exclude.

    Raises:
        BadEvidence: One does.
    """
    for entry in entries:
        placed, path = bracket(entry, policy, seen), f"{entry.path}.entry"
        if placed.not_before is not None:
            early = placed.not_before - entry.recorded_at > TOLERANCE
            need(not early, path, "it says that it was recorded when witnesses had not seen it yet")
        if placed.not_after is not None:
            late = entry.recorded_at - placed.not_after > TOLERANCE
            need(not late, path, "it says that it was recorded after witnesses had seen it")


def is_witnessed(policy: Policy, seen: Sequence[Seen]) -> bool:
    """Say whether the word of any witness counts."""
    return any(policy.not_after(one.times) is not None for one in seen)


def _at(seconds: int | None) -> datetime | None:
    return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
