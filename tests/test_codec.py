"""What is stored can be read for ever, byte for byte."""

import hashlib
import json
import unicodedata
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import COMPLAINANT, WITHHELD, Sealed
from complaint_ledger.errors import BadValue, UnreadableEvent
from complaint_ledger.privacy.disclosure import LONGEST, Disclosure, disclose
from complaint_ledger.testing.strategies import events as any_event
from complaint_ledger.upcasts import Form, upcast

FORMS = Path(__file__).parent / "stored_forms"
SAMPLES = sorted(FORMS.glob("*.json"))
META = codec.Meta(
    event_id="a" * 32,
    actor=codec.Actor(id="officer-7k2m9q", kind="officer", role="handler"),
    library="0.1.0",
)


def never_seals(path, _):
    raise AssertionError(f"{path} was sealed already")


def keep(digests):
    def seal(path, value):
        digest = hashlib.sha256(f"{path} {value.clear}".encode()).hexdigest()[:43]
        digests[digest] = (path, value.clear)
        return digest

    return seal


@pytest.mark.parametrize("file", SAMPLES, ids=lambda f: f.stem)
def test_a_stored_form_reads_and_writes_back_without_changing_a_byte(file):
    name, schema = file.stem.rsplit(".", 1)
    event, meta = codec.decode(name, int(schema), file.read_bytes())
    assert codec.EVENT_NAMES[type(event)] == name
    if int(schema) == codec.SCHEMAS.get(name, 1):
        assert codec.encode(event, meta, never_seals) == file.read_bytes()


def test_every_stored_name_has_a_sample_of_every_schema():
    expected = {
        f"{name}.{schema}"
        for name in codec.EVENT_TYPES
        for schema in range(1, codec.SCHEMAS.get(name, 1) + 1)
    }
    assert {file.stem for file in SAMPLES} == expected


def test_no_sample_was_ever_changed():
    sums = dict(
        reversed(line.split("  ")) for line in (FORMS / "SHA256SUMS").read_text().splitlines()
    )
    assert {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in SAMPLES} == sums


@given(any_event())
def test_every_event_comes_back_as_it_was(event):
    kept = {}
    body = codec.encode(event, META, keep(kept))
    again, meta = codec.decode(*codec.name_of(event), body)
    assert meta == META
    assert codec.encode(again, meta, never_seals) == body
    assert type(again) is type(event)
    assert again.occurred_on == event.occurred_on
    for path, clear in kept.values():
        assert path
        assert json.dumps(clear)[1:-1] not in body.decode() or len(clear) < 12


@given(any_event())
def test_a_body_has_the_same_four_parts_and_no_float(event):
    body = codec.encode(event, META, keep({}))
    content = json.loads(body, parse_float=lambda _: pytest.fail("a float"))
    assert list(content) == ["meta", "open", "sealed", "withheld"]


RECEIVED = e.ComplaintReceived(
    heads=(
        e.Head(id="h1", description=Sealed(subject=COMPLAINANT, clear="The bins")),
        e.Head(id="h2", description=WITHHELD),
    )
)


def test_a_sealed_path_names_a_head_by_its_id():
    content = json.loads(codec.encode(RECEIVED, META, lambda path, _: path))
    assert list(content["sealed"]) == ["heads/h1/description"]
    assert content["withheld"] == ["heads/h2/description"]
    assert content["open"]["heads"] == [{"id": "h1"}, {"id": "h2"}]


def test_a_correction_holds_the_whole_replacement_in_its_own_form():
    corrected = e.EntryCorrected(corrects="b" * 32, replacement=RECEIVED, reason="mistyped")
    body = codec.encode(corrected, META, lambda path, _: path)
    content = json.loads(body)
    alone = json.loads(codec.encode(RECEIVED, META, lambda path, _: path))
    assert content["open"]["name"] == "complaint-received"
    assert content["open"]["replacement"] == {
        part: alone[part] for part in ("open", "sealed", "withheld")
    }
    assert codec.sealed_paths(body) == {
        "heads/h1/description": ("heads/h1/description", COMPLAINANT)
    }


def changed(**parts):
    content = json.loads(codec.encode(RECEIVED, META, lambda path, _: path))
    return json.dumps(content | parts).encode()


@pytest.mark.parametrize(
    ("name", "schema", "body"),
    [
        ("complaint-mislaid", 1, changed()),
        ("complaint-received", 2, changed()),
        ("complaint-received", 0, changed()),
        ("complaint-received", 1, changed(open={"heads": [], "mood": "furious"})),
        ("complaint-received", 1, changed(open={})),
        ("complaint-received", 1, changed(open={"heads": [{"id": "John Smith"}]})),
        ("complaint-received", 1, changed(sealed={"heads/h9/description": {}})),
        (
            "complaint-received",
            1,
            changed(sealed={"heads/h1/id": {"digest": "d", "subject": "p1"}}),
        ),
        ("complaint-received", 1, changed(withheld=["nowhere/at/all"])),
        ("complaint-received", 1, changed(meta={})),
        ("complaint-received", 1, changed(open={"heads": [], "occurred_on": "20260112"})),
        ("complaint-received", 1, changed(open={"heads": [], "presumed": 1})),
        ("complaint-received", 1, changed(open={"heads": [], "presumed": 1.0})),
        ("complaint-received", 1, b"[]"),
        ("complaint-received", 1, b"not json"),
        ("complaint-received", 1, b"\xff\xfe"),
        ("complaint-received", 1, b"[" * 100_000),
    ],
)
def test_what_does_not_fit_is_unreadable_and_the_message_repeats_nothing(name, schema, body):
    with pytest.raises(UnreadableEvent) as refused:
        codec.decode(name, schema, body)
    for private in ("furious", "Smith", "nowhere"):
        assert private not in str(refused.value)


def test_unknown_keys_of_meta_are_left_alone():
    content = json.loads(codec.encode(RECEIVED, META, lambda path, _: path))
    content["meta"]["mood"] = "calm"
    _, meta = codec.decode("complaint-received", 1, json.dumps(content).encode())
    assert meta == META


def test_an_old_schema_is_read_through_each_step():
    steps = {
        ("thing", 1): lambda f: attrs.evolve(f, open=f.open | {"two": True}),
        ("thing", 2): lambda f: attrs.evolve(f, open=f.open | {"three": f.open["two"]}),
    }
    assert upcast("thing", 1, Form({}, {}, []), 3, steps).open == {"two": True, "three": True}
    with pytest.raises(UnreadableEvent, match="schema 1"):
        upcast("thing", 1, Form({}, {}, []), 2, {})


# --- disclosures ---------------------------------------------------------------------------------


def test_the_digest_is_that_of_rfc_9901():
    # RFC 9901, section 4.2.1 and 4.2.3: its own example.
    found = Disclosure(b'["_26bc4LT-ac6q2KI6cBW5es", "family_name", "M\xc3\xb6bius"]')
    assert found.digest == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert (found.path, found.value) == ("family_name", "Möbius")


def test_the_same_value_twice_has_two_digests():
    assert disclose("name", "Zoë").digest != disclose("name", "Zoë").digest


def test_a_text_is_kept_in_normal_form_c():
    assert disclose("name", "Zoe\u0308").value == "Zo\u00eb"


@pytest.mark.parametrize(
    "text", ["a\0b", "bell\a", "\ud800", "half \udfff emoji", "x" * (LONGEST + 1), "é\x7f"]
)
def test_a_text_that_cannot_be_kept_is_refused_by_field_alone(text):
    with pytest.raises(BadValue) as refused:
        disclose("complainant/name", text)
    assert str(refused.value).startswith("complainant/name: ")
    assert text not in str(refused.value)


@given(st.text(max_size=50))
def test_every_other_text_comes_back(text):
    try:
        found = disclose("p", text)
    except BadValue:
        return
    assert Disclosure(found.data).digest == found.digest
    assert json.loads(found.data)[1:] == ["p", found.value]
    assert found.value == unicodedata.normalize("NFC", text)
