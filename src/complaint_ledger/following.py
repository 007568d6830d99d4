"""
Following: every event of a ledger, in order, for as long as somebody wants to hear.

Whoever follows keeps the position of the last event that they have dealt with, and
begins there again after a break. So each event comes at least once, and none is missed.
A store that declares `push` says when to look; any other is looked at now and then.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from threading import Event
from time import monotonic
from typing import Final

from complaint_ledger.errors import BadValue, StoreUnreadable
from complaint_ledger.store import EventStore, Listens, RecordedEvent, Wait

POLL: Final = 1.0
"""Seconds between two looks at a store that says nothing."""

_PAGE: Final = 1000
_ATTENTIVE: Final = 0.2  # seconds until somebody who waits notices that they are told to stop


def follow(
    store: EventStore,
    *,
    after: int = 0,
    poll: float = POLL,
    until: int | None = None,
    stop: Event | None = None,
) -> Iterator[RecordedEvent]:
    """
    Yield every event past position *after*, in order, and go on for ever as events come.

    Args:
        store: The ledger.
        after: The last position that was dealt with; 0 for all there is.
        poll: Seconds between two looks, where nobody says that there is something.
        until: The last position to yield; it ends there.
        stop: Ends it when it is set, in less than a second.

    Raises:
        BadValue: *after* lies past the ledger's end, or *poll* is no time.
        StoreUnreadable: The store cannot be read, or it lacks a position that it must
            hold. Begin again with the last position that was dealt with.
    """
    if poll <= 0:
        raise BadValue("poll", "give the seconds between two looks, more than 0")
    end = store.head().position
    if not 0 <= after <= end:
        raise BadValue(
            "after",
            f"there is no position {after}: the ledger ends at {end}. Give the last position"
            " that was dealt with, or 0; and ask whether the ledger was restored from an"
            " older backup",
        )
    return _follow(store, after, poll, until, stop or Event())


def _follow(
    store: EventStore, after: int, poll: float, until: int | None, stop: Event
) -> Iterator[RecordedEvent]:
    # Who listens first and looks then misses nothing that comes between the two.
    with listening(store, stop) as wait:
        while not stop.is_set() and (until is None or after < until):
            page = store.tail(after=after, limit=_PAGE)
            for event in page[: None if until is None else until - after]:
                _check_next(event, after)
                yield event
                after = event.position
                if stop.is_set():
                    return
            if not page:
                pause(wait, poll, stop)


def listening(store: EventStore, stop: Event) -> AbstractContextManager[Wait]:
    """
    Listen to *store*, if it says when something is recorded; else wait until *stop* is set.

    Raises:
        StoreUnreadable: It cannot be reached, or declares what it does not do.
    """
    if "push" not in store.capabilities:
        return nullcontext(stop.wait)
    if not isinstance(store, Listens):
        raise StoreUnreadable(
            "the store declares push and cannot be listened to; its adapter is at fault:"
            " `complaint-ledger adapters check URL` says what else it does not do"
        )
    return store.listen()


def pause(wait: Wait, poll: float, stop: Event) -> None:
    """Wait for *poll* seconds, unless something is heard, or somebody sets *stop*."""
    end = monotonic() + poll
    while not stop.is_set() and (left := end - monotonic()) > 0:
        if wait(min(left, _ATTENTIVE)) is not False:
            return


def _check_next(event: RecordedEvent, after: int) -> None:
    if event.position != after + 1:
        raise StoreUnreadable(
            f"the store gives position {event.position} after {after}: it lacks what is between,"
            f" or shows it too late. Begin again after position {after}; if it is still so, check"
            " the ledger with `complaint-ledger verify --ledger`"
        )
