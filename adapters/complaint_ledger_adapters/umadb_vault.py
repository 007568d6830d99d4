"""
The vault of a UmaDB ledger: its sealed rows, in an SQLite file of their own.

UmaDB never lets anything go, and a sealed row must be erasable. The two have no common
transaction, so a row is put here first, *pending*: with the id of its event, and with the
end of the log that the event is to follow. The server takes the event only if nothing was
appended after that end. So once the log goes on and the event is not in it, it never will
be, and the row goes; until then nobody is given it.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs

from complaint_ledger.errors import NoLedger, StoreUnreadable
from complaint_ledger.restoring import check_same_row
from complaint_ledger.settling import beside, settle
from complaint_ledger.store import SealedRow

_TABLES: Final = """
    CREATE TABLE of (ledger TEXT NOT NULL);
    CREATE TABLE sealed (
        digest TEXT PRIMARY KEY,
        subject TEXT NOT NULL,
        key_id TEXT NOT NULL,
        algorithm TEXT NOT NULL,
        nonce BLOB NOT NULL,
        ciphertext BLOB NOT NULL,
        event TEXT, -- the id of the event that it waits for; null: it is there
        follows INTEGER -- the end of the log that the event was to follow
    );
    CREATE INDEX pending ON sealed (event) WHERE event IS NOT NULL;
"""
_AT_ONCE: Final = 500


@attrs.frozen
class Pending:
    """A row whose event was not known to be there when it was put in."""

    digest: str
    event: str
    follows: int


class Vault:
    """Sealed rows, for as many threads and processes as ask."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        with _errors():
            self._connection = sqlite3.connect(
                file, timeout=60, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA secure_delete = ON")

    @classmethod
    def create(cls, file: Path, ledger: str) -> None:
        """
        Make an empty one.

        Raises:
            StoreUnreadable: There is something there, or it cannot be made.
        """
        if file.exists():
            raise StoreUnreadable("vault: there is a file there already; say another with ?vault=")
        if not file.parent.is_dir():
            raise StoreUnreadable(f"vault: there is no folder {file.parent}; make it first")
        made = beside(file)
        with _errors():
            try:
                os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
                connection = sqlite3.connect(made)
                connection.executescript(_TABLES)
                connection.execute("INSERT INTO of VALUES (?)", (ledger,))
                connection.commit()
                connection.close()
                settle(made, file)
            finally:
                made.unlink(missing_ok=True)

    @classmethod
    def open(cls, file: Path, ledger: str) -> "Vault":
        """
        Open the vault of *ledger*.

        Raises:
            NoLedger: There is no file.
            StoreUnreadable: It is no vault, or that of another ledger.
        """
        if not file.is_file():
            raise NoLedger(f"{file} (the vault)")
        vault = cls(file)
        with vault._transaction() as c:
            row = c.execute("SELECT ledger FROM of").fetchone()
        if row is None or row[0] != ledger:
            vault.close()
            raise StoreUnreadable("vault: it is another ledger's; say this one's with ?vault=FILE")
        return vault

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    # --- around an append ------------------------------------------------------------------------

    def expect(self, rows: Iterable[tuple[str, SealedRow]], follows: int) -> None:
        """Put in *rows*, each behind the id of its event, which is to follow that end."""
        with self._transaction() as c:
            c.executemany(
                "INSERT INTO sealed VALUES (?,?,?,?,?,?,?,?)"
                " ON CONFLICT (digest) DO UPDATE SET follows = excluded.follows"
                " WHERE event = excluded.event",
                [(*attrs.astuple(row), event, follows) for event, row in rows],
            )

    def settle(self, there: Iterable[str], gone: Iterable[str]) -> None:
        """Say which events are *there*, and which rows, by their digests, wait for nothing."""
        with self._transaction() as c:
            c.executemany("UPDATE sealed SET event = NULL WHERE event = ?", [(x,) for x in there])
            c.executemany(
                "DELETE FROM sealed WHERE digest = ? AND event IS NOT NULL", [(x,) for x in gone]
            )

    def pending(self) -> list[Pending]:
        """Return the rows that wait for their events."""
        with self._transaction() as c:
            rows = c.execute(
                "SELECT digest, event, follows FROM sealed WHERE event IS NOT NULL"
            ).fetchall()
        return [Pending(*row) for row in rows]

    # --- asking ----------------------------------------------------------------------------------

    def rows(
        self, digests: Iterable[str], is_there: Callable[[str], bool]
    ) -> Mapping[str, SealedRow]:
        """Return the rows there are, of events that are there."""
        found: dict[str, SealedRow] = {}
        wanted = list(digests)
        for begin in range(0, len(wanted), _AT_ONCE):
            some = wanted[begin : begin + _AT_ONCE]
            marks = ",".join("?" * len(some))
            with self._transaction() as c:
                rows = c.execute(
                    f"SELECT * FROM sealed WHERE digest IN ({marks})",  # noqa: S608 - only marks
                    some,
                ).fetchall()
            for *row, event, _ in rows:
                if event is None or is_there(event):
                    found[row[0]] = SealedRow(*row)
        return found

    def erase(self, digests: Iterable[str]) -> int:
        """Delete rows for good; return how many there were."""
        with self._transaction() as c:
            gone = sum(
                c.execute("DELETE FROM sealed WHERE digest = ?", (digest,)).rowcount
                for digest in set(digests)
            )
        with self._lock, _errors():  # else the value lives on in the write-ahead log
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise StoreUnreadable(
                "the values are erased, but while someone reads a copy stays in the vault's"
                " write-ahead log; erase them again when nobody does"
            )
        return gone

    def restore(self, rows: Iterable[SealedRow]) -> list[str]:
        """
        Put in *rows*, but for what is there already, the same; return the digests of the new.

        Raises:
            BadValue: Another row stands under a digest.
        """
        new = []
        with self._transaction() as c:
            for row in rows:
                there = c.execute(
                    "SELECT digest, subject, key_id, algorithm, nonce, ciphertext FROM sealed"
                    " WHERE digest = ?",
                    (row.digest,),
                ).fetchone()
                if there:
                    check_same_row(SealedRow(*there), row)
                else:
                    new.append(row.digest)
                    c.execute(
                        "INSERT INTO sealed VALUES (?,?,?,?,?,?,NULL,NULL)", attrs.astuple(row)
                    )
        return new

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        text = (isinstance(error, OSError) and error.strerror) or str(error)
        raise StoreUnreadable(f"the vault says: {text}") from None
