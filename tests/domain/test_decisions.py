"""What may be recorded next, command by command."""

from datetime import UTC, date, datetime

import attrs
import pytest

from complaint_ledger.calendars import load_calendar
from complaint_ledger.codes import load_code
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.words import seal
from complaint_ledger.testing import entry_id, given
from complaint_ledger.testing import examples as story

RECEIVED, ACKNOWLEDGED, RESPONDED = story.RECEIVED, story.ACKNOWLEDGED, story.RESPONDED
ANSWERED = story.EVENTS[:7]
DAY = date(2026, 5, 7)


def test_the_whole_story_is_recorded_as_it_was_commanded():
    told = []
    for command, event in zip(story.COMMANDS, story.EVENTS, strict=True):
        given(*told).when(command, stages=story.STAGES, outcomes={"upheld", "not-upheld"}).then(
            event
        )
        told.append(event)


def test_a_complaint_without_heads_has_one():
    decided = given().when(c.Receive(occurred_on=DAY))
    assert [head.id for head in decided.events[0].heads] == ["h1"]


TWINS = (e.Head(id="h1"), e.Head(id="h1"))


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ((), c.Receive(occurred_on=DAY, heads=TWINS)),
        ((RECEIVED,), c.Define(occurred_on=DAY, heads=TWINS)),
        (
            (RECEIVED,),
            c.Respond(occurred_on=DAY, outcomes=(e.HeadOutcome(head="h1", outcome="upheld"),) * 2),
        ),
        (
            (RECEIVED,),
            c.OmbudsmanOutcome(
                occurred_on=DAY,
                body="lgsco",
                reference="26 001",
                label=seal("Upheld"),
                findings=(e.HeadFinding(head="h1", finding="upheld"),) * 2,
            ),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_head_is_spoken_of_once(before, command):
    given(*before).when(command).then_refused("head-twice")


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ((RECEIVED, ACKNOWLEDGED), story.ACKNOWLEDGE),
        ((RECEIVED, story.ASSIGNED), story.ASSIGN),
        ((RECEIVED, story.ASSIGNED), c.Assign(occurred_on=DAY, handler=story.OFFICER)),
        ((RECEIVED, story.SIGNED_OFF), story.SIGN_OFF),
        ((*ANSWERED, story.ESCALATED), c.Escalate(occurred_on=DAY, stage="stage-2")),
        ((RECEIVED, e.ComplaintWithdrawn(occurred_on=DAY)), c.Withdraw(occurred_on=DAY)),
        ((RECEIVED,), c.Reopen(occurred_on=DAY, reason="mistake")),
        (story.EVENTS[:11], c.Close(occurred_on=date(2026, 7, 1))),
        (story.EVENTS[:12], story.REFER),
        (
            (*ANSWERED, e.ResponseDelivered(occurred_on=DAY, stage="stage-1")),
            c.Deliver(occurred_on=DAY),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_said_twice_is_said_once(before, command):
    given(*before).when(command).then_nothing()


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ((RECEIVED, ACKNOWLEDGED), c.Acknowledge(occurred_on=date(2026, 4, 7))),
        ((RECEIVED, story.SIGNED_OFF), attrs.evolve(story.SIGN_OFF, occurred_on=DAY)),
        (
            (RECEIVED, e.ComplaintWithdrawn(occurred_on=DAY)),
            c.Withdraw(occurred_on=date(2026, 5, 8)),
        ),
        (story.EVENTS[:11], c.Close(occurred_on=date(2026, 7, 1), reason="duplicate")),
        (story.EVENTS[:12], attrs.evolve(story.REFER, occurred_on=date(2026, 9, 15))),
        (
            (*ANSWERED, e.ResponseDelivered(occurred_on=DAY, stage="stage-1")),
            c.Deliver(occurred_on=date(2026, 5, 8)),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_said_again_in_other_words_is_not_swallowed(before, command):
    refusal = given(*before).when(command).then_refused("said-otherwise")
    assert "correct that entry" in str(refusal)


def test_a_referral_said_twice_is_said_once_whatever_came_between():
    elsewhere = attrs.evolve(story.REFERRED, body="spso", reference="2026-1")
    given(*story.EVENTS[:12], elsewhere).when(story.REFER).then_nothing()


def test_a_case_that_came_back_premature_can_be_referred_again():
    back = e.ReferralPremature(occurred_on=date(2026, 9, 20), body="lgsco")
    again = attrs.evolve(story.REFER, occurred_on=date(2026, 10, 1))
    assert given(*story.EVENTS[:12], back).when(again).events


def test_the_words_of_a_sealed_text_are_not_compared_for_nobody_opened_it():
    withdrawn = e.ComplaintWithdrawn(occurred_on=DAY, explanation=seal("Moved away"))
    again = c.Withdraw(occurred_on=DAY, explanation=seal("They moved"))
    given(RECEIVED, withdrawn).when(again).then_nothing()


def test_a_case_that_was_told_of_by_its_outcome_alone_can_still_be_referred():
    outcome = attrs.evolve(story.OMBUDSMAN_OUTCOME, occurred_on=date(2026, 9, 1), decided_on=None)
    assert given(*story.EVENTS[:11], outcome).when(story.REFER).events


def test_reasons_and_detail_go_with_one_outcome_for_all_heads():
    whole = c.Respond(
        occurred_on=DAY, outcome="upheld", detail="fault-found", reasons=seal("It is so")
    )
    (sent,) = given(RECEIVED).when(whole).events
    assert sent.outcomes[0].detail == "fault-found"
    assert sent.outcomes[0].reasons == seal("It is so")
    alone = c.Respond(occurred_on=DAY, reasons=seal("It is so"))
    given(RECEIVED).when(alone).then_refused("outcome-missing")


def test_an_extension_is_of_a_deadline_that_the_code_has():
    banana = attrs.evolve(story.EXTEND, extends="banana")
    known = {"stage-1-respond"}
    given(RECEIVED).when(banana, deadlines=known).then_refused("deadline-unknown")
    assert given(RECEIVED).when(story.EXTEND, deadlines=known).events
    past = attrs.evolve(story.EXTEND, until=date(2026, 4, 19))
    given(RECEIVED).when(past).then_refused("extension-shortens")


def test_the_deadline_of_a_later_attempt_is_extended_by_the_name_that_due_gives_it():
    reopened = e.ComplaintReopened(occurred_on=DAY, stage="stage-1", attempt=2, reason="mistake")
    command = c.Extend(
        occurred_on=date(2026, 5, 8),
        extends="stage-1-respond-attempt-2",
        until=date(2026, 6, 30),
        reason="complexity",
    )
    assert given(*ANSWERED, reopened).when(command).events[0].extends == "stage-1-respond"


def test_a_complaint_is_reopened_after_it_was_closed_not_before():
    early = c.Reopen(occurred_on=date(2026, 6, 30), reason="new-evidence")
    given(*story.EVENTS[:11]).when(early, today=date(2026, 7, 2)).then_refused("reopen-later")


def test_a_code_covers_heads_that_are_there():
    pin = e.CodePin(id="lgsco-2024", version="1", sha256="a" * 64, heads=("h9",))
    given().when(c.Receive(occurred_on=DAY, codes=(pin,))).then_refused("head-unknown")


def corrected(number, replacement):
    return c.Correct(
        occurred_on=date(2026, 8, 1), corrects=entry_id(number), replacement=replacement,
        reason="mistyped",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "replacement", "rule"),
    [
        (1, attrs.evolve(RECEIVED, heads=TWINS), "head-twice"),
        (1, attrs.evolve(RECEIVED, occurred_on=None), "GEN-01"),
        (1, attrs.evolve(RECEIVED, arose_on=date(2026, 4, 2)), "arose-first"),
        (2, attrs.evolve(ACKNOWLEDGED, occurred_on=date(2019, 1, 1)), "GEN-02"),
        (2, attrs.evolve(ACKNOWLEDGED, occurred_on=date(2027, 1, 1)), "GEN-04"),
        (
            7,
            attrs.evolve(RESPONDED, outcomes=(e.HeadOutcome(head="h1", outcome="banana"),)),
            "outcome-unknown",
        ),
        (
            7,
            attrs.evolve(RESPONDED, outcomes=(e.HeadOutcome(head="h9", outcome="upheld"),)),
            "head-unknown",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_correction_may_say_only_what_could_have_been_recorded(number, replacement, rule):
    command = corrected(number, replacement)
    known = {"upheld", "not-upheld"}
    given(*story.EVENTS[:11]).when(command, outcomes=known).then_refused(rule)


def test_a_corrected_definition_or_finding_names_each_head_once():
    defined = e.ComplaintDefined(occurred_on=date(2026, 4, 9), heads=(e.Head(id="h1"),))
    twins = attrs.evolve(defined, heads=TWINS)
    given(RECEIVED, defined).when(corrected(2, twins)).then_refused("head-twice")
    unknown = attrs.evolve(
        story.OMBUDSMAN_OUTCOME, findings=(e.HeadFinding(head="h9", finding="upheld"),)
    )
    told = [*story.EVENTS]
    command = attrs.evolve(corrected(13, unknown), occurred_on=date(2027, 2, 1))
    given(*told).when(command).then_refused("head-unknown")


def test_a_corrected_receipt_keeps_its_date_and_instant_in_step():
    at = datetime(2026, 4, 1, 22, 30, tzinfo=UTC)
    wrong = attrs.evolve(RECEIVED, occurred_at=at, occurred_on=date(2026, 4, 3))
    given(RECEIVED).when(corrected(1, wrong)).then_refused("GEN-18")


def test_a_head_that_is_there_is_not_added_again():
    again = c.AddHead(occurred_on=DAY, head=e.Head(id="h1"))
    given(RECEIVED).when(again).then_refused("head-known")


def test_another_handler_or_another_service_is_news():
    other = c.Assign(occurred_on=DAY, handler=story.MANAGER)
    given(RECEIVED, story.ASSIGNED).when(other).then(
        e.HandlerAssigned(occurred_on=DAY, handler=story.MANAGER)
    )
    moved = c.Assign(occurred_on=DAY, handler=story.OFFICER, service="highways")
    given(RECEIVED, story.ASSIGNED).when(moved).then(
        e.HandlerAssigned(occurred_on=DAY, handler=story.OFFICER, service="highways")
    )


def test_another_sign_off_is_news():
    other = attrs.evolve(story.SIGN_OFF, signed_off_by=story.OFFICER)
    assert given(RECEIVED, story.SIGNED_OFF).when(other).events


def test_an_extension_moves_the_response_of_its_stage_unless_it_says_another_deadline():
    decided = given(RECEIVED).when(story.EXTEND)
    assert decided.events[0].extends == "stage-1-respond"
    other = attrs.evolve(story.EXTEND, extends="relevant-period")
    assert given(RECEIVED).when(other).events[0].extends == "relevant-period"


def governing(name):
    return Governing(code=load_code(name).code, calendar=load_calendar("england-and-wales"))


def test_without_another_word_it_is_the_answer_that_the_codes_extension_is_for():
    adult = governing("adult-social-care-2009")
    decided = given(RECEIVED).when(story.EXTEND, codes=[adult])
    assert decided.events[0].extends == "relevant-period"
    both = given(RECEIVED).when(story.EXTEND, codes=[governing("data-protection-2026"), adult])
    assert both.events[0].extends == "relevant-period"
    wales = given(RECEIVED).when(story.EXTEND, codes=[governing("welsh-social-services-2014")])
    assert wales.events[0].extends == "stage-1-respond"  # there, the discussion is put off


def test_asc_06_where_a_code_has_no_further_stage_its_rule_is_named():
    adult = governing("adult-social-care-2009")
    one = {"stages": ["stage-1"], "codes": [adult]}
    given(*ANSWERED).when(c.Escalate(occurred_on=DAY), **one).then_refused("ASC-06")
    named = c.Escalate(occurred_on=DAY, stage="stage-2")
    given(*ANSWERED).when(named, **one).then_refused("ASC-06")
    lgsco = governing("lgsco-2024")
    refused = given(*ANSWERED).when(named, stages=["stage-1"], codes=[lgsco])
    refused.then_refused("stage-unknown")  # it asks for two stages at most, and refuses no third


def test_an_extension_never_shortens():
    shorter = attrs.evolve(story.EXTEND, until=date(2026, 5, 6))
    given(RECEIVED, story.EXTENDED).when(shorter).then_refused("extension-shortens")
    longer = attrs.evolve(story.EXTEND, until=date(2026, 5, 7))
    assert given(RECEIVED, story.EXTENDED).when(longer).events
    elsewhere = attrs.evolve(shorter, extends="relevant-period")
    assert given(RECEIVED, story.EXTENDED).when(elsewhere).events


def test_an_extension_beyond_any_norm_is_recorded_for_it_is_found_not_refused():
    far = attrs.evolve(story.EXTEND, until=date(2027, 4, 1))
    assert given(RECEIVED).when(far).events


def test_an_outcome_for_an_unknown_head_is_refused():
    wrong = c.Respond(occurred_on=DAY, outcomes=(e.HeadOutcome(head="h9", outcome="upheld"),))
    refusal = given(RECEIVED).when(wrong).then_refused("head-unknown")
    assert "it has h1" in str(refusal)


def test_an_outcome_that_the_code_does_not_have_is_refused():
    resolved = c.Respond(occurred_on=DAY, outcome="resolved")
    known = {"upheld", "not-upheld"}
    refusal = given(RECEIVED).when(resolved, outcomes=known).then_refused("outcome-unknown")
    assert "it has not-upheld, upheld" in str(refusal)
    assert given(RECEIVED).when(resolved).events  # a code that knows any


def test_the_response_of_a_closed_stage_is_not_sent_again():
    given(RECEIVED, ACKNOWLEDGED, RESPONDED).when(
        c.Respond(occurred_on=DAY, outcome="upheld")
    ).then_refused("GEN-11")


def test_resolved_needs_what_was_agreed():
    nothing = c.Resolve(occurred_on=DAY, agreed_action=None)
    given(RECEIVED).when(nothing).then_refused("SPSO-08")
    agreed = c.Resolve(occurred_on=DAY, agreed_action=seal("A new bin"), heads=("h1",))
    given(RECEIVED).when(agreed).then(
        e.ResolvedByAgreement(
            occurred_on=DAY, stage="stage-1", heads=("h1",), agreed_action=seal("A new bin")
        )
    )


def test_resolved_is_an_outcome_that_the_code_has():
    agreed = c.Resolve(occurred_on=DAY, agreed_action=seal("A new bin"))
    known = {"upheld", "not-upheld"}
    refusal = given(RECEIVED).when(agreed, outcomes=known).then_refused("outcome-unknown")
    assert "answer with one that it has, not-upheld, upheld" in str(refusal)
    assert given(RECEIVED).when(agreed, outcomes={"resolved", *known}).events


def test_resolved_names_heads_that_are_there_and_a_stage_that_is_open():
    agreed = c.Resolve(occurred_on=DAY, agreed_action=seal("A new bin"), heads=("h9",))
    given(RECEIVED).when(agreed).then_refused("head-unknown")
    given(*ANSWERED).when(attrs.evolve(agreed, heads=())).then_refused("GEN-11")


def test_what_was_never_sent_was_not_received():
    given(RECEIVED).when(c.Deliver(occurred_on=DAY)).then_refused("response-first")
    given(*ANSWERED).when(c.Deliver(occurred_on=DAY)).then(
        e.ResponseDelivered(occurred_on=DAY, stage="stage-1")
    )


def test_the_next_stage_is_the_codes():
    asked = c.Escalate(occurred_on=DAY)
    assert given(*ANSWERED).when(asked, stages=story.STAGES).events[0].stage == "stage-2"


def test_a_code_without_stages_needs_the_stage_named():
    given(*ANSWERED).when(c.Escalate(occurred_on=DAY)).then_refused("stage-named")


def test_after_the_last_stage_comes_the_ombudsman():
    asked = c.Escalate(occurred_on=date(2026, 6, 20))
    refusal = given(*story.EVENTS[:10]).when(asked, stages=story.STAGES)
    assert "ombudsman" in str(refusal.then_refused("no-further-stage"))


def test_a_stage_that_the_code_does_not_have_is_refused():
    asked = c.Escalate(occurred_on=DAY, stage="stage-3")
    given(*ANSWERED).when(asked, stages=story.STAGES).then_refused("stage-unknown")


def test_an_imported_stage_that_no_code_knows_comes_before_the_first():
    strange = e.ResponseSent(occurred_on=date(2026, 4, 2), stage="panel")
    asked = c.Escalate(occurred_on=DAY)
    only_strange = attrs.evolve(RECEIVED, stage="panel")
    decided = given(only_strange, strange).when(asked, stages=story.STAGES)
    assert decided.events[0].stage == "stage-1"


def test_a_stage_that_was_answered_is_reopened_not_escalated_to():
    asked = c.Escalate(occurred_on=DAY, stage="stage-1")
    given(*ANSWERED).when(asked).then_refused("stage-known")


def test_an_escalation_names_heads_that_are_there():
    asked = c.Escalate(occurred_on=DAY, heads=("h9",))
    given(*ANSWERED).when(asked, stages=story.STAGES).then_refused("head-unknown")


def test_a_refusal_to_escalate_names_the_stage_that_was_asked_for():
    refused = c.RefuseEscalation(occurred_on=DAY, reason="over-12-months")
    decided = given(*ANSWERED).when(refused, stages=story.STAGES)
    assert decided.events[0].stage == "stage-2"
    named = attrs.evolve(refused, stage="stage-3")
    assert given(*ANSWERED).when(named).events[0].stage == "stage-3"


def test_a_refused_complaint_is_refused():
    given(RECEIVED).when(c.Refuse(occurred_on=DAY, reason="over-12-months")).then(
        e.ComplaintRefused(occurred_on=DAY, reason="over-12-months")
    )


def test_a_stage_that_is_not_open_takes_nothing():
    given(*ANSWERED).when(story.EXTEND, today=DAY).then_refused("stage-open")
    elsewhere = attrs.evolve(story.EXTEND, stage="stage-2")
    given(RECEIVED).when(elsewhere).then_refused("stage-open")


def test_a_stage_can_be_named_even_when_another_is_open():
    late = c.Acknowledge(occurred_on=date(2026, 5, 21), stage="stage-1")
    without = [RECEIVED, RESPONDED, story.ESCALATED]
    given(*without).when(late).then(
        e.ComplaintAcknowledged(occurred_on=date(2026, 5, 21), stage="stage-1")
    )


def test_an_outcome_of_the_ombudsman_needs_their_own_words():
    silent = attrs.evolve(story.RECEIVE_OMBUDSMAN_OUTCOME, label=None)
    given(*story.EVENTS[:12]).when(silent).then_refused("OMB-01")


def test_one_finding_for_several_heads_needs_a_reason():
    whole = attrs.evolve(story.RECEIVE_OMBUDSMAN_OUTCOME, findings=(), finding="upheld")
    given(*story.EVENTS[:12]).when(whole).then_refused("OMB-02")
    because = attrs.evolve(whole, whole_reason="one-decision")
    found = given(*story.EVENTS[:12]).when(because).events[0].findings
    assert found == (
        e.HeadFinding(head="h1", finding="upheld"),
        e.HeadFinding(head="h2", finding="upheld"),
    )


def test_one_finding_for_one_head_needs_none():
    whole = attrs.evolve(story.RECEIVE_OMBUDSMAN_OUTCOME, findings=(), finding="upheld")
    assert given(RECEIVED).when(whole).events[0].findings == (
        e.HeadFinding(head="h1", finding="upheld"),
    )


def test_an_outcome_without_a_finding_or_for_an_unknown_head_is_refused():
    none = attrs.evolve(story.RECEIVE_OMBUDSMAN_OUTCOME, findings=())
    given(RECEIVED).when(none).then_refused("OMB-02")
    given(RECEIVED).when(story.RECEIVE_OMBUDSMAN_OUTCOME).then_refused("head-unknown")


def test_a_referral_names_heads_that_are_there_and_another_reference_is_another_case():
    wrong = attrs.evolve(story.REFER, heads=("h9",))
    given(*story.EVENTS[:11]).when(wrong).then_refused("head-unknown")
    other = attrs.evolve(story.REFER, reference="27 000 001")
    assert given(*story.EVENTS[:12]).when(other).events
    unnamed = attrs.evolve(story.REFER, reference=None)
    assert given(*story.EVENTS[:12]).when(unnamed).events
    elsewhere = attrs.evolve(story.REFER, body="spso")
    assert given(*story.EVENTS[:12]).when(elsewhere).events


def test_a_referral_may_be_about_some_heads_alone():
    some = attrs.evolve(story.REFER, heads=("h2",))
    (referred,) = given(*story.EVENTS[:11]).when(some).events
    assert referred == attrs.evolve(story.REFERRED, heads=("h2",))


def test_definitions_and_premature_referrals_are_told_as_they_are():
    given(RECEIVED).when(c.Define(occurred_on=DAY, heads=(e.Head(id="h1"),))).then(
        e.ComplaintDefined(occurred_on=DAY, heads=(e.Head(id="h1"),))
    )
    given(RECEIVED).when(c.Premature(occurred_on=DAY, body="lgsco")).then(
        e.ReferralPremature(occurred_on=DAY, body="lgsco")
    )


def test_an_entry_is_retracted_by_its_id():
    given(RECEIVED, ACKNOWLEDGED).when(
        c.Retract(occurred_on=DAY, retracts=entry_id(2), reason="wrong-complaint")
    ).then(e.EntryRetracted(occurred_on=DAY, retracts=entry_id(2), reason="wrong-complaint"))


def test_a_complaint_in_a_history_without_stages_is_reopened_at_its_first():
    withdrawn = e.ComplaintWithdrawn(occurred_on=DAY)
    decided = given(RECEIVED, withdrawn).when(c.Reopen(occurred_on=DAY, reason="mistake"))
    assert (decided.events[0].stage, decided.events[0].attempt) == ("stage-1", 2)
    named = c.Reopen(occurred_on=DAY, stage="stage-2", reason="mistake")
    assert given(RECEIVED, withdrawn).when(named).events[0].attempt == 1
