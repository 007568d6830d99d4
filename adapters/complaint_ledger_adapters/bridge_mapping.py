"""
What a ledger stores, as the package `eventsourcing` carries it, and back to what happened.

The state of an event is its entry, whose hash is its leaf, and the body behind it. So
whoever has the state has all that is to be known of the event, wherever it was sent.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, Never

import attrs
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint
from complaint_ledger.domain.history import Fact, as_of
from complaint_ledger.errors import PastTheLedger, UnreadableEvent
from complaint_ledger.evidence.entries import HEADER
from complaint_ledger.store import LEDGER_STREAM, RecordedEvent


@attrs.frozen(kw_only=True)
class BridgedEvent:
    """
    An event of a ledger, as an `eventsourcing` application meets it.

    Attributes:
        originator_id: The stream, 32 hex digits; the ledger's own is 32 zeros.
        originator_version: Its place in the stream, from 1.
        position: Its place in the ledger, from 1: the id of its notification.
        recorded_at: When the store recorded it (UTC).
        event: What happened. A personal value in it is sealed.
        meta: What stands around it: who recorded it, with what.
    """

    originator_id: str
    originator_version: int
    position: int
    recorded_at: datetime
    event: e.Event
    meta: codec.Meta

    @property
    def occurred_on(self) -> date | None:
        """The day on which it happened, as a person said it."""
        return self.event.occurred_on

    @property
    def fact(self) -> Fact:
        """The event with its place and time, as the rest of this library takes it."""
        return Fact(
            id=self.meta.event_id,
            position=self.position,
            version=self.originator_version,
            recorded_at=self.recorded_at,
            event=self.event,
        )


def as_complaint(_: object, events: Iterable[BridgedEvent]) -> Complaint | None:
    """
    Return the complaint that *events* tell of: the projector of `Repository.get`.

    A correction changes what came before it, so it takes the whole stream each time:
    an application that reads a ledger has no snapshots and no cache of aggregates. The
    ledger's own stream tells of no complaint.
    """
    facts = tuple(event.fact for event in events if event.originator_id != LEDGER_STREAM)
    return as_of(facts) if facts else None


_ENTRY: Final = re.compile(
    rb"%b\n"
    rb"ledger [0-9a-f]{32}\n"
    rb"position ([1-9][0-9]*)\n"
    rb"stream ([0-9a-f]{32})\n"
    rb"version ([1-9][0-9]*)\n"
    rb"type ([a-z0-9-]+) ([1-9][0-9]*)\n"
    rb"recorded ([0-9T:.-]+Z)\n"
    rb"prev (?:-|[0-9a-f]{64})\n"
    rb"body ([0-9a-f]{64})\n" % re.escape(HEADER.encode())
)


def stored(recorded: RecordedEvent, ledger: str) -> StoredEvent:
    """Return *recorded*, of *ledger*, as the package carries it."""
    return StoredEvent(
        originator_id=recorded.stream,
        originator_version=recorded.version,
        topic=recorded.name,
        state=recorded.entry(ledger).encode("ascii") + recorded.body,
    )


class LedgerMapper(Mapper[str]):
    """From what is stored to what happened; never back."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__(JSONTranscoder())

    def to_domain_event(self, stored_event: StoredEvent) -> BridgedEvent:
        """
        Return *stored_event* decoded.

        Raises:
            UnreadableEvent: It is none of a ledger, was changed, or no reader here understands it.
        """
        entry = _ENTRY.match(stored_event.state)
        if entry is None:
            raise UnreadableEvent("what is to be read is no entry of a ledger with its body")
        position, stream, version, name, schema, recorded, digest = (
            part.decode("ascii") for part in entry.groups()
        )
        body = stored_event.state[entry.end() :]
        if hashlib.sha256(body).hexdigest() != digest:
            raise UnreadableEvent(f"the body at position {position} is not the one of its entry")
        event, meta = codec.decode(name, int(schema), body)
        return BridgedEvent(
            originator_id=stream,
            originator_version=int(version),
            position=int(position),
            recorded_at=datetime.fromisoformat(recorded),
            event=event,
            meta=meta,
        )

    def to_stored_event(self, domain_event: object) -> Never:  # noqa: ARG002
        """Refuse to write: raise PastTheLedger."""
        raise PastTheLedger("record an event")
