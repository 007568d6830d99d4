"""What the Housing Ombudsman's code and the Welsh procedures ask (domain.md 9.4)."""

import attrs
import pytest

from complaint_ledger.codes import load_code
from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.words import seal
from complaint_ledger.testing.specification import history
from rules.asking import (
    acknowledged,
    closed,
    day,
    escalated,
    extended,
    findings,
    governing,
    received,
    refusals,
    responded,
    the_finding,
    verdicts,
)

HOUSING = "housing-2024"
WALES = "psow"
SOCIAL = "welsh-social-services-2014"
BEGUN = (received(), acknowledged())
ANSWERED = (*BEGUN, responded())


class TestHousing:
    @pytest.mark.parametrize(
        ("told", "verdict"),
        [
            (("definition", "outcome-sought"), "met"),
            (("definition",), "missed"),
            ((), "cannot-tell"),
        ],
    )
    def test_ho_01_the_acknowledgement_says_what_was_understood_and_sought(self, told, verdict):
        found = the_finding("HO-01", HOUSING, received(), acknowledged(told=told))
        assert found.verdict == verdict

    def test_ho_01_nothing_is_asked_before_there_is_one(self):
        assert verdicts("HO-01", HOUSING, received()) == []

    def test_ho_02_two_stages_and_no_more(self):
        assert verdicts("HO-02", HOUSING, *ANSWERED, escalated()) == ["met"]
        third = (*ANSWERED, escalated(), escalated(day(6, 1), "stage-3"))
        found = the_finding("HO-02", HOUSING, *third)
        assert found.verdict == "missed"
        assert "it went through stage 1, stage 2, stage 3" in found.sentence

    def test_ho_02_no_good_reason_makes_a_third_one_right(self):
        third = escalated(day(6, 1), "stage-3", reasons=seal("It was a hard case."))
        assert verdicts("HO-02", HOUSING, *ANSWERED, escalated(), third) == ["missed"]

    def test_ho_03_proceedings_exclude_only_once_the_claim_is_filed(self):
        exclusions = [exclusion.id for exclusion in load_code(HOUSING).code.exclusions]
        assert "claim-filed" in exclusions
        assert "legal-proceedings" not in exclusions

    def test_ho_04_the_days_are_those_of_the_local_government_code(self):
        def days(code):
            told = (*ANSWERED, escalated(), acknowledged(day(5, 21), "stage-2"))
            return {
                found.subject: found.due_on
                for rule in ("HO-04", "LGSCO-01", "LGSCO-02", "LGSCO-08")
                for found in findings(rule, code, *told)
                if found.due_on
            }

        assert days(HOUSING) == days("lgsco-2024")

    def test_ho_04_past_the_cap_no_reason_helps(self):
        beyond = extended(day(5, 1), day(5, 20), explanation=seal("It is complex."))
        found = the_finding("HO-04", HOUSING, *BEGUN, beyond, subject="stage-1-respond-extended")
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(5, 19), 1)
        late = (*BEGUN, beyond, responded(day(5, 20)))
        answer = the_finding("HO-04", HOUSING, *late, subject="stage-1-respond")
        assert (answer.verdict, answer.due_on) == ("missed", day(5, 19))

    def test_ho_04_an_extension_is_told_within_the_days_it_puts_off(self):
        late = extended(day(5, 6), day(5, 12), told_on=day(5, 6))
        found = the_finding("HO-04", HOUSING, *BEGUN, late, subject="extension-in-time")
        assert (found.verdict, found.days_late) == ("missed", 1)
        assert refusals(HOUSING, *BEGUN, event=late) == []  # found, never refused

    @pytest.mark.parametrize(("told_on", "verdict"), [(day(5, 1), "met"), (None, "cannot-tell")])
    def test_ho_04_it_gives_reason_and_day(self, told_on, verdict):
        more = extended(day(5, 1), day(5, 12), told_on=told_on)
        assert verdicts("HO-04", HOUSING, *BEGUN, more, subject="says") == [verdict]

    def test_ho_06_the_ombudsman_hears_it_within_a_year_of_the_final_response(self):
        told = (*ANSWERED, escalated(), responded(day(6, 1), "stage-2"))
        case = Case.of(history(told), governing(HOUSING), day(12, 1))
        [limit] = [each for each in case.deadlines if each.rule == "HO-06"]
        assert limit.due_on.isoformat() == "2027-06-01"
        assert verdicts("HO-06", HOUSING, *told) == []  # a right that lapses is no duty


class TestWales:
    def test_psow_01_five_ten_and_twenty_working_days(self):
        told = (*BEGUN, responded(day(4, 30)), escalated(), responded(day(6, 18), "stage-2"))
        found = findings("PSOW-01", WALES, *told)
        assert [(each.subject, each.verdict, each.due_on) for each in found] == [
            ("stage-1-acknowledge", "met", day(4, 22)),
            ("stage-1-respond", "missed", day(4, 29)),
            ("stage-2-respond", "met", day(6, 18)),
            ("stage-2-longest", "met", day(11, 20)),
        ]

    def test_psow_01_past_twenty_days_somebody_says_why(self):
        told = (*ANSWERED, escalated())
        late = the_finding("PSOW-01", WALES, *told, subject="delay-explained")
        assert late.verdict == "missed"
        word = e.UpdateSent(occurred_on=day(6, 19), stage="stage-2", reason="complex")
        found = the_finding("PSOW-01", WALES, *told, word, subject="delay-explained")
        assert found.verdict == "met"
        in_time = responded(day(6, 18), "stage-2")
        assert verdicts("PSOW-01", WALES, *told, in_time, subject="delay-explained") == []

    def test_psow_01_whoever_is_told_why_in_good_time_is_told(self):
        early = e.UpdateSent(occurred_on=day(6, 18), stage="stage-2", reason="complex")
        explained = {"subject": "delay-explained"}
        assert verdicts("PSOW-01", WALES, *ANSWERED, escalated(), early, **explained) == ["met"]
        unreasoned = attrs.evolve(early, reason=None)
        told = (*ANSWERED, escalated(), unreasoned)
        assert verdicts("PSOW-01", WALES, *told, **explained) == ["missed"]

    def test_psow_01_an_extension_at_stage_2_is_told_with_reason_and_day(self):
        more = extended(day(6, 1), day(8, 1), "stage-2", told_on=day(6, 1))
        told = (*ANSWERED, escalated(), more)
        assert verdicts("PSOW-01", WALES, *told, subject="says") == ["met"]

    def test_psow_01_six_months_are_the_longest(self):
        told = (*ANSWERED, escalated(), responded(day(11, 21), "stage-2"))
        found = the_finding("PSOW-01", WALES, *told, subject="stage-2-longest")
        assert (found.verdict, found.days_late) == ("missed", 1)
        assert found.source == "unverified"

    def test_psow_04_the_year_starts_on_the_day_of_notice(self):
        case = Case.of(history([received(aware_on=day(3, 15))]), governing(WALES), day(12, 1))
        [limit] = [each for each in case.deadlines if each.rule == "PSOW-04"]
        assert limit.due_on.isoformat() == "2027-03-14"


class TestWelshSocialServices:
    def test_wss_01_two_days_to_acknowledge_ten_to_discuss_five_for_the_terms(self):
        told = (
            received(),
            acknowledged(day(4, 17)),
            e.DiscussionHeld(occurred_on=day(5, 1)),
            e.ResolvedByAgreement(occurred_on=day(5, 5), stage="stage-1"),
            e.TermsSent(occurred_on=day(5, 13), stage="stage-1"),
        )
        found = findings("WSS-01", SOCIAL, *told)
        assert [(each.subject, each.verdict, each.due_on) for each in found] == [
            ("acknowledge", "met", day(4, 17)),
            ("discuss", "met", day(5, 1)),
            ("terms", "missed", day(5, 12)),
        ]
        assert [int(event, 16) for event in found[-1].events] == [4, 5]

    def test_wss_01_the_formal_stage_takes_twenty_five(self):
        told = (received(), escalated(day(5, 6)), responded(day(6, 11), "stage-2"))
        found = the_finding("WSS-01", SOCIAL, *told, subject="stage-2-respond")
        assert (found.verdict, found.due_on) == ("met", day(6, 11))

    ORAL = received(channel="telephone")
    WRITTEN = e.WrittenRecordMade(occurred_on=day(4, 16), copy_given_on=day(4, 17))

    def test_wss_02_what_was_said_is_written_down(self):
        by = {"subject": "followed-by"}
        assert verdicts("WSS-02", SOCIAL, self.ORAL, self.WRITTEN, **by) == ["met"]
        assert verdicts("WSS-02", SOCIAL, self.ORAL, **by) == ["cannot-tell"]
        assert verdicts("WSS-02", SOCIAL, self.ORAL, closed(), **by) == ["missed"]

    def test_wss_02_the_person_gets_a_copy(self):
        assert verdicts("WSS-02", SOCIAL, self.ORAL, self.WRITTEN, subject="says") == ["met"]
        uncopied = attrs.evolve(self.WRITTEN, copy_given_on=None)
        assert verdicts("WSS-02", SOCIAL, self.ORAL, uncopied, subject="says") == ["missed"]

    def test_wss_02_a_letter_needs_no_copy(self):
        assert verdicts("WSS-02", SOCIAL, received(channel="letter"), closed()) == []
