"""
What mySociety, the Ministry of Justice and the Home Office say is due, we say too.

Each row of their test suites is asked of the command line. The rows are not kept here.
"""

import csv
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main

DATA = os.environ.get("COMPLAINT_LEDGER_DATA")
FOLDER = Path(DATA or ".", "due_dates")
VECTORS = FOLDER / "due_date_vectors.csv"
GOV_UK = Path(DATA or ".", "uk_bank_holidays", "govuk_bank_holidays-0.19_bank-holidays.json")

CALENDARS = {
    "govuk_ew": ("--calendar", f"{GOV_UK}#england-and-wales"),
    "govuk_ew_plus_2023-11-30": (
        *("--calendar", f"{GOV_UK}#england-and-wales"),
        *("--closed", "2023-11-30"),
    ),
}
COUNTING = {
    "day_after_is_day_1": "after",
    "start_is_day_1": "inclusive",
    "roll_start_then_next_is_day_1": "deemed",
    "count_one_end": "after",
    "count_both_ends": "inclusive",
}
# The notes of these two say in words what is counted.
COUNTING_OF_ROW = {"DD055": "inclusive", "DD057": "deemed"}
OPTIONS = {
    "add_calendar_days": ("--unit", "calendar-days"),
    "add_calendar_days_roll_forward": ("--unit", "calendar-days", "--roll"),
    "add_calendar_months_roll_forward": ("--unit", "calendar-months", "--roll"),
    "add_working_days_saturdays_count": ("--saturdays",),
}


def rows():
    if not VECTORS.is_file():
        reason = "COMPLAINT_LEDGER_DATA does not say where due_dates/due_date_vectors.csv is"
        return [pytest.param({}, id="no-data", marks=pytest.mark.skip(reason=reason))]
    with VECTORS.open(encoding="utf-8", newline="") as lines:
        return [pytest.param(row, id=row["id"]) for row in csv.DictReader(lines)]


@pytest.mark.parametrize("row", rows())
def test_another_systems_due_date_is_ours(row):
    calendar = CALENDARS.get(
        row["calendar"], ("--calendar", f"{FOLDER / 'calendars.json'}#{row['calendar']}")
    )
    counting = COUNTING_OF_ROW.get(row["id"]) or COUNTING.get(row["convention"])
    named = ("--counting", counting) if counting else ()
    if row["end"] and row["operation"].startswith("working_days"):
        asked = ["between", row["start"], row["end"]]
        answer = "days"
    else:
        back = "-" if row["operation"] == "subtract_working_days" else ""
        asked = ["add", row["start"], f"{back}{row['n']}", *OPTIONS.get(row["operation"], ())]
        answer = "date"

    result = CliRunner().invoke(main, ["workdays", *asked, *calendar, *named, "--format", "json"])

    assert result.exit_code == 0, result.output
    assert str(json.loads(result.stdout)[answer]) == row["expected"]
