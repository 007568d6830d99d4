"""Reading a mapping from its TOML file; an error names the key and the mend."""

import hashlib
import tomllib
from collections.abc import Mapping as MappingOf
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import attrs

from complaint_ledger.codec import EVENT_NAMES, EVENT_TYPES
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import (
    SHAPES,
    CodeId,
    Finding,
    OutcomeId,
    Private,
    Sha256,
    TableId,
    Version,
    read,
)
from complaint_ledger.errors import BadValue
from complaint_ledger.fields import parse, type_of
from complaint_ledger.importing.mapping import (
    EventRule,
    Granularity,
    Mapping,
    Source,
    UpheldMeans,
)


def load_mapping(path: Path) -> Mapping:
    """
    Return the mapping in the file *path*.

    Raises:
        BadValue: It cannot be read, or a key is wrong; the message names it and the mend.
    """
    try:
        data = path.read_bytes()
        content = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise BadValue("mapping", f"{path.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadValue("mapping", f"{path.name} is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BadValue("mapping", f"{path.name} is not TOML: {error}") from None
    return _mapping(_Table(content, path.name), Sha256(hashlib.sha256(data).hexdigest()))


class _Table:
    """A table of the TOML file, whose keys must all be used."""

    def __init__(self, content: dict[str, Any], where: str) -> None:
        self.content = dict(content)
        self.where = where

    def take(self, key: str, kind: type, default: Any = attrs.NOTHING) -> Any:
        if key not in self.content:
            if default is attrs.NOTHING:
                raise BadValue("mapping", f"{self.where} lacks the key {key}")
            return default
        value = self.content.pop(key)
        if not isinstance(value, kind):
            raise BadValue("mapping", f"{self.where}: {key} is {_KINDS[kind]}")
        return value

    def choose(self, key: str, choices: tuple[str, ...], default: Any = attrs.NOTHING) -> Any:
        value = self.take(key, str, default)
        if value not in choices:
            raise BadValue("mapping", f"{self.where}: {key} is one of {', '.join(choices)}")
        return value

    def table(self, key: str) -> "_Table":
        return _Table(self.take(key, dict, {}), f"{self.where}, {key}")

    def tables(self, key: str) -> list["_Table"]:
        members = self.take(key, list, [])
        if not all(isinstance(member, dict) for member in members):
            raise BadValue("mapping", f"{self.where}: write [[{key}]] above each table of {key}")
        return [_Table(member, f"{self.where}, {key} {n}") for n, member in enumerate(members, 1)]

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a text, or a list of texts."""
        value = self.content.pop(key, [])
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in several):
            raise BadValue("mapping", f"{self.where}: {key} is a text or a list of texts")
        return tuple(several)

    def end(self) -> None:
        if self.content:
            unknown = ", ".join(sorted(self.content))
            raise BadValue(
                "mapping",
                f"{self.where}: nothing is called {unknown};"
                " docs/reference/mapping.md tells of every key",
            )


_KINDS: Final = {str: "a text", bool: "true or false", dict: "a table", list: "a list"}


def _mapping(table: _Table, sha256: Sha256) -> Mapping:
    key = table.table("key")
    granularity = table.choose("granularity", get_args(Granularity))
    title = table.take("title", str)
    head = table.table("head")
    mapping = Mapping(
        id=_named(table, "id", TableId),
        version=_named(table, "version", Version),
        title=title,
        granularity=granularity,
        encoding=_encoding(table),
        delimiter=_delimiter(table),
        key=key.take("column", str),
        row_key=key.take("row", str, None),
        order=table.take("order", str, None),
        reference=key.take("reference", bool, True),
        upheld_means=table.choose("upheld_means", get_args(UpheldMeans)),
        code=_named(table, "code", CodeId),
        calendar=table.take("calendar", str, None),
        council=table.take("council", str, title),
        recorded=table.take("recorded", str, None),
        head=_sources(head, e.Head),
        events=tuple(map(_event, table.tables("events"))),
        pass_over=tuple(map(_condition, table.tables("pass_over"))),
        sha256=sha256,
    )
    key.end()
    table.end()
    if granularity != "complaint" and mapping.row_key is None:
        raise BadValue("mapping", f"{table.where}, key: row must tell rows of one key apart")
    if granularity == "head" and "id" not in mapping.head:
        raise BadValue("mapping", f"{head.where}: id must say which head a row is")
    if not mapping.events:
        raise BadValue("mapping", f"{table.where} names no events")
    return mapping


def _named(table: _Table, key: str, kind: Any) -> Any:
    return read(kind, table.take(key, str), f"mapping: {table.where}, {key}")


def _encoding(table: _Table) -> str:
    name: str = table.take("encoding", str, "utf-8")
    try:
        "".encode(name)
    except (LookupError, ValueError):
        raise BadValue(
            "mapping", f"{table.where}: encoding is none that Python knows; try utf-8 or cp1252"
        ) from None
    return "utf-8-sig" if name.lower().replace("_", "-") in {"utf-8", "utf8"} else name


def _delimiter(table: _Table) -> str:
    delimiter: str = table.take("delimiter", str, ",")
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise BadValue("mapping", f'{table.where}: delimiter is one character, such as ";"')
    return delimiter


# --- events --------------------------------------------------------------------------------------

EVENTS: Final = tuple(
    EVENT_NAMES[kind]
    for kind in get_args(e.ComplaintEvent)
    if kind not in {e.ComplaintDefined, e.HeadAdded, e.EntryCorrected, e.EntryRetracted}
)
"""The events that a file may tell of: a complaint's, but none about heads alone or entries."""

_DECIDES: Final[MappingOf[str, tuple[str, Any]]] = {
    "response-sent": ("outcomes", OutcomeId),
    "ombudsman-outcome-received": ("findings", Finding),
}
"""The events that decide on heads: the field that holds it, and the word for each head."""

_SAID_ELSEWHERE: Final[MappingOf[str, str]] = {
    "reference": "key says it",
    "codes": "code says it",
    "heads": "head says it",
    "outcomes": "outcome says it",
    "findings": "outcome says it",
    "presumed": "the import says it",
}


_OF_A_FILE: Final = ("content", "size", "sha256")
"""What a document's bytes are kept with; a row has no file."""


def _event(table: _Table) -> EventRule:
    name = table.choose("event", EVENTS)
    decides, word = _DECIDES.get(name, (None, None))
    rule = EventRule(
        event=name,
        when=_condition(table.table("when")),
        unless_empty=table.texts("unless_empty"),
        fields=_sources(table.table("fields"), EVENT_TYPES[name]),
        outcome=_own_source(table, "outcome", word),
        detail=_own_source(table, "detail", OutcomeId),
    )
    if (rule.outcome is None) != (decides is None):
        raise BadValue("mapping", f"{table.where}: outcome belongs to {' and '.join(_DECIDES)}")
    if rule.detail and not decides:
        raise BadValue("mapping", f"{table.where}: detail stands beside an outcome")
    said = {*rule.fields, decides, *(_SAID_ELSEWHERE if name == "complaint-received" else ())}
    for field in attrs.fields(EVENT_TYPES[name]):
        if field.default is attrs.NOTHING and field.name not in said:
            raise BadValue("mapping", f"{table.where}, fields: {name} needs {field.name}")
    table.end()
    return rule


def _condition(table: _Table) -> dict[str, frozenset[str]]:
    return {column: frozenset(table.texts(column)) for column in list(table.content)}


# --- sources -------------------------------------------------------------------------------------


def _sources(table: _Table, owner: type) -> dict[str, Source]:
    sources = {}
    for name, value in table.content.items():
        kind = type_of(owner, name)
        if kind is None:
            there = ", ".join(f.name for f in attrs.fields(owner))
            raise BadValue("mapping", f"{table.where}: no field {name}; there is {there}")
        file = owner is e.DocumentAdded and name in _OF_A_FILE
        if (
            file
            or not _is_plain(kind)
            or (name in _SAID_ELSEWHERE and owner is e.ComplaintReceived)
        ):
            why = _SAID_ELSEWHERE.get(name, "no column can hold it")
            raise BadValue("mapping", f"{table.where}: leave out {name}; {why}")
        sources[name] = _source(value, f"{table.where}: {name}", kind)
    return sources


def _is_plain(kind: Any) -> bool:
    """Return whether a cell can say it."""
    if get_origin(kind) is tuple:
        return get_args(kind)[0] in SHAPES
    return (
        kind in SHAPES
        or kind in {Private, date, datetime, bool, int}
        or (get_origin(kind) is Literal)
    )


def _own_source(table: _Table, key: str, kind: Any) -> Source | None:
    if key not in table.content:
        return None
    return _source(table.content.pop(key), f"{table.where}: {key}", kind)


def _source(value: Any, where: str, kind: Any) -> Source:
    if isinstance(value, str):
        return Source(column=value)
    if not isinstance(value, dict):
        raise BadValue("mapping", f"{where} is a column's name, or a table")
    inner = _Table(value, where)
    source = Source(
        column=inner.take("column", str, None),
        value=inner.take("value", str, None),
        map=inner.take("map", dict, None),
        empty=inner.take("empty", str, None),
        format=inner.take("format", str, None),
        prefix=inner.take("prefix", str, ""),
    )
    inner.end()
    if (source.column is None) == (source.value is None):
        raise BadValue("mapping", f"{where} has a column or a value")
    if source.value is not None and len(value) > 1:
        raise BadValue("mapping", f"{where}: beside value there is nothing else")
    if source.map and not all(isinstance(word, str) for word in source.map.values()):
        raise BadValue("mapping", f"{where}: map turns texts into texts")
    if source.format:
        _check_format(source.format, where, kind)
    elif kind is not None:
        said = [source.prefix + word for word in (source.map or {}).values() if word]
        for text in (*said, source.value, source.empty):
            if text is not None:
                parse(kind, text, f"mapping: {where}")
    return source


def _check_format(written: str, where: str, kind: Any) -> None:
    if kind not in {date, datetime}:
        raise BadValue("mapping", f"{where}: format is for a date or a time")
    sample = datetime(2001, 2, 3, 4, 5, 6)  # noqa: DTZ001 - only to try the format
    try:
        read_back = datetime.strptime(sample.strftime(written), written)  # noqa: DTZ007
    except ValueError:
        read_back = None
    if read_back is None or read_back.date() != sample.date():
        raise BadValue("mapping", f"{where}: format is no whole date, such as %d/%m/%Y")
