"""
The file of an SQLite ledger: its tables, and connections that keep their word.

Acknowledged means on the disk, a writer takes the write lock first, and an error
is said in our words.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from eventsourcing.persistence import PersistenceError
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from complaint_ledger.errors import StoreUnreadable

FORMAT: Final = 1
APPLICATION_ID: Final = 0x434C4447  # "CLDG": `file` and `sqlite3` can tell what the file is
LOCK_TIMEOUT: Final = 60  # seconds a writer waits for another

TABLES: Final = (
    """
    CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        ledger TEXT NOT NULL,
        format INTEGER NOT NULL,
        position INTEGER NOT NULL,
        recorded_at INTEGER -- microseconds since 1970, UTC
    )
    """,
    """
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        stream TEXT NOT NULL,
        version INTEGER NOT NULL,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        schema INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL,
        prev BLOB,
        body BLOB NOT NULL,
        UNIQUE (stream, version)
    )
    """,
    """
    CREATE TABLE streams (
        stream TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        leaf BLOB NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE claims (
        claim TEXT PRIMARY KEY,
        stream TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE sealed (
        digest TEXT PRIMARY KEY,
        subject TEXT NOT NULL,
        key_id TEXT NOT NULL,
        algorithm TEXT NOT NULL,
        nonce BLOB NOT NULL,
        ciphertext BLOB NOT NULL
    ) -- with a rowid: digests come in no order, and rows are better written one after another
    """,
    """
    CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END
    """,
    """
    CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END
    """,
    # INSERT OR REPLACE deletes rows without asking the trigger above.
    """
    CREATE TRIGGER events_are_never_replaced BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
        OR EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
        OR EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version)
    BEGIN SELECT RAISE(ABORT, 'an event is never replaced'); END
    """,
)


class _Connection(SQLiteConnection):
    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        cursor = self.cursor()
        try:
            cursor.execute("BEGIN IMMEDIATE" if commit else "BEGIN")
            try:
                yield cursor
            except BaseException:
                self.rollback()
                raise
            if commit:
                self.commit()
            else:
                self.rollback()
        finally:
            cursor.sqlite_cursor.close()


class _Pool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        # Not the library's own: its cached_statements=True means a cache of one statement.
        made = sqlite3.connect(
            self.db_name,
            uri=True,
            check_same_thread=False,
            isolation_level=None,
            timeout=LOCK_TIMEOUT,
        )
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("PRAGMA synchronous = FULL")  # acknowledged means on the disk
        made.execute("PRAGMA secure_delete = ON")  # an erased value leaves no copy in the file
        made.execute("PRAGMA cache_size = -32768")
        return _Connection(sqlite_conn=made, max_age=self.max_age)


class Datastore(SQLiteDatastore):
    def __init__(self, file: Path, mode: str) -> None:
        super().__init__(db_name=":memory:", originator_id_type="text")
        self.pool = _Pool(
            db_name=f"file:/{quote(str(file.absolute()).lstrip('/'))}?mode={mode}",
            lock_timeout=LOCK_TIMEOUT,
            pool_timeout=LOCK_TIMEOUT,  # threads of one process wait as long for each other
        )


@contextmanager
def errors() -> Iterator[None]:
    """Say in our words what went wrong; SQLite's own never hold a value."""
    try:
        yield
    except (sqlite3.Error, PersistenceError, OSError) as error:
        text = str(error)
        if "readonly" in text:
            text = "it is read-only; give this user the right to write it"
        elif "full" in text:
            text = "the disk is full; nothing was recorded. Make room and try again"
        elif "locked" in text:
            text = f"another process held it for over {LOCK_TIMEOUT} seconds; try again"
        elif "malformed" in text or "not a database" in text:
            text = f"it is damaged ({text}); restore a backup"
        raise StoreUnreadable(f"the SQLite store says: {text}") from None
