"""A refusal names its rule, what stands in the way and what to do instead."""

from datetime import UTC, date, datetime

import attrs
import pytest

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.decisions import Situation, objections
from complaint_ledger.domain.words import seal
from complaint_ledger.testing import entry_id, given
from complaint_ledger.testing import examples as story

DAY = date(2026, 5, 7)
RECEIVED = (story.RECEIVED,)
TWO_HEADS = (story.RECEIVED, story.HEAD_ADDED)
ANSWERED = story.EVENTS[:7]
AT = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
CORRECTED = e.EntryCorrected(corrects=entry_id(1), replacement=story.RECEIVED, reason="mistyped")


@pytest.mark.parametrize(
    ("rule", "before", "command", "said"),
    [
        ("GEN-01", (), story.ACKNOWLEDGE, "record its receipt first"),
        ("GEN-01", RECEIVED, story.RECEIVE, "received already; correct its receipt"),
        ("GEN-01", (), c.Receive(), "needs its date (occurred_on), or precision unknown"),
        (
            "GEN-01",
            RECEIVED,
            c.Retract(retracts=entry_id(1), reason="mistake"),
            "begins with one; correct it, or close the complaint as recorded-in-error",
        ),
        (
            "GEN-02",
            RECEIVED,
            c.Acknowledge(occurred_on=date(2026, 3, 31)),
            "before the complaint was received (2026-04-01); correct the receipt first",
        ),
        (
            "GEN-05",
            RECEIVED,
            c.Retract(retracts=entry_id(9), reason="mistake"),
            "no standing entry of this complaint has that event id; `history` shows them",
        ),
        (
            "GEN-05",
            RECEIVED,
            c.Correct(corrects=entry_id(1), replacement=story.CLOSED, reason="mistyped"),
            "retract it and record anew",
        ),
        (
            "GEN-05",
            (story.RECEIVED, CORRECTED),
            c.Correct(corrects=entry_id(2), replacement=CORRECTED, reason="mistyped"),
            "correct the entry itself again, or retract the correction",
        ),
        ("GEN-11", ANSWERED, story.RESPOND, "correct that response, or reopen the stage"),
        (
            "GEN-11",
            ANSWERED,
            c.Resolve(occurred_on=DAY, agreed_action=seal("A new bin")),
            "stage-1 was answered already",
        ),
        (
            "GEN-13",
            (story.RECEIVED, story.CLOSED),
            c.Withdraw(occurred_on=date(2026, 7, 2)),
            "is closed; reopen it, or correct or retract the entry that says so",
        ),
        ("GEN-18", (), c.Receive(occurred_at=AT.replace(tzinfo=None)), "needs a time zone"),
        (
            "GEN-18",
            (),
            c.Receive(occurred_at=AT, occurred_on=date(2026, 6, 30)),
            "is 2026-07-01, not the one given",
        ),
        ("OMB-01", RECEIVED, attrs.evolve(story.RECEIVE_OMBUDSMAN_OUTCOME, label=None), "label"),
        (
            "OMB-02",
            RECEIVED,
            attrs.evolve(story.RECEIVE_OMBUDSMAN_OUTCOME, findings=()),
            "for each head, or one finding for the whole",
        ),
        (
            "OMB-02",
            TWO_HEADS,
            attrs.evolve(story.RECEIVE_OMBUDSMAN_OUTCOME, findings=(), finding="upheld"),
            "needs whole_reason",
        ),
        ("SPSO-08", RECEIVED, c.Resolve(occurred_on=DAY, agreed_action=None), "both sides agreed"),
        (
            "extension-shortens",
            (story.RECEIVED, story.EXTENDED),
            story.EXTEND,
            "runs until 2026-05-06 already; extend it to a later day, or correct the entry",
        ),
        (
            "head-known",
            RECEIVED,
            c.AddHead(occurred_on=DAY, head=e.Head(id="h1")),
            "head h1 is there already; define it instead",
        ),
        (
            "head-twice",
            RECEIVED,
            c.Define(occurred_on=DAY, heads=(e.Head(id="h1"), e.Head(id="h1"))),
            "say each once",
        ),
        (
            "head-unknown",
            TWO_HEADS,
            attrs.evolve(story.REFER, heads=("h9",)),
            "no head h9; it has h1, h2",
        ),
        (
            "response-first",
            RECEIVED,
            c.Deliver(occurred_on=DAY),
            "stage-1 has no response yet; record it first",
        ),
        (
            "stage-known",
            ANSWERED,
            c.Escalate(occurred_on=DAY, stage="stage-1"),
            "stage-1 was opened and answered before; reopen it",
        ),
        (
            "stage-named",
            ANSWERED,
            c.Escalate(occurred_on=DAY),
            "say which stage is meant",
        ),
        (
            "stage-open",
            ANSWERED,
            c.Acknowledge(occurred_on=DAY),
            "no stage is open; escalate or reopen first",
        ),
        (
            "stage-open",
            RECEIVED,
            c.Acknowledge(occurred_on=DAY, stage="stage-2"),
            "stage-2 is not open; escalate or reopen first",
        ),
    ],
)
def test_a_refusal_says_what_to_do_instead(rule, before, command, said):
    assert said in given(*before).when(command).then_refused(rule).reason


def test_gen_04_a_refusal_of_what_lies_ahead_names_both_days():
    tomorrow = c.Acknowledge(occurred_on=date(2026, 4, 9))
    refused = given(*RECEIVED).when(tomorrow, today=date(2026, 4, 8)).then_refused("GEN-04")
    assert "2026-04-09 has not happened yet; today is 2026-04-08" in refused.reason


def test_gen_19_a_member_is_shown_to_the_reports():
    refused = given(*RECEIVED).when(story.ACKNOWLEDGE, role="member").then_refused("GEN-19")
    assert "an officer does. Members read reports" in refused.reason


def test_a_stage_that_the_code_does_not_have_is_answered_with_those_it_has():
    asked = c.Escalate(occurred_on=DAY, stage="stage-3")
    refused = given(*ANSWERED).when(asked, stages=story.STAGES).then_refused("stage-unknown")
    assert "no stage stage-3; it has stage-1, stage-2" in refused.reason


NOW = Situation(now=datetime(2026, 12, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("rule", "before", "event", "said"),
    [
        ("GEN-01", (), story.ACKNOWLEDGED, "before any receipt"),
        ("GEN-01", RECEIVED, story.RECEIVED, "one receipt"),
        ("GEN-11", ANSWERED, story.RESPONDED, "stage-1 was answered already"),
        (
            "arose-first",
            (),
            attrs.evolve(story.RECEIVED, arose_on=date(2026, 4, 2)),
            "arose_on 2026-04-02 is after the receipt (2026-04-01)",
        ),
        (
            "arose-first",
            (),
            attrs.evolve(story.RECEIVED, aware_on=date(2026, 4, 3)),
            "aware_on 2026-04-03 is after the receipt (2026-04-01)",
        ),
    ],
)
def test_what_an_import_counts_against_an_event_says_why(rule, before, event, said):
    (objection,) = objections(event, replay(before), NOW)
    assert objection.rule == rule
    assert said in objection.reason
