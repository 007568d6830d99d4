"""Look at the working-day calendars."""

import click

from complaint_ledger.calendars import calendar_ids, load_calendar, read_calendar
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.errors import UnknownName


@click.group()
def calendars() -> None:
    """List, show and check calendars."""


@calendars.command("list")
@format_option
def list_calendars(form: str) -> None:
    """List the calendars that come with the library."""
    rows = []
    for name in calendar_ids():
        read = read_calendar(name)
        found = read.calendar
        rows.append(
            {
                "id": found.id,
                "version": found.version,
                "first": found.first,
                "last": found.last,
                "holidays": len(found.holidays),
                "sha256": read.sha256,
            }
        )
    print_rows(rows, form, ("id", "version", "first", "last", "holidays"))


@calendars.command()
@click.argument("name", metavar="CAL|FILE")
@click.option("--year", type=int, help="Only this year.")
@format_option
def show(name: str, year: int | None, form: str) -> None:
    """Show the days that are none, with their names."""
    rows = (
        {"date": day, "weekday": f"{day:%a}", "name": named}
        for day, named in load_calendar(name).holidays.items()
        if year in {None, day.year}
    )
    print_rows(rows, form, ("date", "weekday", "name"))


@calendars.command()
@click.argument("names", metavar="[CAL]...", nargs=-1)
@click.pass_context
def check(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Compare the calendars with the `holidays` package; they must agree on every weekday."""
    from complaint_ledger.calendars.nations import SUBDIVISIONS, bank_holidays, differences

    unsound = False
    for name in names or calendar_ids():
        if name not in SUBDIVISIONS:
            raise UnknownName("nation's calendar", name, tuple(SUBDIVISIONS))
        try:
            named = bank_holidays(name)
        except ModuleNotFoundError:
            click.echo(
                "the Python package holidays is not installed, so that there is nothing to"
                " compare with: pip install holidays",
                err=True,
            )
            ctx.exit(2)
        found = differences(load_calendar(name), named)
        for line in found:
            click.echo(f"{name}: {line}")
        unsound = unsound or bool(found)
        click.echo(f"{name}: {len(found)} differences")
    ctx.exit(1 if unsound else 0)
