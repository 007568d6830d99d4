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
from complaint_ledger.domain.complaint import evolve, replay
from complaint_ledger.domain.decisions import Situation, objections
from complaint_ledger.domain.history import standing
from complaint_ledger.domain.words import EventId
from complaint_ledger.errors import BadValue, ClaimTaken, PartialOverlap, Refused, StreamMoved
from complaint_ledger.ids import new_id
from complaint_ledger.importing.mapping import Mapping
from complaint_ledger.importing.quarantine import Quarantine, Unreadable
from complaint_ledger.importing.rows import CsvFile, Row
from complaint_ledger.importing.sieve import Sieve
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
        rows: Rows of the file, without its header.
        complaints: Complaints that something was recorded for.
        events: Events recorded.
        recorded: Rows recorded.
        already_there: Rows that were on record before, or stand in the file twice, word for word.
        quarantined: Rows that cannot be read.
        passed_over: Rows that the mapping says tell of no complaint.
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
    """
    A complaint's units: new ones, and old ones with what they clash with, if anything.

    Attributes:
        counted: Whether this run recorded something of the complaint before.
    """

    plan: _Planned
    counted: bool
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
        accept_clock: bool = False,
    ) -> None:
        self.id = EventId(new_id())
        self._ledger = ledger
        self._mapping = mapping
        self._pins = (ledger.texts.pin(mapping.code, mapping.calendar),)
        self._around = Around(actor=actor)
        self._dry_run = dry_run
        self._batch = batch
        self._progress = progress
        self._accept_clock = accept_clock
        self._counts = Counts()
        self._pending: list[_Planned] = []
        self._pending_events = 0
        self._streams: set[str] = set()
        self._started = False
        self._seen: dict[str, tuple[str, int]] = {}  # in a dry run only: ids, and where they stood
        if actor.role == "member":
            raise Refused("GEN-19", "a Member does not record on complaints; an officer imports")

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
        if path.resolve() in {place.resolve() for place in (quarantine, quarantine_rows) if place}:
            raise BadValue("quarantine", "it is the file that is imported; choose another place")
        file = CsvFile(path, encoding=mapping.encoding, delimiter=mapping.delimiter)
        try:
            self._translator = Translator(mapping, file.header, self._pins)
            self._quarantine = Quarantine(quarantine, quarantine_rows, file.header)
            self._sieve = None if self._was_imported() else Sieve()
            try:
                for key, rows in self._complaints(file):
                    self._take(key, rows)
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

    def _complaints(self, file: CsvFile) -> Iterator[tuple[str, list[Row]]]:
        """Yield rows that stand together; the last only where the file tells all of it."""
        readable = self._readable(file)
        if self._mapping.granularity == "complaint":
            for key, row in readable:
                yield key, [row]
        else:
            for key, rows in groupby(readable, key=lambda pair: pair[0]):
                yield key, [row for _, row in rows]

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

    def _was_imported(self) -> bool:
        """Return whether anything was imported by this mapping before, in any version of it."""
        own = map(read_fact, self._ledger.store.read(LEDGER_STREAM))
        return any(
            isinstance(fact.event, e.ImportStarted) and fact.event.mapping == self._mapping.id
            for fact in own
        )

    def _take(self, key: str, rows: list[Row]) -> None:
        units = self._translator.units(key, rows, self._set_apart)
        if not units:
            return
        stream = self._ledger.ids.stream(f"import\n{self._mapping.id}\n{key}")
        if stream in self._streams:
            self._flush()  # so that what this file said before is on record
        is_new = self._sieve is not None and not self._sieve.add(stream)
        stored = () if is_new else self._ledger.store.read(stream)
        self._streams.add(stream)
        self._pending.append(_Planned(key=key, stream=stream, units=tuple(units), stored=stored))
        self._pending_events += sum(len(unit.events) for unit in units)

    # --- recording -------------------------------------------------------------------------------

    def _flush(self) -> None:
        planned, self._pending, self._pending_events = self._pending, [], 0
        self._streams.clear()
        while planned:
            found = [self._sort(plan) for plan in planned]
            parts = [self._part(one) for one in found if one.new]
            try:
                self._append(parts)
            except ClaimTaken:
                planned = self._without(planned, self._taken(parts))
            except (StreamMoved, PartialOverlap):  # another import of the same file; look again
                planned = [
                    attrs.evolve(plan, stored=self._ledger.store.read(plan.stream))
                    for plan in planned
                ]
            else:
                self._count(found)
                return

    def _sort(self, plan: _Planned) -> _Sorted:
        """Sort a complaint's units into new ones, and ones that are there or clash."""
        stored = {recorded.id: recorded for recorded in plan.stored}
        said: dict[str, tuple[str, int]] = {}
        begun = bool(stored) or plan.stream in self._seen
        units = plan.units if begun else self._translator.with_receipt(plan.key, plan.units)
        counted = self._is_mine(plan.stored[-1]) if stored else begun
        found = _Sorted(plan, counted, [], [])
        for unit in units:
            first = self._event_id(plan, unit, 1)
            if first in stored:
                found.old.append((unit, self._clash(stored[first], unit)))
            elif earlier := said.get(first) or self._seen.get(first):
                fingerprint, line = earlier
                found.old.append((unit, None if fingerprint == unit.fingerprint else _other(line)))
            else:
                found.new.append((unit, first))
                said[first] = (unit.fingerprint, unit.rows[0].line)
        return found

    def _is_mine(self, recorded: RecordedEvent) -> bool:
        source = _source(recorded)
        return source is not None and source.import_id == self.id

    def _event_id(self, plan: _Planned, unit: Unit, number: int) -> str:
        return self._ledger.ids.event(f"import\n{self._mapping.id}\n{plan.key}\n{unit.key}", number)

    def _clash(self, recorded: RecordedEvent, unit: Unit) -> Unreadable | None:
        # What was erased cannot be compared, and does not come back.
        if self._ledger.request_of(recorded) in {unit.fingerprint, None}:
            return None
        source = _source(recorded)
        assert source is not None
        return _other(source.row, "" if source.import_id == self.id else " of an earlier import")

    def _append(self, parts: list[Part]) -> None:
        """
        Record *parts*, all of them or nothing; in a dry run, find out whether it could be.

        Raises:
            ClaimTaken: Another complaint has the reference of one.
            StreamMoved: Something was recorded there since it was read.
            PartialOverlap: The same, by an import of the same rows.
        """
        if self._dry_run:
            if taken := self._taken(parts):
                raise ClaimTaken(next(iter(taken)))
        elif parts:
            own = [] if self._started else [self._start()]
            appended = self._ledger.recorder.append(
                [*own, *parts], self._around, accept_clock=self._accept_clock
            )
            if appended.already_there:  # their contents may differ all the same
                raise PartialOverlap(parts[0].stream)
            self._started = True

    def _count(self, found: list[_Sorted]) -> None:
        situation = Situation(now=system_clock(), role="importer")
        counts = self._counts
        for one in found:
            if one.new:
                counts.complaints += not one.counted
                counts.events += sum(len(unit.events) for unit, _ in one.new)
                counts.recorded += sum(len(unit.rows) for unit, _ in one.new)
                counts.findings.update(_breaches(one, situation))
            for unit, why in one.old:
                if why is None:
                    counts.already_there += len(unit.rows)
                else:
                    for row in unit.rows:
                        self._set_apart(row, why)
            if self._dry_run:
                self._seen |= {
                    first: (unit.fingerprint, unit.rows[0].line) for unit, first in one.new
                }
                self._seen[one.plan.stream] = ("", 0)

    def _part(self, sorted_: _Sorted) -> Part:
        plan = sorted_.plan
        told = []
        for unit, first in sorted_.new:
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

    def _taken(self, parts: list[Part]) -> set[str]:
        """Return the streams of *parts* that claim what another holds."""
        holder = self._ledger.store.claimed_by
        return {
            part.stream
            for part in parts
            for claim in part.claims
            if holder(claim) not in {None, part.stream}
        }

    def _without(self, planned: list[_Planned], taken: set[str]) -> list[_Planned]:
        """Set apart the complaints whose reference another complaint has."""
        why = Unreadable(
            rule="reference-taken",
            column=self._mapping.key,
            reason="another complaint of this ledger has this reference",
        )
        for plan in planned:
            if plan.stream in taken:
                for unit in plan.units:
                    for row in unit.rows:
                        self._set_apart(row, why)
        return [plan for plan in planned if plan.stream not in taken]

    # --- the import's own events -----------------------------------------------------------------

    def _start(self) -> Part:
        event = e.ImportStarted(
            id=self.id,
            mapping=self._mapping.id,
            mapping_version=self._mapping.version,
            mapping_sha256=self._mapping.sha256,
        )
        return self._ledger.own_part([event], self._pins)

    def _finish(self) -> None:
        counts = self._counts
        event = e.ImportFinished(
            id=self.id,
            rows=counts.rows,
            recorded=counts.recorded,
            already_there=counts.already_there,
            quarantined=counts.quarantined,
            passed_over=counts.passed_over,
        )
        self._ledger.record_own(event, self._around.actor, accept_clock=self._accept_clock)


def _breaches(one: _Sorted, situation: Situation) -> set[str]:
    """Return the rules that would have refused something of this live."""
    if one.counted and not one.plan.stored:
        return set()  # a dry run does not keep what it read of a complaint before
    complaint = replay(fact.event for fact in standing(tuple(map(read_fact, one.plan.stored))))
    rules: set[str] = set()
    before: e.ComplaintEvent | None = None
    for unit, _ in one.new:
        for event in unit.events:
            if before is not None:
                complaint = evolve(complaint, before)
            rules |= {found.rule for found in objections(event, complaint, situation)}
            before = event
    return rules


def _source(recorded: RecordedEvent) -> codec.Source | None:
    return codec.decode(recorded.name, recorded.schema, recorded.body)[1].source


def _other(first_line: int, of: str = "") -> Unreadable:
    return Unreadable(
        rule="same-key-other-content",
        reason=f"line {first_line}{of} has the same key and says something else",
        first_line=first_line,
    )
