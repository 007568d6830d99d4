"""How rows get into a PostgreSQL ledger from a backup, and what speaks against them."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from complaint_ledger.errors import ClaimTaken, KeptAlready, LedgerExists, NoLedger
from complaint_ledger.restoring import Continuation, check_same_row
from complaint_ledger.store import (
    LedgerHead,
    RecordedEvent,
    SealedRow,
    StreamHead,
    check_kept_name,
)
from complaint_ledger_adapters.postgres_ledgers import statement
from complaint_ledger_adapters.postgres_refusals import objections
from complaint_ledger_adapters.postgres_server import Connection

ROWS_AT_ONCE: Final = 1000

Row = tuple[Any, ...]


class Restoring:
    """Puts what a backup holds into *ledger*, in the transaction that *connection* is in."""

    def __init__(self, connection: Connection, schema: str, ledger: str) -> None:
        self._cursor = connection.cursor(binary=True)
        self._schema = schema
        self._ledger = ledger

    def _rows(self, text: str, *values: object) -> list[Row]:
        asked = statement(text, self._schema)
        return self._cursor.execute(asked, (self._ledger, *values)).fetchall()

    def _put(self, text: str, rows: Iterable[Row]) -> None:
        marked = [(self._ledger, *row) for row in rows]
        self._cursor.executemany(statement(text, self._schema), marked)

    def events(self, events: Iterable[RecordedEvent]) -> None:
        """
        Insert *events* where the ledger ends, and move its end on.

        Raises:
            LedgerExists: Something was appended to it.
            BadValue: An event does not follow.
            EventIdTaken: An event id stands in another place.
        """
        ends = self._rows(
            "SELECT position, recorded_at, appended FROM {schema}.ledgers"
            " WHERE ledger = %s FOR UPDATE"
        )
        if not ends:
            raise NoLedger(self._ledger)
        position, recorded_at, appended = ends[0]
        if appended:
            raise LedgerExists("this store")
        there: dict[str, StreamHead] = {}
        continuation = Continuation(self._ledger, LedgerHead(position, recorded_at), there.get)
        rest = iter(events)
        while page := list(islice(rest, ROWS_AT_ONCE)):
            there.update(self._heads({event.stream for event in page} - continuation.heads.keys()))
            for event in page:
                continuation.take(event)
            self._insert(page)
        heads = continuation.heads.values()
        self._put(
            "INSERT INTO {schema}.streams AS s VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (ledger, stream) DO UPDATE"
            " SET version = excluded.version, leaf = excluded.leaf",
            [(head.stream, head.version, head.leaf, head.first) for head in heads],
        )
        self._cursor.execute(
            statement(
                "UPDATE {schema}.ledgers SET position = %s, recorded_at = %s WHERE ledger = %s",
                self._schema,
            ),
            (continuation.head.position, continuation.head.recorded_at, self._ledger),
        )

    def _heads(self, streams: set[str]) -> dict[str, StreamHead]:
        rows = self._rows(
            "SELECT stream, version, leaf, first FROM {schema}.streams"
            " WHERE ledger = %s AND stream = ANY (%s::uuid[])",
            [stream for stream in streams if len(stream) == 32],
        )
        return {row[0]: StreamHead(*row) for row in rows}

    def _insert(self, page: Sequence[RecordedEvent]) -> None:
        into = statement(
            "COPY {schema}.events (ledger, position, stream, version, id, name, schema,"
            " recorded_at, prev, body) FROM STDIN",
            self._schema,
        )
        with objections(self._ledger), self._cursor.copy(into) as copy:
            for e in page:
                copy.write_row((self._ledger, e.position, e.stream, e.version, e.id, e.name,
                                e.schema, e.recorded_at, e.prev, e.body))  # fmt: skip

    def sealed(self, rows: Iterable[SealedRow]) -> None:
        """
        Insert *rows*, but for what is there already, the same.

        Raises:
            BadValue: Another row stands under a digest.
        """
        rest = iter(rows)
        while page := list(islice(rest, ROWS_AT_ONCE)):
            held = self._rows(
                "SELECT digest, subject, key_id, algorithm, nonce, ciphertext"
                " FROM {schema}.sealed WHERE ledger = %s AND digest = ANY (%s)",
                [row.digest for row in page],
            )
            there = {row[0]: SealedRow(*row) for row in held}
            new: dict[str, SealedRow] = {}
            for row in page:
                check_same_row(there.get(row.digest) or new.setdefault(row.digest, row), row)
            self._put(
                "INSERT INTO {schema}.sealed VALUES (%s, %s, %s, %s, %s, %b, %b)",
                [(s.digest, s.subject, s.key_id, s.algorithm, s.nonce, s.ciphertext)
                 for s in new.values()],
            )  # fmt: skip

    def claims(self, claims: Mapping[str, str]) -> None:
        """
        Insert *claims*, each with its stream, but for what is there already, the same.

        Raises:
            ClaimTaken: Another stream holds one.
        """
        there: dict[str, Any] = dict(
            self._rows(
                "SELECT claim, stream FROM {schema}.claims WHERE ledger = %s AND claim = ANY (%s)",
                list(claims),
            )
        )
        for claim, stream in claims.items():
            if there.get(claim, stream) != stream:
                raise ClaimTaken(claim)
        new = [(claim, stream) for claim, stream in claims.items() if claim not in there]
        self._put("INSERT INTO {schema}.claims VALUES (%s, %s, %s)", new)

    def kept(self, kept: Mapping[str, bytes]) -> None:
        """
        Keep *kept*, but for what is there already, the same.

        Raises:
            KeptAlready: Other data is kept under a name.
            BadValue: A name is none.
        """
        for name in kept:
            check_kept_name(name)
        there: dict[str, Any] = dict(
            self._rows(
                "SELECT name, data FROM {schema}.kept WHERE ledger = %s AND name = ANY (%s)",
                list(kept),
            )
        )
        for name, data in kept.items():
            if there.get(name, data) != data:
                raise KeptAlready(name)
        new = [(name, data) for name, data in kept.items() if name not in there]
        self._put("INSERT INTO {schema}.kept VALUES (%s, %s, %b)", new)
