"""
What a ledger is in UmaDB: events of four types, found by their tags.

`ledger` is the first, and says whose log it is. An `event` is one of ours: its body as it
is, the rest as metadata. A `claim` and what is `kept` are events of their own, so that our
positions are not UmaDB's.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import umadb

from complaint_ledger.evidence.entries import instant
from complaint_ledger.store import RecordedEvent

FORMAT: Final = 1
LEDGER: Final = "ledger"
EVENT: Final = "event"
CLAIM: Final = "claim"
KEPT: Final = "kept"
APPENDED: Final = "appended"
"""Tags what was appended and not restored."""

ANYTHING: Final = umadb.Query([])


def of_type(kind: str, *tags: str) -> umadb.Query:
    """Return what finds events of a type that have all *tags*."""
    return umadb.Query([umadb.QueryItem(types=[kind], tags=list(tags))])


def any_of(kind: str, tags: Iterable[str]) -> umadb.Query:
    """Return what finds events of a type that have any of *tags*."""
    return umadb.Query([umadb.QueryItem(types=[kind], tags=[tag]) for tag in tags])


def stream_tag(stream: str) -> str:
    return f"stream:{stream}"


def id_tag(event: str) -> str:
    return f"id:{event}"


def position_tag(position: int) -> str:
    return f"position:{position}"


def claim_tag(claim: str) -> str:
    return f"claim:{claim}"


def kept_tag(name: str) -> str:
    return f"kept:{name}"


def below_tag(name: str) -> str:
    """Return the tag of everything whose name begins as *name* does, up to its first stroke."""
    return f"below:{name.split('/', maxsplit=1)[0]}"


def ledger(of: str) -> umadb.Event:
    """Return the first event of a log."""
    meta = {"ledger": of, "format": str(FORMAT)}
    return umadb.Event(LEDGER, b"", [LEDGER], uuid.uuid4(), meta)


def event(one: RecordedEvent, *, appended: bool) -> umadb.Event:
    """Return *one* as UmaDB keeps it."""
    tags = [stream_tag(one.stream), id_tag(one.id), position_tag(one.position)]
    meta = {
        "position": str(one.position),
        "stream": one.stream,
        "version": str(one.version),
        "id": one.id,
        "name": one.name,
        "schema": str(one.schema),
        "recorded": instant(one.recorded_at),
        "prev": one.prev.hex() if one.prev else "",
    }
    tags += [APPENDED] * appended
    return umadb.Event(EVENT, one.body, tags, uuid.UUID(one.id), meta)


def recorded(found: umadb.SequencedEvent) -> RecordedEvent:
    """Return the event of ours that was *found*."""
    meta = found.event.metadata
    return RecordedEvent(
        position=int(meta["position"]),
        stream=meta["stream"],
        version=int(meta["version"]),
        id=meta["id"],
        name=meta["name"],
        schema=int(meta["schema"]),
        recorded_at=datetime.fromisoformat(meta["recorded"]),
        prev=bytes.fromhex(meta["prev"]) or None,
        body=bytes(found.event.data),
    )


def claim(name: str, stream: str) -> umadb.Event:
    """Return a claim as UmaDB keeps it."""
    tags = [claim_tag(name)]
    return umadb.Event(CLAIM, name.encode(), tags, uuid.uuid4(), {"stream": stream})


def kept(name: str, data: bytes) -> umadb.Event:
    """Return what is kept under a name, as UmaDB keeps it."""
    tags = [kept_tag(name), below_tag(name)]
    return umadb.Event(KEPT, data, tags, uuid.uuid4(), {"name": name})
