"""
The checks that a code's requirements name: one function each.

Each looks at the record of one complaint and says what it finds. What a requirement
asks is in the code's own text; how it is looked at is here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.complaint import FIRST_STAGE
from complaint_ledger.domain.handling_code import Check, Requirement
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.milestones import latest_of
from complaint_ledger.domain.needs import holds, says
from complaint_ledger.domain.timeliness import is_own, judge_times
from complaint_ledger.domain.verdicts import Found, cannot_tell, met, missed
from complaint_ledger.domain.words import HeadId
from complaint_ledger.domain.working_days import in_words

NOT_STAGES: Final = ("informal", "stage-0")
"""What some procedures put before the first stage; no code here allows it (LGSCO-10)."""


def _about(asked: Requirement, case: Case) -> Iterator[tuple[Fact, Any]]:
    """Yield the entries that a requirement is about: its event, at its stage, where it says so."""
    assert asked.of is not None
    kind = e.NAMES[asked.of]
    for fact, event in case.all(kind):
        if asked.stage is not None and getattr(event, "stage", None) != asked.stage:
            continue
        if asked.where is not None and not _where(asked.where, event):
            continue
        yield fact, event


def _where(condition: str, event: Any) -> bool:
    field, equals, values = condition.partition("=")
    value = getattr(event, field.replace("-", "_"), None)
    return value in values.split(",") if equals else bool(value)


def _around(case: Case, fact: Fact) -> dict[str, Any]:
    return {
        "stage": getattr(fact.event, "stage", None),
        "attempt": case.attempts[fact.id],
        "item": getattr(fact.event, "item", None),
    }


def _when(day: date | None) -> str:
    return f"on {in_words(day)}" if day else "on a day that nobody knows"


def event_says(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether each event says each of what it needs to say."""
    for fact, event in _about(asked, case):
        answers = {need: says(event, need) for need in asked.needs}
        lacking = [need for need, answer in answers.items() if answer is False]
        silent = [need for need, answer in answers.items() if answer is None]
        when = _when(event.occurred_on)
        around = _around(case, fact)
        if lacking:
            yield missed(f"{when} it lacked {_listed(lacking)}", fact.id, **around)
        elif silent:
            note = f"{when}, and the record is silent on {_listed(silent)}"
            yield cannot_tell(note, fact.id, **around)
        else:
            yield met(f"done {when}", fact.id, **around)


def followed_by(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether each event was followed by one that must follow it, before it is too late."""
    for fact, event in _about(asked, case):
        item = getattr(event, "item", None)
        stage = event.stage if asked.stage is not None else None

        def belongs(
            other: Any, item: str | None = item, stage: str | None = stage, since: Any = event
        ) -> bool:
            return (
                item in {None, getattr(other, "item", None)}
                and stage in {None, getattr(other, "stage", None)}
                and not _after(since.occurred_on, other.occurred_on)
            )

        after = _first_of(asked.by, case, belongs)
        late = _first_of((asked.before,), case, belongs) if asked.before else None
        due_on = getattr(event, asked.due.replace("-", "_")) if asked.due else None
        around = _around(case, fact) | {"due_on": due_on}
        if after is not None:
            when = f"done {_when(after.event.occurred_on)}"
            ids = (fact.id, after.id)
            if late is not None and _after(after.event.occurred_on, late.event.occurred_on):
                late_on = _when(late.event.occurred_on).removeprefix("on ")
                yield missed(f"{when}, and it was to be done before {late_on}", *ids, **around)
            else:
                yield met(when, *ids, **around)
        elif late is not None:
            yield missed("nothing shows that it was done", fact.id, late.id, **around)
        elif due_on is not None and case.today <= due_on:
            yield cannot_tell(f"due on {in_words(due_on)}, and not done yet", fact.id, **around)
        elif due_on is None and case.complaint.status == "open":
            yield cannot_tell("not done yet, and the complaint is open", fact.id, **around)
        else:
            yield missed("nothing shows that it was done", fact.id, **around)


def _first_of(names: Sequence[str], case: Case, belongs: Callable[[Any], bool]) -> Fact | None:
    kinds = tuple(e.NAMES[name] for name in names)
    return next((fact for fact, event in case.all(*kinds) if belongs(event)), None)


def signed_off(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether each answer was signed off before it was sent."""
    for fact, event in case.all(e.ResponseSent):
        if asked.stage not in {None, event.stage}:
            continue
        signed = [
            one
            for one, other in case.all(e.ResponseSignedOff)
            if other.stage == event.stage
            and case.attempts[one.id] == event.attempt
            and not _after(other.occurred_on, event.occurred_on)
        ]
        when = _when(event.occurred_on)
        around = _around(case, fact)
        known = [one for one in signed if one.event.occurred_on and event.occurred_on]
        if known:
            yield met(f"signed off, and sent {when}", fact.id, known[-1].id, **around)
        elif signed:
            note = f"sent {when}, and signed off, nobody knows which came first"
            yield cannot_tell(note, fact.id, signed[-1].id, **around)
        else:
            yield missed(f"sent {when}, and nobody had signed it off", fact.id, **around)


def _after(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and one > other


def decided_by_another(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether an answer was decided by somebody who had not decided before."""
    for fact, event in case.all(e.ResponseSent):
        if asked.stage not in {None, event.stage}:
            continue
        before = [
            (one, other)
            for one, other in case.all(e.ResponseSent)
            if other.stage < event.stage and not _after(other.occurred_on, event.occurred_on)
        ]
        if not before:
            continue
        ids = (fact.id, *(one.id for one, _ in before))
        deciders = {other.decided_by for _, other in before}
        if event.decided_by is not None and event.decided_by in deciders:
            yield missed("the same person had decided before", *ids, **_around(case, fact))
        elif event.decided_by is None or None in deciders:
            yield cannot_tell("the record does not name who decided", *ids, **_around(case, fact))
        else:
            yield met("somebody else decided", *ids, **_around(case, fact))


def every_head_answered(_: Requirement, case: Case) -> Iterator[Found]:
    """Whether each head that was in an answer has an outcome: in it, or in another beside it."""
    answers = case.all(e.ResponseSent)
    for fact, event in answers:
        asked_for = _heads_at(fact, event.stage, case)
        beside = (x for _, x in answers if (x.stage, x.attempt) == (event.stage, event.attempt))
        answered = {one.head for other in beside for one in other.outcomes}
        left = [head for head in asked_for if head not in answered]
        around = _around(case, fact)
        if not event.outcomes:
            yield cannot_tell("the record does not say what was decided", fact.id, **around)
        elif left:
            note = f"nothing was decided on {_listed(left)}"
            yield missed(note, fact.id, **(around | {"head": left[0]}))
        else:
            yield met(f"all {len(asked_for)} decided" if len(asked_for) > 1 else "it was decided",
                      fact.id, **around)  # fmt: skip


def _heads_at(answer: Fact, stage: str, case: Case) -> list[HeadId]:
    """Return the heads that an answer at *stage* was about: those that were there by then."""
    heads: dict[HeadId, None] = {}
    for fact in case.told[: case.told.index(answer) + 1]:
        match fact.event:
            case e.ComplaintReceived() | e.ComplaintDefined():
                heads |= dict.fromkeys(head.id for head in fact.event.heads)
            case e.HeadAdded():
                heads[fact.event.head.id] = None
            case e.ComplaintTransferred():
                heads = {head: None for head in heads if head not in fact.event.heads}
            case e.ResolvedByAgreement() if fact.event.stage == stage:
                heads = {head: None for head in heads if head not in fact.event.heads}
            case _:
                pass
    taken_on = [h for _, x in case.all(e.ComplaintEscalated) if x.stage == stage for h in x.heads]
    return [
        head for head in heads if case.governing.covers(head) and (not taken_on or head in taken_on)
    ]


def resolved_by_agreement(_: Requirement, case: Case) -> Iterator[Found]:
    """Whether what counts as resolved was recorded as an agreement of both sides."""
    resolved = {o.id for o in case.governing.code.outcomes if o.counts_as == "resolved"}
    for fact, event in case.all(e.ResponseSent):
        if resolved & {one.outcome for one in event.outcomes}:
            note = "an answer calls it resolved, and no agreed action is recorded"
            yield missed(note, fact.id, **_around(case, fact))
    for fact, agreed in case.all(e.ResolvedByAgreement):
        yield met(f"agreed {_when(agreed.occurred_on)}", fact.id, **_around(case, fact))


# What first tells of a stage; later events at it add none.
_OPENING: Final = (
    e.ComplaintReceived,
    e.ComplaintAcknowledged,
    e.ComplaintEscalated,
    e.ComplaintReopened,
    e.ResponseSent,
)


def stages_at_most(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether there are no more local stages than may be, and none before the first."""
    assert asked.most is not None
    named = [stage.id for stage in case.governing.code.stages]
    if _too_many(named, asked.most):
        yield missed(f"the policy names the stages {_listed(named)}")
    reached = list(dict.fromkeys(stage.stage for stage in case.complaint.stages))
    opened: dict[str, str] = {}
    for fact, event in case.all(*_OPENING):
        opened.setdefault(getattr(event, "stage", None) or FIRST_STAGE, fact.id)
    around = opened.values()
    if _too_many(reached, asked.most):
        yield missed(f"it went through {_listed(reached)}", *around)
    elif reached:
        yield met(f"it went through {_listed(reached)}", *around)


def _too_many(stages: Sequence[str], most: int) -> bool:
    return len(stages) > most or any(stage.startswith(NOT_STAGES) for stage in stages)


def extension_in_time(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether each extension was agreed, and told, before the day that held until then."""
    for deadline in case.deadlines:
        if not is_own(deadline):
            continue
        if asked.clock not in {None, deadline.clock} or deadline.item is not None:
            continue
        held, held_latest = deadline.due_on, deadline.due_latest or deadline.due_on
        for fact, event in case.extensions(deadline):
            yield _agreed_in_time(case, fact, event, held, held_latest)
            held, held_latest = max(held, event.until), max(held_latest, event.until)


def _agreed_in_time(
    case: Case, fact: Fact, event: e.ResponseExtended, held: date, held_latest: date
) -> Found:
    """Judge an extension by the day that *held* until then, or may have, up to *held_latest*."""
    on = max(filter(None, (event.occurred_on, event.told_on)), default=None)
    around = _around(case, fact) | {"due_on": held, "happened_on": on}
    until_then = f"the day until then was {_from(held, held_latest)}"
    if on is None:
        return cannot_tell(f"nobody knows when it was agreed; {until_then}", fact.id, **around)
    latest = latest_of(case.vague, on) or on
    said = f"agreed on {_from(on, latest)}; {until_then}"
    if on > held_latest:
        return missed(said, fact.id, late=(on - held_latest).days, **around)
    if event.occurred_on is None:
        note = f"told {_when(on)}, and nobody knows when it was agreed; {until_then}"
        return cannot_tell(note, fact.id, **around)
    return (met if latest <= held else cannot_tell)(said, fact.id, **around)


def _from(day: date, latest: date) -> str:
    return in_words(day) + (f", or as late as {in_words(latest)}" if latest > day else "")


def refusal_reason(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether a refusal gives a reason that the code knows, and the way to the ombudsman."""
    known = {exclusion.id for exclusion in case.governing.code.exclusions}
    for fact, event in _about(asked, case):
        around = _around(case, fact)
        reason = f"the reason given was {event.reason}"
        if asked.reasons:
            yield (missed if event.reason in asked.reasons else met)(reason, fact.id, **around)
        elif event.reason not in known:
            yield missed(f"{reason}, which is none of {_listed(sorted(known))}", fact.id, **around)
        elif event.ombudsman_details_given is None:
            note = f"{reason}; the record is silent on the right to go to the ombudsman"
            yield cannot_tell(note, fact.id, **around)
        elif not event.ombudsman_details_given:
            note = f"{reason}; the right to go to the ombudsman was not given"
            yield missed(note, fact.id, **around)
        else:
            yield met(f"{reason}, and the right to go to the ombudsman was given",
                      fact.id, **around)  # fmt: skip


def refusal_too_early(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether no complaint was refused as too late while there was still time."""
    last = next((d.due_on for d in case.deadlines if d.clock == asked.clock), None)
    received_on = case.complaint.received_on
    for fact, event in _about(asked, case):
        if event.reason not in asked.reasons:
            continue
        if last is None or received_on is None:
            note = "the record does not say when it happened or was known"
            yield cannot_tell(note, fact.id)
            continue
        compared = {"due_on": last, "happened_on": received_on}
        said = f"it could be raised until {in_words(last)}, and came on {in_words(received_on)}"
        latest = latest_of(case.vague, received_on) or received_on
        if received_on <= last < latest:
            yield cannot_tell(f"{said} at the earliest", fact.id, **compared)
        else:
            yield (missed if received_on <= last else met)(said, fact.id, **compared)


def delay_explained(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether the person was told why, once a clock had been missed."""
    for clock, late in judge_times(case):
        if clock.id != asked.clock or late.verdict != "missed":
            continue
        told = [
            fact.id
            for fact in case.told
            if case.attempts[fact.id] == late.attempt and _explains(fact.event, late.stage)
        ]
        around = {"stage": late.stage, "attempt": late.attempt, "due_on": late.due_on}
        if told:
            yield met("the person was told why", *told, **around)
        else:
            yield missed("nothing shows that the person was told why", *late.events, **around)


def _explains(event: e.Event, stage: str | None) -> bool:
    """Whether *event* told the person why the answer at *stage* takes longer."""
    match event:
        case e.UpdateSent():
            return event.reason is not None and event.stage in {None, stage}
        case e.ResponseExtended():
            return event.told_on is not None and event.stage == stage
        case _:
            return False


def services_excluded(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether the complaint is about none of the services that have a procedure of their own."""
    complaint = case.complaint
    # What a head is about counts before what the complaint as a whole is about.
    covered = [head for head in complaint.heads if case.governing.covers(head.id)]
    about = {head.service or complaint.service for head in covered} or {complaint.service}
    receipts = [fact.id for fact, _ in case.all(e.ComplaintReceived, e.HandlerAssigned)]
    wrong = sorted(about & set(asked.services) - {None}, key=str)
    if wrong:
        yield missed(f"it is about {_listed(list(map(str, wrong)))}", *receipts)
    elif about - {None}:
        yield met(f"it is about {_listed(sorted(map(str, about - {None})))}", *receipts)
    else:
        yield cannot_tell("the record does not name the service", *receipts)


def record_holds(asked: Requirement, case: Case) -> Iterator[Found]:
    """Whether the record of a complaint that came to its end is complete."""
    if case.complaint.status == "open":
        return
    lacking = [need for need in asked.needs if not holds(case, need)]
    ends = [fact.id for fact, _ in case.all(e.ComplaintReceived, e.ComplaintClosed)]
    if lacking:
        yield missed(f"it lacks {_listed(lacking)}", *ends)
    else:
        yield met("it is complete", *ends)


def panel_independent(_: Requirement, case: Case) -> Iterator[Found]:
    """Whether a panel has three members, all from outside, none of whom took part before."""
    appointed = [event.person for _, event in case.all(e.IndependentPersonAppointed)]
    for fact, event in case.all(e.PanelAppointed):
        tied = [x.connection for x in event.members if x.connection not in {None, "none"}]
        if len(event.members) != 3:
            yield missed(f"it has {len(event.members)} members, not three", fact.id)
        elif tied:
            yield missed(f"a member of it is a {str(tied[0]).replace('-', ' ')}", fact.id)
        elif any(member.id in appointed for member in event.members):
            yield missed("the independent person of stage 2 sits on it", fact.id)
        elif any(member.connection is None for member in event.members):
            yield cannot_tell("the record does not say whether each is independent", fact.id)
        elif None in appointed:
            yield cannot_tell("the record does not name the independent person", fact.id)
        else:
            yield met("three members, all independent", fact.id)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name.replace("-", " ") for name in names)


CheckFunction = Callable[[Requirement, Case], Iterator[Found]]

CHECKS: Final[Mapping[Check, CheckFunction]] = {
    "says": event_says,
    "followed-by": followed_by,
    "signed-off": signed_off,
    "decided-by-another": decided_by_another,
    "every-head-answered": every_head_answered,
    "resolved-by-agreement": resolved_by_agreement,
    "stages-at-most": stages_at_most,
    "extension-in-time": extension_in_time,
    "refusal-reason": refusal_reason,
    "refusal-too-early": refusal_too_early,
    "delay-explained": delay_explained,
    "services-excluded": services_excluded,
    "record-holds": record_holds,
    "panel-independent": panel_independent,
}
