"""
The rules over every event.

A live command is refused by the first that speaks against it; an import records
the event all the same and counts them.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint
from complaint_ledger.domain.decisions.common import answers_others
from complaint_ledger.domain.decisions.situation import Situation
from complaint_ledger.errors import Refused

# What belongs to the ombudsman: a closed complaint still takes all of it (GEN-13).
_OUTSIDE: Final = (
    e.ReferredToOmbudsman,
    e.ReferralPremature,
    e.OmbudsmanOutcomeReceived,
    e.EnquiryReceived,
    e.EnquiryAnswered,
    e.DraftReceived,
    e.DraftCommented,
    e.RecommendationMade,
    e.DueDateAmended,
    e.EvidenceSent,
    e.RecommendationSatisfied,
    e.RecommendationNotSatisfied,
    e.PublicReportReceived,
    e.PublicReportAnswered,
)

# What was promised or imposed: closing ends none of it (GEN-14).
_OWED: Final = (
    e.CauseIdentified,
    e.RemedyOffered,
    e.RemedyAccepted,
    e.RemedyDeclined,
    e.RemedyDelivered,
    e.RemedyUndeliverable,
    e.LearningAuthorised,
    e.LearningCompleted,
    e.LearningFollowedUp,
    e.LearningShared,
    e.AdjustmentReviewed,
    e.ContactRestricted,
    e.RestrictionReviewed,
    e.RestrictionLifted,
)

# What goes on the file: letters still come, and people still ring.
_ON_FILE: Final = (e.ContactLogged, e.DocumentAdded, e.DocumentWithdrawn)

# A closed complaint still takes these (GEN-13).
AFTER_CLOSING: Final = (
    *_OUTSIDE,
    *_OWED,
    *_ON_FILE,
    e.ComplaintReopened,
    e.ResponseDelivered,
    e.TermsSent,
    e.ExhaustionNotified,
    e.ComplaintsLinked,
    e.ComplaintTransferred,
    e.RepresentativeAuthorised,
    e.EscalationRefused,
    e.UpdateSent,
    e.HandlingCodeRevised,
    e.EvidenceBundleExported,
    e.EntryCorrected,
    e.EntryRetracted,
)

# What came before the complaint and led to it (GEN-02).
PREHISTORY: Final = (e.ServiceRequestLinked,)

# Dates besides its own that an event tells of, which have passed when it is told (GEN-04).
_ALSO_PAST: Final = (
    "arose_on",
    "aware_on",
    "told_on",
    "decided_on",
    "made_on",
    "copy_given_on",
    "notice_on",
    "dated_on",
)


def objections(
    event: e.ComplaintEvent, complaint: Complaint, situation: Situation
) -> Iterator[Refused]:
    """Yield what speaks against recording *event* next: each general rule it breaks."""
    yield from _receipts(event, complaint)
    yield from _not_before_receipt(event, complaint)
    yield from _has_happened(event, situation)
    if isinstance(event, e.ResponseSent):
        heads = [one.head for one in event.outcomes]
        answered = any(
            s.responded and s.stage == event.stage and s.attempt == event.attempt
            for s in complaint.stages
        )
        if answered and not answers_others(complaint, event.stage, event.attempt, heads):
            yield Refused("GEN-11", f"{event.stage} was answered already")
    if complaint.status != "open" and not _may_follow_the_end(event, complaint):
        yield Refused(
            "GEN-13",
            f"the complaint is {complaint.status}; reopen it, or correct or retract the entry"
            " that says so",
        )


def _may_follow_the_end(event: e.ComplaintEvent, complaint: Complaint) -> bool:
    """Whether it belongs after the end, goes on from it, or happened before and is told late."""
    if isinstance(event, AFTER_CLOSING):
        return True
    on, ended = event.occurred_on, complaint.closed_on
    if isinstance(event, e.ComplaintEscalated) and complaint.status == "closed":
        return on is not None
    return on is not None and ended is not None and on < ended


def _receipts(event: e.ComplaintEvent, complaint: Complaint) -> Iterator[Refused]:
    is_receipt = isinstance(event, e.ComplaintReceived)
    if not complaint.received and not is_receipt:
        yield Refused("GEN-01", "it comes before any receipt")
    if is_receipt and complaint.received:
        yield Refused("GEN-01", "a complaint has one receipt")


def _not_before_receipt(event: e.ComplaintEvent, complaint: Complaint) -> Iterator[Refused]:
    day, received_on = event.occurred_on, complaint.received_on
    if isinstance(event, e.EntryCorrected):  # judged by its replacement, when it was decided
        return
    exact = event.precision == complaint.received_precision == "day"
    told_later = not isinstance(event, PREHISTORY)
    if day and received_on and exact and told_later and day < received_on:
        yield Refused(
            "GEN-02",
            f"{day} is before the complaint was received ({received_on});"
            " correct the receipt first if that is what is wrong",
        )
    if isinstance(event, e.ComplaintReceived) and day:
        for name, before in (("arose_on", event.arose_on), ("aware_on", event.aware_on)):
            if before and before > day:
                yield Refused("arose-first", f"{name} {before} is after the receipt ({day})")


def _has_happened(event: e.ComplaintEvent, situation: Situation) -> Iterator[Refused]:
    told = event.replacement if isinstance(event, e.EntryCorrected) else event
    day, at, today = told.occurred_on, told.occurred_at, situation.today
    if (day and day > today) or (at and at > situation.now):
        yield Refused("GEN-04", f"{at or day} has not happened yet; today is {today}")
    for name, other in _also_past(told):
        if other and other > today:
            yield Refused("GEN-04", f"{name} {other} has not happened yet; today is {today}")


def _also_past(event: e.ComplaintEvent) -> Iterator[tuple[str, date | None]]:
    for name in _ALSO_PAST:
        yield name, getattr(event, name, None)
    if isinstance(event, e.EvidenceSent):
        for document in event.items:
            yield f"items/{document.id}/dated_on", document.dated_on
