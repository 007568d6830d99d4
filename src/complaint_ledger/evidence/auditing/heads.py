"""
The seals: whether what they say of every complaint's last entry is so.

The heads of all complaints are one tree, in order of the first entries, so that a
complaint that is new comes last, and a seal costs what changed since the one before.
"""

from collections.abc import Iterable

from complaint_ledger.domain import events as e
from complaint_ledger.evidence import merkle
from complaint_ledger.evidence.auditing.chains import Head
from complaint_ledger.evidence.auditing.problems import Problems
from complaint_ledger.evidence.seals import head_leaf


class SealedHeads:
    """
    The tree of heads as of each position that a seal names.

    Args:
        uptos: Those positions.

    Attributes:
        changed: Takes the heads that have moved since, by stream.
        next: The next of those positions; 0 where there is none.
    """

    def __init__(self, uptos: Iterable[int]) -> None:
        self.changed: dict[str, Head] = {}
        self._uptos = sorted({one for one in uptos if one > 0}, reverse=True)
        self.next = self._uptos.pop() if self._uptos else 0
        self._tree = merkle.Tree()
        self._begun = 0
        self._roots: dict[int, tuple[int, bytes]] = {0: (0, merkle.EMPTY)}

    def begin(self) -> int:
        """Return the index of a complaint that begins."""
        self._begun += 1
        return self._begun - 1

    def seal(self) -> int:
        """Work out the root as of the `next` position; return the one that is next then."""
        for stream, head in self.changed.items():
            if head.index < 0:
                continue
            leaf = head_leaf(stream, head.version, head.leaf)
            if head.index == self._tree.size:
                self._tree.append(leaf)
            else:
                self._tree.set(head.index, leaf)
        self.changed.clear()
        self._roots[self.next] = (self._tree.size, self._tree.root())
        self.next = self._uptos.pop() if self._uptos else 0
        return self.next

    def check(self, position: int, sealed: e.LedgerSealed, problems: Problems) -> None:
        """Compare the seal at *position* with what was read."""
        if sealed.upto >= position:
            problems.at(position, f"this seal covers entries up to {sealed.upto}, behind itself")
            return
        size, root = self._roots.get(sealed.upto, (-1, b""))
        if (size, root.hex()) != (sealed.heads_size, sealed.heads_root):
            problems.at(
                position,
                f"this seal is not over the last entries of the complaints as of {sealed.upto}",
            )
