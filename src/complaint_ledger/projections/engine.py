"""Where facts are kept: an SQLite file whose transactions begin when we say so."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event


def facts_engine(file: Path | None) -> Engine:
    """
    Return an engine on *file*, or in memory.

    Its execution option *begin* is the statement that begins a transaction; "" begins none.
    """
    if file is None:
        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        url = URL.create("sqlite", database=str(file))
        engine = create_engine(url, connect_args={"timeout": 60})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions are begun below, and hold DDL too
        connection.execute("PRAGMA synchronous = NORMAL")  # a lost batch is taken in again
        connection.execute("PRAGMA cache_size = -65536")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        if statement := connection.get_execution_options().get("begin", "BEGIN"):
            connection.exec_driver_sql(statement)

    return engine
