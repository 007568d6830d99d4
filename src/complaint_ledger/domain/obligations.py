"""
What was promised, asked for or imposed on one complaint, until it is done.

Nothing here ends because the complaint is closed (GEN-14).
"""

from datetime import date
from typing import Any, Final, Literal, TypeAlias, assert_never

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import ActorId, BodyId, ItemId

ObligationKind = Literal[
    "adjustment",
    "restriction",
    "remedy",
    "learning-action",
    "enquiry",
    "recommendation",
    "public-report",
]

PUBLIC_REPORT: Final = ItemId("public-report")
"""What the answer to a public report is called: a complaint has one."""


@attrs.frozen(kw_only=True, slots=False)
class Obligation:
    """
    Something that was promised, asked for or imposed; closing the complaint does not end it.

    Attributes:
        since: When it was made.
        due_on: By when, as it was first said.
        amended_to: By when, as was agreed later; lateness against both is kept (OMB-09).
        done_on: When it was met, by the word of whoever may say so (OMB-11).
        reviews: Reviews that are behind: the day set for each, and the day it was done.
        ended_on: When it came to nothing: declined, not to be delivered.
        owner: Who is to see to it, where that is said.
    """

    kind: ObligationKind
    id: ItemId
    since: date | None = None
    due_on: date | None = None
    amended_to: date | None = None
    done_on: date | None = None
    done: bool = False
    ended: bool = False
    ended_on: date | None = None
    body: BodyId | None = None
    owner: ActorId | None = None
    reviews: tuple[tuple[date | None, date | None], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is still owed."""
        return not (self.done or self.ended)


Obliging: TypeAlias = (
    e.AdjustmentMade
    | e.AdjustmentReviewed
    | e.ContactRestricted
    | e.RestrictionReviewed
    | e.RestrictionLifted
    | e.RemedyOffered
    | e.RemedyDelivered
    | e.RemedyDeclined
    | e.RemedyUndeliverable
    | e.LearningAuthorised
    | e.LearningCompleted
    | e.EnquiryReceived
    | e.EnquiryAnswered
    | e.RecommendationMade
    | e.RecommendationSatisfied
    | e.RecommendationNotSatisfied
    | e.DueDateAmended
    | e.PublicReportReceived
    | e.PublicReportAnswered
)
"""The events that make, move or meet an obligation."""


def obliged(obligations: tuple[Obligation, ...], event: Obliging) -> tuple[Obligation, ...]:
    """Return *obligations* after *event*. Never refuses a fact."""
    day = event.occurred_on
    match event:
        case e.AdjustmentMade():
            return _begun(obligations, event, "adjustment", due_on=event.review_on)
        case e.ContactRestricted():
            return _begun(obligations, event, "restriction", due_on=event.review_on)
        case e.RemedyOffered():
            return _begun(obligations, event, "remedy", due_on=event.due_on)
        case e.LearningAuthorised():
            return _begun(
                obligations, event, "learning-action", due_on=event.target_on, owner=event.owner
            )
        case e.EnquiryReceived():
            return _begun(obligations, event, "enquiry", due_on=event.due_on, body=event.body)
        case e.RecommendationMade():
            return _begun(
                obligations, event, "recommendation", due_on=event.due_on, body=event.body
            )
        case e.AdjustmentReviewed():
            return _reviewed(obligations, "adjustment", event)
        case e.RestrictionReviewed():
            return _reviewed(obligations, "restriction", event)
        case e.RestrictionLifted():
            return _put(obligations, "restriction", event.item, ended=True, ended_on=day)
        case e.RemedyDelivered():
            known = next((o for o in obligations if o.id == event.item), None)
            first = known.done_on if known and known.done_on else day
            return _put(obligations, "remedy", event.item, done=True, done_on=first)
        case e.RemedyDeclined() | e.RemedyUndeliverable():
            return _put(obligations, "remedy", event.item, ended=True, ended_on=day)
        case e.LearningCompleted():
            return _put(obligations, "learning-action", event.item, done=True, done_on=day)
        case e.EnquiryAnswered():
            return _put(obligations, "enquiry", event.item, done=True, done_on=day)
        case e.RecommendationSatisfied():
            notice = event.notice_on
            return _put(obligations, "recommendation", event.item, done=True, done_on=notice)
        case e.RecommendationNotSatisfied():
            return _put(obligations, "recommendation", event.item, done=False, done_on=None)
        case e.DueDateAmended():
            found = next((o for o in obligations if o.id == event.item), None)
            kind = found.kind if found else "recommendation"
            return _put(obligations, kind, event.item, amended_to=event.due_on)
        case e.PublicReportReceived():
            return _put(obligations, "public-report", PUBLIC_REPORT, since=day, body=event.body)
        case e.PublicReportAnswered():
            return _put(obligations, "public-report", PUBLIC_REPORT, done=True, done_on=day)
    assert_never(event)


_Begun: TypeAlias = (
    e.AdjustmentMade
    | e.ContactRestricted
    | e.RemedyOffered
    | e.LearningAuthorised
    | e.EnquiryReceived
    | e.RecommendationMade
)


def _begun(
    obligations: tuple[Obligation, ...], event: _Begun, kind: ObligationKind, **said: Any
) -> tuple[Obligation, ...]:
    return _put(obligations, kind, event.item, since=event.occurred_on, **said)


def _reviewed(
    obligations: tuple[Obligation, ...],
    kind: ObligationKind,
    event: e.AdjustmentReviewed | e.RestrictionReviewed,
) -> tuple[Obligation, ...]:
    """A review meets the day that was set for it; with a next day, the next is owed."""
    day = event.occurred_on
    if event.review_on is None:
        return _put(obligations, kind, event.item, done=True, done_on=day)
    known = next((o for o in obligations if (o.kind, o.id) == (kind, event.item)), None)
    behind = (*known.reviews, (known.due_on, day)) if known else ((None, day),)
    return _put(
        obligations, kind, event.item, due_on=event.review_on, since=day, reviews=behind,
        done=False, done_on=None,
    )  # fmt: skip


def _put(
    obligations: tuple[Obligation, ...], kind: ObligationKind, item: ItemId, **changes: Any
) -> tuple[Obligation, ...]:
    """Change the obligation *item*; begin it where nobody said that it was made."""
    found = list(obligations)
    for at, one in enumerate(found):
        if (one.kind, one.id) == (kind, item):
            found[at] = attrs.evolve(one, **changes)
            return tuple(found)
    return (*obligations, Obligation(kind=kind, id=item, **changes))


def recommendations_due_on(obligations: tuple[Obligation, ...]) -> date | None:
    """Return the last day for all that an ombudsman recommended: of the case, not of a task."""
    days = [
        one.amended_to or one.due_on
        for one in obligations
        if one.kind == "recommendation" and not one.ended
    ]
    return max((day for day in days if day is not None), default=None)
