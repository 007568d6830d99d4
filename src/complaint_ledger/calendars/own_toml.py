"""
Our own TOML: a whole calendar, or an overlay of one.

An overlay says what a council does differently: the days on which it is closed
besides, and the national holidays on which it works. Its id and version are its
own; its range is that of the calendar it extends, or a part of it.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NoReturn

import attrs

from complaint_ledger.domain.words import CalendarId, Version, read
from complaint_ledger.domain.working_days import SATURDAY_AND_SUNDAY, WorkingDayCalendar
from complaint_ledger.errors import BadValue

Base = Callable[[str], WorkingDayCalendar]
"""Returns the calendar that an overlay names as the one it extends."""

_WHOLE: Final = {"id", "version", "first", "last", "source", "weekend", "holidays"}
_OVERLAY: Final = {"id", "version", "extends", "first", "last", "source", "closures", "works"}


def from_toml(text: str, where: str, base: Base) -> WorkingDayCalendar:
    """
    Return the calendar that *text* is; *base* finds the one that it extends.

    Raises:
        BadValue: A key is unknown, missing or wrong; line, key and mend are named.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(where, f"is not TOML: {error}") from None
    said = _Said(text=text, where=where, table=table)
    try:
        return _overlay(said, base) if "extends" in table else _whole(said)
    except BadValue as error:
        if error.field not in _WHOLE | _OVERLAY:
            raise  # it names its place already
        said.refuse(error.field, error.why)


def _whole(said: "_Said") -> WorkingDayCalendar:
    said.check_keys(_WHOLE)
    weekend = said.table.get("weekend", sorted(SATURDAY_AND_SUNDAY))
    if not isinstance(weekend, list) or not all(type(day) is int for day in weekend):
        said.refuse("weekend", "must be a list of 0 (Monday) to 6 (Sunday)")
    first, last = said.need("first", date), said.need("last", date)
    holidays = said.named_days("holidays")
    for day in holidays:
        if first <= last and not first <= day <= last:
            said.refuse("holidays", f"{day} is outside {first} to {last}; widen the range", day)
    return WorkingDayCalendar(
        id=said.id,
        version=said.version,
        first=first,
        last=last,
        holidays=holidays,
        weekend=frozenset(weekend),
    )


def _overlay(said: "_Said", base: Base) -> WorkingDayCalendar:
    said.check_keys(_OVERLAY)
    own_id, version = said.id, said.version
    extended = base(said.need("extends", str))
    if own_id == extended.id:
        said.refuse("id", f"is that of the calendar it extends, {own_id}; give it one of its own")
    first = said.need("first", date) if "first" in said.table else extended.first
    last = said.need("last", date) if "last" in said.table else extended.last
    for key, day in (("first", first), ("last", last)):
        if not extended.first <= day <= extended.last:
            said.refuse(key, f"{day} is outside {_range(extended)}; leave it out, or narrow it")
    closures, works = said.named_days("closures"), said.days("works")
    for key, days in (("closures", closures), ("works", works)):
        for day in days:
            if not first <= day <= last:
                said.refuse(
                    key, f"{day} is outside {first} to {last}, its range; leave it out", day
                )
    for day in works:
        _check_worked(said, day, extended, closures)
    kept = {
        day: name
        for day, name in extended.holidays.items()
        if first <= day <= last and day not in works
    }
    narrowed = attrs.evolve(extended, first=first, last=last, holidays=kept)
    return narrowed.with_closures(closures, id=own_id, version=version)


def _check_worked(
    said: "_Said", day: date, extended: WorkingDayCalendar, closures: Mapping[date, str]
) -> None:
    if day in closures:
        said.refuse("works", f"{day} stands in closures as well; it is one or the other", day)
    if day not in extended.holidays:
        said.refuse("works", f"{day} is no holiday of {extended.id}; leave it out", day)
    if day.weekday() in extended.weekend:
        said.refuse("works", f"{day} is at the weekend, worked or not; leave it out", day)


def _range(calendar: WorkingDayCalendar) -> str:
    return f"the range of {calendar.id}, {calendar.first} to {calendar.last}"


@attrs.frozen(kw_only=True)
class _Said:
    """What a file says, and where in it."""

    text: str
    where: str
    table: dict[str, Any]

    @property
    def id(self) -> str:
        return self._shaped("id", CalendarId)

    @property
    def version(self) -> str:
        return self._shaped("version", Version)

    def refuse(self, key: str, why: str, day: date | str | None = None) -> NoReturn:
        """Raise that *key*, or the *day* that it holds, is wrong."""
        line = self._line(key, day)
        raise BadValue(f"{self.where}{f', line {line}' if line else ''}: {key}", why)

    def check_keys(self, known: set[str]) -> None:
        overlay = known is _OVERLAY
        for key in self.table:
            if key in known:
                continue
            if overlay and key in _WHOLE:
                self.refuse(key, "comes from the calendar it extends; leave it out")
            if key in _OVERLAY:
                self.refuse(key, "belongs to an overlay; say what it extends (extends = …)")
            self.refuse(key, f"is no key here; there is {', '.join(sorted(known))}")

    def need(self, key: str, kind: type) -> Any:
        if key not in self.table:
            self.refuse(key, "is missing; add it")
        if type(self.table[key]) is not kind:
            wanted = "a date, as in 2026-01-31 without quotes" if kind is date else "text"
            self.refuse(key, f"must be {wanted}")
        return self.table[key]

    def named_days(self, key: str) -> dict[date, str]:
        held = self.table.get(key, {})
        if not isinstance(held, dict):
            self.refuse(key, 'must be a table of date and name, as in 2026-01-01 = "New Year"')
        return {self._day(key, day): self._name(key, day, name) for day, name in held.items()}

    def days(self, key: str) -> tuple[date, ...]:
        held = self.table.get(key, [])
        if not isinstance(held, list) or any(type(day) is not date for day in held):
            self.refuse(key, "must be a list of dates, as in [2026-01-31] without quotes")
        return tuple(held)

    def _day(self, key: str, day: str) -> date:
        try:
            return date.fromisoformat(day)
        except ValueError:
            self.refuse(key, "holds what is no date; write it as 2026-01-31", day)

    def _name(self, key: str, day: str, name: object) -> str:
        if not isinstance(name, str) or not name:
            self.refuse(f"{key}: {day}", "must have a name, such as Good Friday", day)
        return name

    def _shaped(self, key: str, kind: Any) -> str:
        text: str = self.need(key, str)
        try:
            return str(read(kind, text, key))
        except BadValue as error:
            self.refuse(key, error.why)

    def _line(self, key: str, day: date | str | None) -> int | None:
        """Return the line where *key* stands, or the *day* within it."""
        top = key.partition(":")[0]
        found = re.search(rf'^\s*\[?\s*"?{re.escape(top)}"?\s*[=\]]', self.text, re.MULTILINE)
        if found is None:
            return None
        at = self.text.find(str(day), found.start()) if day else -1
        start = at if at >= 0 else found.end()
        return self.text.count("\n", 0, start) + 1
