"""The checkpoints: each signed by whom it has to be, and all of one history (rule 4)."""

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.checkpoints import parse_checkpoint, verify_cosignature
from complaint_ledger.evidence.merkle import verify_consistency
from complaint_ledger.evidence.notes import Note, VerifierKey, verify
from complaint_ledger.evidence.verify.checkpoints import Seen
from complaint_ledger.evidence.verify.own import Own
from complaint_ledger.evidence.verify.reading import data, hashes, lines, need, text, within

FOLDER: Final = "data/checkpoints"
YEAR_10000: Final = 253_402_300_800
"""In seconds since 1970: no witness saw anything then or later."""
_FILE: Final = re.compile(r"data/checkpoints/([1-9][0-9]*)\.txt")


def read_checkpoints(bag: Bag, own: Own) -> tuple[Seen, ...]:
    """
    Return the checkpoints by their sizes, the last the greatest.

    Raises:
        BadEvidence: One is of another ledger or history, or not signed as it has to be.
    """
    sizes = sorted(int(match[1]) for path in bag if (match := _FILE.fullmatch(path)))
    need(bool(sizes), FOLDER, "there is no checkpoint")
    leaving = _leaving(own, sizes)
    seen = tuple(
        _read(bag, own, size, [*leaving.get(size, ()), own.in_force(size)]) for size in sizes
    )
    signed = {key for one in seen for key in one.times}
    need(signed == {*own.witnesses}, "data/keys.txt", "a witness in it signs no checkpoint")
    _check_consistency(bag, seen)
    return seen


def _leaving(own: Own, sizes: Sequence[int]) -> dict[int, list[VerifierKey]]:
    """
    Return the sizes at which a key signs for the last time, together with the next.

    Each key that came into force has to sign a checkpoint here.
    """
    leaving: dict[int, list[VerifierKey]] = {}
    following: list[float] = [rotation.position for rotation in own.rotations[1:]] + [math.inf]
    for rotation, below in zip(own.rotations, following, strict=False):
        at = bisect_left(sizes, rotation.position)
        there = at < len(sizes) and sizes[at] < below
        need(there, FOLDER, f"there is none for the key of position {rotation.position}")
        leaving[sizes[at]] = [rotation.old]
    return leaving


def _read(bag: Bag, own: Own, size: int, signers: Sequence[VerifierKey]) -> Seen:
    path = f"{FOLDER}/{size}.txt"
    with within(path):
        note = Note.parse(data(bag, path))
        checkpoint = parse_checkpoint(note.text)
    need(checkpoint.origin == own.origin, path, "it is of another ledger")
    need(checkpoint.size == size, path, "its name is not its size")
    written = [(one.name, one.key_id) for one in note.signatures]
    first = [(key.name, key.key_id) for key in signers]
    need(written[: len(first)] == first, path, "it is not signed first by the key in force")
    with within(path):
        verify(note, signers)
    return Seen(
        checkpoint=checkpoint, written=text(bag, path), times=_times(note, len(first), own, path)
    )


def _times(note: Note, behind: int, own: Own, path: str) -> dict[VerifierKey, int]:
    """Return when each witness saw the checkpoint; nobody else signs it."""
    times: dict[VerifierKey, int] = {}
    witnesses = iter(own.witnesses)
    for signature in note.signatures[behind:]:
        wanted = (signature.name, signature.key_id)
        key = next((key for key in witnesses if (key.name, key.key_id) == wanted), None)
        if key is None:
            need(False, path, "a signature is by nobody in keys.txt, or not in its order")
            continue
        with within(path):
            times[key] = verify_cosignature(note.text, signature, key)
        need(times[key] < YEAR_10000, path, "a witness saw it after the year 9999")
    return times


def _check_consistency(bag: Bag, seen: Sequence[Seen]) -> None:
    """Check that the last checkpoint grew out of every other."""
    last = seen[-1]
    expected = {f"{FOLDER}/{one.size}-{last.size}.consistency": one for one in seen[:-1]}
    for path in bag:
        if path.endswith(".consistency"):
            need(path in expected, path, "no checkpoint here needs this proof")
    for path, one in expected.items():
        proof = hashes(lines(bag, path), path)
        roots = (one.checkpoint.root, last.checkpoint.root)
        grew = verify_consistency(one.size, last.size, *roots, proof)
        need(grew, path, "it does not show that the last checkpoint grew out of this one")
