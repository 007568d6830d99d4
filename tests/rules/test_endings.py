"""What is owed ends where nobody can owe it any more; what was late by then stays late."""

import attrs
import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.complaint import replay
from complaint_ledger.testing.specification import history
from rules.asking import (
    MANAGER,
    TODAY,
    acknowledged,
    closed,
    day,
    escalated,
    extended,
    findings,
    governing,
    received,
    responded,
    the_finding,
    verdicts,
)

LGSCO = "lgsco-2024"
SPSO = "spso-2021"
CHILDREN = "children-2006"
SOCIAL = "welsh-social-services-2014"
BEGUN = (received(), acknowledged())  # stage 1 is due on Tue 5 May
LAST, LATER = day(5, 5), day(5, 8)


def withdrawn(on):
    return e.ComplaintWithdrawn(occurred_on=on)


def refused(on):
    return e.ComplaintRefused(occurred_on=on, reason="already-considered")


def transferred(on, **more):
    return e.ComplaintTransferred(occurred_on=on, body="nhs-trust", **more)


class TestTheWholeComplaint:
    @pytest.mark.parametrize("end", [withdrawn, refused, transferred])
    def test_lgsco_02_who_has_no_complaint_any_more_is_owed_no_answer(self, end):
        assert verdicts("LGSCO-02", LGSCO, *BEGUN, end(LAST)) == []
        found = the_finding("LGSCO-02", LGSCO, *BEGUN, end(LATER))
        assert (found.verdict, found.days_late) == ("missed", 3)
        assert found.sentence.endswith("nothing shows that it was done, 3 days late when it ended.")

    @pytest.mark.parametrize("end", [withdrawn, refused, transferred])
    def test_lgsco_18_nor_a_final_one(self, end):
        assert verdicts("LGSCO-18", LGSCO, *BEGUN, end(LAST)) == []

    def test_lgsco_02_what_is_handed_over_in_part_is_owed_for_the_rest(self):
        two = (received(heads=(e.Head(id="h1"), e.Head(id="h2"))), acknowledged())
        assert verdicts("LGSCO-02", LGSCO, *two, transferred(LAST, heads=("h2",))) == ["missed"]
        assert verdicts("LGSCO-02", LGSCO, *two, transferred(LAST, heads=("h1", "h2"))) == []
        headless = (received(heads=()), acknowledged(), transferred(LAST, heads=("h2",)))
        assert verdicts("LGSCO-02", LGSCO, *headless) == ["missed"]

    def test_lgsco_02_what_was_withdrawn_and_is_open_again_is_judged_anew(self):
        again = e.ComplaintReopened(
            occurred_on=day(7, 6), stage="stage-1", attempt=2, reason="new-evidence"
        )
        told = (*BEGUN, withdrawn(day(4, 30)), again)
        found = findings("LGSCO-02", LGSCO, *told, today=day(8, 3))
        assert [(each.attempt, each.verdict) for each in found] == [(2, "missed")]

    def test_wss_01_terms_follow_an_agreement_whatever_becomes_of_the_complaint(self):
        agreed = e.ResolvedByAgreement(occurred_on=LAST, stage="stage-1")
        told = (*BEGUN, agreed, withdrawn(day(5, 6)))
        found = the_finding("WSS-01", SOCIAL, *told, subject="terms")
        assert (found.verdict, found.due_on) == ("missed", day(5, 12))


class TestClosing:
    def test_lgsco_02_closed_before_its_day_nobody_can_tell(self):
        found = the_finding("LGSCO-02", LGSCO, *BEGUN, closed(LAST))
        assert (found.verdict, found.days_late) == ("cannot-tell", None)
        assert "nothing shows that it was done before it was closed on Tue 5 May" in found.sentence

    def test_lgsco_02_closed_after_it_it_was_late_and_gets_no_later(self):
        for today in (day(6, 1), TODAY):
            found = the_finding("LGSCO-02", LGSCO, *BEGUN, closed(LATER), today=today)
            assert (found.verdict, found.days_late) == ("missed", 3)
            assert found.sentence.endswith("3 days late when it ended.")

    def test_gen_13_a_request_that_is_told_late_opens_nothing_again(self):
        told = (*BEGUN, responded(), closed(day(7, 1)))
        assert replay((*told, escalated(day(5, 20)))).status == "closed"
        assert replay((*told, escalated(day(7, 2)))).status == "open"

    @pytest.mark.parametrize(
        ("on", "status"),
        [(day(5, 20), "closed"), (None, "closed"), (day(7, 1), "open"), (day(7, 6), "open")],
    )
    def test_gen_13_only_who_goes_on_after_the_end_opens_it_again(self, on, status):
        told = (*BEGUN, responded(), closed(day(7, 1)), escalated(on))
        assert Case.of(history(told), governing(LGSCO), TODAY).complaint.status == status


class TestStages:
    def test_lgsco_01_an_answer_makes_up_for_no_acknowledgement(self):
        found = the_finding("LGSCO-01", LGSCO, received(), responded(day(4, 21)))
        assert found.verdict == "missed"

    @pytest.mark.parametrize(
        ("on", "found"), [(LAST, []), (LATER, [("missed", 3)])], ids=["before", "after"]
    )
    def test_lgsco_02_a_stage_that_was_left_behind_owes_no_answer(self, on, found):
        told = (*BEGUN, escalated(on))
        assert [
            (each.verdict, each.days_late) for each in findings("LGSCO-02", LGSCO, *told)
        ] == found

    @pytest.mark.parametrize(
        ("on", "found"), [(day(4, 29), []), (day(5, 1), ["missed"])], ids=["before", "after"]
    )
    def test_csc_02_nor_does_one_that_was_left_out_by_agreement(self, on, found):
        skipped = e.StageSkipAgreed(occurred_on=on, stage="stage-1")
        assert verdicts("CSC-02", CHILDREN, received(), skipped) == found

    def test_spso_05_whoever_has_the_answer_waits_for_no_further_word(self):
        more = extended(day(6, 1), day(8, 28), "stage-2", approver=MANAGER, told_on=day(6, 1))
        told = (received(), responded(day(4, 21)), escalated(day(5, 6)), more)
        [found] = findings("SPSO-05", SPSO, *told, responded(day(6, 26), "stage-2"))
        assert (found.verdict, found.happened_on) == ("met", day(6, 26))

    def test_spso_03_an_acknowledgement_of_stage_2_is_owed_until_it_comes(self):
        told = (received(), responded(day(4, 21)), escalated(day(5, 6)))
        answered = (*told, responded(day(6, 3), "stage-2"))
        found = the_finding("SPSO-03", SPSO, *answered, subject="stage-2-acknowledge")
        assert (found.verdict, found.due_on) == ("missed", day(5, 8))


class TestPromises:
    OFFERED = e.RemedyOffered(occurred_on=day(4, 30), item="r1", kind="action", due_on=day(6, 1))
    UNDONE = e.RemedyUndeliverable(occurred_on=day(6, 3), item="r1", reason="no-crew")
    DECLINED = e.RemedyDeclined(occurred_on=day(6, 3), item="r1")

    @pytest.mark.parametrize("end", [UNDONE, DECLINED], ids=["undeliverable", "declined"])
    def test_lgsco_19_a_remedy_is_owed_until_it_came_to_nothing(self, end):
        told = (*BEGUN, responded(), self.OFFERED)
        found = the_finding("LGSCO-19", LGSCO, *told, end, subject="remedy")
        assert (found.verdict, found.days_late) == ("missed", 2)
        assert found.sentence.endswith("2 days late when it ended.")
        for in_time in (day(6, 1), None):
            ended = attrs.evolve(end, occurred_on=in_time)
            assert verdicts("LGSCO-19", LGSCO, *told, ended, subject="remedy") == []

    def test_lgsco_23_a_restriction_is_reviewed_until_it_is_lifted(self):
        restricted = e.ContactRestricted(
            occurred_on=day(5, 1), item="c1", reason="abusive", review_on=day(8, 3)
        )
        lifted = e.RestrictionLifted(occurred_on=day(8, 5), item="c1")
        told = (*BEGUN, restricted)
        reviewed = {"subject": "restriction-review"}
        assert the_finding("LGSCO-23", LGSCO, *told, lifted, **reviewed).days_late == 2
        early = attrs.evolve(lifted, occurred_on=day(8, 3))
        assert verdicts("LGSCO-23", LGSCO, *told, early, **reviewed) == []
