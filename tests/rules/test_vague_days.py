"""A day known to its month, or not at all, may be any of its days: nothing is held against it."""

import attrs
import pytest

from complaint_ledger.domain import events as e
from rules.asking import (
    MANAGER,
    acknowledged,
    day,
    escalated,
    extended,
    findings,
    received,
    responded,
    signed_off,
    the_finding,
    verdicts,
)

LGSCO = "lgsco-2024"
SPSO = "spso-2021"
HOUSING = "housing-2024"
BEGUN = (received(), acknowledged())
IN_APRIL = received(day(4, 1), precision="month")


class TestStart:
    """Five working days from 1 April end on Fri 10 April, from 30 April on Fri 8 May."""

    @pytest.mark.parametrize(
        ("on", "verdict"),
        [
            (day(4, 10), "met"),
            (day(4, 13), "cannot-tell"),
            (day(5, 8), "cannot-tell"),
            (day(5, 9), "missed"),
        ],
    )
    def test_lgsco_01_a_receipt_known_by_its_month_leaves_a_time_between(self, on, verdict):
        found = the_finding("LGSCO-01", LGSCO, IN_APRIL, acknowledged(on))
        assert (found.verdict, found.due_on) == (verdict, day(4, 10))
        assert "or as late as Fri 8 May 2026" in found.sentence

    @pytest.mark.parametrize(
        ("today", "verdict", "days_late"),
        [(day(5, 8), "cannot-tell", None), (day(5, 9), "missed", 1)],
    )
    def test_lgsco_01_silence_is_missed_only_when_it_is_late_for_all_of_them(
        self, today, verdict, days_late
    ):
        found = the_finding("LGSCO-01", LGSCO, IN_APRIL, today=today)
        assert (found.verdict, found.days_late) == (verdict, days_late)

    def test_lgsco_01_so_late_at_least_is_all_that_can_be_said(self):
        found = the_finding("LGSCO-01", LGSCO, IN_APRIL, acknowledged(day(5, 11)))
        assert (found.verdict, found.days_late) == ("missed", 3)
        assert found.sentence.endswith("done on Mon 11 May 2026, 3 days late at least.")

    def test_lgsco_03_what_is_presumed_from_such_a_day_is_as_vague(self):
        # Ten working days after the last day for the acknowledgement, whichever that was.
        told = (IN_APRIL, responded(day(5, 22)))
        found = the_finding("LGSCO-02", LGSCO, *told)
        assert (found.verdict, found.due_on) == ("cannot-tell", day(4, 24))
        late = the_finding("LGSCO-02", LGSCO, IN_APRIL, responded(day(5, 26)))
        assert (late.verdict, late.days_late) == ("missed", 4)


class TestRefusal:
    REFUSED = e.ComplaintRefused(occurred_on=day(4, 20), reason="over-12-months")

    @pytest.mark.parametrize(
        ("aware_on", "verdict"),
        [
            (day(3, 31).replace(year=2025), "met"),  # too late on any day of April
            (day(4, 15).replace(year=2025), "cannot-tell"),
            (day(4, 30).replace(year=2025), "missed"),  # in time on every one
        ],
    )
    def test_lgsco_13_whether_it_was_too_late_hangs_on_the_day_in_april(self, aware_on, verdict):
        receipt = attrs.evolve(IN_APRIL, aware_on=aware_on)
        assert verdicts("LGSCO-13", LGSCO, receipt, self.REFUSED) == [verdict]


class TestDelivery:
    @pytest.mark.parametrize(
        ("due_on", "verdict"),
        [
            (day(10, 31), "met"),
            (day(10, 30), "cannot-tell"),
            (day(10, 1), "cannot-tell"),
            (day(9, 30), "missed"),
        ],
    )
    def test_lgsco_19_a_remedy_delivered_in_october(self, due_on, verdict):
        offered = e.RemedyOffered(occurred_on=day(5, 5), item="r1", kind="action", due_on=due_on)
        delivered = e.RemedyDelivered(occurred_on=day(10, 1), precision="month", item="r1")
        told = (*BEGUN, offered, delivered)
        assert verdicts("LGSCO-19", LGSCO, *told, subject="remedy") == [verdict]

    def test_lgsco_22_a_review_in_october_with_another_to_follow(self):
        made = e.AdjustmentMade(occurred_on=day(4, 20), item="a1", review_on=day(10, 15))
        looked = e.AdjustmentReviewed(
            occurred_on=day(10, 1), precision="month", item="a1", review_on=day(12, 31)
        )
        told = (*BEGUN, made, looked)
        found = findings("LGSCO-22", LGSCO, *told, subject="adjustment-review")
        assert [each.verdict for each in found] == ["cannot-tell", "cannot-tell"]


class TestExtension:
    """Stage 1 is due on Tue 5 May; the new day is Tue 12 May."""

    IN_MAY = extended(day(5, 1), day(5, 12), precision="month")

    @pytest.mark.parametrize("more", [IN_MAY, extended(None, day(5, 12))], ids=["month", "undated"])
    @pytest.mark.parametrize(
        ("on", "verdict"),
        [
            (day(5, 5), "met"),
            (day(5, 6), "cannot-tell"),
            (day(5, 12), "cannot-tell"),
            (day(5, 13), "missed"),
        ],
    )
    def test_lgsco_02_one_that_may_have_been_in_time_may_count(self, more, on, verdict):
        found = the_finding("LGSCO-02", LGSCO, *BEGUN, more, responded(on))
        assert (found.verdict, found.due_on) == (verdict, day(5, 5))

    def test_lgsco_02_one_that_was_in_time_on_any_day_counts(self):
        in_april = extended(day(4, 1), day(5, 12), precision="month")
        found = the_finding("LGSCO-02", LGSCO, *BEGUN, in_april, responded(day(5, 12)))
        assert (found.verdict, found.due_on) == ("met", day(5, 12))

    def test_lgsco_02_one_that_was_too_late_on_every_day_does_not(self):
        in_june = extended(day(6, 1), day(6, 12), precision="month")
        found = the_finding("LGSCO-02", LGSCO, *BEGUN, in_june, responded(day(6, 12)))
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(5, 5), 38)

    def test_lgsco_07_one_told_in_time_and_agreed_nobody_knows_when_cannot_be_told(self):
        more = extended(None, day(5, 12), told_on=day(5, 5))
        found = the_finding("LGSCO-07", LGSCO, *BEGUN, more)
        assert found.verdict == "cannot-tell"
        assert "nobody knows when it was agreed" in found.sentence
        too_late = attrs.evolve(more, told_on=day(5, 6))
        assert verdicts("LGSCO-07", LGSCO, *BEGUN, too_late) == ["missed"]

    @pytest.mark.parametrize(
        ("on", "verdict"),
        [(day(4, 1), "met"), (day(5, 1), "cannot-tell"), (day(6, 1), "missed")],
        ids=["in April", "in May", "in June"],
    )
    def test_lgsco_07_one_known_by_its_month_may_have_come_in_time(self, on, verdict):
        more = extended(on, day(6, 30), precision="month")
        assert verdicts("LGSCO-07", LGSCO, *BEGUN, more) == [verdict]

    @pytest.mark.parametrize(
        ("on", "verdict", "days_late"),
        [
            (day(4, 24), "met", 0),
            (day(4, 27), "cannot-tell", None),
            (day(5, 22), "cannot-tell", None),
            (day(5, 26), "missed", 4),
        ],
    )
    def test_lgsco_07_so_may_one_that_puts_off_a_vague_day(self, on, verdict, days_late):
        found = the_finding("LGSCO-07", LGSCO, IN_APRIL, extended(on, day(6, 30)))
        assert (found.verdict, found.days_late) == (verdict, days_late)
        assert "until then was Fri 24 Apr 2026, or as late as Fri 22 May 2026" in found.sentence

    @pytest.mark.parametrize(
        ("until", "verdict", "days_late"),
        [
            (day(5, 11), "met", 0),
            (day(5, 12), "cannot-tell", None),
            (day(6, 8), "cannot-tell", None),
            (day(6, 9), "missed", 1),
        ],
    )
    def test_ho_04_the_furthest_day_is_as_vague_as_the_start(self, until, verdict, days_late):
        more = extended(day(4, 24), until)
        extension = {"subject": "stage-1-respond-extended"}
        found = the_finding("HO-04", HOUSING, IN_APRIL, more, **extension)
        assert (found.verdict, found.days_late) == (verdict, days_late)

    def test_ho_04_a_hard_cap_cuts_no_vague_day_short(self):
        answer = {"subject": "stage-1-respond"}
        late = (IN_APRIL, responded(day(5, 22)))
        assert verdicts("HO-04", HOUSING, *late, **answer) == ["cannot-tell"]

    def test_ho_04_past_the_hard_cap_no_vagueness_helps(self):
        more = extended(day(5, 1), day(6, 30), precision="month")
        at_the_cap, beyond = responded(day(5, 19)), responded(day(5, 20))
        answer = {"subject": "stage-1-respond"}
        assert verdicts("HO-04", HOUSING, *BEGUN, more, at_the_cap, **answer) == ["cannot-tell"]
        assert verdicts("HO-04", HOUSING, *BEGUN, more, beyond, **answer) == ["missed"]


class TestSignOff:
    AT_STAGE_2 = (received(), responded(day(4, 21)), escalated(day(5, 6)))
    FINAL = responded(day(6, 3), "stage-2", told=("ombudsman",), decided_by=MANAGER)

    def test_spso_10_one_that_nobody_dated_cannot_be_told(self):
        undated = signed_off(None, "stage-2")
        told = (*self.AT_STAGE_2, undated, self.FINAL)
        assert verdicts("SPSO-10", SPSO, *told, subject="signed-off") == ["cannot-tell"]
        both = (*told, signed_off(day(6, 3), "stage-2"))
        assert verdicts("SPSO-10", SPSO, *both, subject="signed-off") == ["met"]
