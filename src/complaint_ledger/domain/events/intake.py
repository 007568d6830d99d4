"""How a complaint is taken in: for whom, with what help, beside which others."""

from datetime import date

import attrs

from complaint_ledger.domain.events.parts import (
    Happened,
    Person,
)
from complaint_ledger.domain.words import (
    BodyId,
    CategoryId,
    HeadId,
    ItemId,
    Private,
    Reference,
    Relation,
    ServiceId,
)


@attrs.frozen(kw_only=True)
class ServiceRequestLinked(Happened):
    """A request for service led to the complaint; the request itself goes on (LGSCO-21)."""

    reference: Reference
    made_on: date | None = None
    service: ServiceId | None = None


@attrs.frozen(kw_only=True)
class ComplaintsLinked(Happened):
    """Another complaint of this ledger belongs to this one."""

    reference: Reference
    relation: Relation


@attrs.frozen(kw_only=True)
class ComplaintTransferred(Happened):
    """Another body took the complaint, or heads of it; it is received there anew (ASC-07)."""

    body: BodyId
    heads: tuple[HeadId, ...] = ()
    consent: bool | None = None


@attrs.frozen(kw_only=True)
class RepresentativeAuthorised(Happened):
    """Someone may speak for the person who complains."""

    representative: Person


@attrs.frozen(kw_only=True)
class AdjustmentRequested(Happened):
    """The person asked for a reasonable adjustment."""

    item: ItemId
    details: Private = None


@attrs.frozen(kw_only=True)
class AdjustmentMade(Happened):
    """The council made a reasonable adjustment."""

    item: ItemId
    kind: CategoryId | None = None
    review_on: date | None = None
    details: Private = None


@attrs.frozen(kw_only=True)
class AdjustmentReviewed(Happened):
    """The council looked whether an adjustment still serves."""

    item: ItemId
    review_on: date | None = None


@attrs.frozen(kw_only=True)
class ChildViewsSought(Happened):
    """A child who is affected was asked for their views, or the council said why not."""

    how: Private = None


@attrs.frozen(kw_only=True)
class ChildViewsRecorded(Happened):
    """What a child said, and how it was taken into account."""

    views: Private = None
    account: Private = None


@attrs.frozen(kw_only=True)
class AdvocateRequested(Happened):
    """A child or young person asked for an advocate; the clock waits for one (CSC-02)."""


@attrs.frozen(kw_only=True)
class AdvocateAppointed(Happened):
    """An advocate was appointed."""


@attrs.frozen(kw_only=True)
class InterestDecided(Happened):
    """The authority decided whether a third party has sufficient interest."""

    sufficient: bool = True


@attrs.frozen(kw_only=True)
class StartAgreed(Happened):
    """The person asked for a later start, and the authority agreed."""

    start_on: date


@attrs.frozen(kw_only=True)
class WrittenRecordMade(Happened):
    """
    What was said was written down.

    Attributes:
        copy_given_on: When the person got a copy.
        final: Whether the wording is agreed and final.
    """

    copy_given_on: date | None = None
    final: bool = True


@attrs.frozen(kw_only=True)
class DiscussionHeld(Happened):
    """The council discussed the complaint, and how to handle it, with the person."""


@attrs.frozen(kw_only=True)
class ResponsePeriodSet(Happened):
    """By when the person was told to expect the answer: agreed, or fixed by the body (ASC-09)."""

    until: date
    agreed: bool | None = None
    told_on: date | None = None
