"""That the last event is the complaint's last (rule 10)."""

import re
from typing import Final

from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.bundle.layout import HEAD
from complaint_ledger.evidence.merkle import leaf_hash, verify_inclusion
from complaint_ledger.evidence.verify.entries import Entry
from complaint_ledger.evidence.verify.reading import field, hashes, lines, matched, need

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,17})")


def check_head(bag: Bag, seal: Entry, last: Entry) -> None:
    """
    Check that *seal* covers *last*, and says that it is the last entry of its complaint.

    Raises:
        BadEvidence: It does not.
    """
    where = f"{seal.path}.body.json"
    upto = field(seal.body.open, "upto", int, where)
    size = field(seal.body.open, "heads_size", int, where)
    root = field(seal.body.open, "heads_root", str, where)
    matched(_HEX.fullmatch(root), where, "open.heads_root is not 64 hex digits")
    need(last.position <= upto, where, "the seal does not reach the complaint's last entry")
    need(upto < seal.position, where, "the seal covers itself, or more")
    found = lines(bag, HEAD)
    leaf = last.leaf.hex()
    expected = [
        "complaint-ledger/head/v1",
        f"stream {last.stream}",
        f"version {last.version}",
        f"leaf {leaf}",
    ]
    need(found[:4] == expected and len(found) > 4, HEAD, "it is not that of the last entry")
    index = int(matched(_INDEX.fullmatch(found[4]), HEAD, "its fifth line is no index")[1])
    data = leaf_hash(f"{last.stream} {last.version} {leaf}\n".encode())
    proven = verify_inclusion(data, index, size, bytes.fromhex(root), hashes(found[5:], HEAD))
    need(proven, HEAD, "it does not lead to the root that was sealed")
