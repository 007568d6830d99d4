"""A complaint as it stands: every event changes what it should and nothing else."""

from datetime import UTC, date, datetime

import attrs
import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import LocalOutcome, OmbudsmanFinding, replay
from complaint_ledger.domain.words import WITHHELD, ActorId, Sealed, is_given, read, seal
from complaint_ledger.errors import BadValue
from complaint_ledger.testing import examples as story

D = date(2026, 5, 1)


def test_the_story_ends_upheld_by_the_ombudsman_after_not_upheld_locally():
    told = replay(story.EVENTS)
    assert told.received
    assert told.status == "closed"
    assert told.closed_on == date(2026, 7, 1)
    assert told.reference == story.REFERENCE
    assert told.handler == story.OFFICER
    assert told.service == "waste"
    assert told.channel == "web-form"
    assert [s.stage for s in told.stages] == ["stage-1", "stage-2"]
    assert told.open_stage is None
    h2 = told.head("h2")
    assert [o.stage for o in h2.local] == ["stage-1", "stage-2"]
    assert h2.ombudsman[0].finding == "upheld"
    assert h2.ombudsman[0].local.outcome == "not-upheld"
    assert h2.ombudsman[0].local.stage == "stage-2"
    assert h2.ombudsman[0].decided_on == date(2027, 1, 18)
    case = told.cases[0]
    assert (case.referred_on, case.decided_on) == (date(2026, 9, 14), date(2027, 1, 18))
    assert case.decided


def test_stage_1_remembers_who_extended_signed_and_decided():
    first = replay(story.EVENTS).stages[0]
    assert first.opened_on == date(2026, 4, 1)
    assert first.acknowledged_on == date(2026, 4, 8)
    assert first.signed_off_by == story.MANAGER
    assert first.decided_by == story.MANAGER
    assert first.responded_on == date(2026, 5, 6)
    assert first.extensions[0].until == date(2026, 5, 6)
    assert first.extensions[0].told_on == date(2026, 4, 20)


def test_a_receipt_says_when_it_came_what_it_is_about_and_whether_it_was_inferred():
    received = attrs.evolve(
        story.RECEIVED,
        occurred_at=datetime(2026, 4, 1, 18, 30, tzinfo=UTC),
        presumed=True,
        outside_hours=True,
        aware_on=date(2026, 3, 20),
    )
    told = replay([received])
    assert told.received_on == date(2026, 4, 1)
    assert told.received_at == received.occurred_at
    assert told.receipt_presumed is True
    assert told.outside_hours is True
    assert told.arose_on == date(2026, 3, 16)
    assert told.aware_on == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (story.ACKNOWLEDGED, "acknowledged_on"),
        (story.RESPONDED, "responded_on"),
        (e.ResponseDelivered(occurred_on=date(2026, 5, 8), stage="stage-1"), "delivered_on"),
        (e.ResolvedByAgreement(occurred_on=date(2026, 5, 8), stage="stage-1"), "responded_on"),
    ],
    ids=lambda value: type(value).__name__ if attrs.has(type(value)) else "",
)
def test_what_is_done_is_done_and_the_first_of_two_counts(event, field):
    later = attrs.evolve(event, occurred_on=date(2026, 6, 30))
    undated = attrs.evolve(event, occurred_on=None)

    def on(*events):
        return getattr(replay([story.RECEIVED, *events]).stages[0], field)

    assert on(event, later) == event.occurred_on
    assert on(later, event) == event.occurred_on
    assert on(event, undated) == event.occurred_on
    assert on(undated, later) == later.occurred_on
    assert on(undated) is None


def test_a_second_attempt_has_its_own_first_answer():
    reopened = e.ComplaintReopened(occurred_on=D, stage="stage-1", attempt=2, reason="mistake")
    again = attrs.evolve(story.RESPONDED, occurred_on=date(2026, 6, 1), attempt=2)
    told = replay([story.RECEIVED, story.RESPONDED, reopened, again])
    assert [s.responded_on for s in told.stages] == [date(2026, 5, 6), date(2026, 6, 1)]


def test_the_stage_of_receipt_is_kept():
    assert replay([story.RECEIVED]).received_stage == "stage-1"
    assert replay([attrs.evolve(story.RECEIVED, stage="stage-2")]).received_stage == "stage-2"
    assert replay([story.ACKNOWLEDGED]).received_stage is None


def test_an_escalation_says_how_it_came_and_whether_the_offices_were_closed():
    asked = attrs.evolve(story.ESCALATED, outside_hours=True, channel="telephone")
    second = replay([*story.EVENTS[:7], asked]).stage("stage-2")
    assert (second.outside_hours, second.channel) == (True, "telephone")
    # Also where something was said of the stage before.
    early = replay([*story.EVENTS[:7], story.ACKNOWLEDGED_AGAIN, asked]).stage("stage-2")
    assert (early.outside_hours, early.channel) == (True, "telephone")


def test_an_escalation_that_is_told_late_opens_nothing_that_was_closed_since():
    told = replay([*story.EVENTS[:7], story.CLOSED, story.ESCALATED])
    assert (told.status, told.closed_on) == ("closed", date(2026, 7, 1))
    undated = attrs.evolve(story.ESCALATED, occurred_on=None)
    assert replay([*story.EVENTS[:7], story.CLOSED, undated]).status == "closed"
    nobody_knows = attrs.evolve(story.CLOSED, occurred_on=None)
    assert replay([*story.EVENTS[:7], nobody_knows, story.ESCALATED]).status == "open"


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        (e.ComplaintRefused(occurred_on=D, reason="over-12-months"), "refused"),
        (e.ComplaintWithdrawn(occurred_on=D), "withdrawn"),
        (e.ComplaintClosed(occurred_on=D, reason="completed"), "closed"),
    ],
)
def test_an_end_ends_what_each_stage_was_waiting_for(ending, status):
    (stage,) = replay([story.RECEIVED, ending]).stages
    assert (stage.ended_on, stage.ended_as) == (D, status)
    first, second = replay([*story.EVENTS[:8], ending]).stages
    assert (first.ended_as, second.ended_as) == (None, status)
    reopened = e.ComplaintReopened(occurred_on=D, stage="stage-1", attempt=2, reason="mistake")
    again = e.ComplaintClosed(occurred_on=date(2026, 6, 1), reason="completed")
    before, after = replay([story.RECEIVED, ending, reopened, again]).stages
    assert (before.ended_on, before.ended_as) == (D, status)
    assert (after.ended_on, after.ended_as) == (date(2026, 6, 1), "closed")


def test_what_another_body_took_whole_is_transferred_and_a_part_of_it_is_not():
    transferred = e.ComplaintTransferred(occurred_on=D, body="nhs-trust")
    assert replay([story.RECEIVED, transferred]).transferred_on == D
    part = attrs.evolve(transferred, heads=("h1",))
    two = (story.RECEIVED, story.HEAD_ADDED)
    assert replay([*two, part]) == replay(two)
    each = attrs.evolve(transferred, heads=("h1", "h2"))
    assert replay([*two, each]).transferred_on == D
    assert replay([part]).transferred_on is None


def test_an_escalation_opens_its_stage_on_its_day():
    told = replay(story.EVENTS[:8])
    assert told.stages[1].opened_on == date(2026, 5, 20)
    assert told.stages[1].attempt == 1


def test_an_extension_is_kept_beside_the_one_before_it():
    further = attrs.evolve(
        story.EXTENDED, occurred_on=date(2026, 5, 4), until=date(2026, 5, 20), told_on=None
    )
    first, second = replay([story.RECEIVED, story.EXTENDED, further]).stages[0].extensions
    assert (first.agreed_on, first.until) == (date(2026, 4, 20), date(2026, 5, 6))
    assert (second.agreed_on, second.until) == (date(2026, 5, 4), date(2026, 5, 20))
    assert second.told_on is None


def test_an_outcome_says_by_whom_when_and_at_which_attempt_it_was_decided():
    answered = attrs.evolve(
        story.RESPONDED,
        attempt=2,
        body="contractor",
        outcomes=(e.HeadOutcome(head="h1", outcome="upheld", detail="late"),),
    )
    reopened = e.ComplaintReopened(occurred_on=D, stage="stage-1", attempt=2, reason="mistake")
    told = replay([story.RECEIVED, reopened, answered])
    assert told.head("h1").local == (
        LocalOutcome(
            stage="stage-1",
            attempt=2,
            outcome="upheld",
            detail="late",
            body="contractor",
            decided_on=date(2026, 5, 6),
        ),
    )


def test_a_finding_says_whose_it_is_and_keeps_their_narrower_word():
    found = attrs.evolve(
        story.OMBUDSMAN_OUTCOME,
        findings=(e.HeadFinding(head="h1", finding="upheld", detail="injustice"),),
    )
    assert replay([story.RECEIVED, found]).head("h1").ombudsman == (
        OmbudsmanFinding(
            body="lgsco", finding="upheld", detail="injustice", decided_on=date(2027, 1, 18)
        ),
    )


def test_what_comes_before_the_receipt_stays():
    told = replay([story.CLOSED, story.ACKNOWLEDGED, story.HEAD_ADDED, story.RECEIVED])
    assert told.status == "closed"
    assert told.received
    assert {h.id for h in told.heads} == {"h1", "h2"}
    assert told.stages[0].opened_on == date(2026, 4, 1)
    assert told.stages[0].acknowledged_on == date(2026, 4, 8)


def test_a_second_receipt_in_a_broken_history_does_not_open_the_stage_again():
    told = replay([story.RECEIVED, story.RECEIVED])
    assert len(told.stages) == 1


def test_a_receipt_after_another_stage_puts_the_first_stage_first():
    told = replay([story.ESCALATED, story.RECEIVED])
    assert [s.stage for s in told.stages] == ["stage-1", "stage-2"]
    assert told.stages[0].opened_on == date(2026, 4, 1)


def test_a_receipt_that_comes_late_dates_its_own_stage_and_no_other():
    told = replay([story.ACKNOWLEDGED, story.ESCALATED, story.RECEIVED])
    assert [(s.stage, s.opened_on) for s in told.stages] == [
        ("stage-1", date(2026, 4, 1)),
        ("stage-2", date(2026, 5, 20)),
    ]


def test_what_was_said_of_a_stage_before_it_was_opened_stays_with_it():
    early = attrs.evolve(story.ACKNOWLEDGED_AGAIN, occurred_on=date(2026, 5, 19))
    told = replay([*story.EVENTS[:7], early, story.ESCALATED])
    assert [s.stage for s in told.stages] == ["stage-1", "stage-2"]
    assert told.stages[1].opened_on == date(2026, 5, 20)
    assert told.stages[1].acknowledged_on == date(2026, 5, 19)


def test_a_stage_that_nobody_opened_is_opened_by_what_happens_in_it():
    told = replay([story.RECEIVED, attrs.evolve(story.RESPONDED, stage="panel")])
    assert told.stage("panel").responded
    assert told.stage("stage-9") is None


def test_a_stage_that_nobody_opened_is_at_its_first_attempt():
    told = replay([story.RECEIVED, attrs.evolve(story.ACKNOWLEDGED, stage="panel")])
    assert told.stage("panel").attempt == 1


def test_a_response_to_an_attempt_that_nobody_opened():
    told = replay([story.RECEIVED, attrs.evolve(story.RESPONDED, attempt=3)])
    assert [s.attempt for s in told.stages] == [1, 3]


def test_an_extension_of_a_stage_that_nobody_opened_is_kept():
    told = replay([attrs.evolve(story.EXTENDED, stage="stage-2")])
    assert told.stages[0].extensions[0].extends == "stage-1-respond"


def test_a_decision_on_a_head_that_nobody_defined_is_kept():
    told = replay([story.RESPONDED, story.OMBUDSMAN_OUTCOME])
    assert [h.id for h in told.heads] == ["h1", "h2"]
    alone = replay([story.OMBUDSMAN_OUTCOME])
    assert alone.head("h2").ombudsman[0].local is None
    assert alone.cases[0].decided


def test_where_the_outside_body_decided_first_the_first_local_outcome_answers_to_it():
    later = attrs.evolve(
        story.RESPONDED_AGAIN, outcomes=(e.HeadOutcome(head="h2", outcome="upheld"),)
    )
    told = replay([story.RECEIVED, story.OMBUDSMAN_OUTCOME, story.RESPONDED, later])
    assert told.head("h2").ombudsman[0].local.stage == "stage-1"


def test_resolved_by_agreement_is_an_outcome_for_every_head_or_those_named():
    agreed = e.ResolvedByAgreement(occurred_on=D, stage="stage-1")
    told = replay([story.RECEIVED, story.HEAD_ADDED, agreed])
    assert [h.local[-1].outcome for h in told.heads] == ["resolved", "resolved"]
    assert told.stages[0].responded
    one = replay([story.RECEIVED, story.HEAD_ADDED, attrs.evolve(agreed, heads=("h2",))])
    assert one.head("h1").local == ()
    assert one.head("h2").local[0].attempt == 1


def test_resolved_by_agreement_says_at_which_stage_and_when():
    agreed = e.ResolvedByAgreement(occurred_on=date(2026, 6, 1), stage="stage-2", heads=("h1",))
    told = replay([story.RECEIVED, story.ESCALATED, agreed])
    assert told.stage("stage-2").responded_on == date(2026, 6, 1)
    assert told.head("h1").local == (
        LocalOutcome(stage="stage-2", attempt=1, outcome="resolved", decided_on=date(2026, 6, 1)),
    )


def test_resolved_in_a_later_attempt_says_so():
    reopened = e.ComplaintReopened(occurred_on=D, stage="stage-1", attempt=2, reason="mistake")
    agreed = e.ResolvedByAgreement(occurred_on=D, stage="stage-1")
    told = replay([story.RECEIVED, story.RESPONDED, reopened, agreed])
    assert told.head("h1").local[-1].attempt == 2
    assert told.stages[-1].responded


def test_a_definition_keeps_what_it_does_not_say_again():
    defined = e.ComplaintDefined(
        occurred_on=D, heads=(e.Head(id="h1", category="noise"), e.Head(id="h3"))
    )
    told = replay([story.RECEIVED, defined])
    assert told.head("h1").category == "noise"
    assert told.head("h1").service == "waste"
    assert told.head("h3").category is None


def test_refused_withdrawn_and_reopened():
    refused = e.ComplaintRefused(occurred_on=D, reason="over-12-months")
    withdrawn = e.ComplaintWithdrawn(occurred_on=D)
    reopened = e.ComplaintReopened(occurred_on=D, stage="stage-1", attempt=2, reason="mistake")
    assert replay([story.RECEIVED, refused]).status == "refused"
    assert replay([story.RECEIVED, refused]).closed_on == D
    told = replay([story.RECEIVED, withdrawn])
    assert (told.status, told.closed_on, told.open_stage) == ("withdrawn", D, None)
    again = replay([story.RECEIVED, withdrawn, reopened])
    assert (again.status, again.closed_on, again.open_stage.attempt) == ("open", None, 2)


def test_a_refused_escalation_changes_nothing_but_the_record():
    refused = e.EscalationRefused(occurred_on=D, stage="stage-2", reason="over-12-months")
    told = replay([story.RECEIVED, refused])
    assert attrs.evolve(told, steps=()) == replay([story.RECEIVED])
    assert told.steps == (("escalation-refused", D),)


def test_an_assignment_without_a_service_leaves_the_service():
    told = replay([story.RECEIVED, e.HandlerAssigned(occurred_on=D, handler=story.MANAGER)])
    assert (told.handler, told.service) == (story.MANAGER, "waste")


def test_an_assignment_to_another_service_moves_the_complaint_there():
    moved = e.HandlerAssigned(occurred_on=D, handler=story.MANAGER, service="highways")
    assert replay([story.RECEIVED, moved]).service == "highways"


def test_a_premature_referral_ends_that_case_and_the_next_is_another():
    early = e.ReferredToOmbudsman(occurred_on=D, body="lgsco")
    back = e.ReferralPremature(occurred_on=D, body="lgsco")
    told = replay([story.RECEIVED, early, back, story.REFERRED, story.OMBUDSMAN_OUTCOME])
    assert [c.premature_on for c in told.cases] == [D, None]
    assert told.cases[1].reference == story.OMBUDSMAN_REFERENCE
    assert told.cases[1].decided
    assert not told.cases[0].decided


def test_a_case_sent_back_on_a_day_that_nobody_noted_is_ended_too():
    back = e.ReferralPremature(body="lgsco")
    told = replay([story.RECEIVED, story.REFERRED, back, story.REFERRED])
    assert [c.premature for c in told.cases] == [True, False]


def test_of_two_cases_the_one_that_is_named_is_sent_back():
    other = attrs.evolve(story.REFERRED, reference="27 000 001")
    back = e.ReferralPremature(occurred_on=D, body="lgsco", reference=story.OMBUDSMAN_REFERENCE)
    told = replay([story.RECEIVED, story.REFERRED, other, back])
    assert [c.premature for c in told.cases] == [True, False]


def test_a_case_takes_its_reference_when_it_is_first_told():
    unnamed = e.ReferredToOmbudsman(occurred_on=D, body="lgsco")
    told = replay([story.RECEIVED, unnamed, story.OMBUDSMAN_OUTCOME])
    assert len(told.cases) == 1
    assert told.cases[0].reference == story.OMBUDSMAN_REFERENCE
    other = attrs.evolve(story.OMBUDSMAN_OUTCOME, reference="27 000 001")
    assert len(replay([story.RECEIVED, story.REFERRED, other]).cases) == 2
    silent = attrs.evolve(story.OMBUDSMAN_OUTCOME, reference=None, decided_on=None)
    told = replay([story.RECEIVED, story.REFERRED, silent])
    assert told.cases[0].reference == story.OMBUDSMAN_REFERENCE
    assert told.cases[0].decided_on == silent.occurred_on


def test_the_ledgers_own_events_say_nothing_of_a_complaint():
    started = e.ImportStarted(
        id="a" * 32, mapping="m", mapping_version="1", mapping_sha256="b" * 64
    )
    assert replay([story.RECEIVED, started]) == replay([story.RECEIVED])


def test_a_revision_says_which_codes_govern_from_then_on():
    pin = e.CodePin(id="lgsco-2024", version="1", sha256="a" * 64)
    revised = e.HandlingCodeRevised(
        occurred_on=D, codes=(attrs.evolve(pin, version="2"),), reason="new-policy"
    )
    received = attrs.evolve(story.RECEIVED, codes=(pin,))
    assert replay([received]).codes == (pin,)
    assert replay([received, revised]).codes == revised.codes


def test_an_update_is_of_the_stage_that_it_names_or_of_the_one_that_is_open():
    update = e.UpdateSent(occurred_on=date(2026, 5, 25))
    told = replay([*story.EVENTS[:8], attrs.evolve(update, stage="stage-1"), update, update])
    assert [s.updated_on for s in told.stages] == [
        (date(2026, 5, 25),),
        (date(2026, 5, 25), date(2026, 5, 25)),
    ]


def test_an_update_of_no_stage_or_of_no_day_is_on_record_and_counts_for_nothing():
    update = e.UpdateSent(occurred_on=date(2026, 5, 25))
    answered = replay(story.EVENTS[:7])
    assert replay([*story.EVENTS[:7], update]) == answered
    assert replay([*story.EVENTS[:7], attrs.evolve(update, stage="stage-9")]) == answered
    undated = attrs.evolve(update, stage="stage-1", occurred_on=None)
    assert replay([*story.EVENTS[:7], undated]) == answered


def test_an_update_is_of_the_latest_attempt_at_its_stage():
    reopened = e.ComplaintReopened(occurred_on=D, stage="stage-1", attempt=2, reason="mistake")
    update = e.UpdateSent(occurred_on=date(2026, 5, 25), stage="stage-1")
    told = replay([*story.EVENTS[:7], reopened, update])
    assert [s.updated_on for s in told.stages] == [(), (date(2026, 5, 25),)]


def test_a_sealed_value_never_prints_itself():
    assert "Zoë" not in repr(seal("Zoë"))
    assert seal("  ") is None
    assert seal(None) is None
    with pytest.raises(BadValue):
        seal("x", "Zoë")


def test_withheld_is_not_given():
    assert is_given(seal("x"))
    assert is_given(Sealed(subject="p1", digest="d"))
    assert not is_given(WITHHELD)
    assert not is_given(None)


@pytest.mark.parametrize(
    "text", ["jane.smith@council.example", "Jane Smith", "officer-AB12", "officer-1", 7, "x" * 65]
)
def test_an_actor_is_an_id_never_a_name_or_an_address(text):
    with pytest.raises(BadValue) as refused:
        read(ActorId, text, "actor")
    assert "actors add" in str(refused.value)
    assert str(text) not in str(refused.value).replace("officer-7k2m", "")
