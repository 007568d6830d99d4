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


def latest_of(vague: Vague, day: date) -> date | None:
    """Return the last day that *day* may stand for; None where it stands for itself."""
    precision = vague.get(day, "day")
    if precision == "month":
        return day.replace(day=gregorian.monthrange(day.year, day.month)[1])
    return day.replace(month=12, day=31) if precision == "year" else None


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

    def note(
        self, name: str, day: date | None, *, passed: bool = False, outside_hours: bool = False
    ) -> None:
        if day is not None:
            said = Milestone(on=day, latest=self.latest(day), outside_hours=outside_hours)
            self.dated.setdefault(name, said)
        elif passed:
            self.undated.add(name)

    def latest(self, day: date) -> date | None:
        return latest_of(self._vague, day)

    def told(self) -> Told:
        return Told(dated=self.dated, undated=frozenset(self.undated - self.dated.keys()))


def milestones(
    complaint: Complaint, code: HandlingCode | None = None, vague: Vague = NOTHING_VAGUE
) -> Told:
    """Return what *complaint* tells of the first attempt at each stage, and of itself."""
    notes = _Notes(vague)
    notes.note("occurred", complaint.arose_on)
    notes.note("aware", complaint.aware_on)
    began = complaint.received_stage or FIRST_STAGE
    receipt = "received" if began == FIRST_STAGE else f"received-at-{began}"
    notes.note(receipt, None, passed=complaint.received)
    if complaint.received_on:
        notes.dated[receipt] = Milestone(
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
        if _counts(name, day, complaint):
            notes.note(name, day, passed=True)
    _note_end(notes, complaint, code)
    return notes.told()


_ORAL = frozenset({"telephone", "in-person", "oral"})
"""Channels by which a request is said, not written."""


def _counts(name: str, day: date | None, complaint: Complaint) -> bool:
    """
    Whether a step counts as a milestone.

    An advocate moves a start only where one had been asked for by the receipt and was
    not there (SI 2006/1738, reg 14(3)(b)); a written record starts the clock of stage 2
    only where it was made after stage 2 was asked for or agreed (reg 17(4) to (5)).
    """
    steps = dict(complaint.steps)
    if name in {"advocate-requested", "advocate-appointed"}:
        asked = steps.get("advocate-requested")
        received = complaint.received_on
        return "advocate-requested" in steps and not (asked and received and asked > received)
    if name == "written-record-final":
        opened = _stage_2_from(complaint)
        return opened is not None and not (day is not None and day < opened)
    return True


def _stage_2_from(complaint: Complaint) -> date | None:
    second = complaint.stage("stage-2")
    days = (dict(complaint.steps).get("stage-1-skipped"), second.opened_on if second else None)
    return min((day for day in days if day is not None), default=None)


def _note_stage(notes: _Notes, stage: StageState, complaint: Complaint) -> None:
    if stage.stage == FIRST_STAGE:
        notes.note("acknowledged", stage.acknowledged_on, passed=stage.acknowledged)
    else:
        at_receipt = stage.stage == complaint.received_stage
        if not at_receipt:
            third = stage.stage == "stage-3"
            asked = "panel-requested" if third else "escalated"
            hours = stage.outside_hours
            notes.note(asked, stage.opened_on, passed=True, outside_hours=hours)
        channel = complaint.channel if at_receipt else stage.channel
        if stage.stage == "stage-2" and channel in _ORAL:
            notes.note("oral-request", stage.opened_on, passed=True)
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
    refused = dict(complaint.steps).get("escalation-refused")
    opened = [stage.opened_on for stage in complaint.stages[1:] if stage.opened_on]
    if refused is not None and not any(day >= refused for day in opened):
        notes.note("procedure-exhausted", refused)
    agreed = [
        outcome.decided_on
        for head in complaint.heads
        for outcome in head.local
        if outcome.outcome == "resolved" and outcome.decided_on
    ]
    notes.note("resolved", min(agreed, default=None))
    for case in complaint.cases:
        notes.note("referred", case.referred_on)
    if complaint.status == "closed":
        notes.note("closed", complaint.closed_on, passed=True)
    answered = [stage for stage in complaint.stages if stage.responded]
    if answered and complaint.open_stage is None:
        days = [stage.responded_on for stage in answered if stage.responded_on]
        notes.note("finally-answered", max(days, default=None), passed=True)


def extensions(stages: Iterable[StageState]) -> dict[str, date]:
    """Return until when each deadline was put off, at the furthest."""
    found: dict[str, date] = {}
    for stage in stages:
        for one in stage.extensions:
            found[one.extends] = max(one.until, found.get(one.extends, one.until))
    return found


def items(complaint: Complaint, vague: Vague = NOTHING_VAGUE) -> dict[Per, Sequence[Item]]:
    """Return what clocks run for besides the complaint itself."""
    found: dict[Per, list[Item]] = {
        "adjustment": [], "restriction": [], "remedy": [], "learning-action": [], "enquiry": [],
        "recommendation": [], "public-report": [], "update": [],
    }  # fmt: skip
    for one in complaint.obligations:
        for said, done in one.reviews:
            latest = latest_of(vague, done) if done else None
            found[one.kind].append(
                Item(id=one.id, said=said, met=True, met_on=done, met_latest=latest)
            )
        found[one.kind].append(
            Item(
                id=one.id,
                since=one.since,
                said=one.due_on,
                amended=one.amended_to,
                met=one.done,
                met_on=one.done_on,
                met_latest=latest_of(vague, one.done_on) if one.done_on else None,
                # Declined, lifted, or not to be delivered: owed until then, and no longer.
                ended=one.ended and not one.done,
                ended_on=one.ended_on,
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
    owed = items(complaint, vague)
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
    first = attrs.evolve(stage, attempt=1)
    reopened = Complaint(stages=(first,), received_stage=stage.stage)
    told = milestones(reopened, None, vague)
    dated = {**told.dated, start: Milestone(on=stage.opened_on)}
    owed: dict[Per, Sequence[Item]] = dict.fromkeys(items(reopened), ())
    owed["update"] = updates(stage)
    for deadline in deadlines(
        code, calendar, dated, extensions([stage]),
        undated=told.undated, items=owed, beyond=beyond,
    ):  # fmt: skip
        if deadline.stage == stage.stage:
            yield attrs.evolve(
                deadline, id=f"{deadline.id}-attempt-{stage.attempt}", attempt=stage.attempt
            )
