"""`trends`: a question over all complaints, answered in counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from complaint_ledger.cli.facts_place import Telling, facts_option_with, facts_place
from complaint_ledger.cli.options import keys_option, say_fictional
from complaint_ledger.cli.output import format_option
from complaint_ledger.cli.times import known_at_option, parse_known_at
from complaint_ledger.cli.trends_on import over_councils, say_which_are_fictional
from complaint_ledger.cli.trends_printing import print_answer, say_parked
from complaint_ledger.errors import BadValue
from complaint_ledger.ledger import Ledger
from complaint_ledger.opening import open_ledger

if TYPE_CHECKING:  # SQLAlchemy takes a while to import
    from complaint_ledger.projections.views import Views

_VARIABLE: Final = click.core.ParameterSource.ENVIRONMENT


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
@facts_option_with(" With --on, the folder that the exports are in.")
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
        if not facts or click.get_current_context().get_parameter_source("facts") is _VARIABLE:
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
        print_answer(suppressed(found) if suppress else found, around, form)
        return
    if not url:
        raise click.MissingParameter(param_hint="'--ledger'", param_type="option")
    with (
        open_ledger(url, keys=keys) as ledger,
        _facts(ledger, facts_place(url, facts), known_at) as (views, as_known),
        views.reading() as connection,
    ):
        found = answer(asked, connection, by)
        around = {
            "known_at": as_known,
            "as_of_position": views.position(connection),
            "fictional": ledger.opened.fictional,
            "parked": len(views.parked(connection)),
        }
        if form != "table":  # a table says so itself
            say_fictional(ledger)
            say_parked(around["parked"])
    print_answer(suppressed(found) if suppress else found, around, form)


# --- facts ---------------------------------------------------------------------------------------


@contextmanager
def _facts(
    ledger: Ledger, place: Path | str | None, known_at: str | None
) -> Iterator[tuple["Views", str | None]]:
    from complaint_ledger.evidence.entries import instant
    from complaint_ledger.projections.views import Views, facts_as_known

    tell = Telling()
    if known_at:
        limit = parse_known_at(known_at, ledger.store)
        with facts_as_known(ledger.store, limit, tell) as views:
            tell.done()
            yield views, instant(limit)
        return
    with Views(place) as views:
        views.catch_up(ledger.store, tell=tell)
        tell.done()
        yield views, None
