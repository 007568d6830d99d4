"""
What was recorded and what is due, as values that JSON has: what a service answers.

They are the rows that the command line prints with `--format json`. Personal values
stay sealed.
"""

from datetime import date
from typing import Any

from complaint_ledger import codec
from complaint_ledger.chronicle import Line, chronicle
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.evidence.entries import instant
from complaint_ledger.ledger import Ledger, Recorded


def complaint_to_json(ledger: Ledger, complaint: str) -> dict[str, Any]:
    """
    Return *complaint* as of its latest entry: its history, and what is or was due on it.

    *unreckoned* names the clocks whose sum leaves the calendar. A complaint read while
    somebody records on it is told as of one position.

    Args:
        ledger: Where it is kept.
        complaint: Its reference, or its stream id.

    Raises:
        UnknownName: There is no such complaint.
    """
    stream = ledger.find(complaint)
    lines = chronicle(ledger, stream)
    last = lines[-1]
    unreckoned: list[str] = []
    owed = ledger.deadlines(
        stream,
        known_at=last.recorded_at,
        beyond=lambda clock, error: unreckoned.append(f"{clock.id}: {error}"),
    )
    stands = ledger.complaint(stream, known_at=last.recorded_at)
    return {
        "complaint": stands.reference,
        "stream": stream,
        "version": last.version,
        "fictional": ledger.opened.fictional,
        "status": stands.status,
        "history": [line_to_json(line) for line in lines],
        "due": [deadline_to_json(each) for each in owed],
        "unreckoned": unreckoned,
    }


def line_to_json(line: Line) -> dict[str, Any]:
    """Return one entry of a history."""
    row: dict[str, Any] = {
        "position": line.position,
        "version": line.version,
        "event": line.event,
        "occurred_on": _day(line.occurred_on),
        "recorded_at": instant(line.recorded_at),
        "actor": {"id": line.actor.id, "kind": line.actor.kind, "role": line.actor.role},
        "fields": line.fields,
        "entry": line.entry,
        "id": line.id,
        "stands": line.stands,
    }
    if line.on_behalf_of:
        row["on_behalf_of"] = line.on_behalf_of
    if line.source:
        row["source"] = {
            "import": line.source.import_id,
            "row": line.source.row,
            "recorded": line.source.recorded,
        }
    return row


def deadline_to_json(deadline: Deadline) -> dict[str, Any]:
    """Return what is owed, with its reasons."""
    return {
        "id": deadline.id,
        "due_on": _day(deadline.due_on),
        "rule": deadline.rule,
        "source": deadline.source,
        "presumed": deadline.presumed,
        "because": list(deadline.because),
        "extended_until": _day(deadline.extended_until),
        "met_on": _day(deadline.met_on),
        "item": deadline.item,
        "code": deadline.code,
    }


def recorded_to_json(ledger: Ledger, recorded: Recorded) -> dict[str, Any]:
    """Return what a command led to."""
    return {
        "complaint": ledger.complaint(recorded.stream).reference,
        "stream": recorded.stream,
        "version": recorded.version,
        "already_there": recorded.already_there,
        "remarks": list(recorded.remarks),
        "events": [
            {
                "position": fact.position,
                "version": fact.version,
                "event": codec.name_of(fact.event)[0],
                "occurred_on": _day(fact.event.occurred_on),
                "id": fact.id,
            }
            for fact in recorded.events
        ],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
