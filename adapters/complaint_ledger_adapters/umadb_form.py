"""
The form in which a ledger lies in UmaDB, and how it is found there again.

One database holds one ledger. Its first event is of the type `ledger`; then come, for each
append, its *events*, the *claims* that are new, and last a *mark*, which says where the
ledger ends now. Appends are conditioned on there being no mark after the last one that was
seen: a mark is small, and UmaDB repeats the event that speaks against an append. What is
found by a tag is found by an index; by type alone UmaDB reads everything.

Positions in UmaDB count all of this; the ledger's own stand in the metadata.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import attrs

from complaint_ledger.errors import StoreUnreadable
from complaint_ledger.store import RecordedEvent
from complaint_ledger_adapters.umadb_client import umadb

FORMAT: Final = 1
AT_ONCE: Final = 4 * 1024 * 1024 - 64 * 1024
"""Bytes that the server takes in one append, less what gRPC adds."""

LEDGER: Final = "ledger"
EVENT: Final = "event"
CLAIM: Final = "claim"
KEPT: Final = "kept"
KEPT_NAME: Final = "kept-name"
APPEND: Final = "append"
RESTORE: Final = "restore"

END: Final = "end"  # the tag of all marks
APPENDED: Final = "appended"  # the tag of those of appends: never restored into again


@attrs.frozen
class Mark:
    """
    Where the ledger ends.

    Attributes:
        at: The mark's own position in UmaDB; nothing of the ledger lies past it.
        ledger: The ledger's id.
        attempt: Which attempt to append made it; empty for the first one.
        position: The last position of the ledger; 0 when it is empty.
        recorded_at: When that was recorded.
    """

    at: int
    ledger: str
    attempt: str
    position: int
    recorded_at: datetime | None


# --- tags ----------------------------------------------------------------------------------------


def by_stream(stream: str) -> str:
    """Return the tag of the events of *stream*."""
    return f"stream:{stream}"


def by_beginning(stream: str) -> str:
    """Return the tag of the first event of *stream*."""
    return f"begins:{stream}"


def by_id(event_id: str) -> str:
    """Return the tag of the event *event_id*."""
    return f"id:{event_id}"


def by_position(position: int) -> str:
    """Return the tag of the event at the ledger's *position*."""
    return f"position:{position}"


def by_claim(claim: str) -> str:
    """Return the tag of *claim*."""
    return f"claim:{claim}"


def by_attempt(attempt: str) -> str:
    """Return the tag of the mark that *attempt* made."""
    return f"attempt:{attempt}"


def by_name(name: str) -> str:
    """Return the tag of what is kept under *name*."""
    return f"kept:{name}"


def by_bare_name(name: str) -> str:
    """Return the tag of the small event that stands for what is kept under *name*."""
    return f"kept-name:{name}"


def under(prefix: str) -> str:
    """Return the tag of a set of kept data that holds all under *prefix*, and little else."""
    folder = prefix[: prefix.rfind("/") + 1]
    return f"under:{folder}" if folder else KEPT


def having(tags: Iterable[str]) -> umadb.Query:
    """Return the query for all that has any of *tags*."""
    return umadb.Query([umadb.QueryItem(tags=[tag]) for tag in tags])


# --- to UmaDB ------------------------------------------------------------------------------------


def ledger_event(ledger: str, attempt: str) -> umadb.Event:
    """Return the first event, which makes the database that of *ledger*."""
    told = {"ledger": ledger, "format": str(FORMAT), "attempt": attempt}
    return umadb.Event(LEDGER, b"", [LEDGER, END], metadata=told | {"position": "0"})


def event_of(event: RecordedEvent) -> umadb.Event:
    """Return *event* as UmaDB keeps it; its data are the body's bytes."""
    told = {
        "position": str(event.position),
        "stream": event.stream,
        "version": str(event.version),
        "id": event.id,
        "name": event.name,
        "schema": str(event.schema),
        "recorded_at": _text(event.recorded_at),
    }
    if event.prev is not None:
        told["prev"] = event.prev.hex()
    tags = [by_stream(event.stream), by_id(event.id), by_position(event.position)]
    if event.version == 1:
        tags.append(by_beginning(event.stream))
    return umadb.Event(EVENT, event.body, tags, UUID(hex=event.id), told)


def claim_of(claim: str, stream: str) -> umadb.Event:
    """Return *claim*, which *stream* holds from now on."""
    told = {"claim": claim, "stream": stream}
    return umadb.Event(CLAIM, b"", [CLAIM, by_claim(claim)], metadata=told)


def kept_of(name: str, data: bytes) -> list[umadb.Event]:
    """Return *data* kept under *name*, and the small event that others run into."""
    parts = name.split("/")
    folders = [under("/".join(parts[:n]) + "/") for n in range(1, len(parts))]
    told = {"name": name}
    return [
        umadb.Event(KEPT_NAME, b"", [by_bare_name(name)], metadata=told),
        umadb.Event(KEPT, data, [KEPT, by_name(name), *folders], metadata=told),
    ]


def mark_of(
    kind: str, ledger: str, attempt: str, position: int, recorded_at: datetime | None
) -> umadb.Event:
    """Return the mark of an append or a restore after which the ledger ends so."""
    told = {"ledger": ledger, "attempt": attempt, "position": str(position)}
    if recorded_at is not None:
        told["recorded_at"] = _text(recorded_at)
    tags = [END, by_attempt(attempt), *([APPENDED] if kind == APPEND else [])]
    return umadb.Event(kind, b"", tags, metadata=told)


def size(events: Sequence[umadb.Event]) -> int:
    """Return how many bytes *events* are on their way to the server, or a little more."""
    return sum(
        64
        + len(event.data)
        + sum(len(tag.encode()) + 4 for tag in event.tags)
        + sum(len(k) + len(v.encode()) + 10 for k, v in event.metadata.items())
        for event in events
    )


# --- from UmaDB ----------------------------------------------------------------------------------


def recorded(event: umadb.Event) -> RecordedEvent:
    """
    Return the ledger's event that *event* is.

    Raises:
        StoreUnreadable: It is none of ours.
    """
    told = event.metadata
    try:
        return RecordedEvent(
            int(told["position"]),
            told["stream"],
            int(told["version"]),
            told["id"],
            told["name"],
            int(told["schema"]),
            datetime.fromisoformat(told["recorded_at"]),
            bytes.fromhex(told["prev"]) if "prev" in told else None,
            event.data,
        )
    except (KeyError, ValueError):
        raise _unknown() from None


def mark(found: umadb.SequencedEvent) -> Mark:
    """
    Return the mark that was *found*.

    Raises:
        StoreUnreadable: It is none of ours.
    """
    told = found.event.metadata
    try:
        at = datetime.fromisoformat(told["recorded_at"]) if "recorded_at" in told else None
        return Mark(found.position, told["ledger"], told["attempt"], int(told["position"]), at)
    except (KeyError, ValueError):
        raise _unknown() from None


def _unknown() -> StoreUnreadable:
    return StoreUnreadable(
        "the database holds an event that no ledger wrote; give the ledger a database of its"
        " own, or restore a backup"
    )


def _text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
