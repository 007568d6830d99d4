"""A council's time, run through at once: its clock, its office hours, its queue of things to do."""

import heapq
from collections.abc import Callable, Generator, Iterable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final, TypeAlias

import attrs

from complaint_ledger.domain import commands as c
from complaint_ledger.domain.london import LONDON, civil_date
from complaint_ledger.domain.words import ActorId, Reference
from complaint_ledger.domain.working_days import WorkingDayCalendar
from complaint_ledger.ledger import Ledger, Recorded

OPENS: Final = time(8, 40)
OPEN_FOR: Final = timedelta(hours=7, minutes=50)


@attrs.frozen(kw_only=True)
class Act:
    """
    Something that someone records.

    Attributes:
        complaint: Its reference; None for its receipt.
        key: Known again if it is sent twice, where a machine sends it.
    """

    at: datetime
    by: ActorId
    command: c.Command
    complaint: Reference | None = None
    key: str | None = None


Course: TypeAlias = Generator[Act, Recorded, None]
"""How one complaint goes: it says what is recorded next, and is told what that led to."""


class SimulatedClock:
    """A clock that somebody sets; never back."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, at: datetime) -> None:
        self.now = max(self.now, at)


@attrs.frozen
class OfficeHours:
    """When officers act: on working days, by day."""

    calendar: WorkingDayCalendar

    def day(self, start: date, working_days: int) -> date:
        """Return the day that is *working_days* after *start*, or before it if negative."""
        return self.calendar.add_working_days(start, working_days, counting="after").on

    def on(self, day: date, dice: Random) -> datetime:
        """Return some time in office hours on *day*, or on the next working day."""
        opens = datetime.combine(self.calendar.roll_forward(day), OPENS, LONDON)
        return opens.astimezone(UTC) + timedelta(
            seconds=dice.randrange(int(OPEN_FOR.total_seconds()))
        )

    def soon(self, at: datetime, dice: Random) -> datetime:
        """Return some minutes after *at*, on the same day or on the next working day."""
        later = at + timedelta(seconds=dice.randrange(180, 1500))
        closes = datetime.combine(civil_date(at), OPENS, LONDON).astimezone(UTC) + OPEN_FOR
        if later <= closes and self.calendar.is_working_day(civil_date(at)):
            return later
        return self.on(civil_date(at) + timedelta(days=1), dice)


def run(
    ledger: Ledger,
    clock: SimulatedClock,
    courses: Iterable[Course],
    until: datetime,
    tell: Callable[[datetime], None],
) -> int:
    """
    Record all that happens in *courses* until *until*, in the order in which it happens.

    Returns:
        How many events were recorded.
    """
    queue: list[tuple[datetime, int, Act, Course]] = []
    for number, course in enumerate(courses):
        first = next(course)
        queue.append((first.at, number, first, course))
    heapq.heapify(queue)
    events = 0
    while queue and queue[0][0] <= until:
        at, number, act, course = queue[0]
        clock.set(at)
        tell(at)
        recorded = ledger.record(
            act.command, complaint=act.complaint, actor=act.by, idempotency_key=act.key
        )
        events += len(recorded.events)
        try:
            following = course.send(recorded)
        except StopIteration:
            heapq.heappop(queue)
        else:
            heapq.heapreplace(queue, (following.at, number, following, course))
    clock.set(until)
    return events
