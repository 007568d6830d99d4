"""Say what is due when, and why."""

from collections.abc import Iterable
from datetime import datetime

import click

from complaint_ledger.calendars import load_calendar
from complaint_ledger.cli.days import day
from complaint_ledger.cli.options import say_fictional
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.cli.times import known_at_option, parse_known_at
from complaint_ledger.codes import load_code
from complaint_ledger.domain.deadlines import Deadline, Milestone, deadlines
from complaint_ledger.domain.handling_code import MILESTONES
from complaint_ledger.domain.london import LONDON
from complaint_ledger.domain.working_days import in_words
from complaint_ledger.errors import BadValue
from complaint_ledger.fields import parse_date
from complaint_ledger.opening import open_ledger
from complaint_ledger.texts import closed
from complaint_ledger.to_json import deadline_to_json

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
@click.argument("complaint", metavar="[REF]", required=False)
@click.option(
    "--ledger",
    "url",
    envvar="COMPLAINT_LEDGER_URL",
    metavar="URL",
    help="Where the complaint REF is kept.",
)
@click.option(
    "--code",
    "code_names",
    metavar="CODE|FILE",
    multiple=True,
    help="The handling code, without REF; several are answered one after the other.",
)
@click.option(
    "--event",
    "happened",
    type=event,
    metavar="NAME=DATE[THH:MM]",
    multiple=True,
    help="What happened when, without REF; give it once for each event.",
)
@click.option(
    "--calendar", "calendar_name", metavar="CAL|FILE", help="Default: that of the code's nation."
)
@known_at_option
@click.option("--effective-on", metavar="DATE", help="Of REF, as it stood on that day.")
@format_option
@click.pass_context
def due(
    ctx: click.Context,
    complaint: str | None,
    url: str | None,
    code_names: tuple[str, ...],
    happened: tuple[tuple[str, Milestone], ...],
    calendar_name: str | None,
    known_at: str | None,
    effective_on: str | None,
    form: str,
) -> None:
    """Print every deadline, each with its reasons: of a complaint, or of what you say happened."""
    if complaint is not None:
        if url is None or code_names or happened or calendar_name:
            raise click.UsageError(
                "a complaint is looked up with --ledger; --code, --event and --calendar do without"
            )
        _of_complaint(ctx, complaint, url, known_at, effective_on, form)
        return
    if not code_names or not happened:
        raise click.UsageError("say which complaint (--ledger URL REF), or a --code and an --event")
    if known_at or effective_on:
        raise click.UsageError("--known-at and --effective-on ask about a complaint in a ledger")
    milestones = dict(happened)
    if len(milestones) < len(happened):
        raise click.UsageError("an --event is given twice; give the one that counts")
    owed = [(name, _deadlines(name, calendar_name, milestones)) for name in code_names]
    if len(owed) == 1:
        print_deadlines(owed[0][1], form)
    elif form == "table":
        for name, each in owed:
            click.echo(f"== {load_code(name).code.title}")
            print_deadlines(each, form)
            click.echo()
    else:
        print_deadlines((one for _, each in owed for one in each), form, more=("code",))


def _of_complaint(
    ctx: click.Context,
    complaint: str,
    url: str,
    known_at: str | None,
    effective_on: str | None,
    form: str,
) -> None:
    unreckoned: list[str] = []
    with open_ledger(url) as ledger:
        say_fictional(ledger)
        owed = ledger.deadlines(
            complaint,
            known_at=parse_known_at(known_at, ledger.store) if known_at else None,
            effective_on=parse_date(effective_on, "--effective-on") if effective_on else None,
            beyond=lambda clock, error: unreckoned.append(f"{clock.id}: {error}"),
        )
    print_deadlines(owed, form, more=("extended_until", "met_on", "item", "code"))
    for line in unreckoned:
        click.echo(f"complaint-ledger: {line}", err=True)
    ctx.exit(1 if unreckoned else 0)


def _deadlines(
    code_name: str, calendar_name: str | None, milestones: dict[str, Milestone]
) -> tuple[Deadline, ...]:
    code = load_code(code_name).code
    name = calendar_name or code.calendar
    if name is None:
        return ()
    return deadlines(code, closed(load_calendar(name), code), milestones)


def print_deadlines(owed: Iterable[Deadline], form: str, more: tuple[str, ...] = ()) -> None:
    """Print *owed*; as a table, each deadline with its reasons beneath; else *more* columns too."""
    if form != "table":
        columns = (*COLUMNS, *more)
        told = map(deadline_to_json, owed)
        print_rows(({name: each[name] for name in columns} for each in told), form, columns)
        return
    listed = list(owed)
    width = max((len(_named(deadline)) for deadline in listed), default=0)
    for deadline in listed:
        head = f"{_named(deadline).ljust(width)}  {in_words(deadline.due_on)}"
        head += ", presumed" if deadline.presumed else ""
        if deadline.extended_until:
            head += f", put off until {in_words(deadline.extended_until)}"
        head += f", met on {in_words(deadline.met_on)}" if deadline.met_on else ""
        click.echo(head)
        for line in deadline.because:
            click.echo(f"    {line}")
    if not listed:
        click.echo("Nothing is due: nothing here starts a clock of this code.", err=True)


def _named(deadline: Deadline) -> str:
    return f"{deadline.id} {deadline.item}" if deadline.item else deadline.id
