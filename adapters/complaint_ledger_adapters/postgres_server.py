"""
The server of a PostgreSQL ledger: its address, connections that keep their word, and
what it says, in our words.

Acknowledged means on the server's disk. A connection that breaks is replaced, and what
was asked is asked again: an append that was stored already is recognised by its ids.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import attrs
import psycopg
from eventsourcing.persistence import OperationalError, PersistenceError
from eventsourcing.postgres import PostgresDatastore
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

from complaint_ledger.errors import StoreError, StoreUnreadable
from complaint_ledger.postgresql import conninfo, schema_of
from complaint_ledger.store import StoreUrl

PATIENCE = 30.0  # seconds for which a server that went away is waited for
LOCK_TIMEOUT: Final = 60  # seconds a writer waits for another
POOL_TIMEOUT: Final = 1  # second, after which a connection is made beside the pool
CONNECTIONS: Final = 10  # at most, of one store
SCHEMA: Final = "complaint_ledger"
LOST_EVENTS: Final = "POSTGRES_ENABLE_DB_FUNCTIONS"

OURS: Final = ("ledger", "schema", "keys", "signing-key")
"""Options of the address that are not the server's."""

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)

Connection = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")


@attrs.frozen
class Place:
    """
    Where on which server.

    Attributes:
        shown: The address, without a password.
        conninfo: How to connect; holds the password, if there is one.
        schema: The schema that the tables are in.
        ledger: The name or the id of the ledger, where the address says it.
    """

    shown: str
    conninfo: str = attrs.field(repr=False)
    schema: str
    ledger: str | None

    @classmethod
    def of(cls, url: StoreUrl) -> "Place":
        """
        Return where *url* points.

        Raises:
            BadValue: The schema's name is none, or an option is not known.
        """
        how = conninfo(url, field="ledger", ours=OURS, application="complaint-ledger")
        return cls(url.text, how, schema_of(url, SCHEMA), url.options.get("ledger"))

    def connect(self) -> Connection:
        """
        Return a connection of its own, to be closed.

        Raises:
            StoreUnreadable: There is none to be had.
        """
        try:
            return self.connected()
        except psycopg.Error as error:
            raise explained(error, sent=False) from None

    def connected(self) -> Connection:
        """Return what `connect` does; what goes wrong is said by psycopg."""
        connection = psycopg.connect(self.conninfo, autocommit=True)
        try:
            prepare(connection)
        except psycopg.Error:
            connection.close()
            raise
        return connection


class _Hex(Loader):
    """Reads a uuid as ids are written here: 32 hex digits."""

    format = Format.BINARY

    def load(self, data: Buffer) -> str:
        return bytes(data).hex()


class _Instant(Loader):
    """Reads a time in UTC, whatever time zone the session is in."""

    format = Format.BINARY

    def load(self, data: Buffer) -> datetime:
        return _EPOCH + timedelta(microseconds=int.from_bytes(data, "big", signed=True))


def prepare(connection: Connection) -> None:
    """Make *connection* keep our word."""
    connection.adapters.register_loader("uuid", _Hex)
    connection.adapters.register_loader("timestamptz", _Instant)
    connection.execute(
        "SELECT set_config('lock_timeout', %s, false), set_config('timezone', 'UTC', false),"
        # acknowledged means on the disk; a server may promise more than that
        " CASE current_setting('synchronous_commit') WHEN 'off' THEN"
        " set_config('synchronous_commit', 'on', false) END",
        (f"{LOCK_TIMEOUT}s",),
    )


class Server(PostgresDatastore):
    """Connections to one place, for as many threads as ask."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            dbname="",
            host="",
            port="",
            user="",
            password="",
            schema=place.schema,
            connect_timeout=POOL_TIMEOUT,
            max_overflow=CONNECTIONS - 1,
            originator_id_type="text",
        )
        self.place = place
        # The library's own pool knows no TLS, no socket and no password file; libpq does.
        self.pool.conninfo = place.conninfo
        self.pool.kwargs = {"autocommit": True}

    def after_connect_func(self) -> Callable[[psycopg.Connection[Any]], None]:
        return prepare

    def ask(self, question: Callable[[Connection], T]) -> T:
        """
        Return what *question* makes of a connection; asked again where one breaks.

        Raises:
            StoreError: What the server says speaks against it.
        """
        until = time.monotonic() + PATIENCE
        pause = 0.02
        while True:
            try:
                with self._connection() as connection:
                    return question(connection)
            except (psycopg.Error, PersistenceError) as error:
                said = error if isinstance(error, psycopg.Error) else error.__cause__
                if not isinstance(said, psycopg.Error):
                    raise
                if not _passes(said) or time.monotonic() > until:
                    raise explained(said) from None
            time.sleep(pause)
            pause = min(1.0, pause * 2)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with ExitStack() as held:
            try:
                connection: Any = held.enter_context(self.get_connection())
            except OperationalError:
                # The pool waits longer and longer for a server that was away; nobody else has to.
                connection = held.enter_context(self.place.connected())
            yield connection


def refuse_lost_events() -> None:
    """
    Refuse a setting of `eventsourcing` with which tailing readers miss events.

    Raises:
        StoreUnreadable: It is set.
    """
    for name, value in os.environ.items():
        if name.endswith(LOST_EVENTS) and value.lower() not in {"", "0", "n", "no", "f", "false"}:
            raise StoreUnreadable(
                f"{name} is set: with it `eventsourcing` stores events that readers never see, and"
                " processes others twice. Take it out of the environment"
            )


# --- what the server says ------------------------------------------------------------------------

_AGAIN: Final = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "53300"})


def _passes(error: psycopg.Error) -> bool:
    """Return whether it may go away by itself: a lost connection, or a lost race."""
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        state = error.sqlstate
        return state is None or state in _AGAIN or state.startswith("08")
    return error.sqlstate in _AGAIN


_SAID: Final = {
    "25006": "it is a read-only replica, and nothing was recorded; connect to the primary",
    "28000": "the server does not let this user in; mend the user, or the server's pg_hba.conf",
    "28P01": "the server refuses this user or password; mend them, or set PGPASSWORD",
    "3D000": "there is no such database on this server; createdb makes one; or mend the address",
    "42501": "this user may not do that; the owner may GRANT it the right to",
    "53100": "the server's disk is full; nothing was recorded. Make room and try again",
    "53300": "the server has too many connections; close some, or let it take more",
    "55P03": f"another writer held the ledger for over {LOCK_TIMEOUT} seconds; try again",
    "57014": "the server broke off the statement (its statement_timeout); let it take longer",
    "XX001": "its data are damaged; restore a backup",
    "XX002": "its indexes are damaged; restore a backup",
}

# A connection that is refused bears no code; the server's words are mostly English.
_WORDS: Final = (
    (("password authentication failed",), "28P01"),
    (("no password supplied",), "28P01"),
    (("database", "does not exist"), "3D000"),
    (("role", "does not exist"), "28000"),
    (("pg_hba.conf",), "28000"),
    (("too many clients",), "53300"),
    (("No space left",), "53100"),
)


def explained(error: psycopg.Error, *, sent: bool = True) -> StoreError:
    """
    Return what *error* means; the server's own words may hold a value, and are not repeated.

    Args:
        error: What psycopg says.
        sent: Something may have reached the server before.
    """
    state = error.sqlstate or _state(str(error))
    if state in _SAID:
        why = _SAID[state]
    elif _passes(error):
        why = "no server answers there; start it, or mend the address"
        if sent:
            why += (
                ". What was sent last may be recorded or not: send the same again, and it is"
                " there once"
            )
    else:
        name = type(error).__name__
        why = f"it cannot do that ({name}{f', {state}' if state else ''})"
    return StoreUnreadable(f"the PostgreSQL store says: {why}")


def _state(text: str) -> str | None:
    for words, state in _WORDS:
        if words[0] in text and all(word in text for word in words):
            return state
    return None
