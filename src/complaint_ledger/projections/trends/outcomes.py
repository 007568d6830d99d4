"""What was decided, at which stage, or by whom?"""

from typing import Final

from sqlalchemy import select

from complaint_ledger.projections.facts import complaints, decisions
from complaint_ledger.projections.trends.asking import Statement
from complaint_ledger.projections.trends.definition import (
    COMPLAINT_GROUPS,
    Group,
    Trend,
    counts,
    period_groups,
)

_JOINED: Final = decisions.join(complaints, decisions.c.complaint == complaints.c.complaint)
_COUNTED: Final = ("heads_counted", "complaints_counted")
_OF: Final = ("heads_of", "complaints_of")


def _select(by: Group | None) -> Statement:
    columns = counts(decisions.c.complaint, decisions.c.decided_on)
    if by is None:
        return select(*columns).select_from(decisions)
    source = _JOINED if by.table is complaints else decisions  # to join takes its time
    group, outcome = by.label("group"), decisions.c.outcome
    # No engine need work out what is not asked for.
    counted, of = ([c for c in columns if c.name in names] for names in (_COUNTED, _OF))
    cells = select(group, outcome, *counted).select_from(source).group_by(by, outcome).subquery()
    groups = select(group, *of).select_from(source).group_by(by).subquery()
    return select(
        cells.c.group,
        cells.c.outcome,
        *(cells.c[name] for name in _COUNTED),
        *(groups.c[name] for name in _OF),
    ).join_from(cells, groups, cells.c.group == groups.c.group)


OUTCOMES: Final = Trend(
    id="outcomes",
    version="1",
    title="What was decided, locally and outside",
    basis="decided",
    numerator="decisions on heads with the outcome of the row; overall, all decisions",
    denominator="all decisions on heads in the group: each attempt at a stage, and each finding"
    " of an ombudsman, is one",
    groups={
        "stage": decisions.c.stage,
        "body": decisions.c.body,
        "kind": decisions.c.kind,
        "detail": decisions.c.detail,
        "service": decisions.c.service,
        "category": decisions.c.category,
        **period_groups(decisions, "decided"),
        **COMPLAINT_GROUPS,
    },
    by="stage",
    select=_select,
)
