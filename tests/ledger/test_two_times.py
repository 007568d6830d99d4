"""What was known before a late correction stays what was known (Must show 5)."""

from datetime import date, timedelta

import attrs
import pytest

from complaint_ledger import Refused, codec, commands, open_ledger, seal
from complaint_ledger.chronicle import chronicle, differences, reveal
from complaint_ledger.errors import KeysMissing, UnknownName
from complaint_ledger.testing import examples as story

RECEIVE = attrs.evolve(story.RECEIVE, occurred_on=date(2026, 5, 11), arose_on=None)


@pytest.fixture
def corrected(ledger, actor, clock):
    """A complaint whose acknowledgement was noted a day early, and put right weeks later."""
    ledger.record(RECEIVE, actor=actor)
    ledger.record(
        commands.Acknowledge(occurred_on=date(2026, 5, 12)), complaint=story.REFERENCE, actor=actor
    )
    before = clock.now
    first = _answers(ledger, before)
    clock.now += timedelta(days=30)
    wrong = ledger.facts(story.REFERENCE)[1]
    ledger.record(
        commands.Correct(
            occurred_on=date(2026, 6, 30),
            corrects=wrong.id,
            replacement=attrs.evolve(wrong.event, occurred_on=date(2026, 5, 13)),
            reason="mistyped",
        ),
        complaint=story.REFERENCE,
        actor=actor,
    )
    return before, first, clock.now


def _answers(ledger, at):
    return (
        chronicle(ledger, story.REFERENCE, known_at=at),
        ledger.complaint(story.REFERENCE, known_at=at),
        [(d.id, d.due_on, d.because) for d in ledger.deadlines(story.REFERENCE, known_at=at)],
    )


def test_the_first_answer_never_changes(ledger, corrected):
    before, first, after = corrected
    assert _answers(ledger, before) == first
    assert _answers(ledger, after) != first


def test_a_correction_changes_todays_answer(ledger, corrected):
    assert ledger.complaint(story.REFERENCE).stages[0].acknowledged_on == date(2026, 5, 13)
    respond = next(d for d in ledger.deadlines(story.REFERENCE) if d.id == "stage-1-respond")
    assert respond.due_on == date(2026, 5, 28)


def test_the_history_shows_the_wrong_entry_and_what_corrected_it(ledger, corrected):
    lines = chronicle(ledger, story.REFERENCE)
    assert [line.event for line in lines] == [
        "complaint-received",
        "complaint-acknowledged",
        "entry-corrected",
    ]
    assert lines[1].occurred_on == date(2026, 5, 12)
    assert lines[1].stands == f"corrected by position {lines[2].position}"
    assert lines[2].fields["replacement"]["occurred_on"] == "2026-05-13"


def test_the_difference_is_the_field_the_entry_and_the_due_dates(ledger, corrected):
    before, _, after = corrected
    found = {
        (d.what, d.where.partition(": ")[2] or d.where): d
        for d in differences(ledger, story.REFERENCE, before, after)
    }
    assert found["field", "occurred_on"].before == "2026-05-12"
    assert found["field", "occurred_on"].after == "2026-05-13"
    assert found["due date", "stage-1-respond"].before == "2026-05-27"
    assert found["due date", "stage-1-respond"].after == "2026-05-28"
    assert differences(ledger, story.REFERENCE, before, before) == ()


def test_a_retraction_shows_in_the_difference(ledger, actor, clock, corrected):
    _, _, after = corrected
    wrong = ledger.facts(story.REFERENCE)[1]
    ledger.record(
        commands.Retract(
            occurred_on=date(2026, 6, 30), retracts=wrong.id, reason="wrong-complaint"
        ),
        complaint=story.REFERENCE,
        actor=actor,
    )
    found = differences(ledger, story.REFERENCE, after, clock.now)
    assert ("stands", "retracted") in {(d.before, d.after) for d in found}
    lines = chronicle(ledger, story.REFERENCE)
    assert lines[1].stands == f"retracted by position {lines[3].position}"


def test_a_corrected_text_differs_without_being_shown(ledger, actor, clock):
    ledger.record(RECEIVE, actor=actor)
    before = clock.now
    receipt = ledger.facts(story.REFERENCE)[0]
    replacement = attrs.evolve(receipt.event, outcome_sought=seal("An apology"))
    ledger.record(
        commands.Correct(
            occurred_on=date(2026, 6, 1),
            corrects=receipt.id,
            replacement=replacement,
            reason="mistyped",
        ),
        complaint=story.REFERENCE,
        actor=actor,
    )
    changed = [
        d for d in differences(ledger, story.REFERENCE, before, clock.now) if d.what == "field"
    ]
    assert len(changed) == 1
    assert changed[0].before != changed[0].after
    assert "apology" not in f"{changed}".lower()
    told = reveal(ledger, story.REFERENCE, actor=actor, purpose="casework")
    assert "An apology" in told.values()
    assert "Rowan Ashdown" in told.values()  # what the correction did not touch opens as before


def test_effective_on_leaves_out_what_happened_later(ledger, actor, corrected):
    ledger.record(
        commands.Respond(occurred_on=date(2026, 5, 26), outcome="upheld"),
        complaint=story.REFERENCE,
        actor=actor,
    )
    at = [line.event for line in chronicle(ledger, story.REFERENCE, effective_on=date(2026, 5, 25))]
    assert at == ["complaint-received", "complaint-acknowledged"]
    assert ledger.complaint(story.REFERENCE, effective_on=date(2026, 5, 25)).open_stage


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_reading_needs_no_keys_but_opening_does(made, tmp_path, url, clock):
    ledger, actor = made
    ledger.record(RECEIVE, actor=actor)
    (tmp_path / "council.db.keys").rename(tmp_path / "elsewhere")
    with open_ledger(url, clock=clock) as without:
        assert chronicle(without, story.REFERENCE)[0].fields["outcome_sought"] == "sealed"
        with pytest.raises(KeysMissing):
            reveal(without, story.REFERENCE, actor=actor, purpose="casework")
    with open_ledger(url, keys=tmp_path / "elsewhere", clock=clock) as found:
        assert reveal(found, story.REFERENCE, actor=actor, purpose="casework")


def test_an_erased_value_reads_erased(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    stream = ledger.find(story.REFERENCE)
    ledger.keys.destroy([(stream, "p1")])
    told = reveal(ledger, story.REFERENCE, actor=actor, purpose="casework")
    assert "Rowan Ashdown" not in told.values()
    for recorded in ledger.store.read(stream):
        ledger.store.erase_sealed(codec.sealed_paths(recorded.body))
    assert chronicle(ledger, story.REFERENCE)[0].fields["outcome_sought"] == "erased"


def test_opening_leaves_an_event_behind(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    told = reveal(ledger, story.REFERENCE, actor=actor, purpose="casework")
    assert "Rowan Ashdown" in told.values()
    last = ledger.store.tail(after=ledger.store.head().position - 1)[0]
    assert last.name == "sealed-values-opened"
    with pytest.raises(UnknownName):
        reveal(ledger, "C-2026-000777", actor=actor, purpose="casework")


def test_what_each_append_recorded_is_known_apart(ledger, actor, clock):
    ledger.record(RECEIVE, actor=actor)
    clock.now -= timedelta(hours=1)  # a clock that was set back
    ledger.record(
        commands.Acknowledge(occurred_on=date(2026, 5, 12)), complaint=story.REFERENCE, actor=actor
    )
    receipt = ledger.facts(story.REFERENCE)[0]
    known = ledger.complaint(story.REFERENCE, known_at=receipt.recorded_at)
    assert known.stages[0].acknowledged_on is None


def test_the_ledgers_own_entries_are_told_and_its_secret_is_not(ledger, actor):
    ledger.add_actor(kind="officer", role="handler", name="Zoë Ångström", actor=actor)
    lines = chronicle(ledger, "ledger")
    assert lines[0].event == "ledger-opened"
    told = reveal(ledger, "ledger", actor=actor, purpose="audit")
    assert {"Northborough Council", "Zoë Ångström"} <= set(told.values())
    assert len(told) == 2  # not the key that ids are made with


def test_gen_19_a_member_sees_no_name(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    member = ledger.add_actor(kind="member", role="member", actor=actor)
    with pytest.raises(Refused, match="GEN-19"):
        reveal(ledger, story.REFERENCE, actor=member, purpose="curiosity")


def test_effective_on_asks_by_the_corrected_date(ledger, corrected):
    lines = chronicle(ledger, story.REFERENCE, effective_on=date(2026, 5, 12))
    assert [line.event for line in lines] == ["complaint-received"]
