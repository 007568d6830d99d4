"""GEN-09: a date that was told moves only by an event, and the history shows both."""

import json
from datetime import UTC, date, datetime

import attrs
import pytest
from click.testing import CliRunner

from complaint_ledger import pinning
from complaint_ledger.chronicle import differences
from complaint_ledger.cli import main
from complaint_ledger.domain import events as e
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.testing import examples as story

from . import council_texts as council

WORLD_CUP = "2026-06-15"
RECEIVE = attrs.evolve(story.RECEIVE, occurred_on=date(2026, 6, 11), arose_on=None)


def due(ledger, **more) -> Deadline:
    found = ledger.deadlines(story.REFERENCE, **more)
    return next(d for d in found if d.id == "stage-1-respond")


@pytest.fixture
def revised(ledger, actor, clock, tmp_path):
    """E4: a Scottish council whose calendar learns of Mon 15 June 2026 after a receipt."""
    clock.now = datetime(2026, 6, 11, 9, tzinfo=UTC)
    before = council.scotland(tmp_path, version="1", without=WORLD_CUP)
    pins = (ledger.texts.pin("spso-2021", before),)
    ledger.record(attrs.evolve(RECEIVE, codes=pins), actor=actor)
    told = clock.now
    clock.now = datetime(2026, 6, 12, 9, tzinfo=UTC)
    after = council.scotland(tmp_path, version="2")
    event = e.HandlingCodeRevised(
        occurred_on=date(2026, 6, 12),
        codes=(ledger.texts.pin("spso-2021", after),),
        reason="holiday-proclaimed",
        authority=actor,
    )
    return told, event


def test_gen_09_a_late_proclaimed_holiday_moves_no_date_by_itself(ledger, revised):
    _, _event = revised
    assert due(ledger).due_on == date(2026, 6, 17)


def test_gen_09_a_late_proclaimed_holiday_moves_a_date_by_an_event(ledger, actor, revised, again):
    _, event = revised
    ledger.record(event, complaint=story.REFERENCE, actor=actor)
    assert due(again()).due_on == date(2026, 6, 18)
    assert any("Mon 15 Jun 2026 is not a working day" in line for line in due(again()).because)


def test_gen_06_what_was_known_before_the_revision_stays(ledger, actor, revised):
    told, event = revised
    first = (ledger.complaint(story.REFERENCE, known_at=told), due(ledger, known_at=told))
    ledger.record(event, complaint=story.REFERENCE, actor=actor)
    assert ledger.complaint(story.REFERENCE, known_at=told) == first[0]
    again = due(ledger, known_at=told)
    assert (again, again.because) == (first[1], first[1].because)
    assert ledger.complaint(story.REFERENCE).codes == event.codes


def test_the_history_shows_both_dates(ledger, actor, revised, clock):
    told, event = revised
    ledger.record(event, complaint=story.REFERENCE, actor=actor)
    moved = {
        d.where: (d.before, d.after)
        for d in differences(ledger, story.REFERENCE, told, clock.now)
        if d.what == "due date"
    }
    assert moved["stage-1-respond"] == ("2026-06-17", "2026-06-18")


def test_the_newer_calendar_is_kept_with_the_event(ledger, actor, revised):
    _, event = revised
    before = ledger.store.head().position
    ledger.record(event, complaint=story.REFERENCE, actor=actor)
    added = ledger.store.tail(after=before)
    assert [r.name for r in added] == ["text-kept", "handling-code-revised"]


def test_the_next_step_is_decided_by_the_code_that_governs_now(ledger, actor, revised, tmp_path):
    _, event = revised
    ledger.record(event, complaint=story.REFERENCE, actor=actor)
    facts = ledger.facts(story.REFERENCE)
    assert pinning.pins_of(facts) == event.codes
    assert pinning.pins_of(facts[:1]) != event.codes


def test_gen_09_the_revision_that_happened_last_governs_whoever_recorded_it_first(
    ledger, actor, revised
):
    _, event = revised
    earlier = attrs.evolve(
        event, occurred_on=date(2026, 6, 11), codes=(ledger.texts.pin("lgsco-2024"),)
    )
    for one in (event, earlier):
        ledger.record(one, complaint=story.REFERENCE, actor=actor)
    assert pinning.pins_of(ledger.facts(story.REFERENCE)) == event.codes
    assert ledger.complaint(story.REFERENCE).codes == event.codes


def test_a_complaint_whose_text_is_lost_can_be_put_under_another(ledger, actor, revised):
    """The mend for a pin that nobody can read is an event like any other."""
    _, event = revised
    ledger.record(event, complaint=story.REFERENCE, actor=actor)
    lost = ledger.complaint(story.REFERENCE).codes[0].sha256
    del ledger._own.texts[lost]
    ledger.texts._codes._taken.clear()
    mended = attrs.evolve(event, codes=(ledger.texts.pin("lgsco-2024"),), reason="text-lost")
    ledger.record(mended, complaint=story.REFERENCE, actor=actor)
    assert due(ledger).rule.startswith("LGSCO")


def test_through_the_commands(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPLAINT_LEDGER_URL", f"sqlite:///{tmp_path}/council.db")

    def office(*arguments):
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    code = ["--code", "spso-2021", "--calendar"]
    actor = office("init", "--council", "Northshire", "--nation", "scotland").strip()
    monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
    before = council.scotland(tmp_path, version="1", without=WORLD_CUP)
    after = council.scotland(tmp_path, version="2")
    office("record", "receive", "--on", "2026-06-11", "--reference", "S-1", *code, before)
    rows = json.loads(office("history", "S-1", "--format", "json"))
    office(
        "record", "handling-code-revised", "S-1", "--on", "2026-06-12",
        "--reason", "holiday-proclaimed", *code, after,
    )  # fmt: skip
    times = [f"@{rows[0]['position']}", f"@{rows[0]['position'] + 2}"]
    told = json.loads(office("history", "S-1", "--diff", *times, "--format", "json"))
    assert ("stage-1-respond", "2026-06-17", "2026-06-18") in {
        (row["where"], row["before"], row["after"]) for row in told
    }
