"""
The vault of a UmaDB ledger: sealed rows in an SQLite file, since they must be deletable.

The two stores have no common transaction. So rows are written here first, *pending*, with
the attempt to append that they belong to and the mark after which it was to append; then
the events go to UmaDB; then the rows are pending no more. What breaks off in between is
settled by whoever looks next, from what can never change again: once there is a mark past
the one that the attempt was conditioned on, the first such mark is the attempt's own, and
its rows stand; or it is another's, and the attempt can never land, so that its rows go.
While there is none the attempt may be alive, and its rows are neither given out nor
deleted. A writer that tries again writes its rows again with the new mark, and to delete
them somebody must have seen that very mark.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final

import attrs

from complaint_ledger.errors import LedgerExists, StoreUnreadable
from complaint_ledger.settling import beside, settle
from complaint_ledger.store import SealedRow
from complaint_ledger_adapters.sqlite_file import Datastore, errors

FORMAT: Final = 1
APPLICATION_ID: Final = 0x434C4756  # "CLGV"
_DIGESTS_AT_ONCE: Final = 500
_ROW: Final = "digest, subject, key_id, algorithm, nonce, ciphertext"

TABLES: Final = (
    "CREATE TABLE vault (one INTEGER PRIMARY KEY CHECK (one = 1), ledger TEXT, format INTEGER)",
    """
    CREATE TABLE sealed (
        digest TEXT NOT NULL,
        subject TEXT NOT NULL,
        key_id TEXT NOT NULL,
        algorithm TEXT NOT NULL,
        nonce BLOB NOT NULL,
        ciphertext BLOB NOT NULL,
        attempt TEXT, -- NULL once their event is there
        after INTEGER -- the mark that the attempt was conditioned on
    )
    """,
    "CREATE INDEX sealed_digest ON sealed (digest)",
    "CREATE INDEX sealed_attempt ON sealed (attempt) WHERE attempt IS NOT NULL",
)


@attrs.frozen
class Pending:
    """An attempt to append whose rows are here, and the mark that it was conditioned on."""

    attempt: str
    after: int


class Vault:
    """The sealed rows of one ledger."""

    def __init__(self, datastore: Datastore) -> None:
        self._datastore = datastore

    @classmethod
    def make(cls, file: Path, ledger: str) -> None:
        """
        Make an empty vault for *ledger*, which its owner alone may read (0600).

        Raises:
            LedgerExists: There is such a file.
            StoreUnreadable: It cannot be made there.
        """
        if file.exists():
            raise LedgerExists(str(file))
        if not file.parent.is_dir():
            raise StoreUnreadable(f"there is no folder {file.parent} for the vault; make it first")
        made = beside(file)
        with errors():
            try:
                made.touch(mode=0o600, exist_ok=False)
                with closing(Datastore(made, "rw")) as store, store.transaction(commit=True) as c:
                    for statement in TABLES:
                        c.execute(statement)
                    c.execute("INSERT INTO vault VALUES (1, ?, ?)", (ledger, FORMAT))
                    c.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                settle(made, file)
            except FileExistsError:
                raise LedgerExists(str(file)) from None
            finally:
                made.unlink(missing_ok=True)

    @classmethod
    def open(cls, file: Path, ledger: str) -> "Vault":
        """
        Open the vault of *ledger*.

        Raises:
            StoreUnreadable: It is not there, that of another ledger, or none.
        """
        if not file.is_file():
            raise StoreUnreadable(
                f"there is no vault {file}, and without it no personal value of this ledger can"
                " be read; mend ?vault=FILE, or restore the file from a backup"
            )
        datastore = Datastore(file, "rw")
        try:
            with errors(), datastore.transaction(commit=False) as c:
                row = c.sqlite_cursor.execute("SELECT ledger, format FROM vault").fetchone()
        except StoreUnreadable as error:
            datastore.close()
            if "no such table" in str(error):
                raise StoreUnreadable(f"{file} is a database, but no vault") from None
            raise
        if row != (ledger, FORMAT):
            datastore.close()
            ours = row is not None and row[0] == ledger
            why = "has a later format" if ours else "is the vault of another ledger"
            raise StoreUnreadable(f"{file} {why}; mend ?vault=FILE")
        return cls(datastore)

    def close(self) -> None:
        """Let go of the file."""
        self._datastore.close()

    def _write(self, *statements: tuple[str, Sequence[Any]]) -> int:
        with errors(), self._datastore.transaction(commit=True) as c:
            changed = 0
            for statement, values in statements:
                c.sqlite_cursor.execute(statement, values)
                changed += c.sqlite_cursor.rowcount
            return changed

    def put(self, pending: Pending, rows: Iterable[SealedRow]) -> None:
        """Write *rows*, pending; what the same attempt wrote before goes."""
        insert = f"INSERT INTO sealed ({_ROW}, attempt, after) VALUES (?,?,?,?,?,?,?,?)"  # noqa: S608
        self._write(
            ("DELETE FROM sealed WHERE attempt = ?", (pending.attempt,)),
            *(
                (insert, (r.digest, r.subject, r.key_id, r.algorithm, r.nonce, r.ciphertext,
                          pending.attempt, pending.after))
                for r in rows
            ),
        )  # fmt: skip

    def stands(self, attempt: str) -> None:
        """Say that the events of *attempt* are there, and so are its rows from now on."""
        self._write(
            ("UPDATE sealed SET attempt = NULL, after = NULL WHERE attempt = ?", (attempt,))
        )

    def drop(self, pending: Pending) -> None:
        """Delete the rows of an attempt that can never land; not if it has gone on since."""
        self._write(
            (
                "DELETE FROM sealed WHERE attempt = ? AND after = ?",
                (pending.attempt, pending.after),
            )
        )

    def pending(self) -> list[Pending]:
        """Return the attempts whose rows are pending."""
        with errors(), self._datastore.transaction(commit=False) as c:
            rows = c.sqlite_cursor.execute(
                "SELECT DISTINCT attempt, after FROM sealed WHERE attempt IS NOT NULL"
            ).fetchall()
        return [Pending(*row) for row in rows]

    def look(self, digests: Iterable[str]) -> tuple[dict[str, SealedRow], set[Pending]]:
        """Return the rows that stand for *digests*, and the attempts with pending rows for them."""
        found: dict[str, SealedRow] = {}
        pending: set[Pending] = set()
        rest = iter(digests)
        with errors(), self._datastore.transaction(commit=False) as c:
            while some := list(islice(rest, _DIGESTS_AT_ONCE)):
                marks = ",".join("?" * len(some))
                for *row, attempt, after in c.sqlite_cursor.execute(
                    f"SELECT {_ROW}, attempt, after FROM sealed"  # noqa: S608 - only marks
                    f" WHERE digest IN ({marks}) ORDER BY rowid",
                    some,
                ):
                    if attempt is None:
                        found.setdefault(row[0], SealedRow(*row))
                    else:
                        pending.add(Pending(attempt, after))
        return found, pending

    def erase(self, digests: Collection[str]) -> int:
        """
        Delete the rows that stand for *digests* for good; return how many there were.

        Raises:
            StoreUnreadable: They are deleted, and a copy stays while somebody reads.
        """
        gone = self._write(
            *(
                ("DELETE FROM sealed WHERE digest = ? AND attempt IS NULL", (digest,))
                for digest in digests
            )
        )
        with errors(), self._datastore.get_connection(commit=False) as connection:
            cursor = connection.cursor().sqlite_cursor
            try:  # else the value lives on in the write-ahead log
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                cursor.close()
        if busy:
            raise StoreUnreadable(
                "the values are erased, but while someone reads a copy stays in the vault's"
                " write-ahead log; erase them again when nobody does"
            )
        return gone
