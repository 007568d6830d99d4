"""
Complaints folded, each at once: every one that a batch of events changed, or that began in it.

What cannot be folded is named and given back with the rest: an event of a later program
must not keep the other complaints from being counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from complaint_ledger.errors import ComplaintLedgerError
from complaint_ledger.own import opening_of
from complaint_ledger.projections.journey import Rows, journey
from complaint_ledger.reading import read_fact
from complaint_ledger.store import LEDGER_STREAM, EventStore, RecordedEvent

_PAGE: Final = 5000


@attrs.frozen(kw_only=True)
class Folded:
    """
    One complaint, folded as far as somebody wanted to know.

    Attributes:
        stream: Its stream.
        complaint: Its key: the position of its first event.
        position: The position of the last event that was folded.
        began: Whether its first event is in the batch, so that no rows of it are kept yet.
        rows: Its rows by table; none where every entry was retracted, or with a *fault*.
        fault: Why it cannot be folded; None if it can.
    """

    stream: str
    complaint: int
    position: int
    began: bool
    rows: Rows
    fault: str | None = None


def changed(store: EventStore, events: Sequence[RecordedEvent], council: str) -> list[Folded]:
    """Fold every complaint that *events*, a page of *store*, tell of, as far as they go."""
    found = []
    for stream, latest in _by_stream(events).items():
        whole: Sequence[RecordedEvent] = latest
        if latest[0].version > 1:
            whole = store.read(stream, upto=latest[-1].version)
        found.append(fold(whole, council, began=latest[0].version == 1))
    return found


def begun(
    store: EventStore, events: Sequence[RecordedEvent], council: str, upto: int
) -> Iterator[Folded]:
    """Fold every complaint that begins in *events*, a page of *store*, up to position *upto*."""
    for stream, first in _by_stream(events).items():
        if first[0].version == 1:
            yield fold(_with_rest(store, stream, first, upto), council, began=True)


def _with_rest(
    store: EventStore, stream: str, first: Sequence[RecordedEvent], upto: int
) -> Sequence[RecordedEvent]:
    rest = store.read(stream, after=first[-1].version)
    return [*first, *(event for event in rest if event.position <= upto)]


def folded(store: EventStore, upto: int | None = None) -> Iterator[Folded]:
    """
    Yield every complaint of *store*, by key, each folded anew up to position *upto*.

    Each is there once, whatever happened to it; the end of the ledger is *upto* by default.
    """
    end = store.head().position if upto is None else upto
    council = str(opening_of(store).council)
    at = 0
    while at < end and (events := store.tail(after=at, limit=min(_PAGE, end - at))):
        yield from begun(store, events, council, end)
        at = events[-1].position


def fold(events: Sequence[RecordedEvent], council: str, *, began: bool = False) -> Folded:
    """Fold *events*, those of one complaint from its first on."""
    rows: Rows = {}
    fault = None
    try:
        rows = _rows(events, council)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is about this complaint
        fault = _said(error)
    return Folded(
        stream=events[0].stream,
        complaint=events[0].position,
        position=events[-1].position,
        began=began,
        rows=rows,
        fault=fault,
    )


def _rows(events: Sequence[RecordedEvent], council: str) -> Rows:
    rows = journey([read_fact(recorded) for recorded in events])
    for row in rows.get("complaints", ()):
        row |= {"stream": events[0].stream, "council": council}
    return rows


def _said(error: Exception) -> str:
    # Only our own errors are known to repeat no personal data.
    said = f": {error}" if isinstance(error, ComplaintLedgerError) else ""
    return f"{type(error).__name__}{said}"


def _by_stream(events: Sequence[RecordedEvent]) -> Mapping[str, list[RecordedEvent]]:
    found: dict[str, list[Any]] = {}
    for recorded in events:
        if recorded.stream != LEDGER_STREAM:
            found.setdefault(recorded.stream, []).append(recorded)
    return found
