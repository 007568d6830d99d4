"""
When something ceased to be owed although nobody had done it.

A complaint that was withdrawn, refused or handed over to another body owes no answer
from then on; a stage that was left out, answered or left behind owes nothing that
belonged to it. What was promised, and what follows the end, is owed all the same.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from complaint_ledger.domain.complaint import Complaint, StageState
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.handling_code import Clock

_OF_THE_END: Final = frozenset({"procedure-exhausted", "resolved"})
"""What starts here begins where the handling ends."""


def ended_on(complaint: Complaint, clock: Clock, deadline: Deadline) -> date | None:
    """Return the day from which *deadline* was owed no more; None where it still is."""
    days = [day for day in _ends(complaint, clock, deadline) if day is not None]
    return min(days, default=None)


def follows_the_end(deadline: Deadline) -> bool:
    """Return whether it is owed because the handling ended."""
    return not _OF_THE_END.isdisjoint(deadline.started_by)


def _ends(complaint: Complaint, clock: Clock, deadline: Deadline) -> Iterator[date | None]:
    if deadline.ended:
        yield deadline.ended_on
    if deadline.per not in {None, "update"} or follows_the_end(deadline):
        return
    if complaint.status in {"withdrawn", "refused"}:
        yield complaint.closed_on
    yield complaint.transferred_on
    if deadline.stage is not None:
        yield from _ends_of_stage(complaint, clock, deadline)


def _ends_of_stage(complaint: Complaint, clock: Clock, deadline: Deadline) -> Iterator[date | None]:
    yield dict(complaint.steps).get(f"{deadline.stage}-skipped")
    at = _place(complaint, deadline)
    if at is None:
        return
    if complaint.stages[at].ended_as in {"withdrawn", "refused"}:
        yield complaint.stages[at].ended_on
    # An acknowledgement that never came is not made up for by an answer.
    if not any(name.endswith("acknowledged") for name in clock.met_by):
        yield answered_on(complaint, deadline)
    for later in complaint.stages[at + 1 :]:
        if later.stage != deadline.stage:
            yield later.opened_on


def _place(complaint: Complaint, deadline: Deadline) -> int | None:
    def is_it(stage: StageState) -> bool:
        return (stage.stage, stage.attempt) == (deadline.stage, deadline.attempt)

    return next((at for at, stage in enumerate(complaint.stages) if is_it(stage)), None)


def answered_on(complaint: Complaint, deadline: Deadline) -> date | None:
    """Return when the stage that *deadline* belongs to was answered."""
    at = _place(complaint, deadline)
    return complaint.stages[at].responded_on if at is not None else None


def closed_on(complaint: Complaint, deadline: Deadline) -> date | None:
    """Return when the complaint was closed over what was still owed; None where it was not."""
    if deadline.per not in {None, "update"} or follows_the_end(deadline):
        return None
    at = _place(complaint, deadline)
    if at is not None and complaint.stages[at].ended_as == "closed":
        return complaint.stages[at].ended_on
    return complaint.closed_on if complaint.status == "closed" else None
