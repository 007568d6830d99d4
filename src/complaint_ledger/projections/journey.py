"""
One complaint's events, folded into rows of the fact tables.

Where an ombudsman found on a head more than once, the last word of each body
is heard, and of these the one that weighs most counts: an overturn, else one on
a head that the council had not upheld, else a decision, else the latest. So a
draft gives way to what followed it, and a head is overturned once, whoever did it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, TypeAlias

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import (
    Complaint,
    HeadState,
    LocalOutcome,
    OmbudsmanCase,
    OmbudsmanFinding,
    replay,
)
from complaint_ledger.domain.history import Fact, effective, standing
from complaint_ledger.domain.words import Finding, Precision
from complaint_ledger.projections.facts import COUNCIL, NOT_RECORDED, OUTSIDE

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = Mapping[str, Sequence[Row]]
"""By the name of a fact table. Stream and council are left for whoever keeps them to put in."""

NOT_UPHELD: Final = "not-upheld"

OVERTURNING: Final[frozenset[Finding]] = frozenset({"upheld", "partly-upheld"})
"""OMB-03."""

DECIDING: Final[frozenset[Finding]] = OVERTURNING | {"not-upheld", "upheld-already-remedied"}
"""The ombudsman decided; not so where it did not investigate, or it was resolved or withdrawn."""


def journey(facts: Sequence[Fact]) -> Rows:
    """
    Return what *facts*, one complaint's in the order they were recorded, come to.

    A complaint of which every entry was retracted comes to nothing. Any history
    comes to something: nothing here refuses a fact.
    """
    told = [fact.event for fact in effective(standing(facts), None)]
    told = [x for x in told if not isinstance(x, (e.EntryCorrected, e.EntryRetracted))]
    if not told:
        return {}
    complaint = replay(told)
    dates = _Dates(told)
    rows = {
        "complaints": [_complaint(complaint, dates, len(facts))],
        "heads": [_head(head, complaint, dates) for head in complaint.heads],
        "stages": _numbered(_stages(complaint)),
        "extensions": _numbered(_extensions(complaint)),
        "ombudsman_cases": _numbered(_case(case, dates) for case in complaint.cases),
        "decisions": _numbered(_decisions(complaint, dates)),
    }
    key = {"complaint": facts[0].position}
    return {name: [{**key, **row} for row in found] for name, found in rows.items()}


def _numbered(rows: Iterable[Row]) -> list[Row]:
    return [{"number": number, **row} for number, row in enumerate(rows, 1)]


# --- periods -------------------------------------------------------------------------------------


class _Dates:
    """Names the periods of dates, as far as a complaint's dates are known."""

    def __init__(self, told: Iterable[e.Event]) -> None:
        # A date that is vague in one event is taken to be so in all: never guessed.
        self._vague: dict[date, Precision] = {
            event.occurred_on: event.precision
            for event in told
            if event.precision != "day" and event.occurred_on
        }

    def periods(self, prefix: str, day: date | None) -> Mapping[str, str]:
        """Return the period columns of *day* that begin with *prefix*."""
        precision = self._vague.get(day, "day") if day else "unknown"
        return periods(prefix, day, precision)


@lru_cache(maxsize=32768)
def periods(prefix: str, day: date | None, precision: Precision = "day") -> Mapping[str, str]:
    """Return year, quarter, month and financial year of *day*; what is not known, in words."""
    year = quarter = month = financial_year = NOT_RECORDED
    if day is not None and precision != "unknown":
        year = f"{day.year:04}"
        if precision != "year":
            quarter = f"{year}-Q{(day.month + 2) // 3}"
            month = f"{year}-{day.month:02}"
            first = day.year if day.month >= 4 else day.year - 1
            financial_year = f"{first:04}-{(first + 1) % 100:02}"
    return {
        f"{prefix}_year": year,
        f"{prefix}_quarter": quarter,
        f"{prefix}_month": month,
        f"{prefix}_financial_year": financial_year,
    }


# --- the complaint and its stages ----------------------------------------------------------------


def _complaint(complaint: Complaint, dates: _Dates, events: int) -> Row:
    pin = complaint.codes[0] if complaint.codes else None
    return {
        "reference": complaint.reference,
        "events": events,
        "status": complaint.status,
        "received": int(complaint.received),
        "receipt_presumed": int(complaint.receipt_presumed),
        "received_on": complaint.received_on,
        **dates.periods("received", complaint.received_on),
        "closed_on": complaint.closed_on,
        **dates.periods("closed", complaint.closed_on),
        "channel": complaint.channel or NOT_RECORDED,
        "service": complaint.service or NOT_RECORDED,
        "code": pin.id if pin else NOT_RECORDED,
        "code_version": pin.version if pin else NOT_RECORDED,
        "stage": complaint.stages[-1].stage if complaint.stages else NOT_RECORDED,
        "stages": len(complaint.stages),
        "heads": len(complaint.heads),
        "outcome": roll_up(head.local[-1].outcome for head in complaint.heads if head.local),
    }


def roll_up(outcomes: Iterable[str]) -> str:
    """Return the outcome of a whole complaint, from those that stand on its decided heads."""
    found = set(outcomes)
    if len(found) <= 1:
        return next(iter(found), NOT_RECORDED)
    return "partly-upheld" if found & {"upheld", "partly-upheld"} else "mixed"


def _stages(complaint: Complaint) -> Iterable[Row]:
    for stage in complaint.stages:
        yield {
            "stage": stage.stage,
            "attempt": stage.attempt,
            "opened_on": stage.opened_on,
            "acknowledged_on": stage.acknowledged_on,
            "responded": int(stage.responded),
            "responded_on": stage.responded_on,
            "signed_off": int(stage.signed_off_by is not None),
            "extensions": len(stage.extensions),
            "extended_until": stage.extensions[-1].until if stage.extensions else None,
        }


def _extensions(complaint: Complaint) -> Iterable[Row]:
    for stage in complaint.stages:
        for extension in stage.extensions:
            yield {
                "stage": stage.stage,
                "attempt": stage.attempt,
                "extends": extension.extends,
                "until": extension.until,
                "agreed_on": extension.agreed_on,
                "told_on": extension.told_on,
            }


# --- what was decided ----------------------------------------------------------------------------


def _head(head: HeadState, complaint: Complaint, dates: _Dates) -> Row:
    stands = head.local[-1] if head.local else None
    found = counting(head.ombudsman)
    then = found.local if found else None
    decided_on = found.decided_on if found else None
    return {
        "head": head.id,
        "reference": complaint.reference,
        "category": head.category or NOT_RECORDED,
        "service": head.service or complaint.service or NOT_RECORDED,
        "local_stage": stands.stage if stands else NOT_RECORDED,
        "local_attempt": stands.attempt if stands else None,
        "local_outcome": stands.outcome if stands else NOT_RECORDED,
        "local_detail": _detail(stands),
        "local_body": _body(stands),
        "local_decided_on": stands.decided_on if stands else None,
        "stage_then": then.stage if then else NOT_RECORDED,
        "outcome_then": then.outcome if then else NOT_RECORDED,
        "detail_then": _detail(then),
        "body_then": _body(then),
        "ombudsman_body": found.body if found else NOT_RECORDED,
        "ombudsman_finding": found.finding if found else NOT_RECORDED,
        "ombudsman_detail": _detail(found),
        "decided_on": decided_on,
        **dates.periods("decided", decided_on),
        "decided_by_ombudsman": int(found is not None and found.finding in DECIDING),
        "locally_not_upheld_then": int(found is not None and _not_upheld_then(found)),
        "overturned": int(found is not None and is_overturn(found)),
        "already_remedied": int(found is not None and found.finding == "upheld-already-remedied"),
    }


def _detail(decided: LocalOutcome | OmbudsmanFinding | None) -> str:
    return decided.detail or NOT_RECORDED if decided else NOT_RECORDED


def _body(decided: LocalOutcome | None) -> str:
    return decided.body or COUNCIL if decided else NOT_RECORDED


def _not_upheld_then(found: OmbudsmanFinding) -> bool:
    return found.local is not None and found.local.outcome == NOT_UPHELD


def is_overturn(found: OmbudsmanFinding) -> bool:
    """Return whether *found* upholds what the council had not (OMB-03 to OMB-05)."""
    return _not_upheld_then(found) and found.finding in OVERTURNING


def counting(findings: Iterable[OmbudsmanFinding]) -> OmbudsmanFinding | None:
    """Return the finding that counts, of all on one head, oldest first."""
    last_words = {found.body: (n, found) for n, found in enumerate(findings)}.values()

    def weight(said: tuple[int, OmbudsmanFinding]) -> tuple[bool, bool, bool, int]:
        n, found = said
        decided = found.finding in DECIDING
        return is_overturn(found), decided and _not_upheld_then(found), decided, n

    return max(last_words, key=weight)[1] if last_words else None


def _case(case: OmbudsmanCase, dates: _Dates) -> Row:
    return {
        "body": case.body,
        "reference": case.reference,
        "state": "decided" if case.decided else "premature" if case.premature else "open",
        "referred_on": case.referred_on,
        "premature_on": case.premature_on,
        "decided_on": case.decided_on,
        **dates.periods("decided", case.decided_on),
    }


def _decisions(complaint: Complaint, dates: _Dates) -> Iterable[Row]:
    for head in complaint.heads:
        of_head = {
            "head": head.id,
            "category": head.category or NOT_RECORDED,
            "service": head.service or complaint.service or NOT_RECORDED,
        }
        for local in head.local:
            yield {
                **of_head,
                "kind": "local",
                "stage": local.stage,
                "attempt": local.attempt,
                "body": _body(local),
                "outcome": local.outcome,
                "detail": _detail(local),
                "decided_on": local.decided_on,
                **dates.periods("decided", local.decided_on),
            }
        for found in head.ombudsman:
            yield {
                **of_head,
                "kind": OUTSIDE,
                "stage": OUTSIDE,
                "attempt": None,
                "body": found.body,
                "outcome": found.finding,
                "detail": _detail(found),
                "decided_on": found.decided_on,
                **dates.periods("decided", found.decided_on),
            }
