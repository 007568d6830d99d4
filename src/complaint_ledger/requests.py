"""
One request to record: its ids, its fingerprint, and patience with rivals.

The same idempotency key leads to the same ids, so that a retry is recognised;
the fingerprint tells whether the same was asked for. It is kept sealed.
"""

import hashlib
import json
import random
import re
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import attrs

from complaint_ledger.domain import commands as c
from complaint_ledger.domain.words import ActorId, Sealed, TraceId, read
from complaint_ledger.errors import BadValue, StreamMoved
from complaint_ledger.fields import type_of
from complaint_ledger.ids import DerivedIds
from complaint_ledger.privacy.disclosure import LONGEST

TRIES: Final = 20
"""How often a command is decided anew when other writers are quicker."""

T = TypeVar("T")

_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@attrs.frozen
class KeyedIds:
    """The ids that one idempotency key leads to."""

    derived: DerivedIds
    key: str

    def stream(self) -> str:
        """Return the stream that a receipt under this key begins."""
        return self.derived.stream(self.key)

    def event(self, number: int) -> str:
        """Return the id of the event *number*, from 1, recorded under this key."""
        return self.derived.event(self.key, number)


def actor_fields(kind: type) -> tuple[str, ...]:
    """Return the fields of a command or an event that name an actor."""
    if kind not in _ACTOR_FIELDS:
        names = (field.name for field in attrs.fields(kind))
        _ACTOR_FIELDS[kind] = tuple(name for name in names if type_of(kind, name) is ActorId)
    return _ACTOR_FIELDS[kind]


_ACTOR_FIELDS: Final[dict[type, tuple[str, ...]]] = {}


def until_quick_enough(once: Callable[[], T], unless: str | None = None) -> T:
    """
    Do *once*, again while other writers are quicker; not where they were on the stream *unless*.

    Raises:
        StreamMoved: They were quicker TRIES times, or there.
    """
    for attempt in range(1, TRIES):
        try:
            return once()
        except StreamMoved as moved:
            if moved.stream == unless:
                raise
            time.sleep(random.uniform(0, 0.002 * attempt))  # noqa: S311 - not a secret
    return once()


def trace_id(text: str | None, field: str) -> str | None:
    """
    Return what correlates, or caused, as 32 hex digits; a UUID may have its hyphens.

    Raises:
        BadValue: It is neither.
    """
    return None if text is None else str(read(TraceId, text.replace("-", ""), field))


def trace_context(text: str | None) -> str | None:
    """
    Return the W3C trace context.

    Raises:
        BadValue: It is none.
    """
    if text is not None and _TRACEPARENT.fullmatch(text) is None:
        raise BadValue("traceparent", "it is not a W3C trace context")
    return text


def fingerprint(command: c.Command, stream: str) -> str:
    """Return a digest of all that is asked for."""
    content = [
        type(command).__name__,
        None if isinstance(command, c.Receive) else stream,
        attrs.asdict(command, value_serializer=_plain),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _plain(_: object, __: object, value: Any) -> Any:
    if isinstance(value, Sealed):
        clear = value.clear
        if isinstance(clear, str) and len(clear) > LONGEST:  # a document's bytes: by their hash
            clear = ["sha256", hashlib.sha256(clear.encode()).hexdigest()]
        return [value.subject, clear, value.digest]
    return value
