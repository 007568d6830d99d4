"""
A calendar's text, read into its model.

Three shapes are understood: our own TOML, GOV.UK's bank holidays (one division of
them), and a plain list or table of dates. A `#` and a name after a JSON file's path
choose one entry of it.
"""

import json
from datetime import date
from typing import Any

from complaint_ledger.calendars.own_toml import Base, from_toml
from complaint_ledger.domain.working_days import WorkingDayCalendar
from complaint_ledger.errors import BadValue

# A plain list of dates says what it holds and not how far it reaches: whoever
# gives one means it to be all there is.
_PLAIN_FIRST, _PLAIN_LAST = date(1900, 1, 1), date(2199, 12, 31)


def parse_calendar(text: str, where: str, version: str, base: Base) -> WorkingDayCalendar:
    """
    Return the calendar that *text* is; *where* it stands chooses its shape and is named in errors.

    Args:
        text: The calendar.
        where: Its place; `.toml` at the end is our own shape.
        version: Taken by a text that says none of its own.
        base: Finds the calendar that an overlay extends, by the name it gives.

    Raises:
        BadValue: It has no shape of the three, or a key is unknown, missing or wrong.
    """
    path, _, entry = where.partition("#")
    if not path.endswith(".toml"):
        return _from_json(text, path, entry, version)
    if entry:
        raise BadValue(where, "only a JSON file holds several calendars; leave out the #")
    return from_toml(text, where, base)


def _from_json(text: str, path: str, entry: str, version: str) -> WorkingDayCalendar:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise BadValue(path, "is neither JSON nor named .toml") from None
    where = path
    divisions = _divisions(value)
    if entry:
        if not isinstance(value, dict) or entry not in value:
            there = ", ".join(divisions) or "none"
            raise BadValue(f"{path}#{entry}", f"is not there; there is {there}")
        value, where = value[entry], f"{path}#{entry}"
    elif len(divisions) == 1 and "events" not in value:
        value, where = value[divisions[0]], f"{path}#{divisions[0]}"
    elif divisions and "events" not in value:
        raise BadValue(path, f"holds several calendars; choose one, as in {path}#{divisions[0]}")
    if isinstance(value, dict) and "events" in value:
        return _from_gov_uk(value["events"], where, version)
    return _built(
        where,
        id=where.rpartition("/")[2],
        version=version,
        first=_PLAIN_FIRST,
        last=_PLAIN_LAST,
        holidays=_dates(value, where),
    )


def _divisions(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [key for key, held in value.items() if isinstance(held, (dict, list))]


def _from_gov_uk(events: Any, where: str, version: str) -> WorkingDayCalendar:
    """Read one division; it reaches over the whole years that it holds days of."""
    if not isinstance(events, list) or not events:
        raise BadValue(f"{where}: events", "must be a list with a day in it")
    holidays: dict[date, str] = {}
    for number, event in enumerate(events):
        key = f"{where}: events[{number}]"
        if not isinstance(event, dict):
            raise BadValue(key, "must be an object with date and title")
        day = _date(event.get("date"), f"{key}: date")
        holidays[day] = _name(event.get("title"), key)
    return _built(
        where,
        id=where.rpartition("/")[2],
        version=version,
        first=date(min(holidays).year, 1, 1),
        last=date(max(holidays).year, 12, 31),
        holidays=holidays,
    )


def _dates(value: Any, where: str) -> dict[date, str]:
    if isinstance(value, dict):
        return {_date(day, where): _name(name, f"{where}: {day}") for day, name in value.items()}
    if isinstance(value, list):
        return {_date(day, where): "holiday" for day in value}
    raise BadValue(where, "must be a table of date and name, or a list of dates")


def _date(value: Any, where: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadValue(where, "holds what is no date; write it as 2026-01-31") from None


def _name(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise BadValue(where, "must have a name, such as Good Friday")
    return value


def _built(where: str, **fields: Any) -> WorkingDayCalendar:
    try:
        return WorkingDayCalendar(**fields)
    except BadValue as error:
        raise BadValue(f"{where}: {error.field}", error.why) from None
