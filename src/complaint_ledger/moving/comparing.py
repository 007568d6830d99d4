"""Comparing: is every byte of the copy the ledger's own? The first that is not has a position."""

from collections.abc import Iterator

import attrs

from complaint_ledger.errors import CopyDiffers
from complaint_ledger.moving.copying import PAGE, Filled, Tell, digests_of
from complaint_ledger.privacy.keys import KeyStore
from complaint_ledger.store import EventStore, LedgerHead, RecordedEvent, StreamHead


def compare(source: EventStore, target: EventStore, filled: Filled, tell: Tell) -> int:
    """
    Read *target* from end to end and compare it with *source*, column by column.

    Sealed rows that are gone at the source are erased in the target.

    Args:
        source: What was copied; it may have gone on.
        target: The copy.
        filled: What was put into it.
        tell: Is told how far it is.

    Returns:
        How many sealed rows were erased.

    Raises:
        CopyDiffers: Something differs; the message says at which position, and what.
    """
    heads: dict[str, StreamHead] = {}
    gone: list[str] = []
    for events in _pages_of(target):
        theirs = source.tail(after=events[0].position - 1, limit=len(events))
        for event, own in zip(events, [*theirs, *[None] * len(events)], strict=False):
            _same_event(event, own if event.position <= filled.position else None)
            _move_on(heads, event, source.ledger)
        gone += _compare_sealed(source, target, events)
        tell("compared", events[-1].position, filled.position)
    (last,) = source.tail(after=filled.position - 1, limit=1)
    if target.head() != LedgerHead(last.position, last.recorded_at):
        raise CopyDiffers("it does not end there", filled.position)
    _compare_streams(source, target, heads)
    _compare_claims(source, target, filled)
    _compare_kept(source, target, filled)
    return target.erase_sealed(gone) if gone else 0


def _pages_of(store: EventStore) -> Iterator[list[RecordedEvent]]:
    after = 0
    while page := list(store.tail(after=after, limit=PAGE)):
        yield page
        after = page[-1].position


def _same_event(event: RecordedEvent, own: RecordedEvent | None) -> None:
    if event == own:
        return
    if own is None:
        raise CopyDiffers("the ledger has no such event", event.position)
    names = [field.name for field in attrs.fields(RecordedEvent)]
    other = [name for name in names if getattr(event, name) != getattr(own, name)]
    raise CopyDiffers(f"the event's {' and '.join(other)}", own.position)


def _move_on(heads: dict[str, StreamHead], event: RecordedEvent, ledger: str) -> None:
    before = heads.get(event.stream)
    first = before.first if before else event.position
    heads[event.stream] = StreamHead(event.stream, event.version, event.leaf(ledger), first)


def _compare_sealed(
    source: EventStore, target: EventStore, events: list[RecordedEvent]
) -> list[str]:
    """Return the digests of rows that are gone at the source."""
    sealed = [(digest, event.position) for event in events for digest in digests_of(event)]
    digests = [digest for digest, _ in sealed]
    rows = target.sealed(digests)
    own = source.sealed(digests)  # read last: what was erased meanwhile is seen
    for digest, position in sealed:
        if digest in own and rows.get(digest) != own[digest]:
            what = "is another" if digest in rows else "is missing"
            raise CopyDiffers(f"the sealed row under digest {digest} {what}", position)
    return [digest for digest in rows if digest not in own]


def _compare_streams(source: EventStore, target: EventStore, heads: dict[str, StreamHead]) -> None:
    count = 0
    for head in target.streams():
        count += 1
        if heads.get(head.stream) != head:
            raise CopyDiffers(f"what is kept of stream {head.stream} as a whole", head.first)
    if count != len(heads):
        raise CopyDiffers(f"something is kept of {count} streams, and it has {len(heads)}")
    for own in source.streams():
        head = heads.get(own.stream, own)
        if head.version == own.version and head != own:
            raise CopyDiffers(
                f"what the ledger itself keeps of stream {own.stream} as a whole does not fit its"
                " events, so that the ledger was changed",
                head.first,
            )


def _compare_claims(source: EventStore, target: EventStore, filled: Filled) -> None:
    count = 0
    for claim, stream in target.claims():
        count += 1
        if source.claimed_by(claim) != stream:
            raise CopyDiffers(f"the claim {claim!r}")
    if count != filled.claims:
        raise CopyDiffers(f"it holds {count} claims, and {filled.claims} were copied")


def _compare_kept(source: EventStore, target: EventStore, filled: Filled) -> None:
    count = 0
    kept = source.kept()
    for name, data in target.kept():
        count += 1
        own = next((own for own in kept if own[0] >= name), None)
        if own != (name, data):
            raise CopyDiffers(f"what is kept under {name!r}")
    if count != filled.kept:
        raise CopyDiffers(f"{count} things are kept in it, and {filled.kept} were copied")


def compare_keys(source: KeyStore, target: KeyStore) -> tuple[int, int]:
    """
    Read both key stores and compare them, key by key.

    A key that is gone at the source is destroyed in the target; one that is new there is
    no difference.

    Returns:
        How many keys the target holds, and how many were destroyed in it.

    Raises:
        CopyDiffers: A key differs.
    """
    held = dict(target.everything())
    own = dict(source.everything())  # read last: what was destroyed meanwhile is seen
    for one, key in held.items():
        if one in own and own[one] != key:
            raise CopyDiffers(f"the data key of {one[1]} in stream {one[0]}")
    gone = [one for one in held if one not in own]
    dropped = target.destroy_in_copy(gone) if gone else 0
    return len(held) - dropped, dropped
