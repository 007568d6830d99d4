"""`agenda`: what is owed in the next days, and what is late."""

from collections.abc import Sequence
from typing import Any

import click

from complaint_ledger.cli.options import with_ledger
from complaint_ledger.cli.output import print_rows
from complaint_ledger.cli.times import known_at_option, parse_known_at
from complaint_ledger.errors import BadValue
from complaint_ledger.judging import Owed, agenda
from complaint_ledger.ledger import Ledger

COLUMNS = ("due_on", "working_days", "reference", "what", "handler", "service", "rule", "source")


ALL = (*COLUMNS, "code", "presumed", "because")


@click.command("agenda")
@with_ledger
@click.option(
    "--days",
    type=click.IntRange(0, 400),
    default=10,
    show_default=True,
    metavar="N",
    help="So many working days ahead; what is late comes first.",
)
@known_at_option
@click.option("--handler", metavar="ID", help="Only what this actor handles.")
@click.option("--service", metavar="S", help="Only complaints about this service.")
@click.option("--format", "form", default="table", show_default=True,
              type=click.Choice(["table", "json", "jsonl", "csv", "ics"]),
              help="How to print; ics is iCalendar, for a calendar program.")  # fmt: skip
def agenda_(
    ledger: Ledger,
    days: int,
    known_at: str | None,
    handler: str | None,
    service: str | None,
    form: str,
) -> None:
    """List what is owed within N working days, by handler or service."""
    at = parse_known_at(known_at, ledger.store) if known_at else None
    owed = [
        one
        for one in agenda(ledger, days=days, known_at=at)
        if handler in {None, one.handler} and service in {None, one.service}
    ]
    if form == "ics":
        click.echo(_icalendar(ledger, owed), nl=False)
        return
    print_rows(map(_row, owed), form, ALL if form == "csv" else COLUMNS)
    if not owed and form == "table":
        click.echo(f"Nothing is owed within {days} working days.", err=True)


def _row(owed: Owed) -> dict[str, Any]:
    deadline = owed.deadline
    return {
        "due_on": owed.due_on,
        "working_days": owed.working_days,
        "reference": owed.reference or owed.stream,
        "what": _what(owed),
        "handler": owed.handler,
        "service": owed.service,
        "code": deadline.code,
        "rule": deadline.rule,
        "source": deadline.source,
        "presumed": deadline.presumed,
        "because": list(deadline.because),
    }


def _what(owed: Owed) -> str:
    item = owed.deadline.item
    return f"{owed.deadline.id} {item}" if item else owed.deadline.id


def _icalendar(ledger: Ledger, owed: Sequence[Owed]) -> str:
    """Return *owed* as a calendar of whole days; references and codes, never a name."""
    try:
        from icalendar import Calendar, Event
    except ModuleNotFoundError:
        raise BadValue(
            "--format ics", "the Python package icalendar is not installed: pip install icalendar"
        ) from None
    calendar = Calendar()
    calendar.add("prodid", "-//complaint_ledger//agenda//EN")
    calendar.add("version", "2.0")
    for one in owed:
        event = Event()
        day = one.due_on
        event.add("uid", f"{one.stream}-{one.deadline.code}-{_what(one).replace(' ', '-')}"
                         f"@{ledger.store.ledger}")  # fmt: skip
        event.add("dtstamp", ledger.now())
        event.add("dtstart", day)
        event.add("summary", f"{one.reference or one.stream}: {_what(one).replace('-', ' ')}")
        event.add("description", "\n".join([*one.deadline.because, one.deadline.source]))
        calendar.add_component(event)
    text: str = calendar.to_ical().decode("utf-8")
    return text
