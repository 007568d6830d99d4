"""Writing rows: those of many complaints at once, in the place of those that were there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Date, Table, delete

from complaint_ledger.projections.build_tables import parked, tables_of
from complaint_ledger.projections.builds import Parked, now, park
from complaint_ledger.projections.folding import Folded

_AT_ONCE: Final = 500  # keys in one statement: engines limit how many values it may have


def keep(connection: Connection, build: int, complaints: Sequence[Folded]) -> None:
    """
    Put the rows of *complaints* into *build*, in the place of what is there of them.

    Those that cannot be folded are parked: named, and without rows.
    """
    before = [one.complaint for one in complaints if not one.began]
    tables = tables_of(build)
    for keys in _chunks(before):
        for table in tables.values():
            connection.execute(delete(table).where(table.c.complaint.in_(keys)))
        again = parked.c.complaint.in_(keys) & (parked.c.build == build)
        connection.execute(delete(parked).where(again))
    for name, table in tables.items():
        rows = (row for one in complaints for row in one.rows.get(name, ()))
        insert_rows(connection, table, rows)
    faulty = [
        Parked(
            stream=one.stream,
            complaint=one.complaint,
            position=one.position,
            reason=one.fault,
            tried_at=now(),
        )
        for one in complaints
        if one.fault is not None
    ]
    park(connection, build, faulty)


def insert_rows(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert *rows*, each with every column of *table*, past what SQLAlchemy does for each."""
    values = itemgetter(*(column.name for column in table.columns))
    if connection.dialect.name == "sqlite":
        listed = [*map(_for_sqlite(table), rows)]
        if listed:
            connection.exec_driver_sql(_insert(table), listed)
        return
    found = [*map(values, rows)]
    if not found:
        return
    columns = ", ".join(column.name for column in table.columns)
    statement = f"COPY {table.name} ({columns}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in found:
            copy.write_row(row)


@lru_cache(maxsize=256)
def _insert(table: Table) -> str:
    columns = ", ".join(column.name for column in table.columns)
    marks = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - names of ours


@lru_cache(maxsize=256)
def _for_sqlite(table: Table) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Return what makes a row's values ready for SQLite, which keeps a date as a text."""
    names = [column.name for column in table.columns]
    values = itemgetter(*names)
    days = [at for at, column in enumerate(table.columns) if isinstance(column.type, Date)]

    def ready(row: Mapping[str, Any]) -> tuple[Any, ...]:
        if not days:
            return values(row)  # type: ignore[no-any-return]
        found = list(values(row))
        for at in days:
            day: date | None = found[at]
            if day is not None:
                found[at] = day.isoformat()
        return tuple(found)

    return ready


def _chunks(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[n : n + _AT_ONCE] for n in range(0, len(keys), _AT_ONCE))
