"""What the regulations on social care, and data protection, ask (domain.md 9.5)."""

from datetime import date

import attrs
import pytest

from complaint_ledger.calendars import load_calendar
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.words import seal
from complaint_ledger.testing import given
from complaint_ledger.testing.specification import history
from rules.asking import (
    TODAY,
    acknowledged,
    day,
    escalated,
    extended,
    findings,
    governing,
    live,
    received,
    refusals,
    responded,
    signed_off,
    the_finding,
    verdicts,
)

ADULT = "adult-social-care-2009"
CHILDREN = "children-2006"
RECEIVED = received(day(4, 2))  # E8: Thursday before Easter
LAST = day(10, 1)
TOLD_ALL = ("actions", "ombudsman")
SIGNED = signed_off(day(9, 30))


def due(code, *events):
    case = Case.of(history(events), governing(code), TODAY)
    return {deadline.id: deadline.due_on for deadline in case.deadlines}


class TestAdultSocialCare:
    def test_asc_01_three_working_days_after_the_day_of_receipt(self):
        found = the_finding("ASC-01", ADULT, RECEIVED, acknowledged(day(4, 10)))
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(4, 9), 1)

    def test_asc_02_six_months_that_begin_with_the_day_of_receipt(self):
        found = the_finding("ASC-02", ADULT, RECEIVED, responded(LAST))
        assert (found.verdict, found.due_on) == ("met", LAST)
        assert the_finding("ASC-02", ADULT, RECEIVED, responded(day(10, 2))).days_late == 1

    LONGER = c.Extend(
        occurred_on=LAST, until=day(11, 30), reason="complex", extends="relevant-period"
    )

    def test_asc_03_longer_is_agreed_before_the_six_months_are_over(self):
        agreed = extended(LAST, day(11, 30), extends="relevant-period")
        live(ADULT, RECEIVED, command=self.LONGER).then(agreed)
        late = attrs.evolve(self.LONGER, occurred_on=day(10, 2))
        live(ADULT, RECEIVED, command=late).then_refused("ASC-03")

    def test_asc_03_an_import_keeps_a_late_one_and_says_so(self):
        late = extended(day(10, 2), day(11, 30), extends="relevant-period")
        found = the_finding("ASC-03", ADULT, RECEIVED, late)
        assert (found.verdict, found.days_late) == ("missed", 1)
        in_time = extended(LAST, day(11, 30), extends="relevant-period")
        assert verdicts("ASC-03", ADULT, RECEIVED, in_time) == ["met"]
        undated = extended(None, day(11, 30), extends="relevant-period")
        assert verdicts("ASC-03", ADULT, RECEIVED, undated) == ["cannot-tell"]

    def test_asc_04_whoever_hears_nothing_in_six_months_is_told_why(self):
        word = e.UpdateSent(occurred_on=day(10, 5), stage="stage-1", reason="expert-awaited")
        assert verdicts("ASC-04", ADULT, RECEIVED) == ["missed"]
        assert verdicts("ASC-04", ADULT, RECEIVED, word) == ["met"]
        unreasoned = attrs.evolve(word, reason=None)
        assert verdicts("ASC-04", ADULT, RECEIVED, unreasoned) == ["missed"]

    @pytest.mark.parametrize(
        "ended",
        [
            (responded(LAST),),
            (e.ComplaintWithdrawn(occurred_on=day(5, 1)),),
            (responded(None),),
        ],
        ids=["answered in time", "withdrawn before", "answered nobody knows when"],
    )
    def test_asc_04_where_nothing_was_late_nothing_is_to_be_told(self, ended):
        assert verdicts("ASC-04", ADULT, RECEIVED, *ended) == []
        assert verdicts("ASC-04", ADULT, RECEIVED, today=LAST) == []

    def test_asc_04_an_extension_agreed_too_late_explains_nothing(self):
        late = extended(day(10, 2), day(11, 30), extends="relevant-period")
        assert verdicts("ASC-04", ADULT, RECEIVED, late, responded(day(11, 2))) == ["missed"]

    ANSWER = c.Respond(occurred_on=day(9, 30), outcome="upheld", told=TOLD_ALL)

    def test_asc_05_the_answer_is_signed_and_says_what_comes_of_it(self):
        assert live(ADULT, RECEIVED, SIGNED, command=self.ANSWER).events
        live(ADULT, RECEIVED, command=self.ANSWER).then_refused("ASC-05")
        for lacking in (
            attrs.evolve(self.ANSWER, outcome=None),
            attrs.evolve(self.ANSWER, told=("ombudsman",)),
            attrs.evolve(self.ANSWER, told=("actions",)),
            attrs.evolve(self.ANSWER, told=()),
        ):
            live(ADULT, RECEIVED, SIGNED, command=lacking).then_refused("ASC-05")

    @pytest.mark.parametrize(
        ("told", "verdict"),
        [(TOLD_ALL, "met"), (("actions",), "missed"), ((), "cannot-tell")],
    )
    def test_asc_05_an_import_keeps_it_and_says_what_it_lacks(self, told, verdict):
        answer = responded(day(9, 30), told=told)
        assert verdicts("ASC-05", ADULT, RECEIVED, SIGNED, answer) == ["met", verdict]
        assert verdicts("ASC-05", ADULT, RECEIVED, answer) == ["missed", verdict]

    def test_asc_06_there_is_no_second_stage(self):
        answered = (RECEIVED, SIGNED, responded(day(9, 30), told=TOLD_ALL))
        second = c.Escalate(occurred_on=day(10, 1), stage="stage-2")
        live(ADULT, *answered, command=second).then_refused("ASC-06")
        nameless = given(*answered).when(second, codes=[governing(ADULT)])
        nameless.then_refused("ASC-06")
        assert refusals(ADULT, *answered, event=escalated(day(10, 1))) == ["ASC-06"]

    def test_asc_06_an_import_keeps_one_and_says_so(self):
        found = the_finding("ASC-06", ADULT, RECEIVED, escalated(day(10, 1)))
        assert found.verdict == "missed"
        assert "it went through stage 1, stage 2" in found.sentence
        assert verdicts("ASC-06", ADULT, RECEIVED) == ["met"]
        assert verdicts("stage-unknown", ADULT, RECEIVED, escalated(day(10, 1))) == ["cannot-tell"]

    def test_asc_07_another_body_takes_it_over_and_the_receipt_here_stays(self):
        moved = e.ComplaintTransferred(occurred_on=day(4, 8), body="nhs-trust", consent=True)
        live(ADULT, RECEIVED, command=moved).then(moved)
        assert due(ADULT, RECEIVED, moved) == due(ADULT, RECEIVED)
        there = received(day(4, 8))  # the fresh receipt, in the other body's ledger
        assert due(ADULT, there)["acknowledge"] == day(4, 13)

    def test_asc_09_a_talk_is_offered_and_a_period_is_set_and_told(self):
        told = (
            RECEIVED,
            acknowledged(day(4, 8), told=("discussion-offered",)),
            e.ResponsePeriodSet(occurred_on=day(4, 14), until=day(6, 30), told_on=day(4, 14)),
            responded(day(7, 1)),
        )
        found = findings("ASC-09", ADULT, *told)
        assert [(each.subject, each.verdict) for each in found] == [
            ("response-period", "missed"),  # a day after the period that was told
            ("says", "met"),
            ("followed-by", "met"),
            ("says", "met"),
        ]
        assert (found[0].due_on, found[0].days_late) == (day(6, 30), 1)

    def test_asc_09_what_the_record_is_silent_on_nobody_can_tell(self):
        period = e.ResponsePeriodSet(occurred_on=day(4, 14), until=day(12, 30))
        found = findings("ASC-09", ADULT, RECEIVED, acknowledged(day(4, 8)), period)
        assert [each.verdict for each in found] == [
            "cannot-tell",
            "cannot-tell",
            "met",
            "cannot-tell",
        ]
        alone = findings("ASC-09", ADULT, RECEIVED, acknowledged(day(4, 8)))
        assert [each.verdict for each in alone] == ["cannot-tell", "cannot-tell"]

    def test_asc_09_what_was_told_without_it_lacks_it(self):
        other = acknowledged(day(4, 8), told=("advocacy",))
        assert verdicts("ASC-09", ADULT, RECEIVED, other, subject="says") == ["missed"]

    def test_asc_09_settled_by_the_next_working_day_it_is_outside_the_scheme(self):
        exclusions = [each.id for each in governing(ADULT).code.exclusions]
        assert "resolved-by-next-working-day" in exclusions


BEGUN = received(day(4, 2))  # CSC-a of domain-sources.md C
AT_STAGE_2 = (BEGUN, responded(day(4, 20)), escalated(day(5, 6)))


class TestChildren:
    def test_csc_01_boxing_day_is_no_working_day(self):
        calendar = load_calendar("england-and-wales")
        boxing_days = [date(year, 12, 26) for year in range(2019, 2029)]
        assert not any(calendar.is_working_day(each) for each in boxing_days)

    def test_csc_02_ten_working_days_from_the_day_of_receipt(self):
        found = the_finding("CSC-02", CHILDREN, BEGUN, responded(day(4, 21)))
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(4, 20), 1)

    def test_csc_02_an_advocate_who_was_asked_for_starts_the_clock(self):
        asked = e.AdvocateRequested(occurred_on=day(4, 2))
        appointed = e.AdvocateAppointed(occurred_on=day(4, 15))
        assert "stage-1-respond" not in due(CHILDREN, BEGUN, asked)
        found = the_finding("CSC-02", CHILDREN, BEGUN, asked, appointed)
        assert (found.due_on, len(found.events)) == (day(4, 29), 1)
        assert int(found.events[0], 16) == 3

    def test_csc_02_ten_more_are_for_complexity_alone(self):
        ten_more = extended(day(4, 20), day(5, 5))
        further = {"subject": "stage-1-respond-extended"}
        assert verdicts("CSC-02", CHILDREN, BEGUN, ten_more, **further) == ["met"]
        advocate = attrs.evolve(ten_more, reason="advocate")
        found = the_finding("CSC-02", CHILDREN, BEGUN, advocate, **further)
        assert found.verdict == "missed"
        assert "the code allows only complex" in found.sentence
        longer = attrs.evolve(ten_more, until=day(5, 6))
        assert the_finding("CSC-02", CHILDREN, BEGUN, longer, **further).days_late == 1

    FURTHEST = day(8, 6)  # 65 working days from 6 May

    def test_csc_03_sixty_five_working_days_are_the_most(self):
        kept = c.Extend(occurred_on=day(6, 1), until=self.FURTHEST, reason="complex")
        assert live(CHILDREN, *AT_STAGE_2, command=kept).events
        beyond = attrs.evolve(kept, until=day(8, 7))
        live(CHILDREN, *AT_STAGE_2, command=beyond).then_refused("CSC-03")

    def test_csc_03_an_import_keeps_a_longer_one_and_says_so(self):
        beyond = extended(day(6, 1), day(8, 8), "stage-2", told_on=day(6, 1))
        found = the_finding(
            "CSC-03", CHILDREN, *AT_STAGE_2, beyond, subject="stage-2-respond-extended"
        )
        assert (found.verdict, found.due_on, found.days_late) == ("missed", self.FURTHEST, 2)

    def test_csc_03_it_is_told_before_the_twenty_five_are_over(self):
        late = extended(day(6, 12), day(7, 1), "stage-2", told_on=day(6, 12))
        found = the_finding("CSC-03", CHILDREN, *AT_STAGE_2, late, subject="extension-in-time")
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(6, 11), 1)

    def test_csc_03_with_its_reason_and_day(self):
        untold = extended(day(6, 1), day(7, 1), "stage-2")
        assert verdicts("CSC-03", CHILDREN, *AT_STAGE_2, untold, subject="says") == ["cannot-tell"]

    def test_csc_03_an_oral_request_counts_from_its_final_record(self):
        written = e.WrittenRecordMade(occurred_on=day(5, 20), final=True)
        draft = attrs.evolve(written, occurred_on=day(5, 12), final=False)
        assert due(CHILDREN, *AT_STAGE_2)["stage-2-respond"] == day(6, 11)
        assert due(CHILDREN, *AT_STAGE_2, draft)["stage-2-respond"] == day(6, 11)
        assert due(CHILDREN, *AT_STAGE_2, draft, written)["stage-2-respond"] == day(6, 25)

    def test_csc_04_stage_2_has_an_independent_person(self):
        person = e.IndependentPersonAppointed(
            occurred_on=day(5, 8), stage="stage-2", person="officer-9q2x"
        )
        assert verdicts("CSC-04", CHILDREN, *AT_STAGE_2, person) == ["met"]
        assert verdicts("CSC-04", CHILDREN, *AT_STAGE_2) == ["cannot-tell"]
        ended = e.ComplaintClosed(occurred_on=day(7, 1), reason="completed")
        assert verdicts("CSC-04", CHILDREN, *AT_STAGE_2, ended) == ["missed"]
        elsewhere = attrs.evolve(person, stage="stage-3")
        assert verdicts("CSC-04", CHILDREN, *AT_STAGE_2, elsewhere, ended) == ["missed"]

    @staticmethod
    def panel(*connections):
        members = tuple(
            e.PanelMember(id=f"officer-{number}pan", connection=connection)
            for number, connection in enumerate(connections, 1)
        )
        return e.PanelAppointed(occurred_on=day(7, 1), members=members)

    def test_csc_05_the_panel_is_three_people_from_outside(self):
        outside = self.panel("none", "none", "none")
        live(CHILDREN, *AT_STAGE_2, command=outside).then(outside)
        for tied in (
            self.panel("none", "none"),
            self.panel("none", "none", "none", "none"),
            self.panel("none", "officer", "none"),
            self.panel("none", "none", "partner-of-member"),
        ):
            live(CHILDREN, *AT_STAGE_2, command=tied).then_refused("CSC-05")

    def test_csc_05_the_independent_person_of_stage_2_does_not_sit(self):
        person = e.IndependentPersonAppointed(
            occurred_on=day(5, 8), stage="stage-2", person="officer-1pan"
        )
        sitting = self.panel("none", "none", "none")
        live(CHILDREN, *AT_STAGE_2, person, command=sitting).then_refused("CSC-05")

    @pytest.mark.parametrize(
        ("members", "said"),
        [
            (("none", "none", "none"), "three members, all independent"),
            (("none", "none"), "it has 2 members, not three"),
            (("none", "partner-of-officer", "none"), "a member of it is a partner of officer"),
        ],
    )
    def test_csc_05_an_import_keeps_it_and_says_what_is_wrong(self, members, said):
        found = the_finding("CSC-05", CHILDREN, *AT_STAGE_2, self.panel(*members))
        assert found.verdict == ("met" if "all" in said else "missed")
        assert said in found.sentence

    def test_csc_06_thirty_days_to_meet_five_to_report_fifteen_to_answer(self):
        told = (
            *AT_STAGE_2,
            responded(day(6, 1), "stage-2"),
            escalated(day(6, 15), "stage-3"),
            e.PanelHeld(occurred_on=day(7, 27)),
            e.PanelReported(occurred_on=day(8, 4)),
            responded(day(8, 25), "stage-3", told=("ombudsman",)),
        )
        found = findings("CSC-06", CHILDREN, *told)
        assert [(each.subject, each.verdict, each.due_on) for each in found] == [
            ("stage-3-panel", "met", day(7, 27)),
            ("stage-3-report", "missed", day(8, 3)),
            ("stage-3-respond", "met", day(8, 25)),
            ("says", "met", None),
        ]
        assert [[int(event, 16) for event in each.events] for each in found] == [
            [5, 6], [6, 7], [7, 8], [8],
        ]  # fmt: skip

    def test_csc_07_one_year_from_the_day_the_grounds_arose(self):
        old = received(day(4, 2), arose_on=day(1, 5), aware_on=day(2, 5))
        assert due(CHILDREN, old)["raise-by"] == date(2027, 1, 5)
        alone = received(day(4, 2), aware_on=day(2, 5))
        assert "raise-by" not in due(CHILDREN, alone)

    def test_csc_08_twenty_working_days_from_the_day_the_answer_came(self):
        answer = responded(day(6, 1), "stage-2", told=("next-stage",))
        came = e.ResponseDelivered(occurred_on=day(6, 3), stage="stage-2")
        assert due(CHILDREN, *AT_STAGE_2, answer)["escalate-by"] == day(6, 29)
        assert due(CHILDREN, *AT_STAGE_2, answer, came)["escalate-by"] == day(7, 1)

    def test_csc_08_the_answer_says_how_and_the_request_says_why(self):
        answer = responded(day(6, 1), "stage-2", told=("next-stage",))
        asked = escalated(day(6, 15), "stage-3", reasons=seal("Nobody asked my son."))
        told = (*AT_STAGE_2, answer, asked)
        assert verdicts("CSC-08", CHILDREN, *told) == ["met", "met"]
        silent = (*AT_STAGE_2, attrs.evolve(answer, told=()), attrs.evolve(asked, reasons=None))
        assert verdicts("CSC-08", CHILDREN, *silent) == ["cannot-tell", "missed"]


class TestDataProtection:
    @pytest.mark.parametrize(
        ("on", "last"), [(day(11, 18), day(12, 18)), (day(11, 26), day(12, 29))]
    )
    def test_duaa_01_thirty_days_and_on_to_the_next_working_day(self, on, last):
        found = the_finding("DUAA-01", "data-protection-2026", received(on), acknowledged(last))
        assert (found.verdict, found.due_on) == ("met", last)

    def test_duaa_01_before_the_duty_began_it_is_said(self):
        early = received(day(6, 18))
        found = the_finding("code-in-force", "data-protection-2026", early)
        assert (found.verdict, found.due_on) == ("cannot-tell", day(6, 19))
