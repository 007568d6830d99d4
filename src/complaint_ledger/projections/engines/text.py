"""
A trend's select as the text of a query, with its values apart.

The text is plain SQL, so that no engine needs a dialect of SQLAlchemy's. Every name is
quoted: engines differ on which words are theirs.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import IdentifierPreparer

from complaint_ledger.projections.trends.asking import Statement


class _Quoting(IdentifierPreparer):
    def _requires_quotes(self, value: str) -> bool:  # noqa: ARG002 - it is asked of each name
        return True


class _Backquoting(_Quoting):
    def __init__(self, dialect: Any, **_: Any) -> None:
        super().__init__(dialect, initial_quote="`")


class _Plain(DefaultDialect):
    supports_native_boolean = True
    preparer: type[IdentifierPreparer] = _Quoting


class _PlainBackquoted(_Plain):
    preparer = _Backquoting


_MARKED: Final = _Plain(paramstyle="qmark")
_NAMED: Final = _PlainBackquoted(paramstyle="named")
_OPTIONS: Final = {"render_postcompile": True}


def with_marks(question: Statement) -> tuple[str, list[Any]]:
    """Return *question* as text with a `?` for each value, and the values in that order."""
    compiled: Any = question.compile(dialect=_MARKED, compile_kwargs=_OPTIONS)
    return str(compiled), [compiled.params[name] for name in compiled.positiontup or ()]


def with_names(question: Statement) -> tuple[str, Mapping[str, Any]]:
    """Return *question* as text, names in backquotes, with a `:name` for each value, and these."""
    compiled: Any = question.compile(dialect=_NAMED, compile_kwargs=_OPTIONS)
    return str(compiled), dict(compiled.params)
