"""Recording: who, once, and in whatever rivalry."""

from datetime import date, timedelta

import attrs
import pytest

from complaint_ledger import Refused, Sealed, commands, create_ledger, seal
from complaint_ledger.chronicle import reveal
from complaint_ledger.domain import events as e
from complaint_ledger.errors import (
    BadValue,
    ClaimTaken,
    ClockRefused,
    KeyReused,
    StreamMoved,
    UnknownName,
)
from complaint_ledger.ledger import Ledger
from complaint_ledger.store import LEDGER_STREAM
from complaint_ledger.testing import ContraryStore
from complaint_ledger.testing import examples as story

RECEIVE = attrs.evolve(story.RECEIVE, occurred_on=date(2026, 5, 11), arose_on=None)
ACKNOWLEDGE = commands.Acknowledge(occurred_on=date(2026, 5, 12))


def test_the_whole_story_is_recorded_and_told_again(ledger, actor, clock):
    ledger.record(story.RECEIVE, actor=actor)
    for command in story.COMMANDS[1:]:
        clock.now = max(clock.now, clock.now.replace(year=2027, month=2))
        ledger.record(command, complaint=story.REFERENCE, actor=actor)
    told = [entry.event for entry in ledger.entries(story.REFERENCE)]
    assert [type(event) for event in told] == [type(event) for event in story.EVENTS]
    assert [event.occurred_on for event in told] == [event.occurred_on for event in story.EVENTS]
    assert ledger.complaint(story.REFERENCE).head("h2").ombudsman[0].local.outcome == "not-upheld"


@pytest.mark.parametrize("key", [None, "click 1"])
def test_a_command_whose_acknowledgement_got_lost_on_the_way_is_there_once(
    ledger, actor, monkeypatch, key
):
    ledger.record(RECEIVE, actor=actor)
    append = ledger.store.append

    def append_and_ask_again(batch, **asked):
        append(batch, **asked)
        return append(batch, **asked)

    monkeypatch.setattr(ledger.store, "append", append_and_ask_again)
    contact = e.ContactLogged(occurred_on=ACKNOWLEDGE.occurred_on, channel="telephone")
    recorded = ledger.record(contact, complaint=story.REFERENCE, actor=actor, idempotency_key=key)

    _, there = ledger.entries(story.REFERENCE)
    (said,) = recorded.events
    assert (said.id, said.position) == (there.recorded.id, there.recorded.position)
    assert recorded.version == said.version == 2


def test_a_complaint_pins_the_councils_code_unless_it_says_another(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    assert ledger.complaint(story.REFERENCE).codes[0].id == "lgsco-2024"
    assert ledger.complaint(story.REFERENCE).codes[0].calendar == "england-and-wales"
    assert ledger.deadlines(story.REFERENCE)[0].due_on == date(2026, 5, 18)


def test_a_reopened_ledger_has_not_forgotten(ledger, actor, again):
    ledger.record(RECEIVE, actor=actor)
    assert again().complaint(story.REFERENCE) == ledger.complaint(story.REFERENCE)
    again().record(ACKNOWLEDGE, complaint=story.REFERENCE, actor=actor)
    assert len(ledger.facts(story.REFERENCE)) == 2


def test_the_same_key_again_records_nothing_more(ledger, actor, again):
    first = ledger.record(RECEIVE, actor=actor, idempotency_key="form 17")
    second = again().record(RECEIVE, actor=actor, idempotency_key="form 17")
    assert (first.already_there, second.already_there) == (False, True)
    assert first.stream == second.stream
    assert [f.id for f in first.events] == [f.id for f in second.events]
    assert len(list(ledger.streams())) == 1


def test_the_same_key_again_is_recognised_after_the_complaint_went_on(ledger, actor):
    key = {"actor": actor, "complaint": story.REFERENCE, "idempotency_key": "click 1"}
    ledger.record(RECEIVE, actor=actor)
    ledger.record(ACKNOWLEDGE, **key)
    ledger.record(
        commands.Withdraw(occurred_on=date(2026, 5, 20)), complaint=story.REFERENCE, actor=actor
    )
    assert ledger.record(ACKNOWLEDGE, **key).already_there


@pytest.mark.parametrize(
    "other",
    [
        attrs.evolve(RECEIVE, occurred_on=date(2026, 5, 12)),
        attrs.evolve(RECEIVE, outcome_sought=seal("Something else")),
    ],
)
def test_the_same_key_for_something_else_is_an_error(ledger, actor, other):
    ledger.record(RECEIVE, actor=actor, idempotency_key="form 17")
    with pytest.raises(KeyReused):
        ledger.record(other, actor=actor, idempotency_key="form 17")
    assert len(list(ledger.streams())) == 1


def test_a_retry_is_recognised_even_after_its_fingerprint_was_erased(ledger, actor):
    first = ledger.record(RECEIVE, actor=actor, idempotency_key="form 17")
    ledger.keys.destroy([(first.stream, "any")])
    assert ledger.record(RECEIVE, actor=actor, idempotency_key="form 17").already_there


def test_no_ledger_is_made_with_a_code_or_calendar_that_is_not_there(tmp_path):
    for own in ({"code": f"{tmp_path}/own.toml"}, {"calendar": f"{tmp_path}/own.toml"}):
        with pytest.raises(UnknownName, match="or give the path of a TOML file"):
            create_ledger(f"sqlite:///{tmp_path}/own.db", council="Northborough", **own)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("nation", "code", "calendar"),
    [
        ("england", "lgsco-2024", "england-and-wales"),
        ("scotland", "spso-2021", "scotland"),
        ("wales", "psow", "england-and-wales"),
        ("northern-ireland", "nipso-2023", "northern-ireland"),
    ],
)
def test_each_nation_has_its_own_code_and_calendar(nation, code, calendar):
    ledger, _ = create_ledger(f"memory:///{nation}", council="Northborough", nation=nation)
    (pin,) = ledger.codes_on(date(2026, 6, 1))
    assert (pin.id, pin.calendar) == (code, calendar)


def test_a_key_belongs_to_one_complaint(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    ledger.record(attrs.evolve(RECEIVE, reference="C-2026-000124"), actor=actor)
    ledger.record(ACKNOWLEDGE, complaint=story.REFERENCE, actor=actor, idempotency_key="k")
    with pytest.raises(KeyReused):
        ledger.record(ACKNOWLEDGE, complaint="C-2026-000124", actor=actor, idempotency_key="k")


def test_no_trace_of_a_key_or_a_request_stands_in_clear(ledger, actor):
    ledger.record(RECEIVE, actor=actor, idempotency_key="form-of-rowan-ashdown")
    body = ledger.entries(story.REFERENCE)[0].recorded.body.decode()
    for private in ("rowan", "Rowan", "ashdown", "form-of", "Monday"):
        assert private not in body
    assert '"request"' in body


def test_two_complaints_cannot_have_one_reference(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    with pytest.raises(ClaimTaken):
        ledger.record(RECEIVE, actor=actor)
    assert len(list(ledger.streams())) == 1


def test_a_corrected_reference_finds_the_complaint_too(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    receipt = ledger.facts(story.REFERENCE)[0]
    replacement = attrs.evolve(receipt.event, reference="C-2026-000999")
    ledger.record(
        commands.Correct(
            occurred_on=date(2026, 5, 12),
            corrects=receipt.id,
            replacement=replacement,
            reason="mistyped",
        ),
        complaint=story.REFERENCE,
        actor=actor,
    )
    assert ledger.find("C-2026-000999") == ledger.find(story.REFERENCE)
    assert ledger.complaint("C-2026-000999").reference == "C-2026-000999"


def test_whoever_saw_an_older_complaint_is_told_so(ledger, actor):
    seen = ledger.record(RECEIVE, actor=actor).version
    ledger.record(ACKNOWLEDGE, complaint=story.REFERENCE, actor=actor, expected_version=seen)
    with pytest.raises(StreamMoved):
        ledger.record(
            commands.Withdraw(occurred_on=date(2026, 5, 20)),
            complaint=story.REFERENCE,
            actor=actor,
            expected_version=seen,
        )


def test_a_lost_race_is_decided_anew(ledger, actor):
    contrary = Ledger(
        ContraryStore(ledger.store, seed=1, often=0.5), lambda: ledger.keys, ledger._clock
    )
    contrary.record(RECEIVE, actor=actor)
    for n in range(20):
        service = f"service-{n}"
        contrary.record(
            commands.Assign(occurred_on=date(2026, 5, 12), handler=story.OFFICER, service=service),
            complaint=story.REFERENCE,
            actor=actor,
        )
    assert len(ledger.facts(story.REFERENCE)) == 21


def test_a_refusal_records_nothing(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    before = ledger.store.head()
    with pytest.raises(Refused, match="GEN-04"):
        ledger.record(
            commands.Acknowledge(occurred_on=date(2027, 1, 1)),
            complaint=story.REFERENCE,
            actor=actor,
        )
    assert ledger.store.head() == before


def test_who_recorded_stands_on_every_event(ledger, actor):
    clerk = ledger.add_actor(kind="officer", role="handler", name="Zoë Ångström", actor=actor)
    ledger.record(
        RECEIVE,
        actor=clerk,
        on_behalf_of=actor,
        correlation="a" * 32,
        causation="b" * 32,
        traceparent="00-" + "c" * 32 + "-" + "d" * 16 + "-01",
    )
    meta = ledger.entries(story.REFERENCE)[0].meta
    assert (meta.actor.id, meta.actor.kind, meta.actor.role) == (clerk, "officer", "handler")
    assert (meta.on_behalf_of, meta.correlation, meta.causation) == (actor, "a" * 32, "b" * 32)
    assert meta.traceparent.startswith("00-")


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("jane@council.example", BadValue),
        ("Jane Smith", BadValue),
        ("", BadValue),
        ("officer-unknown", UnknownName),
    ],
)
def test_nobody_records_without_an_id_that_was_issued(ledger, who, error):
    with pytest.raises(error) as refused:
        ledger.record(RECEIVE, actor=who)
    assert "jane" not in str(refused.value).lower()


def test_gen_19_a_member_may_not_record(ledger, actor):
    member = ledger.add_actor(kind="member", role="member", actor=actor)
    with pytest.raises(Refused, match="GEN-19"):
        ledger.record(RECEIVE, actor=member)


@pytest.mark.parametrize(
    "trace", [{"correlation": "Jane"}, {"causation": "x"}, {"traceparent": "1"}]
)
def test_what_correlates_is_an_id(ledger, actor, trace):
    with pytest.raises(BadValue):
        ledger.record(RECEIVE, actor=actor, **trace)


def test_a_receipt_is_for_no_complaint_that_is_there(ledger, actor):
    with pytest.raises(BadValue):
        ledger.record(RECEIVE, complaint=story.REFERENCE, actor=actor)


@pytest.mark.parametrize(
    "name", ["C-2026-000777", "Jane Smith", "", None, LEDGER_STREAM, "0" * 31 + "1"]
)
def test_an_unknown_complaint_is_said_to_be_unknown(ledger, actor, name):
    with pytest.raises(UnknownName) as refused:
        ledger.record(ACKNOWLEDGE, complaint=name, actor=actor)
    assert "Jane" not in str(refused.value)


def test_a_clock_that_jumped_is_believed_only_when_a_person_says_so(ledger, actor, clock):
    ledger.record(RECEIVE, actor=actor)
    clock.now += timedelta(days=400)
    with pytest.raises(ClockRefused):
        ledger.record(ACKNOWLEDGE, complaint=story.REFERENCE, actor=actor)
    ledger.record(ACKNOWLEDGE, complaint=story.REFERENCE, actor=actor, accept_clock=True)
    own = [r.name for r in ledger.store.read(LEDGER_STREAM)]
    assert own[-1] == "clock-accepted"
    accepted = ledger.store.tail(after=ledger.store.head().position - 2)
    assert {r.name for r in accepted} == {"complaint-acknowledged", "clock-accepted"}
    assert accepted[0].recorded_at == accepted[1].recorded_at


def test_a_text_that_cannot_be_kept_records_nothing(ledger, actor):
    before = ledger.store.head()
    with pytest.raises(BadValue, match="outcome_sought"):
        ledger.record(attrs.evolve(RECEIVE, outcome_sought=seal("nul \0 byte")), actor=actor)
    assert ledger.store.head() == before


def test_every_complaint_is_listed(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    ledger.record(attrs.evolve(RECEIVE, reference="C-2026-000124"), actor=actor)
    assert {c.reference for _, c in ledger.complaints()} == {story.REFERENCE, "C-2026-000124"}


def test_the_first_event_says_whose_ledger_it_is(ledger):
    opened = ledger.opened
    assert (opened.council, opened.nation, opened.code) == (
        "northborough-council",
        "england",
        "lgsco-2024",
    )
    assert (opened.time_zone, opened.stored_form, opened.fictional) == ("Europe/London", 1, False)
    assert opened.ledger == ledger.store.ledger
    assert isinstance(opened, e.LedgerOpened)


@pytest.mark.parametrize(
    "theirs",
    [
        commands.Acknowledge(occurred_on=date(2026, 5, 13)),
        commands.Assign(occurred_on=date(2026, 5, 12), handler=story.OFFICER),
    ],
)
def test_a_race_under_one_key_is_lost_by_whoever_asked_for_something_else(ledger, actor, theirs):
    """Two processes with one key: the second is told what stands, never what does not."""
    ledger.record(RECEIVE, actor=actor)
    key = {"complaint": story.REFERENCE, "actor": actor, "idempotency_key": "click 1"}
    rival = Ledger(ledger.store, lambda: ledger.keys, ledger._clock)
    append = ledger.recorder.append

    def after_the_rival(parts, around, **more):
        ledger.recorder.append = append
        rival.record(theirs, **key)
        return append(parts, around, **more)

    ledger.recorder.append = after_the_rival
    with pytest.raises(KeyReused):
        ledger.record(ACKNOWLEDGE, **key)
    assert [fact.event for fact in ledger.facts(story.REFERENCE)][1:] == [
        rival.facts(story.REFERENCE)[1].event
    ]


def test_a_race_under_one_key_for_the_same_is_told_what_stands(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    key = {"complaint": story.REFERENCE, "actor": actor, "idempotency_key": "click 1"}
    rival = Ledger(ledger.store, lambda: ledger.keys, ledger._clock)
    append = ledger.recorder.append

    def after_the_rival(parts, around, **more):
        ledger.recorder.append = append
        rival.record(ACKNOWLEDGE, **key)
        return append(parts, around, **more)

    ledger.recorder.append = after_the_rival
    assert ledger.record(ACKNOWLEDGE, **key, expected_version=1).already_there
    assert len(ledger.facts(story.REFERENCE)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome_sought": "My neighbour Zoe Quill hit me"},
        {"service": "Waste"},
        {"reference": "Zoe Quill"},
        {"heads": [e.Head(id="h1")]},
        {"heads": (e.Head(id="h1", description="Zoe Quill"),)},
        {"heads": (e.Head(id="Zoe Quill"),)},
        {"occurred_on": "2026-05-11"},
        {"outside_hours": "no"},
        {"precision": "Zoe Quill"},
        {"outcome_sought": Sealed(subject="p1", clear=7)},
        {"outcome_sought": Sealed(subject="Zoe Quill", clear="x")},
        {"outcome_sought": Sealed(subject="p1")},
    ],
    ids=str,
)
def test_what_could_not_be_read_again_is_never_written(ledger, actor, wrong):
    before = ledger.store.head()
    with pytest.raises((BadValue, TypeError, AttributeError)) as refused:
        ledger.record(attrs.evolve(RECEIVE, **wrong), actor=actor)
    assert "Quill" not in str(refused.value)
    assert ledger.store.head() == before
    assert list(ledger.complaints()) == []


@pytest.mark.parametrize(
    "command",
    [
        commands.Assign(occurred_on=date(2026, 5, 12), handler="john-smith"),
        commands.SignOff(occurred_on=date(2026, 5, 12), signed_off_by="officer-nobody"),
        commands.Respond(occurred_on=date(2026, 5, 12), outcome="upheld", decided_by="jones-bill"),
    ],
)
def test_everyone_an_event_names_has_an_id_that_was_issued(ledger, actor, command):
    ledger.record(RECEIVE, actor=actor)
    with pytest.raises(UnknownName):
        ledger.record(command, complaint=story.REFERENCE, actor=actor)


def test_only_an_administrator_adds_actors_and_each_has_a_key_of_their_own(ledger, actor):
    clerk = ledger.add_actor(kind="officer", role="handler", name="Zoë", actor=actor)
    with pytest.raises(Refused, match="administrator"):
        ledger.add_actor(kind="officer", role="handler", actor=clerk)
    entry = [x for x in ledger.entries("ledger") if x.recorded.name == "actor-added"][-1]
    assert entry.event.name.subject == clerk


def test_a_pinned_code_that_nobody_holds_is_not_corrected_in(ledger, actor):
    ledger.record(RECEIVE, actor=actor)
    receipt = ledger.facts(story.REFERENCE)[0]
    pin = attrs.evolve(receipt.event.codes[0], id="nowhere")
    wrong = commands.Correct(
        occurred_on=date(2026, 5, 12),
        corrects=receipt.id,
        replacement=attrs.evolve(receipt.event, codes=(pin,)),
        reason="mistyped",
    )
    with pytest.raises(UnknownName):
        ledger.record(wrong, complaint=story.REFERENCE, actor=actor)


def test_a_sealed_text_stays_where_it_was_sealed(ledger, actor):
    two = (story.MISSED, e.Head(id="h2"))
    ledger.record(attrs.evolve(RECEIVE, heads=two), actor=actor)
    receipt = ledger.facts(story.REFERENCE)[0]
    first, second = receipt.event.heads
    moved = (
        attrs.evolve(first, description=None),
        attrs.evolve(second, description=first.description),
    )
    wrong = commands.Correct(
        occurred_on=date(2026, 5, 12),
        corrects=receipt.id,
        replacement=attrs.evolve(receipt.event, heads=moved),
        reason="wrong-head",
    )
    with pytest.raises(Refused, match="sealed-stays"):
        ledger.record(wrong, complaint=story.REFERENCE, actor=actor)
    anew = (moved[0], attrs.evolve(second, description=seal("The bin, of the second head")))
    right = attrs.evolve(wrong, replacement=attrs.evolve(receipt.event, heads=anew))
    ledger.record(right, complaint=story.REFERENCE, actor=actor)
    told = reveal(ledger, story.REFERENCE, actor=actor, purpose="casework")
    assert "The bin, of the second head" in told.values()


def test_who_sits_on_a_panel_must_have_been_issued_an_id(ledger, actor):
    received = ledger.record(story.RECEIVE, actor=actor)
    strange = e.PanelMember(id="contractor-9z8y7x")
    panel = e.PanelAppointed(occurred_on=date(2026, 5, 12), members=(strange,))
    with pytest.raises(UnknownName, match="actor"):
        ledger.record(panel, complaint=received.stream, actor=actor)
