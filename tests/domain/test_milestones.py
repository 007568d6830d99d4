"""A complaint's journey read as the days that its clocks start and stop on (GEN-12)."""

from datetime import UTC, date, datetime

import attrs
import pytest

from complaint_ledger.calendars import load_calendar
from complaint_ledger.codes import load_code, parse_code
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.deadlines import Milestone
from complaint_ledger.domain.milestones import deadlines_of, milestones, updates, vague_dates
from complaint_ledger.testing import examples as story

LGSCO = load_code("lgsco-2024").code
SPSO = load_code("spso-2021").code
ENGLAND = load_calendar("england-and-wales")
RECEIVED = story.RECEIVED


def read(*events, code=None):
    return milestones(replay(events), code, vague_dates(events)).dated


def days(*events):
    return {name: milestone.on for name, milestone in read(*events).items()}


def due(*events):
    found = deadlines_of(replay(events), LGSCO, ENGLAND, vague=vague_dates(events))
    return {deadline.id: deadline for deadline in found}


def test_every_step_of_a_journey_is_a_day_that_a_clock_can_count_from():
    assert days(*story.EVENTS[:11]) == {
        "occurred": date(2026, 3, 16),
        "received": date(2026, 4, 1),
        "acknowledged": date(2026, 4, 8),
        "stage-1-responded": date(2026, 5, 6),
        "escalated": date(2026, 5, 20),
        "stage-2-acknowledged": date(2026, 5, 22),
        "stage-2-responded": date(2026, 6, 19),
        "finally-answered": date(2026, 6, 19),
        "closed": date(2026, 7, 1),
    }


def test_the_day_on_which_the_person_became_aware_is_one_of_them():
    aware = attrs.evolve(story.RECEIVED, aware_on=date(2026, 3, 20))
    assert days(aware)["aware"] == date(2026, 3, 20)


def test_what_nobody_dated_starts_no_clock_but_is_known_to_have_been_done():
    undated = attrs.evolve(story.ACKNOWLEDGED, occurred_on=None)
    assert "acknowledged" not in days(story.RECEIVED, undated)
    assert milestones(replay([RECEIVED, undated])).undated == {"acknowledged"}
    owed = due(RECEIVED, undated)["stage-1-acknowledge"]
    assert (owed.met, owed.met_on, owed.outstanding) == (True, None, False)


@pytest.mark.parametrize(
    ("precision", "latest"), [("month", date(2026, 4, 30)), ("year", date(2026, 12, 31))]
)
def test_a_month_or_a_year_may_be_any_of_its_days(precision, latest):
    vague = attrs.evolve(story.ACKNOWLEDGED, occurred_on=date(2026, 4, 1), precision=precision)
    acknowledged = read(attrs.evolve(RECEIVED, occurred_on=date(2026, 3, 30)), vague)[
        "acknowledged"
    ]
    assert acknowledged == Milestone(on=date(2026, 4, 1), latest=latest)


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


EXTENDED = attrs.evolve(story.EXTENDED, stage="stage-2", extends="stage-2-respond")


class TestUpdates:
    """SPSO-05: while stage 2 stands extended, the person hears at least every 20 working days."""

    def told(self, *days, answered=None):
        events = [
            story.RECEIVED,
            e.ComplaintEscalated(occurred_on=date(2026, 5, 20), stage="stage-2"),
            attrs.evolve(EXTENDED, occurred_on=date(2026, 6, 1), until=date(2026, 9, 1)),
            *(e.UpdateSent(occurred_on=day, stage="stage-2") for day in days),
        ]
        if answered:
            events.append(e.ResponseSent(occurred_on=answered, stage="stage-2"))
        return [(i.since, i.met_on) for i in updates(replay(events).stage("stage-2"))]

    def test_each_word_on_it_starts_the_wait_for_the_next(self):
        assert self.told(date(2026, 6, 20), date(2026, 7, 10)) == [
            (date(2026, 6, 1), date(2026, 6, 20)),
            (date(2026, 6, 20), date(2026, 7, 10)),
            (date(2026, 7, 10), None),
        ]

    def test_the_answer_ends_it(self):
        assert self.told(date(2026, 6, 20), answered=date(2026, 7, 1)) == [
            (date(2026, 6, 1), date(2026, 6, 20)),
            (date(2026, 6, 20), date(2026, 7, 1)),
        ]

    def test_what_was_said_before_it_was_put_off_is_no_update_of_that(self):
        assert self.told(date(2026, 5, 25)) == [(date(2026, 6, 1), None)]

    def test_a_stage_that_was_never_put_off_owes_none(self):
        assert updates(replay([story.RECEIVED]).stage("stage-1")) == ()

    def test_an_extension_that_nobody_dated_starts_nothing(self):
        undated = attrs.evolve(EXTENDED, occurred_on=None)
        events = [story.RECEIVED, e.ComplaintEscalated(stage="stage-2"), undated]
        assert updates(replay(events).stage("stage-2")) == ()


class TestTheEndOfTheProcedure:
    def test_an_answer_at_the_last_stage_exhausts_it(self):
        assert read(*story.EVENTS[:11], code=LGSCO)["procedure-exhausted"].on == date(2026, 6, 19)

    def test_an_answer_at_an_earlier_stage_does_not(self):
        assert "procedure-exhausted" not in read(*story.EVENTS[:6], code=LGSCO)

    def test_a_refusal_does(self):
        refused = e.ComplaintRefused(occurred_on=date(2026, 4, 9), reason="over-12-months")
        assert read(RECEIVED, refused, code=LGSCO)["procedure-exhausted"].on == date(2026, 4, 9)

    def test_so_does_a_refusal_to_escalate(self):
        refused = e.EscalationRefused(
            occurred_on=date(2026, 5, 21), stage="stage-2", reason="already-considered"
        )
        known = read(*story.EVENTS[:7], refused, code=LGSCO)
        assert known["procedure-exhausted"].on == date(2026, 5, 21)

    def test_what_was_resolved_is_resolved_on_the_day_of_the_agreement(self):
        agreed = e.ResolvedByAgreement(occurred_on=date(2026, 4, 10), stage="stage-1")
        assert read(RECEIVED, agreed)["resolved"].on == date(2026, 4, 10)


def code_with(clocks):
    return parse_code(
        'id = "ours"\nversion = "1"\ntitle = "Ours"\ncalendar = "england-and-wales"\n'
        'stages = [{ id = "stage-1", label = "1" }, { id = "stage-2", label = "2" }]\n' + clocks,
        "ours",
    )


REMEDY = code_with("""
[[clocks]]
id = "remedy"
per = "remedy"
limits = [{ starts = ["stage-1-responded"], length = 20, unit = "working-days" }]
rule = "O-1"
paragraph = "1"
source = "primary"
""")


def remedies(*events):
    found = deadlines_of(replay([RECEIVED, *events]), REMEDY, ENGLAND)
    return {deadline.item: deadline for deadline in found}


OFFERED = e.RemedyOffered(
    occurred_on=date(2026, 5, 6), item="r1", kind="apology", due_on=date(2026, 5, 29)
)


class TestClocksThatRunForSeveralThings:
    def test_the_day_that_was_said_counts(self):
        owed = remedies(OFFERED)["r1"]
        assert (owed.due_on, owed.outstanding, owed.per) == (date(2026, 5, 29), True, "remedy")
        assert "Fri 29 May 2026 is the day that was said" in owed.because

    def test_without_one_the_code_gives_it_one(self):
        owed = remedies(attrs.evolve(OFFERED, due_on=None))["r1"]
        assert owed.due_on == date(2026, 6, 4)
        assert any("Spring Bank Holiday" in line for line in owed.because)

    def test_without_either_day_nothing_can_be_reckoned(self):
        assert remedies(attrs.evolve(OFFERED, due_on=None, occurred_on=None)) == {}

    def test_what_was_delivered_is_met_and_what_was_declined_is_owed_until_then(self):
        delivered = e.RemedyDelivered(occurred_on=date(2026, 5, 20), item="r1")
        assert remedies(OFFERED, delivered)["r1"].met_on == date(2026, 5, 20)
        declined = e.RemedyDeclined(occurred_on=date(2026, 5, 20), item="r1")
        owed = remedies(OFFERED, declined)["r1"]
        assert (owed.ended, owed.ended_on, owed.met) == (True, date(2026, 5, 20), False)
        assert not owed.outstanding

    def test_what_was_delivered_and_declined_later_was_delivered(self):
        delivered = e.RemedyDelivered(occurred_on=date(2026, 5, 20), item="r1")
        declined = e.RemedyDeclined(occurred_on=date(2026, 5, 21), item="r1")
        owed = remedies(OFFERED, delivered, declined)["r1"]
        assert (owed.met_on, owed.ended) == (date(2026, 5, 20), False)

    def test_what_was_delivered_in_a_month_may_have_been_on_any_day_of_it(self):
        vague = e.RemedyDelivered(occurred_on=date(2026, 6, 1), precision="month", item="r1")
        told = [RECEIVED, OFFERED, vague]
        (owed,) = deadlines_of(replay(told), REMEDY, ENGLAND, vague=vague_dates(told))
        assert (owed.met_on, owed.met_latest) == (date(2026, 6, 1), date(2026, 6, 30))

    def test_omb_09_an_amended_day_governs_and_the_first_is_kept(self):
        made = e.RecommendationMade(
            occurred_on=date(2026, 6, 1), item="r2", body="lgsco", due_on=date(2026, 7, 1)
        )
        amended = e.DueDateAmended(
            occurred_on=date(2026, 6, 20), item="r2", due_on=date(2026, 8, 3), agreed_with="lgsco"
        )
        code = attrs.evolve(REMEDY, clocks=(attrs.evolve(REMEDY.clocks[0], per="recommendation"),))
        (owed,) = deadlines_of(replay([RECEIVED, made, amended]), code, ENGLAND)
        assert (owed.due_on, owed.owed_on) == (date(2026, 7, 1), date(2026, 8, 3))
        assert "by agreement Mon 3 Aug 2026 instead; Wed 1 Jul 2026 is kept" in owed.because


def test_a_clock_whose_sum_leaves_the_calendar_does_not_stop_the_others():
    late = attrs.evolve(RECEIVED, occurred_on=date(2028, 12, 20), arose_on=None)
    told = []
    found = deadlines_of(
        replay([late]), LGSCO, ENGLAND, beyond=lambda clock, error: told.append((clock.id, error))
    )
    assert [name for name, _ in told] == ["stage-1-respond"]
    assert "stage-1-acknowledge" in {deadline.id for deadline in found}
    assert all("GEN-08" in str(error) for _, error in told)


def test_nor_is_one_forgotten_that_would_be_presumed_from_it():
    early = attrs.evolve(RECEIVED, occurred_on=date(2003, 5, 6), arose_on=None)
    told = []
    deadlines_of(replay([early]), LGSCO, ENGLAND, beyond=lambda clock, _: told.append(clock.id))
    assert told == ["stage-1-acknowledge", "stage-1-respond"]
