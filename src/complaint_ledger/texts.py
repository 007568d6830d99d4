"""
The very texts that complaints are judged by: found by their hash, kept in the ledger.

A pin names a code and a calendar by id, version and SHA-256. The ledger keeps a copy
of each text that it pins, so that it can be judged without this library's files.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from complaint_ledger import calendars, codes
from complaint_ledger.domain import events as e
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.handling_code import HandlingCode
from complaint_ledger.domain.words import CalendarId
from complaint_ledger.domain.working_days import WorkingDayCalendar
from complaint_ledger.errors import BadValue
from complaint_ledger.shelf import Kept, Shelf, Source

NOTHING_KEPT: Final[Kept] = MappingProxyType({})


class Texts:
    """
    Codes and calendars by name, to pin them; and by pin, to judge by them.

    A name is one of the library's, the id of a text that is kept, or a file's path. A
    pin is looked up by its hash, among the kept texts first.
    """

    def __init__(
        self, kept: Kept = NOTHING_KEPT, look_again: Callable[[], object] = lambda: None
    ) -> None:
        """Read the texts *kept* by a ledger; *look_again* brings them up to date."""
        self._kept = kept
        self._look_again = look_again
        self._codes = Shelf[HandlingCode](
            kind="handling-code",
            what="handling code",
            ids=codes.code_ids,
            load=_load_code,
            parse=_parse_code,
            kept=kept,
            look_again=look_again,
        )
        self._calendars = Shelf[WorkingDayCalendar](
            kind="calendar",
            what="calendar",
            ids=calendars.calendar_ids,
            load=_load_calendar,
            parse=_parse_calendar,
            kept=kept,
            look_again=look_again,
        )
        self._closed: dict[tuple[str, str], WorkingDayCalendar] = {}

    # --- from a name to a pin --------------------------------------------------------------------

    def pin(self, code: str, calendar: str | None = None) -> e.CodePin:
        """
        Return the pin for *code*, with *calendar* or the code's own.

        Raises:
            UnknownName: Neither the library nor the ledger has one of that name, and no
                file is there.
            BadValue: It is no code or calendar, or cannot be kept; the mend is said.
        """
        found = self._codes.named(code)
        name = calendar or self._codes.read(found.sha256).calendar
        return self._pin(found, self._calendars.named(name) if name else None)

    def default(self, opened: e.LedgerOpened) -> e.CodePin:
        """Return the pin for the code and the calendar that a ledger was opened with."""
        return self._pin(
            self._codes.named(opened.code, first=True),
            self._calendars.named(opened.calendar, first=True),
        )

    def _pin(self, code: e.TextKept, calendar: e.TextKept | None) -> e.CodePin:
        pinned = e.CodePin(
            id=code.id,
            version=code.version,
            sha256=code.sha256,
            calendar=CalendarId(calendar.id) if calendar else None,
            calendar_version=calendar.version if calendar else None,
            calendar_sha256=calendar.sha256 if calendar else None,
        )
        self.calendar(pinned)  # the code's closures must lie within it
        return pinned

    # --- from a pin to what it names -------------------------------------------------------------

    def code(self, pinned: e.CodePin) -> HandlingCode:
        """
        Return the code that is pinned.

        Raises:
            UnknownName: Neither the ledger nor this installation holds that very text.
        """
        return self._codes.pinned(pinned.id, pinned.version, pinned.sha256)

    def calendar(self, pinned: e.CodePin) -> WorkingDayCalendar | None:
        """
        Return the calendar that is pinned, closed when the pinned code says so; None if none is.

        Raises:
            UnknownName: Neither the ledger nor this installation holds that very text.
        """
        if pinned.calendar is None or pinned.calendar_sha256 is None:
            return None
        key = (pinned.sha256, pinned.calendar_sha256)
        if key not in self._closed:
            self._closed[key] = closed(
                self._calendars.pinned(
                    pinned.calendar, pinned.calendar_version, pinned.calendar_sha256
                ),
                self.code(pinned),
            )
        return self._closed[key]

    def governing(self, pinned: e.CodePin) -> Governing:
        """
        Return what a complaint under *pinned* is judged by.

        Raises:
            UnknownName: Neither the ledger nor this installation holds those very texts.
        """
        return Governing(code=self.code(pinned), calendar=self.calendar(pinned), heads=pinned.heads)

    def not_yet_in_force(self, pinned: e.CodePin, day: date | None) -> str | None:
        """Return, in words, that the code was not in force on *day*; None where it was."""
        code = self.code(pinned)
        if day is None or code.in_force_from is None or code.in_force_from <= day:
            return None
        return f"{code.id} is in force from {code.in_force_from}, and not yet on {day}"

    # --- what is to be kept ----------------------------------------------------------------------

    def unkept(self, pins: Iterable[e.CodePin]) -> tuple[e.TextKept, ...]:
        """
        Return the texts behind *pins* that the ledger does not keep yet, a base before its overlay.

        Raises:
            UnknownName: Neither the ledger nor this installation holds such a text.
        """
        pins = tuple(pins)
        if all(sha in self._kept for pinned in pins for sha in _hashes(pinned)):
            return ()
        self._look_again()
        wanted: dict[str, e.TextKept] = {}
        for pinned in pins:
            found = [*self._codes.whole(pinned.id, pinned.version, pinned.sha256)]
            if pinned.calendar is not None and pinned.calendar_sha256 is not None:
                found += self._calendars.whole(
                    pinned.calendar, pinned.calendar_version, pinned.calendar_sha256
                )
            wanted |= {text.sha256: text for text in found if text.sha256 not in self._kept}
        return tuple(wanted.values())


def closed(calendar: WorkingDayCalendar, code: HandlingCode) -> WorkingDayCalendar:
    """
    Return *calendar*, closed on the days on which *code* says that the council is.

    Raises:
        BadValue: The calendar does not reach one of them.
    """
    if not code.closures:
        return calendar
    for day in code.closures:
        if not calendar.first <= day <= calendar.last:
            raise BadValue(
                f"{code.id}: closures",
                f"{day} is outside calendar {calendar.id}, which runs from {calendar.first} to"
                f" {calendar.last}; leave it out, or take a calendar that reaches it",
            )
    return calendar.with_closures(
        code.closures,
        id=f"{calendar.id}+{code.id}",
        version=f"{calendar.version}+{code.version}",
    )


def pins_in(events: Iterable[e.Event]) -> Iterator[e.CodePin]:
    """Yield the pins that *events* bring in."""
    for event in events:
        said = event.replacement if isinstance(event, e.EntryCorrected) else event
        if isinstance(said, e.ComplaintReceived | e.HandlingCodeRevised):
            yield from said.codes
        elif isinstance(said, e.CodeAdopted):
            yield said.code


# --- reading codes and calendars -----------------------------------------------------------------


def _load_code(name: str) -> Source:
    return _of_edition(codes.load_code(name), name)


def _of_edition(edition: codes.CodeEdition, where: str) -> Source:
    code, base = edition.code, edition.base
    return Source(
        id=code.id,
        version=code.version,
        text=edition.text,
        where=where,
        base=_of_edition(base, base.code.id) if base else None,
    )


def _parse_code(text: str, where: str, base: Callable[[str], HandlingCode]) -> HandlingCode:
    return codes.parse_code(text, where, base)


def _load_calendar(name: str) -> Source:
    snapshot = calendars.read_calendar(name)
    if name not in calendars.calendar_ids() and not name.endswith(".toml"):
        raise BadValue(name, "can be tried with `due`, not recorded under; write it as TOML")
    return _of_snapshot(snapshot, name)


def _of_snapshot(snapshot: calendars.CalendarSnapshot, where: str) -> Source:
    found, base = snapshot.calendar, snapshot.base
    return Source(
        id=found.id,
        version=found.version,
        text=snapshot.text,
        where=where,
        base=_of_snapshot(base, base.calendar.id) if base else None,
    )


def _parse_calendar(
    text: str, where: str, base: Callable[[str], WorkingDayCalendar]
) -> WorkingDayCalendar:
    return calendars.parse_calendar(text, where, "", base)


def _hashes(pinned: e.CodePin) -> Iterator[str]:
    yield pinned.sha256
    if pinned.calendar_sha256 is not None:
        yield pinned.calendar_sha256


SHIPPED: Final = Texts()
"""The library's own texts, and files; none that a ledger keeps."""
