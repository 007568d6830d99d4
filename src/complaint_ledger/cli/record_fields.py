"""From what was given to `record` to a command of the domain."""

from pathlib import Path
from typing import Any

import attrs

from complaint_ledger import pinning
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.history import standing
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.words import (
    WITHHELD,
    BodyId,
    CategoryId,
    Finding,
    HeadId,
    OutcomeId,
    Private,
    ServiceId,
    SubjectId,
    read,
)
from complaint_ledger.errors import BadValue, UnknownName
from complaint_ledger.fields import amend, parse, parse_instant, type_of
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
        fields["complainant"] = _complainant(given, withheld)
    if "codes" in names:
        calendar = given.pop("calendar", None)
        fields["codes"] = tuple(_code(code, calendar) for code in given.pop("code"))
        if calendar and not fields["codes"]:
            fields["codes"] = (pinning.pin(ledger.opened.code, calendar),)
    if "head" in given:
        heads = given.pop("head")
        if "head" in names:
            fields["head"] = _head(heads)
        elif type_of(kind, "heads") == tuple[e.Head, ...]:
            fields["heads"] = tuple(map(_head, heads))
        else:
            fields["heads"] = tuple(read(HeadId, head, "head") for head in heads)
    if "outcomes" in names:
        fields |= _outcomes(given.pop("outcome"))
    if "findings" in names:
        fields |= _findings(given.pop("finding")) or _by_label(given)
    if kind in {c.Correct, c.Retract}:
        assert complaint is not None
        fields |= _entry(kind, ledger, complaint, given)
    for name, value in given.items():
        if value is None or value == ():
            continue
        fields[name] = _value(type_of(kind, name), value, name)
    for name in withheld:
        if type_of(kind, name) != Private:
            raise BadValue("withhold", f"{name} is no text that a person could decline to give")
        fields[name] = WITHHELD
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


def _value(kind: Any, value: Any, name: str) -> Any:
    if kind == Private:
        return parse(kind, _from_file(value), name)
    if isinstance(value, tuple):
        return tuple(one for text in value for one in parse(kind, text, name))
    return value if isinstance(value, bool) else parse(kind, value, name)


def _from_file(text: str) -> str:
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadValue("file", "it is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise BadValue("file", f"it cannot be read: {error.strerror}") from None


def _code(text: str, calendar: str | None) -> e.CodePin:
    code, _, heads = text.partition("=")
    covered = tuple(read(HeadId, head, "code") for head in heads.split(",")) if heads else ()
    return attrs.evolve(pinning.pin(code, calendar), heads=covered)


def _complainant(given: dict[str, Any], withheld: set[str]) -> e.Person | None:
    parts: dict[str, Any] = {}
    for part in ("name", "contact"):
        text = given.pop(f"complainant_{part}", None)
        if text:
            parts[part] = parse(Private, _from_file(text), f"complainant_{part}")
        if f"complainant_{part}" in withheld:
            withheld.discard(f"complainant_{part}")
            parts[part] = WITHHELD
    return e.Person(id=SubjectId("p1"), **parts) if parts else None


def _head(text: str) -> e.Head:
    names, _, description = text.partition("=")
    head, category, service, *more = [*names.split(":"), "", ""]
    if len(more) > 2:
        raise BadValue("head", "write ID[:CATEGORY[:SERVICE]][=TEXT]")
    return e.Head(
        id=read(HeadId, head, "head"),
        category=read(CategoryId, category, "head") if category else None,
        service=read(ServiceId, service, "head") if service else None,
        description=parse(Private, _from_file(description), "head") if description else None,
    )


def _outcomes(texts: tuple[str, ...]) -> dict[str, Any]:
    if not texts:
        return {}
    split = [_decided(text, "outcome") for text in texts]
    if len(split) == 1 and split[0][0] is None:
        return {"outcome": read(OutcomeId, split[0][1], "outcome"), "detail": split[0][2]}
    return {
        "outcomes": tuple(
            e.HeadOutcome(head=read(HeadId, head, "outcome"),
                          outcome=read(OutcomeId, word, "outcome"), detail=detail)
            for head, word, detail in split
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
            e.HeadFinding(head=read(HeadId, head, "finding"),
                          finding=parse(Finding, word, "finding"), detail=detail)
            for head, word, detail in split
        )
    }  # fmt: skip


def _by_label(given: dict[str, Any]) -> dict[str, Any]:
    """Return the finding that the body's own label means, by its table."""
    label = given.get("label")
    if not label:
        return {}
    labels = labels_of(read(BodyId, given["body"], "body"))
    return {"finding": labels.finding(_from_file(label)), "table": labels.table}


def _decided(text: str, name: str) -> tuple[str | None, str, OutcomeId | None]:
    head, equals, word = text.rpartition("=")
    word, _, detail = word.partition("/")
    return head if equals else None, word, read(OutcomeId, detail, name) if detail else None


def _entry(
    kind: type[c.Command], ledger: Ledger, complaint: str, given: dict[str, Any]
) -> dict[str, Any]:
    wanted = given.pop("event")
    facts = ledger.facts(complaint)
    stands = {fact.id: fact for fact in standing(facts)}
    for fact in facts:
        if wanted in {fact.id, str(fact.position)}:
            break
    else:
        raise UnknownName("entry", wanted, mend="`history` shows their positions and event ids")
    if kind is c.Retract:
        return {"retracts": fact.id}
    replacement = stands.get(fact.id, fact).event
    for change in given.pop("changes"):
        path, equals, text = change.partition("=")
        if not equals:
            raise BadValue("set", "write FIELD=VALUE")
        replacement = amend(replacement, path, _from_file(text))
    return {"corrects": fact.id, "replacement": replacement}
