"""The day that holds is the code's own, or the one that it was put off to as it may be."""

from datetime import date

import attrs
import pytest

from complaint_ledger.calendars import load_calendar
from complaint_ledger.codes import load_code
from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.timeliness import owed_on
from complaint_ledger.testing import examples as story
from complaint_ledger.testing.specification import history

ENGLAND = load_calendar("england-and-wales")
LAST = date(2026, 4, 22)  # ten working days after the acknowledgement of 8 April
TOLD_IN_TIME = story.EXTENDED


def holds(clock, *events, code="lgsco-2024"):
    governing = Governing(code=load_code(code).code, calendar=ENGLAND)
    case = Case.of(history([*story.EVENTS[:2], *events]), governing, date(2026, 12, 1))
    (deadline,) = (one for one in case.deadlines if one.id == clock)
    (of,) = (one for one in governing.code.clocks if one.id == deadline.clock)
    return owed_on(case, of, deadline)


@pytest.mark.parametrize(
    ("extension", "day"),
    [
        (TOLD_IN_TIME, date(2026, 5, 6)),
        (attrs.evolve(TOLD_IN_TIME, told_on=date(2026, 4, 23)), LAST),
        (attrs.evolve(TOLD_IN_TIME, occurred_on=date(2026, 4, 23)), LAST),
        (attrs.evolve(TOLD_IN_TIME, occurred_on=None, told_on=None), LAST),
        (
            attrs.evolve(
                TOLD_IN_TIME, occurred_on=date(2026, 4, 1), precision="month", told_on=None
            ),
            LAST,
        ),
    ],
    ids=["in time", "told too late", "agreed too late", "nobody dated it", "some day in April"],
)
def test_an_extension_counts_where_it_was_agreed_and_told_in_time(extension, day):
    assert holds("stage-1-respond", extension) == day
    assert holds("stage-1-respond") == LAST


def test_csc_02_one_for_another_reason_than_the_code_allows_does_not():
    children = {"code": "children-2006"}
    last = holds("stage-1-respond", **children)
    put_off = attrs.evolve(
        TOLD_IN_TIME, occurred_on=date(2026, 4, 10), told_on=None, until=date(2026, 4, 28)
    )
    for reason, day in (("complex", date(2026, 4, 28)), ("busy", last)):
        assert holds("stage-1-respond", attrs.evolve(put_off, reason=reason), **children) == day


def test_omb_09_an_amended_day_holds():
    offered = e.RecommendationMade(
        occurred_on=date(2026, 6, 1), item="m1", body="lgsco", due_on=date(2026, 7, 1)
    )
    amended = e.DueDateAmended(occurred_on=date(2026, 6, 20), item="m1", due_on=date(2026, 8, 3))
    name = "recommendation"
    assert holds(name, offered) == date(2026, 7, 1)
    assert holds(name, offered, amended) == date(2026, 8, 3)
