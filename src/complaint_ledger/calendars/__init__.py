"""
The working-day calendars, one dated snapshot a nation.

A calendar that changes later must not change a date that was told, so that a
snapshot is data of the library and nothing is fetched when it runs. Make anew with
`python -m complaint_ledger.calendars`.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import attrs

from complaint_ledger.calendars.reading import parse_calendar
from complaint_ledger.domain.working_days import WorkingDayCalendar
from complaint_ledger.errors import BadValue, UnknownName

__all__ = ["CalendarSnapshot", "calendar_ids", "load_calendar", "parse_calendar", "read_calendar"]


@attrs.frozen(kw_only=True)
class CalendarSnapshot:
    """
    A calendar together with the very text that it was read from.

    Attributes:
        base: The calendar that it extends, where it is an overlay.
    """

    calendar: WorkingDayCalendar
    text: str
    sha256: str
    base: "CalendarSnapshot | None" = None


@cache
def calendar_ids() -> tuple[str, ...]:
    """Return the ids of the calendars that come with the library."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name[: -len(".toml")] for name in names if name.endswith(".toml")))


def load_calendar(name: str) -> WorkingDayCalendar:
    """Return the calendar called *name*, or the one in the file at that path."""
    return read_calendar(name).calendar


def read_calendar(name: str) -> CalendarSnapshot:
    """
    Return the calendar called *name*, or the one in the file at that path, with its text.

    Raises:
        UnknownName: No calendar is called so and no file is there.
        BadValue: The file holds something that is no calendar.
    """
    if name in calendar_ids():
        return _shipped(name)
    path = Path(name.partition("#")[0])
    if not path.is_file():
        mend = "or give the path of a TOML or JSON file"
        raise UnknownName("calendar", name, calendar_ids(), mend)
    return _from_file(name, ())


@cache
def _shipped(name: str) -> CalendarSnapshot:
    return _snapshot((files(__name__) / f"{name}.toml").read_bytes(), f"{name}.toml", ())


def _from_file(name: str, above: tuple[Path, ...]) -> CalendarSnapshot:
    path = Path(name.partition("#")[0])
    return _snapshot(path.read_bytes(), name, (*above, path.resolve()))


def _snapshot(data: bytes, where: str, above: tuple[Path, ...]) -> CalendarSnapshot:
    """Read *data*; *above* are the files of which each extends the next, this one last."""
    digest = sha256(data).hexdigest()
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise BadValue(where, "is not UTF-8 text; save it as UTF-8") from None
    bases: list[CalendarSnapshot] = []

    def base(name: str) -> WorkingDayCalendar:
        bases.append(_extended(name, above))
        return bases[0].calendar

    # A text without a version of its own is known by its digest.
    calendar = parse_calendar(text, where, digest[:12], base)
    return CalendarSnapshot(
        calendar=calendar, text=text, sha256=digest, base=bases[0] if bases else None
    )


def _extended(name: str, above: tuple[Path, ...]) -> CalendarSnapshot:
    if name in calendar_ids():
        return _shipped(name)
    path = above[-1].parent / f"{name}.toml"
    if not path.is_file():
        raise BadValue(
            "extends",
            f"no calendar is called so; there is {', '.join(calendar_ids())}, or put a file of"
            " that name and .toml beside this one",
        )
    if path.resolve() in above:
        raise BadValue("extends", "leads back to this calendar; extend one that does not")
    found = _from_file(str(path), above)
    if found.calendar.id != name:
        raise BadValue("extends", f"the file of that name holds {found.calendar.id}; name that")
    return found
