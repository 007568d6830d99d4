"""Rules about the record itself: asked whatever code governs, even none."""

import attrs
import pytest

from complaint_ledger.codes import load_code
from complaint_ledger.domain import events as e
from complaint_ledger.domain.findings import RECORD, code_missing, judge
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.record_rules import RECORD_RULES
from complaint_ledger.testing import examples as story
from complaint_ledger.testing.specification import history
from rules.asking import TODAY, acknowledged, day, findings, governing, received, the_finding


def test_a_whole_story_breaks_none_of_them():
    assert judge(history(story.EVENTS), (), TODAY) == ()


def test_nothing_on_record_is_judged_by_nothing():
    assert judge((), (governing("lgsco-2024"),), TODAY) == ()


@pytest.mark.parametrize("codes", [0, 1, 2], ids=["no code", "one code", "two codes"])
def test_they_are_asked_once_however_many_codes_govern(codes):
    by = [governing("lgsco-2024"), governing("housing-2024")][:codes]
    found = judge(history([acknowledged()]), by, TODAY)
    assert [each.rule for each in found if each.code == RECORD] == ["GEN-01"]


def test_they_are_asked_where_the_code_asks_nothing():
    none = Governing(code=load_code("none").code)
    found = judge(history([received(), received()]), (none,), TODAY)
    assert [(each.rule, each.code) for each in found] == [("GEN-01", RECORD)]


def test_arose_first_the_matter_came_before_the_complaint():
    late = received(arose_on=day(4, 16), aware_on=day(4, 17))
    first, second = findings("arose-first", None, late)
    assert (first.verdict, first.due_on, first.happened_on) == ("missed", day(4, 15), day(4, 16))
    assert second.happened_on == day(4, 17)


@pytest.mark.parametrize(
    "receipt",
    [received(arose_on=day(4, 15)), received(None, arose_on=day(4, 16)), received()],
    ids=["the same day", "a receipt that nobody dated", "nothing said"],
)
def test_arose_first_what_may_be_so_is_not_held_against_it(receipt):
    assert findings("arose-first", None, receipt) == []


def test_each_says_where_it_comes_from_and_how_well_that_is_known():
    ours = [rule for rule in RECORD_RULES if "deduction" in rule.paragraph]
    assert {rule.source for rule in ours} == {"unverified"}
    assert {rule.source for rule in RECORD_RULES if rule not in ours} == {"primary"}
    assert len({rule.id for rule in RECORD_RULES}) == len(RECORD_RULES)


def test_a_finding_of_the_record_says_what_was_asked_and_what_was_found():
    found = the_finding("GEN-01", None, attrs.evolve(story.RECEIVED, presumed=True))
    assert found.subject == "GEN-01"
    assert found.paragraph == "SPSO model procedure, part 4"
    assert found.sentence.startswith("A complaint begins with one receipt: ")


def test_code_missing_is_a_finding_of_its_own():
    found = code_missing("birmingham-2025-08", "its text is nowhere to be had")
    assert (found.rule, found.code, found.verdict) == (
        "code-missing",
        "birmingham-2025-08",
        "cannot-tell",
    )
    assert found.sentence.endswith("that was pinned: its text is nowhere to be had.")


def test_gen_13_after_the_end_only_some_events_are_taken():
    answers = e.ResponseDelivered(occurred_on=day(7, 2), stage="stage-1")
    closed = e.ComplaintClosed(occurred_on=day(7, 1), reason="completed")
    assert findings("GEN-13", None, received(), closed, answers) == []
