"""
Recording: events become bodies, personal values become sealed rows, and both
go to the store in one append. A live command and an import both come this way.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version as library_version
from typing import Final

import attrs

from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import ANY_SUBJECT, Sealed
from complaint_ledger.errors import ClockRefused
from complaint_ledger.ids import new_id
from complaint_ledger.privacy.keys import KeyStore
from complaint_ledger.privacy.vault import Sealing
from complaint_ledger.store import LEDGER_STREAM, Appended, EventStore, NewEvent, StreamAppend

LIBRARY: Final = library_version("complaint-ledger")


@attrs.frozen(kw_only=True)
class Around:
    """What stands around every event of one recording; see `codec.Meta`."""

    actor: codec.Actor
    on_behalf_of: str | None = None
    correlation: str | None = None
    causation: str | None = None
    traceparent: str | None = None


@attrs.frozen
class Told:
    """
    An event to be recorded.

    Attributes:
        id: Its id, 32 hex digits.
        request: The fingerprint of what was asked for; kept sealed with it.
        source: Where it stood in the old system, in an import.
    """

    id: str
    event: e.Event
    request: str | None = None
    source: codec.Source | None = None


@attrs.frozen(kw_only=True)
class Part:
    """
    Events for the end of one stream.

    Attributes:
        version: How many events the stream must hold.
        claims: Keys that no other stream may hold.
    """

    stream: str
    version: int
    events: Sequence[Told]
    claims: tuple[str, ...] = ()


class Recorder:
    """Encodes, seals and appends."""

    def __init__(self, store: EventStore, keys: Callable[[], KeyStore]) -> None:
        self._store = store
        self._keys = keys

    def append(
        self, parts: Sequence[Part], around: Around, *, accept_clock: bool = False
    ) -> Appended:
        """
        Record all of *parts*, or nothing.

        Raises:
            BadValue: A text cannot be kept.
            StoreError: As `EventStore.append` says.
        """
        batch = self._encode(parts, around)
        try:
            return self._store.append(batch)
        except ClockRefused as refused:
            if not accept_clock:
                raise
            accepted = self._encode([self._clock_accepted(refused)], around)
            return self._store.append(_joined(batch, accepted[0]), accept_clock=True)

    def _encode(self, parts: Sequence[Part], around: Around) -> list[StreamAppend]:
        encoded = []
        whose: set[tuple[str, str]] = set()
        fixed = attrs.asdict(around, recurse=False)
        for part in parts:
            events = []
            for told in part.events:
                sealing = Sealing(part.stream)
                meta = codec.Meta(event_id=told.id, library=LIBRARY, source=told.source, **fixed)
                body = codec.encode(told.event, meta, sealing, _request(told.request))
                events.append((told.id, codec.name_of(told.event), body, sealing))
                whose |= sealing.whose()
            encoded.append((part, events))
        keys = self._keys().ensure(whose) if whose else {}
        ledger = self._store.ledger
        return [
            StreamAppend(
                stream=part.stream,
                expected_version=part.version,
                events=tuple(
                    NewEvent(event_id, name, schema, body, sealing.rows(ledger, keys))
                    for event_id, (name, schema), body, sealing in events
                ),
                claims=part.claims,
            )
            for part, events in encoded
        ]

    def _clock_accepted(self, refused: ClockRefused) -> Part:
        event = e.ClockAccepted(clock=refused.clock, last=refused.last)
        version = len(self._store.read(LEDGER_STREAM))
        return Part(stream=LEDGER_STREAM, version=version, events=[Told(new_id(), event)])


def _joined(batch: Sequence[StreamAppend], last: StreamAppend) -> list[StreamAppend]:
    """Return *batch* with *last*, behind what it holds for the same stream."""
    others = [part for part in batch if part.stream != last.stream]
    if len(others) == len(batch):
        return [*batch, last]
    return [
        part
        if part.stream != last.stream
        else attrs.evolve(part, events=(*part.events, *last.events))
        for part in batch
    ]


def _request(fingerprint: str | None) -> Mapping[str, Sealed[str]] | None:
    if fingerprint is None:
        return None
    # It covers what everyone in the complaint said, so it goes with the first to be erased.
    return {codec.REQUEST: Sealed(subject=ANY_SUBJECT, clear=fingerprint)}


def reference_claim(reference: str) -> str:
    """Return the claim by which a council's reference is unique in its ledger."""
    return f"reference/{reference}"


def claims_of(events: Sequence[e.Event]) -> tuple[str, ...]:
    """Return what *events* claim for their stream."""
    claims = []
    for event in events:
        receipt = event.replacement if isinstance(event, e.EntryCorrected) else event
        if isinstance(receipt, e.ComplaintReceived) and receipt.reference:
            claims.append(reference_claim(receipt.reference))
    return tuple(claims)
