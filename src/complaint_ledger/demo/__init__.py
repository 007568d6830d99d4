"""
A year of a council that does not exist, recorded on a simulated clock.

For whoever wants to see what a full ledger looks like, and to try things on it.
"""

import os
from bisect import bisect
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from shutil import disk_usage, move
from tempfile import TemporaryDirectory
from typing import Final

import attrs

from complaint_ledger.calendars import load_calendar
from complaint_ledger.demo.council import CHANNELS, SERVICES
from complaint_ledger.demo.diary import Arrival, Staff
from complaint_ledger.demo.journeys import Journey
from complaint_ledger.demo.people import full_name
from complaint_ledger.demo.simulation import OfficeHours, SimulatedClock, run
from complaint_ledger.domain.london import LONDON, civil_date
from complaint_ledger.domain.words import ActorId, ActorKind, ChannelId, Reference, Role
from complaint_ledger.errors import BadValue
from complaint_ledger.ledger import Ledger
from complaint_ledger.opening import create_ledger

COUNCIL: Final = "Averley Borough Council"
OPENED: Final = datetime(2025, 3, 28, 9, 30, tzinfo=UTC)
FIRST: Final = date(2025, 4, 1)
LAST: Final = date(2026, 3, 31)
UNTIL: Final = datetime(2026, 10, 30, 17, 0, tzinfo=UTC)
"""Complaints come for a year, and are followed until ombudsmen have had their say on most."""

DATABASE: Final = "council.db"
NOTE: Final = "about-this-demo.txt"
EVIDENCE: Final = "evidence.zip"
_LEFT_BEHIND: Final = {NOTE, EVIDENCE} | {
    f"{DATABASE}{kept}{while_open}"
    for kept in ("", ".keys", ".facts", ".signing")
    for while_open in ("", "-wal", "-shm", "-journal")
}


@attrs.frozen(kw_only=True)
class Made:
    """What was made, and where its facts go, beside it."""

    url: str
    facts: Path
    complaints: int
    events: int


def make(folder: Path, *, complaints: int, seed: int, tell: Callable[[datetime], None]) -> Made:
    """
    Record a fictional year in *folder*, in place of what a former one left there.

    Args:
        folder: Where; nothing but a former demo may be in it.
        complaints: How many.
        seed: The same seed gives the same year, save for ids and salts.
        tell: Called with the simulated time before each command.

    Raises:
        BadValue: The folder holds something else.
    """
    replaceable(folder)
    with TemporaryDirectory(dir=_scratch(complaints), prefix="complaint-ledger-") as scratch:
        events = _record(Path(scratch), complaints, seed, tell)
        _replace(folder, Path(scratch))
    return Made(
        url=f"sqlite:///{folder / DATABASE}",
        facts=folder / f"{DATABASE}.facts",
        complaints=complaints,
        events=events,
    )


def _scratch(complaints: int) -> Path | None:
    """
    Return where to record before it is moved into its folder; None for the usual place.

    Every command waits until it is on the disk, some twenty thousand times. Memory
    is quick, and a demo that was broken off leaves the former one as it was.
    """
    memory = Path("/dev/shm")  # noqa: S108 - the folder made in it is ours alone
    if os.access(memory, os.W_OK) and disk_usage(memory).free > complaints * 16_384:
        return memory
    return None


def _record(folder: Path, complaints: int, seed: int, tell: Callable[[datetime], None]) -> int:
    """Record the year in *folder*; return how many events it took."""
    clock = SimulatedClock(OPENED)
    dice = Random(f"{seed}/council")  # noqa: S311 - a story, not a secret
    ledger, administrator = create_ledger(
        f"sqlite:///{folder / DATABASE}",
        council=COUNCIL,
        fictional=True,
        administrator=full_name(dice),
        clock=clock,
    )
    with ledger:
        staff = _staff(ledger, administrator, dice)
        office = OfficeHours(load_calendar(ledger.opened.calendar))
        courses = [
            Journey(arrival, staff, office, Random(f"{seed}/{number}")).course()  # noqa: S311
            for number, arrival in enumerate(_arrivals(complaints, office, dice), 1)
        ]
        run(ledger, clock, courses, UNTIL, tell)
        return ledger.store.head().position


def replaceable(folder: Path) -> tuple[Path, ...]:
    """
    Return what a former demo left in *folder*.

    Raises:
        BadValue: Somebody keeps something else there.
    """
    if not folder.exists():
        return ()
    if not folder.is_dir():
        raise BadValue("--dir", f"{folder} is a file; name a folder")
    there = tuple(sorted(folder.iterdir()))
    strange = [path.name for path in there if path.name not in _LEFT_BEHIND]
    if strange or (there and not (folder / NOTE).is_file()):
        named = ", ".join((strange or [path.name for path in there])[:3])
        raise BadValue(
            "--dir", f"{folder} holds what no demo left there ({named}); name another folder"
        )
    return there


def _replace(folder: Path, made: Path) -> None:
    """Move what was *made* into *folder*, in place of what a former demo left there."""
    for left in replaceable(folder):
        left.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NOTE).write_text(
        "Made by `complaint-ledger demo`. All of it is fictional. The next demo replaces it.\n",
        encoding="utf-8",
    )
    for path in made.iterdir():
        move(path, folder / path.name)


def _staff(ledger: Ledger, administrator: ActorId, dice: Random) -> Staff:
    def add(how_many: int, role: Role, kind: ActorKind = "officer") -> tuple[ActorId, ...]:
        name = None if kind == "system" else full_name(dice)
        return tuple(
            ledger.add_actor(kind=kind, role=role, name=name, actor=administrator)
            for _ in range(how_many)
        )

    handlers = {service.id: add(2, "handler") for service in SERVICES if service.id != "waste"}
    return Staff(
        web_form=add(1, "system", "system")[0],
        handlers=handlers | {"waste": add(3, "handler", "contractor")},
        investigators=add(3, "investigator"),
        managers=add(4, "manager"),
        liaison=add(1, "liaison")[0],
    )


def _arrivals(complaints: int, office: OfficeHours, dice: Random) -> Iterator[Arrival]:
    """Yield *complaints* arrivals over the year, in order."""
    days = (LAST - FIRST).days + 1
    services = list(accumulate(service.share for service in SERVICES))
    found = []
    for _ in range(complaints):
        came_at = datetime.combine(FIRST, datetime.min.time(), LONDON).astimezone(UTC) + timedelta(
            days=dice.randrange(days), seconds=dice.randrange(7 * 3600, 22 * 3600)
        )
        channel = ChannelId(dice.choices(tuple(CHANNELS), tuple(CHANNELS.values()))[0])
        at = came_at
        if channel != "web":  # an officer has to enter it
            came_on = civil_date(came_at)
            at = office.on(came_on, dice)
            if channel == "letter" or dice.random() < 0.1:
                at = office.on(office.day(came_on, dice.randint(1, 4)), dice)
        at = at.replace(microsecond=0)
        service = SERVICES[min(bisect(services, dice.random()), len(SERVICES) - 1)]
        found.append((at, came_at, channel, service))
    found.sort(key=lambda each: each[0])
    for number, (at, came_at, channel, service) in enumerate(found, 1):
        yield Arrival(
            reference=Reference(f"C-{at.year}-{number:06}"),
            came_on=civil_date(came_at),
            at=at,
            channel=channel,
            service=service,
        )
