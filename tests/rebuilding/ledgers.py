"""Large ledgers whose every event can be folded: a thousand complaints open at a time."""

import random
from datetime import date, timedelta

from complaint_ledger.domain import events as e
from complaint_ledger.ids import new_id
from complaint_ledger.opening import create_ledger
from complaint_ledger.recording import Around, Part, Told

OPEN_AT_ONCE = 1000
SERVICES = ("waste", "housing", "parking", "adult-social-care", "council-tax", None)
LOCAL = ("upheld", "not-upheld", "not-upheld", "partly-upheld")
FOUND = ("upheld", "not-upheld", "not-upheld", "upheld-already-remedied", "not-investigated")


def large_ledger(url, events, seed=1):
    """Make a ledger with *events* events, or a few more, and close it."""
    drawn = random.Random(seed)
    ledger, actor = create_ledger(url, council="Northborough Council", fictional=True)
    with ledger:
        around = Around(actor=ledger.actor(actor))
        left, number = events, 0
        while left > 0:
            some = min(OPEN_AT_ONCE, -(-left // 8))
            stories = [(new_id(), story(drawn, number + n)) for n in range(some)]
            number += some
            record_stories(ledger, around, stories)
            left -= 8 * some


def record_stories(ledger, around, stories, versions=range(8)):
    """Record *stories*, each with its stream, side by side: the first events, the second, …"""
    for version in versions:
        parts = [
            Part(stream=stream, version=version, events=[Told(new_id(), told[version])])
            for stream, told in stories
        ]
        ledger.recorder.append(parts, around)


def story(drawn, number):
    """Return eight events of a complaint that goes all the way."""
    day = date(2020, 4, 1) + timedelta(days=drawn.randrange(2000))
    later = iter(day + timedelta(days=n) for n in (3, 4, 12, 20, 40, 90, 300))
    heads = [e.Head(id=f"h{n}", category="delay") for n in range(1, drawn.choice([2, 2, 3]))]

    def answered(stage):
        outcomes = tuple(e.HeadOutcome(head=head.id, outcome=drawn.choice(LOCAL)) for head in heads)
        return e.ResponseSent(occurred_on=next(later), stage=stage, outcomes=outcomes)

    return [
        e.ComplaintReceived(
            occurred_on=day,
            reference=f"C-{number:07}",
            heads=tuple(heads),
            service=drawn.choice(SERVICES),
            channel=drawn.choice(["web", "phone", None]),
        ),
        e.ComplaintAcknowledged(occurred_on=next(later), stage="stage-1"),
        e.HandlerAssigned(occurred_on=next(later), handler="officer-7k2m"),
        answered("stage-1"),
        e.ComplaintEscalated(occurred_on=next(later), stage="stage-2"),
        answered("stage-2"),
        e.ReferredToOmbudsman(occurred_on=next(later), body="lgsco"),
        e.OmbudsmanOutcomeReceived(
            occurred_on=next(later),
            body="lgsco",
            findings=tuple(
                e.HeadFinding(head=head.id, finding=drawn.choice(FOUND)) for head in heads
            ),
        ),
    ]
