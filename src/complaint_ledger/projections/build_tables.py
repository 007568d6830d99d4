"""
The tables that say which builds there are and how far each is; and making a place ready.

Who reads the database finds the same in two views: `bookmark`, of the build that serves, and
`progress`, of all.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, inspect

from complaint_ledger.projections.facts import LARGE, TABLES
from complaint_ledger.projections.faults import FactsForeign
from complaint_ledger.projections.places import Place

control = MetaData()

builds = Table(
    "builds",
    control,
    Column("build", Integer, primary_key=True, comment="Its number; the tables end in it"),
    Column("ledger", String, nullable=False, comment="Id of the ledger that it is of"),
    Column("schema", Integer, nullable=False, comment="SCHEMA of its tables"),
    Column("state", String, nullable=False, comment="building, serving or kept"),
    Column("target", LARGE, nullable=False, comment="Last position of the rebuild's first pass"),
    Column("event", String, nullable=False, comment="Id of the event at the target"),
    Column("begun_at", String, nullable=False, comment="When it was begun (UTC)"),
    Column("served_at", String, comment="When it last began to serve (UTC)"),
    # A number that came back would let who is at work on a dropped build go on with another.
    sqlite_autoincrement=True,
)

bookmarks = Table(
    "bookmarks",
    control,
    Column("build", Integer, primary_key=True, comment="The build"),
    Column("part", Integer, primary_key=True, comment="A part of its first pass; 0 past that"),
    Column("after", LARGE, nullable=False, comment="The position before the part's first"),
    Column("upto", LARGE, comment="The part's last position; NULL where it has no end"),
    Column("position", LARGE, nullable=False, comment="Last position that was dealt with"),
    Column("event", String, nullable=False, comment="Id of the event at that position"),
    Column("moved_at", String, nullable=False, comment="When that was (UTC)"),
)

parked = Table(
    "parked",
    control,
    Column("build", Integer, primary_key=True, comment="The build"),
    Column("stream", String, primary_key=True, comment="Stream of a complaint left out of it"),
    Column("complaint", LARGE, nullable=False, comment="Its key"),
    Column("position", LARGE, nullable=False, comment="Its last event that was tried"),
    Column("reason", String, nullable=False, comment="Why it cannot be folded"),
    Column("tried_at", String, nullable=False, comment="When that was (UTC)"),
)

_VIEWS: Final = (
    """
    CREATE VIEW bookmark AS
    SELECT b.build AS build, b.ledger AS ledger, b.schema AS schema, m.position AS position,
           m.event AS event,
           (SELECT count(*) FROM parked p WHERE p.build = b.build) AS parked,
           m.moved_at AS moved_at
    FROM builds b JOIN bookmarks m ON m.build = b.build AND m.part = 0
    WHERE b.state = 'serving'
    """,
    """
    CREATE VIEW progress AS
    SELECT b.build AS build, b.schema AS schema, b.state AS state,
           CAST(sum(m.position - m.after) AS BIGINT) AS position, b.target AS target,
           (SELECT count(*) FROM parked p WHERE p.build = b.build) AS parked,
           b.begun_at AS begun_at, max(m.moved_at) AS moved_at
    FROM builds b JOIN bookmarks m ON m.build = b.build
    GROUP BY b.build, b.schema, b.state, b.target, b.begun_at
    """,
)


@lru_cache(maxsize=64)
def tables_of(build: int) -> Mapping[str, Table]:
    """Return the tables of *build*, by the plain name."""
    apart = MetaData()
    return {table.name: table.to_metadata(apart, name=f"{table.name}_{build}") for table in TABLES}


def prepare(place: Place) -> None:
    """
    Make *place* ready for builds, if it is not.

    Raises:
        FactsForeign: It holds something else; nothing was changed.
    """
    with place.reading() as connection:
        ready = there_are(connection)
    if not ready:  # else no question need wait for who writes
        _prepare(place)
    place.ours()


def _prepare(place: Place) -> None:
    place.make()
    with place.alone() as connection:
        there = set(inspect(connection).get_table_names())
        if builds.name not in there:
            if there and not _of_schema_1(connection, there):
                raise FactsForeign(
                    f"{place.shown} holds something other than facts; nothing was changed."
                    " Name another place"
                )
            for name in there:
                quoted = connection.dialect.identifier_preparer.quote(name)
                connection.exec_driver_sql(f"DROP TABLE {quoted}")
            control.create_all(connection, checkfirst=False)
            for view in _VIEWS:
                connection.exec_driver_sql(view)


def _of_schema_1(connection: Connection, there: set[str]) -> bool:
    # It had a table of this name, and one row in it; the facts themselves under plain names.
    return {"bookmark", "complaints"} <= there and "one" in {
        column["name"] for column in inspect(connection).get_columns("bookmark")
    }


def there_are(connection: Connection) -> bool:
    """Return whether *connection* leads to where builds are kept."""
    return inspect(connection).has_table(builds.name)
