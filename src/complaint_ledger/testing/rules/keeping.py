"""What is kept beside the events is kept as it is, under its name, for good."""

import pytest

from complaint_ledger.errors import BadValue, KeptAlready
from complaint_ledger.store import EventStore, LedgerHead
from complaint_ledger.testing.rules.scene import OpenStore, Scene

HOSTILE_NAMES = {
    "empty": "",
    "upper-case": "Checkpoint",
    "space": "checkpoint 1",
    "newline-after": "checkpoint/1\n",
    "newline-within": "checkpoint/1\n2",
    "slash-first": "/checkpoint",
    "slash-last": "checkpoint/",
    "two-slashes": "checkpoint//1",
    "two-dots": "../checkpoint",
    "nul": "checkpoint\0",
    "not-ascii": "checkpoint/é",
    "unicode-digits": "checkpoint/٣",
    "too-long": "c" * 201,
    "per-cent": "checkpoint%",
}


class Keeping(Scene):
    def test_what_is_kept_comes_back_under_its_name(self, open_store: OpenStore) -> None:
        store = open_store()
        held = {
            "a": b"",
            "checkpoint/17.note": b"\x00\xff\r\n",
            "c" * 200: "naïve – £5".encode(),
            "tree/0+1/x-1": bytes(range(256)) * 4096,  # one megabyte
        }

        for name, data in held.items():
            store.keep(name, data)

        assert held == dict(store.kept())
        assert LedgerHead(0, None) == store.head()  # it is no event
        store.close()
        assert held == dict(open_store().kept())

    def test_keeping_the_same_again_changes_nothing(self, store: EventStore) -> None:
        store.keep("checkpoint/1", b"the tree")

        store.keep("checkpoint/1", b"the tree")

        assert list(store.kept()) == [("checkpoint/1", b"the tree")]

    def test_other_data_under_a_name_that_is_taken_is_refused(self, store: EventStore) -> None:
        store.keep("checkpoint/1", b"the tree")

        for other in (b"another tree", b"", b"the tree\n"):
            with pytest.raises(KeptAlready) as refused:
                store.keep("checkpoint/1", other)
            assert refused.value.name == "checkpoint/1"

        assert list(store.kept()) == [("checkpoint/1", b"the tree")]

    def test_what_is_kept_is_read_by_prefix_and_after_a_name_in_order(
        self, store: EventStore
    ) -> None:
        many = [f"tree/{n * 7919 % 10_007}" for n in range(1, 1_000)]
        names = ["tree", "tree+1", "trees", "tr", *many, "checkpoint/2", "checkpoint/10"]
        for name in names:
            store.keep(name, name.encode())

        assert sorted((name, name.encode()) for name in names) == list(store.kept())
        assert sorted(many) == [name for name, _ in store.kept("tree/")]
        middle = sorted(many)[500]
        assert sorted(many)[501:] == [name for name, _ in store.kept("tree/", after=middle)]
        assert [name for name, _ in store.kept("c", after="checkpoint/11")] == ["checkpoint/2"]
        assert [name for name, _ in store.kept(after="tree/9999")] == ["trees"]
        assert list(store.kept("tree/", after="trees")) == []
        assert list(store.kept("nothing")) == []

    @pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
    def test_a_hostile_name_is_refused(self, store: EventStore, name: str) -> None:
        with pytest.raises(BadValue):
            store.keep(name, b"data")

        assert list(store.kept()) == []
