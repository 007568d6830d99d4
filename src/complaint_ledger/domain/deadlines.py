"""
What is owed to whom, and the last day for it.

Every deadline explains itself: what started it, the convention in words, each
day skipped and why, the code with its paragraph, the calendar with its version.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, assert_never

import attrs

from complaint_ledger.domain.handling_code import Clock, Extension, HandlingCode, Kind, Limit, Per
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.working_days import Reckoning, WorkingDayCalendar, in_words
from complaint_ledger.errors import CalendarOutOfRange

_CAPS: Final = {"soft": "the most without good reason", "hard": "the most there is"}


@attrs.frozen(kw_only=True)
class Milestone:
    """
    The day on which something happened that starts or stops a clock.

    Attributes:
        latest: The last day it may have been, where only the month or the year is known;
            *on* is the first.
        outside_hours: After the offices closed: a count that may begin that day begins on the next.
        presumed: Nobody said so; it is inferred.
    """

    on: date
    at: datetime | None = None
    latest: date | None = None
    outside_hours: bool = False
    presumed: bool = False

    @classmethod
    def at_instant(cls, instant: datetime) -> "Milestone":
        """Return the milestone of an *instant*, on its civil date."""
        return cls(on=civil_date(instant), at=instant)


@attrs.frozen(kw_only=True)
class Item:
    """
    One of several things that a clock runs for: a remedy, a recommendation, an update.

    Attributes:
        since: When it was made; None when nobody knows.
        said: The last day for it, where one was said.
        amended: A later day that was agreed.
        met: Whether it was met, on a day that may not be known.
        ended: Whether it came to nothing, and is owed no more.
    """

    id: str
    since: date | None = None
    said: date | None = None
    amended: date | None = None
    met: bool = False
    met_on: date | None = None
    met_latest: date | None = None
    ended: bool = False
    ended_on: date | None = None


Beyond = Callable[[Clock, CalendarOutOfRange], None]
"""Told of each clock whose sum leaves the calendar."""


@attrs.frozen(kw_only=True)
class Deadline:
    """
    What is owed, and the last day for it, inclusive.

    Attributes:
        code: The code that asks for it, by id.
        per: What kind of thing it is for, where it is not for the complaint as a whole.
        item: Which of them.
        attempt: Which attempt at the stage.
        since: When that was made.
        due_on: By the code alone; an extension never moves it.
        due_latest: The last day, reckoned from the latest day that a vague start may mean.
        extended_until: The day that the complainant was told instead.
        furthest: The day to which the code lets it be put off, where it sets a cap.
        furthest_latest: The same, reckoned from the latest day that a vague start may mean.
        source: The code with its paragraph, and how well it is known.
        presumed: Its start is inferred, or only known to the month or the year.
        started_by: The milestones it counts from.
        met: Whether it was met, on a day that may not be known.
        met_by: The milestone that met it.
        met_on: When it was met; None while it is outstanding.
        met_latest: The last day on which it may have been met, where the day is not known.
        ended: Whether it came to nothing, on *ended_on*, and is owed no more.
    """

    id: str
    code: str
    clock: str
    kind: Kind
    stage: str | None
    per: Per | None = None
    item: str | None = None
    since: date | None = None
    attempt: int = 1
    due_on: date
    due_latest: date | None = None
    furthest: date | None = None
    furthest_latest: date | None = None
    extended_until: date | None = None
    rule: str
    source: str
    presumed: bool
    started_by: tuple[str, ...] = ()
    met: bool = False
    met_by: str | None = None
    met_on: date | None = None
    met_latest: date | None = None
    ended: bool = False
    ended_on: date | None = None
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
        """Whether nothing has met it yet, and it has not come to nothing."""
        return not (self.met or self.ended)


def deadlines(
    code: HandlingCode,
    calendar: WorkingDayCalendar,
    milestones: Mapping[str, Milestone],
    extensions: Mapping[str, date] = MappingProxyType({}),
    *,
    undated: frozenset[str] = frozenset(),
    items: Mapping[Per, Sequence[Item]] = MappingProxyType({}),
    beyond: Beyond | None = None,
) -> tuple[Deadline, ...]:
    """
    Return every deadline that the *milestones* have set running, in the code's order.

    Args:
        code: What asks for them.
        calendar: By what they are counted.
        milestones: What happened when.
        extensions: Until when a deadline, by its id, was put off. What the code does not
            know is left aside: a fact is never refused.
        undated: Milestones that were passed on a day that nobody knows.
        items: What the clocks run for that do not run for the complaint as a whole.
        beyond: Told of a clock whose sum leaves the calendar; the others are worked out.

    Raises:
        CalendarOutOfRange: A sum leaves the calendar, and there is no *beyond*.
    """
    found: dict[str, Deadline] = {}
    of_items: list[Deadline | None] = []
    lost: set[str] = set()
    for clock in code.clocks:
        try:
            if clock.per is not None and (clock.per in items or clock.per == "update"):
                rules = _Rules(code=code, calendar=calendar, clock=clock, met=_Met())
                of_items += (_for_item(rules, item) for item in items.get(clock.per, ()))
                continue
            running = _running(clock, calendar, milestones, found)
            if not running:
                if lost.intersection(_presumed_from(clock)):
                    # What it would be presumed from leaves the calendar.
                    raise CalendarOutOfRange(calendar.id, None, calendar.first, calendar.last)
                continue
            rules = _Rules(
                code=code, calendar=calendar, clock=clock, met=_met(clock, milestones, undated)
            )
            found[clock.id] = _deadline(rules, running, extensions.get(clock.id))
            extension = clock.extension
            if extension and extension.length:
                furthest = _furthest(rules, extension, extension.length, running[0])
                found[extension.id] = furthest
                found[clock.id] = attrs.evolve(
                    found[clock.id],
                    furthest=furthest.due_on,
                    furthest_latest=furthest.due_latest,
                )
        except CalendarOutOfRange as error:
            if beyond is None:
                raise
            lost.add(clock.id)
            beyond(clock, error)
    return (*found.values(), *(each for each in of_items if each is not None))


def _presumed_from(clock: Clock) -> Iterator[str]:
    return (limit.presumed_from_due for limit in clock.limits if limit.presumed_from_due)


def next_owed(owed: Iterable[Deadline], today: date) -> Deadline | None:
    """Return the duty that is outstanding on *today* and falls first, even if it is past."""
    open_duties = [
        deadline
        for deadline in owed
        if deadline.kind == "duty"
        and (deadline.outstanding or (deadline.met_on is not None and deadline.met_on > today))
    ]
    return min(open_duties, key=lambda deadline: deadline.owed_on, default=None)


@attrs.frozen(kw_only=True)
class _Start:
    """Where a limit starts, how that is said, and the rule for inferring it."""

    on: date
    latest: date | None = None
    presumed: bool
    line: str
    name: str
    rule: str | None = None


@attrs.frozen(kw_only=True)
class _Met:
    """Whether, by what and when a clock was met."""

    met: bool = False
    met_by: str | None = None
    met_on: date | None = None
    met_latest: date | None = None


def _met(clock: Clock, milestones: Mapping[str, Milestone], undated: frozenset[str]) -> _Met:
    for name in clock.met_by:
        if name in milestones:
            on, latest = milestones[name].on, milestones[name].latest
            return _Met(met=True, met_by=name, met_on=on, met_latest=latest or on)
    said = next((name for name in clock.met_by if name in undated), None)
    return _Met(met=said is not None, met_by=said)


@attrs.frozen(kw_only=True)
class _Running:
    limit: Limit
    start: _Start
    reckoned: Reckoning
    latest: date


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
            latest = reckoned.on
            if start.latest is not None:
                latest = _reckon(limit, calendar, start.latest, limit.length).on
            running.append(_Running(limit=limit, start=start, reckoned=reckoned, latest=latest))
    return running


@attrs.frozen(kw_only=True)
class _Rules:
    """What a deadline is worked out by."""

    code: HandlingCode
    calendar: WorkingDayCalendar
    clock: Clock
    met: _Met

    def made(self, *, on: date, lines: Callable[[], Iterator[str]], **more: Any) -> Deadline:
        """Return the deadline of this clock on *on*; *more* says what differs."""
        fields: dict[str, Any] = {
            "id": self.clock.id,
            "code": self.code.id,
            "clock": self.clock.id,
            "kind": self.clock.kind,
            "stage": self.clock.stage,
            "per": self.clock.per,
            "rule": self.clock.rule,
            **attrs.asdict(self.met),
        }
        return Deadline(due_on=on, lines=lambda: tuple(lines()), **(fields | more))

    def cited(self, part: Clock | Extension, limits: Iterable[Limit]) -> str:
        mark = part.source
        notes = [f"source: {mark}"] if mark != "primary" else []
        notes += [
            f"counting: {limit.counting_source}"
            for limit in limits
            if limit.counting_source not in {None, "primary", mark}
        ]
        return self.code.cited(part) + (f" ({'; '.join(notes)})" if notes else "")

    def cites(self, source: str, rule: str) -> Iterator[str]:
        yield f"{source}; rule {rule}"
        yield f"calendar {self.calendar.id}, version {self.calendar.version}"


def _deadline(rules: _Rules, running: list[_Running], until: date | None) -> Deadline:
    clock = rules.clock
    due_on = max(each.reckoned.on for each in running)
    started = [each.limit for each in running]
    waiting = [limit for limit in clock.limits if limit not in started]
    rule = next((each.start.rule for each in running if each.start.rule), clock.rule)
    source = rules.cited(clock, started)

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

    return rules.made(
        on=due_on,
        due_latest=max(each.latest for each in running),
        lines=lines,
        extended_until=until,
        rule=rule,
        source=source,
        presumed=bool(waiting) or any(each.start.presumed for each in running),
        started_by=tuple(each.start.name for each in running),
    )


def _for_item(rules: _Rules, item: Item) -> Deadline | None:
    """Return the deadline for *item*: the day that was said, else what the code gives it."""
    clock = rules.clock
    if item.said is None and (item.since is None or not clock.limits):
        return None
    limit = clock.limits[0] if clock.limits else None
    reckoned = None
    if item.said is None:
        assert limit is not None
        assert item.since is not None
        reckoned = _reckon(limit, rules.calendar, item.since, limit.length)
    on = reckoned.on if reckoned else item.said
    assert on is not None
    source = rules.cited(clock, [limit] if limit and reckoned else [])

    def lines() -> Iterator[str]:
        since = f", since {in_words(item.since)}" if item.since else ""
        yield f"{_spoken(clock.per or '')} {item.id}{since}"
        if reckoned is None:
            yield f"{in_words(on)} is the day that was said"
        else:
            yield from reckoned.because
        if item.amended is not None:
            yield f"by agreement {in_words(item.amended)} instead; {in_words(on)} is kept"
        yield from rules.cites(source, clock.rule)

    return rules.made(
        on=on,
        lines=lines,
        item=item.id,
        extended_until=item.amended,
        source=source,
        presumed=False,
        since=item.since,
        met=item.met,
        met_on=item.met_on,
        met_latest=item.met_latest or item.met_on,
        ended=item.ended,
        ended_on=item.ended_on,
    )


def _furthest(rules: _Rules, extension: Extension, more: int, own: _Running) -> Deadline:
    """Return the furthest day to which the code lets the clock be put off."""
    length = own.limit.length
    reckoned = _reckon(own.limit, rules.calendar, own.start.on, length + more)
    latest = _reckon(own.limit, rules.calendar, own.start.latest or own.start.on, length + more)
    source = rules.cited(extension, [own.limit])

    def lines() -> Iterator[str]:
        yield own.start.line
        yield f"{length} {_spoken(own.limit.unit)} and {more} more, {_CAPS[extension.cap]}"
        yield from reckoned.because
        yield from rules.cites(source, extension.rule)

    return rules.made(
        on=reckoned.on,
        due_latest=latest.on,
        lines=lines,
        id=extension.id,
        kind="norm",
        rule=extension.rule,
        source=source,
        presumed=own.start.presumed,
        started_by=(own.start.name,),
    )


def _start(
    limit: Limit, milestones: Mapping[str, Milestone], found: Mapping[str, Deadline]
) -> _Start | None:
    waits = limit.waits
    if waits and waits.after in milestones and waits.until not in milestones:
        return None
    known = [name for name in limit.starts if name in milestones]
    if known:
        event = max(known, key=lambda n: milestones[n].on) if limit.pick == "latest" else known[0]
        given = milestones[event]
        line, on = _said(event, given), given.on
        if given.outside_hours and limit.counting != "after":
            on += timedelta(days=1)
            line += f", outside office hours: taken as {in_words(on)}"
        presumed = given.presumed or given.latest is not None
        return _Start(on=on, latest=given.latest, presumed=presumed, line=line, name=event)
    unknown = f"{_any_of(limit)}: not known"
    other, clock = limit.presumed_from_event, limit.presumed_from_due
    if other is not None and other in milestones:
        on, latest, name = milestones[other].on, milestones[other].latest, other
        line = f"{unknown}; presumed from {_said(other, milestones[other])}"
    elif clock is not None and clock in found:
        on, latest, name = found[clock].due_on, found[clock].due_latest, found[clock].started_by[0]
        line = f"{unknown}; presumed on {in_words(on)}, the last day for it"
    else:
        return None
    return _Start(
        on=on, latest=latest, presumed=True, line=line, name=name, rule=limit.presumed_rule
    )


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
    if given.latest is not None:
        said += f" at the earliest, {in_words(given.latest)} at the latest"
    return f"{said}, presumed" if given.presumed else said


def _any_of(limit: Limit) -> str:
    return " or ".join(_spoken(event) for event in limit.starts)


def _spoken(event: str) -> str:
    return event.replace("-", " ")
