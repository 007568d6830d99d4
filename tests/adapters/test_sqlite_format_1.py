"""A file of format 1, as the versions before format 2 made it, becomes one of today's when opened."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from complaint_ledger.errors import KeptAlready, LedgerExists, StoreUnreadable
from complaint_ledger.store import LedgerHead, StreamHead, parse_url, system_clock
from complaint_ledger.testing import ManualClock, check_whole
from complaint_ledger.testing.rules.scene import ONE, TWO, a_row, an_event, on
from complaint_ledger_adapters import sqlite_file
from complaint_ledger_adapters.memory import MemoryStore
from complaint_ledger_adapters.sqlite import ADAPTER

LEDGER = "d" * 32
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The statements as they were. Never change them: files made by them are about.
FORMAT_1 = (
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


@pytest.fixture
def file(tmp_path):
    return tmp_path / "council.db"


@pytest.fixture
def told():
    """Return what a ledger said when format 1 was in use."""
    store = MemoryStore(LEDGER, ManualClock())
    row = a_row()
    store.append([on(TWO, 0, an_event(b"a", row), claims=("reference/2",))])
    store.append([on(ONE, 0, an_event(b"b"), an_event(b"c"), claims=("reference/1",))])
    store.append([on(TWO, 1, an_event(b"d"))])
    return store, row


def write_format_1(file, told):
    store, row = told
    events = store.tail()
    stamps = [(event.recorded_at - EPOCH) // timedelta(microseconds=1) for event in events]
    with closing(sqlite3.connect(file, isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        for statement in FORMAT_1:
            old.execute(statement)
        old.execute("INSERT INTO head VALUES (1, ?, 1, 0, NULL)", (LEDGER,))
        for e, stamp in zip(events, stamps, strict=True):
            old.execute(
                "INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?)",
                (e.position, e.stream, e.version, e.id, e.name, e.schema, stamp, e.prev, e.body),
            )
        for head in store.streams():
            old.execute(
                "INSERT INTO streams VALUES (?,?,?)", (head.stream, head.version, head.leaf)
            )
        old.executemany("INSERT INTO claims VALUES (?,?)", store.claims())
        if events:
            old.execute(
                "INSERT INTO sealed VALUES (?,?,?,?,?,?)",
                (row.digest, row.subject, row.key_id, row.algorithm, row.nonce, row.ciphertext),
            )
            old.execute("UPDATE head SET position = ?, recorded_at = ?", (len(events), stamps[-1]))
        old.execute(f"PRAGMA application_id = {sqlite_file.APPLICATION_ID}")


def open_at(file):
    return closing(ADAPTER.open(parse_url(str(file)), system_clock))


def columns_of(file):
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
        return {
            name: connection.execute(
                f"SELECT name, type, [notnull], pk FROM pragma_table_info('{name}')"
            ).fetchall()
            for (name,) in tables
        }


def test_everything_in_a_file_of_format_1_is_there_afterwards(file, told):
    store, row = told
    write_format_1(file, told)

    for _ in range(2):  # the second time it is of today's format
        with open_at(file) as now:
            assert list(store.tail()) == list(now.tail())
            assert list(store.streams()) == list(now.streams())
            assert [StreamHead(ONE, 2, now.read(ONE)[-1].leaf(LEDGER), 2)] == list(now.streams())[
                :1
            ]
            assert list(store.claims()) == list(now.claims())
            assert {row.digest: row} == now.sealed([row.digest])
            assert store.head() == now.head()
            assert (list(now.kept()), check_whole(now)) == ([], 4)


def test_a_file_of_format_1_goes_on_as_one_of_format_2(file, told):
    write_format_1(file, told)

    with open_at(file) as now:
        assert now.append([on(ONE, 2, an_event())]).first == 5
        now.keep("checkpoint/5", b"the tree")
        with pytest.raises(KeptAlready):
            now.keep("checkpoint/5", b"another tree")

    with open_at(file) as again:
        assert check_whole(again) == 5
        assert list(again.kept()) == [("checkpoint/5", b"the tree")]


def test_nothing_is_restored_into_a_file_of_format_1_that_held_events(file, told):
    write_format_1(file, told)

    with open_at(file) as now, pytest.raises(LedgerExists):
        now.restore([], [], {})


def test_an_empty_file_of_format_1_may_be_restored_into(file, told):
    write_format_1(file, (MemoryStore(LEDGER, system_clock), None))

    with open_at(file) as now:
        assert LedgerHead(0, None) == now.head()
        now.restore(told[0].tail(), [told[1]], dict(told[0].claims()))
        assert check_whole(now) == 4


def test_a_file_of_format_1_gets_the_columns_and_triggers_of_a_new_one(file, told, tmp_path):
    write_format_1(file, told)
    with open_at(file):
        pass
    new = tmp_path / "new.db"
    with closing(ADAPTER.create(parse_url(str(new)), LEDGER, system_clock)):
        pass

    assert columns_of(new) == columns_of(file)


def test_a_file_that_cannot_be_brought_up_to_date_stays_as_it_was(file, told):
    write_format_1(file, told)
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE kept (something_of TEXT, somebody_else TEXT)")
    before = columns_of(file)

    for _ in range(2):
        with pytest.raises(StoreUnreadable, match="kept already exists"), open_at(file):
            pass

    assert before == columns_of(file)
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT format FROM head").fetchone() == (1,)
