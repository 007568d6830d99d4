"""`history`: everything that is on record of one complaint."""

import textwrap
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import click

from complaint_ledger.chronicle import Line, chronicle, differences, reveal
from complaint_ledger.cli.options import with_ledger
from complaint_ledger.cli.output import FORMATS, format_option, print_rows
from complaint_ledger.cli.times import known_at_option, parse_known_at
from complaint_ledger.domain.words import ReasonId, read
from complaint_ledger.errors import BadValue
from complaint_ledger.fields import parse_date
from complaint_ledger.ledger import Ledger
from complaint_ledger.to_json import line_to_json

__all__ = ["FORMATS", "history", "print_timeline", "row_of"]


@click.command()
@click.argument("complaint", metavar="REF")
@with_ledger
@known_at_option
@click.option("--effective-on", metavar="DATE", help="Only what had happened by then.")
@click.option("--diff", nargs=2, metavar="T1 T2", help="What was learnt between two times.")
@click.option("--reveal", "revealing", is_flag=True, help="Open what is sealed; leaves an event.")
@click.option("--actor", envvar="COMPLAINT_LEDGER_ACTOR", metavar="ID", help="Who reveals.")
@click.option("--purpose", default="casework", show_default=True, help="What it is opened for.")
@click.option("--accept-clock", is_flag=True, help="The clock is right although it jumped.")
@format_option
def history(
    ledger: Ledger,
    complaint: str,
    known_at: str | None,
    effective_on: str | None,
    diff: tuple[str, str] | None,
    actor: str | None,
    purpose: str,
    form: str,
    *,
    revealing: bool,
    accept_clock: bool,
) -> None:
    """
    Show the history of one complaint, as it is known now or was known then.

    REF is its reference; `ledger` shows the ledger's own entries.
    """
    if diff:
        if revealing or known_at or effective_on:
            raise click.UsageError("--diff has its own two times, and opens nothing")
        _print_differences(ledger, complaint, diff, form)
        return
    revealed = None
    if revealing:
        if actor is None:
            raise BadValue("--actor", "whoever opens what is sealed must say who they are")
        why = read(ReasonId, purpose, "--purpose")
        revealed = reveal(ledger, complaint, actor=actor, purpose=why, accept_clock=accept_clock)
    lines = chronicle(
        ledger,
        complaint,
        known_at=parse_known_at(known_at, ledger.store) if known_at else None,
        effective_on=parse_date(effective_on, "--effective-on") if effective_on else None,
        revealed=revealed,
    )
    if form == "table":
        print_timeline(lines)
    else:
        columns = ("position", "version", "event", "occurred_on", "recorded_at", "actor", "stands")
        print_rows([row_of(line, flat=form == "csv") for line in lines], form, columns)


def row_of(line: Line, *, flat: bool) -> dict[str, Any]:
    """Return *line* as a program reads it; its actor by id alone where it is *flat*."""
    row = line_to_json(line)
    return {**row, "actor": line.actor.id} if flat else row


def print_timeline(lines: tuple[Line, ...]) -> None:
    """Print a history as a timeline that a person reads from top to bottom."""
    positions = {line.id: f"position {line.position}" for line in lines}
    for line in lines:
        day = _day(line.occurred_on)
        click.echo(f"{day:>15}  {_said(line.event)}")
        told = [
            told
            for name, value in _short(line).items()
            for told in _told(name, positions.get(str(value), value))
        ]
        if told:
            click.echo(_filled(told, " " * 17))
        who = f"{line.actor.id} ({line.actor.role})"
        if line.on_behalf_of:
            who += f" on behalf of {line.on_behalf_of}"
        click.echo(
            f"{'':17}recorded {_instant(line.recorded_at)} by {who} · position {line.position}"
        )
        if line.source:
            claim = f"imported, row {line.source.row}"
            if line.source.recorded:
                claim += f"; the old system says it was recorded {line.source.recorded}"
            click.echo(f"{'':17}{claim}")
        if line.stands:
            click.echo(f"{'':17}! {line.stands}")
        click.echo()


def _short(line: Line) -> Mapping[str, Any]:
    """Return what *line* says; of what is long only how long it is, for JSON has it all."""
    if line.event == "text-kept":
        return {**line.fields, "text": f"{len(line.fields['text']):,} characters"}
    if line.event == "evidence-bundle-exported":
        return {**line.fields, "entries": f"all {len(line.fields['entries'])} before it"}
    return line.fields


def _filled(told: list[str], indent: str) -> str:
    """Return *told* on as few lines as hold it; a short one is not broken."""
    kept = [each.replace(" ", "\xa0") if len(each) < 60 else each for each in told]
    filled = textwrap.fill(
        " · ".join(kept),
        100,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
    return filled.replace("\xa0", " ")


def _day(day: date | None) -> str:
    return f"{day:%a} {day.day} {day:%b} {day.year}" if day else "date unknown"


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _said(event: str) -> str:
    return event.replace("-", " ").capitalize()


def _told(name: str, value: Any) -> list[str]:
    label = name.replace("_", " ")
    if isinstance(value, dict):
        return [f"{label}: {_inline(value)}"]
    if isinstance(value, (list, tuple)):
        if value and isinstance(value[0], dict):
            return [f"{label}: {_inline(member)}" for member in value]
        return [f"{label}: {', '.join(map(str, value))}"]
    if isinstance(value, bool):
        return [f"{label}: {'yes' if value else 'no'}"]
    return [f"{label}: {value}"]


def _inline(value: dict[str, Any]) -> str:
    hidden = {"sha256", "calendar_sha256"}
    parts = []
    for key, inner in value.items():
        if key in hidden:
            continue
        if isinstance(inner, (list, tuple)):
            members = [_inline(m) if isinstance(m, dict) else str(m) for m in inner]
            parts.append(f"{key.replace('_', ' ')} [{'; '.join(members)}]")
        elif isinstance(inner, dict):
            parts.append(f"{key.replace('_', ' ')} ({_inline(inner)})")
        elif key in {"id", "head"}:
            parts.append(str(inner))
        else:
            parts.append(f"{key.replace('_', ' ')} {inner}")
    return ", ".join(parts)


def _print_differences(ledger: Ledger, complaint: str, times: tuple[str, str], form: str) -> None:
    first, second = (parse_known_at(time, ledger.store, "--diff") for time in times)
    rows = [
        {"what": d.what, "where": d.where, "before": d.before, "after": d.after}
        for d in differences(ledger, complaint, first, second)
    ]
    if not rows and form == "table":
        click.echo("Nothing was learnt in between.")
        return
    print_rows(rows, form, ("what", "where", "before", "after"))
