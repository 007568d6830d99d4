"""Answers selects from folds, in one pass over the complaints."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs
from sqlalchemy.sql.selectable import Select

from complaint_ledger.projections.in_python.refusing import CannotEvaluate
from complaint_ledger.projections.in_python.selecting import Selecting
from complaint_ledger.projections.in_python.sources import KEY, Rows
from complaint_ledger.projections.trends.asking import Found, Statement, names_of


class InPython:
    """Facts as they are folded: the rows of one complaint after the other."""

    def __init__(self, complaints: Iterable[Rows]) -> None:
        """
        Take *complaints*, each once, by ascending key; every call of `ask` reads them anew.

        Args:
            complaints: The rows of each, by table, with stream and council put in. An
                iterator can be asked once.
        """
        self._complaints = complaints
        self._read = False

    def ask(self, *questions: Statement) -> Sequence[Found]:
        """
        Return what each of *questions* comes to, in one pass over the complaints.

        Nothing is kept of a complaint but what groups, distinct values and plain rows need.

        Raises:
            CannotEvaluate: A question has a part that is not known; it says which. Or the
                complaints do not come by key, each once, or not again.
        """
        if self._read and isinstance(self._complaints, Iterator):
            raise CannotEvaluate(
                "the complaints were read already, and cannot be again",
                "ask everything in one go, or give a list",
            )
        asked = [_Tree.of(question) for question in questions]
        self._read = True
        base = [tree for one in asked for tree in one.tables()]
        for rows in _by_key(self._complaints):
            for tree in base:
                tree.selecting.take(tree.selecting.sources.of_complaint(rows))
        return [
            [dict(zip(names_of(question), row, strict=True)) for row in tree.result()]
            for question, tree in zip(questions, asked, strict=True)
        ]


@attrs.frozen(eq=False)
class _Tree:
    """A select, and those that it is from."""

    selecting: Selecting
    of_selects: tuple["_Tree", ...]

    @classmethod
    def of(cls, select: Select[Any]) -> "_Tree":
        selecting = Selecting(select)
        if selecting.sources.are_tables:
            return cls(selecting, ())
        return cls(selecting, tuple(cls.of(one.element) for one in selecting.sources.froms))

    def tables(self) -> Iterator["_Tree"]:
        """Yield those that are from tables: what the complaints' rows go into."""
        if not self.of_selects:
            yield self
        for tree in self.of_selects:
            yield from tree.tables()

    def result(self) -> list[tuple[Any, ...]]:
        if self.of_selects:
            found = [tree.result() for tree in self.of_selects]
            self.selecting.take(self.selecting.sources.of_selects(found))
        return self.selecting.result()


def _by_key(complaints: Iterable[Rows]) -> Iterator[Rows]:
    last = None
    for rows in complaints:
        keys = {row[KEY] for found in rows.values() for row in found}
        if not keys:
            continue
        key = min(keys)
        if len(keys) > 1 or (last is not None and key <= last):
            raise CannotEvaluate(
                "the complaints do not come one by one, by key", "sort them, and give each once"
            )
        last = key
        yield rows
