"""
Keeps a build up with its ledger.

A batch of the ledger's events names the complaints that changed. Each is folded
again, as far as the batch reaches, and its rows replaced, in one transaction
with the bookmark, which moves only if nobody moved it meanwhile. So the facts
are always those of the positions up to the bookmark: no event counts twice and
none is left out, whoever else is at work and wherever it was broken off.
"""

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime
from typing import Final

import attrs
from sqlalchemy import Connection

from complaint_ledger.own import opening_of
from complaint_ledger.projections import builds
from complaint_ledger.projections.builds import Bookmark, Build
from complaint_ledger.projections.facts import SCHEMA
from complaint_ledger.projections.faults import (
    FactsAhead,
    FactsForeign,
    FactsLater,
    NoBuild,
    RebuildStopped,
)
from complaint_ledger.projections.folding import Folded, changed, fold
from complaint_ledger.projections.places import Place
from complaint_ledger.projections.rows import keep
from complaint_ledger.store import EventStore

BATCH: Final = 5000
"""How many events are taken in with one transaction."""

_TRIED_AGAIN: Final = 100  # parked complaints, at the beginning of each catch-up


@attrs.frozen
class Progress:
    """How far the facts are: they hold *position* of the *head* positions of the ledger."""

    position: int
    head: int


Tell = Callable[[Progress], None]


def tell_nobody(_: Progress) -> None:
    """Say nothing."""


def go_on(
    place: Place,
    store: EventStore,
    build: int,
    *,
    upto: int,
    batch: int = BATCH,
    tell: Tell = tell_nobody,
    strict: bool = False,
    then_serve: bool = False,
) -> Progress:
    """
    Take in what *store* holds past the bookmark of *build*, which is past its first pass.

    Args:
        place: Where the build is.
        store: The ledger.
        build: Its number.
        upto: The last position to take in.
        batch: How many events to take in with one transaction.
        tell: Called after each batch.
        strict: Stop at a complaint that cannot be folded, and park none.
        then_serve: Let the build serve, from the end of the last batch's transaction.

    Raises:
        BuildGone: Somebody dropped it meanwhile.
        FactsAhead: The ledger does not hold what the build was made from.
        RebuildStopped: A complaint cannot be folded, and *strict*.
    """
    council = str(opening_of(store).council)
    with place.reading() as connection:
        at = _past_first_pass(builds.mark_of(connection, build), build)
    check_still_there(place, store, at)
    while at.position < upto or then_serve:
        limit = min(batch, upto - at.position)
        events = store.tail(after=at.position, limit=limit) if limit > 0 else ()
        complaints = changed(store, events, council)
        if strict:
            stop_at_faults(complaints)
        last = not events or events[-1].position >= upto
        to = attrs.evolve(at, position=events[-1].position, event=events[-1].id) if events else at
        with place.writing() as connection:
            if builds.moved(connection, at, to):
                keep(connection, build, complaints)
                at = to
                if then_serve and last and not _behind(connection, store, at):
                    builds.serve(place, connection, build)
                    then_serve = False
            else:  # another runner was faster
                at = _past_first_pass(builds.mark_of(connection, build), build)
        if then_serve and last:
            upto = max(upto, store.head().position)
        elif not events:
            break
        if events:
            tell(Progress(at.position, max(upto, at.position)))
    return Progress(at.position, max(upto, at.position))


def _past_first_pass(mark: Bookmark | None, build: int) -> Bookmark:
    if mark is None:
        raise builds.gone(build)
    return mark


def _behind(connection: Connection, store: EventStore, at: Bookmark) -> bool:
    """Return whether who asks would be told less than before, if this build served."""
    served = builds.serving(connection)
    mark = builds.mark_of(connection, served.number) if served else None
    # A ledger that was restored from a backup ends before what was served.
    return mark is not None and at.position < min(mark.position, store.head().position)


def check_still_there(place: Place, store: EventStore, at: Bookmark) -> None:
    """
    Refuse a bookmark that *store* knows nothing of.

    Raises:
        FactsAhead: The event at its position is another, or there is none.
    """
    if at.position == at.after:
        return
    if event_at(store, at.position) != at.event:
        raise FactsAhead(
            f"the facts in {place.shown} were made from events that this ledger does not hold"
            f" (position {at.position}): was it restored from a backup?"
            " `complaint-ledger projections rebuild --anew` makes them from what it holds"
        )


def event_at(store: EventStore, position: int) -> str:
    """Return the id of the event at *position*; "" if there is none."""
    there = store.tail(after=position - 1, limit=1) if position else ()
    return there[0].id if there else ""


def stop_at_faults(complaints: list[Folded]) -> None:
    """
    Refuse a complaint that cannot be folded.

    Raises:
        RebuildStopped: There is one.
    """
    for one in complaints:
        if one.fault is not None:
            raise _stopped(one.stream, one.position, one.fault)


def stop_at_parked(place: Place, build: int) -> None:
    """
    Refuse a build out of which complaints are left.

    Raises:
        RebuildStopped: It is one.
    """
    with place.reading() as connection:
        for one in builds.parked_of(connection, build):
            raise _stopped(one.stream, one.position, one.reason)


def _stopped(stream: str, position: int, why: str) -> RebuildStopped:
    return RebuildStopped(
        f"complaint {stream} cannot be folded at position {position} ({why}). What serves goes on."
        " Mend the cause, such as a program that is older than the events, and `complaint-ledger"
        " projections rebuild` goes on from where it stopped"
    )


def check_served(place: Place, connection: Connection, store: EventStore) -> Build | None:
    """
    Return the build that serves; None if none does.

    Raises:
        FactsForeign: A build, served or not, is of another ledger.
        FactsLater: A later program made the one that serves.
    """
    for build in builds.all_builds(connection):
        check_ledger(place, build, store)
    if served := builds.serving(connection):
        check_schema(place, served)
    return served


def check_ledger(place: Place, build: Build, store: EventStore) -> None:
    """
    Refuse a build of another ledger.

    Raises:
        FactsForeign: It is one.
    """
    if build.ledger != store.ledger:
        raise FactsForeign(
            f"the facts in {place.shown} are of another ledger; name another place, or"
            " delete this one: facts are made anew from their ledger"
        )


def check_schema(place: Place, build: Build) -> None:
    """
    Refuse a build by a later program.

    Raises:
        FactsLater: It is one.
    """
    if build.schema > SCHEMA:
        raise FactsLater(
            f"build {build.number} in {place.shown} is of version {build.schema} of the facts,"
            f" and this program knows {SCHEMA}: use the program that made it, or name another"
            " place; nothing was changed"
        )


def check_same_schema(place: Place, build: Build) -> None:
    """
    Refuse a build by a later program, or by an earlier one.

    Raises:
        FactsLater: It is by a later one.
        NoBuild: It is by an earlier one.
    """
    check_schema(place, build)
    if build.schema < SCHEMA:
        raise NoBuild(
            f"build {build.number} is of version {build.schema} of the facts, which only the"
            " program that made it can read and keep up; `complaint-ledger projections rebuild`"
            " makes one of this version"
        )


def try_parked_again(place: Place, store: EventStore, build: int) -> None:
    """Fold again what is parked, as far as *build* goes; what can be folded now is taken in."""
    with place.reading() as connection:
        faulty = builds.parked_of(connection, build)[:_TRIED_AGAIN]
        at = _past_first_pass(builds.mark_of(connection, build), build)
    if not faulty:
        return
    check_still_there(place, store, at)
    council = str(opening_of(store).council)
    again = [
        fold([e for e in store.read(one.stream) if e.position <= at.position], council)
        for one in faulty
    ]
    if mended := [one for one in again if one.fault is None]:
        with place.writing() as connection:
            if builds.moved(connection, at, at):
                keep(connection, build, mended)


def position_at(store: EventStore, known_at: datetime) -> int:
    """Return the last position that was recorded by *known_at* (aware); 0 if none was."""
    # The store's times never go back, so that they can be searched by halves.
    positions = range(1, store.head().position + 1)
    return bisect_right(
        positions, known_at, key=lambda p: store.tail(after=p - 1, limit=1)[0].recorded_at
    )
