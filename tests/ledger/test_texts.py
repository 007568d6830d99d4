"""The texts that complaints are judged by are kept in the ledger, by their hash."""

import unicodedata
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

from complaint_ledger import calendars, codes, commands, create_ledger
from complaint_ledger.chronicle import chronicle
from complaint_ledger.cli import main
from complaint_ledger.domain import events as e
from complaint_ledger.errors import (
    BadValue,
    ClockRefused,
    StreamMoved,
    UnknownName,
    UnreadableEvent,
)
from complaint_ledger.importing import Importer, load_mapping
from complaint_ledger.judging import findings_of
from complaint_ledger.ledger import Ledger
from complaint_ledger.store import LEDGER_STREAM
from complaint_ledger.testing import examples as story

from . import council_texts as council

RECEIVE = attrs.evolve(story.RECEIVE, occurred_on=date(2026, 5, 11), arose_on=None)
ACKNOWLEDGE = commands.Acknowledge(occurred_on=date(2026, 5, 12))


def kept(ledger):
    """Return what the ledger keeps, in order: kind and id."""
    own = (entry.event for entry in ledger.entries("ledger"))
    return [(event.kind, event.id) for event in own if isinstance(event, e.TextKept)]


def places(facts):
    return [(fact.id, fact.position, fact.version, fact.recorded_at) for fact in facts]


def due(ledger, deadline, reference=story.REFERENCE):
    return next(d for d in ledger.deadlines(reference) if d.id == deadline)


def receive(ledger, actor, pin, **more):
    command = attrs.evolve(RECEIVE, codes=(pin,), **more)
    return ledger.record(command, actor=actor)


@pytest.fixture
def emptied(monkeypatch, tmp_path):
    """An installation that holds no code and no calendar; call it to take them away."""
    nothing = tmp_path / "nothing"
    nothing.mkdir()

    def forget():
        for cached in (codes.code_ids, codes._shipped, calendars.calendar_ids, calendars._shipped):
            cached.cache_clear()

    def empty():
        monkeypatch.setattr(codes, "files", lambda _: Path(nothing))
        monkeypatch.setattr(calendars, "files", lambda _: Path(nothing))
        forget()

    yield empty
    monkeypatch.undo()
    forget()


class TestWhatIsKept:
    def test_a_new_ledger_keeps_its_default_code_and_calendar(self, ledger):
        assert kept(ledger) == [("handling-code", "lgsco-2024"), ("calendar", "england-and-wales")]

    def test_a_kept_text_is_the_very_text_and_its_hash_is_the_pins(self, ledger, actor):
        ledger.record(RECEIVE, actor=actor)
        pin = ledger.complaint(story.REFERENCE).codes[0]
        texts = {
            event.sha256: event.text
            for event in (entry.event for entry in ledger.entries("ledger"))
            if isinstance(event, e.TextKept)
        }
        assert {pin.sha256, pin.calendar_sha256} == set(texts)
        assert {sha256(text.encode()).hexdigest() for text in texts.values()} == set(texts)
        assert texts[pin.sha256] == codes.load_code("lgsco-2024").text

    def test_what_a_complaint_pins_is_kept_in_the_same_append_and_before_it(self, ledger, actor):
        before = ledger.store.head().position
        recorded = receive(ledger, actor, ledger.texts.pin("spso-2021"))
        added = ledger.store.tail(after=before)
        assert [r.name for r in added] == ["text-kept", "text-kept", "complaint-received"]
        assert len({r.recorded_at for r in added}) == 1
        assert places(recorded.events) == places(ledger.facts(story.REFERENCE))

    def test_a_text_is_kept_once(self, ledger, actor):
        receive(ledger, actor, ledger.texts.pin("spso-2021"))
        before = kept(ledger)
        receive(ledger, actor, ledger.texts.pin("spso-2021"), reference="C-2026-000124")
        assert kept(ledger) == before

    def test_what_a_correction_pins_is_kept_too(self, ledger, actor):
        ledger.record(RECEIVE, actor=actor)
        receipt = ledger.facts(story.REFERENCE)[0]
        mended = attrs.evolve(receipt.event, codes=(ledger.texts.pin("spso-2021"),))
        ledger.record(
            commands.Correct(
                occurred_on=date(2026, 5, 12),
                corrects=receipt.id,
                replacement=mended,
                reason="wrong-code",
            ),
            complaint=story.REFERENCE,
            actor=actor,
        )
        assert kept(ledger)[-2:] == [("handling-code", "spso-2021"), ("calendar", "scotland")]

    def test_an_import_keeps_what_it_pins(self, ledger, actor, tmp_path):
        path = council.write(
            tmp_path,
            "map.toml",
            'id = "old"\nversion = "1"\ntitle = "Old"\ngranularity = "complaint"\n'
            'code = "spso-2021"\nupheld_means = "complaint-upheld"\n'
            '[key]\ncolumn = "ref"\n[[events]]\nevent = "complaint-received"\n'
            'fields.occurred_on = "opened"\n',
        )
        rows = Path(council.write(tmp_path, "old.csv", "ref,opened\nT-1,2026-05-11\n"))
        importer = ledger.add_actor(kind="import", role="importer", actor=actor)
        run = Importer(ledger, load_mapping(Path(path)), actor=ledger.actor(importer))
        counts = run.run(rows, quarantine=tmp_path / "quarantine.jsonl")
        assert (counts.recorded, counts.quarantined) == (1, 0)
        assert kept(ledger)[-2:] == [("handling-code", "spso-2021"), ("calendar", "scotland")]
        names = [r.name for r in ledger.store.read(LEDGER_STREAM)]
        assert names[-4:] == ["text-kept", "text-kept", "import-started", "import-finished"]

    def test_a_text_kept_twice_does_no_harm(self, ledger, actor, again):
        twice = next(
            entry.event for entry in ledger.entries("ledger") if isinstance(entry.event, e.TextKept)
        )
        ledger.record_own(twice, ledger.actor(actor))
        again().record(RECEIVE, actor=actor)
        assert due(again(), "stage-1-acknowledge").due_on == date(2026, 5, 18)

    def test_the_history_of_the_ledger_tells_all_of_it_or_how_long_it_is(self, ledger, url):
        line = next(line for line in chronicle(ledger, "ledger") if line.event == "text-kept")
        assert line.fields["text"] == codes.load_code("lgsco-2024").text
        if url.startswith("sqlite"):
            told = CliRunner().invoke(main, ["history", "ledger", "--ledger", url]).stdout
            assert f"text: {len(line.fields['text']):,} characters" in told
            assert "stage-1-acknowledge" not in told


class TestACouncilsOwn:
    def test_a_complaint_is_recorded_under_a_councils_own_code(
        self, ledger, actor, tmp_path, again
    ):
        path = Path(council.code(tmp_path, days=8))
        receive(ledger, actor, ledger.texts.pin(str(path)))
        path.unlink()
        assert due(again(), "stage-1-respond").due_on == date(2026, 5, 21)

    def test_a_ledger_is_opened_with_files_of_its_own(self, url, clock, tmp_path):
        folder = tmp_path / "own"
        folder.mkdir()
        ledger, actor = create_ledger(
            url,
            council="Northborough",
            code=council.policy(folder, days=3),
            calendar=council.overlay(folder, extends="england-and-wales", works="2026-05-25"),
            clock=clock,
        )
        with ledger:
            for file in folder.iterdir():
                file.unlink()
            ledger.record(attrs.evolve(RECEIVE, occurred_on=date(2026, 5, 22)), actor=actor)
            assert kept(ledger) == [
                ("handling-code", "lgsco-2024"),
                ("handling-code", "northborough"),
                ("calendar", "england-and-wales"),
                ("calendar", "northborough"),
            ]
            # The Spring Bank Holiday, Mon 25 May, is worked.
            assert due(ledger, "stage-1-acknowledge").due_on == date(2026, 5, 27)

    def test_a_policy_is_kept_with_what_it_extends(self, ledger, actor, tmp_path):
        receive(ledger, actor, ledger.texts.pin(council.policy(tmp_path)))
        texts = [x.event for x in ledger.entries("ledger") if isinstance(x.event, e.TextKept)]
        own = next(text for text in texts if text.id == "northborough")
        base = next(text for text in texts if text.id == "lgsco-2024")
        assert own.extends == base.sha256
        assert texts.index(base) < texts.index(own)

    def test_a_policy_of_a_policy_is_read_from_what_is_kept(self, ledger, actor, tmp_path, again):
        council.policy(tmp_path, id_="group")
        path = council.policy(tmp_path, id_="northborough", extends="group", days=4)
        receive(ledger, actor, ledger.texts.pin(path))
        for file in tmp_path.glob("*.toml"):
            file.unlink()
        assert due(again(), "stage-1-acknowledge").due_on == date(2026, 5, 15)
        assert due(again(), "stage-1-respond").source == due(ledger, "stage-1-respond").source

    def test_what_is_kept_can_be_named_by_its_id(self, ledger, actor, tmp_path, again):
        receive(ledger, actor, ledger.texts.pin(council.code(tmp_path)))
        (tmp_path / "northborough-2026.toml").unlink()
        assert again().texts.pin("northborough-2026") == ledger.complaint(story.REFERENCE).codes[0]

    def test_of_several_versions_a_file_says_which(self, ledger, actor, tmp_path):
        first = council.code(tmp_path, version="1", name="1.toml")
        second = council.code(tmp_path, version="2", days=9, name="2.toml")
        receive(ledger, actor, ledger.texts.pin(first))
        receive(ledger, actor, ledger.texts.pin(second), reference="C-2026-000124")
        with pytest.raises(BadValue, match="several versions, 1, 2; give the file"):
            ledger.texts.pin("northborough-2026")
        assert ledger.texts.pin(second).version == "2"

    def test_a_policys_closures_move_the_date_and_are_named(self, ledger, actor, tmp_path):
        path = council.policy(tmp_path, days=3, closures='2026-05-13 = "Council closed"')
        receive(ledger, actor, ledger.texts.pin(path))
        acknowledge = due(ledger, "stage-1-acknowledge")
        assert acknowledge.due_on == date(2026, 5, 15)  # 12, [13], 14, 15
        assert "Wed 13 May 2026 is not a working day: Council closed" in acknowledge.because
        assert any("england-and-wales+northborough" in line for line in acknowledge.because)


class TestWhatCannotBeKept:
    def test_an_unknown_name_lists_the_known_and_what_is_kept(self, ledger, actor, tmp_path):
        receive(ledger, actor, ledger.texts.pin(council.code(tmp_path)))
        with pytest.raises(UnknownName, match="give the path of a TOML file") as refused:
            ledger.texts.pin("nowhere")
        assert {"lgsco-2024", "northborough-2026"} <= set(refused.value.known)

    def test_a_text_of_ones_own_has_an_id_of_its_own(self, ledger, tmp_path):
        text = codes.load_code("lgsco-2024").text + "\n# changed\n"
        with pytest.raises(BadValue, match="the library's; give it one of your own"):
            ledger.texts.pin(council.write(tmp_path, "lgsco.toml", text))

    def test_a_text_is_in_normal_form(self, ledger, tmp_path):
        composed = council.CODE.format(version="1", days=8).replace("procedure", "procédure")
        text = unicodedata.normalize("NFD", composed)
        with pytest.raises(BadValue, match="normal form C"):
            ledger.texts.pin(council.write(tmp_path, "own.toml", text))
        assert ledger.texts.pin(council.write(tmp_path, "own.toml", composed)).version == "1"

    def test_a_calendar_in_json_can_only_be_tried(self, ledger, tmp_path):
        path = council.write(tmp_path, "days.json", '["2026-05-25"]')
        with pytest.raises(BadValue, match="write it as TOML"):
            ledger.texts.pin("lgsco-2024", path)

    def test_an_id_that_is_none_is_refused(self, ledger, tmp_path):
        text = council.CODE.format(version="1", days=8).replace("northborough-2026", "Our Code")
        with pytest.raises(BadValue, match="id: it is lower-case words"):
            ledger.texts.pin(council.write(tmp_path, "own.toml", text))

    def test_a_closure_that_the_calendar_does_not_reach_is_refused(self, ledger, tmp_path):
        path = council.policy(tmp_path, closures='2031-12-29 = "Closed"')
        with pytest.raises(BadValue, match="2031-12-29 is outside calendar england-and-wales"):
            ledger.texts.pin(path)

    def test_a_base_that_changed_needs_a_new_version_of_what_extends_it(
        self, ledger, actor, tmp_path
    ):
        council.policy(tmp_path, id_="group")
        path = council.policy(tmp_path, extends="group")
        receive(ledger, actor, ledger.texts.pin(path))
        council.policy(tmp_path, id_="group", days=9, version="2")
        with pytest.raises(BadValue, match="has changed since the ledger kept it"):
            ledger.texts.pin(path)


class TestAnAuditor:
    def test_judges_without_a_file_of_the_library(self, ledger, actor, tmp_path, again, emptied):
        receive(ledger, actor, ledger.texts.pin(council.policy(tmp_path)))
        before = [(d.id, d.due_on, d.because) for d in ledger.deadlines(story.REFERENCE)]
        emptied()
        assert codes.code_ids() == calendars.calendar_ids() == ()
        after = [(d.id, d.due_on, d.because) for d in again().deadlines(story.REFERENCE)]
        assert after == before != []

    def test_records_the_next_step_without_a_file_of_the_library(
        self, ledger, actor, again, emptied
    ):
        ledger.record(RECEIVE, actor=actor)
        emptied()
        again().record(ACKNOWLEDGE, complaint=story.REFERENCE, actor=actor)
        again().record(attrs.evolve(RECEIVE, reference="C-2026-000124"), actor=actor)
        assert due(again(), "stage-1-respond").met_on is None
        assert due(again(), "stage-1-acknowledge").met_on == date(2026, 5, 12)

    def test_is_told_of_a_pin_whose_text_nobody_holds(self, ledger, actor):
        pin = attrs.evolve(ledger.texts.pin("lgsco-2024"), sha256="0" * 64)
        with pytest.raises(UnknownName, match="another text of it; use the version that pinned it"):
            receive(ledger, actor, pin)
        pin = attrs.evolve(ledger.texts.pin("lgsco-2024"), calendar_sha256="0" * 64)
        with pytest.raises(UnknownName, match="no calendar"):
            receive(ledger, actor, pin)
        assert list(ledger.streams()) == []

    def test_does_not_take_a_text_for_another(self, ledger, actor):
        pin = attrs.evolve(ledger.texts.pin("lgsco-2024"), id="spso-2021")
        with pytest.raises(UnknownName):
            receive(ledger, actor, pin)

    def test_does_not_trust_a_text_that_its_hash_denies(self, ledger, actor, tmp_path, again):
        pin = ledger.texts.pin(council.code(tmp_path))
        false = e.TextKept(
            kind="handling-code",
            id=pin.id,
            version=pin.version,
            sha256=pin.sha256,
            text="id = 'northborough-2026'",
        )
        ledger.record_own(false, ledger.actor(actor))
        with pytest.raises(UnreadableEvent, match="another text than its SHA-256 says"):
            again().texts.code(pin)


class TestRivals:
    @pytest.fixture
    def rival(self, ledger):
        return Ledger(ledger.store, lambda: ledger.keys, ledger._clock)

    @staticmethod
    def outrun(ledger, first):
        """Let *first* happen between this ledger's decision and its append."""
        append = ledger.recorder.append

        def after_the_rival(parts, around, **more):
            ledger.recorder.append = append
            first()
            return append(parts, around, **more)

        ledger.recorder.append = after_the_rival

    def test_two_processes_that_keep_one_text_both_record(self, ledger, rival, actor):
        def first():
            receive(rival, actor, rival.texts.pin("spso-2021"), reference="C-2026-000124")

        self.outrun(ledger, first)
        recorded = receive(ledger, actor, ledger.texts.pin("spso-2021"))
        assert places(recorded.events) == places(ledger.facts(story.REFERENCE))
        assert kept(ledger).count(("handling-code", "spso-2021")) == 1

    def test_a_person_who_said_a_version_does_not_hear_of_the_ledgers_own_stream(
        self, ledger, rival, actor
    ):
        ledger.record(RECEIVE, actor=actor)
        revised = e.HandlingCodeRevised(
            occurred_on=date(2026, 5, 12), codes=(ledger.texts.pin("spso-2021"),), reason="transfer"
        )

        def first():
            rival.add_actor(kind="officer", role="handler", actor=actor)

        self.outrun(ledger, first)
        given = {"complaint": story.REFERENCE, "actor": actor, "expected_version": 1}
        assert ledger.record(revised, **given).version == 2
        with pytest.raises(StreamMoved):
            ledger.record(ACKNOWLEDGE, **given)

    def test_one_key_is_recorded_once_although_a_text_is_kept_with_it(self, ledger, rival, actor):
        command = attrs.evolve(RECEIVE, codes=(ledger.texts.pin("spso-2021"),))
        key = {"actor": actor, "idempotency_key": "form 17"}
        rival.texts.pin("spso-2021")
        self.outrun(ledger, lambda: rival.record(command, **key))
        assert ledger.record(command, **key).already_there
        assert len(list(ledger.streams())) == 1

    def test_a_clock_that_is_believed_is_noted_behind_the_text(self, ledger, actor, clock):
        clock.now += timedelta(days=400)
        pin = ledger.texts.pin("spso-2021")
        with pytest.raises(ClockRefused):
            receive(ledger, actor, pin)
        recorded = ledger.record(
            attrs.evolve(RECEIVE, codes=(pin,)), actor=actor, accept_clock=True
        )
        names = [r.name for r in ledger.store.read(LEDGER_STREAM)]
        assert names[-3:] == ["text-kept", "text-kept", "clock-accepted"]
        assert recorded.events[0].id == ledger.facts(story.REFERENCE)[0].id
        clock.now += timedelta(days=400)
        ledger.add_actor(kind="officer", role="handler", actor=actor, accept_clock=True)
        assert [r.name for r in ledger.store.read(LEDGER_STREAM)][-1] == "clock-accepted"


def test_what_is_kept_already_costs_no_further_look(ledger, actor, monkeypatch):
    ledger.record(RECEIVE, actor=actor)
    pin = ledger.complaint(story.REFERENCE).codes[0]
    monkeypatch.setattr(ledger._own, "look_again", lambda: pytest.fail("looked again"))
    assert ledger.texts.unkept([pin]) == ()


def test_where_a_pinned_text_is_gone_the_rest_is_still_judged(made, actor, monkeypatch):
    ledger, _ = made
    received = attrs.evolve(RECEIVE, codes=(ledger.texts.pin("spso-2021"),))
    stream = ledger.record(received, actor=actor).stream
    stranger = attrs.evolve(ledger.texts.pin("lgsco-2024"), sha256="0" * 64)
    facts = ledger.facts(stream)
    gone = attrs.evolve(facts[0].event, codes=(stranger, *facts[0].event.codes))
    monkeypatch.setattr(
        "complaint_ledger.judging.read_fact", lambda _: attrs.evolve(facts[0], event=gone)
    )
    found = findings_of(ledger, stream).findings
    assert found[0].rule == "code-missing"
    assert found[0].verdict == "cannot-tell"
    assert "SPSO-02" in {one.rule for one in found}
