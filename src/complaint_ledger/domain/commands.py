"""
What someone asks to record. A command may be refused.

Fields mean what they mean in the event of the same name; a stage left out is
the one that is open.
"""

from datetime import date
from typing import TypeAlias

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import (
    ActorId,
    BodyId,
    ChannelId,
    DeadlineId,
    EventId,
    Finding,
    HeadId,
    OutcomeId,
    Private,
    ReasonId,
    Reference,
    ServiceId,
    StageId,
    ToldId,
)


@attrs.frozen(kw_only=True)
class Receive(e.Happened):
    """Begin a complaint with its receipt. Without heads it has one, h1."""

    reference: Reference | None = None
    stage: StageId | None = None
    outside_hours: bool = False
    arose_on: date | None = None
    aware_on: date | None = None
    channel: ChannelId | None = None
    service: ServiceId | None = None
    codes: tuple[e.CodePin, ...] = ()
    heads: tuple[e.Head, ...] = ()
    complainant: e.Person | None = None
    outcome_sought: Private = None
    child_affected: bool | None = None


@attrs.frozen(kw_only=True)
class Acknowledge(e.Happened):
    """The person was told that the complaint, or its escalation, is in hand."""

    stage: StageId | None = None
    told: tuple[ToldId, ...] = ()


@attrs.frozen(kw_only=True)
class Define(e.Happened):
    """Set out how the council understands the complaint."""

    heads: tuple[e.Head, ...]
    outcome_sought: Private = None
    child_affected: bool | None = None


@attrs.frozen(kw_only=True)
class AddHead(e.Happened):
    """Take a further, related point into the complaint."""

    head: e.Head


@attrs.frozen(kw_only=True)
class Assign(e.Happened):
    """Make someone responsible."""

    handler: ActorId
    service: ServiceId | None = None


@attrs.frozen(kw_only=True)
class Extend(e.Happened):
    """Move the last day for the response."""

    stage: StageId | None = None
    extends: DeadlineId | None = None
    until: date | None = None
    reason: ReasonId | None = None
    explanation: Private = None
    approver: ActorId | None = None
    told_on: date | None = None
    ombudsman_details_given: bool | None = None


@attrs.frozen(kw_only=True)
class SignOff(e.Happened):
    """Make the response the council's own."""

    stage: StageId | None = None
    signed_off_by: ActorId


@attrs.frozen(kw_only=True)
class Respond(e.Happened):
    """Answer: an outcome for each head, or one *outcome* for all, with *detail* and *reasons*."""

    stage: StageId | None = None
    outcome: OutcomeId | None = None
    detail: OutcomeId | None = None
    reasons: Private = None
    outcomes: tuple[e.HeadOutcome, ...] = ()
    decided_by: ActorId | None = None
    body: BodyId | None = None
    told: tuple[ToldId, ...] = ()


@attrs.frozen(kw_only=True)
class Deliver(e.Happened):
    """Note the day on which the person received the response."""

    stage: StageId | None = None


@attrs.frozen(kw_only=True)
class Resolve(e.Happened):
    """Close a stage by agreement with the person (SPSO)."""

    stage: StageId | None = None
    heads: tuple[HeadId, ...] = ()
    agreed_action: Private
    told: tuple[ToldId, ...] = ()


@attrs.frozen(kw_only=True)
class Escalate(e.Happened):
    """Open the next stage, at the person's request."""

    stage: StageId | None = None
    heads: tuple[HeadId, ...] = ()
    outside_hours: bool = False
    channel: ChannelId | None = None
    reasons: Private = None


@attrs.frozen(kw_only=True)
class Refuse(e.Happened):
    """Do not accept the complaint."""

    reason: ReasonId
    explanation: Private = None
    ombudsman_details_given: bool | None = None


@attrs.frozen(kw_only=True)
class RefuseEscalation(e.Happened):
    """Do not open the next stage."""

    stage: StageId | None = None
    reason: ReasonId
    explanation: Private = None
    ombudsman_details_given: bool | None = None


@attrs.frozen(kw_only=True)
class Withdraw(e.Happened):
    """The person took the complaint back."""

    explanation: Private = None


@attrs.frozen(kw_only=True)
class Reopen(e.Happened):
    """Open a stage again; without one, the latest."""

    stage: StageId | None = None
    reason: ReasonId
    explanation: Private = None


@attrs.frozen(kw_only=True)
class Close(e.Happened):
    """Close the complaint; its remedies stay open (GEN-14)."""

    reason: ReasonId = ReasonId("completed")


@attrs.frozen(kw_only=True)
class Refer(e.Happened):
    """Note that the complaint went to an ombudsman."""

    body: BodyId
    reference: Reference | None = None
    heads: tuple[HeadId, ...] = ()


@attrs.frozen(kw_only=True)
class Premature(e.Happened):
    """Note that the ombudsman sent the complaint back."""

    body: BodyId
    reference: Reference | None = None


@attrs.frozen(kw_only=True)
class OmbudsmanOutcome(e.Happened):
    """Note what the ombudsman decided: a finding for each head, or one for the whole."""

    body: BodyId
    reference: Reference
    decided_on: date | None = None
    label: Private = None
    table: e.LabelTable | None = None
    finding: Finding | None = None
    findings: tuple[e.HeadFinding, ...] = ()
    whole_reason: ReasonId | None = None


@attrs.frozen(kw_only=True)
class Correct(e.Happened):
    """Say what an entry should have been, as a whole."""

    corrects: EventId
    replacement: e.ComplaintEvent
    reason: ReasonId
    authority: ActorId | None = None
    explanation: Private = None


@attrs.frozen(kw_only=True)
class Retract(e.Happened):
    """Say that an entry should never have been made."""

    retracts: EventId
    reason: ReasonId
    authority: ActorId | None = None
    explanation: Private = None


Plain: TypeAlias = (
    e.ServiceRequestLinked
    | e.ComplaintsLinked
    | e.ComplaintTransferred
    | e.RepresentativeAuthorised
    | e.AdjustmentRequested
    | e.AdjustmentMade
    | e.AdjustmentReviewed
    | e.ChildViewsSought
    | e.ChildViewsRecorded
    | e.AdvocateRequested
    | e.AdvocateAppointed
    | e.InterestDecided
    | e.StartAgreed
    | e.WrittenRecordMade
    | e.DiscussionHeld
    | e.ResponsePeriodSet
    | e.UpdateSent
    | e.ProviderInvolved
    | e.StageSkipAgreed
    | e.IndependentPersonAppointed
    | e.PanelAppointed
    | e.PanelHeld
    | e.PanelReported
    | e.TermsSent
    | e.ExhaustionNotified
    | e.ContactLogged
    | e.DocumentAdded
    | e.DocumentWithdrawn
    | e.ContactRestricted
    | e.RestrictionReviewed
    | e.RestrictionLifted
    | e.HandlingCodeRevised
    | e.CauseIdentified
    | e.RemedyOffered
    | e.RemedyAccepted
    | e.RemedyDeclined
    | e.RemedyDelivered
    | e.RemedyUndeliverable
    | e.LearningAuthorised
    | e.LearningCompleted
    | e.LearningFollowedUp
    | e.LearningShared
    | e.EnquiryReceived
    | e.EnquiryAnswered
    | e.DraftReceived
    | e.DraftCommented
    | e.RecommendationMade
    | e.DueDateAmended
    | e.EvidenceSent
    | e.RecommendationSatisfied
    | e.RecommendationNotSatisfied
    | e.PublicReportReceived
    | e.PublicReportAnswered
)
"""What is recorded as it is said: the event itself is what is asked for."""

Command: TypeAlias = (
    Receive
    | Acknowledge
    | Define
    | AddHead
    | Assign
    | Extend
    | SignOff
    | Respond
    | Deliver
    | Resolve
    | Escalate
    | Refuse
    | RefuseEscalation
    | Withdraw
    | Reopen
    | Close
    | Refer
    | Premature
    | OmbudsmanOutcome
    | Correct
    | Retract
    | Plain
)
