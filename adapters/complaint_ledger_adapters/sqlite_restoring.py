"""How rows get into the file of an SQLite ledger from a backup, and what speaks against them."""

import sqlite3
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from complaint_ledger.errors import ClaimTaken, EventIdTaken, StoreError, StoreUnreadable
from complaint_ledger.restoring import Continuation, check_same_row
from complaint_ledger.store import LedgerHead, RecordedEvent, SealedRow, StreamHead
from complaint_ledger_adapters.sqlite_file import instant, microseconds

ROWS_AT_ONCE = 1000

Row = tuple[Any, ...]


def restore_events(cursor: sqlite3.Cursor, ledger: str, events: Iterable[RecordedEvent]) -> None:
    """Insert *events* where the ledger ends, and move its end on."""
    execute, many = cursor.execute, cursor.executemany

    def stream_head(stream: str) -> StreamHead | None:
        row = execute("SELECT * FROM streams WHERE stream = ?", (stream,)).fetchone()
        return StreamHead(*row) if row else None

    position, stamp = execute("SELECT position, recorded_at FROM head").fetchone()
    last = LedgerHead(position, None if stamp is None else instant(stamp))
    continuation = Continuation(ledger, last, stream_head)
    rest = iter(events)
    while page := list(islice(rest, ROWS_AT_ONCE)):
        for event in page:
            continuation.take(event)
        rows = [_event_row(event) for event in page]
        try:
            many("INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?)", rows)
        except sqlite3.IntegrityError:
            raise taken(execute, rows) from None
    heads = continuation.heads.values()
    many(
        "INSERT OR REPLACE INTO streams VALUES (?,?,?,?)",
        [(head.stream, head.version, head.leaf, head.first) for head in heads],
    )
    if continuation.head.recorded_at is not None:
        execute(
            "UPDATE head SET position = ?, recorded_at = ?",
            (continuation.head.position, microseconds(continuation.head.recorded_at)),
        )


def _event_row(e: RecordedEvent) -> Row:
    stamp = microseconds(e.recorded_at)
    return (e.position, e.stream, e.version, e.id, e.name, e.schema, stamp, e.prev, e.body)


def taken(execute: Any, rows: list[Row]) -> StoreError:
    """Say which of *rows* of events could not be inserted."""
    for row in rows:
        there = execute("SELECT position FROM events WHERE id = ?", (row[3],)).fetchone()
        if there and there[0] != row[0]:  # else it was inserted just now
            return EventIdTaken(row[3])
    return StoreUnreadable(
        "the store's counter and its events disagree: rows were changed behind its back."
        " Nothing was recorded; restore a backup"
    )


def restore_sealed(cursor: sqlite3.Cursor, sealed: Iterable[SealedRow]) -> None:
    """Insert *sealed*, but for what is there already, the same."""
    for row in sealed:
        there = cursor.execute("SELECT * FROM sealed WHERE digest = ?", (row.digest,)).fetchone()
        if there:
            check_same_row(SealedRow(*there), row)
        else:
            cursor.execute("INSERT INTO sealed VALUES (?,?,?,?,?,?)", sealed_row(row))


def sealed_row(s: SealedRow) -> Row:
    """Return *s* as the table holds it."""
    return (s.digest, s.subject, s.key_id, s.algorithm, s.nonce, s.ciphertext)


def claim(execute: Any, claims: Mapping[str, str]) -> None:
    """
    Insert *claims*, each with its stream, but for what is there already, the same.

    Raises:
        ClaimTaken: Another stream holds one.
    """
    for wanted, stream in claims.items():
        row = execute("SELECT stream FROM claims WHERE claim = ?", (wanted,)).fetchone()
        if row is None:
            execute("INSERT INTO claims VALUES (?,?)", (wanted, stream))
        elif row[0] != stream:
            raise ClaimTaken(wanted)
