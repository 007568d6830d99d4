"""
The ledger: read, decide, record, and ask.

This is the shell around the pure domain. It knows the store, the vault and the
codec, makes ids and reads clocks, so that nothing in the domain has to.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Final, Self

import attrs

from complaint_ledger import codec, pinning
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint, evolve
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.decisions import Situation, decide
from complaint_ledger.domain.history import Fact, as_of
from complaint_ledger.domain.words import ActorId, ActorKind, Role, Sealed, read, seal
from complaint_ledger.errors import (
    BadValue,
    EventIdTaken,
    KeyReused,
    Refused,
    StreamMoved,
    UnknownName,
    UnreadableEvent,
)
from complaint_ledger.ids import DerivedIds, new_actor, new_id
from complaint_ledger.privacy.keys import KeyStore
from complaint_ledger.privacy.vault import Vault
from complaint_ledger.reading import Entry, read_entry, read_fact
from complaint_ledger.recording import Around, Part, Recorder, Told, claims_of, reference_claim
from complaint_ledger.requests import (
    KeyedIds,
    actor_fields,
    fingerprint,
    trace_context,
    trace_id,
    until_quick_enough,
)
from complaint_ledger.store import LEDGER_STREAM, Clock, EventStore, RecordedEvent

# What makes a fold in the order of recording wrong.
_UNSTEADY: Final = (e.EntryCorrected, e.EntryRetracted)
_NOTHING_YET: Final = Complaint()


OWN: Final = "ledger"
"""Instead of a complaint: the ledger's own entries."""


@attrs.frozen(kw_only=True)
class Recorded:
    """
    What a command led to.

    Attributes:
        stream: The complaint's stream.
        events: What was recorded now, or before under the same key; empty when it had
            been said already.
        already_there: Nothing was recorded now.
        version: How many events the stream holds.
    """

    stream: str
    events: tuple[Fact, ...]
    already_there: bool = False
    version: int


class Ledger:
    """
    Every complaint of one council, from receipt to what was learnt.

    Attributes:
        store: Where it is kept.
    """

    def __init__(self, store: EventStore, keys: Callable[[], KeyStore], clock: Clock) -> None:
        self.store = store
        self._open_keys = keys
        self._clock = clock
        self._actors: dict[str, codec.Actor] = {}
        self.recorder = Recorder(store, lambda: self.keys)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of files and connections."""
        self.store.close()
        if "keys" in self.__dict__:
            self.keys.close()

    # --- the ledger itself -----------------------------------------------------------------------

    @cached_property
    def opened(self) -> e.LedgerOpened:
        """Position 1: which council, nation, code and calendar; fictional or not."""
        first = read_fact(self.store.tail(after=0, limit=1)[0]).event
        if not isinstance(first, e.LedgerOpened):
            raise UnreadableEvent("position 1 is not ledger-opened; this is no ledger of ours")
        return first

    @cached_property
    def keys(self) -> KeyStore:
        """
        The key store.

        Raises:
            KeysMissing: It is not where it should be.
            KeysForeign: It belongs to another ledger.
        """
        return self._open_keys()

    @property
    def vault(self) -> Vault:
        """The sealed values, with the keys to them."""
        return Vault(self.store, self.keys)

    @cached_property
    def ids(self) -> DerivedIds:
        """Ids derived from keys, under the ledger's own secret."""
        sealed = self.opened.id_key
        assert isinstance(sealed, Sealed)
        assert sealed.digest is not None
        found = self.vault.open({sealed.digest: "id_key"})
        if sealed.digest not in found:
            raise UnreadableEvent("the ledger's own secret is gone from its vault or key store")
        return DerivedIds(bytes.fromhex(found[sealed.digest].value))

    def actors(self) -> Mapping[str, codec.Actor]:
        """Return everyone who may record, by id."""
        for recorded in self.store.read(LEDGER_STREAM):
            if recorded.name == "actor-added":
                event = read_fact(recorded).event
                assert isinstance(event, e.ActorAdded)
                self._actors[event.actor] = codec.Actor(
                    id=event.actor, kind=event.kind, role=event.role
                )
        return dict(self._actors)

    def actor(self, actor_id: str) -> codec.Actor:
        """
        Return the actor called *actor_id*.

        Raises:
            BadValue: It is no id at all; a name or an address, perhaps.
            UnknownName: `actors add` never issued it.
        """
        read(ActorId, actor_id, "actor")
        if actor_id not in self._actors and actor_id not in self.actors():
            raise UnknownName("actor", actor_id, mend="`complaint-ledger actors add` issues an id")
        return self._actors[actor_id]

    def add_actor(
        self,
        *,
        kind: ActorKind,
        role: Role,
        name: str | None = None,
        actor: str,
        accept_clock: bool = False,
    ) -> ActorId:
        """
        Let someone, or something, record; return the id to use.

        Args:
            kind: What they are.
            role: What they do.
            name: Who they are; sealed on the ledger's own stream, under a key of its own.
            actor: Who adds them: an administrator.
            accept_clock: The clock is right although it jumped.

        Raises:
            Refused: Whoever adds them is no administrator.
        """
        by = self.actor(actor)
        if by.role != "administrator":
            raise Refused("administrator-adds", "an administrator adds actors; ask one")
        added = new_actor(kind)
        event = e.ActorAdded(actor=added, kind=kind, role=role, name=seal(name, added))
        self.record_own(event, by, accept_clock=accept_clock)
        return added

    def record_own(
        self, event: e.LedgerEvent, actor: codec.Actor, *, accept_clock: bool = False
    ) -> None:
        """Record a fact of the ledger's own, after whatever is there."""
        told = [Told(new_id(), event)]

        def once() -> None:
            version = len(self.store.read(LEDGER_STREAM))
            part = Part(stream=LEDGER_STREAM, version=version, events=told)
            around = Around(actor=actor)
            self.recorder.append([part], around, accept_clock=accept_clock)

        until_quick_enough(once)

    # --- recording -------------------------------------------------------------------------------

    def record(
        self,
        command: c.Command,
        *,
        complaint: str | None = None,
        actor: str,
        on_behalf_of: str | None = None,
        idempotency_key: str | None = None,
        expected_version: int | None = None,
        correlation: str | None = None,
        causation: str | None = None,
        traceparent: str | None = None,
        accept_clock: bool = False,
    ) -> Recorded:
        """
        Record what *command* leads to.

        Args:
            command: What to record.
            complaint: The council's reference of the complaint, or its stream id; not
                for `Receive`, which begins one.
            actor: Who records: an id that `add_actor` issued.
            on_behalf_of: The actor for whom, where that is someone else.
            idempotency_key: The same key again records nothing more.
            expected_version: How many events the complaint had when the person looked;
                without it a lost race is decided anew.
            correlation: The journey this belongs to (32 hex digits).
            causation: What led to it (32 hex digits).
            traceparent: The W3C trace context.
            accept_clock: The clock is right although it jumped.

        Raises:
            Refused: It may not be recorded.
            UnknownName: There is no such complaint or actor.
            KeyReused: The key was used before, for something else.
            StreamMoved: The complaint does not have the expected version.
            ClaimTaken: Another complaint has this reference.
            ClockRefused: The clock jumped.
        """
        around = Around(
            actor=self.actor(actor),
            on_behalf_of=self.actor(on_behalf_of).id if on_behalf_of else None,
            correlation=trace_id(correlation, "correlation"),
            causation=trace_id(causation, "causation"),
            traceparent=trace_context(traceparent),
        )
        self._check_named(command)
        ids = KeyedIds(self.ids, idempotency_key) if idempotency_key else None
        if isinstance(command, c.Receive):
            if complaint is not None:
                raise BadValue("complaint", "a receipt begins a complaint; leave it out")
            stream = ids.stream() if ids else new_id()
        else:
            stream = self.find(complaint)
        request = fingerprint(command, stream) if ids else None
        if isinstance(command, c.Receive) and not command.codes:
            pin = pinning.pin(self.opened.code, self.opened.calendar)
            command = attrs.evolve(command, codes=(pin,))

        def once() -> Recorded:
            stored = self.store.read(stream)
            if ids and (mine := self._recorded_under(ids, stored, request)):
                return Recorded(stream=stream, events=mine, already_there=True, version=len(stored))
            if expected_version is not None and len(stored) != expected_version:
                raise StreamMoved(stream, expected_version, len(stored))
            facts = tuple(map(read_fact, stored))
            events = decide(command, facts, self._situation(around.actor.role, facts, command))
            if isinstance(command, c.Correct):
                _refuse_moved(command.replacement, stored)
            if not events:
                return Recorded(stream=stream, events=(), already_there=True, version=len(stored))
            told = [
                Told(ids.event(n) if ids else new_id(), event, request if n == 1 else None)
                for n, event in enumerate(events, 1)
            ]
            part = Part(
                stream=stream,
                version=len(stored),
                events=told,
                claims=claims_of(events),
            )
            appended = self.recorder.append([part], around, accept_clock=accept_clock)
            if appended.already_there:
                return once()  # under this key another process was quicker; was it for the same?
            assert appended.recorded_at is not None
            return Recorded(
                stream=stream,
                events=tuple(
                    Fact(
                        id=one.id,
                        position=appended.first + n,
                        version=len(stored) + n + 1,
                        recorded_at=appended.recorded_at,
                        event=one.event,
                    )
                    for n, one in enumerate(told)
                ),
                version=len(stored) + len(events),
            )

        try:
            return once() if expected_version is not None else until_quick_enough(once)
        except EventIdTaken:
            if ids is None:
                raise
            raise KeyReused from None

    def _check_named(self, command: c.Command) -> None:
        """
        Refuse what a command names and the ledger does not know.

        Raises:
            UnknownName: An actor was never issued, or a code or calendar is not held.
        """
        named: list[e.Happened] = [command]
        if isinstance(command, c.Correct):
            named.append(command.replacement)
        for one in named:
            for field in actor_fields(type(one)):
                actor_id = getattr(one, field)
                if actor_id is not None:
                    self.actor(actor_id)
            if isinstance(one, c.Receive | e.ComplaintReceived):
                for pin in one.codes:
                    pinning.load_code(pin)
                    pinning.load_calendar(pin)

    def _recorded_under(
        self, ids: KeyedIds, stored: Sequence[RecordedEvent], request: str | None
    ) -> tuple[Fact, ...]:
        """Return what was recorded under a key before, if for the same *request*."""
        by_id = {recorded.id: recorded for recorded in stored}
        mine: list[RecordedEvent] = []
        while (found := by_id.get(ids.event(len(mine) + 1))) is not None:
            mine.append(found)
        # Where the fingerprint was erased, the ids alone say that it is a retry.
        if mine and self.request_of(mine[0]) not in {request, None}:
            raise KeyReused
        return tuple(map(read_fact, mine))

    def request_of(self, recorded: RecordedEvent) -> str | None:
        """Return the fingerprint of the request behind an event; None where it is gone."""
        digest = codec.request_of(recorded.body)
        if digest is None:
            return None
        found = self.vault.open({digest: codec.REQUEST})
        return found[digest].value if digest in found else None

    def _situation(self, role: Role, facts: Sequence[Fact], command: c.Command) -> Situation:
        if isinstance(command, c.Receive):
            pins = command.codes
        elif isinstance(command, c.Retract):
            pins = ()  # what is wrong must be retractable, even a pinned code
        else:
            pins = pinning.pins_of(facts)
        codes = [pinning.load_code(pin) for pin in pins]
        known = [frozenset(outcome.id for outcome in code.outcomes) for code in codes]
        return Situation(
            now=self._clock(),
            role=role,
            # Where several codes govern at once, the first that names stages leads.
            stages=next((tuple(s.id for s in code.stages) for code in codes if code.stages), ()),
            # A code that names no outcomes knows any.
            outcomes=frozenset().union(*known) if all(known) else frozenset(),
            deadlines=frozenset(clock.id for code in codes for clock in code.clocks),
        )

    # --- asking ----------------------------------------------------------------------------------

    def find(self, complaint: str | None) -> str:
        """
        Return the stream of *complaint*, given by reference or stream id.

        Raises:
            UnknownName: There is none.
        """
        if complaint and complaint.isascii():
            stream = self.store.claimed_by(reference_claim(complaint))
            if stream:
                return stream
            if complaint != LEDGER_STREAM and self.store.read(complaint, upto=1):
                return complaint
        raise UnknownName("complaint", complaint or "", mend="`complaint-ledger list` shows them")

    def entries(self, complaint: str) -> tuple[Entry, ...]:
        """
        Return everything recorded for *complaint*, in order, with all around it.

        The ledger's own entries are those of `OWN`.
        """
        stream = LEDGER_STREAM if complaint == OWN else self.find(complaint)
        return tuple(map(read_entry, self.store.read(stream)))

    def facts(self, complaint: str) -> tuple[Fact, ...]:
        """Return everything recorded for *complaint*, in order."""
        return tuple(map(read_fact, self.store.read(self.find(complaint))))

    def complaint(
        self,
        complaint: str,
        *,
        known_at: datetime | None = None,
        effective_on: date | None = None,
    ) -> Complaint:
        """
        Return the complaint as known at *known_at* (aware), as it stood on *effective_on*.

        Raises:
            UnknownName: There is no such complaint.
        """
        return as_of(self.facts(complaint), known_at, effective_on)

    def deadlines(
        self,
        complaint: str,
        *,
        known_at: datetime | None = None,
        effective_on: date | None = None,
    ) -> tuple[Deadline, ...]:
        """
        Return what is, or was, owed on *complaint*, by each code that was pinned to it.

        Raises:
            UnknownName: There is no such complaint.
            CalendarOutOfRange: A due date leaves the calendar.
        """
        stands = self.complaint(complaint, known_at=known_at, effective_on=effective_on)
        return pinning.deadlines_of(stands)

    def streams(self) -> Iterator[str]:
        """Yield the stream of every complaint."""
        for head in self.store.streams():
            if head.stream != LEDGER_STREAM:
                yield head.stream

    def complaints(self) -> Iterator[tuple[str, Complaint]]:
        """
        Yield every complaint as it stands now, with its stream.

        The ledger is read once, from end to end; a complaint whose entries were corrected
        or recorded out of order is read again on its own.
        """
        states: dict[str, Complaint] = {}
        latest: dict[str, date] = {}
        apart: dict[str, int] = {}
        for recorded in self._from_end_to_end():
            stream = recorded.stream
            if stream == LEDGER_STREAM:
                continue
            event = codec.decode_event(recorded.name, recorded.schema, recorded.body)
            last = latest.get(stream, date.min)
            day = event.occurred_on or last
            if stream in apart or day < last or isinstance(event, _UNSTEADY):
                apart[stream] = recorded.version
            else:
                latest[stream] = day
                states[stream] = evolve(states.get(stream, _NOTHING_YET), event)
        for stream, state in states.items():
            if stream not in apart:
                yield stream, state
        for stream, version in apart.items():
            yield stream, as_of(tuple(map(read_fact, self.store.read(stream, upto=version))))

    def _from_end_to_end(self) -> Iterator[RecordedEvent]:
        after = 0
        while page := self.store.tail(after=after, limit=1000):
            yield from page
            after = page[-1].position


def _refuse_moved(replacement: e.Event, stored: Sequence[RecordedEvent]) -> None:
    """Refuse a sealed text in another place than where it was sealed: it could not be opened."""
    there = {
        (digest, path)
        for recorded in stored
        for digest, (path, _) in codec.sealed_paths(recorded.body).items()
    }
    if not there.issuperset(codec.carried(replacement).items()):
        raise Refused(
            "sealed-stays", "a sealed text stays where it was said; say it anew with seal(…)"
        )
