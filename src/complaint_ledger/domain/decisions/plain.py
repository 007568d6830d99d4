"""
What is recorded as it is said: the event itself is what is asked for.

Nothing is worked out but the stage that is open. Said twice is said once.
"""

from collections.abc import Sequence
from typing import Final

import attrs

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint
from complaint_ledger.domain.decisions.common import (
    brings_text,
    in_clear,
    known_head,
    refuse_code_twice,
    refuse_unknown_stage,
    stage_of,
)
from complaint_ledger.domain.decisions.items import refuse_unknown_items
from complaint_ledger.domain.decisions.situation import Situation
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.obligations import PUBLIC_REPORT
from complaint_ledger.domain.words import COMPLAINANT, HeadId, Private, Sealed, is_given
from complaint_ledger.errors import Refused

# A later one replaces the one before it, so that only the latest can be said again.
_REPLACES: Final = (
    e.AdjustmentReviewed,
    e.InterestDecided,
    e.StartAgreed,
    e.WrittenRecordMade,
    e.ResponsePeriodSet,
    e.RestrictionReviewed,
    e.DueDateAmended,
    e.HandlingCodeRevised,
)

_AT_A_STAGE: Final = (
    e.ProviderInvolved,
    e.StageSkipAgreed,
    e.IndependentPersonAppointed,
    e.ContactLogged,
    e.DocumentAdded,
)


def plain(
    command: c.Plain, complaint: Complaint, told: Sequence[Fact], situation: Situation
) -> list[e.ComplaintEvent]:
    event = _at_its_stage(command, complaint, situation)
    if _said_before(event, told):
        return []
    refuse_impossible(event, complaint, told)
    _refuse_unsaid(event, complaint, told, situation)
    return [event]


def _at_its_stage(command: c.Plain, complaint: Complaint, situation: Situation) -> e.ComplaintEvent:
    if isinstance(command, e.UpdateSent | e.TermsSent):
        stage = stage_of(command.stage, complaint, answered=True)
        return attrs.evolve(command, stage=stage.stage)
    if isinstance(command, _AT_A_STAGE):
        refuse_unknown_stage(command.stage, situation)
    return command


def _said_before(event: e.ComplaintEvent, told: Sequence[Fact]) -> bool:
    if brings_text(event):
        return False  # a sealed text cannot be compared; better said twice than lost
    item = getattr(event, "item", None)
    alike = [
        fact.event
        for fact in told
        if type(fact.event) is type(event) and getattr(fact.event, "item", None) == item
    ]
    if isinstance(event, _REPLACES):
        alike = alike[-1:]
    return any(in_clear(other) == in_clear(event) for other in alike)


# --- what cannot be true; asked of a correction as well ------------------------------------------


def refuse_impossible(
    event: e.ComplaintEvent,
    complaint: Complaint,
    told: Sequence[Fact],
    wrong: e.Event | None = None,
) -> None:
    """
    Refuse what cannot be true of *event*.

    Args:
        event: What is to be recorded.
        complaint: As it stands without it.
        told: The entries besides it.
        wrong: What *event* corrects; what that named already is not asked about again.
    """
    refuse_unknown_items(event, complaint, told, wrong)
    known = set(_heads(wrong)) if wrong else set()
    for head in _heads(event):
        if head not in known:
            known_head(head, complaint)
    match event:
        case e.HandlingCodeRevised(codes=()):
            raise Refused("codes-missing", "name each code that governs from now on")
        case e.HandlingCodeRevised():
            refuse_code_twice(event.codes)
        case e.PanelAppointed():
            _refuse_odd_panel(event)
        case e.ComplaintsLinked():
            if event.reference == complaint.reference:
                raise Refused(
                    "linked-itself", "that is this complaint's own reference; name the other"
                )
        case e.RepresentativeAuthorised():
            if event.representative.id == COMPLAINANT:
                raise Refused(
                    "representative-self",
                    "p1 is the person who complains; whoever speaks for them is p2, p3, …",
                )
        case e.RecommendationMade():
            if event.due_on and event.none_stated:
                raise Refused(
                    "OMB-07", "it has a day (due_on) or none is stated (none_stated), not both"
                )
        case e.DocumentAdded():
            _refuse_part_of_a_file(event)
        case e.RemedyOffered(pence=int(pence)) | e.RemedyDelivered(pence=int(pence)):
            if pence < 0:
                raise Refused("pence-negative", "a payment to the person is 0 pence or more")
        case _:
            pass


def _heads(event: e.Event) -> tuple[HeadId, ...]:
    match event:
        case e.ComplaintTransferred() | e.ProviderInvolved():
            return event.heads
        case e.HandlingCodeRevised():
            return tuple(head for pin in event.codes for head in pin.heads)
        case e.CauseIdentified() | e.RemedyOffered() | e.RecommendationMade() | e.DocumentAdded():
            return (event.head,) if event.head else ()
        case _:  # names none, or another function asks about its heads
            return ()


def _refuse_odd_panel(event: e.PanelAppointed) -> None:
    members = [member.id for member in event.members]
    if not members:
        raise Refused("members-missing", "name each member of the panel")
    if len(set(members)) < len(members):
        raise Refused("member-twice", "a member stands there twice; name each once")


def _refuse_part_of_a_file(event: e.DocumentAdded) -> None:
    """Whether the three fit each other is asked by `files.check_file`, for it takes a hash."""
    if len({_said(part) for part in (event.size, event.sha256, event.content)}) > 1:
        raise Refused(
            "file-incomplete",
            "a document's content, size and sha256 are said together, or none of them;"
            " to put another file in its place, retract the entry and record the document anew",
        )


def _said(part: Private) -> str:
    if not isinstance(part, Sealed):
        return "not at all"
    return "anew" if part.clear else "before" if part.digest else "not at all"


# --- what must be said; asked of a live command alone --------------------------------------------


def _refuse_unsaid(
    event: e.ComplaintEvent, complaint: Complaint, told: Sequence[Fact], situation: Situation
) -> None:
    match event:
        case e.RecommendationMade():
            if not is_given(event.text):
                raise Refused("OMB-07", "a recommendation needs its text")
            if not (event.due_on or event.none_stated):
                raise Refused(
                    "OMB-07",
                    "say by when (due_on), or that the decision names no day (none_stated)",
                )
        case e.RecommendationSatisfied() | e.RecommendationNotSatisfied():
            _refuse_odd_notice(event, complaint, situation)
        case e.EvidenceSent():
            _refuse_vague_evidence(event)
        case e.DraftCommented():
            drafts = [fact.event for fact in told if isinstance(fact.event, e.DraftReceived)]
            if event.body not in {draft.body for draft in drafts}:
                raise Refused("draft-first", "no draft of that body is on record; record it first")
        case e.PublicReportAnswered():
            if complaint.obligation(PUBLIC_REPORT) is None:
                raise Refused("report-first", "no public report is on record; record it first")
        case _:  # what a code asks for besides is asked by its requirements
            pass


def _refuse_odd_notice(
    event: e.RecommendationSatisfied | e.RecommendationNotSatisfied,
    complaint: Complaint,
    situation: Situation,
) -> None:
    """Only the ombudsman says that a recommendation is carried out, by a dated notice."""
    if event.notice_on > situation.today:
        raise Refused(
            "OMB-11",
            f"the ombudsman's notice is of {event.notice_on}, and today is {situation.today};"
            " record it when it has come",
        )
    made = complaint.obligation(event.item)
    if made and made.since and event.notice_on < made.since:
        raise Refused(
            "OMB-11",
            f"the ombudsman's notice ({event.notice_on}) is before the recommendation"
            f" ({made.since}); correct whichever is wrong",
        )


def _refuse_vague_evidence(event: e.EvidenceSent) -> None:
    if event.occurred_on is None and event.precision == "day":
        raise Refused("OMB-13", "say on which day they were sent (occurred_on)")
    if not event.items:
        raise Refused("OMB-13", "name each document that was sent (items)")
    names = [document.id for document in event.items]
    if len(set(names)) < len(names):
        raise Refused("OMB-13", "a document stands there twice; name each once, by its own id")
    for document in event.items:
        if document.dated_on is None:
            raise Refused("OMB-13", f"document {document.id} needs its date (dated_on)")
        if not is_given(document.sha256):
            raise Refused(
                "OMB-13", f"document {document.id} needs the SHA-256 of what was sent (sha256)"
            )
