"""What the LGSCO Code 2024 asks, rule by rule (domain.md 9.2, domain-sources.md D)."""

import attrs
import pytest

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import WITHHELD, seal
from rules.asking import (
    HANDLER,
    MANAGER,
    acknowledged,
    closed,
    day,
    escalated,
    extended,
    findings,
    live,
    received,
    refusals,
    responded,
    the_finding,
    verdicts,
)

LGSCO = "lgsco-2024"
BEGUN = (received(), acknowledged())
ANSWERED = (*BEGUN, responded())
TOLD_ALL = ("definition", "remedy", "outstanding-actions", "next-stage")


# --- the clocks ----------------------------------------------------------------------------------


class TestAcknowledgement:
    def test_lgsco_01_five_working_days_are_in_time(self):
        found = the_finding("LGSCO-01", LGSCO, received(), acknowledged(day(4, 22)))
        assert found.verdict == "met"
        assert (found.due_on, found.happened_on, found.days_late) == (day(4, 22), day(4, 22), 0)

    def test_lgsco_01_a_day_more_is_late_by_one(self):
        found = the_finding("LGSCO-01", LGSCO, received(), acknowledged(day(4, 23)))
        assert found.verdict == "missed"
        assert found.days_late == 1
        assert found.sentence == (
            "The complaint is acknowledged and logged:"
            " due on Wed 22 Apr 2026; done on Thu 23 Apr 2026, 1 day late."
        )
        assert [int(event, 16) for event in found.events] == [1, 2]

    @pytest.mark.parametrize(
        ("today", "verdict", "days_late"),
        [(day(4, 22), "cannot-tell", None), (day(4, 23), "missed", 1)],
    )
    def test_lgsco_01_none_on_record_is_missed_only_after_the_last_day(
        self, today, verdict, days_late
    ):
        found = the_finding("LGSCO-01", LGSCO, received(), today=today)
        assert (found.verdict, found.days_late) == (verdict, days_late)

    def test_lgsco_01_one_that_nobody_dated_cannot_be_told(self):
        found = the_finding("LGSCO-01", LGSCO, received(), acknowledged(None))
        assert (found.verdict, found.days_late) == ("cannot-tell", None)

    def test_lgsco_01_one_known_by_its_month_alone_cannot_be_told(self):
        in_april = acknowledged(day(4, 1), precision="month")
        found = the_finding("LGSCO-01", LGSCO, received(), in_april)
        assert (found.verdict, found.due_on) == ("cannot-tell", day(4, 22))


class TestStage1:
    def test_lgsco_02_ten_working_days_from_the_acknowledgement(self):
        assert verdicts("LGSCO-02", LGSCO, *BEGUN, responded(day(5, 5))) == ["met"]
        assert the_finding("LGSCO-02", LGSCO, *BEGUN, responded(day(5, 8))).days_late == 3

    def test_lgsco_02_an_extension_in_time_gives_the_day_that_counts(self):
        more = (*BEGUN, extended(day(5, 5), day(5, 8)))
        found = the_finding("LGSCO-02", LGSCO, *more, responded(day(5, 8)))
        assert (found.verdict, found.due_on) == ("met", day(5, 8))
        assert "put off from Tue 5 May 2026" in found.sentence

    def test_lgsco_02_an_extension_after_the_last_day_changes_nothing(self):
        late = (*BEGUN, extended(day(5, 6), day(5, 8)))
        found = the_finding("LGSCO-02", LGSCO, *late, responded(day(5, 8)))
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(5, 5), 3)

    def test_lgsco_02_one_past_the_soft_cap_counts_and_is_a_finding_of_its_own(self):
        beyond = (*BEGUN, extended(day(5, 1), day(5, 29)), responded(day(5, 29)))
        found = the_finding("LGSCO-02", LGSCO, *beyond)
        assert (found.verdict, found.due_on) == ("met", day(5, 29))
        assert verdicts("LGSCO-05", LGSCO, *beyond) == ["missed"]

    def test_lgsco_03_without_acknowledgement_the_answer_is_due_after_both_limits(self):
        found = the_finding("LGSCO-02", LGSCO, received(), responded(day(5, 7)))
        assert (found.verdict, found.due_on, found.presumed) == ("met", day(5, 7), True)
        assert "reckoned from a day that is presumed" in found.sentence


class TestExtension:
    def test_lgsco_04_one_without_reason_or_new_date_is_refused(self):
        for lacking in (
            c.Extend(occurred_on=day(5, 1), until=day(5, 12)),
            c.Extend(occurred_on=day(5, 1), reason="complex"),
        ):
            live(LGSCO, *BEGUN, command=lacking).then_refused("LGSCO-04")

    def test_lgsco_04_one_that_gives_both_is_met(self):
        both = c.Extend(occurred_on=day(5, 1), until=day(5, 12), reason="complex")
        live(LGSCO, *BEGUN, command=both).then(extended(day(5, 1), day(5, 12)))
        assert verdicts("LGSCO-04", LGSCO, *BEGUN, extended(day(5, 1), day(5, 12))) == ["met"]

    def test_lgsco_04_an_import_keeps_one_without_and_says_so(self):
        silent = attrs.evolve(extended(day(5, 1), day(5, 12)), reason=None)
        found = the_finding("LGSCO-04", LGSCO, *BEGUN, silent)
        assert found.verdict == "missed"
        assert "it lacked reason" in found.sentence

    def test_lgsco_05_ten_working_days_more_are_allowed(self):
        found = the_finding("LGSCO-05", LGSCO, *BEGUN, extended(day(5, 1), day(5, 19)))
        assert (found.verdict, found.due_on, found.days_late) == ("met", day(5, 19), 0)

    def test_lgsco_05_one_beyond_them_needs_its_good_reason(self):
        beyond = extended(day(5, 1), day(5, 21))
        found = the_finding("LGSCO-05", LGSCO, *BEGUN, beyond)
        assert (found.verdict, found.days_late) == ("missed", 2)
        assert "no good reason is recorded" in found.sentence
        explained = attrs.evolve(beyond, explanation=seal("The crew's sheets were lost."))
        assert verdicts("LGSCO-05", LGSCO, *BEGUN, explained) == ["met"]

    def test_lgsco_05_at_stage_2_it_is_twenty(self):
        begun = (*ANSWERED, escalated(), acknowledged(day(5, 21), "stage-2"))
        last = extended(day(6, 1), day(7, 17), "stage-2")
        beyond = extended(day(6, 1), day(7, 18), "stage-2")
        assert verdicts("LGSCO-05", LGSCO, *begun, last) == ["met"]
        assert the_finding("LGSCO-05", LGSCO, *begun, beyond).days_late == 1

    @pytest.mark.parametrize(
        ("given", "verdict"), [(True, "met"), (False, "missed"), (None, "cannot-tell")]
    )
    def test_lgsco_06_the_person_is_told_how_to_reach_the_ombudsman(self, given, verdict):
        told = extended(day(5, 1), day(5, 12), ombudsman_details_given=given)
        assert verdicts("LGSCO-06", LGSCO, *BEGUN, told) == [verdict]

    def test_lgsco_07_one_after_the_last_day_comes_too_late(self):
        found = the_finding("LGSCO-07", LGSCO, *BEGUN, extended(day(5, 7), day(5, 12)))
        assert (found.verdict, found.days_late) == ("missed", 2)
        assert (found.due_on, found.happened_on) == (day(5, 5), day(5, 7))

    def test_lgsco_07_one_told_after_the_last_day_comes_too_late(self):
        told_late = extended(day(5, 5), day(5, 12), told_on=day(5, 6))
        assert verdicts("LGSCO-07", LGSCO, *BEGUN, told_late) == ["missed"]

    def test_lgsco_07_the_second_is_measured_by_the_first(self):
        first, second = extended(day(5, 5), day(5, 12)), extended(day(5, 12), day(5, 19))
        assert verdicts("LGSCO-07", LGSCO, *BEGUN, first, second) == ["met", "met"]

    def test_lgsco_07_one_that_nobody_dated_cannot_be_told(self):
        assert verdicts("LGSCO-07", LGSCO, *BEGUN, extended(None, day(5, 12))) == ["cannot-tell"]


class TestStage2:
    def test_lgsco_08_acknowledged_in_five_answered_in_twenty_working_days(self):
        told = (
            *ANSWERED,
            escalated(),
            acknowledged(day(5, 28), "stage-2"),
            responded(day(6, 29), "stage-2"),
        )
        ack = the_finding("LGSCO-08", LGSCO, *told, subject="stage-2-acknowledge")
        answer = the_finding("LGSCO-08", LGSCO, *told, subject="stage-2-respond")
        assert (ack.verdict, ack.due_on) == ("met", day(5, 28))
        assert (answer.verdict, answer.due_on, answer.days_late) == ("missed", day(6, 25), 4)

    @pytest.mark.parametrize(
        ("first", "second", "verdict"),
        [
            (HANDLER, MANAGER, "met"),
            (HANDLER, HANDLER, "missed"),
            (None, MANAGER, "cannot-tell"),
            (HANDLER, None, "cannot-tell"),
        ],
    )
    def test_lgsco_09_somebody_else_decides_at_stage_2(self, first, second, verdict):
        told = (
            *BEGUN,
            responded(decided_by=first),
            escalated(),
            responded(day(6, 1), "stage-2", decided_by=second),
        )
        assert verdicts("LGSCO-09", LGSCO, *told) == [verdict]

    def test_lgsco_10_two_stages_are_enough(self):
        found = the_finding("LGSCO-10", LGSCO, *ANSWERED, escalated())
        assert found.verdict == "met"
        assert "it went through stage 1, stage 2" in found.sentence

    @pytest.mark.parametrize("stage", ["stage-3", "informal", "stage-0", "informal-resolution"])
    def test_lgsco_10_there_is_no_third_and_none_before_the_first(self, stage):
        further = (escalated(), escalated(day(6, 1), stage))
        assert verdicts("LGSCO-10", LGSCO, *ANSWERED, *further) == ["missed"]


# --- refusals ------------------------------------------------------------------------------------


class TestRefusal:
    def test_lgsco_11_stage_2_is_refused_for_a_listed_reason_with_the_ombudsman_told(self):
        told = c.RefuseEscalation(
            occurred_on=day(5, 20), reason="legal-proceedings", ombudsman_details_given=True
        )
        assert live(LGSCO, *ANSWERED, command=told).events
        for lacking in (
            attrs.evolve(told, reason="too-busy"),
            attrs.evolve(told, ombudsman_details_given=None),
            attrs.evolve(told, ombudsman_details_given=False),
        ):
            live(LGSCO, *ANSWERED, command=lacking).then_refused("LGSCO-11")

    @pytest.mark.parametrize(
        ("reason", "given", "verdict"),
        [
            ("legal-proceedings", True, "met"),
            ("legal-proceedings", None, "cannot-tell"),
            ("legal-proceedings", False, "missed"),
            ("too-busy", True, "missed"),
        ],
    )
    def test_lgsco_11_an_import_keeps_it_and_says_what_it_lacks(self, reason, given, verdict):
        refused = e.EscalationRefused(
            occurred_on=day(5, 20), stage="stage-2", reason=reason, ombudsman_details_given=given
        )
        assert verdicts("LGSCO-11", LGSCO, *ANSWERED, refused) == [verdict]

    def test_lgsco_12_a_complaint_is_refused_for_a_listed_reason_with_the_ombudsman_told(self):
        told = c.Refuse(
            occurred_on=day(4, 20), reason="already-considered", ombudsman_details_given=True
        )
        assert live(LGSCO, received(), command=told).events
        for lacking in (
            attrs.evolve(told, reason="too-busy"),
            attrs.evolve(told, ombudsman_details_given=None),
        ):
            live(LGSCO, received(), command=lacking).then_refused("LGSCO-12")

    def test_lgsco_12_an_import_keeps_it_and_says_what_it_lacks(self):
        refused = e.ComplaintRefused(occurred_on=day(4, 20), reason="too-busy")
        found = the_finding("LGSCO-12", LGSCO, received(), refused)
        assert found.verdict == "missed"
        assert "the reason given was too-busy, which is none of already considered" in (
            found.sentence
        )

    @pytest.mark.parametrize(
        ("aware_on", "verdict"),
        [(day(4, 15).replace(year=2025), "missed"), (day(4, 14).replace(year=2025), "met")],
    )
    def test_lgsco_13_within_twelve_months_it_is_not_too_late(self, aware_on, verdict):
        refused = e.ComplaintRefused(occurred_on=day(4, 20), reason="over-12-months")
        assert verdicts("LGSCO-13", LGSCO, received(aware_on=aware_on), refused) == [verdict]

    def test_lgsco_13_without_a_day_nobody_can_tell(self):
        refused = e.ComplaintRefused(occurred_on=day(4, 20), reason="over-12-months")
        assert verdicts("LGSCO-13", LGSCO, received(), refused) == ["cannot-tell"]

    def test_lgsco_13_another_reason_is_not_about_time(self):
        refused = e.ComplaintRefused(occurred_on=day(4, 20), reason="legal-proceedings")
        assert verdicts("LGSCO-13", LGSCO, received(), refused) == []

    def test_lgsco_16_that_no_reasons_were_given_is_no_ground(self):
        refused = e.EscalationRefused(
            occurred_on=day(5, 20),
            stage="stage-2",
            reason="no-reasons-given",
            ombudsman_details_given=True,
        )
        assert "LGSCO-16" in refusals(LGSCO, *ANSWERED, event=refused)
        assert verdicts("LGSCO-16", LGSCO, *ANSWERED, refused) == ["missed"]
        other = attrs.evolve(refused, reason="legal-proceedings")
        assert refusals(LGSCO, *ANSWERED, event=other) == []
        assert verdicts("LGSCO-16", LGSCO, *ANSWERED, other) == ["met"]


# --- answers -------------------------------------------------------------------------------------


class TestAnswer:
    def test_lgsco_14_an_answer_has_all_its_parts(self):
        whole = responded(told=TOLD_ALL)
        assert verdicts("LGSCO-14", LGSCO, *BEGUN, whole) == ["met"]

    def test_lgsco_14_what_it_lacks_is_named(self):
        some = responded(told=("definition", "remedy"))
        found = the_finding("LGSCO-14", LGSCO, *BEGUN, some)
        assert found.verdict == "missed"
        assert found.sentence.endswith("it lacked outstanding actions, next stage.")

    def test_lgsco_14_where_nobody_wrote_down_what_it_told_nobody_can_tell(self):
        found = the_finding("LGSCO-14", LGSCO, *BEGUN, responded())
        assert found.verdict == "cannot-tell"
        assert "the record is silent on definition" in found.sentence

    def test_lgsco_14_a_decision_without_reasons_lacks_them(self):
        bare = e.HeadOutcome(head="h1", outcome="upheld")
        unreasoned = attrs.evolve(responded(told=TOLD_ALL), outcomes=(bare,))
        found = the_finding("LGSCO-14", LGSCO, *BEGUN, unreasoned)
        assert "it lacked reasons" in found.sentence

    def test_lgsco_14_at_stage_2_the_next_step_is_the_ombudsman(self):
        told = (*TOLD_ALL[:3], "ombudsman")
        final = responded(day(6, 1), "stage-2", told=told)
        assert verdicts("LGSCO-14", LGSCO, *BEGUN, escalated(), final) == ["met"]
        silent = attrs.evolve(final, told=TOLD_ALL)
        assert verdicts("LGSCO-14", LGSCO, *BEGUN, escalated(), silent) == ["missed"]

    def test_lgsco_15_every_head_has_its_outcome(self):
        two = received(heads=(e.Head(id="h1"), e.Head(id="h2")))
        found = the_finding("LGSCO-15", LGSCO, two, responded())
        assert (found.verdict, found.head) == ("missed", "h2")
        assert verdicts("LGSCO-15", LGSCO, two, responded(heads=("h1", "h2"))) == ["met"]

    def test_lgsco_15_at_stage_2_only_what_was_taken_there(self):
        two = received(heads=(e.Head(id="h1"), e.Head(id="h2")))
        first = responded(heads=("h1", "h2"))
        second = responded(day(6, 1), "stage-2", heads=("h2",))
        told = (two, first, escalated(heads=("h2",)), second)
        assert verdicts("LGSCO-15", LGSCO, *told) == ["met", "met"]

    @pytest.mark.parametrize(
        ("on", "verdict", "days_late"), [(day(7, 8), "met", 0), (day(7, 9), "missed", 1)]
    )
    def test_lgsco_18_both_stages_take_twelve_weeks_at_most(self, on, verdict, days_late):
        told = (*ANSWERED, escalated(), responded(on, "stage-2"))
        found = the_finding("LGSCO-18", LGSCO, *told)
        assert (found.verdict, found.due_on, found.days_late) == (verdict, day(7, 8), days_late)

    def test_lgsco_18_an_answer_that_nobody_took_further_is_the_final_one(self):
        found = the_finding("LGSCO-18", LGSCO, *ANSWERED, closed(day(7, 9)))
        assert (found.verdict, found.happened_on) == ("met", day(5, 5))
        assert verdicts("LGSCO-18", LGSCO, *ANSWERED) == ["met"]

    def test_lgsco_18_whoever_goes_on_waits_for_the_final_answer_again(self):
        going_on = (*ANSWERED, escalated())
        assert verdicts("LGSCO-18", LGSCO, *going_on, today=day(7, 8)) == ["cannot-tell"]
        assert the_finding("LGSCO-18", LGSCO, *going_on, today=day(7, 9)).days_late == 1

    def test_lgsco_18_a_complaint_that_is_closed_without_answer_has_come_to_its_end(self):
        assert verdicts("LGSCO-18", LGSCO, *BEGUN, closed(day(7, 8))) == ["met"]
        assert verdicts("LGSCO-18", LGSCO, *BEGUN, closed(day(7, 9))) == ["missed"]


# --- putting right -------------------------------------------------------------------------------


class TestRemedy:
    OFFERED = e.RemedyOffered(
        occurred_on=day(5, 5),
        item="r1",
        kind="action",
        due_on=day(6, 1),
        description=seal("An extra collection."),
    )

    def test_lgsco_19_a_remedy_says_what_and_by_when(self):
        assert verdicts("LGSCO-19", LGSCO, *ANSWERED, self.OFFERED, subject="says") == ["met"]
        vague = attrs.evolve(self.OFFERED, description=None, due_on=None)
        found = the_finding("LGSCO-19", LGSCO, *ANSWERED, vague, subject="says")
        assert (found.verdict, found.item) == ("missed", "r1")
        assert "it lacked description, due on" in found.sentence

    @pytest.mark.parametrize(
        ("on", "verdict", "days_late"), [(day(6, 1), "met", 0), (day(6, 3), "missed", 2)]
    )
    def test_lgsco_19_a_remedy_is_delivered_by_its_day(self, on, verdict, days_late):
        delivered = e.RemedyDelivered(occurred_on=on, item="r1")
        told = (*ANSWERED, self.OFFERED, delivered)
        found = the_finding("LGSCO-19", LGSCO, *told, subject="remedy")
        assert (found.verdict, found.item, found.days_late) == (verdict, "r1", days_late)
        assert [int(event, 16) for event in found.events] == [4, 5]

    def test_lgsco_19_one_that_cannot_be_delivered_is_told_of(self):
        undone = e.RemedyUndeliverable(
            occurred_on=day(5, 20), item="r1", reason="no-crew", told_on=day(5, 20)
        )
        told = (*ANSWERED, self.OFFERED, undone)
        assert verdicts("LGSCO-19", LGSCO, *told, subject="says") == ["met", "met"]
        assert findings("LGSCO-19", LGSCO, *told, subject="remedy") == []
        silent = attrs.evolve(undone, told_on=None)
        told = (*ANSWERED, self.OFFERED, silent)
        assert verdicts("LGSCO-19", LGSCO, *told, subject="says") == ["met", "cannot-tell"]

    def test_gen_14_a_closed_complaint_owes_its_remedy_all_the_same(self):
        told = (*ANSWERED, self.OFFERED, closed(day(5, 20)))
        found = the_finding("LGSCO-19", LGSCO, *told, subject="remedy", today=day(6, 2))
        assert (found.verdict, found.days_late) == ("missed", 1)

    def test_gen_14_so_does_one_that_was_withdrawn(self):
        told = (*ANSWERED, self.OFFERED, e.ComplaintWithdrawn(occurred_on=day(5, 20)))
        assert verdicts("LGSCO-19", LGSCO, *told, subject="remedy") == ["missed"]


class TestAdjustmentAndRestriction:
    def test_lgsco_22_an_adjustment_is_reviewed_even_where_no_day_was_set(self):
        made = e.AdjustmentMade(occurred_on=day(4, 20), item="a1")
        looked = e.AdjustmentReviewed(occurred_on=day(5, 21), item="a1")
        assert verdicts("LGSCO-22", LGSCO, *BEGUN, made) == ["cannot-tell"]
        assert verdicts("LGSCO-22", LGSCO, *BEGUN, made, closed()) == ["missed"]
        assert verdicts("LGSCO-22", LGSCO, *BEGUN, made, looked, closed()) == ["met"]
        other = attrs.evolve(looked, item="a2")
        told = (*BEGUN, made, other, closed())
        assert verdicts("LGSCO-22", LGSCO, *told, subject="followed-by") == ["missed"]

    def test_lgsco_22_an_adjustment_is_reviewed_on_that_day(self):
        made = e.AdjustmentMade(occurred_on=day(4, 20), item="a1", review_on=day(5, 20))
        looked = e.AdjustmentReviewed(occurred_on=day(5, 21), item="a1")
        told = (*BEGUN, made, looked)
        found = the_finding("LGSCO-22", LGSCO, *told, subject="adjustment-review")
        assert (found.verdict, found.item, found.days_late) == ("missed", "a1", 1)
        early = attrs.evolve(looked, occurred_on=day(5, 20))
        assert verdicts("LGSCO-22", LGSCO, *BEGUN, made, early) == ["met", "met"]

    def test_lgsco_23_contact_is_restricted_only_with_reason_and_review(self):
        restricted = e.ContactRestricted(
            occurred_on=day(5, 1), item="c1", reason="abusive", review_on=day(8, 1)
        )
        live(LGSCO, *BEGUN, command=restricted).then(restricted)
        for lacking in (
            attrs.evolve(restricted, reason=None),
            attrs.evolve(restricted, review_on=None),
        ):
            live(LGSCO, *BEGUN, command=lacking).then_refused("LGSCO-23")

    def test_lgsco_23_an_import_keeps_it_and_says_what_it_lacks(self):
        told = e.ContactRestricted(occurred_on=day(5, 1), item="c1", told=("how-to-appeal",))
        found = the_finding("LGSCO-23", LGSCO, *BEGUN, told, subject="says")
        assert found.verdict == "missed"
        assert "it lacked reason, review on" in found.sentence
        found = the_finding(
            "LGSCO-23",
            LGSCO,
            *BEGUN,
            attrs.evolve(told, reason="abusive", review_on=day(8, 1)),
            today=day(8, 2),
            subject="restriction-review",
        )
        assert (found.verdict, found.days_late) == ("missed", 1)


# --- what belongs to the code --------------------------------------------------------------------


class TestScope:
    @pytest.mark.parametrize(
        ("service", "verdict"),
        [("waste", "met"), ("adult-social-care", "missed"), (None, "cannot-tell")],
    )
    def test_lgsco_26_a_service_with_its_own_procedure_does_not_belong_here(self, service, verdict):
        assert verdicts("LGSCO-26", LGSCO, received(service=service)) == [verdict]

    def test_lgsco_26_nor_does_a_head_of_such_a_service(self):
        mixed = received(service="waste", heads=(e.Head(id="h1", service="public-health"),))
        found = the_finding("LGSCO-26", LGSCO, mixed)
        assert found.verdict == "missed"
        assert "it is about public health" in found.sentence

    def test_lgsco_21_a_service_request_came_before_and_goes_on(self):
        linked = e.ServiceRequestLinked(
            occurred_on=day(3, 2), reference="SR 77", made_on=day(3, 2), service="waste"
        )
        live(LGSCO, received(), command=linked, today=day(4, 20)).then(linked)
        without = verdicts("LGSCO-01", LGSCO, received(), acknowledged())
        assert verdicts("LGSCO-01", LGSCO, linked, received(), acknowledged()) == without
        assert verdicts("GEN-02", None, received(), linked) == []

    def test_lgsco_24_what_a_contractor_handles_is_in_the_same_stages_and_days(self):
        theirs = e.ProviderInvolved(occurred_on=day(4, 21), provider="bins-r-us", stage="stage-1")
        answer = responded(day(5, 6), body="bins-r-us")
        with_them = findings("LGSCO-02", LGSCO, *BEGUN, theirs, answer)
        assert [(f.due_on, f.days_late) for f in with_them] == [(day(5, 5), 1)]
        assert verdicts("LGSCO-10", LGSCO, *BEGUN, theirs, answer) == ["met"]

    def test_lgsco_25_waiting_for_the_person_stops_no_clock(self):
        asked = e.UpdateSent(
            occurred_on=day(4, 22), stage="stage-1", reason="waiting-for-complainant"
        )
        paused = the_finding("LGSCO-02", LGSCO, *BEGUN, asked, responded(day(5, 6)))
        assert (paused.due_on, paused.verdict) == (day(5, 5), "missed")

    def test_lgsco_19_what_is_withheld_counts_as_said(self):
        told = e.RemedyOffered(
            occurred_on=day(5, 5), item="r1", kind="other", due_on=day(6, 1), description=WITHHELD
        )
        assert verdicts("LGSCO-19", LGSCO, *ANSWERED, told, subject="says") == ["met"]
