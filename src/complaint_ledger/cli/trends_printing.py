"""How the answer to a trend is printed: as a table for people, or for programs."""

import csv
import json
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import click

from complaint_ledger.cli.output import as_json, print_rows
from complaint_ledger.cli.trends_on import said_of_councils, say_which_are_fictional

if TYPE_CHECKING:  # SQLAlchemy takes a while to import
    from complaint_ledger.projections.trends import Answer, TrendRow

LISTED = 20
"""How many references a table names; JSON names them all."""


def say_parked(parked: int) -> None:
    """Say on stderr that complaints are left out, if some are."""
    if parked:
        click.echo(
            f"left out: {parked:,} that cannot be folded; `complaint-ledger projections"
            " status` names them",
            err=True,
        )


def print_answer(found: "Answer", around: dict[str, Any], form: str) -> None:
    """Print *found* in *form*, with what is said *around* it."""
    if form == "table":
        _print_table(found, around)
    elif form == "csv":
        _print_csv(found, around)
    else:
        whole = {**found.as_dict(), **around}
        click.echo(
            as_json(whole)
            if form == "jsonl"
            else json.dumps(whole, ensure_ascii=False, default=str, indent=2)
        )


def _print_table(found: "Answer", around: dict[str, Any]) -> None:
    trend = found.trend
    click.echo(f"{trend.title} ({trend.id}, version {trend.version})")
    if councils := around.get("councils"):
        say_which_are_fictional(councils, err=False)
    elif around["fictional"]:
        click.echo("FICTIONAL: nothing in this ledger happened.")
    first, last = found.period
    annualised = "annualised" if trend.annualised else "not annualised"
    said = [
        ("counted", trend.numerator),
        ("out of", trend.denominator),
        ("basis", f"{trend.basis}{f', {first} to {last}' if first else ''}; {annualised}"),
        ("councils", said_of_councils(councils, LISTED)) if councils else _known(around),
        ("heads", _share(found.heads)),
        ("complaints", _share(found.complaints)),
    ]
    if found.suppressed:
        said.append(("*", "1 to 4, or hidden so that these cannot be worked out"))
    for label, words in said:
        click.echo(_wrapped(f"  {label.ljust(10)}  ", words))
    if found.by:
        click.echo()
        columns = ["group", *(["outcome"] if _crosstab(found) else []), "heads", "complaints"]
        rows = [
            {**_named(row), "heads": _share(row.heads), "complaints": _share(row.complaints)}
            for row in found.rows
        ]
        print_rows(rows, "table", columns, title=f"by {found.by}")
    if found.references:
        more = len(found.references) - LISTED
        listed = ", ".join(found.references[:LISTED])
        click.echo()
        rest = f" and {more} more, with --format json" if more > 0 else ""
        click.echo(_wrapped("references: ", listed + rest))


def _known(around: dict[str, Any]) -> tuple[str, str]:
    return "known at", f"{around['known_at'] or 'now'} (position {around['as_of_position']})"


def _crosstab(found: "Answer") -> bool:
    return any(row.outcome is not None for row in found.rows)


def _named(row: "TrendRow") -> dict[str, Any]:
    return {"group": row.group, "outcome": row.outcome}


def _share(cells: tuple[int | None, int | None]) -> str:
    counted, of = cells
    said = " of ".join("*" if cell is None else f"{cell:,}" for cell in cells)
    return f"{said} ({counted / of:.1%})" if counted is not None and of else said


def _print_csv(found: "Answer", around: dict[str, Any]) -> None:
    """Print a line for the whole, whose group is empty, and one for each row."""
    trend = found.trend
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        (
            *("definition", "version", "fictional", "by", "group", "outcome"),
            *("heads", "heads_of", "complaints", "complaints_of"),
        )
    )
    always = (trend.id, trend.version, str(around["fictional"]).lower(), found.by)
    writer.writerow((*always, None, None, *found.heads, *found.complaints))
    for row in found.rows:
        writer.writerow((*always, row.group, row.outcome, *row.heads, *row.complaints))


def _wrapped(label: str, words: str) -> str:
    return textwrap.fill(words, 96, initial_indent=label, subsequent_indent=" " * len(label),
                         break_on_hyphens=False)  # fmt: skip
