"""
A ledger in UmaDB, an event store with a network protocol and no SQL.

Nothing is locked: an append is worked out from the end of the log, and the server takes it
if nothing was appended meanwhile. Whoever was slower works it out again. Sealed rows are in
a vault of their own, an SQLite file, since UmaDB never lets anything go.
"""

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

import umadb

from complaint_ledger.errors import (
    ClaimTaken,
    EventIdTaken,
    KeptAlready,
    LedgerExists,
    NoLedger,
    PartialOverlap,
    StoreError,
    StoreUnreadable,
    StreamMoved,
)
from complaint_ledger.restoring import Continuation
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
from complaint_ledger_adapters import umadb_events as form
from complaint_ledger_adapters.umadb_listening import Ear
from complaint_ledger_adapters.umadb_server import Server, patiently
from complaint_ledger_adapters.umadb_vault import Vault

TRIES: Final = 1000
"""How often an append is worked out anew while others are quicker."""

_TAGS_AT_ONCE: Final = 100

T = TypeVar("T")


class UmaDBStore:
    """The ledger in one UmaDB database."""

    capabilities = frozenset({"durable", "processes", "erase", "restore", "push"})

    def __init__(self, server: Server, ledger: str, clock: Clock, vault: Vault) -> None:
        self.ledger = ledger
        self.clock = clock
        self._server = server
        self._vault = vault
        self._lock = threading.Lock()  # else threads of one store would outrun each other

    # --- appending -------------------------------------------------------------------------------

    def append(self, batch: Sequence[StreamAppend], *, accept_clock: bool = False) -> Appended:
        check_batch(batch)
        if not batch:
            return Appended(0, 0, None)
        ids = [event.id for part in batch for event in part.events]
        rows = any(event.sealed for part in batch for event in part.events)
        try:
            with self._lock:
                appended = _until_quick_enough(
                    lambda: self._append(batch, ids, accept_clock=accept_clock)
                )
        except StoreError:
            if rows:
                self._settle(ids)
            raise
        if rows:
            self._vault.settle(there=ids, gone=())
        return appended

    def _append(
        self, batch: Sequence[StreamAppend], ids: Sequence[str], *, accept_clock: bool
    ) -> Appended:
        """Append *batch* at the end of the log as it is; raise where it is no more."""
        end = self._end()
        last = {part.stream: self._last(form.stream_tag(part.stream)) for part in batch}
        known = [self._already_there(part, last[part.stream]) for part in batch]
        if all(known):
            return self._acknowledge_again(ids)
        if any(known):
            raise PartialOverlap(batch[known.index(False)].stream)
        for taken in self._with_ids(ids):
            raise EventIdTaken(taken.id)
        claims = self._new_claims([(claim, p.stream) for p in batch for claim in p.claims])
        before = self._last()
        now = next_time(
            self.clock(), before.recorded_at if before else None, accept_clock=accept_clock
        )
        position = first = before.position + 1 if before else 1
        new: list[RecordedEvent] = []
        for part in batch:
            previous = last[part.stream]
            for event in part.events:
                previous = RecordedEvent(
                    position=position,
                    stream=part.stream,
                    version=previous.version + 1 if previous else 1,
                    id=event.id,
                    name=event.name,
                    schema=event.schema,
                    recorded_at=now,
                    prev=previous.leaf(self.ledger) if previous else None,
                    body=event.body,
                )
                new.append(previous)
                position += 1
        rows = [(event.id, row) for part in batch for event in part.events for row in event.sealed]
        if rows:
            self._vault.expect(rows, end)
        self._send(
            [
                *(form.event(one, appended=True) for one in new),
                *(form.claim(claim, stream) for claim, stream in claims.items()),
            ],
            end,
        )
        return Appended(first, position - 1, now)

    def _already_there(self, part: StreamAppend, last: RecordedEvent | None) -> bool:
        """Return whether all of *part* is stored; raise unless all or nothing is."""
        version = last.version if last else 0
        if version == part.expected_version:
            return False
        upto = part.expected_version + len(part.events)
        stored = self.read(part.stream, after=part.expected_version, upto=upto)
        same = [a.id == b.id for a, b in zip(stored, part.events, strict=False)]
        if len(same) == len(part.events) and all(same):
            return True
        if any(same):
            raise PartialOverlap(part.stream)
        raise StreamMoved(part.stream, part.expected_version, version)

    def _acknowledge_again(self, ids: Sequence[str]) -> Appended:
        there = {one.id: one for one in self._with_ids(ids)}
        places = [one.position for one in there.values()]
        at = there[ids[0]].recorded_at
        return Appended(min(places), max(places), at, already_there=True)

    def _new_claims(self, wanted: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return the claims that are not there yet; raise where another stream holds one."""
        mine: dict[str, str] = {}
        for claim, stream in wanted:
            if mine.setdefault(claim, stream) != stream:
                raise ClaimTaken(claim)
        for claim, stream in self._found(form.CLAIM, map(form.claim_tag, mine), _claim):
            if mine.pop(claim) != stream:
                raise ClaimTaken(claim)
        return mine

    def _send(self, events: list[umadb.Event], end: int) -> None:
        condition = umadb.AppendCondition(form.ANYTHING, after=end)
        self._server.once(lambda client: client.append(events, condition))

    def _settle(self, ids: Iterable[str] | None = None) -> None:
        """Decide of rows that wait for events, of *ids* or of all, what can be decided for good."""
        pending = self._vault.pending()
        if ids is not None:
            wanted = set(ids)
            pending = [one for one in pending if one.event in wanted]
        if pending:
            end = self._end()  # first: what is appended from here on is not overlooked below
            there = {one.id for one in self._with_ids({one.event for one in pending})}
            late = [p.digest for p in pending if p.event not in there and end > p.follows]
            self._vault.settle(there, late)

    # --- reading ---------------------------------------------------------------------------------

    def _read(
        self,
        query: umadb.Query,
        make: Callable[[umadb.SequencedEvent], T],
        *,
        start: int | None = None,
        limit: int | None = None,
        backwards: bool = False,
    ) -> list[T]:
        return self._server.ask(
            lambda client: [
                make(one)
                for one in client.read(query, start=start, backwards=backwards, limit=limit)
            ]
        )

    def _found(
        self, kind: str, tags: Iterable[str], make: Callable[[umadb.SequencedEvent], T]
    ) -> list[T]:
        rest, found = iter(tags), list[T]()
        while some := list(islice(rest, _TAGS_AT_ONCE)):
            found += self._read(form.any_of(kind, some), make)
        return found

    def _with_ids(self, ids: Iterable[str]) -> list[RecordedEvent]:
        return self._found(form.EVENT, map(form.id_tag, ids), form.recorded)

    def _last(self, *tags: str) -> RecordedEvent | None:
        found = self._read(form.of_type(form.EVENT, *tags), form.recorded, backwards=True, limit=1)
        return found[0] if found else None

    def _end(self) -> int:
        """Return where the log ends, by UmaDB's own positions."""
        return self._server.ask(lambda client: client.head()) or 0

    def read(
        self, stream: str, *, after: int = 0, upto: int | None = None
    ) -> Sequence[RecordedEvent]:
        if upto is not None and upto <= after:
            return []
        query = form.of_type(form.EVENT, form.stream_tag(stream))
        return self._read(query, form.recorded, limit=upto)[after:]

    def tail(self, *, after: int = 0, limit: int = 1000) -> Sequence[RecordedEvent]:
        at = form.of_type(form.EVENT, form.position_tag(after + 1))
        found = self._read(at, lambda one: one.position, limit=1) if limit > 0 else []
        if not found:
            return []
        return self._read(form.of_type(form.EVENT), form.recorded, start=found[0], limit=limit)

    def head(self) -> LedgerHead:
        last = self._last()
        return LedgerHead(last.position, last.recorded_at) if last else LedgerHead(0, None)

    def streams(self) -> Iterator[StreamHead]:
        first: dict[str, int] = {}
        last: dict[str, RecordedEvent] = {}
        for one in self._read(form.of_type(form.EVENT), form.recorded):
            first.setdefault(one.stream, one.position)
            last[one.stream] = one
        for stream, one in sorted(last.items()):
            yield StreamHead(stream, one.version, one.leaf(self.ledger), first[stream])

    def claimed_by(self, claim: str) -> str | None:
        found = self._found(form.CLAIM, [form.claim_tag(claim)], _claim)
        return found[0][1] if found else None

    def claims(self) -> Iterator[tuple[str, str]]:
        yield from sorted(self._read(form.of_type(form.CLAIM), _claim))

    def sealed(self, digests: Iterable[str]) -> Mapping[str, SealedRow]:
        return self._vault.rows(digests, lambda event: bool(self._with_ids([event])))

    @contextmanager
    def listen(self) -> Iterator[Wait]:
        with closing(Ear(self._server, form.of_type(form.EVENT), self._end())) as ear:
            yield ear.wait

    # --- keeping, erasing, restoring, closing ----------------------------------------------------

    def keep(self, name: str, data: bytes) -> None:
        check_kept_name(name)
        nothing = form.of_type(form.KEPT, form.kept_tag(name))

        def once() -> None:
            condition = umadb.AppendCondition(nothing)
            self._server.once(lambda client: client.append([form.kept(name, data)], condition))

        try:
            patiently(once)
        except umadb.IntegrityError:
            if self._read(nothing, _kept) != [(name, data)]:
                raise KeptAlready(name) from None

    def kept(self, prefix: str = "", *, after: str = "") -> Iterator[tuple[str, bytes]]:
        below = [form.below_tag(prefix)] if "/" in prefix else []
        found = self._read(form.of_type(form.KEPT, *below), _kept)
        yield from sorted(one for one in found if one[0].startswith(prefix) and one[0] > after)

    def erase_sealed(self, digests: Iterable[str]) -> int:
        return self._vault.erase(digests)

    def restore(
        self,
        events: Iterable[RecordedEvent],
        sealed: Iterable[SealedRow],
        claims: Mapping[str, str],
        kept: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        end = self._end()
        if self._read(form.of_type(form.EVENT, form.APPENDED), form.recorded, limit=1):
            raise LedgerExists("this store")
        continuation = Continuation(self.ledger, self.head(), self._stream_head)
        new = tuple(events)
        ids: set[str] = set()
        for event in new:
            continuation.take(event)
            if event.id in ids:
                raise EventIdTaken(event.id)
            ids.add(event.id)
        for taken in self._with_ids(ids):
            raise EventIdTaken(taken.id)
        log = [form.event(one, appended=False) for one in new]
        log += [form.claim(c, stream) for c, stream in self._new_claims(claims.items()).items()]
        log += [form.kept(name, data) for name, data in self._new_kept(kept).items()]
        rows = self._vault.restore(sealed)
        try:
            if log:
                self._send(log, end)
        except umadb.IntegrityError:
            self._vault.erase(rows)
            raise LedgerExists("this store") from None

    def _stream_head(self, stream: str) -> StreamHead | None:
        last = self._last(form.stream_tag(stream))
        if last is None:
            return None
        first = self.read(stream, upto=1)[0].position
        return StreamHead(stream, last.version, last.leaf(self.ledger), first)

    def _new_kept(self, kept: Mapping[str, bytes]) -> dict[str, bytes]:
        new = dict(kept)
        for name in new:
            check_kept_name(name)
        for name, data in self._found(form.KEPT, map(form.kept_tag, kept), _kept):
            if new.pop(name) != data:
                raise KeptAlready(name)
        return new

    def close(self) -> None:
        self._server.close()
        self._vault.close()


def _claim(one: umadb.SequencedEvent) -> tuple[str, str]:
    return bytes(one.event.data).decode(), one.event.metadata["stream"]


def _kept(one: umadb.SequencedEvent) -> tuple[str, bytes]:
    return one.event.metadata["name"], bytes(one.event.data)


def _until_quick_enough(once: Callable[[], T]) -> T:
    for attempt in range(TRIES):
        try:
            return patiently(once)
        except umadb.IntegrityError:
            time.sleep(random.uniform(0, min(0.05, 0.001 * (attempt + 1))))  # noqa: S311 - no secret
    raise StoreUnreadable(
        f"others were quicker {TRIES} times, and nothing was recorded; try again when fewer write"
    )


class UmaDBAdapter:
    """Opens `umadb://host:port?vault=FILE`."""

    served = True
    capabilities = UmaDBStore.capabilities

    def create(self, url: StoreUrl, ledger: str, clock: Clock) -> UmaDBStore:
        server, vault = Server(url), _vault(url)
        nothing = form.of_type(form.LEDGER)
        if server.once(lambda client: list(client.read(nothing, limit=1))):
            raise LedgerExists(url.text)
        Vault.create(vault, ledger)
        condition = umadb.AppendCondition(nothing)
        try:
            server.once(lambda client: client.append([form.ledger(ledger)], condition))
        except umadb.IntegrityError:  # someone made one in between
            vault.unlink()
            raise LedgerExists(url.text) from None
        except StoreError:
            vault.unlink()
            raise
        return self.open(url, clock)

    def open(self, url: StoreUrl, clock: Clock) -> UmaDBStore:
        server, vault = Server(url), _vault(url)
        found = server.once(lambda client: list(client.read(form.of_type(form.LEDGER), limit=1)))
        if not found:
            raise NoLedger(url.text)
        meta = found[0].event.metadata
        if meta["format"] != str(form.FORMAT):
            raise StoreUnreadable(
                f"{url.text} has store format {meta['format']}; this version reads format"
                f" {form.FORMAT}. Use the version that wrote it, or a later one"
            )
        ledger = meta["ledger"]
        store = UmaDBStore(server, ledger, clock, Vault.open(vault, ledger))
        store._settle()  # noqa: SLF001 - its own module
        return store


def _vault(url: StoreUrl) -> Path:
    file = url.options.get("vault")
    if not file:
        raise StoreUnreadable(
            "vault: UmaDB lets nothing go, so sealed rows go elsewhere; say where with"
            " ?vault=FILE in the address"
        )
    return Path(file)


ADAPTER = UmaDBAdapter()
