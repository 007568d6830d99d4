"""
An import: rows in, events out, in batches that can be taken up again.

It records through the same codec and append as a live command does. A rule that
would refuse a live command is counted as a finding instead, for what an old
system holds has happened. What was recorded before is recognised by ids derived
from the keys of the rows; the same key with other content goes to quarantine.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import attrs

from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint, evolve, replay
from complaint_ledger.domain.decisions import Situation, objections
from complaint_ledger.domain.history import standing
from complaint_ledger.domain.words import EventId
from complaint_ledger.errors import ClaimTaken, StreamMoved
from complaint_ledger.ids import new_id
from complaint_ledger.importing.mapping import Mapping
from complaint_ledger.importing.quarantine import Quarantine, Unreadable
from complaint_ledger.importing.rows import CsvFile, Row
from complaint_ledger.importing.translate import Translator, Unit
from complaint_ledger.ledger import Ledger
from complaint_ledger.reading import read_fact
from complaint_ledger.recording import Around, Part, Told, claims_of
from complaint_ledger.store import LEDGER_STREAM, RecordedEvent, system_clock

BATCH: Final = 2_000
"""Events recorded in one transaction."""


@attrs.define
class Counts:
    """
    What an import came to. Rows in = recorded + already there + quarantined + passed over.

    Attributes:
        complaints: Complaints that something was recorded for.
        events: Events recorded.
        findings: What would have been refused live: by rule, how many complaints.
    """

    rows: int = 0
    complaints: int = 0
    events: int = 0
    recorded: int = 0
    already_there: int = 0
    quarantined: int = 0
    passed_over: int = 0
    quarantine_file: str | None = None
    findings: Counter[str] = attrs.field(factory=Counter)


Progress = Callable[[Counts, float], None]
"""Is told the counts so far, and how much of the file was read, from 0 to 1."""


@attrs.frozen(kw_only=True)
class _Planned:
    """One complaint's part of a batch."""

    key: str
    stream: str
    units: tuple[Unit, ...]
    stored: Sequence[RecordedEvent]


@attrs.frozen
class _Sorted:
    """A complaint's units: new ones, and old ones with what they clash with, if anything."""

    plan: _Planned
    new: list[tuple[Unit, str]]  # with the id of its first event
    old: list[tuple[Unit, Unreadable | None]]


class Importer:
    """Brings one file into one ledger."""

    def __init__(
        self,
        ledger: Ledger,
        mapping: Mapping,
        *,
        actor: codec.Actor,
        dry_run: bool = False,
        batch: int = BATCH,
        progress: Progress | None = None,
    ) -> None:
        self.id = EventId(new_id())
        self._ledger = ledger
        self._mapping = mapping
        self._around = Around(actor=actor)
        self._dry_run = dry_run
        self._batch = batch
        self._progress = progress
        self._counts = Counts()
        self._pending: list[_Planned] = []
        self._pending_events = 0
        self._streams: set[str] = set()
        self._started = False
        self._seen: dict[str, tuple[str, int]] = {}  # in a dry run only

    def run(self, path: Path, *, quarantine: Path, quarantine_rows: Path | None = None) -> Counts:
        """
        Import *path*.

        Args:
            path: A CSV file, plain or gzipped.
            quarantine: Where what cannot be read is noted: line, column, rule, reason.
            quarantine_rows: Where the rows themselves go, if anywhere (mode 0600).

        Raises:
            BadValue: The file or the mapping cannot be used at all.
        """
        mapping = self._mapping
        file = CsvFile(path, encoding=mapping.encoding, delimiter=mapping.delimiter)
        try:
            self._translator = Translator(mapping, file.header)
            self._quarantine = Quarantine(quarantine, quarantine_rows, file.header)
            try:
                for key, rows in groupby(self._readable(file), key=lambda pair: pair[0]):
                    self._take(key, [row for _, row in rows])
                    if self._pending_events >= self._batch:
                        self._flush()
                        if self._progress:
                            self._progress(self._counts, file.done)
            finally:
                # Even where the file breaks off, what was read is recorded.
                self._flush()
                self._quarantine.close()
        finally:
            file.close()
        if self._quarantine.count:
            self._counts.quarantine_file = str(quarantine)
        if self._started:
            self._finish()
        if self._progress:
            self._progress(self._counts, 1.0)
        return self._counts

    # --- reading ---------------------------------------------------------------------------------

    def _readable(self, file: CsvFile) -> Iterator[tuple[str, Row]]:
        for row in file:
            self._counts.rows += 1
            try:
                key = self._translator.key(row)
            except Unreadable as why:
                self._set_apart(row, why)
                continue
            if self._translator.is_passed_over(row):
                self._counts.passed_over += 1
            else:
                yield key, row

    def _set_apart(self, row: Row, why: Unreadable) -> None:
        self._counts.quarantined += 1
        self._quarantine.add(row.line, why, tuple(row.values))

    def _take(self, key: str, rows: list[Row]) -> None:
        stream = self._ledger.ids.stream(f"import\n{self._mapping.id}\n{key}")
        if stream in self._streams:
            self._flush()  # so that what this file said before is on record
        stored = self._ledger.store.read(stream)
        if self._mapping.granularity == "complaint" and len(rows) > 1:
            for row in rows:  # each row is a complaint of its own, with the same key
                self._take(key, [row])
            return
        units = self._translator.units(key, rows, received=bool(stored), quarantine=self._set_apart)
        self._streams.add(stream)
        self._pending.append(_Planned(key=key, stream=stream, units=tuple(units), stored=stored))
        self._pending_events += sum(len(unit.events) for unit in units)

    # --- recording -------------------------------------------------------------------------------

    def _flush(self) -> None:
        planned, self._pending, self._pending_events = self._pending, [], 0
        self._streams.clear()
        while planned:
            try:
                self._record([self._sort(plan) for plan in planned])
                return
            except ClaimTaken as taken:
                planned = self._without(planned, taken.claim)
            except StreamMoved:  # another import of the same file; look again
                planned = [
                    attrs.evolve(plan, stored=self._ledger.store.read(plan.stream))
                    for plan in planned
                ]

    def _sort(self, plan: _Planned) -> _Sorted:
        """Sort a complaint's units into new ones, and ones that are there or clash."""
        stored = {recorded.id: recorded for recorded in plan.stored}
        new: list[tuple[Unit, str]] = []
        old: list[tuple[Unit, Unreadable | None]] = []
        for unit in plan.units:
            first = self._event_id(plan, unit, 1)
            if first in stored:
                old.append((unit, self._clash(stored[first], unit)))
            elif first in self._seen:
                fingerprint, line = self._seen[first]
                old.append((unit, None if fingerprint == unit.fingerprint else _other(line)))
            else:
                new.append((unit, first))
                if self._dry_run:
                    self._seen[first] = (unit.fingerprint, unit.rows[0].line)
        return _Sorted(plan, new, old)

    def _event_id(self, plan: _Planned, unit: Unit, number: int) -> str:
        return self._ledger.ids.event(f"import\n{self._mapping.id}\n{plan.key}\n{unit.key}", number)

    def _clash(self, recorded: RecordedEvent, unit: Unit) -> Unreadable | None:
        if self._ledger.request_of(recorded) == unit.fingerprint:
            return None
        source = codec.decode(recorded.name, recorded.schema, recorded.body)[1].source
        return _other(source.row if source else 0)

    def _record(self, sorted_: list[_Sorted]) -> None:
        parts = [self._part(one.plan, one.new) for one in sorted_ if one.new]
        if parts and not self._dry_run:
            own = [] if self._started else [self._start()]
            self._ledger.recorder.append([*own, *parts], self._around)
            self._started = True
        for one in sorted_:
            if one.new:
                self._counts.complaints += 1
                self._counts.events += sum(len(unit.events) for unit, _ in one.new)
                self._counts.recorded += sum(len(unit.rows) for unit, _ in one.new)
                self._counts.findings.update(self._found(one.plan, one.new))
            for unit, why in one.old:
                if why is None:
                    self._counts.already_there += len(unit.rows)
                else:
                    for row in unit.rows:
                        self._set_apart(row, why)

    def _part(self, plan: _Planned, new: list[tuple[Unit, str]]) -> Part:
        told = []
        for unit, first in new:
            source = codec.Source(import_id=self.id, row=unit.rows[0].line, recorded=unit.recorded)
            for number, event in enumerate(unit.events, 1):
                if number == 1:
                    told.append(Told(first, event, unit.fingerprint, source))
                else:
                    event_id = self._event_id(plan, unit, number)
                    told.append(Told(event_id, event, None, source))
        return Part(
            stream=plan.stream,
            version=len(plan.stored),
            events=told,
            claims=claims_of([one.event for one in told]),
        )

    def _found(self, plan: _Planned, new: list[tuple[Unit, str]]) -> set[str]:
        """Return the rules that would have refused something of this live."""
        situation = Situation(now=system_clock(), role="importer")
        complaint: Complaint = replay(
            fact.event for fact in standing(tuple(map(read_fact, plan.stored)))
        )
        rules: set[str] = set()
        for unit, _ in new:
            for event in unit.events:
                rules |= {found.rule for found in objections(event, complaint, situation)}
                complaint = evolve(complaint, event)
        return rules

    def _without(self, planned: list[_Planned], claim: str) -> list[_Planned]:
        """Set apart the complaint whose reference another complaint has."""
        kept = []
        for plan in planned:
            events = [event for unit in plan.units for event in unit.events]
            if claim in claims_of(events):
                why = Unreadable(
                    rule="reference-taken",
                    column=self._mapping.key,
                    reason="another complaint of this ledger has this reference",
                )
                for unit in plan.units:
                    for row in unit.rows:
                        self._set_apart(row, why)
            else:
                kept.append(plan)
        return kept

    # --- the import's own events -----------------------------------------------------------------

    def _start(self) -> Part:
        event = e.ImportStarted(
            id=self.id, mapping=self._mapping.id, mapping_sha256=self._mapping.sha256
        )
        version = len(self._ledger.store.read(LEDGER_STREAM))
        return Part(stream=LEDGER_STREAM, version=version, events=[Told(new_id(), event)])

    def _finish(self) -> None:
        counts = self._counts
        event = e.ImportFinished(
            id=self.id,
            rows=counts.rows,
            recorded=counts.recorded,
            already_there=counts.already_there,
            quarantined=counts.quarantined,
        )
        self._ledger.record_own(event, self._around.actor)


def _other(first_line: int) -> Unreadable:
    return Unreadable(
        rule="same-key-other-content",
        reason=f"line {first_line} has the same key and says something else",
        first_line=first_line,
    )
