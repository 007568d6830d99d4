"""
Pinning: a complaint keeps the code and the calendar it was received under.

Both are named by id, version and the SHA-256 of their text, so that a later
edition, or a quietly changed file, never moves a date that was told (GEN-09).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import in_order
from complaint_ledger.domain.complaint import Complaint, replay
from complaint_ledger.domain.coverage import concerning
from complaint_ledger.domain.deadlines import Beyond, Deadline
from complaint_ledger.domain.decisions import Situation
from complaint_ledger.domain.history import Fact, standing
from complaint_ledger.domain.milestones import deadlines_of as deadlines_under
from complaint_ledger.domain.milestones import vague_dates
from complaint_ledger.domain.words import Role
from complaint_ledger.texts import SHIPPED, Texts

# Of the library's own texts, which no ledger needs to keep to be read here.
pin: Final = SHIPPED.pin
load_code: Final = SHIPPED.code
load_calendar: Final = SHIPPED.calendar


_PINNING: Final = (e.ComplaintReceived, e.HandlingCodeRevised)


def pins_of(facts: Sequence[Fact]) -> tuple[e.CodePin, ...]:
    """Return the codes that govern the complaint, as it stands: as received, or as revised."""
    said = [fact for fact in standing(facts) if isinstance(fact.event, _PINNING)]
    # In the order of judgement: whoever recorded a revision first plays no part.
    last = in_order(said)[-1].event if said else None
    return last.codes if isinstance(last, _PINNING) else ()


def governing_pins(command: c.Command, facts: Sequence[Fact]) -> tuple[e.CodePin, ...]:
    """Return the codes by which *command*, after *facts*, is decided."""
    if isinstance(command, c.Receive | e.HandlingCodeRevised):
        return command.codes
    # What is wrong must be retractable, even a pinned code.
    return () if isinstance(command, c.Retract) else pins_of(facts)


def situation(texts: Texts, pins: Sequence[e.CodePin], *, role: Role, now: datetime) -> Situation:
    """
    Return what a decision may know, under the codes that *pins* name.

    Raises:
        UnknownName: Neither the ledger nor this installation holds a pinned text.
    """
    governing = tuple(map(texts.governing, pins))
    codes = [each.code for each in governing]
    outcomes = [frozenset(outcome.id for outcome in code.outcomes) for code in codes]
    return Situation(
        now=now,
        role=role,
        stages=tuple(dict.fromkeys(stage.id for code in codes for stage in code.stages)),
        # A code that names no outcomes knows any.
        outcomes=frozenset().union(*outcomes) if all(outcomes) else frozenset(),
        deadlines=frozenset(
            clock.id for code in codes for clock in code.clocks if clock.kind != "right"
        ),
        codes=governing,
    )


def deadlines_of(
    complaint: Complaint,
    texts: Texts = SHIPPED,
    *,
    told: Sequence[Fact] = (),
    beyond: Beyond | None = None,
) -> tuple[Deadline, ...]:
    """
    Return what is, or was, owed on *complaint*, by each code pinned to it.

    Args:
        complaint: As it stands.
        texts: The codes and calendars by their hash.
        told: What it was folded from, in that order: a code that covers some heads asks
            what concerns them, and days may stand for a month.
        beyond: Told of each clock whose sum leaves the calendar; the others are worked out.

    Raises:
        CalendarOutOfRange: A due date leaves the calendar, and there is no *beyond* (GEN-08).
        UnknownName: Neither the ledger nor this installation holds a pinned text.
    """
    found: list[Deadline] = []
    vague = vague_dates(fact.event for fact in told)
    for pinned in complaint.codes:
        calendar = texts.calendar(pinned)
        if calendar is not None:
            code = texts.code(pinned)
            under = complaint
            if pinned.heads and told:
                under = replay(fact.event for fact in concerning(told, pinned.heads))
            found += deadlines_under(under, code, calendar, vague=vague, beyond=beyond)
    return tuple(found)
