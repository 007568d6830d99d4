"""
Rows on their way into Parquet files: kept meanwhile on disk, so that memory stays flat.

DuckDB keeps and writes them. A column goes there as one JSON text, which keeps nothing
and an empty text apart, and any text whole.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Date, Integer, Table

from complaint_ledger.projections.export.manifest import ExportedFile, path_of
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.faults import FactsUnusable

AT_ONCE: Final = 5000
"""How many rows to take in with one statement."""

_MEMORY: Final = "256MB"
_ENCODED: Final = json.JSONEncoder(default=date.isoformat).encode
_KEYS: Final = {table.name: [key.name for key in table.primary_key] for table in TABLES}


def duckdb() -> Any:
    """
    Return the module `duckdb`.

    Raises:
        FactsUnusable: It is not installed.
    """
    try:
        import duckdb
    except ModuleNotFoundError:
        raise FactsUnusable(
            "Parquet files need duckdb, which is not installed; install complaint-ledger[duckdb]"
        ) from None
    return duckdb


def connect(where: Path | None = None) -> Any:
    """Return a connection to a database at *where*, or in memory, that is for one task."""
    settings = {"threads": 1, "memory_limit": _MEMORY, "preserve_insertion_order": True}
    if where:
        settings["temp_directory"] = f"{where}.tmp"
    return duckdb().connect(str(where or ":memory:"), config=settings)


class Spool:
    """The rows of one ledger, by table."""

    def __init__(self, file: Path, ledger: str) -> None:
        """Begin with none; they are kept in *file*, which is not there yet."""
        self._connection = connect(file)
        self._connection.execute("BEGIN")  # never committed: nobody reads the file again
        self._ledger = ledger
        for table in TABLES:
            columns = ", ".join(f'"{c.name}" {kind(c)}' for c in table.columns)
            self._connection.execute(
                f'CREATE TABLE "{table.name}" (_financial_year VARCHAR, {columns})'
            )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def add(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """
        Take in *rows*, up to AT_ONCE, each a financial year and then the columns of *table*.

        A date may be its ISO text.
        """
        if rows:
            columns = zip(*rows, strict=True)
            self._connection.execute(_insert(table), [*map(_ENCODED, columns)])

    def write(self, folder: Path) -> Iterator[ExportedFile]:
        """Write the rows to files in *folder*, each whole and on the disk; yield them."""
        for table in TABLES:
            years = self._connection.execute(
                f'SELECT DISTINCT _financial_year FROM "{table.name}" ORDER BY 1'  # noqa: S608
            ).fetchall()
            for (year,) in years:
                path = folder / path_of(year, table.name)
                path.parent.mkdir(exist_ok=True)
                rows = self._copy(table, year, path)
                yield written(path, table.name, year, rows)

    def _copy(self, table: Table, year: str, path: Path) -> int:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        order = ", ".join(f'"{name}"' for name in _KEYS[table.name])
        chosen = (
            f"SELECT $ledger AS ledger, {columns}"  # noqa: S608 - names of ours
            f' FROM "{table.name}" WHERE _financial_year = $year ORDER BY {order}'
        )
        target = str(path).replace("'", "''")
        found = self._connection.execute(
            f"COPY ({chosen}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)",
            {"ledger": self._ledger, "year": year},
        ).fetchone()
        return int(found[0])


@cache
def _insert(table: Table) -> str:
    kinds = ["VARCHAR", *map(kind, table.columns)]
    lists = ", ".join(f"""unnest(from_json_strict(?, '["{each}"]'))""" for each in kinds)
    return f'INSERT INTO "{table.name}" SELECT {lists}'


def kind(column: Column[Any]) -> str:
    """Return the type of *column* in Parquet, as DuckDB calls it."""
    if isinstance(column.type, Date):
        return "DATE"
    if not isinstance(column.type, Integer):
        return "VARCHAR"
    return "BIGINT" if column.primary_key else "INTEGER"


def written(path: Path, table: str, financial_year: str, rows: int) -> ExportedFile:
    """Return what the file at *path* is, once it is on the disk."""
    with path.open("rb") as opened:
        os.fsync(opened.fileno())
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        size = opened.tell()
    return ExportedFile(
        path=path_of(financial_year, table),
        table=table,
        financial_year=financial_year,
        rows=rows,
        size=size,
        sha256=sha256,
    )
