"""
The ledger's side of witnessing: ask a witness to sign a checkpoint, and keep the answer.

Nothing here is trusted: an answer is kept only where it verifies for a checkpoint
that is kept, and where its time can be right.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import attrs

from complaint_ledger.errors import BadEvidence, BadValue, KeptAlready, UnknownName
from complaint_ledger.evidence.checkpointing import (
    KeptCheckpoint,
    cosignature_name,
    kept_checkpoint,
    kept_checkpoints,
    latest_checkpoint,
    witness_name,
)
from complaint_ledger.evidence.checkpoints import verify_cosignature
from complaint_ledger.evidence.enclosing import SKEW, seen_at
from complaint_ledger.evidence.notes import COSIGNATURE, MOST_SIGNATURES, Signature, VerifierKey
from complaint_ledger.evidence.strictly import utf8
from complaint_ledger.evidence.tree import KeptTree
from complaint_ledger.evidence.witness_request import WitnessRequest
from complaint_ledger.ledger import Ledger
from complaint_ledger.store import EventStore, RecordedEvent

LONGEST: Final = 100_000
"""Bytes in a witness's answer."""


@attrs.frozen
class Cosigned:
    """
    What came of a witness's signature.

    Attributes:
        size: Of the checkpoint that it signs.
        at: When the witness saw it (UTC), as it says.
        added: Whether it was kept now; otherwise an earlier one of the same witness stays.
        late: When the entry behind the checkpoint was recorded (UTC), where that is over
            300 seconds before *at*; else None. Such a signature cannot say that what
            follows was not there yet, and a bundle with what follows leaves it out.
    """

    size: int
    at: datetime
    added: bool
    late: datetime | None = None


def witness_request(
    ledger: Ledger, witness: VerifierKey, size: int | None = None, old: int | None = None
) -> WitnessRequest:
    """
    Return what to send to *witness*.

    Args:
        ledger: The ledger.
        witness: The witness's key.
        size: Of the checkpoint to be signed; the latest by default.
        old: The size that the witness knows; by default that of the last checkpoint for
            which its signature is kept, or 0.

    Raises:
        BadEvidence: The ledger does not hold any more what it signed.
        BadValue: The key is no witness's, the witness has signed as much, or *old* is
            greater than the checkpoint.
        UnknownName: There is no such checkpoint.
    """
    _refuse_no_witness(witness)
    latest = latest_checkpoint(ledger.store)
    if latest is None:
        raise UnknownName("checkpoint", "latest", mend="`complaint-ledger checkpoint` makes one")
    asked = latest if size is None else kept_checkpoint(ledger.store, size)
    if old is None:
        old = _last_signed(ledger.store, witness)
        if old >= asked.size:
            raise BadValue(
                "--size",
                f"this witness has signed {old} entries, and this checkpoint covers"
                f" {asked.size}: make a new one. If the witness's answer was lost or its clock"
                f" was wrong, say --old {asked.size}",
            )
    if not 0 <= old <= asked.size:
        raise BadValue("--old", f"a checkpoint of {asked.size} entries goes on from 0 to as many")
    tree = KeptTree(ledger.store)
    if tree.root(asked.size) != asked.checkpoint.root:
        raise BadEvidence(
            "checkpoint",
            f"the ledger's first {asked.size} entries are not those that were signed. Find out"
            " what was changed with `verify --ledger`, and restore a backup",
        )
    return WitnessRequest(old, tree.consistency(old, asked.size), asked.note)


def add_cosignatures(
    ledger: Ledger,
    witness: VerifierKey,
    answer: bytes,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Cosigned]:
    """
    Keep the signatures of *witness* in *answer*; return what came of each.

    Lines that others signed are passed over. A witness's first signature of a
    checkpoint stays.

    Args:
        ledger: The ledger.
        witness: The witness's key.
        answer: The witness's answer: a signature to a line.
        clock: Gives the time (aware), for tests.

    Raises:
        BadEvidence: There is none of this witness, one is of no checkpoint of this ledger,
            or its time cannot be right: over 300 seconds before an entry that the
            checkpoint covers, or after now.
        BadValue: The key is no witness's.
        KeptAlready: Another witness has the same key id.
    """
    _refuse_no_witness(witness)
    now = clock()
    made = [_found(ledger.store, witness, one) for one in _lines(witness, answer)]
    for kept, signature in made:
        _refuse_wrong_time(ledger.store, kept, signature, now)
    ledger.store.keep(witness_name(witness.key_id), utf8(str(witness), "key"))
    return [_keep(ledger.store, kept, signature) for kept, signature in made]


def _refuse_no_witness(key: VerifierKey) -> None:
    if key.algorithm != COSIGNATURE:
        raise BadValue(
            "--witness",
            "this key signs notes, not as a witness; give the one that `witness init` printed",
        )


def _last_signed(store: EventStore, witness: VerifierKey) -> int:
    signed = (
        kept.size
        for kept in kept_checkpoints(store)
        if any(
            (one.name, one.key_id) == (witness.name, witness.key_id) for one in kept.cosignatures
        )
    )
    return max(signed, default=0)


def _lines(witness: VerifierKey, answer: bytes) -> list[Signature]:
    try:
        text = answer.decode("utf-8")
    except UnicodeDecodeError:
        raise BadEvidence("witness's answer", "it is not UTF-8") from None
    lines = text.split("\n")
    if lines.pop() or not 1 <= len(lines) <= MOST_SIGNATURES:
        raise BadEvidence(
            "witness's answer",
            f"it is not 1 to {MOST_SIGNATURES} lines, each with its end; ask for it again",
        )
    ours = [
        one
        for one in map(Signature.parse, lines)
        if (one.name, one.key_id) == (witness.name, witness.key_id)
    ]
    if not ours:
        raise BadEvidence("witness's answer", "it holds no signature by the key in --witness")
    return ours


def _found(
    store: EventStore, witness: VerifierKey, signature: Signature
) -> tuple[KeptCheckpoint, Signature]:
    for kept in reversed(list(kept_checkpoints(store))):
        try:
            verify_cosignature(kept.note.text, signature, witness)
        except BadEvidence:
            continue
        return kept, signature
    raise BadEvidence(
        "witness's answer",
        "its signature is of no checkpoint that this ledger keeps; it is another ledger's, or it"
        " was changed on its way",
    )


def _refuse_wrong_time(
    store: EventStore, kept: KeptCheckpoint, signature: Signature, now: datetime
) -> None:
    seen = seen_at(signature)
    skew = SKEW.total_seconds()
    why = ""
    if seen < _entry(store, kept.size).recorded_at.timestamp() - skew:
        why = "before its last entry was recorded"
    elif seen > now.timestamp() + skew:
        why = "at a time that has not come yet"
    if why:
        raise BadEvidence(
            "witness's answer",
            f"it says that the witness saw the checkpoint of {kept.size} entries {why}. Nothing was"
            " kept. The witness's clock is wrong, or this one; when it is right, ask again with"
            f" `witness request --size {kept.size} --old {kept.size}`",
        )


def _keep(store: EventStore, kept: KeptCheckpoint, signature: Signature) -> Cosigned:
    first = _by(kept, signature.key_id)
    if first is None:
        try:
            name = cosignature_name(kept.size, signature)
            store.keep(name, utf8(f"{signature}\n", "cosignature"))
        except KeptAlready:  # another process, a moment ago
            first = _by(kept_checkpoint(store, kept.size), signature.key_id)
    signature = first or signature
    seen = seen_at(signature)
    at = datetime.fromtimestamp(seen, UTC)
    late = None
    if kept.size < store.head().position:
        since = _entry(store, kept.size + 1).recorded_at
        late = since if since.timestamp() < seen - SKEW.total_seconds() else None
    return Cosigned(kept.size, at, first is None, late)


def _by(kept: KeptCheckpoint, key_id: bytes) -> Signature | None:
    return next((one for one in kept.cosignatures if one.key_id == key_id), None)


def _entry(store: EventStore, position: int) -> RecordedEvent:
    return store.tail(after=position - 1, limit=1)[0]
