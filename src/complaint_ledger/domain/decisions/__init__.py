"""
What may be recorded next.

A decision refuses what cannot be true, or what would leave out something that
must be said. It never refuses what was merely late: a ledger that turns bad
news away is no evidence. What fell short is found, not refused.

`objections` holds the general rules, `code_refusals` those of the complaint's own
code. A live command is refused by the first; an import records the event all the same.
"""

from collections.abc import Sequence

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.code_refusals import code_refusals
from complaint_ledger.domain.complaint import Complaint, replay
from complaint_ledger.domain.decisions import entries, journey, outside
from complaint_ledger.domain.decisions.common import dated, told_as
from complaint_ledger.domain.decisions.general import objections
from complaint_ledger.domain.decisions.plain import plain
from complaint_ledger.domain.decisions.situation import Situation
from complaint_ledger.domain.history import Fact, standing
from complaint_ledger.errors import Refused


def decide(
    command: c.Command, history: Sequence[Fact], situation: Situation
) -> list[e.ComplaintEvent]:
    """
    Return the events that *command* leads to; none when it was said before.

    Raises:
        Refused: It may not be recorded; the refusal names the rule.
    """
    told = standing(history)
    complaint = replay(fact.event for fact in told)
    if situation.role == "member":
        raise Refused(
            "GEN-19",
            "a Member does not record on complaints; an officer does."
            " Members read reports and trends",
        )
    if not isinstance(command, c.Receive) and not complaint.received:
        raise Refused("GEN-01", "nothing is on record for this complaint; record its receipt first")
    events = _decide(dated(command), complaint, situation, told)
    for event in events:
        for objection in objections(event, complaint, situation):
            raise objection
        for refusal in code_refusals(event, told, situation.codes, situation.now):
            raise refusal
    return events


def _decide(
    command: c.Command, complaint: Complaint, situation: Situation, told: Sequence[Fact]
) -> list[e.ComplaintEvent]:
    match command:
        case c.Receive():
            return journey.receive(command, complaint)
        case c.Acknowledge():
            return journey.acknowledge(command, complaint, told)
        case c.Define():
            return journey.define(command)
        case c.AddHead():
            return journey.add_head(command, complaint)
        case c.Assign():
            return journey.assign(command, complaint)
        case c.Extend():
            return journey.extend(command, complaint, situation)
        case c.SignOff():
            return journey.sign_off(command, complaint, told)
        case c.Respond():
            return journey.respond(command, complaint, situation)
        case c.Deliver():
            return journey.deliver(command, complaint, told)
        case c.Resolve():
            return journey.resolve(command, complaint, situation)
        case c.Escalate():
            return journey.escalate(command, complaint, situation)
        case c.Refuse():
            return [told_as(e.ComplaintRefused, command)]
        case c.RefuseEscalation():
            return journey.refuse_escalation(command, complaint, situation)
        case c.Withdraw():
            return journey.withdraw(command, complaint, told)
        case c.Reopen():
            return journey.reopen(command, complaint)
        case c.Close():
            return journey.close(command, complaint, told)
        case c.Refer():
            return outside.refer(command, complaint, told)
        case c.Premature():
            return [told_as(e.ReferralPremature, command)]
        case c.OmbudsmanOutcome():
            return outside.ombudsman_outcome(command, complaint)
        case c.Correct():
            return entries.correct(command, told, situation)
        case c.Retract():
            return entries.retract(command, told)
        case _:
            return plain(command, complaint, told, situation)


__all__ = ["Situation", "decide", "objections"]
