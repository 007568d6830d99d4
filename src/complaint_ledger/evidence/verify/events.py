"""The complaint's entries: all of one chain, under one root, with rising times (rules 6, 7)."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import attrs

from complaint_ledger.evidence.bundle.bodies import EVENT_ID, PATH
from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.verify.checkpoints import Seen
from complaint_ledger.evidence.verify.entries import OWN_STREAM, Entry, check_inclusion, read_entry
from complaint_ledger.evidence.verify.own import Own
from complaint_ledger.evidence.verify.package import Package
from complaint_ledger.evidence.verify.reading import need

EXPORTED: Final = "evidence-bundle-exported"
HOWS: Final = ("withheld", "replaced", "erased")
_FOLDER: Final = "data/events"
_ID: Final = re.compile(r"[a-z0-9_-]+")


@attrs.frozen(kw_only=True)
class Omitted:
    """A value that is not enclosed: which, why, and under which id the export lists it."""

    id: str
    how: str


def read_events(bag: Bag, package: Package) -> tuple[Entry, ...]:
    """
    Return the complaint's entries, in order.

    Raises:
        BadEvidence: They are not one chain from version 1 on.
    """
    there = {path.split(".")[0] for path in bag if path.startswith(f"{_FOLDER}/")}
    need(bool(there), _FOLDER, "there is no entry")
    need(package.stream != OWN_STREAM, "package.note", "its stream is not a complaint's")
    entries: list[Entry] = []
    before = "-"
    for version in range(1, len(there) + 1):
        entry = read_entry(bag, numbered(_FOLDER, version))
        path = f"{entry.path}.entry"
        need(entry.ledger == package.ledger, path, "it is of another ledger")
        need(entry.stream == package.stream, path, "it is of another complaint")
        need(entry.version == version, path, "its version is not the one of its name")
        need(entry.prev == before, path, "it does not follow the entry before it")
        before = entry.leaf.hex()
        entries.append(entry)
    return tuple(entries)


def numbered(folder: str, version: int) -> str:
    """Return the path of the files of a version, without their endings."""
    return f"{folder}/{version:04}"


def check_proven(bag: Bag, entries: Sequence[Entry], last: Seen) -> None:
    """
    Check that every entry is in the tree under the last checkpoint.

    Raises:
        BadEvidence: One is not proven to be.
    """
    for entry in entries:
        check_inclusion(bag, entry, last)


def check_order(own: Own, events: Sequence[Entry]) -> None:
    """
    Check that positions rise, times never fall, and no event is there twice.

    Raises:
        BadEvidence: It is not so.
    """
    for one, other in pairwise(events):
        path = f"{other.path}.entry"
        need(one.position < other.position, path, "its position is not behind the one before it")
    entries = sorted((*own.entries, *events), key=lambda entry: entry.position)
    for one, other in pairwise(entries):
        path = f"{other.path}.entry"
        need(one.position < other.position, path, "another entry has its position")
        need(one.recorded_at <= other.recorded_at, path, "it was recorded before an earlier one")
    ids = [entry.body.event_id for entry in entries]
    need(len(set(ids)) == len(ids), _FOLDER, "two entries have one event id")


def read_export(events: Sequence[Entry]) -> Mapping[tuple[int, str], Omitted]:
    """
    Return what the last event lists as not enclosed, by version and path.

    Raises:
        BadEvidence: It is not the export of exactly these events, or lists what none seals.
    """
    export, path = events[-1], f"{events[-1].path}.body.json"
    right = (export.name, export.schema) == (EXPORTED, 1)
    need(right, f"{export.path}.entry", f"the last entry is not {EXPORTED} of schema 1")
    before = [entry.body.event_id for entry in events[:-1]]
    need(export.body.open.get("entries") == before, path, "it does not name the entries before it")
    for key in ("reference", "reason"):
        text = export.body.open.get(key, "-")
        need(isinstance(text, str), path, f"open.{key} is not a text")
    listed = export.body.open.get("omitted", [])
    need(isinstance(listed, list), path, "open.omitted is not a list")
    sealed = {
        entry.body.event_id: (entry.version, entry.body.sealed_everywhere()) for entry in events
    }
    omitted: dict[tuple[int, str], Omitted] = {}
    for one in listed:
        need(_is_omitted(one), path, "open.omitted has something that is no omitted value")
        version, paths = sealed.get(one["entry"], (0, {}))
        need(one["path"] in paths, path, "open.omitted lists a value that no entry seals")
        where = (version, one["path"])
        need(where not in omitted, path, "open.omitted lists a value twice")
        omitted[where] = Omitted(id=one["id"], how=one["how"])
    ids = {one.id for one in omitted.values()}
    need(len(ids) == len(omitted), path, "open.omitted has an id twice")
    return omitted


def _is_omitted(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and one.keys() == {"id", "entry", "path", "how"}
        and all(isinstance(value, str) for value in one.values())
        and _ID.fullmatch(one["id"]) is not None
        and EVENT_ID.fullmatch(one["entry"]) is not None
        and PATH.fullmatch(one["path"]) is not None
        and one["how"] in HOWS
    )
