"""A handling code is data, and data can be wrong: what is wrong is named, with the mend."""

from datetime import date
from typing import get_args

import attrs
import pytest

from complaint_ledger.codes import CodeEdition, code_ids, load_code, parse_code
from complaint_ledger.domain.handling_code import (
    Clock,
    Escalation,
    Exclusion,
    Extension,
    HandlingCode,
    Limit,
    Ombudsman,
    Outcome,
    Requirement,
    Stage,
    Waits,
)
from complaint_ledger.domain.requirements import READS, Check
from complaint_ledger.errors import BadValue, UnknownName

LIMIT = Limit(starts=("received",), length=5, unit="working-days")
CLOCK = Clock(id="stage-1-respond", limits=(LIMIT,), rule="R-1", paragraph="1", source="primary")
EXTENSION = Extension(
    id="stage-1-respond-extended", length=5, cap="soft", rule="R-2", paragraph="2", source="primary"
)
REQUIREMENT = Requirement(
    check="says",
    asks="An extension gives its reason",
    of="response-extended",
    needs=("reason",),
    rule="R-3",
    paragraph="3",
    source="primary",
)


def requirement(check, **reads):
    """Return a requirement that asks *check*, and nothing that it does not read."""
    said = {"asks": "x", "rule": "R-4", "paragraph": "4", "source": "primary"}
    return Requirement(check=check, **said, **reads)


FOLLOWED = requirement("followed-by", of="learning-authorised", by=("learning-followed-up",))
RECORD = requirement("record-holds", needs=("complainant",))
REFUSAL = requirement("refusal-reason", of="complaint-refused")
EARLY = requirement(
    "refusal-too-early", of="complaint-refused", reasons=("late",), clock="stage-1-respond"
)
CODE = HandlingCode(
    id="a-code",
    version="1",
    title="A code",
    calendar="scotland",
    stages=(Stage(id="stage-1", label="Stage 1"), Stage(id="stage-2", label="Stage 2")),
    clocks=(CLOCK,),
)

SMALLEST = """
id = "ours"
version = "3"
title = "Our own"
calendar = "scotland"
[[clocks]]
id = "acknowledge"
limits = [{ starts = ["received"], length = 3, unit = "working-days" }]
rule = "OUR-01"
paragraph = "4"
source = "primary"
"""


class TestTheEditionsThatComeWithTheLibrary:
    def test_they_are_known_by_their_ids(self):
        assert {"lgsco-2024", "spso-2021", "none"} <= set(code_ids())
        assert list(code_ids()) == sorted(code_ids())

    @pytest.mark.parametrize("name", code_ids())
    def test_each_is_sound_and_stands_under_its_own_id(self, name):
        assert load_code(name).code.id == name

    @pytest.mark.parametrize("name", code_ids())
    def test_the_text_and_its_digest_come_along_so_that_they_can_be_pinned(self, name):
        from hashlib import sha256

        edition = load_code(name)
        assert edition.sha256 == sha256(edition.text.encode()).hexdigest()
        assert parse_code(edition.text, "the ledger") == edition.code

    def test_none_is_a_code_too_and_judges_nothing(self):
        code = load_code("none").code
        assert (code.clocks, code.stages, code.outcomes, code.ombudsman) == ((), (), (), None)

    def test_what_no_source_was_found_for_is_marked_unverified(self):
        clocks = load_code("spso-2021").code.clocks
        counted = [
            limit for clock in clocks for limit in clock.limits if limit.counting == "inclusive"
        ]
        assert len(counted) == 3
        assert {limit.counting_source for limit in counted} == {"unverified"}

    def test_lgsco_stage_2_is_cited_by_its_section(self):
        clocks = {clock.id: clock for clock in load_code("lgsco-2024").code.clocks}
        assert clocks["stage-2-respond"].paragraph == "section 6, stage 2"
        assert clocks["stage-2-respond"].source == "secondary"
        assert clocks["stage-1-respond"].paragraph == "paragraph 6.3"
        assert clocks["stage-1-respond"].source == "primary"

    def test_spso_08_resolved_counts_as_nothing_but_resolved(self):
        outcomes = {o.id: o.counts_as for o in load_code("spso-2021").code.outcomes}
        assert outcomes == {
            "resolved": "resolved",
            "upheld": "upheld",
            "partly-upheld": "partly-upheld",
            "not-upheld": "not-upheld",
        }


class TestACouncilsOwnFile:
    def test_it_is_read_by_its_path(self, tmp_path):
        path = tmp_path / "ours.toml"
        path.write_text(SMALLEST)
        edition = load_code(str(path))
        assert isinstance(edition, CodeEdition)
        assert edition.code.clocks[0].limits[0] == Limit(
            starts=("received",), length=3, unit="working-days", counting="after"
        )

    def test_a_name_that_nothing_has_lists_the_names_there_are(self):
        with pytest.raises(UnknownName) as refused:
            load_code("lgsco")
        assert refused.value.known == code_ids()
        assert refused.value.kind == "handling code"

    def test_a_file_that_is_not_text_is_named(self, tmp_path):
        path = tmp_path / "ours.toml"
        path.write_bytes(b"\xff\xfe")
        with pytest.raises(BadValue, match="save it as UTF-8") as refused:
            load_code(str(path))
        assert refused.value.field == str(path)

    @pytest.mark.parametrize(
        ("old", "new", "field", "why"),
        [
            ('id = "ours"', "id = ", "ours.toml", "is not TOML"),
            ('title = "Our own"', "", "ours.toml: title", "is missing; add it"),
            ('title = "Our own"', "title = 5", "ours.toml, line 4: title", "must be text"),
            ("length = 3", 'length = "3"', "limits[0]: length", "must be a whole number"),
            ("length = 3", "length = true", "limits[0]: length", "must be a whole number"),
            ("length = 3", "length = -1", "limits[0]: length", "-1 is too small; give 0 or more"),
            (
                'title = "Our own"',
                'title = "x"\nname = "y"',
                "ours.toml, line 5: name",
                "is no key here",
            ),
            ('"working-days"', '"moons"', "limits[0]: unit", "'moons' is none of working-days, "),
            ('["received"]', '["posted"]', "limits[0]: starts", "'posted' is none of occurred, "),
            ('["received"]', "[]", "limits[0]: starts", "is empty; name at least one"),
            ('["received"]', '"received"', "limits[0]: starts", "must be a list"),
            (
                'source = "primary"',
                'source = "hearsay"',
                "clocks[0]: source",
                "'hearsay' is none of",
            ),
            ("[{", "[5, {", "clocks[0]: limits[0]", "must be a table"),
            (
                "[[clocks]]",
                "in_force_from = 2026-01-01T00:00:00\n[[clocks]]",
                "in_force_from",
                "must be a date",
            ),
            ('calendar = "scotland"', "", "ours.toml: calendar", "is missing; clocks need one"),
        ],
    )
    def test_the_key_that_is_wrong_is_named_with_the_mend(self, old, new, field, why):
        with pytest.raises(BadValue) as refused:
            parse_code(SMALLEST.replace(old, new, 1), "ours.toml")
        assert refused.value.field.endswith(field)
        assert refused.value.field.startswith("ours.toml")
        assert why in refused.value.why

    def test_a_date_of_force_is_read_as_a_date(self):
        code = parse_code(SMALLEST.replace("[[", "in_force_from = 2026-01-01\n[[", 1), "x")
        assert code.in_force_from == date(2026, 1, 1)


def refused(build, **wrong):
    with pytest.raises(BadValue) as caught:
        build(**wrong)
    return caught.value.field, caught.value.why


class TestWhatACodeMayNotHold:
    @pytest.mark.parametrize(
        ("part", "wrong"),
        [
            (LIMIT, {"unit": "moons"}),
            (LIMIT, {"counting": "somehow"}),
            (LIMIT, {"counting_source": "hearsay"}),
            (LIMIT, {"roll": "back"}),
            (LIMIT, {"starts": ("received", "posted")}),
            (LIMIT, {"presumed_from_event": "posted"}),
            (EXTENSION, {"cap": "firm"}),
            (EXTENSION, {"source": "hearsay"}),
            (CLOCK, {"kind": "wish"}),
            (CLOCK, {"met_by": ("posted",)}),
            (CLOCK, {"source": "hearsay"}),
            (
                Outcome(id="o", label="O", counts_as="upheld", paragraph="1", source="primary"),
                {"counts_as": "maybe"},
            ),
            (
                Outcome(id="o", label="O", counts_as="upheld", paragraph="1", source="primary"),
                {"source": "hearsay"},
            ),
            (Exclusion(id="e", label="E", paragraph="1", source="primary"), {"source": "hearsay"}),
            (
                Escalation(leaves="a", reaches="b", paragraph="1", source="primary"),
                {"source": "hearsay"},
            ),
            (
                Ombudsman(id="o", name="O", paragraph="1", source="primary"),
                {"source": "hearsay"},
            ),
            (LIMIT, {"pick": "any"}),
            (Waits(after="received", until="closed"), {"until": "posted"}),
            (CLOCK, {"per": "letter"}),
            (REQUIREMENT, {"check": "feels"}),
            (REQUIREMENT, {"source": "hearsay"}),
            (REQUIREMENT, {"of": "letter-posted"}),
            (FOLLOWED, {"by": ("letter-posted",)}),
            (RECORD, {"needs": ("complainant", "shoe-size")}),
            (REFUSAL, {"of": "response-sent"}),
        ],
    )
    def test_a_word_that_is_none_of_the_known(self, part, wrong):
        ((field, value),) = wrong.items()
        named, why = refused(lambda **change: attrs.evolve(part, **change), **wrong)
        word = value if isinstance(value, str) else value[-1]
        assert named == field
        assert why.startswith(f"{word!r} is none of ")

    def test_the_words_there_are_are_listed(self):
        _, why = refused(lambda **change: attrs.evolve(EXTENSION, **change), cap="firm")
        assert why == "'firm' is none of soft, hard, none"

    @pytest.mark.parametrize(("part", "least"), [(LIMIT, 0), (EXTENSION, 1)])
    def test_a_length_that_is_too_small(self, part, least):
        assert refused(lambda **change: attrs.evolve(part, **change), length=least - 1) == (
            "length",
            f"{least - 1} is too small; give {least} or more",
        )
        assert attrs.evolve(part, length=least).length == least

    def test_a_limit_of_no_days_counted_inclusively(self):
        assert refused(lambda **c: attrs.evolve(LIMIT, **c), length=0, counting="inclusive") == (
            "length",
            "counted inclusively, the first day is day 1; give 1 or more",
        )

    @pytest.mark.parametrize("wrong", [{"length": None}, {"cap": "none"}])
    def test_an_extension_with_a_cap_but_no_length_or_the_other_way_round(self, wrong):
        field, why = refused(lambda **c: attrs.evolve(EXTENSION, **c), **wrong)
        assert field == "length"
        assert "an extension without a cap says cap = 'none'" in why

    def test_a_cap_that_is_refused_although_it_is_not_hard(self):
        assert refused(lambda **c: attrs.evolve(EXTENSION, **c), refuses=True) == (
            "refuses",
            "only a hard cap can be refused; say cap = 'hard'",
        )
        assert attrs.evolve(EXTENSION, cap="hard", refuses=True).refuses

    def test_a_clock_for_each_of_something(self):
        assert attrs.evolve(CLOCK, per="remedy", limits=()).limits == ()
        assert refused(lambda **c: attrs.evolve(CLOCK, **c), per="update") == (
            "stage",
            "is missing; updates are owed while a stage stands extended",
        )
        each = attrs.evolve(CLOCK, per="update", stage="stage-2")
        assert refused(lambda **c: attrs.evolve(each, **c), limits=()) == (
            "limits",
            "is empty; name at least one",
        )
        assert refused(lambda **c: attrs.evolve(each, **c), extension=EXTENSION) == (
            "extension",
            "a clock for each update has none; take it out",
        )

    def test_a_clock_without_a_limit_and_a_limit_without_a_start(self):
        empty = "is empty; name at least one"
        assert refused(lambda **c: attrs.evolve(CLOCK, **c), limits=()) == ("limits", empty)
        assert refused(lambda **c: attrs.evolve(LIMIT, **c), starts=()) == ("starts", empty)

    @pytest.mark.parametrize("counting", ["inclusive", "deemed"])
    def test_months_counted_by_a_convention_of_working_days(self, counting):
        assert refused(
            lambda **c: attrs.evolve(LIMIT, **c), unit="calendar-months", counting=counting
        ) == (
            "counting",
            (
                f"{counting!r} counts working days, not calendar-months;"
                " say 'after', or 'calendar-months-commencing'"
            ),
        )
        assert attrs.evolve(LIMIT, counting=counting).counting == counting

    def test_an_extension_of_the_later_of_two_limits(self):
        later_of = attrs.evolve(CLOCK, limits=(LIMIT, attrs.evolve(LIMIT, length=6)))
        assert refused(lambda **c: attrs.evolve(later_of, **c), extension=EXTENSION) == (
            "extension",
            "cannot lengthen the later of several limits; give one",
        )
        uncapped = attrs.evolve(EXTENSION, length=None, cap="none")
        assert attrs.evolve(later_of, extension=uncapped).extension == uncapped
        assert attrs.evolve(CLOCK, extension=EXTENSION).extension == EXTENSION

    def test_an_id_that_stands_there_twice(self):
        twice = "'stage-1-respond' stands there twice; give each its own id"
        assert refused(lambda **c: attrs.evolve(CODE, **c), clocks=(CLOCK, CLOCK)) == (
            "clocks[1].id",
            twice,
        )
        own = attrs.evolve(CLOCK, extension=attrs.evolve(EXTENSION, id=CLOCK.id))
        assert refused(lambda **c: attrs.evolve(CODE, **c), clocks=(own,)) == (
            "clocks[0].extension.id",
            twice,
        )

    @pytest.mark.parametrize(
        ("key", "part"),
        [
            ("stages", Stage(id="x", label="X")),
            (
                "outcomes",
                Outcome(id="x", label="X", counts_as="upheld", paragraph="", source="primary"),
            ),
            ("exclusions", Exclusion(id="x", label="X", paragraph="", source="primary")),
        ],
    )
    def test_a_word_of_the_code_that_stands_there_twice(self, key, part):
        assert refused(lambda **c: attrs.evolve(CODE, **c), **{key: (part, part)}) == (
            f"{key}[1].id",
            "'x' stands there twice; give each its own id",
        )

    def test_a_clock_of_a_stage_that_is_not_there(self):
        wrong = (CLOCK, attrs.evolve(CLOCK, id="x", stage="stage-3"))
        assert refused(lambda **c: attrs.evolve(CODE, **c), clocks=wrong) == (
            "clocks[1].stage",
            "'stage-3' is not there; there is stage-1, stage-2",
        )
        assert refused(lambda **c: attrs.evolve(CODE, **c), clocks=wrong, stages=()) == (
            "clocks[1].stage",
            "'stage-3' is not there; there is none",
        )

    def test_a_start_presumed_from_a_clock_that_comes_no_earlier(self):
        presuming = attrs.evolve(
            CLOCK, id="x", limits=(attrs.evolve(LIMIT, presumed_from_due=CLOCK.id),)
        )
        assert attrs.evolve(CODE, clocks=(CLOCK, presuming)).clocks[1] == presuming
        assert refused(lambda **c: attrs.evolve(CODE, **c), clocks=(presuming, CLOCK)) == (
            "clocks[0].limits[0].presumed_from_due",
            "'stage-1-respond' is not there; there is none",
        )

    def test_a_right_that_leads_nowhere(self):
        ombudsman = Ombudsman(id="o", name="O", paragraph="", source="primary")
        right = Escalation(leaves="stage-2", reaches="o", paragraph="", source="primary")
        code = attrs.evolve(CODE, ombudsman=ombudsman, escalations=(right,))
        assert code.escalations == (right,)
        assert refused(lambda **c: attrs.evolve(code, **c), ombudsman=None) == (
            "escalations[0].reaches",
            "'o' is not there; there is stage-1, stage-2",
        )
        backwards = attrs.evolve(right, leaves="o")
        assert refused(lambda **c: attrs.evolve(code, **c), escalations=(right, backwards)) == (
            "escalations[1].leaves",
            "'o' is not there; there is stage-1, stage-2",
        )

    def test_clocks_without_a_calendar_to_count_by(self):
        assert refused(lambda **c: attrs.evolve(CODE, **c), calendar=None) == (
            "calendar",
            "is missing; clocks need one to count by",
        )
        assert attrs.evolve(CODE, calendar=None, clocks=()).calendar is None

    def test_a_requirement_that_stands_there_twice(self):
        other = attrs.evolve(REQUIREMENT, stage="stage-1")
        assert attrs.evolve(CODE, requirements=(REQUIREMENT, other)).requirements[1] == other
        field, why = refused(
            lambda **c: attrs.evolve(CODE, **c), requirements=(REQUIREMENT, other, REQUIREMENT)
        )
        assert field == "requirements[2].rule"
        assert why.endswith("stands there twice; give each its own id")

    def test_a_requirement_of_a_stage_a_clock_or_a_reason_that_is_not_there(self):
        third = attrs.evolve(REQUIREMENT, stage="stage-3")
        assert refused(lambda **c: attrs.evolve(CODE, **c), requirements=(third,)) == (
            "requirements[0].stage",
            "'stage-3' is not there; there is stage-1, stage-2",
        )
        late = attrs.evolve(EARLY, clock="raise-by")
        assert refused(lambda **c: attrs.evolve(CODE, **c), requirements=(late,)) == (
            "requirements[0].clock",
            "'raise-by' is not there; there is stage-1-respond",
        )
        assert refused(lambda **c: attrs.evolve(CODE, **c), requirements=(EARLY,)) == (
            "requirements[0].reasons",
            "'late' is not there; there is none",
        )
        listed = Exclusion(id="late", label="Late", paragraph="1", source="primary")
        code = attrs.evolve(CODE, exclusions=(listed,), requirements=(EARLY,))
        assert code.requirements == (EARLY,)

    def test_lgsco_10_a_third_stage_is_found_and_not_refused(self):
        two = requirement("stages-at-most", most=1)
        assert attrs.evolve(CODE, requirements=(two,)).requirements == (two,)


class TestWhatACheckReads:
    @pytest.mark.parametrize(
        ("check", "reads"),
        [
            ("says", {"of": "response-extended", "needs": ("reason",)}),
            ("followed-by", {"of": "learning-authorised", "by": ("learning-followed-up",)}),
            ("decided-by-another", {"stage": "stage-2"}),
            ("stages-at-most", {"most": 2}),
            ("refusal-reason", {"of": "complaint-refused"}),
            (
                "refusal-too-early",
                {"of": "complaint-refused", "reasons": ("late",), "clock": "raise-by"},
            ),
            ("delay-explained", {"clock": "raise-by"}),
            ("services-excluded", {"services": ("public-health",)}),
            ("record-holds", {"needs": ("complainant",)}),
        ],
    )
    def test_what_it_needs_is_asked_for(self, check, reads):
        assert requirement(check, **reads).check == check
        for name in reads:
            fewer = {key: value for key, value in reads.items() if key != name}
            assert refused(requirement, check=check, **fewer) == (
                name,
                f"is missing; {check} reads it",
            )

    @pytest.mark.parametrize(
        ("check", "reads"),
        [
            ("followed-by", {"of": "adjustment-made", "by": ("adjustment-reviewed",)}),
            ("delay-explained", {"clock": "raise-by"}),
            ("record-holds", {"needs": ("cause",)}),
        ],
    )
    def test_what_can_only_be_told_afterwards_refuses_nothing(self, check, reads):
        assert refused(requirement, check=check, refuses=True, **reads) == (
            "refuses",
            f"{check} can only be told afterwards; take it out",
        )

    @pytest.mark.parametrize(
        ("check", "reads", "more"),
        [
            ("every-head-answered", {}, {"stage": "stage-1"}),
            ("resolved-by-agreement", {}, {"of": "response-sent"}),
            ("panel-independent", {}, {"most": 3}),
            ("signed-off", {"stage": "stage-2"}, {"needs": ("approver",)}),
            ("extension-in-time", {"clock": "stage-1-respond"}, {"stage": "stage-1"}),
            ("stages-at-most", {"most": 2}, {"services": ("waste",)}),
            ("refusal-reason", {"of": "complaint-refused"}, {"clock": "raise-by"}),
            ("delay-explained", {"clock": "raise-by"}, {"due": "target-on"}),
            ("record-holds", {"needs": ("cause",)}, {"where": "service"}),
            ("decided-by-another", {"stage": "stage-2"}, {"by": ("response-sent",)}),
            ("services-excluded", {"services": ("waste",)}, {"reasons": ("late",)}),
            ("signed-off", {"stage": "stage-2"}, {"before": "response-sent"}),
        ],
    )
    def test_what_it_does_not_read_is_refused(self, check, reads, more):
        assert requirement(check, **reads).check == check
        ((name, _),) = more.items()
        assert refused(requirement, check=check, **reads, **more) == (
            name,
            f"is not read by {check}; take it out",
        )

    def test_every_check_says_what_it_reads(self):
        assert set(READS) == set(get_args(Check))

    @pytest.mark.parametrize(
        ("key", "change"),
        [
            ("needs", {"needs": ("reason", "weather")}),
            ("where", {"where": "weather=wet"}),
        ],
    )
    def test_a_field_that_the_event_does_not_have(self, key, change):
        field, why = refused(lambda **c: attrs.evolve(REQUIREMENT, **c), **change)
        assert field == key
        assert why.startswith(f"{REQUIREMENT.of} has no field 'weather'; there is ")

    @pytest.mark.parametrize("name", ["weather", "owner"])
    def test_a_day_by_which_is_a_field_that_holds_a_day(self, name):
        assert refused(lambda **c: attrs.evolve(FOLLOWED, **c), due=name) == (
            "due",
            f"{FOLLOWED.of} has no date {name!r}; there is occurred-on, target-on",
        )

    def test_a_stage_where_the_event_belongs_to_none(self):
        offered = {"of": "remedy-offered", "needs": ("kind",)}
        assert requirement("says", **offered).stage is None
        assert refused(requirement, check="says", stage="stage-1", **offered) == (
            "stage",
            "remedy-offered belongs to no stage; take it out",
        )

    def test_before_what_it_must_be_there_is_an_event(self):
        asked = attrs.evolve(FOLLOWED, before="complaint-closed")
        assert asked.before == "complaint-closed"
        field, _ = refused(lambda **c: attrs.evolve(FOLLOWED, **c), before="the-end")
        assert field == "before"

    def test_an_event_that_tells_can_be_asked_for_any_word(self):
        told = requirement(
            "says", of="response-sent", needs=("ombudsman",), where="body=contractor"
        )
        assert told.needs == ("ombudsman",)
        assert attrs.evolve(FOLLOWED, due="target-on").due == "target-on"


def test_a_code_names_the_rules_of_its_clocks_its_extensions_and_its_requirements():
    other = requirement("stages-at-most", most=2)
    code = attrs.evolve(
        CODE,
        clocks=(
            attrs.evolve(CLOCK, rule="X-1", extension=None),
            attrs.evolve(CLOCK, id="b", rule="X-2", extension=attrs.evolve(EXTENSION, rule="X-3")),
        ),
        requirements=(attrs.evolve(other, rule="X-4"),),
    )
    assert code.rules == {"X-1", "X-2", "X-3", "X-4"}


def test_a_part_cites_its_own_text_or_the_one_it_names():
    assert CODE.cited(CLOCK) == "A code, 1"
    assert CODE.cited(attrs.evolve(CLOCK, cites="An Act")) == "An Act, 1"
