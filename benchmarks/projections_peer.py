"""
The peer of our runner: `ProjectionRunner` of `eventsourcing`, as its documentation shows it.

A projection whose view writes its rows and its tracking record in one transaction, event
by event. It reads our ledger by our bridge, and makes the same rows by our own fold.
"""

import sqlite3
import time
from collections.abc import Iterable, Mapping
from threading import Event
from typing import Any, Final

from eventsourcing.application import Application
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteDatastore, SQLiteTrackingRecorder
from psycopg.sql import SQL
from sqlalchemy import Date, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from complaint_ledger.domain.history import Fact
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.journey import Rows, journey
from complaint_ledger.store import LEDGER_STREAM
from complaint_ledger_adapters.bridge import BridgedEvent

COUNTED: Final = "CREATE TABLE IF NOT EXISTS counted (what TEXT PRIMARY KEY, events INTEGER)"
COUNT: Final = (
    "INSERT INTO counted VALUES ('events', 1)"
    " ON CONFLICT (what) DO UPDATE SET events = counted.events + 1"
)


class Complaints(Application[str]):
    """Reads a ledger of ours."""


# --- views: rows and tracking in one transaction -------------------------------------------------


class OnSqlite(SQLiteTrackingRecorder):
    """The fact tables, and a counter, in an SQLite file."""

    def __init__(self, datastore: SQLiteDatastore, **more: Any) -> None:
        super().__init__(datastore, **more)
        self._insert = {table.name: _insert(table, "?") for table in TABLES}
        with datastore.get_connection(commit=True) as connection:
            # As our facts are; FULL is what it would be.
            connection._sqlite_conn.execute("PRAGMA synchronous = NORMAL")

    def construct_create_table_statements(self) -> list[str]:
        made = [
            str(CreateTable(t, if_not_exists=True).compile(dialect=sqlite.dialect()))
            for t in TABLES
        ]
        return [*super().construct_create_table_statements(), *made, COUNTED]

    def keep(self, complaint: int, rows: Rows, tracking: Tracking, *, new: bool) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            for table in () if new else TABLES:
                cursor.execute(f"DELETE FROM {table.name} WHERE complaint = ?", (complaint,))
            for table in TABLES:
                if found := rows.get(table.name):
                    cursor.executemany(self._insert[table.name], _values(table, found, as_text))
            self._insert_tracking(cursor, tracking)

    def count(self, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(COUNT)
            self._insert_tracking(cursor, tracking)

    def checked(self) -> None:
        """Refuse what was written over a connection that is set otherwise than ours."""
        with self.datastore.get_connection(commit=True) as connection:
            raw: sqlite3.Connection = connection._sqlite_conn
            found = [
                raw.execute(f"PRAGMA {p}").fetchone()[0] for p in ("journal_mode", "synchronous")
            ]
        if found != ["wal", 1]:
            raise AssertionError(found)


class OnPostgres(PostgresTrackingRecorder):
    """The fact tables, and a counter, in PostgreSQL."""

    def __init__(self, datastore: PostgresDatastore, **more: Any) -> None:
        super().__init__(datastore, **more)
        self._insert = {table.name: _insert(table, "%s") for table in TABLES}
        made = [
            str(CreateTable(t, if_not_exists=True).compile(dialect=postgresql.dialect()))
            for t in TABLES
        ]
        # The library formats what it is given; these have nothing to be filled in.
        self.sql_create_statements += [SQL(each).format() for each in (*made, COUNTED)]

    def keep(self, complaint: int, rows: Rows, tracking: Tracking, *, new: bool) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            for table in () if new else TABLES:
                cursor.execute(f"DELETE FROM {table.name} WHERE complaint = %s", (complaint,))
            for table in TABLES:
                if found := rows.get(table.name):
                    cursor.executemany(self._insert[table.name], _values(table, found))
            self._insert_tracking(cursor, tracking)

    def count(self, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(COUNT)
            self._insert_tracking(cursor, tracking)

    def checked(self) -> None:
        """Refuse what was written over a connection that does not wait for the disk."""
        with self.datastore.get_connection() as connection:
            found = connection.execute("SHOW synchronous_commit").fetchone()
        if found is None or found["synchronous_commit"] != "on":
            raise AssertionError(found)


View = OnSqlite | OnPostgres


def _insert(table: Table, mark: str) -> str:
    marks = ", ".join(mark for _ in table.columns)
    return f"INSERT INTO {table.name} VALUES ({marks})"


def as_text(day: Any) -> Any:
    return day and day.isoformat()


def _values(
    table: Table, rows: Iterable[Mapping[str, Any]], day: Any = lambda day: day
) -> list[tuple[Any, ...]]:
    columns = [(c.name, day if isinstance(c.type, Date) else None) for c in table.columns]
    return [tuple(f(row[n]) if f else row[n] for n, f in columns) for row in rows]


# --- projections ---------------------------------------------------------------------------------


class Timed(Projection[Any]):
    """Notes when the first event came, and when the one at *upto* was done with."""

    name = "view"
    upto = 0

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.events = 0
        self.begun = self.ended = 0.0
        self.done = Event()

    def process_event(self, domain_event: BridgedEvent, tracking: Tracking) -> None:
        if not self.begun:
            self.begun = time.perf_counter()
        self.take_in(domain_event, tracking)
        self.events += 1
        if tracking.notification_id == self.upto:
            self.ended = time.perf_counter()
            self.done.set()

    def take_in(self, event: BridgedEvent, tracking: Tracking) -> None:
        raise NotImplementedError


class Counts(Timed):
    """Counts events, and does nothing else."""

    def take_in(self, event: BridgedEvent, tracking: Tracking) -> None:  # noqa: ARG002
        self.view.count(tracking)


class KeepsFacts(Timed):
    """
    Keeps the fact tables, event by event.

    It remembers every complaint that it has met, so that it reads no history twice.
    """

    history: Complaints
    council: str

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.told: dict[str, list[Fact]] = {}

    def take_in(self, event: BridgedEvent, tracking: Tracking) -> None:
        if event.originator_id == LEDGER_STREAM:
            self.view.insert_tracking(tracking)
            return
        facts = self._facts(event)
        rows = journey(facts)
        for row in rows.get("complaints", ()):
            row |= {"stream": event.originator_id, "council": self.council}
        new = event.originator_version == 1
        self.view.keep(facts[0].position, rows, tracking, new=new)

    def _facts(self, event: BridgedEvent) -> list[Fact]:
        stream = event.originator_id
        if event.originator_version == 1:
            self.told[stream] = []
        elif stream not in self.told:
            before: Any = self.history.events.get(stream, lte=event.originator_version - 1)
            self.told[stream] = [one.fact for one in before]
        self.told[stream].append(event.fact)
        return self.told[stream]


class KeepsFactsByHistory(KeepsFacts):
    """Keeps the fact tables, and reads a complaint's history for each of its events."""

    def _facts(self, event: BridgedEvent) -> list[Fact]:
        if event.originator_version == 1:
            return [event.fact]
        whole: Any = self.history.events.get(event.originator_id, lte=event.originator_version)
        return [one.fact for one in whole]


def take_in(
    kind: type[Timed], ledger: str, council: str, view: Mapping[str, str], upto: int
) -> float:
    """
    Run a projection of *kind* until it has taken in position *upto*.

    Args:
        ledger: Address of the ledger that it reads.
        council: Id of its council.
        view: Names the view's database, as `eventsourcing` takes it.

    Return how many events it took in a second, from its first event to its last. What comes
    before, such as the runner's threads and its first page of events, is not counted.
    """
    reads = {
        "PERSISTENCE_MODULE": "complaint_ledger_adapters.bridge",
        "COMPLAINT_LEDGER_URL": ledger,
    }
    history = Complaints(reads)
    # The runner makes the projection and begins in one step.
    told = {"upto": upto, "history": history, "council": council}
    projection = type(kind.__name__, (kind,), {"name": "view", **told})
    env = reads | {f"VIEW_{name}": value for name, value in view.items()}
    view_class = OnPostgres if "postgres" in view["PERSISTENCE_MODULE"] else OnSqlite
    with ProjectionRunner(
        application_class=Complaints,
        projection_class=projection,
        view_class=view_class,
        env=env,
    ) as runner:
        timed: Any = runner.projection
        while not timed.done.wait(0.5):
            assert not runner.is_interrupted.is_set(), runner._thread_error
        timed.view.checked()
    timed.view.datastore.close()
    history.close()
    return timed.events / (timed.ended - timed.begun)
