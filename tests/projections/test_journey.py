"""One complaint becomes rows: what stands, what was overturned, and when."""

from datetime import date

import attrs
import pytest
from hypothesis import given

from complaint_ledger.domain import events as e
from complaint_ledger.projections.journey import journey, periods, roll_up
from projections.histories import (
    DECIDED_ON,
    columns,
    facts,
    found,
    heads_of,
    histories,
    received,
    responded,
    rows_of,
)


class TestOverturn:
    def test_e22_one_head_of_three_is_overturned(self):
        heads = heads_of(
            received("h1", "h2", "h3"),
            responded(h1="not_upheld", h2="upheld"),
            e.ResolvedByAgreement(occurred_on=DECIDED_ON, stage="stage-1", heads=("h3",)),
            found(h1="upheld", h2="upheld_already_remedied", h3="not_investigated"),
        )

        eligible = [
            row for row in heads.values()
            if row["decided_by_ombudsman"] and row["locally_not_upheld_then"]
        ]  # fmt: skip
        assert [
            tuple(heads[h]["overturned"] for h in ("h1", "h2", "h3")),
            tuple(row["overturned"] for row in eligible),
        ] == [(1, 0, 0), (1,)]
        assert heads["h2"]["already_remedied"] == 1

    @pytest.mark.parametrize(
        ("finding", "overturned"),
        [
            ("upheld", 1),
            ("partly-upheld", 1),
            ("not-upheld", 0),
            ("upheld-already-remedied", 0),
            ("not-investigated", 0),
            ("resolved", 0),
            ("withdrawn", 0),
        ],
    )
    def test_omb_03_only_a_head_that_the_ombudsman_upheld_is_overturned(self, finding, overturned):
        head = heads_of(received(), responded(h1="not_upheld"), found(h1=finding))["h1"]

        assert (1, overturned) == (head["locally_not_upheld_then"], head["overturned"])

    @pytest.mark.parametrize("outcome", ["upheld", "partly-upheld", "resolved", "withdrawn"])
    def test_omb_04_only_what_the_council_did_not_uphold_can_be_overturned(self, outcome):
        head = heads_of(received(), responded(h1=outcome), found(h1="upheld"))["h1"]

        assert (
            head["decided_by_ombudsman"], head["locally_not_upheld_then"], head["overturned"]
        ) == (1, 0, 0)  # fmt: skip

    @pytest.mark.parametrize("finding", ["not-investigated", "resolved", "withdrawn"])
    def test_omb_04_what_the_ombudsman_did_not_decide_is_out(self, finding):
        head = heads_of(received(), responded(h1="not_upheld"), found(h1=finding))["h1"]

        assert (head["decided_by_ombudsman"], head["overturned"]) == (0, 0)

    def test_omb_04_a_premature_referral_decides_nothing(self):
        rows = rows_of(
            received(), responded(h1="not_upheld"), e.ReferralPremature(occurred_on=DECIDED_ON, body="lgsco")
        )  # fmt: skip

        assert (rows["heads"][0]["decided_by_ombudsman"], rows["heads"][0]["overturned"]) == (0, 0)
        assert rows["ombudsman_cases"][0]["state"] == "premature"

    def test_omb_05_already_remedied_is_a_class_of_its_own(self):
        events = received(), responded(h1="not_upheld"), found(h1="upheld_already_remedied")
        head = heads_of(*events)["h1"]

        assert (
            head["already_remedied"],
            head["decided_by_ombudsman"],
            head["locally_not_upheld_then"],
            head["overturned"],
        ) == (1, 1, 1, 0)

    def test_what_the_council_decides_afterwards_does_not_undo_an_overturn(self):
        head = heads_of(
            received(),
            responded(h1="not_upheld"),
            found(h1="upheld"),
            responded(date(2026, 3, 1), attempt=2, h1="upheld"),
        )["h1"]

        assert (
            head["local_outcome"], head["outcome_then"], head["overturned"]
        ) == ("upheld", "not-upheld", 1)  # fmt: skip

    def test_what_was_decided_at_the_last_stage_stands(self):
        head = heads_of(
            received(),
            responded(h1="not_upheld"),
            responded(date(2025, 7, 1), stage="stage-2", h1="upheld"),
            found(h1="upheld"),
        )["h1"]

        assert (
            head["stage_then"], head["outcome_then"], head["overturned"]
        ) == ("stage-2", "upheld", 0)  # fmt: skip

    def test_a_head_nobody_decided_locally_is_not_overturned(self):
        head = heads_of(received(), found(h1="upheld"))["h1"]

        assert (head["outcome_then"], head["overturned"]) == ("not-recorded", 0)


class TestSeveralFindings:
    def test_a_draft_gives_way_to_the_same_bodys_last_word(self):
        head = heads_of(
            received(),
            responded(h1="not_upheld"),
            found(date(2026, 1, 5), h1="upheld"),
            found(date(2026, 2, 5), h1="not_upheld"),
        )["h1"]

        assert (
            head["ombudsman_finding"], head["overturned"], head["decided_month"]
        ) == ("not-upheld", 0, "2026-02")  # fmt: skip

    def test_a_head_that_two_bodies_upheld_is_overturned_once(self):
        rows = rows_of(
            received(),
            responded(h1="not_upheld"),
            found(date(2026, 1, 5), body="lgsco", h1="upheld"),
            found(date(2026, 2, 5), body="housing-ombudsman", h1="upheld"),
        )

        assert [row["overturned"] for row in rows["heads"]] == [1]
        assert len(rows["decisions"]) == 3

    def test_an_overturn_counts_though_another_body_found_otherwise_later(self):
        head = heads_of(
            received(),
            responded(h1="not_upheld"),
            found(date(2026, 1, 5), body="lgsco", h1="upheld"),
            found(date(2026, 2, 5), body="housing-ombudsman", h1="not_investigated"),
        )["h1"]

        assert (head["ombudsman_body"], head["overturned"]) == ("lgsco", 1)


class TestRows:
    @given(histories())
    def test_any_history_comes_to_whole_rows(self, history):
        for name, rows in journey(history).items():
            for row in rows:
                assert columns(name) == set(row)

    @given(histories())
    def test_a_group_is_never_empty_and_a_flag_is_0_or_1(self, history):
        for rows in journey(history).values():
            for row in rows:
                assert all(value != "" for value in row.values())
                assert all(type(value) is not bool for value in row.values())

    @given(histories())
    def test_an_overturn_is_always_in_the_denominator(self, history):
        for head in journey(history).get("heads", ()):
            assert head["overturned"] <= head["decided_by_ombudsman"]
            assert head["overturned"] <= head["locally_not_upheld_then"]
            assert not (head["overturned"] and head["already_remedied"])

    def test_a_complaint_whose_every_entry_was_retracted_leaves_no_rows(self):
        told = facts(received(), e.EntryRetracted(retracts=f"{1:032x}", reason="test"))

        assert journey(told) == {}

    def test_a_corrected_outcome_replaces_the_wrong_one(self):
        right = responded(h1="upheld")
        rows = rows_of(
            received(),
            responded(h1="not_upheld"),
            e.EntryCorrected(corrects=f"{2:032x}", replacement=right, reason="typing-error"),
        )

        assert [row["outcome"] for row in rows["decisions"]] == ["upheld"]

    def test_what_is_not_known_is_said_in_words(self):
        rows = rows_of(attrs.evolve(received(), occurred_on=None))

        assert {"not-recorded"} == {
            rows["complaints"][0][name] for name in ("service", "channel", "received_month", "code")
        }

    def test_a_local_decision_is_the_councils_unless_it_names_another(self):
        rows = rows_of(
            received(), responded(h1="upheld"), responded(body="contractor", h1="upheld")
        )

        assert [row["body"] for row in rows["decisions"]] == ["council", "contractor"]

    def test_a_head_has_the_complaints_service_unless_it_has_its_own(self):
        own = e.HeadAdded(head=e.Head(id="h2", service="parks"))
        heads = heads_of(received(service="waste"), own)

        assert (heads["h1"]["service"], heads["h2"]["service"]) == ("waste", "parks")

    def test_a_moved_deadline_is_a_row(self):
        extended = e.ResponseExtended(
            occurred_on=DECIDED_ON,
            stage="stage-1",
            extends="stage-1-respond",
            until=date(2025, 5, 20),
            reason="complex",
        )
        rows = rows_of(received(), extended)

        assert [("stage-1-respond", date(2025, 5, 20))] == [
            (row["extends"], row["until"]) for row in rows["extensions"]
        ]
        assert date(2025, 5, 20) == rows["stages"][0]["extended_until"]


class TestPeriods:
    @pytest.mark.parametrize(
        ("day", "quarter", "month", "financial_year"),
        [
            (date(2025, 3, 31), "2025-Q1", "2025-03", "2024-25"),
            (date(2025, 4, 1), "2025-Q2", "2025-04", "2025-26"),
            (date(1999, 12, 31), "1999-Q4", "1999-12", "1999-00"),
            (date(2000, 1, 1), "2000-Q1", "2000-01", "1999-00"),
        ],
    )
    def test_a_financial_year_begins_in_april(self, day, quarter, month, financial_year):
        assert {
            "decided_year": month[:4],
            "decided_quarter": quarter,
            "decided_month": month,
            "decided_financial_year": financial_year,
        } == periods("decided", day)

    @pytest.mark.parametrize(
        ("precision", "year", "month", "financial_year"),
        [
            ("month", "2007", "2007-01", "2006-07"),
            ("year", "2007", "not-recorded", "not-recorded"),
            ("unknown", "not-recorded", "not-recorded", "not-recorded"),
        ],
    )
    def test_a_vague_date_is_in_no_period_that_nobody_knows(
        self, precision, year, month, financial_year
    ):
        vague = attrs.evolve(received(), occurred_on=date(2007, 1, 1), precision=precision)
        row = rows_of(vague)["complaints"][0]

        assert (year, month, financial_year) == (
            row["received_year"], row["received_month"], row["received_financial_year"]
        )  # fmt: skip


@pytest.mark.parametrize(
    ("outcomes", "rolled_up"),
    [
        ([], "not-recorded"),
        (["not-upheld", "not-upheld"], "not-upheld"),
        (["upheld", "not-upheld"], "partly-upheld"),
        (["resolved", "partly-upheld"], "partly-upheld"),
        (["resolved", "not-upheld"], "mixed"),
    ],
)
def test_the_outcome_of_a_complaint_is_rolled_up_by_a_stated_rule(outcomes, rolled_up):
    assert rolled_up == roll_up(outcomes)
