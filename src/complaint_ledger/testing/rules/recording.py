"""What is recorded is recorded whole, in order, once, and for good."""

import pytest

from complaint_ledger.errors import (
    BadStream,
    BadValue,
    ClaimTaken,
    EventIdTaken,
    PartialOverlap,
    StreamMoved,
)
from complaint_ledger.store import Appended, EventStore, LedgerHead, NewEvent
from complaint_ledger.testing.rules.scene import (
    CAPABILITIES,
    ONE,
    THREE,
    TWO,
    ManualClock,
    OpenStore,
    Scene,
    a_row,
    an_event,
    bodies,
    ids,
    needs,
    on,
)
from complaint_ledger.testing.whole import check_whole, everything

HOSTILE = {
    "empty": "",
    "too-short": "a" * 31,
    "too-long": "a" * 33,
    "upper-case": "A" * 32,
    "not-hex": "g" * 32,
    "colon": "a" * 31 + ":",
    "slash": "a" * 31 + "/",
    "space": "a" * 31 + " ",
    "newline-after": "a" * 32 + "\n",
    "newline-within": "a" * 31 + "\n",
    "a-line-of-an-entry": "a" * 32 + "\nversion 1",
    "nul": "a" * 31 + "\0",
    "unicode-digits": "٣" * 32,
    "full-width": "ａ" * 32,
}

hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())


class Recording(Scene):
    # --- order and bytes -------------------------------------------------------------------------

    def test_an_event_comes_back_as_it_was_recorded(
        self, store: EventStore, clock: ManualClock
    ) -> None:
        event = NewEvent("a" * 32, "response-sent", 7, b'{"open":{}}')

        appended = store.append([on(ONE, 0, event)])

        assert Appended(1, 1, clock.now) == appended
        (recorded,) = store.read(ONE)
        assert (recorded.position, recorded.stream, recorded.version) == (1, ONE, 1)
        assert (event.id, "response-sent", 7) == (recorded.id, recorded.name, recorded.schema)
        assert (clock.now, None, event.body) == (
            recorded.recorded_at,
            recorded.prev,
            recorded.body,
        )

    def test_order_and_bytes_are_kept(self, store: EventStore) -> None:
        said = [
            "naïve – £5 – ‘Ŵyn’ 🗑".encode(),
            b"",
            b"\x00\xff\xfe\n\r\n",
            b'{"b":1, "a":1}',
            bytes(range(256)) * 4096,  # one megabyte
        ]

        store.append([on(ONE, 0, *map(an_event, said[:2]))])
        store.append([on(ONE, 2, *map(an_event, said[2:]))])

        assert said == bodies(store.read(ONE))
        assert said == bodies(store.tail())
        assert [event.version for event in store.read(ONE)] == [1, 2, 3, 4, 5]

    def test_each_event_holds_the_leaf_before_it_in_its_stream(self, store: EventStore) -> None:
        store.append([on(ONE, 0, an_event(), an_event()), on(TWO, 0, an_event())])
        store.append([on(ONE, 2, an_event())])

        first, second, third = store.read(ONE)
        (other,) = store.read(TWO)
        assert [None, first.leaf(store.ledger), second.leaf(store.ledger)] == [
            first.prev,
            second.prev,
            third.prev,
        ]
        assert other.prev is None

    def test_an_empty_batch_changes_nothing(self, store: EventStore) -> None:
        assert Appended(0, 0, None) == store.append([])
        with pytest.raises(BadValue):
            store.append([on(ONE, 0)])

        assert LedgerHead(0, None) == store.head()
        assert list(store.streams()) == []

    # --- all or nothing --------------------------------------------------------------------------

    @pytest.mark.parametrize("wrong", [0, 1, 3, 99], ids=["zero", "low", "high", "far"])
    def test_a_wrong_expected_version_records_nothing(self, store: EventStore, wrong: int) -> None:
        store.append([on(ONE, 0, an_event(b"first"), an_event(b"second"))])

        with pytest.raises(StreamMoved) as moved:
            store.append([on(ONE, wrong, an_event(b"lost"), an_event(b"lost too"))])

        assert (ONE, wrong, 2) == (
            moved.value.stream,
            moved.value.expected_version,
            moved.value.version,
        )
        assert bodies(store.tail()) == [b"first", b"second"]
        assert store.head().position == 2

    def test_a_new_stream_begins_at_version_one(self, store: EventStore) -> None:
        with pytest.raises(StreamMoved):
            store.append([on(ONE, 1, an_event())])

        assert list(store.read(ONE)) == []
        assert list(store.streams()) == []

    def test_a_batch_with_one_stale_part_records_nothing(self, store: EventStore) -> None:
        store.append([on(TWO, 0, an_event(b"kept"))])

        for batch in (
            [on(ONE, 0, an_event(), claims=("reference/1",)), on(TWO, 0, an_event())],
            [on(TWO, 0, an_event()), on(ONE, 0, an_event(), claims=("reference/1",))],
        ):
            with pytest.raises(StreamMoved):
                store.append(batch)

        assert bodies(store.tail()) == [b"kept"]
        assert list(store.read(ONE)) == []
        assert store.claimed_by("reference/1") is None
        assert check_whole(store) == 1

    def test_a_batch_with_one_taken_claim_records_nothing(self, store: EventStore) -> None:
        store.append([on(THREE, 0, an_event(b"kept"), claims=("reference/3",))])

        with pytest.raises(ClaimTaken) as taken:
            store.append(
                [
                    on(ONE, 0, an_event(), claims=("reference/1",)),
                    on(TWO, 0, an_event(), claims=("reference/2", "reference/3")),
                ]
            )

        assert taken.value.claim == "reference/3"
        assert bodies(store.tail()) == [b"kept"]
        assert [store.claimed_by(f"reference/{number}") for number in (1, 2, 3)] == [
            None,
            None,
            THREE,
        ]
        assert check_whole(store) == 1

    def test_after_a_refusal_the_next_append_leaves_no_gap(self, store: EventStore) -> None:
        store.append([on(ONE, 0, an_event())])
        with pytest.raises(StreamMoved):
            store.append([on(TWO, 0, an_event()), on(ONE, 0, an_event())])

        assert store.append([on(ONE, 1, an_event())]).first == 2

    def test_one_batch_has_one_time_and_its_positions_follow_its_order(
        self, store: EventStore
    ) -> None:
        batch = [on(TWO, 0, an_event(b"a"), an_event(b"b")), on(ONE, 0, an_event(b"c"))]

        appended = store.append(batch)

        assert (appended.first, appended.last) == (1, 3)
        assert bodies(store.tail()) == [b"a", b"b", b"c"]
        assert {appended.recorded_at} == {event.recorded_at for event in store.tail()}

    # --- once ------------------------------------------------------------------------------------

    def test_a_lost_acknowledgement_is_recognised(
        self, store: EventStore, clock: ManualClock
    ) -> None:
        batch = [
            on(ONE, 0, an_event(), an_event(), claims=("reference/1",)),
            on(TWO, 0, an_event()),
        ]
        store.append(batch)

        assert Appended(1, 3, clock.now, already_there=True) == store.append(batch)
        assert check_whole(store) == 3

    def test_a_lost_acknowledgement_is_recognised_after_later_events(
        self, store: EventStore, clock: ManualClock
    ) -> None:
        store.append([on(TWO, 0, an_event())])
        batch = [on(ONE, 0, an_event(), an_event())]
        recorded_at = store.append(batch).recorded_at
        clock.now = clock.now.replace(hour=18)
        store.append([on(ONE, 2, an_event()), on(TWO, 1, an_event())])

        assert Appended(2, 3, recorded_at, already_there=True) == store.append(batch)
        assert check_whole(store) == 5

    def test_a_partial_overlap_is_refused(self, store: EventStore) -> None:
        first, second, third = an_event(), an_event(), an_event()
        store.append([on(ONE, 0, first, second)])

        for part in (
            on(ONE, 0, first, second, third),
            on(ONE, 0, first, third),
            on(ONE, 0, third, second),
        ):
            with pytest.raises(PartialOverlap):
                store.append([part])

        assert [first.id, second.id] == ids(store.tail())

    def test_a_batch_of_which_one_stream_is_stored_is_a_partial_overlap(
        self, store: EventStore
    ) -> None:
        stored, new = on(ONE, 0, an_event()), on(TWO, 0, an_event())
        store.append([stored])

        for batch in ([stored, new], [new, stored]):
            with pytest.raises(PartialOverlap):
                store.append(batch)

        assert check_whole(store) == 1

    def test_an_event_id_stands_once_in_a_ledger(self, store: EventStore) -> None:
        event = an_event(b"kept")
        store.append([on(ONE, 0, event)])

        for part in (on(TWO, 0, an_event(), event), on(ONE, 1, event)):
            with pytest.raises(EventIdTaken) as taken:
                store.append([part])
            assert event.id == taken.value.event_id

        assert bodies(store.tail()) == [b"kept"]
        assert check_whole(store) == 1

    def test_a_batch_with_an_event_id_twice_is_refused(self, store: EventStore) -> None:
        event = an_event()

        for batch in (
            [on(ONE, 0, event, event)],
            [on(ONE, 0, event), on(TWO, 0, event)],
        ):
            with pytest.raises(BadValue):
                store.append(batch)

        assert check_whole(store) == 0

    def test_a_batch_with_a_stream_twice_is_refused(self, store: EventStore) -> None:
        with pytest.raises(BadValue):
            store.append([on(ONE, 0, an_event()), on(ONE, 1, an_event())])

        assert check_whole(store) == 0

    # --- claims ----------------------------------------------------------------------------------

    def test_a_claim_belongs_to_the_stream_that_made_it_first(self, store: EventStore) -> None:
        assert store.claimed_by("reference/1") is None
        store.append([on(ONE, 0, an_event(), claims=("reference/1",))])

        with pytest.raises(ClaimTaken):
            store.append([on(TWO, 0, an_event(), claims=("reference/1",))])

        assert store.claimed_by("reference/1") == ONE
        assert check_whole(store) == 1

    def test_a_claim_that_two_parts_of_a_batch_want_is_refused(self, store: EventStore) -> None:
        with pytest.raises(ClaimTaken):
            store.append(
                [
                    on(ONE, 0, an_event(), claims=("reference/1",)),
                    on(TWO, 0, an_event(), claims=("reference/1",)),
                ]
            )

        assert store.claimed_by("reference/1") is None
        assert check_whole(store) == 0

    def test_a_stream_may_claim_again_what_it_holds(self, store: EventStore) -> None:
        store.append([on(ONE, 0, an_event(), claims=("reference/1",))])

        store.append([on(ONE, 1, an_event(), claims=("reference/1", "reference/2"))])

        assert [store.claimed_by("reference/1"), store.claimed_by("reference/2")] == [ONE, ONE]

    def test_claims_are_told_apart_to_the_letter(self, store: EventStore) -> None:
        store.append([on(ONE, 0, an_event(), claims=("reference/Ä 1",))])
        store.append([on(TWO, 0, an_event(), claims=("reference/ä 1",))])

        assert [
            store.claimed_by("reference/Ä 1"),
            store.claimed_by("reference/ä 1"),
        ] == [ONE, TWO]

    # --- what no entry may hold ------------------------------------------------------------------

    @hostile
    def test_a_hostile_stream_id_is_refused(self, store: EventStore, text: str) -> None:
        with pytest.raises(BadStream) as refused:
            store.append([on(ONE, 0, an_event()), on(text, 0, an_event())])

        assert not text or text not in str(refused.value)
        assert check_whole(store) == 0

    @hostile
    def test_a_hostile_event_id_is_refused(self, store: EventStore, text: str) -> None:
        with pytest.raises(BadValue):
            store.append([on(ONE, 0, NewEvent(text, "complaint-received", 1, b"{}"))])

        assert check_whole(store) == 0

    @pytest.mark.parametrize(
        ("name", "schema"),
        [
            ("response-sent\nversion 1", 1),
            ("response-sent 2", 1),
            ("Response-Sent", 1),
            ("", 1),
            ("réponse", 1),
            ("response-sent", 0),
        ],
        ids=["newline", "space", "upper-case", "empty", "not-ascii", "schema-zero"],
    )
    def test_a_hostile_event_name_is_refused(
        self, store: EventStore, name: str, schema: int
    ) -> None:
        with pytest.raises(BadValue):
            store.append([on(ONE, 0, NewEvent("a" * 32, name, schema, b"{}"))])

        assert check_whole(store) == 0

    # --- for good --------------------------------------------------------------------------------

    def test_a_reopened_ledger_has_not_forgotten(self, open_store: OpenStore) -> None:
        store = open_store()
        row = a_row()
        store.append([on(ONE, 0, an_event(b"kept", row), claims=("reference/1",))])
        before = (store.ledger, store.head(), list(store.tail()), list(store.streams()))
        store.close()

        again = open_store()

        assert before == (again.ledger, again.head(), list(again.tail()), list(again.streams()))
        assert again.claimed_by("reference/1") == ONE
        assert {row.digest: row} == again.sealed([row.digest])
        assert again.append([on(ONE, 1, an_event())]).first == 2

    @needs("durable")
    def test_a_position_is_never_used_twice(self, open_store: OpenStore) -> None:
        store = open_store()
        store.append([on(ONE, 0, an_event(), an_event()), on(TWO, 0, an_event())])
        store.close()

        self.delete_newest_behind_the_back(open_store.address, 2)

        again = open_store()
        assert again.append([on(THREE, 0, an_event())]).first == 4
        assert [event.position for event in everything(again)] == [1, 4]

    def test_the_store_declares_what_its_tests_say(self, store: EventStore) -> None:
        assert store.capabilities <= set(CAPABILITIES)
        assert self.capabilities in {None, store.capabilities}

    def test_there_is_no_way_to_change_or_delete_an_event(self, store: EventStore) -> None:
        offered = {name for name in dir(type(store)) if not name.startswith("_")}
        forbidden = ("delete", "remove", "update", "truncate", "replace", "drop", "clear", "purge")

        assert set() == {name for name in offered if name.startswith(forbidden)}
