"""
The ledger: read, decide, record, and ask.

This is the shell around the pure domain. It knows the store, the vault and the
codec, makes ids and reads clocks, so that nothing in the domain has to.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from threading import Event
from typing import Final, Self

import attrs

from complaint_ledger import codec, pinning
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint, replay
from complaint_ledger.domain.deadlines import Beyond, Deadline
from complaint_ledger.domain.decisions import Situation, decide
from complaint_ledger.domain.history import Fact, as_of, effective, known, standing
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.words import ActorId, ActorKind, Role, Sealed, ServiceId, read, seal
from complaint_ledger.errors import (
    BadValue,
    EventIdTaken,
    KeyReused,
    Refused,
    StreamMoved,
    UnknownName,
    UnreadableEvent,
)
from complaint_ledger.evidence.signing import MemorySigning, SigningKeys, origin
from complaint_ledger.files import check_file
from complaint_ledger.following import POLL, follow
from complaint_ledger.ids import DerivedIds, new_actor, new_id
from complaint_ledger.own import OwnStream, in_force, opening_of
from complaint_ledger.privacy.keys import KeyStore
from complaint_ledger.privacy.vault import Vault
from complaint_ledger.reading import Entry, complaints_of, read_entry, read_fact
from complaint_ledger.recording import Around, Part, Recorder, Told, claims_of, reference_claim
from complaint_ledger.requests import (
    KeyedIds,
    actor_fields,
    fingerprint,
    trace_context,
    trace_id,
    until_quick_enough,
)
from complaint_ledger.store import LEDGER_STREAM, Appended, Clock, EventStore, RecordedEvent
from complaint_ledger.texts import Texts, pins_in

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
        remarks: What was recorded all the same and deserves a second look, in words.
    """

    stream: str
    events: tuple[Fact, ...]
    already_there: bool = False
    version: int
    remarks: tuple[str, ...] = ()


class Ledger:
    """
    Every complaint of one council, from receipt to what was learnt.

    Attributes:
        store: Where it is kept.
        texts: The codes and calendars that it keeps, and those of the library.
    """

    def __init__(
        self,
        store: EventStore,
        keys: Callable[[], KeyStore],
        clock: Clock,
        signing: Callable[[str], SigningKeys] = MemorySigning,
    ) -> None:
        self.store = store
        self._open_keys = keys
        self._clock = clock
        self._open_signing = signing
        self._own = OwnStream(store)
        self.texts = Texts(self._own.texts, self._own.look_again)
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

    def now(self) -> datetime:
        """Return the time by the ledger's clock (aware)."""
        return self._clock()

    # --- the ledger itself -----------------------------------------------------------------------

    @cached_property
    def opened(self) -> e.LedgerOpened:
        """Position 1: which council, nation, code and calendar; fictional or not."""
        return opening_of(self.store)

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
    def origin(self) -> str:
        """The ledger's name in its checkpoints."""
        return origin(self.opened.council, self.store.ledger)

    @cached_property
    def signing(self) -> SigningKeys:
        """The keys that sign its checkpoints."""
        return self._open_signing(self.origin)

    @property
    def own(self) -> OwnStream:
        """What the ledger's own stream says, as of now."""
        return self._own.look_again()

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
        return dict(self._own.look_again().actors)

    def actor(self, actor_id: str) -> codec.Actor:
        """
        Return the actor called *actor_id*.

        Raises:
            BadValue: It is no id at all; a name or an address, perhaps.
            UnknownName: `actors add` never issued it.
        """
        read(ActorId, actor_id, "actor")
        if actor_id not in self._own.actors and actor_id not in self.actors():
            raise UnknownName("actor", actor_id, mend="`complaint-ledger actors add` issues an id")
        return self._own.actors[actor_id]

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
        """Record a fact of the ledger's own, after whatever is there, with the texts it pins."""
        until_quick_enough(lambda: self.append_own(event, actor, accept_clock=accept_clock))

    def append_own(
        self, event: e.LedgerEvent, actor: codec.Actor, *, accept_clock: bool = False
    ) -> Appended:
        """
        Record a fact of the ledger's own once, and say where.

        Raises:
            StreamMoved: Another writer was quicker.
        """
        part = self.own_part([event])
        return self.recorder.append([part], Around(actor=actor), accept_clock=accept_clock)

    def own_part(self, events: Sequence[e.LedgerEvent], pins: Iterable[e.CodePin] = ()) -> Part:
        """Return *events* for the ledger's own stream, behind the texts they or *pins* need."""
        self._own.look_again()
        kept = self.texts.unkept([*pins_in(events), *pins])
        told = [Told(new_id(), event) for event in (*kept, *events)]
        return Part(stream=LEDGER_STREAM, version=self._own.version, events=told)

    # --- the codes that govern -------------------------------------------------------------------

    def codes_on(self, day: date, service: ServiceId | None = None) -> tuple[e.CodePin, ...]:
        """
        Return what governs a complaint received on *day* about *service*, unless it says otherwise.

        That is what was adopted for that day, and what the ledger was opened with
        where nothing was.
        """
        adopted = in_force(self._own.look_again().adopted, day, service)
        return (adopted.code if adopted else self.texts.default(self.opened),)

    def adopt(
        self,
        code: str,
        *,
        calendar: str | None = None,
        from_on: date | None = None,
        services: Iterable[str] = (),
        actor: str,
        accept_clock: bool = False,
    ) -> e.CodeAdopted:
        """
        Take another code or policy from a day on; return what was recorded.

        What was received before stays under what governed it. The same said again
        is not recorded again.

        Args:
            code: Its id, or the path of a file.
            calendar: The calendar; else the code's own.
            from_on: The first day of receipt that it governs; today where left out.
            services: Only complaints about these; all where left out.
            actor: Who says so: an administrator.
            accept_clock: The clock is right although it jumped.

        Raises:
            Refused: Whoever says so is no administrator.
            UnknownName: There is no such code or calendar.
            BadValue: The file holds none, or one that cannot be kept.
        """
        by = self.actor(actor)
        if by.role != "administrator":
            raise Refused("administrator-adopts", "an administrator adopts a code; ask one")
        event = e.CodeAdopted(
            code=self.texts.pin(code, calendar),
            from_on=from_on or civil_date(self._clock()),
            services=tuple(read(ServiceId, each, "service") for each in services),
        )
        alike = [
            one
            for one in self._own.look_again().adopted
            if (one.from_on, one.services) == (event.from_on, event.services)
        ]
        if alike[-1:] != [event]:
            self.record_own(event, by, accept_clock=accept_clock)
        return event

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
        check_file(command)
        ids = KeyedIds(self.ids, idempotency_key) if idempotency_key else None
        if isinstance(command, c.Receive):
            if complaint is not None:
                raise BadValue("complaint", "a receipt begins a complaint; leave it out")
            stream = ids.stream() if ids else new_id()
        else:
            stream = self.find(complaint)
        request = fingerprint(command, stream) if ids else None
        if isinstance(command, c.Receive) and not command.codes:
            day = command.occurred_on or civil_date(command.occurred_at or self._clock())
            command = attrs.evolve(command, codes=self.codes_on(day, command.service))

        def once() -> Recorded:
            stored = self.store.read(stream)
            if ids and (mine := self._recorded_under(ids, stored, request)):
                return Recorded(stream=stream, events=mine, already_there=True, version=len(stored))
            if expected_version is not None and len(stored) != expected_version:
                raise StreamMoved(stream, expected_version, len(stored))
            facts = tuple(map(read_fact, stored))
            events = decide(command, facts, self._situation(command, facts, around))
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
            kept = self._keeping(events)
            appended = self.recorder.append([*kept, part], around, accept_clock=accept_clock)
            # Without a key the ids are new: it was this very append, whose answer got lost.
            if appended.already_there and ids:
                return once()  # under this key another process was quicker; was it for the same?
            assert appended.recorded_at is not None
            first = appended.first + sum(len(each.events) for each in kept)
            return Recorded(
                stream=stream,
                events=tuple(
                    Fact(
                        id=one.id,
                        position=first + n,
                        version=len(stored) + n + 1,
                        recorded_at=appended.recorded_at,
                        event=one.event,
                    )
                    for n, one in enumerate(told)
                ),
                version=len(stored) + len(events),
                remarks=self._remarks(events),
            )

        # What a person had not seen they look at; a text that someone else kept they need not.
        unless = stream if expected_version is not None else None
        try:
            return until_quick_enough(once, unless)
        except EventIdTaken:
            if ids is None:
                raise
            raise KeyReused from None

    def _keeping(self, events: Sequence[e.Event]) -> list[Part]:
        """Return the texts that *events* pin and the ledger does not keep yet, before all else."""
        pins = tuple(pins_in(events))
        return [self.own_part([], pins)] if self.texts.unkept(pins) else []

    def _remarks(self, events: Sequence[e.Event]) -> tuple[str, ...]:
        found = (
            self.texts.not_yet_in_force(pin, event.occurred_on)
            for event in events
            for pin in pins_in([event])
        )
        return tuple(remark for remark in found if remark)

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
            if isinstance(one, c.Receive | e.ComplaintReceived | e.HandlingCodeRevised):
                for pin in one.codes:
                    self.texts.code(pin)
                    self.texts.calendar(pin)
            if isinstance(one, e.PanelAppointed):
                for member in one.members:
                    self.actor(member.id)

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

    def _situation(self, command: c.Command, facts: Sequence[Fact], around: Around) -> Situation:
        pins = pinning.governing_pins(command, facts)
        return pinning.situation(self.texts, pins, role=around.actor.role, now=self._clock())

    # --- asking ----------------------------------------------------------------------------------

    def find(self, complaint: str | None) -> str:
        """
        Return the stream of *complaint*, given by reference or stream id.

        Raises:
            UnknownName: There is none.
        """
        if complaint and complaint.isascii() and complaint.isprintable():
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
        beyond: Beyond | None = None,
    ) -> tuple[Deadline, ...]:
        """
        Return what is, or was, owed on *complaint*, by each code that was pinned to it.

        Args:
            complaint: Its reference, or its stream id.
            known_at: As known then (aware).
            effective_on: As it stood on that day.
            beyond: Told of each clock whose sum leaves the calendar; the others are worked out.

        Raises:
            UnknownName: There is no such complaint.
            CalendarOutOfRange: A due date leaves the calendar, and there is no *beyond*.
        """
        facts = known(self.facts(complaint), known_at)
        told = effective(standing(facts), effective_on)
        stands = replay(fact.event for fact in told)
        return pinning.deadlines_of(stands, self.texts, told=told, beyond=beyond)

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
        return complaints_of(self.store)

    def follow(
        self,
        *,
        after: int = 0,
        poll: float = POLL,
        until: int | None = None,
        stop: Event | None = None,
    ) -> Iterator[Entry]:
        """
        Yield every entry past position *after*, in order, and go on for ever as entries come.

        The ledger's own are among them; what is sealed stays sealed. Keep the position of
        the last entry that was dealt with, and begin there again after a break: each entry
        comes at least once, and none is missed.

        Args:
            after: The last position that was dealt with; 0 for all there is.
            poll: Seconds between two looks, where the store does not say that there is something.
            until: The last position to yield; it ends there.
            stop: Ends it when it is set, in less than a second.

        Raises:
            BadValue: *after* lies past the ledger's end, or *poll* is no time.
            StoreUnreadable: The store cannot be read; begin again with the last position.
            UnreadableEvent: No reader here understands an event.
        """
        recorded = follow(self.store, after=after, poll=poll, until=until, stop=stop)
        return (read_entry(each) for each in recorded)


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
