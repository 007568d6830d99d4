"""The published schema is made from the model, and the editions keep to it."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from complaint_ledger.codes import code_ids, load_code
from complaint_ledger.codes.__main__ import main
from complaint_ledger.codes.schema import schema

PUBLISHED = Path(__file__).parents[2] / "docs/reference/handling-code.schema.json"
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
POLICY = {
    "id": "ours",
    "version": "1",
    "title": "Ours",
    "extends": "lgsco-2024",
    "in_force_from": "2026-04-01",
}
EDITION = {"id": "ours", "version": "1", "title": "Ours", "calendar": "scotland"}
CLOCK = {
    "id": "answer",
    "rule": "O-1",
    "paragraph": "1",
    "source": "primary",
    "limits": [{"starts": ["received"], "length": 3, "unit": "working-days"}],
}


def wrong(shape, value, where="", *, root=None):
    """Yield what of *value* does not keep to *shape*: as much of JSON Schema as ours uses."""
    root = root or shape
    if shape is False:
        yield f"{where}: may not stand here"
        return
    if "$ref" in shape:
        name = shape["$ref"].removeprefix("#/$defs/")
        yield from wrong(root["$defs"][name], value, where, root=root)
    if "type" in shape and type(value) is not TYPES[shape["type"]]:
        yield f"{where}: is no {shape['type']}"
        return
    if "enum" in shape and value not in shape["enum"]:
        yield f"{where}: is none of the words"
    if "pattern" in shape and not re.search(shape["pattern"], value):
        yield f"{where}: does not fit the pattern"
    if type(value) is int and value < shape.get("minimum", value):
        yield f"{where}: is too small"
    if isinstance(value, list):
        if len(value) < shape.get("minItems", 0):
            yield f"{where}: is too short"
        for number, item in enumerate(value if "items" in shape else []):
            yield from wrong(shape["items"], item, f"{where}[{number}]", root=root)
    if isinstance(value, dict):
        yield from _wrong_in(shape, value, where, root)


def _wrong_in(shape, value, where, root):
    for name in shape.get("required", []):
        if name not in value:
            yield f"{where}.{name}: is missing"
    known = shape.get("properties", {})
    for name, inner in value.items():
        if "propertyNames" in shape:
            yield from wrong(shape["propertyNames"], name, f"{where}.{name}", root=root)
        more = shape.get("additionalProperties", {})
        yield from wrong(known.get(name, more), inner, f"{where}.{name}", root=root)
    if "if" in shape:
        met = not list(wrong(shape["if"], value, where, root=root))
        yield from wrong(shape["then" if met else "else"], value, where, root=root)


def as_json(text):
    """Return *text*, which is TOML, as JSON has it."""
    return json.loads(json.dumps(tomllib.loads(text), default=date.isoformat))


def test_the_published_schema_is_the_one_that_the_model_gives(capsys):
    main()
    assert capsys.readouterr().out == PUBLISHED.read_text("utf-8"), (
        "python -m complaint_ledger.codes > docs/reference/handling-code.schema.json"
    )


@pytest.mark.parametrize("name", code_ids())
def test_every_edition_keeps_to_it(name):
    assert list(wrong(schema(), as_json(load_code(name).text))) == []


def test_a_policy_gives_only_what_it_changes():
    changed = {"id": "stage-1-respond", "paragraph": "1", "source": "primary"}
    closed = {"2026-12-29": "Closed"}
    policy = {**POLICY, "clocks": [changed], "closures": closed, "drop": ["LGSCO-09"]}
    assert list(wrong(schema(), policy)) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ({**EDITION, "colour": "red"}, ".colour: may not stand here"),
        ({"id": "ours", "version": "1"}, ".title: is missing"),
        ({**EDITION, "title": 5}, ".title: is no string"),
        ({**EDITION, "drop": ["x"]}, ".drop: may not stand here"),
        ({**EDITION, "clocks": [{**CLOCK, "kind": "wish"}]}, ".clocks[0].kind: is none of"),
        ({**EDITION, "clocks": [{"id": "answer"}]}, ".clocks[0].rule: is missing"),
        (
            {**EDITION, "clocks": [{**CLOCK, "met_by": ["posted"]}]},
            ".clocks[0].met_by[0]: is none of the words",
        ),
        (
            {**EDITION, "clocks": [{**CLOCK, "limits": [{**CLOCK["limits"][0], "starts": []}]}]},
            ".clocks[0].limits[0].starts: is too short",
        ),
        (
            {**EDITION, "clocks": [{**CLOCK, "limits": [{**CLOCK["limits"][0], "length": -1}]}]},
            ".clocks[0].limits[0].length: is too small",
        ),
        ({**POLICY, "clocks": [{"id": "stage-1-respond"}]}, ".clocks[0].paragraph: is missing"),
        ({**POLICY, "closures": {"29 December": "x"}}, ".closures.29 December: does not fit"),
        ({**POLICY, "ombudsman": {"name": "O"}}, ".ombudsman.paragraph: is missing"),
        ({"id": "ours", "extends": "lgsco-2024"}, ".in_force_from: is missing"),
    ],
)
def test_what_does_not_keep_to_it_is_found(code, said):
    assert any(each.startswith(said) for each in wrong(schema(), code)), list(wrong(schema(), code))


def test_every_field_is_described_where_the_model_describes_it():
    limit = schema()["$defs"]["Limit"]["properties"]
    assert limit["waits"]["description"] == "What must be over before it starts."
    assert schema()["$defs"]["Clock"]["properties"]["source"]["description"]
