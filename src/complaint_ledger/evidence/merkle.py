"""
The hash tree of RFC 6962: one hash that stands for every entry, and short proofs.

A leaf is the hash of an entry. The tree over n leaves has the tree over the
first k as its left half, where k is the greatest power of two below n; so it
only grows at its right edge, and what was hashed once stays.

Every hash is 32 bytes of SHA-256. Nothing here is needed beyond the standard
library.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import Final

from complaint_ledger.errors import BadValue

HASH_BYTES: Final = 32
EMPTY: Final = sha256(b"").digest()
"""The root of a tree without leaves."""

Subtree = Callable[[int, int], bytes]
"""Gives the hash over leaves [low, high): their number a power of two, and low a multiple of it."""

_AT_ONCE: Final = 8
"""A frontier takes 2 to this power of leaves together, where it stands at a multiple of that."""


def leaf_hash(data: bytes) -> bytes:
    """Return the leaf of *data*: SHA-256 over a zero byte and it."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash above two: SHA-256 over a byte 1, *left* and *right*."""
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """
    The right edge of a growing tree: all that must be kept to take more leaves.

    Args:
        size: How many leaves it has taken already.
        hashes: Those of its complete subtrees, the greatest first.

    Raises:
        BadValue: There are not as many hashes as a tree of *size* has complete subtrees.
    """

    __slots__ = ("_hashes", "_size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(hashes) != size.bit_count() or not _are_hashes(hashes):
            raise BadValue("hashes", f"{size} leaves need {size.bit_count()} of 32 bytes each")
        self._size = size
        self._hashes = list(hashes)

    @property
    def size(self) -> int:
        """How many leaves it has taken."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The hashes of the complete subtrees, the greatest first: what to keep of it."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Take one more leaf."""
        size = self._size
        self._size = size + 1
        while size & 1:
            leaf = sha256(b"\1" + self._hashes.pop() + leaf).digest()
            size >>= 1
        self._hashes.append(leaf)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Take all *leaves*, in their order. Quicker than one by one."""
        rest, many = iter(leaves), 1 << _AT_ONCE
        while taken := list(islice(rest, many - self._size % many)):
            if len(taken) < many:
                for leaf in taken:
                    self.append(leaf)
                continue
            while len(taken) > 1:
                taken = _above(taken)
            # To the levels above, 256 leaves are one.
            self._size >>= _AT_ONCE
            self.append(taken[0])
            self._size <<= _AT_ONCE

    def root(self) -> bytes:
        """Return the hash of the whole tree as it stands."""
        return _join(self._hashes)

    def copy(self) -> "Frontier":
        """Return another that grows apart from this one."""
        return Frontier(self._size, self._hashes)

    __copy__ = copy


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the hash of the tree over *leaves*."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


class Tree:
    """
    A tree in memory whose leaves may also change.

    After k of n leaves have changed, the next root takes about k · log n hashes.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [list(leaves)]
        self._changed: set[int] = set()

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Take one more leaf."""
        self._levels[0].append(leaf)

    def set(self, index: int, leaf: bytes) -> None:
        """
        Put *leaf* at *index* (from 0), in place of the one there.

        Raises:
            BadValue: There is none.
        """
        if not 0 <= index < self.size:
            raise BadValue("index", f"a tree of {self.size} leaves has no leaf {index}")
        if self._levels[0][index] != leaf:
            self._levels[0][index] = leaf
            self._changed.add(index)

    def root(self) -> bytes:
        """Return the hash of the whole tree as it stands."""
        return root(self.size, self.subtree)

    def subtree(self, low: int, high: int) -> bytes:
        """
        Return the hash over leaves [*low*, *high*), as `Subtree` says.

        Raises:
            BadValue: That is no complete subtree of this tree.
        """
        width = high - low
        if low < 0 or high > self.size or width.bit_count() != 1 or width < 1 or low % width:
            raise BadValue("subtree", f"[{low}, {high}) is no complete subtree of {self.size}")
        self._settle()
        return self._levels[width.bit_length() - 1][low // width]

    def _settle(self) -> None:
        """Bring the levels above the leaves up to date."""
        changed, self._changed = self._changed, set()
        for height, below in enumerate(self._levels, start=1):
            half = len(below) // 2
            if not half:
                return
            if height == len(self._levels):
                self._levels.append([])
            level = self._levels[height]
            old = len(level)
            if not changed and old == half:
                return
            changed = {index >> 1 for index in changed if index >> 1 < old}
            for index in changed:
                level[index] = node_hash(below[2 * index], below[2 * index + 1])
            if old < half:
                level.extend(_above(below[2 * old : 2 * half]))


def root(size: int, subtree: Subtree) -> bytes:
    """Return the hash of the tree over the first *size* leaves."""
    return _range(0, size, subtree) if size else EMPTY


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """
    Return the hashes that lead from leaf *index* (from 0) to the root of the first *size*.

    Raises:
        BadValue: The tree has no such leaf.
    """
    if not 0 <= index < size:
        raise BadValue("index", f"a tree of {size} leaves has no leaf {index}")
    proof, _, _ = _way_down(index, 1, size, subtree)
    return proof[::-1]


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """
    Return the hashes that show that the first *old* of *new* leaves are unchanged.

    From size 0, and from a size to itself, the proof is empty.

    Raises:
        BadValue: *old* is greater than *new*, or negative.
    """
    if not 0 <= old <= new:
        raise BadValue("size", f"a tree of {new} leaves did not grow out of one of {old}")
    if not old:
        return []
    proof, low, high = _way_down(old - 1, old, new, subtree)
    if low:
        proof.append(subtree(low, high))
    return proof[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """
    Return the root that *proof* gives leaf *index* (from 0) of *size* leaves.

    Returns None where it cannot be such a proof: the tree has no such leaf, a hash
    is not 32 bytes, or there are too few or too many.
    """
    if not 0 <= index < size or not _are_hashes((leaf, *proof)):
        return None
    sides = _way_up(index, size - 1)
    if len(sides) != len(proof):
        return None
    above = leaf
    for from_left, other in zip(sides, proof, strict=True):
        above = node_hash(other, above) if from_left else node_hash(above, other)
    return above


def verify_inclusion(
    leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """
    Say whether *leaf* is number *index* (from 0) of the *size* leaves under *root*.

    A root does not fix the number of leaves: take both from one signed checkpoint.
    """
    return root_from_inclusion(leaf, index, size, proof) == root


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """
    Say whether the first *old* of the *new* leaves under *new_root* are those under *old_root*.

    Everything grew out of the empty tree, so from size 0 the empty proof is right, if
    *old_root* is `EMPTY`. A C2SP witness that sees a ledger for the first time asks for
    just that; other verifiers refuse size 0, since such a proof says nothing. As there,
    take each root and its size from one signed checkpoint.
    """
    if not 0 <= old <= new or not _are_hashes((old_root, new_root, *proof)):
        return False
    if not old:
        return not proof and old_root == EMPTY and (new > 0 or new_root == EMPTY)
    if old == new:
        return not proof and old_root == new_root
    index, last = old - 1, new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    # Where the old tree is complete, it is itself the first hash.
    hashes = [*proof] if index else [old_root, *proof]
    sides = _way_up(index, last)
    if len(sides) + 1 != len(hashes):
        return False
    old_above = new_above = hashes[0]
    for from_left, other in zip(sides, hashes[1:], strict=True):
        if from_left:
            old_above = node_hash(other, old_above)
            new_above = node_hash(other, new_above)
        else:
            new_above = node_hash(new_above, other)
    return (old_above, new_above) == (old_root, new_root)


def _way_down(index: int, stop: int, size: int, subtree: Subtree) -> tuple[list[bytes], int, int]:
    """The hashes beside the way from the root to *index*, and where it ended."""
    low, high, beside = 0, size, list[bytes]()
    while high - low > 1 and high != stop:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if index < middle:
            beside.append(_range(middle, high, subtree))
            high = middle
        else:
            beside.append(subtree(low, middle))
            low = middle
    return beside, low, high


def _way_up(index: int, last: int) -> list[bool]:
    """For each hash on the way from *index* to the root: whether it stands to the left."""
    sides = list[bool]()
    while last:
        right = index & 1 == 1 or index == last
        sides.append(right)
        # A right edge goes up alone until something stands to its left.
        while right and index and not index & 1:
            index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
    return sides


def _range(low: int, high: int, subtree: Subtree) -> bytes:
    """The hash over [low, high), where that is a tree's right edge or a complete subtree."""
    complete = list[bytes]()
    while low < high:
        width = 1 << (high - low).bit_length() - 1
        complete.append(subtree(low, low + width))
        low += width
    return _join(complete)


def _join(complete: Sequence[bytes]) -> bytes:
    """The hash of the tree whose complete subtrees, the greatest first, are these."""
    if not complete:
        return EMPTY
    *greater, above = complete
    for left in reversed(greater):
        above = node_hash(left, above)
    return above


def _above(hashes: Iterable[bytes]) -> list[bytes]:
    """The level above an even number of hashes."""
    one = iter(hashes)
    return [sha256(b"\1" + left + right).digest() for left, right in zip(one, one, strict=True)]


def _are_hashes(hashes: Sequence[bytes]) -> bool:
    return all(len(one) == HASH_BYTES for one in hashes)
