"""
A witness: somebody outside, who signs a ledger's checkpoints as long as it only grows.

It needs no ledger, only its own key and its memory. What it signs says: I saw this
checkpoint at this time, and everything I signed before is still part of it.
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from complaint_ledger.errors import BadEvidence, KeysError
from complaint_ledger.evidence import merkle
from complaint_ledger.evidence.checkpoints import cosign
from complaint_ledger.evidence.key_files import (
    Passphrase,
    from_environment,
    key_errors,
    read_key,
    write_key,
)
from complaint_ledger.evidence.notes import (
    COSIGNATURE,
    Ed25519Signer,
    Note,
    Signature,
    Signer,
    VerifierKey,
    verify,
)
from complaint_ledger.evidence.witness_memory import Remembered, WitnessMemory
from complaint_ledger.evidence.witness_request import WitnessRequest

_CALLED: Final = "witness's key"


def make_witness_key(
    file: Path, name: str, passphrase: Passphrase = from_environment
) -> VerifierKey:
    """
    Make a witness's key in a new file; return what others need to check it.

    The file's first line is just that, in clear: it holds the name.

    Raises:
        BadEvidence: A name that is empty, or holds a space, a plus or a control character.
        LedgerExists: There is a file already.
        KeysError: It cannot be made there.
    """
    secret = Ed25519PrivateKey.generate()
    key = Ed25519Signer(name, secret, COSIGNATURE).key
    write_key(file, secret, passphrase, called=_CALLED, before=f"{key}\n")
    return key


def open_witness_key(file: Path, passphrase: Passphrase = from_environment) -> Signer:
    """
    Return the witness whose key `make_witness_key` made.

    Raises:
        KeysError: There is none, others may read it, the passphrase is wrong, or it is
            another kind of key.
    """
    secret, before = read_key(file, passphrase, called=_CALLED)
    try:
        named = VerifierKey.parse(before.decode("utf-8", "replace").rstrip("\n"))
    except BadEvidence:
        raise KeysError(
            f"{file} does not begin with a verifier key, so it is no witness's key; make one with"
            " `complaint-ledger witness init`"
        ) from None
    signer = Ed25519Signer(named.name, secret, COSIGNATURE)
    if signer.key != named:
        raise KeysError(f"the first line of {file} is not of the key below it; restore a backup")
    return signer


def marks_beside(file: Path) -> Path:
    """Return where it is written, beside a key in *file*, how far the key has signed."""
    return file.with_name(f"{file.name}.signed")


class Witness:
    """
    Signs what goes on from what it signed before, and nothing else.

    Args:
        signer: The witness's key.
        memory: What it remembers of each ledger.
        clock: Gives the time, in seconds since 1970, for tests.
    """

    def __init__(
        self, signer: Signer, memory: WitnessMemory, clock: Callable[[], float] = time.time
    ) -> None:
        self._signer = signer
        self._memory = memory
        self._clock = clock

    @classmethod
    def at(cls, file: Path, memory: Path, passphrase: Passphrase = from_environment) -> "Witness":
        """
        Return the witness with the key in *file* and its memory in the folder *memory*.

        Raises:
            KeysError: As `open_witness_key`.
        """
        with key_errors(file, _CALLED):
            signer = open_witness_key(file.resolve(), passphrase)
        return cls(signer, WitnessMemory(memory, signer.key, marks_beside(file.resolve())))

    def add_checkpoint(self, request: WitnessRequest, logs: Iterable[VerifierKey]) -> Signature:
        """
        Return the signature that *request* asks for. It is remembered before it is returned.

        Args:
            request: What the ledger sent.
            logs: The ledger's keys that the witness was told of, not by *request*. One
                that is not remembered yet counts only beside the one that is.

        Raises:
            BadEvidence: The ledger is unknown, its signature is missing or wrong, it does
                not go on from what is remembered, or the memory was lost.
            StoreUnreadable: The memory cannot be read or written; nothing was signed.
        """
        with self._memory.alone():
            known = self._memory.of(request.checkpoint.origin)
            signed = _signed_by_its_ledger(request, known, logs)
            if known:
                self._refuse_two_histories(known, signed)
            _refuse_what_does_not_go_on(known, request)
            made = cosign(signed.text, int(self._clock()), self._signer)
            key = _key_of_the_last(signed, [*([known.key] if known else []), *logs])
            self._memory.remember(Remembered(key, signed))
            return made

    def _refuse_two_histories(self, known: Remembered, offered: Note) -> None:
        was, now = known.note.text.split("\n"), offered.text.split("\n")
        if was[1] != now[1] or was[2] == now[2]:
            return
        one, other = self._memory.keep_contradiction(known.note, offered)
        raise BadEvidence(
            "TWO HISTORIES",
            f"the ledger has signed two different checkpoints of {was[1]} entries. They cannot both"
            f" be true, and this proves it to anybody. Nothing was signed. Both are kept, in {one}"
            f" and {other}: show them to the auditor and the ombudsman",
        )


def _signed_by_its_ledger(
    request: WitnessRequest, known: Remembered | None, logs: Iterable[VerifierKey]
) -> Note:
    """Return the note with those signatures that are its ledger's."""
    origin = request.checkpoint.origin
    keys = {key for key in logs if key.name == origin} | ({known.key} if known else set())
    if not keys:
        raise BadEvidence(
            "checkpoint origin", "this ledger is unknown here; give its key with --log"
        )
    signers = verify(request.note, keys)
    if known and known.key not in signers:
        mend = (
            "a new key of the ledger signed it alone; ask for the checkpoint that the old key and"
            " the new one signed (`witness request --size`)"
            if signers
            else "ask the council for its signed checkpoint"
        )
        raise BadEvidence("checkpoint", f"the ledger's key {known.key} did not sign it: {mend}")
    if not signers:
        raise BadEvidence("checkpoint", "none of the ledger's keys that are known here signed it")
    ids = {key.key_id for key in signers}
    lines = [one for one in request.note.signatures if one.name == origin and one.key_id in ids]
    return Note(request.note.text, lines)


def _key_of_the_last(note: Note, keys: Iterable[VerifierKey]) -> VerifierKey:
    """Where the ledger's key changes, the old key signs first and the new one behind it."""
    last = note.signatures[-1]
    return next(each for each in keys if (each.name, each.key_id) == (last.name, last.key_id))


def _refuse_what_does_not_go_on(known: Remembered | None, request: WitnessRequest) -> None:
    size, root = (known.checkpoint.size, known.checkpoint.root) if known else (0, merkle.EMPTY)
    offered = request.checkpoint
    if request.old != size:
        raise BadEvidence(
            "witness request",
            f"it goes on from {request.old} entries, and this witness remembers {size}. Ask again"
            f" with `witness request --old {size}`",
        )
    if not merkle.verify_consistency(size, offered.size, root, offered.root, request.proof):
        raise BadEvidence(
            "witness request",
            f"it does not prove that the first {size} of {offered.size} entries are still those"
            " that this witness signed. Nothing was signed. If the council cannot prove it, its"
            " ledger was changed",
        )
