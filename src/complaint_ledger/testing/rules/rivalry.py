"""Of several writers one is first, and nobody ever sees the half of it."""

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Final

import pytest

from complaint_ledger.errors import ClaimTaken, StreamMoved
from complaint_ledger.store import Appended, EventStore
from complaint_ledger.testing.rules.scene import (
    ONE,
    TWO,
    OpenStore,
    Scene,
    all_at_once,
    an_event,
    ids,
    on,
)
from complaint_ledger.testing.whole import check_whole, everything

Job = Callable[[], list[int] | None]

WRITERS: Final = 6
ROUNDS: Final = 20
BIG: Final = 200  # events in a batch that takes its time


class Rivalry(Scene):
    @pytest.mark.parametrize("shared", [True, False], ids=["one-store", "a-store-each"])
    def test_of_many_writers_one_wins(self, open_store: OpenStore, shared: bool) -> None:
        stores = [open_store()] * WRITERS if shared else [open_store() for _ in range(WRITERS)]

        for version in range(ROUNDS // 4):
            events = [an_event() for _ in stores]
            came_back = all_at_once(
                [
                    partial(store.append, [on(ONE, version, event)])
                    for store, event in zip(stores, events, strict=True)
                ]
            )
            winners = [
                event.id
                for event, result in zip(events, came_back, strict=True)
                if isinstance(result, Appended)
            ]
            losers = [result for result in came_back if isinstance(result, StreamMoved)]
            assert (len(winners), len(losers)) == (1, WRITERS - 1), came_back
            assert winners == ids(stores[0].read(ONE, after=version))

        assert check_whole(stores[0]) == ROUNDS // 4

    def test_a_claim_that_many_want_goes_to_one(self, open_store: OpenStore) -> None:
        streams = [f"{n:032x}" for n in range(1, WRITERS + 1)]

        came_back = all_at_once(
            [
                partial(open_store().append, [on(stream, 0, an_event(), claims=("reference/1",))])
                for stream in streams
            ]
        )

        store = open_store()
        winners = [
            stream
            for stream, result in zip(streams, came_back, strict=True)
            if isinstance(result, Appended)
        ]
        losers = [result for result in came_back if isinstance(result, ClaimTaken)]
        assert (len(winners), len(losers)) == (1, WRITERS - 1), came_back
        assert winners == [store.claimed_by("reference/1")]
        assert winners == [head.stream for head in store.streams()]

    def test_a_reader_never_sees_half_a_batch(self, open_store: OpenStore) -> None:
        store = open_store()
        done = Event()

        def write() -> None:
            try:
                for n in range(ROUNDS):
                    store.append([on(ONE, n * 2, an_event(), an_event()), on(TWO, n, an_event())])
            finally:
                done.set()

        def watch(look: Callable[[EventStore], int]) -> list[int]:
            mine, seen = open_store(), [0]
            while not done.is_set():
                seen.append(look(mine))
            return seen

        looks: list[Callable[[EventStore], int]] = [
            lambda mine: len(mine.tail(limit=10_000)),
            lambda mine: mine.head().position,
            lambda mine: sum(head.version for head in mine.streams()),
        ]
        jobs: list[Job] = [write, *(partial(watch, look) for look in looks)]
        written, *watched = all_at_once(jobs)

        assert written is None
        for seen in watched:
            assert isinstance(seen, list), seen
            assert {0} == {count % 3 for count in seen}
            assert sorted(seen) == seen

    def test_no_gap_appears_behind_a_reader(self, open_store: OpenStore) -> None:
        done = [Event() for _ in range(3)]

        def write(number: int) -> None:
            store, stream = open_store(), f"{number:032x}"
            try:
                for version in range(ROUNDS):
                    store.append([on(stream, version, an_event())])
            finally:
                done[number].set()

        def follow() -> list[int]:
            store, seen = open_store(), [0]
            while True:
                last_look = all(one.is_set() for one in done)
                seen += [event.position for event in store.tail(after=seen[-1], limit=7)]
                if last_look and seen[-1] == store.head().position:
                    return seen[1:]

        jobs: list[Job] = [follow, *(partial(write, n) for n in range(3))]
        seen, *written = all_at_once(jobs)

        assert written == [None, None, None]
        assert isinstance(seen, list), seen
        assert list(range(1, 3 * ROUNDS + 1)) == seen
        assert len(list(everything(open_store()))) == 3 * ROUNDS

    def test_no_small_batch_overtakes_a_big_one(self, open_store: OpenStore) -> None:
        # Where a position is taken before it can be seen, a small batch overtakes a big one,
        # and who reads on from the last position they saw never sees the big one.
        big, small = 2, 3
        done = [Event() for _ in range(big + small)]

        def write(number: int, batches: int, size: int) -> None:
            store, stream = open_store(), f"{number:032x}"
            try:
                for n in range(batches):
                    events = [an_event(b"x" * 500) for _ in range(size)]
                    store.append([on(stream, n * size, *events)])
            finally:
                done[number].set()

        def read_on(limit: int) -> list[int]:
            store, seen = open_store(), [0]
            while True:
                last_look = all(one.is_set() for one in done)
                page = store.tail(after=seen[-1], limit=limit)
                seen += [event.position for event in page]
                if last_look and not page:
                    return seen[1:]

        jobs: list[Job] = [
            partial(read_on, 1000),
            partial(read_on, 30),
            *(partial(write, n, ROUNDS // 4, BIG) for n in range(big)),
            *(partial(write, n, ROUNDS, 1) for n in range(big, big + small)),
        ]
        one, other, *written = all_at_once(jobs)

        assert written == [None] * (big + small)
        assert one == list(range(1, big * ROUNDS // 4 * BIG + small * ROUNDS + 1))
        assert one == other
