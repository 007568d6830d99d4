"""Whoever follows a ledger hears every event, in order, and begins again where they were."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from threading import Event, Timer
from time import monotonic
from typing import Final

from complaint_ledger.following import follow
from complaint_ledger.store import EventStore, Listens
from complaint_ledger.testing.rules import rival
from complaint_ledger.testing.rules.processes import another_process, heard, say
from complaint_ledger.testing.rules.scene import (
    ONE,
    TWO,
    OpenStore,
    Scene,
    all_at_once,
    an_event,
    ids,
    needs,
    on,
)

Job = Callable[[], list[int] | None]

WRITERS: Final = 3
ROUNDS: Final = 12
ALL: Final = WRITERS * ROUNDS * 3
LOOK: Final = 0.02  # seconds between two looks, where the store does not tell
PATIENCE: Final = 60  # seconds until a rule no longer believes that anything comes
AT_ONCE: Final = 10.0  # seconds in which whoever is told at once is told, on a busy machine too
DAY: Final = 24 * 60 * 60


class Following(Scene):
    def test_a_follower_hears_all_in_order_while_several_write(self, open_store: OpenStore) -> None:
        def hear() -> list[int]:
            with _patience() as stop:
                events = follow(open_store(), until=ALL, poll=LOOK, stop=stop)
                return [event.position for event in events]

        jobs: list[Job] = [hear, hear, *(partial(_write, open_store, n) for n in range(WRITERS))]
        one, other, *written = all_at_once(jobs)

        assert written == [None] * WRITERS
        assert one == list(range(1, ALL + 1))
        assert one == other

    def test_a_follower_that_dies_goes_on_from_what_it_dealt_with(
        self, open_store: OpenStore
    ) -> None:
        def hear() -> list[int]:
            store, dealt_with = open_store(), list[int]()
            with _patience() as stop:
                while len(dealt_with) < ALL and not stop.is_set():
                    after = dealt_with[-1] if dealt_with else 0
                    events = follow(store, after=after, until=ALL, poll=LOOK, stop=stop)
                    told = [event.position for event in islice(events, 2 + after % 7)]
                    # It dies when it has heard of the last one, and not dealt with it.
                    dealt_with += told if ALL in told else told[:-1]
            return dealt_with

        jobs: list[Job] = [hear, *(partial(_write, open_store, n) for n in range(WRITERS))]
        dealt_with, *written = all_at_once(jobs)

        assert written == [None] * WRITERS
        assert dealt_with == list(range(1, ALL + 1))

    def test_a_follower_that_is_told_stops_although_nothing_comes(self, store: EventStore) -> None:
        store.append([on(ONE, 0, an_event(), an_event())])
        with _patience() as stop:
            Timer(0.1, stop.set).start()
            began = monotonic()
            heard = [event.position for event in follow(store, poll=DAY, stop=stop)]

        assert heard == [1, 2]
        assert monotonic() - began < PATIENCE / 2

    @needs("processes")
    def test_another_process_follows_and_when_it_dies_yet_another_goes_on(
        self, open_store: OpenStore
    ) -> None:
        store = open_store()
        store.append(rival.batch("a", 0))

        with another_process(open_store, "b") as follower:
            say(follower, "follow 0 99")
            told = [heard(follower), heard(follower)]
            store.append(rival.batch("a", 1))  # it waits, and hears what comes
            told.append(heard(follower))
            follower.kill()
        with another_process(open_store, "c") as follower:
            say(follower, "follow 3 6")
            told.append(heard(follower))
            store.append(rival.batch("a", 2))
            told += [heard(follower), heard(follower)]
            assert heard(follower) == []  # it ends where it was told to

        assert [[str(e.position), e.id] for e in store.tail()] == told

    # --- where the store tells -------------------------------------------------------------------

    @needs("push")
    def test_a_follower_is_told_long_before_it_looks(self, open_store: OpenStore) -> None:
        writer = open_store()
        with _patience(AT_ONCE) as stop:
            events = follow(open_store(), until=4, poll=DAY, stop=stop)
            writer.append([on(ONE, 0, an_event())])
            told = [next(events)]
            Timer(0.1, writer.append, [[on(ONE, 1, an_event(), an_event())]]).start()
            told += islice(events, 2)
            Timer(0.1, writer.append, [[on(TWO, 0, an_event())]]).start()
            told += events

        assert ids(writer.tail()) == ids(told)

    @needs("push", "processes")
    def test_a_follower_is_told_of_what_another_process_records(
        self, open_store: OpenStore
    ) -> None:
        store = open_store()
        with another_process(open_store, "a") as writer, _patience(AT_ONCE) as stop:
            events = follow(store, until=2, poll=DAY, stop=stop)
            Timer(0.1, say, [writer, "race 2"]).start()
            told = list(events)

        assert [event.position for event in told] == [1, 2]

    @needs("push")
    def test_what_comes_after_the_listening_began_ends_the_wait(
        self, open_store: OpenStore
    ) -> None:
        store, writer = open_store(), open_store()
        assert isinstance(store, Listens)
        with store.listen() as wait, store.listen() as other:
            for version in range(3):
                writer.append([on(ONE, version, an_event())])
                for each in (wait, other):  # both hear it
                    assert _waited(partial(each, AT_ONCE)) < AT_ONCE / 2

    @needs("push")
    def test_who_listens_waits_while_nothing_comes(self, open_store: OpenStore) -> None:
        store = open_store()
        assert isinstance(store, Listens)
        store.append([on(ONE, 0, an_event())])
        with store.listen() as wait:
            assert 0.2 < _waited(lambda: [wait(0.1) for _ in range(5)]) < AT_ONCE / 2


def _write(open_store: OpenStore, number: int) -> None:
    """Record *ROUNDS* times three events, in one stream or in two."""
    store, one, other = open_store(), f"{number + 1:032x}", f"{number + 101:032x}"
    for n in range(ROUNDS):
        store.append([on(one, n * 2, an_event(), an_event()), on(other, n, an_event())])


@contextmanager
def _patience(seconds: float = PATIENCE) -> Iterator[Event]:
    """Yield what stops a follower to whom nothing comes."""
    stop = Event()
    timer = Timer(seconds, stop.set)
    timer.start()
    try:
        yield stop
    finally:
        stop.set()
        timer.cancel()


def _waited(wait: Callable[[], object]) -> float:
    """Return how many seconds *wait* took."""
    began = monotonic()
    wait()
    return monotonic() - began
