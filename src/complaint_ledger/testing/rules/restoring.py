"""A backup fills an empty store, and only that, with nothing changed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from complaint_ledger.errors import LedgerExists
from complaint_ledger.store import EventStore, LedgerHead, NewEvent, RecordedEvent
from complaint_ledger.testing.rules.scene import (
    ONE,
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
    def test_only_an_empty_store_is_restored(self, full: EventStore, new_ledger: NewLedger) -> None:
        used = new_ledger(full.ledger)()
        used.append([on(TWO, 0, an_event(b"kept"))])

        with pytest.raises(LedgerExists):
            used.restore(full.tail(), [ROW], CLAIMS)

        assert bodies(used.tail()) == [b"kept"]
        assert used.claimed_by("reference/1") is None
        assert used.sealed([ROW.digest]) == {}

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
