"""
Further milestones: the steps that only some codes count from.

Each is kept under the name by which a code's clocks know it, with the day that counts.
"""

from datetime import date
from typing import Final, TypeAlias, assert_never

from complaint_ledger.domain import events as e

Steps: TypeAlias = tuple[tuple[str, date | None], ...]
"""Milestones by name; None where nobody knows the day."""

Stepping: TypeAlias = (
    e.EscalationRefused
    | e.AdvocateRequested
    | e.AdvocateAppointed
    | e.InterestDecided
    | e.StartAgreed
    | e.WrittenRecordMade
    | e.DiscussionHeld
    | e.ResponsePeriodSet
    | e.StageSkipAgreed
    | e.PanelHeld
    | e.PanelReported
    | e.TermsSent
    | e.ExhaustionNotified
)
"""The events that are such a step."""

_LATEST: Final = frozenset({"response-period-ends", "written-record-final", "start-agreed"})
"""Where a later word replaces an earlier one; of the rest, the first counts."""


def stepped(steps: Steps, event: Stepping) -> Steps:
    """Return *steps* after *event*. Never refuses a fact."""
    name, day = _step(event)
    known = dict(steps)
    before = known.get(name) if name else None
    if name is None or (before is not None and name not in _LATEST):
        return steps
    if name == "response-period-ends" and before and _after(event.occurred_on, before):
        return steps  # a period that has passed is not set anew (ASC-09)
    return tuple((known | {name: day}).items())


def _after(day: date | None, other: date) -> bool:
    return day is not None and day > other


def _step(event: Stepping) -> tuple[str | None, date | None]:
    match event:
        case e.EscalationRefused():
            return "escalation-refused", event.occurred_on
        case e.AdvocateRequested():
            return "advocate-requested", event.occurred_on
        case e.AdvocateAppointed():
            return "advocate-appointed", event.occurred_on
        case e.InterestDecided():
            return ("interest-decided" if event.sufficient else None), event.occurred_on
        case e.StartAgreed():
            # What is agreed afterwards moves no start (CSC-02).
            late = _after(event.occurred_on, event.start_on)
            return (None if late else "start-agreed"), event.start_on
        case e.WrittenRecordMade():
            return ("written-record-final" if event.final else None), event.occurred_on
        case e.DiscussionHeld():
            return "discussed", event.occurred_on
        case e.ResponsePeriodSet():
            return "response-period-ends", event.until
        case e.StageSkipAgreed():
            return f"{event.stage}-skipped", event.occurred_on
        case e.PanelHeld():
            return "panel-held", event.occurred_on
        case e.PanelReported():
            return "panel-reported", event.occurred_on
        case e.TermsSent():
            return "terms-sent", event.occurred_on
        case e.ExhaustionNotified():
            return "exhaustion-notified", event.occurred_on
    assert_never(event)
