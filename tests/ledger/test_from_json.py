"""A service's JSON becomes the command it says, and nothing a person wrote comes back in an error."""

import json
from datetime import date, datetime

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_ledger import create_ledger
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import WITHHELD, Sealed, Withheld
from complaint_ledger.errors import BadValue, ComplaintLedgerError, UnknownName
from complaint_ledger.evidence.entries import instant
from complaint_ledger.from_json import COMMANDS, command_from_json
from complaint_ledger.testing import examples as story
from complaint_ledger.testing import strategies

WORD = "Ashdown"
BY_NAME = {kind: name for name, kind in COMMANDS.items()}
SAID_WHOLE = [kind for kind in COMMANDS.values() if kind is not c.Correct]


@pytest.fixture(scope="module")
def council():
    opened, administrator = create_ledger("memory:///from-json", council="Northborough Council")
    opened.record(attrs.evolve(story.RECEIVE, codes=()), actor=administrator)
    return opened


def told(value):
    """Return *value* as a client would write it."""
    match value:
        case Sealed():
            return value.clear
        case None | bool() | int() | str():
            return value
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case tuple():
            return [told(one) for one in value]
        case Withheld():
            return {"withheld": True}
    return {field.name: told(getattr(value, field.name)) for field in attrs.fields(type(value))}


def from_json(council, name, said, complaint=story.REFERENCE):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return command_from_json(council, name, body, complaint)


@pytest.mark.parametrize("kind", SAID_WHOLE, ids=lambda kind: kind.__name__)
@settings(max_examples=10)
@given(data=st.data())
def test_every_command_can_be_said_in_json(council, kind, data):
    command = data.draw(strategies.of(kind, few=True))
    if getattr(command, "codes", ()):
        command = attrs.evolve(command, codes=())
    if command.occurred_on is None and command.occurred_at is None:
        command = attrs.evolve(command, precision="unknown")
    assert told(from_json(council, BY_NAME[kind], told(command))) == told(command)


def test_a_text_is_sealed_for_whom_it_is_about(council):
    said = told(story.RECEIVE) | {"codes": []}
    received = from_json(council, "receive", said)
    named = from_json(
        council,
        "representative-authorised",
        {"occurred_on": "2026-04-02", "representative": {"id": "p2", "name": WORD}},
    )

    assert received.heads[0].description.subject == "p1"
    assert received.complainant.name.subject == "p1"
    assert named.representative.name == Sealed(subject="p2", clear=WORD)


def test_what_was_declined_is_withheld_and_null_is_left_out(council):
    said = {"occurred_on": "2026-04-02", "outcome_sought": {"withheld": True}, "channel": None}

    assert from_json(council, "receive", said) == c.Receive(
        occurred_on=date(2026, 4, 2), outcome_sought=WITHHELD
    )


def test_a_code_is_named_and_pinned_with_its_calendar_and_heads(council):
    code = {"id": "housing-2024", "calendar": "scotland", "heads": ["h1"]}
    said = {"occurred_on": "2026-04-02", "codes": [code, {"id": "lgsco-2024"}]}

    housing, lgsco = from_json(council, "receive", said).codes

    pinned = council.texts.pin("housing-2024", "scotland")
    assert housing == attrs.evolve(pinned, heads=("h1",))
    assert lgsco == council.texts.pin("lgsco-2024")


@pytest.mark.parametrize(
    "code", [{"id": "own"}, {"id": "lgsco-2024", "calendar": "own"}, {"id": "own.toml"}]
)
def test_a_code_is_never_read_from_a_file_of_the_machine(council, tmp_path, monkeypatch, code):
    monkeypatch.chdir(tmp_path)
    for name in ("own", "own.toml"):
        (tmp_path / name).write_text(WORD, encoding="utf-8")

    with pytest.raises((UnknownName, BadValue)) as error:
        from_json(council, "receive", {"occurred_on": "2026-04-02", "codes": [code]})
    assert "TOML" not in str(error.value)


def test_a_text_that_looks_like_a_file_is_a_text(council, tmp_path):
    (tmp_path / "letter").write_text("From a file", encoding="utf-8")
    said = {"occurred_on": "2026-04-02", "outcome_sought": f"@{tmp_path}/letter"}

    assert from_json(council, "receive", said).outcome_sought.clear == f"@{tmp_path}/letter"


def test_a_correction_says_what_changes_and_the_rest_stays(council):
    (receipt, *_) = council.facts(story.REFERENCE)
    said = {"occurred_on": "2026-06-02", "corrects": receipt.id, "reason": "wrong-date"}

    correct = from_json(council, "correct", said | {"set": {"channel": "letter"}})

    assert correct.corrects == receipt.id
    assert correct.replacement == attrs.evolve(receipt.event, channel="letter")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({}, "set"),
        ({"set": {"channel": 5}}, "set"),
        ({"set": {WORD: "x"}}, "set"),
        ({"set": {"ashdown": "x"}}, "set"),
        ({"set": {"occurred_on": WORD}}, "set/occurred_on"),
        ({"set": {"heads/h9/category": "x"}}, "set/heads/h9/category"),
        ({"replacement": {}, "set": {}}, "replacement"),
        ({"corrects": WORD, "set": {}}, "corrects"),
    ],
)
def test_a_correction_that_cannot_be_read_names_its_field(council, more, field):
    (receipt, *_) = council.facts(story.REFERENCE)
    said = {"occurred_on": "2026-06-02", "corrects": receipt.id, "reason": "wrong-date"}

    with pytest.raises(BadValue) as error:
        from_json(council, "correct", said | more)
    assert error.value.field == field
    assert WORD not in str(error.value)


def test_an_entry_of_another_complaint_is_not_corrected(council):
    said = {"occurred_on": "2026-06-02", "corrects": "0" * 32, "reason": "typo", "set": {}}

    with pytest.raises(UnknownName):
        from_json(council, "correct", said)
    with pytest.raises(UnknownName):
        from_json(council, "correct", said, complaint=None)


@pytest.mark.parametrize(
    ("name", "said", "field"),
    [
        ("receive", b"", "body"),
        ("receive", b"\xff", "body"),
        ("receive", b'{"reference": 1, "reference": 2}', "body"),
        ("receive", b'"\\ud800"', "body"),
        ("receive", {"heads": [{"id": "h1", WORD: WORD}]}, "heads/1"),
        ("receive", {"heads": [{"id": WORD}]}, "heads/1/id"),
        ("receive", {"heads": {"id": "h1"}}, "heads"),
        ("receive", {"heads": ["h1"]}, "heads/1"),
        ("receive", {"complainant": {"name": 5}}, "complainant/name"),
        ("receive", {"outside_hours": "yes"}, "outside_hours"),
        ("receive", {"outside_hours": 1}, "outside_hours"),
        ("receive", {"codes": ["lgsco-2024"]}, "codes/1"),
        ("receive", {"codes": [{"id": "lgsco-2024", WORD: 1}]}, "codes/1"),
        ("receive", {"outcome_sought": " "}, "outcome_sought"),
        ("representative-authorised", {"representative": {"name": WORD}}, "representative/id"),
        ("sign-off", {}, "signed_off_by"),
        ("sign-off", {"signed_off_by": None}, "signed_off_by"),
        ("remedy-offered", {"item": "r1", "pence": True}, "pence"),
    ],
)
def test_what_cannot_be_read_names_its_field_and_repeats_nothing(council, name, said, field):
    if isinstance(said, dict):
        said = {"occurred_on": "2026-04-02"} | said
    with pytest.raises(BadValue) as error:
        from_json(council, name, said)
    assert error.value.field == field
    assert WORD not in str(error.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(WORD) | st.sampled_from(["h1", "p1"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([WORD, "id", "name"]), inner),
    max_leaves=8,
)


@settings(max_examples=300)
@given(data=st.data())
def test_whatever_a_client_sends_is_a_command_or_an_error_of_ours_that_repeats_nothing(
    council, data
):
    kind = data.draw(st.sampled_from([*COMMANDS.values()]))
    names = st.sampled_from([*(field.name for field in attrs.fields(kind)), "set", WORD])
    said = data.draw(st.dictionaries(names, JSON)) | {"occurred_on": "2026-04-02"}
    try:
        answer = type(from_json(council, BY_NAME[kind], said)).__name__
    except ComplaintLedgerError as error:
        answer = str(error)
    assert WORD not in answer


@pytest.mark.parametrize("kind", [e.LedgerOpened, e.ActorAdded, e.SealedValuesOpened])
def test_no_event_of_the_ledgers_own_is_a_command(council, kind):
    assert kind not in COMMANDS.values()
