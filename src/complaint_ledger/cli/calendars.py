"""Look at the working-day calendars."""

import click

from complaint_ledger.calendars import calendar_ids, load_calendar, read_calendar
from complaint_ledger.cli.output import format_option, print_rows


@click.group()
def calendars() -> None:
    """List, show and check calendars."""


@calendars.command("list")
@click.argument("names", metavar="[CAL|FILE]...", nargs=-1)
@format_option
def list_calendars(names: tuple[str, ...], form: str) -> None:
    """List the calendars that come with the library, or those that are named."""
    rows = []
    for name in names or calendar_ids():
        read = read_calendar(name)
        found = read.calendar
        rows.append(
            {
                "id": found.id,
                "version": found.version,
                "extends": read.base.calendar.id if read.base else None,
                "first": found.first,
                "last": found.last,
                "holidays": len(found.holidays),
                "sha256": read.sha256,
            }
        )
    print_rows(rows, form, ("id", "version", "extends", "first", "last", "holidays"))


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
@click.argument("names", metavar="[CAL|FILE]...", nargs=-1)
@click.pass_context
def check(ctx: click.Context, names: tuple[str, ...]) -> None:
    """
    Compare the calendars with the `holidays` package; they must agree on every weekday.

    Of a file, check its form: the first thing wrong with it is named.
    """
    from complaint_ledger.calendars.nations import SUBDIVISIONS, bank_holidays, differences

    unsound = False
    for name in names or calendar_ids():
        if name not in SUBDIVISIONS:
            _check_form(name)
            continue
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


def _check_form(file: str) -> None:
    read = read_calendar(file)
    found, base = read.calendar, read.base.calendar if read.base else None
    click.echo(
        f"{file}: {found.id}, version {found.version}, {found.first} to {found.last},"
        f" {len(found.holidays)} holidays, sound"
    )
    if base:
        theirs = {day for day in base.holidays if found.first <= day <= found.last}
        closed, works = found.holidays.keys() - theirs, theirs - found.holidays.keys()
        click.echo(
            f"extends {base.id}; closures added: {len(closed)}, holidays worked: {len(works)}"
        )
    click.echo(f"sha256 {read.sha256}")
