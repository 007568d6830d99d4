"""
The journeys that every side records: invented, the same on each run.

A journey has eight events, from receipt to the second answer. Ours are built
here; the peers build theirs from the same `Case`.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import attrs

from complaint_ledger import pinning
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import (
    ActorId,
    CategoryId,
    ChannelId,
    DeadlineId,
    HeadId,
    OutcomeId,
    ReasonId,
    Reference,
    ServiceId,
    StageId,
    SubjectId,
    ToldId,
    seal,
)
from complaint_ledger.ids import new_id
from complaint_ledger.recording import Part, Told, claims_of

PIN: Final = pinning.pin("lgsco-2024")
SERVICES: Final = ("waste", "housing-repairs", "planning", "council-tax", "adult-care")
LENGTH: Final = 8
ANSWERED: Final = 6
"""How many events of a journey come before the escalation."""

_TEXT: Final = (
    "The bins in our street were missed again, for the third week. I rang twice and was told"
    " that a crew would come back, and nobody did. My neighbour cannot move hers alone. "
)


@attrs.frozen(kw_only=True)
class Case:
    """What one complaint says, in plain values, before any side has made events of it."""

    reference: str
    received_on: date
    service: str
    handler: str
    manager: str
    name: str
    contact: str
    description: str
    sought: str
    explanation: str
    reasons: str
    escalation: str
    request: str

    def day(self, after: int) -> date:
        """Return the date *after* days past the receipt."""
        return self.received_on + timedelta(days=after)


def case(n: int) -> Case:
    """Return the case number *n*."""
    return Case(
        reference=f"C-{n:07}",
        received_on=date(2024, 1, 1) + timedelta(days=n % 500),
        service=SERVICES[n % len(SERVICES)],
        handler=f"officer-{n % 97:06}",
        manager=f"officer-{n % 11:06}",
        name=f"Fictional Person {n}",
        contact=f"person{n}@example.org, {n % 200} Example Street, Anytown",
        description=f"{n}: {_TEXT * 2}",
        sought="An apology, and that the bins are collected each week.",
        explanation=f"{n}: the contractor's log of that week has not come yet.",
        reasons=f"{n}: the crew's log shows no visit on three of four days. {_TEXT}",
        escalation=f"{n}: you say that the crew came on the fourth day. It did not. {_TEXT}",
        request=f"{n:064x}",
    )


def events_of(case: Case) -> list[e.ComplaintEvent]:
    """Return the journey of *case*."""
    stage, second, service = StageId("stage-1"), StageId("stage-2"), ServiceId(case.service)
    h1, h2, manager = HeadId("h1"), HeadId("h2"), ActorId(case.manager)
    return [
        e.ComplaintReceived(
            occurred_on=case.received_on,
            reference=Reference(case.reference),
            channel=ChannelId("web-form"),
            service=service,
            codes=(PIN,),
            heads=(
                e.Head(
                    id=h1,
                    category=CategoryId("missed-collection"),
                    description=seal(case.description),
                ),
                e.Head(id=h2, category=CategoryId("staff-conduct")),
            ),
            complainant=e.Person(
                id=SubjectId("p1"), name=seal(case.name), contact=seal(case.contact)
            ),
            outcome_sought=seal(case.sought),
        ),
        e.ComplaintAcknowledged(
            occurred_on=case.day(2), stage=stage, told=(ToldId("response-time"),)
        ),
        e.HandlerAssigned(occurred_on=case.day(3), handler=ActorId(case.handler), service=service),
        e.ResponseExtended(
            occurred_on=case.day(10),
            stage=stage,
            extends=DeadlineId("stage-1-respond"),
            until=case.day(30),
            reason=ReasonId("complex"),
            explanation=seal(case.explanation),
            approver=manager,
            told_on=case.day(10),
            ombudsman_details_given=True,
        ),
        e.ResponseSignedOff(occurred_on=case.day(24), stage=stage, signed_off_by=manager),
        e.ResponseSent(
            occurred_on=case.day(25),
            stage=stage,
            outcomes=(
                e.HeadOutcome(head=h1, outcome=OutcomeId("upheld"), reasons=seal(case.reasons)),
                e.HeadOutcome(head=h2, outcome=OutcomeId("not-upheld")),
            ),
            decided_by=manager,
            told=(ToldId("next-stage"),),
        ),
        e.ComplaintEscalated(
            occurred_on=case.day(32), stage=second, heads=(h1,), reasons=seal(case.escalation)
        ),
        e.ResponseSent(
            occurred_on=case.day(50),
            stage=second,
            outcomes=(e.HeadOutcome(head=h1, outcome=OutcomeId("upheld")),),
            decided_by=manager,
            told=(ToldId("ombudsman"),),
        ),
    ]


def part_of(case: Case, length: int = LENGTH) -> Part:
    """Return the first *length* events of *case* as one import would record them."""
    events: Sequence[e.ComplaintEvent] = events_of(case)[:length]
    return Part(
        stream=new_id(),
        version=0,
        events=[
            Told(new_id(), event, case.request if n == 0 else None)
            for n, event in enumerate(events)
        ],
        claims=claims_of(events),
    )
