"""
The entry: a few lines of text for each event, whose hash is the event's leaf.

The text is not stored; it is rebuilt from a store's columns. Each entry holds
the leaf of the one before it in its stream, so that a stream is a chain.
"""

import hashlib
from datetime import UTC, datetime
from typing import Final

HEADER: Final = "complaint-ledger/entry/v1"


def instant(at: datetime) -> str:
    """Return *at* (aware) in UTC, with microseconds and a Z."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def entry(
    *,
    ledger: str,
    position: int,
    stream: str,
    version: int,
    name: str,
    schema: int,
    recorded_at: datetime,
    prev: bytes | None,
    body: bytes,
) -> str:
    """
    Return the entry of one event.

    Args:
        ledger: The ledger's id, 32 hex digits.
        position: Its place in the ledger, from 1.
        stream: The stream's id, 32 hex digits.
        version: Its place in the stream, from 1.
        name: The event's stored name.
        schema: The schema of that name.
        recorded_at: When the store recorded it (aware; written in UTC).
        prev: The leaf of the entry before it in the stream; None for the first.
        body: The stored bytes.
    """
    recorded = instant(recorded_at)
    return lines(ledger, position, stream, version, name, schema, recorded, prev, body)


def lines(
    ledger: str,
    position: int,
    stream: str,
    version: int,
    name: str,
    schema: int,
    recorded: str,
    prev: bytes | None,
    body: bytes,
) -> str:
    """Return what `entry` does, where *recorded* is written already, for a million in a row."""
    return (
        f"{HEADER}\n"
        f"ledger {ledger}\n"
        f"position {position}\n"
        f"stream {stream}\n"
        f"version {version}\n"
        f"type {name} {schema}\n"
        f"recorded {recorded}\n"
        f"prev {prev.hex() if prev else '-'}\n"
        f"body {hashlib.sha256(body).hexdigest()}\n"
    )


def leaf(text: str) -> bytes:
    """Return the leaf hash of an entry: SHA-256 over a zero byte and the text (RFC 6962)."""
    return hashlib.sha256(b"\0" + text.encode("ascii")).digest()
