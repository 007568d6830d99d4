"""Whoever reads sees all there is, in order, and nothing else."""

import pytest

from complaint_ledger.errors import LedgerExists, NoLedger
from complaint_ledger.store import EventStore, LedgerHead, StreamHead, parse_url
from complaint_ledger.testing.rules.scene import (
    CAPABILITIES,
    ONE,
    THREE,
    TWO,
    ManualClock,
    NewAddress,
    NewLedger,
    OpenStore,
    Scene,
    an_event,
    bodies,
    on,
)
from complaint_ledger.testing.whole import check_whole


class Reading(Scene):
    def test_an_unknown_stream_is_empty(self, store: EventStore) -> None:
        assert list(store.read(ONE)) == []
        assert list(store.read("no stream has such an id")) == []

    def test_a_new_ledger_is_empty(self, store: EventStore) -> None:
        assert LedgerHead(0, None) == store.head()
        assert (list(store.tail()), list(store.streams())) == ([], [])
        assert (list(store.claims()), list(store.kept())) == ([], [])

    def test_a_store_declares_capabilities_that_the_contract_knows(self, store: EventStore) -> None:
        assert isinstance(store, EventStore)
        assert store.capabilities <= CAPABILITIES.keys()

    def test_a_stream_is_read_after_and_up_to_a_version(self, store: EventStore) -> None:
        store.append([on(ONE, 0, *(an_event(b"%d" % n) for n in range(1, 6)))])
        store.append([on(TWO, 0, an_event(b"other"))])

        assert bodies(store.read(ONE, after=2)) == [b"3", b"4", b"5"]
        assert bodies(store.read(ONE, upto=2)) == [b"1", b"2"]
        assert bodies(store.read(ONE, after=2, upto=4)) == [b"3", b"4"]
        assert list(store.read(ONE, upto=0)) == []
        assert list(store.read(ONE, after=4, upto=2)) == []
        assert list(store.read(ONE, after=5)) == []
        assert bodies(store.read(ONE, after=4, upto=99)) == [b"5"]

    def test_positions_rise_densely_over_all_streams(self, store: EventStore) -> None:
        store.append([on(ONE, 0, an_event()), on(TWO, 0, an_event(), an_event())])
        store.append([on(THREE, 0, an_event())])
        store.append([on(ONE, 1, an_event())])

        assert [event.position for event in store.tail()] == [1, 2, 3, 4, 5]
        assert [event.stream for event in store.tail()] == [ONE, TWO, TWO, THREE, ONE]
        assert check_whole(store) == 5

    def test_reading_goes_on_after_a_position(self, store: EventStore) -> None:
        store.append([on(ONE, 0, *(an_event(b"%d" % n) for n in range(1, 6)))])

        assert bodies(store.tail(after=3)) == [b"4", b"5"]
        assert bodies(store.tail(after=1, limit=2)) == [b"2", b"3"]
        assert list(store.tail(after=5)) == []
        assert list(store.tail(after=99)) == []

    def test_streams_are_complete_and_sorted(self, store: EventStore) -> None:
        many = [f"{n * 7919 % 10_007:032x}" for n in range(1, 1_200)]
        store.append([on(stream, 0, an_event()) for stream in many])
        store.append([on(many[0], 1, an_event(), an_event())])

        heads = list(store.streams())

        assert sorted(many) == [head.stream for head in heads]
        last = store.read(many[0])[-1]
        assert StreamHead(many[0], 3, last.leaf(store.ledger), 1) in heads
        firsts = {head.stream: head.first for head in heads}
        assert dict(zip(many, range(1, 1_200), strict=True)) == firsts
        assert check_whole(store) == 1_201

    def test_claims_are_complete_and_sorted(self, store: EventStore) -> None:
        many = {f"reference/{n * 7919 % 10_007}": f"{n:032x}" for n in range(1, 1_200)}
        store.append([on(stream, 0, an_event(), claims=(c,)) for c, stream in many.items()])
        store.append([on(ONE, 0, an_event(), claims=("reference/Ä 1", "reference/Z 1"))])

        assert sorted({**many, "reference/Ä 1": ONE, "reference/Z 1": ONE}.items()) == list(
            store.claims()
        )

    def test_two_ledgers_are_strangers(self, new_ledger: NewLedger) -> None:
        here, there = new_ledger()(), new_ledger()()
        event = an_event(b"the same event")
        here.append([on(ONE, 0, event, claims=("reference/1",))])

        assert here.ledger != there.ledger
        assert LedgerHead(0, None) == there.head()
        assert list(there.read(ONE)) == []
        assert there.claimed_by("reference/1") is None
        there.append([on(TWO, 0, event, claims=("reference/1",))])
        assert [store.claimed_by("reference/1") for store in (here, there)] == [ONE, TWO]
        assert here.tail()[0].leaf(here.ledger) != there.tail()[0].leaf(there.ledger)

    def test_a_ledger_is_not_made_where_one_is(
        self, open_store: OpenStore, clock: ManualClock
    ) -> None:
        open_store().append([on(ONE, 0, an_event(b"kept"))])

        with pytest.raises(LedgerExists):
            self.adapter.create(parse_url(open_store.address), "f" * 32, clock)

        assert bodies(open_store().tail()) == [b"kept"]

    def test_a_slip_of_the_pen_founds_no_ledger(
        self, new_address: NewAddress, clock: ManualClock
    ) -> None:
        nowhere = parse_url(new_address())

        for _ in range(2):  # looking for it has not made it
            with pytest.raises(NoLedger):
                self.adapter.open(nowhere, clock)
