"""Further milestones are kept by the name that a code's clocks know them by, with the day that counts."""

from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.handling_code import MILESTONES
from complaint_ledger.testing import examples as story

DAY = date(2026, 5, 7)
LATER = date(2026, 5, 20)
AHEAD = date(2026, 9, 1)

STEPS = [
    (e.AdvocateRequested(occurred_on=DAY), "advocate-requested", DAY),
    (e.AdvocateAppointed(occurred_on=DAY), "advocate-appointed", DAY),
    (e.InterestDecided(occurred_on=DAY), "interest-decided", DAY),
    (e.StartAgreed(occurred_on=DAY, start_on=AHEAD), "start-agreed", AHEAD),
    (e.WrittenRecordMade(occurred_on=DAY), "written-record-final", DAY),
    (e.DiscussionHeld(occurred_on=DAY), "discussed", DAY),
    (e.ResponsePeriodSet(occurred_on=DAY, until=AHEAD), "response-period-ends", AHEAD),
    (e.StageSkipAgreed(occurred_on=DAY, stage="stage-1"), "stage-1-skipped", DAY),
    (e.PanelHeld(occurred_on=DAY), "panel-held", DAY),
    (e.PanelReported(occurred_on=DAY), "panel-reported", DAY),
    (e.TermsSent(occurred_on=DAY), "terms-sent", DAY),
    (e.ExhaustionNotified(occurred_on=DAY), "exhaustion-notified", DAY),
]


def steps(*events):
    return dict(replay([story.RECEIVED, *events]).steps)


@pytest.mark.parametrize(("event", "name", "day"), STEPS, ids=[name for _, name, _ in STEPS])
def test_a_step_is_kept_under_a_name_that_a_clock_may_start_from(event, name, day):
    assert steps(event) == {name: day}
    assert name in MILESTONES


REPLACED = {"start-agreed", "written-record-final", "response-period-ends"}


@pytest.mark.parametrize(("event", "name", "day"), STEPS, ids=[name for _, name, _ in STEPS])
def test_of_two_the_first_counts_but_where_the_later_word_replaces_it(event, name, day):
    again = attrs.evolve(event, occurred_on=LATER)
    if hasattr(event, "start_on"):
        again = attrs.evolve(again, start_on=LATER)
    if hasattr(event, "until"):
        again = attrs.evolve(again, until=LATER)
    assert steps(event, again) == {name: LATER if name in REPLACED else day}


def test_a_day_that_nobody_knew_is_filled_in_by_the_next_that_does():
    assert steps(e.PanelHeld()) == {"panel-held": None}
    assert steps(e.PanelHeld(), e.PanelHeld(occurred_on=DAY)) == {"panel-held": DAY}
    assert steps(e.PanelHeld(occurred_on=DAY), e.PanelHeld()) == {"panel-held": DAY}


def test_csc_02_a_start_that_is_agreed_afterwards_moves_none():
    assert steps(e.StartAgreed(occurred_on=LATER, start_on=DAY)) == {}
    assert steps(e.StartAgreed(occurred_on=DAY, start_on=DAY)) == {"start-agreed": DAY}
    assert steps(e.StartAgreed(start_on=DAY)) == {"start-agreed": DAY}
    first = e.StartAgreed(occurred_on=DAY, start_on=LATER)
    assert steps(first, e.StartAgreed(occurred_on=AHEAD, start_on=DAY)) == {"start-agreed": LATER}


def test_asc_09_a_period_that_has_passed_is_not_set_anew():
    first = e.ResponsePeriodSet(occurred_on=DAY, until=LATER)
    in_time = e.ResponsePeriodSet(occurred_on=LATER, until=AHEAD)
    assert steps(first, in_time) == {"response-period-ends": AHEAD}
    late = attrs.evolve(in_time, occurred_on=date(2026, 5, 21))
    assert steps(first, late) == {"response-period-ends": LATER}
    undated = attrs.evolve(in_time, occurred_on=None)
    assert steps(first, undated) == {"response-period-ends": AHEAD}


def test_an_interest_that_is_not_sufficient_starts_no_clock():
    assert steps(e.InterestDecided(occurred_on=DAY, sufficient=False)) == {}


def test_csc_03_a_written_record_that_is_not_final_starts_no_clock():
    assert steps(e.WrittenRecordMade(occurred_on=DAY, final=False)) == {}
    final = e.WrittenRecordMade(occurred_on=LATER)
    assert steps(e.WrittenRecordMade(occurred_on=DAY, final=False), final) == {
        "written-record-final": LATER
    }


@given(st.permutations([event for event, _, _ in STEPS]))
def test_steps_of_different_kinds_come_in_any_order(events):
    assert steps(*events) == {name: day for _, name, day in STEPS}
