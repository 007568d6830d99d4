"""
A council's policy over the edition that it extends.

What the policy does not mention stays as it was, and goes on citing the text
that it comes from.
"""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

import attrs

from complaint_ledger.codes.lines import Path
from complaint_ledger.domain.handling_code import (
    Cited,
    Clock,
    Escalation,
    HandlingCode,
    Requirement,
)
from complaint_ledger.errors import BadValue

OWN: Final = frozenset({"id", "version", "title", "extends", "drop", "in_force_from"})
"""What a policy has for itself, whatever it extends."""

_Part = TypeVar("_Part")


def key_of(model: type, part: Any) -> object:
    """Return what tells one part of a kind from another; *part* is it, or its table."""

    def said(name: str) -> Any:
        return part.get(name) if isinstance(part, dict) else getattr(part, name)

    if model is Requirement:
        return (said("rule"), said("check"), said("of"), said("stage"))
    if model is Escalation:
        return (said("leaves"), said("reaches"))
    return said("id")


class Merged:
    """The parts of one kind while a policy is read over its base."""

    def __init__(self, parts: Iterable[Any]) -> None:
        self._parts = list(parts)
        self._from: list[int | None] = [None] * len(self._parts)

    @property
    def parts(self) -> tuple[Any, ...]:
        """All of them: the base's in their order, then the policy's own."""
        return tuple(self._parts)

    def find(self, key: object) -> Any:
        """Return the base's part with that *key*, if there is one and it was not changed yet."""
        for part, number in zip(self._parts, self._from, strict=True):
            if number is None and key_of(type(part), part) == key:
                return part
        return None

    def add(self, part: Any, number: int) -> None:
        """Take in a new part, the policy's *number*-th."""
        self._parts.append(part)
        self._from.append(number)

    def replace(self, old: Any, new: Any, number: int) -> None:
        """Put *new*, the policy's *number*-th, where *old* was."""
        place = self._parts.index(old)
        self._parts[place] = new
        self._from[place] = number

    def own_path(self, path: Path) -> Path | None:
        """Return *path*, into all of them, as the policy's text counts; None if it is not there."""
        name, place, *rest = path
        number = self._from[place] if isinstance(place, int) else None
        return None if number is None else (name, number, *rest)


def without(base: HandlingCode, dropped: Iterable[str]) -> dict[str, Any]:
    """
    Return what *base* holds but for what is *dropped*, each part citing the text it stands in.

    Raises:
        BadValue: Nothing there is called so.
    """
    clocks, requirements = base.clocks, base.requirements
    for name in dropped:
        fewer = tuple(each for each in requirements if each.rule != name)
        shorter = tuple(_cut(clock, name) for clock in clocks if clock.id != name)
        if (shorter, fewer) == (clocks, requirements):
            there = ", ".join([*_deadlines(clocks), *sorted({r.rule for r in requirements})])
            raise BadValue("drop", f"{name!r} is not there; there is {there}")
        clocks, requirements = shorter, fewer
    values = {field.name: getattr(base, field.name) for field in attrs.fields(HandlingCode)}
    values |= {"clocks": clocks, "requirements": requirements}
    return {name: _citing(value, base.title) for name, value in values.items()}


def called(part: Any) -> str:
    """Return how to name *part* to whoever wrote a policy over it."""
    named = getattr(part, "id", None) or getattr(part, "rule", None)
    return repr(named or f"{part.leaves} to {part.reaches}")


def _cut(clock: Clock, name: str) -> Clock:
    if clock.extension and clock.extension.id == name:
        return attrs.evolve(clock, extension=None)
    return clock


def _deadlines(clocks: Iterable[Clock]) -> Iterable[str]:
    for clock in clocks:
        yield clock.id
        if clock.extension:
            yield clock.extension.id


def _citing(value: _Part, title: str) -> _Part:
    """Return *value* with every part of it that cites its own text citing *title*."""
    if isinstance(value, tuple):
        return tuple(_citing(each, title) for each in value)  # type: ignore[return-value]
    if not isinstance(value, Cited):
        return value
    extension = getattr(value, "extension", None)
    more = {"extension": _citing(extension, title)} if extension else {}
    return attrs.evolve(value, cites=value.cites or title, **more)
