"""The parts of an event, as they are written on one line: heads, people, members, documents."""

import hashlib
from pathlib import Path
from typing import Any

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import (
    ANY_SUBJECT,
    WITHHELD,
    ActorId,
    CategoryId,
    Connection,
    EventId,
    HeadId,
    ItemId,
    Private,
    ServiceId,
    Sha256,
    SubjectId,
    read,
    seal,
)
from complaint_ledger.errors import BadValue, UnknownName
from complaint_ledger.fields import parse, parse_date
from complaint_ledger.files import opened
from complaint_ledger.ledger import Ledger


def head(text: str) -> e.Head:
    names, _, description = text.partition("=")
    name, category, service, *more = [*names.split(":"), "", ""]
    if len(more) > 2:
        raise BadValue("head", "write ID[:CATEGORY[:SERVICE]][=TEXT]")
    return e.Head(
        id=read(HeadId, name, "head"),
        category=read(CategoryId, category, "head") if category else None,
        service=read(ServiceId, service, "head") if service else None,
        description=parse(Private, from_file(description), "head") if description else None,
    )


def person(who: str, subject: str, given: dict[str, Any], withheld: set[str]) -> e.Person | None:
    """Return the person whose name and contact were given as options of *who*; None if neither."""
    whose = read(SubjectId, subject, who)
    parts: dict[str, Any] = {}
    for part in ("name", "contact"):
        option = f"{who}_{part}"
        text = given.pop(option, None)
        if text:
            parts[part] = parse(Private, from_file(text), option, whose)
        if option in withheld:
            withheld.discard(option)
            parts[part] = WITHHELD
    return e.Person(id=whose, **parts) if parts else None


def member(text: str) -> e.PanelMember:
    name, _, connection = text.partition("=")
    return e.PanelMember(
        id=read(ActorId, name, "member"),
        connection=parse(Connection, connection, "member") if connection else None,
    )


def documents(ledger: Ledger, complaint: str, given: dict[str, Any]) -> tuple[e.EvidenceItem, ...]:
    """Return what was sent: each document with its date, and the digest of its file."""
    files, titles, entries = (_by_document(given, name) for name in ("file", "title", "entry"))
    found = []
    for text in given.pop("document"):
        name, _, said = text.partition("=")
        document = read(ItemId, name, "document")
        dated_on, _, state = said.partition(":")
        if state not in {"", "redacted"}:
            raise BadValue("document", "write ID=YYYY-MM-DD[:redacted]")
        file, title, entry = (by.pop(document, None) for by in (files, titles, entries))
        found.append(
            e.EvidenceItem(
                id=document,
                entry=event_id(ledger, complaint, entry) if entry else None,
                dated_on=parse_date(dated_on, "document"),
                redacted=state == "redacted",
                title=parse(Private, from_file(title), "title") if title else None,
                sha256=seal(_sha256(file), ANY_SUBJECT) if file else None,
            )
        )
    for name, left in (("file", files), ("title", titles), ("entry", entries)):
        if left:
            raise BadValue(name, "it names a document that no --document names")
    return tuple(found)


def _by_document(given: dict[str, Any], option: str) -> dict[str, str]:
    found = {}
    for text in given.pop(option):
        name, equals, said = text.partition("=")
        if not equals:
            raise BadValue(option, "write ID=, with the document's id")
        found[read(ItemId, name, option)] = said
    return found


def _sha256(path: str) -> Sha256:
    with opened(path) as file:
        return Sha256(hashlib.file_digest(file, "sha256").hexdigest())


def event_id(ledger: Ledger, complaint: str, wanted: str) -> EventId:
    """Return the id of the entry that *wanted* names by its position or its id."""
    for fact in ledger.facts(complaint):
        if wanted in {fact.id, str(fact.position)}:
            return EventId(fact.id)
    raise UnknownName("entry", wanted, mend="`history` shows their positions and event ids")


def from_file(text: str) -> str:
    """Return *text*, or what the file holds that it names after an @."""
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadValue("file", "it is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise BadValue("file", f"it cannot be read: {error.strerror}") from None
