"""Say what is due when, and why."""

from collections.abc import Iterable
from datetime import datetime

import click

from complaint_ledger.calendars import load_calendar
from complaint_ledger.cli.days import day
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.codes import load_code
from complaint_ledger.domain.deadlines import Deadline, Milestone, deadlines
from complaint_ledger.domain.handling_code import MILESTONES, HandlingCode
from complaint_ledger.domain.london import LONDON
from complaint_ledger.domain.working_days import in_words
from complaint_ledger.errors import BadValue

COLUMNS = ("id", "due_on", "rule", "source", "presumed", "because")


def event(value: str) -> tuple[str, Milestone]:
    """Read NAME=DATE or NAME=DATETHH:MM, the latter with an offset, or local."""
    name, _, when = value.partition("=")
    if name not in MILESTONES:
        there = ", ".join(MILESTONES)
        raise click.BadParameter(f"no event is called so; there is {there}")
    if "T" not in when:
        return name, Milestone(on=day(when))
    try:
        instant = datetime.fromisoformat(when)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=LONDON)
        return name, Milestone.at_instant(instant)
    except (ValueError, BadValue):
        raise click.BadParameter("this is no time; write it as 2026-01-31T09:30") from None


@click.command()
@click.option("--code", "code_name", required=True, metavar="CODE|FILE", help="The handling code.")
@click.option(
    "--event",
    "happened",
    type=event,
    metavar="NAME=DATE[THH:MM]",
    multiple=True,
    required=True,
    help="What happened when; give it once for each event.",
)
@click.option(
    "--calendar", "calendar_name", metavar="CAL|FILE", help="Default: that of the code's nation."
)
@format_option
def due(
    code_name: str,
    happened: tuple[tuple[str, Milestone], ...],
    calendar_name: str | None,
    form: str,
) -> None:
    """Print every deadline that the events have set running, each with its reasons."""
    milestones = dict(happened)
    if len(milestones) < len(happened):
        raise click.UsageError("an --event is given twice; give the one that counts")
    print_deadlines(_deadlines(load_code(code_name).code, calendar_name, milestones), form)


def _deadlines(
    code: HandlingCode, calendar_name: str | None, milestones: dict[str, Milestone]
) -> tuple[Deadline, ...]:
    name = calendar_name or code.calendar
    return deadlines(code, load_calendar(name), milestones) if name else ()


def print_deadlines(owed: Iterable[Deadline], form: str) -> None:
    """Print *owed*; as a table, each deadline with its reasons beneath."""
    if form != "table":
        print_rows(map(_row, owed), form, COLUMNS)
        return
    listed = list(owed)
    width = max((len(deadline.id) for deadline in listed), default=0)
    for deadline in listed:
        presumed = ", presumed" if deadline.presumed else ""
        head = f"{deadline.id.ljust(width)}  {in_words(deadline.due_on)}{presumed}"
        click.echo(head)
        for line in deadline.because:
            click.echo(f"    {line}")
    if not listed:
        click.echo("Nothing is due: nothing here starts a clock of this code.", err=True)


def _row(deadline: Deadline) -> dict[str, object]:
    return {
        "id": deadline.id,
        "due_on": deadline.due_on,
        "rule": deadline.rule,
        "source": deadline.source,
        "presumed": deadline.presumed,
        "because": list(deadline.because),
    }
