"""A clock starts where its code says, and not while nobody can say where (domain-sources.md A)."""

import attrs
import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.testing.specification import history
from rules.asking import (
    TODAY,
    acknowledged,
    day,
    escalated,
    findings,
    governing,
    received,
    responded,
    the_finding,
)

CHILDREN = "children-2006"
ADULT = "adult-social-care-2009"
RECEIVED = received(day(4, 2))
ANSWERED = (RECEIVED, responded(day(4, 20)))
FINAL = e.WrittenRecordMade(occurred_on=day(5, 20), final=True)
BY_TELEPHONE = escalated(day(5, 6), channel="telephone")
FROM_THE_REQUEST, FROM_THE_RECORD = day(6, 11), day(6, 25)  # 25 working days


def due(code, *events):
    case = Case.of(history(events), governing(code), TODAY)
    return {deadline.id: deadline.due_on for deadline in case.deadlines}


class TestStage2OfChildren:
    STAGE_2 = "stage-2-respond"

    def stage_2(self, *events, today=TODAY):
        return the_finding("CSC-03", CHILDREN, *events, subject=self.STAGE_2, today=today)

    def test_csc_03_a_record_made_at_stage_1_starts_no_stage_2(self):
        assert self.STAGE_2 not in due(CHILDREN, *ANSWERED, FINAL)

    def test_csc_03_a_record_from_before_the_request_does_not_start_it(self):
        earlier = attrs.evolve(FINAL, occurred_on=day(4, 8))
        told = (*ANSWERED, earlier, escalated(day(5, 6)))
        assert due(CHILDREN, *told)[self.STAGE_2] == FROM_THE_REQUEST

    @pytest.mark.parametrize("channel", ["telephone", "in-person", "oral"])
    def test_csc_03_an_oral_request_waits_for_its_final_record(self, channel):
        asked = escalated(day(5, 6), channel=channel)
        draft = attrs.evolve(FINAL, occurred_on=day(5, 12), final=False)
        for told in ((*ANSWERED, asked), (*ANSWERED, asked, draft)):
            waiting = self.stage_2(*told)
            assert (waiting.verdict, waiting.due_on) == ("cannot-tell", None)
            assert "does not start before written record final" in waiting.sentence
        assert self.stage_2(*ANSWERED, asked, draft, FINAL).due_on == FROM_THE_RECORD

    @pytest.mark.parametrize("channel", ["letter", "email", None])
    def test_csc_03_a_written_request_counts_from_its_own_day(self, channel):
        asked = escalated(day(5, 6), channel=channel)
        assert self.stage_2(*ANSWERED, asked).due_on == FROM_THE_REQUEST

    def test_csc_03_what_is_received_orally_at_stage_2_waits_too(self):
        direct = received(day(5, 6), stage="stage-2", channel="telephone")
        assert self.stage_2(direct).verdict == "cannot-tell"
        assert self.stage_2(direct, FINAL).due_on == FROM_THE_RECORD
        assert self.stage_2(attrs.evolve(direct, channel="letter")).due_on == FROM_THE_REQUEST

    def test_csc_03_an_oral_complaint_at_stage_1_makes_no_oral_request(self):
        spoken = received(day(4, 2), channel="telephone")
        asked = (spoken, responded(day(4, 20)), escalated(day(5, 6), channel="letter"))
        assert self.stage_2(*asked).due_on == FROM_THE_REQUEST

    def test_csc_03_it_counts_from_the_day_on_which_stage_1_was_left_out(self):
        skipped = e.StageSkipAgreed(occurred_on=day(4, 9), stage="stage-1")
        told = (RECEIVED, skipped, escalated(day(5, 6)))
        assert due(CHILDREN, *told)[self.STAGE_2] == day(5, 15)
        record = attrs.evolve(FINAL, occurred_on=day(4, 15))
        assert due(CHILDREN, *told, record)[self.STAGE_2] == day(5, 21)

    def test_csc_03_a_request_that_nobody_dated_starts_nothing_that_can_be_told(self):
        found = self.stage_2(*ANSWERED, escalated(None))
        assert found.verdict == "cannot-tell"
        assert "nobody knows when, so that no day can be reckoned" in found.sentence


class TestStage1OfChildren:
    ASKED = e.AdvocateRequested(occurred_on=day(4, 2))
    APPOINTED = e.AdvocateAppointed(occurred_on=day(4, 15))

    def test_csc_02_whoever_waits_for_an_advocate_waits_and_that_is_said(self):
        found = the_finding("CSC-02", CHILDREN, RECEIVED, self.ASKED)
        assert found.verdict == "cannot-tell"
        assert "does not start before advocate appointed" in found.sentence

    def test_csc_02_an_advocate_who_is_asked_for_later_moves_no_start(self):
        later = attrs.evolve(self.ASKED, occurred_on=day(4, 9))
        assert due(CHILDREN, RECEIVED, later)["stage-1-respond"] == day(4, 20)
        assert due(CHILDREN, RECEIVED, later, self.APPOINTED)["stage-1-respond"] == day(4, 20)

    def test_csc_02_nor_does_one_whom_nobody_asked_for(self):
        assert due(CHILDREN, RECEIVED, self.APPOINTED)["stage-1-respond"] == day(4, 20)

    def test_csc_02_a_later_start_is_agreed_beforehand(self):
        agreed = e.StartAgreed(occurred_on=day(4, 10), start_on=day(4, 15))
        assert due(CHILDREN, RECEIVED, agreed)["stage-1-respond"] == day(4, 29)
        afterwards = attrs.evolve(agreed, occurred_on=day(4, 16))
        assert due(CHILDREN, RECEIVED, afterwards)["stage-1-respond"] == day(4, 20)
        that_day = attrs.evolve(agreed, occurred_on=day(4, 15))
        assert due(CHILDREN, RECEIVED, that_day)["stage-1-respond"] == day(4, 29)


class TestUndated:
    def test_lgsco_01_a_receipt_that_nobody_dated_is_judged_as_cannot_tell(self):
        told = (received(None), acknowledged(), responded())
        found = the_finding("LGSCO-01", "lgsco-2024", *told)
        assert (found.verdict, found.stage) == ("cannot-tell", "stage-1")
        assert [int(event, 16) for event in found.events] == [1]

    def test_lgsco_08_so_is_a_request_for_stage_2(self):
        told = (received(), acknowledged(), responded(), escalated(None))
        found = findings("LGSCO-08", "lgsco-2024", *told)
        assert [each.verdict for each in found] == ["cannot-tell", "cannot-tell"]


class TestResponsePeriod:
    FIRST = e.ResponsePeriodSet(occurred_on=day(4, 14), until=day(5, 29), told_on=day(4, 14))
    SECOND = attrs.evolve(FIRST, occurred_on=day(5, 29), until=day(6, 30))

    def judged(self, *periods):
        told = (RECEIVED, acknowledged(day(4, 8)), *periods, responded(day(6, 30)))
        return the_finding("ASC-09", ADULT, *told, subject="response-period")

    def test_asc_09_a_period_is_set_anew_before_it_passes(self):
        found = self.judged(self.FIRST, self.SECOND)
        assert (found.verdict, found.due_on) == ("met", day(6, 30))

    def test_asc_09_one_that_has_passed_is_not_set_anew(self):
        too_late = attrs.evolve(self.SECOND, occurred_on=day(6, 1))
        found = self.judged(self.FIRST, too_late)
        assert (found.verdict, found.due_on, found.days_late) == ("missed", day(5, 29), 32)
