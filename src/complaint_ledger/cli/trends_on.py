"""`trends --on`: a question over the exports of many councils."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from complaint_ledger.cli.options import FICTIONAL

if TYPE_CHECKING:  # SQLAlchemy takes a while to import
    from complaint_ledger.projections.trends import Answer, Trend

Council: TypeAlias = Mapping[str, Any]


def over_councils(
    asked: "Trend", by: str | None, engine: str, folder: Path
) -> tuple["Answer", dict[str, Any]]:
    """
    Return what *asked* comes to over the exports in *folder*, and whose these are.

    Raises:
        UnknownName: The trend cannot be grouped by that.
        ExportUnusable: There is none in the folder, or one cannot be used.
        FactsUnusable: What the engine needs is not installed, or it does not start.
    """
    from complaint_ledger.projections.engines import over
    from complaint_ledger.projections.export.manifest import exports
    from complaint_ledger.projections.trends import answer
    from complaint_ledger.projections.trends.definition import grouped_by

    grouped_by(asked, by)  # before anything that takes long
    exported = exports(folder)
    with over(exported, engine) as facts:
        found = answer(asked, facts, by, many_councils=True)
    councils = [
        {
            "council": one.council,
            "ledger": one.ledger,
            "as_of_position": one.position,
            "recorded_at": one.recorded_at,
            "parked": len(one.parked),
            "fictional": one.fictional,
        }
        for one in exported
    ]
    fictional = any(one["fictional"] for one in councils)
    return found, {"on": engine, "councils": councils, "fictional": fictional}


def say_which_are_fictional(councils: Sequence[Council], *, err: bool = True) -> None:
    """Say so where ledgers tell of nothing real, and which, if it is not all."""
    named = [one["council"] for one in councils if one["fictional"]]
    if len(named) == len(councils) == 1:
        click.echo(FICTIONAL, err=err)
    elif len(named) == len(councils):
        click.echo("FICTIONAL: nothing in these ledgers happened.", err=err)
    elif named:
        listed = ", ".join(named)
        click.echo(f"FICTIONAL: nothing in the ledgers of {listed} happened.", err=err)


def said_of_councils(councils: Sequence[Council], most: int) -> str:
    """Return how many *councils* there are, and of *most* of them up to which position."""
    listed = [f"{one['council']} (position {one['as_of_position']})" for one in councils[:most]]
    more = len(councils) - most
    rest = f" and {more} more, with --format json" if more > 0 else ""
    left_out = sum(one["parked"] for one in councils)
    parked = f"; {left_out:,} complaints that cannot be folded are left out" if left_out else ""
    return f"{len(councils):,}: {', '.join(listed)}{rest}{parked}"
