"""
A history in two times, with its corrections.

*known_at* asks what the ledger knew: since it assigns its times in order, that
is a prefix of positions. *effective_on* asks what had happened in the world by
a date, of what was known. Corrections and retractions count from when they
were recorded, never before.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint, replay
from complaint_ledger.domain.london import civil_date


@attrs.frozen(kw_only=True)
class Fact:
    """An event with its place in the ledger and the time it was recorded (UTC)."""

    id: str
    position: int
    version: int
    recorded_at: datetime
    event: e.Event


def known(facts: Iterable[Fact], known_at: datetime | None) -> tuple[Fact, ...]:
    """Return what was recorded by *known_at* (aware); everything where it is None (GEN-06)."""
    if known_at is None:
        return tuple(facts)
    return tuple(fact for fact in facts if fact.recorded_at <= known_at)


def standing(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """
    Return *facts*, in order, with corrections applied and what was retracted left out.

    The latest correction that was not retracted itself counts; to retract a
    correction brings back what was before.
    """
    gone: set[str] = set()
    instead: dict[str, e.Event] = {}
    for fact in reversed(facts):
        if fact.id in gone:
            continue
        event = instead.get(fact.id, fact.event)
        if isinstance(event, e.EntryRetracted):
            gone.add(event.retracts)
        elif isinstance(event, e.EntryCorrected):
            instead.setdefault(event.corrects, event.replacement)
    return tuple(
        attrs.evolve(fact, event=instead[fact.id]) if fact.id in instead else fact
        for fact in facts
        if fact.id not in gone
    )


def happened_by(fact: Fact) -> date:
    """Return the date by which it had happened: as said, else when it was recorded."""
    return fact.event.occurred_on or civil_date(fact.recorded_at)


def effective(facts: Sequence[Fact], effective_on: date | None) -> tuple[Fact, ...]:
    """
    Return what had happened by *effective_on*, in the order it happened (GEN-06).

    What nobody dated keeps its place behind what was recorded before it.
    """
    ordered = sorted(_dated(facts), key=lambda pair: (pair[0], pair[1].position))
    return tuple(
        fact for _, fact in ordered if effective_on is None or happened_by(fact) <= effective_on
    )


def _dated(facts: Sequence[Fact]) -> Iterator[tuple[date, Fact]]:
    last = date.min
    for fact in facts:
        day = fact.event.occurred_on or last
        last = max(last, day)
        yield day, fact


def as_of(
    facts: Sequence[Fact], known_at: datetime | None = None, effective_on: date | None = None
) -> Complaint:
    """
    Return the complaint as known at *known_at*, as it stood on *effective_on*.

    Events count in the order they happened; a decision counts them as they were
    recorded instead (`replay` over `standing`).
    """
    told = effective(standing(known(facts, known_at)), effective_on)
    return replay(fact.event for fact in told)
