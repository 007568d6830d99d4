"""The events that both sides of PostgreSQL append: journeys, with bodies as we write them."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from benchmarks import journeys
from complaint_ledger import codec
from complaint_ledger.domain.words import Sealed
from complaint_ledger.ids import new_id
from complaint_ledger.privacy.vault import ALGORITHM
from complaint_ledger.recording import LIBRARY, reference_claim
from complaint_ledger.store import NewEvent, RecordedEvent, SealedRow, StreamAppend

AT_ONCE: Final = 1000
"""Complaints that are open at one time in what a ledger is filled with."""

_ID: Final = "f" * 32
_ENCRYPTION: Final = 48
"""Bytes that a sealed text takes more than itself and its path: salt, marks, tag."""


@attrs.frozen
class _Template:
    """A body whose id and whose digests are still to be put in, with what it seals."""

    name: str
    schema: int
    body: bytes
    sealed: tuple[tuple[str, str, int], ...]

    def new(self, *, sealed: bool) -> NewEvent:
        """Return an event of its own, with rows of random bytes for what it seals."""
        event_id = new_id()
        body = self.body.replace(_ID.encode(), event_id.encode())
        rows = []
        for mark, subject, length in self.sealed:
            digest = secrets.token_hex(32)
            body = body.replace(mark.encode(), digest.encode())
            rows.append(SealedRow(
                digest, subject, _ID, ALGORITHM,
                secrets.token_bytes(12), secrets.token_bytes(length + _ENCRYPTION),
            ))  # fmt: skip
        return NewEvent(event_id, self.name, self.schema, body, tuple(rows) if sealed else ())


def templates() -> list[_Template]:
    """Return one for each event of a journey."""
    actor = codec.Actor(id="officer-000001", kind="officer", role="handler")
    meta = codec.Meta(event_id=_ID, actor=actor, library=LIBRARY)
    found = []
    for event in journeys.events_of(journeys.case(1)):
        sealed: list[tuple[str, str, int]] = []

        def mark(path: str, value: Sealed[str], sealed: list[tuple[str, str, int]] = sealed) -> str:
            sealed.append((f"{len(sealed):064}", value.subject, len(path) + len(value.clear)))
            return sealed[-1][0]

        body = codec.encode(event, meta, mark)
        found.append(_Template(*codec.name_of(event), body, tuple(sealed)))
    return found


def parts(count: int, *, at_once: int = 1, sealed: bool = False) -> Iterator[StreamAppend]:
    """Yield *count* events, each for the end of its stream; *at_once* journeys go side by side."""
    made = 0
    journey = templates()
    while True:
        streams = [new_id() for _ in range(at_once)]
        for version, template in enumerate(journey):
            for stream in streams:
                if made == count:
                    return
                made += 1
                claims = () if version else (reference_claim(f"C-{stream}"),)
                yield StreamAppend(
                    stream=stream,
                    expected_version=version,
                    events=(template.new(sealed=sealed),),
                    claims=claims,
                )


@attrs.define
class Filling:
    """
    A whole history of *count* events for a ledger, to be restored.

    Attributes:
        claims: What its complaints claim, with each one's stream, once the events were made.
        heads: How many events each complaint has, once the events were made.
    """

    ledger: str
    count: int
    claims: dict[str, str] = attrs.field(factory=dict)
    heads: dict[str, int] = attrs.field(factory=dict)

    def events(self) -> Iterator[RecordedEvent]:
        """Yield the events, chained, the last one recorded just now."""
        leaves: dict[str, bytes] = {}
        begun = datetime.now(UTC) - timedelta(milliseconds=self.count)
        at_once = min(AT_ONCE, max(1, self.count // 8))
        for position, part in enumerate(parts(self.count, at_once=at_once), 1):
            (event,) = part.events
            self.claims |= dict.fromkeys(part.claims, part.stream)
            self.heads[part.stream] = part.expected_version + 1
            recorded = RecordedEvent(
                position, part.stream, part.expected_version + 1, event.id, event.name,
                event.schema, begun + timedelta(milliseconds=position),
                leaves.get(part.stream), event.body,
            )  # fmt: skip
            leaves[part.stream] = recorded.leaf(self.ledger)
            yield recorded
