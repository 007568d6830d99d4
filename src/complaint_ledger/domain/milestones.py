"""
A complaint's deadlines: its journey read as the milestones that codes count from.

Every attempt at a stage has its own clocks; to reopen one moves none of the
earlier (GEN-12).
"""

from collections.abc import Iterable
from datetime import date

import attrs

from complaint_ledger.domain.complaint import FIRST_STAGE, Complaint, StageState
from complaint_ledger.domain.deadlines import Deadline, Milestone, deadlines
from complaint_ledger.domain.handling_code import HandlingCode
from complaint_ledger.domain.working_days import WorkingDayCalendar


def milestones(complaint: Complaint) -> dict[str, Milestone]:
    """Return what *complaint* tells of the first attempt at each stage, and of itself."""
    found: dict[str, Milestone] = {}
    _note(found, "occurred", complaint.arose_on)
    _note(found, "aware", complaint.aware_on)
    if complaint.received_on:
        began = complaint.stages[0].stage if complaint.stages else FIRST_STAGE
        found["received" if began == FIRST_STAGE else f"received-at-{began}"] = Milestone(
            on=complaint.received_on,
            at=complaint.received_at,
            outside_hours=complaint.outside_hours,
            # A month or a year is kept by its first day, and is no exact start.
            presumed=complaint.receipt_presumed or complaint.received_precision != "day",
        )
    for stage in complaint.stages:
        if stage.attempt == 1:
            _note_stage(found, stage, complaint)
    _note(found, "closed", complaint.closed_on)
    return found


def _note(found: dict[str, Milestone], name: str, day: date | None) -> None:
    if day is not None:
        found[name] = Milestone(on=day)


def _note_stage(found: dict[str, Milestone], stage: StageState, complaint: Complaint) -> None:
    if stage.stage == FIRST_STAGE:
        _note(found, "acknowledged", stage.acknowledged_on)
    else:
        if stage is not complaint.stages[0] and "escalated" not in found:
            _note(found, "escalated", stage.opened_on)  # the first time, to the second stage
        _note(found, f"{stage.stage}-acknowledged", stage.acknowledged_on)
    _note(found, f"{stage.stage}-responded", stage.responded_on)
    _note(found, f"{stage.stage}-response-received", stage.delivered_on)


def extensions(stages: Iterable[StageState]) -> dict[str, date]:
    """Return until when each deadline was put off: the latest word on it."""
    return {x.extends: x.until for stage in stages for x in stage.extensions}


def deadlines_of(
    complaint: Complaint, code: HandlingCode, calendar: WorkingDayCalendar
) -> tuple[Deadline, ...]:
    """
    Return every deadline of *complaint* under *code*, for each attempt at each stage.

    Raises:
        CalendarOutOfRange: A due date leaves the calendar (GEN-08).
    """
    told = milestones(complaint)
    first = [stage for stage in complaint.stages if stage.attempt == 1]
    found = list(deadlines(code, calendar, told, extensions(first)))
    for stage in complaint.stages:
        if stage.attempt > 1:
            found += _again(stage, code, calendar)
    return tuple(found)


def _again(
    stage: StageState, code: HandlingCode, calendar: WorkingDayCalendar
) -> Iterable[Deadline]:
    """Yield the deadlines of a later attempt, which starts when the stage was reopened."""
    if stage.opened_on is None:
        return
    start = "received" if stage.stage == FIRST_STAGE else "escalated"
    told = {start: Milestone(on=stage.opened_on)}
    reopened = Complaint(stages=(attrs.evolve(stage, attempt=1),))
    told = milestones(reopened) | told
    for deadline in deadlines(code, calendar, told, extensions([stage])):
        if deadline.stage == stage.stage:
            yield attrs.evolve(deadline, id=f"{deadline.id}-attempt-{stage.attempt}")
