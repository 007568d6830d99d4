"""What is recorded as it is said: refused only where it cannot be true, or leaves out what must be said."""

from datetime import UTC, date, datetime
from typing import get_args

import attrs
import hypothesis
import pytest
from hypothesis import strategies as st

from complaint_ledger.calendars import load_calendar
from complaint_ledger.codes import load_code
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.decisions import Situation, objections
from complaint_ledger.domain.decisions.common import brings_text
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.words import WITHHELD, seal
from complaint_ledger.testing import entry_id, given, strategies
from complaint_ledger.testing import examples as story

DAY = date(2026, 5, 7)
LATER = date(2026, 5, 20)
RECEIVED = (story.RECEIVED,)
ANSWERED = story.EVENTS[:7]
CLOSED = story.EVENTS[:11]
AFTER = date(2026, 7, 2)

ASKED = e.AdjustmentRequested(occurred_on=DAY, item="a1", details=seal("Large print"))
MADE = e.AdjustmentMade(occurred_on=DAY, item="a1", kind="large-print", review_on=AFTER)
RESTRICTED = e.ContactRestricted(occurred_on=DAY, item="c1", reason="abusive", review_on=AFTER)
OFFERED = e.RemedyOffered(occurred_on=DAY, item="r1", kind="payment", pence=7500, due_on=AFTER)
AUTHORISED = e.LearningAuthorised(occurred_on=DAY, item="l1", target_on=AFTER)
ENQUIRED = e.EnquiryReceived(occurred_on=DAY, item="q1", body="lgsco", due_on=LATER)
RECOMMENDED = e.RecommendationMade(
    occurred_on=DAY, item="m1", body="lgsco", due_on=LATER, text=seal("Apologise.")
)
PIN = e.CodePin(id="lgsco-2024", version="1", sha256="a" * 64)
REVISED = e.HandlingCodeRevised(occurred_on=DAY, codes=(PIN,), reason="new-policy")
DOCUMENT = e.EvidenceItem(id="d1", dated_on=DAY, sha256=seal("4" * 64))
SENT = e.EvidenceSent(occurred_on=DAY, body="lgsco", items=(DOCUMENT,))


@pytest.mark.parametrize(
    "event",
    [
        e.ServiceRequestLinked(occurred_on=DAY, reference="SR-1", made_on=date(2026, 3, 2)),
        e.ComplaintsLinked(occurred_on=DAY, reference="C-2026-000124", relation="related"),
        e.ComplaintTransferred(occurred_on=DAY, body="nhs-trust", heads=("h1",), consent=True),
        e.RepresentativeAuthorised(
            occurred_on=DAY, representative=e.Person(id="p2", name=seal("Kit Alder"))
        ),
        ASKED,
        MADE,
        e.ChildViewsSought(occurred_on=DAY, how=seal("By letter")),
        e.AdvocateRequested(occurred_on=DAY),
        e.InterestDecided(occurred_on=DAY, sufficient=False),
        e.StartAgreed(occurred_on=DAY, start_on=date(2026, 9, 1)),
        e.WrittenRecordMade(occurred_on=DAY, copy_given_on=DAY),
        e.ResponsePeriodSet(occurred_on=DAY, until=date(2026, 9, 1), agreed=True, told_on=DAY),
        e.ProviderInvolved(occurred_on=DAY, provider="waste-contractor", heads=("h1",)),
        e.StageSkipAgreed(occurred_on=DAY, stage="stage-1"),
        e.IndependentPersonAppointed(occurred_on=DAY, stage="stage-2"),
        e.PanelAppointed(occurred_on=DAY, members=(e.PanelMember(id="officer-7k2m"),)),
        e.ExhaustionNotified(occurred_on=DAY, told=("ombudsman",)),
        RESTRICTED,
        REVISED,
        e.CauseIdentified(occurred_on=DAY, cause="no-handover", head="h1"),
        OFFERED,
        AUTHORISED,
        ENQUIRED,
        RECOMMENDED,
        SENT,
        e.PublicReportReceived(occurred_on=DAY, body="lgsco"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_is_recorded_as_it_is_said_and_once(event):
    given(*RECEIVED).when(event, today=LATER).then(event)
    again = given(*RECEIVED, event).when(event, today=LATER)
    if not brings_text(event):
        again.then_nothing()
    elif hasattr(event, "item"):
        again.then_refused("item-known")
    else:
        again.then(event)


@pytest.mark.parametrize("kind", [e.UpdateSent, e.TermsSent])
def test_what_is_said_of_no_stage_is_of_the_one_that_is_open_or_was_answered_last(kind):
    given(*RECEIVED).when(kind(occurred_on=DAY)).then(kind(occurred_on=DAY, stage="stage-1"))
    given(*ANSWERED).when(kind(occurred_on=DAY)).then(kind(occurred_on=DAY, stage="stage-1"))
    given(*RECEIVED).when(kind(occurred_on=DAY, stage="stage-2")).then_refused("stage-open")


def test_what_one_word_replaces_may_be_said_again_after_another():
    first = e.ResponsePeriodSet(occurred_on=DAY, until=LATER)
    second = attrs.evolve(first, until=AFTER)
    given(*RECEIVED, first).when(first).then_nothing()
    given(*RECEIVED, first, second).when(first).then(first)


def test_what_adds_up_is_not_said_again_whatever_came_between():
    first = e.ServiceRequestLinked(occurred_on=DAY, reference="SR-1")
    second = attrs.evolve(first, reference="SR-2")
    given(*RECEIVED, first, second).when(first).then_nothing()


def test_a_text_is_recorded_whatever_was_said_before_for_nobody_opens_the_other_to_compare():
    silent = e.UpdateSent(occurred_on=DAY, stage="stage-1")
    told = attrs.evolve(silent, message=seal("We wait for the crew."))
    given(*RECEIVED, silent).when(told).then(told)
    given(*RECEIVED, told).when(told).then(told)
    given(*RECEIVED, told).when(attrs.evolve(told, message=WITHHELD)).then(
        attrs.evolve(told, message=WITHHELD)
    )


def test_omb_13_evidence_has_its_day_or_an_admission_that_nobody_knows_it():
    dayless = attrs.evolve(SENT, occurred_on=None)
    refusal = given(*RECEIVED).when(dayless).then_refused("OMB-13")
    assert "on which day" in refusal.reason
    unknown = attrs.evolve(dayless, precision="unknown")
    given(*RECEIVED).when(unknown, today=LATER).then(unknown)


def test_a_text_inside_a_part_is_recorded_as_well():
    told = e.RepresentativeAuthorised(
        occurred_on=DAY, representative=e.Person(id="p2", name=seal("Kit Alder", "p2"))
    )
    given(*RECEIVED, told).when(told).then(told)
    unnamed = attrs.evolve(told, representative=e.Person(id="p2"))
    given(*RECEIVED, unnamed).when(unnamed).then_nothing()


# --- items ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [MADE, RESTRICTED, OFFERED, AUTHORISED, ENQUIRED, RECOMMENDED])
def test_item_known_an_id_stands_for_one_thing(begun):
    """item-known"""
    other = AUTHORISED if begun is not AUTHORISED else OFFERED
    taken = attrs.evolve(begun, item=other.item)
    given(*RECEIVED, other).when(taken).then_refused("item-known")
    again = attrs.evolve(begun, occurred_on=LATER)
    refusal = given(*RECEIVED, begun).when(again).then_refused("item-known")
    assert "give it an id of its own" in refusal.reason
    given(*RECEIVED, other).when(begun, today=LATER).then(begun)


def test_item_known_an_adjustment_keeps_the_id_of_its_request():
    given(*RECEIVED, ASKED).when(MADE).then(MADE)
    given(*RECEIVED, MADE).when(ASKED).then(ASKED)
    asked_again = attrs.evolve(ASKED, occurred_on=LATER)
    given(*RECEIVED, ASKED).when(asked_again).then_refused("item-known")
    given(*RECEIVED, ASKED).when(attrs.evolve(OFFERED, item="a1")).then_refused("item-known")
    given(*RECEIVED, OFFERED).when(attrs.evolve(ASKED, item="r1")).then_refused("item-known")


OF_ITEMS = [
    (MADE, e.AdjustmentReviewed(occurred_on=LATER, item="a1")),
    (RESTRICTED, e.RestrictionReviewed(occurred_on=LATER, item="c1", review_on=AFTER)),
    (RESTRICTED, e.RestrictionLifted(occurred_on=LATER, item="c1")),
    (OFFERED, e.RemedyAccepted(occurred_on=LATER, item="r1")),
    (OFFERED, e.RemedyDeclined(occurred_on=LATER, item="r1")),
    (OFFERED, e.RemedyDelivered(occurred_on=LATER, item="r1", pence=7500)),
    (OFFERED, e.RemedyUndeliverable(occurred_on=LATER, item="r1", reason="moved-away")),
    (AUTHORISED, e.LearningCompleted(occurred_on=LATER, item="l1")),
    (AUTHORISED, e.LearningFollowedUp(occurred_on=LATER, item="l1")),
    (AUTHORISED, e.LearningShared(occurred_on=LATER, item="l1")),
    (ENQUIRED, e.EnquiryAnswered(occurred_on=LATER, item="q1")),
    (ENQUIRED, e.DueDateAmended(occurred_on=LATER, item="q1", due_on=AFTER)),
    (ENQUIRED, attrs.evolve(SENT, answers="q1")),
    (RECOMMENDED, attrs.evolve(SENT, answers="m1")),
    (RECOMMENDED, e.DueDateAmended(occurred_on=LATER, item="m1", due_on=AFTER)),
    (RECOMMENDED, e.RecommendationSatisfied(occurred_on=LATER, item="m1", notice_on=LATER)),
    (RECOMMENDED, e.RecommendationNotSatisfied(occurred_on=LATER, item="m1", notice_on=LATER)),
]


@pytest.mark.parametrize(("begun", "event"), OF_ITEMS, ids=lambda event: type(event).__name__)
def test_item_unknown_what_was_not_begun_is_not_spoken_of(begun, event):
    """item-unknown"""
    given(*RECEIVED, begun).when(event, today=AFTER).then(event)
    refusal = given(*RECEIVED).when(event).then_refused("item-unknown")
    assert "it has none" in refusal.reason
    elsewhere = AUTHORISED if begun is not AUTHORISED else OFFERED
    taken = attrs.evolve(elsewhere, item=begun.item)
    given(*RECEIVED, taken).when(event, today=AFTER).then_refused("item-unknown")


def test_item_unknown_an_adjustment_that_was_only_asked_for_is_not_reviewed():
    review = e.AdjustmentReviewed(occurred_on=LATER, item="a1")
    given(*RECEIVED, ASKED).when(review).then_refused("item-unknown")


def test_item_unknown_the_refusal_says_what_there_is():
    other = e.RemedyDelivered(occurred_on=LATER, item="r9")
    refusal = given(*RECEIVED, OFFERED).when(other).then_refused("item-unknown")
    assert refusal.reason == "the complaint has no remedy r9; it has r1"


def test_date_same_a_due_date_is_amended_to_another_day():
    """date-same"""
    amended = e.DueDateAmended(occurred_on=LATER, item="m1", due_on=AFTER, agreed_with="lgsco")
    same = attrs.evolve(amended, due_on=LATER)
    refusal = given(*RECEIVED, RECOMMENDED).when(same).then_refused("date-same")
    assert "m1 is due on 2026-05-20 already" in refusal.reason
    given(*RECEIVED, RECOMMENDED, amended).when(amended, today=AFTER).then_nothing()
    again = attrs.evolve(amended, occurred_on=AFTER)
    given(*RECEIVED, RECOMMENDED, amended).when(again).then_refused("date-same")
    given(*RECEIVED, RECOMMENDED, amended).when(same, today=AFTER).then(same)


# --- heads, codes, panels, links, money ----------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        e.ComplaintTransferred(occurred_on=DAY, body="nhs-trust", heads=("h1", "h9")),
        e.ProviderInvolved(occurred_on=DAY, provider="waste-contractor", heads=("h9",)),
        e.CauseIdentified(occurred_on=DAY, cause="no-handover", head="h9"),
        attrs.evolve(OFFERED, head="h9"),
        attrs.evolve(RECOMMENDED, head="h9"),
        attrs.evolve(REVISED, codes=(PIN, attrs.evolve(PIN, id="housing-2024", heads=("h9",)))),
    ],
    ids=lambda event: type(event).__name__,
)
def test_head_unknown_a_head_that_is_named_is_there(event):
    """head-unknown"""
    refusal = given(*RECEIVED).when(event).then_refused("head-unknown")
    assert "no head h9; it has h1" in refusal.reason


@pytest.mark.parametrize("event", [OFFERED, RECOMMENDED], ids=lambda event: type(event).__name__)
def test_a_head_that_is_there_may_be_named(event):
    of_head = attrs.evolve(event, head="h1")
    given(*RECEIVED).when(of_head, today=LATER).then(of_head)


@pytest.mark.parametrize(
    "event",
    [
        e.ProviderInvolved(occurred_on=DAY, provider="waste-contractor", stage="panel"),
        e.StageSkipAgreed(occurred_on=DAY, stage="panel"),
        e.IndependentPersonAppointed(occurred_on=DAY, stage="panel"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_stage_unknown_a_stage_that_is_named_is_one_of_the_codes(event):
    """stage-unknown"""
    refusal = given(*RECEIVED).when(event, stages=story.STAGES).then_refused("stage-unknown")
    assert "it has stage-1, stage-2" in refusal.reason
    ahead = attrs.evolve(event, stage="stage-2")
    given(*RECEIVED).when(ahead, stages=story.STAGES).then(ahead)
    given(*RECEIVED).when(event).then(event)  # a code that names no stages


def test_codes_missing_a_revision_names_what_governs_from_now_on():
    """codes-missing"""
    given(*RECEIVED).when(attrs.evolve(REVISED, codes=())).then_refused("codes-missing")


def test_code_twice_each_code_is_named_once_with_all_its_heads():
    """code-twice"""
    of_heads = (attrs.evolve(PIN, heads=("h1",)), attrs.evolve(PIN, version="2"))
    twice = attrs.evolve(REVISED, codes=of_heads)
    refusal = given(*RECEIVED).when(twice).then_refused("code-twice")
    assert "name it once, with all the heads it covers" in refusal.reason
    given().when(attrs.evolve(story.RECEIVE, codes=(PIN, PIN))).then_refused("code-twice")
    pinned = attrs.evolve(story.RECEIVED, codes=(PIN,))
    doubled = attrs.evolve(pinned, codes=(PIN, PIN))
    given(pinned).when(corrected(1, doubled)).then_refused("code-twice")
    given(*RECEIVED, REVISED).when(corrected(2, twice)).then_refused("code-twice")


def test_a_revision_said_twice_is_said_once_and_another_day_is_another_revision():
    given(*RECEIVED, REVISED).when(REVISED).then_nothing()
    again = attrs.evolve(REVISED, occurred_on=LATER, reason="another-reason")
    given(*RECEIVED, REVISED).when(again).then(again)
    other = attrs.evolve(REVISED, codes=(attrs.evolve(PIN, id="spso-2021"),))
    given(*RECEIVED, REVISED, other).when(REVISED).then(REVISED)


def test_members_missing_a_panel_has_members_each_named_once():
    """members-missing, member-twice"""
    empty = e.PanelAppointed(occurred_on=DAY, members=())
    given(*RECEIVED).when(empty).then_refused("members-missing")
    twice = attrs.evolve(empty, members=(e.PanelMember(id="officer-7k2m"),) * 2)
    given(*RECEIVED).when(twice).then_refused("member-twice")


def test_linked_itself_a_complaint_is_linked_to_another():
    """linked-itself"""
    itself = e.ComplaintsLinked(occurred_on=DAY, reference=story.REFERENCE, relation="duplicate")
    given(*RECEIVED).when(itself).then_refused("linked-itself")


def test_representative_self_whoever_speaks_for_the_person_is_another():
    """representative-self"""
    itself = e.RepresentativeAuthorised(occurred_on=DAY, representative=e.Person(id="p1"))
    given(*RECEIVED).when(itself).then_refused("representative-self")


@pytest.mark.parametrize(
    ("before", "event"),
    [((), OFFERED), ((OFFERED,), e.RemedyDelivered(occurred_on=LATER, item="r1"))],
)
def test_pence_negative_a_payment_is_to_the_person(before, event):
    """pence-negative"""
    taken = attrs.evolve(event, pence=-1)
    given(*RECEIVED, *before).when(taken).then_refused("pence-negative")
    nothing = attrs.evolve(event, pence=0)
    given(*RECEIVED, *before).when(nothing, today=LATER).then(nothing)


# --- corrections ---------------------------------------------------------------------------------


def corrected(number, replacement):
    return c.Correct(
        occurred_on=AFTER, corrects=entry_id(number), replacement=replacement, reason="mistyped"
    )


@pytest.mark.parametrize(
    ("told", "replacement", "rule"),
    [
        (OFFERED, attrs.evolve(OFFERED, head="h9"), "head-unknown"),
        (OFFERED, attrs.evolve(OFFERED, item="l1"), "item-known"),
        (OFFERED, attrs.evolve(OFFERED, pence=-1), "pence-negative"),
        (RECOMMENDED, attrs.evolve(RECOMMENDED, none_stated=True), "OMB-07"),
        (
            e.LearningShared(occurred_on=DAY, item="l1"),
            e.LearningShared(occurred_on=DAY, item="l9"),
            "item-unknown",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_correction_says_nothing_that_cannot_be_true(told, replacement, rule):
    before = (*RECEIVED, AUTHORISED, told)
    given(*before).when(corrected(3, replacement)).then_refused(rule)


def test_a_correction_is_not_asked_for_what_its_entry_never_said():
    # An import brought them as they were: of an item, of a head, without words or a day.
    delivered = e.RemedyDelivered(occurred_on=DAY, item="r9")
    offered = attrs.evolve(OFFERED, head="h9")
    vague = attrs.evolve(RECOMMENDED, due_on=None, text=None)
    for told in (delivered, offered, vague):
        replacement = attrs.evolve(told, occurred_on=LATER)
        decided = given(*RECEIVED, told).when(corrected(2, replacement))
        assert decided.events[0].replacement == replacement


LGSCO = Governing(code=load_code("lgsco-2024").code, calendar=load_calendar("england-and-wales"))


def test_lgsco_23_a_correction_is_asked_what_the_code_asks_of_a_record():
    whole = attrs.evolve(RESTRICTED, occurred_on=DAY)
    bare = attrs.evolve(whole, reason=None)
    given(*RECEIVED, whole).when(corrected(2, bare), codes=[LGSCO]).then_refused("LGSCO-23")
    moved = attrs.evolve(whole, review_on=date(2026, 8, 1))
    assert given(*RECEIVED, whole).when(corrected(2, moved), codes=[LGSCO]).events


def test_lgsco_23_a_correction_may_lack_what_its_entry_lacked_before():
    bare = attrs.evolve(RESTRICTED, occurred_on=DAY, reason=None)
    moved = attrs.evolve(bare, review_on=date(2026, 8, 1))
    decided = given(*RECEIVED, bare).when(corrected(2, moved), codes=[LGSCO])
    assert decided.events[0].replacement == moved


def test_an_item_can_be_given_another_id_by_a_correction():
    replacement = attrs.evolve(OFFERED, item="r2")
    decided = given(*RECEIVED, OFFERED).when(corrected(2, replacement))
    assert decided.events[0].replacement == replacement


# --- the general rules ---------------------------------------------------------------------------

NOW = Situation(now=datetime(2026, 12, 1, 12, tzinfo=UTC))


def objected(event, *before):
    return [found.rule for found in objections(event, replay(before), NOW)]


def test_gen_02_a_service_request_came_before_the_complaint():
    earlier = e.ServiceRequestLinked(occurred_on=date(2026, 3, 2), reference="SR-1")
    given(*RECEIVED).when(earlier, today=DAY).then(earlier)
    assert objected(attrs.evolve(OFFERED, occurred_on=date(2026, 3, 2)), *RECEIVED) == ["GEN-02"]


AHEAD = date(2026, 12, 2)


@pytest.mark.parametrize(
    "event",
    [
        e.ServiceRequestLinked(occurred_on=DAY, reference="SR-1", made_on=AHEAD),
        e.WrittenRecordMade(occurred_on=DAY, copy_given_on=AHEAD),
        e.ResponsePeriodSet(occurred_on=DAY, until=AFTER, told_on=AHEAD),
        e.RemedyUndeliverable(occurred_on=DAY, item="r1", reason="moved-away", told_on=AHEAD),
        e.RecommendationSatisfied(occurred_on=DAY, item="m1", notice_on=AHEAD),
        e.RecommendationNotSatisfied(occurred_on=DAY, item="m1", notice_on=AHEAD),
        attrs.evolve(SENT, items=(DOCUMENT, attrs.evolve(DOCUMENT, id="d2", dated_on=AHEAD))),
    ],
    ids=lambda event: type(event).__name__,
)
def test_gen_04_no_day_that_an_event_tells_of_lies_ahead(event):
    (found,) = objections(event, replay(RECEIVED), NOW)
    assert found.rule == "GEN-04"
    assert "2026-12-02 has not happened yet; today is 2026-12-01" in found.reason


@pytest.mark.parametrize(
    "event",
    [
        e.StartAgreed(occurred_on=DAY, start_on=AHEAD),
        e.ResponsePeriodSet(occurred_on=DAY, until=AHEAD),
        attrs.evolve(OFFERED, due_on=AHEAD),
        attrs.evolve(MADE, review_on=AHEAD),
        attrs.evolve(AUTHORISED, target_on=AHEAD),
        e.DraftReceived(occurred_on=DAY, body="lgsco", comments_due_on=AHEAD),
    ],
    ids=lambda event: type(event).__name__,
)
def test_gen_04_what_is_owed_may_lie_ahead(event):
    assert objected(event, *RECEIVED) == []


AFTER_CLOSING = {
    *(type(event) for _, event in OF_ITEMS),
    e.ComplaintReopened, e.ResponseDelivered, e.EntryCorrected, e.EntryRetracted,
    e.ReferredToOmbudsman, e.ReferralPremature, e.OmbudsmanOutcomeReceived,
    e.EnquiryReceived, e.DraftReceived, e.DraftCommented, e.RecommendationMade,
    e.PublicReportReceived, e.PublicReportAnswered,
    e.CauseIdentified, e.RemedyOffered, e.LearningAuthorised, e.ContactRestricted,
    e.TermsSent, e.ExhaustionNotified, e.ComplaintsLinked, e.ComplaintTransferred,
    e.RepresentativeAuthorised, e.EscalationRefused, e.UpdateSent, e.HandlingCodeRevised,
    e.ComplaintEscalated, e.ContactLogged, e.DocumentAdded, e.DocumentWithdrawn,
    e.EvidenceBundleExported,
}  # fmt: skip


@pytest.mark.parametrize("kind", get_args(e.ComplaintEvent), ids=lambda kind: kind.__name__)
@hypothesis.given(data=st.data())
@hypothesis.settings(max_examples=3)
def test_gen_13_a_closed_complaint_still_takes_what_is_owed_and_the_ombudsman(kind, data):
    event = attrs.evolve(data.draw(strategies.of(kind, few=True)), occurred_on=AFTER)
    counted = "GEN-13" in objected(event, story.RECEIVED, story.CLOSED)
    assert counted is (kind not in AFTER_CLOSING)


@pytest.mark.parametrize("kind", get_args(e.ComplaintEvent), ids=lambda kind: kind.__name__)
@hypothesis.given(data=st.data())
@hypothesis.settings(max_examples=3)
def test_gen_13_whatever_happened_before_it_was_closed_is_told_late(kind, data):
    event = attrs.evolve(data.draw(strategies.of(kind, few=True)), occurred_on=LATER)
    assert "GEN-13" not in objected(event, story.RECEIVED, story.CLOSED)


def test_gen_13_a_remedy_is_delivered_after_the_complaint_was_closed():
    offered = attrs.evolve(OFFERED, occurred_on=date(2026, 6, 30))
    delivered = e.RemedyDelivered(occurred_on=AFTER, item="r1", pence=7500)
    closed = (*CLOSED[:10], offered, CLOSED[10])
    given(*closed).when(delivered).then(delivered)
    update = e.UpdateSent(occurred_on=AFTER)
    given(*closed).when(update).then(attrs.evolve(update, stage="stage-2"))
    discussed = e.DiscussionHeld(occurred_on=AFTER)
    given(*closed).when(discussed).then_refused("GEN-13")
