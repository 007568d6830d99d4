"""Reading: what the store keeps, decoded."""

import attrs

from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.domain.history import Fact
from complaint_ledger.store import RecordedEvent


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
