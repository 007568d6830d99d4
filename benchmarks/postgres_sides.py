"""
The two sides on PostgreSQL: ledgers of ours, and plain recorders of `eventsourcing`.

Both put the same bodies into one server, one event for each append, over connections
that are checked to be set alike.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Final, Protocol

import psycopg
from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from complaint_ledger.ids import new_id
from complaint_ledger.store import EventStore, StreamAppend, parse_url, system_clock
from complaint_ledger_adapters.postgres import ADAPTER

SERVER: Final = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
"""How the server is set besides its defaults; the same for both sides."""

SETTINGS: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""What every connection has."""

Found = Sequence[tuple[str, int, bytes]]
"""Events as both sides can tell them: stream, version, body."""


class Side(Protocol):
    """Some ledgers, each known by its number."""

    def ready(self, ledger: int, *parts: StreamAppend) -> Callable[[], object]:
        """Return what appends *parts* in one transaction."""

    def read(self, ledger: int, stream: str) -> Sequence[Any]:
        """Return the events of *stream*."""

    def tail(self, ledger: int, after: int, limit: int) -> Sequence[Any]:
        """Return the events past position *after*."""

    def told(self, found: Sequence[Any]) -> Found:
        """Return what was read, as both sides can tell it."""

    def close(self) -> None: ...


class Ours:
    """Ledgers of ours, all in one schema."""

    def __init__(self, conninfo: str, ledgers: Sequence[int], schema: str = "ours") -> None:
        self.stores: dict[int, EventStore] = {}
        for ledger in ledgers:
            url = parse_url(_address(conninfo, ledger, schema))
            self.stores[ledger] = store = ADAPTER.open(url, system_clock)
            store.server.ask(_check)

    @staticmethod
    def make(conninfo: str, ledgers: int, schema: str = "ours") -> None:
        for ledger in range(ledgers):
            url = parse_url(_address(conninfo, ledger, schema))
            ADAPTER.create(url, new_id(), system_clock).close()

    def ready(self, ledger: int, *parts: StreamAppend) -> Callable[[], object]:
        return partial(self.stores[ledger].append, parts)

    def read(self, ledger: int, stream: str) -> Sequence[Any]:
        return self.stores[ledger].read(stream)

    def tail(self, ledger: int, after: int, limit: int) -> Sequence[Any]:
        return self.stores[ledger].tail(after=after, limit=limit)

    def told(self, found: Sequence[Any]) -> Found:
        return [(one.stream, one.version, one.body) for one in found]

    def close(self) -> None:
        for store in self.stores.values():
            store.close()


class Theirs:
    """Recorders of `eventsourcing` as it comes, each with a table of its own."""

    def __init__(self, conninfo: str, ledgers: Sequence[int]) -> None:
        self.recorders: dict[int, PostgresApplicationRecorder] = {}
        for ledger in ledgers:
            recorder = _recorder(conninfo, ledger)
            with recorder.datastore.get_connection() as connection:
                _check(connection)
            self.recorders[ledger] = recorder

    @staticmethod
    def make(conninfo: str, ledgers: int) -> None:
        for ledger in range(ledgers):
            _recorder(conninfo, ledger, create=True).datastore.close()

    def ready(self, ledger: int, *parts: StreamAppend) -> Callable[[], object]:
        events = [
            StoredEvent(
                originator_id=part.stream,
                originator_version=version,
                topic=event.name,
                state=event.body,
            )
            for part in parts
            for version, event in enumerate(part.events, part.expected_version + 1)
        ]
        return partial(self.recorders[ledger].insert_events, events)

    def read(self, ledger: int, stream: str) -> Sequence[Any]:
        return self.recorders[ledger].select_events(stream)

    def tail(self, ledger: int, after: int, limit: int) -> Sequence[Any]:
        return self.recorders[ledger].select_notifications(after, limit, inclusive_of_start=False)

    def told(self, found: Sequence[Any]) -> Found:
        return [(one.originator_id, one.originator_version, one.state) for one in found]

    def close(self) -> None:
        for recorder in self.recorders.values():
            recorder.datastore.close()


SIDES: Final = {"ours": Ours, "theirs": Theirs}


def pages(side: Side, ledger: int, limit: int = 1000) -> Iterator[Sequence[Any]]:
    """Yield everything in *ledger*, as one who tails it reads it."""
    after = 0
    while page := side.tail(ledger, after, limit):
        yield page
        # Nothing else writes to either: the peer's numbers have no gaps here.
        after += len(page)


def _address(conninfo: str, ledger: int, schema: str) -> str:
    return f"{conninfo}?schema={schema}&ledger=council-{ledger}"


def _recorder(conninfo: str, ledger: int, *, create: bool = False) -> PostgresApplicationRecorder:
    said = conninfo_to_dict(conninfo)
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": said["dbname"],
        "POSTGRES_HOST": said["host"],
        "POSTGRES_PORT": said["port"],
        "POSTGRES_USER": said["user"],
        "POSTGRES_PASSWORD": "",
        # One connection will do for one thread; both sides have one.
        "POSTGRES_POOL_SIZE": "1",
        "POSTGRES_MAX_OVERFLOW": "0",
        "ORIGINATOR_ID_TYPE": "text",
        "CREATE_TABLE": "yes" if create else "no",
    }
    factory: Any = InfrastructureFactory.construct(
        Environment(f"council_{ledger}", {k: str(v) for k, v in environment.items()})
    )
    recorder: PostgresApplicationRecorder = factory.application_recorder()
    return recorder


def _check(connection: psycopg.Connection[Any]) -> None:
    """Refuse to measure a connection that is set otherwise than the others."""
    with closing(psycopg.ClientCursor(connection)) as cursor:
        cursor.row_factory = psycopg.rows.tuple_row
        found = {name: cursor.execute(f"SHOW {name}").fetchone()[0] for name in SETTINGS}
    if found != SETTINGS:
        raise AssertionError(found)
