"""
What a ledger asks a witness: sign this checkpoint, which goes on from the one you know.

It is the body of C2SP tlog-witness's *add-checkpoint*, as a file: the size that the
witness knows, the proof that the ledger only grew since, and the signed checkpoint.
"""

import re
from collections.abc import Sequence
from typing import Final

import attrs

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence import notes
from complaint_ledger.evidence.checkpoints import Checkpoint, parse_checkpoint
from complaint_ledger.evidence.merkle import HASH_BYTES
from complaint_ledger.evidence.notes import Note
from complaint_ledger.evidence.strictly import base64_of, read_base64

MOST_HASHES: Final = 63
"""Hashes in a proof."""
LONGEST: Final = notes.LONGEST + 4096
"""Bytes in a request."""

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)


@attrs.frozen
class WitnessRequest:
    """
    One request. That the proof holds and the note is signed, only the witness says.

    Raises:
        BadEvidence: The note is no checkpoint, *old* is greater than its size, or there
            are more than 63 hashes or one that is not 32 bytes.
    """

    old: int
    """The size that the witness knows; 0 where it knows none."""
    proof: Sequence[bytes] = attrs.field(converter=tuple[bytes, ...])
    """That the first *old* entries are still the same."""
    note: Note
    """The signed checkpoint."""
    checkpoint: Checkpoint = attrs.field(init=False)

    @checkpoint.default
    def _checkpoint(self) -> Checkpoint:
        return parse_checkpoint(self.note.text)

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.old <= self.checkpoint.size:
            raise BadEvidence(
                "witness request", "it goes on from a size greater than the checkpoint's"
            )
        if len(self.proof) > MOST_HASHES or any(len(one) != HASH_BYTES for one in self.proof):
            raise BadEvidence(
                "witness request", f"a proof is up to {MOST_HASHES} hashes of {HASH_BYTES} bytes"
            )

    @classmethod
    def parse(cls, data: bytes) -> "WitnessRequest":
        """
        Return the request that *data* is, every byte of it.

        Raises:
            BadEvidence: It is not written exactly as `bytes` would write it.
        """
        if len(data) > LONGEST:
            raise BadEvidence("witness request", f"it is longer than {LONGEST} bytes")
        head, between, note = data.partition(b"\n\n")
        if not between or not note:
            raise BadEvidence(
                "witness request", "it is not a size, a proof, an empty line and a checkpoint"
            )
        try:
            first, *hashes = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise BadEvidence("witness request", "its first lines are not ASCII") from None
        found = _OLD.fullmatch(first)
        if not found:
            raise BadEvidence("witness request", "its first line is not `old` and a whole number")
        proof = [read_base64(line, "witness request") for line in hashes]
        return cls(int(found[1]), proof, Note.parse(note))

    def __bytes__(self) -> bytes:
        lines = [f"old {self.old}", *map(base64_of, self.proof), "", ""]
        return "\n".join(lines).encode("ascii") + bytes(self.note)
