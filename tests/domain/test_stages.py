"""Which stage is meant: the one that is named, or else the one that the complaint stands at."""

from datetime import date

import attrs
import pytest

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import seal
from complaint_ledger.testing import examples as story
from complaint_ledger.testing import given

DAY = date(2026, 5, 21)
AT_STAGE_2 = story.EVENTS[:8]
UNANSWERED_AT_STAGE_1 = (story.RECEIVED, story.ESCALATED)
LATER = attrs.evolve(story.EXTEND, occurred_on=DAY, until=date(2026, 7, 1))


@pytest.mark.parametrize(
    ("before", "command"),
    [
        (AT_STAGE_2, c.Acknowledge(occurred_on=DAY)),
        (AT_STAGE_2, LATER),
        (AT_STAGE_2, c.SignOff(occurred_on=DAY, signed_off_by=story.MANAGER)),
        (AT_STAGE_2, c.Respond(occurred_on=DAY, outcome="upheld")),
        (AT_STAGE_2, c.Resolve(occurred_on=DAY, agreed_action=seal("A new bin"))),
        (story.EVENTS[:10], c.Deliver(occurred_on=date(2026, 6, 22))),
        (story.EVENTS[:11], c.Reopen(occurred_on=date(2026, 7, 2), reason="mistake")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_stage_left_out_is_the_one_that_the_complaint_stands_at(before, command):
    (event,) = given(*before).when(command).events
    assert event.stage == "stage-2"


@pytest.mark.parametrize(
    ("before", "command"),
    [
        (UNANSWERED_AT_STAGE_1, c.Acknowledge(occurred_on=DAY)),
        (UNANSWERED_AT_STAGE_1, LATER),
        (UNANSWERED_AT_STAGE_1, c.SignOff(occurred_on=DAY, signed_off_by=story.MANAGER)),
        (UNANSWERED_AT_STAGE_1, c.Respond(occurred_on=DAY, outcome="upheld")),
        (UNANSWERED_AT_STAGE_1, c.Resolve(occurred_on=DAY, agreed_action=seal("A new bin"))),
        (AT_STAGE_2, c.Deliver(occurred_on=DAY)),
        (AT_STAGE_2, c.Reopen(occurred_on=DAY, reason="mistake")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_earlier_stage_can_be_named(before, command):
    (event,) = given(*before).when(attrs.evolve(command, stage="stage-1")).events
    assert event.stage == "stage-1"


def test_a_stage_that_is_reopened_begins_its_next_attempt():
    once = e.ComplaintReopened(occurred_on=DAY, stage="stage-1", attempt=2, reason="mistake")
    answered = attrs.evolve(story.RESPONDED, occurred_on=DAY, attempt=2)
    again = c.Reopen(occurred_on=DAY, reason="mistake")
    (event,) = given(story.RECEIVED, story.RESPONDED, once, answered).when(again).events
    assert (event.stage, event.attempt) == ("stage-1", 3)
