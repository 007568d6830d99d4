"""What the ledger says of itself: its opening, its keys, its seal, its time stamps (rule 3)."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import attrs

from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.bundle.layout import KEYS
from complaint_ledger.evidence.notes import COSIGNATURE, ED25519, VerifierKey
from complaint_ledger.evidence.verify.entries import OWN_STREAM, Entry, read_entry
from complaint_ledger.evidence.verify.reading import field, lines, need, within

OPENED: Final = "ledger-opened"
ROTATED: Final = "key-rotated"
SEALED: Final = "ledger-sealed"
STAMPED: Final = "time-stamp-received"

_FOLDER: Final = "data/own"
_STAMP: Final = re.compile(r"data/timestamps/([0-9]{10})\.tsr")


@attrs.frozen(kw_only=True)
class Rotation:
    """From *position* on *new* signs, and no longer *old*."""

    position: int
    old: VerifierKey
    new: VerifierKey


@attrs.frozen(kw_only=True)
class Own:
    """
    The ledger, as its own entries tell of it.

    Attributes:
        log_keys: Its signing keys, in order.
        witnesses: The keys of the witnesses whose signatures are enclosed.
    """

    ledger: str
    origin: str
    opened: Entry
    seal: Entry
    stamps: tuple[Entry, ...]
    rotations: tuple[Rotation, ...]
    log_keys: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...]
    entries: tuple[Entry, ...]

    def in_force(self, size: int) -> VerifierKey:
        """Return the key that signs a checkpoint of *size* entries."""
        positions = [rotation.position for rotation in self.rotations]
        return self.log_keys[bisect_right(positions, size)]


def read_own(bag: Bag, ledger: str) -> Own:
    """
    Return what the entries in `data/own` say of *ledger*.

    Raises:
        BadEvidence: One is of another ledger, missing, or does not belong there.
    """
    entries = _entries(bag, ledger)
    opened = _only(entries, OPENED)
    first = (opened.position, opened.version, opened.prev) == (1, 1, "-")
    need(first, opened.path, "ledger-opened is not the first entry of the ledger")
    council = field(opened.body.open, "council", str, opened.path)
    need(opened.body.open.get("ledger") == ledger, opened.path, "it opens another ledger")
    origin = f"complaint-ledger/{council}/{ledger}"
    rotations = tuple(_rotation(entry, origin) for entry in entries if entry.name == ROTATED)
    signing = _key(opened, "signing_key", origin)
    _check_order(signing, rotations, entries)
    log_keys = (signing, *(rotation.new for rotation in rotations))
    return Own(
        ledger=ledger,
        origin=origin,
        opened=opened,
        seal=_only(entries, SEALED),
        stamps=tuple(entry for entry in entries if entry.name == STAMPED),
        rotations=rotations,
        log_keys=log_keys,
        witnesses=_witnesses(bag, log_keys),
        entries=entries,
    )


def _entries(bag: Bag, ledger: str) -> tuple[Entry, ...]:
    """Return the entries in order of position: those that may be there, and no others."""
    paths = sorted({path.split(".")[0] for path in bag if path.startswith(f"{_FOLDER}/")})
    entries = tuple(read_entry(bag, path) for path in paths)
    stamped = {match[1] for path in bag if (match := _STAMP.fullmatch(path))}
    for entry in entries:
        path = f"{entry.path}.entry"
        need(entry.ledger == ledger, path, "it is of another ledger")
        need(entry.stream == OWN_STREAM, path, "it is not of the ledger's own stream")
        need(entry.path == f"{_FOLDER}/{entry.position:010}", path, "it is of another position")
        need(entry.schema == 1, path, "its schema is not 1")
        known = entry.name in {OPENED, ROTATED, SEALED}
        stamp = entry.name == STAMPED and f"{entry.position:010}" in stamped
        need(known or stamp, path, "no bundle needs this entry")
    return entries


def _only(entries: Sequence[Entry], name: str) -> Entry:
    found = [entry for entry in entries if entry.name == name]
    need(len(found) == 1, _FOLDER, f"there is not exactly one {name}")
    return found[0]


def _rotation(entry: Entry, origin: str) -> Rotation:
    return Rotation(
        position=entry.position, old=_key(entry, "old", origin), new=_key(entry, "new", origin)
    )


def _key(entry: Entry, name: str, origin: str) -> VerifierKey:
    where = f"{entry.path}.body.json"
    with within(where):
        key = VerifierKey.parse(field(entry.body.open, name, str, where))
    need(key.algorithm == ED25519, where, f"open.{name} is not a key that signs notes")
    need(key.name == origin, where, f"open.{name} has another name than this ledger's")
    return key


def _check_order(
    signing: VerifierKey, rotations: Sequence[Rotation], entries: Sequence[Entry]
) -> None:
    """Check that each key follows the one before, and none comes twice."""
    before, keys = signing, {signing}
    paths = [entry.path for entry in entries if entry.name == ROTATED]
    for rotation, path in zip(rotations, paths, strict=True):
        need(rotation.old == before, path, "open.old is not the key before it")
        need(rotation.new not in keys, path, "open.new was a key of this ledger before")
        before = rotation.new
        keys.add(before)


def _witnesses(bag: Bag, log_keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return the witnesses of `keys.txt`, which names the log keys first."""
    found = lines(bag, KEYS)
    logs = [f"log {key}" for key in log_keys]
    need(found[: len(logs)] == logs, KEYS, "it does not begin with the ledger's keys, in order")
    keys: list[VerifierKey] = []
    for line in found[len(logs) :]:
        word, _, written = line.partition(" ")
        need(word == "witness", KEYS, "there is something behind the ledger's keys but witnesses")
        with within(KEYS):
            key = VerifierKey.parse(written)
        need(key.algorithm == COSIGNATURE, KEYS, "a witness's key is not one of cosignature/v1")
        keys.append(key)
    order = [str(key).encode() for key in keys]
    need(order == sorted(set(order)), KEYS, "its witnesses are not in order, or one is there twice")
    return tuple(keys)
