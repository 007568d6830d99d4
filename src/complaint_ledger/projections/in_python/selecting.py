"""One select, as it takes rows and as what it comes to."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from sqlalchemy.sql.elements import BindParameter, Grouping, Label
from sqlalchemy.sql.selectable import Select

from complaint_ledger.projections.in_python.aggregates import (
    Aggregate,
    aggregate,
    aggregates_in,
    is_aggregate,
)
from complaint_ledger.projections.in_python.refusing import CannotEvaluate
from complaint_ledger.projections.in_python.sources import Sources, sources_of
from complaint_ledger.projections.in_python.values import Env, Value, condition, value_of

_READ: Final = frozenset(
    {
        *("_raw_columns", "_from_obj", "_setup_joins", "_where_criteria", "_group_by_clauses"),
        *("_distinct", "_label_style", "_annotations", "_propagate_attrs"),
    }
)
"""The parts of a select that are read here; one that has any other is refused."""


class Selecting:
    """
    A select that is being answered.

    Attributes:
        sources: What it is from.
    """

    def __init__(self, select: Select[Any]) -> None:
        _only_known_parts(select)
        self.sources: Sources = sources_of(select)
        self._where = _where(select, self.sources)
        self._distinct = bool(select._distinct)  # noqa: SLF001 - there is no other way to ask
        columns = list(select.selected_columns)
        keys = [_plain(key) for key in select._group_by_clauses]  # noqa: SLF001
        self._aggregates: list[Aggregate] = []
        self._grouped = bool(keys) or any(map(aggregates_in, columns))
        self._keys = [value_of(key, self.sources.find) for key in keys]
        find = self._found_in_groups(keys) if self._grouped else self.sources.find
        self._columns: list[Value] = [value_of(column, find) for column in columns]
        self._groups: dict[tuple[Any, ...], list[Any]] = {}
        self._rows: dict[tuple[Any, ...], None] | list[tuple[Any, ...]]
        self._rows = {} if self._distinct else []
        if self._grouped and not keys:  # the whole is a group even of no rows
            self._groups[()] = self._begin()

    def _found_in_groups(self, keys: list[Any]) -> Callable[[Any], Value | None]:
        def find(element: Any) -> Value | None:
            for at, key in enumerate(keys):
                # Not two parameters that happen to be equal: those are worked out anyhow.
                if not isinstance(element, BindParameter) and _plain(element).compare(key):
                    return lambda env: env[0][at]
            if is_aggregate(element):
                place = len(self._aggregates)
                one = aggregate(element, self.sources.find, self.sources.is_key)
                self._aggregates.append(one)
                return lambda env: env[1][place]
            return None

        return find

    def _begin(self) -> list[Any]:
        return [one.start() for one in self._aggregates]

    def take(self, envs: Iterable[Env]) -> None:
        """Take rows in."""
        where = self._where
        if where is not None:
            envs = (env for env in envs if where(env) is True)
        if not self._grouped:
            for env in envs:
                self._put(tuple([column(env) for column in self._columns]))
            return
        groups, keys = self._groups, self._keys
        steps = [(at, one.step, one.value) for at, one in enumerate(self._aggregates)]
        for env in envs:
            key = tuple([of(env) for of in keys])
            states = groups.get(key)
            if states is None:
                states = groups[key] = self._begin()
            for at, step, value in steps:
                states[at] = step(states[at], value(env))

    def _put(self, row: tuple[Any, ...]) -> None:
        if isinstance(self._rows, dict):
            self._rows[row] = None
        else:
            self._rows.append(row)

    def result(self) -> list[tuple[Any, ...]]:
        """Return the rows that it came to; ask once, when all rows are taken in."""
        for key, states in self._groups.items():
            ends = [one.end(state) for one, state in zip(self._aggregates, states, strict=True)]
            self._put(tuple([column((key, ends)) for column in self._columns]))
        return list(self._rows)


def _where(select: Select[Any], sources: Sources) -> Value | None:
    joined = sources.joined_on()
    if select.whereclause is None:
        return joined
    wanted = condition(select.whereclause, sources.find)
    if joined is None:
        return wanted
    return lambda env: joined(env) and wanted(env)


def _plain(element: Any) -> Any:
    while isinstance(element, (Label, Grouping)):
        element = element.element
    return element


def _only_known_parts(select: Any) -> None:
    if not isinstance(select, Select):
        raise CannotEvaluate(f"{type(select).__name__} is no plain select")
    for name, _ in select._traverse_internals:  # noqa: SLF001 - so that nothing is overlooked
        part = getattr(select, name)
        empty = part is None or part is False or (not _is_clause(part) and not part)
        if name not in _READ and not empty:
            said = name.strip("_").replace("_clauses", "").replace("_clause", "")
            raise CannotEvaluate(f"{said.replace('_', ' ')} is not known")
    if select._distinct_on:  # noqa: SLF001
        raise CannotEvaluate("distinct on is not known")


def _is_clause(part: Any) -> bool:
    return hasattr(part, "__clause_element__") or hasattr(part, "_traverse_internals")
