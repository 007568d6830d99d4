"""Keeping up for as long as somebody wants: what breaks off is tried again, later and later."""

import random
from collections.abc import Callable
from threading import Event
from typing import Final

from complaint_ledger.errors import StoreUnreadable
from complaint_ledger.following import POLL, listening, pause
from complaint_ledger.projections.faults import FactsUnusable
from complaint_ledger.projections.runner import BATCH, Progress, Tell, tell_nobody
from complaint_ledger.projections.views import Views
from complaint_ledger.store import EventStore

FIRST_WAIT: Final = 0.5
"""Seconds until what broke off is tried again; twice as long each time."""

LONGEST_WAIT: Final = 30.0
"""Seconds."""

Trouble = Callable[[Exception, float], object]


def keep_up(
    views: Views,
    store: EventStore,
    *,
    poll: float = POLL,
    batch: int = BATCH,
    stop: Event | None = None,
    tell: Tell = tell_nobody,
    trouble: Trouble = lambda _error, _wait: None,
) -> None:
    """
    Take in what *store* holds, and what comes, until *stop* is set.

    Several may do this at once, on one machine or on many.

    Args:
        views: The facts.
        store: The ledger.
        poll: Seconds between two looks at a store that does not say that there is something.
        batch: How many events to take in with one transaction.
        stop: Ends it when it is set, in less than a second or after the batch in hand; of a
            first build too, which goes on from there the next time.
        tell: Called after each batch.
        trouble: Called with what broke off, and in how many seconds it is tried again.

    Raises:
        FactsError: What trying again does not mend.
    """
    stopped = stop or Event()
    wait = FIRST_WAIT

    def told(progress: Progress) -> None:
        tell(progress)
        if stopped.is_set():
            raise _Stopped

    while not stopped.is_set():
        try:
            with listening(store, stopped) as heard:
                while not stopped.is_set():
                    views.catch_up(store, batch=batch, tell=told)
                    wait = FIRST_WAIT
                    pause(heard, poll, stopped)
        except _Stopped:
            return
        except StoreUnreadable as error:
            wait = _again(error, wait, stopped, trouble)
        except FactsUnusable as error:
            if not error.passing:
                raise
            wait = _again(error, wait, stopped, trouble)


class _Stopped(Exception):
    """Nobody wants another batch."""


def _again(error: Exception, wait: float, stop: Event, trouble: Trouble) -> float:
    """Wait some *wait* seconds; return how long to wait the next time."""
    # Not all at the same moment, if many were thrown out at one.
    seconds = wait * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
    trouble(error, seconds)
    stop.wait(seconds)
    return min(2 * wait, LONGEST_WAIT)
