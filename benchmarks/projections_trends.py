"""Trends against the same questions in SQL by hand, on the same tables."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from sqlalchemy import Connection

from benchmarks.measures import Line, rate
from complaint_ledger.projections.trends.definition import Answer, answer
from complaint_ledger.projections.trends.outcomes import OUTCOMES
from complaint_ledger.projections.trends.overturn import OVERTURN
from complaint_ledger.projections.views import Views

ASKED: Final = ((OVERTURN, None), (OVERTURN, "service"), (OUTCOMES, "stage"), (OUTCOMES, "channel"))
"""Without a group; by a column of its own table; and by one of the complaints it is joined to."""

Rows = Sequence[tuple[Any, ...]]
Told = Mapping[str, Rows]

_OVERTURN: Final = """
    SELECT {group} sum(overturned), count(*),
           count(DISTINCT CASE WHEN overturned = 1 THEN complaint END), count(DISTINCT complaint),
           min(decided_on), max(decided_on)
    FROM heads WHERE locally_not_upheld_then = 1 AND decided_by_ombudsman = 1
"""
_OUTCOMES: Final = """
    SELECT count(*), count(*), count(DISTINCT complaint), count(DISTINCT complaint),
           min(decided_on), max(decided_on)
    FROM decisions
"""
_CELLS: Final = """
    WITH cells AS (
        SELECT {group} AS g, d.outcome AS outcome, count(*) AS n, count(DISTINCT d.complaint) AS c
        FROM {source} GROUP BY {group}, d.outcome
    ), groups AS (
        SELECT {group} AS g, count(*) AS n, count(DISTINCT d.complaint) AS c
        FROM {source} GROUP BY {group}
    )
    SELECT cells.g, cells.outcome, cells.n, groups.n, cells.c, groups.c
    FROM cells JOIN groups ON cells.g = groups.g
"""
_REFERENCES: Final = """
    SELECT DISTINCT coalesce(c.reference, c.stream)
    FROM heads h JOIN complaints c ON c.complaint = h.complaint WHERE h.overturned = 1
"""
_BOTH: Final = "decisions d JOIN complaints c ON c.complaint = d.complaint"

BY_HAND: Final[Mapping[tuple[str, str | None], Mapping[str, str]]] = {
    ("overturn", None): {"whole": _OVERTURN.format(group=""), "references": _REFERENCES},
    ("overturn", "service"): {
        "whole": _OVERTURN.format(group=""),
        "rows": _OVERTURN.format(group="service,") + " GROUP BY service",
        "references": _REFERENCES,
    },
    ("outcomes", "stage"): {
        "whole": _OUTCOMES,
        "rows": _CELLS.format(group="stage", source="decisions d"),
    },
    ("outcomes", "channel"): {
        "whole": _OUTCOMES,
        "rows": _CELLS.format(group="channel", source=_BOTH),
    },
}
"""What somebody would write who wants the numbers of a trend, its references too."""


def trends(views: Views, on: str, times: int) -> list[Line]:
    """Measure each trend, turn and turn about with the same by hand."""
    found = []
    with views.reading() as connection:
        for trend, by in ASKED:
            written = BY_HAND[trend.id, by]

            def ours(trend: Any = trend, by: Any = by) -> Answer:
                return answer(trend, connection, by)

            def theirs(written: Any = written) -> Told:
                return _by_hand(connection, written)

            _check_same(ours(), theirs())
            mine, peer = [], []
            for _ in range(times):
                mine.append(rate(1, ours))
                peer.append(rate(1, theirs))
            said = f"trend {trend.id}{f' by {by}' if by else ''}, {on}"
            found.append(Line(what=said, peer="SQL by hand", ours=tuple(mine), theirs=tuple(peer)))
    return found


def _by_hand(connection: Connection, written: Mapping[str, str]) -> Told:
    """Ask past SQLAlchemy, on the same connection and so of the same tables."""
    driver: Any = connection.connection.driver_connection
    found = {}
    with closing(driver.cursor()) as cursor:
        for name, statement in written.items():
            cursor.execute(statement)
            found[name] = cursor.fetchall()
    return found


def _check_same(ours: Answer, theirs: Told) -> None:
    """Refuse to compare two answers that are not the same."""
    ((heads, heads_of, complaints, complaints_of, first, last),) = theirs["whole"]
    assert (ours.heads, ours.complaints) == ((heads, heads_of), (complaints, complaints_of))
    assert [str(day) for day in ours.period] == [str(first), str(last)]
    crosstab = any(row.outcome for row in ours.rows)
    mine = [
        (row.group, *([row.outcome] if crosstab else []), *row.heads, *row.complaints)
        for row in ours.rows
    ]
    rows = [row if crosstab else row[:5] for row in theirs.get("rows", ())]
    assert sorted(mine) == sorted(rows)
    assert sorted(ours.references) == sorted(row[0] for row in theirs.get("references", ()))
