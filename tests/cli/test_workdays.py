"""An officer counts working days, by a calendar and a convention that are named."""

import json

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main


def workdays(*arguments):
    return CliRunner().invoke(main, ["workdays", *arguments])


def answer(*arguments):
    result = workdays(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


ENGLAND = ("--calendar", "england-and-wales")


class TestAdd:
    @pytest.mark.parametrize(
        ("counting", "date"),
        [("after", "2026-06-01"), ("inclusive", "2026-06-01"), ("deemed", "2026-06-02")],
    )
    def test_e6_three_conventions(self, counting, date):
        known = answer("add", "2026-05-23", "5", *ENGLAND, "--counting", counting)
        assert list(known) == ["date", "because"]
        assert known["date"] == date
        assert "Mon 25 May 2026 is not a working day: Spring Bank Holiday" in known["because"]
        assert known["because"][-1].startswith("calendar england-and-wales, version ")

    @pytest.mark.parametrize(
        "order",
        [
            ("2025-12-16", "-2", *ENGLAND, "--counting", "deemed"),
            (*ENGLAND, "--counting", "deemed", "2025-12-16", "-2"),
        ],
    )
    def test_a_negative_number_counts_back(self, order):
        assert answer("add", *order)["date"] == "2025-12-12"

    def test_a_negative_number_may_stand_after_the_options(self):
        result = workdays("add", *ENGLAND, "--counting", "after", "--", "2025-12-16", "-2")
        assert result.stdout.startswith("Fri 12 Dec 2025\n")

    def test_the_convention_must_be_named(self):
        result = workdays("add", "2026-05-23", "5", *ENGLAND)
        assert result.exit_code == 2
        assert "say --counting after|inclusive|deemed" in result.stderr

    @pytest.mark.parametrize(
        ("unit", "number", "roll", "date"),
        [
            ("calendar-days", "30", ("--roll",), "2026-12-29"),
            ("calendar-days", "30", (), "2026-12-26"),
            ("calendar-months", "1", (), "2026-12-26"),
            ("calendar-months", "1", ("--roll",), "2026-12-29"),
        ],
    )
    def test_e12_calendar_days_and_months(self, unit, number, roll, date):
        known = answer("add", "2026-11-26", number, *ENGLAND, "--unit", unit, *roll)
        assert known["date"] == date

    def test_saturdays_and_closure_days(self):
        add = ("add", "2026-05-22", "1", *ENGLAND, "--counting", "after")
        assert answer(*add)["date"] == "2026-05-26"
        assert answer(*add, "--saturdays")["date"] == "2026-05-23"
        closed = answer(*add, "--closed", "2026-05-26")
        assert closed["date"] == "2026-05-27"
        assert "Tue 26 May 2026 is not a working day: closed" in closed["because"]
        assert "calendar england-and-wales, with closures" in closed["because"][-1]

    def test_as_text_the_day_comes_first_and_its_reasons_after(self):
        result = workdays("add", "2026-01-12", "5", *ENGLAND, "--counting", "after")
        assert result.stdout.startswith("Mon 19 Jan 2026\n  5 working days (after), counting")

    def test_as_csv(self):
        result = workdays(
            "add", "2026-01-12", "1", *ENGLAND, "--counting", "after", "--format", "csv"
        )
        assert result.stdout.startswith("date,because\n2026-01-13,")

    def test_e19_gen_08_outside_the_calendar_nothing_is_guessed(self):
        result = workdays("add", "2028-12-18", "20", *ENGLAND, "--counting", "after")
        assert result.exit_code == 2
        assert result.stdout == ""
        assert "GEN-08" in result.stderr

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("2026-02-30", "5"), "there is no 2026-02-30"),
            (("tomorrow", "5"), "this is no day"),
            (("2026-01-12", "five"), "'five' is not a valid integer"),
            (("2026-01-12", "0", "--counting", "inclusive"), "ask for 1 or -1"),
        ],
    )
    def test_bad_input_is_named(self, arguments, said):
        result = workdays("add", "--counting", "after", *ENGLAND, *arguments)
        assert result.exit_code == 2
        assert said in result.stderr


class TestBetween:
    @pytest.mark.parametrize(("counting", "days"), [("after", 1), ("inclusive", 2), ("deemed", 1)])
    def test_days_between(self, counting, days):
        known = answer("between", "2025-12-05", "2025-12-08", *ENGLAND, "--counting", counting)
        assert list(known) == ["days", "because"]
        assert known["days"] == days
        assert "Sat 6 Dec 2025 is not a working day: weekend" in known["because"]

    def test_as_text(self):
        result = workdays("between", "2025-12-05", "2025-12-08", *ENGLAND, "--counting", "after")
        assert result.stdout.startswith("1\n  working days to Mon 8 Dec 2025 (after), counting")
