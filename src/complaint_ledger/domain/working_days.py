"""
Which days count, and how to count them.

Three conventions have names, for none may fall out of the implementation:

    after       the day after the trigger is the first that can be day 1
    inclusive   the trigger day is day 1; the next working day, if it is none
    deemed      a trigger on a non-working day is taken as the next working day,
                then `after`

A negative number of days counts back: `after` and `deemed` from the day before,
`inclusive` from the day itself. No days at all is the trigger day (`deemed`: the
day it is taken as); counted inclusively it means nothing and is refused.
"""

import calendar as gregorian
from array import array
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal, get_args

import attrs

from complaint_ledger.errors import BadValue, CalendarOutOfRange

Counting = Literal["after", "inclusive", "deemed"]
COUNTINGS: Final[tuple[Counting, ...]] = get_args(Counting)
SATURDAY_AND_SUNDAY: Final = frozenset({5, 6})

_DAY: Final = timedelta(days=1)
_WEEKDAYS: Final = "Mon Tue Wed Thu Fri Sat Sun".split()  # noqa: SIM905 - never the locale's
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905

Lines = Callable[[], tuple[str, ...]]


def in_words(day: date) -> str:
    """Return *day* as people write it, whatever the locale."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _kept(named: Mapping[date, str]) -> Mapping[date, str]:
    return MappingProxyType(dict(sorted(named.items())))


@attrs.frozen(kw_only=True)
class Reckoning:
    """A date, and why it is that one."""

    on: date
    _lines: Lines = attrs.field(eq=False, repr=False)

    @property
    def because(self) -> tuple[str, ...]:
        """What was counted, what was not, and why; put into words only when asked."""
        return self._lines()


@attrs.frozen(kw_only=True)
class DayCount:
    """A number of working days, and why it is that many."""

    days: int
    _lines: Lines = attrs.field(eq=False, repr=False)

    @property
    def because(self) -> tuple[str, ...]:
        """What was counted, what was not, and why; put into words only when asked."""
        return self._lines()


@attrs.frozen(kw_only=True)
class WorkingDayCalendar:
    """
    The working days from *first* to *last*; outside them it answers nothing.

    Attributes:
        holidays: The name of each day that is none, weekend or not.
        weekend: The weekdays that are none; Monday is 0.
    """

    id: str
    version: str
    first: date
    last: date
    holidays: Mapping[date, str] = attrs.field(converter=_kept, hash=False, repr=False)
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY
    # Two tables make every sum a look-up: how many working days lie before the
    # n-th day of the range, and which are they.
    _before: "array[int]" = attrs.field(init=False, eq=False, repr=False)
    _working: tuple[date, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.first > self.last:
            raise BadValue("last", f"{self.last} is before first, {self.first}; swap them")
        if not self.weekend < frozenset(range(7)):
            raise BadValue("weekend", "takes some of 0 (Monday) to 6 (Sunday), not all of them")
        for day in self.holidays:
            if not self.first <= day <= self.last:
                raise BadValue(
                    "holidays", f"{day} is outside {self.first} to {self.last}; widen the range"
                )
        before = array("l", [0])
        working = []
        for ordinal in range(self.first.toordinal(), self.last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if self.why_not(day) is None:
                working.append(day)
            before.append(len(working))
        object.__setattr__(self, "_before", before)
        object.__setattr__(self, "_working", tuple(working))

    def with_closures(
        self,
        closures: Mapping[date, str],
        *,
        id: str,  # noqa: A002 - the field's name
        version: str,
    ) -> "WorkingDayCalendar":
        """Return this calendar, closed on *closures* too; a holiday keeps its own name."""
        return attrs.evolve(self, id=id, version=version, holidays={**closures, **self.holidays})

    def why_not(self, day: date) -> str | None:
        """Return why *day* is no working day; None if it is one."""
        if day in self.holidays:
            return self.holidays[day]
        return "weekend" if day.weekday() in self.weekend else None

    def is_working_day(self, day: date) -> bool:
        """Return whether the council works on *day*."""
        place = self._place(day)
        return self._before[place] < self._before[place + 1]

    def roll_forward(self, day: date) -> date:
        """Return *day*, or the next working day if it is none."""
        return self._nth(self._before[self._place(day)])

    def add_working_days(self, start: date, days: int, *, counting: Counting) -> Reckoning:
        """Return the date *days* working days from *start*."""
        if counting == "inclusive" and days == 0:
            raise BadValue("days", "counted inclusively, the first day is day 1; ask for 1 or -1")
        begin = self.roll_forward(start) if counting == "deemed" else start
        place = self._place(begin)
        if days == 0:
            on = begin
        elif days > 0:
            on = self._nth(self._before[place + (counting != "inclusive")] + days - 1)
        else:
            on = self._nth(self._before[place + (counting == "inclusive")] + days)

        def lines() -> Iterator[str]:
            yield from self._taken_as(start, begin)
            if days == 0:
                yield f"no working day is counted: {in_words(begin)} itself"
                return
            step = 1 if days > 0 else -1
            back = "" if days > 0 else " back"
            many = _number(abs(days), "working day")
            yield f"{many}{back} ({counting}), {_since(begin, step, counting)}"
            seen = begin.toordinal() + (0 if counting == "inclusive" else step)
            number = 0
            for day in _each_day(seen, on.toordinal(), step):
                reason = self.why_not(day)
                number += reason is None
                if reason is not None:
                    yield f"{in_words(day)} is not a working day: {reason}"
                elif number in {1, abs(days)}:
                    yield f"{in_words(day)} is day {number}"

        return Reckoning(on=on, lines=lambda: tuple(lines()))

    def working_days_between(self, start: date, end: date, *, counting: Counting) -> DayCount:
        """
        Return how many working days lead from *start* to *end*: the inverse of adding them.

        `inclusive` counts both ends, `after` and `deemed` only the later one. The
        number is negative where *end* comes first.
        """
        begin = self.roll_forward(start) if counting == "deemed" else start
        low, high = self._place(begin), self._place(end)
        both_ends = counting == "inclusive"
        if low <= high:
            days = self._before[high + 1] - self._before[low + (not both_ends)]
        else:
            days = self._before[high] - self._before[low + both_ends]

        def lines() -> Iterator[str]:
            yield from self._taken_as(start, begin)
            step = 1 if low <= high else -1
            yield f"working days to {in_words(end)} ({counting}), {_since(begin, step, counting)}"
            yield from self._not_worked(begin.toordinal() + (not both_ends) * step, end, step)
            yield _number(days, "working day")

        return DayCount(days=days, lines=lambda: tuple(lines()))

    def add_calendar_days(self, start: date, days: int, *, roll: bool = False) -> Reckoning:
        """
        Return the date *days* days after *start*, weekends and holidays counted.

        Only *roll*, which moves it on to a working day, asks the calendar anything.
        """
        return self._days_later(start, days, _number(days, "day"), roll=roll)

    def add_weeks(self, start: date, weeks: int, *, roll: bool = False) -> Reckoning:
        """Return the same weekday *weeks* weeks later."""
        return self._days_later(start, 7 * weeks, _number(weeks, "week"), roll=roll)

    def add_calendar_months(self, start: date, months: int, *, roll: bool = False) -> Reckoning:
        """Return the same day *months* months later, or the last of a shorter month."""
        landed, _ = self._months_later(start, months)
        return self._land(landed, f"{_number(months, 'month')} after {in_words(start)}", roll=roll)

    def add_months_commencing(self, start: date, months: int, *, roll: bool = False) -> Reckoning:
        """
        Return the last of *months* months that commence on *start* itself.

        That is the day before the same day of a later month; the last of the
        month, where it has no such day.
        """
        same_day, cut_short = self._months_later(start, months)
        landed = same_day if cut_short else same_day - _DAY
        return self._land(
            landed, f"{_number(months, 'month')} commencing on {in_words(start)}", roll=roll
        )

    def _days_later(self, start: date, days: int, how_many: str, *, roll: bool) -> Reckoning:
        try:
            landed = start + timedelta(days=days)
        except OverflowError:
            raise self._beyond() from None
        return self._land(landed, f"{how_many} after {in_words(start)}", roll=roll)

    def _months_later(self, start: date, months: int) -> tuple[date, bool]:
        """Return the same day *months* later, and whether the month was too short for it."""
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        if not date.min.year <= year <= date.max.year:
            raise self._beyond()
        day = min(start.day, gregorian.monthrange(year, month + 1)[1])
        return date(year, month + 1, day), day < start.day

    def _land(self, landed: date, how: str, *, roll: bool) -> Reckoning:
        on = self.roll_forward(landed) if roll else landed

        def lines() -> Iterator[str]:
            yield f"{how}: {in_words(landed)}"
            if on != landed:
                yield from self._not_worked(landed.toordinal(), on, 1)
                yield f"moved on to the next working day, {in_words(on)}"

        return Reckoning(on=on, lines=lambda: tuple(lines()))

    def _place(self, day: date) -> int:
        if not self.first <= day <= self.last:
            raise CalendarOutOfRange(self.id, day, self.first, self.last)
        return day.toordinal() - self.first.toordinal()

    def _nth(self, number: int) -> date:
        if not 0 <= number < len(self._working):
            raise self._beyond()
        return self._working[number]

    def _beyond(self) -> CalendarOutOfRange:
        return CalendarOutOfRange(self.id, None, self.first, self.last)

    def _taken_as(self, start: date, begin: date) -> Iterator[str]:
        if begin != start:
            yield from self._not_worked(start.toordinal(), begin, 1)
            yield f"taken as {in_words(begin)}, the next working day"

    def _not_worked(self, seen: int, end: date, step: int) -> Iterator[str]:
        for day in _each_day(seen, end.toordinal(), step):
            reason = self.why_not(day)
            if reason is not None:
                yield f"{in_words(day)} is not a working day: {reason}"


def _each_day(seen: int, end: int, step: int) -> Iterator[date]:
    return map(date.fromordinal, range(seen, end + step, step))


def _since(begin: date, step: int, counting: Counting) -> str:
    if counting == "inclusive":
        return f"counting from {in_words(begin)} itself"
    return f"counting from the day {'after' if step > 0 else 'before'} {in_words(begin)}"


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if abs(count) == 1 else 's'}"
