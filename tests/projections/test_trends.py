"""Questions over all complaints, answered in counts of heads and of complaints."""

from datetime import date

import pytest
from sqlalchemy.dialects import postgresql

from complaint_ledger.domain import events as e
from complaint_ledger.errors import UnknownName
from complaint_ledger.projections.trends import TRENDS, answer, suppressed, trend
from complaint_ledger.projections.views import Views
from projections.histories import Council, found, received, responded


@pytest.fixture
def council():
    return Council()


def ask(council, name, by=None):
    with Views() as views:
        views.catch_up(council.store)
        with views.reading() as connection:
            return answer(trend(name), connection, by)


def by_group(found):
    return {row.group: (row.heads, row.complaints) for row in found.rows}


def overturned(council, stream, heads, of, on, reference=None, service=None):
    """A complaint with *of* heads that the council did not uphold, *heads* of them overturned."""
    names = [f"h{n}" for n in range(1, of + 1)]
    council.tell(
        stream,
        received(*names, reference=reference, service=service),
        responded(date(2000, 1, 1), **dict.fromkeys(names, "not_upheld")),
        found(on, **{h: "upheld" if n < heads else "not_upheld" for n, h in enumerate(names)}),
    )


class TestOverturn:
    def test_e22_is_1_of_1_heads_and_1_of_1_complaints(self, council):
        council.tell(
            1,
            received("h1", "h2", "h3", reference="C-2025-1"),
            responded(h1="not_upheld", h2="upheld"),
            e.ResolvedByAgreement(occurred_on=date(2025, 5, 6), stage="stage-1", heads=("h3",)),
            found(h1="upheld", h2="upheld_already_remedied", h3="not_investigated"),
        )
        told = ask(council, "overturn").as_dict()

        assert {
            "definition": "overturn",
            "version": "1",
            "basis": "decided",
            "heads": [1, 1],
            "complaints": [1, 1],
            "rows": [],
            "references": ["C-2025-1"],
        }.items() <= told.items()

    def test_omb_05_already_remedied_counts_among_what_was_decided(self, council):
        council.tell(1, received(), responded(h1="not_upheld"), found(h1="upheld_already_remedied"))

        assert (
            ask(council, "overturn").heads, ask(council, "overturn").complaints
        ) == ((0, 1), (0, 1))  # fmt: skip

    def test_a_complaint_counts_in_each_year_in_which_a_head_of_it_was_overturned(self, council):
        overturned(council, 1, 2, 3, date(2007, 3, 1))
        overturned(council, 2, 0, 1, date(2007, 9, 1))
        overturned(council, 3, 1, 1, date(2008, 1, 1))

        told = ask(council, "overturn", "decided_year")
        assert by_group(told) == {"2007": ((2, 4), (1, 2)), "2008": ((1, 1), (1, 1))}
        assert (told.heads, told.complaints) == ((3, 5), (2, 3))
        assert (date(2007, 3, 1), date(2008, 1, 1)) == told.period

    def test_the_complaints_behind_it_are_named_once_each(self, council):
        overturned(council, 1, 2, 2, date(2007, 3, 1), reference="C-2")
        overturned(council, 2, 1, 1, date(2007, 3, 1), reference="C-1")
        overturned(council, 3, 0, 1, date(2007, 3, 1), reference="C-3")
        overturned(council, 4, 1, 1, date(2007, 3, 1))

        assert (f"{4:032x}", "C-1", "C-2") == ask(council, "overturn").references

    def test_what_is_not_recorded_is_a_group_and_comes_last(self, council):
        overturned(council, 1, 1, 1, date(2007, 3, 1))
        overturned(council, 2, 1, 1, date(2007, 3, 1), service="waste")

        assert list(by_group(ask(council, "overturn", "service"))) == ["waste", "not-recorded"]

    def test_it_can_be_asked_by_council_so_that_many_can_be_asked_at_once(self, council):
        overturned(council, 1, 1, 1, date(2007, 3, 1))

        assert by_group(ask(council, "overturn", "council")) == {"testham": ((1, 1), (1, 1))}

    def test_nothing_at_all_is_0_of_0(self, council):
        told = ask(council, "overturn", "service")

        assert (
            told.heads, told.complaints, told.rows, told.period
        ) == ((0, 0), (0, 0), (), (None, None))  # fmt: skip


class TestOutcomes:
    @pytest.fixture
    def told(self, council):
        council.tell(1, received("h1", "h2"), responded(h1="upheld", h2="upheld"))
        council.tell(2, received(), responded(h1="not_upheld"), found(body="judge", h1="upheld"))
        return council

    def test_decisions_are_counted_by_stage_and_outcome(self, told):
        assert ask(told, "outcomes").as_dict()["rows"] == [
            {"group": "outside", "outcome": "upheld", "heads": [1, 1], "complaints": [1, 1]},
            {"group": "stage-1", "outcome": "not-upheld", "heads": [1, 3], "complaints": [1, 2]},
            {"group": "stage-1", "outcome": "upheld", "heads": [2, 3], "complaints": [1, 2]},
        ]

    def test_or_by_who_decided(self, told):
        rows = ask(told, "outcomes", "body").rows

        assert [(row.group, row.outcome, row.heads) for row in rows] == [
            ("council", "not-upheld", (1, 3)),
            ("council", "upheld", (2, 3)),
            ("judge", "upheld", (1, 1)),
        ]

    def test_overall_it_counts_all_decisions(self, told):
        assert (ask(told, "outcomes").heads, ask(told, "outcomes").complaints) == ((4, 4), (2, 2))


@pytest.mark.parametrize("name", TRENDS)
class TestEveryTrend:
    def test_every_column_it_offers_can_be_grouped_by(self, council, name):
        council.tell(1, received(), responded(h1="not_upheld"), found(h1="upheld"))
        with Views() as views:
            views.catch_up(council.store)
            with views.reading() as connection:
                for by in TRENDS[name].groups:
                    told = answer(TRENDS[name], connection, by)
                    assert told.rows
                    assert by == told.by

    def test_another_column_is_refused_with_those_there_are(self, council, name):
        with pytest.raises(UnknownName) as refused:
            ask(council, name, "handler")

        assert tuple(TRENDS[name].groups) == refused.value.known

    def test_it_reads_alike_on_postgresql_and_asks_for_no_date_function(self, council, name):
        for by in (None, *TRENDS[name].groups.values()):
            text = str(TRENDS[name].select(by).compile(dialect=postgresql.dialect())).lower()
            assert not [word for word in ("extract", "strftime", "date_", "filter") if word in text]


def test_an_unknown_trend_is_refused_with_those_there_are():
    with pytest.raises(UnknownName, match="outcomes, overturn"):
        trend("waiting")


class TestGen20SmallNumbers:
    @pytest.fixture
    def told(self, council):
        stream = iter(range(1, 100))
        for service, heads, of in (("parks", 3, 9), ("roads", 8, 20), ("waste", 12, 12)):
            for n in range(of):
                overturned(
                    council, next(stream), n < heads, 1, date(2007, 3, 1), service=service
                )  # fmt: skip
        return council

    def test_gen_20_a_cell_of_1_to_4_is_hidden_and_so_is_the_next_smallest(self, told):
        small = suppressed(ask(told, "overturn", "service"))

        assert by_group(small) == {
            "parks": ((None, 9), (None, 9)),
            "roads": ((None, 20), (None, 20)),
            "waste": ((12, 12), (12, 12)),
        }
        assert (small.heads, small.complaints) == ((23, 41), (23, 41))

    def test_gen_20_no_reference_is_given(self, told):
        assert suppressed(ask(told, "overturn")).references == ()

    def test_gen_20_in_a_crosstab_the_outcomes_of_a_group_do_not_betray_each_other(self, told):
        rows = suppressed(ask(told, "outcomes", "service")).rows

        assert [(row.outcome, row.heads) for row in rows if row.group == "parks"] != [
            ("not-upheld", (15, 18)),
            ("upheld", (None, 18)),
        ]
        assert {(None, 18)} == {row.heads for row in rows if row.group == "parks"}

    def test_gen_20_a_hidden_group_hides_all_its_outcomes(self, council):
        for stream, service in enumerate(["parks"] * 3 + ["roads"] * 7 + ["waste"] * 9, 1):
            council.tell(stream, received(service=service), responded(h1="upheld"))
        rows = suppressed(ask(council, "outcomes", "service")).rows

        assert [(row.group, row.heads) for row in rows] == [
            ("parks", (None, None)),
            ("roads", (None, None)),
            ("waste", (9, 9)),
        ]

    def test_gen_20_a_small_whole_is_hidden_too(self, council):
        overturned(council, 1, 1, 1, date(2007, 3, 1))
        small = suppressed(ask(council, "overturn"))

        assert (small.heads, small.complaints) == ((None, None), (None, None))
