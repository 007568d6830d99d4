"""
What somebody does behind a ledger's back who may write anything into its store.

The tables are called alike on every store, so one statement in SQL does for both: *file*
is the ledger's file, or its address. See in_postgres/elsewhere.py.
"""

import re
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import attrs
import psycopg
from psycopg.sql import SQL, Identifier, Literal

from complaint_ledger.store_url import parse_url
from complaint_ledger_adapters import postgres_ledgers
from complaint_ledger_adapters.postgres import ADAPTER
from complaint_ledger_adapters.postgres_schema import NEVER
from complaint_ledger_adapters.postgres_server import Place, prepare
from in_postgres import elsewhere
from servers import with_options

BESIDE = (".keys", ".signing")

COLUMNS = {
    "head": ("ledgers", "position, recorded_at, appended"),
    "events": ("events", "position, stream, version, id, name, schema, recorded_at, prev, body"),
    "streams": ("streams", "stream, version, leaf, first"),
    "claims": ("claims", "claim, stream"),
    "sealed": ("sealed", "digest, subject, key_id, algorithm, nonce, ciphertext"),
    "kept": ("kept", "name, data"),
}
"""The tables as SQLite has them, in the words of PostgreSQL."""


class Impossible(Exception):
    """No table can hold that."""


def rows(file, statement, *values):
    """Return what stands in the tables."""
    with _opened(file) as (execute, _):
        return execute(statement, values).fetchall()


def columns(file, table):
    """Return the names of the columns of *table*."""
    with _opened(file) as (execute, _):
        return [column[0] for column in execute(f"SELECT * FROM {table}", ()).description]


def do(file, *statements):
    """
    Take the triggers away, as an administrator can, and do all of *statements*.

    Each is a text, or a text with values; each has to change something.

    Raises:
        Impossible: The tables cannot hold it.
    """
    told = [(each, ()) if isinstance(each, str) else each for each in statements]
    try:
        with _opened(file) as (execute, untriggered), untriggered(" ".join(t for t, _ in told)):
            for text, values in told:
                assert execute(text, values).rowcount != 0, text
    except (sqlite3.IntegrityError, psycopg.IntegrityError, psycopg.DataError) as error:
        raise Impossible from error


def bytes_of(file):
    """Return all bytes of *file*, and where it is a ledger kept elsewhere, of its rows too."""
    found = [_path(file).read_bytes()]
    if elsewhere.place_of(_path(file)):
        for table in COLUMNS:
            for row in rows(file, f"SELECT * FROM {table}"):
                found += (each if isinstance(each, bytes) else str(each).encode() for each in row)
    return b"\n".join(found)


def log_of(file):
    """Return the end of the write-ahead log, where what was recorded last stands for a while."""
    if not elsewhere.place_of(_path(file)):
        return Path(f"{_path(file)}-wal").read_bytes()
    with elsewhere.connect() as connection:
        size = "pg_size_bytes(current_setting('wal_segment_size'))"
        segments = connection.execute(
            "SELECT pg_read_binary_file('pg_wal/' || pg_walfile_name(lsn), 0, " + size + ", true)"
            " FROM (SELECT pg_current_wal_lsn() AS now) AS log,"
            " unnest(ARRAY[now - " + size + ", now]) AS lsn"
        ).fetchall()
    return b"".join(segment for (segment,) in segments if segment)  # before the first is none


def laid_down(store):
    """Return *store*, of memory, as tests keep their ledgers, whatever is wrong with its rows."""
    if not elsewhere.anywhere():
        return store
    head = store.head()
    tables = {
        "ledgers": [(f"t-{uuid4().hex}", head.position, head.recorded_at, True)],
        "events": [
            (e.position, e.stream, e.version, e.id, e.name, e.schema, e.recorded_at, e.prev, e.body)
            for e in store._events
        ],
        "streams": [attrs.astuple(each) for each in store.streams()],
        "claims": list(store.claims()),
        "sealed": [attrs.astuple(row) for row in store._sealed.values()],
        "kept": list(store.kept()),
    }
    schema = _new_schema()
    with elsewhere.connect() as connection, connection.transaction():
        _make_tables(connection, schema)
        for table, found in tables.items():
            with connection.cursor() as cursor:
                marks = ", ".join(["%s"] * (1 + len(found[0]))) if found else ""
                into = SQL(f"INSERT INTO {{}}.{{}} VALUES ({marks})")
                cursor.executemany(
                    into.format(Identifier(schema), Identifier(table)),
                    [(store.ledger, *row) for row in found],
                )
    return ADAPTER.open(_url(schema), store.clock)


def allow_ids_twice(file):
    """Take away what keeps an event id from standing twice."""
    if place := elsewhere.place_of(_path(file)):
        with elsewhere.connect() as connection, connection.transaction():
            _execute(connection, "ALTER TABLE {0}.events DROP CONSTRAINT events_id", place[0])
        return
    # A unique index stands in the way; somebody who rewrites a file makes the table anew.
    made = "SELECT sql FROM sqlite_master WHERE name = 'events'"
    ((columns,),) = rows(file, made)
    do(
        file,
        "ALTER TABLE events RENAME TO old",
        columns.replace("TEXT NOT NULL UNIQUE", "TEXT NOT NULL"),
        "INSERT INTO events SELECT * FROM old",
        "DROP TABLE old",
    )


def copy(file, to):
    """Copy the ledger in *file*, with the files beside it, to the file *to*."""
    for part in BESIDE:
        if (beside := Path(f"{file}{part}")).exists():
            shutil.copy2(beside, f"{to}{part}")
    place = elsewhere.place_of(file)
    if place is None:
        shutil.copy2(file, to)
        return
    schema = _new_schema()
    elsewhere.point(to, schema, place[1])
    with elsewhere.connect() as connection, connection.transaction():
        _make_tables(connection, schema)
        for table in NEVER:
            _execute(
                connection,
                "INSERT INTO {0}.{2} SELECT * FROM {1}.{2} WHERE ledger ="
                " (SELECT ledger FROM {1}.ledgers WHERE name = {3})",
                schema, place[0], table, Literal(place[1]),
            )  # fmt: skip


def _new_schema():
    return f"t_{uuid4().hex}"


def _url(schema):
    return parse_url(with_options(elsewhere.database(), schema=schema))


def _make_tables(connection, schema):
    postgres_ledgers.bring_up_to_date(connection, Place.of(_url(schema)))


@contextmanager
def _opened(file):
    """Give what does a statement, and what takes the triggers away meanwhile."""
    place = elsewhere.place_of(_path(file))
    if place is None:
        with closing(sqlite3.connect(_path(file))) as connection:
            yield connection.execute, lambda _: _without_triggers(connection)
            connection.commit()
        return
    with elsewhere.connect() as connection, connection.transaction():
        prepare(connection)
        _show(connection, *place)
        cursor = connection.cursor(binary=True)
        yield (
            lambda text, values: cursor.execute(_in_postgres(text), values),
            lambda text: _triggers_disabled(connection, place[0], text),
        )


def _path(file):
    return Path(str(file).removeprefix("sqlite:///"))


@contextmanager
def _without_triggers(connection):
    named = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for (trigger,) in connection.execute(named).fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    yield


@contextmanager
def _triggers_disabled(connection, schema, text):
    """Do without the triggers of the tables that *text* names; other ledgers are there too."""
    named = {COLUMNS[word][0] for word in re.findall(r"\w+", text) if word in COLUMNS}
    for table in named:
        _execute(connection, "ALTER TABLE {0}.{1} DISABLE TRIGGER ALL", schema, table)
    yield
    for table in named:
        for trigger in (f"{table}_stay", f"{table}_are_never_emptied"):
            _execute(
                connection, "ALTER TABLE {0}.{1} ENABLE ALWAYS TRIGGER {2}", schema, table, trigger
            )


def _show(connection, schema, name):
    """Show one ledger's rows alone, in tables like those of a file."""
    found = SQL("SELECT ledger FROM {}.ledgers WHERE name = %s").format(Identifier(schema))
    ((ledger,),) = connection.execute(found, (name,)).fetchall()
    for view, (table, selected) in COLUMNS.items():
        _execute(
            connection,
            f"CREATE TEMP VIEW {view} AS SELECT {selected}, ledger FROM {{0}}.{{1}}"
            " WHERE ledger = {2}",
            schema, table, Literal(ledger),
        )  # fmt: skip
        connection.execute(
            SQL("ALTER VIEW {} ALTER ledger SET DEFAULT {}").format(
                Identifier(view), Literal(ledger)
            )
        )


def _execute(connection, text, *names):
    connection.execute(
        SQL(text).format(*(n if isinstance(n, Literal) else Identifier(n) for n in names))
    )


def _in_postgres(text):
    """Return *text*, which is said for SQLite, as PostgreSQL understands it."""
    text = text.replace("%", "%%").replace("?", "%s")
    text = re.sub(
        r"CAST\((replace\()body(, .+\)) AS BLOB\)",
        r"convert_to(\1convert_from(body, 'UTF8')\2, 'UTF8')",
        text,
    )
    text = re.sub(r"x'([0-9a-f]*)'", r"'\\x\1'::bytea", text)
    return re.sub(r"recorded_at ([-+]) 1\b", r"recorded_at \1 interval '1 microsecond'", text)
