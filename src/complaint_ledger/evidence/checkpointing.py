"""
Making checkpoints: seal, hash, sign, keep; and changing the key that signs.

Nothing is signed that does not go on from the checkpoint before.
"""

from collections.abc import Iterator, Sequence
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
from complaint_ledger.ids import new_id
from complaint_ledger.ledger import Ledger
from complaint_ledger.recording import Around, Part, Told
from complaint_ledger.requests import TRIES, until_quick_enough
from complaint_ledger.store import LEDGER_STREAM, EventStore

# How the names begin under which each is kept.
CHECKPOINTS: Final = "checkpoint/"
COSIGNATURES: Final = "cosignature/"
WITNESSES: Final = "witness/"
TIME_STAMPS: Final = "time-stamp/"

_FOREIGN: Final = (
    "the signing key is not the one that this ledger names; say where that is with"
    " --signing-key or COMPLAINT_LEDGER_SIGNING_KEY"
)


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
    return f"{CHECKPOINTS}{size:012}"


def cosignature_name(size: int, signature: Signature) -> str:
    """Return the name under which a witness's *signature* of a checkpoint is kept."""
    return f"{COSIGNATURES}{size:012}/{signature.key_id.hex()}"


def witness_name(key_id: bytes) -> str:
    """Return the name under which the verifier key of a witness is kept."""
    return f"{WITNESSES}{key_id.hex()}"


def time_stamp_name(position: int) -> str:
    """Return the name of a reply of RFC 3161; *position* is where the ledger tells of it."""
    return f"{TIME_STAMPS}{position:012}"


def kept_as(store: EventStore, name: str) -> bytes | None:
    """Return what is kept under just *name*, if anything is."""
    return next((data for found, data in store.kept(name) if found == name), None)


def kept_checkpoints(store: EventStore) -> Iterator[KeptCheckpoint]:
    """
    Yield every checkpoint that was signed, by size.

    Raises:
        BadEvidence: What is kept is no checkpoint.
    """
    signed: dict[int, list[Signature]] = {}
    for name, data in store.kept(COSIGNATURES):
        size = int(name.split("/")[1])
        signed.setdefault(size, []).append(Signature.parse(data.decode("utf-8").rstrip("\n")))
    for name, data in store.kept(CHECKPOINTS):
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
    tree = KeptTree(store)
    last = latest_checkpoint(store)
    if last:
        _refuse_another_history(ledger, tree, last)
    last = _hand_over(ledger, tree) or last
    if last and store.head().position == last.size:
        return last
    if signer_for(ledger) is None:
        raise KeysForeign(_FOREIGN)

    def seal() -> int:
        upto = store.head().position
        heads = heads_at(store, upto)
        root = Sha256(heads_root(heads).hex())
        event = e.LedgerSealed(upto=upto, heads_size=len(heads), heads_root=root)
        return ledger.append_own(event, by, accept_clock=accept_clock).first

    for _ in range(TRIES):
        size = until_quick_enough(seal)
        handed = _hand_over(ledger, tree)
        if handed and handed.size == size:
            return handed
        if signer := signer_for(ledger, size):
            return _signed(ledger, tree, size, [signer])
        # the key was changed just behind that seal, and the old one is gone: seal again
    raise KeysForeign(_FOREIGN)


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

    def change() -> None:
        version = ledger.own.version
        if _handing_over(ledger):
            return
        _settle(ledger)  # or the key to come would be the one in force
        old = ledger.signing.current()
        if str(old.key) != key_in_force(ledger):
            raise KeysForeign(_FOREIGN)
        new = ledger.signing.prepare()
        event = e.KeyRotated(old=VerifierKey(str(old.key)), new=VerifierKey(str(new.key)))
        # Behind what was looked at, and nothing else: two changes at once would break the chain.
        part = Part(stream=LEDGER_STREAM, version=version, events=[Told(new_id(), event)])
        ledger.recorder.append([part], Around(actor=by), accept_clock=accept_clock)

    until_quick_enough(change)
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


def signer_for(ledger: Ledger, size: int | None = None) -> Signer | None:
    """
    Return who signs for *size* entries, or next; None where that key is not at hand.

    Raises:
        KeysError: The signing key is missing or unreadable.
    """
    return signer_of(ledger, key_in_force(ledger, size))


def signer_of(ledger: Ledger, key: str) -> Signer | None:
    """
    Return who signs with *key*, given by its public half; None where it is not at hand.

    Raises:
        KeysError: The signing key is missing or unreadable.
    """
    for signer in (ledger.signing.current(), ledger.signing.coming()):
        if signer is not None and str(signer.key) == key:
            return signer
    return None


def _handing_over(ledger: Ledger) -> bool:
    """Return whether the last change of the key has no checkpoint yet that both keys signed."""
    rotated = ledger.own.rotated
    size = _handed_over_at(ledger)
    return bool(rotated) and (size is None or kept_as(ledger.store, checkpoint_name(size)) is None)


def _handed_over_at(ledger: Ledger) -> int | None:
    """
    Return how many entries the checkpoint covers that both keys sign.

    It ends with the first seal after the change: the same one for whoever makes it.
    """
    own = ledger.own
    if not own.rotated:
        return None
    changed = own.rotated[-1].recorded.position
    seals = (each.recorded.position for each in own.sealed)
    return next((position for position in seals if position > changed), None)


def _hand_over(ledger: Ledger, tree: KeptTree) -> KeptCheckpoint | None:
    """Finish the last change of the key, if it is sealed; return the checkpoint where made now."""
    size = _handed_over_at(ledger)
    if size is None:
        return None
    made, signing = None, ledger.signing
    if kept_as(ledger.store, checkpoint_name(size)) is None:
        event = ledger.own.rotated[-1].event
        old, new = signing.current(), signing.coming()
        if new is not None and (str(old.key), str(new.key)) == (event.old, event.new):
            made = _signed(ledger, tree, size, [old, new])
        elif kept_as(ledger.store, checkpoint_name(size)) is None:
            raise KeysForeign(_FOREIGN)
    _settle(ledger)
    return made


def _settle(ledger: Ledger) -> None:
    """Put the key to come in the place of the old one, where it is in force."""
    coming = ledger.signing.coming()
    if coming is not None and str(coming.key) == key_in_force(ledger):
        ledger.signing.settle()


def _signed(ledger: Ledger, tree: KeptTree, size: int, signers: Sequence[Signer]) -> KeptCheckpoint:
    checkpoint = Checkpoint(ledger.origin, size, tree.root(size))
    note = Note(checkpoint.text, [notes.sign(checkpoint.text, each) for each in signers])
    ledger.store.keep(checkpoint_name(size), bytes(note))
    return KeptCheckpoint(checkpoint, note)


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
