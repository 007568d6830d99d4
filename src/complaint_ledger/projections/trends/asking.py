"""What answers selects over the facts: a database, many councils' files, or plain Python."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Connection, Select

Statement: TypeAlias = Select[Any]
Found: TypeAlias = Sequence[Mapping[str, Any]]
"""Rows, each by the names of the select's columns, in no order that anybody may rely on."""


class Asks(Protocol):
    """Whatever holds fact tables and understands selects over them."""

    def ask(self, *questions: Statement) -> Sequence[Found]:
        """Return what each of *questions* comes to, all on the same facts."""


class InDatabase:
    """Facts in a database, as far as one connection sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask(self, *questions: Statement) -> Sequence[Found]:
        """Return what each of *questions* comes to."""
        return [self._one(question) for question in questions]

    def _one(self, question: Statement) -> Found:
        names = names_of(question)
        found = self._connection.execute(question)
        return [dict(zip(names, row, strict=True)) for row in found]


def asks_of(facts: "Asks | Connection") -> Asks:
    """Return *facts* as something that answers; a connection may be given as it is."""
    return InDatabase(facts) if isinstance(facts, Connection) else facts


def names_of(question: Statement) -> tuple[str, ...]:
    """Return the names of the columns of *question*, in their order."""
    return tuple(question.exported_columns.keys())
