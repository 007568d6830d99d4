"""The trends there are, one file for each."""

from collections.abc import Mapping
from typing import Final

from complaint_ledger.errors import UnknownName
from complaint_ledger.projections.trends.definition import Answer, Trend, TrendRow, answer
from complaint_ledger.projections.trends.outcomes import OUTCOMES
from complaint_ledger.projections.trends.overturn import OVERTURN
from complaint_ledger.projections.trends.suppression import suppressed

TRENDS: Final[Mapping[str, Trend]] = {trend.id: trend for trend in (OUTCOMES, OVERTURN)}


def trend(name: str) -> Trend:
    """
    Return the trend called *name*.

    Raises:
        UnknownName: There is none.
    """
    if name not in TRENDS:
        raise UnknownName("trend", name, tuple(TRENDS))
    return TRENDS[name]


__all__ = ["TRENDS", "Answer", "Trend", "TrendRow", "answer", "suppressed", "trend"]
