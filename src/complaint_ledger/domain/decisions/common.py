"""What several decisions ask: which stage, which head, and whether it was said before."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import attrs

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint, StageState
from complaint_ledger.domain.decisions.situation import Situation
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.words import HeadId, Sealed, StageId, Withheld
from complaint_ledger.errors import Refused

E = TypeVar("E", bound=e.Happened)


def dated(said: E) -> E:
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


def told_as(kind: type[E], command: c.Command, **more: Any) -> E:
    """Return the event *kind* with the fields that *command* shares with it, and *more*."""
    shared = {field.name for field in attrs.fields(type(command))}
    fields = {
        field.name: getattr(command, field.name)
        for field in attrs.fields(kind)
        if field.name in shared
    }
    return kind(**(fields | more))


def stage_of(wanted: StageId | None, complaint: Complaint, *, answered: bool = False) -> StageState:
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


def next_stage(complaint: Complaint, situation: Situation) -> StageId:
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
            situation.rule_of("stages-at-most") or "no-further-stage",
            "the code has no further stage; what follows is the ombudsman",
        )
    return StageId(situation.stages[after])


def refuse_unknown_stage(stage: StageId | None, situation: Situation) -> None:
    if stage and situation.stages and stage not in situation.stages:
        raise Refused(
            situation.rule_of("stages-at-most") or "stage-unknown",
            f"the complaint's code has no stage {stage}; it has {', '.join(situation.stages)}",
        )


def known_head(head: HeadId, complaint: Complaint) -> None:
    if complaint.head(head) is None:
        there = ", ".join(h.id for h in complaint.heads)
        raise Refused("head-unknown", f"the complaint has no head {head}; it has {there}")


def refuse_twins(heads: Iterable[HeadId]) -> None:
    named = list(heads)
    if len(set(named)) < len(named):
        raise Refused(
            "head-twice", "a head stands there twice; say each once, each with its own id"
        )


def refuse_unknown_outcomes(
    outcomes: Sequence[e.HeadOutcome], complaint: Complaint, situation: Situation
) -> None:
    refuse_twins(one.head for one in outcomes)
    for one in outcomes:
        known_head(one.head, complaint)
        if situation.outcomes and one.outcome not in situation.outcomes:
            raise Refused(
                "outcome-unknown",
                f"the complaint's code has no outcome {one.outcome};"
                f" it has {', '.join(sorted(situation.outcomes))}",
            )


def refuse_unknown_findings(findings: Sequence[e.HeadFinding], complaint: Complaint) -> None:
    refuse_twins(one.head for one in findings)
    for one in findings:
        known_head(one.head, complaint)


def standing_entry(event_id: str, told: Sequence[Fact]) -> Fact:
    """Return the entry with *event_id* in this complaint, as it stands."""
    for fact in told:
        if fact.id == event_id:
            return fact
    raise Refused(
        "GEN-05", "no standing entry of this complaint has that event id; `history` shows them"
    )


def said_again(event: e.ComplaintEvent, told: Sequence[Fact]) -> list[e.ComplaintEvent]:
    """Return nothing where the entry that tells of it says the same; refuse otherwise."""
    fact = next(f for f in reversed(told) if _of_what(f.event) == _of_what(event))
    if in_clear(fact.event) == in_clear(event):
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


def in_clear(said: Any) -> Any:
    """Return what *said* says but for sealed texts, which nobody opens to compare them."""
    if isinstance(said, tuple):
        return tuple(in_clear(member) for member in said)
    if not attrs.has(type(said)) or isinstance(said, Withheld):
        return said
    values = (getattr(said, field.name) for field in attrs.fields(type(said)))
    return tuple(in_clear(value) for value in values if not isinstance(value, Sealed))


def brings_text(said: Any) -> bool:
    """Return whether *said* brings a text to be sealed, itself or in one of its parts."""
    if isinstance(said, Sealed):
        return said.clear is not None
    if isinstance(said, tuple):
        return any(map(brings_text, said))
    if not attrs.has(type(said)):
        return False
    return any(brings_text(getattr(said, field.name)) for field in attrs.fields(type(said)))


def answers_others(complaint: Complaint, stage: str, attempt: int, heads: Iterable[HeadId]) -> bool:
    """Return whether an answer on *heads* leaves alone what was answered at that stage before."""
    asked = set(heads)
    answered = {
        head.id
        for head in complaint.heads
        for outcome in head.local
        if (outcome.stage, outcome.attempt) == (stage, attempt)
    }
    return bool(asked) and bool(answered) and not asked & answered


def refuse_code_twice(codes: Iterable[e.CodePin]) -> None:
    named = [pin.id for pin in codes]
    if len(set(named)) < len(named):
        raise Refused(
            "code-twice", "a code stands there twice; name it once, with all the heads it covers"
        )
