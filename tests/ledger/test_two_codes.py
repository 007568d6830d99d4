"""Two codes on one complaint: each asks about its own heads, and together they say what there is."""

from datetime import date

import attrs
import pytest

from complaint_ledger import Refused, commands
from complaint_ledger.domain import events as e
from complaint_ledger.judging import agenda
from complaint_ledger.testing import examples as story

HEADS = (e.Head(id="h1"), e.Head(id="h2"))
RECEIVE = attrs.evolve(
    story.RECEIVE, occurred_on=date(2026, 5, 11), arose_on=None, aware_on=None, heads=HEADS
)


@pytest.fixture
def council(ledger, actor):
    """Record on one complaint whose heads stand under a code each."""

    def record(command):
        ledger.record(command, complaint=story.REFERENCE, actor=actor)

    pins = (
        attrs.evolve(ledger.texts.pin("adult-social-care-2009"), heads=("h1",)),
        attrs.evolve(ledger.texts.pin("lgsco-2024"), heads=("h2",)),
    )
    ledger.record(attrs.evolve(RECEIVE, codes=pins), actor=actor)
    return record


def respond(head, **more):
    outcomes = (e.HeadOutcome(head=head, outcome="upheld"),)
    return commands.Respond(occurred_on=date(2026, 5, 20), outcomes=outcomes, **more)


def owed(ledger):
    return {(d.code, d.id): d.met_on for d in ledger.deadlines(story.REFERENCE)}


def test_an_answer_on_one_head_meets_the_code_of_that_head(ledger, council):
    council(respond("h2"))
    assert owed(ledger)["lgsco-2024", "stage-1-respond"] == date(2026, 5, 20)
    assert owed(ledger)["adult-social-care-2009", "relevant-period"] is None


def test_a_stage_that_was_opened_for_one_head_has_no_clock_for_the_other(ledger, council):
    council(respond("h2"))
    council(commands.Escalate(occurred_on=date(2026, 5, 21), heads=("h2",)))
    stage_2 = {code for code, deadline in owed(ledger) if deadline.startswith("stage-2")}
    assert stage_2 == {"lgsco-2024"}
    at_hand = {(one.deadline.code, one.deadline.id) for one in agenda(ledger, days=300)}
    assert ("lgsco-2024", "stage-2-respond") in at_hand
    assert ("adult-social-care-2009", "relevant-period") in at_hand


def test_the_stages_of_both_codes_may_be_named(ledger, council):
    council(respond("h2"))
    council(commands.Escalate(occurred_on=date(2026, 5, 21), stage="stage-2", heads=("h2",)))
    assert ledger.complaint(story.REFERENCE).stage("stage-2")


def test_a_right_of_the_person_is_nothing_to_put_off(council):
    extend = commands.Extend(
        occurred_on=date(2026, 5, 20), until=date(2026, 6, 30), reason="complexity"
    )
    with pytest.raises(Refused, match="deadline-unknown"):
        council(attrs.evolve(extend, extends="raise-by"))
    council(attrs.evolve(extend, extends="relevant-period"))
