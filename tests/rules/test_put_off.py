"""An answer is put off for reasons that the code allows, and whoever waits is told why."""

import attrs
import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.timeliness import owed_on
from complaint_ledger.domain.words import seal
from complaint_ledger.testing.specification import history
from rules.asking import (
    TODAY,
    acknowledged,
    closed,
    day,
    escalated,
    extended,
    findings,
    governing,
    received,
    responded,
    the_finding,
    verdicts,
)

LGSCO = "lgsco-2024"
ADULT = "adult-social-care-2009"
CHILDREN = "children-2006"
WALES = "psow"
BEGUN = (received(), acknowledged())


class TestReasons:
    """Children's stage 1 is due on Mon 20 April, and with ten more days on Tue 5 May."""

    RECEIVED = received(day(4, 2))

    def judged(self, reason):
        told = (self.RECEIVED, extended(day(4, 20), day(5, 5), reason=reason), responded(day(5, 5)))
        return the_finding("CSC-02", CHILDREN, *told, subject="stage-1-respond")

    def test_csc_02_another_reason_than_complexity_excuses_nothing(self):
        found = self.judged("advocate")
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(4, 20), 15)
        assert self.judged("complex").verdict == "met"

    def test_csc_02_nor_does_one_that_is_not_recorded(self):
        assert self.judged(None).verdict == "missed"


class TestFirstDay:
    def test_lgsco_02_the_day_by_the_code_alone_stands_beside_the_one_that_counts(self):
        put_off = (*BEGUN, extended(day(5, 5), day(5, 8)), responded(day(5, 8)))
        found = the_finding("LGSCO-02", LGSCO, *put_off)
        assert (found.first_due_on, found.due_on) == (day(5, 5), day(5, 8))
        assert the_finding("LGSCO-02", LGSCO, *BEGUN, responded()).first_due_on is None

    def test_lgsco_02_so_it_does_not_where_the_extension_came_too_late(self):
        late = (*BEGUN, extended(day(5, 6), day(5, 8)), responded(day(5, 8)))
        found = the_finding("LGSCO-02", LGSCO, *late)
        assert (found.first_due_on, found.due_on) == (None, day(5, 5))

    @pytest.mark.parametrize(
        ("agreed_on", "until", "holds"),
        [
            (day(5, 5), day(5, 8), day(5, 8)),
            (day(5, 6), day(5, 8), day(5, 5)),  # agreed too late
            (day(5, 5), day(5, 29), day(5, 19)),  # past the hard cap
        ],
    )
    def test_ho_04_the_day_that_is_owed_is_the_one_that_holds(self, agreed_on, until, holds):
        by = governing("housing-2024")
        case = Case.of(history([*BEGUN, extended(agreed_on, until)]), by, TODAY)
        [clock] = [one for one in by.code.clocks if one.id == "stage-1-respond"]
        [deadline] = [one for one in case.deadlines if one.id == clock.id]
        assert (deadline.owed_on, owed_on(case, clock, deadline)) == (until, holds)

    def test_omb_09_the_ombudsmans_first_day_is_kept_beside_the_agreed_one(self):
        told = (
            *BEGUN,
            e.RecommendationMade(
                occurred_on=day(8, 3), item="m1", body="lgsco", due_on=day(9, 1), text=seal("Do.")
            ),
            e.DueDateAmended(occurred_on=day(8, 20), item="m1", due_on=day(9, 10)),
        )
        found = the_finding("OMB-08", LGSCO, *told)
        assert (found.rule, found.first_due_on, found.due_on) == ("OMB-08", day(9, 1), day(9, 10))


class TestDelayExplained:
    """Stage 2 in Wales is due on Thu 18 June; adult social care on Thu 15 October."""

    AT_STAGE_2 = (*BEGUN, responded(), escalated())
    WORD = e.UpdateSent(occurred_on=day(6, 10), stage="stage-2", reason="complex")

    def explained(self, *more):
        return verdicts("PSOW-01", WALES, *self.AT_STAGE_2, *more, subject="delay-explained")

    def test_psow_01_a_word_at_another_stage_explains_nothing(self):
        assert self.explained(self.WORD) == ["met"]
        assert self.explained(attrs.evolve(self.WORD, stage=None)) == ["met"]
        assert self.explained(attrs.evolve(self.WORD, stage="stage-1")) == ["missed"]

    def test_psow_01_nor_does_one_of_an_earlier_attempt(self):
        again = (
            self.WORD,
            responded(day(6, 17), "stage-2"),
            closed(day(7, 1)),
            e.ComplaintReopened(
                occurred_on=day(7, 6), stage="stage-2", attempt=2, reason="new-evidence"
            ),
        )
        assert self.explained(*again) == ["missed"]
        assert self.explained(*again, attrs.evolve(self.WORD, occurred_on=day(7, 10))) == ["met"]

    @pytest.mark.parametrize(
        ("told_on", "stage", "verdict"),
        [
            (day(6, 22), "stage-2", "met"),
            (None, "stage-2", "missed"),
            (day(6, 22), "stage-1", "missed"),
        ],
    )
    def test_psow_01_an_extension_that_the_person_was_told_of_explains_it(
        self, told_on, stage, verdict
    ):
        too_late = extended(day(6, 22), day(7, 31), stage, "stage-2-respond", told_on=told_on)
        assert self.explained(too_late) == [verdict]

    def test_asc_04_so_it_does_in_adult_social_care(self):
        late = extended(day(10, 16), day(11, 30), extends="relevant-period", told_on=day(10, 16))
        assert verdicts("ASC-04", ADULT, received(), late) == ["met"]
        untold = attrs.evolve(late, told_on=None)
        assert verdicts("ASC-04", ADULT, received(), untold) == ["missed"]


class TestStages:
    @pytest.mark.parametrize("rule", ["LGSCO-04", "LGSCO-06"])
    def test_lgsco_04_and_lgsco_06_cite_each_stage_by_what_is_known_of_it(self, rule):
        told = (*BEGUN, extended(day(5, 1), day(5, 12)), responded(day(5, 12)), escalated())
        more = extended(day(6, 1), day(7, 1), "stage-2")
        found = findings(rule, LGSCO, *told, more)
        assert [(each.stage, each.source) for each in found] == [
            ("stage-1", "primary"),
            ("stage-2", "secondary"),
        ]
        assert found[1].paragraph.endswith("section 6, stage 2")
