"""The general rules where a history breaks them: found, since it has happened (domain.md 9.1)."""

from datetime import UTC, date, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.codes import code_ids
from complaint_ledger.domain import events as e
from complaint_ledger.domain.findings import judge
from complaint_ledger.domain.history import Fact, standing
from complaint_ledger.testing import strategies
from complaint_ledger.testing.specification import entry_id, history
from rules.asking import (
    TODAY,
    acknowledged,
    closed,
    day,
    escalated,
    findings,
    governing,
    received,
    responded,
    the_finding,
    verdicts,
)

LGSCO = "lgsco-2024"
REOPENED = e.ComplaintReopened(
    occurred_on=day(7, 6), stage="stage-1", attempt=2, reason="new-evidence"
)


class TestReceipt:
    def test_gen_01_a_history_without_receipt_is_kept_and_found(self):
        found = the_finding("GEN-01", None, responded())
        assert (found.verdict, found.code) == ("missed", "record")
        assert "nothing says when it was received" in found.sentence

    def test_gen_01_so_is_one_with_two(self):
        found = the_finding("GEN-01", None, received(), received(day(4, 16)))
        assert found.verdict == "missed"
        assert len(found.events) == 2

    def test_gen_01_a_receipt_that_is_presumed_is_no_proof(self):
        found = the_finding("GEN-01", None, received(presumed=True))
        assert (found.verdict, found.presumed) == ("cannot-tell", True)

    def test_gen_01_one_receipt_is_as_it_should_be(self):
        assert findings("GEN-01", None, received()) == []


class TestOrderOfDays:
    def test_gen_02_what_is_dated_before_the_receipt_is_found(self):
        found = the_finding("GEN-02", None, received(), acknowledged(day(4, 14)))
        assert found.verdict == "missed"
        assert (found.due_on, found.happened_on) == (day(4, 15), day(4, 14))
        assert found.sentence == (
            "Nothing is dated before the receipt:"
            " dated Tue 14 Apr 2026, received on Wed 15 Apr 2026."
        )

    @pytest.mark.parametrize(
        "event",
        [
            acknowledged(day(4, 15)),
            acknowledged(None),
            acknowledged(day(4, 1), precision="month"),
            e.ServiceRequestLinked(occurred_on=day(3, 1), reference="SR 77"),
            e.EntryRetracted(occurred_on=day(3, 1), retracts=entry_id(9), reason="mistake"),
        ],
        ids=["that day", "undated", "by its month", "a service request", "about an entry"],
    )
    def test_gen_02_what_may_be_so_is_not(self, event):
        assert findings("GEN-02", None, received(), event) == []

    def test_gen_02_nothing_is_held_against_a_receipt_known_by_its_month(self):
        vague = received(day(4, 1), precision="month")
        assert findings("GEN-02", None, vague, acknowledged(day(3, 31))) == []
        assert findings("GEN-02", None, responded()) == []

    def test_gen_04_what_was_recorded_before_it_happened_is_found(self):
        early = Fact(
            id=entry_id(2),
            position=2,
            version=2,
            recorded_at=datetime(2026, 4, 19, 23, 30, tzinfo=UTC),  # 20 April in London
            event=acknowledged(day(4, 21)),
        )
        [found] = [
            each for each in judge((*history([received()]), early), (), TODAY)
            if each.rule == "GEN-04"
        ]  # fmt: skip
        assert found.verdict == "missed"
        assert (found.due_on, found.happened_on) == (day(4, 20), day(4, 21))
        in_time = attrs.evolve(early, event=acknowledged(day(4, 20)))
        assert judge((*history([received()]), in_time), (), TODAY) == ()


class TestAnswersAndEnds:
    def test_gen_11_a_second_answer_to_one_attempt_is_found(self):
        found = the_finding("GEN-11", None, received(), responded(), responded(day(5, 8)))
        assert (found.verdict, found.stage) == ("missed", "stage-1")
        assert [int(event, 16) for event in found.events] == [2, 3]

    def test_gen_11_a_reopened_stage_is_answered_again(self):
        again = responded(day(7, 10), attempt=2)
        told = (received(), responded(), closed(), REOPENED, again)
        assert findings("GEN-11", None, *told) == []

    def test_gen_12_the_second_attempt_has_days_of_its_own(self):
        acked = acknowledged(day(7, 8))
        told = (received(), acknowledged(), responded(), closed(), REOPENED, acked)
        again = responded(day(7, 23), attempt=2)
        first, second = findings("LGSCO-02", LGSCO, *told, again)
        assert (first.attempt, first.verdict, first.due_on) == (1, "met", day(5, 5))
        assert (second.attempt, second.verdict, second.due_on) == (2, "missed", day(7, 22))
        assert [int(event, 16) for event in second.events] == [6, 7]

    def test_gen_13_what_was_done_after_the_end_is_found(self):
        later = acknowledged(day(7, 2))
        found = the_finding("GEN-13", None, received(), responded(), closed(), later)
        assert found.verdict == "missed"
        assert (found.due_on, found.happened_on) == (day(7, 1), day(7, 2))
        assert [int(event, 16) for event in found.events] == [3, 4]

    @pytest.mark.parametrize(
        "end",
        [
            e.ComplaintWithdrawn(occurred_on=day(7, 1)),
            e.ComplaintRefused(occurred_on=day(7, 1), reason="over-12-months"),
        ],
        ids=["withdrawn", "refused"],
    )
    def test_gen_13_however_it_ended(self, end):
        assert verdicts("GEN-13", None, received(), end, acknowledged(day(7, 2))) == ["missed"]

    @pytest.mark.parametrize(
        "event",
        [
            acknowledged(day(7, 1)),
            acknowledged(None),
            e.RemedyDelivered(occurred_on=day(7, 2), item="r1"),
            e.ContactRestricted(occurred_on=day(7, 2), item="c1"),
            e.ReferredToOmbudsman(occurred_on=day(7, 2), body="lgsco"),
            e.ComplaintClosed(occurred_on=day(7, 2), reason="completed"),
        ],
        ids=["that day", "undated", "a remedy", "a restriction", "the ombudsman", "another end"],
    )
    def test_gen_13_what_may_be_so_is_not(self, event):
        assert findings("GEN-13", None, received(), closed(), event) == []

    @pytest.mark.parametrize("on", [day(7, 1), day(7, 6), None])
    def test_gen_13_once_it_is_open_again_all_of_it_is(self, on):
        again = attrs.evolve(REOPENED, occurred_on=on)
        told = (received(), closed(), again, responded(day(7, 10), attempt=2))
        assert findings("GEN-13", None, *told) == []

    def test_gen_13_between_the_end_and_the_reopening_nothing_is(self):
        between = (received(), closed(), acknowledged(day(7, 3)), REOPENED)
        assert verdicts("GEN-13", None, *between) == ["missed"]

    def test_gen_13_an_end_that_nobody_dated_is_held_against_nothing(self):
        assert findings("GEN-13", None, received(), closed(None), acknowledged()) == []


@st.composite
def happenings(draw):
    """Return any event of a complaint, in the spring of 2026 so that one touches another."""
    kinds = [kind for kind in strategies.COMPLAINT_EVENTS if kind not in ABOUT_ENTRIES]
    event = draw(st.one_of([strategies.of(kind, few=True) for kind in kinds]))
    spring = {
        field.name: draw(st.dates(day(4, 1), day(5, 10)))
        for field in attrs.fields(type(event))
        if isinstance(getattr(event, field.name), date) and field.name != "occurred_at"
    }
    return attrs.evolve(event, **spring, occurred_at=None)


# What is said about an entry counts from the moment it was recorded, whenever it happened.
ABOUT_ENTRIES = (e.EntryCorrected, e.EntryRetracted)
EDITIONS = [governing(name) for name in code_ids() if name != "none"]
HISTORIES = st.lists(happenings(), min_size=1, max_size=8).map(lambda told: [received(), *told])


class TestVerdicts:
    def test_gen_07_a_limit_that_is_not_over_is_neither_met_nor_missed(self):
        assert verdicts("LGSCO-01", LGSCO, received(), today=day(4, 22)) == ["cannot-tell"]
        assert verdicts("LGSCO-01", LGSCO, received(), today=day(4, 23)) == ["missed"]

    @given(HISTORIES)
    def test_gen_07_days_late_is_0_exactly_when_it_is_met(self, told):
        for found in judge(standing(history(told)), EDITIONS, TODAY):
            assert (found.days_late == 0) == (found.verdict == "met")
            assert found.sentence.endswith(".")

    @given(HISTORIES, st.randoms())
    def test_gen_07_verdicts_do_not_depend_on_the_order_of_recording(self, told, random):
        def said(events):
            found = judge(standing(history(events)), EDITIONS, TODAY)
            return sorted((each.code, each.rule, each.verdict, each.sentence) for each in found)

        shuffled = told[:]
        random.shuffle(shuffled)
        assert said(told) == said(shuffled)

    def test_gen_08_beyond_the_calendar_nothing_is_guessed_and_the_rest_is_judged(self):
        far = received(date(2028, 12, 27))
        found = the_finding("LGSCO-01", LGSCO, far, escalated(date(2028, 12, 28)))
        assert found.verdict == "cannot-tell"
        assert found.stage == "stage-1"
        assert "2028" in found.sentence
        assert verdicts("LGSCO-10", LGSCO, far, escalated(date(2028, 12, 28))) == ["met"]
