"""A council's policy says in a few lines what it does differently, and is dated itself."""

from datetime import date

import attrs
import pytest

from complaint_ledger.calendars import load_calendar
from complaint_ledger.codes import load_code, parse_code
from complaint_ledger.domain.deadlines import Milestone, deadlines
from complaint_ledger.errors import BadValue, UnknownName

# Birmingham's public page said one thing on 22 August 2025 and another on 17 September.
FROM_RECEIPT = """
id = "birmingham-2025-08"
version = "1"
title = "Birmingham complaints policy, August 2025"
extends = "lgsco-2024"
in_force_from = 2025-08-22

[[clocks]]
id = "stage-1-respond"
limits = [{ starts = ["received"], length = 15, unit = "working-days" }]
paragraph = "stage 1"
source = "secondary"
"""
AFTER_ACCEPTANCE = """
id = "birmingham-2025-09"
version = "1"
title = "Birmingham complaints policy, September 2025"
extends = "lgsco-2024"
in_force_from = 2025-09-17

[[clocks]]
id = "stage-1-respond"
limits = [{ starts = ["acknowledged"], length = 10, unit = "working-days" }]
paragraph = "stage 1"
source = "secondary"
"""
HEAD = """
id = "ours-2026"
version = "2"
title = "Our policy"
extends = "lgsco-2024"
in_force_from = 2026-04-01
"""
LGSCO = load_code("lgsco-2024").code


def policy(more="", head=HEAD):
    return parse_code(head + more, "ours.toml")


def clock(code, name):
    return next(each for each in code.clocks if each.id == name)


def answer_due(code, **happened):
    told = {name: Milestone(on=date.fromisoformat(day)) for name, day in happened.items()}
    owed = deadlines(code, load_calendar("england-and-wales"), told)
    return next(each.due_on for each in owed if each.id == "stage-1-respond")


def refused(more, head=HEAD):
    with pytest.raises(BadValue) as caught:
        policy(more, head)
    return str(caught.value)


class TestBirmingham:
    def test_the_same_complaint_is_due_on_two_days_under_two_policies(self):
        august, september = parse_code(FROM_RECEIPT, "a"), parse_code(AFTER_ACCEPTANCE, "b")
        happened = {"received": "2025-09-18", "acknowledged": "2025-09-24"}
        assert answer_due(august, **happened) == date(2025, 10, 9)
        assert answer_due(september, **happened) == date(2025, 10, 8)
        assert (august.in_force_from, september.in_force_from) == (
            date(2025, 8, 22),
            date(2025, 9, 17),
        )

    def test_each_cites_itself_for_what_it_changes_and_the_code_for_the_rest(self):
        code = parse_code(FROM_RECEIPT, "a")
        changed, kept = clock(code, "stage-1-respond"), clock(code, "stage-2-respond")
        assert code.cited(changed) == "Birmingham complaints policy, August 2025, stage 1"
        assert changed.source == "secondary"
        assert code.cited(kept) == "LGSCO Complaint Handling Code 2024, section 6, stage 2"
        assert code.cited(changed.extension) == (
            "LGSCO Complaint Handling Code 2024, paragraph 6.4"
        )


class TestWhatAPolicyKeeps:
    def test_what_it_does_not_mention_is_the_codes(self):
        code = policy()
        assert [each.id for each in code.clocks] == [each.id for each in LGSCO.clocks]
        assert code.calendar == "england-and-wales"
        assert code.stages == LGSCO.stages
        assert [r.key for r in code.requirements] == [r.key for r in LGSCO.requirements]
        assert code.ombudsman == attrs.evolve(LGSCO.ombudsman, cites="Local Government Act 1974")

    def test_what_it_has_for_itself(self):
        code = policy()
        assert (code.id, code.version, code.title, code.extends) == (
            "ours-2026",
            "2",
            "Our policy",
            "lgsco-2024",
        )
        assert (code.in_force_from, code.drop) == (date(2026, 4, 1), ())

    def test_a_changed_clock_keeps_the_keys_that_it_does_not_give(self):
        code = policy("""
[[clocks]]
id = "stage-2-respond"
limits = [{ starts = ["stage-2-acknowledged"], length = 15, unit = "working-days" }]
paragraph = "4"
source = "primary"
""")
        old, new = clock(LGSCO, "stage-2-respond"), clock(code, "stage-2-respond")
        assert (new.rule, new.asks, new.met_by, new.stage) == (
            old.rule,
            old.asks,
            old.met_by,
            old.stage,
        )
        assert new.limits[0].length == 15
        assert new.limits[0].presumed_from_due is None, "limits are said anew as a whole"
        assert [c.id for c in code.clocks] == [c.id for c in LGSCO.clocks]


class TestWhatAPolicyChanges:
    def test_only_how_far_an_answer_may_be_put_off(self):
        code = policy("""
[[clocks]]
id = "stage-1-respond"
paragraph = "4"
source = "primary"
extension = { length = 5, paragraph = "4.2", source = "primary" }
""")
        changed = clock(code, "stage-1-respond")
        assert (changed.extension.length, changed.extension.cap) == (5, "soft")
        assert code.cited(changed.extension) == "Our policy, 4.2"
        assert changed.limits == clock(LGSCO, "stage-1-respond").limits

    def test_its_own_limit_to_escalate_and_its_own_exclusion(self):
        code = policy("""
exclusions = [{ id = "vexatious", label = "Vexatious", paragraph = "7", source = "primary" }]
[[clocks]]
id = "escalate-by"
kind = "right"
limits = [{ starts = ["stage-1-responded"], length = 28, unit = "calendar-days" }]
met_by = ["escalated"]
rule = "OURS-01"
paragraph = "5"
source = "primary"
""")
        assert code.clocks[-1].id == "escalate-by"
        assert code.clocks[-1].limits[0].length == 28
        assert [each.id for each in code.exclusions][-1] == "vexatious"
        assert len(code.exclusions) == len(LGSCO.exclusions) + 1

    def test_a_requirement_an_escalation_and_the_ombudsman(self):
        code = policy("""
[[requirements]]
rule = "LGSCO-06"
check = "says"
of = "response-extended"
stage = "stage-1"
refuses = true
paragraph = "4.3"
source = "primary"
[[escalations]]
leaves = "stage-1"
reaches = "stage-2"
reasons_needed = true
paragraph = "5"
source = "primary"
[ombudsman]
name = "The Ombudsman"
paragraph = "6"
source = "primary"
""")
        asked, second = [r for r in code.requirements if r.rule == "LGSCO-06"]
        assert (second.stage, second.refuses) == ("stage-2", False)
        assert (asked.refuses, asked.needs, asked.cites) == (
            True,
            ("ombudsman-details-given",),
            None,
        )
        assert [e.reasons_needed for e in code.escalations] == [True, False]
        assert (code.ombudsman.id, code.ombudsman.name) == ("lgsco", "The Ombudsman")

    def test_another_convention_of_counting(self):
        head = HEAD.replace("lgsco-2024", "spso-2021")
        code = policy(
            """
[[clocks]]
id = "stage-1-respond"
limits = [{ starts = ["received"], length = 5, unit = "working-days", counting = "after" }]
paragraph = "3"
source = "primary"
""",
            head,
        )
        told = {"received": Milestone(on=date(2026, 6, 11))}
        owed = deadlines(code, load_calendar("scotland"), told)
        assert owed[0].due_on == date(2026, 6, 19), "domain-sources C: a day later than E4"

    def test_days_on_which_the_council_is_closed(self):
        code = policy('closures = { 2026-12-29 = "Council closed", 2026-12-30 = "Council closed" }')
        assert code.closures == {
            date(2026, 12, 29): "Council closed",
            date(2026, 12, 30): "Council closed",
        }

    def test_what_it_leaves_out(self):
        code = policy('drop = ["whole-journey", "LGSCO-09", "stage-2-respond-extended"]')
        assert "whole-journey" not in {each.id for each in code.clocks}
        assert "LGSCO-09" not in {each.rule for each in code.requirements}
        assert clock(code, "stage-2-respond").extension is None
        assert code.drop == ("whole-journey", "LGSCO-09", "stage-2-respond-extended")


class TestAPolicyOfAPolicy:
    SECOND = """
id = "ours-2027"
version = "1"
title = "Our policy of 2027"
extends = "ours-2026"
in_force_from = 2027-01-01
closures = { 2026-12-31 = "Closed" }
"""

    def test_it_builds_on_both_and_cites_each_for_its_own(self):
        first = policy("""
drop = ["whole-journey"]
closures = { 2026-12-29 = "Closed" }
[[clocks]]
id = "stage-1-acknowledge"
limits = [{ starts = ["received"], length = 2, unit = "working-days" }]
paragraph = "3"
source = "primary"
""")
        second = parse_code(self.SECOND, "second.toml", {"ours-2026": first}.__getitem__)
        assert second.cited(clock(second, "stage-1-acknowledge")) == "Our policy, 3"
        assert second.cited(clock(second, "stage-1-respond")).startswith("LGSCO Complaint")
        assert "whole-journey" not in {each.id for each in second.clocks}
        assert sorted(second.closures) == [date(2026, 12, 29), date(2026, 12, 31)]
        assert second.drop == ()

    def test_a_file_finds_what_it_extends_beside_itself_with_its_text(self, tmp_path):
        (tmp_path / "ours-2026.toml").write_text(HEAD)
        (tmp_path / "new.toml").write_text(self.SECOND)
        edition = load_code(str(tmp_path / "new.toml"))
        assert edition.base.code.id == "ours-2026"
        assert edition.base.text == HEAD
        assert edition.extends_sha256 == edition.base.sha256
        assert edition.base.extends_sha256 == load_code("lgsco-2024").sha256
        assert load_code("lgsco-2024").extends_sha256 is None

    def test_a_circle_is_refused(self, tmp_path):
        (tmp_path / "ours-2026.toml").write_text(HEAD.replace("lgsco-2024", "ours-2027"))
        (tmp_path / "ours-2027.toml").write_text(self.SECOND)
        with pytest.raises(BadValue, match="extends goes round in a circle: ours-2027"):
            load_code(str(tmp_path / "ours-2027.toml"))

    def test_a_base_that_is_nowhere_is_named_with_the_mend(self, tmp_path):
        (tmp_path / "new.toml").write_text(self.SECOND)
        with pytest.raises(BadValue) as caught:
            load_code(str(tmp_path / "new.toml"))
        assert "line 5: extends: no handling code is called 'ours-2026'" in str(caught.value)
        assert "put ours-2026.toml beside this file" in str(caught.value)


class TestWhatAPolicyMayNotHold:
    @pytest.mark.parametrize(
        ("more", "said"),
        [
            (
                '[[clocks]]\nid = "stage-1-respond"\nparagraph = "4"\n',
                "ours.toml, line 7: clocks[0]: source: is missing; add it",
            ),
            (
                '[[clocks]]\nid = "stage-1-respond"\nsource = "primary"\n',
                "ours.toml, line 7: clocks[0]: paragraph: is missing; add it",
            ),
            (
                '[[clocks]]\nid = "new"\nparagraph = "4"\nsource = "primary"\n',
                "ours.toml, line 7: clocks[0]: rule: is missing; add it",
            ),
            (
                '[[clocks]]\nid = "stage-1-respond"\nsize = 3\n',
                "ours.toml, line 9: clocks[0]: size: is no key here",
            ),
            (
                (
                    '[[clocks]]\nid = "stage-1-respond"\nparagraph = "4"\nsource = "primary"\n'
                    'extension = { length = 5, paragraph = "4" }\n'
                ),
                "line 11: clocks[0]: extension: source: is missing; add it",
            ),
            (
                (
                    '[[clocks]]\nid = "stage-1-respond"\nparagraph = "4"\nsource = "primary"\n'
                    "extension = 5\n"
                ),
                "line 11: clocks[0]: extension: must be a table",
            ),
            (
                (
                    '[[clocks]]\nid = "stage-1-respond"\nparagraph = "4"\nsource = "primary"\n'
                    'stage = "stage-3"\n'
                ),
                "line 11: clocks[0]: stage: 'stage-3' is not there; there is stage-1, stage-2",
            ),
            (
                (
                    '[[clocks]]\nid = "x"\nrule = "O-1"\nparagraph = "4"\nsource = "primary"\n'
                    'limits = [{ starts = ["received"], length = 1, unit = "weeks" }]\n'
                    '[[clocks]]\nid = "x"\nrule = "O-1"\nparagraph = "4"\nsource = "primary"\n'
                    'limits = [{ starts = ["received"], length = 1, unit = "weeks" }]\n'
                ),
                "line 14: clocks[1]: id: 'x' stands there twice; give each its own id",
            ),
            ("clocks = 5\n", "line 7: clocks: must be a list"),
            ("clocks = [5]\n", "line 7: clocks[0]: must be a table"),
            ('colour = "red"\n', "line 7: colour: is no key here"),
            ('drop = ["noise"]\n', "line 7: drop: 'noise' is not there; there is stage-1-ack"),
            ('drop = "noise"\n', "line 7: drop: must be a list"),
            (
                'drop = ["stage-1-acknowledge"]\n',
                (
                    "line 5: extends: 'stage-1-respond' of lgsco-2024 does not fit what is changed or"
                    " dropped: limits[0]: presumed_from_due: 'stage-1-acknowledge' is not there"
                ),
            ),
            (
                'drop = ["raise-by"]\n',
                "'LGSCO-13' of lgsco-2024 does not fit what is changed or dropped: clock: ",
            ),
            (
                'ombudsman = { id = "other", paragraph = "1", source = "primary" }\n',
                (
                    "'stage-2 to lgsco' of lgsco-2024 does not fit what is changed or dropped:"
                    " reaches: 'lgsco' is not there"
                ),
            ),
            (
                'closures = { 2026-13-01 = "x" }\n',
                "line 7: closures: 2026-13-01: is no day; write it as 2026-12-29",
            ),
            ("closures = { 2026-12-29 = 5 }\n", "closures: 2026-12-29: must be text"),
            ("closures = 5\n", "line 7: closures: must be a table of days"),
        ],
    )
    def test_the_line_the_key_and_the_mend_are_named(self, more, said):
        assert said in refused(more)

    def test_it_says_from_when_it_is_in_force(self):
        head = HEAD.replace("in_force_from = 2026-04-01\n", "")
        assert refused("", head) == "ours.toml: in_force_from: is missing; add it"

    def test_it_extends_neither_itself_nor_something_else_than_was_found(self):
        assert "extends: is the id of this very text" in refused(
            "", HEAD.replace("lgsco-2024", "ours-2026")
        )
        with pytest.raises(BadValue, match="the text that was found for it is of 'lgsco-2024'"):
            parse_code(HEAD.replace("lgsco-2024", "other"), "ours.toml", lambda _: LGSCO)

    def test_what_it_extends_is_in_the_library_or_given(self):
        assert "no handling code is called 'other-1'" in refused(
            "", HEAD.replace("lgsco-2024", "other-1")
        )

    def test_an_edition_drops_nothing_for_it_extends_nothing(self):
        head = HEAD.replace('extends = "lgsco-2024"\n', "")
        assert "line 6: drop: there is nothing to drop from" in refused('drop = ["x"]\n', head)

    def test_what_no_file_has_is_unknown(self):
        with pytest.raises(UnknownName):
            load_code("ours-2026.toml")

    def test_a_calendar_that_neither_names(self):
        base = attrs.evolve(LGSCO, id="bare", clocks=(), requirements=(), calendar=None)
        more = """
[[clocks]]
id = "x"
rule = "O-1"
paragraph = "4"
source = "primary"
limits = [{ starts = ["received"], length = 1, unit = "weeks" }]
"""
        with pytest.raises(BadValue, match="bare and what is changed do not fit: calendar is miss"):
            parse_code(HEAD.replace("lgsco-2024", "bare") + more, "ours.toml", lambda _: base)
