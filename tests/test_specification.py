"""Given, when, then: it says what was decided, and fails when something else was."""

from datetime import UTC, date, datetime

import pytest

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import ReasonId
from complaint_ledger.errors import StreamMoved
from complaint_ledger.ids import new_id
from complaint_ledger.store import parse_url, system_clock
from complaint_ledger.testing import (
    ContraryStore,
    check_whole,
    entry_id,
    examples,
    given,
    history,
)
from complaint_ledger.testing.examples import (
    ACKNOWLEDGE,
    ACKNOWLEDGED,
    CLOSE,
    RECEIVE,
    RECEIVED,
    RESPOND,
    RESPONDED,
    STAGES,
)
from complaint_ledger.testing.rules.scene import ONE, an_event, on
from complaint_ledger_adapters.memory import ADAPTER


@pytest.mark.parametrize("step", range(len(examples.EVENTS)))
def test_the_story_is_recorded_command_by_command(step):
    before, event = examples.EVENTS[:step], examples.EVENTS[step]

    given(*before).when(examples.COMMANDS[step], stages=STAGES).then(event)


def test_what_was_said_before_leads_to_nothing():
    given(RECEIVED, ACKNOWLEDGED).when(ACKNOWLEDGE).then_nothing()


def test_a_refusal_is_named_by_its_rule():
    refused = given(RECEIVED, RESPONDED).when(RESPOND).then_refused("GEN-11")

    assert "reopen the stage" in refused.reason


def test_today_and_the_role_may_be_said():
    given(RECEIVED).when(CLOSE, today=date(2026, 4, 2)).then_refused("GEN-04")
    given(RECEIVED).when(CLOSE, role="member").then_refused("GEN-19")


def test_the_outcomes_of_the_code_may_be_said():
    given(*examples.EVENTS[:6]).when(RESPOND, outcomes={"resolved"}).then_refused("outcome-unknown")


def test_an_entry_is_named_by_its_number():
    retract = c.Retract(retracts=entry_id(2), reason=ReasonId("entered-twice"))

    given(RECEIVED, ACKNOWLEDGED).when(retract).then(
        e.EntryRetracted(retracts=entry_id(2), reason=ReasonId("entered-twice"))
    )
    given(RECEIVED).when(retract).then_refused("GEN-05")


@pytest.mark.parametrize(
    "claim",
    [
        lambda: given(RECEIVED).when(ACKNOWLEDGE).then_nothing(),
        lambda: given(RECEIVED).when(ACKNOWLEDGE).then_refused("GEN-01"),
        lambda: given(RECEIVED).when(ACKNOWLEDGE).then(RECEIVED),
        lambda: given(RECEIVED).when(ACKNOWLEDGE).then(ACKNOWLEDGED, ACKNOWLEDGED),
        lambda: given(RECEIVED).when(RECEIVE).then(RECEIVED),
        lambda: given(RECEIVED).when(RECEIVE).then_nothing(),
        lambda: given(RECEIVED).when(RECEIVE).then_refused("GEN-02"),
        lambda: given().when(RECEIVE).then(),
    ],
)
def test_a_wrong_claim_fails(claim):
    with pytest.raises(AssertionError):
        claim()


def test_times_of_recording_follow_the_days_and_never_run_back():
    facts = history([RECEIVED, RESPONDED, ACKNOWLEDGED])

    assert [fact.recorded_at for fact in facts] == [
        datetime(2026, 4, 1, 12, tzinfo=UTC),
        datetime(2026, 5, 6, 12, tzinfo=UTC),
        datetime(2026, 5, 6, 12, 0, 1, tzinfo=UTC),
    ]


def test_a_contrary_store_refuses_now_and_then_and_always_the_same():
    def play():
        store = ContraryStore(
            ADAPTER.create(parse_url(f"memory:///{new_id()}"), new_id(), system_clock), seed=7
        )
        outcomes = []
        for _ in range(100):
            version = len(store.read(ONE))
            try:
                store.append([on(ONE, version, an_event())])
                outcomes.append(True)
            except StreamMoved:
                outcomes.append(False)
        assert outcomes.count(True) == check_whole(store)
        assert outcomes.count(False) == store.refusals
        return outcomes

    first = play()
    assert 2 <= first.count(False) <= 30
    assert play() == first
