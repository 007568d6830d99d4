"""An auditor asks what fell short, by which paragraph; an officer what is owed next."""

import csv
import json

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main

LEDGER = "sqlite:///council.db"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLAINT_LEDGER_URL", LEDGER)

    def invoke(*arguments, status=0):
        result = CliRunner().invoke(main, [str(a) for a in arguments])
        assert "Traceback" not in result.output
        assert result.exit_code == status, (arguments, result.output)
        return result

    return invoke


@pytest.fixture
def council(run, monkeypatch):
    """A ledger under lgsco-2024 with one complaint that was acknowledged and answered late."""
    actor = run("init", "--council", "Northborough").stdout.strip()
    monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
    run("record", "receive", "--reference", "C-1", "--on", "2026-05-11", "--service", "waste")
    run("record", "acknowledge", "C-1", "--on", "2026-05-20")
    run("record", "respond", "C-1", "--on", "2026-06-10", "--outcome", "not-upheld",
        "--decided-by", actor, "--told", "ombudsman")  # fmt: skip
    return run


def found(run, *arguments, status=1):
    return json.loads(run("findings", *arguments, "--format", "json", status=status).stdout)


class TestFindings:
    def test_each_says_rule_paragraph_verdict_and_why_in_a_sentence(self, council):
        (late,) = found(council, "C-1", "--rule", "LGSCO-01")
        history = json.loads(council("history", "C-1", "--format", "json").stdout)
        assert late == {
            "reference": "C-1",
            "rule": "LGSCO-01",
            "code": "lgsco-2024",
            "paragraph": "LGSCO Complaint Handling Code 2024, paragraph 6.2",
            "source": "primary",
            "verdict": "missed",
            "subject": "stage-1-acknowledge",
            "stage": "stage-1",
            "attempt": 1,
            "head": None,
            "item": None,
            "events": [event["id"] for event in history[:2]],
            "due_on": "2026-05-18",
            "first_due_on": None,
            "happened_on": "2026-05-20",
            "days_late": 2,
            "presumed": False,
            "sentence": "The complaint is acknowledged and logged: due on Mon 18 May 2026;"
            " done on Wed 20 May 2026, 2 days late.",
        }

    def test_how_well_a_source_is_known_stands_wherever_it_is_printed(self, council):
        (heads,) = found(council, "C-1", "--rule", "LGSCO-14")
        assert heads["source"] == "secondary"
        assert heads["paragraph"].endswith("paragraph 6.8 (source: secondary)")
        printed = council("findings", "C-1", "--rule", "LGSCO-14", status=1).stdout
        assert "(source: secondary)" in printed

    def test_a_day_before_the_limit_nobody_can_tell_and_a_day_after_it_was_missed(self, run):
        actor = run("init", "--council", "Northborough").stdout.strip()
        run("record", "receive", "--actor", actor, "--reference", "C-1")
        (acknowledged,) = found(run, "C-1", "--rule", "LGSCO-01", status=0)
        assert acknowledged["verdict"] == "cannot-tell"
        assert acknowledged["days_late"] is None

    def test_as_known_then_it_was_judged_as_it_was_known_then(self, council):
        history = json.loads(council("history", "C-1", "--format", "json").stdout)
        then = f"@{history[-1]['position']}"
        first = found(council, "C-1", "--known-at", then)
        assert {one["rule"]: one["verdict"] for one in first}["LGSCO-01"] == "missed"
        council("record", "correct", "C-1", "2", "--set", "occurred_on=2026-05-12",
                "--reason", "typing", status=2)  # fmt: skip
        position = history[1]["position"]
        council("record", "correct", "C-1", position, "--set", "occurred_on=2026-05-12",
                "--reason", "typing")  # fmt: skip
        now = found(council, "C-1")
        assert {one["rule"]: one["verdict"] for one in now}["LGSCO-01"] == "met"
        assert found(council, "C-1", "--known-at", then) == first

    def test_they_are_chosen_by_code_rule_and_verdict(self, council):
        every = found(council, "C-1")
        assert {one["verdict"] for one in every} == {"met", "missed"}
        for name in ("code", "rule", "verdict"):
            for value in {one[name] for one in every}:
                status = 1 if "missed" in {o["verdict"] for o in every if o[name] == value} else 0
                chosen = found(council, "C-1", f"--{name}", value, status=status)
                assert chosen == [one for one in every if one[name] == value]

    def test_a_day_that_was_put_off_stands_beside_the_one_by_the_code(self, council):
        council("record", "receive", "--reference", "C-3", "--on", "2026-05-11")
        council("record", "acknowledge", "C-3", "--on", "2026-05-12")
        council("record", "extend", "C-3", "--on", "2026-05-20", "--until", "2026-06-05",
                "--reason", "complexity", "--told-on", "2026-05-20",
                "--ombudsman-details-given")  # fmt: skip
        council("record", "respond", "C-3", "--on", "2026-06-05", "--outcome", "upheld")
        (answered,) = (
            one for one in found(council, "C-3", status=0) if one["subject"] == "stage-1-respond"
        )
        assert answered["verdict"] == "met"
        assert (answered["due_on"], answered["first_due_on"]) == ("2026-06-05", "2026-05-27")
        assert "(put off from Wed 27 May 2026)" in answered["sentence"]

    def test_as_csv_a_finding_is_a_row_with_all_that_it_says(self, council):
        lines = council("findings", "C-1", "--format", "csv", status=1).stdout.splitlines()
        rows = list(csv.DictReader(lines))
        every = found(council, "C-1")
        assert set(rows[0]) == set(every[0])
        assert len(rows) == len(every)
        (late,) = (row for row in rows if row["rule"] == "LGSCO-01")
        assert (late["due_on"], late["first_due_on"], late["days_late"]) == ("2026-05-18", "", "2")

    @pytest.mark.parametrize("name", ["rule", "code"])
    def test_a_rule_or_a_code_that_is_none_is_an_error_and_not_a_clean_sheet(self, council, name):
        for asked in ((), ("C-1",)):
            result = council("findings", *asked, f"--{name}", "LGSCO-99", status=2)
            assert f"no {name}" in result.stderr
            assert {"rule": "LGSCO-01", "code": "lgsco-2024"}[name] in result.stderr

    @pytest.mark.parametrize("rule", ["GEN-11", "stage-unknown", "LGSCO-22", "LGSCO-05"])
    def test_a_rule_that_found_nothing_is_a_rule_all_the_same(self, council, rule):
        assert found(council, "C-1", "--rule", rule, status=0) == []

    def test_nothing_missed_is_exit_status_0(self, council):
        council("findings", "C-1", "--verdict", "met", status=0)
        council("findings", "C-1", "--verdict", "missed", status=1)

    def test_all_complaints_are_judged_and_counted_by_rule(self, council):
        council("record", "receive", "--reference", "C-2", "--on", "2026-05-11")
        rows = found(council, "--summary")
        (acknowledged,) = (row for row in rows if row["rule"] == "LGSCO-01")
        assert (acknowledged["missed"], acknowledged["met"], acknowledged["cannot_tell"]) == (
            2,
            0,
            0,
        )
        assert acknowledged["complaints"] == 2
        listed = found(council)
        for row in rows:
            mine = [
                one["verdict"] for one in listed
                if (one["rule"], one["code"], one["paragraph"])
                == (row["rule"], row["code"], row["paragraph"])
            ]  # fmt: skip
            counts = [row["met"], row["missed"], row["cannot_tell"]]
            assert [mine.count(v) for v in ("met", "missed", "cannot-tell")] == counts

    def test_what_if_judges_by_another_code_and_records_nothing(self, council):
        before = council("history", "C-1", "--format", "json").stdout
        head = council("history", "ledger", "--format", "json").stdout
        other = found(council, "C-1", "--what-if", "housing-2024", "--code", "housing-2024")
        assert {"HO-01", "HO-04"} <= {one["rule"] for one in other}
        assert council("history", "C-1", "--format", "json").stdout == before
        assert council("history", "ledger", "--format", "json").stdout == head

    def test_what_if_takes_a_councils_own_policy_from_a_file(self, council, tmp_path):
        (tmp_path / "slower.toml").write_text(SLOWER, encoding="utf-8")
        (answered,) = found(
            council, "C-1", "--what-if", "slower.toml", "--rule", "LGSCO-02", status=0
        )
        assert (answered["verdict"], answered["due_on"]) == ("met", "2026-06-15")
        assert answered["paragraph"] == "Slower policy, part 4"
        english = found(council, "C-1", "--what-if", "slower.toml", "--calendar", "scotland")
        assert english != found(council, "C-1", "--what-if", "slower.toml")

    def test_what_if_finds_a_policy_that_the_ledger_keeps(self, council, tmp_path):
        path = tmp_path / "slower.toml"
        path.write_text(SLOWER, encoding="utf-8")
        council("findings", "C-1", "--what-if", "slower", status=2)
        council("codes", "adopt", "slower.toml", "--from", "2026-08-01")
        path.unlink()
        (answered,) = found(council, "C-1", "--what-if", "slower", "--rule", "LGSCO-02", status=0)
        assert (answered["verdict"], answered["due_on"]) == ("met", "2026-06-15")

    def test_a_member_may_read_what_is_no_name(self, council):
        printed = council("findings", "--summary", status=1).stdout
        assert "Northborough" not in printed
        assert "C-1" not in printed


SLOWER = """
id = "slower"
version = "1"
title = "Slower policy"
extends = "lgsco-2024"
in_force_from = 2026-01-01

[[clocks]]
id = "stage-1-respond"
limits = [{ starts = ["received"], length = 24, unit = "working-days" }]
paragraph = "part 4"
source = "primary"
"""


class TestAgenda:
    def owed(self, run, *arguments):
        return json.loads(run("agenda", *arguments, "--format", "json").stdout)

    @pytest.fixture
    def busy(self, council):
        council("record", "receive", "--reference", "C-2", "--on", "2026-05-11",
                "--service", "housing")  # fmt: skip
        council("record", "remedy-offered", "C-1", "--on", "2026-06-10", "--item", "r1", "--kind",
                "apology", "--due-on", "2026-07-01", "--description", "We apologise.")  # fmt: skip
        council("record", "close", "C-1", "--on", "2026-06-11")
        return council

    def test_what_is_late_comes_first_with_its_reasons(self, busy):
        owed = self.owed(busy)
        assert [(one["reference"], one["what"], one["due_on"]) for one in owed] == [
            ("C-2", "stage-1-acknowledge", "2026-05-18"),
            ("C-2", "stage-1-respond", "2026-06-02"),
            ("C-1", "remedy r1", "2026-07-01"),
        ]
        assert all(one["working_days"] < 0 for one in owed)
        assert owed[1]["presumed"] is True
        assert owed[0]["because"][0] == "received on Mon 11 May 2026"

    def test_it_goes_by_the_day_that_holds_and_not_by_what_the_person_was_told(self, council):
        council("record", "receive", "--reference", "C-3", "--on", "2026-05-11")
        council("record", "acknowledge", "C-3", "--on", "2026-05-12")
        said = ("--until", "2026-06-05", "--reason", "complexity", "--ombudsman-details-given")
        council("record", "extend", "C-3", "--on", "2026-06-01", "--told-on", "2026-06-01", *said)
        (late,) = (one for one in self.owed(council) if one["reference"] == "C-3")
        assert late["due_on"] == "2026-05-27"  # put off after it had passed
        entry = json.loads(council("history", "C-3", "--format", "json").stdout)[-1]["position"]
        council("record", "correct", "C-3", entry, "--set", "occurred_on=2026-05-20",
                "--set", "told_on=2026-05-20", "--reason", "typing")  # fmt: skip
        (in_time,) = (one for one in self.owed(council) if one["reference"] == "C-3")
        assert in_time["due_on"] == "2026-06-05"

    def test_gen_14_closing_a_complaint_ends_no_remedy_until_it_is_delivered(self, busy):
        assert "remedy r1" in {one["what"] for one in self.owed(busy)}
        busy("record", "remedy-delivered", "C-1", "--on", "2026-06-29", "--item", "r1")
        assert "remedy r1" not in {one["what"] for one in self.owed(busy)}

    def test_it_is_chosen_by_service_and_by_handler(self, busy):
        assert {o["reference"] for o in self.owed(busy, "--service", "housing")} == {"C-2"}
        assert self.owed(busy, "--handler", "officer-7k2m") == []
        said = busy("agenda", "--handler", "officer-7k2m").stderr
        assert "Nothing is owed within 10 working days." in said

    def test_what_falls_later_is_left_out_until_more_days_are_asked_for(self, run):
        actor = run("init", "--council", "Northborough").stdout.strip()
        run("record", "receive", "--actor", actor, "--reference", "C-1")
        assert [o["what"] for o in self.owed(run, "--days", "6")] == ["stage-1-acknowledge"]
        later = [o["what"] for o in self.owed(run, "--days", "20")]
        assert later == ["stage-1-acknowledge", "stage-1-respond"]

    def test_as_known_then_it_is_the_agenda_of_then(self, busy):
        received = json.loads(busy("history", "C-1", "--format", "json").stdout)[0]["position"]
        known = self.owed(busy, "--known-at", f"@{received}")
        assert [o["what"] for o in known] == ["stage-1-acknowledge", "stage-1-respond"]
        assert self.owed(busy, "--known-at", f"@{received - 1}") == []

    def test_a_calendar_program_can_read_it(self, busy):
        from icalendar import Calendar

        calendar = Calendar.from_ical(busy("agenda", "--format", "ics").stdout)
        events = list(calendar.walk("VEVENT"))
        assert [str(event["SUMMARY"]) for event in events] == [
            "C-2: stage 1 acknowledge",
            "C-2: stage 1 respond",
            "C-1: remedy r1",
        ]
        assert str(events[0].decoded("DTSTART")) == "2026-05-18"
        assert "paragraph 6.2" in str(events[0]["DESCRIPTION"])
        assert len({str(event["UID"]) for event in events}) == 3


class TestTwoCodesOnOneComplaint:
    def test_each_keeps_its_own_clocks_and_is_judged_for_itself(self, run, monkeypatch):
        actor = run("init", "--council", "Northborough").stdout.strip()
        monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
        run("record", "receive", "--reference", "C-1", "--on", "2026-07-01", "--head", "h1",
            "--head", "h2", "--code", "lgsco-2024=h1", "--code", "data-protection-2026=h2")  # fmt: skip
        owed = json.loads(run("due", "C-1", "--ledger", LEDGER, "--format", "json").stdout)
        days = {(one["code"], one["id"]): one["due_on"] for one in owed}
        assert days["lgsco-2024", "stage-1-acknowledge"] == "2026-07-08"
        assert days["data-protection-2026", "acknowledge"] == "2026-07-31"
        codes = {one["code"] for one in found(run, "C-1")}
        assert {"lgsco-2024", "data-protection-2026"} <= codes


def test_e22_overturn_is_counted_by_heads(run, monkeypatch):
    actor = run("init", "--council", "Northborough").stdout.strip()
    monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
    run("record", "receive", "--reference", "C-1", "--on", "2026-05-11",
        "--head", "h1", "--head", "h2", "--head", "h3", "--code", "spso-2021")  # fmt: skip
    run("record", "resolve", "C-1", "--on", "2026-05-14", "--head", "h3",
        "--agreed-action", "A new bin.", "--told", "next-stage", status=0)  # fmt: skip
    run("record", "escalate", "C-1", "--on", "2026-05-20", "--head", "h1", "--head", "h2")
    run("record", "sign-off", "C-1", "--on", "2026-06-15", "--signed-off-by", actor)
    run("record", "respond", "C-1", "--on", "2026-06-15", "--told", "ombudsman",
        "--outcome", "h1=not-upheld", "--outcome", "h2=upheld")  # fmt: skip
    run("record", "refer", "C-1", "--on", "2026-07-01", "--body", "spso", "--reference", "2026 117")
    run("record", "ombudsman-outcome", "C-1", "--on", "2026-10-01", "--body", "spso",
        "--reference", "2026 117", "--label", "Some upheld, recommendations",
        "--finding", "h1=upheld", "--finding", "h2=upheld-already-remedied",
        "--finding", "h3=not-investigated")  # fmt: skip
    told = json.loads(run("trends", "overturn", "--format", "json").stdout)
    assert (told["heads"], told["complaints"]) == ([1, 1], [1, 1])
    assert told["references"] == ["C-1"]


class TestBadInput:
    def test_an_edition_that_was_not_in_force_yet_is_said_and_the_rest_is_judged(self, council):
        council("record", "receive", "--reference", "C-9", "--on", "2026-03-02")
        judged = found(council, "C-9")
        (older,) = (one for one in judged if one["rule"] == "code-in-force")
        assert older["verdict"] == "cannot-tell"
        assert "is in force from Wed 1 Apr 2026" in older["sentence"]
        assert {"LGSCO-01", "LGSCO-18"} <= {one["rule"] for one in judged}

    def test_gen_08_a_calendar_that_ends_before_a_deadline_stops_only_that_clock(
        self, council, tmp_path
    ):
        (tmp_path / "short.toml").write_text(SHORT, encoding="utf-8")
        council("record", "receive", "--reference", "C-9", "--on", "2026-05-11",
                "--calendar", "short.toml")  # fmt: skip
        judged = found(council, "C-9")
        clocks = {one["subject"]: one for one in judged}
        assert clocks["stage-1-acknowledge"]["verdict"] == "missed"
        assert clocks["stage-1-respond"]["verdict"] == "cannot-tell"
        assert "GEN-08" in clocks["stage-1-respond"]["sentence"]
        assert "2026-05-20" in clocks["stage-1-respond"]["sentence"]
        due = council("due", "C-9", "--ledger", LEDGER, status=1)
        assert "stage-1-acknowledge" in due.stdout
        assert "stage-1-respond: " in due.stderr
        assert "GEN-08" in due.stderr

    def test_a_stage_that_the_code_does_not_know_is_said_and_the_rest_is_judged(self, council):
        judged = found(council, "C-1", "--what-if", "adult-social-care-2009", status=1)
        assert "ASC-01" in {one["rule"] for one in judged}
        council("record", "escalate", "C-1", "--on", "2026-06-20")
        judged = found(council, "C-1", "--what-if", "adult-social-care-2009", status=1)
        (strange,) = (one for one in judged if one["rule"] == "stage-unknown")
        assert "it knows no stage-2" in strange["sentence"]
        assert "ASC-01" in {one["rule"] for one in judged}

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["C-7"], "no complaint"),
            (["--what-if", "lgsco-2042"], "no handling code"),
            (["--calendar", "scotland"], "--calendar goes with --what-if"),
            (["--verdict", "guilty"], "'guilty' is not one of"),
            (["--known-at", "@999"], "no entry at that position"),
            (["--what-if", "own.toml"], "own.toml"),
        ],
    )
    def test_what_cannot_be_asked_is_named(self, council, tmp_path, arguments, said):
        (tmp_path / "own.toml").write_text("id = 7\n", encoding="utf-8")
        result = council("findings", *arguments, status=2)
        assert said in result.stderr
        assert result.stdout == ""


SHORT = """
id = "short"
version = "1"
first = 2026-05-01
last = 2026-05-20
source = "ours"
[holidays]
2026-05-04 = "Early May bank holiday"
"""
