"""
Builds: the same facts made more than once, side by side, of which one serves.

Build 3 has tables of its own, `complaints_3` and so on. The plain names are SQL views of
the build that serves, so that whoever asks never meets one that is half made. Which it is
changes in one transaction, together with the last batch of the build that takes over.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final, Literal

import attrs
from sqlalchemy import (
    Connection,
    delete,
    func,
    insert,
    inspect,
    select,
    update,
)

from complaint_ledger.evidence.entries import instant
from complaint_ledger.projections.build_tables import (
    bookmarks,
    builds,
    parked,
    tables_of,
    there_are,
)
from complaint_ledger.projections.facts import SCHEMA
from complaint_ledger.projections.faults import BuildGone, NoBuild
from complaint_ledger.projections.places import Place

State = Literal["building", "serving", "kept"]
"""A kept build served once, and can again."""

PARTS: Final = 16
"""Of a rebuild's first pass; each is somebody's to resume."""


@attrs.frozen(kw_only=True)
class Build:
    """
    One build.

    Attributes:
        number: Its tables end in it.
        target: The last position of the rebuild's first pass; *event*, the id of its event.
        begun_at: When it was begun; *served_at*, when it last began to serve (UTC, ISO).
    """

    number: int
    ledger: str
    schema: int
    state: State
    target: int
    event: str
    begun_at: str
    served_at: str | None


@attrs.frozen(kw_only=True)
class Bookmark:
    """
    How far a part of a build is: the last position dealt with, and the id of its event.

    Attributes:
        part: 0 for a build that is past its first pass.
        upto: Its last position; None where it has no end.
    """

    build: int
    part: int
    after: int
    upto: int | None
    position: int
    event: str


@attrs.frozen(kw_only=True)
class Parked:
    """A complaint left out of a build: which, the last event tried, why not and when (UTC)."""

    stream: str
    complaint: int
    position: int
    reason: str
    tried_at: str


def all_builds(connection: Connection) -> tuple[Build, ...]:
    """Return every build, by number."""
    rows = connection.execute(select(builds).order_by(builds.c.build)).mappings()
    return tuple(_build(row) for row in rows)


def _build(row: Mapping[Any, Any]) -> Build:
    fields = dict(row)
    return Build(number=fields.pop("build"), **fields)


def serving(connection: Connection) -> Build | None:
    """Return the build that serves."""
    return next((build for build in all_builds(connection) if build.state == "serving"), None)


def build_numbered(connection: Connection, number: int) -> Build:
    """
    Return the build with *number*.

    Raises:
        NoBuild: There is none.
    """
    found = all_builds(connection) if there_are(connection) else ()
    there = {build.number: build for build in found}
    if number not in there:
        raise NoBuild(
            f"there is no build {number}; there are {', '.join(map(str, there)) or 'none'}"
        )
    return there[number]


def begin(
    connection: Connection, ledger: str, target: int, event: str, parts: int = PARTS
) -> Build:
    """
    Begin a build of *ledger* up to *target*, in *parts* that share the positions out.

    *event* is the id of the event at the target, "" where that is 0.
    """
    begun_at = now()
    row = {"ledger": ledger, "schema": SCHEMA, "state": "building", "target": target}
    made = connection.execute(insert(builds), row | {"event": event, "begun_at": begun_at})
    assert made.inserted_primary_key is not None
    number = made.inserted_primary_key[0]
    for table in tables_of(number).values():
        table.create(connection, checkfirst=False)
    ends = [target * part // parts for part in range(parts + 1)]
    for part, (after, upto) in enumerate(pairwise(ends), 1):
        if after < upto:
            mark = Bookmark(
                build=number, part=part, after=after, upto=upto, position=after, event=""
            )
            connection.execute(insert(bookmarks), attrs.asdict(mark) | {"moved_at": begun_at})
    if not target:
        begin_past(connection, number, 0, "")
    return build_numbered(connection, number)


def begin_past(connection: Connection, build: int, position: int, event: str) -> None:
    """Let *build*, whose first pass ended at *position*, go on from there."""
    connection.execute(delete(bookmarks).where(bookmarks.c.build == build))
    mark = Bookmark(build=build, part=0, after=0, upto=None, position=position, event=event)
    connection.execute(insert(bookmarks), attrs.asdict(mark) | {"moved_at": now()})


def marks(connection: Connection, build: int) -> tuple[Bookmark, ...]:
    """Return the bookmarks of *build*, by part."""
    names = [field.name for field in attrs.fields(Bookmark)]
    found = select(*(bookmarks.c[name] for name in names)).where(bookmarks.c.build == build)
    rows = connection.execute(found.order_by(bookmarks.c.part)).mappings()
    return tuple(Bookmark(**{str(name): value for name, value in row.items()}) for row in rows)


def moved(connection: Connection, at: Bookmark, to: Bookmark) -> bool:
    """Move a bookmark on, if it is still where it was; return whether it was."""
    statement = (
        update(bookmarks)
        .where(
            bookmarks.c.build == at.build,
            bookmarks.c.part == at.part,
            bookmarks.c.position == at.position,
            bookmarks.c.event == at.event,
        )
        .values(position=to.position, event=to.event, moved_at=now())
    )
    return connection.execute(statement).rowcount == 1


def serve(place: Place, connection: Connection, number: int) -> None:
    """
    Let the build with *number* serve from the end of this transaction.

    Raises:
        BuildGone: Somebody dropped it.
    """
    before = serving(connection)
    if before and before.number == number:
        return
    place.before_flip(connection)
    if before:
        connection.execute(
            update(builds).where(builds.c.build == before.number).values(state="kept")
        )
    there = connection.execute(
        update(builds).where(builds.c.build == number).values(state="serving", served_at=now())
    )
    if there.rowcount != 1:
        raise gone(number)
    alike = before is not None and before.schema == SCHEMA
    replace = connection.dialect.name == "postgresql" and alike  # keeps who may read them
    for name, table in tables_of(number).items():
        if not replace:
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
        columns = ", ".join(column.name for column in table.columns)
        chosen = f"SELECT {columns} FROM {table.name}"  # noqa: S608 - names of ours
        create = "CREATE OR REPLACE VIEW" if replace else "CREATE VIEW"
        connection.exec_driver_sql(f"{create} {name} AS {chosen}")


def drop(connection: Connection, number: int) -> None:
    """Drop the build with *number* and all that is in it."""
    # Who writes holds a bookmark before a table; the other order would end in a deadlock.
    for table in (bookmarks, parked, builds):
        connection.execute(delete(table).where(table.c.build == number))
    for name in inspect(connection).get_table_names():  # of whichever schema it is
        if re.fullmatch(rf"[a-z_]+_{number}", name):
            connection.exec_driver_sql(f"DROP TABLE {name}")


def gone(number: int) -> BuildGone:
    """Return the error that says that the build with *number* is no longer there."""
    return BuildGone(
        f"build {number} was dropped by somebody else meanwhile;"
        " `complaint-ledger projections status` says which there are"
    )


def parked_of(connection: Connection, build: int) -> tuple[Parked, ...]:
    """Return the complaints that are left out of *build*, by key."""
    names = [field.name for field in attrs.fields(Parked)]
    found = select(*(parked.c[name] for name in names)).where(parked.c.build == build)
    rows = connection.execute(found.order_by(parked.c.complaint)).mappings()
    return tuple(Parked(**{str(name): value for name, value in row.items()}) for row in rows)


def park(connection: Connection, build: int, faulty: Sequence[Parked]) -> None:
    """Leave complaints out of *build*."""
    rows = [{"build": build, **attrs.asdict(one)} for one in faulty]
    if rows:
        connection.execute(insert(parked), rows)


def now() -> str:
    """Return the time by the machine's clock, as it stands in the tables (UTC)."""
    return instant(datetime.now(UTC))


def last_moved(connection: Connection, build: int) -> str:
    """Return when *build* last went on (UTC)."""
    found = select(func.max(bookmarks.c.moved_at)).where(bookmarks.c.build == build)
    return str(connection.execute(found).scalar_one())


def mark_of(connection: Connection, build: int, part: int = 0) -> Bookmark | None:
    """Return the bookmark of a part of *build*; None if there is none."""
    return next((mark for mark in marks(connection, build) if mark.part == part), None)


def begin_or_resume(
    connection: Connection, ledger: str, target: int, event: str, parts: int = PARTS
) -> Build:
    """Return the build that is being made; a new one, as *begin* makes it, if there is none."""
    unfinished = [
        build
        for build in all_builds(connection)
        if (build.state, build.schema, build.ledger) == ("building", SCHEMA, ledger)
    ]
    if unfinished:
        return unfinished[-1]
    return begin(connection, ledger, target, event, parts)


def drop_old(connection: Connection) -> None:
    """Drop every kept build but the one that served last."""
    kept = [build for build in all_builds(connection) if build.state == "kept"]
    for build in sorted(kept, key=lambda build: build.served_at or "")[:-1]:
        drop(connection, build.number)
