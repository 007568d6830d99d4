"""The ledgers of one schema: making the tables, bringing them up to date, finding a ledger."""

import re
from functools import lru_cache
from typing import Final

import attrs
import psycopg
from psycopg.sql import SQL, Identifier, Literal

from complaint_ledger.errors import BadValue, LedgerExists, NoLedger, StoreUnreadable
from complaint_ledger.evidence import entries
from complaint_ledger.store import BACKWARD, FORWARD
from complaint_ledger_adapters.postgres_schema import FUNCTIONS, TABLES, TRIGGERS
from complaint_ledger_adapters.postgres_server import Connection, Place, explained

STEPS: Final = ((*TABLES, *TRIGGERS),)
"""What brings a schema from one format to the next; the last one is today's."""

NOTHING_YET: Final = (
    "CREATE SCHEMA IF NOT EXISTS {schema}",
    """
    CREATE TABLE {schema}.format (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        format integer NOT NULL
    )
    """,
    "INSERT INTO {schema}.format (format) VALUES (0)",
)

CHANNEL: Final = "complaint_ledger_"
NAMED_AT_MOST: Final = 20
TRIES: Final = 5

_NAME = re.compile(r"(?=.{1,60}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
_ID = re.compile(r"[0-9a-f]{32}")


@attrs.frozen
class Found:
    """
    A ledger that is there.

    Attributes:
        id: Its id, 32 hex digits.
        on_disk: The server waits for its disk, so that what it acknowledged stays.
    """

    id: str
    on_disk: bool


@lru_cache(maxsize=256)  # putting one together takes a tenth of the time of a short read
def statement(text: str, schema: str) -> bytes:
    """Return *text*, which is ours, for *schema*."""
    composed = SQL(text).format(
        schema=Identifier(schema),
        backward=Literal(int(BACKWARD.total_seconds())),
        forward=Literal(int(FORWARD.total_seconds())),
        header=Literal(entries.HEADER),
        instant=Literal('YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        channel=Literal(CHANNEL),
    )
    return composed.as_bytes(None)


def make(connection: Connection, place: Place, ledger: str) -> None:
    """
    Make an empty ledger at *place*, and the tables where there are none.

    Raises:
        LedgerExists: There is one already under that name, or any where no name is given.
        BadValue: The name is none.
        psycopg.Error: What the server says against it.
    """
    name = place.ledger or ledger
    if _NAME.fullmatch(name) is None or (_ID.fullmatch(name) and name != ledger):
        raise BadValue("ledger", "its name is up to 60 of a-z and 0-9, with single - between them")
    for attempt in range(TRIES):
        try:
            bring_up_to_date(connection, place)
            break
        except (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject,
                psycopg.errors.DuplicateTable, psycopg.errors.DuplicateFunction):  # fmt: skip
            if attempt == TRIES - 1:  # else another was quicker to make the same
                raise
    with connection.transaction():
        # Nobody else makes one at the same time.
        connection.execute(statement("SELECT one FROM {schema}.format FOR UPDATE", place.schema))
        if place.ledger is None and _ledgers(connection, place):
            raise LedgerExists(f"{place.shown} (name another with ?ledger=NAME)")
        insert = (
            "INSERT INTO {schema}.ledgers (ledger, name) VALUES (%s, %s) ON CONFLICT DO NOTHING"
        )
        if not connection.execute(statement(insert, place.schema), (ledger, name)).rowcount:
            raise LedgerExists(place.shown)


def bring_up_to_date(connection: Connection, place: Place) -> None:
    """
    Make the tables, or turn those of an earlier format into today's: whole or not at all.

    Raises:
        StoreUnreadable: They are of a later format.
        psycopg.Error: What the server says against it.
    """
    there = _format(connection, place)
    if there == len(STEPS):
        return
    if there is not None and there > len(STEPS):
        raise _later(place, there)
    with connection.transaction():
        if there is None:
            for each in NOTHING_YET:
                connection.execute(statement(each, place.schema))
        row = connection.execute(
            statement("SELECT format FROM {schema}.format FOR UPDATE", place.schema)
        ).fetchone()
        done = row[0] if row else 0
        for each in (*(s for step in STEPS[done:] for s in step), *FUNCTIONS):
            connection.execute(statement(each, place.schema))
        connection.execute(
            statement("UPDATE {schema}.format SET format = %s", place.schema), (len(STEPS),)
        )


def find(connection: Connection, place: Place) -> Found:
    """
    Return the ledger at *place*.

    Raises:
        NoLedger: There is none, or none of that name.
        BadValue: There are several, and none is named; the message names them.
        StoreUnreadable: The tables are of another format.
    """
    there = _format(connection, place)
    if there is None:
        raise NoLedger(place.shown)
    if there > len(STEPS):
        raise _later(place, there)
    if there < len(STEPS):
        try:
            bring_up_to_date(connection, place)
        except psycopg.errors.InsufficientPrivilege:
            raise StoreUnreadable(
                f"{place.shown} has store format {there}, and only the owner of its tables may"
                f" bring it to format {len(STEPS)}: open it once as the owner"
            ) from None
        except psycopg.Error as error:
            raise explained(error) from None
    ledgers = _ledgers(connection, place)
    if place.ledger is not None:
        ledgers = {k: v for k, v in ledgers.items() if place.ledger in {k, v}}
    if not ledgers:
        raise NoLedger(place.shown)
    if len(ledgers) > 1:
        names = sorted(ledgers.values())
        more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
        raise BadValue(
            "ledger",
            f"there are {len(names)} in schema {place.schema} of this database:"
            f" {', '.join(names[:NAMED_AT_MOST])}{more}; say which with ?ledger=NAME",
        )
    row = connection.execute("SELECT current_setting('fsync') = 'on'").fetchone()
    return Found(next(iter(ledgers)), on_disk=bool(row and row[0]))


def _ledgers(connection: Connection, place: Place) -> dict[str, str]:
    cursor = connection.cursor(binary=True)
    found = cursor.execute(statement("SELECT ledger, name FROM {schema}.ledgers", place.schema))
    return dict(found.fetchall())


def _format(connection: Connection, place: Place) -> int | None:
    """Return the format of the tables that are there; None where there are none."""
    there = connection.execute(
        "SELECT to_regclass(%s) IS NOT NULL", (f"{place.schema}.format",)
    ).fetchone()
    if not (there and there[0]):
        return None
    row = connection.execute(statement("SELECT format FROM {schema}.format", place.schema))
    found = row.fetchone()
    return int(found[0]) if found else None


def _later(place: Place, there: int) -> StoreUnreadable:
    return StoreUnreadable(
        f"{place.shown} has store format {there}; this version reads format {len(STEPS)}."
        " Use the version that wrote it, or a later one"
    )
