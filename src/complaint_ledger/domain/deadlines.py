"""
What is owed to whom, and the last day for it.

Every deadline explains itself: what started it, the convention in words, each
day skipped and why, the code with its paragraph, the calendar with its version.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final, assert_never

import attrs

from complaint_ledger.domain.handling_code import Clock, Extension, HandlingCode, Kind, Limit
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.working_days import Reckoning, WorkingDayCalendar, in_words

_CAPS: Final = {"soft": "the most without good reason", "hard": "the most there is"}


@attrs.frozen(kw_only=True)
class Milestone:
    """
    The day on which something happened that starts or stops a clock.

    Attributes:
        outside_hours: After the offices closed: a count that may begin that day begins on the next.
        presumed: Nobody said so; it is inferred.
    """

    on: date
    at: datetime | None = None
    event_id: str | None = None
    outside_hours: bool = False
    presumed: bool = False

    @classmethod
    def at_instant(cls, instant: datetime) -> "Milestone":
        """Return the milestone of an *instant*, on its civil date."""
        return cls(on=civil_date(instant), at=instant)


@attrs.frozen(kw_only=True)
class Deadline:
    """
    What is owed, and the last day for it, inclusive.

    Attributes:
        due_on: By the code alone; an extension never moves it.
        extended_until: The day that the complainant was told instead.
        source: The code with its paragraph, and how well it is known.
        met_on: When it was met; None while it is outstanding.
    """

    id: str
    kind: Kind
    stage: str | None
    due_on: date
    extended_until: date | None = None
    rule: str
    source: str
    presumed: bool
    met_on: date | None
    _lines: Callable[[], tuple[str, ...]] = attrs.field(eq=False, repr=False)

    @property
    def because(self) -> tuple[str, ...]:
        """Why it is that day; put into words only when asked."""
        return self._lines()

    @property
    def owed_on(self) -> date:
        """The last day as the complainant was told it."""
        return self.extended_until or self.due_on

    @property
    def outstanding(self) -> bool:
        """Whether nothing has met it yet."""
        return self.met_on is None


def deadlines(
    code: HandlingCode,
    calendar: WorkingDayCalendar,
    milestones: Mapping[str, Milestone],
    extensions: Mapping[str, date] = MappingProxyType({}),
) -> tuple[Deadline, ...]:
    """
    Return every deadline that the *milestones* have set running, in the code's order.

    *extensions* say until when a deadline, by its id, was put off. Whatever names
    something that the code does not know is left aside: a fact is never refused.

    Raises:
        CalendarOutOfRange: A sum leaves the calendar; none is guessed.
    """
    found: dict[str, Deadline] = {}
    for clock in code.clocks:
        running = _running(clock, calendar, milestones, found)
        if not running:
            continue
        met_on = next((milestones[met].on for met in clock.met_by if met in milestones), None)
        rules = _Rules(code=code, calendar=calendar, clock=clock, met_on=met_on)
        found[clock.id] = _deadline(rules, running, extensions.get(clock.id))
        extension = clock.extension
        if extension and extension.length:
            found[extension.id] = _furthest(rules, extension, extension.length, running[0])
    return tuple(found.values())


def next_owed(owed: Iterable[Deadline], today: date) -> Deadline | None:
    """Return the duty that is outstanding on *today* and falls first, even if it is past."""
    open_duties = [
        deadline
        for deadline in owed
        if deadline.kind == "duty" and (deadline.met_on is None or deadline.met_on > today)
    ]
    return min(open_duties, key=lambda deadline: deadline.owed_on, default=None)


@attrs.frozen(kw_only=True)
class _Start:
    """Where a limit starts, how that is said, and the rule for inferring it."""

    on: date
    presumed: bool
    line: str
    rule: str | None = None


@attrs.frozen(kw_only=True)
class _Running:
    limit: Limit
    start: _Start
    reckoned: Reckoning


def _running(
    clock: Clock,
    calendar: WorkingDayCalendar,
    milestones: Mapping[str, Milestone],
    found: Mapping[str, Deadline],
) -> list[_Running]:
    running = []
    for limit in clock.limits:
        start = _start(limit, milestones, found)
        if start is not None:
            reckoned = _reckon(limit, calendar, start.on, limit.length)
            running.append(_Running(limit=limit, start=start, reckoned=reckoned))
    return running


@attrs.frozen(kw_only=True)
class _Rules:
    """What a deadline is worked out by."""

    code: HandlingCode
    calendar: WorkingDayCalendar
    clock: Clock
    met_on: date | None

    def cited(self, paragraph: str, mark: str, limits: Iterable[Limit]) -> str:
        notes = [f"source: {mark}"] if mark != "primary" else []
        notes += [
            f"counting: {limit.counting_source}"
            for limit in limits
            if limit.counting_source not in {None, "primary", mark}
        ]
        return f"{self.code.title}, {paragraph}" + (f" ({'; '.join(notes)})" if notes else "")

    def cites(self, source: str, rule: str) -> Iterator[str]:
        yield f"{source}; rule {rule}"
        yield f"calendar {self.calendar.id}, version {self.calendar.version}"


def _deadline(rules: _Rules, running: list[_Running], until: date | None) -> Deadline:
    clock = rules.clock
    due_on = max(each.reckoned.on for each in running)
    started = [each.limit for each in running]
    waiting = [limit for limit in clock.limits if limit not in started]
    rule = next((each.start.rule for each in running if each.start.rule), clock.rule)
    source = rules.cited(clock.paragraph, clock.source, started)

    def lines() -> Iterator[str]:
        for each in running:
            yield each.start.line
            yield from each.reckoned.because
        if len(running) > 1:
            yield f"the later of them is {in_words(due_on)}"
        for limit in waiting:
            yield f"{_any_of(limit)}: not known, and the last day may be later for it"
        if until is not None:
            yield f"put off until {in_words(until)}; by the code it stays {in_words(due_on)}"
        yield from rules.cites(source, rule)

    return Deadline(
        id=clock.id,
        kind=clock.kind,
        stage=clock.stage,
        due_on=due_on,
        extended_until=until,
        rule=rule,
        source=source,
        presumed=bool(waiting) or any(each.start.presumed for each in running),
        met_on=rules.met_on,
        lines=lambda: tuple(lines()),
    )


def _furthest(rules: _Rules, extension: Extension, more: int, own: _Running) -> Deadline:
    """Return the furthest day to which the code lets the clock be put off."""
    length = own.limit.length
    reckoned = _reckon(own.limit, rules.calendar, own.start.on, length + more)
    source = rules.cited(extension.paragraph, extension.source, [own.limit])

    def lines() -> Iterator[str]:
        yield own.start.line
        yield f"{length} {_spoken(own.limit.unit)} and {more} more, {_CAPS[extension.cap]}"
        yield from reckoned.because
        yield from rules.cites(source, extension.rule)

    return Deadline(
        id=extension.id,
        kind="norm",
        stage=rules.clock.stage,
        due_on=reckoned.on,
        rule=extension.rule,
        source=source,
        presumed=own.start.presumed,
        met_on=rules.met_on,
        lines=lambda: tuple(lines()),
    )


def _start(
    limit: Limit, milestones: Mapping[str, Milestone], found: Mapping[str, Deadline]
) -> _Start | None:
    for event in limit.starts:
        if event in milestones:
            given = milestones[event]
            line = _said(event, given)
            if given.outside_hours and limit.counting != "after":
                on = given.on + timedelta(days=1)
                line += f", outside office hours: taken as {in_words(on)}"
                return _Start(on=on, presumed=given.presumed, line=line)
            return _Start(on=given.on, presumed=given.presumed, line=line)
    unknown = f"{_any_of(limit)}: not known"
    other, clock = limit.presumed_from_event, limit.presumed_from_due
    if other is not None and other in milestones:
        on = milestones[other].on
        line = f"{unknown}; presumed from {_said(other, milestones[other])}"
    elif clock is not None and clock in found:
        on = found[clock].due_on
        line = f"{unknown}; presumed on {in_words(on)}, the last day for it"
    else:
        return None
    return _Start(on=on, presumed=True, line=line, rule=limit.presumed_rule)


def _reckon(limit: Limit, calendar: WorkingDayCalendar, start: date, length: int) -> Reckoning:
    roll = limit.roll == "next-working-day"
    match limit.unit:
        case "working-days":
            return calendar.add_working_days(start, length, counting=limit.counting)
        case "calendar-days":
            return calendar.add_calendar_days(start, length, roll=roll)
        case "weeks":
            return calendar.add_weeks(start, length, roll=roll)
        case "calendar-months":
            return calendar.add_calendar_months(start, length, roll=roll)
        case "calendar-months-commencing":
            return calendar.add_months_commencing(start, length, roll=roll)
    assert_never(limit.unit)


def _said(event: str, given: Milestone) -> str:
    said = f"{_spoken(event)} on {in_words(given.on)}"
    if given.at is not None:
        said += f" (in Europe/London; said as {given.at.isoformat()})"
    return f"{said}, presumed" if given.presumed else said


def _any_of(limit: Limit) -> str:
    return " or ".join(_spoken(event) for event in limit.starts)


def _spoken(event: str) -> str:
    return event.replace("-", " ")
