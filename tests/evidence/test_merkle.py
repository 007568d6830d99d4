"""One hash stands for every entry: it changes with each of them, and short proofs lead to it."""

import hashlib
from copy import copy
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from complaint_ledger.errors import BadValue
from complaint_ledger.evidence.merkle import (
    EMPTY,
    Frontier,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    root_from_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)

MOST = 600
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(2 * MOST)]


@cache
def defined(low, high):
    """The hash over leaves [low, high) as RFC 6962 2.1 defines it, with nothing clever."""
    if high - low == 1:
        return LEAVES[low]
    k = 1
    while 2 * k < high - low:
        k *= 2
    both = defined(low, low + k) + defined(low + k, high)
    return hashlib.sha256(b"\x01" + both).digest()


def root_at(size):
    return defined(0, size) if size else hashlib.sha256().digest()


def complete(low, high):
    """As a store gives them: complete, aligned subtrees and no others."""
    width = high - low
    assert width > 0
    assert width & (width - 1) == 0
    assert low % width == 0
    return defined(low, high)


sizes = st.integers(1, MOST)
hashes = st.binary(min_size=32, max_size=32)


@st.composite
def places(draw):
    """An entry's place in a ledger, and the ledger's size."""
    size = draw(sizes)
    return draw(st.integers(0, size - 1)), size


@st.composite
def growths(draw):
    """A ledger's size, and its size later."""
    new = draw(sizes)
    return draw(st.integers(1, new)), new


@st.composite
def spoilt(draw, proof):
    """Another list of hashes: one changed, dropped or added, or two that differ swapped."""
    ways = ["added"]
    if proof:
        ways += ["changed", "dropped"]
    if any(a != b for a, b in pairwise(proof)):
        ways.append("swapped")
    way = draw(st.sampled_from(ways))
    other = list(proof)
    if way == "added":
        other.insert(draw(st.integers(0, len(proof))), draw(st.sampled_from([EMPTY, b"", *proof])))
    elif way == "swapped":
        at = draw(st.sampled_from([n for n in range(len(proof) - 1) if proof[n] != proof[n + 1]]))
        other[at], other[at + 1] = other[at + 1], other[at]
    else:
        at = draw(st.integers(0, len(proof) - 1))
        if way == "dropped":
            del other[at]
        else:
            bit = draw(st.integers(0, 255))
            flipped = int.from_bytes(proof[at], "big") ^ 1 << bit
            other[at] = flipped.to_bytes(32, "big")
    return other


# --- the root ------------------------------------------------------------------------------------


def test_a_leaf_and_a_node_can_never_be_taken_for_each_other():
    assert leaf_hash(b"ab") == hashlib.sha256(b"\x00ab").digest()
    assert node_hash(b"a", b"b") == hashlib.sha256(b"\x01ab").digest()


def test_an_empty_ledger_has_the_hash_of_nothing():
    assert hashlib.sha256(b"").digest() == EMPTY
    assert EMPTY == Frontier().root() == Tree().root() == root_of([]) == root(0, complete)


@given(st.integers(0, MOST))
@example(255)
@example(256)
@example(257)
@example(512)
def test_every_way_to_the_root_agrees_with_the_definition(size):
    one_by_one = Frontier()
    for leaf in LEAVES[:size]:
        one_by_one.append(leaf)

    assert one_by_one.root() == root_at(size)
    assert one_by_one.size == size
    assert root_of(iter(LEAVES[:size])) == root_at(size)
    assert Tree(LEAVES[:size]).root() == root_at(size)
    assert root(size, complete) == root_at(size)


@given(st.lists(st.integers(0, 300), max_size=4))
@example([1, 256, 255])
@example([256, 1, 300])
def test_a_frontier_takes_leaves_in_any_portions(portions):
    frontier, size = Frontier(), 0
    for portion in portions:
        frontier.extend(LEAVES[size : size + portion])
        size += portion
        assert (frontier.size, frontier.root()) == (size, root_of(LEAVES[:size]))
        assert len(frontier.hashes) == size.bit_count()


@given(st.integers(0, MOST), st.integers(0, 50))
def test_a_frontier_that_was_kept_grows_on(size, more):
    kept = Frontier()
    kept.extend(LEAVES[:size])
    grown = Frontier(kept.size, kept.hashes)
    grown.extend(LEAVES[size : size + more])

    assert grown.root() == root_at(size + more)


def test_a_copy_of_a_frontier_grows_apart():
    first = Frontier()
    first.extend(LEAVES[:3])
    second, third = first.copy(), copy(first)
    second.append(LEAVES[3])
    third.append(LEAVES[4])

    assert first.root() == root_at(3)
    assert second.root() == root_at(4)
    assert third.root() == root_of([*LEAVES[:3], LEAVES[4]])


@pytest.mark.parametrize(
    ("size", "kept"),
    [(-1, [EMPTY]), (0, [EMPTY]), (3, [EMPTY]), (1, [b"short"]), (2, [EMPTY, EMPTY])],
)
def test_a_frontier_of_other_hashes_than_its_size_has_is_refused(size, kept):
    with pytest.raises(BadValue):
        Frontier(size, kept)


# --- a tree whose leaves change ------------------------------------------------------------------

steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 40)),
        st.tuples(st.just("set"), st.integers(0, 10_000)),
        st.tuples(st.just("root"), st.just(0)),
    ),
    max_size=30,
)


@given(st.integers(0, 40), steps)
def test_after_any_changes_the_tree_has_the_root_of_its_leaves(start, steps):
    leaves = LEAVES[:start]
    tree = Tree(leaves)
    leaves = list(leaves)
    for number, (step, value) in enumerate(steps):
        if step == "append":
            for leaf in LEAVES[MOST : MOST + value]:
                tree.append(leaf)
                leaves.append(leaf)
        elif step == "set" and leaves:
            leaf = leaf_hash(b"change %d" % number)
            tree.set(value % len(leaves), leaf)
            leaves[value % len(leaves)] = leaf
        else:
            assert tree.root() == root_of(leaves)
    assert (tree.size, tree.root()) == (len(leaves), root_of(leaves))


def test_a_tree_does_not_change_the_list_it_was_made_of():
    leaves = LEAVES[:4]
    Tree(leaves).set(0, LEAVES[9])

    assert leaves == LEAVES[:4]


@given(growths())
def test_a_tree_gives_proofs_for_every_size_it_had(growth):
    old, new = growth
    tree = Tree(LEAVES[:new])

    assert root(old, tree.subtree) == root_at(old)
    assert inclusion_proof(old - 1, old, tree.subtree) == inclusion_proof(old - 1, old, complete)
    assert consistency_proof(old, new, tree.subtree) == consistency_proof(old, new, complete)


def test_a_changed_leaf_costs_as_many_hashes_as_the_tree_is_high(monkeypatch):
    tree = Tree(LEAVES[:512])
    tree.root()
    made = []
    monkeypatch.setattr(
        "complaint_ledger.evidence.merkle.node_hash",
        lambda left, right: made.append(1) or node_hash(left, right),
    )
    tree.set(300, LEAVES[600])
    tree.root()

    assert len(made) == 9


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_that_is_not_there_cannot_be_changed(index):
    with pytest.raises(BadValue):
        Tree(LEAVES[:3]).set(index, EMPTY)


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 3), (1, 3), (-2, 0), (4, 6), (2, 1), (5, 6)])
def test_a_tree_gives_only_complete_subtrees(low, high):
    with pytest.raises(BadValue):
        Tree(LEAVES[:5]).subtree(low, high)


# --- an entry is in the ledger -------------------------------------------------------------------


@given(places())
def test_every_entry_is_proved_by_as_few_hashes_as_the_tree_is_high(place):
    index, size = place
    proof = inclusion_proof(index, size, complete)

    assert len(proof) <= (size - 1).bit_length()
    assert verify_inclusion(LEAVES[index], index, size, root_at(size), proof)
    assert root_from_inclusion(LEAVES[index], index, size, proof) == root_at(size)


def test_every_entry_of_every_small_ledger_is_proved_and_no_other():
    for size in range(1, 20):
        for index in range(size):
            proof = inclusion_proof(index, size, complete)
            right = [
                (at, leaf)
                for at in range(-1, size + 2)
                for leaf in range(size + 1)
                if verify_inclusion(LEAVES[leaf], at, size, root_at(size), proof)
            ]
            assert right == [(index, index)]


@given(places(), st.data())
def test_a_spoilt_proof_proves_nothing(place, data):
    index, size = place
    other = data.draw(spoilt(inclusion_proof(index, size, complete)))

    assert not verify_inclusion(LEAVES[index], index, size, root_at(size), other)


@given(places(), hashes)
def test_an_entry_is_not_proved_under_another_root(place, other):
    index, size = place
    proof = inclusion_proof(index, size, complete)

    assert not verify_inclusion(LEAVES[index], index, size, other, proof)
    assert not verify_inclusion(other, index, size, root_at(size), proof)


@given(places(), sizes)
def test_a_proof_for_one_checkpoint_does_not_fit_another(place, other):
    index, size = place
    proof = inclusion_proof(index, size, complete)

    accepted = verify_inclusion(LEAVES[index], index, other, root_at(other), proof)
    assert accepted == (other == size)


def test_the_root_alone_does_not_fix_how_many_entries_there_are():
    # Which is why a checkpoint signs both.
    proof = inclusion_proof(0, 5, complete)

    assert verify_inclusion(LEAVES[0], 0, 6, root_at(5), proof)
    assert not verify_inclusion(LEAVES[0], 0, 6, root_at(6), proof)


@pytest.mark.parametrize("leaf", [b"", b"short", bytes(33)])
def test_a_leaf_that_is_no_hash_is_in_no_ledger(leaf):
    assert not verify_inclusion(leaf, 0, 1, leaf, [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3), (2**64 - 1, 3)])
def test_nothing_stands_outside_the_ledger(index, size):
    with pytest.raises(BadValue):
        inclusion_proof(index, size, complete)
    assert root_from_inclusion(LEAVES[0], index, size, []) is None


# --- the ledger only grew ------------------------------------------------------------------------


@given(growths())
def test_between_any_two_sizes_the_ledger_only_grew(growth):
    old, new = growth
    proof = consistency_proof(old, new, complete)

    assert len(proof) <= (new - 1).bit_length() + 1
    assert verify_consistency(old, new, root_at(old), root_at(new), proof)


def test_between_all_small_sizes_the_ledger_only_grew():
    for new in range(1, 50):
        for old in range(new + 1):
            proof = consistency_proof(old, new, complete)
            assert verify_consistency(old, new, root_at(old), root_at(new), proof)


@given(growths(), st.data())
def test_a_spoilt_proof_does_not_show_growth(growth, data):
    old, new = growth
    other = data.draw(spoilt(consistency_proof(old, new, complete)))

    assert not verify_consistency(old, new, root_at(old), root_at(new), other)


@given(growths(), hashes)
def test_growth_is_not_shown_from_or_to_another_root(growth, other):
    old, new = growth
    proof = consistency_proof(old, new, complete)

    assert not verify_consistency(old, new, other, root_at(new), proof)
    assert not verify_consistency(old, new, root_at(old), other, proof)


@given(growths(), sizes, sizes)
def test_growth_between_two_checkpoints_shows_nothing_of_others(growth, old, new):
    proof = consistency_proof(*growth, complete)

    accepted = verify_consistency(old, new, root_at(old), root_at(new), proof)
    # From any size to itself the proof is empty, whatever the size.
    assert accepted == (growth == (old, new) or (old == new and not proof))


@given(growths(), st.data())
def test_an_old_entry_that_was_changed_cannot_be_shown_as_growth(growth, data):
    old, new = growth
    changed = list(LEAVES[:new])
    changed[data.draw(st.integers(0, old - 1))] = EMPTY
    tree = Tree(changed)
    proof = consistency_proof(old, new, tree.subtree)

    assert not verify_consistency(old, new, root_at(old), tree.root(), proof)


@given(sizes)
def test_from_nothing_every_ledger_grew_by_the_empty_proof(new):
    assert consistency_proof(0, new, complete) == []
    assert verify_consistency(0, new, EMPTY, root_at(new), [])
    assert not verify_consistency(0, new, root_at(1), root_at(new), [])
    assert not verify_consistency(0, new, EMPTY, root_at(new), [EMPTY])


def test_nothing_grows_out_of_nothing_only_with_its_own_root():
    assert verify_consistency(0, 0, EMPTY, EMPTY, [])
    assert not verify_consistency(0, 0, EMPTY, root_at(1), [])


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2), (1, 0)])
def test_a_ledger_never_shrinks(old, new):
    with pytest.raises(BadValue):
        consistency_proof(old, new, complete)
    assert not verify_consistency(old, new, root_at(max(old, 0)), root_at(new), [])


def test_roots_that_are_no_hashes_show_nothing():
    assert not verify_consistency(1, 1, b"short", b"short", [])


# --- known answers -------------------------------------------------------------------------------

INPUTS = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
"""The eight inputs that Certificate Transparency's implementations have shared since RFC 6962."""

ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The root of the first 0 to 8 of them: facts, as transparency-dev/merkle gives them too."""


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_that_others_compute(size):
    leaves = [leaf_hash(bytes.fromhex(one)) for one in INPUTS[:size]]

    assert root_of(leaves).hex() == ROOTS[size]
    assert Tree(leaves).root().hex() == ROOTS[size]


def test_a_leaf_is_that_of_the_go_checksum_database():
    # golang/mod, sumdb/tlog: the record "hello world".
    expected = "4eccf34608d31bac5c7becf6006df59005d828181056d092084e341e6bb005bd"
    assert leaf_hash(b"hello world").hex() == expected
