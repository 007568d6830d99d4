"""An officer asks what is due, and why: the worked examples of the domain, from outside."""

import json

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main


def ask(*arguments):
    return CliRunner().invoke(main, ["due", *arguments])


def due(code, *events, calendar=()):
    told = [part for event in events for part in ("--event", event)]
    result = ask("--code", code, *told, *calendar, "--format", "json")
    assert result.exit_code == 0, result.output
    return {deadline["id"]: deadline for deadline in json.loads(result.stdout)}


def days(code, *events, calendar=()):
    return {name: each["due_on"] for name, each in due(code, *events, calendar=calendar).items()}


class TestWorkedExamples:
    def test_e1_lgsco_01_to_08_an_ordinary_complaint(self):
        known = days(
            "lgsco-2024",
            "received=2026-01-12",
            "acknowledged=2026-01-14",
            "escalated=2026-02-13",
            "stage-2-acknowledged=2026-02-17",
        )
        assert known == {
            "stage-1-acknowledge": "2026-01-19",
            "stage-1-respond": "2026-01-28",
            "stage-1-respond-extended": "2026-02-11",
            "stage-2-acknowledge": "2026-02-20",
            "stage-2-respond": "2026-03-17",
            "stage-2-respond-extended": "2026-04-16",
            "whole-journey": "2026-04-06",
        }

    def test_e1_lgsco_03_without_acknowledgement_the_answer_is_presumed_due(self):
        known = due("lgsco-2024", "received=2026-01-12")
        assert known["stage-1-respond"]["due_on"] == "2026-02-02"
        assert known["stage-1-respond"]["presumed"] is True
        assert known["stage-1-respond"]["rule"] == "LGSCO-03"
        assert known["stage-1-acknowledge"]["presumed"] is False

    def test_e1_the_scottish_calendar_has_no_easter_monday(self):
        known = days(
            "lgsco-2024",
            "stage-2-acknowledged=2026-02-17",
            calendar=("--calendar", "scotland"),
        )
        assert known["stage-2-respond-extended"] == "2026-04-15"

    @pytest.mark.parametrize(
        ("event", "clock", "with_holiday", "without"),
        [
            ("received=2026-06-11", "stage-1-respond", "2026-06-18", "2026-06-17"),
            ("escalated=2026-05-20", "stage-2-respond", "2026-06-18", "2026-06-17"),
        ],
    )
    def test_e4_a_holiday_that_was_proclaimed_late(self, event, clock, with_holiday, without):
        assert days("spso-2021", event)[clock] == with_holiday
        england = ("--calendar", "england-and-wales")
        assert days("spso-2021", event, calendar=england)[clock] == without

    def test_e5_st_andrews_day_the_same_date_for_different_reasons(self):
        scottish = due("spso-2021", "received=2026-11-26")["stage-1-respond"]
        english = due("lgsco-2024", "received=2026-11-26")["stage-1-acknowledge"]
        assert scottish["due_on"] == english["due_on"] == "2026-12-03"
        skipped = "Mon 30 Nov 2026 is not a working day: Saint Andrew's Day"
        assert skipped in scottish["because"]
        assert skipped not in english["because"]
        assert "calendar scotland, version" in scottish["because"][-1]
        assert "calendar england-and-wales, version" in english["because"][-1]

    def test_e6_a_saturday_before_a_holiday(self):
        assert days("lgsco-2024", "received=2026-05-23")["stage-1-acknowledge"] == "2026-06-01"
        assert days("spso-2021", "received=2026-05-23")["stage-1-respond"] == "2026-06-01"

    def test_e7_an_automatic_acknowledgement_at_the_weekend(self):
        known = days("lgsco-2024", "received=2026-01-23", "acknowledged=2026-01-24")
        assert known["stage-1-respond"] == "2026-02-06"

    def test_e13_lgsco_13_twelve_months_from_awareness(self):
        assert days("lgsco-2024", "aware=2025-03-15") == {"raise-by": "2026-03-15"}
        assert days("lgsco-2024", "aware=2024-02-29") == {"raise-by": "2025-02-28"}

    def test_e13_spso_07_the_later_of_two_limits(self):
        known = due("spso-2021", "occurred=2026-01-10", "stage-1-response-received=2026-05-20")[
            "escalate-by"
        ]
        assert (known["due_on"], known["presumed"]) == ("2026-07-20", False)
        issued = due(
            "spso-2021",
            "occurred=2026-01-10",
            "stage-1-responded=2026-05-20",
            "stage-1-response-received=2026-05-22",
        )["escalate-by"]
        assert issued["due_on"] == "2026-07-22"

    @pytest.mark.parametrize(
        "when",
        [
            "2026-06-30T23:30Z",
            "2026-06-30T23:30:00+00:00",
            "2026-07-01T00:30",
            "2026-07-01",
        ],
    )
    def test_e18_gen_18_a_summer_night_belongs_to_the_day_in_london(self, when):
        known = days("lgsco-2024", f"received={when}")
        assert known["stage-1-acknowledge"] == "2026-07-08"

    def test_e19_gen_08_outside_the_calendar_nothing_is_guessed(self):
        result = ask("--code", "spso-2021", "--event", "escalated=2028-12-18")
        assert result.exit_code == 2
        assert result.stdout == ""
        assert "GEN-08" in result.stderr
        assert "2012-01-01 to 2028-12-31" in result.stderr


class TestHowItIsPrinted:
    def test_json_has_these_keys_and_no_others(self):
        known = due("lgsco-2024", "received=2026-01-12")["stage-1-acknowledge"]
        assert list(known) == ["id", "due_on", "rule", "source", "presumed", "because"]
        assert known["source"] == "LGSCO Complaint Handling Code 2024, paragraph 6.2"

    def test_as_text_each_deadline_stands_over_its_reasons(self):
        result = ask("--code", "lgsco-2024", "--event", "received=2026-01-12")
        assert "stage-1-respond           Mon 2 Feb 2026, presumed\n" in result.stdout
        assert "\n    Sat 17 Jan 2026 is not a working day: weekend\n" in result.stdout

    def test_as_csv_for_a_spreadsheet(self):
        result = ask("--code", "lgsco-2024", "--event", "aware=2025-03-15", "--format", "csv")
        assert result.stdout.startswith(
            "id,due_on,rule,source,presumed,because\nraise-by,2026-03-15,"
        )

    def test_a_code_that_judges_nothing_owes_nothing(self):
        assert days("none", "received=2026-01-12") == {}
        result = ask("--code", "none", "--event", "received=2026-01-12")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "Nothing is due" in result.stderr

    def test_a_councils_own_code_is_given_by_its_path(self, tmp_path):
        path = tmp_path / "ours.toml"
        path.write_text(
            'id = "ours"\nversion = "1"\ntitle = "Ours"\ncalendar = "northern-ireland"\n'
            '[[clocks]]\nid = "acknowledge"\nrule = "O-1"\nparagraph = "1"\nsource = "primary"\n'
            'limits = [{ starts = ["received"], length = 1, unit = "working-days" }]\n'
        )
        assert days(str(path), "received=2026-03-16") == {"acknowledge": "2026-03-18"}


class TestBadInput:
    @pytest.mark.parametrize(
        ("event", "said"),
        [
            ("posted=2026-01-12", "no event is called so; there is occurred, aware, received"),
            ("received", "this is no day; write it as 2026-01-31"),
            ("received=12/01/2026", "this is no day; write it as 2026-01-31"),
            ("received=20260112", "this is no day"),
            ("received=2026-02-30", "there is no 2026-02-30"),
            ("received=2026-01-12T25:00", "this is no time; write it as 2026-01-31T09:30"),
            ("received=9999-12-31T23:59-05:00", "this is no time"),
        ],
    )
    def test_what_is_no_event_or_day_is_named(self, event, said):
        result = ask("--code", "lgsco-2024", "--event", event)
        assert result.exit_code == 2
        assert said in result.stderr
        assert result.stdout == ""

    def test_an_event_given_twice_is_not_chosen_from(self):
        result = ask(
            "--code", "none", "--event", "received=2026-01-12", "--event", "received=2026-01-13"
        )
        assert result.exit_code == 2
        assert "an --event is given twice" in result.stderr

    def test_an_unknown_code_or_calendar_lists_the_known(self):
        result = ask("--code", "lgsco", "--event", "received=2026-01-12")
        assert result.exit_code == 2
        assert "no handling code " in result.stderr
        assert "there is lgsco-2024, none, spso-2021" in result.stderr
        result = ask(
            "--code", "lgsco-2024", "--event", "received=2026-01-12", "--calendar", "wales"
        )
        assert result.exit_code == 2
        assert "no calendar " in result.stderr
        assert "there is england-and-wales, northern-ireland, scotland" in result.stderr

    def test_nothing_happened(self):
        assert ask("--code", "lgsco-2024").exit_code == 2


class TestCodes:
    def test_the_codes_are_listed(self):
        result = CliRunner().invoke(main, ["codes", "list", "--format", "json"])
        listed = {row["id"]: row for row in json.loads(result.stdout)}
        assert listed["lgsco-2024"]["in_force_from"] == "2026-04-01"
        assert len(listed["lgsco-2024"]["sha256"]) == 64

    def test_a_code_shows_its_clocks(self):
        result = CliRunner().invoke(main, ["codes", "show", "spso-2021"])
        assert "aware/occurred; stage-1-response-received" in result.stdout
        assert "5 working-days, inclusive" in result.stdout

    @pytest.mark.parametrize("form", ["json", "jsonl"])
    def test_a_code_can_be_shown_whole(self, form):
        result = CliRunner().invoke(main, ["codes", "show", "spso-2021", "--format", form])
        assert json.loads(result.stdout)["ombudsman"]["id"] == "spso"

    def test_a_file_is_checked_and_the_first_wrong_key_named(self, tmp_path):
        assert CliRunner().invoke(main, ["codes", "check", "lgsco-2024"]).exit_code == 0
        path = tmp_path / "ours.toml"
        path.write_text('id = "ours"\nversion = "1"\n')
        result = CliRunner().invoke(main, ["codes", "check", str(path)])
        assert result.exit_code == 2
        assert "title: is missing; add it" in result.stderr
