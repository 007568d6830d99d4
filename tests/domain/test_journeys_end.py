"""When a journey has come to its end, and what starts from there."""

from datetime import date

import attrs
import pytest

from complaint_ledger.calendars import load_calendar
from complaint_ledger.codes import load_code
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.milestones import deadlines_of, extensions, milestones, vague_dates
from complaint_ledger.testing import examples as story

LGSCO = load_code("lgsco-2024").code
SPSO = load_code("spso-2021").code
ENGLAND = load_calendar("england-and-wales")
RECEIVED = story.RECEIVED
ANSWERED = story.EVENTS[:7]
GOING_ON = story.EVENTS[:8]


def told(*events, code=None):
    return milestones(replay(events), code, vague_dates(events))


def days(*events, code=None):
    return {name: milestone.on for name, milestone in told(*events, code=code).dated.items()}


class TestFinallyAnswered:
    def test_it_is_the_last_answer_while_nothing_is_open(self):
        assert days(*ANSWERED)["finally-answered"] == date(2026, 5, 6)
        assert days(*story.EVENTS[:10])["finally-answered"] == date(2026, 6, 19)

    def test_whoever_goes_on_has_no_final_answer_yet(self):
        assert "finally-answered" not in days(*GOING_ON)

    def test_before_any_answer_there_is_none(self):
        withdrawn = e.ComplaintWithdrawn(occurred_on=date(2026, 4, 9))
        assert "finally-answered" not in days(RECEIVED, withdrawn)

    def test_an_answer_that_nobody_dated_is_known_to_have_been_given(self):
        undated = attrs.evolve(story.RESPONDED, occurred_on=None)
        assert "finally-answered" in told(RECEIVED, undated).undated
        assert "finally-answered" not in days(RECEIVED, undated)

    def test_the_whole_journey_is_met_by_it_or_by_closing_without_one(self):
        def met_on(*events):
            found = deadlines_of(replay(events), LGSCO, ENGLAND)
            return next(d.met_on for d in found if d.id == "whole-journey")

        assert met_on(*ANSWERED, attrs.evolve(story.CLOSED)) == date(2026, 5, 6)
        assert met_on(RECEIVED, story.CLOSED) == date(2026, 7, 1)
        assert met_on(*GOING_ON) is None


@pytest.mark.parametrize(
    ("ending", "closed"),
    [
        (story.CLOSED, True),
        (e.ComplaintWithdrawn(occurred_on=date(2026, 4, 9)), False),
        (e.ComplaintRefused(occurred_on=date(2026, 4, 9), reason="over-12-months"), False),
    ],
    ids=["closed", "withdrawn", "refused"],
)
def test_only_what_was_closed_is_closed(ending, closed):
    assert ("closed" in days(RECEIVED, ending)) is closed


class TestExhausted:
    """CSC-08: the procedure is exhausted where the person can go no further in it."""

    REFUSED = e.EscalationRefused(
        occurred_on=date(2026, 5, 12), stage="stage-2", reason="already-considered"
    )

    def test_a_refusal_to_escalate_exhausts_it(self):
        assert days(*ANSWERED, self.REFUSED)["procedure-exhausted"] == date(2026, 5, 12)

    def test_not_where_the_stage_was_opened_after_all(self):
        after_all = (*ANSWERED, self.REFUSED, story.ESCALATED)
        assert "procedure-exhausted" not in days(*after_all, code=LGSCO)
        answered = (*after_all, *story.EVENTS[8:10])
        assert days(*answered, code=LGSCO)["procedure-exhausted"] == date(2026, 6, 19)

    def test_a_stage_that_was_opened_before_is_not_the_one_that_was_refused(self):
        third = attrs.evolve(self.REFUSED, occurred_on=date(2026, 6, 30), stage="stage-3")
        assert days(*GOING_ON, third)["procedure-exhausted"] == date(2026, 6, 30)


class TestWhereItBegan:
    def test_a_receipt_that_nobody_dated_is_known_to_have_come(self):
        undated = attrs.evolve(RECEIVED, occurred_on=None, precision="unknown")
        assert told(undated).undated == {"received"}
        assert told(attrs.evolve(undated, stage="stage-2")).undated == {"received-at-stage-2"}

    def test_so_is_a_request_for_the_next_stage(self):
        undated = attrs.evolve(story.ESCALATED, occurred_on=None)
        assert "escalated" in told(*ANSWERED, undated).undated
        panel = attrs.evolve(undated, stage="stage-3")
        assert "panel-requested" in told(*ANSWERED, panel).undated

    def test_the_stage_of_receipt_is_the_one_that_was_said_whatever_was_told_before_it(self):
        direct = attrs.evolve(RECEIVED, stage="stage-2")
        known = days(attrs.evolve(story.ACKNOWLEDGED, stage="stage-1"), direct)
        assert known["received-at-stage-2"] == date(2026, 4, 1)
        assert not {"received", "escalated"} & set(known)

    def test_a_request_outside_office_hours_counts_from_the_next_day_where_the_code_says_so(self):
        late = attrs.evolve(story.ESCALATED, outside_hours=True)
        assert told(*ANSWERED, late).dated["escalated"].outside_hours
        found = [
            next(
                deadline.due_on
                for deadline in deadlines_of(replay([*ANSWERED, asked]), SPSO, ENGLAND)
                if deadline.id == "stage-2-acknowledge"
            )
            for asked in (story.ESCALATED, late)
        ]
        assert found == [date(2026, 5, 22), date(2026, 5, 26)]  # Mon 25 May is a bank holiday


def test_of_several_extensions_the_furthest_is_what_the_person_was_told():
    further = attrs.evolve(story.EXTENDED, until=date(2026, 6, 1))
    nearer = attrs.evolve(story.EXTENDED, until=date(2026, 5, 20))
    stages = replay([RECEIVED, further, nearer]).stages
    assert extensions(stages) == {"stage-1-respond": date(2026, 6, 1)}


def test_spso_05_updates_are_owed_at_a_later_attempt_too():
    extended = attrs.evolve(story.EXTENDED, stage="stage-2", extends="stage-2-respond")
    reopened = e.ComplaintReopened(
        occurred_on=date(2026, 7, 6), stage="stage-2", attempt=2, reason="new-evidence"
    )
    again = attrs.evolve(extended, occurred_on=date(2026, 7, 13), until=date(2026, 9, 30))
    scotland = load_calendar("scotland")
    found = deadlines_of(replay([*story.EVENTS[:10], reopened, again]), SPSO, scotland)
    (update,) = (d for d in found if d.per == "update")
    assert (update.attempt, update.since, update.due_on) == (
        2,
        date(2026, 7, 13),
        date(2026, 8, 11),
    )
