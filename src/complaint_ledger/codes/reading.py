"""A handling code's text, read into its model; nothing is guessed, nothing ignored."""

import tomllib
from datetime import date
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from complaint_ledger.domain.handling_code import HandlingCode
from complaint_ledger.errors import BadValue

_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    date: "a date",
}


def parse_code(text: str, where: str) -> HandlingCode:
    """
    Return the handling code that *text* is; *where* it stands is named in errors.

    Raises:
        BadValue: It is no TOML, or a key is unknown, missing or holds what it may not.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(where, f"is not TOML: {error}") from None
    code = _structure(HandlingCode, table, where)
    assert isinstance(code, HandlingCode)
    return code


def _structure(model: type[attrs.AttrsInstance], table: object, key: str) -> Any:
    if not isinstance(table, dict):
        raise BadValue(key, "must be a table")
    fields = attrs.fields_dict(model)
    kinds = get_type_hints(model)
    for name in table:
        if name not in fields:
            raise BadValue(f"{key}: {name}", f"is no key here; there is {', '.join(fields)}")
    for name, field in fields.items():
        if name not in table and field.default is attrs.NOTHING:
            raise BadValue(f"{key}: {name}", "is missing; add it")
    values = {name: _value(kinds[name], table[name], f"{key}: {name}") for name in table}
    try:
        return model(**values)
    except BadValue as error:
        raise BadValue(f"{key}: {error.field}", error.why) from None


def _value(kind: Any, value: object, key: str) -> Any:
    origin = get_origin(kind)
    if origin is tuple:
        if not isinstance(value, list):
            raise BadValue(key, "must be a list")
        member = get_args(kind)[0]
        return tuple(_value(member, item, f"{key}[{at}]") for at, item in enumerate(value))
    if origin in {Union, UnionType}:
        return _value(get_args(kind)[0], value, key)
    if origin is Literal:
        kind = str
    if attrs.has(kind):
        return _structure(kind, value, key)
    # A TOML date with a time is a date to Python, and true a number: neither is meant.
    if type(value) is not kind:
        raise BadValue(key, f"must be {_KINDS[kind]}")
    return value
