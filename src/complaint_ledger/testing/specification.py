"""
What a complaint's rules decide, said as given, when, then.

    given(RECEIVED, ACKNOWLEDGED).when(RESPOND).then(RESPONDED)
    given(RECEIVED).when(REOPEN).then_nothing()
    given(RECEIVED, RESPONDED).when(RESPOND).then_refused("GEN-11")

The events of *given* stand at positions 1, 2, 3, …; `entry_id(2)` is the id of
the second, for what corrects or retracts it.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import attrs

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.decisions import Situation, decide
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.words import EventId, Role
from complaint_ledger.errors import Refused

FIRST_DAY: Final = date(2026, 1, 1)
"""The day of recording, and today, where no event or command names a day."""


def entry_id(number: int) -> EventId:
    """Return the id of the given event *number*, from 1."""
    return EventId(f"{number:032x}")


def history(events: Iterable[e.Event]) -> tuple[Fact, ...]:
    """
    Return *events* as one complaint's facts, alone in their ledger.

    Each is recorded at noon (UTC) of the day it happened, or one second after the one
    before it, whichever is later.
    """
    facts: list[Fact] = []
    for number, event in enumerate(events, 1):
        at = _noon(event.occurred_on or FIRST_DAY)
        if facts:
            at = max(at, facts[-1].recorded_at + timedelta(seconds=1))
        facts.append(
            Fact(
                id=entry_id(number),
                position=number,
                version=number,
                recorded_at=at,
                event=event,
            )
        )
    return tuple(facts)


def given(*events: e.Event) -> "Given":
    """Begin with what is on record."""
    return Given(history(events))


@attrs.frozen
class Given:
    """What is on record."""

    facts: tuple[Fact, ...]

    def when(
        self,
        command: c.Command,
        *,
        today: date | None = None,
        role: Role = "handler",
        stages: Sequence[str] = (),
        outcomes: Collection[str] = (),
        deadlines: Collection[str] = (),
        codes: Sequence[Governing] = (),
    ) -> "Decided":
        """
        Decide on *command*.

        Args:
            command: What somebody asks to record.
            today: The civil date; the latest day that history and command name, if left out.
            role: The role of who asks.
            stages: The stages of the complaint's code, in order.
            outcomes: The outcomes that the code knows.
            deadlines: The deadlines that the code has.
            codes: The codes that govern, for what they refuse themselves.
        """
        situation = Situation(
            now=_noon(today or self._latest(command)),
            role=role,
            stages=tuple(stages),
            outcomes=frozenset(outcomes),
            deadlines=frozenset(deadlines),
            codes=tuple(codes),
        )
        try:
            return Decided(events=tuple(decide(command, self.facts, situation)))
        except Refused as refused:
            return Decided(refused=refused)

    def _latest(self, command: c.Command) -> date:
        named: list[e.Happened] = [command, *(fact.event for fact in self.facts)]
        days = [told.occurred_at.date() if told.occurred_at else told.occurred_on for told in named]
        return max((day for day in days if day), default=FIRST_DAY)


@attrs.frozen(kw_only=True)
class Decided:
    """What the decision was: events, nothing, or a refusal."""

    events: tuple[e.ComplaintEvent, ...] = ()
    refused: Refused | None = None

    def then(self, *events: e.ComplaintEvent) -> None:
        """Assert that exactly *events* were recorded."""
        assert events, "say then_nothing()"
        assert self.refused is None, f"it was refused: {self.refused}"
        assert events == self.events

    def then_nothing(self) -> None:
        """Assert that nothing was recorded, since it had been said before."""
        assert self.refused is None, f"it was refused: {self.refused}"
        assert self.events == ()

    def then_refused(self, rule: str) -> Refused:
        """Assert that *rule* refused it; return the refusal."""
        assert self.refused is not None, f"it was not refused, but led to {self.events}"
        assert rule == self.refused.rule
        return self.refused


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
