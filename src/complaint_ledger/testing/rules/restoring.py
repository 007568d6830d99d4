"""A backup fills a store that nothing was appended to, batch after batch, with nothing changed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest

from complaint_ledger.errors import (
    BadStream,
    BadValue,
    ClaimTaken,
    EventIdTaken,
    KeptAlready,
    LedgerExists,
    StreamMoved,
)
from complaint_ledger.store import EventStore, LedgerHead, NewEvent, RecordedEvent
from complaint_ledger.testing.rules.scene import (
    ONE,
    SPRING,
    THREE,
    TWO,
    ManualClock,
    NewLedger,
    Scene,
    a_row,
    an_event,
    bodies,
    needs,
    on,
)
from complaint_ledger.testing.whole import check_whole

CLAIMS = {"reference/1": ONE, "reference/2": TWO}
ROW = a_row()
KEPT = {"checkpoint/4": b"the tree over four events", "tree/0/1": b"\x00\xff"}

UNFIT: dict[str, dict[str, Any]] = {
    "a-later-position": {"position": 9},
    "an-earlier-position": {"position": 1},
    "a-later-version": {"version": 9},
    "an-earlier-version": {"version": 1},
    "another-stream": {"stream": THREE},
    "no-leaf-before-it": {"prev": None},
    "another-leaf-before-it": {"prev": b"x" * 32},
    "an-earlier-time": {"recorded_at": SPRING - timedelta(microseconds=1)},
    "a-hostile-stream": {"stream": "1" * 32 + "\n"},
    "a-hostile-id": {"id": "A" * 32},
    "a-hostile-name": {"name": "response-sent\nversion 1"},
}
"""What is changed in the second event, or in the fourth, to make it follow no more."""


class Restoring(Scene):
    @pytest.fixture
    def full(self, store: EventStore, clock: ManualClock) -> EventStore:
        store.append([on(ONE, 0, an_event(b"a", ROW), an_event(b"b"), claims=("reference/1",))])
        clock.now = clock.now.replace(hour=15)
        other = on(TWO, 0, an_event(b"c"), claims=("reference/2",))
        store.append([other, on(ONE, 2, an_event(b"d"))])
        return store

    @needs("restore")
    def test_restoring_keeps_positions_times_chains_and_claims(
        self, full: EventStore, new_ledger: NewLedger
    ) -> None:
        empty = new_ledger(full.ledger)()

        empty.restore(full.tail(), [ROW], CLAIMS)

        assert list(full.tail()) == list(empty.tail())
        assert list(full.streams()) == list(empty.streams())
        assert full.head() == empty.head()
        assert {claim: empty.claimed_by(claim) for claim in CLAIMS} == CLAIMS
        assert {ROW.digest: ROW} == empty.sealed([ROW.digest])
        assert check_whole(empty) == 4

    @needs("restore")
    def test_a_restored_ledger_goes_on(
        self, full: EventStore, new_ledger: NewLedger, clock: ManualClock
    ) -> None:
        open_restored = new_ledger(full.ledger)
        open_restored().restore(full.tail(), [ROW], CLAIMS)
        clock.now = clock.now.replace(hour=12)  # an hour that the backup has passed

        restored = open_restored()
        (first, *_) = full.tail()
        retry = NewEvent(first.id, first.name, first.schema, first.body)
        assert restored.append([on(ONE, 0, retry)]).already_there
        assert restored.append([on(ONE, 3, an_event())]).first == 5

        last = full.head().recorded_at
        assert last is not None
        assert last + timedelta(microseconds=1) == restored.head().recorded_at
        assert check_whole(restored) == 5

    @needs("restore")
    def test_a_restore_that_breaks_off_leaves_the_store_empty(
        self, full: EventStore, new_ledger: NewLedger
    ) -> None:
        def torn() -> Iterator[RecordedEvent]:
            yield from full.tail(limit=2)
            raise EOFError

        empty = new_ledger(full.ledger)()
        with pytest.raises(EOFError):
            empty.restore(torn(), [ROW], CLAIMS)

        assert LedgerHead(0, None) == empty.head()
        assert (list(empty.tail()), list(empty.streams())) == ([], [])
        empty.restore(full.tail(), [ROW], CLAIMS)
        assert check_whole(empty) == 4

    @needs("restore")
    def test_nothing_is_restored_into_a_store_that_was_appended_to(
        self, full: EventStore, new_ledger: NewLedger
    ) -> None:
        open_used = new_ledger(full.ledger)
        used = open_used()
        used.restore(full.tail(limit=2), [], {})
        used.append([on(TWO, 0, an_event(b"kept"))])

        for store in (used, open_used()):
            for events in (full.tail(), full.tail(after=3), ()):
                with pytest.raises(LedgerExists):
                    store.restore(events, [ROW], CLAIMS, KEPT)

        assert bodies(used.tail()) == [b"a", b"b", b"kept"]
        assert (list(used.claims()), list(used.kept())) == ([], [])
        assert used.sealed([ROW.digest]) == {}

    @needs("restore")
    def test_a_refused_or_empty_append_does_not_end_the_restoring(
        self, full: EventStore, new_ledger: NewLedger
    ) -> None:
        store = new_ledger(full.ledger)()
        store.restore(full.tail(limit=2), [], {})
        first = full.tail()[0]

        assert store.append([]).first == 0
        with pytest.raises(StreamMoved):
            store.append([on(ONE, 9, an_event())])
        again = NewEvent(first.id, first.name, first.schema, first.body)
        assert store.append([on(ONE, 0, again)]).already_there

        store.restore(full.tail(after=2), [ROW], CLAIMS)
        assert check_whole(store) == 4

    @needs("restore")
    def test_a_ledger_is_restored_in_batches(self, full: EventStore, new_ledger: NewLedger) -> None:
        open_restored = new_ledger(full.ledger)
        for after in range(4):
            store = open_restored()  # another process each time
            part = full.tail(after=after, limit=1)
            # what came with an earlier batch comes again, the same
            store.restore(part, [ROW], CLAIMS, KEPT)
            assert check_whole(store) == after + 1
            store.close()

        restored = open_restored()
        assert list(full.tail()) == list(restored.tail())
        assert list(full.streams()) == list(restored.streams())
        assert list(full.claims()) == list(restored.claims())
        assert dict(restored.kept()) == KEPT
        assert {ROW.digest: ROW} == restored.sealed([ROW.digest])

    @needs("restore")
    @pytest.mark.parametrize("change", UNFIT.values(), ids=UNFIT.keys())
    def test_a_batch_that_does_not_follow_is_refused_whole(
        self, full: EventStore, new_ledger: NewLedger, change: dict[str, Any]
    ) -> None:
        store = new_ledger(full.ledger)()
        store.restore(full.tail(limit=1), [], {})
        before = (list(store.tail()), list(store.streams()), store.head())
        second, third, fourth = full.tail(after=1)

        for batch in (
            [attrs.evolve(second, **change)],
            [second, third, attrs.evolve(fourth, **change)],
        ):
            with pytest.raises((BadValue, BadStream)):
                store.restore(batch, [ROW], CLAIMS, KEPT)

        assert before == (list(store.tail()), list(store.streams()), store.head())
        assert (list(store.claims()), list(store.kept())) == ([], [])
        assert store.sealed([ROW.digest]) == {}
        store.restore([second, third, fourth], [ROW], CLAIMS, KEPT)
        assert check_whole(store) == 4

    @needs("restore")
    def test_a_batch_that_is_there_already_or_skips_one_is_refused_by_position(
        self, full: EventStore, new_ledger: NewLedger
    ) -> None:
        store = new_ledger(full.ledger)()
        store.restore(full.tail(limit=2), [], {})

        for after, words in ((0, "position 1: "), (1, "position 2: "), (3, "position 4: ")):
            with pytest.raises(BadValue, match=f"{words}the store goes on at position 3"):
                store.restore(full.tail(after=after), [], {})

        assert check_whole(store) == 2

    @needs("restore")
    def test_an_event_id_is_restored_once(self, full: EventStore, new_ledger: NewLedger) -> None:
        store = new_ledger(full.ledger)()
        store.restore(full.tail(limit=1), [], {})
        second, third = full.tail(after=1, limit=2)

        for batch in (
            [attrs.evolve(second, id=full.tail()[0].id)],
            [second, attrs.evolve(third, id=second.id)],
        ):
            with pytest.raises(EventIdTaken):
                store.restore(batch, [], {})

        assert check_whole(store) == 1

    @needs("restore")
    def test_what_differs_from_what_is_there_is_refused_and_the_batch_with_it(
        self, full: EventStore, new_ledger: NewLedger
    ) -> None:
        store = new_ledger(full.ledger)()
        store.restore(full.tail(limit=2), [ROW], CLAIMS, KEPT)
        more = full.tail(after=2)
        other_row = attrs.evolve(ROW, ciphertext=b"another")

        with pytest.raises(BadValue, match=ROW.digest):
            store.restore(more, [other_row], {})
        with pytest.raises(ClaimTaken):
            store.restore(more, [], {"reference/1": TWO})
        with pytest.raises(KeptAlready):
            store.restore(more, [], {}, {"checkpoint/4": b"another tree"})
        with pytest.raises(BadValue):
            store.restore(more, [], {}, {"Not A Name": b"data"})

        assert check_whole(store) == 2
        assert dict(store.claims()) == CLAIMS
        assert dict(store.kept()) == KEPT
        assert {ROW.digest: ROW} == store.sealed([ROW.digest])

    @needs("restore", "erase")
    def test_an_erased_row_does_not_come_back_with_another_batch(
        self, full: EventStore, new_ledger: NewLedger
    ) -> None:
        store = new_ledger(full.ledger)()
        store.restore(full.tail(limit=2), [ROW], {})

        assert store.erase_sealed([ROW.digest]) == 1
        store.restore(full.tail(after=2), [], CLAIMS)

        assert store.sealed([ROW.digest]) == {}
        assert check_whole(store) == 4
