"""Count working days, and say which were not counted and why."""

from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
import click

from complaint_ledger.calendars import load_calendar
from complaint_ledger.cli.days import day
from complaint_ledger.cli.output import as_json, format_option, print_rows
from complaint_ledger.domain.working_days import (
    COUNTINGS,
    Counting,
    WorkingDayCalendar,
    in_words,
)

UNITS = ("working-days", "calendar-days", "calendar-months")


def _calendar(name: str, *, saturdays: bool, closed: tuple[date, ...]) -> WorkingDayCalendar:
    calendar = load_calendar(name)
    if saturdays:
        calendar = attrs.evolve(calendar, weekend=calendar.weekend - {5})
    if closed:
        closures = dict.fromkeys(closed, "closed")
        calendar = calendar.with_closures(
            closures, id=f"{calendar.id}, with closures", version=calendar.version
        )
    return calendar


def _counted_by(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        format_option,
        click.option("--closed", type=day, multiple=True, help="A day the council is closed."),
        click.option("--saturdays", is_flag=True, help="Saturdays are working days."),
        click.option(
            "--calendar",
            "calendar_name",
            required=True,
            metavar="CAL|FILE",
            help="A calendar's id, or a TOML or JSON file; FILE.json#NAME chooses an entry.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def workdays() -> None:
    """Count working days by a named calendar and a named convention."""


# A negative number begins like an option.
@workdays.command(context_settings={"ignore_unknown_options": True})
@click.argument("start", type=day)
@click.argument("number", metavar="N", type=int)
@click.option("--counting", type=click.Choice(COUNTINGS), help="Which day is day 1.")
@click.option("--unit", type=click.Choice(UNITS), default=UNITS[0], show_default=True)
@click.option("--roll", is_flag=True, help="Move a calendar date on to a working day.")
@_counted_by
def add(
    *,
    start: date,
    number: int,
    counting: Counting | None,
    unit: str,
    roll: bool,
    calendar_name: str,
    saturdays: bool,
    closed: tuple[date, ...],
    form: str,
) -> None:
    """Print the day N days from START; N may be negative."""
    calendar = _calendar(calendar_name, saturdays=saturdays, closed=closed)
    if unit == "working-days":
        if counting is None:
            raise click.UsageError(f"say --counting {'|'.join(COUNTINGS)}: they differ by a day")
        reckoned = calendar.add_working_days(start, number, counting=counting)
    elif unit == "calendar-days":
        reckoned = calendar.add_calendar_days(start, number, roll=roll)
    else:
        reckoned = calendar.add_calendar_months(start, number, roll=roll)
    because = (*reckoned.because, _named(calendar))
    _print("date", reckoned.on, in_words(reckoned.on), because, form)


@workdays.command()
@click.argument("start", type=day)
@click.argument("end", type=day)
@click.option("--counting", type=click.Choice(COUNTINGS), required=True, help="Which day is day 1.")
@_counted_by
def between(
    *,
    start: date,
    end: date,
    counting: Counting,
    calendar_name: str,
    saturdays: bool,
    closed: tuple[date, ...],
    form: str,
) -> None:
    """
    Print how many working days lead from START to END.

    `inclusive` counts both ends, `after` only the later, `deemed` only the later
    from the next working day on if START is none.
    """
    calendar = _calendar(calendar_name, saturdays=saturdays, closed=closed)
    counted = calendar.working_days_between(start, end, counting=counting)
    because = (*counted.because, _named(calendar))
    _print("days", counted.days, str(counted.days), because, form)


def _named(calendar: WorkingDayCalendar) -> str:
    return f"calendar {calendar.id}, version {calendar.version}"


def _print(key: str, answer: object, words: str, because: tuple[str, ...], form: str) -> None:
    row = {key: answer, "because": list(because)}
    if form == "csv":
        print_rows([row], form, list(row))
    elif form == "table":
        click.echo(words)
        for line in because:
            click.echo(f"  {line}")
    else:
        click.echo(as_json(row))
