"""
A mapping: how the rows of an old system's file read as a complaint's journey.

It is a TOML file; `docs/reference/mapping.md` tells of every key.
"""

import hashlib
import tomllib
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import Any, Final, Literal, get_args

import attrs

from complaint_ledger.codec import EVENT_TYPES
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import CodeId, Sha256, TableId, Version, read
from complaint_ledger.errors import BadValue
from complaint_ledger.fields import type_of

Granularity = Literal["complaint", "head", "event"]
UpheldMeans = Literal["complaint-upheld", "decision-upheld"]


@attrs.frozen(kw_only=True)
class Source:
    """
    Where a field's value comes from.

    Attributes:
        column: The column, or None for a constant.
        value: The constant.
        map: What each value of the column means; another is quarantined.
        empty: What an empty cell means; None where it means nothing.
        format: How a date or time is written, for strptime; None for ISO.
        prefix: What is put before the value, to make an id of a number.
    """

    column: str | None = None
    value: str | None = None
    map: MappingOf[str, str] | None = None
    empty: str | None = None
    format: str | None = None
    prefix: str = ""


@attrs.frozen(kw_only=True)
class EventRule:
    """
    Which rows tell of an event, and where its fields are.

    Attributes:
        event: The stored name.
        when: The columns that must hold one of these values.
        unless_empty: A column that must hold something.
        fields: Where each field comes from.
        outcome: Where each head's outcome, or the ombudsman's finding, comes from.
        detail: Where the decider's own narrower word comes from.
    """

    event: str
    when: MappingOf[str, frozenset[str]]
    unless_empty: tuple[str, ...]
    fields: MappingOf[str, Source]
    outcome: Source | None
    detail: Source | None


@attrs.frozen(kw_only=True)
class Mapping:
    """
    How a file's rows read as journeys.

    Attributes:
        granularity: What one row is.
        key: The column that says which complaint a row belongs to.
        row_key: The column that tells rows of one complaint apart.
        order: The column by which the rows of one complaint are sorted, as numbers or text.
        reference: Whether the key is the complaint's reference.
        upheld_means: Who was right where the file says upheld.
        code: The handling code that governs what is imported.
        recorded: Where the old system's own recording time is.
        head: Where the fields of a row's head are.
        pass_over: Rows that tell of no complaint, by column and values.
        sha256: Of the mapping's text.
    """

    id: TableId
    version: Version
    title: str
    granularity: Granularity
    encoding: str
    delimiter: str
    key: str
    row_key: str | None
    order: str | None
    reference: bool
    upheld_means: UpheldMeans
    code: CodeId
    calendar: str | None
    council: str
    recorded: str | None
    head: MappingOf[str, Source]
    events: tuple[EventRule, ...]
    pass_over: tuple[MappingOf[str, frozenset[str]], ...]
    sha256: Sha256

    def columns(self) -> set[str]:
        """Return every column that the mapping names."""
        named = {self.key, self.row_key, self.order, self.recorded}
        for rule in self.events:
            named |= rule.when.keys() | set(rule.unless_empty)
            sources = [*rule.fields.values(), rule.outcome, rule.detail]
            named |= {source.column for source in sources if source}
        named |= {source.column for source in self.head.values()}
        for condition in self.pass_over:
            named |= condition.keys()
        return {name for name in named if name is not None}


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
            raise BadValue("mapping", f"{self.where}: {key} is not a {kind.__name__}")
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
        return [_Table(member, f"{self.where}, {key} {n}") for n, member in enumerate(members, 1)]

    def end(self) -> None:
        if self.content:
            unknown = ", ".join(sorted(self.content))
            raise BadValue("mapping", f"{self.where}: nothing is called {unknown}")


def _mapping(table: _Table, sha256: Sha256) -> Mapping:
    key = table.table("key")
    granularity = table.choose("granularity", get_args(Granularity))
    title = table.take("title", str)
    head = table.table("head")
    mapping = Mapping(
        id=read(TableId, table.take("id", str), "mapping id"),
        version=read(Version, table.take("version", str), "mapping version"),
        title=title,
        granularity=granularity,
        encoding=_encoding(table.take("encoding", str, "utf-8-sig")),
        delimiter=table.take("delimiter", str, ","),
        key=key.take("column", str),
        row_key=key.take("row", str, None),
        order=table.take("order", str, None),
        reference=key.take("reference", bool, True),
        upheld_means=table.choose("upheld_means", get_args(UpheldMeans)),
        code=read(CodeId, table.take("code", str), "mapping code"),
        calendar=table.take("calendar", str, None),
        council=table.take("council", str, title),
        recorded=table.take("recorded", str, None),
        head={name: _source(value, head) for name, value in _known(head, e.Head)},
        events=tuple(map(_event, table.tables("events"))),
        pass_over=tuple(_condition(t) for t in table.tables("pass_over")),
        sha256=sha256,
    )
    key.end()
    table.end()
    if granularity != "complaint" and mapping.row_key is None:
        raise BadValue("mapping", f"{table.where}, key: row must tell rows of one key apart")
    if not mapping.events:
        raise BadValue("mapping", f"{table.where} names no events")
    return mapping


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise BadValue(
            "mapping", "encoding is none that Python knows; try utf-8 or cp1252"
        ) from None
    return "utf-8-sig" if name.lower().replace("_", "-") in {"utf-8", "utf8"} else name


def _known(table: _Table, owner: type) -> list[tuple[str, Any]]:
    for name in table.content:
        if type_of(owner, name) is None:
            there = ", ".join(f.name for f in attrs.fields(owner))
            raise BadValue("mapping", f"{table.where}: no field {name}; there is {there}")
    return list(table.content.items())


_OUTCOME_EVENTS: Final = ("response-sent", "ombudsman-outcome-received")


def _event(table: _Table) -> EventRule:
    name = table.choose("event", tuple(EVENT_TYPES))
    fields = table.table("fields")
    outcome, detail = table.take("outcome", dict, None), table.take("detail", dict, None)
    unless_empty = table.content.pop("unless_empty", [])
    if isinstance(unless_empty, str):
        unless_empty = [unless_empty]
    rule = EventRule(
        event=name,
        when=_condition(table.table("when")),
        unless_empty=tuple(unless_empty),
        fields={n: _source(v, fields) for n, v in _known(fields, EVENT_TYPES[name])},
        outcome=_source(outcome, table) if outcome else None,
        detail=_source(detail, table) if detail else None,
    )
    if (rule.outcome is not None) != (name in _OUTCOME_EVENTS):
        raise BadValue(
            "mapping", f"{table.where}: outcome belongs to {' and '.join(_OUTCOME_EVENTS)}"
        )
    table.end()
    return rule


def _condition(table: _Table) -> dict[str, frozenset[str]]:
    found = {}
    for column, values in table.content.items():
        several = values if isinstance(values, list) else [values]
        if not all(isinstance(value, str) for value in several):
            raise BadValue("mapping", f"{table.where}: {column} is a text or a list of texts")
        found[column] = frozenset(several)
    return found


def _source(value: Any, table: _Table) -> Source:
    if isinstance(value, str):
        return Source(column=value)
    if not isinstance(value, dict):
        raise BadValue("mapping", f"{table.where}: a source is a column or a table")
    inner = _Table(value, table.where)
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
        raise BadValue("mapping", f"{table.where}: a source has a column or a value")
    return source
