"""
Fields by their types: read from text, and changed in an event.

The command line and corrections name a field of an event by its path, as
`history` shows it: `until`, `outcomes/h1/outcome`, `complainant/name`.
"""

from datetime import UTC, date, datetime
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.london import LONDON
from complaint_ledger.domain.words import COMPLAINANT, SHAPES, Private, Sealed, SubjectId, read
from complaint_ledger.errors import BadValue

E = TypeVar("E")


def type_of(owner: type, field: str) -> Any:
    """Return the type of *field*, without None; None where there is no such field."""
    for attribute in attrs.fields(owner):
        if attribute.name == field:
            return _without_none(attribute.type)
    return None


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in {Union, UnionType} and kind != Private:
        present = [member for member in get_args(kind) if member is not type(None)]
        return present[0] if len(present) == 1 else kind
    return kind


def parse(kind: Any, text: str, field: str, subject: SubjectId = COMPLAINANT) -> Any:
    """
    Return *text* as a value of *kind*.

    Args:
        kind: The field's type, without None.
        text: What someone wrote; of several values, with commas between.
        field: Which field, for the error.
        subject: Whose value it is, where it is to be sealed.

    Raises:
        BadValue: It does not fit; the message does not repeat it.
    """
    if kind in SHAPES:
        return read(kind, text, field)
    if kind == Private:
        if not text.strip():
            raise BadValue(field, "it says nothing; leave it out, or say that it was withheld")
        return Sealed(subject=subject, clear=text)
    if kind is date:
        return parse_date(text, field)
    if kind is datetime:
        return parse_instant(text, field)
    if kind is bool:
        if text not in {"yes", "no"}:
            raise BadValue(field, "say yes or no")
        return text == "yes"
    if kind is int:
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise BadValue(field, "it is a whole number; money is in pence, without fractions")
        return int(text)
    if get_origin(kind) is Literal:
        if text not in get_args(kind):
            raise BadValue(field, f"it is one of {', '.join(get_args(kind))}")
        return text
    if get_origin(kind) is tuple and get_args(kind)[0] in SHAPES:
        return tuple(read(get_args(kind)[0], one.strip(), field) for one in text.split(","))
    raise BadValue(field, "name a field inside it, such as heads/h1/category")


def parse_date(text: str, field: str) -> date:
    """
    Return the date in *text*, written YYYY-MM-DD.

    Raises:
        BadValue: It is none.
    """
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise BadValue(field, "it is no date; write YYYY-MM-DD")
    return found


def parse_instant(text: str, field: str) -> datetime:
    """
    Return the instant in *text* in UTC; without a zone it is London's time.

    Raises:
        BadValue: It is none.
    """
    try:
        found = datetime.fromisoformat(text)
        found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue(field, "it is no time; write YYYY-MM-DDTHH:MM") from None
    if len(text) <= len("2026-01-12"):
        raise BadValue(field, "it is a date without a time; write YYYY-MM-DDTHH:MM")
    return (found if found.tzinfo else found.replace(tzinfo=LONDON)).astimezone(UTC)


def amend(event: E, path: str, text: str) -> E:
    """
    Return *event* with the field at *path* as *text* says; empty takes it away.

    Raises:
        BadValue: There is no such field, or the text does not fit it.
    """
    amended: E = _amend(event, path.split("/"), text, path)
    return amended


def _amend(owner: Any, steps: list[str], text: str, path: str) -> Any:
    name, *rest = steps
    kind = type_of(type(owner), name) if attrs.has(type(owner)) else None
    if kind is None:
        there = ", ".join(f.name for f in attrs.fields(type(owner)))
        raise BadValue(path, f"there is no such field; there is {there}")
    value = getattr(owner, name)
    if name in {"id", "head"} and not rest and not isinstance(owner, e.Happened):
        # A member's sealed texts are bound to their path, of which this is a part.
        raise BadValue(path, "what names it stays; retract the entry and record it anew")
    if not rest:
        changed = _changed(owner, name, kind, value, text, path)
    elif isinstance(value, tuple):
        changed = _amend_member(value, rest, text, path)
    elif attrs.has(type(value)) and not isinstance(value, Sealed):
        changed = _amend(value, rest, text, path)
    elif value is None and kind is e.Person:
        changed = _amend(e.Person(id=COMPLAINANT), rest, text, path)
    else:
        raise BadValue(path, f"{name} has nothing inside it")
    return attrs.evolve(owner, **{name: changed})


def _changed(owner: Any, name: str, kind: Any, value: Any, text: str, path: str) -> Any:
    if text:
        if isinstance(value, Sealed):
            subject = value.subject
        else:
            subject = owner.id if isinstance(owner, e.Person) else COMPLAINANT
        return parse(kind, text, path, subject)
    default = next(f.default for f in attrs.fields(type(owner)) if f.name == name)
    if default is attrs.NOTHING:
        raise BadValue(path, "it cannot be left out")
    return default


def _amend_member(
    members: tuple[Any, ...], steps: list[str], text: str, path: str
) -> tuple[Any, ...]:
    wanted, *rest = steps
    names = [getattr(m, "id", None) or getattr(m, "head", None) for m in members]
    if wanted not in names:
        raise BadValue(path, f"there is no {wanted}; there is {', '.join(map(str, names))}")
    if not rest:
        raise BadValue(path, "name a field inside it, such as heads/h1/category")
    return tuple(
        _amend(member, rest, text, path) if name == wanted else member
        for member, name in zip(members, names, strict=True)
    )
