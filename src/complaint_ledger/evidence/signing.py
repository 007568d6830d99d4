"""
The keys that sign a ledger's checkpoints.

One is in force at a time. Another is prepared beside it, put in force by an
event, and settles in its place once a checkpoint has both signatures.

A key on the council's own server protects nothing from that server's
administrators: what lifts the promise is a witness outside (see `witness`).
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from complaint_ledger.errors import KeysError, KeysMissing, LedgerExists
from complaint_ledger.evidence.notes import Ed25519Signer, Signer

PASSPHRASE_VARIABLE: Final = "COMPLAINT_LEDGER_PASSPHRASE"  # noqa: S105 - its name

Passphrase = Callable[[], str | None]
"""Gives what a key file is encrypted under; None or nothing where it is not."""


def from_environment() -> str | None:
    """Return the passphrase that the environment gives."""
    return os.environ.get(PASSPHRASE_VARIABLE)


def origin(council: str, ledger: str) -> str:
    """Return the name of a ledger in its checkpoints, and of its keys."""
    return f"complaint-ledger/{council}/{ledger}"


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
        passphrase: Asked for when a key is read or made.
    """

    def __init__(self, file: Path, name: str, passphrase: Passphrase = from_environment) -> None:
        self.file = file
        self._next = file.with_name(f"{file.name}.coming")
        self._name = name
        self._passphrase = passphrase

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
        return self.coming() or self._make(self._next)

    def settle(self) -> None:
        with _errors(self.file):
            self._next.replace(self.file)

    def _make(self, file: Path) -> Signer:
        key = Ed25519PrivateKey.generate()
        said = self._passphrase()
        how: KeySerializationEncryption = NoEncryption()
        if said:
            how = BestAvailableEncryption(said.encode())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
        with _errors(file):
            try:
                opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                raise LedgerExists(str(file)) from None
            with os.fdopen(opened, "wb") as out:
                out.write(pem)
                out.flush()
                os.fsync(out.fileno())
        return _signer(self._name, key)

    def _open(self, file: Path) -> Signer:
        with _errors(file):
            if file.stat().st_mode & 0o077:
                raise KeysError(f"others may read the signing key {file}; run: chmod 600 {file}")
            pem = file.read_bytes()
        said = self._passphrase() if b"ENCRYPTED" in pem else None
        try:
            key = load_pem_private_key(pem, said.encode() if said else None)
        except TypeError:
            raise KeysError(
                f"the signing key {file} has a passphrase; give it in {PASSPHRASE_VARIABLE}"
            ) from None
        except ValueError:
            raise KeysError(
                f"the signing key {file} cannot be read: the passphrase is wrong, or it is no"
                " PKCS#8 key"
            ) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeysError(f"the signing key {file} is not an Ed25519 key")
        return _signer(self._name, key)


def _signer(name: str, key: Ed25519PrivateKey) -> Signer:
    return Ed25519Signer(name, key)


class _errors:  # noqa: N801 - reads as what it does
    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, OSError):
            raise KeysError(
                f"the signing key {self._file} cannot be used: {error.strerror}"
            ) from None
