"""Whoever follows a ledger hears every entry, in order, and begins again where they were."""

from itertools import islice
from threading import Event, Thread, Timer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import Sealed
from complaint_ledger.errors import BadValue, StoreUnreadable
from complaint_ledger.following import follow
from complaint_ledger.ids import new_id
from complaint_ledger.store import NewEvent, StreamAppend, parse_url, system_clock
from complaint_ledger.testing import ContraryStore
from complaint_ledger.testing import examples as story
from complaint_ledger_adapters.memory import ADAPTER

PATIENCE = 60  # seconds
DAY = 24 * 60 * 60


def positions(events):
    return [event.position for event in events]


def numbered(*numbers):
    events = tuple(NewEvent(new_id(), "response-sent", 1, b"%d" % n) for n in numbers)
    return [StreamAppend(stream=new_id(), expected_version=0, events=events)]


@pytest.fixture
def store():
    return ADAPTER.create(parse_url(f"memory:///{new_id()}"), new_id(), system_clock)


@given(
    batches=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    deaths=st.lists(st.integers(0, 5), max_size=6),
)
def test_who_dies_and_begins_again_hears_all_in_order(batches, deaths):
    store = ADAPTER.create(parse_url(f"memory:///{new_id()}"), new_id(), system_clock)
    for size in batches:
        store.append(numbered(*range(size)))
    dealt_with = []

    for survived in [*deaths, sum(batches)]:
        after = dealt_with[-1] if dealt_with else 0
        dealt_with += positions(islice(follow(store, after=after, until=sum(batches)), survived))

    assert list(range(1, sum(batches) + 1)) == dealt_with


def test_a_ledger_larger_than_a_page_is_followed_to_its_end(store):
    store.append(numbered(*range(2500)))

    assert list(range(1, 2501)) == positions(follow(store, until=2500))
    assert positions(follow(store, after=999, until=1001)) == [1000, 1001]


@pytest.mark.parametrize("until", [0, 3, 4])
def test_who_has_heard_all_that_they_want_waits_for_nothing(store, until):
    store.append(numbered(1, 2, 3, 4))

    assert list(follow(store, after=4, until=until, poll=DAY)) == []


def test_what_is_recorded_between_two_looks_is_heard(store):
    heard = follow(store, until=3, poll=DAY)
    store.append(numbered(1))

    assert next(heard).position == 1
    store.append(numbered(2))
    assert next(heard).position == 2
    Timer(0.05, store.append, [numbered(3)]).start()
    assert next(heard).position == 3
    assert list(heard) == []


def test_a_contrary_store_is_followed_like_any(store):
    heard = follow(ContraryStore(store), until=1, poll=DAY)
    Timer(0.05, store.append, [numbered(1)]).start()

    assert positions(heard) == [1]


def test_who_is_told_to_stop_between_two_entries_stops(store):
    store.append(numbered(1, 2, 3))
    stop = Event()
    heard = follow(store, stop=stop)

    assert next(heard).position == 1
    stop.set()
    assert list(heard) == []


def test_who_waits_is_told_to_stop_and_stops_promptly(ledger):
    stop, waits = Event(), Event()
    last = ledger.store.head().position

    def hear():
        for entry in ledger.follow(poll=DAY, stop=stop):
            if entry.recorded.position == last:
                waits.set()  # from now on, for nothing

    thread = Thread(target=hear, daemon=True)
    thread.start()
    assert waits.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)

    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"after": 3}, "after: there is no position 3: the ledger ends at 2"),
        ({"after": -1}, "after: there is no position -1"),
        ({"poll": 0}, "poll: give the seconds"),
        ({"poll": -1.0}, "poll: give the seconds"),
    ],
)
def test_what_cannot_be_followed_is_refused_at_once(store, asked, words):
    store.append(numbered(1, 2))

    with pytest.raises(BadValue, match=words):
        follow(store, **asked)


class Late:
    """A store that shows the third event before the second."""

    capabilities = frozenset()

    def __init__(self, store):
        self._store = store
        self.late = True

    def head(self):
        return self._store.head()

    def tail(self, *, after=0, limit=1000):
        return [
            event
            for event in self._store.tail(after=after, limit=limit)
            if not self.late or event.position != 2
        ]


def test_a_store_that_skips_a_position_is_an_error_and_not_a_gap(store):
    store.append(numbered(1, 2, 3))
    late = Late(store)
    heard = follow(late, until=3)

    assert next(heard).position == 1
    with pytest.raises(StoreUnreadable, match=r"position 3 after 1.*Begin again after position 1"):
        next(heard)
    late.late = False
    assert positions(follow(late, after=1, until=3)) == [2, 3]


class Deaf(Late):
    capabilities = frozenset({"push"})


def test_a_store_that_cannot_be_listened_to_although_it_says_so_is_an_error(store):
    with pytest.raises(StoreUnreadable, match="its adapter is at fault"):
        next(follow(Deaf(store)))


# --- a whole ledger ------------------------------------------------------------------------------


def test_a_ledger_tells_its_own_entries_and_those_of_its_complaints(ledger):
    ledger.record(story.RECEIVE, actor=story.OFFICER)

    entries = list(ledger.follow(until=ledger.store.head().position))

    assert [entry.recorded.position for entry in entries] == list(range(1, len(entries) + 1))
    assert isinstance(entries[0].event, e.LedgerOpened)
    received = entries[-1]
    assert (received.event, received.fact) == (
        ledger.entries(story.REFERENCE)[0].event,
        ledger.facts(story.REFERENCE)[0],
    )
    assert received.meta.actor.id == story.OFFICER


def test_what_is_sealed_stays_sealed_when_it_is_followed(ledger):
    ledger.record(story.RECEIVE, actor=story.OFFICER)

    *_, received = ledger.follow(until=ledger.store.head().position)

    assert isinstance(received.event, e.ComplaintReceived)
    (head, *_) = received.event.heads
    assert isinstance(head.description, Sealed)
    assert head.description.clear is None


def test_a_ledger_is_followed_while_it_is_recorded_in(ledger, again):
    begun = ledger.store.head().position
    heard = again().follow(after=begun, until=begun + 2, poll=0.02)

    ledger.record(story.RECEIVE, actor=story.OFFICER)
    assert next(heard).recorded.name == "complaint-received"
    acknowledge = Timer(
        0.05,
        ledger.record,
        [story.ACKNOWLEDGE],
        {"complaint": story.REFERENCE, "actor": story.OFFICER},
    )
    acknowledge.start()
    assert next(heard).recorded.name == "complaint-acknowledged"
    acknowledge.join()
    assert list(heard) == []
