"""What the Scottish and the Northern Irish procedure ask, rule by rule (domain.md 9.3)."""

import attrs
import pytest

from complaint_ledger.codes import load_code
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.words import WITHHELD, seal
from complaint_ledger.testing.specification import history
from projections.histories import found as ombudsman_found
from projections.histories import heads_of
from rules.asking import (
    HANDLER,
    MANAGER,
    SOMEBODY,
    TODAY,
    closed,
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

SPSO = "spso-2021"
NIPSO = "nipso-2023"
# Wed 15 April is day 1, so that Tue 21 April is the fifth working day.
RECEIVED = received()
ANSWERED = (RECEIVED, responded(day(4, 21)))
AT_STAGE_2 = (*ANSWERED, escalated(day(5, 6)))


class TestDayOne:
    def test_spso_01_the_day_of_receipt_is_day_1(self):
        found = the_finding("SPSO-02", SPSO, *ANSWERED)
        assert (found.verdict, found.due_on) == ("met", day(4, 21))

    @pytest.mark.parametrize(
        "late",
        [received(day(4, 18)), received(day(4, 17), outside_hours=True)],
        ids=["on a Saturday", "on Friday night"],
    )
    def test_spso_01_outside_hours_it_is_the_next_working_day(self, late):
        assert the_finding("SPSO-02", SPSO, late).due_on == day(4, 24)

    def test_spso_02_a_day_late_is_late(self):
        found = the_finding("SPSO-02", SPSO, RECEIVED, responded(day(4, 22)))
        assert (found.verdict, found.days_late) == ("missed", 1)

    def test_spso_02_ten_working_days_in_all_are_the_most(self):
        kept = extended(day(4, 21), day(4, 28), approver=MANAGER, told_on=day(4, 21))
        beyond = attrs.evolve(kept, until=day(4, 29))
        extension = {"subject": "stage-1-respond-extended"}
        assert verdicts("SPSO-02", SPSO, RECEIVED, kept, **extension) == ["met"]
        found = the_finding("SPSO-02", SPSO, RECEIVED, beyond, **extension)
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(4, 28), 1)
        assert "and no further" in found.sentence

    def test_spso_02_past_them_the_extension_counts_as_far_as_they_go(self):
        beyond = extended(day(4, 21), day(5, 8), approver=MANAGER, told_on=day(4, 21))
        answer = (RECEIVED, beyond, responded(day(5, 8)))
        found = the_finding("SPSO-02", SPSO, *answer, subject="stage-1-respond")
        assert (found.verdict, found.due_on) == ("missed", day(4, 28))

    def test_spso_03_stage_2_is_acknowledged_in_three_and_answered_in_twenty(self):
        told = (
            *AT_STAGE_2,
            e.ComplaintAcknowledged(occurred_on=day(5, 8), stage="stage-2"),
            responded(day(6, 3), "stage-2"),
        )
        ack = the_finding("SPSO-03", SPSO, *told, subject="stage-2-acknowledge")
        answer = the_finding("SPSO-03", SPSO, *told, subject="stage-2-respond")
        assert (ack.verdict, ack.due_on) == ("met", day(5, 8))
        assert (answer.verdict, answer.due_on) == ("met", day(6, 3))  # 25 May is a holiday

    def test_spso_03_a_complaint_may_begin_at_stage_2(self):
        direct = received(stage="stage-2")
        found = the_finding("SPSO-03", SPSO, direct, subject="stage-2-respond", today=day(4, 16))
        assert (found.verdict, found.due_on) == ("cannot-tell", day(5, 13))
        assert len(found.events) == 1

    def test_spso_06_the_limit_of_the_code_stands_beside_the_extension(self):
        more = extended(day(4, 20), day(4, 28), approver=MANAGER, told_on=day(4, 20))
        told = (RECEIVED, more, responded(day(4, 27)))
        found = the_finding("SPSO-02", SPSO, *told, subject="stage-1-respond")
        assert (found.verdict, found.due_on) == ("met", day(4, 28))
        assert "put off from Tue 21 Apr 2026" in found.sentence

    @pytest.mark.parametrize(
        ("delivered", "due"), [((), "2026-07-20"), ((day(5, 22),), "2026-07-22")]
    )
    def test_spso_07_two_months_from_the_day_the_answer_came(self, delivered, due):
        events = [
            received(day(5, 12), arose_on=day(1, 10)),
            responded(day(5, 20)),
            *(e.ResponseDelivered(occurred_on=on, stage="stage-1") for on in delivered),
        ]
        case = Case.of(history(events), governing(SPSO), TODAY)
        [limit] = [each for each in case.deadlines if each.id == "escalate-by"]
        assert limit.due_on.isoformat() == due
        assert limit.presumed is not bool(delivered)


class TestExtension:
    WHOLE = c.Extend(
        occurred_on=day(4, 21),
        until=day(4, 28),
        reason="complex",
        approver=MANAGER,
        told_on=day(4, 21),
    )

    @pytest.mark.parametrize("missing", ["approver", "told_on", "reason", "until"])
    def test_spso_04_an_extension_is_approved_reasoned_dated_and_told(self, missing):
        live(SPSO, RECEIVED, command=self.WHOLE).then(
            extended(day(4, 21), day(4, 28), approver=MANAGER, told_on=day(4, 21))
        )
        lacking = attrs.evolve(self.WHOLE, **{missing: None})
        live(SPSO, RECEIVED, command=lacking).then_refused("SPSO-04")

    def test_spso_04_at_stage_2_too(self):
        told = attrs.evolve(self.WHOLE, occurred_on=day(5, 20), until=day(6, 20), told_on=None)
        live(SPSO, *AT_STAGE_2, command=told).then_refused("SPSO-04")

    @pytest.mark.parametrize(
        ("approver", "told_on", "verdict"),
        [
            (MANAGER, day(4, 21), "met"),
            (None, day(4, 21), "missed"),
            (MANAGER, None, "cannot-tell"),
        ],
    )
    def test_spso_04_an_import_keeps_it_and_says_what_it_lacks(self, approver, told_on, verdict):
        more = extended(day(4, 21), day(4, 28), approver=approver, told_on=told_on)
        assert verdicts("SPSO-04", SPSO, RECEIVED, more) == [verdict]

    def test_spso_05_whoever_waits_at_stage_2_hears_every_twenty_working_days(self):
        more = extended(day(6, 1), day(8, 28), "stage-2", approver=MANAGER, told_on=day(6, 1))
        word = e.UpdateSent(occurred_on=day(7, 1), stage="stage-2", reason="expert-awaited")
        told = (*AT_STAGE_2, more, word, responded(day(7, 20), "stage-2"))
        first, second = findings("SPSO-05", SPSO, *told)
        assert (first.verdict, first.days_late, first.due_on) == ("missed", 1, day(6, 30))
        assert (second.verdict, second.item) == ("met", "after-2026-07-01")

    def test_spso_05_the_next_word_is_not_owed_before_its_day(self):
        more = extended(day(6, 1), day(8, 28), "stage-2", approver=MANAGER, told_on=day(6, 1))
        assert verdicts("SPSO-05", SPSO, *AT_STAGE_2, more, today=day(6, 30)) == ["cannot-tell"]
        assert verdicts("SPSO-05", SPSO, *AT_STAGE_2, more, today=day(7, 1)) == ["missed"]
        withdrawn = e.ComplaintWithdrawn(occurred_on=day(6, 20))
        assert verdicts("SPSO-05", SPSO, *AT_STAGE_2, more, withdrawn) == []

    def test_spso_05_without_extension_there_is_nothing_to_hear(self):
        assert verdicts("SPSO-05", SPSO, *AT_STAGE_2) == []


class TestResolved:
    AGREED = e.ResolvedByAgreement(
        occurred_on=day(4, 20),
        stage="stage-1",
        agreed_action=seal("Two extra collections."),
        told=("next-stage",),
    )

    def test_spso_08_an_answer_alone_does_not_call_it_resolved(self):
        alone = c.Respond(occurred_on=day(4, 20), outcome="resolved", told=("next-stage",))
        live(SPSO, RECEIVED, command=alone).then_refused("SPSO-08")

    def test_spso_08_resolved_needs_what_was_agreed(self):
        agreed = c.Resolve(
            occurred_on=day(4, 20), agreed_action=self.AGREED.agreed_action, told=("next-stage",)
        )
        live(SPSO, RECEIVED, command=agreed).then(self.AGREED)
        vague = attrs.evolve(agreed, agreed_action=None)
        live(SPSO, RECEIVED, command=vague).then_refused("SPSO-08")

    def test_spso_08_an_outcome_is_one_of_four(self):
        other = c.Respond(occurred_on=day(4, 20), outcome="closed")
        live(SPSO, RECEIVED, command=other).then_refused("outcome-unknown")
        names = [outcome.id for outcome in load_code(SPSO).code.outcomes]
        assert names == ["resolved", "upheld", "partly-upheld", "not-upheld"]

    def test_spso_08_an_import_keeps_it_and_says_so(self):
        found = the_finding("SPSO-08", SPSO, RECEIVED, responded(outcome="resolved"))
        assert found.verdict == "missed"
        assert "no agreed action is recorded" in found.sentence
        vague = attrs.evolve(self.AGREED, agreed_action=None)
        assert verdicts("SPSO-08", SPSO, RECEIVED, vague) == ["met", "missed", "met"]

    def test_spso_08_whoever_agreed_is_told_of_the_next_stage_all_the_same(self):
        assert verdicts("SPSO-08", SPSO, RECEIVED, self.AGREED) == ["met", "met", "met"]
        untold = attrs.evolve(self.AGREED, told=("apology",))
        assert verdicts("SPSO-08", SPSO, RECEIVED, untold) == ["met", "met", "missed"]
        silent = attrs.evolve(self.AGREED, told=())
        assert verdicts("SPSO-08", SPSO, RECEIVED, silent) == ["met", "met", "cannot-tell"]

    def test_spso_08_resolved_does_not_bar_stage_2(self):
        command = c.Escalate(occurred_on=day(5, 6))
        live(SPSO, RECEIVED, self.AGREED, command=command).then(escalated(day(5, 6)))

    def test_spso_09_resolved_counts_neither_as_upheld_nor_as_not_upheld(self):
        [resolved] = [one for one in load_code(SPSO).code.outcomes if one.id == "resolved"]
        assert resolved.counts_as == "resolved"
        head = heads_of(RECEIVED, self.AGREED, ombudsman_found(h1="upheld"))["h1"]
        assert (head["locally_not_upheld_then"], head["overturned"]) == (0, 0)


class TestSignOff:
    FINAL = c.Respond(occurred_on=day(6, 3), outcome="upheld", told=("ombudsman",))

    def test_spso_10_the_stage_2_answer_is_signed_off_first(self):
        live(SPSO, *AT_STAGE_2, command=self.FINAL).then_refused("SPSO-10")
        signed = signed_off(day(6, 2), "stage-2")
        assert live(SPSO, *AT_STAGE_2, signed, command=self.FINAL).events

    def test_spso_10_it_says_how_to_reach_the_ombudsman(self):
        signed = signed_off(day(6, 2), "stage-2")
        for told in ((), ("remedy",)):
            silent = attrs.evolve(self.FINAL, told=told)
            live(SPSO, *AT_STAGE_2, signed, command=silent).then_refused("SPSO-10")

    def test_spso_10_stage_1_asks_for_neither(self):
        frontline = c.Respond(occurred_on=day(4, 20), outcome="upheld")
        assert live(SPSO, RECEIVED, command=frontline).events

    def test_spso_10_an_import_keeps_it_and_says_so(self):
        final = responded(day(6, 3), "stage-2", told=("remedy",))
        found = findings("SPSO-10", SPSO, *AT_STAGE_2, final)
        assert [each.verdict for each in found] == ["missed", "missed"]
        assert "nobody had signed it off" in found[0].sentence
        late = signed_off(day(6, 4), "stage-2")
        assert verdicts("SPSO-10", SPSO, *AT_STAGE_2, final, late)[0] == "missed"
        silent = attrs.evolve(final, told=())
        in_time = signed_off(day(6, 2), "stage-2")
        assert verdicts("SPSO-10", SPSO, *AT_STAGE_2, in_time, silent) == ["met", "cannot-tell"]


class TestRecord:
    WHOLE = (
        received(service="waste", complainant=SOMEBODY),
        e.HandlerAssigned(occurred_on=day(4, 16), handler=HANDLER),
        responded(day(4, 21)),
        escalated(day(5, 6)),
        responded(day(6, 3), "stage-2"),
        e.CauseIdentified(occurred_on=day(6, 3), cause="route-planning"),
        closed(),
    )

    def test_spso_11_a_closed_complaint_holds_what_is_the_least(self):
        assert verdicts("SPSO-11", SPSO, *self.WHOLE) == ["met"]

    def test_spso_11_what_it_lacks_is_named(self):
        bare = e.ComplaintReceived(occurred_on=day(4, 15), heads=(e.Head(id="h1"),))
        found = the_finding("SPSO-11", SPSO, bare, escalated(None), closed())
        assert found.verdict == "missed"
        assert found.sentence.endswith(
            "it lacks complainant, nature, service, handler, stage 2 started on, stage 2 outcome,"
            " stage 2 closed on, cause."
        )

    def test_spso_11_where_it_was_closed_without_answer_the_outcome_is_lacking(self):
        told = (*self.WHOLE[:2], self.WHOLE[-2], closed())
        found = the_finding("SPSO-11", SPSO, *told)
        assert found.sentence.endswith("it lacks stage 1 outcome, stage 1 closed on.")

    @pytest.mark.parametrize(
        "end",
        [
            e.ComplaintWithdrawn(occurred_on=day(4, 20)),
            e.ComplaintRefused(occurred_on=day(4, 20), reason="over-6-months"),
        ],
        ids=["withdrawn", "refused"],
    )
    def test_spso_11_what_ended_before_any_answer_lacks_no_outcome(self, end):
        assert verdicts("SPSO-11", SPSO, *self.WHOLE[:2], self.WHOLE[-2], end) == ["met"]

    def test_spso_11_what_one_stage_holds_does_not_stand_for_the_other(self):
        second = self.WHOLE[4]
        unanswered = [event for event in self.WHOLE if event is not second]
        found = the_finding("SPSO-11", SPSO, *unanswered)
        assert found.sentence.endswith("it lacks stage 2 outcome, stage 2 closed on.")
        undecided = [attrs.evolve(x, outcomes=()) if x is second else x for x in self.WHOLE]
        found = the_finding("SPSO-11", SPSO, *undecided)
        assert found.sentence.endswith("it lacks stage 2 outcome.")

    def test_spso_11_a_stage_that_the_person_left_without_answer_has_no_outcome(self):
        first = self.WHOLE[2]
        unanswered = [event for event in self.WHOLE if event is not first]
        assert verdicts("SPSO-11", SPSO, *unanswered) == ["met"]

    def test_spso_11_while_it_is_open_nothing_is_asked(self):
        assert verdicts("SPSO-11", SPSO, *self.WHOLE[:-1]) == []

    def test_spso_19_whoever_withholds_who_they_are_is_recorded_none_the_less(self):
        silent = e.Person(id="p1", name=WITHHELD, contact=WITHHELD)
        told = (received(service="waste", complainant=silent), *self.WHOLE[1:])
        assert verdicts("SPSO-11", SPSO, *told) == ["met"]
        named_alone = e.Person(id="p1", name=WITHHELD)
        told = (received(service="waste", complainant=named_alone), *self.WHOLE[1:])
        assert the_finding("SPSO-11", SPSO, *told).sentence.endswith("it lacks complainant.")


class TestLearning:
    ACTION = e.LearningAuthorised(
        occurred_on=day(6, 3),
        item="l1",
        authorised_by=MANAGER,
        owner=HANDLER,
        target_on=day(9, 1),
    )

    @pytest.mark.parametrize("missing", ["authorised_by", "owner", "target_on"])
    def test_spso_14_an_improvement_has_authoriser_owner_and_day(self, missing):
        live(SPSO, *ANSWERED, command=self.ACTION).then(self.ACTION)
        lacking = attrs.evolve(self.ACTION, **{missing: None})
        live(SPSO, *ANSWERED, command=lacking).then_refused("SPSO-14")
        assert verdicts("SPSO-14", SPSO, *ANSWERED, lacking, subject="says") == ["missed"]

    def test_spso_14_it_is_made_by_its_day(self):
        made = e.LearningCompleted(occurred_on=day(9, 3), item="l1")
        found = the_finding(
            "SPSO-14", SPSO, *ANSWERED, self.ACTION, made, subject="learning-action"
        )
        assert (found.verdict, found.item, found.days_late) == ("missed", "l1", 2)

    def test_spso_15_somebody_looks_whether_it_works(self):
        looked = e.LearningFollowedUp(occurred_on=day(9, 20), item="l1")
        assert verdicts("SPSO-15", SPSO, *ANSWERED, self.ACTION, looked) == ["met"]
        other = attrs.evolve(looked, item="l2")
        assert verdicts("SPSO-15", SPSO, *ANSWERED, self.ACTION, other) == ["missed"]

    @pytest.mark.parametrize(
        ("today", "verdict"), [(day(9, 1), "cannot-tell"), (day(9, 2), "missed")]
    )
    def test_spso_15_nobody_could_before_the_day(self, today, verdict):
        found = the_finding("SPSO-15", SPSO, *ANSWERED, self.ACTION, today=today)
        assert (found.verdict, found.item) == (verdict, "l1")

    def test_spso_16_what_the_ombudsman_overturned_is_told_head_by_head(self):
        heads = heads_of(
            received(heads=(e.Head(id="h1"), e.Head(id="h2"))),
            responded(day(4, 21), heads=("h1", "h2")),
            ombudsman_found(h1="upheld", h2="not_upheld"),
        )
        assert {name: head["overturned"] for name, head in heads.items()} == {"h1": 1, "h2": 0}


class TestChild:
    SOUGHT = e.ChildViewsSought(occurred_on=day(4, 20))

    def test_spso_18_a_child_who_is_affected_is_asked(self):
        about_a_child = received(child_affected=True)
        assert verdicts("SPSO-18", SPSO, about_a_child, self.SOUGHT) == ["met"]
        assert verdicts("SPSO-18", SPSO, about_a_child) == ["cannot-tell"]  # it is open yet
        assert verdicts("SPSO-18", SPSO, about_a_child, closed()) == ["missed"]

    def test_spso_18_so_is_one_who_turns_out_to_be(self):
        defined = e.ComplaintDefined(
            occurred_on=day(4, 20), heads=(e.Head(id="h1"),), child_affected=True
        )
        assert verdicts("SPSO-18", SPSO, RECEIVED, defined, closed()) == ["missed"]

    @pytest.mark.parametrize("affected", [None, False])
    def test_spso_18_where_none_is_nothing_is_asked(self, affected):
        assert verdicts("SPSO-18", SPSO, received(child_affected=affected), closed()) == []


class TestNorthernIreland:
    def test_nipso_01_five_working_days_from_the_day_it_was_registered(self):
        found = the_finding("NIPSO-01", NIPSO, *ANSWERED, subject="stage-1-respond")
        assert (found.verdict, found.due_on) == ("met", day(4, 22))

    def test_nipso_01_an_extension_gives_reason_and_day_and_ends_after_ten(self):
        more = extended(day(4, 22), day(4, 30))
        found = the_finding("NIPSO-01", NIPSO, RECEIVED, more, subject="stage-1-respond-extended")
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(4, 29), 1)
        assert verdicts("NIPSO-01", NIPSO, RECEIVED, more, subject="says") == ["met"]

    def test_nipso_02_after_ten_days_without_answer_the_person_may_go_on(self):
        found = the_finding("NIPSO-02", NIPSO, RECEIVED, responded(day(4, 30)))
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(4, 29), 1)

    FINAL = (RECEIVED, responded(day(4, 21)), escalated(day(5, 6)), responded(day(6, 3), "stage-2"))
    NOTICE = e.ExhaustionNotified(
        occurred_on=day(6, 17), told=("ombudsman", "ombudsman-time-limit")
    )

    def test_nipso_03_the_end_of_the_procedure_is_notified_within_two_weeks(self):
        found = the_finding(
            "NIPSO-03", NIPSO, *self.FINAL, self.NOTICE, subject="exhaustion-notice"
        )
        assert (found.verdict, found.due_on) == ("met", day(6, 17))
        assert [int(event, 16) for event in found.events] == [4, 5]  # the last answer, the notice
        late = attrs.evolve(self.NOTICE, occurred_on=day(6, 18))
        found = the_finding("NIPSO-03", NIPSO, *self.FINAL, late, subject="exhaustion-notice")
        assert found.days_late == 1

    @pytest.mark.parametrize(
        ("today", "verdict"), [(day(6, 17), "cannot-tell"), (day(6, 18), "missed")]
    )
    def test_nipso_03_silence_is_missed_only_after_two_weeks(self, today, verdict):
        assert verdicts("NIPSO-03", NIPSO, *self.FINAL, today=today) == [verdict]

    def test_nipso_03_a_refused_complaint_is_notified_too(self):
        refused = e.ComplaintRefused(occurred_on=day(4, 20), reason="over-6-months")
        found = the_finding("NIPSO-03", NIPSO, RECEIVED, refused)
        assert (found.verdict, found.due_on) == ("missed", day(5, 4))

    @pytest.mark.parametrize(("told", "verdict"), [(("ombudsman",), "missed"), ((), "cannot-tell")])
    def test_nipso_03_the_notice_says_where_to_go_and_by_when(self, told, verdict):
        vague = attrs.evolve(self.NOTICE, told=told)
        assert verdicts("NIPSO-03", NIPSO, *self.FINAL, vague, subject="says") == [verdict]
        assert refusals(NIPSO, *self.FINAL, event=vague) == []
