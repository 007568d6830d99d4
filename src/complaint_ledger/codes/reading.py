"""A handling code's text, read into its model; nothing is guessed, nothing ignored."""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from types import UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs

from complaint_ledger.codes.lines import Path, line_of, lines_of
from complaint_ledger.codes.policies import OWN, Merged, called, key_of, without
from complaint_ledger.domain.handling_code import Cited, HandlingCode
from complaint_ledger.errors import BadValue, UnknownName

Base: TypeAlias = Callable[[str], HandlingCode]
"""Finds the code that a policy extends, by its id."""

_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    date: "a date",
}


def parse(text: str, where: str, base: Base) -> HandlingCode:
    """
    Return the handling code that *text* is; *where* it stands is named in errors.

    Args:
        text: TOML.
        where: A file's name, or the like.
        base: Finds what a policy extends.

    Raises:
        BadValue: It is no TOML, or a key is unknown, missing or holds what it may not; the
            error names the line and the key.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(where, f"is not TOML: {error}") from None
    return _Reader(text, where).code(table, base)


class _Reader:
    """Reads one text; knows where its keys stand."""

    def __init__(self, text: str, where: str) -> None:
        self._lines = lines_of(text)
        self._where = where

    def bad(self, path: Path, why: str) -> BadValue:
        """Return the error about *path*: the file, the line, the key, the mend."""
        line = line_of(self._lines, path)
        place = f"{self._where}, line {line}" if line else self._where
        return BadValue(f"{place}: {_in_words(path)}" if path else place, why)

    def code(self, table: dict[str, Any], find: Base) -> HandlingCode:
        if "extends" in table:
            return self._policy(table, find)
        if "drop" in table:
            raise self.bad(("drop",), "there is nothing to drop from; say what it extends")
        code = self._structure(HandlingCode, table, ())
        assert isinstance(code, HandlingCode)
        return code

    def _policy(self, table: dict[str, Any], find: Base) -> HandlingCode:
        self._check_keys(HandlingCode, table, ())
        self._needs(("id", "version", "title", "in_force_from"), table, ())
        base = self._base(table, find)
        dropped = self._value(tuple[str, ...], table.get("drop", []), ("drop",))
        try:
            kept = without(base, dropped)
        except BadValue as error:
            raise self.bad(("drop",), error.why) from None
        kinds = get_type_hints(HandlingCode)
        values: dict[str, Any] = {}
        merged: dict[str, Merged] = {}
        for name in attrs.fields_dict(HandlingCode):
            old = kept[name]
            if name not in table:
                values[name] = None if name in OWN else old
            elif isinstance(old, tuple) and name not in OWN:
                model = get_args(kinds[name])[0]
                merged[name] = Merged(old)
                values[name] = self._merge(model, merged[name], table[name], (name,))
            elif name == "closures":
                values[name] = {**old, **self._value(kinds[name], table[name], (name,))}
            elif attrs.has(type(old)):
                values[name] = self._change(old, table[name], (name,))
            else:
                values[name] = self._value(kinds[name], table[name], (name,))
        values["drop"] = dropped
        try:
            return HandlingCode(**values)
        except BadValue as error:
            path = _path(error.field)
            if path[0] not in merged or (own := merged[str(path[0])].own_path(path)) is None:
                raise self.bad(("extends",), _no_longer_fits(base, values, path, error)) from None
            raise self.bad(own, error.why) from None

    def _base(self, table: dict[str, Any], find: Base) -> HandlingCode:
        name = self._value(str, table["extends"], ("extends",))
        if name == table["id"]:
            raise self.bad(("extends",), "is the id of this very text; name what it builds on")
        try:
            base = find(name)
        except UnknownName as error:
            raise self.bad(("extends",), str(error)) from None
        if base.id != name:
            raise self.bad(("extends",), f"the text that was found for it is of {base.id!r}")
        return base

    def _merge(
        self, model: type[attrs.AttrsInstance], merged: Merged, value: object, path: Path
    ) -> tuple[Any, ...]:
        """Read the parts of a policy over those of its base, key by key."""
        if not isinstance(value, list):
            raise self.bad(path, "must be a list")
        for number, table in enumerate(value):
            if not isinstance(table, dict):
                raise self.bad((*path, number), "must be a table")
            old = merged.find(key_of(model, table))
            if old is None:
                merged.add(self._structure(model, table, (*path, number)), number)
            else:
                merged.replace(old, self._change(old, table, (*path, number)), number)
        return merged.parts

    def _change(self, old: Any, table: object, path: Path) -> Any:
        """Return *old* with what *table* says of it otherwise, and where that stands."""
        model = type(old)
        if not isinstance(table, dict):
            raise self.bad(path, "must be a table")
        self._check_keys(model, table, path)
        kinds = get_type_hints(model)
        values: dict[str, Any] = {}
        if isinstance(old, Cited):
            self._needs(("paragraph", "source"), table, path)
            values["cites"] = None
        for name in table:
            before, at = getattr(old, name), (*path, name)
            nested = isinstance(before, Cited)
            values[name] = (
                self._change(before, table[name], at)
                if nested
                else self._value(kinds[name], table[name], at)
            )
        return self._made(lambda: attrs.evolve(old, **values), path)

    def _structure(self, model: type[attrs.AttrsInstance], table: object, path: Path) -> Any:
        if not isinstance(table, dict):
            raise self.bad(path, "must be a table")
        self._check_keys(model, table, path)
        fields = attrs.fields_dict(model)
        self._needs([n for n, f in fields.items() if f.default is attrs.NOTHING], table, path)
        kinds = get_type_hints(model)
        values = {name: self._value(kinds[name], table[name], (*path, name)) for name in table}
        return self._made(lambda: model(**values), path)

    def _made(self, make: Callable[[], Any], path: Path) -> Any:
        try:
            return make()
        except BadValue as error:
            raise self.bad((*path, *_path(error.field)), error.why) from None

    def _check_keys(
        self, model: type[attrs.AttrsInstance], table: Mapping[str, Any], path: Path
    ) -> None:
        fields = attrs.fields_dict(model)
        for name in table:
            if name not in fields:
                raise self.bad((*path, name), f"is no key here; there is {', '.join(fields)}")

    def _needs(
        self, names: list[str] | tuple[str, ...], table: Mapping[str, Any], path: Path
    ) -> None:
        for name in names:
            if name not in table:
                raise self.bad((*path, name), "is missing; add it")

    def _value(self, kind: Any, value: object, path: Path) -> Any:
        origin = get_origin(kind)
        if origin is tuple:
            if not isinstance(value, list):
                raise self.bad(path, "must be a list")
            member = get_args(kind)[0]
            return tuple(self._value(member, item, (*path, at)) for at, item in enumerate(value))
        if origin in {Union, UnionType}:
            return self._value(get_args(kind)[0], value, path)
        if origin is Literal:
            kind = str
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return self._days(value, path)
        if attrs.has(kind):
            return self._structure(kind, value, path)
        # A TOML date with a time is a date to Python, and true a number: neither is meant.
        if type(value) is not kind:
            raise self.bad(path, f"must be {_KINDS[kind]}")
        return value

    def _days(self, value: object, path: Path) -> dict[date, str]:
        """Read `{ 2026-12-29 = "Council closed" }`: the days, each with its reason."""
        if not isinstance(value, dict):
            raise self.bad(path, "must be a table of days")
        days = {}
        for key, reason in value.items():
            try:
                day = date.fromisoformat(key)
            except ValueError:
                raise self.bad((*path, key), "is no day; write it as 2026-12-29") from None
            days[day] = self._value(str, reason, (*path, key))
        return days


def _no_longer_fits(
    base: HandlingCode, values: Mapping[str, Any], path: Path, error: BadValue
) -> str:
    """Say which part of *base* does not fit what the policy changes or drops."""
    if len(path) < 2 or not isinstance(path[1], int):
        return f"{base.id} and what is changed do not fit: {_in_words(path)} {error.why}"
    part = called(values[str(path[0])][path[1]])
    within = _in_words(path[2:])
    return f"{part} of {base.id} does not fit what is changed or dropped: {within}: {error.why}"


def _path(field: str) -> Path:
    """Return the way to *field* as the model names it: `clocks[1].limits[0].length`."""
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", field)
    return tuple(int(number) if number else name for number, name in parts)


def _in_words(path: Path) -> str:
    """Return *path* as people read it: `clocks[1]: limits[0]: length`."""
    return re.sub(r": \[", "[", ": ".join(f"[{p}]" if isinstance(p, int) else p for p in path))
