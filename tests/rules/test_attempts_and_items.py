"""Each attempt at a stage is judged by itself, and so is each review and each promise."""

import attrs
import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import seal
from rules.asking import (
    HANDLER,
    MANAGER,
    acknowledged,
    closed,
    day,
    escalated,
    findings,
    received,
    responded,
    signed_off,
    the_finding,
    verdicts,
)

LGSCO = "lgsco-2024"
SPSO = "spso-2021"
BEGUN = (received(), acknowledged())
SIGNED_OFF = {"subject": "signed-off"}


class TestAttempts:
    ONCE = (
        received(),
        responded(day(4, 21)),
        escalated(day(5, 6)),
        signed_off(day(6, 2), "stage-2"),
        responded(day(6, 3), "stage-2", told=("ombudsman",)),
        closed(day(7, 1)),
        e.ComplaintReopened(
            occurred_on=day(7, 6), stage="stage-2", attempt=2, reason="new-evidence"
        ),
    )
    AGAIN = responded(day(7, 20), "stage-2", attempt=2, told=("ombudsman",))

    def test_spso_10_what_was_signed_off_before_does_not_count_for_the_second_answer(self):
        found = findings("SPSO-10", SPSO, *self.ONCE, self.AGAIN, **SIGNED_OFF)
        assert [(each.attempt, each.verdict) for each in found] == [(1, "met"), (2, "missed")]
        signed = signed_off(day(7, 17), "stage-2")
        assert verdicts("SPSO-10", SPSO, *self.ONCE, signed, self.AGAIN, **SIGNED_OFF) == [
            "met",
            "met",
        ]

    def test_spso_10_each_finding_says_of_which_attempt_it_is(self):
        found = findings("SPSO-10", SPSO, *self.ONCE, self.AGAIN, subject="says")
        assert [(each.stage, each.attempt) for each in found] == [("stage-2", 1), ("stage-2", 2)]

    @pytest.mark.parametrize("between", [None, MANAGER])
    def test_lgsco_09_who_had_decided_before_is_known_whoever_else_did(self, between):
        again = e.ComplaintReopened(
            occurred_on=day(5, 8), stage="stage-1", attempt=2, reason="new-evidence"
        )
        told = (
            *BEGUN,
            responded(decided_by=HANDLER),
            again,
            responded(day(5, 15), attempt=2, decided_by=between),
            escalated(),
        )
        same = responded(day(6, 1), "stage-2", decided_by=HANDLER)
        assert verdicts("LGSCO-09", LGSCO, *told, same) == ["missed"]
        other = attrs.evolve(same, decided_by="officer-5t5t5t")
        verdict = "met" if between else "cannot-tell"
        assert verdicts("LGSCO-09", LGSCO, *told, other) == [verdict]


class TestReviews:
    def test_lgsco_22_a_late_review_stays_late_once_the_next_is_set(self):
        told = (
            *BEGUN,
            e.AdjustmentMade(occurred_on=day(4, 20), item="a1", review_on=day(5, 20)),
            e.AdjustmentReviewed(occurred_on=day(5, 21), item="a1", review_on=day(8, 20)),
            e.AdjustmentReviewed(occurred_on=day(8, 20), item="a1"),
        )
        found = findings("LGSCO-22", LGSCO, *told, subject="adjustment-review")
        assert [(each.item, each.due_on, each.days_late) for each in found] == [
            ("a1", day(5, 20), 1),
            ("a1", day(8, 20), 0),
        ]

    def test_lgsco_23_so_it_is_with_a_restriction(self):
        told = (
            *BEGUN,
            e.ContactRestricted(
                occurred_on=day(5, 1), item="c1", reason="abusive", review_on=day(6, 1)
            ),
            e.RestrictionReviewed(occurred_on=day(6, 3), item="c1", review_on=day(9, 1)),
        )
        found = findings("LGSCO-23", LGSCO, *told, subject="restriction-review", today=day(9, 1))
        assert [(each.due_on, each.verdict, each.days_late) for each in found] == [
            (day(6, 1), "missed", 2),
            (day(9, 1), "cannot-tell", None),
        ]

    def test_lgsco_22_a_review_of_what_nobody_recorded_is_owed_no_earlier(self):
        looked = e.AdjustmentReviewed(occurred_on=day(5, 21), item="a1", review_on=day(8, 20))
        [found] = findings("LGSCO-22", LGSCO, *BEGUN, looked, subject="adjustment-review")
        assert (found.due_on, found.verdict) == (day(8, 20), "missed")


class TestPromises:
    def test_lgsco_19_what_was_delivered_first_counts(self):
        offered = e.RemedyOffered(occurred_on=day(5, 5), item="r1", kind="a", due_on=day(6, 1))
        first = e.RemedyDelivered(occurred_on=day(6, 1), item="r1")
        told = (*BEGUN, offered, first, attrs.evolve(first, occurred_on=day(6, 20)))
        found = the_finding("LGSCO-19", LGSCO, *told, subject="remedy")
        assert (found.verdict, found.happened_on) == ("met", day(6, 1))

    MADE = e.RecommendationMade(
        occurred_on=day(8, 3), item="m1", body="lgsco", due_on=day(9, 1), text=seal("Apologise.")
    )
    SATISFIED = e.RecommendationSatisfied(occurred_on=day(8, 21), item="m1", notice_on=day(8, 20))
    NOT_SATISFIED = e.RecommendationNotSatisfied(
        occurred_on=day(9, 10), item="m1", notice_on=day(9, 9)
    )

    def test_omb_08_an_ombudsman_who_is_not_satisfied_after_all_is_owed_it_again(self):
        done = (*BEGUN, responded(), self.MADE, self.SATISFIED)
        assert verdicts("OMB-08", LGSCO, *done) == ["met"]
        assert verdicts("OMB-08", LGSCO, *done, self.NOT_SATISFIED) == ["missed"]
        later = attrs.evolve(self.SATISFIED, occurred_on=day(9, 22), notice_on=day(9, 21))
        found = the_finding("OMB-08", LGSCO, *done, self.NOT_SATISFIED, later)
        assert (found.verdict, found.days_late) == ("missed", 20)
