"""`facts`: written to files, to be sent and to be asked together with other councils'."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from complaint_ledger.cli.facts_place import Telling, facts_option, facts_place
from complaint_ledger.cli.options import FICTIONAL, keys_option, say_fictional, url_option
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.cli.progress import Telling as Counting
from complaint_ledger.opening import open_ledger

if TYPE_CHECKING:  # SQLAlchemy takes a while to import
    from complaint_ledger.projections.export.manifest import Exported

_COLUMNS: Final = ("financial_year", "table", "rows", "bytes", "written")
_COUNCILS: Final = ("council", "ledger", "position", "recorded_at", "complaints", "fictional")

out_option: Callable[..., Any] = click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The folder that exports are in; each council has its own in it.",
)


@click.group()
def facts() -> None:
    """Write the facts to Parquet files, and check what others sent."""


@facts.command("export")
@out_option
@url_option
@keys_option
@facts_option
@click.option("--anew", is_flag=True, help="Write every file, whatever is there.")
@format_option
def export_(
    out: Path, url: str, keys: str | None, facts: str | None, form: str, *, anew: bool
) -> None:
    """
    Write the facts to the council's folder in DIR, by financial year of the receipt.

    Only the years that changed since the last time are written again.
    """
    from complaint_ledger.projections.export.exporting import export
    from complaint_ledger.projections.views import Views

    tell, counting = Telling(), Counting("rows written")
    with open_ledger(url, keys=keys) as ledger, Views(facts_place(url, facts)) as views:
        say_fictional(ledger)
        done = export(ledger, views, out, anew=anew, tell=tell, count=counting)
    tell.done()
    counting.end()
    exported = done.exported
    rows = [
        {
            "financial_year": file.financial_year,
            "table": file.table,
            "rows": file.rows,
            "bytes": file.size,
            "written": file.financial_year in done.written,
            "sha256": file.sha256,
        }
        for file in exported.files
    ]
    print_rows(rows, form, _COLUMNS)
    if form != "table":
        return
    where = f"{exported.folder}, position {exported.position:,}"
    if not done.changed:
        click.echo(f"{where}: nothing changed")
        return
    click.echo(
        f"{where}: written {_listed(done.written)}; taken over {_listed(done.taken_over)}"
        + (f" ({done.anew})" if done.anew else "")
    )
    if exported.parked:
        click.echo(
            f"{len(exported.parked):,} complaints are left out, because they cannot be folded:"
            " `complaint-ledger projections status`"
        )


def _listed(years: tuple[str, ...]) -> str:
    return ", ".join(years) or "nothing"


@facts.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@format_option
@click.pass_context
def check(context: click.Context, folder: Path, form: str) -> None:
    """
    Check every export in DIR: its manifest, and the hash of each file.

    Each fault is named, and the exit status is then 3.
    """
    from complaint_ledger.projections.export.manifest import ExportUnusable, examined

    found, faults = examined(folder)
    print_rows(map(_described, found), form, _COUNCILS)
    if any(one.fictional for one in found):
        click.echo(FICTIONAL.replace("this ledger", "those marked"), err=True)
    for fault in faults:
        click.echo(f"complaint-ledger: {fault}", err=True)
    if faults:
        context.exit(ExportUnusable.exit_status)


def _described(one: "Exported") -> dict[str, Any]:
    return {
        "council": one.council,
        "ledger": one.ledger,
        "position": one.position,
        "recorded_at": one.recorded_at,
        "complaints": sum(file.rows for file in one.files if file.table == "complaints"),
        "fictional": one.fictional,
    }


@facts.command()
@click.option(
    "--councils", type=click.IntRange(1, 9999), default=10, show_default=True, metavar="N"
)
@click.option(
    "--complaints",
    type=click.IntRange(1, 10_000_000),
    default=1000,
    show_default=True,
    metavar="N",
    help="How many each council has.",
)
@click.option("--seed", type=int, default=1, show_default=True, metavar="S")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes share the work.",
)
@out_option
def synthetic(councils: int, complaints: int, seed: int, processes: int, out: Path) -> None:
    """Write exports of councils that do not exist, for sizes that no ledger has."""
    from complaint_ledger.projections.export.synthetic import export_many

    click.echo("FICTIONAL: nothing in these exports happened.", err=True)
    counting = Counting("councils written")
    export_many(
        out, councils=councils, complaints=complaints, seed=seed, processes=processes, tell=counting
    )
    counting.end()
    click.echo(f"{out}: {councils:,} councils, {complaints:,} complaints each")
