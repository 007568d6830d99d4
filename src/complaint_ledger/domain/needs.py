"""What an event must say, and what a complaint's record must hold."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.complaint import FIRST_STAGE
from complaint_ledger.domain.words import Sealed, Withheld


def says(event: Any, need: str) -> bool | None:
    """
    Return whether *event* says what *need* names: one of its fields, or a word it told.

    None where the record is silent: nobody wrote down what was told, or said yes or no.
    """
    told = getattr(event, "told", None)
    if told is not None and need in told:
        return True
    if isinstance(event, e.ResponseSent):
        if need == "decision":
            return True if event.outcomes else None if not told else False
        if need == "reasons" and event.outcomes:
            given = all(_is_said(one.reasons) for one in event.outcomes)
            return given or (None if not told else False)
    field = need.replace("-", "_")
    if hasattr(event, field):
        value = getattr(event, field)
        return None if _may_be_unknown(event, field, value) else _is_said(value)
    return None if not told else False


def _may_be_unknown(event: Any, field: str, value: object) -> bool:
    """Whether None means that nobody wrote it down: a yes or no, or the day of telling."""
    kind = str(type(event).__annotations__.get(field, ""))
    return value is None and ("bool" in kind or field.endswith("told_on"))


def _is_said(value: object) -> bool:
    return isinstance(value, (Sealed, Withheld)) or bool(value)


def holds(case: Case, need: str) -> bool:
    """Return whether the record holds the item *need* of the least that must be recorded."""
    return _HOLDS[need](case)


def _complainant(case: Case) -> bool:
    # A receipt without a person leaves them out; one whose person withheld it does not.
    return any(
        event.complainant is not None
        and _is_said(event.complainant.name)
        and _is_said(event.complainant.contact)
        for _, event in case.all(e.ComplaintReceived)
    )


def _nature(case: Case) -> bool:
    return any(head.category or _is_said(head.description) for head in case.heads)


def _service(case: Case) -> bool:
    complaint = case.complaint
    return bool(complaint.service) or any(head.service for head in complaint.heads)


def _outcome(case: Case, stage: str) -> bool:
    decided = any(o.stage == stage for head in case.complaint.heads for o in head.local)
    return decided or not _answered(case, stage)


def _closed_on(case: Case, stage: str) -> bool:
    return any(s.stage == stage and s.responded_on for s in case.complaint.stages) or not _answered(
        case, stage
    )


def _answered(case: Case, stage: str) -> bool:
    """Whether *stage* was answered, or the complaint was closed at it without an answer."""
    state = case.complaint.stage(stage)
    if state is None:
        return False
    last = case.complaint.stages[-1].stage == stage
    return state.responded or (last and case.complaint.status == "closed")


def _started(case: Case, stage: str) -> bool:
    state = case.complaint.stage(stage)
    return state is None or state.opened_on is not None


_HOLDS: Final[Mapping[str, Callable[[Case], bool]]] = {
    "complainant": _complainant,
    "received-on": lambda case: case.complaint.received_on is not None,
    "nature": _nature,
    "service": _service,
    "handler": lambda case: case.complaint.handler is not None,
    "stage-1-outcome": lambda case: _outcome(case, FIRST_STAGE),
    "stage-1-closed-on": lambda case: _closed_on(case, FIRST_STAGE),
    "stage-2-started-on": lambda case: _started(case, "stage-2"),
    "stage-2-outcome": lambda case: _outcome(case, "stage-2"),
    "stage-2-closed-on": lambda case: _closed_on(case, "stage-2"),
    "cause": lambda case: bool(case.all(e.CauseIdentified)),
}

RECORD_ITEMS: Final = tuple(_HOLDS)
"""What a `record-holds` requirement can ask for."""
