"""
A ledger in one SQLite file, on one machine.

Built on `eventsourcing`'s SQLite datastore and recorder base, with tables of
our own: its notification ids are implicit rowids, which SQLite gives out again
after a deletion, so positions come from a counter row (`head`) instead. Every
append takes the write lock first (BEGIN IMMEDIATE): a deferred transaction that
reads before it writes fails at once when another writer is quicker.

The journal is a write-ahead log (WAL): readers never wait for the writer.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from types import MappingProxyType
from typing import Any

from eventsourcing.sqlite import (
    SQLiteDatastore,
    SQLiteRecorder,
)

from complaint_ledger.errors import (
    KeptAlready,
    LedgerExists,
    NoLedger,
    PartialOverlap,
    StoreUnreadable,
    StreamMoved,
)
from complaint_ledger.evidence import entries
from complaint_ledger.ids import new_id
from complaint_ledger.settling import beside, settle
from complaint_ledger.store import (
    Appended,
    Clock,
    LedgerHead,
    RecordedEvent,
    SealedRow,
    StoreUrl,
    StreamAppend,
    StreamHead,
    check_batch,
    check_kept_name,
    next_time,
)
from complaint_ledger_adapters import sqlite_restoring
from complaint_ledger_adapters.sqlite_file import (
    APPLICATION_ID,
    FORMAT,
    TABLES,
    Datastore,
    errors,
    instant,
    microseconds,
    migrate,
)

_DIGESTS_AT_ONCE = 500


class SQLiteStore(SQLiteRecorder):
    """The ledger in one file."""

    capabilities = frozenset({"durable", "processes", "erase", "restore"})

    def __init__(self, datastore: SQLiteDatastore, clock: Clock) -> None:
        super().__init__(datastore)
        self.clock = clock
        self.ledger = ""

    def construct_create_table_statements(self) -> list[str]:
        return [*super().construct_create_table_statements(), *TABLES]

    # --- appending -------------------------------------------------------------------------------

    def append(self, batch: Sequence[StreamAppend], *, accept_clock: bool = False) -> Appended:
        check_batch(batch)
        if not batch:
            return Appended(0, 0, None)
        with errors(), self.datastore.transaction(commit=True) as c:
            execute = c.sqlite_cursor.execute
            versions = {part.stream: self._stream_head(execute, part.stream) for part in batch}
            known = [self._already_there(execute, part, versions[part.stream][0]) for part in batch]
            if all(known):
                return self._acknowledge_again(execute, batch)
            if any(known):
                raise PartialOverlap(batch[known.index(False)].stream)
            for part in batch:
                sqlite_restoring.claim(execute, dict.fromkeys(part.claims, part.stream))
            position, last = execute("SELECT position, recorded_at FROM head").fetchone()
            now = next_time(
                self.clock(), instant(last) if last else None, accept_clock=accept_clock
            )
            first = position + 1
            rows: list[tuple[Any, ...]] = []
            sealed: list[tuple[Any, ...]] = []
            heads: list[tuple[Any, ...]] = []
            stamp = microseconds(now)
            for part in batch:
                version, leaf, began = versions[part.stream]
                began = began or position + 1
                for event in part.events:
                    position += 1
                    version += 1
                    text = entries.entry(
                        ledger=self.ledger,
                        position=position,
                        stream=part.stream,
                        version=version,
                        name=event.name,
                        schema=event.schema,
                        recorded_at=now,
                        prev=leaf,
                        body=event.body,
                    )
                    rows.append((position, part.stream, version, event.id, event.name,
                                 event.schema, stamp, leaf, event.body))  # fmt: skip
                    leaf = entries.leaf(text)
                    sealed += [
                        (s.digest, s.subject, s.key_id, s.algorithm, s.nonce, s.ciphertext)
                        for s in event.sealed
                    ]
                heads.append((part.stream, version, leaf, began))
            many = c.sqlite_cursor.executemany
            try:
                many("INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?)", rows)
            except sqlite3.IntegrityError:
                raise sqlite_restoring.taken(execute, rows) from None
            many("INSERT OR REPLACE INTO streams VALUES (?,?,?,?)", heads)
            if sealed:
                sealed.sort()  # by digest, as their index is
                many("INSERT INTO sealed VALUES (?,?,?,?,?,?)", sealed)
            execute(
                "UPDATE head SET position = ?, recorded_at = ?, appended = 1", (position, stamp)
            )
        return Appended(first, position, now)

    @staticmethod
    def _stream_head(execute: Any, stream: str) -> tuple[int, bytes | None, int]:
        row = execute(
            "SELECT version, leaf, first FROM streams WHERE stream = ?", (stream,)
        ).fetchone()
        return row or (0, None, 0)

    @staticmethod
    def _already_there(execute: Any, part: StreamAppend, version: int) -> bool:
        """Return whether all of *part* is stored; raise unless all or nothing is."""
        if version == part.expected_version:
            return False
        stored = [
            row[0]
            for row in execute(
                "SELECT id FROM events WHERE stream = ? AND version > ? ORDER BY version LIMIT ?",
                (part.stream, part.expected_version, len(part.events)),
            )
        ]
        same = [a == b.id for a, b in zip(stored, part.events, strict=False)]
        if len(same) == len(part.events) and all(same):
            return True
        if any(same):
            raise PartialOverlap(part.stream)
        raise StreamMoved(part.stream, part.expected_version, version)

    @staticmethod
    def _acknowledge_again(execute: Any, batch: Sequence[StreamAppend]) -> Appended:
        places = [
            execute("SELECT position, recorded_at FROM events WHERE id = ?", (e.id,)).fetchone()
            for part in batch
            for e in part.events
        ]
        return Appended(min(places)[0], max(places)[0], instant(places[0][1]), already_there=True)

    # --- reading ---------------------------------------------------------------------------------

    def read(
        self, stream: str, *, after: int = 0, upto: int | None = None
    ) -> Sequence[RecordedEvent]:
        return self._select(
            "SELECT * FROM events WHERE stream = ? AND version > ? AND version <= ?"
            " ORDER BY version",
            (stream, after, 2**62 if upto is None else upto),
        )

    def tail(self, *, after: int = 0, limit: int = 1000) -> Sequence[RecordedEvent]:
        return self._select(
            "SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?", (after, limit)
        )

    def _select(self, statement: str, values: tuple[Any, ...]) -> list[RecordedEvent]:
        with self._reading() as execute:
            return [
                RecordedEvent(p, s, v, i, n, m, instant(r), prev, body)
                for p, s, v, i, n, m, r, prev, body in execute(statement, values)
            ]

    def head(self) -> LedgerHead:
        with self._reading() as execute:
            position, last = execute("SELECT position, recorded_at FROM head").fetchone()
        return LedgerHead(position, instant(last) if last is not None else None)

    def streams(self) -> Iterator[StreamHead]:
        rows = self._paged("SELECT * FROM streams WHERE stream > ? ORDER BY stream LIMIT 1000")
        yield from (StreamHead(*row) for row in rows)

    def claims(self) -> Iterator[tuple[str, str]]:
        yield from self._paged("SELECT * FROM claims WHERE claim > ? ORDER BY claim LIMIT 1000")

    def kept(self, prefix: str = "", *, after: str = "") -> Iterator[tuple[str, bytes]]:
        yield from self._paged(
            "SELECT * FROM kept WHERE name > ? AND name >= ? AND name < ? ORDER BY name LIMIT 200",
            (prefix, f"{prefix}\x7f"),  # a name holds nothing past z
            after,
        )

    def _paged(
        self, statement: str, values: tuple[Any, ...] = (), after: str = ""
    ) -> Iterator[Any]:
        """Yield rows whose first column follows *after*; no page holds a reader's lock."""
        while True:
            with self._reading() as execute:
                page = execute(statement, (after, *values)).fetchall()
            if not page:
                return
            yield from page
            after = page[-1][0]

    def claimed_by(self, claim: str) -> str | None:
        with self._reading() as execute:
            row = execute("SELECT stream FROM claims WHERE claim = ?", (claim,)).fetchone()
        return row[0] if row else None

    def sealed(self, digests: Iterable[str]) -> Mapping[str, SealedRow]:
        found: dict[str, SealedRow] = {}
        rest = iter(digests)
        with self._reading() as execute:
            while some := list(islice(rest, _DIGESTS_AT_ONCE)):
                marks = ",".join("?" * len(some))
                statement = f"SELECT * FROM sealed WHERE digest IN ({marks})"  # noqa: S608 - only marks
                rows = execute(statement, some)
                found |= {row[0]: SealedRow(*row) for row in rows}
        return found

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        with errors(), self.datastore.get_connection(commit=False) as connection:
            cursor = connection.cursor().sqlite_cursor
            try:
                yield cursor.execute
            finally:
                cursor.close()

    # --- keeping, erasing, restoring, closing ----------------------------------------------------

    def keep(self, name: str, data: bytes) -> None:
        with errors(), self.datastore.transaction(commit=True) as c:
            _keep(c.sqlite_cursor.execute, name, data)

    def erase_sealed(self, digests: Iterable[str]) -> int:
        with errors():
            with self.datastore.transaction(commit=True) as c:
                gone = 0
                for digest in set(digests):
                    c.sqlite_cursor.execute("DELETE FROM sealed WHERE digest = ?", (digest,))
                    gone += c.sqlite_cursor.rowcount
            with self._reading() as execute:  # else the value lives on in the write-ahead log
                busy = execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise StoreUnreadable(
                "the values are erased, but while someone reads a copy stays in the write-ahead"
                " log; erase them again when nobody does"
            )
        return gone

    def restore(
        self,
        events: Iterable[RecordedEvent],
        sealed: Iterable[SealedRow],
        claims: Mapping[str, str],
        kept: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        with errors(), self.datastore.transaction(commit=True) as c:
            cursor = c.sqlite_cursor
            if cursor.execute("SELECT appended FROM head").fetchone()[0]:
                raise LedgerExists("this store")
            sqlite_restoring.restore_events(cursor, self.ledger, events)
            sqlite_restoring.restore_sealed(cursor, sealed)
            sqlite_restoring.claim(cursor.execute, claims)
            for name, data in kept.items():
                _keep(cursor.execute, name, data)

    def close(self) -> None:
        self.datastore.close()


class SQLiteAdapter:
    """Opens `sqlite:///council.db`, or a bare path."""

    capabilities = SQLiteStore.capabilities

    def create(self, url: StoreUrl, ledger: str, clock: Clock) -> SQLiteStore:
        file = _file(url)
        if file.exists():
            raise LedgerExists(url.text)
        if not file.parent.is_dir():
            raise StoreUnreadable(f"there is no folder {file.parent}; make it first")
        made = beside(file)
        with errors():
            try:
                made.touch(mode=0o600, exist_ok=False)
                with closing(SQLiteStore(Datastore(made, "rw"), clock)) as store:
                    store.create_table()
                    with store.datastore.transaction(commit=True) as c:
                        c.execute("INSERT INTO head VALUES (1, ?, ?, 0, NULL, 0)", (ledger, FORMAT))
                        c.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                settle(made, file)  # whole, or not there
            except FileExistsError:  # someone made it in between
                raise LedgerExists(url.text) from None
            finally:
                made.unlink(missing_ok=True)
        return self.open(url, clock)

    def open(self, url: StoreUrl, clock: Clock) -> SQLiteStore:
        file = _file(url)
        if not file.exists():
            raise NoLedger(url.text)
        if not file.is_file():
            raise StoreUnreadable(f"{url.text} is a folder, not a ledger")
        _check_magic(file, url)
        try:
            store = SQLiteStore(Datastore(file, "rw"), clock)
            with store._reading() as execute:  # noqa: SLF001 - its own module
                row = execute("SELECT ledger, format FROM head").fetchone()
        except StoreUnreadable as error:
            if "no such table" in str(error):
                raise StoreUnreadable(f"{url.text} is a database, but no ledger") from None
            raise
        if row is None:
            raise NoLedger(url.text)
        if row[1] == 1:
            with errors():
                migrate(store.datastore)
        elif row[1] != FORMAT:
            store.close()
            raise StoreUnreadable(
                f"{url.text} has store format {row[1]}; this version reads format {FORMAT}."
                " Use the version that wrote it, or a later one"
            )
        store.ledger = row[0]
        return store

    @contextmanager
    def scratch(self, url: StoreUrl) -> Iterator[Callable[[], str]]:
        place = _file(url)
        folder = place if url.path.endswith("/") or place.is_dir() else place.parent
        if not folder.is_dir():
            raise StoreUnreadable(f"there is no folder {folder}; make it first")
        with errors():
            made = mkdtemp(prefix=".ledger-check-", dir=folder)
        try:
            yield lambda: f"{made}/{new_id()}.db"
        finally:
            rmtree(made)


def _keep(execute: Any, name: str, data: bytes) -> None:
    check_kept_name(name)
    there = execute("SELECT data FROM kept WHERE name = ?", (name,)).fetchone()
    if there is None:
        execute("INSERT INTO kept VALUES (?,?)", (name, data))
    elif there[0] != data:
        raise KeptAlready(name)


def _file(url: StoreUrl) -> Path:
    if not url.path:
        raise StoreUnreadable("an SQLite ledger needs a file: sqlite:///council.db")
    return Path(url.path)


def _check_magic(file: Path, url: StoreUrl) -> None:
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise StoreUnreadable(f"{url.text} cannot be read: {error.strerror}") from None
    if start != b"SQLite format 3\0":
        raise StoreUnreadable(f"{url.text} is not an SQLite database")


ADAPTER = SQLiteAdapter()
