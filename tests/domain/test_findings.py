"""What holds of every verdict, whatever the code and whatever the history."""

from datetime import UTC, date, datetime, timedelta

import attrs
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from complaint_ledger.calendars import load_calendar
from complaint_ledger.codes import code_ids, load_code
from complaint_ledger.domain import events as e
from complaint_ledger.domain.findings import OWN_RULES, code_missing, judge
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.history import Fact, known, standing
from complaint_ledger.domain.verdicts import VERDICTS
from complaint_ledger.testing import examples as story
from complaint_ledger.testing.specification import entry_id, history
from complaint_ledger.testing.strategies import histories, journeys

TODAY = date(2027, 1, 1)


def governing(name):
    code = load_code(name).code
    return Governing(code=code, calendar=load_calendar(code.calendar) if code.calendar else None)


ALL = {name: governing(name) for name in code_ids()}
any_code = st.sampled_from(sorted(ALL)).map(ALL.__getitem__)
about = attrs.fields_dict(Fact)


def verdicts(facts, codes, today=TODAY):
    """Return what was found, without the ids of entries, which a new order changes."""
    found = judge(standing(facts), codes, today)
    return sorted(repr(attrs.evolve(one, events=())) for one in found)


@given(histories(), any_code)
def test_gen_07_any_history_is_judged_by_any_code_without_an_exception(facts, code):
    for found in judge(standing(facts), [code], TODAY):
        assert found.verdict in VERDICTS
        assert found.sentence.endswith(".")
        assert found.rule
        assert found.paragraph


@given(histories(), any_code)
def test_gen_07_days_late_is_0_exactly_when_met(facts, code):
    for found in judge(standing(facts), [code], TODAY):
        assert (found.days_late == 0) == (found.verdict == "met")
        assert found.days_late is None or found.days_late >= 0
        if found.days_late:
            assert found.verdict == "missed"


_ABOUT_ENTRIES = (e.EntryCorrected, e.EntryRetracted)


@given(journeys(), any_code, st.data())
def test_verdicts_are_the_same_in_whatever_order_the_same_was_recorded(facts, code, data):
    events = [fact.event for fact in facts if not isinstance(fact.event, _ABOUT_ENTRIES)]
    assume(len(events) > 1)
    # Recorded long after, so that no order makes an event one of the future.
    late = [attrs.evolve(f, recorded_at=datetime(2036, 1, 1, tzinfo=UTC)) for f in history(events)]
    shuffled = data.draw(st.permutations(late))
    again = [
        attrs.evolve(fact, position=n, version=n, id=entry_id(n))
        for n, fact in enumerate(shuffled, 1)
    ]
    assert verdicts(again, [code]) == verdicts(late, [code])


@given(histories(), any_code, st.data())
def test_an_answer_about_a_past_day_never_changes(facts, code, data):
    assume(facts)
    asked = data.draw(st.integers(1, len(facts)))
    at = facts[asked - 1].recorded_at
    before = verdicts(facts[:asked], [code], at.date())
    assert verdicts(known(facts, at), [code], at.date()) == before
    told_later = attrs.evolve(
        facts[-1], position=len(facts) + 1, version=len(facts) + 1, id=entry_id(len(facts) + 1),
        recorded_at=facts[-1].recorded_at + timedelta(days=3),
    )  # fmt: skip
    assert verdicts(known((*facts, told_later), at), [code], at.date()) == before


@settings(max_examples=50)
@given(st.dates(date(2026, 4, 1), date(2026, 4, 8)), st.dates(date(2026, 4, 14), date(2026, 4, 30)))
def test_a_correction_changes_todays_answer(in_time, too_late):
    def corrected(day):
        wrong = attrs.evolve(story.ACKNOWLEDGED, occurred_on=day[0])
        right = attrs.evolve(wrong, occurred_on=day[1])
        correction = e.EntryCorrected(
            occurred_on=date(2026, 5, 4), corrects=entry_id(2), replacement=right, reason="typing"
        )
        facts = history([story.RECEIVED, wrong, correction])
        found = [judge(standing(f), [ALL["lgsco-2024"]], TODAY) for f in (facts[:2], facts)]
        return [next(x.verdict for x in f if x.rule == "LGSCO-01") for f in found]

    assert corrected((too_late, in_time)) == ["missed", "met"]
    assert corrected((in_time, too_late)) == ["met", "missed"]


@given(st.integers(0, 40))
def test_gen_07_a_missing_acknowledgement_is_never_met(days):
    today = story.RECEIVED.occurred_on + timedelta(days=days)
    found = judge(history([story.RECEIVED]), [ALL["lgsco-2024"]], today)
    (acknowledged,) = (one for one in found if one.rule == "LGSCO-01")
    last = date(2026, 4, 10)  # five working days after Wed 1 April, with Good Friday between them
    expected = "cannot-tell" if today <= date(2026, 4, 10) else "missed"
    assert acknowledged.due_on == last
    assert acknowledged.verdict == expected
    if expected == "missed":
        assert acknowledged.days_late == (today - last).days


@given(journeys(), any_code)
def test_the_entries_that_a_finding_rests_on_are_on_record(facts, code):
    there = {fact.id for fact in facts}
    for found in judge(standing(facts), [code], TODAY):
        assert set(found.events) <= there


def test_under_no_code_only_the_record_itself_is_judged():
    found = judge(history(story.EVENTS), [ALL["none"]], TODAY)
    assert {one.code for one in found} <= {"record"}
    assert judge((), [ALL["none"]], TODAY) == ()
    assert judge(history(story.EVENTS), (), TODAY) == found


def test_where_the_text_of_a_code_is_gone_nobody_can_tell():
    found = code_missing("lgsco-2024", "no handling code has that hash")
    assert (found.verdict, found.rule, found.code) == ("cannot-tell", "code-missing", "lgsco-2024")
    assert found.rule in OWN_RULES
    assert found.sentence.endswith("pinned: no handling code has that hash.")


def test_two_codes_on_one_complaint_are_each_judged():
    both = [ALL["lgsco-2024"], ALL["spso-2021"]]
    found = judge(history(story.EVENTS), both, TODAY)
    assert {"lgsco-2024", "spso-2021"} <= {one.code for one in found}
