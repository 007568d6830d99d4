"""An officer looks at the handling codes, and checks one of the council's own."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main
from complaint_ledger.codes import load_code

POLICY = """
id = "ours-2026"
version = "1"
title = "Our policy"
extends = "lgsco-2024"
in_force_from = 2026-04-01
"""


def ask(*arguments):
    return CliRunner().invoke(main, ["codes", *arguments])


def rows(name):
    result = ask("show", name, "--format", "csv")
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


class TestList:
    def test_the_codes_are_listed(self):
        listed = {row["id"]: row for row in json.loads(ask("list", "--format", "json").stdout)}
        assert len(listed) == 10
        assert listed["lgsco-2024"]["in_force_from"] == "2026-04-01"
        assert len(listed["lgsco-2024"]["sha256"]) == 64


class TestShow:
    def test_each_part_stands_with_its_rule_its_paragraph_and_its_mark(self):
        shown = ask("show", "spso-2021").stdout
        assert (
            "\nstage-1-respond (duty), rule SPSO-02\n"
            "    The complaint is answered at stage 1\n"
            "    5 working-days, inclusive (unverified), from received\n"
            "    SPSO Model Complaints Handling Procedure for local authorities 2021,"
            " part 3, stage 1 (source: near-identical)\n"
        ) in shown
        assert (
            "\nstage-1-respond-extended (extension), rule SPSO-02\n    5 working-days more" in shown
        )
        assert "\nsays (refused without), rule SPSO-04\n" in shown

    def test_a_clock_with_two_limits_shows_both(self):
        shown = ask("show", "spso-2021").stdout
        assert "6 calendar-months, from aware/occurred\n    2 calendar-months, from" in shown

    def test_what_has_no_length_of_its_own_says_so(self):
        found = {row["id"]: row for row in rows("children-2006")}
        assert found["recommendation"]["limit"] == "the day that is said"
        assert found["stage-1-respond"]["limit"].startswith("10 working-days, after, from the la")
        assert found["stage-1-respond-extended"]["limit"] == (
            "10 working-days more, hard, only for complex"
        )
        assert found["stage-2-respond-extended"]["limit"] == (
            "40 working-days more, hard, refused beyond"
        )
        extended = {row["id"]: row for row in rows("psow")}["stage-2-respond-extended"]
        assert extended["limit"] == "no cap"

    def test_as_csv_every_part_is_a_row(self):
        code = load_code("lgsco-2024").code
        found = rows("lgsco-2024")
        extended = [clock for clock in code.clocks if clock.extension]
        assert len(found) == len(code.clocks) + len(extended) + len(code.requirements)
        assert all(row["rule"] and row["paragraph"] and row["source"] for row in found)
        assert {row["part"] for row in found} == {
            "duty",
            "norm",
            "right",
            "extension",
            "requirement",
            "refused without",
        }

    def test_a_part_of_another_text_cites_that_text(self):
        found = {row["id"]: row for row in rows("lgsco-2024")}
        assert found["public-report"]["text"] == "Local Government Act 1974"
        assert found["stage-1-respond"]["text"] == "LGSCO Complaint Handling Code 2024"

    @pytest.mark.parametrize("form", ["json", "jsonl"])
    def test_a_code_can_be_shown_whole(self, form, tmp_path):
        shown = json.loads(ask("show", "spso-2021", "--format", form).stdout)
        assert shown["ombudsman"]["id"] == "spso"
        assert shown["extends_sha256"] is None
        path = tmp_path / "ours.toml"
        path.write_text(POLICY + 'closures = { 2026-12-29 = "Closed" }\n')
        shown = json.loads(ask("show", str(path), "--format", form).stdout)
        assert shown["closures"] == {"2026-12-29": "Closed"}
        assert shown["extends_sha256"] == load_code("lgsco-2024").sha256


class TestCheck:
    def test_a_sound_code_is_called_sound(self, tmp_path):
        clocks = len(load_code("lgsco-2024").code.clocks)
        assert f"lgsco-2024, version 1, {clocks} clocks" in ask("check", "lgsco-2024").stdout
        path = tmp_path / "ours.toml"
        path.write_text(POLICY)
        assert "ours-2026 over lgsco-2024, version 1" in ask("check", str(path)).stdout

    @pytest.mark.parametrize(
        ("key", "said"),
        [
            ('calendar = "atlantis"', "no calendar has that name; there is england-and-wales"),
            ('closures = { 2042-12-29 = "Closed" }', "2042-12-29"),
        ],
        ids=["no such calendar", "closed beyond the calendar"],
    )
    def test_the_calendar_is_looked_at_too(self, tmp_path, key, said):
        path = tmp_path / "ours.toml"
        path.write_text(POLICY + key + "\n")
        result = ask("check", str(path))
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('id = "ours"\nversion = "1"\n', ": title: is missing; add it"),
            ('id = "ours"\nversion = 1\ntitle = "Ours"\n', ", line 2: version: must be text"),
            (POLICY + "colour = 1\n", ", line 7: colour: is no key here"),
            ("id = \n", ": is not TOML: "),
        ],
    )
    def test_the_first_thing_wrong_is_named_with_its_line_its_key_and_the_mend(
        self, tmp_path, text, said
    ):
        path = tmp_path / "ours.toml"
        path.write_text(text)
        result = ask("check", str(path))
        assert result.exit_code == 2
        assert f"{path}{said}" in result.stderr
