"""The page on the fact tables names every column, as the tables themselves do."""

from pathlib import Path

import pytest
from sqlalchemy import Date, Integer

from complaint_ledger.projections.facts import NOT_RECORDED, TABLES, bookmark

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


@pytest.mark.parametrize("table", [*TABLES, bookmark], ids=lambda table: table.name)
def test_the_page_describes_each_table_column_by_column(table):
    assert f"### {table.name}\n\n" in PAGE.read_text("utf-8")
    assert described(table) in PAGE.read_text("utf-8")
