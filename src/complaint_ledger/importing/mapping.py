"""
A mapping: how the rows of an old system's file read as a complaint's journey.

It is a TOML file; `docs/reference/mapping.md` tells of every key.
"""

from collections.abc import Mapping as MappingOf
from typing import Literal

import attrs

from complaint_ledger.domain.words import CodeId, Sha256, TableId, Version

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
