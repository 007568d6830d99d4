"""The calendars are what the `holidays` package and GOV.UK say, and files can be given too."""

import json
import os
from datetime import date
from hashlib import sha256
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.calendars import (
    __main__,
    calendar_ids,
    load_calendar,
    nations,
    parse_calendar,
    read_calendar,
)
from complaint_ledger.cli import main
from complaint_ledger.errors import BadValue, CalendarOutOfRange, UnknownName

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
        assert parse_calendar(read.text, f"{name}.toml", "unused", load_calendar) == read.calendar

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


WHOLE = TOML.partition("[holidays]")[0]


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
            (
                "x.toml",
                TOML + "[more]",
                ", line 9: more",
                "is no key here; there is first, holidays",
            ),
            ("x.toml", TOML.replace('id = "ours"', ""), "x.toml: id", "is missing; add it"),
            ("x.toml", TOML.replace('"ours"', '"Our Own"'), ", line 2: id", "is lower-case words"),
            ("x.toml", TOML.replace('"7"', "7"), ", line 3: version", "must be text"),
            (
                "x.toml",
                TOML.replace("2026-01-01", '"2026"'),
                ", line 4: first",
                "must be a date, as",
            ),
            (
                "x.toml",
                TOML.replace("2026-01-01", "2027-01-01"),
                ", line 5: last",
                "is before first",
            ),
            (
                "x.toml",
                TOML.replace("[6]", '["Sunday"]'),
                ", line 6: weekend",
                "must be a list of 0",
            ),
            ("x.toml", TOML.replace("[6]", "6"), ", line 6: weekend", "must be a list of 0"),
            ("x.toml", TOML.replace("[6]", "[7]"), ", line 6: weekend", "takes some of 0"),
            ("x.toml", TOML.replace("05-25", "05-32"), ", line 8: holidays", "is no date"),
            ("x.toml", TOML.replace("2026-05", "2025-05"), ", line 8: holidays", "is outside"),
            ("x.toml", TOML.replace('"Spring"', '""'), "holidays: 2026-05-25", "must have a name"),
            ("x.toml", TOML.replace('"Spring"', "1"), "holidays: 2026-05-25", "must have a name"),
            ("x.toml", TOML + "[closures]", ", line 9: closures", "belongs to an overlay"),
            ("x.toml", "holidays = []\n" + WHOLE, ", line 1: holidays", "must be a table of date"),
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


OVERLAY = """
id = "highland"
version = "2026-01-05"
extends = "scotland"
works = [2026-05-04, 2026-11-30]
closures = { 2026-09-28 = "September Monday", 2026-10-12 = "October Monday" }
"""


class TestAnOverlay:
    """Many Scottish councils keep local holidays, and work on national ones instead."""

    @pytest.fixture
    def highland(self, tmp_path):
        return written(tmp_path, "highland.toml", OVERLAY)

    def test_has_an_id_and_a_version_of_its_own_and_the_range_of_its_base(self, highland):
        ours, scotland = load_calendar(highland), load_calendar("scotland")
        assert (ours.id, ours.version) == ("highland", "2026-01-05")
        assert (ours.first, ours.last, ours.weekend) == (
            scotland.first,
            scotland.last,
            scotland.weekend,
        )

    def test_is_closed_on_its_own_days_and_names_them(self, highland):
        ours = load_calendar(highland)
        assert ours.why_not(date(2026, 9, 28)) == "September Monday"
        assert load_calendar("scotland").is_working_day(date(2026, 9, 28))

    def test_works_on_a_national_holiday_that_it_does_not_keep(self, highland):
        ours = load_calendar(highland)
        assert ours.is_working_day(date(2026, 11, 30))
        assert ours.why_not(WORLD_CUP)

    def test_a_holiday_keeps_its_own_name(self, tmp_path):
        text = OVERLAY.replace("2026-09-28", "2026-12-25")
        ours = load_calendar(written(tmp_path, "highland.toml", text))
        assert ours.why_not(date(2026, 12, 25)) == "Christmas Day"

    def test_moves_a_date_and_says_why(self, highland):
        reckoned = load_calendar(highland).add_working_days(
            date(2026, 9, 24), 5, counting="after"
        )  # 25, [28], 29, 30, 1, 2
        assert reckoned.on == date(2026, 10, 2)
        assert "Mon 28 Sep 2026 is not a working day: September Monday" in reckoned.because

    def test_keeps_the_text_of_what_it_extends(self, highland):
        read = read_calendar(highland)
        assert read.base == read_calendar("scotland")
        assert read_calendar("scotland").base is None

    def test_may_reach_less_far_than_its_base(self, tmp_path):
        narrow = "first = 2026-01-01\nlast = 2026-12-31\n"
        ours = load_calendar(written(tmp_path, "highland.toml", narrow + OVERLAY))
        assert (ours.first, ours.last) == (date(2026, 1, 1), date(2026, 12, 31))
        with pytest.raises(CalendarOutOfRange, match="GEN-08"):
            ours.is_working_day(date(2027, 1, 4))

    def test_may_extend_another_overlay_beside_it(self, tmp_path, highland):
        text = OVERLAY.replace('"highland"', '"skye"').replace('"scotland"', '"highland"')
        text = text.replace("[2026-05-04, 2026-11-30]", "[]").replace("2026-10-12", "2026-11-02")
        read = read_calendar(written(tmp_path, "skye.toml", text))
        assert not read.calendar.is_working_day(date(2026, 10, 12))
        assert not read.calendar.is_working_day(date(2026, 11, 2))
        assert read.calendar.is_working_day(date(2026, 11, 30))
        assert read.base.base == read_calendar("scotland")

    def test_what_leads_back_to_itself_is_an_error(self, tmp_path):
        for ours, theirs in (("a", "b"), ("b", "a")):
            text = OVERLAY.replace('"highland"', f'"{ours}"').replace('"scotland"', f'"{theirs}"')
            path = written(tmp_path, f"{ours}.toml", text)
        with pytest.raises(BadValue, match="line 4: extends: leads back to this calendar"):
            load_calendar(path)

    @pytest.mark.parametrize(
        ("change", "line", "key", "why"),
        [
            (("2026-09-28", "2031-09-28"), 6, "closures", "2031-09-28 is outside 2012-01-01 to"),
            (("2026-11-30", "2031-11-30"), 5, "works", "2031-11-30 is outside 2012-01-01 to"),
            (("2026-11-30", "2026-11-27"), 5, "works", "is no holiday of scotland; leave it out"),
            (("2026-11-30", "2026-12-26"), 5, "works", "is at the weekend"),
            (("2026-09-28", "2026-11-30"), 5, "works", "stands in closures as well"),
            (("2026-11-30", '"2026-11-30"'), 5, "works", "must be a list of dates"),
            (("2026-09-28 =", "soon ="), 6, "closures", "holds what is no date"),
            (('"September Monday"', '""'), 6, "closures: 2026-09-28", "must have a name"),
            (('"scotland"', "1"), 4, "extends", "must be text"),
            (('"scotland"', '"nowhere"'), 4, "extends", "no calendar is called so; there is engl"),
            (('"highland"', '"scotland"'), 2, "id", "give it one of its own"),
            (("works", "weekend"), 5, "weekend", "comes from the calendar it extends"),
            (("works", "work"), 5, "work", "is no key here; there is closures"),
            (("works", "first = 2011-01-01\nworks"), 5, "first", "is outside the range of scotla"),
            (("works", "last = 2031-01-01\nworks"), 5, "last", "is outside the range of scotland"),
        ],
    )
    def test_the_line_the_key_and_the_mend_are_named(self, tmp_path, change, line, key, why):
        path = written(tmp_path, "highland.toml", OVERLAY.replace(*change, 1))
        with pytest.raises(BadValue) as refused:
            load_calendar(path)
        assert refused.value.field == f"{path}, line {line}: {key}"
        assert why in refused.value.why

    def test_a_file_beside_it_must_hold_what_its_name_says(self, tmp_path):
        written(tmp_path, "moray.toml", OVERLAY)
        text = OVERLAY.replace('"highland"', '"skye"').replace('"scotland"', '"moray"')
        path = written(tmp_path, "skye.toml", text)
        with pytest.raises(BadValue, match="extends: the file of that name holds highland"):
            load_calendar(path)

    def test_a_mistake_in_what_it_extends_is_told_of_that_file(self, tmp_path):
        base = written(tmp_path, "base.toml", 'id = "base"\n')
        path = written(tmp_path, "highland.toml", OVERLAY.replace('"scotland"', '"base"'))
        with pytest.raises(BadValue) as refused:
            load_calendar(path)
        assert refused.value.field == f"{base}: first"

    @given(
        closed=st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
        start=st.dates(date(2026, 1, 1), date(2026, 6, 30)),
        days=st.integers(1, 30),
    )
    def test_closures_never_bring_a_date_forward(self, closed, start, days):
        scotland = load_calendar("scotland")
        ours = scotland.with_closures(dict.fromkeys(closed, "closed"), id="ours", version="1")
        before, after = (
            each.add_working_days(start, days, counting="after").on for each in (scotland, ours)
        )
        assert before <= after
        added = sum(before >= day > start and scotland.is_working_day(day) for day in closed)
        assert (after > before) == (added > 0)


class TestTheCommands:
    def test_list_tells_what_a_file_extends(self, tmp_path):
        path = written(tmp_path, "highland.toml", OVERLAY)
        result = CliRunner().invoke(main, ["calendars", "list", path, "--format", "json"])
        (row,) = json.loads(result.stdout)
        assert (row["id"], row["extends"]) == ("highland", "scotland")

    def test_show_an_overlay(self, tmp_path):
        path = written(tmp_path, "highland.toml", OVERLAY)
        result = CliRunner().invoke(
            main, ["calendars", "show", path, "--year", "2026", "--format", "json"]
        )
        days = {row["date"]: row["name"] for row in json.loads(result.stdout)}
        assert days["2026-09-28"] == "September Monday"
        assert "2026-11-30" not in days

    def test_check_looks_at_the_form_of_a_file(self, tmp_path):
        path = written(tmp_path, "highland.toml", OVERLAY)
        result = CliRunner().invoke(main, ["calendars", "check", path])
        assert result.exit_code == 0
        assert result.stdout.splitlines()[0].startswith(f"{path}: highland, version 2026-01-05, ")
        assert "extends scotland; closures added: 2, holidays worked: 2" in result.stdout
        assert f"sha256 {read_calendar(path).sha256}" in result.stdout

    def test_check_names_the_first_thing_wrong(self, tmp_path):
        path = written(tmp_path, "highland.toml", OVERLAY.replace("2026-11-30", "2026-11-27"))
        result = CliRunner().invoke(main, ["calendars", "check", path])
        assert result.exit_code == 2
        assert f"{path}, line 5: works: 2026-11-27 is no holiday of scotland" in result.stderr

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

    def test_check_says_what_there_is(self):
        result = CliRunner().invoke(main, ["calendars", "check", "wales"])
        assert result.exit_code == 2
        assert "no calendar " in result.stderr


def test_the_snapshot_of_a_council_is_independent_of_ours():
    ours = load_calendar("scotland")
    theirs = attrs.evolve(ours, id="their-own", holidays={})
    assert ours.holidays != theirs.holidays
