"""Somebody inside the council, who has its keys and changes a bundle after it was made."""

import re

from complaint_ledger.evidence.checkpointing import signer_for
from complaint_ledger.evidence.strictly import base64_of
from complaint_ledger.evidence.tree import KeptTree
from evidence.forging import packed, signed_anew, unpack

_EVENT = re.compile(r"data/events/([0-9]+)\.")


class Insider:
    """
    Changes the bundle *file* of *ledger*, and signs the package anew.

    Attributes:
        signer: The key for it; None where it was changed since, so that nobody can.
    """

    def __init__(self, file, ledger):
        self.file, self.ledger = file, ledger
        self.folder, self.files = unpack(file)
        versions = {match[1] for name in self.files if (match := _EVENT.match(name))}
        self.last = max(versions, key=int)
        self.size = int(re.search(r"(?m)^size ([0-9]+)$", self.files["package.note"].decode())[1])
        self.signer = signer_for(ledger, self.size)

    def without_last(self):
        """Return where the bundle is without its last event."""
        gone = (f"data/events/{self.last}.", f"data/documents/{self.last}.")
        left = {path: data for path, data in self.files.items() if not path.startswith(gone)}
        return self._written("short", left)

    def with_entry_of(self, reference):
        """Return where the bundle is with an entry of another complaint behind its own."""
        store = self.ledger.store
        other = store.read(self.ledger.find(reference))[0]
        if other.position > self.size:
            other = store.tail(after=0, limit=1)[0]  # too young: one of the ledger's own
        name = f"data/events/{int(self.last) + 1:04}"
        proof = KeptTree(store).inclusion(other.position, self.size)
        lines = ["c2sp.org/tlog-proof@v1", f"index {other.position - 1}", *map(base64_of, proof)]
        checkpoint = self.files[f"data/checkpoints/{self.size}.txt"]
        spliced = {
            f"{name}.entry": other.entry(store.ledger).encode(),
            f"{name}.body.json": other.body,
            f"{name}.tlog-proof": "\n".join([*lines, "", ""]).encode() + checkpoint,
        }
        return self._written("spliced", {**self.files, **spliced})

    def _written(self, name, files):
        out = self.file.with_suffix(f".{name}.zip")
        out.write_bytes(packed(self.folder, signed_anew(files, self.signer)))
        return out
