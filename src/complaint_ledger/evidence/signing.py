"""
The keys that sign a ledger's checkpoints.

One is in force at a time. Another is prepared beside it, put in force by an
event, and settles in its place once a checkpoint has both signatures.

A key on the council's own server protects nothing from that server's
administrators: what lifts the promise is a witness outside (see `witness`).
"""

from contextlib import suppress
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from complaint_ledger.errors import KeysMissing, LedgerExists
from complaint_ledger.evidence.key_files import (
    Passphrase,
    from_environment,
    key_errors,
    load_key,
    read_key_file,
    write_key,
)
from complaint_ledger.evidence.notes import Ed25519Signer, Signer


def origin(council: str, ledger: str) -> str:
    """Return the name of a ledger in its checkpoints, and of its keys."""
    return f"complaint-ledger/{council}/{ledger}"


def coming(file: Path) -> Path:
    """Return where the key to come is, beside the one in *file*."""
    return file.with_name(f"{file.name}.coming")


class SigningKeys(Protocol):
    """Holds the key that signs, and the one that will."""

    def current(self) -> Signer:
        """
        Return the key in place.

        Raises:
            KeysMissing: There is none.
            KeysError: It cannot be used.
        """

    def coming(self) -> Signer | None:
        """Return the key that was prepared and has not settled, if there is one."""

    def prepare(self) -> Signer:
        """Return the key to come, made where there is none yet."""

    def settle(self) -> None:
        """Put the key to come in the place of the other, which is destroyed."""


class MemorySigning:
    """Keys of a ledger in memory."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._current = _signer(name, Ed25519PrivateKey.generate())
        self._coming: Signer | None = None

    def current(self) -> Signer:
        return self._current

    def coming(self) -> Signer | None:
        return self._coming

    def prepare(self) -> Signer:
        self._coming = self._coming or _signer(self._name, Ed25519PrivateKey.generate())
        return self._coming

    def settle(self) -> None:
        self._current, self._coming = self._coming or self._current, None


class FileSigning:
    """
    Keys in files (PKCS#8, PEM) that only their owner may read (0600).

    Args:
        file: Where the key in force is; the one to come is beside it, as `.coming`.
        name: The origin of the ledger, which is the name of its keys.
        passphrase: Asked for when a key is made, and when one is first read. As long as its
            file holds the same, nobody is asked again.
    """

    def __init__(self, file: Path, name: str, passphrase: Passphrase = from_environment) -> None:
        self.file = file
        self._next = coming(file)
        self._name = name
        self._passphrase = passphrase
        self._opened: dict[Path, tuple[bytes, Signer]] = {}

    def make(self) -> Signer:
        """
        Make the first key.

        Raises:
            LedgerExists: There is a file already.
            KeysError: It cannot be made there.
        """
        return self._make(self.file)

    def current(self) -> Signer:
        if not self.file.is_file():
            raise KeysMissing(
                f"the signing key is not at {self.file}; say where it is with --signing-key or"
                " COMPLAINT_LEDGER_SIGNING_KEY. Without it no checkpoint can be signed"
            )
        return self._open(self.file)

    def coming(self) -> Signer | None:
        return self._open(self._next) if self._next.is_file() else None

    def prepare(self) -> Signer:
        try:
            return self.coming() or self._make(self._next)
        except LedgerExists:  # another process prepared one just now
            return self.prepare()

    def settle(self) -> None:
        with key_errors(self.file), suppress(FileNotFoundError):  # another process did it just now
            self._next.replace(self.file)
        self._opened.pop(self.file, None)  # what is destroyed is not remembered either

    def _make(self, file: Path) -> Signer:
        key = Ed25519PrivateKey.generate()
        write_key(file, key, self._passphrase)
        return _signer(self._name, key)

    def _open(self, file: Path) -> Signer:
        data = read_key_file(file)
        signer = next((one for known, one in [*self._opened.values()] if known == data), None)
        if signer is None:
            key, _ = load_key(data, file, self._passphrase)
            signer = _signer(self._name, key)
        self._opened[file] = data, signer
        return signer


def _signer(name: str, key: Ed25519PrivateKey) -> Signer:
    return Ed25519Signer(name, key)
