"""Asking a build that does not serve: the same selects, of its tables."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, FromClause, Select, Table, event, func, select
from sqlalchemy.sql import visitors

from complaint_ledger.projections.build_tables import bookmarks, builds, parked, tables_of
from complaint_ledger.projections.facts import bookmark, metadata

_OPTION = "build"


def of_build(connection: Connection, build: int) -> Connection:
    """Return *connection*, on which the plain names stand for the tables of *build*."""
    asking = connection.execution_options(**{_OPTION: build})
    if not event.contains(connection.engine, "before_execute", _before_execute):
        event.listen(connection.engine, "before_execute", _before_execute, retval=True)
    return asking


def _before_execute(
    _: Connection, statement: Any, multi: Any, params: Any, options: Any
) -> tuple[Any, Any, Any]:
    build = options.get(_OPTION)
    if build is None or not isinstance(statement, Select):
        return statement, multi, params
    others = _others(build)

    def other(element: Any, **_: Any) -> Any:
        if isinstance(element, Table):
            return others.get(element)
        if isinstance(element, Column) and element.table in others:
            return others[element.table].c[element.name]
        return None

    return visitors.replacement_traverse(statement, {}, other), multi, params


@lru_cache(maxsize=64)
def _others(build: int) -> dict[Any, FromClause]:
    found: dict[Any, FromClause] = {
        metadata.tables[name]: table for name, table in tables_of(build).items()
    }
    found[bookmark] = (
        select(
            builds.c.build,
            builds.c.ledger,
            builds.c.schema,
            bookmarks.c.position,
            bookmarks.c.event,
            select(func.count()).where(parked.c.build == build).scalar_subquery().label("parked"),
            bookmarks.c.moved_at,
        )
        .join_from(builds, bookmarks, builds.c.build == bookmarks.c.build)
        .where(builds.c.build == build, bookmarks.c.part == 0)
        .subquery("bookmark")
    )
    return found
