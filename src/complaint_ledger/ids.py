"""
Ids: random, or derived under the ledger's own secret.

Where a caller gives a key, the same key leads to the same ids, so that a
retry is recognised. The derivation is an HMAC, so that nobody without the
secret can tell from an id what it was made from.
"""

import hmac
import secrets
from typing import Final

from complaint_ledger.domain.words import ActorId, ActorKind, EventId, StreamId

_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # none that is read as another


def new_id() -> str:
    """Return 32 random hex digits."""
    return secrets.token_hex(16)


def new_actor(kind: ActorKind) -> ActorId:
    """Return an actor's id, such as officer-7k2m9q."""
    return ActorId(f"{kind}-{''.join(secrets.choice(_LETTERS) for _ in range(6))}")


class DerivedIds:
    """Ids from keys, under one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def stream(self, key: str) -> StreamId:
        """Return the stream that *key* begins."""
        return StreamId(self._derive("stream", key))

    def event(self, key: str, number: int) -> EventId:
        """Return the id of the event *number* (from 1) that *key* records."""
        return EventId(self._derive(f"event {number}", key))

    def _derive(self, kind: str, key: str) -> str:
        text = f"{kind}\n{key}".encode(errors="surrogatepass")
        return hmac.digest(self._secret, text, "sha256")[:16].hex()
