"""Sealed values: each is the one that was sealed, or is listed as not enclosed (rules 8, 9)."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from complaint_ledger.evidence import strict_json
from complaint_ledger.evidence.bundle.bodies import within
from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.verify.entries import Entry
from complaint_ledger.evidence.verify.events import Omitted, numbered
from complaint_ledger.evidence.verify.reading import lines, matched, need

DOCUMENT: Final = "document-added"
_FOLDER: Final = "data/documents"
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,8}")
_TEXT: Final = re.compile(r"[A-Za-z0-9_-]+")


@attrs.frozen(kw_only=True)
class Values:
    """
    What of the sealed values is enclosed.

    Attributes:
        disclosed: The texts, by version and path.
        documents: The paths of the documents below `data/`, by version.
    """

    disclosed: Mapping[tuple[int, str], str]
    documents: Mapping[int, str]


def read_values(
    bag: Bag, events: Sequence[Entry], omitted: Mapping[tuple[int, str], Omitted]
) -> Values:
    """
    Return the sealed values that are enclosed, every one compared with what was sealed.

    Raises:
        BadEvidence: One is another, missing without being listed, or there although listed.
    """
    disclosed: dict[tuple[int, str], str] = {}
    documents: dict[int, str] = {}
    left_out: dict[int, set[str]] = {}
    for version, path in omitted:
        left_out.setdefault(version, set()).add(path)
    for event in events:
        gone = left_out.get(event.version, set())
        document = _content(event)
        wanted = {
            path: digest
            for path, digest in event.body.sealed_everywhere().items()
            if path not in gone and path != document
        }
        texts = _disclosures(bag, event, wanted)
        disclosed |= {(event.version, path): text for path, text in texts.items()}
        if document is not None and document not in gone:
            documents[event.version] = _document(bag, event, document, texts)
    there = {f"data/{path}" for path in documents.values()}
    for path in bag:
        if path.startswith(f"{_FOLDER}/"):
            need(path in there, path, "no entry has this document")
    _check_replaced(events[-1], omitted, disclosed)
    return Values(disclosed=disclosed, documents=documents)


def _content(event: Entry) -> str | None:
    """Return the path at which *event* seals a document, if it does."""
    opened = event.body.open
    if event.name == DOCUMENT:
        path = "content"
    elif event.name == "entry-corrected" and opened.get("name") == DOCUMENT:
        path = "replacement/content"
    else:
        return None
    return path if path in event.body.sealed_everywhere() else None


def _disclosures(bag: Bag, event: Entry, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the texts at the paths of *wanted*, whose digests must be those there."""
    file = f"{event.path}.disclosures"
    found = lines(bag, file) if wanted or file in bag else []
    need(file not in bag or bool(found), file, "it is empty; then it is left out")
    need(len(found) == len(wanted), file, _count(len(found), len(wanted)))
    texts: dict[str, str] = {}
    for line, (path, digest) in zip(found, wanted.items(), strict=True):
        hashed = base64.urlsafe_b64encode(hashlib.sha256(line.encode()).digest())
        need(hashed.rstrip(b"=").decode() == digest, file, f"{path} is not what was sealed there")
        texts[path] = _text(line, path, file)
    return texts


def _count(found: int, wanted: int) -> str:
    return (
        f"{found} values are enclosed, but {wanted} are sealed in its entry and not listed as"
        " omitted"
    )


def _text(line: str, path: str, file: str) -> str:
    matched(_TEXT.fullmatch(line), file, f"{path} is not base64url")
    need(len(line) % 4 != 1, file, f"{path} is not base64url")
    data = base64.urlsafe_b64decode(line + "=" * (-len(line) % 4))
    again = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    need(again == line, file, f"{path} is not written the one way it can be")
    read = strict_json.parse(data, file)
    strings = isinstance(read, list) and all(isinstance(one, str) for one in read)
    need(strings and len(read) == 3, file, f"{path} is not a salt, a path and a text")
    need(read[1] == within(path), file, f"{path} was sealed at another path")
    return str(read[2])


def _document(bag: Bag, event: Entry, path: str, texts: Mapping[str, str]) -> str:
    """Return where the document of *event* is, which must have its size and its hash."""
    before = path.removesuffix("content")
    _, dot, extension = texts.get(f"{before}file_name", "").rpartition(".")
    extension = extension.lower()
    if not dot or not _EXTENSION.fullmatch(extension):
        extension = "bin"
    file = f"{numbered(_FOLDER, event.version)}.{extension}"
    need(file in bag, file, "the document is missing, and not listed as omitted")
    said = texts.get(f"{before}sha256")
    need(said == bag.sha256(file), file, "its hash is not the one that was sealed, or not enclosed")
    size = texts.get(f"{before}size")
    need(size == str(bag.size(file)), file, "its size is not the one that was sealed")
    return file.removeprefix("data/")


def _check_replaced(
    export: Entry,
    omitted: Mapping[tuple[int, str], Omitted],
    disclosed: Mapping[tuple[int, str], str],
) -> None:
    for one in omitted.values():
        there = (export.version, f"omitted/{one.id}/text") in disclosed
        if one.how == "replaced":
            need(there, export.path, f"what stands instead of {one.id} is not enclosed")
