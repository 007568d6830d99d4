"""
The three lines that stand for a whole ledger (C2SP tlog-checkpoint), and a witness's word on them.

Name, number of entries, root. Whoever holds a signed one can tell whether anything
before it was changed. Further lines are allowed by the standard; none is written
here, and none is read, since nobody could check what they say.
"""

import re
from typing import Final

import attrs

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.merkle import EMPTY, HASH_BYTES
from complaint_ledger.evidence.notes import (
    COSIGNATURE,
    LATEST,
    TIME_BYTES,
    Note,
    Signature,
    Signer,
    VerifierKey,
    checked,
    cosigned_message,
    verify,
)
from complaint_ledger.evidence.strictly import base64_of, read_base64

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_ORIGIN: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@attrs.frozen
class Checkpoint:
    """
    A ledger as it stood.

    Raises:
        BadEvidence: An origin that is empty or not one line, a size below 0 or above
            2^63 - 1, a root that is not 32 bytes, or an empty ledger with a root not its.
    """

    origin: str
    """The name under which the ledger's checkpoints go out."""
    size: int
    """How many entries."""
    root: bytes
    """The hash of the tree over them: 32 bytes."""

    def __attrs_post_init__(self) -> None:
        if not _ORIGIN.fullmatch(self.origin):
            raise BadEvidence("checkpoint origin", "it is not one line of text")
        if not 0 <= self.size <= LATEST:
            raise BadEvidence("checkpoint size", "it is not between 0 and 2^63 - 1")
        if len(self.root) != HASH_BYTES or (not self.size and self.root != EMPTY):
            raise BadEvidence("checkpoint root", "it is not the root of so many entries")

    @property
    def text(self) -> str:
        """The three lines, each with its end: what is signed."""
        return f"{self.origin}\n{self.size}\n{base64_of(self.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """
    Return the checkpoint that *text* is, every character of it.

    Raises:
        BadEvidence: It is not exactly three lines, each written the one way it can be.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise BadEvidence("checkpoint", "it is not exactly three lines: origin, size, root")
    origin, size, root, _ = lines
    if not _SIZE.fullmatch(size):
        raise BadEvidence("checkpoint size", "it is not a whole number without leading zeros")
    return Checkpoint(origin, int(size), read_base64(root, "checkpoint root"))


def cosign(checkpoint_text: str, time_seconds: int, signer: Signer) -> Signature:
    """
    Return a witness's signature: that it saw this checkpoint, at this time, and no larger one.

    Whoever calls has checked that the ledger only grew; nothing is remembered here.

    Args:
        checkpoint_text: The three lines.
        time_seconds: Seconds since 1970.
        signer: The witness.

    Raises:
        BadEvidence: The text is no checkpoint, or the signature does not verify.
        BadValue: The time is below 0 or above 2^63 - 1, or the key is not a witness's.
    """
    parse_checkpoint(checkpoint_text)
    if signer.key.algorithm != COSIGNATURE:
        raise BadValue("signer", "this key signs notes, not as a witness; give a witness's")
    if not 0 <= time_seconds <= LATEST:
        raise BadValue("time", "a witness's time is between 0 and 2^63 - 1 seconds")
    made = signer.sign(cosigned_message(checkpoint_text, time_seconds))
    blob = time_seconds.to_bytes(TIME_BYTES, "big") + made
    return checked(checkpoint_text, Signature(signer.name, signer.key.key_id, blob), signer)


def verify_cosignature(note_text: str, signature: Signature, key: VerifierKey) -> int:
    """
    Return when the witness of *key* saw the checkpoint *note_text*, in seconds since 1970.

    Raises:
        BadEvidence: The text is no checkpoint, or this is not that witness's signature of it.
    """
    parse_checkpoint(note_text)
    if key.algorithm != COSIGNATURE or not verify(Note(note_text, [signature]), [key]):
        raise BadEvidence("cosignature", "it is not of this witness's key")
    return int.from_bytes(signature.blob[:TIME_BYTES], "big")
