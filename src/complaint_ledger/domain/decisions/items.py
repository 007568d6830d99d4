"""
The ids by which a complaint's remedies, recommendations, documents, … are told apart.

An event that begins one gives it an id of its own; a later one says that id.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.obligations import ObligationKind
from complaint_ledger.domain.words import ItemId
from complaint_ledger.errors import Refused

# An adjustment is one thing, whether it was asked for first or not.
_ADJUSTMENT: Final = (e.AdjustmentRequested, e.AdjustmentMade)

_BEGINS: Final = (
    *_ADJUSTMENT,
    e.ContactRestricted,
    e.RemedyOffered,
    e.LearningAuthorised,
    e.EnquiryReceived,
    e.RecommendationMade,
    e.DocumentAdded,
)

_SPEAKS_OF: Final[Mapping[type[e.Event], tuple[ObligationKind, ...]]] = {
    e.AdjustmentReviewed: ("adjustment",),
    e.RestrictionReviewed: ("restriction",),
    e.RestrictionLifted: ("restriction",),
    e.RemedyAccepted: ("remedy",),
    e.RemedyDeclined: ("remedy",),
    e.RemedyDelivered: ("remedy",),
    e.RemedyUndeliverable: ("remedy",),
    e.LearningCompleted: ("learning-action",),
    e.LearningFollowedUp: ("learning-action",),
    e.LearningShared: ("learning-action",),
    e.EnquiryAnswered: ("enquiry",),
    e.DueDateAmended: ("enquiry", "recommendation", "public-report"),
    e.EvidenceSent: ("enquiry", "recommendation"),
    e.RecommendationSatisfied: ("recommendation",),
    e.RecommendationNotSatisfied: ("recommendation",),
}


def refuse_unknown_items(
    event: e.ComplaintEvent,
    complaint: Complaint,
    told: Sequence[Fact],
    wrong: e.Event | None = None,
) -> None:
    """
    Refuse to begin an item under an id that is taken, or to speak of one that is not there.

    Args:
        event: What is to be recorded.
        complaint: As it stands without it.
        told: The entries besides it.
        wrong: What *event* corrects; the item that it named is not asked about again.
    """
    item = _item(event)
    if item is None or (wrong is not None and item == _item(wrong)):
        return
    if isinstance(event, _BEGINS):
        if any(_same_id_other_thing(event, item, fact.event) for fact in told):
            raise Refused(
                "item-known", f"{item} stands for something else already; give it an id of its own"
            )
        return
    kinds, there = _spoken_of(event, complaint, told)
    if item not in there:
        raise Refused(
            "item-unknown",
            f"the complaint has no {' or '.join(kinds)} {item};"
            f" it has {', '.join(there) or 'none'}",
        )
    if isinstance(event, e.DueDateAmended):
        _refuse_same_day(event, complaint)


def _spoken_of(
    event: e.ComplaintEvent, complaint: Complaint, told: Sequence[Fact]
) -> tuple[tuple[str, ...], list[ItemId]]:
    """Return what kind of thing *event* speaks of, and the ids of those there are."""
    if isinstance(event, e.DocumentWithdrawn):
        there = [fact.event.item for fact in told if isinstance(fact.event, e.DocumentAdded)]
        return ("document",), there
    kinds = _SPEAKS_OF[type(event)]
    return kinds, [one.id for one in complaint.obligations if one.kind in kinds]


def _item(event: e.Event) -> ItemId | None:
    item: ItemId | None = getattr(
        event, "answers" if isinstance(event, e.EvidenceSent) else "item", None
    )
    return item


def _same_id_other_thing(event: e.Event, item: ItemId, other: e.Event) -> bool:
    if not isinstance(other, _BEGINS) or other.item != item:
        return False
    one_adjustment = isinstance(event, _ADJUSTMENT) and isinstance(other, _ADJUSTMENT)
    return type(other) is type(event) or not one_adjustment


def _refuse_same_day(event: e.DueDateAmended, complaint: Complaint) -> None:
    for one in complaint.obligations:
        if one.id == event.item and event.due_on == (one.amended_to or one.due_on):
            raise Refused(
                "date-same", f"{event.item} is due on {event.due_on} already; say another day"
            )
