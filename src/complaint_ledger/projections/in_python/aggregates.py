"""Counting, adding up, least and greatest: over rows that come one by one, NULL passed over."""

from collections.abc import Callable
from typing import Any, Final

import attrs
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import Case, ColumnClause, Grouping, Null, UnaryExpression
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import iterate

from complaint_ledger.projections.in_python.refusing import CannotEvaluate
from complaint_ledger.projections.in_python.values import Find, Value, kind, value_of

NAMES: Final = frozenset({"count", "sum", "min", "max"})


@attrs.frozen
class Aggregate:
    """
    One aggregate of a select.

    Attributes:
        value: What it takes of a row.
        start: Makes what it begins with in a group.
        step: Takes that and a value, and returns what it is then.
        end: Makes the result of it.
    """

    value: Value
    start: Callable[[], Any]
    step: Callable[[Any, Any], Any]
    end: Callable[[Any], Any] = lambda state: state


def is_aggregate(element: Any) -> bool:
    """Return whether *element* is one itself."""
    return isinstance(element, FunctionElement) and element.name in NAMES


def aggregates_in(element: Any) -> bool:
    """Return whether there is one in *element*."""
    return any(is_aggregate(part) for part in iterate(element))


def aggregate(element: Any, find: Find, is_key: Callable[[Any], bool]) -> Aggregate:
    """
    Return the aggregate that *element* is.

    Args:
        element: A function in NAMES.
        find: What a column of a row comes to.
        is_key: Whether a column is the key of complaints, which come one after the other.

    Raises:
        CannotEvaluate: A part of it is not known.
    """
    clauses = list(element.clauses)
    if len(clauses) != 1:
        raise CannotEvaluate(f"{element.name} of {len(clauses)} expressions is not known")
    (of,) = clauses
    distinct = isinstance(of, UnaryExpression) and of.operator is operators.distinct_op
    if element.name != "count":
        if distinct:
            raise CannotEvaluate(f"{element.name}(DISTINCT …) is not known")
        return _of_values(element.name, of, value_of(of, find))
    if distinct:
        inner = of.element
        value = value_of(inner, find)
        if _only_keys(inner, is_key):
            # Complaints come by key, so that the last one is all that need be remembered.
            return Aggregate(value, _no_keys, _next_key, lambda state: state[0])
        return Aggregate(value, set, _add_to, len)
    if isinstance(of, ColumnClause) and of.is_literal and of.name == "*":
        return Aggregate(lambda _: True, int, _one_more)
    return Aggregate(value_of(of, find), int, _one_more)


def _of_values(name: str, of: Any, value: Value) -> Aggregate:
    of_kind = kind(of)
    if name == "sum":
        if of_kind not in {"number", None}:
            raise CannotEvaluate(f"the sum of a {of_kind} is not known")
        return Aggregate(value, _nothing, _sum)
    if of_kind == "flag":
        raise CannotEvaluate(f"{name} of a flag is not known")
    return Aggregate(value, _nothing, _least if name == "min" else _greatest)


def _only_keys(element: Any, is_key: Callable[[Any], bool]) -> bool:
    """Return whether *element* is the key of a row's complaint, or NULL, whatever the row."""
    match element:
        case Grouping():
            return _only_keys(element.element, is_key)
        case Case():
            results = [result for _, result in element.whens]
            otherwise = [] if element.else_ is None else [element.else_]
            return all(_only_keys(result, is_key) for result in (*results, *otherwise))
        case Null():
            return True
        case _:
            return is_key(element)


def _nothing() -> None:
    return None


def _one_more(state: int, value: Any) -> int:
    return state if value is None else state + 1


def _sum(state: int | None, value: int | None) -> int | None:
    if state is None or value is None:
        return value if state is None else state
    return state + value


def _least(state: Any, value: Any) -> Any:
    if state is None or value is None:
        return value if state is None else state
    return min(state, value)


def _greatest(state: Any, value: Any) -> Any:
    if state is None or value is None:
        return value if state is None else state
    return max(state, value)


def _add_to(state: set[Any], value: Any) -> set[Any]:
    if value is not None:
        state.add(value)
    return state


def _no_keys() -> tuple[int, Any]:
    return 0, None


def _next_key(state: tuple[int, Any], key: Any) -> tuple[int, Any]:
    if key is None or key == state[1]:
        return state
    return state[0] + 1, key
