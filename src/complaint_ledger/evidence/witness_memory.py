"""
What a witness remembers of each ledger, so that it never signs two histories.

The folder holds one file for each ledger: its keys as far as the witness knows
them, and the last checkpoint that the witness signed, with the ledger's signatures.
Beside the witness's key a second, short file says how far the key has signed, so
that a lost or outdated folder is noticed.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs

from complaint_ledger.errors import BadEvidence, StoreUnreadable
from complaint_ledger.evidence.checkpoints import Checkpoint, parse_checkpoint
from complaint_ledger.evidence.notes import Note, VerifierKey

_HEADER: Final = "complaint-ledger/witness-memory/v1"


@attrs.frozen
class Remembered:
    """
    The last checkpoint of a ledger that a witness signed.

    Attributes:
        key: The ledger's key that must sign the next one.
        note: The checkpoint, with those of the ledger's signatures that were checked.
    """

    key: VerifierKey
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        return parse_checkpoint(self.note.text)

    @classmethod
    def parse(cls, data: bytes) -> "Remembered":
        """
        Return what *data* remembers.

        Raises:
            BadEvidence: It is not written as `bytes` would write it.
        """
        head, _, note = data.partition(b"\n\n")
        lines = head.decode("utf-8", "replace").split("\n")
        if len(lines) != 2 or lines[0] != _HEADER or not lines[1].startswith("log "):
            raise BadEvidence("witness's memory", "it is not written as this version writes it")
        return cls(VerifierKey.parse(lines[1].removeprefix("log ")), Note.parse(note))

    def __bytes__(self) -> bytes:
        return f"{_HEADER}\nlog {self.key}\n\n".encode() + bytes(self.note)


class WitnessMemory:
    """
    The memory of one witness.

    Args:
        folder: Where it is kept; made where it is not there.
        witness: The witness's key. Another witness may use the same folder.
        marks: Where the key's own short file is; in the folder by default.
    """

    def __init__(self, folder: Path, witness: VerifierKey, marks: Path | None = None) -> None:
        self._folder = folder
        self._witness = witness.key_id.hex()
        self._marks = marks or folder / f"{self._witness}.signed"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """
        Let nobody else use the memory of this witness meanwhile; wait until nobody does.

        Raises:
            StoreUnreadable: The folder cannot be made or written.
        """
        with _errors():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(f"{self._marks}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def of(self, origin: str) -> Remembered | None:
        """
        Return what is remembered of the ledger of *origin*.

        Raises:
            BadEvidence: The key signed more than is remembered, or what is kept is not whole.
            StoreUnreadable: It cannot be read.
        """
        with _errors():
            file = self._file(origin, "last")
            found = Remembered.parse(file.read_bytes()) if file.exists() else None
            signed = self._signed().get(_name(origin), 0)
        if found and found.checkpoint.origin != origin:
            raise BadEvidence("witness's memory", "it holds another ledger's checkpoint")
        size = found.checkpoint.size if found else 0
        if size < signed:
            raise BadEvidence(
                "witness's memory",
                f"this witness's key has signed {signed} entries of this ledger, and {size} are"
                " remembered: the memory was lost, or an old one was put back. Nothing was signed."
                " Give the folder that it really has; if that is gone, make a new key, and tell"
                " everybody who relies on the old one",
            )
        return found

    def remember(self, last: Remembered) -> None:
        """
        Keep *last* for good, before anybody is told of a signature.

        Raises:
            StoreUnreadable: It cannot be written.
        """
        one = last.checkpoint
        with _errors():
            _replace(self._file(one.origin, "last"), bytes(last))
            signed = {**self._signed(), _name(one.origin): one.size}
            lines = "".join(f"{size} {name}\n" for name, size in sorted(signed.items()))
            _replace(self._marks, lines.encode())

    def keep_contradiction(self, known: Note, offered: Note) -> tuple[Path, Path]:
        """
        Keep two signed checkpoints that cannot both be true; return where.

        Raises:
            StoreUnreadable: They cannot be written.
        """
        files = []
        for note in (known, offered):
            one = parse_checkpoint(note.text)
            kind = f"two-histories.{one.size}.{one.root.hex()[:16]}.txt"
            file = self._file(one.origin, kind)
            with _errors():
                _replace(file, bytes(note))
            files.append(file)
        return files[0], files[1]

    def _file(self, origin: str, kind: str) -> Path:
        return self._folder / f"{self._witness}.{_name(origin)}.{kind}"

    def _signed(self) -> dict[str, int]:
        if not self._marks.exists():
            return {}
        signed = dict[str, int]()
        for line in self._marks.read_text("utf-8").splitlines():
            size, _, name = line.partition(" ")
            if not (size.isdecimal() and name):
                raise BadEvidence("witness's memory", f"{self._marks.name} is not whole")
            signed[name] = int(size)
        return signed


def _name(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()[:32]


def _replace(file: Path, data: bytes) -> None:
    """Write all of *data* or nothing, and have it on the disk."""
    new = file.with_name(f"{file.name}.new")
    with new.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise StoreUnreadable(f"the witness's memory cannot be used: {why}") from None
