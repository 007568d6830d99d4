"""A code that covers only some heads is asked only about what concerns them."""

from datetime import date

import attrs
import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.domain.coverage import concerning
from complaint_ledger.testing import examples as story
from complaint_ledger.testing.specification import history

DAY = date(2026, 5, 7)
TWO = (story.RECEIVED, story.HEAD_ADDED)


def concern(head, *events):
    """Return which of *events*, told after two heads, concern *head*."""
    found = concerning(history([*TWO, *events]), {head})
    return [fact.event for fact in found[len(TWO) :]]


OF_HEAD_2 = [
    e.ComplaintTransferred(occurred_on=DAY, body="nhs-trust", heads=("h2",)),
    e.ProviderInvolved(occurred_on=DAY, provider="waste-contractor", heads=("h2",)),
    e.ResolvedByAgreement(occurred_on=DAY, stage="stage-1", heads=("h2",)),
    attrs.evolve(story.RESPONDED, outcomes=story.RESPONDED.outcomes[1:]),
    attrs.evolve(story.REFERRED, heads=("h2",)),
    attrs.evolve(story.OMBUDSMAN_OUTCOME, findings=story.OMBUDSMAN_OUTCOME.findings[1:]),
    story.ESCALATED,
    e.CauseIdentified(occurred_on=DAY, cause="no-handover", head="h2"),
    e.RemedyOffered(occurred_on=DAY, item="r1", kind="apology", head="h2"),
    e.RecommendationMade(occurred_on=DAY, item="m1", body="lgsco", head="h2"),
]


@pytest.mark.parametrize("event", OF_HEAD_2, ids=lambda event: type(event).__name__)
def test_what_names_a_head_concerns_that_head_alone(event):
    assert concern("h1", event) == []
    assert len(concern("h2", event)) == 1


@pytest.mark.parametrize(
    "event",
    [
        story.ACKNOWLEDGED,
        story.RESPONDED,
        attrs.evolve(story.RESPONDED, outcomes=()),
        attrs.evolve(story.ESCALATED, heads=()),
        e.CauseIdentified(occurred_on=DAY, cause="no-handover"),
        e.UpdateSent(occurred_on=DAY, stage="stage-1"),
        story.CLOSED,
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_names_no_head_or_both_concerns_both(event):
    assert concern("h1", event) == concern("h2", event) == [event]


def test_a_code_that_names_no_heads_is_asked_about_everything():
    told = history(story.EVENTS)
    assert concerning(told, ()) == told


def test_a_stage_that_was_opened_for_another_head_does_not_concern_this_one():
    at_stage_2 = (story.ACKNOWLEDGED_AGAIN, attrs.evolve(story.RESPONDED_AGAIN, outcomes=()))
    assert concern("h1", story.ESCALATED, *at_stage_2) == []
    assert concern("h2", story.ESCALATED, *at_stage_2) == [story.ESCALATED, *at_stage_2]
    both = attrs.evolve(story.ESCALATED, occurred_on=date(2026, 5, 21), heads=("h1",))
    assert concern("h1", story.ESCALATED, both, *at_stage_2) == [both, *at_stage_2]


def test_nor_does_what_became_of_a_remedy_for_another_head():
    offered = e.RemedyOffered(occurred_on=DAY, item="r1", kind="apology", head="h2")
    other = e.RemedyOffered(occurred_on=DAY, item="r2", kind="apology")
    delivered = [e.RemedyDelivered(occurred_on=DAY, item=item) for item in ("r1", "r2")]
    assert concern("h1", offered, other, *delivered) == [other, delivered[1]]
    assert concern("h2", offered, other, *delivered) == [offered, other, *delivered]


def test_what_another_body_took_of_all_its_heads_is_all_of_it():
    transferred = e.ComplaintTransferred(occurred_on=DAY, body="nhs-trust", heads=("h1", "h2"))
    assert concern("h2", transferred) == [attrs.evolve(transferred, heads=())]
    part = attrs.evolve(transferred, heads=("h2",))
    (found,) = concerning(history([part]), {"h1", "h2"})
    assert found.event == part
