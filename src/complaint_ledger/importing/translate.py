"""Rows into events: what a mapping says, done."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as MappingOf
from datetime import UTC, date, datetime
from typing import Any, Final

import attrs

from complaint_ledger.codec import EVENT_TYPES
from complaint_ledger.domain import events as e
from complaint_ledger.domain.london import LONDON
from complaint_ledger.domain.words import Finding, HeadId, OutcomeId, Private, Reference, read
from complaint_ledger.errors import BadValue
from complaint_ledger.fields import parse, parse_instant, type_of
from complaint_ledger.importing.mapping import EventRule, Mapping, Source
from complaint_ledger.importing.quarantine import Unreadable
from complaint_ledger.importing.rows import HALF, Row, mend
from complaint_ledger.privacy.disclosure import clean

REMEMBERED: Final = 10_000
"""Values of one column that are not parsed again; a limit, so that memory has one."""

Reader = Callable[[Sequence[str]], Any]
"""Reads one field from a row's cells; None where it says nothing."""


@attrs.frozen(kw_only=True)
class Unit:
    """
    What stands or falls together: a row, or all rows of a complaint with several heads.

    Attributes:
        key: What tells it apart within its complaint.
        rows: The rows that it was read from.
        events: What they tell of, in order.
        fingerprint: Of all their cells; kept sealed.
        recorded: When the old system says that it recorded them.
    """

    key: str
    rows: tuple[Row, ...]
    events: tuple[e.ComplaintEvent, ...]
    fingerprint: str
    recorded: str | None


class Translator:
    """Reads the rows of one file by one mapping."""

    def __init__(
        self, mapping: Mapping, header: tuple[str, ...], pins: tuple[e.CodePin, ...] = ()
    ) -> None:
        """
        Prepare for *header*; what is received is governed by *pins*.

        Raises:
            BadValue: The mapping names a column that is not there.
        """
        missing = sorted(mapping.columns() - set(header))
        if missing:
            # The file's own first line is not repeated: without a header it is somebody's row.
            there = sorted(mapping.columns() & set(header))
            raise BadValue(
                "mapping",
                f"the file's first line names no column {', '.join(missing)};"
                f" of the mapping's columns it names {', '.join(there) or 'none'}."
                " Mend the mapping, its delimiter or its encoding",
            )
        self._at = {name: n for n, name in enumerate(header)}
        self._width = len(header)
        self._mapping = mapping
        self._pins = pins
        self._head = self._fields(e.Head, mapping.head)
        self._rules = [self._rule(rule) for rule in mapping.events]
        self._key = self._at[mapping.key]
        self._row_key = self._at[mapping.row_key] if mapping.row_key else None
        self._order = self._at[mapping.order] if mapping.order else None
        self._recorded = self._at[mapping.recorded] if mapping.recorded else None
        self._passed = [self._matcher(condition) for condition in mapping.pass_over]
        # Of several rows, what a complaint says of itself must be the same on each.
        shared = {
            source.column
            for rule in mapping.events
            for source in rule.fields.values()
            if source.column
        }
        self._shared = [self._at[column] for column in sorted(shared)]

    # --- one row ---------------------------------------------------------------------------------

    def key(self, row: Row) -> str:
        """
        Return which complaint *row* belongs to.

        Raises:
            Unreadable: It does not say, or is broken.
        """
        if not row.values:
            raise Unreadable(
                rule="quotes",
                reason="its quotation marks do not pair; within a cell write each one twice",
            )
        if len(row.values) != self._width:
            raise Unreadable(
                rule="columns",
                reason=f"it has {len(row.values)} cells, the header {self._width}",
            )
        if not all(map(str.isascii, row.values)):
            self._check_encoding(row.values)
        key = row.values[self._key].strip()
        if not key:
            raise Unreadable(rule="key", column=self._mapping.key, reason="the key is empty")
        if self._mapping.reference:
            _named(self._mapping.key, lambda: read(Reference, key, "key"))
        return key

    def _check_encoding(self, cells: Sequence[str]) -> None:
        for name, at in self._at.items():
            if HALF.search(cells[at]):
                encoding = self._mapping.encoding
                raise Unreadable(
                    rule="encoding",
                    column=name,
                    reason=f"it is not {encoding}; {mend(encoding)}",
                )

    def is_passed_over(self, row: Row) -> bool:
        """Return whether the mapping says that *row* tells of no complaint."""
        return any(matches(row.values) for matches in self._passed)

    # --- one complaint ---------------------------------------------------------------------------

    def units(
        self,
        key: str,
        rows: Sequence[Row],
        quarantine: Callable[[Row, Unreadable], None],
    ) -> list[Unit]:
        """
        Return what the *rows* of one complaint tell of.

        Args:
            key: The complaint.
            rows: Its rows, as they stand in the file.
            quarantine: Takes a row that cannot be read.
        """
        if self._order is not None:
            at = self._order
            rows = sorted(rows, key=lambda row: _sortable(row.values[at]))
        if self._mapping.granularity == "head":
            return self._of_heads(key, rows, quarantine)
        return self._of_rows(key, rows, quarantine)

    def with_receipt(self, key: str, units: Sequence[Unit]) -> Sequence[Unit]:
        """Return the *units* with which a complaint begins, with a presumed receipt if none."""
        told = [event for unit in units for event in unit.events]
        if not told or any(isinstance(event, e.ComplaintReceived) for event in told):
            return units
        first = attrs.evolve(units[0], events=(self._presumed(key, told), *units[0].events))
        return [first, *units[1:]]

    def _of_rows(
        self, key: str, rows: Sequence[Row], quarantine: Callable[[Row, Unreadable], None]
    ) -> list[Unit]:
        units = []
        for row in rows:
            try:
                head = self._read_head(row) if self._head else e.Head(id=HeadId("h1"))
                events = self._events(key, [row], (head,))
                unit_key = row.values[self._row_key] if self._row_key is not None else ""
                units.append(self._unit(unit_key, (row,), events))
            except Unreadable as why:
                quarantine(row, why)
        return units

    def _of_heads(
        self, key: str, rows: Sequence[Row], quarantine: Callable[[Row, Unreadable], None]
    ) -> list[Unit]:
        heads: list[e.Head] = []
        kept: list[Row] = []
        for row in rows:
            try:
                if kept and any(row.values[n] != kept[0].values[n] for n in self._shared):
                    raise Unreadable(
                        rule="same-key-other-content",
                        reason="it says something else of the complaint than its first row",
                        first_line=kept[0].line,
                    )
                head = self._read_head(row)
                if head.id in {h.id for h in heads}:
                    raise Unreadable(
                        rule="same-key-other-content",
                        column=self._mapping.row_key,
                        reason="the complaint has this head already",
                        first_line=kept[[h.id for h in heads].index(head.id)].line,
                    )
                self._events(key, [row], (head,))  # reads everything once, to find what is wrong
            except Unreadable as why:
                quarantine(row, why)
                continue
            heads.append(head)
            kept.append(row)
        if not kept:
            return []
        return [self._unit("", tuple(kept), self._events(key, kept, tuple(heads)))]

    def _unit(self, key: str, rows: tuple[Row, ...], events: list[e.ComplaintEvent]) -> Unit:
        if not events:
            raise Unreadable(rule="no-event", reason="the mapping finds no event in it")
        content = "\x1e".join("\x1f".join(row.values) for row in rows).encode()
        recorded = rows[0].values[self._recorded] if self._recorded is not None else ""
        return Unit(
            key=key,
            rows=rows,
            events=tuple(events),
            fingerprint=hashlib.sha256(content).hexdigest(),
            recorded=_iso(recorded, self._mapping.recorded) if recorded else None,
        )

    def _presumed(self, key: str, told: Sequence[e.ComplaintEvent]) -> e.ComplaintReceived:
        """Return a receipt that nobody recorded, for a journey that has none."""
        heads: dict[str, e.Head] = {}
        for event in told:
            if isinstance(event, e.ResponseSent):
                heads |= {o.head: e.Head(id=o.head) for o in event.outcomes}
            elif isinstance(event, e.OmbudsmanOutcomeReceived):
                heads |= {f.head: e.Head(id=f.head) for f in event.findings}
        return e.ComplaintReceived(
            precision="unknown",
            reference=self._reference(key),
            presumed=True,
            codes=self._pins,
            heads=tuple(heads.values()) or (e.Head(id=HeadId("h1")),),
        )

    def _reference(self, key: str) -> Reference | None:
        return Reference(key) if self._mapping.reference else None

    # --- events ----------------------------------------------------------------------------------

    def _events(
        self, key: str, rows: Sequence[Row], heads: tuple[e.Head, ...]
    ) -> list[e.ComplaintEvent]:
        events = []
        for build in self._rules:
            event = build(key, rows, heads)
            if event is not None:
                events.append(event)
        return events

    def _rule(
        self, rule: EventRule
    ) -> Callable[[str, Sequence[Row], tuple[e.Head, ...]], e.ComplaintEvent | None]:
        kind: Any = EVENT_TYPES[rule.event]
        applies = self._matcher(rule.when, rule.unless_empty)
        fields = self._fields(kind, rule.fields)
        outcome = self._outcome(kind, rule.outcome) if rule.outcome else None
        detail = self._reader(OutcomeId, rule.detail, "detail") if rule.detail else None

        def build(
            key: str, rows: Sequence[Row], heads: tuple[e.Head, ...]
        ) -> e.ComplaintEvent | None:
            told = [row for row in rows if applies(row.values)]
            if not told:
                return None
            first = told[0].values
            said = {name: value for name, value in _all(fields, first) if value is not None}
            if kind is e.ComplaintReceived:
                said |= {"reference": self._reference(key), "codes": self._pins, "heads": heads}
            elif outcome is not None:
                decided = [
                    (head.id, word, detail(row.values) if detail else None)
                    for head, row in zip(heads, rows, strict=True)
                    if applies(row.values) and (word := outcome(row.values)) is not None
                ]
                if not decided:
                    return None
                said |= self._decided(kind, decided)
            if "occurred_on" not in said and "occurred_at" not in said:
                said["precision"] = "unknown"
            try:
                event: e.ComplaintEvent = kind(**said)
            except TypeError:
                lacking = [
                    f.name
                    for f in attrs.fields(kind)
                    if f.default is attrs.NOTHING and f.name not in said
                ]
                raise Unreadable(
                    rule="empty", reason=f"{rule.event} needs {', '.join(lacking)}"
                ) from None
            return event

        return build

    def _decided(
        self, kind: Any, decided: list[tuple[HeadId, Any, OutcomeId | None]]
    ) -> dict[str, Any]:
        if kind is e.ResponseSent:
            outcomes = (e.HeadOutcome(head=h, outcome=word, detail=d) for h, word, d in decided)
            return {"outcomes": tuple(outcomes)}
        findings = (e.HeadFinding(head=h, finding=word, detail=d) for h, word, d in decided)
        # It was the mapping that turned the body's word into a finding.
        table = e.LabelTable(id=self._mapping.id, version=self._mapping.version)
        return {"findings": tuple(findings), "table": table}

    def _matcher(
        self, condition: MappingOf[str, frozenset[str]], needed: Sequence[str] = ()
    ) -> Callable[[Sequence[str]], bool]:
        wanted = [(self._at[column], values) for column, values in condition.items()]
        filled = [self._at[column] for column in needed]

        def applies(cells: Sequence[str]) -> bool:
            for n, values in wanted:
                if cells[n].strip() not in values:
                    return False
            return all(cells[n].strip() for n in filled)

        return applies

    def _outcome(self, kind: Any, source: Source) -> Reader:
        word: Any = OutcomeId if kind is e.ResponseSent else Finding
        reader = self._reader(word, source, "outcome")
        if self._mapping.upheld_means == "complaint-upheld":
            return reader
        turned = {"upheld": "not-upheld", "not-upheld": "upheld"}
        return lambda cells: turned.get(said, said) if (said := reader(cells)) else None

    # --- fields ----------------------------------------------------------------------------------

    def _read_head(self, row: Row) -> e.Head:
        said = {name: value for name, value in _all(self._head, row.values) if value is not None}
        if "id" not in said and self._mapping.granularity != "head":
            said["id"] = HeadId("h1")
        if "id" not in said:
            raise Unreadable(
                rule="empty", column=self._mapping.row_key, reason="the head has no id"
            )
        return e.Head(**said)

    def _fields(self, owner: type, sources: MappingOf[str, Source]) -> list[tuple[str, Reader]]:
        return [
            (name, self._reader(type_of(owner, name), source, name))
            for name, source in sources.items()
        ]

    def _reader(self, kind: Any, source: Source, name: str) -> Reader:
        """Return what reads one field; a value that was seen before is not parsed again."""
        where = source.column or name
        convert = _converter(kind, source, name)
        if source.column is None:
            constant = _named(where, lambda: convert(source.value or ""))
            return lambda _: constant
        at = self._at[source.column]
        if kind == Private:
            return lambda cells: _named(where, lambda: convert(cells[at]))
        known: dict[str, Any] = {}

        def read_cell(cells: Sequence[str]) -> Any:
            cell = cells[at]
            try:
                return known[cell]
            except KeyError:
                value = _named(where, lambda: convert(cell))
                if len(known) < REMEMBERED:
                    known[cell] = value
                return value

        return read_cell


def _converter(kind: Any, source: Source, name: str) -> Callable[[str], Any]:
    def convert(cell: str) -> Any:
        text = cell if kind == Private else cell.strip()
        if source.column is not None:
            if not text.strip():
                if source.empty is None:
                    return None
                return parse(kind, source.empty, name)
            if source.map is not None:
                if text not in source.map:
                    raise Unreadable(
                        rule="unmapped",
                        column=source.column,
                        reason="the mapping does not say what this value means; add it",
                    )
                text = source.map[text]
                if not text:
                    return None
        if kind is date:
            return _date(text, source, name)
        if kind is datetime:
            return _time(text, source, name)
        if kind == Private:
            text = clean(text, name)
        return parse(kind, source.prefix + text, name)

    return convert


def _date(text: str, source: Source, name: str) -> date:
    written = source.format or "%Y-%m-%d"
    try:
        if written == "%Y-%m-%d":
            return date.fromisoformat(text)
        return datetime.strptime(text, written).date()  # noqa: DTZ007 - a civil date
    except ValueError:
        raise BadValue(name, f"it is no date written {written}") from None


def _time(text: str, source: Source, name: str) -> datetime:
    if source.format is None:
        return parse_instant(text, name)
    try:
        found = datetime.strptime(text, source.format)  # noqa: DTZ007 - the zone follows
    except ValueError:
        raise BadValue(name, f"it is no time written {source.format}") from None
    return (found if found.tzinfo else found.replace(tzinfo=LONDON)).astimezone(UTC)


def _iso(text: str, column: str | None) -> str:
    """Return the old system's recording time if it is one; a claim, kept as written."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(
            rule="bad-value", column=column, reason="it is no time in ISO form"
        ) from None
    return text


def _named(column: str, act: Callable[[], Any]) -> Any:
    try:
        return act()
    except BadValue as error:
        raise Unreadable(rule="bad-value", column=column, reason=error.why) from None


def _all(fields: Iterable[tuple[str, Reader]], cells: Sequence[str]) -> Iterable[tuple[str, Any]]:
    return ((name, reader(cells)) for name, reader in fields)


def _sortable(text: str) -> tuple[int, float, str]:
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0.0, text)
