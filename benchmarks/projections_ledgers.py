"""Ledgers that views are made of, which grow while they are measured."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import attrs
from tests.rebuilding.ledgers import OPEN_AT_ONCE, record_stories, story

from complaint_ledger.ids import new_id
from complaint_ledger.ledger import Ledger
from complaint_ledger.opening import create_ledger
from complaint_ledger.recording import Around
from complaint_ledger.store import EventStore

LENGTH: Final = 8
"""Events of a complaint that goes all the way."""

LAST: Final = 200
"""Complaints that are open at the end of a ledger that grew."""

Stories = Sequence[tuple[str, Sequence[Any]]]


@attrs.define
class Growing:
    """A ledger, its address, and who records in it."""

    url: str
    ledger: Ledger
    around: Around
    drawn: random.Random = attrs.field(factory=lambda: random.Random(1))
    complaints: int = 0

    @property
    def store(self) -> EventStore:
        return self.ledger.store

    @property
    def council(self) -> str:
        return str(self.ledger.opened.council)

    def stories(self, count: int) -> Stories:
        """Return what will happen in so many complaints."""
        first, self.complaints = self.complaints, self.complaints + count
        return [(new_id(), story(self.drawn, first + n)) for n in range(count)]

    def record(self, stories: Stories, versions: range = range(LENGTH)) -> None:
        """Record a part of *stories*, side by side."""
        record_stories(self.ledger, self.around, stories, versions)

    def grow(self, events: int) -> None:
        """
        Record complaints until there are *events* events, or a few more.

        A thousand are open at a time; at the end it is 200, so that the last thousand
        events are five of each, however large the ledger is.
        """
        left = max(0, -(-events // LENGTH) - self.complaints)
        last = min(LAST, left)
        while left:
            some = min(OPEN_AT_ONCE, left - last) or last
            self.record(self.stories(some))
            left -= some


@contextmanager
def growing(url: str, keys: Any = None) -> Iterator[Growing]:
    """Give a new ledger at *url*; its keys go to the folder *keys* if it is in no file."""
    places = {} if keys is None else {"keys": keys / "keys", "signing_key": keys / "signing"}
    made, actor = create_ledger(url, council="Northborough Council", fictional=True, **places)
    with made:
        yield Growing(url, made, Around(actor=made.actor(actor)))
