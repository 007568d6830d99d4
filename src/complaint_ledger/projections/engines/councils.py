"""
Many councils' exports as one set of fact tables.

`complaint` is a position in one ledger. So that it tells the complaints of many apart,
each ledger has a number, which is put before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Table

from complaint_ledger.projections.export.manifest import Exported, ExportUnusable
from complaint_ledger.projections.facts import TABLES

APART: Final = 2**40
"""More positions than a ledger has."""

LEDGER: Final = "ledger"
"""The column that stands before those of the table in every file."""


def numbers(exported: Sequence[Exported]) -> Mapping[str, int]:
    """Return the number of each ledger, by its id."""
    ledgers = sorted(one.ledger for one in exported)
    return {ledger: number for number, ledger in enumerate(ledgers)}


def files(exported: Sequence[Exported], table: Table) -> list[Path]:
    """Return the files that hold rows of *table*; an engine must be told absolute paths."""
    return [path.absolute() for one in exported for path in one.paths(table.name)]


def view(table: Table, of: str, quote: str) -> str:
    """
    Return a query that gives the rows of *table* as a trend sees them.

    Args:
        table: The fact table.
        of: Name of what holds the rows of its files.
        quote: What the engine puts around a name.
    """
    columns = ", ".join(_column(column.name, quote) for column in table.columns)
    return (
        f"SELECT {columns} FROM {of} AS f"  # noqa: S608 - names of ours
        f" JOIN ledgers AS l ON f.{LEDGER} = l.{LEDGER}"
    )


def _column(name: str, quote: str) -> str:
    if name == "complaint":
        return f"l.number * {APART} + f.complaint AS complaint"
    return f"f.{quote}{name}{quote}"


def count() -> str:
    """Return a query for how many rows each table has: what *check* takes."""
    return " UNION ALL ".join(
        f"SELECT '{table.name}' AS name, count(*) AS found FROM {table.name}"  # noqa: S608
        for table in TABLES
    )


def check(exported: Sequence[Exported], found: Mapping[str, int]) -> None:
    """
    Make sure that the tables have as many rows as the manifests say.

    A row of another ledger than its manifest's is in no table; and a file is not believed.

    Raises:
        ExportUnusable: They have not.
    """
    for name, expected in _expected(exported):
        if found[name] != expected:
            raise ExportUnusable(
                f"the files of {name} hold {found[name]} rows of these ledgers, and their"
                f" manifests say {expected}; have the councils exported again"
            )


def _expected(exported: Sequence[Exported]) -> Iterator[tuple[str, int]]:
    for table in TABLES:
        listed = (file.rows for one in exported for file in one.files if file.table == table.name)
        yield table.name, sum(listed)


def unreadable(error: Exception) -> ExportUnusable:
    """Return what is said where an engine refused a file with *error*."""
    # An engine's own words may repeat what is in a file.
    return ExportUnusable(
        f"the files of the export cannot be read as fact tables ({type(error).__name__});"
        " have the councils exported again"
    )
