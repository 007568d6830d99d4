"""What a complaint is judged by: a code, the calendar it counts by, the heads it covers."""

import attrs

from complaint_ledger.domain.handling_code import HandlingCode
from complaint_ledger.domain.words import HeadId
from complaint_ledger.domain.working_days import WorkingDayCalendar


@attrs.frozen(kw_only=True)
class Governing:
    """
    A code that governs a complaint.

    Attributes:
        calendar: By which its clocks count; None for a code without clocks.
        heads: The heads that it covers; none means all.
    """

    code: HandlingCode
    calendar: WorkingDayCalendar | None = None
    heads: tuple[HeadId, ...] = ()

    def covers(self, head: str) -> bool:
        """Return whether the code governs *head*."""
        return not self.heads or head in self.heads
