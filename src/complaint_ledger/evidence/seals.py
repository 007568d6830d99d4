"""
The seal: one hash over the last entry of every complaint.

Signed with a checkpoint, it says of each complaint that nothing came after.
"""

from collections.abc import Sequence
from typing import Final

import attrs

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence import merkle
from complaint_ledger.evidence.strictly import base64_of
from complaint_ledger.store import LEDGER_STREAM, EventStore

HEADER: Final = "complaint-ledger/head/v1"


@attrs.frozen
class Head:
    """The last entry of a complaint, and the position of its first."""

    first: int
    stream: str
    version: int
    leaf: bytes

    @property
    def hash(self) -> bytes:
        """The leaf that stands for it in the tree of heads."""
        return head_leaf(self.stream, self.version, self.leaf)


def head_leaf(stream: str, version: int, leaf: bytes) -> bytes:
    """Return the leaf in the tree of heads for a complaint whose last entry has *leaf*."""
    return merkle.leaf_hash(f"{stream} {version} {leaf.hex()}\n".encode("ascii"))


def heads_at(store: EventStore, upto: int) -> list[Head]:
    """
    Return the head of every complaint as of position *upto*, by first entry.

    In that order a new complaint comes last, so that an audit of many seals pays
    for what changed between them. They come from the store's kept table; only
    complaints with entries after *upto* are read.
    """
    heads = {
        each.stream: Head(each.first, each.stream, each.version, each.leaf)
        for each in store.streams()
        if each.stream != LEDGER_STREAM and each.first <= upto
    }
    later: set[str] = set()
    after = upto
    while page := store.tail(after=after, limit=1000):
        later |= {recorded.stream for recorded in page}
        after = page[-1].position
    for stream in later & heads.keys():
        before = [each for each in store.read(stream) if each.position <= upto]
        last = before[-1]
        heads[stream] = Head(before[0].position, stream, last.version, last.leaf(store.ledger))
    return sorted(heads.values(), key=lambda head: head.first)


def heads_root(heads: Sequence[Head]) -> bytes:
    """Return the root of the tree of *heads*."""
    return merkle.root_of(head.hash for head in heads)


def head_file(heads: Sequence[Head], stream: str) -> str:
    """
    Return the text that proves which entry of *stream* is its last.

    Raises:
        BadEvidence: *stream* is not among *heads*.
    """
    tree = merkle.Tree(head.hash for head in heads)
    for index, head in enumerate(heads):
        if head.stream == stream:
            proof = merkle.inclusion_proof(index, tree.size, tree.subtree)
            return "".join(
                [
                    f"{HEADER}\nstream {stream}\nversion {head.version}\n",
                    f"leaf {head.leaf.hex()}\nindex {index}\n",
                    *(f"{base64_of(each)}\n" for each in proof),
                ]
            )
    raise BadEvidence("seal", "the complaint is not in it")
