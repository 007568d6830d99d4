"""
A command from the JSON that a client of a service sends.

It is read into the fields of the one command that is named, and into nothing else:
a text is sealed, an id or a code has its shape, and no file is opened.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar, get_args, get_origin

import attrs

from complaint_ledger import calendars, codec, codes
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.history import standing
from complaint_ledger.domain.words import (
    COMPLAINANT,
    WITHHELD,
    CalendarId,
    CodeId,
    EventId,
    HeadId,
    Private,
    SubjectId,
    TextKind,
    ValuePath,
    read,
)
from complaint_ledger.errors import BadEvidence, BadValue, UnknownName
from complaint_ledger.evidence import strict_json
from complaint_ledger.fields import amend, parse, type_of
from complaint_ledger.ledger import Ledger

COMMANDS: Final[Mapping[str, type[c.Command]]] = MappingProxyType(
    {
        "receive": c.Receive,
        "acknowledge": c.Acknowledge,
        "define": c.Define,
        "add-head": c.AddHead,
        "assign": c.Assign,
        "extend": c.Extend,
        "sign-off": c.SignOff,
        "respond": c.Respond,
        "deliver": c.Deliver,
        "resolve": c.Resolve,
        "escalate": c.Escalate,
        "refuse": c.Refuse,
        "refuse-escalation": c.RefuseEscalation,
        "withdraw": c.Withdraw,
        "reopen": c.Reopen,
        "close": c.Close,
        "refer": c.Refer,
        "premature": c.Premature,
        "ombudsman-outcome": c.OmbudsmanOutcome,
        "correct": c.Correct,
        "retract": c.Retract,
        **{codec.EVENT_NAMES[kind]: kind for kind in get_args(c.Plain)},
    }
)
"""What may be recorded, by the name that the command line and services give it."""

_EVENTS: Final = get_args(e.ComplaintEvent)

T = TypeVar("T")
Pin = Callable[[Any, str], e.CodePin]


def command_from_json(
    ledger: Ledger, name: str, body: bytes, complaint: str | None = None
) -> c.Command:
    """
    Return the command called *name* that *body* describes.

    A field stands under its own name, a part of it (a head, a person) is an object. What
    was declined is `{"withheld": true}`, a code is `{"id": …, "calendar": …, "heads": […]}`,
    and a correction says `set`, an object of paths and texts, as `record correct --set` does.

    Args:
        ledger: Where it is to be recorded.
        name: One of `COMMANDS`.
        body: A JSON object in UTF-8.
        complaint: The reference, or the stream id, of the complaint that a correction is about.

    Raises:
        UnknownName: There is no such command, complaint, code or calendar.
        BadValue: The body is no JSON that can be read in one way only, a field does not
            exist, is missing, or does not fit. The field is named, its value is not.
    """
    if name not in COMMANDS:
        raise UnknownName("command", name, mend="`complaint-ledger record --help` lists them")
    kind = COMMANDS[name]
    given = dict(_object(_content(body), "body"))
    # Not today's date where none is said: a retry after midnight would say something else.
    if not {"occurred_on", "occurred_at"} & given.keys() and given.get("precision") != "unknown":
        raise BadValue(
            "occurred_on", "say on which day it happened, or that the precision is unknown"
        )
    if kind is c.Correct:
        if "replacement" in given:
            raise BadValue("replacement", "say what changes with set; the rest stays as it was")
        given["replacement"] = _replacement(ledger, complaint, given)
    return _built(kind, given, "", COMPLAINANT, _pin(ledger))


def _content(body: bytes) -> Any:
    try:
        return strict_json.parse(body, "body")
    except BadEvidence as error:
        raise BadValue("body", error.why) from None


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadValue(field, "it is a JSON object, with a name for each field")
    return value


def _built(kind: type[T], given: Mapping[str, Any], path: str, whose: SubjectId, pin: Pin) -> T:
    there = {field.name: field for field in attrs.fields(kind)}  # type: ignore[arg-type]
    if not given.keys() <= there.keys():
        raise BadValue(
            path.rstrip("/") or "body", f"there is no such field; there is {', '.join(there)}"
        )
    if kind is e.Person:
        by_default = COMPLAINANT if path == "complainant/" else None
        whose = read(SubjectId, given.get("id", by_default), f"{path}id")
        given = {**given, "id": whose}
    fields = {
        name: _value(type_of(kind, name), value, path + name, whose, pin)
        for name, value in given.items()
        if value is not None
    }
    for name, field in there.items():
        if field.default is attrs.NOTHING and name not in fields:
            raise BadValue(path + name, "say it; it cannot be left out")
    return kind(**fields)


def _value(kind: Any, value: Any, field: str, whose: SubjectId, pin: Pin) -> Any:
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise BadValue(field, "it is a JSON list")
        inner = get_args(kind)[0]
        return tuple(
            _value(inner, one, f"{field}/{number}", whose, pin)
            for number, one in enumerate(value, 1)
        )
    if kind is e.CodePin:
        return pin(value, field)
    if isinstance(value, _EVENTS):  # the replacement, which was made from what is stored
        return value
    if attrs.has(kind):
        return _built(kind, _object(value, field), f"{field}/", whose, pin)
    if kind == Private and value == {"withheld": True}:
        return WITHHELD
    if kind in {bool, int}:
        if type(value) is not kind:
            raise BadValue(field, "it is true or false" if kind is bool else "it is a whole number")
        return value
    if not isinstance(value, str):
        raise BadValue(field, "it is a text in quotation marks")
    return parse(kind, value, field, whose)


def _pin(ledger: Ledger) -> Pin:
    """Return what finds a code among those of the library and the ledger; never in a file."""

    def known(kind: TextKind, name: str, ids: tuple[str, ...]) -> None:
        kept = (text.id for text in ledger.own.texts.values() if text.kind == kind)
        if name not in {*ids, *kept}:
            raise UnknownName(kind.replace("-", " "), name, ids)

    def pin(value: Any, field: str) -> e.CodePin:
        given = _object(value, field)
        if not {"id"} <= given.keys() <= {"id", "calendar", "heads"}:
            raise BadValue(field, "it has an id, and may have a calendar and heads")
        code = read(CodeId, given["id"], f"{field}/id")
        known("handling-code", code, codes.code_ids())
        calendar = given.get("calendar")
        if calendar is not None:
            calendar = read(CalendarId, calendar, f"{field}/calendar")
            known("calendar", calendar, calendars.calendar_ids())
        heads = _value(
            tuple[HeadId, ...], given.get("heads", []), f"{field}/heads", COMPLAINANT, pin
        )
        return attrs.evolve(ledger.texts.pin(code, calendar), heads=heads)

    return pin


def _replacement(ledger: Ledger, complaint: str | None, given: dict[str, Any]) -> e.ComplaintEvent:
    """Take `set` out of what is *given*; return the entry as it should have been."""
    changes = _object(given.pop("set", None), "set")
    wrong = read(EventId, given.get("corrects"), "corrects")
    facts = ledger.facts(ledger.find(complaint))
    told = {fact.id: fact.event for fact in (*facts, *standing(facts))}
    if wrong not in told:
        raise UnknownName("entry", wrong, mend="the complaint's history shows the ids of its own")
    replacement = told[wrong]
    for path, text in changes.items():
        read(ValuePath, path, "set")
        if not isinstance(text, str):
            raise BadValue("set", "write each change as a text, by the field's path")
        try:
            replacement = amend(replacement, path, text)
        except BadValue as error:
            known = type_of(type(replacement), path.partition("/")[0]) is not None
            raise BadValue(f"set/{path}" if known else "set", error.why) from None
    return replacement  # type: ignore[return-value]
