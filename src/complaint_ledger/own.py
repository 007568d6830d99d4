"""What the ledger's own stream says: who may record, which texts are kept, what was adopted."""

from collections.abc import Sequence
from datetime import date
from typing import Generic, Self, TypeVar

import attrs

from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import ServiceId
from complaint_ledger.errors import UnreadableEvent
from complaint_ledger.reading import read_fact
from complaint_ledger.store import LEDGER_STREAM, EventStore, RecordedEvent

T = TypeVar("T", bound=e.LedgerEvent)


@attrs.frozen
class Own(Generic[T]):
    """An event of the ledger's own, with its place."""

    recorded: RecordedEvent
    event: T


class OwnStream:
    """
    The ledger's own stream, read as far as it went when last looked at.

    Attributes:
        version: How many events it held.
        actors: Everyone who may record, by id.
        texts: The texts that are kept, by SHA-256.
        adopted: The codes that were adopted, as they were recorded.
        rotated: The changes of the signing key.
        sealed: The seals, each with its place.
        stamped: The time stamps that came.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self.version = 0
        self.actors: dict[str, codec.Actor] = {}
        self.texts: dict[str, e.TextKept] = {}
        self.adopted: list[e.CodeAdopted] = []
        self.rotated: list[Own[e.KeyRotated]] = []
        self.sealed: list[Own[e.LedgerSealed]] = []
        self.stamped: list[Own[e.TimeStampReceived]] = []

    def look_again(self) -> Self:
        """Read what was recorded since."""
        for recorded in self._store.read(LEDGER_STREAM, after=self.version):
            if recorded.name in _TOLD_HERE:
                self._take(recorded, read_fact(recorded).event)
            self.version = recorded.version
        return self

    def _take(self, recorded: RecordedEvent, event: e.Event) -> None:
        if isinstance(event, e.ActorAdded):
            actor = codec.Actor(id=event.actor, kind=event.kind, role=event.role)
            self.actors[event.actor] = actor
        elif isinstance(event, e.TextKept):
            self.texts.setdefault(event.sha256, event)  # kept twice, it is the same
        elif isinstance(event, e.CodeAdopted):
            self.adopted.append(event)
        elif isinstance(event, e.KeyRotated):
            self.rotated.append(Own(recorded, event))
        elif isinstance(event, e.LedgerSealed):
            self.sealed.append(Own(recorded, event))
        elif isinstance(event, e.TimeStampReceived):
            self.stamped.append(Own(recorded, event))


_TOLD_HERE = {
    "actor-added",
    "text-kept",
    "code-adopted",
    "key-rotated",
    "ledger-sealed",
    "time-stamp-received",
}


def opening_of(store: EventStore) -> e.LedgerOpened:
    """
    Return position 1 of *store*: which council, nation, code and calendar; fictional or not.

    Raises:
        UnreadableEvent: It is something else.
    """
    first = store.tail(after=0, limit=1)
    event = read_fact(first[0]).event if first else None
    if not isinstance(event, e.LedgerOpened):
        raise UnreadableEvent("position 1 is not ledger-opened; this is no ledger of ours")
    return event


def in_force(
    adopted: Sequence[e.CodeAdopted], day: date, service: ServiceId | None
) -> e.CodeAdopted | None:
    """
    Return which of *adopted* governs a complaint received on *day* about *service*.

    One that names the service comes before one that names none; of those the one
    from the latest day, and of the same day the one that was recorded last.
    """
    governing = [
        each
        for each in reversed(adopted)
        if each.from_on <= day and (not each.services or service in each.services)
    ]
    return max(governing, key=lambda each: (bool(each.services), each.from_on), default=None)
