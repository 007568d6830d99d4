"""What a reader brings along: a key, a checkpoint, a receipt, a policy."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.bundle.policy import Policy, parse_policy
from complaint_ledger.evidence.checkpoints import Checkpoint, parse_checkpoint
from complaint_ledger.evidence.notes import VerifierKey
from complaint_ledger.evidence.verify.checkpoints import Seen
from complaint_ledger.evidence.verify.entries import Entry
from complaint_ledger.evidence.verify.own import Own
from complaint_ledger.evidence.verify.reading import need

_RECEIPT: Final = re.compile(r"[0-9a-f]{64}")
_MOST_BYTES: Final = 1 << 20


@attrs.frozen(kw_only=True)
class Asked:
    """
    What the bundle is compared with besides itself.

    Attributes:
        against: A checkpoint that the reader has from elsewhere.
        policy: Whose word the reader asks for.
        key: The council's key, as it was published.
        receipt: The hash of an entry, in hex.
    """

    against: Checkpoint | None = None
    policy: Policy | None = None
    key: VerifierKey | None = None
    receipt: str | None = None


def read_checkpoint(data: bytes) -> Checkpoint:
    """
    Return the checkpoint of a reader: its three lines, signed or not, perhaps typed by hand.

    Raises:
        BadValue: It is none.
    """
    lines = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
    said = [line for line in lines if line][:3]
    try:
        return parse_checkpoint("".join(f"{line}\n" for line in said))
    except BadEvidence as error:
        raise BadValue("checkpoint", f"it is not one: {error.why}") from None


def read_key(text: str) -> VerifierKey:
    """
    Return the key of a reader.

    Raises:
        BadValue: It is none.
    """
    try:
        return VerifierKey.parse(text.strip())
    except BadEvidence as error:
        raise BadValue("key", error.why) from None


def read_receipt(text: str) -> str:
    """
    Return a receipt as 64 hex digits; spaces and capitals do not matter.

    Raises:
        BadValue: It is none.
    """
    found = "".join(text.split()).lower()
    if not _RECEIPT.fullmatch(found):
        raise BadValue("receipt", f"a receipt is 64 hex digits; this has {len(found)} characters")
    return found


def read_asked(
    *,
    against: Path | None = None,
    policy: Path | None = None,
    key: str | None = None,
    receipt: str | None = None,
) -> Asked:
    """
    Return what a reader gives as files and texts.

    Raises:
        BadValue: One cannot be read.
    """
    return Asked(
        against=read_checkpoint(read_file(against, "checkpoint")) if against else None,
        policy=parse_policy(read_file(policy, "policy")) if policy else None,
        key=read_key(key) if key is not None else None,
        receipt=read_receipt(receipt) if receipt is not None else None,
    )


def read_file(path: Path, what: str) -> bytes:
    """
    Return the bytes of a reader's file, up to 1 MiB.

    Raises:
        BadValue: It cannot be read; the message begins with *what*.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError:
        raise BadValue(what, "there is no such file, or it cannot be read") from None
    if len(data) > _MOST_BYTES:
        raise BadValue(what, "it is longer than 1 MiB")
    return data


def check_key(key: VerifierKey, own: Own) -> None:
    """
    Check that *key* is one of the bundle's.

    Raises:
        BadEvidence: It is not.
    """
    need(key in own.log_keys, "data/keys.txt", "the key that you gave is not one of this ledger's")


def check_logs(policy: Policy, own: Own) -> None:
    """
    Check that the policy is for this ledger.

    Raises:
        BadEvidence: It names logs, and none is this one.
    """
    known = not policy.logs or any(key in own.log_keys for key in policy.logs)
    need(known, "data/keys.txt", "none of its keys is a log of the policy")


def check_against(checkpoint: Checkpoint, own: Own, seen: Sequence[Seen]) -> bool:
    """
    Compare the reader's *checkpoint* with that of its size; return whether there is one.

    Raises:
        BadEvidence: It is of another ledger, or of another history of this one.
    """
    where = "data/checkpoints"
    need(checkpoint.origin == own.origin, where, "your checkpoint is of another ledger")
    for one in seen:
        if one.size == checkpoint.size:
            same = one.checkpoint.root == checkpoint.root
            need(
                same,
                f"{where}/{one.size}.txt",
                "your checkpoint of this size has another root: there are two histories",
            )
            return True
    return False


def check_receipt(receipt: str, events: Sequence[Entry]) -> int:
    """
    Return the version of the event that *receipt* is of.

    Raises:
        BadEvidence: It is of none.
    """
    for entry in events:
        if entry.leaf.hex() == receipt:
            return entry.version
    raise BadEvidence("data/events", "your receipt is of no entry of this complaint")
