"""Facts in a schema of a PostgreSQL database."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError

from complaint_ledger.postgresql import conninfo, schema_of
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.faults import FactsUnusable
from complaint_ledger.store import StoreUrl

SCHEMA_NAME: Final = "complaint_facts"
"""The schema of facts in PostgreSQL, where the address names none."""

_OURS: Final = ("schema",)
_WAIT: Final = 60  # seconds that a writer waits for another
_FLIP_WAIT: Final = 500  # milliseconds; whoever asks meanwhile waits too


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
        self.schema = schema_of(url, SCHEMA_NAME)
        how = conninfo(url, field="facts", ours=_OURS, application="complaint-ledger facts")

        def connect() -> Any:
            connection = psycopg.connect(how)
            try:
                self._set(connection)
            except psycopg.Error:
                connection.close()
                raise
            return connection

        self.engine = create_engine("postgresql+psycopg://", creator=connect, pool_pre_ping=True)

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
