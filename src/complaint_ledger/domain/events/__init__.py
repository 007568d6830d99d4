"""
What happened to a complaint, in the past tense.

These classes are what the ledger stores, under the names of `codec.EVENT_NAMES`.
Once stored, a field is never renamed or removed: add one with a default, or
write an upcast. A field left at its default is not written.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias, get_args

import attrs

from complaint_ledger.domain.events.handling import (
    ContactLogged,
    ContactRestricted,
    DocumentAdded,
    DocumentWithdrawn,
    ExhaustionNotified,
    HandlingCodeRevised,
    IndependentPersonAppointed,
    PanelAppointed,
    PanelHeld,
    PanelReported,
    ProviderInvolved,
    RestrictionLifted,
    RestrictionReviewed,
    StageSkipAgreed,
    TermsSent,
    UpdateSent,
)
from complaint_ledger.domain.events.intake import (
    AdjustmentMade,
    AdjustmentRequested,
    AdjustmentReviewed,
    AdvocateAppointed,
    AdvocateRequested,
    ChildViewsRecorded,
    ChildViewsSought,
    ComplaintsLinked,
    ComplaintTransferred,
    DiscussionHeld,
    InterestDecided,
    RepresentativeAuthorised,
    ResponsePeriodSet,
    ServiceRequestLinked,
    StartAgreed,
    WrittenRecordMade,
)
from complaint_ledger.domain.events.journey import (
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintDefined,
    ComplaintEscalated,
    ComplaintReceived,
    ComplaintRefused,
    ComplaintReopened,
    ComplaintWithdrawn,
    EscalationRefused,
    HandlerAssigned,
    HeadAdded,
    ResolvedByAgreement,
    ResponseDelivered,
    ResponseExtended,
    ResponseSent,
    ResponseSignedOff,
)
from complaint_ledger.domain.events.outside import (
    DraftCommented,
    DraftReceived,
    DueDateAmended,
    EnquiryAnswered,
    EnquiryReceived,
    EvidenceBundleExported,
    EvidenceSent,
    OmbudsmanOutcomeReceived,
    PublicReportAnswered,
    PublicReportReceived,
    RecommendationMade,
    RecommendationNotSatisfied,
    RecommendationSatisfied,
    ReferralPremature,
    ReferredToOmbudsman,
)
from complaint_ledger.domain.events.own import (
    ActorAdded,
    ClockAccepted,
    CodeAdopted,
    EvidenceBundlePacked,
    ImportFinished,
    ImportStarted,
    KeyRotated,
    LedgerOpened,
    LedgerSealed,
    SealedValuesOpened,
    TextKept,
    TimeStampReceived,
)
from complaint_ledger.domain.events.parts import (
    CodePin,
    EvidenceItem,
    Happened,
    Head,
    HeadFinding,
    HeadOutcome,
    LabelTable,
    OmittedValue,
    PanelMember,
    Person,
)
from complaint_ledger.domain.events.putting_right import (
    CauseIdentified,
    LearningAuthorised,
    LearningCompleted,
    LearningFollowedUp,
    LearningShared,
    RemedyAccepted,
    RemedyDeclined,
    RemedyDelivered,
    RemedyOffered,
    RemedyUndeliverable,
)
from complaint_ledger.domain.words import ActorId, EventId, Private, ReasonId


@attrs.frozen(kw_only=True)
class EntryCorrected(Happened):
    """
    An entry was wrong; it stays, and this says what it should have been.

    Attributes:
        corrects: The event's id, in the same stream.
        replacement: The whole event as it should have been, of the same stored name.
    """

    corrects: EventId
    replacement: "ComplaintEvent"
    reason: ReasonId
    authority: ActorId | None = None
    explanation: Private = None


@attrs.frozen(kw_only=True)
class EntryRetracted(Happened):
    """An entry should never have been made; it stays, and no longer counts."""

    retracts: EventId
    reason: ReasonId
    authority: ActorId | None = None
    explanation: Private = None


ComplaintEvent: TypeAlias = (
    ComplaintReceived
    | ComplaintAcknowledged
    | ComplaintDefined
    | HeadAdded
    | HandlerAssigned
    | ResponseExtended
    | ResponseSignedOff
    | ResponseSent
    | ResponseDelivered
    | ResolvedByAgreement
    | ComplaintEscalated
    | ComplaintRefused
    | EscalationRefused
    | ComplaintWithdrawn
    | ComplaintReopened
    | ComplaintClosed
    | ServiceRequestLinked
    | ComplaintsLinked
    | ComplaintTransferred
    | RepresentativeAuthorised
    | AdjustmentRequested
    | AdjustmentMade
    | AdjustmentReviewed
    | ChildViewsSought
    | ChildViewsRecorded
    | AdvocateRequested
    | AdvocateAppointed
    | InterestDecided
    | StartAgreed
    | WrittenRecordMade
    | DiscussionHeld
    | ResponsePeriodSet
    | UpdateSent
    | ProviderInvolved
    | StageSkipAgreed
    | IndependentPersonAppointed
    | PanelAppointed
    | PanelHeld
    | PanelReported
    | TermsSent
    | ExhaustionNotified
    | ContactLogged
    | DocumentAdded
    | DocumentWithdrawn
    | ContactRestricted
    | RestrictionReviewed
    | RestrictionLifted
    | HandlingCodeRevised
    | CauseIdentified
    | RemedyOffered
    | RemedyAccepted
    | RemedyDeclined
    | RemedyDelivered
    | RemedyUndeliverable
    | LearningAuthorised
    | LearningCompleted
    | LearningFollowedUp
    | LearningShared
    | ReferredToOmbudsman
    | ReferralPremature
    | OmbudsmanOutcomeReceived
    | EnquiryReceived
    | EnquiryAnswered
    | DraftReceived
    | DraftCommented
    | RecommendationMade
    | DueDateAmended
    | EvidenceSent
    | RecommendationSatisfied
    | RecommendationNotSatisfied
    | PublicReportReceived
    | PublicReportAnswered
    | EvidenceBundleExported
    | EntryCorrected
    | EntryRetracted
)

LedgerEvent: TypeAlias = (
    LedgerOpened
    | ActorAdded
    | ClockAccepted
    | ImportStarted
    | ImportFinished
    | SealedValuesOpened
    | TextKept
    | CodeAdopted
    | LedgerSealed
    | KeyRotated
    | TimeStampReceived
    | EvidenceBundlePacked
)

Event: TypeAlias = ComplaintEvent | LedgerEvent


def _kebab(kind: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


NAMES: Final[Mapping[str, type[ComplaintEvent]]] = {
    _kebab(kind): kind for kind in get_args(ComplaintEvent)
}
"""The events of a complaint by the name that a handling code, and the ledger, know them by."""

__all__ = [
    "NAMES",
    "ActorAdded",
    "AdjustmentMade",
    "AdjustmentRequested",
    "AdjustmentReviewed",
    "AdvocateAppointed",
    "AdvocateRequested",
    "CauseIdentified",
    "ChildViewsRecorded",
    "ChildViewsSought",
    "ClockAccepted",
    "CodeAdopted",
    "CodePin",
    "ComplaintAcknowledged",
    "ComplaintClosed",
    "ComplaintDefined",
    "ComplaintEscalated",
    "ComplaintEvent",
    "ComplaintReceived",
    "ComplaintRefused",
    "ComplaintReopened",
    "ComplaintTransferred",
    "ComplaintWithdrawn",
    "ComplaintsLinked",
    "ContactLogged",
    "ContactRestricted",
    "DiscussionHeld",
    "DocumentAdded",
    "DocumentWithdrawn",
    "DraftCommented",
    "DraftReceived",
    "DueDateAmended",
    "EnquiryAnswered",
    "EnquiryReceived",
    "EntryCorrected",
    "EntryRetracted",
    "EscalationRefused",
    "Event",
    "EvidenceBundleExported",
    "EvidenceBundlePacked",
    "EvidenceItem",
    "EvidenceSent",
    "ExhaustionNotified",
    "HandlerAssigned",
    "HandlingCodeRevised",
    "Happened",
    "Head",
    "HeadAdded",
    "HeadFinding",
    "HeadOutcome",
    "ImportFinished",
    "ImportStarted",
    "IndependentPersonAppointed",
    "InterestDecided",
    "KeyRotated",
    "LabelTable",
    "LearningAuthorised",
    "LearningCompleted",
    "LearningFollowedUp",
    "LearningShared",
    "LedgerEvent",
    "LedgerOpened",
    "LedgerSealed",
    "OmbudsmanOutcomeReceived",
    "OmittedValue",
    "PanelAppointed",
    "PanelHeld",
    "PanelMember",
    "PanelReported",
    "Person",
    "ProviderInvolved",
    "PublicReportAnswered",
    "PublicReportReceived",
    "RecommendationMade",
    "RecommendationNotSatisfied",
    "RecommendationSatisfied",
    "ReferralPremature",
    "ReferredToOmbudsman",
    "RemedyAccepted",
    "RemedyDeclined",
    "RemedyDelivered",
    "RemedyOffered",
    "RemedyUndeliverable",
    "RepresentativeAuthorised",
    "ResolvedByAgreement",
    "ResponseDelivered",
    "ResponseExtended",
    "ResponsePeriodSet",
    "ResponseSent",
    "ResponseSignedOff",
    "RestrictionLifted",
    "RestrictionReviewed",
    "SealedValuesOpened",
    "ServiceRequestLinked",
    "StageSkipAgreed",
    "StartAgreed",
    "TermsSent",
    "TextKept",
    "TimeStampReceived",
    "UpdateSent",
    "WrittenRecordMade",
]
