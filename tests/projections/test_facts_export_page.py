"""The page on exports names every column and every field of the manifest, as they are written."""

import json
from pathlib import Path

import pytest

from complaint_ledger.projections.export.exporting import export
from complaint_ledger.projections.export.spool import kind
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.views import Views
from projections.histories import Council, received

PAGE = (Path(__file__).parents[2] / "docs/reference/facts-export.md").read_text("utf-8")


def described(table):
    lines = ["| column | type |", "| --- | --- |", "| `ledger` | VARCHAR |"]
    lines += [f"| `{column.name}` | {kind(column)} |" for column in table.columns]
    return "\n".join(lines)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_page_gives_each_column_its_type(table):
    assert f"### {table.name}.parquet\n\n{described(table)}\n" in PAGE


def test_the_page_names_each_field_of_the_manifest(tmp_path):
    council = Council()
    council.tell(1, received())
    with Views() as views:
        export(council.ledger, views, tmp_path)
    manifest = json.loads((tmp_path / "council=testham" / "manifest.json").read_text())
    fields = [*manifest, *manifest["files"][0]]

    assert [name for name in fields if f"\n| `{name}` | " not in PAGE] == []
