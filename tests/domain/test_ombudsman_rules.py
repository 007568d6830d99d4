"""The rules on what passes between the council and an ombudsman, OMB-01 to OMB-13 (domain.md 9.6)."""

from datetime import date

import attrs
import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.words import WITHHELD, seal
from complaint_ledger.testing import examples as story
from complaint_ledger.testing import given

DECIDED = date(2027, 1, 18)
TODAY = date(2027, 2, 1)
RECEIVED = (story.RECEIVED,)
OUTCOME = attrs.evolve(
    story.RECEIVE_OMBUDSMAN_OUTCOME,
    findings=(e.HeadFinding(head="h1", finding="upheld"),),
)
RECOMMENDED = e.RecommendationMade(
    occurred_on=DECIDED, item="m1", body="lgsco", due_on=TODAY, text=seal("Apologise.")
)
SATISFIED = e.RecommendationSatisfied(occurred_on=TODAY, item="m1", notice_on=TODAY)
DOCUMENT = e.EvidenceItem(id="d1", dated_on=DECIDED, redacted=True, sha256=seal("4" * 64))
SENT = e.EvidenceSent(occurred_on=TODAY, body="lgsco", items=(DOCUMENT,))


def test_omb_01_a_decision_has_the_ombudsmans_own_label():
    given(*RECEIVED).when(attrs.evolve(OUTCOME, label=None)).then_refused("OMB-01")


def test_omb_01_a_decision_has_a_date_or_nobody_knows_it():
    undated = attrs.evolve(OUTCOME, occurred_on=None, decided_on=None)
    refusal = given(*RECEIVED).when(undated, today=TODAY).then_refused("OMB-01")
    assert "decided_on" in refusal.reason
    for dated in (
        attrs.evolve(undated, decided_on=DECIDED),
        attrs.evolve(undated, occurred_on=DECIDED),
        attrs.evolve(undated, precision="unknown"),
    ):
        assert given(*RECEIVED).when(dated, today=TODAY).events


def test_omb_02_a_finding_is_of_a_head_of_the_complaint():
    elsewhere = attrs.evolve(OUTCOME, findings=(e.HeadFinding(head="h9", finding="upheld"),))
    given(*RECEIVED).when(elsewhere).then_refused("head-unknown")
    given(*RECEIVED).when(attrs.evolve(OUTCOME, findings=())).then_refused("OMB-02")


@pytest.mark.parametrize("text", [None, WITHHELD])
def test_omb_07_a_recommendation_has_its_text(text):
    silent = attrs.evolve(RECOMMENDED, text=text)
    given(*RECEIVED).when(silent, today=TODAY).then_refused("OMB-07")


def test_omb_07_a_recommendation_has_a_day_or_none_is_stated_never_both():
    given(*RECEIVED).when(RECOMMENDED, today=TODAY).then(RECOMMENDED)
    vague = attrs.evolve(RECOMMENDED, due_on=None)
    given(*RECEIVED).when(vague, today=TODAY).then_refused("OMB-07")
    open_ended = attrs.evolve(vague, none_stated=True)
    given(*RECEIVED).when(open_ended, today=TODAY).then(open_ended)
    both = attrs.evolve(RECOMMENDED, none_stated=True)
    given(*RECEIVED).when(both, today=TODAY).then_refused("OMB-07")


def test_omb_09_an_amended_day_stands_beside_the_first():
    later = date(2027, 3, 1)
    amended = e.DueDateAmended(occurred_on=TODAY, item="m1", due_on=later, agreed_with="lgsco")
    one = replay([*RECEIVED, RECOMMENDED, amended]).obligation("m1")
    assert (one.due_on, one.amended_to) == (TODAY, later)


@pytest.mark.parametrize("kind", [e.RecommendationSatisfied, e.RecommendationNotSatisfied])
def test_omb_11_only_the_ombudsmans_notice_says_that_it_is_done(kind):
    told = kind(occurred_on=TODAY, item="m1", notice_on=TODAY)
    given(*RECEIVED, RECOMMENDED).when(told, today=TODAY).then(told)
    ahead = attrs.evolve(told, notice_on=date(2027, 2, 2))
    refusal = given(*RECEIVED, RECOMMENDED).when(ahead, today=TODAY).then_refused("OMB-11")
    assert "record it when it has come" in refusal.reason
    early = attrs.evolve(told, notice_on=date(2027, 1, 17))
    refusal = given(*RECEIVED, RECOMMENDED).when(early, today=TODAY).then_refused("OMB-11")
    assert "before the recommendation (2027-01-18)" in refusal.reason
    same_day = attrs.evolve(told, notice_on=DECIDED)
    given(*RECEIVED, RECOMMENDED).when(same_day, today=TODAY).then(same_day)


def test_omb_11_a_recommendation_that_nobody_dated_can_be_satisfied():
    undated = attrs.evolve(RECOMMENDED, occurred_on=None)
    given(*RECEIVED, undated).when(SATISFIED, today=TODAY).then(SATISFIED)


def test_omb_11_the_councils_own_word_leaves_it_open():
    told = replay([*RECEIVED, RECOMMENDED, attrs.evolve(SENT, answers="m1")])
    assert told.obligation("m1").is_open
    assert not replay([*RECEIVED, RECOMMENDED, SATISFIED]).obligation("m1").is_open


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ((), "name each document"),
        ((attrs.evolve(DOCUMENT, dated_on=None),), "document d1 needs its date"),
        ((attrs.evolve(DOCUMENT, sha256=None),), "document d1 needs the SHA-256"),
        ((attrs.evolve(DOCUMENT, sha256=WITHHELD),), "document d1 needs the SHA-256"),
        ((DOCUMENT, attrs.evolve(DOCUMENT, id="d2", dated_on=None)), "document d2 needs its date"),
        ((DOCUMENT, DOCUMENT), "stands there twice"),
    ],
)
def test_omb_13_evidence_says_what_was_sent_of_which_date_and_its_digest(items, said):
    vague = attrs.evolve(SENT, items=items)
    refusal = given(*RECEIVED).when(vague, today=TODAY).then_refused("OMB-13")
    assert said in refusal.reason


def test_omb_13_evidence_that_says_so_is_recorded():
    given(*RECEIVED).when(SENT, today=TODAY).then(SENT)


def test_draft_first_a_draft_is_commented_on_after_it_came():
    """draft-first"""
    draft = e.DraftReceived(occurred_on=DECIDED, body="lgsco")
    comments = e.DraftCommented(occurred_on=TODAY, body="lgsco", comments=seal("We agree."))
    given(*RECEIVED).when(comments, today=TODAY).then_refused("draft-first")
    elsewhere = attrs.evolve(draft, body="spso")
    given(*RECEIVED, elsewhere).when(comments, today=TODAY).then_refused("draft-first")
    given(*RECEIVED, draft).when(comments, today=TODAY).then(comments)


def test_report_first_a_public_report_is_answered_after_it_came():
    """report-first"""
    report = e.PublicReportReceived(occurred_on=DECIDED, body="lgsco")
    answer = e.PublicReportAnswered(occurred_on=TODAY, body="lgsco")
    given(*RECEIVED).when(answer, today=TODAY).then_refused("report-first")
    given(*RECEIVED, report).when(answer, today=TODAY).then(answer)
