"""Entries with their bodies: each nine lines, of which the tree holds the hash."""

import re
from datetime import datetime
from typing import Final

import attrs

from complaint_ledger.evidence.bundle.bodies import Body, parse_body
from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.bundle.wording import is_instant
from complaint_ledger.evidence.entries import leaf
from complaint_ledger.evidence.merkle import verify_inclusion
from complaint_ledger.evidence.verify.checkpoints import Seen
from complaint_ledger.evidence.verify.reading import (
    data,
    hashes,
    lines_of,
    matched,
    need,
    text,
)

OWN_STREAM: Final = "0" * 32
_PROOF: Final = "c2sp.org/tlog-proof@v1"
_NUMBER = "([1-9][0-9]{0,17})"
_ENTRY: Final = re.compile(
    rf"""complaint-ledger/entry/v1
ledger ([0-9a-f]{{32}})
position {_NUMBER}
stream ([0-9a-f]{{32}})
version {_NUMBER}
type ([a-z0-9][a-z0-9-]*) {_NUMBER}
recorded ([0-9TZ:.-]+)
prev (-|[0-9a-f]{{64}})
body ([0-9a-f]{{64}})
"""
)
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,17})")


@attrs.frozen(kw_only=True)
class Entry:
    """
    One entry, with the body that it names.

    Attributes:
        path: Its files, without their endings.
        prev: The leaf of the entry before it in its stream, in hex; or `-`.
        leaf: Its hash in the tree.
    """

    path: str
    ledger: str
    position: int
    stream: str
    version: int
    name: str
    schema: int
    recorded_at: datetime
    prev: str
    leaf: bytes
    body: Body


def read_entry(bag: Bag, path: str) -> Entry:
    """
    Return the entry at *path* and its body, whose SHA-256 must be the one in it.

    Raises:
        BadEvidence: It is not so.
    """
    file = f"{path}.entry"
    written = text(bag, file)
    found = matched(_ENTRY.fullmatch(written), file, "it is not the nine lines of an entry")
    need(is_instant(found[7]), file, "it does not say when it was recorded, in UTC")
    body_file = f"{path}.body.json"
    body = data(bag, body_file)
    need(bag.sha256(body_file) == found[9], body_file, "it is not the body that its entry names")
    return Entry(
        path=path,
        ledger=found[1],
        position=int(found[2]),
        stream=found[3],
        version=int(found[4]),
        name=found[5],
        schema=int(found[6]),
        recorded_at=datetime.fromisoformat(found[7]),
        prev=found[8],
        leaf=leaf(written),
        body=parse_body(body, body_file),
    )


def check_inclusion(bag: Bag, entry: Entry, last: Seen) -> None:
    """
    Check that *entry* is in the tree under the last checkpoint, at its position.

    Raises:
        BadEvidence: Its proof does not show it.
    """
    path = f"{entry.path}.tlog-proof"
    proof = text(bag, path)
    need(proof.endswith(f"\n\n{last.written}"), path, "it does not end with the last checkpoint")
    first, *rest = lines_of(proof[: -len(last.written) - 1], path)
    need(first == _PROOF and bool(rest), path, "it is not a proof of c2sp.org/tlog-proof@v1")
    index = int(matched(_INDEX.fullmatch(rest[0]), path, "its second line is no index")[1])
    need(index == entry.position - 1, path, "its index is not that of the entry's position")
    root = last.checkpoint.root
    proven = verify_inclusion(entry.leaf, index, last.size, root, hashes(rest[1:], path))
    need(proven, path, "it does not lead to the root of the last checkpoint")
