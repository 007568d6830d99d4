"""
The tree over a ledger's entries, kept so that a longer one costs what was added.

Of every 256 entries one hash is kept with the ledger (32 bytes, so that a million
entries take 122 KiB); what is above is worked out from those, and what is below is
read again where a proof needs it.
"""

from functools import lru_cache
from typing import Final

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence import merkle
from complaint_ledger.store import EventStore

TILE: Final = 256
"""Entries under one hash that is kept."""

TREE: Final = "tree/"
"""How the names begin under which those hashes are kept."""

_PAGE: Final = 16 * TILE


class KeptTree:
    """
    The tree over the entries of *store*.

    What is kept is not trusted by an audit, which reads every entry. It is what
    makes a checkpoint quick, and a checkpoint must agree with the one before.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._levels: list[list[bytes]] = [[]]
        self._tile = lru_cache(maxsize=64)(self._read_tile)
        self._look()

    def root(self, size: int) -> bytes:
        """
        Return the root over the first *size* entries.

        Raises:
            BadEvidence: The ledger has fewer, or what is kept of the tree is not whole.
        """
        self._grow(size)
        return merkle.root(size, self.subtree)

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """Return the proof that the entry at *position* is among the first *size*."""
        self._grow(size)
        return merkle.inclusion_proof(position - 1, size, self.subtree)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the first *new* entries begin with the first *old*."""
        self._grow(new)
        return merkle.consistency_proof(old, new, self.subtree)

    def subtree(self, low: int, high: int) -> bytes:
        """Return the hash over the entries with indexes from *low* to below *high*."""
        if high - low < TILE:
            number = low // TILE
            start = number * TILE
            leaves = self._tile(number, min(self._store_size, start + TILE) - start)
            return merkle.root_of(leaves[low - start : high - start])
        level = (high - low).bit_length() - TILE.bit_length()
        return self._levels[level][low // (high - low)]

    # --- what is kept ----------------------------------------------------------------------------

    def _look(self) -> None:
        kept = self._levels[0]
        last = tile_name(len(kept) - 1) if kept else ""
        for name, data in self._store.kept(TREE, after=last):
            if name != tile_name(len(kept)) or len(data) != merkle.HASH_BYTES:
                raise BadEvidence("tree", f"what is kept of it is not whole at {name}")
            kept.append(data)
        self._store_size = self._store.head().position
        self._rise()

    def _grow(self, size: int) -> None:
        if size > self._store_size:
            self._store_size = self._store.head().position
        if size > self._store_size:
            raise BadEvidence(
                "tree", f"the ledger has {self._store_size} entries, and {size} were asked for"
            )
        kept = self._levels[0]
        while (len(kept) + 1) * TILE <= size:
            start = len(kept) * TILE
            page = self._store.tail(after=start, limit=min(_PAGE, size // TILE * TILE - start))
            leaves = [recorded.leaf(self._store.ledger) for recorded in page]
            for at in range(0, len(leaves) - TILE + 1, TILE):
                tile = merkle.root_of(leaves[at : at + TILE])
                self._store.keep(tile_name(len(kept)), tile)
                kept.append(tile)
        self._rise()

    def _rise(self) -> None:
        """Work out the levels above what is kept, as far as they are complete."""
        level = 0
        while len(self._levels[level]) > 1:
            if level + 1 == len(self._levels):
                self._levels.append([])
            below, above = self._levels[level], self._levels[level + 1]
            for at in range(len(above), len(below) // 2):
                above.append(merkle.node_hash(below[2 * at], below[2 * at + 1]))
            level += 1

    def _read_tile(self, number: int, count: int) -> list[bytes]:
        page = self._store.tail(after=number * TILE, limit=count)
        return [recorded.leaf(self._store.ledger) for recorded in page]


def tile_name(number: int) -> str:
    """Return the name under which the hash of the 256 entries *number* (from 0) is kept."""
    return f"{TREE}{number:012}"
