"""
Small numbers taken out, so that nobody is recognised in them (GEN-20).

A cell of 1 to 4 is hidden. Where it is the only one hidden of those that add up
to a number that is shown, the next smallest goes too: else a subtraction would
bring it back.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Final, TypeVar

import attrs

from complaint_ledger.projections.trends.definition import Answer, Cells, TrendRow

SMALL: Final = range(1, 5)

K = TypeVar("K", bound=Hashable)


def suppressed(answer: Answer) -> Answer:
    """Return *answer* without its small numbers and without references."""
    heads = _column(answer.rows, [row.heads for row in answer.rows])
    complaints = _column(answer.rows, [row.complaints for row in answer.rows])
    rows = tuple(
        attrs.evolve(row, heads=of_heads, complaints=of_complaints)
        for row, of_heads, of_complaints in zip(answer.rows, heads, complaints, strict=True)
    )
    return attrs.evolve(
        answer,
        heads=_total(answer.heads),
        complaints=_total(answer.complaints),
        rows=rows,
        references=(),
        suppressed=True,
    )


def _total(cells: Cells) -> Cells:
    counted, of = (None if cell in SMALL else cell for cell in cells)
    return counted, of


def _column(rows: Sequence[TrendRow], cells: Sequence[Cells]) -> list[Cells]:
    groups: dict[str, dict[str | None, int]] = {}
    ofs: dict[str, int] = {}
    for row, (counted, of) in zip(rows, cells, strict=True):
        groups.setdefault(row.group, {})[row.outcome] = counted or 0
        ofs[row.group] = of or 0
    shown_ofs = hide(ofs)
    if all(row.outcome is None for row in rows):  # the groups add up to the whole
        only = hide({group: found[None] for group, found in groups.items()})
        return [(only[row.group], shown_ofs[row.group]) for row in rows]
    shown: dict[str, Mapping[str | None, int | None]] = {
        # The outcomes of a group add up to its denominator.
        group: hide(found) if shown_ofs[group] is not None else dict.fromkeys(found)
        for group, found in groups.items()
    }
    return [(shown[row.group][row.outcome], shown_ofs[row.group]) for row in rows]


def hide(cells: Mapping[K, int]) -> dict[K, int | None]:
    """Return *cells*, which add up to something shown, with None for what is hidden."""
    hidden = [key for key, cell in cells.items() if cell in SMALL]
    if len(hidden) == 1:
        others = [key for key, cell in cells.items() if cell not in SMALL and cell]
        hidden += sorted(others, key=lambda key: (cells[key], str(key)))[:1]
    return {key: None if key in hidden else cell for key, cell in cells.items()}
