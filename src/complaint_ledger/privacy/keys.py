"""
The key store: one data key for each person in each complaint.

It is kept apart from the ledger, so that destroying a key reaches every backup
of the ledger. Data keys are wrapped (RFC 3394) under one key of the store's own.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Protocol

import attrs
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from complaint_ledger.errors import KeysError, KeysForeign, KeysMissing, LedgerExists
from complaint_ledger.settling import beside, settle

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

    def destroy_in_copy(self, whose: Iterable[Whose]) -> int:
        """
        Destroy the data keys of *whose* in the key store of a copy that nobody uses.

        Raises:
            KeysError: Somebody made a key in it, so that it has a life of its own.
        """

    def everything(self) -> Iterator[tuple[Whose, DataKey]]:
        """Yield every data key with whose it is, by stream and subject."""

    def take_in(self, keys: Iterable[tuple[Whose, DataKey]]) -> int:
        """
        Keep data keys that were made elsewhere, ids and all; return how many were new.

        Raises:
            KeysError: Another key is there for the same subject, or under the same id.
        """

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

    destroy_in_copy = destroy

    def everything(self) -> Iterator[tuple[Whose, DataKey]]:
        yield from sorted(self._keys.items())

    def take_in(self, keys: Iterable[tuple[Whose, DataKey]]) -> int:
        owners = {key.id: one for one, key in self._keys.items()}
        new: dict[Whose, DataKey] = {}
        for one, key in keys:
            if self._keys.get(one, key) != key or owners.get(key.id, one) != one:
                raise _another_key("in memory")
            new |= {} if one in self._keys else {one: key}
        self._keys |= new
        return len(new)

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
    def create(cls, file: Path, ledger: str, *, copy_for: str | None = None) -> "FileKeys":
        """
        Make a key store for *ledger*.

        Args:
            file: Where.
            ledger: The id of the ledger.
            copy_for: The copy of the ledger that it goes with, until it makes a key of its own.

        Raises:
            LedgerExists: There is a file already.
            KeysError: It cannot be made there.
        """
        if file.exists():
            raise LedgerExists(str(file))
        made = beside(file)
        with _errors(file):
            try:
                made.touch(mode=0o600)
                connection = _connect(made)
                with closing(connection), connection:
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
                        "INSERT INTO store VALUES (1, ?, ?, ?)", (FORMAT, ledger, _new_key())
                    )
                    if copy_for is not None:
                        connection.execute("CREATE TABLE copy_for (place TEXT NOT NULL)")
                        connection.execute("INSERT INTO copy_for VALUES (?)", (copy_for,))
                settle(made, file)  # whole, or not there
            except FileExistsError:
                raise LedgerExists(str(file)) from None
            finally:
                made.unlink(missing_ok=True)
        return cls.open(file, ledger)

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
            self._connection.execute("DROP TABLE IF EXISTS copy_for")  # it has a life of its own
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
            return self._destroy(whose)

    def destroy_in_copy(self, whose: Iterable[Whose]) -> int:
        with self._lock, _errors(self.file), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            if not self._goes_with_copy():
                raise KeysError(
                    f"somebody records in the copy that the key store {self.file} is of; none of"
                    " its keys was destroyed. Leave that copy to them, and copy to another place"
                )
            return self._destroy(whose)

    def _destroy(self, whose: Iterable[Whose]) -> int:
        return sum(
            self._connection.execute(
                "DELETE FROM data_keys WHERE stream = ? AND subject = ?", one
            ).rowcount
            for one in set(whose)
        )

    def _goes_with_copy(self) -> bool:
        there = "SELECT 1 FROM sqlite_master WHERE name = 'copy_for'"
        return self._connection.execute(there).fetchone() is not None

    def everything(self) -> Iterator[tuple[Whose, DataKey]]:
        statement = (
            "SELECT stream, subject, id, wrapped FROM data_keys"
            " WHERE (stream, subject) > (?, ?) ORDER BY stream, subject LIMIT 1000"
        )
        after = ("", "")
        while True:
            with self._lock, _errors(self.file):
                page = self._connection.execute(statement, after).fetchall()
            if not page:
                return
            yield from (((row[0], row[1]), self._unwrap(row[2], row[3])) for row in page)
            after = page[-1][:2]

    def take_in(self, keys: Iterable[tuple[Whose, DataKey]]) -> int:
        new = 0
        with self._lock, _errors(self.file), self._connection:
            execute = self._connection.execute
            execute("BEGIN IMMEDIATE")
            for one, key in keys:
                there = execute(
                    "SELECT stream, subject, id, wrapped FROM data_keys"
                    " WHERE id = ? OR (stream = ? AND subject = ?)",
                    (key.id, *one),
                ).fetchall()
                if not there:
                    wrapped = aes_key_wrap(self._wrapping, key.key)
                    execute("INSERT INTO data_keys VALUES (?,?,?,?)", (key.id, *one, wrapped))
                    new += 1
                elif [((r[0], r[1]), self._unwrap(r[2], r[3])) for r in there] != [(one, key)]:
                    raise _another_key(f"in {self.file}")
        return new

    @property
    def copy_for(self) -> str | None:
        """The copy of the ledger that it was made with; None once it made a key of its own."""
        with self._lock, _errors(self.file):
            if not self._goes_with_copy():
                return None
            row = self._connection.execute("SELECT place FROM copy_for").fetchone()
        return str(row[0]) if row else None

    def _unwrap(self, id_: str, wrapped: bytes) -> DataKey:
        try:
            return DataKey(id_, aes_key_unwrap(self._wrapping, wrapped))
        except InvalidUnwrap:
            raise KeysError(
                f"key {id_} in the key store {self.file} was changed; restore a backup of it"
            ) from None

    def close(self) -> None:
        self._connection.close()


def _another_key(where: str) -> KeysError:
    return KeysError(
        f"the key store {where} holds another key for someone whose key was to be taken over;"
        " nothing was changed in it"
    )


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
