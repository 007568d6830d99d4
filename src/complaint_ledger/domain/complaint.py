"""
A complaint as it stands: the state, evolve, replay.

`evolve` refuses nothing: a ledger holds what happened, in whatever order and
however badly, and every history must replay.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from typing import Any, Literal, TypeVar, assert_never

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.obligations import Obligation, obliged
from complaint_ledger.domain.steps import stepped
from complaint_ledger.domain.words import (
    ActorId,
    BodyId,
    CategoryId,
    ChannelId,
    DeadlineId,
    Finding,
    HeadId,
    OutcomeId,
    Precision,
    Reference,
    ServiceId,
    StageId,
)

Status = Literal["open", "closed", "refused", "withdrawn"]


@attrs.frozen(kw_only=True, slots=False)
class LocalOutcome:
    """What the council decided on a head, at one stage."""

    stage: StageId
    attempt: int
    outcome: OutcomeId
    detail: OutcomeId | None = None
    body: BodyId | None = None
    decided_on: date | None = None


@attrs.frozen(kw_only=True, slots=False)
class OmbudsmanFinding:
    """
    What an outside body found on a head.

    Attributes:
        local: The council's outcome that stood then, or the first after it where none did.
    """

    body: BodyId
    finding: Finding
    detail: OutcomeId | None = None
    decided_on: date | None = None
    local: LocalOutcome | None = None


@attrs.frozen(kw_only=True, slots=False)
class HeadState:
    """One point of the complaint, with what was decided on it, oldest first."""

    id: HeadId
    category: CategoryId | None = None
    service: ServiceId | None = None
    local: tuple[LocalOutcome, ...] = ()
    ombudsman: tuple[OmbudsmanFinding, ...] = ()


@attrs.frozen(kw_only=True, slots=False)
class Extension:
    """A deadline that was moved."""

    extends: DeadlineId
    until: date
    agreed_on: date | None
    told_on: date | None


@attrs.frozen(kw_only=True, slots=False)
class StageState:
    """One attempt at one stage."""

    stage: StageId
    attempt: int = 1
    opened_on: date | None = None
    acknowledged_on: date | None = None
    acknowledged: bool = False
    extensions: tuple[Extension, ...] = ()
    signed_off_by: ActorId | None = None
    responded_on: date | None = None
    responded: bool = False
    delivered_on: date | None = None
    decided_by: ActorId | None = None
    updated_on: tuple[date, ...] = ()
    outside_hours: bool = False
    channel: ChannelId | None = None
    ended_on: date | None = None
    ended_as: Status | None = None


@attrs.frozen(kw_only=True, slots=False)
class OmbudsmanCase:
    """The complaint at an outside body."""

    body: BodyId
    reference: Reference | None = None
    referred_on: date | None = None
    premature: bool = False
    premature_on: date | None = None
    decided_on: date | None = None
    decided: bool = False


@attrs.frozen(kw_only=True, slots=False)
class Complaint:
    """
    What is known of one complaint.

    Attributes:
        received: Whether a receipt is on record (GEN-01).
        status: Where it stands with the council.
        received_on: The receipt's civil date; reopening never moves it (GEN-12).
        stages: Every attempt at every stage, oldest first.
        steps: Further milestones of a code, by name, with the day that counts.
        obligations: What was promised or asked for, oldest first.
        transferred_on: When another body took all of it.
        received_stage: The stage at which it was received.
    """

    received: bool = False
    status: Status = "open"
    reference: Reference | None = None
    received_on: date | None = None
    received_at: datetime | None = None
    received_precision: Precision = "day"
    receipt_presumed: bool = False
    outside_hours: bool = False
    arose_on: date | None = None
    aware_on: date | None = None
    channel: ChannelId | None = None
    service: ServiceId | None = None
    codes: tuple[e.CodePin, ...] = ()
    heads: tuple[HeadState, ...] = ()
    stages: tuple[StageState, ...] = ()
    handler: ActorId | None = None
    closed_on: date | None = None
    cases: tuple[OmbudsmanCase, ...] = ()
    steps: tuple[tuple[str, date | None], ...] = ()
    obligations: tuple[Obligation, ...] = ()
    transferred_on: date | None = None
    received_stage: StageId | None = None

    @property
    def open_stage(self) -> StageState | None:
        """The latest attempt that has no response yet, if the complaint is open."""
        if self.status != "open" or not self.stages or self.stages[-1].responded:
            return None
        return self.stages[-1]

    def stage(self, stage: str) -> StageState | None:
        """Return the latest attempt at *stage*."""
        return next((s for s in reversed(self.stages) if s.stage == stage), None)

    def head(self, head: str) -> HeadState | None:
        """Return the head with the id *head*."""
        return next((h for h in self.heads if h.id == head), None)

    def obligation(self, item: str) -> Obligation | None:
        """Return what has the id *item*."""
        return next((o for o in self.obligations if o.id == item), None)


FIRST_STAGE = StageId("stage-1")


S = TypeVar("S")


def _changed(before: S, **changes: object) -> S:
    # attrs.evolve goes through every field by name; a history is too long for that.
    after: S = object.__new__(type(before))
    after.__dict__.update(before.__dict__, **changes)
    return after


def replay(history: Iterable[e.Event]) -> Complaint:
    """Return the complaint that *history* tells of."""
    return reduce(evolve, history, Complaint())


def evolve(complaint: Complaint, event: e.Event) -> Complaint:
    """Return *complaint* as it stands after *event*. Never refuses a fact."""
    match event:
        case e.ComplaintReceived():
            return _received(complaint, event)
        case e.ComplaintAcknowledged():
            on = _first(complaint.stage(event.stage), "acknowledged_on", event.occurred_on)
            return _on_stage(complaint, event.stage, acknowledged=True, acknowledged_on=on)
        case e.ComplaintDefined():
            return _changed(complaint, heads=_defined(complaint.heads, event.heads))
        case e.HeadAdded():
            return _changed(complaint, heads=_defined(complaint.heads, (event.head,)))
        case e.HandlerAssigned():
            return _changed(
                complaint, handler=event.handler, service=event.service or complaint.service
            )
        case e.ResponseExtended():
            return _extended(complaint, event)
        case e.ResponseSignedOff():
            return _on_stage(complaint, event.stage, signed_off_by=event.signed_off_by)
        case e.ResponseSent():
            return _responded(complaint, event)
        case e.ResponseDelivered():
            on = _first(complaint.stage(event.stage), "delivered_on", event.occurred_on)
            return _on_stage(complaint, event.stage, delivered_on=on)
        case e.ResolvedByAgreement():
            return _resolved(complaint, event)
        case e.ComplaintEscalated():
            return _escalated(complaint, event)
        case e.ComplaintRefused():
            return _ended(complaint, "refused", event.occurred_on)
        case e.ComplaintWithdrawn():
            return _ended(complaint, "withdrawn", event.occurred_on)
        case e.ComplaintReopened():
            opened = StageState(
                stage=event.stage, attempt=event.attempt, opened_on=event.occurred_on
            )
            return _changed(
                complaint, status="open", closed_on=None, stages=(*complaint.stages, opened)
            )
        case e.ComplaintClosed():
            return _ended(complaint, "closed", event.occurred_on)
        case e.ReferredToOmbudsman():
            return _on_case(complaint, event.body, event.reference, referred_on=event.occurred_on)
        case e.ReferralPremature():
            return _on_case(
                complaint,
                event.body,
                event.reference,
                premature=True,
                premature_on=event.occurred_on,
            )
        case e.OmbudsmanOutcomeReceived():
            return _ombudsman_decided(complaint, event)
        case e.ComplaintTransferred():
            known = {head.id for head in complaint.heads}
            whole = not event.heads or (bool(known) and known <= set(event.heads))
            return _changed(complaint, transferred_on=event.occurred_on) if whole else complaint
        case e.HandlingCodeRevised():
            return _changed(complaint, codes=event.codes)
        case e.UpdateSent():
            return _updated(complaint, event)
        case (
            e.AdjustmentMade()
            | e.AdjustmentReviewed()
            | e.ContactRestricted()
            | e.RestrictionReviewed()
            | e.RestrictionLifted()
            | e.RemedyOffered()
            | e.RemedyDelivered()
            | e.RemedyDeclined()
            | e.RemedyUndeliverable()
            | e.LearningAuthorised()
            | e.LearningCompleted()
            | e.EnquiryReceived()
            | e.EnquiryAnswered()
            | e.RecommendationMade()
            | e.RecommendationSatisfied()
            | e.RecommendationNotSatisfied()
            | e.DueDateAmended()
            | e.PublicReportReceived()
            | e.PublicReportAnswered()
        ):
            return _changed(complaint, obligations=obliged(complaint.obligations, event))
        case (
            e.EscalationRefused()
            | e.AdvocateRequested()
            | e.AdvocateAppointed()
            | e.InterestDecided()
            | e.StartAgreed()
            | e.WrittenRecordMade()
            | e.DiscussionHeld()
            | e.ResponsePeriodSet()
            | e.StageSkipAgreed()
            | e.PanelHeld()
            | e.PanelReported()
            | e.TermsSent()
            | e.ExhaustionNotified()
        ):
            return _changed(complaint, steps=stepped(complaint.steps, event))
        case (
            e.ServiceRequestLinked()
            | e.ComplaintsLinked()
            | e.RepresentativeAuthorised()
            | e.AdjustmentRequested()
            | e.ChildViewsSought()
            | e.ChildViewsRecorded()
            | e.ProviderInvolved()
            | e.IndependentPersonAppointed()
            | e.PanelAppointed()
            | e.ContactLogged()
            | e.DocumentAdded()
            | e.DocumentWithdrawn()
            | e.CauseIdentified()
            | e.RemedyAccepted()
            | e.LearningFollowedUp()
            | e.LearningShared()
            | e.DraftReceived()
            | e.DraftCommented()
            | e.EvidenceSent()
            | e.EvidenceBundleExported()
            | e.EntryCorrected()
            | e.EntryRetracted()
            | e.LedgerOpened()
            | e.ActorAdded()
            | e.ClockAccepted()
            | e.ImportStarted()
            | e.ImportFinished()
            | e.SealedValuesOpened()
            | e.TextKept()
            | e.CodeAdopted()
            | e.LedgerSealed()
            | e.KeyRotated()
            | e.TimeStampReceived()
            | e.EvidenceBundlePacked()
        ):
            return complaint
    assert_never(event)


def _received(complaint: Complaint, event: e.ComplaintReceived) -> Complaint:
    # What came before the receipt, in a history out of order, stays.
    stage = event.stage or FIRST_STAGE
    opened = complaint.stage(stage)
    stages = complaint.stages
    if opened is None:
        stages = (StageState(stage=stage, opened_on=event.occurred_on), *stages)
    elif opened.opened_on is None:
        at_receipt = _changed(opened, opened_on=event.occurred_on)
        stages = tuple(at_receipt if s is opened else s for s in stages)
    return _changed(
        complaint,
        received=True,
        received_stage=stage,
        reference=event.reference,
        received_on=event.occurred_on,
        received_at=event.occurred_at,
        received_precision=event.precision,
        receipt_presumed=event.presumed,
        outside_hours=event.outside_hours,
        arose_on=event.arose_on,
        aware_on=event.aware_on,
        channel=event.channel,
        service=event.service or complaint.service,
        codes=event.codes,
        heads=_defined(complaint.heads, event.heads),
        stages=stages,
    )


def _ended(complaint: Complaint, status: Status, day: date | None) -> Complaint:
    """End the complaint, and with it what it was waiting for at each stage."""
    stages = tuple(
        stage
        if stage.responded or stage.ended_as is not None
        else _changed(stage, ended_on=day, ended_as=status)
        for stage in complaint.stages
    )
    return _changed(complaint, status=status, closed_on=day, stages=stages)


def _follows(day: date | None, end: date | None) -> bool:
    """Return whether *day* is known, and not before the *end*."""
    return day is not None and (end is None or day >= end)


def _escalated(complaint: Complaint, event: e.ComplaintEscalated) -> Complaint:
    if complaint.status == "closed" and _follows(event.occurred_on, complaint.closed_on):
        # Whoever goes on after an answer opens it again; what is told late does not.
        complaint = _changed(complaint, status="open", closed_on=None)
    known = complaint.stage(event.stage)
    said: dict[str, Any] = {
        "opened_on": event.occurred_on,
        "outside_hours": event.outside_hours,
        "channel": event.channel,
    }
    if known is not None and known.opened_on is None:
        # Something was said about the stage before it was said that it was opened.
        return _on_stage(complaint, event.stage, **said)
    opened = _changed(StageState(stage=event.stage), **said)
    return _changed(complaint, stages=(*complaint.stages, opened))


def _updated(complaint: Complaint, event: e.UpdateSent) -> Complaint:
    stage = complaint.stage(event.stage) if event.stage else complaint.open_stage
    if stage is None or event.occurred_on is None:
        return complaint
    return _on_stage(
        complaint, stage.stage, stage.attempt, updated_on=(*stage.updated_on, event.occurred_on)
    )


def _defined(heads: tuple[HeadState, ...], said: Iterable[e.Head]) -> tuple[HeadState, ...]:
    """Return *heads* as *said*: one that is known is redefined, another is added."""
    known = {head.id: head for head in heads}
    for head in said:
        before = known.get(head.id, HeadState(id=head.id))
        known[head.id] = _changed(
            before,
            category=head.category or before.category,
            service=head.service or before.service,
        )
    return tuple(known.values())


def _first(stage: StageState | None, field: str, day: date | None) -> date | None:
    """Return the first day of those said for *field*: what is done is done."""
    before: date | None = getattr(stage, field) if stage else None
    return min((on for on in (before, day) if on is not None), default=None)


def _on_stage(
    complaint: Complaint, stage: StageId, attempt: int | None = None, **changes: Any
) -> Complaint:
    """Change the latest attempt at *stage*; open it when nobody said that it was."""
    stages = list(complaint.stages)
    for i in reversed(range(len(stages))):
        if stages[i].stage == stage and attempt in {None, stages[i].attempt}:
            stages[i] = _changed(stages[i], **changes)
            return _changed(complaint, stages=tuple(stages))
    stages.append(_changed(StageState(stage=stage, attempt=attempt or 1), **changes))
    return _changed(complaint, stages=tuple(stages))


def _extended(complaint: Complaint, event: e.ResponseExtended) -> Complaint:
    stage = complaint.stage(event.stage)
    extension = Extension(
        extends=event.extends,
        until=event.until,
        agreed_on=event.occurred_on,
        told_on=event.told_on,
    )
    extensions = (*(stage.extensions if stage else ()), extension)
    return _on_stage(complaint, event.stage, extensions=extensions)


def _responded(complaint: Complaint, event: e.ResponseSent) -> Complaint:
    before = next(
        (s for s in complaint.stages if (s.stage, s.attempt) == (event.stage, event.attempt)), None
    )
    complaint = _on_stage(
        complaint,
        event.stage,
        event.attempt,
        responded=True,
        responded_on=_first(before, "responded_on", event.occurred_on),
        decided_by=event.decided_by,
    )
    for one in event.outcomes:
        outcome = LocalOutcome(
            stage=event.stage,
            attempt=event.attempt,
            outcome=one.outcome,
            detail=one.detail,
            body=event.body,
            decided_on=event.occurred_on,
        )
        complaint = _decided_locally(complaint, one.head, outcome)
    return complaint


def _resolved(complaint: Complaint, event: e.ResolvedByAgreement) -> Complaint:
    on = _first(complaint.stage(event.stage), "responded_on", event.occurred_on)
    complaint = _on_stage(complaint, event.stage, responded=True, responded_on=on)
    stage = complaint.stage(event.stage)
    outcome = LocalOutcome(
        stage=event.stage,
        attempt=stage.attempt if stage else 1,
        outcome=OutcomeId("resolved"),
        decided_on=event.occurred_on,
    )
    for head in event.heads or tuple(h.id for h in complaint.heads):
        complaint = _decided_locally(complaint, head, outcome)
    return complaint


def _decided_locally(complaint: Complaint, head: HeadId, outcome: LocalOutcome) -> Complaint:
    state = complaint.head(head) or HeadState(id=head)
    # An outside body decided before the council did: the first local outcome answers to it.
    ombudsman = tuple(
        found if found.local else _changed(found, local=outcome) for found in state.ombudsman
    )
    return _with_head(
        complaint, _changed(state, local=(*state.local, outcome), ombudsman=ombudsman)
    )


def _with_head(complaint: Complaint, head: HeadState) -> Complaint:
    known = {h.id: h for h in complaint.heads} | {head.id: head}
    return _changed(complaint, heads=tuple(known.values()))


def _on_case(
    complaint: Complaint, body: BodyId, reference: Reference | None, **changes: Any
) -> Complaint:
    """Change the latest case at *body* that *reference* may mean; begin one otherwise."""
    cases = list(complaint.cases)
    for i in reversed(range(len(cases))):
        same = reference is None or cases[i].reference in {None, reference}
        if cases[i].body == body and same and not cases[i].premature:
            reference = reference or cases[i].reference
            cases[i] = _changed(cases[i], reference=reference, **changes)
            return _changed(complaint, cases=tuple(cases))
    cases.append(_changed(OmbudsmanCase(body=body, reference=reference), **changes))
    return _changed(complaint, cases=tuple(cases))


def _ombudsman_decided(complaint: Complaint, event: e.OmbudsmanOutcomeReceived) -> Complaint:
    decided_on = event.decided_on or event.occurred_on
    complaint = _on_case(
        complaint, event.body, event.reference, decided=True, decided_on=decided_on
    )
    for one in event.findings:
        state = complaint.head(one.head) or HeadState(id=one.head)
        finding = OmbudsmanFinding(
            body=event.body,
            finding=one.finding,
            detail=one.detail,
            decided_on=decided_on,
            local=state.local[-1] if state.local else None,
        )
        complaint = _with_head(complaint, _changed(state, ombudsman=(*state.ombudsman, finding)))
    return complaint
