"""
What is selected from: tables, whose rows come complaint by complaint, or other selects.

Tables are joined within a complaint only. So no complaint has to be kept until
another comes, and a join that does not say so is refused.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, TypeAlias

import attrs
from sqlalchemy import Table
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ColumnClause, Grouping
from sqlalchemy.sql.selectable import Join, Select, Subquery

from complaint_ledger.projections.in_python.refusing import CannotEvaluate, unknown
from complaint_ledger.projections.in_python.values import Env, Value, condition

KEY: Final = "complaint"
Rows: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]


@attrs.frozen(eq=False)
class Sources:
    """
    What one select is from.

    Attributes:
        froms: The tables, or the selects, that it joins.
        conditions: What they are joined on, besides the key of a complaint.
    """

    froms: tuple[Any, ...]
    conditions: tuple[Any, ...]

    @property
    def are_tables(self) -> bool:
        """Whether rows come complaint by complaint."""
        return isinstance(self.froms[0], Table)

    def find(self, element: Any) -> Value | None:
        """Return what a column of these sources comes to on a row; None for anything else."""
        at = self._place(element)
        if at is None:
            return None
        # The name that a fold's row has, or the place in a row of a select.
        name = element.name if self.are_tables else _place_in(self.froms[at], element)
        return lambda env: env[at][name]

    def is_key(self, element: Any) -> bool:
        """Return whether *element* is the key of the complaint that a row is of."""
        at = self._place(element)
        return at is not None and self.are_tables and element.name == KEY

    def _place(self, element: Any) -> int | None:
        if isinstance(element, ColumnClause):
            for at, source in enumerate(self.froms):
                if element.table is source:
                    return at
        return None

    def of_complaint(self, rows: Rows) -> Iterable[Env]:
        """Return the joined rows of one complaint."""
        if len(self.froms) == 1:
            return ((row,) for row in rows.get(self.froms[0].name, ()))
        return product(*(rows.get(table.name, ()) for table in self.froms))

    def of_selects(self, found: Sequence[Sequence[tuple[Any, ...]]]) -> Iterable[Env]:
        """Return the joined rows of the selects that these are, from what each came to."""
        joined: list[tuple[tuple[Any, ...], ...]] = [(row,) for row in found[0]]
        for at, rows in enumerate(found[1:], 1):
            mine, theirs = self._equal(at)
            by_key: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
            for row in rows:
                key = tuple(row[place] for place in theirs)
                if None not in key:  # NULL equals nothing, not even NULL
                    by_key.setdefault(key, []).append(row)
            joined = [
                (*env, row)
                for env in joined
                for row in by_key.get(tuple(env[n][place] for n, place in mine), ())
            ]
        return joined

    def _equal(self, at: int) -> tuple[list[tuple[int, int]], list[int]]:
        """Return what of the sources before *at* equals what of the one that is there."""
        mine, theirs = [], []
        for one in self.conditions:
            sides = {self._place(side): side for side in (one.left, one.right)}
            places = sorted(place for place in sides if place is not None)
            if len(places) == 2 and places[1] == at:
                before, here = (_place_in(self.froms[place], sides[place]) for place in places)
                mine.append((places[0], before))
                theirs.append(here)
        return mine, theirs

    def joined_on(self) -> Value | None:
        """Return what rows of a complaint must fulfil to be joined, besides being of it."""
        if not self.are_tables or not self.conditions:
            return None
        parts = [condition(one, self.find) for one in self.conditions]
        return lambda env: all(part(env) is True for part in parts)


def _place_in(source: Any, column: Any) -> int:
    return next(at for at, one in enumerate(source.c) if one is column)


def sources_of(select: Select[Any]) -> Sources:
    """
    Return what *select* is from.

    Raises:
        CannotEvaluate: A join that is not inner and on equality, or, of tables, not within
            one complaint; or something else than tables or selects, or both in one.
    """
    found = select.get_final_froms()
    if len(found) != 1:
        raise CannotEvaluate(
            f"a select from {len(found)} sources that are not joined is not known", "join them"
        )
    froms, conditions = _flat(found[0])
    if len({id(source) for source in froms}) < len(froms):
        raise CannotEvaluate("a join of a source with itself is not known")
    sources = Sources(tuple(froms), tuple(conditions))
    if len({isinstance(source, Table) for source in froms}) > 1:
        raise CannotEvaluate("a join of a table with a select is not known")
    if not sources.are_tables:
        _all_equal(sources)
        return sources
    return Sources(sources.froms, _within_a_complaint(sources))


def _flat(source: Any) -> tuple[list[Any], list[Any]]:
    match source:
        case Table():
            if KEY not in source.c:
                raise CannotEvaluate(f"the table {source.name} has no column {KEY}")
            return [source], []
        case Subquery() if isinstance(source.element, Select):
            return [source], []
        case Join() if not (source.isouter or source.full):
            left, of_left = _flat(source.left)
            right, of_right = _flat(source.right)
            return left + right, of_left + of_right + list(_parts(source.onclause))
        case Join():
            raise CannotEvaluate("an outer join is not known")
        case _:
            raise unknown(source)


def _parts(element: Any) -> Iterator[Any]:
    match element:
        case Grouping():
            yield from _parts(element.element)
        case BooleanClauseList() if element.operator is operators.and_:
            for part in element.clauses:
                yield from _parts(part)
        case _:
            yield element


def _sides(sources: Sources, element: Any) -> tuple[int, int] | None:
    """Return which two of *sources* *element* says are equal in something; None if not so."""
    if not isinstance(element, BinaryExpression) or element.operator is not operators.eq:
        return None
    left, right = sources._place(element.left), sources._place(element.right)  # noqa: SLF001
    return None if left is None or right is None or left == right else (left, right)


def _all_equal(sources: Sources) -> None:
    linked = {0}
    for one in sources.conditions:
        sides = _sides(sources, one)
        if sides is None:
            raise CannotEvaluate("a join of selects on anything but equal columns is not known")
        linked.add(max(sides))
    if len(linked) < len(sources.froms):
        raise CannotEvaluate("a select that is not joined to those before it is not known")


def _within_a_complaint(sources: Sources) -> tuple[Any, ...]:
    """Return the conditions but those that say that all tables tell of one complaint."""
    rest = []
    together = [{at} for at in range(len(sources.froms))]
    for one in sources.conditions:
        sides = _sides(sources, one)
        if sides and sources.is_key(one.left) and sources.is_key(one.right):
            met = [group for group in together if group & set(sides)]
            together = [group for group in together if group not in met] + [set().union(*met)]
        else:
            rest.append(one)
    if len(together) > 1:
        raise CannotEvaluate(
            "a join of tables across complaints is not known", f"join on {KEY} of both"
        )
    return tuple(rest)
