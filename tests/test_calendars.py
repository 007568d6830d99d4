"""The calendars are what the `holidays` package and GOV.UK say, and files can be given too."""

import json
import os
from datetime import date
from hashlib import sha256
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

from complaint_ledger.calendars import (
    __main__,
    calendar_ids,
    load_calendar,
    nations,
    parse_calendar,
    read_calendar,
)
from complaint_ledger.cli import main
from complaint_ledger.errors import BadValue, UnknownName

DATA = os.environ.get("COMPLAINT_LEDGER_DATA")
NATIONS = ("england-and-wales", "northern-ireland", "scotland")
GOV_UK_COPIES = (
    "dmossop_bank-holidays.json",
    "fishbowler_2018_bank-holidays.json",
    "govuk_bank_holidays-0.19_bank-holidays.json",
    "moj_bank_holidays_response.json",
)
WORLD_CUP = date(2026, 6, 15)


class TestTheNations:
    def test_there_is_one_for_each(self):
        assert calendar_ids() == NATIONS

    @pytest.mark.parametrize("name", NATIONS)
    def test_each_is_a_dated_snapshot_with_its_text_and_digest(self, name):
        read = read_calendar(name)
        assert read.calendar == load_calendar(name)
        assert read.sha256 == sha256(read.text.encode()).hexdigest()
        assert (read.calendar.first, read.calendar.last) == (date(2012, 1, 1), date(2028, 12, 31))
        assert read.calendar.id == name
        assert date.fromisoformat(read.calendar.version)
        assert parse_calendar(read.text, f"{name}.toml", "unused") == read.calendar

    @pytest.mark.parametrize("name", NATIONS)
    def test_each_agrees_with_the_holidays_package(self, name):
        pytest.importorskip("holidays", reason="the holidays package is not installed")
        assert nations.differences(load_calendar(name), nations.bank_holidays(name)) == []

    def test_wales_has_the_days_of_england(self):
        holidays = pytest.importorskip("holidays", reason="the holidays package is not installed")
        years = range(nations.FIRST_YEAR, nations.LAST_YEAR + 1)
        wales = holidays.country_holidays("GB", subdiv="WLS", years=years, language="en_GB")
        assert nations.differences(load_calendar("england-and-wales"), wales) == []

    def test_only_scotland_had_a_day_off_for_the_world_cup(self):
        off = [name for name in NATIONS if not load_calendar(name).is_working_day(WORLD_CUP)]
        assert off == ["scotland"]

    def test_a_difference_is_put_in_words_and_weekends_are_none(self):
        calendar = load_calendar("scotland")
        named = dict(calendar.holidays)
        del named[WORLD_CUP]
        named |= {
            date(2026, 6, 16): "the day after",
            date(2026, 6, 20): "a Saturday",
            date(2040, 6, 15): "years away",
        }
        assert nations.differences(calendar, named) == [
            f"Mon 15 Jun 2026 ({calendar.holidays[WORLD_CUP]}) is a holiday only in the calendar",
            "Tue 16 Jun 2026 (the day after) is missing from the calendar",
        ]

    def test_they_can_be_made_anew_byte_for_byte(self, tmp_path, monkeypatch, capsys):
        pytest.importorskip("holidays", reason="the holidays package is not installed")
        monkeypatch.setattr(__main__, "__file__", str(tmp_path / "__main__.py"))
        version = load_calendar("scotland").version
        monkeypatch.setattr("sys.argv", ["calendars", version])
        __main__.main()
        assert len(capsys.readouterr().out.splitlines()) == len(NATIONS)
        for name in NATIONS:
            made = (tmp_path / f"{name}.toml").read_text(encoding="utf-8").splitlines()
            kept = read_calendar(name).text.splitlines()
            source = [line for line in kept if line.startswith("source = ")]
            assert [line for line in made if not line.startswith("source = ")] == [
                line for line in kept if line not in source
            ]


def nations_in_copies():
    """Return each dated copy with each nation that it holds."""
    if not DATA:
        return []
    folder = Path(DATA, "uk_bank_holidays")
    held = {copy: json.loads((folder / copy).read_text(encoding="utf-8")) for copy in GOV_UK_COPIES}
    return [(copy, name) for copy in GOV_UK_COPIES for name in NATIONS if name in held[copy]]


@pytest.mark.skipif(not DATA, reason="COMPLAINT_LEDGER_DATA does not say where the data is")
@pytest.mark.parametrize(("copy", "name"), nations_in_copies())
def test_a_dated_copy_of_gov_uk_agrees(copy, name):
    path = Path(DATA, "uk_bank_holidays", copy)
    theirs = load_calendar(f"{path}#{name}")
    ours = load_calendar(name)
    differing = {
        day
        for calendar, other in ((ours, theirs), (theirs, ours))
        for day in calendar.holidays
        if day.weekday() < 5 and other.first <= day <= other.last and day not in other.holidays
    }
    # None of the copies has the day off that Scotland was given for the World Cup in 2026.
    assert differing == ({WORLD_CUP} if name == "scotland" else set())


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


GOV_UK = {
    "england-and-wales": {
        "division": "england-and-wales",
        "events": [{"title": "Good Friday", "date": "2026-04-03", "notes": "", "bunting": False}],
    },
    "scotland": {
        "division": "scotland",
        "events": [
            {"title": "2nd January", "date": "2026-01-02"},
            {"title": "New Year’s Day", "date": "2027-01-01"},
        ],
    },
}
TOML = """
id = "ours"
version = "7"
first = 2026-01-01
last = 2026-12-31
weekend = [6]
[holidays]
2026-05-25 = "Spring"
"""


class TestFiles:
    def test_toml_of_the_same_shape(self, tmp_path):
        calendar = load_calendar(written(tmp_path, "ours.toml", TOML))
        assert (calendar.id, calendar.version) == ("ours", "7")
        assert (calendar.first, calendar.last) == (date(2026, 1, 1), date(2026, 12, 31))
        assert calendar.weekend == {6}
        assert calendar.holidays == {date(2026, 5, 25): "Spring"}

    def test_toml_without_a_holiday(self, tmp_path):
        text = TOML.partition("weekend")[0]
        calendar = load_calendar(written(tmp_path, "ours.toml", text))
        assert calendar.holidays == {}
        assert calendar.weekend == {5, 6}

    def test_one_division_of_gov_uk_over_the_years_it_holds(self, tmp_path):
        path = written(tmp_path, "bank.json", json.dumps(GOV_UK))
        scotland = load_calendar(f"{path}#scotland")
        assert (scotland.first, scotland.last) == (date(2026, 1, 1), date(2027, 12, 31))
        assert scotland.holidays[date(2026, 1, 2)] == "2nd January"
        assert scotland.id == "bank.json#scotland"
        assert scotland.version == read_calendar(f"{path}#scotland").sha256[:12]

    def test_a_division_alone_needs_no_choosing(self, tmp_path):
        alone = {"scotland": GOV_UK["scotland"]}
        for number, held in enumerate((alone, GOV_UK["scotland"])):
            path = written(tmp_path, f"{number}.json", json.dumps(held))
            assert len(load_calendar(path).holidays) == 2

    @pytest.mark.parametrize(
        ("held", "holidays"),
        [
            ({"2026-05-25": "Spring"}, {date(2026, 5, 25): "Spring"}),
            (["2026-05-25"], {date(2026, 5, 25): "holiday"}),
            ({}, {}),
            ([], {}),
        ],
    )
    def test_a_plain_list_is_all_there_is(self, tmp_path, held, holidays):
        calendar = load_calendar(written(tmp_path, "plain.json", json.dumps(held)))
        assert calendar.holidays == holidays
        assert (calendar.first, calendar.last) == (date(1900, 1, 1), date(2199, 12, 31))

    def test_a_plain_list_may_be_one_entry_of_several(self, tmp_path):
        path = written(tmp_path, "all.json", json.dumps({"a": ["2026-05-25"], "b": [], "c": "?"}))
        assert len(load_calendar(f"{path}#a").holidays) == 1
        assert load_calendar(f"{path}#b").id == "all.json#b"


class TestWhatIsNoCalendar:
    @pytest.mark.parametrize(
        ("name", "text", "field", "why"),
        [
            ("x.toml", "id = ", "x.toml", "is not TOML"),
            ("x.toml", TOML + "[more]", "x.toml: more", "is no key here; there is first, holidays"),
            ("x.toml", TOML.replace('id = "ours"', ""), "x.toml: id", "is missing; add it"),
            ("x.toml", TOML.replace('"7"', "7"), "x.toml: version", "must be text"),
            ("x.toml", TOML.replace("2026-01-01", '"2026"'), "x.toml: first", "must be a date, as"),
            ("x.toml", TOML.replace("[6]", '["Sunday"]'), "x.toml: weekend", "must be a list of 0"),
            ("x.toml", TOML.replace("[6]", "6"), "x.toml: weekend", "must be a list of 0"),
            ("x.toml", TOML.replace("[6]", "[7]"), "x.toml: weekend", "takes some of 0"),
            ("x.toml", TOML.replace("2026-05-25", "2026-05-32"), "x.toml: holidays", "is no date"),
            ("x.toml", TOML.replace("2026-05-25", "2025-05-25"), "x.toml: holidays", "is outside"),
            ("x.toml", TOML.replace('"Spring"', '""'), "holidays: 2026-05-25", "must have a name"),
            ("x.toml", TOML.replace('"Spring"', "1"), "holidays: 2026-05-25", "must have a name"),
            ("x.json", "{", "x.json", "is neither JSON nor named .toml"),
            ("x.json", "[" * 200_000, "x.json", "is neither JSON nor named .toml"),
            ("x.json", "5", "x.json", "must be a table of date and name"),
            ("x.json", "[5]", "x.json", "holds what is no date; write it as 2026-01-31"),
            ("x.json", '["soon"]', "x.json", "holds what is no date; write it as 2026-01-31"),
            ("x.json", json.dumps(GOV_UK), "x.json", "holds several calendars; choose one, as in"),
            ("x.json", '{"events": []}', "x.json: events", "must be a list with a day in it"),
            ("x.json", '{"events": [5]}', "x.json: events[0]", "must be an object"),
            (
                "x.json",
                '{"events": [{}]}',
                "x.json: events[0]: date",
                "holds what is no date; write it as 2026-01-31",
            ),
            (
                "x.json",
                '{"events": [{"date": "2026-01-01"}]}',
                "x.json: events[0]",
                "must have a name",
            ),
        ],
    )
    def test_the_file_and_key_are_named_with_the_mend(self, tmp_path, name, text, field, why):
        path = written(tmp_path, name, text)
        with pytest.raises(BadValue) as refused:
            load_calendar(path)
        assert refused.value.field.startswith(path)
        assert refused.value.field.endswith(field)
        assert why in refused.value.why

    def test_an_entry_that_is_not_there(self, tmp_path):
        path = written(tmp_path, "bank.json", json.dumps(GOV_UK))
        with pytest.raises(BadValue) as refused:
            load_calendar(f"{path}#wales")
        assert refused.value.why == "is not there; there is england-and-wales, scotland"
        with pytest.raises(BadValue, match="there is none"):
            load_calendar(f"{written(tmp_path, 'list.json', '[]')}#wales")

    def test_an_entry_of_a_toml_file(self, tmp_path):
        with pytest.raises(BadValue, match="leave out the #"):
            load_calendar(f"{written(tmp_path, 'ours.toml', TOML)}#ours")

    def test_a_file_that_is_not_text(self, tmp_path):
        path = tmp_path / "x.json"
        path.write_bytes(b"\xff")
        with pytest.raises(BadValue, match="save it as UTF-8"):
            load_calendar(str(path))

    def test_an_unknown_name_lists_the_known(self):
        with pytest.raises(UnknownName) as refused:
            load_calendar("wales")
        assert refused.value.known == NATIONS


class TestTheCommands:
    def test_list(self):
        result = CliRunner().invoke(main, ["calendars", "list", "--format", "json"])
        assert [row["id"] for row in json.loads(result.stdout)] == list(NATIONS)

    def test_show_one_year(self):
        result = CliRunner().invoke(
            main, ["calendars", "show", "scotland", "--year", "2026", "--format", "json"]
        )
        rows = {row["date"]: row for row in json.loads(result.stdout)}
        assert rows["2026-06-15"]["weekday"] == "Mon"
        assert all(day.startswith("2026") for day in rows)

    def test_check_agrees(self):
        pytest.importorskip("holidays", reason="the holidays package is not installed")
        result = CliRunner().invoke(main, ["calendars", "check"])
        assert result.exit_code == 0
        assert result.stdout.count(": 0 differences") == len(NATIONS)

    def test_check_reports_a_difference(self, monkeypatch):
        monkeypatch.setattr(nations, "bank_holidays", lambda _: {})
        result = CliRunner().invoke(main, ["calendars", "check", "scotland"])
        assert result.exit_code == 1
        assert "is a holiday only in the calendar" in result.stdout

    def test_check_says_plainly_when_there_is_nothing_to_compare_with(self, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "holidays", None)
        result = CliRunner().invoke(main, ["calendars", "check"])
        assert result.exit_code == 2
        assert "holidays is not installed" in result.stderr

    def test_check_knows_only_the_nations(self):
        result = CliRunner().invoke(main, ["calendars", "check", "wales"])
        assert result.exit_code == 2
        assert "no nation's calendar " in result.stderr


def test_the_snapshot_of_a_council_is_independent_of_ours():
    ours = load_calendar("scotland")
    theirs = attrs.evolve(ours, id="their-own", holidays={})
    assert ours.holidays != theirs.holidays
