"""What was promised, asked for or imposed stands until it is done, whatever becomes of the complaint."""

from datetime import date

import attrs
import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.obligations import recommendations_due_on
from complaint_ledger.testing import examples as story

MADE = date(2026, 5, 7)
DUE = date(2026, 6, 1)
DONE = date(2026, 5, 28)
LATER = date(2026, 7, 1)

ADJUSTMENT = e.AdjustmentMade(occurred_on=MADE, item="a1", kind="large-print", review_on=DUE)
RESTRICTION = e.ContactRestricted(occurred_on=MADE, item="c1", review_on=DUE)
REMEDY = e.RemedyOffered(occurred_on=MADE, item="r1", kind="apology", due_on=DUE)
ACTION = e.LearningAuthorised(occurred_on=MADE, item="l1", owner=story.MANAGER, target_on=DUE)
ENQUIRY = e.EnquiryReceived(occurred_on=MADE, item="q1", body="lgsco", due_on=DUE)
RECOMMENDATION = e.RecommendationMade(occurred_on=MADE, item="m1", body="lgsco", due_on=DUE)


def obligation(*events):
    return replay([story.RECEIVED, *events]).obligations[-1]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (ADJUSTMENT, "adjustment"),
        (RESTRICTION, "restriction"),
        (REMEDY, "remedy"),
        (ACTION, "learning-action"),
        (ENQUIRY, "enquiry"),
        (RECOMMENDATION, "recommendation"),
    ],
)
def test_what_was_begun_is_owed_by_the_day_that_was_said(event, kind):
    owed = obligation(event)
    assert (owed.kind, owed.id) == (kind, event.item)
    assert (owed.since, owed.due_on, owed.done_on) == (MADE, DUE, None)
    assert owed.is_open


def test_a_learning_action_has_an_owner_and_an_enquiry_a_body():
    assert obligation(ACTION).owner == story.MANAGER
    assert obligation(ENQUIRY).body == "lgsco"
    assert obligation(RECOMMENDATION).body == "lgsco"


@pytest.mark.parametrize(
    ("begun", "done"),
    [
        (REMEDY, e.RemedyDelivered(occurred_on=DONE, item="r1")),
        (ACTION, e.LearningCompleted(occurred_on=DONE, item="l1")),
        (ENQUIRY, e.EnquiryAnswered(occurred_on=DONE, item="q1")),
        (ADJUSTMENT, e.AdjustmentReviewed(occurred_on=DONE, item="a1")),
        (RESTRICTION, e.RestrictionReviewed(occurred_on=DONE, item="c1")),
    ],
)
def test_what_was_done_is_owed_no_more(begun, done):
    owed = obligation(begun, done)
    assert (owed.done, owed.done_on, owed.is_open) == (True, DONE, False)
    assert not owed.ended


def test_omb_11_a_recommendation_is_done_on_the_day_of_the_ombudsmans_notice():
    notice = e.RecommendationSatisfied(occurred_on=LATER, item="m1", notice_on=DONE)
    assert obligation(RECOMMENDATION, notice).done_on == DONE
    unsatisfied = e.RecommendationNotSatisfied(occurred_on=LATER, item="m1", notice_on=DONE)
    assert obligation(RECOMMENDATION, unsatisfied).is_open


def test_omb_11_whoever_is_told_that_it_does_not_satisfy_owes_it_again():
    notice = e.RecommendationSatisfied(occurred_on=DONE, item="m1", notice_on=DONE)
    taken_back = e.RecommendationNotSatisfied(occurred_on=LATER, item="m1", notice_on=LATER)
    owed = obligation(RECOMMENDATION, notice, taken_back)
    assert (owed.done, owed.done_on, owed.is_open) == (False, None, True)


def test_of_two_deliveries_the_first_counts():
    first = e.RemedyDelivered(occurred_on=DONE, item="r1", pence=5000)
    second = attrs.evolve(first, occurred_on=LATER, pence=2500)
    assert obligation(REMEDY, first, second).done_on == DONE
    undated = attrs.evolve(first, occurred_on=None)
    assert obligation(REMEDY, undated, second).done_on == LATER


def test_omb_08_a_case_is_due_when_the_last_of_its_recommendations_is():
    second = attrs.evolve(RECOMMENDATION, item="m2", due_on=LATER)
    dayless = attrs.evolve(RECOMMENDATION, item="m3", due_on=None)
    other = attrs.evolve(REMEDY, due_on=date(2027, 1, 1))
    owed = replay([story.RECEIVED, RECOMMENDATION, second, dayless, other]).obligations
    assert recommendations_due_on(owed) == LATER
    amended = e.DueDateAmended(occurred_on=DONE, item="m1", due_on=date(2026, 9, 1))
    told = [story.RECEIVED, RECOMMENDATION, second, amended]
    assert recommendations_due_on(replay(told).obligations) == date(2026, 9, 1)
    assert recommendations_due_on(replay([story.RECEIVED, dayless, other]).obligations) is None


@pytest.mark.parametrize(
    ("begun", "ending"),
    [
        (REMEDY, e.RemedyDeclined(occurred_on=DONE, item="r1")),
        (REMEDY, e.RemedyUndeliverable(occurred_on=DONE, item="r1", reason="moved-away")),
        (RESTRICTION, e.RestrictionLifted(occurred_on=DONE, item="c1")),
    ],
)
def test_what_came_to_nothing_is_ended_not_done(begun, ending):
    owed = obligation(begun, ending)
    assert (owed.ended, owed.ended_on, owed.is_open) == (True, DONE, False)
    assert (owed.done, owed.done_on) == (False, None)


@pytest.mark.parametrize(
    ("begun", "kind"),
    [(ADJUSTMENT, e.AdjustmentReviewed), (RESTRICTION, e.RestrictionReviewed)],
)
def test_a_review_with_a_next_day_leaves_the_next_one_owed(begun, kind):
    again = kind(occurred_on=DONE, item=begun.item, review_on=LATER)
    owed = obligation(begun, again)
    assert (owed.due_on, owed.done_on, owed.is_open) == (LATER, None, True)
    assert owed.since == DONE
    assert owed.reviews == ((DUE, DONE),)
    last = kind(occurred_on=LATER, item=begun.item)
    assert not obligation(begun, again, last).is_open
    assert obligation(begun, again, last).reviews == ((DUE, DONE),)


@pytest.mark.parametrize("kind", [e.AdjustmentReviewed, e.RestrictionReviewed])
def test_a_review_of_what_nobody_began_is_kept(kind):
    owed = obligation(kind(occurred_on=DONE, item="x1", review_on=LATER))
    assert (owed.reviews, owed.due_on, owed.is_open) == (((None, DONE),), LATER, True)


@pytest.mark.parametrize("begun", [ENQUIRY, RECOMMENDATION])
def test_omb_09_a_day_that_was_amended_stands_beside_the_first(begun):
    amended = e.DueDateAmended(occurred_on=DONE, item=begun.item, due_on=LATER)
    owed = obligation(begun, amended)
    assert (owed.kind, owed.due_on, owed.amended_to) == (obligation(begun).kind, DUE, LATER)


def test_gen_14_closing_the_complaint_ends_nothing_that_is_owed():
    told = replay([story.RECEIVED, REMEDY, story.CLOSED])
    assert told.status == "closed"
    assert told.obligation("r1").is_open


def test_a_history_that_never_says_how_something_began_is_kept_all_the_same():
    delivered = e.RemedyDelivered(occurred_on=DONE, item="r1")
    owed = obligation(delivered)
    assert (owed.since, owed.done_on) == (None, DONE)
    amended = e.DueDateAmended(occurred_on=DONE, item="m9", due_on=LATER)
    assert obligation(amended).kind == "recommendation"


def test_one_thing_changes_and_the_others_stay():
    second = attrs.evolve(REMEDY, item="r2", kind="payment", pence=7500)
    delivered = e.RemedyDelivered(occurred_on=DONE, item="r2")
    told = replay([story.RECEIVED, REMEDY, ACTION, second, delivered])
    assert [(one.id, one.is_open) for one in told.obligations] == [
        ("r1", True),
        ("l1", True),
        ("r2", False),
    ]
    assert told.obligation("r9") is None


@pytest.mark.parametrize(
    "event",
    [
        e.AdjustmentRequested(occurred_on=MADE, item="a1"),
        e.RemedyAccepted(occurred_on=MADE, item="r1"),
        e.LearningShared(occurred_on=MADE, item="l1"),
        e.EvidenceSent(occurred_on=MADE, body="lgsco", answers="q1", items=()),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_promises_nothing_leaves_nothing_owed(event):
    assert replay([story.RECEIVED, event]).obligations == ()


def test_omb_16_a_public_report_is_answered_in_three_months_or_longer_by_agreement():
    received = e.PublicReportReceived(occurred_on=date(2026, 1, 10), body="lgsco")
    amended = e.DueDateAmended(
        occurred_on=date(2026, 3, 2), item="public-report", due_on=date(2026, 6, 30)
    )
    answered = e.PublicReportAnswered(occurred_on=date(2026, 6, 1), body="lgsco")
    report = replay([story.RECEIVED, received]).obligation("public-report")
    assert (report.since, report.is_open) == (date(2026, 1, 10), True)
    report = replay([story.RECEIVED, received, amended, answered]).obligation("public-report")
    assert (report.amended_to, report.done_on) == (date(2026, 6, 30), date(2026, 6, 1))
