"""The page on the fact tables names every column, as the tables themselves do."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Date, Integer, text

from complaint_ledger.projections.build_tables import bookmarks, builds, parked
from complaint_ledger.projections.facts import NOT_RECORDED, TABLES, bookmark, progress
from projections.histories import received

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "facts.md"


def kind(column):
    if isinstance(column.type, Date):
        return "date"
    return "whole number" if isinstance(column.type, Integer) else "text"


def unknown(column):
    if not column.nullable:
        return f"`{NOT_RECORDED}`" if column.default else "never"
    return "NULL"


def described(table):
    lines = ["| column | holds | where unknown | meaning |", "| --- | --- | --- | --- |"]
    lines += [
        f"| `{column.name}`{' (key)' * column.primary_key} | {kind(column)} | {unknown(column)}"
        f" | {column.comment} |"
        for column in table.columns
    ]
    return "\n".join(lines)


HOW_FAR = [bookmark, progress, builds, bookmarks, parked]


@pytest.mark.parametrize("table", [*TABLES, *HOW_FAR], ids=lambda table: table.name)
def test_the_page_describes_each_table_column_by_column(table):
    assert f"### {table.name}\n\n" in PAGE.read_text("utf-8")
    assert described(table) in PAGE.read_text("utf-8")


def test_each_is_there_with_exactly_these_columns_in_whole_numbers_texts_and_dates(views, council):
    council.tell(1, received())
    views.catch_up(council.store)
    kinds = {"whole number": int, "text": str, "date": (str, date)}
    with views.place.reading() as connection:
        for table in [*TABLES, *HOW_FAR]:
            rows = connection.execute(text(f"SELECT * FROM {table.name}"))
            assert [column.name for column in table.columns] == [*rows.keys()]
            for row in rows:
                for column, value in zip(table.columns, row, strict=True):
                    assert isinstance(value, kinds[kind(column)]) or (
                        value is None and column.nullable
                    )
