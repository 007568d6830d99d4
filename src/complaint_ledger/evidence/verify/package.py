"""The package note: who packed which files, of which complaint, in which format (rules 2, 5)."""

import re
from typing import Final

import attrs

from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.bundle.layout import PACKAGE_NOTE, TAG_MANIFEST
from complaint_ledger.evidence.notes import Note, VerifierKey, verify
from complaint_ledger.evidence.verify.reading import data, matched, need, within

_TEXT: Final = re.compile(
    r"complaint-ledger/bundle/v1\n"
    r"ledger ([0-9a-f]{32})\n"
    r"stream ([0-9a-f]{32})\n"
    r"size ([1-9][0-9]{0,17})\n"
    r"tagmanifest ([0-9a-f]{64})\n"
)
_FORMAT: Final = re.compile(rb"complaint-ledger/bundle/v([1-9][0-9]{0,8})\n")


@attrs.frozen(kw_only=True)
class Package:
    """What the package note says. Its signature is checked once the keys are known."""

    ledger: str
    stream: str
    size: int
    note: Note


def other_format(note: bytes) -> int | None:
    """Return the number of another format than ours, where a package note begins with one."""
    found = _FORMAT.match(note)
    return int(found[1]) if found and found[1] != b"1" else None


def read_package(bag: Bag) -> Package:
    """
    Return what the package note says.

    Raises:
        BadEvidence: It is not well formed, or is of another tag manifest.
    """
    with within(PACKAGE_NOTE):
        note = Note.parse(data(bag, PACKAGE_NOTE))
    found = matched(_TEXT.fullmatch(note.text), PACKAGE_NOTE, "it is not the five lines of a note")
    need(len(note.signatures) == 1, PACKAGE_NOTE, "it is not signed just once")
    need(found[4] == bag.sha256(TAG_MANIFEST), PACKAGE_NOTE, "it is of another tag manifest")
    return Package(ledger=found[1], stream=found[2], size=int(found[3]), note=note)


def check_signed(package: Package, key: VerifierKey, size: int) -> None:
    """
    Check that *key* signed the note, and that it names the last checkpoint's *size*.

    Raises:
        BadEvidence: It is not so.
    """
    with within(PACKAGE_NOTE):
        signed = verify(package.note, [key])
    need(signed == [key], PACKAGE_NOTE, "it is not signed by the key in force")
    need(package.size == size, PACKAGE_NOTE, "it names another size than the last checkpoint's")
