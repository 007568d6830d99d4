"""Causes, remedies, and what was learnt; none of it ends when the complaint is closed."""

from datetime import date

import attrs

from complaint_ledger.domain.events.parts import (
    Happened,
)
from complaint_ledger.domain.words import (
    ActorId,
    CategoryId,
    HeadId,
    ItemId,
    Private,
    ReasonId,
)


@attrs.frozen(kw_only=True)
class CauseIdentified(Happened):
    """Why it went wrong, as a code of the council's own."""

    cause: CategoryId
    head: HeadId | None = None
    explanation: Private = None


@attrs.frozen(kw_only=True)
class RemedyOffered(Happened):
    """
    The council offered to put something right.

    Attributes:
        pence: What it pays, in pence.
        due_on: By when.
    """

    item: ItemId
    kind: CategoryId
    pence: int | None = None
    due_on: date | None = None
    head: HeadId | None = None
    description: Private = None


@attrs.frozen(kw_only=True)
class RemedyAccepted(Happened):
    """The person accepted a remedy."""

    item: ItemId


@attrs.frozen(kw_only=True)
class RemedyDeclined(Happened):
    """The person declined a remedy."""

    item: ItemId
    explanation: Private = None


@attrs.frozen(kw_only=True)
class RemedyDelivered(Happened):
    """What was offered was done; *pence* says what was paid."""

    item: ItemId
    pence: int | None = None


@attrs.frozen(kw_only=True)
class RemedyUndeliverable(Happened):
    """What was offered cannot be done."""

    item: ItemId
    reason: ReasonId
    told_on: date | None = None
    alternative: Private = None


@attrs.frozen(kw_only=True)
class LearningAuthorised(Happened):
    """A manager authorised that something be changed, so that it does not happen again."""

    item: ItemId
    authorised_by: ActorId | None = None
    owner: ActorId | None = None
    target_on: date | None = None
    action: Private = None


@attrs.frozen(kw_only=True)
class LearningCompleted(Happened):
    """The change was made."""

    item: ItemId


@attrs.frozen(kw_only=True)
class LearningFollowedUp(Happened):
    """Someone looked whether the change works."""

    item: ItemId
    observed: Private = None


@attrs.frozen(kw_only=True)
class LearningShared(Happened):
    """What was learnt was told to others."""

    item: ItemId
