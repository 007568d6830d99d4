"""Reading: what the store keeps, decoded and folded."""

from collections.abc import Iterator
from datetime import date
from typing import Final

import attrs

from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint, evolve
from complaint_ledger.domain.history import Fact, as_of
from complaint_ledger.store import LEDGER_STREAM, EventStore, RecordedEvent

# What makes a fold in the order of recording wrong.
_UNSTEADY: Final = (e.EntryCorrected, e.EntryRetracted)
_NOTHING_YET: Final = Complaint()


@attrs.frozen(kw_only=True)
class Entry:
    """One recorded event, read: what happened, and all that stands around it."""

    recorded: RecordedEvent
    event: e.Event
    meta: codec.Meta

    @property
    def fact(self) -> Fact:
        """The event with its place and time."""
        return _fact(self.recorded, self.event)


def read_entry(recorded: RecordedEvent) -> Entry:
    """
    Return *recorded* decoded, with all that stands around it.

    Raises:
        UnreadableEvent: No reader here understands it.
    """
    event, meta = codec.decode(recorded.name, recorded.schema, recorded.body)
    return Entry(recorded=recorded, event=event, meta=meta)


def read_fact(recorded: RecordedEvent) -> Fact:
    """
    Return *recorded* as a fact.

    Raises:
        UnreadableEvent: No reader here understands it.
    """
    event = codec.decode_event(recorded.name, recorded.schema, recorded.body)
    return _fact(recorded, event)


def _fact(recorded: RecordedEvent, event: e.Event) -> Fact:
    return Fact(
        id=recorded.id,
        position=recorded.position,
        version=recorded.version,
        recorded_at=recorded.recorded_at,
        event=event,
    )


def complaints_of(store: EventStore) -> Iterator[tuple[str, Complaint]]:
    """Yield every complaint as it stands now, with its stream; see `Ledger.complaints`."""
    states: dict[str, Complaint] = {}
    latest: dict[str, date] = {}
    apart: dict[str, int] = {}
    for recorded in _from_end_to_end(store):
        stream = recorded.stream
        if stream == LEDGER_STREAM:
            continue
        event = codec.decode_event(recorded.name, recorded.schema, recorded.body)
        last = latest.get(stream, date.min)
        day = event.occurred_on or last
        if stream in apart or day < last or isinstance(event, _UNSTEADY):
            apart[stream] = recorded.version
        else:
            latest[stream] = day
            states[stream] = evolve(states.get(stream, _NOTHING_YET), event)
    for stream, state in states.items():
        if stream not in apart:
            yield stream, state
    for stream, version in apart.items():
        yield stream, as_of(tuple(map(read_fact, store.read(stream, upto=version))))


def _from_end_to_end(store: EventStore) -> Iterator[RecordedEvent]:
    after = 0
    while page := store.tail(after=after, limit=1000):
        yield from page
        after = page[-1].position
