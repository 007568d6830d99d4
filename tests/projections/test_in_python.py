"""One definition of a trend, whatever answers it: databases, files of many councils, or Python."""

import tempfile
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from complaint_ledger.cli import main
from complaint_ledger.demo import DATABASE
from complaint_ledger.ids import new_id
from complaint_ledger.projections.engines import over
from complaint_ledger.projections.export.manifest import exports
from complaint_ledger.projections.in_python import CannotEvaluate, InPython
from complaint_ledger.projections.trends import TRENDS, answer
from projections.histories import facts, found, received, responded
from projections.on_engines import (
    ASKED,
    answers,
    council,
    councils,
    everywhere,
    export_of,
    in_postgresql,
    in_python,
    in_sqlite,
    together,
    with_key,
)

SOME = st.lists(st.sampled_from(ASKED), min_size=1, max_size=4, unique=True)


@pytest.fixture(scope="module")
def postgresql(database):
    """A PostgreSQL, of this module alone."""
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://", 1))
    yield engine
    engine.dispose()


def by_duckdb(some, asked=ASKED):
    with tempfile.TemporaryDirectory() as folder:
        for one in some:
            export_of(one, folder)
        with over(exports(Path(folder)), "duckdb") as asks:
            return answers(asks, asked)


def a_council(number=1, complaints=24):
    """A council in whose complaints most groups that trends know have more than one member."""
    outcomes = ("upheld", "not_upheld", "partly_upheld", "not_upheld")
    findings = ("upheld", "not_upheld", "partly_upheld", "upheld_already_remedied", "withdrawn")
    return council(
        number,
        [
            facts(
                received(
                    *("h1", "h2")[: 1 + n % 2],
                    on=date(2022 + n % 4, 1 + n % 12, 5),
                    reference=f"C-{n}" if n % 3 else None,
                    service=("waste", None, "parks")[n % 3],
                ),
                responded(date(2026, 1, 1 + n), h1=outcomes[n % 4], h2="not_upheld"),
                found(date(2026, 3, 1 + n), h1=findings[n % 5], h2=findings[n % 3]),
            )
            for n in range(complaints)
        ],
    )


class TestOneDefinitionManyEngines:
    @settings(max_examples=40)
    @given(councils(), SOME)
    def test_python_and_sqlite_agree_on_any_ledgers(self, some, asked):
        with in_sqlite(some) as asks:
            assert answers(in_python(some), asked) == answers(asks, asked)

    @settings(max_examples=12)
    @given(councils(max_councils=2), SOME)
    def test_duckdb_over_their_exports_agrees_with_them(self, some, asked):
        assert answers(in_python(some), asked) == by_duckdb(some, asked)

    @settings(max_examples=15)
    @given(councils(), SOME)
    def test_postgresql_agrees_with_them(self, postgresql, some, asked):
        with in_postgresql(postgresql, some) as asks:
            assert answers(in_python(some), asked) == answers(asks, asked)

    def test_they_agree_on_every_trend_by_everything_that_it_can_be_grouped_by(self, postgresql):
        some = [a_council(number, 12 * number) for number in (1, 2)]
        told = answers(in_python(some))

        assert all(len(told[f"{trend} by council"]["rows"]) >= 2 for trend in TRENDS)
        with in_sqlite(some) as asks:
            assert told == answers(asks)
        assert told == by_duckdb(some)
        with in_postgresql(postgresql, some) as asks:
            assert told == answers(asks)

    def test_of_no_complaints_at_all_nothing_is_counted_and_nothing_fails(self, postgresql):
        told = answers(in_python([council(1, [])]))

        assert {(0, 0)} == {tuple(one["heads"]) for one in told.values()}
        with in_sqlite([council(1, [])]) as asks:
            assert told == answers(asks)
        assert told == by_duckdb([council(1, [])])
        with in_postgresql(postgresql, [council(1, [])]) as asks:
            assert told == answers(asks)

    def test_two_councils_complaints_of_one_position_are_two_complaints(self):
        some = [a_council(1), a_council(2)]
        asked = ["overturn by council"]
        (one,), (both,) = (answers(in_python(x), asked).values() for x in (some[:1], some))

        assert [2 * n for n in one["complaints"]] == both["complaints"]
        assert {asked[0]: both} == by_duckdb(some, asked)


def test_the_demo_gives_the_same_numbers_on_every_engine(tmp_path, database):
    """By the runner, by an export, and folded: the ways that the facts really take."""
    demo = CliRunner().invoke(main, ["demo", "--dir", str(tmp_path / "demo"), "--complaints", "40"])
    assert demo.exit_code == 0, demo.output
    asked = ["overturn by service", "outcomes by stage", "outcomes by received_financial_year"]
    place = f"{database}?schema=facts_{new_id()}"

    told = everywhere(f"sqlite:///{tmp_path}/demo/{DATABASE}", asked, tmp_path, place)

    assert {"python", "sqlite", "postgresql", "duckdb"} == set(told)
    assert all(answer == told["python"] for answer in told.values())
    assert all(answer["rows"] for answer in told["python"].values())


class TestInOnePass:
    def test_complaints_may_come_one_by_one_from_a_generator(self):
        some = [a_council()]

        assert answer(TRENDS["overturn"], InPython(together(some)), "service") == answer(
            TRENDS["overturn"], in_python(some), "service"
        )

    def test_what_was_read_already_is_refused_and_not_taken_for_no_complaints(self):
        asks = InPython(together([a_council()]))
        answers(asks, ASKED[:1])

        with pytest.raises(CannotEvaluate, match="in one go, or give a list"):
            answers(asks, ASKED[:1])

    def test_its_memory_does_not_grow_with_the_complaints(self):
        (rows,) = together([a_council(complaints=1)])
        trend = TRENDS["overturn"]

        def peak(complaints):
            many = (with_key(rows, n, "council-1", "a" * 32) for n in range(complaints))
            tracemalloc.start()
            try:
                InPython(many).ask(trend.select(None), trend.select(trend.groups["council"]))
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

        peak(1)  # what is worked out once and kept
        assert peak(5_000) < 250_000  # bytes; a set of their keys would take more

    @pytest.mark.parametrize("order", [[0, 0], [1, 0]], ids=["twice", "backwards"])
    def test_complaints_that_do_not_come_by_key_once_each_are_refused(self, order):
        kept = [*together([a_council()])]

        with pytest.raises(CannotEvaluate, match="by key; sort them"):
            answers(InPython([kept[n] for n in order]))
