"""Two times: what the ledger knew, and what had happened (event-store.md C.7)."""

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given as any_
from hypothesis import strategies as st

from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint, replay
from complaint_ledger.domain.history import as_of, effective, happened_by, known, standing
from complaint_ledger.domain.london import civil_date
from complaint_ledger.errors import BadValue
from complaint_ledger.testing import entry_id
from complaint_ledger.testing import examples as story
from complaint_ledger.testing.specification import history
from complaint_ledger.testing.strategies import complaint_events, histories

times = (
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)) | st.none()
)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31)) | st.none()


@any_(st.lists(complaint_events(few=True), max_size=12))
def test_every_history_replays_in_whatever_order(events):
    assert isinstance(replay(events), Complaint)


@any_(histories(), histories(), st.data())
def test_an_answer_about_an_earlier_time_never_changes(facts, more, data):
    at = data.draw(st.sampled_from([f.recorded_at for f in facts])) if facts else None
    if at is None:
        return
    last = facts[-1].recorded_at
    later = tuple(
        attrs.evolve(
            fact,
            id=f"{n + 900:032x}",
            position=facts[-1].position + n,
            recorded_at=last + timedelta(seconds=n),
        )
        for n, fact in enumerate(more, 1)
    )
    if at < last or not later:
        assert as_of((*facts, *later), at) == as_of(facts, at)
        for day in (date(2025, 1, 1), date(2027, 1, 1)):
            assert as_of((*facts, *later), at, day) == as_of(facts, at, day)


@any_(histories(), times)
def test_what_was_known_is_a_prefix(facts, at):
    assert facts[: len(known(facts, at))] == known(facts, at)


@any_(histories())
def test_now_and_now_is_how_it_stands(facts):
    if facts:
        now = facts[-1].recorded_at
        last = max([happened_by(f) for f in standing(facts)], default=date(2030, 1, 1))
        assert as_of(facts, now, last) == as_of(facts)


@any_(histories(), times, days, days)
def test_a_later_effective_date_only_adds(facts, at, first, second):
    told = standing(known(facts, at))
    some, more = sorted([first or date.max, second or date.max])
    assert set(effective(told, some)) <= set(effective(told, more))


RECEIVED, ACKNOWLEDGED = story.RECEIVED, story.ACKNOWLEDGED


def correction(of, day, **more):
    replacement = attrs.evolve(ACKNOWLEDGED, occurred_on=day)
    return e.EntryCorrected(
        corrects=entry_id(of), replacement=replacement, reason="mistyped", **more
    )


def acknowledged_on(*events):
    return as_of(history(events)).stages[0].acknowledged_on


def test_the_latest_correction_counts():
    first, second = correction(2, date(2026, 4, 7)), correction(2, date(2026, 4, 2))
    assert acknowledged_on(RECEIVED, ACKNOWLEDGED, first, second) == date(2026, 4, 2)


def test_a_retracted_correction_brings_back_what_was_before():
    first, second = correction(2, date(2026, 4, 7)), correction(2, date(2026, 4, 2))
    retract_second = e.EntryRetracted(retracts=entry_id(4), reason="mistake")
    told = [RECEIVED, ACKNOWLEDGED, first, second, retract_second]
    assert acknowledged_on(*told) == date(2026, 4, 7)
    retract_first = e.EntryRetracted(retracts=entry_id(3), reason="mistake")
    assert acknowledged_on(*told, retract_first) == ACKNOWLEDGED.occurred_on


def test_a_retracted_retraction_counts_no_more():
    gone = e.EntryRetracted(retracts=entry_id(2), reason="mistake")
    assert acknowledged_on(RECEIVED, ACKNOWLEDGED, gone) is None
    back = e.EntryRetracted(retracts=entry_id(3), reason="mistake")
    assert acknowledged_on(RECEIVED, ACKNOWLEDGED, gone, back) == ACKNOWLEDGED.occurred_on


def test_a_correction_counts_from_when_it_was_recorded():
    facts = history([RECEIVED, ACKNOWLEDGED, correction(2, date(2026, 4, 7))])
    before = as_of(facts, facts[1].recorded_at)
    assert before.stages[0].acknowledged_on == ACKNOWLEDGED.occurred_on


def test_an_imported_correction_of_a_correction_is_followed():
    wrong = correction(2, date(2026, 4, 7))
    right = e.EntryCorrected(
        corrects=entry_id(3), replacement=correction(2, date(2026, 4, 3)), reason="mistyped"
    )
    assert acknowledged_on(RECEIVED, ACKNOWLEDGED, wrong, right) == date(2026, 4, 3)


def test_what_nobody_dated_had_happened_by_the_day_it_was_recorded():
    undated = attrs.evolve(ACKNOWLEDGED, occurred_on=None)
    facts = history([RECEIVED, undated])
    assert happened_by(facts[1]) == civil_date(facts[1].recorded_at)


def test_what_nobody_dated_keeps_its_place_behind_what_was_recorded_before_it():
    undated = attrs.evolve(story.RESPONDED, occurred_on=None)
    later = attrs.evolve(ACKNOWLEDGED, occurred_on=date(2026, 6, 1))
    facts = history([undated, RECEIVED, undated, later])
    assert [f.position for f in effective(facts, None)] == [1, 2, 3, 4]


def test_what_is_recorded_late_takes_its_place_in_the_order_of_events():
    facts = history([RECEIVED, story.RESPONDED, ACKNOWLEDGED])
    assert [f.position for f in effective(facts, None)] == [1, 3, 2]
    assert [f.position for f in effective(facts, date(2026, 4, 8))] == [1, 3]


def test_a_civil_date_needs_a_time_zone():
    with pytest.raises(BadValue, match="time zone"):
        civil_date(datetime(2026, 1, 1))
    assert civil_date(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == date(2026, 7, 1)
