"""A ledger in memory: for tests and teaching, and to copy from."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType

from complaint_ledger.errors import (
    ClaimTaken,
    EventIdTaken,
    KeptAlready,
    LedgerExists,
    NoLedger,
    PartialOverlap,
    StreamMoved,
)
from complaint_ledger.ids import new_id
from complaint_ledger.restoring import Continuation, check_same_row
from complaint_ledger.store import (
    Appended,
    Clock,
    LedgerHead,
    RecordedEvent,
    SealedRow,
    StoreUrl,
    StreamAppend,
    StreamHead,
    Wait,
    check_batch,
    check_kept_name,
    next_time,
)


class MemoryStore:
    """Lists and dictionaries behind one lock."""

    capabilities = frozenset({"erase", "push", "restore"})

    def __init__(self, ledger: str, clock: Clock) -> None:
        self.ledger = ledger
        self.clock = clock
        self._lock = threading.Lock()
        self._more = threading.Condition(self._lock)
        self._events: list[RecordedEvent] = []
        self._streams: dict[str, list[RecordedEvent]] = {}
        self._leaves: dict[str, bytes] = {}
        self._ids: dict[str, RecordedEvent] = {}
        self._claims: dict[str, str] = {}
        self._sealed: dict[str, SealedRow] = {}
        self._kept: dict[str, bytes] = {}
        self._appended = False

    def append(self, batch: Sequence[StreamAppend], *, accept_clock: bool = False) -> Appended:
        check_batch(batch)
        if not batch:
            return Appended(0, 0, None)
        with self._lock:
            known = [self._already_there(part) for part in batch]
            if all(known):
                found = [self._ids[e.id] for part in batch for e in part.events]
                return Appended(
                    min(f.position for f in found),
                    max(f.position for f in found),
                    found[0].recorded_at,
                    already_there=True,
                )
            if any(known):
                raise PartialOverlap(batch[known.index(False)].stream)
            wanted: dict[str, str] = {}
            for part in batch:
                for claim in part.claims:
                    holder = self._claims.get(claim, part.stream)
                    if wanted.setdefault(claim, holder) != part.stream:
                        raise ClaimTaken(claim)
            last = self._events[-1].recorded_at if self._events else None
            now = next_time(self.clock(), last, accept_clock=accept_clock)
            first = len(self._events) + 1
            self._appended = True
            for part in batch:
                self._record(part, now)
            self._more.notify_all()
            return Appended(first, len(self._events), now)

    def _already_there(self, part: StreamAppend) -> bool:
        """Return whether all of *part* is stored; raise unless all or nothing is."""
        held = self._streams.get(part.stream, [])
        at = held[part.expected_version : part.expected_version + len(part.events)]
        same = [stored.id == new.id for stored, new in zip(at, part.events, strict=False)]
        if len(same) == len(part.events) and all(same):
            return True
        if any(same):
            raise PartialOverlap(part.stream)
        if len(held) != part.expected_version:
            raise StreamMoved(part.stream, part.expected_version, len(held))
        for event in part.events:
            if event.id in self._ids:
                raise EventIdTaken(event.id)
        return False

    def _record(self, part: StreamAppend, now: datetime) -> None:
        stream = self._streams.setdefault(part.stream, [])
        for event in part.events:
            recorded = RecordedEvent(
                position=len(self._events) + 1,
                stream=part.stream,
                version=len(stream) + 1,
                id=event.id,
                name=event.name,
                schema=event.schema,
                recorded_at=now,
                prev=self._leaves.get(part.stream),
                body=event.body,
            )
            self._events.append(recorded)
            stream.append(recorded)
            self._leaves[part.stream] = recorded.leaf(self.ledger)
            self._ids[event.id] = recorded
            self._sealed.update({row.digest: row for row in event.sealed})
        self._claims.update(dict.fromkeys(part.claims, part.stream))

    def read(
        self, stream: str, *, after: int = 0, upto: int | None = None
    ) -> Sequence[RecordedEvent]:
        with self._lock:
            return tuple(self._streams.get(stream, [])[after:upto])

    def tail(self, *, after: int = 0, limit: int = 1000) -> Sequence[RecordedEvent]:
        with self._lock:
            return tuple(self._events[after : after + limit])

    def head(self) -> LedgerHead:
        with self._lock:
            return self._head()

    def _head(self) -> LedgerHead:
        if not self._events:
            return LedgerHead(0, None)
        return LedgerHead(self._events[-1].position, self._events[-1].recorded_at)

    @contextmanager
    def listen(self) -> Iterator[Wait]:
        seen = self.head().position

        def wait(seconds: float) -> bool:
            nonlocal seen
            with self._more:
                heard = self._more.wait_for(lambda: len(self._events) != seen, seconds)
                seen = len(self._events)
            return heard

        yield wait

    def streams(self) -> Iterator[StreamHead]:
        with self._lock:
            heads = [self._stream_head(stream) for stream in sorted(self._streams)]
        yield from heads

    def _stream_head(self, stream: str) -> StreamHead:
        held = self._streams[stream]
        return StreamHead(stream, len(held), self._leaves[stream], held[0].position)

    def claimed_by(self, claim: str) -> str | None:
        with self._lock:
            return self._claims.get(claim)

    def claims(self) -> Iterator[tuple[str, str]]:
        with self._lock:
            held = sorted(self._claims.items())
        yield from held

    def sealed(self, digests: Iterable[str]) -> Mapping[str, SealedRow]:
        with self._lock:
            return {d: self._sealed[d] for d in digests if d in self._sealed}

    def erase_sealed(self, digests: Iterable[str]) -> int:
        with self._lock:
            return sum(self._sealed.pop(digest, None) is not None for digest in set(digests))

    def keep(self, name: str, data: bytes) -> None:
        check_kept_name(name)
        with self._lock:
            if self._kept.setdefault(name, data) != data:
                raise KeptAlready(name)

    def kept(self, prefix: str = "", *, after: str = "") -> Iterator[tuple[str, bytes]]:
        with self._lock:
            names = [n for n in self._kept if n.startswith(prefix) and n > after]
            held = [(name, self._kept[name]) for name in sorted(names)]
        yield from held

    def restore(
        self,
        events: Iterable[RecordedEvent],
        sealed: Iterable[SealedRow],
        claims: Mapping[str, str],
        kept: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        batch, rows = tuple(events), tuple(sealed)
        with self._lock:
            if self._appended:
                raise LedgerExists("this store")
            self._check_restored(batch, rows, claims, kept)
            for event in batch:
                self._events.append(event)
                self._streams.setdefault(event.stream, []).append(event)
                self._leaves[event.stream] = event.leaf(self.ledger)
                self._ids[event.id] = event
            self._sealed.update({row.digest: row for row in rows})
            self._claims.update(claims)
            self._kept.update(kept)
            self._more.notify_all()

    def _check_restored(
        self,
        batch: Sequence[RecordedEvent],
        rows: Sequence[SealedRow],
        claims: Mapping[str, str],
        kept: Mapping[str, bytes],
    ) -> None:
        ids = set(self._ids)
        continuation = Continuation(
            self.ledger,
            self._head(),
            lambda stream: self._stream_head(stream) if stream in self._streams else None,
        )
        for event in batch:
            continuation.take(event)
            if event.id in ids:
                raise EventIdTaken(event.id)
            ids.add(event.id)
        seen: dict[str, SealedRow] = {}
        for row in rows:
            check_same_row(self._sealed.get(row.digest) or seen.setdefault(row.digest, row), row)
        for claim, stream in claims.items():
            if self._claims.get(claim, stream) != stream:
                raise ClaimTaken(claim)
        for name, data in kept.items():
            check_kept_name(name)
            if self._kept.get(name, data) != data:
                raise KeptAlready(name)

    def close(self) -> None:
        """There is nothing to let go of."""


class MemoryAdapter:
    """Ledgers of this process, by the path in `memory:///path`."""

    capabilities = MemoryStore.capabilities

    def __init__(self) -> None:
        self._stores: dict[str, MemoryStore] = {}

    def create(self, url: StoreUrl, ledger: str, clock: Clock) -> MemoryStore:
        if url.path in self._stores:
            raise LedgerExists(url.text)
        return self._stores.setdefault(url.path, MemoryStore(ledger, clock))

    def open(self, url: StoreUrl, clock: Clock) -> MemoryStore:
        if url.path not in self._stores:
            raise NoLedger(url.text)
        store = self._stores[url.path]
        store.clock = clock
        return store

    @contextmanager
    def scratch(self, _: StoreUrl) -> Iterator[Callable[[], str]]:
        given: list[str] = []

        def new_address() -> str:
            given.append(f"scratch/{new_id()}")
            return f"memory:///{given[-1]}"

        try:
            yield new_address
        finally:
            for path in given:
                self._stores.pop(path, None)


ADAPTER = MemoryAdapter()
