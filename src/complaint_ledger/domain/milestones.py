"""
A complaint's deadlines: its journey read as the milestones that codes count from.

Every attempt at a stage has its own clocks; to reopen one moves none of the
earlier (GEN-12).
"""

import calendar as gregorian
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import FIRST_STAGE, Complaint, StageState
from complaint_ledger.domain.deadlines import Beyond, Deadline, Item, Milestone, deadlines
from complaint_ledger.domain.handling_code import HandlingCode, Per
from complaint_ledger.domain.words import Precision
from complaint_ledger.domain.working_days import WorkingDayCalendar

Vague = Mapping[date, Precision]
"""Days that stand for a month or a year; a date vague in one event is taken to be so in all."""

NOTHING_VAGUE: Vague = MappingProxyType({})


def vague_dates(events: Iterable[e.Event]) -> Vague:
    """Return the days in *events* that stand for a month or a year."""
    return {
        event.occurred_on: event.precision
        for event in events
        if event.occurred_on and event.precision != "day"
    }


@attrs.frozen(kw_only=True)
class Told:
    """
    What a journey tells of milestones.

    Attributes:
        dated: Each milestone that was passed on a known day.
        undated: Those that were passed, nobody knows when.
    """

    dated: Mapping[str, Milestone]
    undated: frozenset[str]


class _Notes:
    """Collects milestones."""

    def __init__(self, vague: Vague) -> None:
        self.dated: dict[str, Milestone] = {}
        self.undated: set[str] = set()
        self._vague = vague

    def note(self, name: str, day: date | None, *, passed: bool = False) -> None:
        if day is not None:
            self.dated.setdefault(name, Milestone(on=day, latest=self.latest(day)))
        elif passed:
            self.undated.add(name)

    def latest(self, day: date) -> date | None:
        precision = self._vague.get(day, "day")
        if precision == "month":
            return day.replace(day=gregorian.monthrange(day.year, day.month)[1])
        return day.replace(month=12, day=31) if precision == "year" else None

    def told(self) -> Told:
        return Told(dated=self.dated, undated=frozenset(self.undated - self.dated.keys()))


def milestones(
    complaint: Complaint, code: HandlingCode | None = None, vague: Vague = NOTHING_VAGUE
) -> Told:
    """Return what *complaint* tells of the first attempt at each stage, and of itself."""
    notes = _Notes(vague)
    notes.note("occurred", complaint.arose_on)
    notes.note("aware", complaint.aware_on)
    if complaint.received_on:
        began = complaint.stages[0].stage if complaint.stages else FIRST_STAGE
        notes.dated["received" if began == FIRST_STAGE else f"received-at-{began}"] = Milestone(
            on=complaint.received_on,
            at=complaint.received_at,
            outside_hours=complaint.outside_hours,
            latest=notes.latest(complaint.received_on),
            # A month or a year is kept by its first day, and is no exact start.
            presumed=complaint.receipt_presumed or complaint.received_precision != "day",
        )
    for stage in complaint.stages:
        if stage.attempt == 1:
            _note_stage(notes, stage, complaint)
    for name, day in complaint.steps:
        notes.note(name, day, passed=True)
    _note_end(notes, complaint, code)
    return notes.told()


def _note_stage(notes: _Notes, stage: StageState, complaint: Complaint) -> None:
    if stage.stage == FIRST_STAGE:
        notes.note("acknowledged", stage.acknowledged_on, passed=stage.acknowledged)
    else:
        if stage is not complaint.stages[0]:
            third = stage.stage == "stage-3"
            notes.note("panel-requested" if third else "escalated", stage.opened_on)
        name = f"{stage.stage}-acknowledged"
        notes.note(name, stage.acknowledged_on, passed=stage.acknowledged)
    notes.note(f"{stage.stage}-responded", stage.responded_on, passed=stage.responded)
    notes.note(f"{stage.stage}-response-received", stage.delivered_on)


def _note_end(notes: _Notes, complaint: Complaint, code: HandlingCode | None) -> None:
    last = code.stages[-1].id if code and code.stages else None
    for stage in complaint.stages:
        if stage.stage == last and stage.responded:
            notes.note("procedure-exhausted", stage.responded_on)
    if complaint.status == "refused":
        notes.note("procedure-exhausted", complaint.closed_on)
    notes.note("procedure-exhausted", dict(complaint.steps).get("escalation-refused"))
    agreed = [
        outcome.decided_on
        for head in complaint.heads
        for outcome in head.local
        if outcome.outcome == "resolved" and outcome.decided_on
    ]
    notes.note("resolved", min(agreed, default=None))
    for case in complaint.cases:
        notes.note("referred", case.referred_on)
    ended = complaint.status in {"closed", "refused", "withdrawn"}
    notes.note("closed", complaint.closed_on, passed=ended)


def extensions(stages: Iterable[StageState]) -> dict[str, date]:
    """Return until when each deadline was put off: the latest word on it."""
    return {x.extends: x.until for stage in stages for x in stage.extensions}


def items(complaint: Complaint) -> dict[Per, Sequence[Item]]:
    """Return what clocks run for besides the complaint itself."""
    found: dict[Per, list[Item]] = {
        "adjustment": [], "restriction": [], "remedy": [], "learning-action": [], "enquiry": [],
        "recommendation": [], "public-report": [], "update": [],
    }  # fmt: skip
    for one in complaint.obligations:
        if one.ended and not one.done:
            continue  # declined, lifted, or not to be delivered: nothing is owed any more
        found[one.kind].append(
            Item(
                id=one.id,
                since=one.since,
                said=one.due_on,
                amended=one.amended_to,
                met=one.done,
                met_on=one.done_on,
            )
        )
    return {name: tuple(each) for name, each in found.items()}


def updates(stage: StageState) -> tuple[Item, ...]:
    """Return the updates owed while *stage* stands extended: one after each word on it."""
    put_off = [x.agreed_on for x in stage.extensions if x.agreed_on]
    if not put_off:
        return ()
    first = min(put_off)
    words = sorted({*put_off, *(day for day in stage.updated_on if day >= first)})
    end = stage.responded_on
    words = [day for day in words if end is None or day < end]
    ends = [*words[1:], *([end] if end else [])]
    return tuple(
        Item(id=f"after-{since}", since=since, met=met is not None, met_on=met)
        for since, met in zip(words, [*ends, None], strict=False)
    )


def deadlines_of(
    complaint: Complaint,
    code: HandlingCode,
    calendar: WorkingDayCalendar,
    *,
    vague: Vague = NOTHING_VAGUE,
    beyond: Beyond | None = None,
) -> tuple[Deadline, ...]:
    """
    Return every deadline of *complaint* under *code*, for each attempt at each stage.

    Args:
        complaint: As it stands.
        code: What asks for them.
        calendar: By what they are counted.
        vague: Days that stand for a month or a year.
        beyond: Told of a clock whose sum leaves the calendar.

    Raises:
        CalendarOutOfRange: A due date leaves the calendar, and there is no *beyond* (GEN-08).
    """
    told = milestones(complaint, code, vague)
    first = [stage for stage in complaint.stages if stage.attempt == 1]
    owed = items(complaint)
    staged = {clock.stage for clock in code.clocks if clock.per == "update"}
    owed["update"] = tuple(i for stage in first if stage.stage in staged for i in updates(stage))
    found = list(
        deadlines(
            code, calendar, told.dated, extensions(first),
            undated=told.undated, items=owed, beyond=beyond,
        )
    )  # fmt: skip
    for stage in complaint.stages:
        if stage.attempt > 1:
            found += _again(stage, code, calendar, vague, beyond)
    return tuple(found)


def _again(
    stage: StageState,
    code: HandlingCode,
    calendar: WorkingDayCalendar,
    vague: Vague,
    beyond: Beyond | None,
) -> Iterable[Deadline]:
    """Yield the deadlines of a later attempt, which starts when the stage was reopened."""
    if stage.opened_on is None:
        return
    start = {FIRST_STAGE: "received", "stage-3": "panel-requested"}.get(stage.stage, "escalated")
    reopened = Complaint(stages=(attrs.evolve(stage, attempt=1),))
    told = milestones(reopened, None, vague)
    dated = {**told.dated, start: Milestone(on=stage.opened_on)}
    none: dict[Per, Sequence[Item]] = dict.fromkeys(items(reopened), ())
    for deadline in deadlines(
        code, calendar, dated, extensions([stage]),
        undated=told.undated, items=none, beyond=beyond,
    ):  # fmt: skip
        if deadline.stage == stage.stage:
            yield attrs.evolve(
                deadline, id=f"{deadline.id}-attempt-{stage.attempt}", attempt=stage.attempt
            )
