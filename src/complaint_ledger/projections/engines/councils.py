"""
Many councils' exports as one set of fact tables.

`complaint` is a position in one ledger. So that it tells the complaints of many apart,
each ledger has a number, which is put before it.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from sqlalchemy import Table
from sqlalchemy.sql.visitors import iterate

from complaint_ledger.projections.export.manifest import Exported, ExportUnusable
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.trends.asking import Found, Statement, names_of

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


Listed: TypeAlias = tuple[str, str, int]
"""A file by where it is, a ledger's id, and how many rows the file has of that ledger."""


def tables_in(questions: Iterable[Statement]) -> list[Table]:
    """Return the fact tables that *questions* are about."""
    names = {
        part.name for question in questions for part in iterate(question) if isinstance(part, Table)
    }
    return [table for table in TABLES if table.name in names]


def check(exported: Sequence[Exported], tables: Sequence[Table], found: Iterable[Listed]) -> None:
    """
    Make sure that each file of *tables* has as many rows as its manifest says, of its ledger.

    Else a council could be counted for another.

    Raises:
        ExportUnusable: One does not.
    """
    names = {table.name for table in tables}
    expected = {
        (_place(str(one.folder / file.path)), one.ledger, file.rows)
        for one in exported
        for file in one.files
        if file.table in names
    }
    different = expected ^ {(_place(path), ledger, rows) for path, ledger, rows in found}
    if different:
        raise ExportUnusable(
            f"{min(path for path, _, _ in different)} holds other rows than its manifest says, or"
            " another ledger's; have that council exported again, or take its folder away"
        )


def _place(path: str) -> str:
    # Council, year and table. An engine may write what is before them in its own way.
    return "/".join(path.split("/")[-3:])


class OverCouncils(ABC):
    """An engine that asks the exports of many councils; a file is checked before it counts."""

    def __init__(self, exported: Sequence[Exported]) -> None:
        self._exported = exported
        self._checked: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, *questions: Statement) -> Sequence[Found]:
        """
        Return what each of *questions* comes to.

        Raises:
            ExportUnusable: A file that they need is not what its manifest says.
        """
        tables = [one for one in tables_in(questions) if one.name not in self._checked]
        if tables:
            check(self._exported, tables, self._listed(tables))
            self._checked.update(table.name for table in tables)
        return [self._one(question) for question in questions]

    def _one(self, question: Statement) -> Found:
        names = names_of(question)
        return [dict(zip(names, row, strict=True)) for row in self._fetched(question)]

    @abstractmethod
    def close(self) -> None:
        """Let go of the files, and of what was started for them."""

    @abstractmethod
    def _listed(self, tables: Sequence[Table]) -> Iterable[Listed]:
        """Return what the files of *tables* hold."""

    @abstractmethod
    def _fetched(self, question: Statement) -> Iterable[Sequence[Any]]:
        """Return the rows of the answer to *question*."""


def unreadable(error: Exception) -> ExportUnusable:
    """Return what is said where an engine refused a file with *error*."""
    # An engine's own words may repeat what is in a file.
    return ExportUnusable(
        f"the files of the export cannot be read as fact tables ({type(error).__name__});"
        " have the councils exported again"
    )
