"""A complaint's journey read as the days that its clocks start and stop on (GEN-12)."""

from datetime import UTC, date, datetime

import attrs

from complaint_ledger import pinning
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.deadlines import Milestone
from complaint_ledger.domain.milestones import milestones
from complaint_ledger.testing import examples as story

RECEIVED = attrs.evolve(story.RECEIVED, codes=(pinning.pin("lgsco-2024"),))


def read(*events):
    return milestones(replay(events))


def days(*events):
    return {name: milestone.on for name, milestone in read(*events).items()}


def due(*events):
    return {deadline.id: deadline for deadline in pinning.deadlines_of(replay(events))}


def test_every_step_of_a_journey_is_a_day_that_a_clock_can_count_from():
    assert days(*story.EVENTS[:11]) == {
        "occurred": date(2026, 3, 16),
        "received": date(2026, 4, 1),
        "acknowledged": date(2026, 4, 8),
        "stage-1-responded": date(2026, 5, 6),
        "escalated": date(2026, 5, 20),
        "stage-2-acknowledged": date(2026, 5, 22),
        "stage-2-responded": date(2026, 6, 19),
        "closed": date(2026, 7, 1),
    }


def test_the_day_on_which_the_person_became_aware_is_one_of_them():
    aware = attrs.evolve(story.RECEIVED, aware_on=date(2026, 3, 20))
    assert days(aware)["aware"] == date(2026, 3, 20)


def test_what_nobody_dated_starts_and_stops_no_clock():
    undated = attrs.evolve(story.ACKNOWLEDGED, occurred_on=None)
    assert "acknowledged" not in days(story.RECEIVED, undated)


def test_a_receipt_keeps_its_instant_and_that_the_offices_were_closed():
    at = datetime(2026, 4, 1, 18, 30, tzinfo=UTC)
    late = attrs.evolve(story.RECEIVED, occurred_at=at, outside_hours=True)
    assert read(late)["received"] == Milestone(
        on=date(2026, 4, 1), at=at, outside_hours=True, presumed=False
    )


def test_a_receipt_that_was_inferred_stays_presumed():
    inferred = attrs.evolve(story.RECEIVED, presumed=True)
    assert read(inferred)["received"] == Milestone(
        on=date(2026, 4, 1), outside_hours=False, presumed=True
    )


def test_a_complaint_received_at_stage_2_was_escalated_by_nobody():
    direct = attrs.evolve(story.RECEIVED, stage="stage-2")
    acknowledged = attrs.evolve(story.ACKNOWLEDGED, stage="stage-2")
    assert days(direct, acknowledged) == {
        "occurred": date(2026, 3, 16),
        "received-at-stage-2": date(2026, 4, 1),
        "stage-2-acknowledged": date(2026, 4, 8),
    }


REOPENED = e.ComplaintReopened(
    occurred_on=date(2026, 5, 11), stage="stage-1", attempt=2, reason="new-evidence"
)
AGAIN = (RECEIVED, *story.EVENTS[1:7], REOPENED)


def test_gen_12_a_second_attempt_is_met_by_its_own_acknowledgement_and_answer():
    acknowledged = e.ComplaintAcknowledged(occurred_on=date(2026, 5, 13), stage="stage-1")
    answered = e.ResponseSent(occurred_on=date(2026, 5, 27), stage="stage-1", attempt=2)
    known = due(*AGAIN, acknowledged, answered)
    assert known["stage-1-acknowledge-attempt-2"].met_on == date(2026, 5, 13)
    assert known["stage-1-respond-attempt-2"].due_on == date(2026, 5, 28)
    assert known["stage-1-respond-attempt-2"].met_on == date(2026, 5, 27)
    assert known["stage-1-acknowledge"].met_on == date(2026, 4, 8)
    assert known["stage-1-respond"].met_on == date(2026, 5, 6)


def test_gen_12_a_second_attempt_is_put_off_by_its_own_extension():
    put_off = attrs.evolve(story.EXTENDED, occurred_on=date(2026, 5, 20), until=date(2026, 6, 30))
    known = due(*AGAIN, put_off)
    assert known["stage-1-respond-attempt-2"].extended_until == date(2026, 6, 30)
    assert known["stage-1-respond"].extended_until == date(2026, 5, 6)


def test_a_third_stage_moves_no_clock_of_the_second():
    third = e.ComplaintEscalated(occurred_on=date(2026, 7, 20), stage="stage-3")
    told = (RECEIVED, *story.EVENTS[1:8])
    before, after = due(*told), due(*told, third)
    assert after["stage-2-acknowledge"].due_on == before["stage-2-acknowledge"].due_on
    assert after["stage-2-respond"].due_on == before["stage-2-respond"].due_on
