"""A complaint may have several heads: what is asked of each, and of a code that covers some."""

import attrs
import pytest

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.code_refusals import code_refusals
from complaint_ledger.domain.findings import judge
from complaint_ledger.testing.specification import history
from rules.asking import (
    TODAY,
    acknowledged,
    day,
    escalated,
    findings,
    governing,
    live,
    received,
    responded,
    verdicts,
)

LGSCO = "lgsco-2024"
CHILDREN = "children-2006"
BINS, CHILD = e.Head(id="h1", service="waste"), e.Head(id="h2", service="childrens-social-care")
TWO = received(heads=(BINS, CHILD))
BEGUN = (TWO, acknowledged())


def covered(rule, code, head, *events, subject=None):
    """Return the verdicts on *rule* where *code* covers *head* alone."""
    by = attrs.evolve(governing(code), heads=(head,))
    return [
        found.verdict
        for found in judge(history(events), [by], TODAY)
        if found.rule == rule and subject in {None, found.subject}
    ]


class TestEveryHead:
    def test_lgsco_15_what_was_added_after_the_answer_was_not_to_be_in_it(self):
        added = e.HeadAdded(occurred_on=day(5, 12), head=e.Head(id="h3"))
        both = responded(heads=("h1", "h2"))
        assert verdicts("LGSCO-15", LGSCO, *BEGUN, both, added) == ["met"]
        before = attrs.evolve(added, occurred_on=day(4, 28))
        assert verdicts("LGSCO-15", LGSCO, *BEGUN, before, both) == ["missed"]

    def test_lgsco_15_nor_what_another_body_had_taken_over(self):
        moved = e.ComplaintTransferred(occurred_on=day(4, 28), body="nhs-trust", heads=("h2",))
        assert verdicts("LGSCO-15", LGSCO, *BEGUN, moved, responded()) == ["met"]
        too_late = attrs.evolve(moved, occurred_on=day(5, 12))
        assert verdicts("LGSCO-15", LGSCO, *BEGUN, too_late, responded()) == ["missed"]

    def test_lgsco_15_two_letters_may_answer_a_complaint_between_them(self):
        first, second = responded(day(4, 28)), responded(day(5, 1), heads=("h2",))
        assert verdicts("LGSCO-15", LGSCO, *BEGUN, first) == ["missed"]
        assert verdicts("LGSCO-15", LGSCO, *BEGUN, first, second) == ["met", "met"]

    def test_lgsco_15_nor_what_both_sides_had_agreed_on(self):
        agreed = e.ResolvedByAgreement(occurred_on=day(4, 28), stage="stage-1", heads=("h2",))
        assert verdicts("LGSCO-15", LGSCO, *BEGUN, agreed, responded()) == ["met"]

    def test_gen_11_an_answer_on_the_other_head_is_no_second_one(self):
        first, second = responded(heads=("h1",)), responded(day(5, 8), heads=("h2",))
        assert findings("GEN-11", None, *BEGUN, first, second) == []
        agreed = e.ResolvedByAgreement(occurred_on=day(4, 28), stage="stage-1", heads=("h2",))
        assert findings("GEN-11", None, *BEGUN, agreed, first) == []
        assert verdicts("GEN-11", None, *BEGUN, agreed, second) == ["missed"]
        everything = attrs.evolve(agreed, heads=())
        assert verdicts("GEN-11", None, *BEGUN, everything, first) == ["missed"]

    def test_gen_11_nor_is_it_refused(self):
        answer = c.Respond(occurred_on=day(5, 8), stage="stage-1", outcomes=responded().outcomes)
        on_the_other = responded(heads=("h2",))
        assert live(LGSCO, *BEGUN, on_the_other, command=answer).events
        live(LGSCO, *BEGUN, responded(), command=answer).then_refused("GEN-11")


class TestServices:
    def test_lgsco_26_what_a_head_is_about_counts_before_the_complaint(self):
        careless = received(service="public-health", heads=(BINS,))
        assert verdicts("LGSCO-26", LGSCO, careless) == ["met"]
        nameless = received(service="public-health", heads=(e.Head(id="h1"),))
        assert verdicts("LGSCO-26", LGSCO, nameless) == ["missed"]

    def test_lgsco_26_a_head_under_another_code_is_another_matter(self):
        assert verdicts("LGSCO-26", LGSCO, TWO) == ["missed"]
        assert covered("LGSCO-26", LGSCO, "h1", TWO) == ["met"]
        assert covered("LGSCO-26", LGSCO, "h2", TWO) == ["missed"]


class TestTwoCodes:
    """The bins go by the LGSCO Code, the child's services by the regulations."""

    ANSWERED = (*BEGUN, responded(heads=("h1",)))

    def test_lgsco_02_an_answer_meets_the_code_of_the_head_that_it_answers(self):
        assert covered("LGSCO-02", LGSCO, "h1", *self.ANSWERED) == ["met"]
        assert covered("CSC-02", CHILDREN, "h2", *self.ANSWERED) == ["missed"]

    def test_csc_03_stage_2_for_one_head_is_none_for_the_other(self):
        going_on = (*self.ANSWERED, escalated(heads=("h1",)), acknowledged(day(5, 28), "stage-2"))
        assert covered("LGSCO-08", LGSCO, "h1", *going_on) == ["met", "missed"]
        assert covered("CSC-03", CHILDREN, "h2", *going_on) == []
        assert covered("CSC-04", CHILDREN, "h2", *going_on) == []
        whole = (*self.ANSWERED, escalated())
        assert covered("CSC-04", CHILDREN, "h2", *whole) == ["cannot-tell"]

    def test_lgsco_19_a_remedy_for_one_head_is_none_for_the_other(self):
        offered = e.RemedyOffered(
            occurred_on=day(5, 5), item="r1", kind="action", due_on=day(6, 1), head="h2"
        )
        delivered = e.RemedyDelivered(occurred_on=day(6, 3), item="r1")
        told = (*self.ANSWERED, offered, delivered)
        assert covered("LGSCO-19", LGSCO, "h1", *told) == []
        assert covered("LGSCO-19", LGSCO, "h2", *told, subject="remedy") == ["missed"]
        assert covered("promise-kept", CHILDREN, "h2", *told) == ["missed"]

    def test_csc_02_what_another_body_took_over_is_owed_here_no_more(self):
        moved = e.ComplaintTransferred(occurred_on=day(4, 20), body="nhs-trust", heads=("h2",))
        assert covered("LGSCO-02", LGSCO, "h1", *BEGUN, moved) == ["missed"]
        assert covered("CSC-02", CHILDREN, "h2", *BEGUN, moved) == []

    @pytest.mark.parametrize(("head", "rules"), [("h1", []), ("h2", ["CSC-03"])])
    def test_csc_03_a_code_refuses_only_what_concerns_its_heads(self, head, rules):
        by = attrs.evolve(governing(CHILDREN), heads=(head,))
        told = history([*BEGUN, escalated(day(5, 6), heads=("h2",))])
        beyond = e.ResponseExtended(
            occurred_on=day(6, 1), stage="stage-2", extends="stage-2-respond", until=day(9, 1),
            reason="complex", told_on=day(6, 1),
        )  # fmt: skip
        refused = code_refusals(beyond, told, [by], told[0].recorded_at)
        assert [each.rule for each in refused] == rules
