"""
Private keys in files (PKCS#8, PEM) that only their owner may read (0600).

Text may stand before the key, as PEM allows: what has to stay with it.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from complaint_ledger.errors import BadValue, KeysError, LedgerExists
from complaint_ledger.writing import new_file

PASSPHRASE_VARIABLE: Final = "COMPLAINT_LEDGER_PASSPHRASE"  # noqa: S105 - its name

Passphrase = Callable[[], str | None]
"""Gives what a key file is encrypted under; None or nothing where it is not."""

_BEGIN: Final = b"-----BEGIN"


def from_environment() -> str | None:
    """Return the passphrase that the environment gives."""
    return os.environ.get(PASSPHRASE_VARIABLE)


def write_key(
    file: Path,
    key: Ed25519PrivateKey,
    passphrase: Passphrase,
    *,
    called: str = "signing key",
    before: str = "",
) -> None:
    """
    Write *key* into a new file.

    Args:
        file: Where; there must be nothing yet.
        key: The key.
        passphrase: What it is encrypted under; none leaves it in clear.
        called: What a message calls it.
        before: Lines that stay with it, not encrypted.

    Raises:
        LedgerExists: There is a file already.
        KeysError: It cannot be made there.
    """
    said = passphrase()
    how: KeySerializationEncryption = NoEncryption()
    if said:
        how = BestAvailableEncryption(said.encode())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    try:
        # Under its name at once and whole: half a key would stand in the way of every other.
        with new_file(file, called) as (out, _):
            out.write(before.encode() + pem)
    except BadValue as error:
        if os.path.lexists(file):
            raise LedgerExists(str(file)) from None
        raise KeysError(f"the {called} {file} cannot be made: {error.why}") from None


def read_key(
    file: Path, passphrase: Passphrase, *, called: str = "signing key"
) -> tuple[Ed25519PrivateKey, bytes]:
    """
    Return the key in *file*, and what stands before it.

    Raises:
        KeysError: As `read_key_file` and `load_key`.
    """
    return load_key(read_key_file(file, called=called), file, passphrase, called=called)


def read_key_file(file: Path, *, called: str = "signing key") -> bytes:
    """
    Return what *file* holds; nobody is asked for a passphrase.

    Raises:
        KeysError: Others may read the file, or it cannot be read.
    """
    with key_errors(file, called):
        if file.stat().st_mode & 0o077:
            raise KeysError(f"others may read the {called} {file}; run: chmod 600 {file}")
        return file.read_bytes()


def load_key(
    data: bytes, file: Path, passphrase: Passphrase, *, called: str = "signing key"
) -> tuple[Ed25519PrivateKey, bytes]:
    """
    Return the key in *data*, and what stands before it.

    Args:
        data: What *file* holds.
        file: Named in messages.
        passphrase: Asked for where the key is encrypted.
        called: What a message calls the key.

    Raises:
        KeysError: The passphrase is wrong, or it holds no such key.
    """
    before, begin, rest = data.partition(_BEGIN)
    pem = begin + rest
    said = passphrase() if b"ENCRYPTED" in pem else None
    try:
        key = load_pem_private_key(pem, said.encode() if said else None)
    except TypeError:
        raise KeysError(
            f"the {called} {file} has a passphrase; give it in {PASSPHRASE_VARIABLE}"
        ) from None
    except ValueError:
        raise KeysError(
            f"the {called} {file} cannot be read: the passphrase is wrong, or it is no PKCS#8 key"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeysError(f"the {called} {file} is not an Ed25519 key")
    return key, before


class key_errors:  # noqa: N801 - reads as what it does
    """Say which key it was when the file system refuses."""

    def __init__(self, file: Path, called: str = "signing key") -> None:
        self._file = file
        self._called = called

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, OSError):
            raise KeysError(
                f"the {self._called} {self._file} cannot be used: {error.strerror}"
            ) from None
