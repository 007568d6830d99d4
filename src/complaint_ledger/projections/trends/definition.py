"""What a trend is: a question over the facts, with its definition in words and as a select."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, Literal, TypeAlias

import attrs
from sqlalchemy import Column, ColumnElement, Connection, Table, case, distinct, func

from complaint_ledger.errors import UnknownName
from complaint_ledger.projections.facts import NOT_RECORDED, PERIODS, complaints
from complaint_ledger.projections.trends.asking import Asks, Statement, asks_of

Basis = Literal["received", "closed", "decided"]
Group: TypeAlias = Column[str]

Cells: TypeAlias = tuple[int | None, int | None]
"""Numerator and denominator; None where it is suppressed."""


@attrs.frozen(kw_only=True, eq=False)
class Trend:
    """
    One question over the facts.

    Attributes:
        id: Its name; *version* rises when a number would come out otherwise.
        basis: Which date the periods are of, where no group says otherwise.
        numerator: What is counted, in words.
        denominator: Out of what, in words.
        groups: What it can be grouped by.
        by: What it is grouped by where nobody says.
        select: Takes the column to group by, or none, and returns the select of `counts`
            with the columns `group` and, in a crosstab, `outcome`.
        references: Selects the council and the reference of each complaint in the numerator,
            in columns of these names; None where the numerator leaves nothing out.
        annualised: Whether a part of a year is scaled up to a year.
    """

    id: str
    version: str
    title: str
    basis: Basis
    numerator: str
    denominator: str
    groups: Mapping[str, Group]
    by: str | None = None
    select: Callable[[Group | None], Statement]
    references: Callable[[], Statement] | None = None
    annualised: bool = False


@attrs.frozen(kw_only=True)
class TrendRow:
    """The counts of one group, and in a crosstab of one outcome in it."""

    group: str
    outcome: str | None = None
    heads: Cells
    complaints: Cells


@attrs.frozen(kw_only=True)
class Answer:
    """
    What a trend came to.

    Attributes:
        by: What it was grouped by, if at all.
        period: First and last date, on the trend's basis, of what was counted.
        references: The complaints in the numerator; as COUNCIL/REFERENCE where there may be
            several councils.
        suppressed: Whether small numbers were taken out.
    """

    trend: Trend
    by: str | None
    heads: Cells
    complaints: Cells
    rows: tuple[TrendRow, ...]
    period: tuple[date | None, date | None]
    references: tuple[str, ...]
    suppressed: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return what `trends --format json` prints."""
        trend = self.trend
        return {
            "definition": trend.id,
            "version": trend.version,
            "title": trend.title,
            "basis": trend.basis,
            "numerator": trend.numerator,
            "denominator": trend.denominator,
            "annualised": trend.annualised,
            "suppressed": self.suppressed,
            "period": [day and day.isoformat() for day in self.period],
            "by": self.by,
            "heads": list(self.heads),
            "complaints": list(self.complaints),
            "rows": [_row(row) for row in self.rows],
            "references": list(self.references),
        }


def _row(row: TrendRow) -> dict[str, Any]:
    outcome = {} if row.outcome is None else {"outcome": row.outcome}
    counted = {"heads": list(row.heads), "complaints": list(row.complaints)}
    return {"group": row.group, **outcome, **counted}


def answer(
    trend: Trend, facts: Asks | Connection, by: str | None = None, *, many_councils: bool = False
) -> Answer:
    """
    Return what *trend* comes to over *facts*, grouped by *by* or as it is by default.

    Args:
        trend: The question.
        facts: A connection to a database of facts, or another engine that holds them.
        by: One of the trend's groups.
        many_councils: Whether a reference needs its council to be understood.

    Raises:
        UnknownName: It cannot be grouped by that.
    """
    by = grouped_by(trend, by)
    questions = {"whole": trend.select(None)}
    if by is not None:
        questions["rows"] = trend.select(trend.groups[by])
    if trend.references is not None:
        questions["references"] = trend.references()
    # All at once: an engine may read the facts only once.
    told = dict(zip(questions, asks_of(facts).ask(*questions.values()), strict=True))
    (whole,) = told["whole"]
    rows = told.get("rows", ())
    references = [
        f"{row['council']}/{row['reference']}" if many_councils else str(row["reference"])
        for row in told.get("references", ())
    ]
    return Answer(
        trend=trend,
        by=by,
        heads=_cells(whole, "heads"),
        complaints=_cells(whole, "complaints"),
        # Engines sort differently, and what is not known comes last.
        rows=tuple(sorted(map(_read, rows), key=_place)),
        period=(whole["first"], whole["last"]),
        references=tuple(sorted(references)),
    )


def grouped_by(trend: Trend, by: str | None) -> str | None:
    """
    Return what *trend* is grouped by where somebody says *by*, or nothing.

    Raises:
        UnknownName: It cannot be grouped by that.
    """
    by = by or trend.by
    if by is not None and by not in trend.groups:
        raise UnknownName(f"column of the trend {trend.id}", by, tuple(trend.groups))
    return by


def _read(row: Mapping[Any, Any]) -> TrendRow:
    return TrendRow(
        group=row["group"],
        outcome=row.get("outcome"),
        heads=_cells(row, "heads"),
        complaints=_cells(row, "complaints"),
    )


def _cells(row: Mapping[Any, Any], of: str) -> Cells:
    return int(row[f"{of}_counted"] or 0), int(row[f"{of}_of"] or 0)


def _place(row: TrendRow) -> tuple[bool, str, str]:
    return row.group == NOT_RECORDED, row.group, row.outcome or ""


# --- for writing selects that every engine reads alike -------------------------------------------


def counts(
    complaint: Column[int], day: ColumnElement[Any], counted: ColumnElement[bool] | None = None
) -> list[ColumnElement[Any]]:
    """
    Return the columns of a trend's select: heads and complaints, counted and of how many.

    Args:
        complaint: The column that tells complaints apart.
        day: The date of the trend's basis.
        counted: What makes a row part of the numerator; every row is by default.
    """
    heads_of, complaints_of = func.count(), func.count(distinct(complaint))
    heads_counted: ColumnElement[Any] = heads_of
    complaints_counted: ColumnElement[Any] = complaints_of
    if counted is not None:
        # The sum of no rows is NULL.
        heads_counted = func.coalesce(func.sum(case((counted, 1), else_=0)), 0)
        complaints_counted = func.count(distinct(case((counted, complaint))))
    return [
        heads_counted.label("heads_counted"),
        heads_of.label("heads_of"),
        complaints_counted.label("complaints_counted"),
        complaints_of.label("complaints_of"),
        func.min(day).label("first"),
        func.max(day).label("last"),
    ]


def period_groups(table: Table, *prefixes: str) -> dict[str, Group]:
    """Return the period columns of *table* that begin with *prefixes*, by name."""
    names = [f"{prefix}_{unit}" for prefix in prefixes for unit in PERIODS]
    return {name: table.c[name] for name in names}


COMPLAINT_GROUPS: Final[Mapping[str, Group]] = {
    "council": complaints.c.council,
    **period_groups(complaints, "received", "closed"),
    "channel": complaints.c.channel,
    "code": complaints.c.code,
    "code_version": complaints.c.code_version,
}
"""What a trend over heads or decisions can be grouped by once it is joined to the complaints."""
