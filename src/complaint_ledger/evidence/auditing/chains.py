"""
Whether each entry of a stream follows from the one before it.

An entry holds the leaf of the one before. Where that leaf is another, either of the
two was changed; which one, the next link of the stream tells.
"""

from complaint_ledger.evidence.auditing.problems import Problems

CHANGED = "this entry is not the one that was recorded: what follows in its stream names another"


class Head:
    """
    The last entry of a stream, as far as it was read.

    Attributes:
        index: Which complaint it is, in order of the first entries, from 0; -1 for the
            ledger's own stream.
        first: The position of the stream's first entry.
        claims: What its entries claim.
    """

    __slots__ = ("_denied", "_mended", "claims", "first", "index", "leaf", "position", "version")

    def __init__(self, index: int, first: int) -> None:
        self.index = index
        self.first = first
        self.position = 0
        self.version = 0
        self.leaf = b""
        self.claims: tuple[str, ...] = ()
        # Where the last entry names another leaf than that of the one before it: that
        # one's position, and what its own leaf would be if it named the right one.
        self._denied = 0
        self._mended = b""

    def hold(self, denied: int, mended: bytes) -> None:
        """
        Remember that the last entry does not name the one before it, at position *denied*.

        Its own leaf would be *mended* if it did.
        """
        self._denied, self._mended = denied, mended

    def follows(self, named: bytes | None, problems: Problems) -> bool:
        """
        Say whether the last entry has the leaf that is *named* by what comes next.

        What was in doubt before is settled here: the link that was wrong is named.
        """
        if self._denied:
            denied, self._denied = self._denied, 0
            if named == self._mended != self.leaf:
                problems.at(
                    self.position,
                    f"it does not name the entry before it in its stream, at {denied}",
                )
                return True
            problems.at(denied, CHANGED)
        return named == self.leaf

    def settle(self, problems: Problems) -> None:
        """Settle what is in doubt where no link comes that could."""
        if self._denied:
            problems.at(self._denied, CHANGED)
            self._denied = 0
