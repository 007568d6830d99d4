"""
The record as a page that anybody can read and print.

It is worked out from what is proven and from nothing else, so that a verifier
can write it again and compare it byte for byte. `docs/reference/evidence-format.md`
has every rule.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import attrs

from complaint_ledger.evidence.bundle.rows import Shown, rows
from complaint_ledger.evidence.bundle.wording import day, escaped, moment, said
from complaint_ledger.evidence.entries import instant

T = TypeVar("T")

_STYLE: Final = """\
body{max-width:50em;margin:2em auto;padding:0 1em;font:1em/1.5 sans-serif;color:#0b0c0c}
h1,h2{line-height:1.2}
section{border-top:2px solid #505a5f;margin-top:2em;break-inside:avoid}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25em .5em;border-bottom:1px solid #b1b4b6}
th{width:35%;font-weight:normal;color:#505a5f}
td{white-space:pre-wrap;overflow-wrap:anywhere}
.kept{font-style:italic}
.notice{border:3px solid #0b0c0c;padding:.5em 1em}
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_FICTIONAL: Final = '<p class="notice">FICTIONAL: nothing in this ledger happened.</p>\n'
_WHAT_IT_IS: Final = (
    "<p>This is the record that the council kept while it handled the complaint: every entry,"
    " in the order in which it was recorded. Nothing was put in afterwards or left out, but for"
    " what is marked here as withheld, redacted or erased. How to make sure of that yourself is"
    " said in READ-ME.txt.</p>\n"
)
_NOT_WITNESSED: Final = "NOT WITNESSED: only the council itself vouches for the times below"
_HOW: Final = {"withheld": "withheld", "replaced": "redacted", "erased": "erased"}


@attrs.frozen(kw_only=True)
class Event:
    """
    One event of the complaint.

    Attributes:
        body: Its stored form, parsed.
    """

    version: int
    name: str
    recorded_at: datetime
    body: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Record:
    """
    All that the chronology is worked out from.

    Attributes:
        opened: `open` of `ledger-opened`.
        events: Those of the complaint; the last is the export of this bundle.
        disclosed: The sealed texts that are in the bundle, by version and path.
        documents: The paths of the documents that are, below `data/`, by version.
        witnesses: The names of the witness keys, in the order of `keys.txt`.
        size: How many entries the last checkpoint covers.
    """

    stream: str
    opened: Mapping[str, Any]
    events: tuple[Event, ...]
    disclosed: Mapping[tuple[int, str], str]
    documents: Mapping[int, str]
    witnesses: tuple[str, ...]
    size: int


def render(record: Record) -> str:
    """Return the page; it is to be written in UTF-8."""
    return "".join((*_head(record), *_sections(record), *_foot(record)))


def reference(record: Record) -> str:
    """Return what the complaint is called: its reference, or its stream."""
    return str(record.events[-1].body["open"].get("reference", record.stream))


def _head(record: Record) -> Iterator[str]:
    called = escaped(reference(record))
    title = f"Complaint {called}: what is on record"
    yield (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    )
    if record.opened.get("fictional") is True:
        yield _FICTIONAL
    first, last = (_at(record.events[i].recorded_at) for i in (0, -1))
    council = str(record.opened["council"]).replace("-", " ")
    yield _WHAT_IT_IS
    yield "<table>\n"
    for label, text in (
        ("council", council),
        ("complaint", reference(record)),
        ("entries", str(len(record.events))),
        ("recorded", f"{first} to {last}"),
        ("kept back from this copy", _kept(record.events[-1].body["open"])),
        ("seen by witnesses outside the council", ", ".join(record.witnesses) or _NOT_WITNESSED),
    ):
        yield f"<tr><th>{label}</th><td>{escaped(text)}</td></tr>\n"
    yield "</table>\n"


def _kept(export: Mapping[str, Any]) -> str:
    hows = [omitted["how"] for omitted in export.get("omitted", ())]
    counts = [f"{hows.count(how)} {word}" for how, word in _HOW.items() if how in hows]
    if not counts:
        return "nothing"
    reason = f"; reason: {export['reason']}" if "reason" in export else ""
    return ", ".join(counts) + reason


def _sections(record: Record) -> Iterator[str]:
    versions = {event.body["meta"]["event_id"]: event.version for event in record.events}
    changed = _changed(record.events)
    omitted = _by_version(_omitted(record, versions))
    disclosed = _by_version(record.disclosed)
    for event in record.events:
        shown = Shown(
            disclosed=disclosed.get(event.version, {}),
            document=record.documents.get(event.version),
            omitted=omitted.get(event.version, {}),
        )
        yield from _section(event, changed.get(event.body["meta"]["event_id"], ()), shown, versions)


def _by_version(values: Mapping[tuple[int, str], T]) -> dict[int, dict[str, T]]:
    found: dict[int, dict[str, T]] = {}
    for (version, path), value in values.items():
        found.setdefault(version, {})[path] = value
    return found


def _omitted(record: Record, versions: Mapping[str, int]) -> dict[tuple[int, str], tuple[str, str]]:
    """Return of each value that is not there how, and what stands there instead."""
    last = record.events[-1]
    return {
        (versions[one["entry"]], one["path"]): (
            one["how"],
            record.disclosed.get((last.version, f"omitted/{one['id']}/text"), ""),
        )
        for one in last.body["open"].get("omitted", ())
    }


def _changed(events: Iterable[Event]) -> dict[str, list[tuple[str, int]]]:
    """Return what later entries did to each, by event id."""
    found: dict[str, list[tuple[str, int]]] = {}
    for event in events:
        for name, key, what in (
            ("entry-corrected", "corrects", "Corrected"),
            ("entry-retracted", "retracts", "Taken back"),
        ):
            target = event.body["open"].get(key)
            if event.name == name and isinstance(target, str):
                found.setdefault(target, []).append((what, event.version))
    return found


def _section(
    event: Event,
    changed: Iterable[tuple[str, int]],
    shown: Shown,
    versions: Mapping[str, int],
) -> Iterator[str]:
    meta, opened = event.body["meta"], event.body["open"]
    name = event.name[:1].upper() + event.name[1:].replace("-", " ")
    yield f'<section id="entry-{event.version}">\n<h2>{event.version}. {escaped(name)}</h2>\n'
    yield (
        f"<p>Happened: {_happened(opened)}. Recorded: {_at(event.recorded_at)},"
        f" by {escaped(_actor(meta))}.</p>\n"
    )
    if "source" in meta:
        yield f"<p>Imported from an older system, {escaped(_source(meta['source']))}.</p>\n"
    for what, by in changed:
        if by > event.version:
            yield f'<p class="notice">{what} by entry {by}.</p>\n'
    if told := rows(event.body, shown, versions):
        yield "<table>\n"
        yield from told
        yield "</table>\n"
    yield "</section>\n"


def _happened(opened: Mapping[str, Any]) -> str:
    on, precision = opened.get("occurred_on"), opened.get("precision", "day")
    if on is None or precision == "unknown":
        return "on a day that is not known"
    return day(on, precision)


def _actor(meta: Mapping[str, Any]) -> str:
    actor = meta["actor"]
    behalf = f", on behalf of {meta['on_behalf_of']}" if "on_behalf_of" in meta else ""
    return f"{actor['id']} ({actor['kind']}, {actor['role']}){behalf}"


def _source(source: Mapping[str, Any]) -> str:
    row = f"row {source['row']}"
    if "recorded" not in source:
        return row
    recorded = said(source["recorded"], {}) or source["recorded"]
    return f"{row}; it says that it recorded this {recorded}"


def _at(at: datetime) -> str:
    return moment(instant(at))


def _foot(record: Record) -> Iterator[str]:
    yield (
        f"<p>Ledger {escaped(record.opened['ledger'])}, checkpoint of {record.size} entries.</p>\n"
        "</body>\n</html>\n"
    )
