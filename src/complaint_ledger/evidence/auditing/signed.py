"""The checkpoints that are kept, and who signed them."""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence.auditing.facts import Facts
from complaint_ledger.evidence.auditing.problems import Problems
from complaint_ledger.evidence.checkpointing import (
    CHECKPOINTS,
    COSIGNATURES,
    WITNESSES,
    checkpoint_name,
    cosignature_name,
    kept_as,
    witness_name,
)
from complaint_ledger.evidence.checkpoints import Checkpoint, parse_checkpoint, verify_cosignature
from complaint_ledger.evidence.notes import COSIGNATURE, Note, Signature, VerifierKey, verify
from complaint_ledger.store import EventStore

_NO_SIZE: Final = 1 << 63


@attrs.frozen
class Signed:
    """
    What is kept of the signatures on a ledger.

    Attributes:
        notes: The checkpoints, by size.
        cosignatures: Those of witnesses, each with the size that it is kept for.
        witnesses: The keys of witnesses, by key id.
    """

    notes: Mapping[int, tuple[Checkpoint, Note]]
    cosignatures: tuple[tuple[int, Signature], ...]
    witnesses: Mapping[bytes, VerifierKey]


def read_signed(store: EventStore, problems: Problems) -> Signed:
    """Return what is kept and can be read; note what cannot."""
    notes: dict[int, tuple[Checkpoint, Note]] = {}
    for name, data in store.kept(CHECKPOINTS):
        try:
            note = Note.parse(data)
            checkpoint = parse_checkpoint(note.text)
        except (BadEvidence, TypeError, AttributeError) as error:
            _beside(problems, name, error)
            continue
        if name == checkpoint_name(checkpoint.size):
            notes[checkpoint.size] = checkpoint, note
        else:
            problems.beside(f"what is kept as {name} is the checkpoint of {checkpoint.size}")
    cosignatures = []
    for name, data in store.kept(COSIGNATURES):
        try:
            signature = Signature.parse(_line(data))
        except (BadEvidence, TypeError, AttributeError) as error:
            _beside(problems, name, error)
            continue
        size = name.split("/")[1]
        number = int(size) if size.isascii() and size.isdigit() else _NO_SIZE
        if name == cosignature_name(number, signature):
            cosignatures.append((number, signature))
        else:
            problems.beside(f"what is kept as {name} is the signature of another witness")
    return Signed(notes, tuple(cosignatures), dict(_witnesses(store, problems)))


def _witnesses(store: EventStore, problems: Problems) -> Iterator[tuple[bytes, VerifierKey]]:
    for name, data in store.kept(WITNESSES):
        try:
            key = VerifierKey.parse(data.decode("utf-8"))
        except (BadEvidence, UnicodeDecodeError, TypeError, AttributeError) as error:
            _beside(problems, name, error)
            continue
        if name == witness_name(key.key_id) and key.algorithm == COSIGNATURE:
            yield key.key_id, key
        else:
            problems.beside(f"what is kept as {name} is not the key of that witness")


def _line(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadEvidence("signature", "it is not UTF-8") from None
    if not text.endswith("\n"):
        raise BadEvidence("signature", "its line has no end")
    return text[:-1]


def _beside(problems: Problems, name: str, error: Exception) -> None:
    why = error if isinstance(error, BadEvidence) else "it is not the bytes of one"
    problems.beside(f"what is kept as {name} cannot be read: {why}")


def check_signatures(signed: Signed, facts: Facts, problems: Problems) -> None:
    """Check that each checkpoint is signed by the key in force, and a hand-over by both keys."""
    before = 0
    for size, (checkpoint, note) in sorted(signed.notes.items()):
        leaving = [key for position, key in facts.keys if position <= before][-1:]
        by = leaving + [key for position, key in facts.keys if before < position <= size]
        if len(by) > 2:
            problems.at(size, "the key was changed twice without a checkpoint in between")
        before = size
        if checkpoint.origin != facts.origin:
            problems.at(size, f"the checkpoint of {size} entries is of another ledger")
            continue
        names = [(key.name, key.key_id) for key in by]
        if not names or [(one.name, one.key_id) for one in note.signatures] != names:
            problems.at(
                size,
                f"the checkpoint of {size} entries is not signed by"
                f" {'both keys, the old and the new' if len(by) > 1 else 'the key in force'}",
            )
            continue
        try:
            verify(note, by)
        except BadEvidence as error:
            problems.at(size, f"the checkpoint of {size} entries: {error}")


def check_cosignatures(signed: Signed, store: EventStore, problems: Problems) -> dict[int, int]:
    """Return how many witnesses signed each checkpoint; note what is not their signature."""
    counted: dict[int, int] = {}
    for size, signature in signed.cosignatures:
        name = cosignature_name(size, signature)
        key = signed.witnesses.get(signature.key_id)
        if key is None:
            problems.beside(f"{name} is kept, and the key of that witness is not")
            continue
        text = signed.notes[size][1].text if size in signed.notes else _kept_since(store, size)
        if text is None:
            problems.beside(f"{name} is kept, and the checkpoint that it signs is not")
            continue
        try:
            verify_cosignature(text, signature, key)
        except BadEvidence as error:
            problems.at(size, f"{name}: {error}")
        else:
            counted[size] = counted.get(size, 0) + 1
    return counted


def _kept_since(store: EventStore, size: int) -> str | None:
    """Return the text of a checkpoint that was made while the others were read."""
    data = kept_as(store, checkpoint_name(size))
    try:
        return None if data is None else Note.parse(data).text
    except (BadEvidence, TypeError, AttributeError):
        return None
