"""
The key store: one data key for each person in each complaint.

It is kept apart from the ledger, so that destroying a key reaches every backup
of the ledger. Data keys are wrapped (RFC 3394) under one key of the store's own.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import attrs
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

from complaint_ledger.errors import KeysError, KeysForeign, KeysMissing, LedgerExists

FORMAT: Final = 1
KEY_BYTES: Final = 32

Whose = tuple[str, str]
"""A stream and a subject in it."""


@attrs.frozen(repr=False)
class DataKey:
    """The key for the values of one subject in one stream."""

    id: str
    key: bytes


class KeyStore(Protocol):
    """Keeps data keys, and forgets them for good when told to."""

    def ensure(self, whose: Iterable[Whose]) -> Mapping[Whose, DataKey]:
        """Return a data key for each of *whose*, made where there is none, and kept."""

    def by_id(self, ids: Iterable[str]) -> Mapping[str, DataKey]:
        """Return the data keys there are for *ids*."""

    def destroy(self, whose: Iterable[Whose]) -> int:
        """Destroy the data keys of *whose*; return how many there were."""

    def close(self) -> None:
        """Let go of the file."""


class MemoryKeys:
    """Keys of a ledger in memory."""

    def __init__(self) -> None:
        self._keys: dict[Whose, DataKey] = {}

    def ensure(self, whose: Iterable[Whose]) -> Mapping[Whose, DataKey]:
        return {
            one: self._keys.setdefault(one, DataKey(secrets.token_hex(16), _new_key()))
            for one in set(whose)
        }

    def by_id(self, ids: Iterable[str]) -> Mapping[str, DataKey]:
        wanted = set(ids)
        return {key.id: key for key in self._keys.values() if key.id in wanted}

    def destroy(self, whose: Iterable[Whose]) -> int:
        return sum(self._keys.pop(one, None) is not None for one in set(whose))

    def close(self) -> None:
        """There is nothing to let go of."""


class FileKeys:
    """Keys in a file of their own, readable by its owner only (0600)."""

    def __init__(self, file: Path, connection: sqlite3.Connection, wrapping: bytes) -> None:
        self.file = file
        self._connection = connection
        self._wrapping = wrapping
        self._lock = threading.Lock()

    @classmethod
    def create(cls, file: Path, ledger: str) -> "FileKeys":
        """
        Make a key store for *ledger*.

        Raises:
            LedgerExists: There is a file already.
            KeysError: It cannot be made there.
        """
        if file.exists():
            raise LedgerExists(str(file))
        with _errors(file):
            file.touch(mode=0o600)
            connection = _connect(file)
            wrapping = _new_key()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(
                    "CREATE TABLE store (one INTEGER PRIMARY KEY CHECK (one = 1),"
                    " format INTEGER NOT NULL, ledger TEXT NOT NULL, wrapping BLOB NOT NULL)"
                )
                connection.execute(
                    "CREATE TABLE data_keys (id TEXT PRIMARY KEY, stream TEXT NOT NULL,"
                    " subject TEXT NOT NULL, wrapped BLOB NOT NULL, UNIQUE (stream, subject))"
                )
                connection.execute(
                    "INSERT INTO store VALUES (1, ?, ?, ?)", (FORMAT, ledger, wrapping)
                )
        return cls(file, connection, wrapping)

    @classmethod
    def open(cls, file: Path, ledger: str) -> "FileKeys":
        """
        Open the key store of *ledger*.

        Raises:
            KeysMissing: There is no file.
            KeysForeign: It is of another ledger.
            KeysError: It cannot be read, or others may read it.
        """
        if not file.is_file():
            raise KeysMissing(
                f"the key store is not at {file}; say where it is with --keys or"
                " COMPLAINT_LEDGER_KEYS. Without it nothing personal can be recorded or read"
            )
        if file.stat().st_mode & 0o077:
            raise KeysError(f"others may read the key store {file}; run: chmod 600 {file}")
        with _errors(file):
            connection = _connect(file)
            format_, owner, wrapping = connection.execute(
                "SELECT format, ledger, wrapping FROM store"
            ).fetchone()
        if owner != ledger:
            connection.close()
            raise KeysForeign(
                f"the key store {file} belongs to another ledger; say where this ledger's is"
                " with --keys or COMPLAINT_LEDGER_KEYS"
            )
        if format_ != FORMAT:
            connection.close()
            raise KeysError(f"the key store {file} was written by a later version; use that one")
        return cls(file, connection, wrapping)

    def ensure(self, whose: Iterable[Whose]) -> Mapping[Whose, DataKey]:
        wanted = set(whose)
        with self._lock, _errors(self.file):
            found = self._select(wanted)
            missing = sorted(wanted - found.keys())
            return found | self._make(missing) if missing else found

    def _select(self, wanted: Iterable[Whose]) -> dict[Whose, DataKey]:
        statement = "SELECT id, wrapped FROM data_keys WHERE stream = ? AND subject = ?"
        rows = {one: self._connection.execute(statement, one).fetchone() for one in wanted}
        return {one: self._unwrap(*row) for one, row in rows.items() if row}

    def _make(self, missing: list[Whose]) -> dict[Whose, DataKey]:
        made = {one: DataKey(secrets.token_hex(16), _new_key()) for one in missing}
        rows = [(key.id, *one, aes_key_wrap(self._wrapping, key.key)) for one, key in made.items()]
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            kept = self._connection.executemany(
                "INSERT OR IGNORE INTO data_keys VALUES (?,?,?,?)", rows
            ).rowcount
            # Another process may have been quicker; then its key stands.
            return made if kept == len(rows) else self._select(missing)

    def by_id(self, ids: Iterable[str]) -> Mapping[str, DataKey]:
        statement = "SELECT id, wrapped FROM data_keys WHERE id = ?"
        with self._lock, _errors(self.file):
            rows = [self._connection.execute(statement, (i,)).fetchone() for i in set(ids)]
        return {row[0]: self._unwrap(*row) for row in rows if row}

    def destroy(self, whose: Iterable[Whose]) -> int:
        with self._lock, _errors(self.file), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            return sum(
                self._connection.execute(
                    "DELETE FROM data_keys WHERE stream = ? AND subject = ?", one
                ).rowcount
                for one in set(whose)
            )

    def _unwrap(self, id_: str, wrapped: bytes) -> DataKey:
        return DataKey(id_, aes_key_unwrap(self._wrapping, wrapped))

    def close(self) -> None:
        self._connection.close()


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=60, isolation_level=None, check_same_thread=False)
    # A rollback journal and secure_delete: a destroyed key leaves no copy on the disk.
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -8192")
    return connection


@contextmanager
def _errors(file: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, TypeError) as error:
        raise KeysError(f"the key store {file} cannot be used: {error}") from None
