"""What passes between the council and an ombudsman, or other outside body."""

from datetime import date

import attrs

from complaint_ledger.domain.events.parts import (
    EvidenceItem,
    Happened,
    HeadFinding,
    LabelTable,
    OmittedValue,
)
from complaint_ledger.domain.words import (
    BodyId,
    CategoryId,
    EventId,
    HeadId,
    ItemId,
    Private,
    ReasonId,
    Reference,
)


@attrs.frozen(kw_only=True)
class ReferredToOmbudsman(Happened):
    """The council learnt that the complaint went to an ombudsman or other outside body."""

    body: BodyId
    reference: Reference | None = None
    heads: tuple[HeadId, ...] = ()


@attrs.frozen(kw_only=True)
class ReferralPremature(Happened):
    """The ombudsman sent the complaint back: the council's own procedure comes first."""

    body: BodyId
    reference: Reference | None = None


@attrs.frozen(kw_only=True)
class OmbudsmanOutcomeReceived(Happened):
    """
    The ombudsman, or other outside body, decided.

    Attributes:
        decided_on: The date on the decision, where it differs from the day it came.
        label: The body's own words for the outcome.
        table: Which table turned them into findings; None when a person did.
        whole_reason: Why one finding stands for the whole complaint (OMB-02).
    """

    body: BodyId
    reference: Reference | None = None
    decided_on: date | None = None
    findings: tuple[HeadFinding, ...]
    label: Private = None
    table: LabelTable | None = None
    whole_reason: ReasonId | None = None


@attrs.frozen(kw_only=True)
class EnquiryReceived(Happened):
    """
    The ombudsman asked for information.

    Attributes:
        due_on: The last day for the answer, as the letter says.
    """

    item: ItemId
    body: BodyId
    reference: Reference | None = None
    due_on: date | None = None


@attrs.frozen(kw_only=True)
class EnquiryAnswered(Happened):
    """The council answered the enquiry."""

    item: ItemId


@attrs.frozen(kw_only=True)
class DraftReceived(Happened):
    """The ombudsman sent its draft decision."""

    body: BodyId
    reference: Reference | None = None
    comments_due_on: date | None = None


@attrs.frozen(kw_only=True)
class DraftCommented(Happened):
    """The council commented on the draft."""

    body: BodyId
    reference: Reference | None = None
    comments: Private = None


@attrs.frozen(kw_only=True)
class RecommendationMade(Happened):
    """
    The ombudsman recommended, or ordered, that something be done.

    Attributes:
        due_on: By when, as the decision says.
        none_stated: The decision names no day (OMB-07).
    """

    item: ItemId
    body: BodyId
    reference: Reference | None = None
    kind: CategoryId | None = None
    head: HeadId | None = None
    due_on: date | None = None
    none_stated: bool = False
    text: Private = None


@attrs.frozen(kw_only=True)
class DueDateAmended(Happened):
    """The body that set a day agreed to a later one; lateness against both is kept (OMB-09)."""

    item: ItemId
    due_on: date
    agreed_with: BodyId | None = None
    explanation: Private = None


@attrs.frozen(kw_only=True)
class EvidenceSent(Happened):
    """Documents went to the ombudsman: what, in which state, to whom, when (OMB-13)."""

    body: BodyId
    reference: Reference | None = None
    answers: ItemId | None = None
    items: tuple[EvidenceItem, ...]


@attrs.frozen(kw_only=True)
class RecommendationSatisfied(Happened):
    """
    The ombudsman said that a recommendation is carried out.

    Attributes:
        notice_on: The date of its notice; the council's own word is not enough (OMB-11).
        late: The ombudsman called it late.
    """

    item: ItemId
    notice_on: date
    late: bool = False


@attrs.frozen(kw_only=True)
class RecommendationNotSatisfied(Happened):
    """The ombudsman said that a recommendation is not carried out."""

    item: ItemId
    notice_on: date


@attrs.frozen(kw_only=True)
class PublicReportReceived(Happened):
    """The ombudsman issued a public report on the complaint."""

    body: BodyId
    reference: Reference | None = None


@attrs.frozen(kw_only=True)
class PublicReportAnswered(Happened):
    """The council told the ombudsman what it has done, or will do, about its report."""

    body: BodyId
    reference: Reference | None = None


@attrs.frozen(kw_only=True)
class EvidenceBundleExported(Happened):
    """
    Everything on record of this complaint was written into a bundle that proves itself.

    Attributes:
        recipient: For whom, such as an ombudsman.
        entries: Every entry before this one, in order (event ids).
        omitted: What is sealed in them and not in the bundle.
        reason: Why it was withheld or blacked out.
    """

    reference: Reference | None = None
    recipient: BodyId | None = None
    entries: tuple[EventId, ...]
    omitted: tuple[OmittedValue, ...] = ()
    reason: ReasonId | None = None
