"""The time and the chances of one complaint, and those who work on it."""

from collections.abc import Mapping
from datetime import date, datetime
from random import Random
from typing import TypeVar

import attrs

from complaint_ledger.demo.council import RECORDED_LATE, Service
from complaint_ledger.demo.simulation import Act, OfficeHours
from complaint_ledger.domain import commands as c
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.words import ActorId, ChannelId, Reference

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Staff:
    """Who records: ids that `add_actor` issued. Handlers are by service."""

    web_form: ActorId
    handlers: Mapping[str, tuple[ActorId, ...]]
    investigators: tuple[ActorId, ...]
    managers: tuple[ActorId, ...]
    liaison: ActorId


@attrs.frozen(kw_only=True)
class Arrival:
    """When and how a complaint reaches the council; *came_on* is before *at* where it lay."""

    reference: Reference
    came_on: date
    at: datetime
    channel: ChannelId
    service: Service


class Diary:
    """Says when things are done, and by whom; dice decide."""

    def __init__(self, arrival: Arrival, staff: Staff, office: OfficeHours, dice: Random) -> None:
        self._arrival = arrival
        self._service = arrival.service
        self._staff = staff
        self._office = office
        self._dice = dice
        self._at = arrival.at
        self._handler = self._one_of(staff.handlers[self._service.id])
        self._manager = self._one_of(staff.managers)

    def _later(self, working_days: int) -> date:
        """Let *working_days* go by; return the day it is then."""
        if working_days < 1:
            self._at = self._office.soon(self._at, self._dice)
        else:
            day = self._office.day(civil_date(self._at), working_days)
            self._at = self._office.on(day, self._dice)
        return civil_date(self._at)

    def _until(self, day: date) -> date:
        """Let time go by until *day*, if it has not come yet; return the day it is then."""
        soon = self._office.soon(self._at, self._dice)
        on_day = self._office.on(day, self._dice) if day > civil_date(self._at) else soon
        self._at = max(soon, on_day)
        return civil_date(self._at)

    def _do(self, by: ActorId, command: c.Command, key: str | None = None) -> Act:
        """Return the act of recording *command*, which now and then is done only days later."""
        if self._happens(RECORDED_LATE):
            self._later(self._dice.randint(2, 8))
        return Act(at=self._at, by=by, command=command, complaint=self._arrival.reference, key=key)

    def _happens(self, rate: float) -> bool:
        return self._dice.random() < rate

    def _one_of(self, those: tuple[T, ...]) -> T:
        return self._dice.choice(those)
