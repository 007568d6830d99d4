"""
What of a complaint's history concerns a code that covers only some of its heads.

What names no head concerns them all; a stage that was opened for other heads alone,
and an item that was begun for another head, concern this code not at all.
"""

from collections.abc import Collection, Iterator, Sequence

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.words import HeadId


def concerning(told: Sequence[Fact], heads: Collection[HeadId]) -> tuple[Fact, ...]:
    """Return what of *told* concerns *heads*; all of it where no heads are named."""
    if not heads:
        return tuple(told)
    kept = [fact for fact in told if _concerns(fact.event, heads)]
    left = [fact.event for fact in told if fact not in kept]
    stages = set(_opened(left)) - set(_opened([fact.event for fact in kept]))
    items = set(filter(None, (getattr(event, "item", None) for event in left)))
    return tuple(
        _as_a_whole(fact, heads)
        for fact in kept
        if getattr(fact.event, "stage", None) not in stages
        and getattr(fact.event, "item", None) not in items
    )


def _as_a_whole(fact: Fact, heads: Collection[HeadId]) -> Fact:
    """Return a transfer of all the *heads* as one of everything, for that is what it is to them."""
    event = fact.event
    if isinstance(event, e.ComplaintTransferred) and set(heads) <= set(event.heads):
        return attrs.evolve(fact, event=attrs.evolve(event, heads=()))
    return fact


def _concerns(event: e.Event, heads: Collection[HeadId]) -> bool:
    named = set(_heads(event))
    return not named or not named.isdisjoint(heads)


def _heads(event: e.Event) -> Iterator[HeadId]:
    match event:
        case e.ResponseSent():
            yield from (one.head for one in event.outcomes)
        case e.OmbudsmanOutcomeReceived():
            yield from (one.head for one in event.findings)
        case (
            e.ComplaintEscalated()
            | e.ResolvedByAgreement()
            | e.ReferredToOmbudsman()
            | e.ComplaintTransferred()
            | e.ProviderInvolved()
        ):
            yield from event.heads
        case e.CauseIdentified() | e.RemedyOffered() | e.RecommendationMade():
            yield from (event.head,) if event.head else ()
        case _:  # about the complaint as a whole
            return


def _opened(events: Sequence[e.Event]) -> Iterator[str]:
    return (event.stage for event in events if isinstance(event, e.ComplaintEscalated))
