"""Proving that a build is what a fresh fold would make: every row of every complaint."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

import attrs
from sqlalchemy import Connection, select, type_coerce
from sqlalchemy.types import NullType

from complaint_ledger.projections import builds
from complaint_ledger.projections.build_tables import tables_of
from complaint_ledger.projections.facts import bookmark
from complaint_ledger.projections.folding import Folded, folded
from complaint_ledger.projections.runner import check_ledger, check_still_there
from complaint_ledger.projections.views import Views
from complaint_ledger.store import EventStore

_AT_ONCE: Final = 500
_NAMED: Final = 20

_Rows = dict[int, list[tuple[Any, ...]]]


@attrs.frozen(kw_only=True)
class Verified:
    """
    What a build is worth.

    Attributes:
        build: Its number.
        position: The position up to which both were compared.
        complaints: How many complaints were folded anew.
        different: The first few of those whose rows are not the same, by stream; a key where
            the ledger holds no such complaint.
        wrong: How many there are.
    """

    build: int
    position: int
    complaints: int
    different: tuple[str, ...]
    wrong: int

    @property
    def equal(self) -> bool:
        """Whether every row is as a fresh fold has it."""
        return not self.wrong


def verify(
    views: Views,
    store: EventStore,
    *,
    build: int | None = None,
    tell: Callable[[int], object] = lambda _: None,
) -> Verified:
    """
    Compare a build with a fresh fold of *store* up to the build's own bookmark.

    Args:
        views: Where it is.
        store: The ledger.
        build: Its number; the one that serves by default.
        tell: Called now and then with how many complaints were compared.

    Raises:
        NoBuild: There is none, or it is not past its first pass.
        FactsForeign: It is of another ledger.
        FactsAhead: The ledger does not hold what it was made from.
    """
    number = build or _serving(views)
    # By its number: the plain names would be held, and no other build could serve meanwhile.
    with views.reading(number) as connection:
        check_ledger(views.place, builds.build_numbered(connection, number), store)
        at = builds.mark_of(connection, number)
        assert at is not None
        check_still_there(views.place, store, at)
        parked = {one.complaint: one.stream for one in builds.parked_of(connection, number)}
        counted = wrong = 0
        different: list[str] = []
        last: int | None = None
        for some in _chunks(folded(store, at.position)):
            faults = _compare(connection, number, some, last, some[-1].complaint, parked)
            last = some[-1].complaint
            counted += len(some)
            wrong += len(faults)
            different += faults[: _NAMED - len(different)]
            tell(counted)
        beyond = _compare(connection, number, (), last, None, parked)
        return Verified(
            build=number,
            position=at.position,
            complaints=counted,
            different=(*different, *beyond[: _NAMED - len(different)]),
            wrong=wrong + len(beyond),
        )


def _serving(views: Views) -> int:
    with views.reading() as connection:
        return int(connection.execute(select(bookmark.c.build)).scalar_one())


def _compare(
    connection: Connection,
    build: int,
    expected: Sequence[Folded],
    after: int | None,
    upto: int | None,
    parked: dict[int, str],
) -> list[str]:
    """Return the complaints with keys in the range whose rows are not those *expected*."""
    names = {one.complaint: one.stream for one in expected}
    left_out = {one.complaint: one.stream for one in expected if one.fault is not None}
    said = {key: parked[key] for key in parked if _within(key, after, upto)}
    faults = {key for key in left_out.keys() | said.keys() if left_out.get(key) != said.get(key)}
    for name, table in tables_of(build).items():
        columns = [column.name for column in table.columns]
        # As the engine has them: what is no date in a column of dates is a difference, no error.
        chosen = select(*(type_coerce(column, NullType) for column in table.columns))
        if after is not None:
            chosen = chosen.where(table.c.complaint > after)
        if upto is not None:
            chosen = chosen.where(table.c.complaint <= upto)
        there = _by_complaint((row[0], _plain(row)) for row in connection.execute(chosen))
        fresh = _by_complaint(
            (one.complaint, _plain(row[column] for column in columns))
            for one in expected
            for row in one.rows.get(name, ())
        )
        both = there.keys() | fresh.keys()
        faults |= {key for key in both if there.get(key) != fresh.get(key)}
    return [names.get(key, f"key {key}") for key in sorted(faults)]


def _within(key: int, after: int | None, upto: int | None) -> bool:
    return (after is None or key > after) and (upto is None or key <= upto)


def _plain(row: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)


def _by_complaint(rows: Iterable[tuple[Any, tuple[Any, ...]]]) -> _Rows:
    found: _Rows = {}
    for complaint, row in rows:
        found.setdefault(complaint, []).append(row)
    for of_one in found.values():
        of_one.sort(key=repr)
    return found


def _chunks(found: Iterator[Folded]) -> Iterator[Sequence[Folded]]:
    while some := [*islice(found, _AT_ONCE)]:
        yield some
