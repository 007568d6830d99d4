"""What the ledger's own stream says that everything else is checked against."""

from collections.abc import Iterator
from typing import Final

from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.errors import BadEvidence, UnreadableEvent
from complaint_ledger.evidence.auditing.problems import Problems
from complaint_ledger.evidence.notes import ED25519, VerifierKey
from complaint_ledger.evidence.signing import origin
from complaint_ledger.store import LEDGER_STREAM, EventStore, RecordedEvent

TOLD: Final = frozenset({"ledger-opened", "key-rotated", "ledger-sealed", "time-stamp-received"})
"""The events that tell them."""


def sealed_uptos(store: EventStore) -> Iterator[int]:
    """Yield the positions that the seals of *store* name, before it is read from end to end."""
    try:
        for recorded in store.read(LEDGER_STREAM):
            if recorded.name == "ledger-sealed":
                event = codec.decode_event(recorded.name, recorded.schema, recorded.body)
                if isinstance(event, e.LedgerSealed):
                    yield event.upto
    except (UnreadableEvent, TypeError, ValueError, AttributeError, OverflowError):
        return  # whoever reads from end to end comes upon it, and says where


class Facts:
    """
    What was opened, sealed, stamped, and which keys sign.

    Attributes:
        ledger: The ledger's id.
        opened: What position 1 says, if it says so.
        origin: The ledger's name in its checkpoints.
        keys: The signing keys in order, each with the position it is in force from.
        sealed: The seals, with their positions.
        stamped: The time stamps that came, with their positions.
    """

    def __init__(self, ledger: str, problems: Problems) -> None:
        self.ledger = ledger
        self.opened: e.LedgerOpened | None = None
        self.origin: str | None = None
        self.keys: list[tuple[int, VerifierKey]] = []
        self.sealed: list[tuple[int, e.LedgerSealed]] = []
        self.stamped: list[tuple[int, e.TimeStampReceived]] = []
        self._problems = problems

    def take(self, one: RecordedEvent) -> None:
        """Take what an entry says whose name is one of `TOLD`."""
        if one.stream != LEDGER_STREAM:
            self._problems.at(one.position, f"{one.name} stands in a complaint")
            return
        try:
            event = codec.decode_event(one.name, one.schema, one.body)
        except UnreadableEvent as error:
            self._problems.at(one.position, str(error))
            return
        if isinstance(event, e.LedgerOpened):
            self._open(one.position, event)
        elif isinstance(event, e.KeyRotated):
            self._rotate(one.position, event)
        elif isinstance(event, e.LedgerSealed):
            self.sealed.append((one.position, event))
        elif isinstance(event, e.TimeStampReceived):
            self.stamped.append((one.position, event))

    def _open(self, position: int, event: e.LedgerOpened) -> None:
        if position != 1 or event.ledger != self.ledger:
            self._problems.at(position, "this ledger was not opened here: it is of another")
            return
        self.opened = event
        self.origin = origin(event.council, event.ledger)
        if event.signing_key is not None and (key := self._key(1, event.signing_key)):
            self.keys.append((1, key))

    def _rotate(self, position: int, event: e.KeyRotated) -> None:
        old, new = self._key(position, event.old), self._key(position, event.new)
        if old is None or new is None:
            return
        if not self.keys or old != self.keys[-1][1]:
            self._problems.at(position, "the key that it takes out of force was not in force")
        if any(new == key for _, key in self.keys):
            self._problems.at(
                position, "the key that it puts in force was one of this ledger before"
            )
        self.keys.append((position, new))

    def _key(self, position: int, text: str) -> VerifierKey | None:
        try:
            key = VerifierKey.parse(text)
        except BadEvidence as error:
            self._problems.at(position, str(error))
            return None
        if key.algorithm != ED25519 or key.name != self.origin:
            self._problems.at(position, "the key that it names is none of this ledger's")
        return key

    def finish(self, gap: int | None) -> None:
        """Say what is not there; *gap* is the first position without an entry, if there is one."""
        if self.opened is None and gap != 1:
            self._problems.at(1, "it is not ledger-opened of this ledger")
