"""A sealed row is stored with its event, and only then; erasing it changes no event."""

import attrs
import pytest

from complaint_ledger.errors import StreamMoved
from complaint_ledger.store import EventStore
from complaint_ledger.testing.rules.scene import (
    ONE,
    TWO,
    OpenStore,
    Scene,
    a_row,
    an_event,
    needs,
    on,
)
from complaint_ledger.testing.whole import check_whole


class Sealing(Scene):
    def test_sealed_rows_are_stored_with_their_event(self, store: EventStore) -> None:
        first, second, third = a_row(b"\x00\xff"), a_row(b""), a_row(b"x" * 200_000)

        other = on(TWO, 0, an_event(b"{}", third))
        store.append([on(ONE, 0, an_event(b"{}", first, second)), other])

        wanted = [first.digest, third.digest, second.digest, "no such digest"]
        assert {row.digest: row for row in (first, second, third)} == store.sealed(wanted)
        assert store.sealed([]) == {}

    def test_a_refused_append_leaves_no_sealed_rows(self, store: EventStore) -> None:
        row = a_row()

        with pytest.raises(StreamMoved):
            store.append([on(ONE, 0, an_event(b"{}", row)), on(TWO, 1, an_event())])

        assert store.sealed([row.digest]) == {}

    def test_the_sealed_rows_of_a_retry_are_thrown_away(self, store: EventStore) -> None:
        first, again = a_row(b"first salt"), a_row(b"second salt")
        event = an_event(b"{}", first)
        store.append([on(ONE, 0, event)])

        retry = attrs.evolve(event, body=b'{"other":"digest"}', sealed=(again,))
        assert store.append([on(ONE, 0, retry)]).already_there

        assert {first.digest: first} == store.sealed([first.digest, again.digest])
        assert store.read(ONE)[0].body == b"{}"

    @needs("erase")
    def test_erasing_takes_sealed_rows_away_and_leaves_the_events(self, store: EventStore) -> None:
        gone, kept = a_row(), a_row()
        store.append([on(ONE, 0, an_event(b"{}", gone), an_event(b"{}", kept))])
        before = (list(store.tail()), list(store.streams()), store.head())

        assert store.erase_sealed([gone.digest, gone.digest, "no such digest"]) == 1

        assert {kept.digest: kept} == store.sealed([gone.digest, kept.digest])
        assert before == (list(store.tail()), list(store.streams()), store.head())
        assert store.erase_sealed([gone.digest]) == 0
        assert check_whole(store) == 2

    @needs("erase")
    def test_what_was_erased_stays_erased(self, open_store: OpenStore) -> None:
        store, row = open_store(), a_row()
        batch = [on(ONE, 0, an_event(b"{}", row))]
        store.append(batch)
        store.erase_sealed([row.digest])

        assert store.append(batch).already_there  # a retry does not bring it back

        assert store.sealed([row.digest]) == {}
        store.close()
        assert open_store().sealed([row.digest]) == {}
