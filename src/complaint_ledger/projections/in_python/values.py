"""What an expression comes to on one row, by SQL's rules about what is not known."""

import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import Boolean, Date, Integer, String
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    Case,
    ColumnClause,
    ExpressionClauseList,
    False_,
    Grouping,
    Label,
    Null,
    True_,
    UnaryExpression,
)
from sqlalchemy.sql.functions import FunctionElement, coalesce

from complaint_ledger.projections.in_python.refusing import CannotEvaluate, unknown

Env: TypeAlias = Any
"""One row of each source, in the sources' order."""

Value: TypeAlias = Callable[[Env], Any]
Find: TypeAlias = Callable[[Any], Value | None]
"""Says what a part of an expression comes to, where whoever asks knows it; else None."""

_COMPARISONS: Final[dict[Any, Callable[[Any, Any], bool]]] = {
    operators.eq: operator.eq,
    operators.ne: operator.ne,
    operators.lt: operator.lt,
    operators.le: operator.le,
    operators.gt: operator.gt,
    operators.ge: operator.ge,
}
_KINDS: Final = ((Boolean, "flag"), (Integer, "number"), (String, "text"), (Date, "date"))


def value_of(element: Any, find: Find) -> Value:
    """
    Return what works out *element* on a row.

    Raises:
        CannotEvaluate: A part of it is not known here.
    """
    found = find(element)
    if found is not None:
        return found
    match element:
        case Label() | Grouping():
            return value_of(element.element, find)
        case True_():
            return _always(True)
        case False_():
            return _always(False)
        case Null():
            return _always(None)
        case BindParameter():
            return _always(_bound(element))
        case BinaryExpression():
            return _binary(element, find)
        case ExpressionClauseList():
            return _several(element, find)
        case UnaryExpression() if element.operator is operators.inv:
            return _not(condition(element.element, find))
        case Case() if element.value is None:
            return _case(element, find)
        case coalesce():
            return _coalesce([value_of(one, find) for one in _alike(list(element.clauses))])
        case ColumnClause():
            raise CannotEvaluate(
                f"the column {element.name} is neither of a source nor grouped by",
                "group by it, or select from its table",
            )
        case FunctionElement():
            raise CannotEvaluate(f"the function {element.name} is not known here")
        case _:
            raise unknown(element)


def condition(element: Any, find: Find) -> Value:
    """
    Return what works out *element*, which is true, false or None (not known).

    Raises:
        CannotEvaluate: It is no condition, or a part of it is not known here.
    """
    if kind(element) not in {"flag", None}:
        raise CannotEvaluate(f"a {kind(element)} stands where a condition should", "compare it")
    return value_of(element, find)


def kind(element: Any) -> str | None:
    """Return what *element* comes to: flag, number, text, date, or None where it is only NULL."""
    match element:
        case Label() | Grouping():
            return kind(element.element)
        case UnaryExpression() if element.operator is operators.inv:
            return "flag"
        case Null():
            return None
        case BindParameter():
            return _kind_of_value(_bound(element))
        case _:
            pass
    for type_, name in _KINDS:
        if isinstance(element.type, type_):
            return name
    raise CannotEvaluate(f"{type(element).__name__} of the type {element.type} is not known")


def _kind_of_value(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "flag"
        case int():
            return "number"
        case str():
            return "text"
        case date() if not isinstance(value, datetime):
            return "date"
        case _:
            raise CannotEvaluate(f"a value of the type {type(value).__name__} is not known")


def _alike(elements: Sequence[Any]) -> Sequence[Any]:
    """Return *elements*; refuse them where engines would disagree on how they compare."""
    kinds = {kind(element) for element in elements} - {None}
    if len(kinds) > 1:
        raise CannotEvaluate(f"{' and '.join(sorted(map(str, kinds)))} are mixed", "compare alike")
    return elements


def _bound(element: BindParameter[Any]) -> Any:
    if element.required:
        raise CannotEvaluate(f"the parameter {element.key} has no value", "give it one")
    return element.effective_value


def _always(value: Any) -> Value:
    return lambda _: value


# --- comparing -----------------------------------------------------------------------------------


def _binary(element: BinaryExpression[Any], find: Find) -> Value:
    asked = element.operator
    if asked in {operators.in_op, operators.not_in_op}:
        found = _in(element, find)
        return found if asked is operators.in_op else _not(found)
    if asked in {operators.is_, operators.is_not}:
        return _is(element, find, negated=asked is operators.is_not)
    left, right = _alike([element.left, element.right])
    if asked is operators.add:
        return _add([left, right], find)
    if asked not in _COMPARISONS:
        raise unknown(element)
    return _compare(_COMPARISONS[asked], left, right, find)


def _compare(compare: Callable[[Any, Any], bool], left: Any, right: Any, find: Find) -> Value:
    one, other = value_of(left, find), value_of(right, find)
    if isinstance(right, BindParameter) and (constant := _bound(right)) is not None:

        def to_constant(env: Env) -> bool | None:
            value = one(env)
            return None if value is None else compare(value, constant)

        return to_constant

    def to_other(env: Env) -> bool | None:
        value, against = one(env), other(env)
        return None if value is None or against is None else compare(value, against)

    return to_other


def _is(element: BinaryExpression[Any], find: Find, *, negated: bool) -> Value:
    value = value_of(element.left, find)
    match element.right:
        case Null():
            wanted = None
        case True_():
            wanted = True
        case False_():
            wanted = False
        case _:
            raise unknown(element)
    if wanted is not None:
        condition(element.left, find)
    if negated:
        return lambda env: value(env) is not wanted
    return lambda env: value(env) is wanted


def _in(element: BinaryExpression[Any], find: Find) -> Value:
    right = element.right
    value = value_of(element.left, find)
    if not isinstance(right, BindParameter) or not right.expanding:
        raise CannotEvaluate("IN of anything but plain values is not known")
    listed = list(_bound(right))
    kinds = {_kind_of_value(one) for one in listed} | {kind(element.left)}
    if len(kinds - {None}) > 1:
        raise CannotEvaluate("IN mixes kinds of values", "compare alike")
    among = frozenset(one for one in listed if one is not None)
    otherwise = None if None in listed else False

    def is_in(env: Env) -> bool | None:
        found = value(env)
        if not listed:
            return False
        if found is None:
            return None
        return True if found in among else otherwise

    return is_in


# --- together ------------------------------------------------------------------------------------


def _several(element: ExpressionClauseList[Any], find: Find) -> Value:
    if element.operator is operators.add:
        return _add(element.clauses, find)
    parts = [condition(one, find) for one in element.clauses]
    if element.operator is operators.and_:
        return _decided_by(parts, False)
    if element.operator is operators.or_:
        return _decided_by(parts, True)
    raise unknown(element)


def _decided_by(parts: Sequence[Value], decisive: bool) -> Value:
    """AND is false as soon as a part is; OR is true; else what is not known is not known."""

    def decide(env: Env) -> bool | None:
        result: bool | None = not decisive
        for part in parts:
            found: bool | None = part(env)
            if found is decisive:
                return decisive
            if found is None:
                result = None
        return result

    return decide


def _not(part: Value) -> Value:
    def negated(env: Env) -> bool | None:
        found: bool | None = part(env)
        return None if found is None else not found

    return negated


def _add(elements: Sequence[Any], find: Find) -> Value:
    if {kind(element) for element in elements} - {"number", None}:
        raise CannotEvaluate("+ of anything but numbers is not known")
    parts = [value_of(element, find) for element in elements]

    def add(env: Env) -> int | None:
        total = 0
        for part in parts:
            found = part(env)
            if found is None:
                return None
            total += found
        return total

    return add


def _case(element: Case[Any], find: Find) -> Value:
    results = [result for _, result in element.whens]
    if element.else_ is not None:
        results.append(element.else_)
    _alike(results)
    whens = [(condition(when, find), value_of(then, find)) for when, then in element.whens]
    otherwise = _always(None) if element.else_ is None else value_of(element.else_, find)

    def choose(env: Env) -> Any:
        for when, then in whens:
            if when(env) is True:
                return then(env)
        return otherwise(env)

    return choose


def _coalesce(parts: Sequence[Value]) -> Value:
    def first_known(env: Env) -> Any:
        return next((found for part in parts if (found := part(env)) is not None), None)

    return first_known
