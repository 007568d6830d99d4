"""
The shape of a handling code's text, as JSON Schema, made from the model itself.

An editor that knows the schema says what may stand where; what does not fit
together across the file, `complaint-ledger codes check` says.
"""

import re
from collections.abc import Mapping
from datetime import date
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from complaint_ledger.codes.policies import OWN
from complaint_ledger.domain.code_words import Cited, EachOf, NotBelow, OneOf
from complaint_ledger.domain.handling_code import HandlingCode, Requirement

_DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
_SIMPLE: Final[dict[type, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date", "pattern": _DAY},
}
_OF_A_POLICY: Final = ("id", "version", "title", "extends", "in_force_from")


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a handling code, or a policy, as TOML reads it."""
    definitions: dict[str, Any] = {}
    code = _table(HandlingCode, definitions)
    lists = {name: shape for name, shape in code["properties"].items() if "items" in shape}
    parts = {name: shape for name, shape in lists.items() if "$ref" in shape["items"]}
    changes: dict[str, Any] = {}
    for name, shape in parts.items():
        model = get_args(get_type_hints(HandlingCode)[name])[0]
        changes[name] = _same(shape, _change(model, definitions))
    ombudsman = get_args(get_type_hints(HandlingCode)["ombudsman"])[0]
    changes["ombudsman"] = _change(ombudsman, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A handling code, or a council's policy over one",
        **code,
        "properties": {
            name: {"type": "object"} if name == "ombudsman" else _open(shape, name in parts)
            for name, shape in code["properties"].items()
        },
        "if": {"required": ["extends"]},
        "then": {"properties": changes, "required": list(_OF_A_POLICY)},
        "else": {
            "properties": {
                **parts,
                "ombudsman": code["properties"]["ombudsman"],
                **{name: False for name in OWN if name == "drop"},
            }
        },
        "$defs": dict(sorted(definitions.items())),
    }


def _open(shape: dict[str, Any], part: bool) -> dict[str, Any]:
    return {**shape, "items": {"type": "object"}} if part else shape


def _same(shape: dict[str, Any], items: dict[str, Any]) -> dict[str, Any]:
    return {**shape, "items": items}


def _change(model: type[attrs.AttrsInstance], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return a reference to the shape of a part that says only what it changes."""
    name = f"{model.__name__}InPolicy"
    if name not in definitions:
        whole = _table(model, definitions)
        fields = attrs.fields_dict(model)
        named = ("rule", "check") if model is Requirement else ("id", "leaves", "reaches")
        cited = ("paragraph", "source") if issubclass(model, Cited) else ()
        required = [name for name in (*named, *cited) if name in fields]
        properties = dict(whole["properties"])
        if "extension" in properties:
            extension = get_args(get_type_hints(model)["extension"])[0]
            properties["extension"] = _change(extension, definitions)
        if model.__name__ in {"Extension", "Ombudsman"}:
            required.remove("id")
        definitions[name] = {**whole, "properties": properties, "required": required}
    return {"$ref": f"#/$defs/{name}"}


def _table(model: type[attrs.AttrsInstance], definitions: dict[str, Any]) -> dict[str, Any]:
    kinds = get_type_hints(model)
    said = _described(model)
    fields = attrs.fields_dict(model)
    properties = {}
    for name, field in fields.items():
        shape = _kind(kinds[name], definitions) | _held(field.validator)
        properties[name] = {**shape, **({"description": said[name]} if name in said else {})}
    return {
        "type": "object",
        "description": said[""],
        "properties": properties,
        "required": [name for name, field in fields.items() if field.default is attrs.NOTHING],
        "additionalProperties": False,
    }


def _kind(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        return _kind(get_args(kind)[0], definitions)
    if origin is tuple:
        return {"type": "array", "items": _kind(get_args(kind)[0], definitions)}
    if origin is Literal:
        return {"type": "string"}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        names = {"pattern": _DAY}
        return {"type": "object", "propertyNames": names, "additionalProperties": _SIMPLE[str]}
    if attrs.has(kind):
        name = kind.__name__
        if name not in definitions:
            definitions[name] = _table(kind, definitions)
        return {"$ref": f"#/$defs/{name}"}
    return dict(_SIMPLE[kind])


def _held(validator: object) -> dict[str, Any]:
    """Return what *validator* lets a field hold."""
    match validator:
        case OneOf(names=names):
            return {"enum": list(names)}
        case EachOf(names=names, least=least):
            items = {"items": {"type": "string", "enum": list(names)}}
            return items | ({"minItems": least} if least else {})
        case NotBelow(least=least):
            return {"minimum": least}
        case _:
            return {}


def _described(model: type) -> dict[str, str]:
    """Return what the docstrings of *model* say: of it (under no name), of its fields."""
    said: dict[str, str] = {}
    for each in reversed(model.__mro__[:-1]):
        text, _, fields = (each.__doc__ or "").partition("Attributes:")
        said[""] = " ".join(text.split())
        entries = re.split(r"\n {4,8}(\w+): ", re.sub(r"\n {12}\s*", " ", fields))
        for name, words in zip(entries[1::2], entries[2::2], strict=True):
            said[name] = " ".join(words.split())
    return said
