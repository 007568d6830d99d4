"""A history is judged in an order of its own, whoever recorded what first (GEN-12, GEN-13)."""

from datetime import date
from itertools import permutations

import attrs
import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case, in_order
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.governing import Governing
from complaint_ledger.pinning import load_calendar, load_code, pin, pins_of
from complaint_ledger.testing import entry_id
from complaint_ledger.testing import examples as story
from complaint_ledger.testing.specification import history

DAY = date(2026, 5, 8)
LATER = date(2026, 5, 20)
LGSCO = Governing(code=load_code(pin("lgsco-2024")), calendar=load_calendar(pin("lgsco-2024")))
RECEIVED, RESPONDED = story.RECEIVED, story.RESPONDED
CLOSED = attrs.evolve(story.CLOSED, occurred_on=DAY)
REOPENED = e.ComplaintReopened(occurred_on=DAY, stage="stage-1", attempt=2, reason="new-evidence")
ESCALATED = attrs.evolve(story.ESCALATED, occurred_on=DAY)


def ordered(*events):
    """Return *events* in the order of judgement, which is one whatever their own."""
    (found,) = {
        tuple(fact.event for fact in in_order(history(each))) for each in permutations(events)
    }
    return list(found)


def status(*events):
    return replay(ordered(*events)).status


ENDS = [
    CLOSED,
    e.ComplaintWithdrawn(occurred_on=DAY),
    e.ComplaintRefused(occurred_on=DAY, reason="over-12-months"),
]


@pytest.mark.parametrize("end", ENDS, ids=lambda event: type(event).__name__)
def test_gen_12_what_was_ended_and_reopened_on_one_day_is_open(end):
    assert ordered(RECEIVED, end, REOPENED) == [RECEIVED, end, REOPENED]
    assert status(RECEIVED, end, REOPENED) == "open"


def test_gen_12_what_had_ended_before_was_reopened_first_and_ended_again():
    first = attrs.evolve(CLOSED, occurred_on=date(2026, 5, 1))
    told = [RECEIVED, first, REOPENED, CLOSED]
    assert ordered(*told) == told
    assert status(*told) == "closed"


def test_gen_13_what_was_closed_and_taken_further_on_one_day_is_open():
    assert ordered(RECEIVED, RESPONDED, CLOSED, ESCALATED)[-2:] == [CLOSED, ESCALATED]
    assert status(RECEIVED, RESPONDED, CLOSED, ESCALATED) == "open"


@pytest.mark.parametrize(
    "answer",
    [
        attrs.evolve(story.RESPONDED_AGAIN, occurred_on=DAY),
        e.ResolvedByAgreement(occurred_on=DAY, stage="stage-2"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_gen_13_what_was_taken_further_answered_and_closed_on_one_day_is_closed(answer):
    told = [RECEIVED, RESPONDED, ESCALATED, answer, CLOSED]
    assert ordered(*told) == told
    assert status(*told) == "closed"


def test_gen_12_what_was_reopened_answered_and_closed_on_one_day_is_closed():
    again = attrs.evolve(RESPONDED, occurred_on=DAY, attempt=2)
    told = [RECEIVED, REOPENED, again, CLOSED]
    assert ordered(*told) == told
    # The answer of the attempt before is no answer to this one.
    before = attrs.evolve(RESPONDED, occurred_on=DAY)
    assert ordered(RECEIVED, before, CLOSED, REOPENED) == [RECEIVED, before, CLOSED, REOPENED]


def test_gen_12_what_was_never_ended_is_reopened_where_it_stands():
    told = [RECEIVED, RESPONDED, REOPENED]
    assert ordered(*told) == told
    elsewhere = attrs.evolve(CLOSED, occurred_on=LATER)
    assert ordered(*told, elsewhere) == [*told, elsewhere]


def test_gen_12_two_days_that_nobody_knows_are_not_one_day():
    reopened = attrs.evolve(REOPENED, occurred_on=None)
    closed = attrs.evolve(CLOSED, occurred_on=None)
    assert ordered(RECEIVED, reopened, closed) == [RECEIVED, reopened, closed]


def test_gen_12_what_nobody_dated_was_before_anything_was_reopened():
    undated = attrs.evolve(story.ACKNOWLEDGED, occurred_on=None)
    assert ordered(RECEIVED, RESPONDED, undated, REOPENED) == [
        RECEIVED,
        RESPONDED,
        undated,
        REOPENED,
    ]
    first, second = replay(ordered(RECEIVED, undated, REOPENED)).stages
    assert (first.acknowledged, second.acknowledged) == (True, False)
    assert ordered(RECEIVED, undated, RESPONDED)[-1] == undated


class TestWhichCodesGovern:
    OLD, NEW, NEWEST = pin("lgsco-2024"), pin("spso-2021"), pin("housing-2024")
    RECEIVED = attrs.evolve(story.RECEIVED, codes=(OLD,))
    REVISED = e.HandlingCodeRevised(occurred_on=DAY, codes=(NEW,), reason="new-policy")

    def governs(self, *events):
        (code,) = pins_of(history(events))
        return code

    def test_gen_09_the_codes_at_receipt_until_they_are_revised(self):
        assert self.governs(self.RECEIVED) == self.OLD
        assert self.governs(self.RECEIVED, self.REVISED) == self.NEW

    def test_gen_09_the_revision_that_happened_last_whoever_recorded_it_first(self):
        later = attrs.evolve(self.REVISED, occurred_on=LATER, codes=(self.NEWEST,))
        for told in permutations([self.REVISED, later]):
            assert self.governs(self.RECEIVED, *told) == self.NEWEST

    def test_gen_05_a_revision_that_was_corrected_or_retracted(self):
        retracted = e.EntryRetracted(occurred_on=LATER, retracts=entry_id(2), reason="mistake")
        assert self.governs(self.RECEIVED, self.REVISED, retracted) == self.OLD
        mended = e.EntryCorrected(
            occurred_on=LATER,
            corrects=entry_id(2),
            replacement=attrs.evolve(self.REVISED, codes=(self.NEWEST,)),
            reason="mistyped",
        )
        assert self.governs(self.RECEIVED, self.REVISED, mended) == self.NEWEST


class TestWhatTellsOfAMilestone:
    """A finding names the entries that it rests on."""

    def case(self, *events):
        return Case.of(history(events), LGSCO, date(2026, 12, 1))

    def test_of_the_final_answer_the_last_answer_tells(self):
        told = (*story.EVENTS[:11],)
        assert self.case(*told).entries(1, "finally-answered") == (entry_id(10),)
        undated = attrs.evolve(story.RESPONDED_AGAIN, occurred_on=None)
        assert self.case(*told[:9], undated).entries(1, "finally-answered") == (entry_id(7),)

    def test_of_the_end_the_last_closing_tells_and_no_refusal_or_withdrawal(self):
        again = attrs.evolve(CLOSED, occurred_on=LATER)
        reopened = attrs.evolve(REOPENED, occurred_on=date(2026, 5, 11))
        case = self.case(RECEIVED, CLOSED, reopened, again)
        assert case.entries(1, "closed") == (entry_id(4),)
        for end in ENDS[1:]:
            assert self.case(RECEIVED, end).entries(1, "closed") == ()

    def test_csc_03_of_an_oral_request_the_escalation_or_the_receipt_at_stage_2(self):
        asked = self.case(*story.EVENTS[:8])
        assert asked.entries(1, "oral-request") == (entry_id(8),)
        direct = attrs.evolve(RECEIVED, stage="stage-2")
        assert self.case(direct).entries(1, "oral-request") == (entry_id(1),)
        assert self.case(RECEIVED).entries(1, "oral-request") == ()

    def test_gen_12_each_entry_belongs_to_an_attempt_at_its_stage(self):
        acknowledged = attrs.evolve(story.ACKNOWLEDGED, occurred_on=LATER)
        case = self.case(RECEIVED, story.ACKNOWLEDGED, REOPENED, acknowledged)
        assert [case.attempts[entry_id(n)] for n in (1, 2, 3, 4)] == [1, 1, 2, 2]
        assert case.entries(1, "acknowledged") == (entry_id(2),)
        assert case.entries(2, "acknowledged", "received") == (entry_id(4), entry_id(3))
