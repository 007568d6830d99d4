"""
Copying: every event, sealed row, claim, kept thing and key, as it is, into another store.

The order matters. What is kept comes first, for a checkpoint must not be ahead of the
copy's events; claims and keys come last, so that no event lacks its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import attrs

from complaint_ledger import codec
from complaint_ledger.errors import (
    BadValue,
    LedgerExists,
    NotACopy,
    StoreUnreadable,
    UnreadableEvent,
)
from complaint_ledger.privacy.keys import KeyStore
from complaint_ledger.store import EventStore, RecordedEvent, SealedRow

PAGE: Final = 1000
BYTES: Final = 2_000_000
"""Of bodies, or of what is kept, in one page: a store may take little at once (UmaDB: 4 MiB)."""

T = TypeVar("T")

Tell = Callable[[str, int, int], None]
"""Is told what is being done, how many events are done, and how many there are."""


@attrs.frozen(kw_only=True)
class Copied:
    """
    What a copy holds, once it was compared with its source.

    Attributes:
        ledger: The id of both.
        position: The last event of the copy; what was recorded later is not in it.
        leaf: The leaf of that event.
        events: How many events were copied now; the rest was there before.
        claims: How many claims it holds.
        kept: How many things are kept in it.
        keys: How many data keys its key store holds.
        erased: How many sealed rows and keys were taken out of it, for they are gone at the source.
        signing_key: Whether the signing key was taken along.
        fictional: Nothing in the ledger happened.
    """

    ledger: str
    position: int
    leaf: bytes
    events: int
    claims: int
    kept: int
    keys: int
    erased: int
    signing_key: bool
    fictional: bool


@attrs.frozen(kw_only=True)
class Filled:
    """What was put into a store, to be compared."""

    position: int
    events: int
    claims: int
    kept: int


def fill(source: EventStore, target: EventStore, tell: Tell) -> Filled:
    """
    Put into *target* what *source* holds now and *target* does not.

    Args:
        source: It may be recorded in meanwhile.
        target: Empty, or a part-finished copy, as `check_target` finds it.
        tell: Is told how far it is.

    Raises:
        LedgerExists: Something was recorded in the target.
        StoreUnreadable: One of the stores cannot be used; or an event of the source does not
            follow from those before it.
    """
    kept = _restore(target, source.kept(), lambda page: {"kept": page})
    position = source.head().position
    begun = after = target.head().position
    while after < position:
        events = source.tail(after=after, limit=min(PAGE, position - after))
        if not events:
            raise StoreUnreadable(f"the ledger ends after position {after}, and says {position}")
        for page in _pages(events, lambda event: len(event.body)):
            rows = source.sealed([digest for event in page for digest in digests_of(event)])
            _restore_events(target, page, rows.values())
            after = page[-1].position
            tell("copied", after, position)
    there = {head.stream for head in target.streams()}
    claims = ((claim, stream) for claim, stream in source.claims() if stream in there)
    held = _restore(target, claims, lambda page: {"claims": page})
    return Filled(position=position, events=position - begun, claims=held, kept=kept)


def _restore_events(
    target: EventStore, events: Sequence[RecordedEvent], rows: Iterable[SealedRow]
) -> None:
    try:
        target.restore(events, rows, {})
    except BadValue as unfit:
        if target.head().position + 1 != events[0].position:
            raise StoreUnreadable("somebody else copies to the same place; wait for them") from None
        raise StoreUnreadable(
            f"the ledger does not hang together, so that it was changed. {unfit}"
        ) from None


def check_target(source: EventStore, target: EventStore, where: str) -> None:
    """
    Refuse a target that holds anything but the beginning of *source*.

    Raises:
        NotACopy: It does.
    """
    if "restore" not in target.capabilities:
        raise NotACopy(where, "a store of its kind cannot be restored into")
    if target.ledger != source.ledger:
        raise NotACopy(where, "it is another ledger")
    position = target.head().position
    if position > source.head().position:
        raise NotACopy(where, f"it goes on to position {position}, and the ledger does not")
    last = target.tail(after=position - 1, limit=1) if position else ()
    if list(last) != list(source.tail(after=position - 1, limit=1) if position else ()):
        raise NotACopy(where, f"its event at position {position} is another than the ledger's")
    try:
        target.restore((), (), {})
    except LedgerExists:
        raise NotACopy(where, "something was recorded in it, so that it lives on by itself") from (
            None
        )


def digests_of(event: RecordedEvent) -> tuple[str, ...]:
    """
    Return the digests that *event* seals.

    Raises:
        UnreadableEvent: Its body cannot be read; the message says at which position.
    """
    try:
        return tuple(codec.sealed_paths(event.body))
    except (UnreadableEvent, LookupError, TypeError, AttributeError):
        raise UnreadableEvent(
            f"what the event at position {event.position} seals cannot be read"
        ) from None


def _restore(
    target: EventStore,
    pairs: Iterable[tuple[str, Any]],
    as_arguments: Callable[[dict[str, Any]], dict[str, Any]],
) -> int:
    """Put *pairs* into *target*, page by page; return how many there are."""
    count = 0
    for page in _pages(pairs, lambda pair: len(pair[1])):
        target.restore((), (), **{"claims": {}} | as_arguments(dict(page)))
        count += len(page)
    return count


def _pages(things: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """Yield *things* in lists of up to PAGE, and of up to BYTES unless one alone is more."""
    page: list[T] = []
    held = 0
    for thing in things:
        more = size(thing)
        if page and (len(page) == PAGE or held + more > BYTES):
            yield page
            page, held = [], 0
        page.append(thing)
        held += more
    if page:
        yield page


# --- keys ----------------------------------------------------------------------------------------


def copy_keys(source: KeyStore, target: KeyStore) -> int:
    """
    Make *target* hold the data keys of *source*; return how many it had that are gone there.

    Raises:
        KeysError: A key store cannot be used.
    """
    wanted = dict(source.everything())
    gone = [one for one, key in target.everything() if wanted.get(one) != key]
    dropped = target.destroy_in_copy(gone) if gone else 0
    target.take_in(wanted.items())
    return dropped
