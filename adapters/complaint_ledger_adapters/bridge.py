"""
A ledger as an `eventsourcing` application reads it, whatever adapter keeps it.

Name this module as the application's PERSISTENCE_MODULE and the ledger's address as its
COMPLAINT_LEDGER_URL. Events come decoded by our codec, under the names that they are
stored by; no class is ever looked up from what is stored, and personal values stay
sealed. Nothing can be written past the ledger: record by `Ledger.record`.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from threading import Event
from typing import Any, Final, Never
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Mapper,
    Notification,
    StoredEvent,
    Subscription,
    TrackingRecorder,
    Transcoder,
)

from complaint_ledger import codec
from complaint_ledger.errors import BadValue, PastTheLedger, UnknownName
from complaint_ledger.following import follow
from complaint_ledger.store import (
    EventStore,
    RecordedEvent,
    adapter,
    parse_url,
    system_clock,
)
from complaint_ledger_adapters.bridge_mapping import (
    BridgedEvent,
    LedgerMapper,
    as_complaint,
    stored,
)

URL: Final = "COMPLAINT_LEDGER_URL"
CACHE: Final = "AGGREGATE_CACHE_MAXSIZE"
LOOK_AGAIN: Final = 0.1
"""Seconds between two looks for what is new, where the store does not say so itself."""

_AT_ONCE: Final = 500


class LedgerRecorder(ApplicationRecorder):
    """Reads the store of a ledger."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Never:  # noqa: ARG002
        """Refuse to write: raise PastTheLedger. Nothing is stored."""
        raise PastTheLedger("record an event")

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events of one stream, by version."""
        stream = originator_id.hex if isinstance(originator_id, UUID) else originator_id
        after = max(gt or 0, 0)
        if limit is not None and not desc:
            lte = after + limit if lte is None else min(lte, after + limit)
        if re.fullmatch(r"[0-9a-f]{32}", stream) is None or (lte is not None and lte <= after):
            return []
        found = self._store.read(stream, after=after, upto=lte)
        ordered = found[::-1] if desc else found
        return [stored(recorded, self._store.ledger) for recorded in ordered[:limit]]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """
        Return the events of the ledger, by position.

        Raises:
            UnknownName: One of *topics* is no stored name.
        """
        wanted = stored_names(topics)
        after = 0 if start is None else max(start - inclusive_of_start, 0)
        found: list[Notification] = []
        while len(found) < limit:
            many = _AT_ONCE if wanted else limit - len(found)
            many = many if stop is None else min(many, stop - after)
            page = self._store.tail(after=after, limit=many) if many > 0 else ()
            if not page:
                break
            found += self._notifications(page, wanted)
            after = page[-1].position
        return found[:limit]

    def max_notification_id(self) -> int | None:
        """Return the ledger's last position; None while it is empty."""
        return self._store.head().position or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """
        Return the events past position *gt* and, whenever they come, those after them.

        Raises:
            UnknownName: One of *topics* is no stored name.
        """
        return LedgerSubscription(self, gt, topics)

    def follow(
        self, after: int, names: frozenset[str], stop: Event
    ) -> Generator[Notification, None, None]:
        """Yield every event past position *after* under one of *names*, until *stop* is set."""
        for recorded in follow(self._store, after=after, poll=LOOK_AGAIN, stop=stop):
            yield from self._notifications([recorded], names)

    def _notifications(
        self, page: Iterable[RecordedEvent], names: frozenset[str]
    ) -> Iterator[Notification]:
        """Yield what of *page* has one of *names*; all of it where there are none."""
        for recorded in page:
            if not names or recorded.name in names:
                told = stored(recorded, self._store.ledger)
                yield Notification(**vars(told), id=recorded.position)


def stored_names(topics: Sequence[str]) -> frozenset[str]:
    """
    Return *topics*, which are stored names here, such as complaint-received.

    Raises:
        UnknownName: One is none: a Python path, perhaps.
    """
    for topic in topics:
        if topic not in codec.EVENT_TYPES:
            raise UnknownName("event", topic, mend="a topic here is the name an event is stored by")
    return frozenset(topics)


class LedgerSubscription(Subscription[ApplicationRecorder]):
    """Follows a ledger until it is stopped."""

    def __init__(self, recorder: LedgerRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._stopped = Event()
        self._followed = recorder.follow(gt or 0, stored_names(topics), self._stopped)

    def stop(self) -> None:
        """End the subscription, from whatever thread; whoever waits for an event waits no more."""
        super().stop()
        self._stopped.set()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        """Stop, and let go of what was listening."""
        super().__exit__(*args, **kwargs)
        with suppress(ValueError):  # another thread is waiting in it, and lets go of it
            self._followed.close()

    def __next__(self) -> Notification:
        """Return the next event; wait for it where there is none yet."""
        if self._stopped.is_set():
            raise StopIteration
        return next(self._followed)


class LedgerFactory(InfrastructureFactory[TrackingRecorder]):
    """What an application is given when it names this module as its PERSISTENCE_MODULE."""

    _store: EventStore | None = None

    def mapper(  # type: ignore[override]
        self,
        transcoder: Transcoder | None = None,  # noqa: ARG002
        mapper_class: type[Mapper[Any]] | None = None,  # noqa: ARG002
    ) -> LedgerMapper:
        """Return the mapper that reads a ledger, whatever else the environment names."""
        return LedgerMapper()

    def application_recorder(self) -> LedgerRecorder:
        """
        Return what reads the ledger that COMPLAINT_LEDGER_URL names.

        Raises:
            BadValue: It names none, or the application would cache what it made of events.
            NoLedger: None is there.
            StoreUnreadable: What is there cannot be read.
        """
        if self.env.get(CACHE):
            raise BadValue(CACHE, "leave it unset: a correction changes what a cache holds already")
        if self._store is None:
            url = self.env.get(URL)
            if not url:
                raise BadValue(URL, "say which ledger is read, such as sqlite:///council.db")
            where = parse_url(url)
            self._store = adapter(where.scheme).open(where, system_clock)
        return LedgerRecorder(self._store)

    def close(self) -> None:
        """Let go of the ledger."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Return what reads the ledger; raise PastTheLedger for anything but its events."""
        if purpose != "events":
            raise PastTheLedger("keep snapshots")
        return self.application_recorder()

    def tracking_recorder(self, tracking_recorder_class: object = None) -> Never:  # noqa: ARG002
        """Refuse to keep a view: raise PastTheLedger."""
        raise PastTheLedger("keep a projection's view")

    def process_recorder(self) -> Never:
        """Refuse to keep what a process makes of events: raise PastTheLedger."""
        raise PastTheLedger("keep what a process makes of its events")


__all__ = [
    "BridgedEvent",
    "LedgerFactory",
    "LedgerMapper",
    "LedgerRecorder",
    "LedgerSubscription",
    "as_complaint",
]
