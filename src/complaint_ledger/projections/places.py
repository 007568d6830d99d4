"""
Where facts are kept: an SQLite file, memory, or a schema of a PostgreSQL database.

The place may be another database than the ledger's. Everything that differs between the
two engines stands here.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import unquote

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from complaint_ledger.errors import BadValue
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.faults import FactsUnusable
from complaint_ledger.store import StoreUrl, parse_url

SCHEMA_NAME: Final = "complaint_facts"
"""The schema of facts in PostgreSQL, where the address names none."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_WAIT: Final = 60  # seconds that a writer waits for another
_FULL: Final = "53100"  # disk_full, as PostgreSQL says it
_DAMAGED: Final = (
    "name another place, or delete this one if it is damaged: facts are made anew from their ledger"
)
_FLIP_WAIT: Final = 500  # milliseconds; whoever asks meanwhile waits too


class Place(Protocol):
    """
    Where facts are kept.

    Attributes:
        shown: The place, without a password.
        engine: What it is reached by.
    """

    shown: str
    engine: Engine

    def make(self) -> None:
        """Make what must be there before a table can be; raise OSError where it cannot be."""

    def reading(self) -> Any:
        """Give a connection on which nothing changes while it is read, whoever writes."""

    def writing(self) -> Any:
        """Give a connection in a transaction, for one writer at a time on an SQLite file."""

    def alone(self) -> Any:
        """Give a connection in a transaction, for one at a time: to make or drop tables."""

    def ours(self) -> None:
        """Set what may be set once it is known that the place holds facts."""

    def hold(self, connection: Connection) -> None:
        """Let the plain names stay what they are while *connection* reads; before all it reads."""

    def before_flip(self, connection: Connection) -> None:
        """Make sure that nobody who asks waits long for other tables to serve."""

    @property
    def whole(self) -> str | None:
        """The place as another process can open it, with its password; None if none can."""


def place_of(where: Path | str | None) -> Place:
    """
    Return the place that *where* names: a path, an address, or memory if None.

    Raises:
        BadValue: It is no address of an SQLite file or of PostgreSQL.
        FactsUnusable: What it needs is not installed.
    """
    if where is None:
        return SqlitePlace(None)
    if isinstance(where, Path):
        return SqlitePlace(where)
    url = parse_url(where)
    if url.scheme == "sqlite":
        return SqlitePlace(Path(url.path))
    if url.scheme == "postgresql":
        return PostgresPlace(url)
    raise BadValue(
        "facts", "write a path, sqlite:///PATH, or postgresql://USER@HOST:PORT/DATABASE?schema=NAME"
    )


class SqlitePlace:
    """An SQLite file whose transactions begin when we say so; or memory."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.shown = str(file or "memory")
        if file is None:
            self.engine = create_engine(
                "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
            )
        else:
            url = URL.create("sqlite", database=str(file))
            self.engine = create_engine(url, connect_args={"timeout": _WAIT})
        event.listen(self.engine, "connect", _connected)
        event.listen(self.engine, "begin", _begun)

    @property
    def whole(self) -> str | None:
        """The path."""
        return str(self.file.absolute()) if self.file else None

    def make(self) -> None:
        if self.file and not self.file.exists():
            self.file.touch(mode=0o600)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        if self.file is None or self.file.exists():
            with self.engine.begin() as connection:
                yield connection
            return
        # SQLite would make the file, for everybody to read.
        nowhere = SqlitePlace(None)
        try:
            with nowhere.reading() as connection:
                yield connection
        finally:
            nowhere.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            yield connection

    alone = writing

    def ours(self) -> None:
        with self.engine.connect().execution_options(begin="") as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")  # readers need not wait

    def hold(self, connection: Connection) -> None:
        pass  # who reads keeps what they began to read, the names too

    def before_flip(self, connection: Connection) -> None:
        pass


def _connected(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are begun below, and hold DDL too
    connection.execute("PRAGMA synchronous = NORMAL")  # a lost batch is taken in again
    connection.execute("PRAGMA cache_size = -65536")


def _begun(connection: Connection) -> None:
    if statement := connection.get_execution_options().get("begin", "BEGIN"):
        connection.exec_driver_sql(statement)


class PostgresPlace:
    """A schema of a PostgreSQL database."""

    def __init__(self, url: StoreUrl) -> None:
        try:
            import psycopg
        except ModuleNotFoundError as missing:
            raise FactsUnusable(
                f"facts in PostgreSQL need {missing.name}, which is not installed; install"
                " complaint-ledger[postgresql]"
            ) from None
        self._url = url
        self.shown = url.text
        self.schema = url.options.get("schema", SCHEMA_NAME)
        if _NAME.fullmatch(self.schema) is None:
            raise BadValue("schema", "it is up to 63 of a-z, 0-9 and _, and begins with a letter")
        conninfo = self._conninfo()

        def connect() -> Any:
            connection = psycopg.connect(conninfo)
            self._set(connection)
            return connection

        self.engine = create_engine("postgresql+psycopg://", creator=connect, pool_pre_ping=True)

    def _conninfo(self) -> str:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict, make_conninfo

        url = self._url
        theirs = {name: value for name, value in url.options.items() if name != "schema"}
        theirs.setdefault("connect_timeout", "5")
        theirs.setdefault("application_name", "complaint-ledger facts")
        who = {"user": url.user, "password": url.password, "dbname": unquote(url.path)}
        try:
            said = make_conninfo(
                f"postgresql://{url.host}", **theirs, **{k: v for k, v in who.items() if v}
            )
            conninfo_to_dict(said)
        except psycopg.ProgrammingError:
            raise BadValue(
                "facts",
                "PostgreSQL does not understand it; write"
                " postgresql://USER@HOST:PORT/DATABASE?schema=NAME",
            ) from None
        return said

    def _set(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('search_path', %s, false),"
                " set_config('lock_timeout', %s, false),"
                # a runner that stands still in a batch must not hold up the others for ever
                " set_config('idle_in_transaction_session_timeout', %s, false)",
                (self.schema, f"{_WAIT}s", f"{_WAIT}s"),
            )
        connection.commit()

    @property
    def whole(self) -> str | None:
        """The address with its password."""
        return self._url.whole()

    def make(self) -> None:
        with self.alone() as connection:
            there = connection.execute(
                text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": self.schema}
            ).all()
            if not there:
                quoted = connection.dialect.identifier_preparer.quote(self.schema)
                connection.exec_driver_sql(f"CREATE SCHEMA {quoted}")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._snapshots.begin() as connection:
            yield connection

    @cached_property
    def _snapshots(self) -> Engine:
        return self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
                {"name": f"complaint_ledger facts {self.schema}"},
            )
            yield connection

    def ours(self) -> None:
        pass

    def hold(self, connection: Connection) -> None:
        # A snapshot holds rows and not what a view is: with it and a view that is replaced a
        # moment later, who asks would see the new build as it was then, half made. LOCK TABLE
        # takes no snapshot; whoever replaces the views begins with this one.
        with suppress(ProgrammingError), connection.begin_nested():
            connection.exec_driver_sql(f"LOCK TABLE {TABLES[0].name} IN ACCESS SHARE MODE")

    def before_flip(self, connection: Connection) -> None:
        connection.execute(text(f"SET LOCAL lock_timeout = {_FLIP_WAIT}"))


def passing(error: DBAPIError) -> bool:
    """Return whether what went wrong may work when it is tried again."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:  # PostgreSQL: connections, deadlocks, locks, a server that goes down
        return bool(state[:2] in {"08", "40", "57"} or state in {"55P03", "25P03", "53300", _FULL})
    said = str(error.orig)
    return error.connection_invalidated or "locked" in said or "connection" in said or full(error)


def full(error: DBAPIError) -> bool:
    """Return whether there is no room left on the disk."""
    return getattr(error.orig, "sqlstate", None) == _FULL or "disk is full" in str(error.orig)


@contextmanager
def errors(place: Place) -> Iterator[None]:
    """Say in our words what goes wrong at *place*; raise FactsUnusable."""
    try:
        yield
    except DBAPIError as error:
        mend = _DAMAGED
        if full(error):
            mend = "what serves is as it was; make room, and do the same again"
        elif passing(error):
            mend = "try again"
        raise _unusable(place, _first_line(error), mend, passing=passing(error)) from None
    except OSError as error:
        raise _unusable(place, error.strerror or "it cannot be made", _DAMAGED) from None


def _first_line(error: DBAPIError) -> str:
    # What follows the first line may repeat values; a password stands in neither.
    return str(error.orig).strip().partition("\n")[0]


def _unusable(place: Place, why: str, mend: str, *, passing: bool = False) -> FactsUnusable:
    return FactsUnusable(
        f"the facts in {place.shown} cannot be used ({why}); {mend}", passing=passing
    )
