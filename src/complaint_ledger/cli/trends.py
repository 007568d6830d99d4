"""`trends`: a question over all complaints, answered in counts."""

import csv
import json
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from complaint_ledger.cli.options import keys_option, say_fictional
from complaint_ledger.cli.output import as_json, format_option, print_rows
from complaint_ledger.cli.times import known_at_option, parse_known_at
from complaint_ledger.cli.trends_on import over_councils, said_of_councils, say_which_are_fictional
from complaint_ledger.errors import BadValue
from complaint_ledger.ledger import Ledger
from complaint_ledger.opening import open_ledger
from complaint_ledger.store import parse_url

if TYPE_CHECKING:  # SQLAlchemy takes a while to import
    from complaint_ledger.projections.runner import Progress
    from complaint_ledger.projections.trends import Answer, TrendRow
    from complaint_ledger.projections.views import Views

LISTED = 20
"""How many references a table names; JSON names them all."""


@click.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--ledger",
    "url",
    envvar="COMPLAINT_LEDGER_URL",
    show_envvar=True,
    metavar="URL",
    help="Where the ledger is kept, such as sqlite:///council.db. Needed, but not with --on.",
)
@keys_option
@click.option("--by", metavar="COLUMN", help="Group by this; a wrong one shows those there are.")
@known_at_option
@click.option("--suppress", is_flag=True, help="Take out counts of 1 to 4, and references.")
@click.option(
    "--on",
    "engine",
    type=click.Choice(["duckdb", "spark"]),
    help="Ask the exports of many councils by this; no ledger is read.",
)
@click.option(
    "--facts",
    metavar="PATH",
    help="Where the facts are kept. Default: beside an SQLite ledger. With --on, the folder"
    " that the exports are in.",
)
@format_option
def trends(
    name: str,
    url: str | None,
    keys: str | None,
    by: str | None,
    known_at: str | None,
    engine: str | None,
    facts: str | None,
    form: str,
    *,
    suppress: bool,
) -> None:
    """
    Answer a question over all complaints: outcomes, overturn.

    Counts are of heads and of complaints; both are given.
    """
    from complaint_ledger.projections.trends import answer, suppressed, trend

    asked = trend(name)
    if engine:
        if not facts:
            raise click.MissingParameter(param_hint="'--facts'", param_type="option")
        if known_at:
            raise BadValue(
                "known-at",
                "an export holds what was known when it was made, and no more; leave it out, or"
                " ask the ledger itself, without --on",
            )
        found, around = over_councils(asked, by, engine, Path(facts))
        if form != "table":
            say_which_are_fictional(around["councils"])
        _print(suppressed(found) if suppress else found, around, form)
        return
    if not url:
        raise click.MissingParameter(param_hint="'--ledger'", param_type="option")
    with (
        open_ledger(url, keys=keys) as ledger,
        _facts(ledger, facts or _beside(url), known_at) as (views, as_known),
        views.reading() as connection,
    ):
        found = answer(asked, connection, by)
        around = {
            "known_at": as_known,
            "as_of_position": views.position(connection),
            "fictional": ledger.opened.fictional,
        }
        if form != "table":  # a table says so itself
            say_fictional(ledger)
    _print(suppressed(found) if suppress else found, around, form)


# --- facts ---------------------------------------------------------------------------------------


def _beside(url: str) -> Path | None:
    """Return where the facts of the ledger at *url* are kept; None if in memory."""
    where = parse_url(url)
    return Path(f"{where.path}.facts") if where.scheme == "sqlite" else None


@contextmanager
def _facts(
    ledger: Ledger, file: Path | str | None, known_at: str | None
) -> Iterator[tuple["Views", str | None]]:
    from complaint_ledger.evidence.entries import instant
    from complaint_ledger.projections.views import Views, facts_as_known

    tell = _Tell()
    if known_at:
        limit = parse_known_at(known_at, ledger.store)
        with facts_as_known(ledger.store, limit, tell) as views:
            tell.done()
            yield views, instant(limit)
        return
    with Views(file) as views:
        views.catch_up(ledger.store, tell=tell)
        tell.done()
        yield views, None


class _Tell:
    """Says on stderr how far the facts are, once that takes more than a second."""

    def __init__(self) -> None:
        self._at_once = sys.stderr.isatty()
        self._next = time.monotonic() + 1
        self._said = False

    def __call__(self, progress: "Progress") -> None:
        now = time.monotonic()
        if now < self._next:
            return
        # A terminal overwrites its line; a log gets a line now and then.
        self._next = now + (0.2 if self._at_once else 10)
        self._said = True
        percent = 100 * progress.position // max(progress.head, 1)
        line = f"facts: {progress.position:,} of {progress.head:,} events, {percent}%"
        click.echo(f"\r{line}" if self._at_once else line, err=True, nl=not self._at_once)

    def done(self) -> None:
        if self._said and self._at_once:
            click.echo(err=True)


# --- printing ------------------------------------------------------------------------------------


def _print(found: "Answer", around: dict[str, Any], form: str) -> None:
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
