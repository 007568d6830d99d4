"""Which days count, and how: three conventions, each by its name (domain.md E6)."""

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from complaint_ledger.domain.working_days import COUNTINGS, WorkingDayCalendar, in_words
from complaint_ledger.errors import BadValue, CalendarOutOfRange

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
SPRING = date(2026, 5, 25)
BOXING = date(2026, 12, 28)
CALENDAR = WorkingDayCalendar(
    id="a-council",
    version="1",
    first=FIRST,
    last=LAST,
    holidays={BOXING: "Boxing Day (substitute day)", SPRING: "Spring Bank Holiday"},
)
SATURDAY = date(2026, 5, 23)


def add(start, days, counting, calendar=CALENDAR):
    return calendar.add_working_days(start, days, counting=counting).on


def between(start, end, counting, calendar=CALENDAR):
    return calendar.working_days_between(start, end, counting=counting).days


class TestTheThreeConventions:
    @pytest.mark.parametrize(
        ("counting", "due"),
        [
            ("after", date(2026, 6, 1)),
            ("inclusive", date(2026, 6, 1)),
            ("deemed", date(2026, 6, 2)),
        ],
    )
    def test_e6_a_saturday_before_a_holiday(self, counting, due):
        assert due == add(SATURDAY, 5, counting)

    @pytest.mark.parametrize(
        ("counting", "due"),
        [
            ("after", date(2026, 5, 21)),
            ("inclusive", date(2026, 5, 20)),
            ("deemed", date(2026, 5, 21)),
        ],
    )
    def test_on_a_working_day_inclusive_is_one_day_earlier_than_the_others(self, counting, due):
        assert due == add(date(2026, 5, 14), 5, counting)

    @pytest.mark.parametrize(
        ("counting", "due"),
        [
            ("after", date(2026, 5, 21)),
            ("inclusive", date(2026, 5, 21)),
            ("deemed", date(2026, 5, 21)),
        ],
    )
    def test_a_council_can_count_back(self, counting, due):
        assert due == add(SATURDAY, -2, counting)

    def test_counted_back_inclusively_a_working_day_is_itself_the_first(self):
        assert date(2026, 5, 21) == add(date(2026, 5, 22), -2, "inclusive")
        assert date(2026, 5, 20) == add(date(2026, 5, 22), -2, "after")

    def test_no_days_after_a_day_is_the_day_itself(self):
        assert add(SATURDAY, 0, "after") == SATURDAY

    def test_no_days_after_a_deemed_receipt_is_the_deemed_day(self):
        assert date(2026, 5, 26) == add(SATURDAY, 0, "deemed")

    def test_an_inclusive_count_has_no_day_nought(self):
        with pytest.raises(BadValue) as refused:
            add(SATURDAY, 0, "inclusive")

        assert (refused.value.field, refused.value.why) == (
            "days",
            "counted inclusively, the first day is day 1; ask for 1 or -1",
        )


class TestHowManyDaysItTook:
    FRIDAY, MONDAY = date(2026, 5, 15), date(2026, 5, 18)

    @pytest.mark.parametrize(("counting", "days"), [("inclusive", 2), ("after", 1), ("deemed", 1)])
    def test_over_a_weekend(self, counting, days):
        assert days == between(self.FRIDAY, self.MONDAY, counting)

    @pytest.mark.parametrize(("counting", "days"), [("inclusive", 1), ("after", 0), ("deemed", 0)])
    def test_within_a_day(self, counting, days):
        assert days == between(self.FRIDAY, self.FRIDAY, counting)

    @pytest.mark.parametrize(("counting", "days"), [("inclusive", 2), ("after", 2), ("deemed", 1)])
    def test_from_a_saturday_before_a_holiday(self, counting, days):
        assert days == between(SATURDAY, date(2026, 5, 27), counting)

    @pytest.mark.parametrize(
        ("counting", "days"), [("inclusive", -2), ("after", -1), ("deemed", -1)]
    )
    def test_backwards(self, counting, days):
        assert days == between(self.MONDAY, self.FRIDAY, counting)


class TestWhy:
    def test_every_day_skipped_is_named_with_its_reason(self):
        assert CALENDAR.add_working_days(SATURDAY, 5, counting="after").because == (
            "5 working days (after), counting from the day after Sat 23 May 2026",
            "Sun 24 May 2026 is not a working day: weekend",
            "Mon 25 May 2026 is not a working day: Spring Bank Holiday",
            "Tue 26 May 2026 is day 1",
            "Sat 30 May 2026 is not a working day: weekend",
            "Sun 31 May 2026 is not a working day: weekend",
            "Mon 1 Jun 2026 is day 5",
        )

    def test_an_inclusive_count_shows_that_it_begins_with_the_day_itself(self):
        assert CALENDAR.add_working_days(SATURDAY, 1, counting="inclusive").because == (
            "1 working day (inclusive), counting from Sat 23 May 2026 itself",
            "Sat 23 May 2026 is not a working day: weekend",
            "Sun 24 May 2026 is not a working day: weekend",
            "Mon 25 May 2026 is not a working day: Spring Bank Holiday",
            "Tue 26 May 2026 is day 1",
        )

    def test_a_deemed_receipt_says_so(self):
        assert CALENDAR.add_working_days(SATURDAY, 1, counting="deemed").because == (
            "Sat 23 May 2026 is not a working day: weekend",
            "Sun 24 May 2026 is not a working day: weekend",
            "Mon 25 May 2026 is not a working day: Spring Bank Holiday",
            "taken as Tue 26 May 2026, the next working day",
            "1 working day (deemed), counting from the day after Tue 26 May 2026",
            "Wed 27 May 2026 is day 1",
        )

    def test_counting_back_says_so(self):
        assert CALENDAR.add_working_days(date(2026, 5, 26), -2, counting="after").because == (
            "2 working days back (after), counting from the day before Tue 26 May 2026",
            "Mon 25 May 2026 is not a working day: Spring Bank Holiday",
            "Sun 24 May 2026 is not a working day: weekend",
            "Sat 23 May 2026 is not a working day: weekend",
            "Fri 22 May 2026 is day 1",
            "Thu 21 May 2026 is day 2",
        )

    def test_no_days_at_all(self):
        assert CALENDAR.add_working_days(SATURDAY, 0, counting="after").because == (
            "no working day is counted: Sat 23 May 2026 itself",
        )

    def test_a_count_between_two_days_explains_itself(self):
        counted = CALENDAR.working_days_between(date(2026, 5, 22), SPRING, counting="after")
        assert counted.because == (
            "working days to Mon 25 May 2026 (after), counting from the day after Fri 22 May 2026",
            "Sat 23 May 2026 is not a working day: weekend",
            "Sun 24 May 2026 is not a working day: weekend",
            "Mon 25 May 2026 is not a working day: Spring Bank Holiday",
            "0 working days",
        )

    def test_a_count_within_a_day_explains_itself(self):
        counted = CALENDAR.working_days_between(SPRING, SPRING, counting="after")
        assert counted.because == (
            "working days to Mon 25 May 2026 (after), counting from the day after Mon 25 May 2026",
            "0 working days",
        )

    def test_a_count_backwards_explains_itself(self):
        counted = CALENDAR.working_days_between(SPRING, date(2026, 5, 22), counting="inclusive")
        assert counted.because == (
            "working days to Fri 22 May 2026 (inclusive), counting from Mon 25 May 2026 itself",
            "Mon 25 May 2026 is not a working day: Spring Bank Holiday",
            "Sun 24 May 2026 is not a working day: weekend",
            "Sat 23 May 2026 is not a working day: weekend",
            "-1 working day",
        )

    def test_a_deemed_count_between_two_days_says_what_it_took(self):
        counted = CALENDAR.working_days_between(SPRING, date(2026, 5, 27), counting="deemed")
        assert counted.because == (
            "Mon 25 May 2026 is not a working day: Spring Bank Holiday",
            "taken as Tue 26 May 2026, the next working day",
            "working days to Wed 27 May 2026 (deemed), counting from the day after Tue 26 May 2026",
            "1 working day",
        )

    def test_two_answers_are_equal_when_the_day_is(self):
        one = CALENDAR.add_working_days(SATURDAY, 5, counting="after")
        assert one == CALENDAR.add_working_days(SATURDAY, 5, counting="inclusive")
        assert repr(one) == "Reckoning(on=datetime.date(2026, 6, 1))"

    def test_two_counts_are_equal_when_the_number_is(self):
        one = CALENDAR.working_days_between(SATURDAY, SPRING, counting="after")
        assert one == CALENDAR.working_days_between(SATURDAY, SPRING, counting="inclusive")
        assert repr(one) == "DayCount(days=0)"

    def test_a_day_is_written_as_people_write_it(self):
        assert [in_words(date(2026, month, 1)) for month in (1, 2, 3, 4, 5, 6)] == [
            "Thu 1 Jan 2026",
            "Sun 1 Feb 2026",
            "Sun 1 Mar 2026",
            "Wed 1 Apr 2026",
            "Fri 1 May 2026",
            "Mon 1 Jun 2026",
        ]
        assert [in_words(date(2026, month, 1)) for month in (7, 8, 9, 10, 11, 12)] == [
            "Wed 1 Jul 2026",
            "Sat 1 Aug 2026",
            "Tue 1 Sep 2026",
            "Thu 1 Oct 2026",
            "Sun 1 Nov 2026",
            "Tue 1 Dec 2026",
        ]


class TestCalendarDaysAndMonths:
    @pytest.mark.parametrize(
        ("start", "due"),
        [
            (date(2026, 11, 18), date(2026, 12, 18)),
            (date(2026, 11, 26), date(2026, 12, 29)),
        ],
    )
    def test_e12_thirty_days_that_end_on_a_day_off_move_on(self, start, due):
        assert due == CALENDAR.add_calendar_days(start, 30, roll=True).on

    def test_e12_says_why_it_moved_on(self):
        assert CALENDAR.add_calendar_days(date(2026, 11, 26), 30, roll=True).because == (
            "30 days after Thu 26 Nov 2026: Sat 26 Dec 2026",
            "Sat 26 Dec 2026 is not a working day: weekend",
            "Sun 27 Dec 2026 is not a working day: weekend",
            "Mon 28 Dec 2026 is not a working day: Boxing Day (substitute day)",
            "moved on to the next working day, Tue 29 Dec 2026",
        )

    def test_without_a_roll_a_calendar_day_stays_where_it_falls(self):
        plain = CALENDAR.add_calendar_days(date(2026, 11, 26), 30)
        assert plain.on == date(2026, 12, 26)
        assert plain.because == ("30 days after Thu 26 Nov 2026: Sat 26 Dec 2026",)

    def test_a_week_ends_on_the_same_weekday(self):
        twelve = CALENDAR.add_weeks(date(2026, 1, 12), 12)
        assert twelve.on == date(2026, 4, 6)
        assert twelve.because == ("12 weeks after Mon 12 Jan 2026: Mon 6 Apr 2026",)
        assert CALENDAR.add_weeks(date(2026, 5, 18), 1, roll=True).on == date(2026, 5, 26)
        assert CALENDAR.add_weeks(date(2026, 5, 18), 1).on == SPRING

    @pytest.mark.parametrize(
        ("start", "months", "due"),
        [
            (date(2025, 3, 15), 12, date(2026, 3, 15)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 2, 29), 48, date(2028, 2, 29)),
            (date(2026, 1, 10), 6, date(2026, 7, 10)),
            (date(2026, 12, 31), 2, date(2027, 2, 28)),
            (date(2026, 1, 31), -1, date(2025, 12, 31)),
            (date(2026, 3, 31), -1, date(2026, 2, 28)),
        ],
    )
    def test_e13_so_many_months_after_a_day(self, start, months, due):
        assert due == CALENDAR.add_calendar_months(start, months).on

    @pytest.mark.parametrize(
        ("start", "months", "due"),
        [
            (date(2026, 4, 2), 6, date(2026, 10, 1)),
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2026, 8, 29), 6, date(2027, 2, 28)),
            (date(2026, 8, 28), 6, date(2027, 2, 27)),
            (date(2025, 3, 15), 12, date(2026, 3, 14)),
            (date(2026, 1, 10), 3, date(2026, 4, 9)),
            (date(2026, 3, 1), 6, date(2026, 8, 31)),
        ],
    )
    def test_e8_months_commencing_on_a_day_end_the_day_before(self, start, months, due):
        assert due == CALENDAR.add_months_commencing(start, months).on

    def test_months_explain_themselves_and_roll(self):
        assert CALENDAR.add_calendar_months(date(2026, 4, 25), 1, roll=True).because == (
            "1 month after Sat 25 Apr 2026: Mon 25 May 2026",
            "Mon 25 May 2026 is not a working day: Spring Bank Holiday",
            "moved on to the next working day, Tue 26 May 2026",
        )
        assert CALENDAR.add_months_commencing(date(2026, 3, 26), 2, roll=True).because == (
            "2 months commencing on Thu 26 Mar 2026: Mon 25 May 2026",
            "Mon 25 May 2026 is not a working day: Spring Bank Holiday",
            "moved on to the next working day, Tue 26 May 2026",
        )
        assert CALENDAR.add_months_commencing(date(2026, 3, 26), 2).on == SPRING
        assert CALENDAR.add_calendar_months(date(2026, 4, 25), 1).on == SPRING


class TestBeyondTheCalendar:
    """GEN-08: a date that the calendar does not reach is an error, never a guess."""

    @pytest.mark.parametrize("counting", COUNTINGS)
    @pytest.mark.parametrize(
        ("start", "days"),
        [(LAST, 2), (FIRST, -2), (date(2027, 1, 1), 1), (date(2025, 12, 31), 1)],
    )
    def test_gen_08_nothing_is_counted_outside_it(self, counting, start, days):
        with pytest.raises(CalendarOutOfRange):
            add(start, days, counting)

    @pytest.mark.parametrize("counting", COUNTINGS)
    def test_gen_08_no_days_are_counted_between_days_outside_it(self, counting):
        with pytest.raises(CalendarOutOfRange):
            between(FIRST, LAST + DAY, counting)
        with pytest.raises(CalendarOutOfRange):
            between(FIRST - DAY, LAST, counting)

    def test_gen_08_the_edges_are_inside(self):
        assert add(LAST, 1, "inclusive") == LAST
        assert add(FIRST, -1, "inclusive") == FIRST
        assert between(FIRST, FIRST, "inclusive") == 1
        assert between(LAST, LAST, "inclusive") == 1

    def test_gen_08_names_the_calendar_and_its_range(self):
        with pytest.raises(CalendarOutOfRange) as refused:
            add(LAST, 1, "after")
        assert (refused.value.calendar, refused.value.day) == ("a-council", None)
        assert (refused.value.first, refused.value.last) == (FIRST, LAST)

        with pytest.raises(CalendarOutOfRange) as refused:
            CALENDAR.is_working_day(LAST + DAY)
        assert (refused.value.calendar, refused.value.day) == ("a-council", LAST + DAY)
        assert (refused.value.first, refused.value.last) == (FIRST, LAST)

    @pytest.mark.parametrize("day", [date.max, date.min])
    def test_gen_08_no_sum_leaves_the_years_there_are(self, day):
        way = 1 if day == date.max else -1
        for add_some in (
            CALENDAR.add_calendar_days,
            CALENDAR.add_weeks,
            CALENDAR.add_calendar_months,
            CALENDAR.add_months_commencing,
        ):
            with pytest.raises(CalendarOutOfRange):
                add_some(day, way)

    def test_the_first_and_last_year_there_are_can_be_reached(self):
        assert CALENDAR.add_calendar_months(date(9998, 12, 1), 12).on == date(9999, 12, 1)
        assert CALENDAR.add_calendar_months(date(2, 1, 1), -12).on == date(1, 1, 1)

    def test_plain_calendar_days_ask_the_calendar_nothing(self):
        assert CALENDAR.add_calendar_days(LAST, 1).on == LAST + DAY
        with pytest.raises(CalendarOutOfRange):
            CALENDAR.add_calendar_days(LAST, 1, roll=True)

    def test_a_calendar_may_reach_the_end_of_time(self):
        forever = WorkingDayCalendar(
            id="x", version="1", first=date(9999, 12, 1), last=date.max, holidays={}
        )
        assert date.max == add(date(9999, 12, 30), 1, "after", forever)
        assert forever.add_working_days(date.max, 1, counting="inclusive").because[-1] == (
            "Fri 31 Dec 9999 is day 1"
        )
        assert forever.working_days_between(date.max, date.max, counting="after").because[-1] == (
            "0 working days"
        )
        with pytest.raises(CalendarOutOfRange):
            add(date.max, 1, "after", forever)


class TestACouncilsOwnCalendar:
    def test_closure_days_lie_over_the_calendar_and_a_holiday_keeps_its_name(self):
        own = CALENDAR.with_closures(
            {SPRING: "closed", date(2026, 5, 26): "town hall closed"}, id="own", version="2"
        )
        assert (own.id, own.version) == ("own", "2")
        assert own.why_not(SPRING) == "Spring Bank Holiday"
        assert own.why_not(date(2026, 5, 26)) == "town hall closed"
        assert date(2026, 5, 27) == own.roll_forward(SATURDAY)
        assert date(2026, 5, 26) == CALENDAR.roll_forward(SATURDAY)

    def test_saturdays_can_count(self):
        own = attrs.evolve(CALENDAR, weekend=frozenset({6}))
        assert own.is_working_day(SATURDAY)
        assert not CALENDAR.is_working_day(SATURDAY)
        assert add(date(2026, 5, 22), 1, "after", own) == SATURDAY

    def test_the_reason_for_a_working_day_off_is_none(self):
        assert CALENDAR.why_not(date(2026, 5, 26)) is None
        assert CALENDAR.is_working_day(date(2026, 5, 26))

    def test_its_holidays_stand_in_order_and_cannot_be_changed(self):
        assert list(CALENDAR.holidays) == [SPRING, BOXING]
        with pytest.raises(TypeError):
            CALENDAR.holidays[SPRING] = "no longer"

    def test_two_calendars_with_the_same_days_are_equal(self):
        assert attrs.evolve(CALENDAR) == CALENDAR
        assert hash(attrs.evolve(CALENDAR)) == hash(CALENDAR)
        assert attrs.evolve(CALENDAR, holidays={}) != CALENDAR
        assert "Spring" not in repr(CALENDAR)

    @pytest.mark.parametrize(
        ("wrong", "field", "why"),
        [
            ({"first": LAST + DAY}, "last", "2026-12-31 is before first, 2027-01-01; swap them"),
            (
                {"weekend": frozenset({7})},
                "weekend",
                "takes some of 0 (Monday) to 6 (Sunday), not all of them",
            ),
            (
                {"weekend": frozenset(range(7))},
                "weekend",
                "takes some of 0 (Monday) to 6 (Sunday), not all of them",
            ),
            (
                {"holidays": {LAST + DAY: "New Year's Day"}},
                "holidays",
                "2027-01-01 is outside 2026-01-01 to 2026-12-31; widen the range",
            ),
            (
                {"holidays": {FIRST - DAY: "Hogmanay"}},
                "holidays",
                "2025-12-31 is outside 2026-01-01 to 2026-12-31; widen the range",
            ),
        ],
    )
    def test_a_calendar_that_contradicts_itself_is_refused(self, wrong, field, why):
        with pytest.raises(BadValue) as refused:
            attrs.evolve(CALENDAR, **wrong)
        assert (refused.value.field, refused.value.why) == (field, why)

    def test_a_calendar_may_hold_one_day_and_its_holidays_the_edges(self):
        edges = attrs.evolve(CALENDAR, holidays={FIRST: "a", LAST: "z"})
        assert not edges.is_working_day(FIRST)
        assert not edges.is_working_day(LAST)
        one = WorkingDayCalendar(id="x", version="1", first=SPRING, last=SPRING, holidays={})
        assert one.is_working_day(SPRING)

    def test_a_calendar_without_a_weekend_is_possible(self):
        assert attrs.evolve(CALENDAR, weekend=frozenset()).is_working_day(SATURDAY)


days_of_2026 = st.dates(FIRST, LAST)
countings = st.sampled_from(COUNTINGS)
calendars = st.builds(
    WorkingDayCalendar,
    id=st.just("drawn"),
    version=st.just("1"),
    first=st.just(FIRST),
    last=st.just(LAST),
    holidays=st.dictionaries(days_of_2026, st.just("a holiday"), max_size=40),
    weekend=st.frozensets(st.integers(0, 6), max_size=3),
)


def day_by_day(calendar, start, days, counting):
    """Return the day *days* from *start* by looking at one day after another."""
    step = DAY if days > 0 else -DAY
    day = start
    if counting == "deemed":
        while calendar.why_not(day):
            day += DAY
    if counting != "inclusive":
        day += step
    counted = 0
    while True:
        counted += calendar.why_not(day) is None
        if counted == abs(days):
            return day
        day += step


@given(calendars, days_of_2026, st.integers(-60, 60), countings)
def test_looking_up_and_looking_at_every_day_agree(calendar, start, days, counting):
    assume(days)
    try:
        on = add(start, days, counting, calendar)
    except CalendarOutOfRange:
        return
    assert on == day_by_day(calendar, start, days, counting)
    assert calendar.is_working_day(on)


@given(calendars, days_of_2026, st.integers(-60, 60), countings)
@example(CALENDAR, SPRING - 3 * DAY, -1, "inclusive")
def test_the_days_between_are_the_days_that_were_added(calendar, start, days, counting):
    assume(days or counting != "inclusive")
    try:
        on = add(start, days, counting, calendar)
    except CalendarOutOfRange:
        return
    # A day alone, counted with both ends, is one day long and points nowhere.
    there = 1 if counting == "inclusive" and on == start else days
    assert there == between(start, on, counting, calendar)


@given(calendars, days_of_2026, days_of_2026, countings)
def test_the_days_between_are_those_that_lie_there(calendar, start, end, counting):
    try:
        counted = between(start, end, counting, calendar)
    except CalendarOutOfRange:
        assert counting == "deemed"
        return
    begin = calendar.roll_forward(start) if counting == "deemed" else start
    low, high = min(begin, end), max(begin, end)
    there = [
        day
        for day in (low + n * DAY for n in range((high - low).days + 1))
        if calendar.is_working_day(day) and (counting == "inclusive" or day != begin)
    ]
    assert counted == (len(there) if begin <= end else -len(there))


@given(calendars, days_of_2026, st.integers(0, 30), st.integers(0, 30))
def test_days_can_be_added_in_two_steps(calendar, start, some, more):
    try:
        at_once = add(start, some + more, "after", calendar)
    except CalendarOutOfRange:
        return
    assert at_once == add(add(start, some, "after", calendar), more, "after", calendar)


@given(calendars, days_of_2026, st.integers(1, 60), countings)
def test_a_later_start_never_makes_an_earlier_end(calendar, start, days, counting):
    try:
        later = add(start + DAY, days, counting, calendar)
    except CalendarOutOfRange:
        return
    assert add(start, days, counting, calendar) <= later


@given(calendars, days_of_2026, st.integers(1, 60))
def test_inclusive_is_never_later_than_after_nor_after_than_deemed(calendar, start, days):
    try:
        deemed = add(start, days, "deemed", calendar)
    except CalendarOutOfRange:
        return
    after, inclusive = (add(start, days, each, calendar) for each in ("after", "inclusive"))
    if calendar.is_working_day(start):
        assert inclusive < after == deemed
    else:
        assert inclusive == after < deemed


@given(calendars, days_of_2026, st.integers(1, 40), countings)
def test_every_day_on_the_way_is_counted_or_explained(calendar, start, days, counting):
    try:
        reckoned = calendar.add_working_days(start, days, counting=counting)
    except CalendarOutOfRange:
        return
    skipped = [line for line in reckoned.because if "is not a working day" in line]
    first = start if counting != "after" else start + DAY
    passed = [first + n * DAY for n in range((reckoned.on - first).days + 1)]
    assert [
        f"{in_words(day)} is not a working day: {calendar.why_not(day)}"
        for day in passed
        if calendar.why_not(day)
    ] == skipped
