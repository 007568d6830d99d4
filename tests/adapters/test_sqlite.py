"""A ledger in an SQLite file passes the contract, and says in plain words what is wrong with a file."""

import os
import resource
import sqlite3
import stat
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from complaint_ledger.errors import LedgerExists, StoreUnreadable
from complaint_ledger.ids import new_id
from complaint_ledger.store import parse_url, system_clock
from complaint_ledger.testing import EventStoreContract, check_whole
from complaint_ledger.testing.rules.scene import ONE, TWO, a_row, an_event, on
from complaint_ledger_adapters import sqlite_file
from complaint_ledger_adapters.sqlite import ADAPTER, SQLiteStore
from privileges import without_privileges


class TestSQLiteStore(EventStoreContract):
    adapter = ADAPTER
    capabilities = SQLiteStore.capabilities

    @pytest.fixture
    def new_address(self, tmp_path):
        return lambda: f"sqlite:///{tmp_path / new_id()}.db"

    def delete_newest_behind_the_back(self, address, count):
        with raw(parse_url(address).path) as connection:
            connection.execute("DROP TRIGGER events_are_never_deleted")
            connection.execute(
                "DELETE FROM events WHERE position > (SELECT max(position) - ? FROM events)",
                (count,),
            )


@pytest.fixture
def file(tmp_path):
    return tmp_path / "council.db"


@pytest.fixture
def make(file):
    def make():
        return closing(ADAPTER.create(parse_url(str(file)), new_id(), system_clock))

    return make


@contextmanager
def raw(file):
    """Open the file as someone who knows nothing of ledgers."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        yield connection


def open_at(file):
    return closing(ADAPTER.open(parse_url(str(file)), system_clock))


def refused(file, *words):
    with pytest.raises(StoreUnreadable) as error, open_at(file):
        pass
    assert all(word in str(error.value) for word in words), error.value


# --- files that are no ledger --------------------------------------------------------------------


def test_a_file_that_is_no_database_is_refused(file):
    file.write_text("Dear Sir or Madam, my bin was missed.")

    refused(file, "not an SQLite database")


def test_an_empty_file_is_refused(file):
    file.touch()

    refused(file, "not an SQLite database")


def test_a_folder_is_refused(file):
    file.mkdir()

    refused(file, "folder")


def test_a_database_of_something_else_is_refused_and_left_alone(file):
    with raw(file) as connection:
        connection.execute("CREATE TABLE bins (street TEXT)")
    before = file.read_bytes()

    refused(file, "no ledger")

    with raw(file) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("bins",)]
    assert len(before) == file.stat().st_size


def test_a_ledger_of_a_later_format_is_refused_with_the_mend(file, make):
    with make():
        pass
    with raw(file) as connection:
        connection.execute("UPDATE head SET format = 3")

    refused(file, "format 3", "Use the version that wrote it")


def test_a_damaged_file_is_refused_with_the_mend(file, make):
    with make() as store:
        store.append([on(ONE, 0, an_event())])
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))

    refused(file, "damaged", "restore a backup")


def test_a_ledger_is_not_made_in_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StoreUnreadable, match="there is no folder"):
        ADAPTER.create(parse_url(str(tmp_path / "no" / "council.db")), new_id(), system_clock)


@pytest.mark.parametrize("ask", ["create", "open"])
def test_an_address_without_a_file_is_refused(ask):
    url = parse_url("sqlite:///")
    with pytest.raises(StoreUnreadable, match="needs a file"):
        ADAPTER.create(url, new_id(), system_clock) if ask == "create" else ADAPTER.open(
            url, system_clock
        )


def test_a_ledger_is_not_made_over_another_file(file):
    file.write_text("minutes of the meeting")

    with pytest.raises(LedgerExists):
        ADAPTER.create(parse_url(str(file)), new_id(), system_clock)

    assert file.read_text() == "minutes of the meeting"


# --- a disk that will not ------------------------------------------------------------------------


def test_a_read_only_ledger_is_not_written_and_says_so():
    with TemporaryDirectory() as folder:  # pytest keeps its own folders to itself
        Path(folder).chmod(0o777)
        file = Path(folder) / "council.db"
        with closing(ADAPTER.create(parse_url(str(file)), new_id(), system_clock)) as store:
            store.append([on(ONE, 0, an_event())])
        file.chmod(0o444)

        with without_privileges(), open_at(file) as store:
            with pytest.raises(StoreUnreadable, match=r"read-only.*give this user the right"):
                store.append([on(ONE, 1, an_event())])
            assert check_whole(store) == 1


def test_a_full_database_records_nothing_and_then_goes_on(make):
    with make() as store:
        store.append([on(ONE, 0, an_event())])

        def pages(most):
            with store.datastore.get_connection(commit=True) as connection:
                connection._sqlite_conn.execute(f"PRAGMA max_page_count = {most}").fetchall()

        pages(1)  # it may not grow
        row = a_row()
        with pytest.raises(StoreUnreadable, match=r"disk is full.*nothing was recorded"):
            store.append([on(ONE, 1, an_event(b"x" * 1_000_000, row)), on(TWO, 0, an_event())])
        assert check_whole(store) == 1
        assert store.sealed([row.digest]) == {}

        pages(100_000)
        assert store.append([on(ONE, 1, an_event(b"x" * 1_000_000))]).first == 2
        assert check_whole(store) == 2


def test_a_disk_that_fails_while_it_commits_records_nothing_and_then_goes_on(file, make):
    log = file.with_name(f"{file.name}-wal")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with make() as store:
        store.append([on(ONE, 0, an_event())])
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 5000, hard))
        try:
            with pytest.raises(StoreUnreadable):
                store.append([on(ONE, 1, an_event(b"x" * 20_000))])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert check_whole(store) == 1
        assert store.append([on(ONE, 1, an_event())]).first == 2

    with open_at(file) as again:
        assert check_whole(again) == 2


def test_a_ledger_that_another_process_holds_too_long_says_so(file, make, monkeypatch):
    monkeypatch.setattr(sqlite_file, "LOCK_TIMEOUT", 0.05)
    with make() as store, raw(file) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnreadable, match="another process held it"):
            store.append([on(ONE, 0, an_event())])
        assert store.head().position == 0  # a reader does not wait
        other.execute("ROLLBACK")

        assert store.append([on(ONE, 0, an_event())]).first == 1


# --- behind the back -----------------------------------------------------------------------------


REPLACE = (
    "INSERT OR REPLACE INTO events SELECT {}, name, schema, recorded_at, prev, x'00'"
    " FROM events WHERE position = 2"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET body = x'00'",
        "UPDATE events SET recorded_at = 0 WHERE position = 1",
        "DELETE FROM events",
        "DELETE FROM events WHERE position = 2",
        REPLACE.format("position, stream, version, id"),
        REPLACE.format("position + 2, stream, version + 2, id"),
        REPLACE.format("position + 2, stream, version, 'new'"),
    ],
)
def test_an_event_is_never_changed_deleted_or_replaced(file, make, statement):
    with make() as store:
        store.append([on(ONE, 0, an_event(), an_event())])
        before = store.tail()

        with raw(file) as other, pytest.raises(sqlite3.IntegrityError, match="an event is never"):
            other.execute(statement)

        assert before == store.tail()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kept SET data = x'00'",
        "DELETE FROM kept WHERE name = 'checkpoint/1'",
        "INSERT OR REPLACE INTO kept VALUES ('checkpoint/1', x'00')",
        "REPLACE INTO kept SELECT name, x'00' FROM kept",
    ],
)
def test_what_is_kept_is_never_changed_deleted_or_replaced(file, make, statement):
    with make() as store:
        store.keep("checkpoint/1", b"the tree as it was")

        with raw(file) as other, pytest.raises(sqlite3.IntegrityError, match="is kept is never"):
            other.execute(statement)

        assert list(store.kept()) == [("checkpoint/1", b"the tree as it was")]


def test_a_row_that_slipped_in_stops_the_ledger_with_the_mend(file, make):
    with make() as store:
        store.append([on(ONE, 0, an_event())])
        with raw(file) as other:
            other.execute("INSERT INTO events VALUES (2, ?, 1, 'x', 'x', 1, 0, NULL, x'')", (TWO,))

        with pytest.raises(StoreUnreadable, match=r"behind its back.*restore a backup"):
            store.append([on(ONE, 1, an_event())])

        assert store.head().position == 1


# --- what the pages promise ----------------------------------------------------------------------


def test_only_its_owner_may_read_the_ledger(file, make):
    with make() as store:
        store.append([on(ONE, 0, an_event())])
        kept = sorted(file.parent.iterdir())

        assert [one.name for one in kept] == ["council.db", "council.db-shm", "council.db-wal"]
        assert {stat.S_IMODE(one.stat().st_mode) for one in kept} == {0o600}


def test_acknowledged_means_on_the_disk(make):
    with make() as store, store.datastore.get_connection(commit=False) as connection:

        def pragma(name):
            return connection._sqlite_conn.execute(f"PRAGMA {name}").fetchone()[0]

        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2  # FULL
        assert pragma("secure_delete") == 1
        assert pragma("application_id") == sqlite_file.APPLICATION_ID


@pytest.mark.parametrize("size", [40, 100_000], ids=["short", "longer-than-a-page"])
def test_an_erased_value_is_in_no_file_afterwards(file, make, size):
    gone, kept = a_row(os.urandom(size)), a_row(os.urandom(size))
    with make() as store:
        store.append([on(ONE, 0, an_event(b"{}", gone, kept))])
        assert gone.ciphertext[:40] in everything_in(file)

        assert store.erase_sealed([gone.digest]) == 1

        assert gone.ciphertext[:40] not in everything_in(file)
        assert gone.ciphertext[-40:] not in everything_in(file)
        assert kept.ciphertext[:40] in everything_in(file)
    assert gone.ciphertext[:40] not in everything_in(file)


def everything_in(file):
    return b"".join(one.read_bytes() for one in sorted(file.parent.iterdir()))
