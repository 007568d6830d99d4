"""What is said about an entry: that it was wrong, or should never have been made."""

from collections.abc import Sequence

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.code_refusals import code_refusals
from complaint_ledger.domain.complaint import Complaint, replay
from complaint_ledger.domain.decisions.common import (
    dated,
    refuse_code_twice,
    refuse_twins,
    refuse_unknown_findings,
    refuse_unknown_outcomes,
    standing_entry,
    told_as,
)
from complaint_ledger.domain.decisions.general import objections
from complaint_ledger.domain.decisions.plain import refuse_impossible
from complaint_ledger.domain.decisions.situation import Situation
from complaint_ledger.domain.history import Fact
from complaint_ledger.errors import Refused


def correct(
    command: c.Correct, told: Sequence[Fact], situation: Situation
) -> list[e.ComplaintEvent]:
    wrong = standing_entry(command.corrects, told)
    if type(wrong.event) is not type(command.replacement):
        raise Refused(
            "GEN-05",
            "an entry is corrected by one of the same kind; otherwise retract it and record anew",
        )
    if isinstance(wrong.event, e.EntryCorrected | e.EntryRetracted):
        raise Refused("GEN-05", "correct the entry itself again, or retract the correction")
    replacement = dated(command.replacement)
    before = replay(fact.event for fact in told if fact.position < wrong.position)
    _refuse_unknown_parts(replacement, before, situation)
    others = [fact for fact in told if fact is not wrong]
    besides = replay(fact.event for fact in others)
    refuse_impossible(replacement, besides, others, wrong.event)
    for objection in objections(replacement, before, situation):
        raise objection
    _refuse_new_breaches(wrong, replacement, others, situation)
    return [told_as(e.EntryCorrected, command, replacement=replacement)]


def _refuse_new_breaches(
    wrong: Fact, replacement: e.ComplaintEvent, others: Sequence[Fact], situation: Situation
) -> None:
    """Refuse what the complaint's own code asks, unless the entry lacked it before."""
    assert isinstance(wrong.event, e.ComplaintEvent)
    lacked = {
        refusal.rule
        for refusal in code_refusals(wrong.event, others, situation.codes, situation.now)
    }
    for refusal in code_refusals(replacement, others, situation.codes, situation.now):
        if refusal.rule not in lacked:
            raise refusal


def _refuse_unknown_parts(event: e.ComplaintEvent, before: Complaint, situation: Situation) -> None:
    """Refuse what the command for *event* would have refused of its parts."""
    match event:
        case e.ComplaintReceived():
            refuse_twins(head.id for head in event.heads)
            refuse_code_twice(event.codes)
            if event.occurred_on is None and event.precision == "day":
                raise Refused("GEN-01", "a receipt needs its date, or precision unknown")
        case e.ComplaintDefined():
            refuse_twins(head.id for head in event.heads)
        case e.ResponseSent():
            refuse_unknown_outcomes(event.outcomes, before, situation)
        case e.OmbudsmanOutcomeReceived():
            refuse_unknown_findings(event.findings, before)
        case _:  # the others have no parts that the complaint must know
            pass


def retract(command: c.Retract, told: Sequence[Fact]) -> list[e.ComplaintEvent]:
    wrong = standing_entry(command.retracts, told)
    if isinstance(wrong.event, e.ComplaintReceived):
        raise Refused(
            "GEN-01",
            "a receipt cannot be retracted, for every complaint begins with one;"
            " correct it, or close the complaint as recorded-in-error",
        )
    return [told_as(e.EntryRetracted, command)]
