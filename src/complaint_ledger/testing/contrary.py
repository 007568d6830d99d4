"""A contrary store: another writer seems to be quicker, now and then."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType

from complaint_ledger.errors import StreamMoved
from complaint_ledger.store import (
    Appended,
    EventStore,
    LedgerHead,
    Listens,
    RecordedEvent,
    SealedRow,
    StreamAppend,
    StreamHead,
    Wait,
)


class ContraryStore:
    """
    Passes everything on, but refuses some appends with `StreamMoved`.

    Whoever records through it meets rivalry early: what they do in a race, they must do
    here. The same *seed* refuses the same appends.

    Attributes:
        refusals: How many appends it has refused.
    """

    def __init__(self, store: EventStore, *, seed: int = 0, often: float = 0.1) -> None:
        self.store = store
        self.refusals = 0
        self._random = random.Random(seed)  # noqa: S311 - not a secret
        self._often = often

    @property
    def ledger(self) -> str:
        return self.store.ledger

    @property
    def capabilities(self) -> frozenset[str]:
        return self.store.capabilities

    def append(self, batch: Sequence[StreamAppend], *, accept_clock: bool = False) -> Appended:
        if batch and self._random.random() < self._often:
            self.refusals += 1
            part = batch[0]
            raise StreamMoved(part.stream, part.expected_version, part.expected_version + 1)
        return self.store.append(batch, accept_clock=accept_clock)

    def read(
        self, stream: str, *, after: int = 0, upto: int | None = None
    ) -> Sequence[RecordedEvent]:
        return self.store.read(stream, after=after, upto=upto)

    def tail(self, *, after: int = 0, limit: int = 1000) -> Sequence[RecordedEvent]:
        return self.store.tail(after=after, limit=limit)

    def head(self) -> LedgerHead:
        return self.store.head()

    def listen(self) -> AbstractContextManager[Wait]:
        assert isinstance(self.store, Listens), "the store does not declare push"
        return self.store.listen()

    def streams(self) -> Iterator[StreamHead]:
        return self.store.streams()

    def claimed_by(self, claim: str) -> str | None:
        return self.store.claimed_by(claim)

    def claims(self) -> Iterator[tuple[str, str]]:
        return self.store.claims()

    def sealed(self, digests: Iterable[str]) -> Mapping[str, SealedRow]:
        return self.store.sealed(digests)

    def erase_sealed(self, digests: Iterable[str]) -> int:
        return self.store.erase_sealed(digests)

    def keep(self, name: str, data: bytes) -> None:
        self.store.keep(name, data)

    def kept(self, prefix: str = "", *, after: str = "") -> Iterator[tuple[str, bytes]]:
        return self.store.kept(prefix, after=after)

    def restore(
        self,
        events: Iterable[RecordedEvent],
        sealed: Iterable[SealedRow],
        claims: Mapping[str, str],
        kept: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        self.store.restore(events, sealed, claims, kept)

    def close(self) -> None:
        self.store.close()
