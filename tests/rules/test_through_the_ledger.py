"""A ledger refuses by the very codes that are pinned to the complaint, and by no other."""

from datetime import UTC, date, datetime
from uuid import uuid4

import attrs
import pytest

from complaint_ledger import Refused, commands, create_ledger
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import seal
from complaint_ledger.judging import findings_of, what_if
from complaint_ledger.testing import examples as story

RECEIVE = attrs.evolve(story.RECEIVE, occurred_on=date(2026, 5, 11), arose_on=None)
REFUSE = commands.Refuse(occurred_on=date(2026, 5, 12), reason="too-busy")
RESTRICTED = e.ContactRestricted(occurred_on=date(2026, 5, 12), item="c1")


@pytest.fixture
def council():
    """Return how to record on one complaint, under the codes that are named."""
    ledger, administrator = create_ledger(
        f"memory:///{uuid4().hex}",
        council="Northborough Council",
        clock=lambda: datetime(2026, 6, 1, 9, tzinfo=UTC),
    )

    def record(command, *codes):
        if isinstance(command, commands.Receive):
            pins = tuple(ledger.texts.pin(code) for code in codes)
            return ledger.record(attrs.evolve(command, codes=pins), actor=administrator)
        return ledger.record(command, complaint=story.REFERENCE, actor=administrator)

    record.ledger, record.administrator = ledger, administrator
    yield record
    ledger.close()


def test_lgsco_12_a_complaint_under_the_code_is_refused_as_it_asks(council):
    council(RECEIVE, "lgsco-2024")
    with pytest.raises(Refused) as refused:
        council(REFUSE)
    assert refused.value.rule == "LGSCO-12"
    assert council.ledger.complaint(story.REFERENCE).status == "open"


def test_lgsco_23_what_the_code_asks_is_said_in_words_that_help(council):
    council(RECEIVE, "lgsco-2024")
    with pytest.raises(Refused, match="it lacked reason, review on") as refused:
        council(RESTRICTED)
    assert refused.value.rule == "LGSCO-23"


def test_another_code_refuses_nothing_of_the_kind_but_what_if_finds_it(council):
    council(RECEIVE, "housing-2024")
    council(REFUSE)
    found = findings_of(council.ledger, story.REFERENCE, by=(what_if("lgsco-2024"),)).findings
    assert [each.verdict for each in found if each.rule == "LGSCO-12"] == ["missed"]


def test_spso_10_of_two_codes_the_stricter_refuses(council):
    council(RECEIVE, "housing-2024", "spso-2021")
    answer = commands.Respond(occurred_on=date(2026, 5, 20), outcome="upheld")
    council(answer)
    council(commands.Escalate(occurred_on=date(2026, 5, 22)))
    final = attrs.evolve(
        answer, occurred_on=date(2026, 5, 29), told=("ombudsman",), reasons=seal("It was late.")
    )
    with pytest.raises(Refused) as refused:
        council(final)
    assert refused.value.rule == "SPSO-10"
    council(commands.SignOff(occurred_on=date(2026, 5, 29), signed_off_by=council.administrator))
    council(final)
    assert council.ledger.complaint(story.REFERENCE).stage("stage-2").responded
