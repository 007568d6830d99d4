"""
Pinning: a complaint keeps the code and the calendar it was received under.

Both are named by id, version and the SHA-256 of their text, so that a later
edition, or a quietly changed file, never moves a date that was told (GEN-09).
"""

from collections.abc import Sequence

from complaint_ledger import calendars, codes
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.handling_code import HandlingCode
from complaint_ledger.domain.history import Fact, standing
from complaint_ledger.domain.milestones import deadlines_of as deadlines_under
from complaint_ledger.domain.words import CalendarId, CodeId, Sha256, Version
from complaint_ledger.domain.working_days import WorkingDayCalendar
from complaint_ledger.errors import UnknownName

_ONLY_TRIED = "a file of your own can be tried with `due`, not yet recorded under"


def pin(code: str, calendar: str | None = None) -> e.CodePin:
    """
    Return the pin for *code*, with *calendar* or the code's own.

    Raises:
        UnknownName: The library holds no such code or calendar; a file would be gone, or
            another, when an auditor asks for it.
    """
    if code not in codes.code_ids():
        raise UnknownName("handling code", code, codes.code_ids(), _ONLY_TRIED)
    if calendar is not None and calendar not in calendars.calendar_ids():
        raise UnknownName("calendar", calendar, calendars.calendar_ids(), _ONLY_TRIED)
    edition = codes.load_code(code)
    name = calendar or edition.code.calendar
    snapshot = calendars.read_calendar(name) if name else None
    return e.CodePin(
        id=CodeId(edition.code.id),
        version=Version(edition.code.version),
        sha256=Sha256(edition.sha256),
        calendar=CalendarId(snapshot.calendar.id) if snapshot else None,
        calendar_version=Version(snapshot.calendar.version) if snapshot else None,
        calendar_sha256=Sha256(snapshot.sha256) if snapshot else None,
    )


def load_code(pinned: e.CodePin) -> HandlingCode:
    """
    Return the code that is pinned.

    Raises:
        UnknownName: This installation does not hold that very text.
    """
    edition = codes.load_code(pinned.id)
    if edition.sha256 != pinned.sha256:
        raise UnknownName(
            "handling code",
            f"{pinned.id} version {pinned.version}, SHA-256 {pinned.sha256[:12]}…",
            mend="this installation has another text of it; use the version that pinned it",
        )
    return edition.code


def load_calendar(pinned: e.CodePin) -> WorkingDayCalendar | None:
    """
    Return the calendar that is pinned, if one is.

    Raises:
        UnknownName: This installation does not hold that very text.
    """
    if pinned.calendar is None:
        return None
    snapshot = calendars.read_calendar(pinned.calendar)
    if snapshot.sha256 != pinned.calendar_sha256:
        raise UnknownName(
            "calendar",
            f"{pinned.calendar} version {pinned.calendar_version}",
            mend="this installation has another text of it; use the version that pinned it",
        )
    return snapshot.calendar


def pins_of(facts: Sequence[Fact]) -> tuple[e.CodePin, ...]:
    """Return the codes that the complaint's receipt, as it stands, pinned."""
    for fact in standing(facts):
        if isinstance(fact.event, e.ComplaintReceived):
            return fact.event.codes
    return ()


def deadlines_of(complaint: Complaint) -> tuple[Deadline, ...]:
    """
    Return what is, or was, owed on *complaint*, by each code pinned to it.

    Raises:
        CalendarOutOfRange: A due date leaves the calendar (GEN-08).
        UnknownName: This installation does not hold a pinned text.
    """
    found: list[Deadline] = []
    for pinned in complaint.codes:
        calendar = load_calendar(pinned)
        if calendar is not None:
            found += deadlines_under(complaint, load_code(pinned), calendar)
    return tuple(found)
