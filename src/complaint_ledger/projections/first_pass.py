"""
Making a build while another serves.

The first pass takes each complaint once, as it stands at the target: in the order of first
events, shared out in parts of the ledger's positions, each of which anybody may resume.
So no event is read more than twice, and how much is done is exact. Past the target the
build keeps up as any does, and with the batch that reaches the end it begins to serve.
"""

from collections.abc import Iterable

import attrs

from complaint_ledger.own import opening_of
from complaint_ledger.projections import builds
from complaint_ledger.projections.builds import Bookmark, Build
from complaint_ledger.projections.faults import FactsAhead
from complaint_ledger.projections.folding import begun
from complaint_ledger.projections.places import Place
from complaint_ledger.projections.rows import keep
from complaint_ledger.projections.runner import (
    BATCH,
    Progress,
    Tell,
    event_at,
    stop_at_faults,
    tell_nobody,
)
from complaint_ledger.store import EventStore


def first_pass(
    place: Place,
    store: EventStore,
    build: Build,
    *,
    batch: int = BATCH,
    tell: Tell = tell_nobody,
    strict: bool = False,
    share: tuple[int, int] = (0, 1),
) -> None:
    """
    Do what is left of the first pass of *build*.

    Args:
        place: Where it is.
        store: The ledger.
        build: Which.
        batch: How many positions to deal with in one transaction.
        tell: Called after each batch.
        strict: Stop at a complaint that cannot be folded, and park none.
        share: Which of how many workers this is: (0, 2) and (1, 2) do half each.

    Raises:
        FactsAhead: The ledger does not hold what was taken in.
        RebuildStopped: A complaint cannot be folded, and *strict*.
    """
    _check_target(place, store, build)
    worker, of = share
    for mark in _open_parts(place, build):
        if mark.part % of == worker:
            _take_in_part(place, store, build, mark, batch=batch, tell=tell, strict=strict)


def _check_target(place: Place, store: EventStore, build: Build) -> None:
    """
    Refuse a ledger that is another up to the target, of which each part is folded.

    Raises:
        FactsAhead: The event at the target is another, or there is none.
    """
    if event_at(store, build.target) != build.event:
        raise _another_ledger(place, build)


def _another_ledger(place: Place, build: Build) -> FactsAhead:
    return FactsAhead(
        f"build {build.number} in {place.shown} was begun from events that this ledger does not"
        f" hold (up to position {build.target}): was it restored from a backup?"
        " `complaint-ledger projections rebuild --anew` begins again"
    )


def _open_parts(place: Place, build: Build) -> Iterable[Bookmark]:
    with place.reading() as connection:
        marks = builds.marks(connection, build.number)
    return [mark for mark in marks if mark.upto is not None and mark.position < mark.upto]


def _take_in_part(
    place: Place,
    store: EventStore,
    build: Build,
    at: Bookmark,
    *,
    batch: int,
    tell: Tell,
    strict: bool,
) -> None:
    council = str(opening_of(store).council)
    assert at.upto is not None
    while at.position < at.upto:
        events = store.tail(after=at.position, limit=min(batch, at.upto - at.position))
        if not events:
            raise _another_ledger(place, build)
        complaints = [*begun(store, events, council, build.target)]
        if strict:
            stop_at_faults(complaints)
        to = attrs.evolve(at, position=events[-1].position, event=events[-1].id)
        with place.writing() as connection:
            if builds.moved(connection, at, to):
                keep(connection, build.number, complaints)
                at = to
            elif there := builds.mark_of(connection, build.number, at.part):
                at = there  # somebody else is at the same part
            else:
                return  # and has done with all of them
        tell(Progress(done(place, build), build.target))


def done(place: Place, build: Build) -> int:
    """Return how many positions *build* has dealt with."""
    with place.reading() as connection:
        return sum(mark.position - mark.after for mark in builds.marks(connection, build.number))


def end_first_pass(place: Place, store: EventStore, build: Build) -> None:
    """
    Let *build* go on past its target, if every part is done and nobody did this before.

    Raises:
        BuildGone: Somebody dropped it meanwhile.
    """
    with place.alone() as connection:
        marks = builds.marks(connection, build.number)
        if not marks:
            raise builds.gone(build.number)
        if marks[0].part == 0:
            return
        if all(mark.position == mark.upto for mark in marks):
            _check_target(place, store, build)
            builds.begin_past(connection, build.number, build.target, build.event)
