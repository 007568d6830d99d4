"""A comparison with a fresh fold finds every difference, and nothing where there is none."""

from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, Integer, delete, insert, select, update

from complaint_ledger.projections.build_tables import bookmarks, parked, tables_of
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.rebuild import rebuild
from complaint_ledger.projections.verifying import verify
from complaint_ledger.projections.views import Views
from projections.histories import Council, e, found, received, responded

NAMES = [table.name for table in TABLES]
CELLS = [(table.name, column.name) for table in TABLES for column in table.columns]
quickly = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class RolledBack(Exception):
    pass


@pytest.fixture(scope="module")
def told():
    """Three complaints, with rows in every table."""
    council = Council()
    for stream in (1, 2, 3):
        council.tell(
            stream,
            received("h1", "h2"),
            e.ResponseExtended(
                stage="stage-1",
                extends="stage-1-respond",
                until=date(2025, 6, 1),
                reason="complex",
            ),
            responded(h1="not_upheld"),
            e.ReferredToOmbudsman(occurred_on=date(2025, 7, 1), body="lgsco"),
            found(h1="upheld"),
        )
    return council.store


@pytest.fixture
def made(views, told):
    views.catch_up(told)
    return views


def changed(views, statement):
    """Do *statement*; return how many rows it concerned."""
    with views.place.writing() as connection:
        return connection.execute(statement).rowcount


def test_what_was_caught_up_and_what_was_rebuilt_are_equal(made, told):
    counted = []
    rebuild(made, told, serve=False)
    for build in (None, 1, 2):
        proved = verify(made, told, build=build, tell=counted.append)
        assert (proved.equal, proved.complaints, proved.wrong) == (True, 3, 0)
    assert counted == [3, 3, 3]


@quickly
@given(cell=st.sampled_from(CELLS), which=st.integers(0, 2), drawn=st.data())
def test_any_change_of_one_cell_is_found(tmp_path_factory, told, cell, which, drawn):
    table = tables_of(1)[cell[0]]
    column = table.c[cell[1]]
    value = drawn.draw(
        st.dates(min_value=date(1900, 1, 1)) if isinstance(column.type, Date)
        else st.integers(-(2**31), 2**31 - 1) if isinstance(column.type, Integer)
        else st.text("abcé -0", max_size=4)
    )  # fmt: skip
    with Views(tmp_path_factory.mktemp("facts") / "facts") as views:
        views.catch_up(told)
        with views.place.reading() as connection:
            rows = connection.execute(select(table)).all()
        row = rows[which % len(rows)]
        assume(row._mapping[column.name] != value)
        here = [table.c[key.name] == row._mapping[key.name] for key in table.primary_key]
        taken = {tuple(other._mapping[k.name] for k in table.primary_key) for other in rows}
        new = tuple({**row._mapping, column.name: value}[k.name] for k in table.primary_key)
        assume(not column.primary_key or new not in taken)
        assert changed(views, update(table).where(*here).values({column: value})) == 1

        assert not verify(views, told).equal


@pytest.mark.parametrize("name", NAMES)
def test_one_row_changed_too_few_or_too_many_is_found_and_named(made, told, name):
    table = tables_of(1)[name]
    with made.place.reading() as connection:
        row = connection.execute(select(table)).mappings().first()
    stream = f"{1:032x}"
    same = [table.c[key.name] == row[key.name] for key in table.primary_key]

    changed(made, delete(table).where(*same))
    assert verify(made, told).different == (stream,)
    changed(made, insert(table).values(**row))
    assert verify(made, told).equal
    for key in (-3, 0, 7, 10**6):
        changed(made, insert(table).values(**{**row, "complaint": key}))
        assert verify(made, told).different == (f"key {key}",)
        changed(made, delete(table).where(table.c.complaint == key))


def test_a_text_where_a_date_belongs_is_a_difference_and_no_error(tmp_path, told):
    with Views(tmp_path / "facts") as views:
        views.catch_up(told)
        with views.place.writing() as connection:
            connection.exec_driver_sql("UPDATE complaints_1 SET received_on = 'soon'")

        assert verify(views, told).wrong == 3


@pytest.mark.parametrize(("stream", "key"), [(f"{1:032x}", 5), ("f" * 32, 6), ("f" * 32, 999)])
def test_a_complaint_that_is_parked_wrongly_is_found(made, told, stream, key):
    row = {"build": 1, "stream": stream, "complaint": key, "position": key}
    changed(made, insert(parked).values(**row, reason="x", tried_at=""))

    assert verify(made, told).wrong == 1


def test_at_most_twenty_are_named_and_all_counted():
    council = Council()
    for stream in range(1, 26):
        council.tell(stream, received())
    with Views() as views:
        views.catch_up(council.store)
        changed(views, update(tables_of(1)["complaints"]).values(heads=7))
        proved = verify(views, council.store)

    assert (len(proved.different), proved.wrong) == (20, 25)


def test_while_it_compares_another_build_may_begin_to_serve(made, told, facts):
    with Views(facts) as others:
        proved = verify(made, told, tell=lambda _: rebuild(others, told))

    assert (proved.build, proved.equal) == (1, True)
    assert [one.build.state for one in made.status()] == ["kept", "serving"]


def test_only_what_is_up_to_the_bookmark_is_compared(views, told):
    views.catch_up(told, upto=7)
    assert verify(views, told).position == 7
    assert verify(views, told).equal
    changed(views, update(bookmarks).values(position=8, event=told.tail(after=7, limit=1)[0].id))

    assert not verify(views, told).equal
