"""How often does the ombudsman uphold what the council had not?"""

from typing import Final

from sqlalchemy import func, select

from complaint_ledger.projections.facts import complaints, heads
from complaint_ledger.projections.trends.asking import Statement
from complaint_ledger.projections.trends.definition import (
    COMPLAINT_GROUPS,
    Group,
    Trend,
    counts,
    period_groups,
)

_JOINED: Final = heads.join(complaints, heads.c.complaint == complaints.c.complaint)
_ELIGIBLE: Final = (heads.c.locally_not_upheld_then == 1) & (heads.c.decided_by_ombudsman == 1)
_OVERTURNED: Final = heads.c.overturned == 1


def _select(by: Group | None) -> Statement:
    columns = counts(heads.c.complaint, heads.c.decided_on, _OVERTURNED)
    if by is None:
        return select(*columns).select_from(heads).where(_ELIGIBLE)
    grouped = select(by.label("group"), *columns).select_from(_JOINED).where(_ELIGIBLE)
    return grouped.group_by(by)


def _references() -> Statement:
    reference = func.coalesce(complaints.c.reference, complaints.c.stream)
    council = complaints.c.council
    return (
        select(council, reference.label("reference"))
        .select_from(_JOINED)
        .where(_OVERTURNED)
        .distinct()
    )


OVERTURN: Final = Trend(
    id="overturn",
    version="1",
    title="Not upheld locally, upheld by the ombudsman",
    basis="decided",
    numerator="heads whose local outcome, as it stood when the ombudsman decided (or the first"
    " after, where none stood), was not-upheld, and which the ombudsman upheld or partly upheld"
    " (OMB-03)",
    denominator="heads whose local outcome, as it stood then, was not-upheld, and which the"
    " ombudsman decided: not those it did not investigate, nor resolved nor withdrawn (OMB-04)",
    groups={
        **period_groups(heads, "decided"),
        "service": heads.c.service,
        "category": heads.c.category,
        "body": heads.c.ombudsman_body,
        "finding": heads.c.ombudsman_finding,
        "detail": heads.c.ombudsman_detail,
        "stage": heads.c.stage_then,
        "local_body": heads.c.body_then,
        "local_detail": heads.c.detail_then,
        **COMPLAINT_GROUPS,
    },
    select=_select,
    references=_references,
)
