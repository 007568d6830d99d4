"""
The file of an SQLite ledger: its tables, and connections that keep their word.

Acknowledged means on the disk, a writer takes the write lock first, and an error
is said in our words.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
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

FORMAT: Final = 2
APPLICATION_ID: Final = 0x434C4447  # "CLDG": `file` and `sqlite3` can tell what the file is
LOCK_TIMEOUT: Final = 60  # seconds a writer waits for another

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

KEPT: Final = (
    """
    CREATE TABLE kept (
        name TEXT PRIMARY KEY,
        data BLOB NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TRIGGER kept_is_never_changed BEFORE UPDATE ON kept
    BEGIN SELECT RAISE(ABORT, 'what is kept is never changed'); END
    """,
    """
    CREATE TRIGGER kept_is_never_deleted BEFORE DELETE ON kept
    BEGIN SELECT RAISE(ABORT, 'what is kept is never deleted'); END
    """,
    """
    CREATE TRIGGER kept_is_never_replaced BEFORE INSERT ON kept
    WHEN EXISTS (SELECT 1 FROM kept WHERE name = NEW.name)
    BEGIN SELECT RAISE(ABORT, 'what is kept is never replaced'); END
    """,
)
"""What proves something about the ledger and is no event: new in format 2."""

FROM_FORMAT_1: Final = (
    "ALTER TABLE head ADD COLUMN appended INTEGER NOT NULL DEFAULT 0",
    "UPDATE head SET appended = 1 WHERE position > 0",
    "ALTER TABLE streams ADD COLUMN first INTEGER NOT NULL DEFAULT 0",
    """
    UPDATE streams SET first = (
        SELECT position FROM events WHERE events.stream = streams.stream AND version = 1
    )
    """,
    *KEPT,
    "UPDATE head SET format = 2",
)
"""What turns a file of format 1 into one of format 2, in one transaction."""

TABLES: Final = (
    """
    CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        ledger TEXT NOT NULL,
        format INTEGER NOT NULL,
        position INTEGER NOT NULL,
        recorded_at INTEGER, -- microseconds since 1970, UTC
        appended INTEGER NOT NULL DEFAULT 0 -- 1 once anything was: never restored into again
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
        leaf BLOB NOT NULL,
        first INTEGER NOT NULL DEFAULT 0 -- the position of its first event
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
    *KEPT,
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


def migrate(datastore: SQLiteDatastore) -> None:
    """Bring a file of format 1 to the format of today, whole or not at all."""
    with datastore.transaction(commit=True) as c:
        execute = c.sqlite_cursor.execute
        if execute("SELECT format FROM head").fetchone()[0] == 1:  # else another was quicker
            for statement in FROM_FORMAT_1:
                execute(statement)


def microseconds(at: datetime) -> int:
    """Return *at* (aware) as the tables hold it: microseconds since 1970, UTC."""
    return (at - _EPOCH) // _MICROSECOND


def instant(stamp: int) -> datetime:
    """Return the time that the tables hold as *stamp*, in UTC."""
    return _EPOCH + stamp * _MICROSECOND


@contextmanager
def errors() -> Iterator[None]:
    """Say in our words what went wrong; SQLite's own never hold a value."""
    try:
        yield
    except (sqlite3.Error, PersistenceError, OSError) as error:
        # An OSError names the path, whose words are no reason.
        text = (isinstance(error, OSError) and error.strerror) or str(error)
        if "readonly" in text:
            text = "it is read-only; give this user the right to write it"
        elif "full" in text:
            text = "the disk is full; nothing was recorded. Make room and try again"
        elif "locked" in text:
            text = f"another process held it for over {LOCK_TIMEOUT} seconds; try again"
        elif "malformed" in text or "not a database" in text:
            text = f"it is damaged ({text}); restore a backup"
        raise StoreUnreadable(f"the SQLite store says: {text}") from None
