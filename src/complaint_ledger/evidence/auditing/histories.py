"""Whether the entries that were read are those that a checkpoint was signed over."""

from collections.abc import Mapping, Sequence

from complaint_ledger.evidence.auditing.problems import Problems
from complaint_ledger.evidence.checkpoints import Checkpoint


def check_kept(
    kept: Sequence[Checkpoint], roots: Mapping[int, bytes], size: int, problems: Problems
) -> None:
    """
    Compare the checkpoints that the ledger keeps with what was read.

    Args:
        kept: By size.
        roots: The roots that were worked out, by size.
        size: How many entries the ledger has.
        problems: Takes what differs.
    """
    agreed = _agreed(kept, roots)
    shown = False
    for one in kept:
        if one.size > size:
            problems.among(
                size + 1,
                one.size,
                f"the ledger has shrunk: {one.size} entries were signed, and it has {size}",
            )
        elif one.size in roots and roots[one.size] != one.root:
            if agreed and one.size < agreed[-1]:
                problems.at(
                    one.size,
                    f"the checkpoint of {one.size} entries has another root than those entries,"
                    " which later checkpoints agree with",
                )
            elif not shown:
                shown = True
                problems.among(
                    agreed[-1] + 1 if agreed else 1,
                    one.size,
                    f"these are not the entries that the checkpoint of {one.size} was signed over",
                )


def check_against(
    outside: Sequence[Checkpoint],
    origin: str | None,
    roots: Mapping[int, bytes],
    size: int,
    problems: Problems,
) -> None:
    """Compare the checkpoints that somebody *outside* holds with what was read."""
    ours = [one for one in outside if one.origin == origin]
    agreed = _agreed(ours, roots)
    for one in sorted(outside, key=lambda each: each.size):
        told = f"the checkpoint of {one.size} entries that you gave"
        if one.origin != origin:
            problems.beside(f"{told} is of another ledger: its first line is another name")
        elif one.size > size:
            problems.among(
                size + 1, one.size, f"the ledger has shrunk: it has {size} entries, and {told} more"
            )
        elif one.size in roots and roots[one.size] != one.root:
            below = [each for each in agreed if each < one.size]
            problems.among(
                below[-1] + 1 if below else 1,
                one.size,
                f"{told} is of another history: forked. These entries are not those it was made of",
            )


def _agreed(checkpoints: Sequence[Checkpoint], roots: Mapping[int, bytes]) -> list[int]:
    return sorted(one.size for one in checkpoints if roots.get(one.size) == one.root)
