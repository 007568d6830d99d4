"""A complaint's way through the council: one function per command."""

from collections.abc import Sequence

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import FIRST_STAGE, Complaint
from complaint_ledger.domain.decisions.common import (
    answers_others,
    known_head,
    next_stage,
    refuse_code_twice,
    refuse_twins,
    refuse_unknown_outcomes,
    refuse_unknown_stage,
    said_again,
    stage_of,
    told_as,
)
from complaint_ledger.domain.decisions.situation import Situation
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.words import DeadlineId, HeadId, is_given
from complaint_ledger.errors import Refused


def receive(command: c.Receive, complaint: Complaint) -> list[e.ComplaintEvent]:
    if complaint.received:
        raise Refused(
            "GEN-01", "this complaint was received already; correct its receipt if it is wrong"
        )
    if command.occurred_on is None and command.precision == "day":
        raise Refused("GEN-01", "a receipt needs its date (occurred_on), or precision unknown")
    heads = command.heads or (e.Head(id=HeadId("h1")),)
    refuse_twins(head.id for head in heads)
    covered = {head for pin in command.codes for head in pin.heads}
    if covered - {head.id for head in heads}:
        raise Refused("head-unknown", "a code is said to cover a head that the receipt lacks")
    refuse_code_twice(command.codes)
    return [told_as(e.ComplaintReceived, command, heads=heads)]


def acknowledge(
    command: c.Acknowledge, complaint: Complaint, told: Sequence[Fact]
) -> list[e.ComplaintEvent]:
    stage = stage_of(command.stage, complaint)
    event = told_as(e.ComplaintAcknowledged, command, stage=stage.stage)
    return said_again(event, told) if stage.acknowledged_on is not None else [event]


def define(command: c.Define) -> list[e.ComplaintEvent]:
    refuse_twins(head.id for head in command.heads)
    return [told_as(e.ComplaintDefined, command)]


def add_head(command: c.AddHead, complaint: Complaint) -> list[e.ComplaintEvent]:
    if complaint.head(command.head.id):
        raise Refused("head-known", f"head {command.head.id} is there already; define it instead")
    return [told_as(e.HeadAdded, command)]


def assign(command: c.Assign, complaint: Complaint) -> list[e.ComplaintEvent]:
    if complaint.handler == command.handler and command.service in {None, complaint.service}:
        return []
    return [told_as(e.HandlerAssigned, command)]


def extend(command: c.Extend, complaint: Complaint, situation: Situation) -> list[e.ComplaintEvent]:
    stage = stage_of(command.stage, complaint)
    # What `due` calls the deadline of a later attempt is the deadline of that attempt's stage.
    usual = situation.answer_of(stage.stage) or f"{stage.stage}-respond"
    named = (command.extends or usual).removesuffix(f"-attempt-{stage.attempt}")
    extends = DeadlineId(named)
    if situation.deadlines and extends not in situation.deadlines:
        raise Refused(
            "deadline-unknown",
            f"the complaint's code has no deadline {extends};"
            f" it has {', '.join(sorted(situation.deadlines))}",
        )
    until = command.until
    if until is None or command.reason is None:
        raise Refused(
            situation.rule_for("response-extended", "until", "reason") or "extension-says",
            "an extension says until when, and why; give until and reason",
        )
    before = [x.until for x in stage.extensions if x.extends == extends]
    if before and until <= before[-1]:
        raise Refused(
            "extension-shortens",
            f"{extends} runs until {before[-1]} already; extend it to a later day,"
            " or correct the entry",
        )
    if command.occurred_on and until < command.occurred_on:
        raise Refused("extension-shortens", "the new last day is before the day it was agreed")
    return [told_as(e.ResponseExtended, command, stage=stage.stage, extends=extends)]


def sign_off(
    command: c.SignOff, complaint: Complaint, told: Sequence[Fact]
) -> list[e.ComplaintEvent]:
    stage = stage_of(command.stage, complaint)
    event = told_as(e.ResponseSignedOff, command, stage=stage.stage)
    return said_again(event, told) if stage.signed_off_by == command.signed_off_by else [event]


def respond(
    command: c.Respond, complaint: Complaint, situation: Situation
) -> list[e.ComplaintEvent]:
    stage = stage_of(command.stage, complaint, answered=True)
    outcomes = command.outcomes
    if stage.responded and not answers_others(
        complaint, stage.stage, stage.attempt, (one.head for one in outcomes)
    ):
        raise Refused(
            "GEN-11",
            f"{stage.stage} was answered already; correct that response, or reopen the stage",
        )
    if command.outcome:
        outcomes = tuple(
            e.HeadOutcome(
                head=head.id,
                outcome=command.outcome,
                detail=command.detail,
                reasons=command.reasons,
            )
            for head in complaint.heads
        )
    elif command.detail or command.reasons:
        raise Refused("outcome-missing", "detail and reasons go with one outcome for all heads")
    refuse_unknown_outcomes(outcomes, complaint, situation)
    return [
        told_as(
            e.ResponseSent,
            command,
            stage=stage.stage,
            attempt=stage.attempt,
            outcomes=outcomes,
        )
    ]


def deliver(
    command: c.Deliver, complaint: Complaint, told: Sequence[Fact]
) -> list[e.ComplaintEvent]:
    stage = stage_of(command.stage, complaint, answered=True)
    if not stage.responded:
        raise Refused("response-first", f"{stage.stage} has no response yet; record it first")
    event = told_as(e.ResponseDelivered, command, stage=stage.stage)
    return said_again(event, told) if stage.delivered_on is not None else [event]


def resolve(
    command: c.Resolve, complaint: Complaint, situation: Situation
) -> list[e.ComplaintEvent]:
    if situation.outcomes and "resolved" not in situation.outcomes:
        raise Refused(
            "outcome-unknown",
            "the complaint's code knows no outcome resolved; answer with one that it has,"
            f" {', '.join(sorted(situation.outcomes))}",
        )
    if not is_given(command.agreed_action):
        raise Refused("SPSO-08", "resolved needs the action that both sides agreed")
    stage = stage_of(command.stage, complaint, answered=True)
    if stage.responded and not answers_others(complaint, stage.stage, stage.attempt, command.heads):
        raise Refused("GEN-11", f"{stage.stage} was answered already")
    for head in command.heads:
        known_head(head, complaint)
    return [told_as(e.ResolvedByAgreement, command, stage=stage.stage)]


def escalate(
    command: c.Escalate, complaint: Complaint, situation: Situation
) -> list[e.ComplaintEvent]:
    stage = command.stage or next_stage(complaint, situation)
    known = complaint.stage(stage)
    if known and not known.responded:
        return []  # it is open
    if known:
        raise Refused("stage-known", f"{stage} was opened and answered before; reopen it instead")
    refuse_unknown_stage(stage, situation)
    for head in command.heads:
        known_head(head, complaint)
    return [told_as(e.ComplaintEscalated, command, stage=stage)]


def refuse_escalation(
    command: c.RefuseEscalation, complaint: Complaint, situation: Situation
) -> list[e.ComplaintEvent]:
    stage = command.stage or next_stage(complaint, situation)
    return [told_as(e.EscalationRefused, command, stage=stage)]


def withdraw(
    command: c.Withdraw, complaint: Complaint, told: Sequence[Fact]
) -> list[e.ComplaintEvent]:
    event = told_as(e.ComplaintWithdrawn, command)
    return said_again(event, told) if complaint.status == "withdrawn" else [event]


def reopen(command: c.Reopen, complaint: Complaint) -> list[e.ComplaintEvent]:
    latest = complaint.stages[-1].stage if complaint.stages else FIRST_STAGE
    stage = command.stage or latest
    if complaint.open_stage and complaint.open_stage.stage == stage:
        return []
    closed_on, on = complaint.closed_on, command.occurred_on
    if closed_on and on and on < closed_on:
        raise Refused("reopen-later", f"it was closed on {closed_on}; it is reopened after that")
    attempts = [s.attempt for s in complaint.stages if s.stage == stage]
    return [
        told_as(e.ComplaintReopened, command, stage=stage, attempt=max(attempts, default=0) + 1)
    ]


def close(command: c.Close, complaint: Complaint, told: Sequence[Fact]) -> list[e.ComplaintEvent]:
    event = told_as(e.ComplaintClosed, command)
    return said_again(event, told) if complaint.status == "closed" else [event]
