"""
The documents of a complaint: which there are, and their files, opened and saved.

To list them opens nothing. To open one leaves an event behind, as `chronicle.reveal` does.
"""

import hashlib
from datetime import date
from pathlib import Path
from typing import Literal

import attrs

from complaint_ledger.chronicle import reader
from complaint_ledger.domain import events as e
from complaint_ledger.domain.history import standing
from complaint_ledger.domain.words import (
    CategoryId,
    Direction,
    HeadId,
    ItemId,
    ReasonId,
    Sealed,
    StageId,
    StreamId,
    read,
)
from complaint_ledger.errors import BadValue, UnknownName, UnreadableEvent
from complaint_ledger.files import bytes_of, with_bytes, with_file
from complaint_ledger.ledger import Ledger
from complaint_ledger.privacy.disclosure import CONTENT
from complaint_ledger.writing import check_new, new_file


@attrs.frozen(kw_only=True)
class Document:
    """
    A document on a complaint's file, as far as it stands in clear.

    Attributes:
        position: Of the entry that put it there.
        added_on: When it came, went out or was put there.
        dated_on: The date that it bears.
        file: Whether its bytes are kept, were erased, or were never there.
        withdrawn: Why it no longer counts as part of the file; None while it does.
    """

    item: ItemId
    kind: CategoryId
    direction: Direction
    role: CategoryId | None
    stage: StageId | None
    head: HeadId | None
    position: int
    added_on: date | None
    dated_on: date | None
    file: Literal["kept", "erased", "none"]
    withdrawn: ReasonId | None


@attrs.frozen(kw_only=True, repr=False)
class OpenedDocument:
    """
    The file of a document, opened, with what was sealed beside it.

    Attributes:
        data: Its bytes; their SHA-256 is *sha256*.
    """

    item: ItemId
    title: str | None
    file_name: str | None
    media_type: str | None
    sha256: str
    data: bytes


def documents_of(ledger: Ledger, complaint: str) -> tuple[Document, ...]:
    """
    Return the documents of *complaint*, in the order in which they were recorded.

    Raises:
        UnknownName: There is no such complaint.
    """
    told = standing(ledger.facts(complaint))
    withdrawn = {
        fact.event.item: fact.event.reason
        for fact in told
        if isinstance(fact.event, e.DocumentWithdrawn)
    }
    return tuple(
        Document(
            item=fact.event.item,
            kind=fact.event.kind,
            direction=fact.event.direction,
            role=fact.event.role,
            stage=fact.event.stage,
            head=fact.event.head,
            position=fact.position,
            added_on=fact.event.occurred_on,
            dated_on=fact.event.dated_on,
            file=_state(ledger, fact.event),
            withdrawn=withdrawn.get(fact.event.item),
        )
        for fact in told
        if isinstance(fact.event, e.DocumentAdded)
    )


def _state(ledger: Ledger, document: e.DocumentAdded) -> Literal["kept", "erased", "none"]:
    if not isinstance(document.content, Sealed) or document.content.digest is None:
        return "none"
    return "kept" if ledger.store.sealed([document.content.digest]) else "erased"


def open_document(
    ledger: Ledger,
    complaint: str,
    item: str,
    *,
    actor: str,
    purpose: str = "casework",
    accept_clock: bool = False,
) -> OpenedDocument:
    """
    Return the file of a document with what was sealed beside it, and leave an event behind.

    Args:
        ledger: Where it is kept.
        complaint: The complaint's reference, or its stream id.
        item: The document's id within the complaint, such as d1.
        actor: Who reads it.
        purpose: What for, as a code.
        accept_clock: The clock is right although it jumped.

    Raises:
        BadValue: The document has no file, or its file was erased.
        KeysError: The key store is missing, or another ledger's.
        Refused: A Member asks; Members see numbers, never a name.
        UnknownName: There is no such complaint, document or actor.
        UnreadableEvent: The bytes are not those that their SHA-256 was made of.
    """
    why = read(ReasonId, purpose, "purpose")
    by = reader(ledger, actor)
    document = _document(ledger, complaint, item)
    digests = {
        name: value.digest
        for name in ("title", "file_name", "media_type", "size", "sha256", CONTENT)
        if isinstance(value := getattr(document, name), Sealed) and value.digest
    }
    if CONTENT not in digests:
        raise BadValue("item", "the ledger has no file of this document, only what is told of it")
    found = ledger.vault.open({digest: name for name, digest in digests.items()})
    texts = {name: found[digest].value for name, digest in digests.items() if digest in found}
    if CONTENT not in texts:
        raise BadValue("item", "the file of this document was erased; what is told of it stays")
    data = bytes_of(texts[CONTENT])
    if data is None or hashlib.sha256(data).hexdigest() != texts.get("sha256"):
        raise UnreadableEvent("the bytes of the document are not those its SHA-256 was made of")
    opened = e.SealedValuesOpened(
        stream=StreamId(ledger.find(complaint)), values=len(texts), purpose=why
    )
    ledger.record_own(opened, by, accept_clock=accept_clock)
    return OpenedDocument(
        item=document.item,
        title=texts.get("title"),
        file_name=texts.get("file_name"),
        media_type=texts.get("media_type"),
        sha256=texts["sha256"],
        data=data,
    )


def _document(ledger: Ledger, complaint: str, item: str) -> e.DocumentAdded:
    for fact in standing(ledger.facts(complaint)):
        if isinstance(fact.event, e.DocumentAdded) and fact.event.item == item:
            return fact.event
    raise UnknownName("document", item, mend="`documents list` shows those of a complaint")


def save_document(
    ledger: Ledger,
    complaint: str,
    item: str,
    out: str | Path,
    *,
    actor: str,
    purpose: str = "casework",
    accept_clock: bool = False,
) -> int:
    """
    Write the file of a document to *out*, for its owner only (0600); return how many bytes.

    It is written under another name, read back and compared with its SHA-256, and only
    then called *out*: nothing half is ever there, and nothing that was there is lost.

    Args:
        ledger: Where it is kept.
        complaint: The complaint's reference, or its stream id.
        item: The document's id within the complaint.
        out: A path at which nothing is yet.
        actor: Who reads it.
        purpose: What for, as a code.
        accept_clock: The clock is right although it jumped.

    Raises:
        BadValue: Something is at *out* already, or it cannot be written.
        ComplaintLedgerError: As `open_document` says.
    """
    target = Path(out)
    check_new(target, "out")
    opened = open_document(
        ledger, complaint, item, actor=actor, purpose=purpose, accept_clock=accept_clock
    )
    with new_file(target, "out") as (file, _):
        file.write(opened.data)
        file.flush()
        file.seek(0)
        if hashlib.file_digest(file, "sha256").hexdigest() != opened.sha256:
            raise BadValue("out", "what was written reads back otherwise; is the disk sound?")
    return len(opened.data)


__all__ = [
    "Document",
    "OpenedDocument",
    "documents_of",
    "open_document",
    "save_document",
    "with_bytes",
    "with_file",
]
