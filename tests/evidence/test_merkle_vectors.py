"""Our proofs are right and wrong exactly where those of transparency-dev/merkle are."""

import base64
import hashlib
import json

import pytest

from complaint_ledger.evidence.merkle import (
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

ANY_ROOT_OF_NOTHING = (
    "subtree is empty sizes are equal (zero) subtree root valid tree root random proof is empty"
)
"""Theirs does not look at the root of an empty tree; ours knows what it is."""

FROM_NOTHING = "size1 is zero and size2 is not zero"
"""The empty tree grew by the empty proof: they refuse it, C2SP witnesses ask for it, we take it."""


@pytest.fixture(scope="module")
def vectors(real_data):
    def read(name):
        return json.loads((real_data / "vectors" / "merkle" / f"{name}.json").read_text("utf-8"))

    return read


def decoded(text):
    return base64.b64decode(text, validate=True)


def hashes(vector):
    return [decoded(one) for one in vector["proof"] or []]


def root(text):
    """A root; where they put a few words instead, because nobody looks, the hash of the words."""
    data = decoded(text)
    return data if len(data) == 32 else hashlib.sha256(data).digest()


def is_subtree(start, end):
    """A tree of `end - start` leaves that stands where such a tree can stand."""
    width = 1 << max(end - start - 1, 0).bit_length()
    return 0 <= start < end and start % width == 0


def test_the_roots_are_theirs(vectors):
    known = vectors("rfc6962_known_roots")
    leaves = [leaf_hash(bytes.fromhex(one)) for one in known["leaf_inputs_hex"]]

    ours = [root_of(leaves[:size]).hex() for size in range(len(leaves) + 1)]
    assert ours == known["root_hash_by_tree_size_hex"]


def test_inclusion_is_proved_where_theirs_is(vectors):
    ours, theirs = {}, {}
    for one in vectors("inclusion"):
        ours[one["_path"]] = verify_inclusion(
            decoded(one["leafHash"]),
            one["leafIdx"],
            one["treeSize"],
            decoded(one["root"]),
            hashes(one),
        )
        theirs[one["_path"]] = not one["wantErr"]

    assert ours == theirs
    assert (len(theirs), sum(theirs.values())) == (98, 6)


def test_growth_is_shown_where_theirs_is_and_from_nothing(vectors):
    differ = set()
    for one in vectors("consistency"):
        ours = verify_consistency(
            one["size1"], one["size2"], root(one["root1"]), root(one["root2"]), hashes(one)
        )
        if ours == one["wantErr"]:
            differ.add((one["desc"], ours))

    assert differ == {(FROM_NOTHING, True)}


def test_inclusion_in_a_subtree_is_inclusion_in_a_tree_of_its_size(vectors):
    # Those left out name a range that is no subtree. Here nobody can name one: a tree has a size.
    asked = [one for one in vectors("subtreeinclusion") if is_subtree(one["start"], one["end"])]
    ours = {
        one["_path"]: verify_inclusion(
            decoded(one["leafHash"]),
            one["leafIdx"] - one["start"],
            one["end"] - one["start"],
            decoded(one["root"]),
            hashes(one),
        )
        for one in asked
    }

    assert ours == {one["_path"]: not one["wantErr"] for one in asked}
    assert (len(asked), sum(ours.values())) == (185, 12)


def test_growth_from_a_subtree_at_the_left_edge_is_growth(vectors):
    # Those left out begin elsewhere, which only a log of certificates has a use for.
    asked = [one for one in vectors("subtreeconsistency") if one["start"] == 0]
    differ = set()
    for one in asked:
        ours = verify_consistency(
            one["end"], one["size"], root(one["root1"]), root(one["root2"]), hashes(one)
        )
        if ours == one["wantErr"]:
            differ.add((one["desc"], ours))

    assert differ == {(ANY_ROOT_OF_NOTHING, False)}
    assert len(asked) == 102
