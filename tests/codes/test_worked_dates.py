"""The worked examples of the domain, through `complaint-ledger due`, under every edition."""

import json

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main


def due(code, *events, calendar=None):
    told = [part for event in events for part in ("--event", event)]
    more = ["--calendar", calendar] if calendar else []
    result = CliRunner().invoke(main, ["due", "--code", code, *told, *more, "--format", "json"])
    assert result.exit_code == 0, result.output
    return {deadline["id"]: deadline for deadline in json.loads(result.stdout)}


def days(code, *events):
    return {name: each["due_on"] for name, each in due(code, *events).items()}


class TestHousing:
    def test_e1_ho_04_the_dates_are_those_of_the_local_government_code(self):
        known = days(
            "housing-2024",
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
        }

    def test_ho_06_twelve_months_from_the_final_response(self):
        assert days("housing-2024", "stage-2-responded=2026-03-17")["ombudsman-by"] == "2027-03-17"


class TestNorthernIreland:
    def test_nipso_01_a_complaint_of_saturday_is_registered_on_the_next_working_day(self):
        known = days("nipso-2023", "received=2026-05-23")  # 25 May is a bank holiday
        assert known["stage-1-respond"] == "2026-06-02"
        assert known["stage-1-respond-extended"] == known["stage-1-timeout"] == "2026-06-09"

    def test_nipso_01_saint_patricks_day_does_not_count(self):
        because = due("nipso-2023", "received=2026-03-12")["stage-1-respond"]
        assert because["due_on"] == "2026-03-20"
        assert any("Tue 17 Mar 2026 is not a working day" in line for line in because["because"])

    def test_nipso_03_notice_that_the_procedure_is_exhausted_within_two_weeks(self):
        known = days("nipso-2023", "procedure-exhausted=2026-06-05")
        assert known == {"exhaustion-notice": "2026-06-19"}

    def test_nipso_04_six_months_from_the_day_the_notice_was_sent(self):
        known = days("nipso-2023", "exhaustion-notified=2026-01-15")
        assert known == {"ombudsman-by": "2026-07-15"}


class TestWales:
    def test_e10_psow_01_informal_and_formal(self):
        known = days("psow", "received=2026-03-30", "escalated=2026-04-16")
        assert known["stage-1-acknowledge"] == "2026-04-08"
        assert known["stage-1-respond"] == "2026-04-15"
        assert known["stage-2-respond"] == "2026-05-15"
        assert known["stage-2-longest"] == "2026-10-16"

    def test_e13_psow_04_a_year_that_starts_on_the_day_ends_the_day_before(self):
        assert days("psow", "aware=2025-03-15")["ombudsman-by"] == "2026-03-14"
        assert days("spso-2021", "aware=2025-03-15")["ombudsman-by"] == "2026-03-15"
        assert days("lgsco-2024", "aware=2025-03-15")["ombudsman-by"] == "2026-03-15"

    def test_e10_wss_01_social_services(self):
        known = days(
            "welsh-social-services-2014",
            "received=2026-04-02",
            "acknowledged=2026-04-08",
            "resolved=2026-04-15",
            "escalated=2026-04-22",
        )
        assert known == {
            "acknowledge": "2026-04-08",
            "discuss": "2026-04-22",
            "terms": "2026-04-22",
            "stage-2-respond": "2026-05-29",
        }


class TestAdultSocialCare:
    def test_e8_asc_01_asc_02_the_relevant_period_ends_the_day_before(self):
        known = days("adult-social-care-2009", "received=2026-04-02")
        assert known == {"acknowledge": "2026-04-09", "relevant-period": "2026-10-01"}

    def test_e8_asc_02_at_the_end_of_february(self):
        known = days("adult-social-care-2009", "received=2026-08-31")
        assert known["relevant-period"] == "2027-02-28"

    def test_asc_09_the_response_period_is_the_day_that_was_said(self):
        known = days("adult-social-care-2009", "response-period-ends=2026-06-13")
        assert known == {"response-period": "2026-06-13"}

    def test_asc_09_the_later_of_occurrence_and_awareness(self):
        known = days("adult-social-care-2009", "occurred=2025-01-10", "aware=2025-03-15")
        assert known["raise-by"] == "2026-03-15"


CSC_A = [
    ((), "2026-04-20", "2026-05-05"),
    (
        ("advocate-requested=2026-04-02", "advocate-appointed=2026-04-15"),
        "2026-04-29",
        "2026-05-14",
    ),
    (("start-agreed=2026-04-15",), "2026-04-29", "2026-05-14"),
    (("interest-decided=2026-04-15",), "2026-04-29", "2026-05-14"),
]


class TestChildren:
    @pytest.mark.parametrize(("more", "plain", "complex_"), CSC_A)
    def test_csc_02_stage_1_starts_on_the_last_of_the_days_that_count(self, more, plain, complex_):
        known = days("children-2006", "received=2026-04-02", *more)
        assert known["stage-1-respond"] == plain
        assert known["stage-1-respond-extended"] == complex_

    def test_csc_02_stage_1_waits_for_the_advocate_who_was_asked_for(self):
        known = days("children-2006", "received=2026-04-02", "advocate-requested=2026-04-02")
        assert "stage-1-respond" not in known

    @pytest.mark.parametrize(
        ("events", "on", "longest"),
        [
            (("escalated=2026-04-20",), "2026-05-27", "2026-07-22"),
            (("received-at-stage-2=2026-04-20",), "2026-05-27", "2026-07-22"),
            (("escalated=2026-04-10", "stage-1-skipped=2026-04-20"), "2026-05-27", "2026-07-22"),
            (
                ("escalated=2026-04-10", "written-record-final=2026-04-20"),
                "2026-05-27",
                "2026-07-22",
            ),
        ],
    )
    def test_csc_03_stage_2_counts_from_the_final_record_of_what_was_said(
        self, events, on, longest
    ):
        known = days("children-2006", *events)
        assert known["stage-2-respond"] == on
        assert known["stage-2-respond-extended"] == longest

    def test_csc_06_the_panel_its_report_and_the_answer(self):
        known = days(
            "children-2006",
            "panel-requested=2026-06-01",
            "panel-held=2026-07-06",
            "panel-reported=2026-07-13",
        )
        assert known["stage-3-panel"] == "2026-07-13"
        assert known["stage-3-report"] == "2026-07-13"
        assert known["stage-3-respond"] == "2026-08-03"

    def test_csc_07_one_year_from_when_the_grounds_arose_whenever_they_were_known(self):
        known = days("children-2006", "occurred=2025-01-10", "aware=2025-03-15")
        assert known["raise-by"] == "2026-01-10"

    def test_csc_08_the_panel_is_asked_for_within_twenty_days_of_receiving_the_answer(self):
        known = days(
            "children-2006", "stage-2-responded=2026-05-27", "stage-2-response-received=2026-06-01"
        )
        assert known["escalate-by"] == "2026-06-29"
        presumed = due("children-2006", "stage-2-responded=2026-05-27")["escalate-by"]
        assert (presumed["due_on"], presumed["presumed"]) == ("2026-06-24", True)


class TestDataProtection:
    @pytest.mark.parametrize(
        ("received", "on"), [("2026-11-18", "2026-12-18"), ("2026-11-26", "2026-12-29")]
    )
    def test_e12_duaa_01_thirty_days_after_and_on_to_a_working_day(self, received, on):
        assert days("data-protection-2026", f"received={received}") == {"acknowledge": on}


class TestTheOmbudsman:
    @pytest.mark.parametrize("code", ["lgsco-2024", "adult-social-care-2009", "children-2006"])
    def test_omb_16_three_months_beginning_with_the_day_of_the_report(self, code):
        known = days(code, "public-report-received=2026-01-10")
        assert known == {"public-report": "2026-04-09"}

    def test_omb_12_the_usual_length_of_an_enquiry_and_how_well_it_is_known(self):
        scottish = due("spso-2021", "enquiry-received=2026-06-01")["ombudsman-enquiry"]
        assert scottish["due_on"] == "2026-06-30"  # 15 June is a holiday there
        english = due("lgsco-2024", "enquiry-received=2026-06-01")["ombudsman-enquiry"]
        assert english["due_on"] == "2026-06-29"
        assert "unverified" in english["source"]
