"""
A complaint laid out for judgement.

The events stand in an order of their own: by the day they happened, and on one day
by their kind and what they say, never by when they were recorded. So a verdict is
the same in whatever order the same history was recorded.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeVar, get_args

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import FIRST_STAGE, Complaint, replay
from complaint_ledger.domain.coverage import concerning
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.handling_code import Clock
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.milestones import Vague, deadlines_of, milestones, vague_dates
from complaint_ledger.domain.obligations import PUBLIC_REPORT
from complaint_ledger.domain.words import Sealed
from complaint_ledger.errors import CalendarOutOfRange

E = TypeVar("E", bound=e.Happened)

# On one day: what begins comes before what goes on, what ends comes last.
_RANKS: Final = {kind: rank for rank, kind in enumerate(get_args(e.ComplaintEvent))}
_EARLY: Final[tuple[type, ...]] = (
    e.ComplaintReceived,
    e.ComplaintReopened,
    e.ComplaintEscalated,
    e.ComplaintAcknowledged,
)


def in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return *facts* by when they happened and what they say, never by when they were recorded."""
    ordered = sorted(facts, key=_place)
    for fact in [fact for fact in ordered if isinstance(fact.event, _OPENS_AGAIN)]:
        _after_its_end(ordered, ordered.index(fact))
    # What nobody dated is taken to have been before anything was opened again.
    undated = [fact for fact in ordered if fact.event.occurred_on is None]
    dated = [fact for fact in ordered if fact.event.occurred_on is not None]
    again = next((n for n, x in enumerate(dated) if isinstance(x.event, e.ComplaintReopened)), None)
    at = len(dated) if again is None else again
    return (*dated[:at], *undated, *dated[at:])


_OPENS_AGAIN: Final = (e.ComplaintReopened, e.ComplaintEscalated)
ENDS: Final = (e.ComplaintClosed, e.ComplaintRefused, e.ComplaintWithdrawn)
"""What ends a complaint with the council."""


def _after_its_end(ordered: list[Fact], at: int) -> None:
    """Put a reopening behind the end of the same day, where nothing had ended before."""
    opened = ordered[at].event
    day = opened.occurred_on
    turns = [x for x in ordered[:at] if isinstance(x.event, (*ENDS, *_OPENS_AGAIN))]
    if turns and isinstance(turns[-1].event, ENDS):
        return
    if any(_answers(x.event, opened) for x in ordered if x.event.occurred_on == day):
        return  # opened, answered and ended on one day
    ends = [
        place
        for place, fact in enumerate(ordered)
        if isinstance(fact.event, ENDS) and fact.event.occurred_on == day and day is not None
    ]
    if ends:
        ordered.insert(ends[-1], ordered.pop(at))


def _answers(event: e.Event, opened: e.Event) -> bool:
    """Whether *event* answers the very attempt that was *opened*."""
    if not isinstance(event, e.ResponseSent | e.ResolvedByAgreement):
        return False
    of, to = ((getattr(x, "stage", None), getattr(x, "attempt", 1)) for x in (event, opened))
    return of == to


def _place(fact: Fact) -> tuple[Any, ...]:
    event = fact.event
    kind = type(event)
    rank = _EARLY.index(kind) if kind in _EARLY else len(_EARLY) + _RANKS.get(kind, 0)
    said = tuple(_plain(getattr(event, field.name)) for field in attrs.fields(kind))
    return (event.occurred_on or date.max, rank, said)


def _plain(value: object) -> str:
    # A sealed text has another digest each time that it is recorded.
    return value.subject if isinstance(value, Sealed) else repr(value)


@attrs.frozen(kw_only=True, slots=False)
class Case:
    """
    One complaint, one code, one day.

    Attributes:
        told: What stands of its history, in order.
        complaint: What it comes to.
        governing: What it is judged by.
        today: The day of judgement: what falls due later cannot be told yet.
    """

    told: tuple[Fact, ...]
    complaint: Complaint
    governing: Governing
    today: date

    @classmethod
    def of(cls, told: Sequence[Fact], governing: Governing, today: date) -> "Case":
        """Lay out what of *told*, in any order, concerns the heads that the code covers."""
        ordered = concerning(in_order(told), governing.heads)
        complaint = replay(fact.event for fact in ordered)
        return cls(told=ordered, complaint=complaint, governing=governing, today=today)

    @cached_property
    def vague(self) -> Vague:
        """The days in it that stand for a month or a year."""
        return vague_dates(fact.event for fact in self.told)

    @cached_property
    def _reckoned(self) -> tuple[tuple[Deadline, ...], tuple[tuple[str, CalendarOutOfRange], ...]]:
        calendar = self.governing.calendar
        if calendar is None:
            return (), ()
        beyond: list[tuple[str, CalendarOutOfRange]] = []
        found = deadlines_of(
            self.complaint,
            self.governing.code,
            calendar,
            vague=self.vague,
            beyond=lambda clock, error: beyond.append((clock.id, error)),
        )
        return found, tuple(beyond)

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """Every deadline that can be worked out."""
        return self._reckoned[0]

    @property
    def beyond(self) -> tuple[tuple[str, CalendarOutOfRange], ...]:
        """The clocks, by id, whose sum leaves the calendar (GEN-08)."""
        return self._reckoned[1]

    @cached_property
    def without_start(self) -> tuple[tuple[Clock, str, str | None], ...]:
        """
        The clocks that nobody can reckon.

        Each with the milestone whose day is not known, or that keeps it from starting; and
        then with the one that it waits for.
        """
        if self.governing.calendar is None:
            return ()
        told = milestones(self.complaint, self.governing.code, self.vague)
        reckoned = {deadline.clock for deadline in self.deadlines} | {x for x, _ in self.beyond}
        found: dict[str, tuple[Clock, str, str | None]] = {}
        for clock in self.governing.code.clocks:
            if clock.kind == "right" or clock.per is not None or clock.id in reckoned:
                continue
            for limit in clock.limits:
                waits = limit.waits
                if waits and waits.after in {*told.dated, *told.undated}:
                    found[clock.id] = (clock, waits.after, waits.until)
                    continue
                name = next((name for name in limit.starts if name in told.undated), None)
                if name is None and limit.presumed_from_due in found:
                    name = found[limit.presumed_from_due][1]
                if name is not None:
                    found[clock.id] = (clock, name, None)
        return tuple(found.values())

    def all(self, *kinds: type[E]) -> list[tuple[Fact, E]]:
        """Return the entries of *kinds*, in order."""
        return [(fact, fact.event) for fact in self.told if isinstance(fact.event, kinds)]

    @cached_property
    def told_by(self) -> dict[tuple[int, str], str]:
        """The id of the entry that tells of a milestone, by attempt and name."""
        found: dict[tuple[int, str], str] = {}
        for fact in self.told:
            for name in _named(fact.event):
                if name != "procedure-exhausted" or self._exhausts(fact.event):
                    found.setdefault((self.attempts[fact.id], name), fact.id)
            for name in _last(fact.event):
                found[1, name] = fact.id
        return found

    @cached_property
    def attempts(self) -> dict[str, int]:
        """The attempt at its stage that each entry belongs to, by the entry's id."""
        found: dict[str, int] = {}
        reopened: dict[str, int] = {}
        for fact in self.told:
            event = fact.event
            stage = getattr(event, "stage", None) or ""
            if isinstance(event, e.ComplaintReopened):
                reopened[stage] = event.attempt
            found[fact.id] = getattr(event, "attempt", None) or reopened.get(stage, 1)
        return found

    def _exhausts(self, event: e.Event) -> bool:
        """Whether *event* ends the council's own procedure: a refusal, or the last answer."""
        if not isinstance(event, e.ResponseSent | e.ResolvedByAgreement):
            return True
        return event.stage in [stage.id for stage in self.governing.code.stages[-1:]]

    @cached_property
    def heads(self) -> tuple[e.Head, ...]:
        """The heads as they were said: at the receipt, when it was defined, and added."""
        found: list[e.Head] = []
        for fact in self.told:
            event = fact.event
            if isinstance(event, e.ComplaintReceived | e.ComplaintDefined):
                found += event.heads
            elif isinstance(event, e.HeadAdded):
                found.append(event.head)
        return tuple(found)

    def extensions(self, deadline: Deadline) -> list[tuple[Fact, e.ResponseExtended]]:
        """Return what put *deadline* off, in order: of its own attempt at the stage."""
        return [
            (fact, event)
            for fact, event in self.all(e.ResponseExtended)
            if event.extends == deadline.clock and self.attempts[fact.id] == deadline.attempt
        ]

    def entries(self, attempt: int, *names: str | None) -> tuple[str, ...]:
        """Return the ids of the entries that tell of milestones, where there are some."""
        found = (self.told_by.get((attempt, name)) for name in names if name)
        return tuple(dict.fromkeys(one for one in found if one))

    def about(self, item: str) -> tuple[str, ...]:
        """Return the ids of the entries that tell of *item*."""
        told = (fact.id for fact in self.told if _item(fact.event) == item)
        return tuple(told)


def _item(event: e.Event) -> str | None:
    if isinstance(event, e.PublicReportReceived | e.PublicReportAnswered):
        return PUBLIC_REPORT
    item: str | None = getattr(event, "item", None)
    return item


def _named(event: e.Event) -> tuple[str, ...]:
    """Return the milestones that *event* tells of."""
    match event:
        case e.ComplaintReceived():
            if event.stage in {None, FIRST_STAGE}:
                return ("received", "occurred", "aware")
            return (f"received-at-{event.stage}", "occurred", "aware", "oral-request")
        case e.ComplaintAcknowledged():
            first = event.stage == FIRST_STAGE
            return ("acknowledged" if first else f"{event.stage}-acknowledged",)
        case e.ComplaintEscalated():
            third = event.stage == "stage-3"
            return ("panel-requested",) if third else ("escalated", "oral-request")
        case e.ComplaintReopened():
            names = {FIRST_STAGE: "received", "stage-3": "panel-requested"}
            return (names.get(event.stage, "escalated"),)
        case e.ResponseSent():
            return (f"{event.stage}-responded", "procedure-exhausted")
        case e.ResolvedByAgreement():
            return (f"{event.stage}-responded", "resolved", "procedure-exhausted")
        case e.ResponseDelivered():
            return (f"{event.stage}-response-received",)
        case e.ComplaintRefused() | e.EscalationRefused():
            return ("procedure-exhausted",)
        case e.ReferredToOmbudsman():
            return ("referred",)
        case e.StageSkipAgreed():
            return (f"{event.stage}-skipped",)
        case _:
            name = _STEPS.get(type(event))
            return (name,) if name else ()


def _last(event: e.Event) -> tuple[str, ...]:
    """Return the milestones of which the last entry that tells of them counts."""
    if isinstance(event, e.ComplaintClosed):
        return ("closed",)
    answered = isinstance(event, e.ResponseSent | e.ResolvedByAgreement)
    return ("finally-answered",) if answered and event.occurred_on else ()


_STEPS: Final[dict[type, str]] = {
    e.DiscussionHeld: "discussed",
    e.AdvocateRequested: "advocate-requested",
    e.AdvocateAppointed: "advocate-appointed",
    e.InterestDecided: "interest-decided",
    e.StartAgreed: "start-agreed",
    e.WrittenRecordMade: "written-record-final",
    e.ResponsePeriodSet: "response-period-ends",
    e.TermsSent: "terms-sent",
    e.PanelHeld: "panel-held",
    e.PanelReported: "panel-reported",
    e.ExhaustionNotified: "exhaustion-notified",
}
