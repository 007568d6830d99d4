"""Where views are kept while they are measured, ours and the peer's, on either database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import attrs
from sqlalchemy import create_engine, select
from tests.servers import PostgresServer, with_options

from benchmarks.projections_ledgers import Growing, growing
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.views import Views


class Database(Protocol):
    """
    SQLite files, or one PostgreSQL.

    Attributes:
        name: What it is called in a table.
    """

    name: str

    def ledger(self, name: str) -> Any:
        """Give a new ledger."""

    def facts(self, name: str) -> str:
        """Return where facts of ours may go."""

    def view(self, name: str) -> Mapping[str, str]:
        """Return where a view of the peer may go, as `eventsourcing` takes it."""

    def address(self, view: Mapping[str, str]) -> str:
        """Return where a view of the peer went, as SQLAlchemy takes it."""


@attrs.frozen
class Files:
    """SQLite files in one folder."""

    folder: Path
    name: str = "SQLite"

    @contextmanager
    def ledger(self, name: str) -> Iterator[Growing]:
        with growing(f"sqlite:///{self.folder / name}.db") as made:
            yield made

    def facts(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}.facts"

    def view(self, name: str) -> Mapping[str, str]:
        return {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(self.folder / f"{name}.view"),
        }

    def address(self, view: Mapping[str, str]) -> str:
        return f"sqlite:///{view['SQLITE_DBNAME']}"


@attrs.frozen
class Server:
    """One PostgreSQL, with a database for each view of the peer."""

    running: PostgresServer
    folder: Path
    name: str = "PostgreSQL"

    @contextmanager
    def ledger(self, name: str) -> Iterator[Growing]:
        url = with_options(self._at("postgres"), schema=name, ledger="measured")
        keys = self.folder / f"{name}.keys"
        keys.mkdir()
        with growing(url, keys) as made:
            yield made

    def facts(self, name: str) -> str:
        return with_options(self._at("postgres"), schema=f"facts_{name}")

    def view(self, name: str) -> Mapping[str, str]:
        self.running.sql(f"CREATE DATABASE view_{name}")
        return {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": f"view_{name}",
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(self.running.port),
            "POSTGRES_USER": "owner",
            "POSTGRES_PASSWORD": "",
            "POSTGRES_POOL_SIZE": "1",
            "POSTGRES_MAX_OVERFLOW": "0",
        }

    def address(self, view: Mapping[str, str]) -> str:
        return self._at(view["POSTGRES_DBNAME"]).replace("postgresql:", "postgresql+psycopg:")

    def _at(self, database: str) -> str:
        return str(self.running.conninfo(database))


def check_equal(views: Views, address: str) -> int:
    """Refuse to compare views that do not hold the same rows; return how many complaints."""
    engine = create_engine(address)
    with views.reading() as ours, engine.connect() as theirs:
        for table in TABLES:
            statement = select(table).order_by(*table.primary_key)
            mine = ours.execute(statement).all()
            if mine != theirs.execute(statement).all():
                raise AssertionError(f"the rows of {table.name} are not the same")
            if table is TABLES[0]:
                complaints = len(mine)
    engine.dispose()
    return complaints
