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
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.milestones import Vague, deadlines_of, vague_dates
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
    """Return *facts* by when they happened and what they say; what nobody dated comes last."""
    return tuple(sorted(facts, key=_place))


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
        """Lay out *told*, in any order."""
        ordered = in_order(told)
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
    def ended_on(self) -> date | None:
        """When the complaint was withdrawn or refused: the council owes no answer any more."""
        refused = self.complaint.status in {"withdrawn", "refused"}
        return self.complaint.closed_on if refused else None

    def all(self, *kinds: type[E]) -> list[tuple[Fact, E]]:
        """Return the entries of *kinds*, in order."""
        return [(fact, fact.event) for fact in self.told if isinstance(fact.event, kinds)]

    @cached_property
    def milestones(self) -> dict[tuple[int, str], str]:
        """The id of the entry that tells of a milestone, by attempt and name."""
        found: dict[tuple[int, str], str] = {}
        attempts: dict[str, int] = {}
        for fact in self.told:
            if isinstance(fact.event, e.ComplaintReopened):
                attempts[fact.event.stage] = fact.event.attempt
            stage = getattr(fact.event, "stage", None) or ""
            attempt = attempts.get(stage, 1)
            for name in _named(fact.event):
                if name != "procedure-exhausted" or self._exhausts(fact.event):
                    found.setdefault((attempt, name), fact.id)
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
        found = []
        attempt = 1
        for fact in self.told:
            event = fact.event
            if isinstance(event, e.ComplaintReopened) and event.stage == deadline.stage:
                attempt = event.attempt
            elif (
                isinstance(event, e.ResponseExtended)
                and event.extends == deadline.clock
                and attempt == deadline.attempt
            ):
                found.append((fact, event))
        return found

    def entries(self, attempt: int, *names: str | None) -> tuple[str, ...]:
        """Return the ids of the entries that tell of milestones, where there are some."""
        found = (self.milestones.get((attempt, name)) for name in names if name)
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
            first = event.stage in {None, FIRST_STAGE}
            return ("received" if first else f"received-at-{event.stage}", "occurred", "aware")
        case e.ComplaintAcknowledged():
            first = event.stage == FIRST_STAGE
            return ("acknowledged" if first else f"{event.stage}-acknowledged",)
        case e.ComplaintEscalated():
            return ("panel-requested" if event.stage == "stage-3" else "escalated",)
        case e.ComplaintReopened():
            names = {FIRST_STAGE: "received", "stage-3": "panel-requested"}
            return (names.get(event.stage, "escalated"),)
        case e.ResponseSent():
            return (f"{event.stage}-responded", "procedure-exhausted")
        case e.ResolvedByAgreement():
            return (f"{event.stage}-responded", "resolved", "procedure-exhausted")
        case e.ResponseDelivered():
            return (f"{event.stage}-response-received",)
        case e.ComplaintClosed():
            return ("closed",)
        case e.ComplaintWithdrawn():
            return ("closed",)
        case e.ComplaintRefused():
            return ("closed", "procedure-exhausted")
        case e.EscalationRefused():
            return ("procedure-exhausted",)
        case e.ReferredToOmbudsman():
            return ("referred",)
        case e.StageSkipAgreed():
            return (f"{event.stage}-skipped",)
        case _:
            name = _STEPS.get(type(event))
            return (name,) if name else ()


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
