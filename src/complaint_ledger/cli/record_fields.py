"""From what was given to `record` to a command of the domain."""

from typing import Any

import attrs

from complaint_ledger.cli.record_parts import (
    documents,
    event_id,
    from_file,
    head,
    member,
    person,
)
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.history import standing
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.words import (
    COMPLAINANT,
    WITHHELD,
    BodyId,
    Finding,
    HeadId,
    OutcomeId,
    Private,
    SubjectId,
    read,
)
from complaint_ledger.errors import BadValue
from complaint_ledger.fields import amend, parse, parse_instant, type_of
from complaint_ledger.files import with_file
from complaint_ledger.labels import labels_of
from complaint_ledger.ledger import Ledger
from complaint_ledger.store import system_clock


def build(
    kind: type[c.Command], ledger: Ledger, complaint: str | None, given: dict[str, Any]
) -> c.Command:
    fields: dict[str, Any] = _when(given)
    withheld = {name.replace("-", "_") for name in given.pop("withhold", ())}
    names = {field.name for field in attrs.fields(kind)}
    if "complainant" in names:
        fields["complainant"] = person("complainant", COMPLAINANT, given, withheld)
    if "representative" in names:
        subject = given.pop("representative")
        whole = person("representative", subject, given, withheld)
        fields["representative"] = whole or e.Person(id=subject)
    if "codes" in names:
        fields["codes"] = _codes(ledger, complaint, given, fields)
    if "members" in names:
        fields["members"] = tuple(map(member, given.pop("member")))
    if "items" in names:
        assert complaint is not None
        fields["items"] = documents(ledger, complaint, given)
    if "heads" in names:
        of_heads = type_of(kind, "heads") == tuple[e.Head, ...]
        one = head if of_heads else _head_id
        fields["heads"] = tuple(map(one, given.pop("head")))
    elif type_of(kind, "head") is e.Head:
        fields["head"] = head(given.pop("head"))
    if "outcomes" in names:
        fields |= _outcomes(given.pop("outcome"))
    if "findings" in names:
        fields |= _findings(given.pop("finding")) or _by_label(given)
    file, whose = None, COMPLAINANT
    if kind is e.DocumentAdded:
        file, whose = given.pop("file"), read(SubjectId, given.pop("subject"), "subject")
    if kind in {c.Correct, c.Retract}:
        assert complaint is not None
        fields |= _entry(kind, ledger, complaint, given)
    for name, value in given.items():
        if value is None or value == ():
            continue
        fields[name] = _value(type_of(kind, name), value, name, whose)
    for name in withheld:
        if type_of(kind, name) != Private:
            raise BadValue("withhold", f"{name} is no text that a person could decline to give")
        fields[name] = WITHHELD
    if file is not None:
        return with_file(e.DocumentAdded(**fields), file, whose)
    return kind(**fields)


def _when(given: dict[str, Any]) -> dict[str, Any]:
    on, at, precision = given.pop("on"), given.pop("at"), given.pop("precision")
    fields: dict[str, Any] = {"precision": precision}
    if at:
        fields["occurred_at"] = parse_instant(at, "--at")
    if on:
        fields["occurred_on"] = parse(type_of(e.Happened, "occurred_on"), on, "--on")
    if not on and not at and precision != "unknown":
        fields["occurred_on"] = civil_date(system_clock())
    return fields


def _value(kind: Any, value: Any, name: str, whose: SubjectId) -> Any:
    if kind == Private:
        return parse(kind, from_file(value), name, whose)
    if isinstance(value, tuple):
        return tuple(one for text in value for one in parse(kind, text, name))
    return value if isinstance(value, bool) else parse(kind, value, name)


def _codes(
    ledger: Ledger, complaint: str | None, given: dict[str, Any], when: dict[str, Any]
) -> tuple[e.CodePin, ...]:
    """Return the codes that were named; with a calendar alone, those that govern, by it."""
    calendar, named = given.pop("calendar", None), given.pop("code")
    if named or calendar is None:
        return tuple(_code(ledger, code, calendar) for code in named)
    if complaint is None:
        at = when.get("occurred_at") or system_clock()
        day = when.get("occurred_on") or civil_date(at)
        governing = ledger.codes_on(day, given.get("service"))
    else:
        governing = ledger.complaint(complaint).codes
    return tuple(_by_calendar(pinned, _code(ledger, pinned.id, calendar)) for pinned in governing)


def _by_calendar(pinned: e.CodePin, other: e.CodePin) -> e.CodePin:
    """Return *pinned*, the very text, with the calendar of *other*."""
    return attrs.evolve(
        pinned,
        calendar=other.calendar,
        calendar_version=other.calendar_version,
        calendar_sha256=other.calendar_sha256,
    )


def _head_id(text: str) -> HeadId:
    found: HeadId = read(HeadId, text, "head")
    return found


def _code(ledger: Ledger, text: str, calendar: str | None) -> e.CodePin:
    code, _, heads = text.partition("=")
    covered = tuple(read(HeadId, one, "code") for one in heads.split(",")) if heads else ()
    return attrs.evolve(ledger.texts.pin(code, calendar), heads=covered)


def _outcomes(texts: tuple[str, ...]) -> dict[str, Any]:
    if not texts:
        return {}
    split = [_decided(text, "outcome") for text in texts]
    if len(split) == 1 and split[0][0] is None:
        return {"outcome": read(OutcomeId, split[0][1], "outcome"), "detail": split[0][2]}
    return {
        "outcomes": tuple(
            e.HeadOutcome(head=read(HeadId, name, "outcome"),
                          outcome=read(OutcomeId, word, "outcome"), detail=detail)
            for name, word, detail in split
        )
    }  # fmt: skip


def _findings(texts: tuple[str, ...]) -> dict[str, Any]:
    if not texts:
        return {}
    split = [_decided(text, "finding") for text in texts]
    if len(split) == 1 and split[0][0] is None and split[0][2] is None:
        return {"finding": parse(Finding, split[0][1], "finding")}
    return {
        "findings": tuple(
            e.HeadFinding(head=read(HeadId, name, "finding"),
                          finding=parse(Finding, word, "finding"), detail=detail)
            for name, word, detail in split
        )
    }  # fmt: skip


def _by_label(given: dict[str, Any]) -> dict[str, Any]:
    """Return the finding that the body's own label means, by its table."""
    label = given.get("label")
    if not label:
        return {}
    labels = labels_of(read(BodyId, given["body"], "body"))
    return {"finding": labels.finding(from_file(label)), "table": labels.table}


def _decided(text: str, name: str) -> tuple[str | None, str, OutcomeId | None]:
    named, equals, word = text.rpartition("=")
    word, _, detail = word.partition("/")
    return named if equals else None, word, read(OutcomeId, detail, name) if detail else None


def _entry(
    kind: type[c.Command], ledger: Ledger, complaint: str, given: dict[str, Any]
) -> dict[str, Any]:
    wrong = event_id(ledger, complaint, given.pop("event"))
    if kind is c.Retract:
        return {"retracts": wrong}
    facts = ledger.facts(complaint)
    told = {fact.id: fact for fact in (*facts, *standing(facts))}
    replacement = told[wrong].event
    for change in given.pop("changes"):
        path, equals, text = change.partition("=")
        if not equals:
            raise BadValue("set", "write FIELD=VALUE")
        replacement = amend(replacement, path, from_file(text))
    return {"corrects": wrong, "replacement": replacement}
