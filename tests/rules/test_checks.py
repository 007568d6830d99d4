"""Each check by itself, under small codes: what it looks at, and when it cannot tell."""

from typing import get_args

import attrs
import pytest

from complaint_ledger.calendars import load_calendar
from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.checks import CHECKS
from complaint_ledger.domain.code_refusals import code_refusals
from complaint_ledger.domain.findings import judge
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.handling_code import (
    Check,
    Clock,
    Exclusion,
    Extension,
    HandlingCode,
    Limit,
    Outcome,
    Requirement,
    Stage,
)
from complaint_ledger.domain.needs import RECORD_ITEMS, holds
from complaint_ledger.domain.requirements import READS
from complaint_ledger.domain.requirements import RECORD_ITEMS as ASKED_FOR
from complaint_ledger.domain.timeliness import judge_extensions, judge_times
from complaint_ledger.domain.verdicts import VERDICTS, Found, met
from complaint_ledger.testing.specification import history
from rules.asking import (
    HANDLER,
    MANAGER,
    TODAY,
    acknowledged,
    closed,
    day,
    escalated,
    extended,
    received,
    responded,
    signed_off,
)

CITED = {"paragraph": "paragraph 1", "source": "primary"}
TEN_DAYS = Limit(starts=("received",), length=10, unit="calendar-days")
ANSWER = Clock(
    id="answer", stage="stage-1", limits=(TEN_DAYS,), met_by=("stage-1-responded",),
    rule="X-01", **CITED,
)  # fmt: skip
CAPPED = attrs.evolve(
    ANSWER, extension=Extension(id="answer-extended", length=5, cap="hard", rule="X-02", **CITED)
)
LAST = day(4, 25)  # ten days after the receipt


def asked(check, **reads):
    return Requirement(check=check, asks="It is done", rule="X-03", **CITED, **reads)


def code(*requirements, clocks=(), stages=("stage-1", "stage-2"), **more):
    return Governing(
        code=HandlingCode(
            id="small",
            version="1",
            title="A small code",
            calendar="england-and-wales",
            stages=tuple(Stage(id=stage, label=stage) for stage in stages),
            clocks=tuple(clocks),
            requirements=requirements,
            **more,
        ),
        calendar=load_calendar("england-and-wales"),
    )


def case(*events, by=None, today=TODAY):
    return Case.of(history(events), by or code(), today)


def look(requirement, *events, by=None, today=TODAY):
    """Return what a requirement finds, as (verdict, note)."""
    by = by or code(requirement)
    found = CHECKS[requirement.check](requirement, case(*events, by=by, today=today))
    return [(each.verdict, each.note) for each in found]


def verdicts(requirement, *events, **more):
    return [verdict for verdict, _ in look(requirement, *events, **more)]


def times(*events, clocks=(ANSWER,), today=TODAY):
    by = code(clocks=clocks)
    return [found for _, found in judge_times(case(*events, by=by, today=today))]


# --- tables --------------------------------------------------------------------------------------


def test_each_check_that_a_code_can_name_is_there():
    assert set(CHECKS) == set(get_args(Check)) == set(READS)


def test_each_item_that_a_code_can_ask_the_record_for_is_there():
    assert set(RECORD_ITEMS) == set(ASKED_FOR)
    empty = case(responded(None, outcome="upheld"))
    assert [need for need in RECORD_ITEMS if isinstance(holds(empty, need), bool)] == list(
        RECORD_ITEMS
    )


def test_only_what_is_met_is_not_late():
    assert [Found(verdict=each, note="", late=3).days_late for each in VERDICTS] == [0, 3, 3]
    assert met("done", "1", stage="stage-1").stage == "stage-1"


# --- what an event says --------------------------------------------------------------------------


class TestSays:
    def test_a_field_that_holds_something_is_said(self):
        needs = asked("says", of="response-extended", needs=("reason", "approver"))
        more = extended(day(4, 20), day(4, 30), extends="answer", approver=MANAGER)
        assert verdicts(needs, received(), more) == ["met"]
        unapproved = attrs.evolve(more, approver=None)
        assert look(needs, received(), unapproved) == [
            ("missed", "on Mon 20 Apr 2026 it lacked approver")
        ]

    def test_an_undated_event_says_so(self):
        needs = asked("says", of="response-extended", needs=("approver",))
        undated = extended(None, day(4, 30), extends="answer")
        assert look(needs, received(), undated) == [
            ("missed", "on a day that nobody knows it lacked approver")
        ]

    def test_only_where_a_field_says_yes(self):
        needs = asked(
            "says", of="complaint-received", where="child-affected", needs=("outcome-sought",)
        )
        assert verdicts(needs, received()) == []
        assert verdicts(needs, received(child_affected=True)) == ["missed"]

    def test_only_where_a_field_is_one_of_some(self):
        needs = asked(
            "says", of="complaint-received", where="channel=oral,telephone", needs=("service",)
        )
        assert verdicts(needs, received(channel="letter")) == []
        assert verdicts(needs, received(channel="telephone", service="waste")) == ["met"]

    def test_only_at_the_stage(self):
        needs = asked("says", of="response-sent", stage="stage-2", needs=("decided-by",))
        assert verdicts(needs, received(), responded()) == []

    @pytest.mark.parametrize(
        ("answer", "verdict"),
        [
            (responded(), "met"),
            (responded(told=("reasons",), heads=()), "missed"),
            (responded(told=("remedy",), heads=()), "missed"),
            (responded(heads=()), "cannot-tell"),
        ],
        ids=["decided", "reasons without a decision", "neither", "nothing written down"],
    )
    def test_a_decision_is_an_outcome(self, answer, verdict):
        needs = asked("says", of="response-sent", needs=("decision", "reasons"))
        assert verdicts(needs, received(), answer) == [verdict]

    @pytest.mark.parametrize(
        ("told", "verdict"), [((), "cannot-tell"), (("remedy",), "missed"), (("reasons",), "met")]
    )
    def test_reasons_may_stand_in_the_answer_itself(self, told, verdict):
        bare = attrs.evolve(
            responded(told=told), outcomes=(e.HeadOutcome(head="h1", outcome="upheld"),)
        )
        needs = asked("says", of="response-sent", needs=("reasons",))
        assert verdicts(needs, received(), bare) == [verdict]


class TestFollowedBy:
    FOLLOWED = asked("followed-by", of="remedy-offered", by=("remedy-delivered",), due="due-on")
    OFFERED = e.RemedyOffered(occurred_on=day(4, 20), item="r1", kind="apology", due_on=day(5, 1))

    def test_by_the_same_item_alone(self):
        done = e.RemedyDelivered(occurred_on=day(4, 30), item="r1")
        assert look(self.FOLLOWED, received(), self.OFFERED, done) == [
            ("met", "done on Thu 30 Apr 2026")
        ]
        other = attrs.evolve(done, item="r2")
        assert verdicts(self.FOLLOWED, received(), self.OFFERED, other) == ["missed"]

    @pytest.mark.parametrize(
        ("today", "verdict"), [(day(5, 1), "cannot-tell"), (day(5, 2), "missed")]
    )
    def test_before_its_day_nobody_can_tell(self, today, verdict):
        assert verdicts(self.FOLLOWED, received(), self.OFFERED, today=today) == [verdict]

    def test_without_a_day_nobody_can_tell_while_the_complaint_is_open(self):
        timeless = attrs.evolve(self.OFFERED, due_on=None)
        assert verdicts(self.FOLLOWED, received(), timeless) == ["cannot-tell"]
        assert verdicts(self.FOLLOWED, received(), timeless, closed()) == ["missed"]

    def test_at_the_same_stage_where_one_is_named(self):
        signed = asked(
            "followed-by", of="complaint-escalated", stage="stage-2", by=("response-signed-off",)
        )
        elsewhere = signed_off(day(6, 1))
        told = (received(), escalated(), elsewhere, closed())
        assert verdicts(signed, *told) == ["missed"]
        assert verdicts(signed, *told, signed_off(day(6, 1), "stage-2")) == ["met"]


# --- answers -------------------------------------------------------------------------------------


class TestAnswers:
    def test_every_answer_is_signed_off_where_no_stage_is_named(self):
        told = (received(), signed_off(), responded(), escalated(), responded(day(6, 1), "stage-2"))
        assert verdicts(asked("signed-off"), *told) == ["met", "missed"]
        assert verdicts(asked("signed-off", stage="stage-1"), *told) == ["met"]

    @pytest.mark.parametrize(
        ("signed_on", "sent_on"), [(None, day(5, 5)), (day(5, 5), None), (None, None)]
    )
    def test_where_a_day_is_not_known_nobody_can_tell_which_came_first(self, signed_on, sent_on):
        told = (received(), signed_off(signed_on), responded(sent_on))
        [(verdict, note)] = look(asked("signed-off"), *told)
        assert verdict == "cannot-tell"
        assert note.endswith("and signed off, nobody knows which came first")

    def test_nobody_decided_before_the_first_answer(self):
        another = asked("decided-by-another", stage="stage-2")
        alone = responded(day(6, 1), "stage-2", decided_by=HANDLER)
        assert verdicts(another, received(), alone) == []
        later = responded(day(6, 2), decided_by=HANDLER)
        assert verdicts(another, received(), alone, later) == []

    def test_an_answer_without_outcomes_says_nothing_of_heads(self):
        assert look(asked("every-head-answered"), received(), responded(heads=())) == [
            ("cannot-tell", "the record does not say what was decided")
        ]

    def test_only_the_heads_that_the_code_governs(self):
        two = received(heads=(e.Head(id="h1"), e.Head(id="h2")))
        every = asked("every-head-answered")
        by = attrs.evolve(code(every), heads=("h1",))
        assert verdicts(every, two, responded()) == ["missed"]
        assert look(every, two, responded(), by=by) == [("met", "it was decided")]
        both = responded(heads=("h1", "h2"))
        assert look(every, two, both) == [("met", "all 2 decided")]

    def test_what_the_code_counts_as_resolved_was_agreed(self):
        settled = Outcome(id="settled", label="Settled", counts_as="resolved", **CITED)
        agreed = asked("resolved-by-agreement")
        by = code(agreed, outcomes=(settled,))
        assert verdicts(agreed, received(), responded(outcome="settled"), by=by) == ["missed"]
        assert verdicts(agreed, received(), responded(outcome="upheld"), by=by) == []
        undated = e.ResolvedByAgreement(stage="stage-1")
        assert look(agreed, received(), undated, by=by) == [
            ("met", "agreed on a day that nobody knows")
        ]


class TestStages:
    def test_a_policy_that_names_too_many_is_found_in_itself(self):
        two = asked("stages-at-most", most=2)
        for stages in (("stage-1", "stage-2", "stage-3"), ("informal", "stage-1")):
            found = look(two, received(), by=code(two, stages=stages))
            assert [verdict for verdict, _ in found] == ["missed", "met"]
            assert found[0][1].startswith("the policy names the stages ")

    def test_where_nothing_tells_of_a_stage_nothing_is_found(self):
        two = asked("stages-at-most", most=2)
        assert look(two, e.ServiceRequestLinked(reference="SR 77")) == []

    def test_it_rests_on_what_first_tells_of_each_stage(self):
        one = asked("stages-at-most", most=1)
        told = (
            received(),
            acknowledged(),
            responded(),
            escalated(),
            responded(day(6, 1), "stage-2"),
        )
        [found] = CHECKS["stages-at-most"](one, case(*told, by=code(stages=("stage-1",))))
        assert [int(event, 16) for event in found.events] == [1, 4]


# --- refusals ------------------------------------------------------------------------------------


class TestRefusals:
    LATE = Exclusion(id="too-late", label="Too late", **CITED)
    REFUSED = e.ComplaintRefused(
        occurred_on=day(4, 16), reason="too-late", ombudsman_details_given=True
    )

    def test_a_clock_that_does_not_run_tells_nothing(self):
        early = asked(
            "refusal-too-early", of="complaint-refused", reasons=("too-late",), clock="answer"
        )
        by = code(early, clocks=(ANSWER,), exclusions=(self.LATE,))
        undated = received(None)
        assert verdicts(early, undated, self.REFUSED, by=by) == ["cannot-tell"]
        assert verdicts(early, received(), self.REFUSED, by=by) == ["missed"]

    def test_a_live_command_is_refused_by_the_code_that_asks(self):
        reason = asked("refusal-reason", of="complaint-refused", refuses=True)
        strict, lenient = code(reason, exclusions=(self.LATE,)), code()
        told = history([received()])
        unlisted = attrs.evolve(self.REFUSED, reason="too-busy")

        def refused(event, *codes):
            found = code_refusals(event, told, codes, told[0].recorded_at)
            return [each.rule for each in found]

        assert refused(unlisted, lenient, strict) == ["X-03"]
        assert refused(unlisted, lenient) == []
        assert refused(self.REFUSED, strict) == []

    def test_what_an_import_left_does_not_bar_what_comes_next(self):
        one = asked("stages-at-most", most=1, refuses=True)
        told = history([received(), escalated()])
        answer = responded(day(6, 1), "stage-2")
        assert list(code_refusals(answer, told, [code(one)], told[0].recorded_at)) == []

    def test_a_first_entry_can_be_refused_too(self):
        service = asked("says", of="complaint-received", needs=("service",), refuses=True)
        receipt = received()
        at = history([receipt])[0].recorded_at
        [refused] = code_refusals(receipt, (), [code(service)], at)
        assert refused.reason == "It is done: on Wed 15 Apr 2026 it lacked service"

    def test_an_extension_past_its_cap_is_refused_where_the_code_says_so(self):
        assert CAPPED.extension is not None
        strict = attrs.evolve(CAPPED, extension=attrs.evolve(CAPPED.extension, refuses=True))
        told = history([received()])
        beyond = extended(day(4, 20), day(5, 1), extends="answer")
        for clock, rules in ((CAPPED, []), (strict, ["X-02"])):
            found = code_refusals(beyond, told, [code(clocks=(clock,))], told[0].recorded_at)
            assert [each.rule for each in found] == rules
        within = attrs.evolve(beyond, until=day(4, 30))
        by = [code(clocks=(strict,))]
        assert list(code_refusals(within, told, by, told[0].recorded_at)) == []


# --- time ----------------------------------------------------------------------------------------


class TestTime:
    def test_a_right_is_no_duty(self):
        assert times(received(), clocks=(attrs.evolve(ANSWER, kind="right"),)) == []

    def test_a_withdrawn_complaint_owes_no_answer_from_that_day(self):
        ended = e.ComplaintWithdrawn(occurred_on=LAST)
        assert times(received(), ended) == []
        [late] = times(received(), attrs.evolve(ended, occurred_on=day(4, 28)))
        assert (late.verdict, late.late) == ("missed", 3)
        assert late.note.endswith("3 days late when it ended")
        [undated] = times(received(), attrs.evolve(ended, occurred_on=None))
        assert undated.verdict == "missed"

    def test_it_is_judged_on_a_day(self):
        [before] = times(received(), today=LAST)
        [after] = times(received(), today=day(4, 26))
        assert (before.verdict, after.verdict, after.late) == ("cannot-tell", "missed", 1)

    def test_a_day_that_stands_for_a_month_may_lie_on_either_side(self):
        [found] = times(received(), responded(day(4, 1), precision="month"))
        assert found.verdict == "cannot-tell"
        on_the_last_day = attrs.evolve(ANSWER, limits=(attrs.evolve(TEN_DAYS, length=16),))
        in_may = responded(day(5, 1), precision="month")
        [first_day_in_time] = times(received(), in_may, clocks=(on_the_last_day,))
        assert (first_day_in_time.verdict, first_day_in_time.due_on) == ("cannot-tell", day(5, 1))
        [sure] = times(received(), responded(day(5, 1), precision="month"))
        assert (sure.verdict, sure.late) == ("missed", 6)

    def test_an_extension_of_a_code_that_knows_none_moves_nothing(self):
        more = extended(day(4, 20), day(5, 30), extends="answer")
        [found] = times(received(), more, responded(day(4, 26)))
        assert (found.verdict, found.due_on) == ("missed", LAST)

    def test_an_extension_that_nobody_dated_may_count_or_not(self):
        more = extended(None, day(4, 28), extends="answer")
        [found] = times(received(), more, responded(day(4, 26)), clocks=(CAPPED,))
        assert (found.verdict, found.due_on) == ("cannot-tell", LAST)
        assert "or as late as Tue 28 Apr 2026" in found.note
        [in_time] = times(received(), more, responded(LAST), clocks=(CAPPED,))
        assert in_time.verdict == "met"
        [late] = times(received(), more, responded(day(4, 29)), clocks=(CAPPED,))
        assert (late.verdict, late.late) == ("missed", 1)
        assert late.note.endswith("1 day late at least")

    def test_an_extension_counts_from_the_day_on_which_the_person_was_told(self):
        told_late = extended(day(4, 20), day(4, 28), extends="answer", told_on=day(4, 26))
        [found] = times(received(), told_late, responded(day(4, 28)), clocks=(CAPPED,))
        assert (found.verdict, found.due_on) == ("missed", LAST)
        told_then = attrs.evolve(told_late, told_on=LAST)
        [found] = times(received(), told_then, responded(day(4, 28)), clocks=(CAPPED,))
        assert (found.verdict, found.due_on) == ("met", day(4, 28))

    def test_an_extension_without_cap_is_as_long_as_was_agreed(self):
        free = attrs.evolve(
            CAPPED, extension=Extension(id="answer-extended", cap="none", rule="X-02", **CITED)
        )
        more = extended(day(4, 20), day(9, 1), extends="answer")
        [found] = times(received(), more, responded(day(9, 1)), clocks=(free,))
        assert (found.verdict, found.due_on) == ("met", day(9, 1))
        by = code(clocks=(free,))
        assert list(judge_extensions(case(received(), more, by=by))) == []

    def test_an_extension_of_one_clock_is_not_of_another(self):
        other = asked("extension-in-time", clock="answer")
        clocks = (CAPPED, attrs.evolve(ANSWER, id="report", rule="X-04"))
        by = code(other, clocks=clocks)
        more = extended(day(4, 27), day(4, 28), extends="answer")
        further = extended(day(4, 27), day(4, 28), extends="report")
        assert verdicts(other, received(), more, further, by=by) == ["missed"]

    def test_an_extension_of_a_later_attempt_is_of_that_attempt(self):
        again = e.ComplaintReopened(
            occurred_on=day(6, 1), stage="stage-1", attempt=2, reason="new-evidence"
        )
        more = extended(day(6, 10), day(6, 14), extends="answer")
        told = (received(), responded(day(4, 20)), again, more, responded(day(6, 14), attempt=2))
        first, second = times(*told, clocks=(CAPPED,))
        assert (first.attempt, first.due_on) == (1, LAST)
        assert (second.attempt, second.due_on, second.verdict) == (2, day(6, 14), "met")
        in_time = asked("extension-in-time")
        assert verdicts(in_time, *told, by=code(in_time, clocks=(CAPPED,))) == ["met"]


# --- the rest ------------------------------------------------------------------------------------


class TestDelay:
    TOLD = asked("delay-explained", clock="answer")

    def test_another_clock_is_another_matter(self):
        by = code(self.TOLD, clocks=(ANSWER, attrs.evolve(ANSWER, id="report", rule="X-04")))
        assert verdicts(self.TOLD, received(), by=by) == ["missed"]

    def test_it_rests_on_the_word_that_was_sent(self):
        word = e.UpdateSent(occurred_on=day(4, 26), stage="stage-1", reason="complex")
        by = code(self.TOLD, clocks=(ANSWER,))
        [found] = CHECKS["delay-explained"](self.TOLD, case(received(), word, by=by))
        assert (found.verdict, found.due_on) == ("met", LAST)
        assert [int(event, 16) for event in found.events] == [2]


class TestRecord:
    def test_a_service_may_be_named_by_a_head_or_with_the_handler(self):
        excluded = asked("services-excluded", services=("parking",))
        handed = e.HandlerAssigned(occurred_on=day(4, 16), handler=HANDLER, service="parking")
        head = received(heads=(e.Head(id="h1", service="parking"),))
        assert verdicts(excluded, received(), handed) == ["missed"]
        assert verdicts(excluded, head) == ["missed"]
        elsewhere = attrs.evolve(code(excluded), heads=("h2",))
        assert verdicts(excluded, head, by=elsewhere) == ["cannot-tell"]

    def test_a_member_of_a_panel_may_not_have_taken_part_before(self):
        members = tuple(
            e.PanelMember(id=f"officer-{number}pan", connection="none") for number in (1, 2, 3)
        )
        panel = e.PanelAppointed(occurred_on=day(7, 1), members=members)
        before = e.IndependentPersonAppointed(
            occurred_on=day(5, 8), stage="stage-2", person="officer-2pan"
        )
        sits = asked("panel-independent")
        assert look(sits, received(), before, panel) == [
            ("missed", "the independent person of stage 2 sits on it")
        ]
        nameless = attrs.evolve(before, person=None)
        assert verdicts(sits, received(), nameless, panel) == ["cannot-tell"]
        elsewhere = attrs.evolve(before, person="officer-9pan")
        assert verdicts(sits, received(), elsewhere, panel) == ["met"]


class TestJudging:
    def test_a_complaint_older_than_its_edition_is_judged_and_that_is_said(self):
        young = code(in_force_from=day(4, 16), clocks=(ANSWER,))
        found = judge(history([received()]), [young], TODAY)
        assert [(each.rule, each.verdict) for each in found] == [
            ("code-in-force", "cannot-tell"),
            ("X-01", "missed"),
        ]
        in_force = attrs.evolve(young, code=attrs.evolve(young.code, in_force_from=day(4, 15)))
        assert [each.rule for each in judge(history([received()]), [in_force], TODAY)] == ["X-01"]

    def test_a_stage_that_the_code_does_not_know_leaves_the_rest_judged(self):
        found = judge(history([received(), escalated()]), [code(stages=("stage-1",))], TODAY)
        assert [(each.rule, each.verdict) for each in found] == [("stage-unknown", "cannot-tell")]
        assert "it knows no stage-2" in found[0].sentence

    def test_a_clock_without_words_of_its_own_is_called_by_its_id(self):
        [found] = judge(history([received()]), [code(clocks=(ANSWER,))], TODAY)
        assert found.sentence.startswith("Answer: due on Sat 25 Apr 2026; ")

    def test_a_part_of_another_text_is_cited_as_that(self):
        lent = attrs.evolve(ANSWER, cites="An Act")
        [found] = judge(history([received()]), [code(clocks=(lent,))], TODAY)
        assert found.paragraph == "An Act, paragraph 1"
