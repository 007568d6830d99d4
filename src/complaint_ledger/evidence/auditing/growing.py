"""The tree over the entries as an audit reads them, and its root at the sizes asked for."""

from collections.abc import Iterable, Iterator, Sequence

from complaint_ledger.evidence import merkle
from complaint_ledger.evidence.auditing.problems import Problems
from complaint_ledger.evidence.tree import TILE, TREE, tile_name


class Growing:
    """
    Takes leaves in order, compares the hashes that are kept of every 256, and gives roots.

    Args:
        wanted: The sizes whose roots are asked for.
        kept: The names and hashes that are kept of the tree, by name.

    Attributes:
        roots: The roots of those sizes, as far as it has grown.
    """

    def __init__(
        self, wanted: Iterable[int], kept: Iterator[tuple[str, bytes]], problems: Problems
    ) -> None:
        self.roots: dict[int, bytes] = {}
        self._wanted = sorted(set(wanted), reverse=True)
        self._kept = kept
        self._problems = problems
        self._tiles = merkle.Frontier()
        self._rest: list[bytes] = []
        self._next_kept = next(kept, None)
        self._take_roots()

    @property
    def size(self) -> int:
        """How many leaves it has taken."""
        return self._tiles.size * TILE + len(self._rest)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Take all *leaves*, in their order."""
        at = 0
        while at < len(leaves):
            taken = leaves[at : at + TILE - len(self._rest)]
            at += len(taken)
            self._rest += taken
            self._take_roots()
            if len(self._rest) == TILE:
                tile = merkle.root_of(self._rest)
                self._compare(tile)
                self._tiles.append(tile)
                self._rest = []

    def root(self) -> bytes:
        """Return the root as it stands."""
        return self._root(len(self._rest))

    def finish(self, size: int) -> None:
        """Look at what is kept of a tree over more than *size* entries: there is no such tree."""
        while self._next_kept:
            name, _ = self._next_kept
            number = name.removeprefix(TREE)
            start = int(number) * TILE if number.isascii() and number.isdigit() else -1
            if start >= 0 and name == tile_name(start // TILE) and size > self.size:
                return  # more was recorded since
            if name == tile_name(start // TILE) and start + TILE > size:
                self._problems.among(
                    start + 1,
                    start + TILE,
                    f"a hash over these entries is kept, and the ledger has {size} entries",
                )
            else:
                self._problems.beside(f"what is kept as {name} is no hash of the tree")
            self._next_kept = next(self._kept, None)

    def _compare(self, tile: bytes) -> None:
        number = self._tiles.size
        name = tile_name(number)
        while self._next_kept and self._next_kept[0] < name:
            self._problems.beside(f"what is kept as {self._next_kept[0]} is no hash of the tree")
            self._next_kept = next(self._kept, None)
        if self._next_kept and self._next_kept[0] == name:
            if self._next_kept[1] != tile:
                self._problems.among(
                    number * TILE + 1,
                    number * TILE + TILE,
                    "the hash that is kept over these entries is not theirs",
                )
            self._next_kept = next(self._kept, None)
        elif self._next_kept:
            self._problems.among(
                number * TILE + 1,
                number * TILE + TILE,
                f"no hash is kept over these entries as {name}, and of later ones there is",
            )

    def _take_roots(self) -> None:
        start = self._tiles.size * TILE
        while self._wanted and self._wanted[-1] <= start + len(self._rest):
            size = self._wanted.pop()
            self.roots[size] = self._root(size - start)

    def _root(self, of_rest: int) -> bytes:
        if of_rest == TILE:
            grown = self._tiles.copy()
            grown.append(merkle.root_of(self._rest))
            return grown.root()
        frontier = merkle.Frontier()
        frontier.extend(self._rest[:of_rest])
        size = self._tiles.size * TILE + of_rest
        return merkle.Frontier(size, (*self._tiles.hashes, *frontier.hashes)).root()
