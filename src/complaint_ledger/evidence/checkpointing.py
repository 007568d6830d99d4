"""
Making checkpoints: seal, hash, sign, keep; and changing the key that signs.

Nothing is signed that does not go on from the checkpoint before.
"""

from collections.abc import Iterator
from typing import Final

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import Sha256, VerifierKey
from complaint_ledger.errors import BadEvidence, KeysForeign, KeysMissing, Refused, UnknownName
from complaint_ledger.evidence import notes
from complaint_ledger.evidence.checkpoints import Checkpoint, parse_checkpoint
from complaint_ledger.evidence.notes import Note, Signature, Signer
from complaint_ledger.evidence.seals import heads_at, heads_root
from complaint_ledger.evidence.tree import KeptTree
from complaint_ledger.ledger import Ledger
from complaint_ledger.requests import until_quick_enough
from complaint_ledger.store import EventStore

_CHECKPOINT: Final = "checkpoint/"
_COSIGNATURE: Final = "cosignature/"
_WITNESS: Final = "witness/"
_TIME_STAMP: Final = "time-stamp/"


@attrs.frozen
class KeptCheckpoint:
    """
    A checkpoint that was signed, and who outside signed it since.

    Attributes:
        note: With the council's own signatures.
        cosignatures: Of witnesses, in order of their key ids.
    """

    checkpoint: Checkpoint
    note: Note
    cosignatures: tuple[Signature, ...] = ()

    @property
    def size(self) -> int:
        """How many entries it covers."""
        return self.checkpoint.size

    @property
    def whole(self) -> Note:
        """The note with all signatures."""
        return Note(self.note.text, (*self.note.signatures, *self.cosignatures))


def checkpoint_name(size: int) -> str:
    """Return the name under which the checkpoint of *size* entries is kept."""
    return f"{_CHECKPOINT}{size:012}"


def cosignature_name(size: int, signature: Signature) -> str:
    """Return the name under which a witness's *signature* of a checkpoint is kept."""
    return f"{_COSIGNATURE}{size:012}/{signature.key_id.hex()}"


def witness_name(key_id: bytes) -> str:
    """Return the name under which the verifier key of a witness is kept."""
    return f"{_WITNESS}{key_id.hex()}"


def time_stamp_name(position: int) -> str:
    """Return the name of a reply of RFC 3161; *position* is where the ledger tells of it."""
    return f"{_TIME_STAMP}{position:012}"


def kept_checkpoints(store: EventStore) -> Iterator[KeptCheckpoint]:
    """
    Yield every checkpoint that was signed, by size.

    Raises:
        BadEvidence: What is kept is no checkpoint.
    """
    signed: dict[int, list[Signature]] = {}
    for name, data in store.kept(_COSIGNATURE):
        size = int(name.split("/")[1])
        signed.setdefault(size, []).append(Signature.parse(data.decode("utf-8").rstrip("\n")))
    for name, data in store.kept(_CHECKPOINT):
        note = Note.parse(data)
        checkpoint = parse_checkpoint(note.text)
        if name != checkpoint_name(checkpoint.size):
            raise BadEvidence("checkpoint", f"{name} holds that of {checkpoint.size} entries")
        yield KeptCheckpoint(checkpoint, note, tuple(signed.get(checkpoint.size, ())))


def latest_checkpoint(store: EventStore) -> KeptCheckpoint | None:
    """Return the checkpoint of the greatest size, if there is one."""
    last = None
    for last in kept_checkpoints(store):  # noqa: B007 - the last one is what is wanted
        pass
    return last


def kept_checkpoint(store: EventStore, size: int) -> KeptCheckpoint:
    """
    Return the checkpoint of *size* entries.

    Raises:
        UnknownName: None was signed of so many.
    """
    for one in kept_checkpoints(store):
        if one.size == size:
            return one
    raise UnknownName("checkpoint", str(size), mend="`checkpoint --list` shows those there are")


def make_checkpoint(ledger: Ledger, *, actor: str, accept_clock: bool = False) -> KeptCheckpoint:
    """
    Seal every complaint, sign a checkpoint over all that is recorded, and keep it.

    Where nothing was recorded since the last one, that one is returned.

    Args:
        ledger: The ledger.
        actor: Who says so: an id that `add_actor` issued.
        accept_clock: The clock is right although it jumped.

    Raises:
        BadEvidence: The ledger does not go on from its last checkpoint; nothing is signed.
        KeysError: The signing key is missing, unreadable, or not the one in force.
        UnknownName: `add_actor` never issued the id.
    """
    store = ledger.store
    by = ledger.actor(actor)
    last = latest_checkpoint(store)
    signers = _signers(ledger, last)
    tree = KeptTree(store)
    if last:
        _refuse_another_history(ledger, tree, last)
        if store.head().position == last.size and len(signers) == 1:
            return last

    def seal() -> int:
        upto = store.head().position
        heads = heads_at(store, upto)
        root = Sha256(heads_root(heads).hex())
        event = e.LedgerSealed(upto=upto, heads_size=len(heads), heads_root=root)
        return ledger.append_own(event, by, accept_clock=accept_clock).last

    size = until_quick_enough(seal)
    checkpoint = Checkpoint(ledger.origin, size, tree.root(size))
    note = Note(checkpoint.text, [notes.sign(checkpoint.text, each) for each in signers])
    store.keep(checkpoint_name(size), bytes(note))
    if len(signers) > 1:
        ledger.signing.settle()
    return KeptCheckpoint(checkpoint, note)


def rotate_key(ledger: Ledger, *, actor: str, accept_clock: bool = False) -> KeptCheckpoint:
    """
    Change the key that signs; return the checkpoint that both keys signed.

    A change that was broken off is finished, and no other is begun.

    Raises:
        Refused: Whoever says so is no administrator.
        BadEvidence: As `make_checkpoint`.
        KeysError: As `make_checkpoint`.
    """
    by = ledger.actor(actor)
    if by.role != "administrator":
        raise Refused("administrator-rotates", "an administrator changes the key; ask one")
    if len(_signers(ledger, latest_checkpoint(ledger.store))) == 1:
        old, new = ledger.signing.current().key, ledger.signing.prepare().key
        event = e.KeyRotated(old=VerifierKey(str(old)), new=VerifierKey(str(new)))
        ledger.append_own(event, by, accept_clock=accept_clock)
    return make_checkpoint(ledger, actor=actor, accept_clock=accept_clock)


def key_in_force(ledger: Ledger, size: int | None = None) -> str:
    """
    Return the key that signs a checkpoint of *size* entries, or the next one.

    Raises:
        KeysMissing: The ledger names none.
    """
    named = ledger.opened.signing_key
    if named is None:
        raise KeysMissing(
            "this ledger was made by an early version and names no signing key, so that nothing"
            " can prove which key is its own; make a new ledger"
        )
    for rotated in ledger.own.rotated:
        if size is None or rotated.recorded.position <= size:
            named = rotated.event.new
    return named


def _signers(ledger: Ledger, last: KeptCheckpoint | None) -> list[Signer]:
    """Return who signs next: the key in force, behind the old one where it hands over."""
    in_force = key_in_force(ledger)
    signing = ledger.signing
    current, coming = signing.current(), signing.coming()
    rotated = ledger.own.rotated
    handing_over = rotated and (last is None or last.size < rotated[-1].recorded.position)
    if str(current.key) == in_force and not handing_over:
        return [current]
    if coming is not None and str(coming.key) == in_force:
        if handing_over:
            return [current, coming]
        signing.settle()
        return [coming]
    raise KeysForeign(
        "the signing key is not the one that this ledger names; say where that is with"
        " --signing-key or COMPLAINT_LEDGER_SIGNING_KEY"
    )


def _refuse_another_history(ledger: Ledger, tree: KeptTree, last: KeptCheckpoint) -> None:
    one = last.checkpoint
    if ledger.store.head().position < one.size:
        why = f"it has {ledger.store.head().position} entries"
    elif one.origin != ledger.origin:
        why = f"that is of {one.origin}"
    elif tree.root(one.size) != one.root:
        why = "its first entries are others"
    else:
        return
    raise BadEvidence(
        "checkpoint",
        f"the ledger does not go on from its last checkpoint, of {one.size} entries: {why}."
        " Nothing was signed. Find out what was changed with `verify --ledger`, and restore a"
        " backup",
    )
