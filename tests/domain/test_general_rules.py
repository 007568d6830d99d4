"""The rules over every complaint, GEN-01 to GEN-14, 18 and 19 (domain.md 9.1)."""

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from complaint_ledger import pinning
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.deadlines import next_owed
from complaint_ledger.domain.decisions import Situation, objections
from complaint_ledger.domain.history import as_of, known
from complaint_ledger.domain.milestones import deadlines_of
from complaint_ledger.domain.words import seal
from complaint_ledger.errors import CalendarOutOfRange
from complaint_ledger.testing import entry_id, given
from complaint_ledger.testing import examples as story
from complaint_ledger.testing.specification import history

PIN = pinning.pin("lgsco-2024")
RECEIVED = attrs.evolve(story.RECEIVED, codes=(PIN,))
NOW = Situation(now=datetime(2026, 12, 1, 12, tzinfo=UTC))


def objected(event, *before):
    return [found.rule for found in objections(event, replay(before), NOW)]


def test_gen_01_nothing_is_recorded_before_a_receipt():
    given().when(story.ACKNOWLEDGE).then_refused("GEN-01")


def test_gen_01_a_complaint_is_received_once():
    given(story.RECEIVED).when(story.RECEIVE).then_refused("GEN-01")


def test_gen_01_a_receipt_needs_a_date_or_an_admission_that_nobody_knows_it():
    given().when(c.Receive()).then_refused("GEN-01")
    undated = c.Receive(precision="unknown")
    given().when(undated).then(e.ComplaintReceived(precision="unknown", heads=(e.Head(id="h1"),)))


def test_gen_01_a_receipt_is_corrected_never_retracted():
    given(story.RECEIVED).when(c.Retract(retracts=entry_id(1), reason="mistake")).then_refused(
        "GEN-01"
    )


def test_gen_01_an_import_keeps_what_comes_before_the_receipt_and_says_so():
    assert objected(story.ACKNOWLEDGED) == ["GEN-01"]
    assert objected(story.RECEIVED, story.RECEIVED) == ["GEN-01"]


def test_gen_02_nothing_happens_to_a_complaint_before_it_was_received():
    early = c.Acknowledge(occurred_on=date(2026, 3, 31))
    refusal = given(story.RECEIVED).when(early, today=date(2026, 5, 1)).then_refused("GEN-02")
    assert "2026-03-31 is before the complaint was received (2026-04-01)" in str(refusal)


def test_gen_02_on_the_day_of_receipt_it_may():
    given(story.RECEIVED).when(c.Acknowledge(occurred_on=date(2026, 4, 1))).then(
        e.ComplaintAcknowledged(occurred_on=date(2026, 4, 1), stage="stage-1")
    )


def test_gen_02_a_date_known_by_its_month_alone_is_not_held_against_a_day():
    vague = e.ComplaintAcknowledged(
        occurred_on=date(2026, 3, 1), precision="month", stage="stage-1"
    )
    assert objected(vague, story.RECEIVED) == []


def test_gen_02_a_correction_is_judged_by_its_replacement_not_by_the_receipt():
    corrected = e.EntryCorrected(
        occurred_on=date(2026, 3, 1),
        corrects=entry_id(1),
        replacement=attrs.evolve(story.RECEIVED, occurred_on=date(2026, 3, 30)),
        reason="mistyped",
    )
    assert objected(corrected, story.RECEIVED) == []


def test_arose_first_what_is_complained_of_came_before_the_complaint():
    late = attrs.evolve(story.RECEIVED, arose_on=date(2026, 4, 2), aware_on=date(2026, 4, 3))
    assert objected(late) == ["arose-first", "arose-first"]


def test_arose_first_it_may_have_arisen_on_the_very_day_of_the_complaint():
    same_day = attrs.evolve(story.RECEIVED, arose_on=date(2026, 4, 1), aware_on=date(2026, 4, 1))
    assert objected(same_day) == []


def test_gen_03_what_is_recorded_later_is_never_recorded_earlier():
    facts = history([story.RECEIVED, attrs.evolve(story.ACKNOWLEDGED, occurred_on=None)])
    assert facts[1].recorded_at > facts[0].recorded_at  # the store's part: see its contract


def test_gen_04_nothing_is_recorded_that_has_not_happened_yet():
    tomorrow = c.Acknowledge(occurred_on=date(2026, 4, 9))
    given(story.RECEIVED).when(tomorrow, today=date(2026, 4, 8)).then_refused("GEN-04")


def test_gen_04_not_even_later_today():
    soon = e.ComplaintAcknowledged(
        occurred_on=date(2026, 12, 1), occurred_at=NOW.now + timedelta(seconds=1), stage="stage-1"
    )
    assert objected(soon, story.RECEIVED) == ["GEN-04"]
    assert objected(attrs.evolve(soon, occurred_at=NOW.now), story.RECEIVED) == []


def test_gen_04_a_correction_cannot_say_that_it_happens_tomorrow_either():
    tomorrow = e.EntryCorrected(
        occurred_on=date(2026, 12, 1),
        corrects=entry_id(1),
        replacement=attrs.evolve(story.RECEIVED, occurred_on=date(2026, 12, 2)),
        reason="mistyped",
    )
    assert objected(tomorrow, story.RECEIVED) == ["GEN-04"]


def test_gen_04_a_correction_cannot_say_that_it_happens_later_today():
    later = attrs.evolve(
        story.RECEIVED,
        occurred_on=date(2026, 12, 1),
        occurred_at=NOW.now + timedelta(seconds=1),
    )
    told = e.EntryCorrected(
        occurred_on=date(2026, 12, 1), corrects=entry_id(1), replacement=later, reason="mistyped"
    )
    assert objected(told, story.RECEIVED) == ["GEN-04"]


def test_gen_04_a_due_date_may_lie_ahead():
    assert objected(attrs.evolve(story.EXTENDED, until=date(2027, 6, 1)), story.RECEIVED) == []


CORRECTION = c.Correct(
    occurred_on=date(2026, 5, 1),
    corrects=entry_id(2),
    replacement=attrs.evolve(story.ACKNOWLEDGED, occurred_on=date(2026, 4, 7)),
    reason="mistyped",
)


def test_gen_04_no_date_that_an_event_tells_of_lies_ahead():
    ahead = date(2027, 6, 1)
    assert objected(attrs.evolve(story.EXTENDED, told_on=ahead), story.RECEIVED) == ["GEN-04"]
    decided = attrs.evolve(story.OMBUDSMAN_OUTCOME, occurred_on=date(2026, 11, 1), decided_on=ahead)
    assert objected(decided, story.RECEIVED) == ["GEN-04"]


def test_gen_02_nothing_is_held_against_a_receipt_known_by_its_month_alone():
    vague = attrs.evolve(RECEIVED, occurred_on=date(2026, 4, 1), precision="month")
    early = e.ComplaintAcknowledged(occurred_on=date(2026, 3, 31), stage="stage-1")
    assert objected(early, vague) == []


def test_gen_18_a_month_or_a_year_is_kept_by_its_first_day():
    month = c.Receive(occurred_on=date(2026, 4, 15), precision="month")
    year = c.Receive(occurred_on=date(2026, 4, 15), precision="year")
    assert given().when(month).events[0].occurred_on == date(2026, 4, 1)
    assert given().when(year).events[0].occurred_on == date(2026, 1, 1)


def test_a_due_date_from_a_vague_receipt_is_presumed():
    vague = attrs.evolve(RECEIVED, precision="month")
    due = {d.id: d.presumed for d in pinning.deadlines_of(replay([vague]))}
    assert due["stage-1-acknowledge"]
    assert due["whole-journey"]
    assert not due["raise-by"]  # it counts from when the matter arose


def test_gen_05_a_wrong_entry_stays_and_a_later_one_says_what_it_should_have_been():
    told = e.EntryCorrected(
        occurred_on=date(2026, 5, 1),
        corrects=entry_id(2),
        replacement=CORRECTION.replacement,
        reason="mistyped",
    )
    given(story.RECEIVED, story.ACKNOWLEDGED).when(CORRECTION).then(told)
    facts = history([story.RECEIVED, story.ACKNOWLEDGED, told])
    assert as_of(facts).stages[0].acknowledged_on == date(2026, 4, 7)
    assert facts[1].event == story.ACKNOWLEDGED


def test_gen_05_only_an_entry_of_this_complaint_is_corrected():
    given(story.RECEIVED).when(CORRECTION).then_refused("GEN-05")


def test_gen_05_an_entry_is_corrected_by_one_of_its_own_kind():
    other = attrs.evolve(CORRECTION, replacement=story.CLOSED)
    given(story.RECEIVED, story.ACKNOWLEDGED).when(other).then_refused("GEN-05")


def test_gen_05_a_correction_is_not_corrected_but_the_entry_again():
    told = e.EntryCorrected(corrects=entry_id(1), replacement=story.RECEIVED, reason="mistyped")
    again = c.Correct(corrects=entry_id(2), replacement=told, reason="mistyped")
    given(story.RECEIVED, told).when(again).then_refused("GEN-05")
    retraction = e.EntryRetracted(retracts=entry_id(2), reason="mistake")
    of_it = c.Correct(corrects=entry_id(3), replacement=retraction, reason="mistyped")
    given(story.RECEIVED, story.ACKNOWLEDGED, retraction).when(of_it).then_refused("GEN-05")


def test_gen_05_what_was_retracted_cannot_be_corrected():
    gone = e.EntryRetracted(retracts=entry_id(2), reason="wrong-complaint")
    given(story.RECEIVED, story.ACKNOWLEDGED, gone).when(CORRECTION).then_refused("GEN-05")


def test_gen_06_what_was_known_is_what_had_been_recorded():
    facts = history(story.EVENTS)
    assert known(facts, facts[4].recorded_at) == facts[:5]
    assert as_of(facts, effective_on=date(2026, 5, 6)).open_stage is None
    assert as_of(facts, effective_on=date(2026, 5, 20)).open_stage.stage == "stage-2"


def test_gen_07_a_missing_acknowledgement_is_never_met():
    complaint = replay([RECEIVED])
    acknowledge = next(d for d in pinning.deadlines_of(complaint) if d.id == "stage-1-acknowledge")
    assert acknowledge.outstanding
    assert acknowledge.met_on is None


def test_gen_08_a_due_date_beyond_the_calendar_is_an_error_never_a_guess():
    late = attrs.evolve(RECEIVED, occurred_on=date(2028, 12, 28), arose_on=None)
    with pytest.raises(CalendarOutOfRange, match="GEN-08"):
        pinning.deadlines_of(replay([late]))


def test_gen_09_the_calendar_is_the_one_pinned_to_the_complaint():
    scottish = attrs.evolve(RECEIVED, codes=(pinning.pin("lgsco-2024", "scotland"),))
    english, scots = (
        pinning.deadlines_of(replay([each]))[0].due_on for each in (RECEIVED, scottish)
    )
    assert (english, scots) == (date(2026, 4, 10), date(2026, 4, 9))  # Easter Monday


def test_gen_10_every_due_date_explains_itself():
    for deadline in pinning.deadlines_of(replay([RECEIVED, *story.EVENTS[1:]])):
        assert deadline.because
        assert any("calendar england-and-wales" in line for line in deadline.because)


def test_gen_11_a_stage_is_answered_once():
    answered = (*story.EVENTS[:7],)
    given(*answered).when(story.RESPOND, today=date(2026, 6, 1)).then_refused("GEN-11")
    assert objected(story.RESPONDED, *answered) == ["GEN-11"]


HALF = attrs.evolve(story.RESPONDED, outcomes=story.RESPONDED.outcomes[:1])
REST = e.ResponseSent(
    occurred_on=date(2026, 5, 12),
    stage="stage-1",
    outcomes=(e.HeadOutcome(head="h2", outcome="not-upheld"),),
)
IN_PART = (*story.EVENTS[:6], HALF)


def test_gen_11_an_answer_on_other_heads_is_no_second_answer():
    rest = c.Respond(occurred_on=REST.occurred_on, stage="stage-1", outcomes=REST.outcomes)
    given(*IN_PART).when(rest).then(REST)
    assert objected(REST, *IN_PART) == []
    agreed = c.Resolve(
        occurred_on=REST.occurred_on, stage="stage-1", heads=("h2",), agreed_action=seal("A bin")
    )
    assert given(*IN_PART).when(agreed).events


@pytest.mark.parametrize("heads", [("h1", "h2"), ("h1",), ()])
def test_gen_11_an_answer_on_a_head_that_was_answered_is_a_second_one(heads):
    outcomes = tuple(e.HeadOutcome(head=head, outcome="upheld") for head in heads)
    again = c.Respond(occurred_on=REST.occurred_on, stage="stage-1", outcomes=outcomes)
    given(*IN_PART).when(again).then_refused("GEN-11")
    assert objected(attrs.evolve(REST, outcomes=outcomes), *IN_PART) == ["GEN-11"]
    agreed = c.Resolve(
        occurred_on=REST.occurred_on, stage="stage-1", heads=heads, agreed_action=seal("A bin")
    )
    given(*IN_PART).when(agreed).then_refused("GEN-11")


def test_gen_11_after_an_answer_that_names_no_head_any_other_is_a_second_one():
    nameless = attrs.evolve(story.RESPONDED, outcomes=())
    assert objected(REST, *story.EVENTS[:6], nameless) == ["GEN-11"]


def test_gen_11_a_reopened_stage_is_answered_again():
    reopened = e.ComplaintReopened(
        occurred_on=date(2026, 5, 10), stage="stage-1", attempt=2, reason="new-evidence"
    )
    given(*story.EVENTS[:7], reopened).when(
        c.Respond(occurred_on=date(2026, 5, 12), outcome="upheld")
    ).then(
        e.ResponseSent(
            occurred_on=date(2026, 5, 12),
            stage="stage-1",
            attempt=2,
            outcomes=(
                e.HeadOutcome(head="h1", outcome="upheld"),
                e.HeadOutcome(head="h2", outcome="upheld"),
            ),
        )
    )


def test_gen_12_reopening_moves_no_earlier_clock():
    before = replay([RECEIVED, *story.EVENTS[1:7]])
    reopened = e.ComplaintReopened(
        occurred_on=date(2026, 5, 11), stage="stage-1", attempt=2, reason="new-evidence"
    )
    after = replay([RECEIVED, *story.EVENTS[1:7], reopened])
    assert after.received_on == before.received_on
    old = {d.id: d.due_on for d in pinning.deadlines_of(before)}
    new = {d.id: d.due_on for d in pinning.deadlines_of(after)}
    assert old.items() <= new.items()
    assert new["stage-1-acknowledge-attempt-2"] == date(2026, 5, 18)
    assert "stage-2-acknowledge-attempt-2" not in new


def test_gen_12_a_second_attempt_at_stage_2_counts_from_its_reopening():
    reopened = e.ComplaintReopened(
        occurred_on=date(2026, 7, 6), stage="stage-2", attempt=2, reason="new-evidence"
    )
    told = replay([RECEIVED, *story.EVENTS[1:11], reopened])
    due = {d.id: d.due_on for d in pinning.deadlines_of(told)}
    assert due["stage-2-acknowledge-attempt-2"] == date(2026, 7, 13)


def test_gen_12_an_attempt_whose_opening_nobody_dated_has_no_clock():
    reopened = e.ComplaintReopened(stage="stage-1", attempt=2, reason="new-evidence")
    told = replay([RECEIVED, reopened])
    assert all("attempt" not in d.id for d in pinning.deadlines_of(told))


CLOSED = (*story.EVENTS[:11],)


@pytest.mark.parametrize(
    "command",
    [
        c.Acknowledge(occurred_on=date(2026, 7, 2), stage="stage-1"),
        c.AddHead(occurred_on=date(2026, 7, 2), head=e.Head(id="h3")),
        c.Assign(occurred_on=date(2026, 7, 2), handler=story.MANAGER),
        c.Withdraw(occurred_on=date(2026, 7, 2)),
    ],
    ids=lambda command: type(command).__name__,
)
def test_gen_13_a_closed_complaint_takes_no_more_of_its_handling(command):
    events = (story.RECEIVED, story.CLOSED)
    refusal = given(*events).when(command).then_refused("GEN-13")
    assert "closed" in str(refusal)


@pytest.mark.parametrize(
    "event",
    [
        *(attrs.evolve(event, occurred_on=date(2026, 7, 2)) for event in story.EVENTS[:7]),
        attrs.evolve(story.CLOSED, occurred_on=date(2026, 7, 2)),
        e.ComplaintDefined(occurred_on=date(2026, 7, 2), heads=(e.Head(id="h1"),)),
        e.ComplaintRefused(occurred_on=date(2026, 7, 2), reason="over-12-months"),
        e.ComplaintWithdrawn(occurred_on=date(2026, 7, 2)),
        e.ResolvedByAgreement(occurred_on=date(2026, 7, 2), stage="stage-1"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_gen_13_an_import_counts_all_handling_of_a_closed_complaint(event):
    assert objected(event, story.RECEIVED, story.CLOSED)[-1] == "GEN-13"


def test_gen_13_what_happened_before_it_was_closed_may_be_told_late():
    early = e.ComplaintAcknowledged(occurred_on=date(2026, 6, 30), stage="stage-1")
    assert objected(early, story.RECEIVED, story.CLOSED) == []
    on_the_day = attrs.evolve(early, occurred_on=date(2026, 7, 1))
    assert objected(on_the_day, story.RECEIVED, story.CLOSED) == ["GEN-13"]
    assert objected(attrs.evolve(early, occurred_on=None), story.RECEIVED, story.CLOSED) == [
        "GEN-13"
    ]
    nobody_knows_when = attrs.evolve(story.CLOSED, occurred_on=None)
    assert objected(early, story.RECEIVED, nobody_knows_when) == ["GEN-13"]


def test_gen_13_a_late_word_on_a_closed_complaint_is_recorded_and_leaves_it_closed():
    late = c.Acknowledge(occurred_on=date(2026, 4, 8), stage="stage-1")
    told = e.ComplaintAcknowledged(occurred_on=date(2026, 4, 8), stage="stage-1")
    given(story.RECEIVED, story.CLOSED).when(late).then(told)
    assert replay([story.RECEIVED, story.CLOSED, told]).status == "closed"


ANSWERED_AND_CLOSED = (
    *story.EVENTS[:7],
    attrs.evolve(story.CLOSED, occurred_on=date(2026, 5, 8)),
)


def test_gen_13_whoever_goes_on_after_it_was_closed_opens_it_again():
    given(*ANSWERED_AND_CLOSED).when(story.ESCALATE, stages=story.STAGES).then(story.ESCALATED)
    told = replay([*ANSWERED_AND_CLOSED, story.ESCALATED])
    assert (told.status, told.closed_on, told.open_stage.stage) == ("open", None, "stage-2")


@pytest.mark.parametrize(
    "ending",
    [
        e.ComplaintRefused(occurred_on=date(2026, 5, 8), reason="over-12-months"),
        e.ComplaintWithdrawn(occurred_on=date(2026, 5, 8)),
    ],
    ids=lambda event: type(event).__name__,
)
def test_gen_13_a_refused_or_withdrawn_complaint_is_not_taken_further(ending):
    ended = (*story.EVENTS[:7], ending)
    given(*ended).when(story.ESCALATE, stages=story.STAGES).then_refused("GEN-13")
    assert objected(story.ESCALATED, *ended) == ["GEN-13"]
    told = replay([*ended, story.ESCALATED])
    assert told.closed_on == date(2026, 5, 8)
    assert told.status != "open"


@pytest.mark.parametrize(
    "command",
    [
        c.Reopen(occurred_on=date(2026, 7, 2), reason="new-evidence"),
        c.Deliver(occurred_on=date(2026, 7, 2)),
        story.REFER,
        c.Premature(occurred_on=date(2026, 7, 2), body="lgsco"),
        story.RECEIVE_OMBUDSMAN_OUTCOME,
        c.Retract(occurred_on=date(2026, 7, 2), retracts=entry_id(2), reason="mistake"),
        attrs.evolve(CORRECTION, occurred_on=date(2026, 7, 2)),
    ],
    ids=lambda command: type(command).__name__,
)
def test_gen_13_a_closed_complaint_still_takes_the_ombudsman_corrections_and_reopening(command):
    decided = given(*CLOSED).when(command)
    assert decided.refused is None
    assert decided.events


@pytest.mark.parametrize(
    "ending",
    [
        e.ComplaintRefused(occurred_on=date(2026, 4, 2), reason="over-12-months"),
        e.ComplaintWithdrawn(occurred_on=date(2026, 4, 2)),
    ],
)
def test_gen_13_holds_for_refused_and_withdrawn_complaints_too(ending):
    close = c.Close(occurred_on=date(2026, 4, 3))
    given(story.RECEIVED, ending).when(close).then_refused("GEN-13")


def test_gen_14_closing_leaves_what_the_ombudsman_decides_open():
    told = replay([*CLOSED, story.REFERRED])
    assert told.status == "closed"
    assert not told.cases[0].decided


def test_gen_18_the_date_is_the_one_in_london():
    at = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    decided = given().when(c.Receive(occurred_at=at), today=date(2026, 7, 2))
    assert decided.events[0].occurred_on == date(2026, 7, 1)


def test_gen_18_a_date_that_contradicts_the_instant_is_refused():
    at = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    wrong = c.Receive(occurred_at=at, occurred_on=date(2026, 6, 30))
    given().when(wrong, today=date(2026, 7, 2)).then_refused("GEN-18")
    right = c.Receive(occurred_at=at, occurred_on=date(2026, 7, 1))
    assert given().when(right, today=date(2026, 7, 2)).events


def test_gen_18_an_instant_needs_its_time_zone():
    naive = c.Receive(occurred_at=datetime(2026, 6, 30, 23, 30))
    given().when(naive, today=date(2026, 7, 2)).then_refused("GEN-18")


def test_gen_19_a_member_records_on_no_complaint():
    given(story.RECEIVED).when(story.ACKNOWLEDGE, role="member").then_refused("GEN-19")


def test_what_is_owed_next_is_the_acknowledgement_then_the_answer():
    received = replay([RECEIVED])
    owed = next_owed(pinning.deadlines_of(received), date(2026, 4, 2))
    assert owed.id == "stage-1-acknowledge"
    acknowledged = replay([RECEIVED, story.ACKNOWLEDGED])
    owed = next_owed(pinning.deadlines_of(acknowledged), date(2026, 4, 9))
    assert owed.id == "stage-1-respond"


def test_a_complaint_without_a_code_owes_nothing():
    code, calendar = pinning.load_code(PIN), pinning.load_calendar(PIN)
    assert pinning.deadlines_of(replay([story.RECEIVED])) == ()
    assert deadlines_of(replay([]), code, calendar) == ()


def test_a_complaint_received_at_stage_2_has_no_stage_1_clock():
    direct = attrs.evolve(RECEIVED, stage="stage-2", codes=(pinning.pin("spso-2021"),))
    due = [d.id for d in pinning.deadlines_of(replay([direct]))]
    assert "stage-2-respond" in due
    assert "stage-1-respond" not in due


def test_an_extension_stands_beside_the_date_by_the_code():
    told = replay([RECEIVED, *story.EVENTS[1:5]])
    respond = next(d for d in pinning.deadlines_of(told) if d.id == "stage-1-respond")
    assert (respond.due_on, respond.extended_until) == (date(2026, 4, 22), date(2026, 5, 6))


def test_the_right_to_go_on_counts_from_the_day_the_answer_was_received():
    spso = attrs.evolve(RECEIVED, codes=(pinning.pin("spso-2021"),), arose_on=date(2026, 1, 10))
    sent = e.ResponseSent(occurred_on=date(2026, 5, 20), stage="stage-1")
    received = e.ResponseDelivered(occurred_on=date(2026, 5, 22), stage="stage-1")
    due = {d.id: d for d in pinning.deadlines_of(replay([spso, sent, received]))}
    assert due["escalate-by"].due_on == date(2026, 7, 22)  # domain-sources.md C, E13
