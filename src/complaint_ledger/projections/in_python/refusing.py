"""What the evaluator does not know, it names."""

from typing import Any

from complaint_ledger.errors import ComplaintLedgerError


class CannotEvaluate(ComplaintLedgerError):
    """
    A select that plain Python does not evaluate.

    Attributes:
        what: The part of it that is not known.
    """

    def __init__(
        self, what: str, mend: str = "ask a database, or write the select without it"
    ) -> None:
        super().__init__(f"trends in Python: {what}; {mend}")
        self.what = what


def unknown(element: Any) -> CannotEvaluate:
    """Return the refusal of *element*, a part of a select."""
    operator = getattr(element, "operator", None)
    named = getattr(operator, "__name__", None) or getattr(element, "name", None)
    kind = type(element).__name__
    return CannotEvaluate(f"{kind}{f' ({named})' if named else ''} is not known")
