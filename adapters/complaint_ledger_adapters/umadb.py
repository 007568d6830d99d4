"""
A ledger in UmaDB, a networked event store that knows no tables: the port is not SQL.

One database holds one ledger. An append looks at what it needs as it stands at the
ledger's last mark, works out positions, time and leaves, and is conditioned on there being
no mark after that one; where another writer was quicker it looks again. The vault, a file
beside it, holds the sealed rows, so that all who write share one machine.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from types import MappingProxyType

from complaint_ledger.errors import (
    ClaimTaken,
    EventIdTaken,
    KeptAlready,
    LedgerExists,
    NoLedger,
    PartialOverlap,
    StoreUnreadable,
    StreamMoved,
)
from complaint_ledger.ids import new_id
from complaint_ledger.store import (
    Appended,
    Clock,
    RecordedEvent,
    SealedRow,
    StoreUrl,
    StreamAppend,
    Wait,
    check_batch,
    check_kept_name,
    next_time,
)
from complaint_ledger_adapters import umadb_form as form
from complaint_ledger_adapters import umadb_restoring
from complaint_ledger_adapters.umadb_client import umadb
from complaint_ledger_adapters.umadb_listening import listening
from complaint_ledger_adapters.umadb_reading import Sight
from complaint_ledger_adapters.umadb_scratch import scratch_servers
from complaint_ledger_adapters.umadb_server import CutShort, Place, Server, too_much
from complaint_ledger_adapters.umadb_vault import Vault
from complaint_ledger_adapters.umadb_writing import Wanted, Writer


class UmaDBStore(Writer):
    """The ledger of one database."""

    capabilities = frozenset({"durable", "processes", "erase", "restore", "push"})

    def __init__(self, server: Server, vault: Vault, ledger: str, clock: Clock) -> None:
        super().__init__(server, vault, ledger)
        self.clock = clock

    # --- appending -------------------------------------------------------------------------------

    def append(self, batch: Sequence[StreamAppend], *, accept_clock: bool = False) -> Appended:
        check_batch(batch)
        if not batch:
            return Appended(0, 0, None)
        streams = {part.stream for part in batch}
        ids = {event.id for part in batch for event in part.events}
        claims = {claim for part in batch for claim in part.claims}
        rows = [row for part in batch for event in part.events for row in event.sealed]
        again: list[Appended] = []

        def work_out() -> Wanted | None:
            sight = self.look(streams, ids, claims)
            if found := _already_there(batch, sight):
                again.append(found)
                return None
            new_claims = _new_claims(batch, sight)
            now = next_time(self.clock(), sight.mark.recorded_at, accept_clock=accept_clock)
            for taken in sight.events:
                raise EventIdTaken(taken)
            return Wanted(
                mark=sight.mark,
                kind=form.APPEND,
                position=sight.mark.position + len(ids),
                recorded_at=now,
                events=[
                    *map(form.event_of, self._recorded(batch, sight, now)),
                    *(form.claim_of(claim, stream) for claim, stream in new_claims.items()),
                ],
                rows=rows,
            )

        mark = self.put(new_id(), work_out)
        if mark is None:
            return again[-1]
        return Appended(mark.position - len(ids) + 1, mark.position, mark.recorded_at)

    def _recorded(
        self, batch: Sequence[StreamAppend], sight: Sight, now: datetime
    ) -> Iterator[RecordedEvent]:
        position = sight.mark.position
        for part in batch:
            last = sight.heads.get(part.stream)
            for event in part.events:
                position += 1
                last = RecordedEvent(
                    position,
                    part.stream,
                    last.version + 1 if last else 1,
                    event.id,
                    event.name,
                    event.schema,
                    now,
                    last.leaf(self.ledger) if last else None,
                    event.body,
                )
                yield last

    # --- what is kept beside the events ----------------------------------------------------------

    def keep(self, name: str, data: bytes) -> None:
        check_kept_name(name)
        while (there := self.kept_under([name]).get(name)) is None:
            events = form.kept_of(name, data)
            if form.size(events) > form.AT_ONCE:
                raise too_much()
            unless = umadb.AppendCondition(form.having([form.by_bare_name(name)]))
            with suppress(umadb.IntegrityError):  # another was quicker, or it was sent twice
                self.server.ask(_appending(events, unless))
        if there != data:
            raise KeptAlready(name)

    def sealed(self, digests: Iterable[str]) -> Mapping[str, SealedRow]:
        return self.rows(digests)

    def erase_sealed(self, digests: Iterable[str]) -> int:
        self.settle(self.vault.pending())
        return self.vault.erase(set(digests))

    def restore(
        self,
        events: Iterable[RecordedEvent],
        sealed: Iterable[SealedRow],
        claims: Mapping[str, str],
        kept: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        page, rows = umadb_restoring.gathered(events), list(sealed)
        self.put(new_id(), lambda: umadb_restoring.wanted(self, page, rows, claims, kept))

    # --- listening, closing ----------------------------------------------------------------------

    def listen(self) -> AbstractContextManager[Wait]:
        return listening(self.server)

    def close(self) -> None:
        self.server.close()
        self.vault.close()


def _already_there(batch: Sequence[StreamAppend], sight: Sight) -> Appended | None:
    """Return what all of *batch* was acknowledged with before; raise unless all or nothing was."""
    known = [_part_is_there(part, sight) for part in batch]
    if not all(known):
        if any(known):
            raise PartialOverlap(batch[known.index(False)].stream)
        return None
    events = sight.events.values()
    positions = [event.position for event in events]
    recorded_at = next(iter(events)).recorded_at
    return Appended(min(positions), max(positions), recorded_at, already_there=True)


def _part_is_there(part: StreamAppend, sight: Sight) -> bool:
    last = sight.heads.get(part.stream)
    version = last.version if last else 0
    if version == part.expected_version:
        return False
    same = [
        (there := sight.events.get(event.id)) is not None
        and (there.stream, there.version) == (part.stream, wanted)
        for wanted, event in enumerate(part.events, part.expected_version + 1)
    ]
    if all(same):
        return True
    if any(same):
        raise PartialOverlap(part.stream)
    raise StreamMoved(part.stream, part.expected_version, version)


def _new_claims(batch: Sequence[StreamAppend], sight: Sight) -> dict[str, str]:
    held: dict[str, str] = dict(sight.holders)
    for part in batch:
        for claim in part.claims:
            if held.setdefault(claim, part.stream) != part.stream:
                raise ClaimTaken(claim)
    return {claim: stream for claim, stream in held.items() if claim not in sight.holders}


def _appending(
    events: Sequence[umadb.Event], condition: umadb.AppendCondition
) -> Callable[[umadb.Client], int]:
    return lambda client: client.append(events, condition=condition)


class UmaDBAdapter:
    """Opens `umadb://host:port?vault=FILE`."""

    served = True
    capabilities = UmaDBStore.capabilities

    def create(self, url: StoreUrl, ledger: str, clock: Clock) -> UmaDBStore:
        place = Place.of(url)
        server = Server(place)
        if server.ask(lambda client: client.head(), patience=0) is not None:
            _find(server)
            raise LedgerExists(url.text)
        Vault.make(place.vault, ledger)
        attempt = new_id()
        empty = umadb.AppendCondition(umadb.Query())
        with suppress(umadb.IntegrityError):  # another was quicker, or it was sent twice
            server.ask(_appending([form.ledger_event(ledger, attempt)], empty))
        if _find(server).metadata["attempt"] != attempt:
            place.vault.unlink()
            raise LedgerExists(url.text)
        return self.open(url, clock)

    def open(self, url: StoreUrl, clock: Clock) -> UmaDBStore:
        place = Place.of(url)
        server = Server(place)
        if server.ask(lambda client: client.head(), patience=0) is None:
            raise NoLedger(url.text)
        ledger = _find(server).metadata["ledger"]
        store = UmaDBStore(server, Vault.open(place.vault, ledger), ledger, clock)
        store.settle(store.vault.pending())
        return store

    def scratch(self, url: StoreUrl) -> AbstractContextManager[Callable[[], str]]:
        if not url.host.endswith(":0"):
            raise StoreUnreadable(
                "a UmaDB server keeps one ledger and deletes nothing, so that no scratch ledger"
                " goes there; umadb://127.0.0.1:0 starts servers of its own, and ends them"
            )
        return scratch_servers()


def _find(server: Server) -> umadb.Event:
    """Return the first event of the database, which says whose ledger it is."""

    def ask(client: umadb.Client) -> umadb.Event:
        found, _ = client.read(limit=1).collect_with_head()
        if not found:
            raise CutShort
        return found[0].event

    first = server.ask(ask)
    if first.event_type != form.LEDGER:
        raise StoreUnreadable(
            "the database holds events, but no ledger; give the ledger a UmaDB server of its own"
        )
    written = first.metadata.get("format", "")
    if written != str(form.FORMAT):
        raise StoreUnreadable(
            f"{server.place.shown} has store format {written}; this version reads format"
            f" {form.FORMAT}. Use the version that wrote it, or a later one"
        )
    return first


ADAPTER = UmaDBAdapter()
