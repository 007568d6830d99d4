"""Facts in an SQLite file, or in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, StaticPool, create_engine, event

_WAIT: Final = 60  # seconds that a writer waits for another


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
