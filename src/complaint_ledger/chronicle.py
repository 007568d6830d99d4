"""
A complaint's history as people read it: who recorded what, when, and what still stands.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs

from complaint_ledger import codec, pinning
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.history import Fact, effective, known, standing
from complaint_ledger.domain.words import Private, ReasonId, Sealed, StreamId, Withheld
from complaint_ledger.errors import Refused
from complaint_ledger.ledger import Ledger
from complaint_ledger.privacy.disclosure import CONTENT
from complaint_ledger.reading import Entry


@attrs.frozen(kw_only=True)
class Line:
    """
    One entry of a history.

    Attributes:
        fields: What the event says; a sealed field reads sealed, withheld or erased.
        entry: The text whose hash is the event's leaf.
        stands: None, or why it no longer counts as it was recorded.
    """

    position: int
    version: int
    id: str
    event: str
    occurred_on: date | None
    recorded_at: datetime
    actor: codec.Actor
    on_behalf_of: str | None
    source: codec.Source | None
    fields: Mapping[str, Any]
    entry: str
    stands: str | None


def chronicle(
    ledger: Ledger,
    complaint: str,
    *,
    known_at: datetime | None = None,
    effective_on: date | None = None,
    revealed: Mapping[str, str] | None = None,
) -> tuple[Line, ...]:
    """
    Return the history of *complaint* as known at *known_at*.

    Args:
        ledger: Where it is kept.
        complaint: Its reference, or its stream id.
        known_at: Leaves out what was recorded later (aware).
        effective_on: Leaves out what happened later, and puts the rest in the order in
            which it happened.
        revealed: Personal values by digest, as `reveal` returned them.

    Raises:
        UnknownName: There is no such complaint.
    """
    entries = ledger.entries(complaint)
    facts = known([entry.fact for entry in entries], known_at)
    notes = _notes(facts)
    by_id = {entry.recorded.id: entry for entry in entries}
    if effective_on is not None:
        # By when it happened as it is known by then, not as it was first said.
        as_it_stands = {fact.id: fact for fact in standing(facts)}
        facts = effective([as_it_stands.get(f.id, f) for f in facts], effective_on)
    told = [by_id[fact.id] for fact in facts]
    show = _Show(ledger, told, revealed or {})
    return tuple(_line(ledger, entry, notes.get(entry.recorded.id), show) for entry in told)


def line_of(ledger: Ledger, entry: Entry) -> Line:
    """
    Return *entry* as a line, with nothing opened.

    It is as it was recorded: whether a later entry corrects it, that entry says.
    """
    return _line(ledger, entry, None, _Show(ledger, [entry], {}))


def _line(ledger: Ledger, entry: Entry, stands: str | None, show: "_Show") -> Line:
    fields = codec.fields(entry.event, show)
    fields.pop("occurred_on", None)
    _tell_size(entry.event, fields)
    recorded = entry.recorded
    return Line(
        position=recorded.position,
        version=recorded.version,
        id=recorded.id,
        event=recorded.name,
        occurred_on=entry.event.occurred_on,
        recorded_at=recorded.recorded_at,
        actor=entry.meta.actor,
        on_behalf_of=entry.meta.on_behalf_of,
        source=entry.meta.source,
        fields=fields,
        entry=recorded.entry(ledger.store.ledger),
        stands=stands,
    )


def _tell_size(event: e.Event, fields: dict[str, Any]) -> None:
    """Say of a document's file, which no history opens, how large it is, if that was opened."""
    if isinstance(event, e.EntryCorrected):
        _tell_size(event.replacement, fields["replacement"])
    elif isinstance(event, e.DocumentAdded) and fields.get(CONTENT) == "sealed":
        size = fields.get("size", "")
        if size.isascii() and size.isdigit() and len(size) < 16:
            fields[CONTENT] = f"sealed, {int(size):,} bytes"


def _notes(facts: Sequence[Fact]) -> dict[str, str]:
    """Return which entries were corrected or retracted, and by which position."""
    before = {fact.id: fact for fact in facts}
    after = {fact.id: fact for fact in standing(facts)}
    notes: dict[str, str] = {}
    for fact in facts:
        event = fact.event
        if fact.id not in after:
            continue
        if isinstance(event, e.EntryRetracted) and event.retracts in before:
            notes[event.retracts] = f"retracted by position {fact.position}"
        elif isinstance(event, e.EntryCorrected) and event.corrects in after:
            notes[event.corrects] = f"corrected by position {fact.position}"
    return notes


class _Show:
    """Puts a private value into words: its text, or sealed, withheld, erased."""

    def __init__(
        self, ledger: Ledger, entries: Sequence[Entry], revealed: Mapping[str, str]
    ) -> None:
        paths = {
            digest: path
            for entry in entries
            for digest, (path, _) in codec.sealed_paths(entry.recorded.body).items()
        }
        # The file of a document is large: one at a time is asked for.
        files = {digest for digest, path in paths.items() if path == CONTENT}
        self._there = {*ledger.store.sealed(paths.keys() - files)}
        self._there |= {digest for digest in files if ledger.store.sealed([digest])}
        self._revealed = revealed

    def __call__(self, _: str, value: Private) -> str:
        if isinstance(value, Withheld):
            return "withheld"
        assert isinstance(value, Sealed)
        digest = value.digest or ""
        if digest in self._revealed:
            return self._revealed[digest]
        return "sealed" if digest in self._there else "erased"


def reveal(
    ledger: Ledger, complaint: str, *, actor: str, purpose: ReasonId, accept_clock: bool = False
) -> Mapping[str, str]:
    """
    Return the personal values of *complaint*, by digest, and leave an event behind.

    The files of documents are not among them: `documents.open_document` opens one.

    Args:
        ledger: Where it is kept.
        complaint: Its reference, or its stream id; or `OWN`, for the names of actors.
        actor: Who reads them.
        purpose: What for, as a code such as casework.
        accept_clock: The clock is right although it jumped.

    Raises:
        KeysError: The key store is missing, or another ledger's.
        Refused: A Member asks; Members see numbers, never a name.
        UnknownName: There is no such complaint or actor.
    """
    by = reader(ledger, actor)
    entries = ledger.entries(complaint)
    wanted = {
        digest: path
        for entry in entries
        for digest, (path, _) in codec.sealed_paths(entry.recorded.body).items()
        if path not in _LEFT_SEALED
    }
    found = ledger.vault.open(wanted)
    stream = StreamId(entries[0].recorded.stream)
    opened = e.SealedValuesOpened(stream=stream, values=len(found), purpose=purpose)
    ledger.record_own(opened, by, accept_clock=accept_clock)
    return {digest: disclosure.value for digest, disclosure in found.items()}


# What is sealed for other reasons: a request's fingerprint, and the ledger's own secret. And files.
_LEFT_SEALED = {codec.REQUEST, "id_key", CONTENT}


def reader(ledger: Ledger, actor: str) -> codec.Actor:
    """
    Return who *actor* is, if they may open what is sealed.

    Raises:
        Refused: A Member asks; Members see numbers, never a name.
        UnknownName: `actors add` never issued that id.
    """
    by = ledger.actor(actor)
    if by.role == "member":
        raise Refused("GEN-19", "a Member sees numbers and trends, never a name; ask an officer")
    return by


@attrs.frozen(kw_only=True)
class Difference:
    """What the ledger says differently at the second time than at the first."""

    what: str
    where: str
    before: str | None
    after: str | None


def differences(
    ledger: Ledger, complaint: str, first: datetime, second: datetime
) -> tuple[Difference, ...]:
    """
    Return what was learnt of *complaint* between two times: entries, fields, due dates.

    Raises:
        UnknownName: There is no such complaint.
    """
    facts = [entry.fact for entry in ledger.entries(complaint)]
    before, after = (
        {fact.id: fact for fact in standing(known(facts, at))} for at in (first, second)
    )
    found = []
    for fact in facts:
        old, new = before.get(fact.id), after.get(fact.id)
        name = f"position {fact.position}, {codec.name_of(fact.event)[0]}"
        if old is None and new is not None:
            found.append(Difference(what="entry", where=name, before=None, after="recorded"))
        elif old is not None and new is None:
            found.append(Difference(what="entry", where=name, before="stands", after="retracted"))
        elif old is not None and new is not None and old.event != new.event:
            found += _changed(name, codec.fields(old.event, _mark), codec.fields(new.event, _mark))
    due = [_due(ledger, facts, at) for at in (first, second)]
    found += [
        Difference(
            what="due date",
            where=name,
            before=_when(due[0].get(name)),
            after=_when(due[1].get(name)),
        )
        for name in sorted(due[0].keys() | due[1].keys())
        if _when(due[0].get(name)) != _when(due[1].get(name))
    ]
    return tuple(found)


def _mark(_: str, value: Private) -> str:
    """Tell one sealed value from another without opening either."""
    digest = value.digest if isinstance(value, Sealed) else None
    return f"sealed {digest[:6]}…" if digest else "withheld"


def _due(ledger: Ledger, facts: Sequence[Fact], at: datetime) -> dict[str, Deadline]:
    told = effective(standing(known(facts, at)), None)
    complaint = replay(fact.event for fact in told)
    found = pinning.deadlines_of(
        complaint,
        ledger.texts,
        told=told,
        beyond=lambda *_: None,  # `due` says which clocks leave the calendar
    )
    return {_due_name(each, several=len(complaint.codes) > 1): each for each in found}


def _due_name(deadline: Deadline, *, several: bool) -> str:
    name = f"{deadline.id} {deadline.item}" if deadline.item else deadline.id
    return f"{name} ({deadline.code})" if several else name


def _when(deadline: Deadline | None) -> str | None:
    if deadline is None:
        return None
    return f"{deadline.due_on}{', presumed' if deadline.presumed else ''}"


def _changed(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    flat_old, flat_new = dict(_flat(old)), dict(_flat(new))
    return [
        Difference(
            what="field",
            where=f"{name}: {path}",
            before=flat_old.get(path),
            after=flat_new.get(path),
        )
        for path in sorted(flat_old.keys() | flat_new.keys())
        if flat_old.get(path) != flat_new.get(path)
    ]


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [
            pair
            for key, inner in value.items()
            for pair in _flat(inner, f"{path}/{key}" if path else key)
        ]
    if isinstance(value, (list, tuple)):
        pairs = []
        for n, inner in enumerate(value, 1):
            key = (inner.get("id") or inner.get("head")) if isinstance(inner, Mapping) else n
            pairs += _flat(inner, f"{path}/{key}")
        return pairs
    return [(path, str(value))]
