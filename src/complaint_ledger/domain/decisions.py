"""
What may be recorded next.

A decision refuses what cannot be true, or what would leave out something that
must be said. It never refuses what was merely late: a ledger that turns bad
news away is no evidence. What fell short is found, not refused.

`objections` holds the general rules. A live command is refused by the first; an
import records the event all the same and counts them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar, assert_never

import attrs

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import FIRST_STAGE, Complaint, StageState, replay
from complaint_ledger.domain.history import Fact, standing
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.words import (
    DeadlineId,
    HeadId,
    Role,
    Sealed,
    StageId,
    is_given,
)
from complaint_ledger.errors import Refused


@attrs.frozen(kw_only=True)
class Situation:
    """
    What a decision may know besides the complaint's history.

    Attributes:
        now: The time (aware); "today" is its date in Europe/London.
        role: The role of whoever records.
        stages: The stages of the complaint's code, in order; empty when it has none.
        outcomes: The outcomes that the code knows; empty when it knows any.
        deadlines: The deadlines that the code has; empty when it has none.
    """

    now: datetime
    role: Role = "handler"
    stages: tuple[str, ...] = ()
    outcomes: frozenset[str] = frozenset()
    deadlines: frozenset[str] = frozenset()


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
    events = _decide(_dated(command), complaint, situation, told)
    for event in events:
        for objection in objections(event, complaint, situation):
            raise objection
    return events


H = TypeVar("H", bound=e.Happened)


def _dated(said: H) -> H:
    """Return *said* with the civil date of its instant, a vague date by its first day (GEN-18)."""
    on, at = said.occurred_on, said.occurred_at
    if at is None:
        if on is not None and said.precision != "day":
            on = on.replace(day=1, month=1 if said.precision == "year" else on.month)
        return attrs.evolve(said, occurred_on=on)
    if at.tzinfo is None:
        raise Refused("GEN-18", "occurred_at needs a time zone, such as Z or +01:00")
    day = civil_date(at)
    if on not in {None, day}:
        raise Refused(
            "GEN-18", f"the date in Europe/London of that instant is {day}, not the one given"
        )
    return attrs.evolve(said, occurred_on=day)


def _decide(
    command: c.Command, complaint: Complaint, situation: Situation, told: Sequence[Fact]
) -> list[e.ComplaintEvent]:
    match command:
        case c.Receive():
            return receive(command, complaint)
        case c.Acknowledge():
            return acknowledge(command, complaint, told)
        case c.Define():
            return define(command)
        case c.AddHead():
            return add_head(command, complaint)
        case c.Assign():
            return assign(command, complaint)
        case c.Extend():
            return extend(command, complaint, situation)
        case c.SignOff():
            return sign_off(command, complaint, told)
        case c.Respond():
            return respond(command, complaint, situation)
        case c.Deliver():
            return deliver(command, complaint, told)
        case c.Resolve():
            return resolve(command, complaint)
        case c.Escalate():
            return escalate(command, complaint, situation)
        case c.Refuse():
            return [_told(e.ComplaintRefused, command)]
        case c.RefuseEscalation():
            return refuse_escalation(command, complaint, situation)
        case c.Withdraw():
            return withdraw(command, complaint, told)
        case c.Reopen():
            return reopen(command, complaint)
        case c.Close():
            return close(command, complaint, told)
        case c.Refer():
            return refer(command, complaint, told)
        case c.Premature():
            return [_told(e.ReferralPremature, command)]
        case c.OmbudsmanOutcome():
            return ombudsman_outcome(command, complaint)
        case c.Correct():
            return correct(command, told, situation)
        case c.Retract():
            return retract(command, told)
    assert_never(command)


# --- one function per command --------------------------------------------------------------------


def receive(command: c.Receive, complaint: Complaint) -> list[e.ComplaintEvent]:
    if complaint.received:
        raise Refused(
            "GEN-01", "this complaint was received already; correct its receipt if it is wrong"
        )
    if command.occurred_on is None and command.precision == "day":
        raise Refused("GEN-01", "a receipt needs its date (occurred_on), or precision unknown")
    heads = command.heads or (e.Head(id=HeadId("h1")),)
    _refuse_twins(head.id for head in heads)
    covered = {head for pin in command.codes for head in pin.heads}
    if covered - {head.id for head in heads}:
        raise Refused("head-unknown", "a code is said to cover a head that the receipt lacks")
    return [_told(e.ComplaintReceived, command, heads=heads)]


def acknowledge(
    command: c.Acknowledge, complaint: Complaint, told: Sequence[Fact]
) -> list[e.ComplaintEvent]:
    stage = _stage(command.stage, complaint)
    event = _told(e.ComplaintAcknowledged, command, stage=stage.stage)
    return _said_again(event, told) if stage.acknowledged_on is not None else [event]


def define(command: c.Define) -> list[e.ComplaintEvent]:
    _refuse_twins(head.id for head in command.heads)
    return [_told(e.ComplaintDefined, command)]


def add_head(command: c.AddHead, complaint: Complaint) -> list[e.ComplaintEvent]:
    if complaint.head(command.head.id):
        raise Refused("head-known", f"head {command.head.id} is there already; define it instead")
    return [_told(e.HeadAdded, command)]


def assign(command: c.Assign, complaint: Complaint) -> list[e.ComplaintEvent]:
    if complaint.handler == command.handler and command.service in {None, complaint.service}:
        return []
    return [_told(e.HandlerAssigned, command)]


def extend(command: c.Extend, complaint: Complaint, situation: Situation) -> list[e.ComplaintEvent]:
    stage = _stage(command.stage, complaint)
    # What `due` calls the deadline of a later attempt is the deadline of that attempt's stage.
    named = (command.extends or f"{stage.stage}-respond").removesuffix(f"-attempt-{stage.attempt}")
    extends = DeadlineId(named)
    if situation.deadlines and extends not in situation.deadlines:
        raise Refused(
            "deadline-unknown",
            f"the complaint's code has no deadline {extends};"
            f" it has {', '.join(sorted(situation.deadlines))}",
        )
    before = [x.until for x in stage.extensions if x.extends == extends]
    if before and command.until <= before[-1]:
        raise Refused(
            "extension-shortens",
            f"{extends} runs until {before[-1]} already; extend it to a later day,"
            " or correct the entry",
        )
    if command.occurred_on and command.until < command.occurred_on:
        raise Refused("extension-shortens", "the new last day is before the day it was agreed")
    return [_told(e.ResponseExtended, command, stage=stage.stage, extends=extends)]


def sign_off(
    command: c.SignOff, complaint: Complaint, told: Sequence[Fact]
) -> list[e.ComplaintEvent]:
    stage = _stage(command.stage, complaint)
    event = _told(e.ResponseSignedOff, command, stage=stage.stage)
    return _said_again(event, told) if stage.signed_off_by == command.signed_off_by else [event]


def respond(
    command: c.Respond, complaint: Complaint, situation: Situation
) -> list[e.ComplaintEvent]:
    stage = _stage(command.stage, complaint, answered=True)
    if stage.responded:
        raise Refused(
            "GEN-11",
            f"{stage.stage} was answered already; correct that response, or reopen the stage",
        )
    outcomes = command.outcomes
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
    _refuse_unknown_outcomes(outcomes, complaint, situation)
    return [
        _told(
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
    stage = _stage(command.stage, complaint, answered=True)
    if not stage.responded:
        raise Refused("response-first", f"{stage.stage} has no response yet; record it first")
    event = _told(e.ResponseDelivered, command, stage=stage.stage)
    return _said_again(event, told) if stage.delivered_on is not None else [event]


def resolve(command: c.Resolve, complaint: Complaint) -> list[e.ComplaintEvent]:
    if not is_given(command.agreed_action):
        raise Refused("SPSO-08", "resolved needs the action that both sides agreed")
    stage = _stage(command.stage, complaint, answered=True)
    if stage.responded:
        raise Refused("GEN-11", f"{stage.stage} was answered already")
    for head in command.heads:
        _known_head(head, complaint)
    return [_told(e.ResolvedByAgreement, command, stage=stage.stage)]


def escalate(
    command: c.Escalate, complaint: Complaint, situation: Situation
) -> list[e.ComplaintEvent]:
    stage = command.stage or _next_stage(complaint, situation)
    known = complaint.stage(stage)
    if known and not known.responded:
        return []  # it is open
    if known:
        raise Refused("stage-known", f"{stage} was opened and answered before; reopen it instead")
    if situation.stages and stage not in situation.stages:
        raise Refused(
            "stage-unknown",
            f"the complaint's code has no stage {stage}; it has {', '.join(situation.stages)}",
        )
    for head in command.heads:
        _known_head(head, complaint)
    return [_told(e.ComplaintEscalated, command, stage=stage)]


def refuse_escalation(
    command: c.RefuseEscalation, complaint: Complaint, situation: Situation
) -> list[e.ComplaintEvent]:
    stage = command.stage or _next_stage(complaint, situation)
    return [_told(e.EscalationRefused, command, stage=stage)]


def withdraw(
    command: c.Withdraw, complaint: Complaint, told: Sequence[Fact]
) -> list[e.ComplaintEvent]:
    event = _told(e.ComplaintWithdrawn, command)
    return _said_again(event, told) if complaint.status == "withdrawn" else [event]


def reopen(command: c.Reopen, complaint: Complaint) -> list[e.ComplaintEvent]:
    latest = complaint.stages[-1].stage if complaint.stages else FIRST_STAGE
    stage = command.stage or latest
    if complaint.open_stage and complaint.open_stage.stage == stage:
        return []
    closed_on, on = complaint.closed_on, command.occurred_on
    if closed_on and on and on < closed_on:
        raise Refused("reopen-later", f"it was closed on {closed_on}; it is reopened after that")
    attempts = [s.attempt for s in complaint.stages if s.stage == stage]
    return [_told(e.ComplaintReopened, command, stage=stage, attempt=max(attempts, default=0) + 1)]


def close(command: c.Close, complaint: Complaint, told: Sequence[Fact]) -> list[e.ComplaintEvent]:
    event = _told(e.ComplaintClosed, command)
    return _said_again(event, told) if complaint.status == "closed" else [event]


def refer(command: c.Refer, complaint: Complaint, told: Sequence[Fact]) -> list[e.ComplaintEvent]:
    for head in command.heads:
        _known_head(head, complaint)
    event = _told(e.ReferredToOmbudsman, command)
    known = command.reference and any(
        case.referred_on
        and not case.premature
        and case.body == command.body
        and case.reference == command.reference
        for case in complaint.cases
    )
    return _said_again(event, told) if known else [event]


def ombudsman_outcome(command: c.OmbudsmanOutcome, complaint: Complaint) -> list[e.ComplaintEvent]:
    if not is_given(command.label):
        raise Refused("OMB-01", "an outcome needs the ombudsman's own label for it")
    findings = command.findings
    if command.finding:
        if len(complaint.heads) > 1 and command.whole_reason is None:
            raise Refused(
                "OMB-02",
                "one finding for several heads needs whole_reason: why it stands for the whole",
            )
        findings = tuple(
            e.HeadFinding(head=head.id, finding=command.finding) for head in complaint.heads
        )
    if not findings:
        raise Refused("OMB-02", "say what was found: for each head, or one finding for the whole")
    _refuse_unknown_findings(findings, complaint)
    return [_told(e.OmbudsmanOutcomeReceived, command, findings=findings)]


def correct(
    command: c.Correct, told: Sequence[Fact], situation: Situation
) -> list[e.ComplaintEvent]:
    wrong = _standing_entry(command.corrects, told)
    if type(wrong.event) is not type(command.replacement):
        raise Refused(
            "GEN-05",
            "an entry is corrected by one of the same kind; otherwise retract it and record anew",
        )
    if isinstance(wrong.event, e.EntryCorrected | e.EntryRetracted):
        raise Refused("GEN-05", "correct the entry itself again, or retract the correction")
    replacement = _dated(command.replacement)
    before = replay(fact.event for fact in told if fact.position < wrong.position)
    _refuse_impossible(replacement, before, situation)
    for objection in objections(replacement, before, situation):
        raise objection
    return [_told(e.EntryCorrected, command, replacement=replacement)]


def _refuse_impossible(event: e.ComplaintEvent, before: Complaint, situation: Situation) -> None:
    """Refuse what the command for *event* would have refused of its parts."""
    match event:
        case e.ComplaintReceived():
            _refuse_twins(head.id for head in event.heads)
            if event.occurred_on is None and event.precision == "day":
                raise Refused("GEN-01", "a receipt needs its date, or precision unknown")
        case e.ComplaintDefined():
            _refuse_twins(head.id for head in event.heads)
        case e.ResponseSent():
            _refuse_unknown_outcomes(event.outcomes, before, situation)
        case e.OmbudsmanOutcomeReceived():
            _refuse_unknown_findings(event.findings, before)
        case _:  # the others have no parts that the complaint must know
            pass


def retract(command: c.Retract, told: Sequence[Fact]) -> list[e.ComplaintEvent]:
    wrong = _standing_entry(command.retracts, told)
    if isinstance(wrong.event, e.ComplaintReceived):
        raise Refused(
            "GEN-01",
            "a receipt cannot be retracted, for every complaint begins with one;"
            " correct it, or close the complaint as recorded-in-error",
        )
    return [_told(e.EntryRetracted, command)]


# --- rules over every event ----------------------------------------------------------------------

# A closed complaint still takes these (GEN-13).
_AFTER_CLOSING: Final = (
    e.ComplaintReopened,
    e.ResponseDelivered,
    e.ReferredToOmbudsman,
    e.ReferralPremature,
    e.OmbudsmanOutcomeReceived,
    e.EntryCorrected,
    e.EntryRetracted,
)


# Dates besides its own that an event tells of, which have passed when it is told (GEN-04).
_ALSO_PAST: Final = ("arose_on", "aware_on", "told_on", "decided_on")


def objections(
    event: e.ComplaintEvent, complaint: Complaint, situation: Situation
) -> Iterator[Refused]:
    """Yield what speaks against recording *event* next: each general rule it breaks."""
    today = civil_date(situation.now)
    day = event.occurred_on
    at = event.occurred_at
    if isinstance(event, e.EntryCorrected):
        day = event.replacement.occurred_on
        at = event.replacement.occurred_at
    is_receipt = isinstance(event, e.ComplaintReceived)
    if not complaint.received and not is_receipt:
        yield Refused("GEN-01", "it comes before any receipt")
    if is_receipt and complaint.received:
        yield Refused("GEN-01", "a complaint has one receipt")
    received_on = None if isinstance(event, e.EntryCorrected) else complaint.received_on
    exact = event.precision == complaint.received_precision == "day"
    if day and exact and received_on and day < received_on:
        yield Refused(
            "GEN-02",
            f"{day} is before the complaint was received ({received_on});"
            " correct the receipt first if that is what is wrong",
        )
    if isinstance(event, e.ComplaintReceived) and day:
        for name, before in (("arose_on", event.arose_on), ("aware_on", event.aware_on)):
            if before and before > day:
                yield Refused("arose-first", f"{name} {before} is after the receipt ({day})")
    if (day and day > today) or (at and at > situation.now):
        yield Refused("GEN-04", f"{at or day} has not happened yet; today is {today}")
    for name in _ALSO_PAST:
        other = getattr(event, name, None)
        if other and other > today:
            yield Refused("GEN-04", f"{name} {other} has not happened yet; today is {today}")
    if isinstance(event, e.ResponseSent):
        answered = any(
            s.responded and s.stage == event.stage and s.attempt == event.attempt
            for s in complaint.stages
        )
        if answered:
            yield Refused("GEN-11", f"{event.stage} was answered already")
    if complaint.status != "open" and not isinstance(event, _AFTER_CLOSING):
        yield Refused(
            "GEN-13",
            f"the complaint is {complaint.status}; reopen it, or correct or retract the entry"
            " that says so",
        )


# --- helpers -------------------------------------------------------------------------------------

E = TypeVar("E", bound=e.Happened)


def _told(kind: type[E], command: c.Command, **more: Any) -> E:
    """Return the event *kind* with the fields that *command* shares with it, and *more*."""
    shared = {field.name for field in attrs.fields(type(command))}
    fields = {
        field.name: getattr(command, field.name)
        for field in attrs.fields(kind)
        if field.name in shared
    }
    return kind(**(fields | more))


def _stage(wanted: StageId | None, complaint: Complaint, *, answered: bool = False) -> StageState:
    """Return the stage that is meant: *wanted*, or the one that is open."""
    if wanted is None:
        stage = complaint.open_stage
        if stage is None and answered and complaint.stages:
            stage = complaint.stages[-1]
    else:
        stage = complaint.stage(wanted)
    if stage is None:
        raise Refused(
            "stage-open",
            f"stage {wanted} is not open; escalate or reopen first"
            if wanted
            else "no stage is open; escalate or reopen first",
        )
    return stage


def _next_stage(complaint: Complaint, situation: Situation) -> StageId:
    """Return the stage after the latest, by the complaint's code."""
    if not situation.stages:
        raise Refused(
            "stage-named", "the complaint's code names no stages; say which stage is meant"
        )
    reached = [
        situation.stages.index(s.stage) for s in complaint.stages if s.stage in situation.stages
    ]
    after = max(reached, default=-1) + 1
    if after >= len(situation.stages):
        raise Refused(
            "no-further-stage",
            "the code has no further stage; what follows is the ombudsman",
        )
    return StageId(situation.stages[after])


def _known_head(head: HeadId, complaint: Complaint) -> None:
    if complaint.head(head) is None:
        there = ", ".join(h.id for h in complaint.heads)
        raise Refused("head-unknown", f"the complaint has no head {head}; it has {there}")


def _refuse_twins(heads: Iterable[HeadId]) -> None:
    named = list(heads)
    if len(set(named)) < len(named):
        raise Refused(
            "head-twice", "a head stands there twice; say each once, each with its own id"
        )


def _refuse_unknown_outcomes(
    outcomes: Sequence[e.HeadOutcome], complaint: Complaint, situation: Situation
) -> None:
    _refuse_twins(one.head for one in outcomes)
    for one in outcomes:
        _known_head(one.head, complaint)
        if situation.outcomes and one.outcome not in situation.outcomes:
            raise Refused(
                "outcome-unknown",
                f"the complaint's code has no outcome {one.outcome};"
                f" it has {', '.join(sorted(situation.outcomes))}",
            )


def _refuse_unknown_findings(findings: Sequence[e.HeadFinding], complaint: Complaint) -> None:
    _refuse_twins(one.head for one in findings)
    for one in findings:
        _known_head(one.head, complaint)


def _standing_entry(event_id: str, told: Sequence[Fact]) -> Fact:
    """Return the entry with *event_id* in this complaint, as it stands."""
    for fact in told:
        if fact.id == event_id:
            return fact
    raise Refused(
        "GEN-05", "no standing entry of this complaint has that event id; `history` shows them"
    )


def _said_again(event: e.ComplaintEvent, told: Sequence[Fact]) -> list[e.ComplaintEvent]:
    """Return nothing where the entry that tells of it says the same; refuse otherwise."""
    fact = next(f for f in reversed(told) if _of_what(f.event) == _of_what(event))
    if _in_clear(fact.event) == _in_clear(event):
        return []  # said twice is said once
    raise Refused(
        "said-otherwise",
        f"position {fact.position} says something else of this; correct that entry,"
        " or retract it and record anew",
    )


def _of_what(event: e.Event) -> tuple[object, ...]:
    """Return what *event* tells of: its kind, with the stage or the case."""
    parts = ("stage", "body", "reference")
    return (type(event), *(getattr(event, part, None) for part in parts))


def _in_clear(event: e.Event) -> tuple[object, ...]:
    values = (getattr(event, field.name) for field in attrs.fields(type(event)))
    return tuple(value for value in values if not isinstance(value, Sealed))
