"""Small files of a bundle as text and lines, each readable in one way only."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.bundle.layout import shown
from complaint_ledger.evidence.merkle import HASH_BYTES
from complaint_ledger.evidence.strictly import read_base64

MOST_BYTES: Final = 64 << 20
"""No file that is read whole is longer: 64 MiB."""


def need(holds: bool, where: str, otherwise: str) -> None:
    """
    Say what is wrong with *where*, unless *holds*.

    Raises:
        BadEvidence: It does not hold.
    """
    if not holds:
        raise BadEvidence(shown(where), otherwise)


@contextmanager
def within(where: str) -> Iterator[None]:
    """Name the file *where* in what is found wrong with a part of it."""
    try:
        yield
    except (BadEvidence, BadValue) as error:
        part = error.where if isinstance(error, BadEvidence) else error.field
        raise BadEvidence(shown(where), f"{part}: {error.why}") from None


def data(bag: Bag, path: str) -> bytes:
    """Return the file at *path*, which must be there."""
    need(path in bag, path, "the file is missing")
    need(bag.size(path) <= MOST_BYTES, path, "it is longer than 64 MiB")
    return bag[path]


def text(bag: Bag, path: str) -> str:
    """Return the text of the file at *path*."""
    try:
        return data(bag, path).decode("utf-8")
    except UnicodeDecodeError:
        raise BadEvidence(path, "it is not UTF-8") from None


def lines(bag: Bag, path: str) -> list[str]:
    """Return the lines of the file at *path*, each without its LF; an empty file has none."""
    return lines_of(text(bag, path), path)


def lines_of(found: str, where: str) -> list[str]:
    """Return the lines of *found*, each without its LF."""
    need(not found or found.endswith("\n"), where, "its last line has no end")
    return found.split("\n")[:-1]


def hashes(found: Sequence[str], where: str) -> list[bytes]:
    """Return the hashes that lines of base64 write."""
    with within(where):
        read = [read_base64(line, "proof") for line in found]
    need(all(len(one) == HASH_BYTES for one in read), where, "a hash has not 32 bytes")
    return read


def field(opened: Any, name: str, kind: type, where: str) -> Any:
    """Return what `open` has under *name*, which must be there and of just that *kind*."""
    need(type(opened.get(name)) is kind, where, f"open.{name} is missing or of another kind")
    return opened[name]


def matched(found: Any, where: str, otherwise: str) -> Any:
    """Return the match of a pattern, which must be one."""
    need(found is not None, where, otherwise)
    return found
