"""What holds in every ledger at every moment, asked of a store."""

from collections.abc import Iterator

from complaint_ledger.store import EventStore, RecordedEvent, StreamHead

PAGE = 1000


def everything(store: EventStore) -> Iterator[RecordedEvent]:
    """Yield every event of the ledger, in order."""
    after = 0
    while page := store.tail(after=after, limit=PAGE):
        yield from page
        after = page[-1].position


def check_whole(store: EventStore) -> int:
    """
    Assert that the ledger is whole; return how many events it holds.

    Positions are dense, versions contiguous, times never run back, every chain holds,
    no event id stands twice, and the store's own summaries agree with its events.
    """
    heads: dict[str, StreamHead] = {}
    ids: set[str] = set()
    last: RecordedEvent | None = None
    count = 0
    for count, event in enumerate(everything(store), 1):
        before = heads.get(event.stream, StreamHead(event.stream, 0, b"", count))
        assert count == event.position, "positions are dense"
        assert before.version + 1 == event.version, "versions are contiguous"
        assert (before.leaf or None) == event.prev, "an event holds the leaf before it"
        assert event.id not in ids, "an event id stands once"
        assert last is None or last.recorded_at <= event.recorded_at, "time never runs back"
        heads[event.stream] = StreamHead(
            event.stream, event.version, event.leaf(store.ledger), before.first
        )
        ids.add(event.id)
        last = event
    head = store.head()
    assert count == head.position
    assert (last.recorded_at if last else None) == head.recorded_at
    assert sorted(heads.values(), key=lambda one: one.stream) == list(store.streams())
    return count
