"""How the values of an event read in the chronology."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from complaint_ledger.evidence.bundle.bodies import is_day

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
NONE: Final = "none"


def escaped(text: str) -> str:
    """Return *text* with nothing in it that HTML would read as its own."""
    for one, instead in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(one, instead)
    return text


def day(value: str, precision: str = "day") -> str:
    """Return a day (ISO) as it is said, as far as it is known."""
    year, month, number = value.split("-")
    if precision == "year":
        return str(int(year))
    said = f"{_MONTHS[int(month) - 1]} {int(year)}"
    return said if precision == "month" else f"{int(number)} {said}"


def moment(value: str) -> str:
    """Return an instant (ISO, UTC, microseconds) as it is said, without the microseconds."""
    return f"{day(value[:10])} at {value[11:19]} UTC"


def is_instant(value: str) -> bool:
    """Say whether *value* is an instant such as 2025-04-01T08:30:05.123456Z."""
    if not _INSTANT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def said(value: Any, versions: Mapping[str, int]) -> str | None:
    """
    Return how *value* reads; None where nothing is to be shown.

    Args:
        value: A text, a truth, a whole number, nothing, or a list of them.
        versions: The versions of the events that are there, by their ids.
    """
    if isinstance(value, str):
        return _said_text(value, versions)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "not known"
    if isinstance(value, int):
        return str(value)
    members = [text for member in value if (text := said(member, versions)) is not None]
    if value and not members:
        return None
    return ", ".join(members) if members else NONE


def _said_text(value: str, versions: Mapping[str, int]) -> str | None:
    if is_day(value):
        return day(value)
    if is_instant(value):
        return moment(value)
    if _HASH.fullmatch(value):
        return None
    return f"entry {versions[value]}" if value in versions else value
