"""The facts of one ledger, wherever they are kept: read, and kept up with it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Self

import attrs
from sqlalchemy import Connection, Engine, select

from complaint_ledger.projections import build_tables, builds
from complaint_ledger.projections.builds import Build, Parked
from complaint_ledger.projections.facts import SCHEMA, bookmark
from complaint_ledger.projections.faults import BuildGone, NoBuild
from complaint_ledger.projections.first_pass import end_first_pass, first_pass
from complaint_ledger.projections.other_builds import of_build
from complaint_ledger.projections.places import Place, errors, place_of
from complaint_ledger.projections.runner import (
    BATCH,
    Progress,
    Tell,
    check_same_schema,
    check_schema,
    check_served,
    event_at,
    go_on,
    position_at,
    tell_nobody,
    try_parked_again,
)
from complaint_ledger.store import EventStore

_DROPPED: Final = 3  # builds that may vanish under one catch-up


@attrs.frozen(kw_only=True)
class BuildStatus:
    """
    How a build is.

    Attributes:
        position: How many positions of the ledger it holds.
        parts: How many parts of its first pass are not done.
        parked: The complaints that are left out of it.
        moved_at: When it last went on (UTC, ISO).
    """

    build: Build
    position: int
    parts: int
    parked: tuple[Parked, ...]
    moved_at: str


class Views:
    """
    The facts of one ledger: in an SQLite file, in PostgreSQL, or in memory.

    Attributes:
        place: Where they are kept.
    """

    def __init__(self, where: Path | str | None = None) -> None:
        """
        Open the facts at *where*, a path or an address; in memory without one.

        Nothing is written before the first catch-up.

        Raises:
            BadValue: It is no address that facts can be kept at.
            FactsUnusable: What it needs is not installed.
        """
        self.place: Place = place_of(where)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def engine(self) -> Engine:
        """What the place is reached by; the tables are those of `projections.facts`."""
        return self.place.engine

    def close(self) -> None:
        """Let go of files and connections."""
        self.place.engine.dispose()

    @contextmanager
    def reading(self, build: int | None = None) -> Iterator[Connection]:
        """
        Give a connection on which the facts stay as they are, whoever catches up meanwhile.

        Args:
            build: The number of another build than the one that serves.

        Raises:
            FactsUnusable: The place cannot be read.
            FactsLater: A later version of the program made them.
            NoBuild: There is no such build, or none serves yet; or the build is not past its
                first pass, or an earlier version of the program made it.
        """
        with errors(self.place), self.place.reading() as connection:
            if build is None:
                self.place.hold(connection)
                _check_served(self.place, connection)
                yield connection
                return
            check_same_schema(self.place, builds.build_numbered(connection, build))
            check_ready(connection, build)
            yield of_build(connection, build)

    def position(self, connection: Connection) -> int:
        """Return the last position that is in the facts that *connection* reads."""
        return int(connection.execute(select(bookmark.c.position)).scalar_one())

    def parked(self, connection: Connection) -> tuple[Parked, ...]:
        """Return the complaints that are left out of the facts that *connection* reads."""
        number = connection.execute(select(bookmark.c.build)).scalar_one()
        return builds.parked_of(connection, number)

    def status(self) -> tuple[BuildStatus, ...]:
        """
        Return how every build is, by number.

        Raises:
            FactsUnusable: The place cannot be read.
        """
        with errors(self.place), self.place.reading() as connection:
            if not build_tables.there_are(connection):
                return ()
            return tuple(_status(connection, build) for build in builds.all_builds(connection))

    def catch_up(
        self,
        store: EventStore,
        *,
        upto: int | None = None,
        batch: int = BATCH,
        tell: Tell = tell_nobody,
    ) -> Progress:
        """
        Take in what *store* holds past the bookmark; return how far that led.

        Where nothing serves yet, or only what an earlier version made, a build is made first.
        A complaint that cannot be folded is parked; each call tries those again.

        Args:
            store: The ledger.
            upto: The last position to take in; the end of the ledger by default.
            batch: How many events to take in with one transaction.
            tell: Called after each batch.

        Raises:
            FactsForeign: The place holds something else, or another ledger's facts.
            FactsAhead: The ledger does not hold what the facts were made from.
            FactsLater: A later version of the program made them.
            FactsUnusable: The place cannot be read or written.
        """
        place = self.place
        end = store.head().position if upto is None else upto
        with errors(place):
            build_tables.prepare(place)
            for _ in range(_DROPPED):
                with suppress(BuildGone):  # whoever dropped it let another serve
                    return self._catch_up(store, end, batch, tell)
            return self._catch_up(store, end, batch, tell)

    def _catch_up(self, store: EventStore, end: int, batch: int, tell: Tell) -> Progress:
        place = self.place
        with place.reading() as connection:
            served = check_served(place, connection, store)
        if served and served.schema == SCHEMA:
            try_parked_again(place, store, served.number)
            return go_on(place, store, served.number, upto=end, batch=batch, tell=tell)
        return self._make(store, end, batch, tell)

    def _make(self, store: EventStore, end: int, batch: int, tell: Tell) -> Progress:
        """Make the first build, or one in the place of an earlier version's, and let it serve."""
        place = self.place
        with place.alone() as connection:
            build = builds.begin_or_resume(
                connection, store.ledger, end, event_at(store, end), parts=1
            )
        first_pass(place, store, build, batch=batch, tell=tell)
        end_first_pass(place, store, build)
        made = go_on(place, store, build.number, upto=end, batch=batch, tell=tell, then_serve=True)
        with place.alone() as connection:
            builds.drop_old(connection)
        return made


def _status(connection: Connection, build: Build) -> BuildStatus:
    found = builds.marks(connection, build.number)
    return BuildStatus(
        build=build,
        position=sum(mark.position - mark.after for mark in found),
        parts=sum(mark.upto is not None and mark.position < mark.upto for mark in found),
        parked=builds.parked_of(connection, build.number),
        moved_at=builds.last_moved(connection, build.number),
    )


def check_ready(connection: Connection, build: int) -> None:
    """
    Refuse a build that is not past its first pass.

    Raises:
        NoBuild: It is not.
    """
    if builds.mark_of(connection, build) is None:
        raise NoBuild(
            f"build {build} is not ready; `complaint-ledger projections rebuild` goes on with it"
        )


def _check_served(place: Place, connection: Connection) -> None:
    served = builds.serving(connection) if build_tables.there_are(connection) else None
    if served is None:
        raise NoBuild(
            f"there are no facts in {place.shown} yet; `complaint-ledger projections rebuild`"
            " makes them, and so does every question"
        )
    check_schema(place, served)


def facts_as_known(store: EventStore, known_at: datetime, tell: Tell = tell_nobody) -> Views:
    """
    Return the facts in memory as they were known at *known_at* (aware); close them after use.
    """
    views = Views()
    try:
        views.catch_up(store, upto=position_at(store, known_at), tell=tell)
    except BaseException:
        views.close()
        raise
    return views
