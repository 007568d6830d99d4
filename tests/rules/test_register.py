"""Every rule has its place: a test that bears its id, or the reason why there is none yet."""

import re

import pytest

from complaint_ledger.domain.code_words import SourceMark
from complaint_ledger.domain.findings import OWN_RULES
from rules import register
from rules.register import FAMILIES, ID, ROOT, citations, proofs_of, refused_in_code, rules

RULES = rules()
# Their events are not there yet: redaction, and disposal.
NO_EVENT_YET = {"GEN-15", "GEN-17"}


@pytest.mark.parametrize(("family", "count"), FAMILIES.items())
def test_no_rule_of_a_family_is_lost(family, count):
    there = [rule for rule in RULES if rule.startswith(f"{family}-")]
    assert there == [f"{family}-{number:02}" for number in range(1, count + 1)]


def test_there_are_no_other_families():
    assert sum(FAMILIES.values()) == len(RULES) == 115
    assert [rule for rule in RULES if not ID.fullmatch(rule)] == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_test_or_a_reason_why_not(rule):
    assert bool(proofs_of(rule)) is not ("not_yet" in RULES[rule])


# What keeps them is an error of its own: the store's order, and the end of a calendar.
NO_REFUSAL = {"GEN-03", "GEN-08"}


@pytest.mark.parametrize("rule", [rule for rule in RULES if RULES[rule]["kind"] != ["Derive"]])
def test_a_test_of_what_rejects_or_finds_asks_for_that_very_rule(rule):
    if rule not in NO_EVENT_YET | NO_REFUSAL:
        assert any(rule in proof.says for proof in proofs_of(rule))


@pytest.mark.parametrize("rule", RULES)
def test_what_rejects_or_finds_is_there_and_what_is_derived_has_its_reader(rule):
    told = RULES[rule]
    assert set(told["kind"]) <= {"Reject", "Finding", "Derive"}
    if told["kind"] != ["Derive"]:
        assert "not_yet" not in told or rule in NO_EVENT_YET
    elif "not_yet" not in told:
        assert (ROOT / "src" / "complaint_ledger" / told["reader"]).is_file()


@pytest.mark.parametrize("rule", RULES)
def test_a_source_is_named_once_by_what_cites_it_or_else_here(rule):
    told = RULES[rule]
    cited = any(one.rule == rule for one in citations())
    assert ("paragraph" in told, "source" in told) == (not cited, not cited)
    assert cited or told["source"] in SourceMark.__args__
    assert set(told) <= {"kind", "says", "paragraph", "source", "reader", "not_yet"}


def test_every_rule_that_is_cited_is_in_the_register():
    cited = {one.rule for one in citations()} | refused_in_code()
    assert {rule for rule in cited if ID.fullmatch(rule)} - set(RULES) == set()


# What no table of rules has a name for: rules of the library's own.
OUR_OWN = {one.rule for one in citations() if not ID.fullmatch(one.rule)} | set(OWN_RULES)


@pytest.mark.parametrize("rule", sorted(OUR_OWN))
def test_every_rule_of_our_own_stands_on_the_page_of_rules_and_has_a_test(rule):
    page = register.TABLE.with_name("rules.md").read_text("utf-8")
    assert f"`{rule}`" in page.partition("## A finding of the library's own")[2]
    assert any(rule in proof.says for proof in register.proofs())


def test_every_rule_that_a_test_bears_is_in_the_register():
    families = "|".join(family.lower() for family in FAMILIES)
    born = {
        f"{family.upper()}-{number}"
        for proof in register.proofs()
        for family, number in re.findall(rf"(?:^test|_)({families})_([0-9]{{2}})_", proof.name)
    }
    assert born - set(RULES) == set()


def test_the_page_is_what_is_made_from_all_this():
    assert register.TABLE.read_text("utf-8") == register.page(), (
        "run: python -m tests.rules.register"
    )
