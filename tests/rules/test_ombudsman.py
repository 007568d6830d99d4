"""What an ombudsman asks, and how its days are kept (domain.md 9.6)."""

import attrs
import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import seal
from rules.asking import (
    acknowledged,
    day,
    findings,
    received,
    responded,
    the_finding,
    verdicts,
)

LGSCO = "lgsco-2024"
ANSWERED = (received(), acknowledged(), responded())
OUTCOME = e.OmbudsmanOutcomeReceived(
    occurred_on=day(8, 3),
    body="lgsco",
    reference="26 004 117",
    decided_on=day(8, 1),
    label=seal("Upheld: fault and injustice"),
    findings=(e.HeadFinding(head="h1", finding="upheld"),),
)
RECOMMENDED = e.RecommendationMade(
    occurred_on=day(8, 3), item="m1", body="lgsco", due_on=day(9, 1), text=seal("Apologise.")
)
NOTICE = e.RecommendationSatisfied(occurred_on=day(9, 3), item="m1", notice_on=day(9, 1))
ASKED = e.EnquiryReceived(occurred_on=day(6, 1), item="q1", body="lgsco")
SENT = e.EvidenceSent(
    occurred_on=day(6, 20),
    body="lgsco",
    answers="q1",
    items=(e.EvidenceItem(id="d1", entry=f"{3:032x}", dated_on=day(5, 5), sha256=seal("4" * 64)),),
)


class TestDecision:
    def test_omb_01_a_whole_one_is_as_it_should_be(self):
        assert findings("OMB-01", None, *ANSWERED, OUTCOME) == []

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"reference": None}, "it lacks its reference"),
            ({"label": None}, "it lacks the body's own words"),
            ({"decided_on": None, "occurred_on": None}, "it lacks its date"),
        ],
    )
    def test_omb_01_an_import_keeps_one_and_says_what_it_lacks(self, changed, said):
        found = the_finding("OMB-01", None, *ANSWERED, attrs.evolve(OUTCOME, **changed))
        assert found.verdict == "missed"
        assert said in found.sentence

    @pytest.mark.parametrize("unknown", ["decided_on", "occurred_on"])
    def test_omb_01_one_day_is_enough(self, unknown):
        told = attrs.evolve(OUTCOME, **{unknown: None})
        assert findings("OMB-01", None, *ANSWERED, told) == []

    def test_omb_02_an_import_keeps_a_finding_on_a_head_that_is_not_there(self):
        elsewhere = attrs.evolve(OUTCOME, findings=(e.HeadFinding(head="h9", finding="upheld"),))
        found = the_finding("OMB-02", None, *ANSWERED, elsewhere)
        assert (found.verdict, found.head) == ("missed", "h9")
        assert "the complaint has no h9" in found.sentence

    def test_omb_02_a_head_that_was_defined_or_added_later_is_there(self):
        further = attrs.evolve(
            OUTCOME,
            findings=tuple(
                e.HeadFinding(head=head, finding="upheld") for head in ("h1", "h2", "h3")
            ),
        )
        told = (
            received(),
            e.ComplaintDefined(occurred_on=day(4, 16), heads=(e.Head(id="h2"),)),
            e.HeadAdded(occurred_on=day(4, 17), head=e.Head(id="h3")),
        )
        assert findings("OMB-02", None, *told, further) == []

    def test_omb_02_where_nobody_said_which_heads_there_are_nothing_is_wrong(self):
        assert findings("OMB-02", None, received(heads=()), OUTCOME) == []

    def test_omb_15_a_premature_referral_starts_no_clock(self):
        back = e.ReferralPremature(occurred_on=day(6, 1), body="lgsco", reference="26 004 117")

        def told(*events):
            return [
                (found.rule, found.subject, found.due_on)
                for rule in ("LGSCO-01", "LGSCO-02", "LGSCO-08", "LGSCO-18")
                for found in findings(rule, LGSCO, *events)
            ]

        assert told(*ANSWERED, back) == told(*ANSWERED)


class TestRecommendation:
    def test_omb_07_a_whole_one_is_as_it_should_be(self):
        assert findings("OMB-07", None, *ANSWERED, RECOMMENDED) == []
        timeless = attrs.evolve(RECOMMENDED, due_on=None, none_stated=True)
        assert findings("OMB-07", None, *ANSWERED, timeless) == []

    def test_omb_07_an_import_keeps_one_and_says_what_it_lacks(self):
        bare = attrs.evolve(RECOMMENDED, text=None, due_on=None)
        found = the_finding("OMB-07", None, *ANSWERED, bare)
        assert (found.verdict, found.item) == ("missed", "m1")
        assert "it lacks its text, a day, or that none is stated" in found.sentence

    def test_omb_08_each_has_its_day_and_the_last_of_them_is_the_cases(self):
        second = attrs.evolve(RECOMMENDED, item="m2", due_on=day(11, 2))
        found = findings("OMB-08", LGSCO, *ANSWERED, RECOMMENDED, second, NOTICE)
        assert [(each.item, each.verdict, each.due_on) for each in found] == [
            ("m1", "met", day(9, 1)),
            ("m2", "missed", day(11, 2)),
        ]
        assert max(each.due_on for each in found) == day(11, 2)
        assert [int(event, 16) for event in found[0].events] == [4, 6]

    @pytest.mark.parametrize(
        ("today", "verdict"), [(day(9, 1), "cannot-tell"), (day(9, 2), "missed")]
    )
    def test_omb_08_without_the_ombudsmans_word_it_is_missed_after_its_day(self, today, verdict):
        told = (*ANSWERED, RECOMMENDED)
        assert verdicts("OMB-08", LGSCO, *told, today=today) == [verdict]

    def test_omb_09_an_agreed_later_day_counts_and_the_first_is_kept(self):
        amended = e.DueDateAmended(
            occurred_on=day(8, 20), item="m1", due_on=day(9, 10), agreed_with="lgsco"
        )
        late = attrs.evolve(NOTICE, notice_on=day(9, 8))
        found = the_finding("OMB-08", LGSCO, *ANSWERED, RECOMMENDED, amended, late)
        assert (found.verdict, found.due_on) == ("met", day(9, 10))
        assert "put off from Tue 1 Sep 2026" in found.sentence

    def test_omb_11_an_import_keeps_a_notice_of_nothing_and_says_so(self):
        early = attrs.evolve(NOTICE, notice_on=day(8, 2))
        found = the_finding("OMB-11", None, *ANSWERED, RECOMMENDED, early)
        assert (found.verdict, found.item) == ("missed", "m1")
        assert verdicts("OMB-11", None, *ANSWERED, NOTICE) == ["missed"]
        assert findings("OMB-11", None, *ANSWERED, RECOMMENDED, NOTICE) == []
        that_day = attrs.evolve(NOTICE, notice_on=day(8, 3))
        assert findings("OMB-11", None, *ANSWERED, RECOMMENDED, that_day) == []
        undated = attrs.evolve(RECOMMENDED, occurred_on=None)
        assert findings("OMB-11", None, *ANSWERED, undated, early) == []


class TestEnquiry:
    def test_omb_12_twenty_working_days_where_the_letter_names_no_day(self):
        answered = e.EnquiryAnswered(occurred_on=day(6, 30), item="q1")
        found = the_finding("OMB-12", LGSCO, *ANSWERED, ASKED, answered)
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(6, 29), 1)
        assert found.source == "unverified"

    def test_omb_12_the_day_of_the_letter_counts_and_a_later_one_is_agreed(self):
        letter = attrs.evolve(ASKED, due_on=day(6, 15))
        more = e.DueDateAmended(occurred_on=day(6, 10), item="q1", due_on=day(6, 22))
        answered = e.EnquiryAnswered(occurred_on=day(6, 22), item="q1")
        assert verdicts("OMB-12", LGSCO, *ANSWERED, letter, answered) == ["missed"]
        assert verdicts("OMB-12", LGSCO, *ANSWERED, letter, more, answered) == ["met"]

    def test_omb_12_an_answer_that_nobody_dated_cannot_be_told(self):
        answered = e.EnquiryAnswered(item="q1")
        assert verdicts("OMB-12", LGSCO, *ANSWERED, ASKED, answered) == ["cannot-tell"]

    def test_omb_13_an_import_keeps_evidence_without_date_or_hash_and_says_so(self):
        [document] = SENT.items
        for bare in (
            (attrs.evolve(document, dated_on=None),),
            (attrs.evolve(document, sha256=None),),
            (),
        ):
            unlisted = attrs.evolve(SENT, items=bare)
            found = the_finding("OMB-13", None, *ANSWERED, unlisted)
            assert (found.verdict, found.item) == ("missed", "q1")
        assert findings("OMB-13", None, *ANSWERED, SENT) == []

    def test_omb_14_what_was_sent_is_an_entry_of_the_complaint(self):
        assert verdicts("OMB-14", None, *ANSWERED, SENT) == ["met"]
        [document] = SENT.items
        strange = attrs.evolve(SENT, items=(attrs.evolve(document, entry="f" * 32),))
        found = the_finding("OMB-14", None, *ANSWERED, strange)
        assert found.verdict == "missed"
        assert "d1 is not in the record" in found.sentence
        unnamed = attrs.evolve(SENT, items=(attrs.evolve(document, entry=None),))
        assert verdicts("OMB-14", None, *ANSWERED, unnamed) == ["cannot-tell"]


class TestPublicReport:
    REPORT = e.PublicReportReceived(occurred_on=day(7, 10), body="lgsco")

    def test_omb_16_three_months_that_begin_with_the_day_it_came(self):
        answered = e.PublicReportAnswered(occurred_on=day(10, 10), body="lgsco")
        found = the_finding("OMB-16", LGSCO, *ANSWERED, self.REPORT, answered)
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(10, 9), 1)
        assert "Local Government Act 1974, section 31(2)" in found.paragraph
        assert [int(event, 16) for event in found.events] == [4, 5]

    def test_omb_16_a_withdrawn_complaint_owes_it_all_the_same(self):
        withdrawn = e.ComplaintWithdrawn(occurred_on=day(7, 20))
        assert verdicts("OMB-16", LGSCO, *ANSWERED, self.REPORT, withdrawn) == ["missed"]
