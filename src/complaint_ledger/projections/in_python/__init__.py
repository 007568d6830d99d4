"""
The selects of trends, answered in plain Python from the folds themselves.

No database has a part in it, so that it can say which of them is right where two
disagree. It follows SQL: what is not known is neither true nor false, aggregates
pass over NULL, and the sum of nothing is NULL. What it does not know it refuses.
"""

from complaint_ledger.projections.in_python.answering import InPython
from complaint_ledger.projections.in_python.refusing import CannotEvaluate

__all__ = ["CannotEvaluate", "InPython"]
