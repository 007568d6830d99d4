"""
One complaint from the first missed bin to the ombudsman, for tests and pages.

Everything in it is invented. `EVENTS` is the journey as the ledger keeps it, and
`COMMANDS` is what an officer recorded, one command for each event. It runs under
`lgsco-2024`, in days around Easter 2026.
"""

from datetime import date
from typing import Final

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import (
    COMPLAINANT,
    ActorId,
    BodyId,
    CategoryId,
    ChannelId,
    DeadlineId,
    HeadId,
    OutcomeId,
    Private,
    ReasonId,
    Reference,
    ServiceId,
    StageId,
    ToldId,
    seal,
)

REFERENCE: Final = Reference("C-2026-000123")
OMBUDSMAN_REFERENCE: Final = Reference("26 004 117")
LGSCO: Final = BodyId("lgsco")
OFFICER: Final = ActorId("officer-7k2m9q")
MANAGER: Final = ActorId("officer-3f8x2d")
WASTE: Final = ServiceId("waste")

STAGE_1: Final = StageId("stage-1")
STAGE_2: Final = StageId("stage-2")
STAGES: Final = (STAGE_1, STAGE_2)

UPHELD: Final = OutcomeId("upheld")
NOT_UPHELD: Final = OutcomeId("not-upheld")

H1: Final = HeadId("h1")
H2: Final = HeadId("h2")
MISSED: Final = e.Head(
    id=H1,
    category=CategoryId("missed-collection"),
    service=WASTE,
    description=seal("Our bin was missed on three Mondays in March."),
)
UNANSWERED: Final = e.Head(
    id=H2,
    category=CategoryId("communication"),
    service=WASTE,
    description=seal("Nobody rang back, although it was promised twice."),
)
COMPLAINANT_SAID: Final = e.Person(
    id=COMPLAINANT, name=seal("Rowan Ashdown"), contact=seal("rowan@example.org")
)
SOUGHT: Final[Private] = seal("That the bin is emptied every Monday.")

RECEIVED: Final = e.ComplaintReceived(
    occurred_on=date(2026, 4, 1),
    reference=REFERENCE,
    arose_on=date(2026, 3, 16),
    channel=ChannelId("web-form"),
    service=WASTE,
    heads=(MISSED,),
    complainant=COMPLAINANT_SAID,
    outcome_sought=SOUGHT,
)
ACKNOWLEDGED: Final = e.ComplaintAcknowledged(
    occurred_on=date(2026, 4, 8), stage=STAGE_1, told=(ToldId("definition"),)
)
ASSIGNED: Final = e.HandlerAssigned(occurred_on=date(2026, 4, 8), handler=OFFICER, service=WASTE)
HEAD_ADDED: Final = e.HeadAdded(occurred_on=date(2026, 4, 13), head=UNANSWERED)
EXTENDED: Final = e.ResponseExtended(
    occurred_on=date(2026, 4, 20),
    stage=STAGE_1,
    extends=DeadlineId("stage-1-respond"),
    until=date(2026, 5, 6),
    reason=ReasonId("complexity"),
    explanation=seal("The crew's round sheets are with the contractor."),
    approver=MANAGER,
    told_on=date(2026, 4, 20),
    ombudsman_details_given=True,
)
SIGNED_OFF: Final = e.ResponseSignedOff(
    occurred_on=date(2026, 5, 5), stage=STAGE_1, signed_off_by=MANAGER
)
RESPONDED: Final = e.ResponseSent(
    occurred_on=date(2026, 5, 6),
    stage=STAGE_1,
    outcomes=(
        e.HeadOutcome(head=H1, outcome=UPHELD, reasons=seal("The round sheets show it.")),
        e.HeadOutcome(head=H2, outcome=NOT_UPHELD, reasons=seal("Two calls are on record.")),
    ),
    decided_by=MANAGER,
    told=(ToldId("next-stage"),),
)
ESCALATED: Final = e.ComplaintEscalated(
    occurred_on=date(2026, 5, 20),
    stage=STAGE_2,
    heads=(H2,),
    reasons=seal("Nobody called me, whatever the record says."),
)
ACKNOWLEDGED_AGAIN: Final = e.ComplaintAcknowledged(occurred_on=date(2026, 5, 22), stage=STAGE_2)
RESPONDED_AGAIN: Final = e.ResponseSent(
    occurred_on=date(2026, 6, 19),
    stage=STAGE_2,
    outcomes=(e.HeadOutcome(head=H2, outcome=NOT_UPHELD),),
    decided_by=MANAGER,
    told=(ToldId("ombudsman"),),
)
CLOSED: Final = e.ComplaintClosed(occurred_on=date(2026, 7, 1), reason=ReasonId("completed"))
REFERRED: Final = e.ReferredToOmbudsman(
    occurred_on=date(2026, 9, 14), body=LGSCO, reference=OMBUDSMAN_REFERENCE
)
OMBUDSMAN_OUTCOME: Final = e.OmbudsmanOutcomeReceived(
    occurred_on=date(2027, 1, 20),
    body=LGSCO,
    reference=OMBUDSMAN_REFERENCE,
    decided_on=date(2027, 1, 18),
    findings=(
        e.HeadFinding(head=H1, finding="upheld-already-remedied"),
        e.HeadFinding(head=H2, finding="upheld"),
    ),
    label=seal("Upheld: fault and injustice"),
)

EVENTS: Final[tuple[e.ComplaintEvent, ...]] = (
    RECEIVED,
    ACKNOWLEDGED,
    ASSIGNED,
    HEAD_ADDED,
    EXTENDED,
    SIGNED_OFF,
    RESPONDED,
    ESCALATED,
    ACKNOWLEDGED_AGAIN,
    RESPONDED_AGAIN,
    CLOSED,
    REFERRED,
    OMBUDSMAN_OUTCOME,
)

RECEIVE: Final = c.Receive(
    occurred_on=date(2026, 4, 1),
    reference=REFERENCE,
    arose_on=date(2026, 3, 16),
    channel=ChannelId("web-form"),
    service=WASTE,
    heads=(MISSED,),
    complainant=COMPLAINANT_SAID,
    outcome_sought=SOUGHT,
)
ACKNOWLEDGE: Final = c.Acknowledge(occurred_on=date(2026, 4, 8), told=(ToldId("definition"),))
ASSIGN: Final = c.Assign(occurred_on=date(2026, 4, 8), handler=OFFICER, service=WASTE)
ADD_HEAD: Final = c.AddHead(occurred_on=date(2026, 4, 13), head=UNANSWERED)
EXTEND: Final = c.Extend(
    occurred_on=date(2026, 4, 20),
    until=date(2026, 5, 6),
    reason=ReasonId("complexity"),
    explanation=seal("The crew's round sheets are with the contractor."),
    approver=MANAGER,
    told_on=date(2026, 4, 20),
    ombudsman_details_given=True,
)
SIGN_OFF: Final = c.SignOff(occurred_on=date(2026, 5, 5), signed_off_by=MANAGER)
RESPOND: Final = c.Respond(
    occurred_on=date(2026, 5, 6),
    outcomes=RESPONDED.outcomes,
    decided_by=MANAGER,
    told=(ToldId("next-stage"),),
)
ESCALATE: Final = c.Escalate(
    occurred_on=date(2026, 5, 20),
    heads=(H2,),
    reasons=seal("Nobody called me, whatever the record says."),
)
ACKNOWLEDGE_AGAIN: Final = c.Acknowledge(occurred_on=date(2026, 5, 22))
RESPOND_AGAIN: Final = c.Respond(
    occurred_on=date(2026, 6, 19),
    outcomes=RESPONDED_AGAIN.outcomes,
    decided_by=MANAGER,
    told=(ToldId("ombudsman"),),
)
CLOSE: Final = c.Close(occurred_on=date(2026, 7, 1))
REFER: Final = c.Refer(occurred_on=date(2026, 9, 14), body=LGSCO, reference=OMBUDSMAN_REFERENCE)
RECEIVE_OMBUDSMAN_OUTCOME: Final = c.OmbudsmanOutcome(
    occurred_on=date(2027, 1, 20),
    body=LGSCO,
    reference=OMBUDSMAN_REFERENCE,
    decided_on=date(2027, 1, 18),
    findings=OMBUDSMAN_OUTCOME.findings,
    label=seal("Upheld: fault and injustice"),
)

COMMANDS: Final[tuple[c.Command, ...]] = (
    RECEIVE,
    ACKNOWLEDGE,
    ASSIGN,
    ADD_HEAD,
    EXTEND,
    SIGN_OFF,
    RESPOND,
    ESCALATE,
    ACKNOWLEDGE_AGAIN,
    RESPOND_AGAIN,
    CLOSE,
    REFER,
    RECEIVE_OMBUDSMAN_OUTCOME,
)
