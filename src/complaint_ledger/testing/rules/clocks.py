"""The store alone says when something was recorded, and its time never runs back."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from complaint_ledger.errors import ClockRefused
from complaint_ledger.store import EventStore, LedgerHead
from complaint_ledger.testing.rules.scene import (
    ONE,
    ManualClock,
    OpenStore,
    Scene,
    a_row,
    an_event,
    on,
)
from complaint_ledger.testing.whole import check_whole

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
TOO_FAR = pytest.mark.parametrize(
    "jump",
    [-DAY - MICROSECOND, -30 * DAY, 366 * DAY + MICROSECOND, 3000 * DAY],
    ids=["over-a-day-back", "a-month-back", "over-366-days-ahead", "years-ahead"],
)


class Clocks(Scene):
    def test_time_is_kept_to_the_microsecond(self, store: EventStore, clock: ManualClock) -> None:
        clock.now = clock.now.replace(microsecond=123_457)
        store.append([on(ONE, 0, an_event())])

        assert clock.now == store.read(ONE)[0].recorded_at
        assert LedgerHead(1, clock.now) == store.head()

    def test_time_is_utc_whatever_the_clock_speaks(
        self, store: EventStore, clock: ManualClock
    ) -> None:
        said = clock.now
        clock.now = said.astimezone(ZoneInfo("Europe/London"))

        appended = store.append([on(ONE, 0, an_event())])

        for at in (appended.recorded_at, store.tail()[0].recorded_at, store.head().recorded_at):
            assert at is not None
            assert (said, UTC) == (at, at.tzinfo)

    def test_time_never_runs_back(self, store: EventStore, clock: ManualClock) -> None:
        first = store.append([on(ONE, 0, an_event())]).recorded_at
        clock.move(-HOUR)
        second = store.append([on(ONE, 1, an_event())]).recorded_at
        clock.move(2 * HOUR)
        third = store.append([on(ONE, 2, an_event())]).recorded_at

        assert first is not None
        assert first + MICROSECOND == second  # later all the same: a time tells what was known
        assert clock.now == third
        assert check_whole(store) == 3

    def test_time_never_runs_back_in_a_reopened_ledger(
        self, open_store: OpenStore, clock: ManualClock
    ) -> None:
        first = open_store().append([on(ONE, 0, an_event())]).recorded_at
        clock.move(-HOUR)

        assert first is not None
        assert first + MICROSECOND == open_store().append([on(ONE, 1, an_event())]).recorded_at

    @pytest.mark.parametrize("jump", [-DAY, 366 * DAY], ids=["a-day-back", "366-days-ahead"])
    def test_a_clock_just_within_its_limits_is_taken(
        self, store: EventStore, clock: ManualClock, jump: timedelta
    ) -> None:
        store.append([on(ONE, 0, an_event())])
        clock.move(jump)

        assert store.append([on(ONE, 1, an_event())]).first == 2

    @TOO_FAR
    def test_a_clock_that_jumped_is_refused_and_nothing_recorded(
        self, store: EventStore, clock: ManualClock, jump: timedelta
    ) -> None:
        store.append([on(ONE, 0, an_event())])
        before, row = store.head(), a_row()
        last = clock.now
        clock.move(jump)

        with pytest.raises(ClockRefused) as refused:
            store.append([on(ONE, 1, an_event(b"{}", row), claims=("reference/1",))])

        assert (clock.now, last) == (refused.value.clock, refused.value.last)
        assert before == store.head()
        assert store.claimed_by("reference/1") is None
        assert store.sealed([row.digest]) == {}
        assert check_whole(store) == 1

    @TOO_FAR
    def test_a_clock_that_is_accepted_records(
        self, store: EventStore, clock: ManualClock, jump: timedelta
    ) -> None:
        last = clock.now
        store.append([on(ONE, 0, an_event())])
        clock.move(jump)

        appended = store.append([on(ONE, 1, an_event())], accept_clock=True)

        assert max(last + MICROSECOND, clock.now) == appended.recorded_at
        assert check_whole(store) == 2

    def test_a_ledger_whose_clock_was_accepted_goes_on(
        self, store: EventStore, clock: ManualClock
    ) -> None:
        store.append([on(ONE, 0, an_event())])
        clock.move(500 * DAY)
        store.append([on(ONE, 1, an_event())], accept_clock=True)
        clock.move(HOUR)

        assert clock.now == store.append([on(ONE, 2, an_event())]).recorded_at
        assert check_whole(store) == 3

    def test_the_first_entry_takes_any_clock(self, store: EventStore, clock: ManualClock) -> None:
        clock.move(-3000 * DAY)

        assert clock.now == store.append([on(ONE, 0, an_event())]).recorded_at

    def test_a_lost_acknowledgement_is_recognised_whatever_the_clock_says(
        self, store: EventStore, clock: ManualClock
    ) -> None:
        batch = [on(ONE, 0, an_event())]
        recorded_at = store.append(batch).recorded_at
        clock.move(-30 * DAY)

        again = store.append(batch)

        assert (recorded_at, True) == (again.recorded_at, again.already_there)
