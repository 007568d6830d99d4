"""A rebuild from begin to end, its way back, and what is left over."""

import time
from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from complaint_ledger.projections import build_tables, builds
from complaint_ledger.projections.builds import Build
from complaint_ledger.projections.facts import SCHEMA
from complaint_ledger.projections.faults import NoBuild
from complaint_ledger.projections.first_pass import end_first_pass, first_pass
from complaint_ledger.projections.places import errors, passing
from complaint_ledger.projections.runner import (
    BATCH,
    Tell,
    check_ledger,
    check_same_schema,
    check_served,
    event_at,
    go_on,
    stop_at_parked,
    tell_nobody,
    try_parked_again,
)
from complaint_ledger.projections.views import Views, check_ready
from complaint_ledger.projections.workers import first_pass_by_workers
from complaint_ledger.store import EventStore

_PATIENCE: Final = 120  # seconds for which the change to another build is tried
_PAUSE: Final = 0.5  # seconds between two tries, in which those who wait are answered


def rebuild(
    views: Views,
    store: EventStore,
    *,
    ledger: str | None = None,
    workers: int = 1,
    anew: bool = False,
    serve: bool = True,
    batch: int = BATCH,
    tell: Tell = tell_nobody,
) -> Build:
    """
    Make a build of *store* while another serves, and let it serve; return it.

    One that was begun and not ended is resumed. The build that served stays, to go back to.

    Args:
        views: Where it goes.
        store: The ledger.
        ledger: The ledger's address, as another process can open it; for several workers.
        workers: How many processes take part.
        anew: Give up one that was begun, and begin again.
        serve: Let it serve; else it stands beside the one that does.
        batch: How many events to take in with one transaction.
        tell: Called now and then; *head* is the target, and the ledger's end after that.

    Raises:
        RebuildStopped: A complaint cannot be folded. What serves goes on.
        FactsForeign: The place holds something else, or another ledger's facts.
        FactsLater: A later version of the program made what serves.
        FactsAhead: The ledger does not hold what was taken in so far.
        FactsUnusable: The place cannot be read or written.
        BadValue: Several workers cannot reach the ledger or the place.
    """
    place = views.place
    with errors(place):
        build_tables.prepare(place)
        with place.alone() as connection:
            check_served(place, connection, store)
            if anew:
                for build in builds.all_builds(connection):
                    if build.state == "building" and build.schema == SCHEMA:
                        builds.drop(connection, build.number)
            end = store.head().position
            build = builds.begin_or_resume(connection, store.ledger, end, event_at(store, end))
        many: dict[str, Any] = {"batch": batch, "tell": tell}
        if workers > 1:
            first_pass_by_workers(
                place, build, ledger=ledger or "memory:///", workers=workers, **many
            )
        first_pass(place, store, build, strict=True, **many)  # the rest, if there is one
        end_first_pass(place, store, build)
        # It may have been begun by who leaves out what cannot be folded.
        try_parked_again(place, store, build.number)
        stop_at_parked(place, build.number)
        return _let_serve(views, store, build, serve=serve, strict=True, **many)


def _let_serve(views: Views, store: EventStore, build: Build, *, serve: bool, **many: Any) -> Build:
    place = views.place
    until = time.monotonic() + _PATIENCE
    while True:
        end = store.head().position
        try:
            go_on(place, store, build.number, upto=end, then_serve=serve, **many)
            break
        except DBAPIError as error:  # somebody has asked for long, and asks still
            if not passing(error) or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
    with place.alone() as connection:
        builds.drop_old(connection)
        return builds.build_numbered(connection, build.number)


def let_serve(
    views: Views, store: EventStore, number: int | None = None, tell: Tell = tell_nobody
) -> Build:
    """
    Let another build serve: kept up first, so that nobody is told less than before.

    Args:
        views: Where it is.
        store: The ledger.
        number: Which; by default the one that served last, so that a rebuild is taken back.
        tell: Called after each batch.

    Raises:
        NoBuild: There is none that can.
        RebuildStopped: A complaint cannot be folded, and it never served.
        FactsAhead: The ledger does not hold what it was made from.
    """
    place = views.place
    with errors(place):
        with place.reading() as connection:
            there = builds.all_builds(connection) if build_tables.there_are(connection) else ()
            build = _chosen(views, there, number)
            check_ready(connection, build.number)
        check_ledger(place, build, store)
        strict = build.state == "building"  # one that served parks, as it did then
        try_parked_again(place, store, build.number)
        if strict:
            stop_at_parked(place, build.number)
        return _let_serve(views, store, build, serve=True, strict=strict, tell=tell)


def _chosen(views: Views, there: tuple[Build, ...], number: int | None) -> Build:
    if number is None:
        kept = [build for build in there if (build.state, build.schema) == ("kept", SCHEMA)]
        if not kept:
            raise NoBuild(
                f"no build in {views.place.shown} can serve again; one is kept after each rebuild"
            )
        return max(kept, key=lambda build: build.served_at or "")
    for build in there:
        if build.number == number:
            check_same_schema(views.place, build)
            return build
    raise NoBuild(f"there is no build {number} in {views.place.shown}")


def drop_build(views: Views, number: int) -> Build:
    """
    Drop the build with *number*; return what it was.

    Raises:
        NoBuild: There is none, or it serves.
    """
    place = views.place
    with errors(place):
        with place.reading() as connection:
            if not build_tables.there_are(connection):
                raise NoBuild(f"there is no build in {place.shown}")
        with place.alone() as connection:
            build = builds.build_numbered(connection, number)
            if build.state == "serving":
                raise NoBuild(f"build {number} serves; let another serve first")
            builds.drop(connection, number)
            return build
