"""What the evaluator claims to know of SQL, held against SQLite; the rest it refuses by name."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    create_engine,
    distinct,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    text,
    true,
)

from complaint_ledger.projections.in_python import CannotEvaluate, InPython
from complaint_ledger.projections.trends.asking import InDatabase

tables = MetaData()
heads = Table(
    "heads",
    tables,
    Column("complaint", Integer),
    Column("number", Integer),
    Column("word", String),
    Column("other", String),
    Column("day", Date),
)
parents = Table(
    "parents", tables, Column("complaint", Integer), Column("word", String), Column("n", Integer)
)
apart = Table("apart", tables, Column("id", Integer))
h, p = heads.c, parents.c

ENGINE = create_engine("sqlite://")
tables.create_all(ENGINE)

NUMBERS = st.none() | st.integers(-2, 2)
WORDS = st.none() | st.sampled_from(["", "a", "b", "A", "é"])
DAYS = st.none() | st.sampled_from([date(2024, 2, 29), date(2025, 1, 1)])
A_HEAD = st.fixed_dictionaries({"number": NUMBERS, "word": WORDS, "other": WORDS, "day": DAYS})
A_PARENT = st.fixed_dictionaries({"word": WORDS, "n": NUMBERS})


@st.composite
def complaints(draw):
    """The rows of some complaints, by key; of some there are none in a table."""
    return [
        {
            name: [row | {"complaint": key} for row in draw(st.lists(rows, max_size=3))]
            for name, rows in (("heads", A_HEAD), ("parents", A_PARENT))
        }
        for key in range(1, 1 + draw(st.integers(0, 4)))
    ]


def counted(*by):
    counts = (
        func.count().label("rows"),
        func.count(h.number).label("known"),
        func.count(distinct(h.number)).label("different"),
        func.count(distinct(h.complaint)).label("complaints"),
        func.count(distinct(case((h.word == "a", h.complaint)))).label("some_complaints"),
        func.sum(h.number).label("sum"),
        func.coalesce(func.sum(h.number), 0).label("sum_or_0"),
        func.min(h.day).label("first"),
        func.max(h.word).label("last"),
    )
    return select(*(column.label(f"by_{n}") for n, column in enumerate(by)), *counts)


JOINED = heads.join(parents, h.complaint == p.complaint)
BY_WORD = select(h.word, func.count().label("rows")).group_by(h.word).subquery()
BY_OTHER = select(h.other, func.sum(h.number).label("sum")).group_by(h.other).subquery()

KNOWN = {
    "everything": select(heads),
    "where it equals": select(h.number).where(h.word == "a"),
    "where it does not equal": select(h.number).where(h.word != "a"),
    "where it is less": select(h.word).where(h.number < 1),
    "where it is at most": select(h.number).where(h.word <= "a"),
    "where it is more": select(h.word).where(h.day > date(2024, 12, 31)),
    "where two are at least": select(h.word).where(h.word >= h.other),
    "and": select(h.number).where((h.word == "a") & (h.number == 1) & (h.other != "b")),
    "or": select(h.number).where((h.word == "a") | (h.number == 1) | (h.other != "b")),
    "not and": select(h.number).where(not_(and_(h.word == "a", h.number == 1))),
    "not or": select(h.number).where(not_(or_(h.word == "a", h.number == 1))),
    "in": select(h.number).where(h.word.in_(["a", "b"])),
    "in with NULL": select(h.number).where(h.word.in_(["a", None])),
    "not in": select(h.number).where(h.word.not_in(["a", "b"])),
    "not in with NULL": select(h.number).where(h.word.not_in(["a", None])),
    "in nothing": select(h.number).where(h.word.in_([])),
    "not in nothing": select(h.number).where(h.word.not_in([])),
    "is null": select(h.number).where(h.word.is_(None)),
    "is not null": select(h.number).where(h.word.is_not(None)),
    "equals NULL": select(h.number).where(h.word == null()),
    "a condition that is null": select(h.number).where((h.word == "a").is_(None)),
    "plus": select((h.number + 1 + h.complaint).label("sum"), (h.number + h.number).label("two")),
    "case": select(
        case((h.number < 0, "less"), (h.number > 0, "more"), else_=h.word).label("said"),
        case((h.number == 0, h.word)).label("or_null"),
    ),
    "case of true and false": select(case((true(), 1), else_=0).label("x"), h.word).where(
        or_(false(), h.number == 1)
    ),
    "coalesce": select(func.coalesce(h.word, h.other, "none").label("x")),
    "distinct": select(h.word, h.other).distinct(),
    "counts": counted(),
    "counts of some": counted().where(h.word == "a"),
    "by what may be NULL": counted(h.word).group_by(h.word),
    "by two": counted(h.word, h.number).group_by(h.word, h.number),
    "by an expression": counted(h.number + 1).group_by(h.number + 1),
    "by, without showing it": select(func.count().label("rows"))
    .select_from(heads)
    .group_by(h.word),
    "by, and no count": select(h.word).group_by(h.word),
    "distinct counts": select(func.count(h.complaint).label("rows")).group_by(h.word).distinct(),
    "an expression of a group and a sum": select(
        (func.coalesce(h.number, 0) + func.count()).label("x")
    ).group_by(h.number),
    "joined": select(h.number, p.n).select_from(JOINED),
    "joined and counted": counted(p.word).select_from(JOINED).where(p.n == 1).group_by(p.word),
    "joined on more": select(h.number, p.n).join_from(
        heads, parents, (h.complaint == p.complaint) & (h.word == p.word)
    ),
    "from a select": select(BY_WORD.c.word, BY_WORD.c.rows).where(BY_WORD.c.rows > 1),
    "counted from a select": select(func.sum(BY_WORD.c.rows).label("all")),
    "two selects joined": select(BY_WORD.c.word, BY_WORD.c.rows, BY_OTHER.c.sum).join_from(
        BY_WORD, BY_OTHER, BY_WORD.c.word == BY_OTHER.c.other
    ),
    "two selects joined, counted": select(
        BY_OTHER.c.sum, func.count().label("rows"), func.max(BY_WORD.c.word).label("last")
    )
    .join_from(BY_WORD, BY_OTHER, BY_WORD.c.word == BY_OTHER.c.other)
    .group_by(BY_OTHER.c.sum),
}

UNKNOWN = {
    "outer join": select(h.number).select_from(
        heads.outerjoin(parents, h.complaint == p.complaint)
    ),
    "across complaints": select(h.number).join_from(heads, parents, h.word == p.word),
    "not joined": select(h.number, p.n),
    "no column complaint": select(apart.c.id),
    "IN of anything but plain values": select(h.number).where(
        h.word.in_(select(p.word).select_from(parents))
    ),
    "order by": select(h.number).order_by(h.number),
    "limit": select(h.number).limit(1),
    "having": select(func.count()).group_by(h.word).having(func.count() > 1),
    "neither of a source nor grouped": select(h.number, func.count()).group_by(h.word),
    "TextClause": select(h.number).where(text("number = 1")),
    "the column 1 is neither": select(literal_column("1").label("x")).select_from(heads),
    "function lower": select(func.lower(h.word)),
    "like_op": select(h.number).where(h.word.like("a%")),
    "concat_op": select((h.word + h.other).label("x")),
    "number and text": select(h.number).where(h.word == h.number),
    "a number stands where a condition should": select(h.word).where(h.number),
    "Cast": select(cast(h.number, String)),
    "Over": select(func.count().over(partition_by=h.word)),
    "FunctionFilter": select(func.count().filter(h.word == "a")),
    "Exists|ScalarSelect": select(h.number).where(exists(select(p.n).where(p.n == 1))),
    "type float": select(h.number).where(h.number < literal(1.5)),
    "parameter x has no value": select(h.number).where(h.number == bindparam("x")),
    "sum of a text": select(func.sum(h.word)),
    "sum.DISTINCT": select(func.sum(distinct(h.number))),
    "prefixes": select(h.number).prefix_with("ALL"),
    "Alias": select(parents.alias().c.n),
    "CTE": select(select(h.number).cte().c.number),
    "case|Case": select(case({1: "one"}, value=h.number)),
    "CompoundSelect|Subquery": select(select(h.number).union(select(p.n)).subquery().c.number),
}


def as_rows(found):
    return sorted((tuple(row.values()) for row in found), key=repr)


@settings(max_examples=40)
@given(complaints())
def test_every_select_it_knows_comes_to_what_sqlite_says(kept):
    with ENGINE.connect() as connection:
        for table in (heads, parents):
            if rows := [row for one in kept for row in one[table.name]]:
                connection.execute(table.insert(), rows)
        expected = InDatabase(connection).ask(*KNOWN.values())
    actual = InPython(kept).ask(*KNOWN.values())

    for name, of_sqlite, of_python in zip(KNOWN, expected, actual, strict=True):
        assert (name, as_rows(of_sqlite)) == (name, as_rows(of_python))


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_it_does_not_know_it_refuses_by_name(what):
    with pytest.raises(CannotEvaluate, match=what):
        InPython([]).ask(UNKNOWN[what])


def test_several_questions_are_answered_in_one_pass():
    once = iter([{"heads": [dict.fromkeys(h.keys()) | {"complaint": 1, "number": 2}]}])

    assert InPython(once).ask(
        select(h.number), select(func.count().label("n")).select_from(heads)
    ) == [
        [{"number": 2}],
        [{"n": 1}],
    ]
