"""Every deadline says what it is, when it falls and why (GEN-10)."""

from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pytest

from complaint_ledger.calendars import load_calendar
from complaint_ledger.codes import load_code, parse_code
from complaint_ledger.domain.deadlines import (
    Milestone,
    civil_date,
    deadlines,
    next_owed,
)
from complaint_ledger.errors import BadValue, CalendarOutOfRange

LGSCO = load_code("lgsco-2024").code
SPSO = load_code("spso-2021").code
ENGLAND = load_calendar("england-and-wales")
SCOTLAND = load_calendar("scotland")


def at(**days):
    return {name.replace("_", "-"): Milestone(on=day) for name, day in days.items()}


def due(code, calendar, milestones, extensions=None):
    found = deadlines(code, calendar, milestones, extensions or {})
    return {deadline.id: deadline for deadline in found}


def days(code, calendar, milestones):
    return {name: each.due_on for name, each in due(code, calendar, milestones).items()}


RECEIVED = at(received=date(2026, 1, 12))
ACKNOWLEDGED = RECEIVED | at(acknowledged=date(2026, 1, 14))
ESCALATED = ACKNOWLEDGED | at(stage_1_responded=date(2026, 1, 28), escalated=date(2026, 2, 13))


class TestLgsco:
    def test_lgsco_01_acknowledgement_is_due_five_working_days_after_receipt(self):
        owed = due(LGSCO, ENGLAND, RECEIVED)["stage-1-acknowledge"]
        assert owed.due_on == date(2026, 1, 19)
        assert (owed.rule, owed.presumed, owed.stage, owed.kind) == (
            "LGSCO-01",
            False,
            "stage-1",
            "duty",
        )
        assert owed.source == "LGSCO Complaint Handling Code 2024, paragraph 6.2"
        assert owed.because == (
            "received on Mon 12 Jan 2026",
            "5 working days (after), counting from the day after Mon 12 Jan 2026",
            "Tue 13 Jan 2026 is day 1",
            "Sat 17 Jan 2026 is not a working day: weekend",
            "Sun 18 Jan 2026 is not a working day: weekend",
            "Mon 19 Jan 2026 is day 5",
            "LGSCO Complaint Handling Code 2024, paragraph 6.2; rule LGSCO-01",
            f"calendar england-and-wales, version {ENGLAND.version}",
        )

    def test_lgsco_02_the_answer_is_due_ten_working_days_after_acknowledgement(self):
        owed = due(LGSCO, ENGLAND, ACKNOWLEDGED)["stage-1-respond"]
        assert (owed.due_on, owed.rule, owed.presumed) == (date(2026, 1, 28), "LGSCO-02", False)

    def test_lgsco_02_a_prompt_acknowledgement_makes_an_earlier_answer_due(self):
        same_day = RECEIVED | at(acknowledged=date(2026, 1, 12))
        assert days(LGSCO, ENGLAND, same_day)["stage-1-respond"] == date(2026, 1, 26)

    def test_lgsco_03_without_acknowledgement_the_last_day_for_it_is_presumed(self):
        owed = due(LGSCO, ENGLAND, RECEIVED)["stage-1-respond"]
        assert (owed.due_on, owed.rule, owed.presumed) == (date(2026, 2, 2), "LGSCO-03", True)
        assert owed.because[0] == (
            "acknowledged: not known; presumed on Mon 19 Jan 2026, the last day for it"
        )
        assert owed.because[-2].endswith("rule LGSCO-03")

    def test_lgsco_05_the_furthest_day_is_twenty_working_days_after_acknowledgement(self):
        furthest = due(LGSCO, ENGLAND, ACKNOWLEDGED)["stage-1-respond-extended"]
        assert furthest.due_on == date(2026, 2, 11)
        assert (furthest.kind, furthest.rule, furthest.presumed, furthest.stage) == (
            "norm",
            "LGSCO-05",
            False,
            "stage-1",
        )
        assert furthest.source == "LGSCO Complaint Handling Code 2024, paragraph 6.4"
        assert furthest.extended_until is None
        assert furthest.because[:3] == (
            "acknowledged on Wed 14 Jan 2026",
            "10 working days and 10 more, the most without good reason",
            "20 working days (after), counting from the day after Wed 14 Jan 2026",
        )
        assert furthest.because[-2:] == (
            "LGSCO Complaint Handling Code 2024, paragraph 6.4; rule LGSCO-05",
            f"calendar england-and-wales, version {ENGLAND.version}",
        )
        assert due(LGSCO, ENGLAND, RECEIVED)["stage-1-respond-extended"].presumed

    def test_lgsco_08_stage_2(self):
        asked = days(LGSCO, ENGLAND, ESCALATED)
        assert asked["stage-2-acknowledge"] == date(2026, 2, 20)
        assert asked["stage-2-respond"] == date(2026, 3, 20)  # presumed
        answered = due(LGSCO, ENGLAND, ESCALATED | at(stage_2_acknowledged=date(2026, 2, 17)))
        assert answered["stage-2-respond"].due_on == date(2026, 3, 17)
        assert answered["stage-2-respond"].rule == "LGSCO-08"
        assert answered["stage-2-respond"].source == (
            "LGSCO Complaint Handling Code 2024, section 6, stage 2 (source: secondary)"
        )
        assert answered["stage-2-respond-extended"].due_on == date(2026, 4, 16)

    def test_lgsco_08_the_same_stage_2_counted_in_scotland_ends_a_day_sooner(self):
        known = ESCALATED | at(stage_2_acknowledged=date(2026, 2, 17))
        assert days(LGSCO, SCOTLAND, known)["stage-2-respond-extended"] == date(2026, 4, 15)

    def test_lgsco_08_a_presumed_stage_2_keeps_its_rule(self):
        owed = due(LGSCO, ENGLAND, ESCALATED)["stage-2-respond"]
        assert (owed.rule, owed.presumed) == ("LGSCO-08", True)

    def test_lgsco_18_the_whole_journey_is_judged_by_twelve_weeks(self):
        norm = due(LGSCO, ENGLAND, RECEIVED)["whole-journey"]
        assert (norm.due_on, norm.kind, norm.rule, norm.stage) == (
            date(2026, 4, 6),
            "norm",
            "LGSCO-18",
            None,
        )

    def test_lgsco_13_a_complaint_may_be_raised_within_twelve_months_of_awareness(self):
        known = at(occurred=date(2025, 1, 1), aware=date(2025, 3, 15))
        right = due(LGSCO, ENGLAND, known)["raise-by"]
        assert (right.due_on, right.kind) == (date(2026, 3, 15), "right")
        assert right.because[0] == "aware on Sat 15 Mar 2025"
        known = days(LGSCO, ENGLAND, at(occurred=date(2024, 2, 29)))
        assert known["raise-by"] == date(2025, 2, 28)

    def test_e7_an_acknowledgement_at_the_weekend(self):
        known = RECEIVED | at(acknowledged=date(2026, 1, 24))
        assert days(LGSCO, ENGLAND, known)["stage-1-respond"] == date(2026, 2, 6)

    def test_deadlines_come_in_the_order_of_the_code(self):
        known = ESCALATED | at(aware=date(2026, 1, 10))
        assert list(due(LGSCO, ENGLAND, known)) == [
            "stage-1-acknowledge",
            "stage-1-respond",
            "stage-1-respond-extended",
            "stage-2-acknowledge",
            "stage-2-respond",
            "stage-2-respond-extended",
            "whole-journey",
            "raise-by",
            "ombudsman-by",
        ]

    def test_a_clock_that_nothing_has_started_is_not_there(self):
        assert deadlines(LGSCO, ENGLAND, {}) == ()
        assert "stage-2-respond" not in due(LGSCO, ENGLAND, ACKNOWLEDGED)


class TestSpso:
    def test_spso_01_the_day_of_receipt_is_day_1(self):
        owed = due(SPSO, SCOTLAND, at(received=date(2026, 6, 11)))["stage-1-respond"]
        assert (owed.due_on, owed.rule) == (date(2026, 6, 18), "SPSO-02")
        assert (
            "Mon 15 Jun 2026 is not a working day: Scotland's participation in the FIFA World Cup final"
            in owed.because
        )
        assert owed.source == (
            "SPSO Model Complaints Handling Procedure for local authorities 2021, part 3,"
            " stage 1 (source: near-identical; counting: unverified)"
        )

    def test_spso_01_a_receipt_on_a_saturday_moves_to_the_next_working_day(self):
        known = at(received=date(2026, 5, 23))
        assert days(SPSO, SCOTLAND, known)["stage-1-respond"] == date(2026, 6, 1)

    def test_spso_01_a_receipt_after_hours_counts_from_the_next_day(self):
        late = {"received": Milestone(on=date(2026, 6, 11), outside_hours=True)}
        owed = due(SPSO, SCOTLAND, late)["stage-1-respond"]
        assert owed.due_on == date(2026, 6, 19)
        assert owed.because[:2] == (
            "received on Thu 11 Jun 2026, outside office hours: taken as Fri 12 Jun 2026",
            "5 working days (inclusive), counting from Fri 12 Jun 2026 itself",
        )
        assert not owed.presumed

    def test_a_receipt_after_hours_makes_no_odds_where_counting_begins_the_day_after(self):
        late = {"received": Milestone(on=date(2026, 1, 12), outside_hours=True)}
        assert days(LGSCO, ENGLAND, late) == days(LGSCO, ENGLAND, RECEIVED)

    def test_spso_02_ten_working_days_in_all_are_the_most_there_is(self):
        furthest = due(SPSO, SCOTLAND, at(received=date(2026, 6, 1)))["stage-1-respond-extended"]
        assert furthest.due_on == date(2026, 6, 12)
        assert furthest.because[1] == "5 working days and 5 more, the most there is"

    def test_spso_03_stage_2_runs_from_escalation_or_from_direct_receipt(self):
        for start in ("escalated", "received_at_stage_2"):
            known = days(SPSO, SCOTLAND, at(**{start: date(2026, 5, 20)}))
            assert known["stage-2-acknowledge"] == date(2026, 5, 22)
            assert known["stage-2-respond"] == date(2026, 6, 18)
            assert "stage-1-respond" not in known

    def test_spso_03_no_cap_was_found_and_so_there_is_no_furthest_day(self):
        assert "stage-2-respond-extended" not in due(
            SPSO, SCOTLAND, at(escalated=date(2026, 5, 20))
        )

    def test_spso_07_stage_2_may_be_asked_for_until_the_later_of_two_days(self):
        known = at(occurred=date(2026, 1, 10), stage_1_response_received=date(2026, 5, 20))
        right = due(SPSO, SCOTLAND, known)["escalate-by"]
        assert (right.due_on, right.presumed, right.rule) == (date(2026, 7, 20), False, "SPSO-07")
        assert right.because[:5] == (
            "occurred on Sat 10 Jan 2026",
            "6 months after Sat 10 Jan 2026: Fri 10 Jul 2026",
            "stage 1 response received on Wed 20 May 2026",
            "2 months after Wed 20 May 2026: Mon 20 Jul 2026",
            "the later of them is Mon 20 Jul 2026",
        )
        early = known | at(stage_1_response_received=date(2026, 3, 2))
        assert days(SPSO, SCOTLAND, early)["escalate-by"] == date(2026, 7, 10)

    def test_spso_07_the_day_of_issue_in_place_of_receipt_is_flagged_presumed(self):
        known = at(occurred=date(2026, 1, 10), stage_1_responded=date(2026, 5, 20))
        right = due(SPSO, SCOTLAND, known)["escalate-by"]
        assert (right.due_on, right.presumed) == (date(2026, 7, 20), True)
        assert right.because[2] == (
            "stage 1 response received: not known; presumed from stage 1 responded on Wed 20 May 2026"
        )
        both = known | at(stage_1_response_received=date(2026, 5, 22))
        assert due(SPSO, SCOTLAND, both)["escalate-by"].due_on == date(2026, 7, 22)
        assert not due(SPSO, SCOTLAND, both)["escalate-by"].presumed

    def test_spso_07_a_limb_that_is_not_known_makes_the_day_presumed(self):
        right = due(SPSO, SCOTLAND, at(aware=date(2026, 1, 10)))["escalate-by"]
        assert (right.due_on, right.presumed) == (date(2026, 7, 10), True)
        assert right.because == (
            "aware on Sat 10 Jan 2026",
            "6 months after Sat 10 Jan 2026: Fri 10 Jul 2026",
            "stage 1 response received: not known, and the last day may be later for it",
            (
                "SPSO Model Complaints Handling Procedure for local authorities 2021, part 2, time"
                " limits (source: near-identical); rule SPSO-07"
            ),
            f"calendar scotland, version {SCOTLAND.version}",
        )

    def test_spso_07_the_other_limb_alone(self):
        known = at(stage_1_response_received=date(2026, 5, 20))
        right = due(SPSO, SCOTLAND, known)["escalate-by"]
        assert (right.due_on, right.presumed) == (date(2026, 7, 20), True)
        assert "aware or occurred: not known, and the last day may be later for it" in right.because


class TestTheReasonsDiffer:
    def test_e5_the_same_day_by_different_routes(self):
        received = at(received=date(2026, 11, 26))
        scottish = due(SPSO, SCOTLAND, received)["stage-1-respond"]
        english = due(LGSCO, ENGLAND, received)["stage-1-acknowledge"]
        assert scottish.due_on == english.due_on == date(2026, 12, 3)
        skipped = "Mon 30 Nov 2026 is not a working day: Saint Andrew's Day"
        assert skipped in scottish.because
        assert skipped not in english.because
        assert "Thu 26 Nov 2026 is day 1" in scottish.because
        assert "Fri 27 Nov 2026 is day 1" in english.because


class TestWhatMeetsADeadline:
    def test_a_deadline_is_outstanding_until_its_event(self):
        owed = due(LGSCO, ENGLAND, RECEIVED)["stage-1-acknowledge"]
        assert owed.outstanding
        met = due(LGSCO, ENGLAND, ACKNOWLEDGED)["stage-1-acknowledge"]
        assert (met.outstanding, met.met_on) == (False, date(2026, 1, 14))

    def test_an_answer_meets_the_norm_too(self):
        known = due(LGSCO, ENGLAND, ESCALATED)
        assert known["stage-1-respond-extended"].met_on == date(2026, 1, 28)
        assert known["stage-2-respond-extended"].met_on is None

    def test_of_several_events_the_first_that_the_code_names_meets_it(self):
        closed = RECEIVED | at(closed=date(2026, 2, 1))
        assert due(LGSCO, ENGLAND, closed)["whole-journey"].met_on == date(2026, 2, 1)
        answered = closed | at(finally_answered=date(2026, 3, 1))
        assert due(LGSCO, ENGLAND, answered)["whole-journey"].met_on == date(2026, 3, 1)

    def test_an_extension_never_moves_the_day_of_the_code(self):
        told = {"stage-1-respond": date(2026, 2, 4), "unheard-of": date(2026, 1, 1)}
        known = due(LGSCO, ENGLAND, ACKNOWLEDGED, told)
        owed = known["stage-1-respond"]
        assert (owed.due_on, owed.extended_until, owed.owed_on) == (
            date(2026, 1, 28),
            date(2026, 2, 4),
            date(2026, 2, 4),
        )
        assert owed.because[-3] == (
            "put off until Wed 4 Feb 2026; by the code it stays Wed 28 Jan 2026"
        )
        assert known["stage-1-acknowledge"].owed_on == date(2026, 1, 19)
        assert set(known) == set(due(LGSCO, ENGLAND, ACKNOWLEDGED))

    def test_an_earlier_day_that_was_told_is_the_day_that_is_owed(self):
        owed = due(LGSCO, ENGLAND, ACKNOWLEDGED, {"stage-1-respond": date(2026, 1, 21)})
        assert owed["stage-1-respond"].owed_on == date(2026, 1, 21)


class TestWhatIsOwedNext:
    def test_it_is_the_duty_that_falls_first(self):
        owed = next_owed(deadlines(LGSCO, ENGLAND, RECEIVED), date(2026, 1, 13))
        assert owed.id == "stage-1-acknowledge"

    def test_it_is_owed_even_when_it_is_late(self):
        owed = next_owed(deadlines(LGSCO, ENGLAND, RECEIVED), date(2027, 1, 1))
        assert owed.id == "stage-1-acknowledge"

    def test_what_was_met_is_owed_no_more_from_that_day_on(self):
        known = deadlines(LGSCO, ENGLAND, ACKNOWLEDGED)
        assert next_owed(known, date(2026, 1, 13)).id == "stage-1-acknowledge"
        assert next_owed(known, date(2026, 1, 14)).id == "stage-1-respond"

    def test_an_extension_counts(self):
        known = deadlines(LGSCO, ENGLAND, RECEIVED, {"stage-1-acknowledge": date(2026, 2, 20)})
        assert next_owed(known, date(2026, 1, 13)).id == "stage-1-respond"

    def test_norms_and_rights_are_nothing_that_is_owed(self):
        known = at(aware=date(2026, 1, 1), received=date(2026, 1, 12))
        answered = known | at(acknowledged=date(2026, 1, 13), stage_1_responded=date(2026, 1, 14))
        assert next_owed(deadlines(LGSCO, ENGLAND, answered), date(2026, 1, 15)) is None
        assert next_owed((), date(2026, 1, 15)) is None


class TestTheDayOfAnInstant:
    def test_gen_18_a_summer_night_belongs_to_the_day_in_london(self):
        instant = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
        assert civil_date(instant) == date(2026, 7, 1)
        late = Milestone.at_instant(instant)
        assert (late.on, late.at, late.presumed) == (date(2026, 7, 1), instant, False)
        owed = due(LGSCO, ENGLAND, {"received": late})["stage-1-acknowledge"]
        assert owed.due_on == date(2026, 7, 8)
        assert owed.because[0] == (
            "received on Wed 1 Jul 2026 (in Europe/London; said as 2026-06-30T23:30:00+00:00)"
        )

    def test_gen_18_a_winter_night_does_not(self):
        assert civil_date(datetime(2026, 1, 31, 23, 30, tzinfo=UTC)) == date(2026, 1, 31)

    def test_gen_18_an_instant_without_a_zone_is_refused(self):
        with pytest.raises(BadValue) as refused:
            civil_date(datetime(2026, 6, 30, 23, 30))
        assert (refused.value.field, refused.value.why) == (
            "at",
            "has no time zone; end it with Z or +01:00",
        )

    def test_gen_18_an_instant_beyond_the_years_there_are_is_refused(self):
        west = timezone(timedelta(hours=-5))
        with pytest.raises(BadValue) as refused:
            civil_date(datetime.max.replace(tzinfo=west))
        assert (refused.value.field, refused.value.why) == (
            "at",
            "is beyond every calendar; look at the year",
        )

    def test_a_presumed_milestone_makes_a_presumed_deadline_under_the_same_rule(self):
        known = RECEIVED | {"acknowledged": Milestone(on=date(2026, 1, 14), presumed=True)}
        owed = due(LGSCO, ENGLAND, known)["stage-1-respond"]
        assert (owed.due_on, owed.presumed, owed.rule) == (date(2026, 1, 28), True, "LGSCO-02")
        assert owed.because[0] == "acknowledged on Wed 14 Jan 2026, presumed"

    def test_a_presumed_receipt_after_hours_stays_presumed(self):
        known = {"received": Milestone(on=date(2026, 6, 11), outside_hours=True, presumed=True)}
        assert due(SPSO, SCOTLAND, known)["stage-1-respond"].presumed


def code_of(limit, clock=""):
    return parse_code(
        f"""
        id = "ours"
        version = "1"
        title = "Ours"
        calendar = "england-and-wales"
        [[clocks]]
        id = "acknowledge"
        rule = "OUR-1"
        paragraph = "1"
        source = "primary"
        {clock}
        [[clocks.limits]]
        starts = ["received"]
        {limit}
        """,
        "ours",
    )


class TestEditionsToCome:
    """A later edition needs no more than its text."""

    @pytest.mark.parametrize(
        ("limit", "received", "falls"),
        [
            # E12: a data protection complaint
            (
                'length = 30\nunit = "calendar-days"\nroll = "next-working-day"',
                date(2026, 11, 26),
                date(2026, 12, 29),
            ),
            ('length = 30\nunit = "calendar-days"', date(2026, 11, 26), date(2026, 12, 26)),
            # E8: adult social care
            (
                'length = 6\nunit = "calendar-months-commencing"',
                date(2026, 4, 2),
                date(2026, 10, 1),
            ),
            (
                'length = 6\nunit = "calendar-months-commencing"\nroll = "next-working-day"',
                date(2026, 11, 26),
                date(2027, 5, 25),
            ),
            (
                'length = 1\nunit = "calendar-months"\nroll = "next-working-day"',
                date(2019, 9, 27),
                date(2019, 10, 28),
            ),
            (
                'length = 2\nunit = "calendar-months-commencing"\nroll = "next-working-day"',
                date(2026, 3, 26),
                date(2026, 5, 26),
            ),
            ('length = 1\nunit = "calendar-months"', date(2019, 9, 27), date(2019, 10, 27)),
            ('length = 1\nunit = "weeks"', date(2026, 5, 18), date(2026, 5, 25)),
            (
                'length = 1\nunit = "weeks"\nroll = "next-working-day"',
                date(2026, 5, 18),
                date(2026, 5, 26),
            ),
            # E6: a council that publishes "deemed received the next working day"
            (
                'length = 5\nunit = "working-days"\ncounting = "deemed"',
                date(2026, 5, 23),
                date(2026, 6, 2),
            ),
        ],
    )
    def test_a_limit_falls_where_its_text_says(self, limit, received, falls):
        assert days(code_of(limit), ENGLAND, at(received=received)) == {"acknowledge": falls}

    def test_counting_that_is_better_known_than_the_rest_is_not_mentioned(self):
        limit = 'length = 5\nunit = "working-days"\ncounting_source = "primary"'
        text = code_of(limit)
        guessed = attrs.evolve(text.clocks[0], source="unverified")
        (owed,) = deadlines(attrs.evolve(text, clocks=(guessed,)), ENGLAND, RECEIVED)
        assert owed.source == "Ours, 1 (source: unverified)"

    def test_counting_that_is_as_well_known_as_the_rest_is_not_mentioned(self):
        limit = 'length = 5\nunit = "working-days"\ncounting_source = "primary"'
        (owed,) = deadlines(code_of(limit), ENGLAND, RECEIVED)
        assert owed.source == "Ours, 1"

    def test_e19_a_sum_that_leaves_the_calendar_is_an_error(self):
        limit = 'length = 20\nunit = "working-days"'
        with pytest.raises(CalendarOutOfRange, match="GEN-08"):
            deadlines(code_of(limit), ENGLAND, at(received=date(2028, 12, 18)))

    def test_two_deadlines_are_equal_whatever_they_would_say(self):
        limit = 'length = 5\nunit = "working-days"'
        (one,) = deadlines(code_of(limit), ENGLAND, RECEIVED)
        (other,) = deadlines(code_of(limit), attrs.evolve(ENGLAND, version="another"), RECEIVED)
        assert one == other
        assert one.because != other.because


CHILD = """length = 10
unit = "working-days"
pick = "latest"
waits = { after = "advocate-requested", until = "advocate-appointed" }
"""


class TestAStartThatMoves:
    """CSC-02: an advocate moves the start of the clock; it does not lengthen it."""

    def code(self):
        code = code_of(CHILD)
        (clock,) = code.clocks
        starts = ("received", "interest-decided", "advocate-appointed", "start-agreed")
        (limit,) = clock.limits
        return attrs.evolve(
            code, clocks=(attrs.evolve(clock, limits=(attrs.evolve(limit, starts=starts),)),)
        )

    def due(self, **events):
        return days(self.code(), ENGLAND, at(**events))

    def test_the_latest_of_the_days_counts(self):
        received = date(2026, 4, 2)
        assert self.due(received=received) == {"acknowledge": date(2026, 4, 20)}
        appointed = {"received": received, "advocate_appointed": date(2026, 4, 15)}
        assert self.due(**appointed) == {"acknowledge": date(2026, 4, 29)}

    def test_one_who_was_there_before_moves_nothing(self):
        there = self.due(received=date(2026, 4, 2), advocate_appointed=date(2026, 3, 2))
        assert there == {"acknowledge": date(2026, 4, 20)}

    def test_who_waits_for_an_advocate_waits_without_a_clock(self):
        waiting = {"received": date(2026, 4, 2), "advocate_requested": date(2026, 4, 2)}
        assert self.due(**waiting) == {}
        assert self.due(**waiting, advocate_appointed=date(2026, 4, 15)) == {
            "acknowledge": date(2026, 4, 29)
        }


def test_lgsco_03_what_is_presumed_from_a_vague_day_is_as_vague():
    vague = {"received": Milestone(on=date(2026, 5, 1), latest=date(2026, 5, 31))}
    owed = due(LGSCO, ENGLAND, vague)["stage-1-respond"]
    assert (owed.due_on, owed.due_latest) == (date(2026, 5, 26), date(2026, 6, 19))
    sent = {"occurred": Milestone(on=date(2025, 1, 10)), "stage-1-responded": vague["received"]}
    right = due(SPSO, SCOTLAND, sent)["escalate-by"]
    assert (right.due_on, right.due_latest) == (date(2026, 7, 1), date(2026, 7, 31))


def test_a_start_that_is_known_to_the_day_leaves_one_last_day():
    (owed,) = deadlines(code_of('length = 5\nunit = "working-days"'), ENGLAND, RECEIVED)
    assert owed.due_latest == owed.due_on


def test_what_came_to_nothing_is_outstanding_no_more():
    (owed,) = deadlines(code_of('length = 5\nunit = "working-days"'), ENGLAND, RECEIVED)
    assert owed.outstanding
    assert not attrs.evolve(owed, ended=True).outstanding
    assert not attrs.evolve(owed, ended=True).met


def test_no_days_at_all_is_the_day_itself():
    limit = 'length = 0\nunit = "calendar-days"'
    assert days(code_of(limit), ENGLAND, at(received=date(2026, 5, 23))) == {
        "acknowledge": date(2026, 5, 23)
    }


def test_a_start_that_is_known_to_the_month_is_presumed_and_says_so():
    vague = Milestone(on=date(2026, 5, 1), latest=date(2026, 5, 31))
    (owed,) = deadlines(code_of('length = 5\nunit = "working-days"'), ENGLAND, {"received": vague})
    assert owed.presumed
    assert (owed.due_on, owed.due_latest) == (date(2026, 5, 11), date(2026, 6, 5))
    assert (
        "received on Fri 1 May 2026 at the earliest, Sun 31 May 2026 at the latest" in owed.because
    )


def test_without_anything_to_run_for_a_clock_runs_for_the_complaint():
    (owed,) = deadlines(
        code_of('length = 20\nunit = "working-days"', 'per = "enquiry"'), ENGLAND, RECEIVED
    )
    assert owed.item is None
