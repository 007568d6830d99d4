"""What each edition says, rule by rule, and how well each number is known."""

from datetime import date

import pytest

from complaint_ledger.calendars import calendar_ids
from complaint_ledger.codes import code_ids, load_code

EDITIONS = [name for name in code_ids() if name != "none"]
NINE = {
    "adult-social-care-2009",
    "children-2006",
    "data-protection-2026",
    "housing-2024",
    "lgsco-2024",
    "nipso-2023",
    "psow",
    "spso-2021",
    "welsh-social-services-2014",
}

# The rules of each edition that are a clock, refuse a command or lead to a finding.
RULES = {
    "lgsco-2024": "LGSCO-01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 18 19 22 23 26",
    "spso-2021": "SPSO-02 03 04 05 07 08 10 11 14 15 18",
    "nipso-2023": "NIPSO-01 02 03 04",
    "housing-2024": "HO-01 02 03 04 06",
    "psow": "PSOW-01 04",
    "welsh-social-services-2014": "WSS-01 02",
    "adult-social-care-2009": "ASC-01 02 03 04 05 06 09",
    "children-2006": "CSC-02 03 04 05 06 07 08",
    "data-protection-2026": "DUAA-01",
}

REFUSES = {
    "lgsco-2024": {"LGSCO-04", "LGSCO-11", "LGSCO-12", "LGSCO-16", "LGSCO-23"},
    "spso-2021": {"SPSO-04", "SPSO-08", "SPSO-10", "SPSO-14"},
    "nipso-2023": set(),
    "housing-2024": set(),
    "psow": set(),
    "welsh-social-services-2014": set(),
    "adult-social-care-2009": {"ASC-03", "ASC-05", "ASC-06"},
    "children-2006": {"CSC-03", "CSC-05"},
    "data-protection-2026": set(),
}

# The ids that others may rely on.
PROMISED = {
    "stage-1-acknowledge",
    "stage-1-respond",
    "stage-1-respond-extended",
    "stage-2-acknowledge",
    "stage-2-respond",
    "stage-2-respond-extended",
    "whole-journey",
    "stage-3-panel",
    "stage-3-report",
    "stage-3-respond",
    "relevant-period",
    "acknowledge",
    "discuss",
    "escalate-by",
    "raise-by",
    "ombudsman-enquiry",
    "recommendation",
}


def code_of(name):
    return load_code(name).code


def ids(code):
    return {clock.id for clock in code.clocks} | {x.id for x in extensions(code)}


def extensions(code):
    return [clock.extension for clock in code.clocks if clock.extension]


def parts(code):
    return [*code.clocks, *extensions(code), *code.requirements]


def clock(name, of):
    return next(each for each in code_of(name).clocks if each.id == of)


def requirement(name, rule, check):
    return next(
        each for each in code_of(name).requirements if (each.rule, each.check) == (rule, check)
    )


def test_there_are_nine_editions():
    assert set(EDITIONS) == NINE


def test_the_promised_ids_are_kept():
    assert set.union(*(ids(code_of(name)) for name in EDITIONS)) >= PROMISED


@pytest.mark.parametrize("name", EDITIONS)
def test_each_rule_of_the_edition_has_its_place(name):
    code = code_of(name)
    family, *numbers = RULES[name].replace("-", " ").split()
    found = {part.rule for part in parts(code)}
    found |= {limit.presumed_rule for each in code.clocks for limit in each.limits} - {None}
    assert {f"{family}-{number}" for number in numbers} == {
        rule for rule in found if rule.startswith(f"{family}-")
    }


@pytest.mark.parametrize("name", EDITIONS)
def test_what_refuses_a_command_is_what_the_domain_calls_a_rejection(name):
    assert {part.rule for part in parts(code_of(name)) if getattr(part, "refuses", False)} == (
        REFUSES[name]
    )


@pytest.mark.parametrize("name", EDITIONS)
def test_every_duty_and_norm_says_in_a_sentence_what_it_asks(name):
    code = code_of(name)
    for each in [*code.clocks, *code.requirements]:
        assert each.asks, each
        assert not each.asks.endswith(".")
        assert len(each.asks) <= 105, each.asks


@pytest.mark.parametrize("name", EDITIONS)
def test_every_clock_can_be_met_or_ends_with_what_it_is_for(name):
    for each in code_of(name).clocks:
        assert each.met_by or each.per, each.id


@pytest.mark.parametrize("name", EDITIONS)
def test_it_counts_by_a_calendar_that_is_there(name):
    assert code_of(name).calendar in calendar_ids()


@pytest.mark.parametrize("name", EDITIONS)
def test_whoever_has_an_ombudsman_owes_answers_and_what_is_recommended(name):
    code = code_of(name)
    owed = {each.id: each for each in code.clocks}
    if code.ombudsman is None:
        assert name == "data-protection-2026"
        return
    assert (owed["ombudsman-enquiry"].rule, owed["ombudsman-enquiry"].per) == ("OMB-12", "enquiry")
    assert (owed["recommendation"].rule, owed["recommendation"].limits) == ("OMB-08", ())
    assert owed["ombudsman-by"].kind == "right"
    assert ("public-report" in owed) == (code.ombudsman.id == "lgsco")


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("psow", "stage-1-acknowledge"),
        ("psow", "stage-2-longest"),
        ("psow", "raise-by-longest"),
        ("lgsco-2024", "ombudsman-enquiry"),
        ("lgsco-2024", "restriction-review"),
        ("spso-2021", "stage-2-update"),
    ],
)
def test_what_was_found_in_no_source_is_unverified(name, of):
    assert clock(name, of).source == "unverified"


@pytest.mark.parametrize("name", ["nipso-2023", "spso-2021"])
def test_spso_01_nipso_01_the_first_day_is_marked_where_it_is_not_known(name):
    counted = [x for each in code_of(name).clocks for x in each.limits if x.counting != "after"]
    assert counted
    assert {limit.counting_source for limit in counted} == {"unverified"}


def test_lgsco_05_its_caps_may_be_passed_with_good_reason_and_ho_04_not():
    assert {x.cap for x in extensions(code_of("lgsco-2024"))} == {"soft"}
    assert {(x.cap, x.refuses) for x in extensions(code_of("housing-2024"))} == {("hard", False)}


def test_spso_04_the_length_of_an_extension_at_stage_2_was_not_found():
    assert [x.cap for x in extensions(code_of("spso-2021"))] == ["hard", "none"]


def test_csc_02_csc_03_how_far_childrens_clocks_may_be_put_off():
    first, second = extensions(code_of("children-2006"))
    assert (first.length, first.cap, first.only_for, first.refuses) == (
        10,
        "hard",
        ("complex",),
        False,
    )
    assert (second.length, second.cap, second.refuses) == (40, "hard", True)


def test_asc_03_the_relevant_period_is_lengthened_without_cap_but_in_time():
    assert [x.cap for x in extensions(code_of("adult-social-care-2009"))] == ["none"]
    asked = requirement("adult-social-care-2009", "ASC-03", "extension-in-time")
    assert (asked.clock, asked.refuses) == ("relevant-period", True)


@pytest.mark.parametrize(
    ("name", "rule", "check", "refuses", "needs"),
    [
        ("lgsco-2024", "LGSCO-04", "says", True, ("reason", "until")),
        ("lgsco-2024", "LGSCO-06", "says", False, ("ombudsman-details-given",)),
        ("lgsco-2024", "LGSCO-23", "says", True, ("reason", "review-on")),
        ("spso-2021", "SPSO-04", "says", True, ("approver", "reason", "until", "told-on")),
        ("spso-2021", "SPSO-14", "says", True, ("authorised-by", "owner", "target-on")),
        ("housing-2024", "HO-01", "says", False, ("definition", "outcome-sought")),
        ("adult-social-care-2009", "ASC-05", "says", True, ("decision", "actions", "ombudsman")),
        ("children-2006", "CSC-03", "says", False, ("reason", "until", "told-on")),
        ("nipso-2023", "NIPSO-03", "says", False, ("ombudsman", "ombudsman-time-limit")),
        ("welsh-social-services-2014", "WSS-02", "says", False, ("copy-given-on",)),
    ],
)
def test_what_has_to_be_said(name, rule, check, refuses, needs):
    asked = requirement(name, rule, check)
    assert (asked.refuses, asked.needs) == (refuses, needs)


@pytest.mark.parametrize(
    ("name", "rule", "most"),
    [
        ("lgsco-2024", "LGSCO-10", 2),
        ("housing-2024", "HO-02", 2),
        ("adult-social-care-2009", "ASC-06", 1),
    ],
)
def test_how_many_stages_there_may_be(name, rule, most):
    assert requirement(name, rule, "stages-at-most").most == most


def test_lgsco_14_an_answer_has_seven_parts():
    parts = [r.needs for r in code_of("lgsco-2024").requirements if r.rule == "LGSCO-14"]
    assert [needs[-1] for needs in parts] == ["next-stage", "ombudsman"]
    assert {needs[:-1] for needs in parts} == {
        ("stage", "definition", "decision", "reasons", "remedy", "outstanding-actions")
    }


def test_wss_02_an_oral_complaint_is_one_by_telephone_or_in_person():
    asked = requirement("welsh-social-services-2014", "WSS-02", "followed-by")
    assert (asked.where, asked.by) == ("channel=telephone,in-person,oral", ("written-record-made",))


def test_when_each_came_into_force_where_that_is_known():
    assert {name: code_of(name).in_force_from for name in EDITIONS} == {
        "adult-social-care-2009": date(2009, 4, 1),
        "children-2006": date(2006, 9, 1),
        "data-protection-2026": date(2026, 6, 19),
        "housing-2024": date(2024, 4, 1),
        "lgsco-2024": date(2026, 4, 1),
        "nipso-2023": None,
        "psow": None,
        "spso-2021": date(2021, 4, 1),
        "welsh-social-services-2014": date(2014, 8, 1),
    }
