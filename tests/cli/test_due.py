"""An officer asks what is due, and why: the worked examples of the domain, from outside."""

import json

import pytest
from click.testing import CliRunner

from complaint_ledger.calendars import load_calendar
from complaint_ledger.cli import main

VERSION = load_calendar("england-and-wales").version

COUNTS_AFTER = """
id = "our-procedure"
version = "1"
title = "Our procedure"
extends = "spso-2021"
in_force_from = 2026-01-01

[[clocks]]
id = "stage-1-respond"
limits = [{ starts = ["received"], length = 5, unit = "working-days", counting = "after" }]
paragraph = "2.1"
source = "primary"

[[clocks]]
id = "stage-2-respond"
limits = [{ starts = ["escalated"], length = 20, unit = "working-days", counting = "after" }]
paragraph = "3.1"
source = "primary"
"""

DEEMED = """
id = "our-policy"
version = "1"
title = "Our policy"
extends = "lgsco-2024"
in_force_from = 2026-01-01

[[clocks]]
id = "stage-1-acknowledge"
limits = [{ starts = ["received"], length = 5, unit = "working-days", counting = "deemed" }]
paragraph = "1"
source = "primary"
"""


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

    def test_e1_every_date_gives_the_reason_for_each_day_that_it_skips(self):
        known = due("lgsco-2024", "received=2026-01-12", "acknowledged=2026-01-14")
        assert known["stage-1-acknowledge"]["because"] == [
            "received on Mon 12 Jan 2026",
            "5 working days (after), counting from the day after Mon 12 Jan 2026",
            "Tue 13 Jan 2026 is day 1",
            "Sat 17 Jan 2026 is not a working day: weekend",
            "Sun 18 Jan 2026 is not a working day: weekend",
            "Mon 19 Jan 2026 is day 5",
            "LGSCO Complaint Handling Code 2024, paragraph 6.2; rule LGSCO-01",
            "calendar england-and-wales, version " + VERSION,
        ]
        assert known["stage-1-respond"]["because"][0] == "acknowledged on Wed 14 Jan 2026"

    def test_e1_within_all_four_extended_limits_and_still_past_twelve_weeks(self):
        known = days(
            "lgsco-2024",
            "received=2026-01-12",
            "escalated=2026-02-13",
            "stage-2-acknowledged=2026-02-17",
        )
        assert known["stage-2-respond-extended"] > known["whole-journey"]

    def test_e1_an_acknowledgement_on_the_day_of_receipt_shortens_the_councils_own_time(self):
        known = days("lgsco-2024", "received=2026-01-12", "acknowledged=2026-01-12")
        assert known["stage-1-respond"] == "2026-01-26"

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

    def test_e4_e5_a_council_that_counts_from_the_day_after_says_so_in_one_word(self, tmp_path):
        policy = tmp_path / "after.toml"
        policy.write_text(COUNTS_AFTER, encoding="utf-8")
        assert days(str(policy), "received=2026-06-11")["stage-1-respond"] == "2026-06-19"
        assert days(str(policy), "escalated=2026-05-20")["stage-2-respond"] == "2026-06-19"
        assert days(str(policy), "received=2026-11-26")["stage-1-respond"] == "2026-12-04"

    def test_e6_a_saturday_before_a_holiday_by_three_conventions(self, tmp_path):
        after = due("lgsco-2024", "received=2026-05-23")["stage-1-acknowledge"]
        inclusive = due("spso-2021", "received=2026-05-23")["stage-1-respond"]
        policy = tmp_path / "deemed.toml"
        policy.write_text(DEEMED, encoding="utf-8")
        deemed = due(str(policy), "received=2026-05-23")["stage-1-acknowledge"]
        found = [each["due_on"] for each in (after, inclusive, deemed)]
        assert found == ["2026-06-01", "2026-06-01", "2026-06-02"]
        holiday = "Mon 25 May 2026 is not a working day: Spring Bank Holiday"
        assert holiday in after["because"]
        assert "taken as Tue 26 May 2026, the next working day" in deemed["because"]
        assert "taken as Tue 26 May 2026, the next working day" not in after["because"]
        assert any("(inclusive), counting from Sat 23 May 2026 itself" in x
                   for x in inclusive["because"])  # fmt: skip

    def test_e7_an_automatic_acknowledgement_at_the_weekend(self):
        known = days("lgsco-2024", "received=2026-01-23", "acknowledged=2026-01-24")
        assert known["stage-1-respond"] == "2026-02-06"

    def test_e8_asc_01_asc_02_adult_social_care(self):
        known = due("adult-social-care-2009", "received=2026-04-02")
        assert known["acknowledge"]["due_on"] == "2026-04-09"
        assert "Fri 3 Apr 2026 is not a working day: Good Friday" in known["acknowledge"]["because"]
        assert known["relevant-period"]["due_on"] == "2026-10-01"
        assert (
            "6 months commencing on Thu 2 Apr 2026: Thu 1 Oct 2026"
            in known["relevant-period"]["because"]
        )
        assert known["relevant-period"]["source"].endswith("regulation 14 (source: near-identical)")

    def test_e8_asc_02_six_months_from_the_end_of_august_end_with_february(self):
        known = days("adult-social-care-2009", "received=2026-08-31")
        assert known["relevant-period"] == "2027-02-28"

    def test_e10_psow_01_wales_informal_and_formal(self):
        known = days("psow", "received=2026-03-30", "escalated=2026-04-16")
        assert known["stage-1-acknowledge"] == "2026-04-08"
        assert known["stage-1-respond"] == "2026-04-15"
        assert known["stage-2-respond"] == "2026-05-15"

    def test_e10_wss_01_social_services_in_wales(self):
        known = due(
            "welsh-social-services-2014",
            "received=2026-04-02",
            "acknowledged=2026-04-08",
            "escalated=2026-04-22",
        )
        assert known["acknowledge"]["due_on"] == "2026-04-08"
        assert (
            "Mon 6 Apr 2026 is not a working day: Easter Monday" in known["acknowledge"]["because"]
        )
        assert known["discuss"]["due_on"] == "2026-04-22"
        assert known["stage-2-respond"]["due_on"] == "2026-05-29"

    def test_e12_duaa_01_thirty_days_that_end_on_a_holiday_roll_on(self):
        assert days("data-protection-2026", "received=2026-11-18") == {"acknowledge": "2026-12-18"}
        known = due("data-protection-2026", "received=2026-11-26")["acknowledge"]
        assert known["due_on"] == "2026-12-29"
        assert "30 days after Thu 26 Nov 2026: Sat 26 Dec 2026" in known["because"]
        assert "moved on to the next working day, Tue 29 Dec 2026" in known["because"]

    def test_e13_lgsco_13_twelve_months_from_awareness(self):
        assert days("lgsco-2024", "aware=2025-03-15")["raise-by"] == "2026-03-15"
        assert days("lgsco-2024", "aware=2024-02-29")["raise-by"] == "2025-02-28"

    def test_e13_psow_04_a_year_that_starts_on_the_day_ends_the_day_before(self):
        welsh = due("psow", "aware=2025-03-15")["ombudsman-by"]
        assert welsh["due_on"] == "2026-03-14"
        assert any("commencing on Sat 15 Mar 2025" in line for line in welsh["because"])
        assert days("spso-2021", "aware=2025-03-15")["ombudsman-by"] == "2026-03-15"

    def test_e13_omb_16_three_months_to_answer_a_public_report(self):
        known = days("lgsco-2024", "public-report-received=2026-01-10")
        assert known["public-report"] == "2026-04-09"

    def test_e13_nipso_03_nipso_04_the_notice_and_the_six_months_after_it(self):
        notice = due("nipso-2023", "procedure-exhausted=2026-06-05")["exhaustion-notice"]
        assert (notice["due_on"], notice["rule"]) == ("2026-06-19", "NIPSO-03")
        sent = due("nipso-2023", "exhaustion-notified=2026-01-15")["ombudsman-by"]
        assert (sent["due_on"], sent["rule"]) == ("2026-07-15", "NIPSO-04")

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
        ("events", "by", "at_most"),
        [
            (["received=2026-04-02"], "2026-04-20", "2026-05-05"),
            (
                [
                    "received=2026-04-02",
                    "advocate-requested=2026-04-02",
                    "advocate-appointed=2026-04-15",
                ],
                "2026-04-29",
                "2026-05-14",
            ),
            (["received=2026-04-02", "interest-decided=2026-04-15"], "2026-04-29", "2026-05-14"),
            (["received=2026-04-02", "start-agreed=2026-04-15"], "2026-04-29", "2026-05-14"),
        ],
    )
    def test_csc_02_csc_a_an_advocate_moves_the_start_and_lengthens_nothing(
        self, events, by, at_most
    ):
        known = due("children-2006", *events)
        assert known["stage-1-respond"]["due_on"] == by
        assert known["stage-1-respond-extended"]["due_on"] == at_most
        started = events[-1].split("=")[0].replace("-", " ")
        assert known["stage-1-respond"]["because"][0].startswith(started)

    def test_csc_02_while_an_advocate_is_awaited_no_clock_runs(self):
        waiting = days("children-2006", "received=2026-04-02", "advocate-requested=2026-04-02")
        assert "stage-1-respond" not in waiting

    @pytest.mark.parametrize(
        ("event", "started"),
        [
            ("stage-1-skipped=2026-04-02", "stage 1 skipped"),
            ("escalated=2026-04-02", "escalated"),
            ("received-at-stage-2=2026-04-02", "received at stage 2"),
        ],
    )
    def test_csc_03_stage_2_counts_from_the_skip_that_was_agreed_or_from_the_request(
        self, event, started
    ):
        known = due("children-2006", event)
        assert known["stage-2-respond"]["due_on"] == "2026-05-12"
        assert known["stage-2-respond-extended"]["due_on"] == "2026-07-08"
        assert known["stage-2-respond"]["because"][0] == f"{started} on Thu 2 Apr 2026"

    def test_csc_03_what_was_said_orally_counts_from_its_final_written_record(self):
        oral = days("children-2006", "escalated=2026-04-02", "written-record-final=2026-04-15")
        assert oral["stage-2-respond"] == "2026-05-21"

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
        result = ask("--code", "lgsco-2024", "--event", "occurred=2025-03-15", "--format", "csv")
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
        assert "there is adult-social-care-2009, children-2006" in result.stderr
        result = ask(
            "--code", "lgsco-2024", "--event", "received=2026-01-12", "--calendar", "wales"
        )
        assert result.exit_code == 2
        assert "no calendar " in result.stderr
        assert "there is england-and-wales, northern-ireland, scotland" in result.stderr

    def test_nothing_happened(self):
        assert ask("--code", "lgsco-2024").exit_code == 2
