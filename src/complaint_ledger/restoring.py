"""
What the events of a backup must fit: the end of the store that they go into.

A store is filled in batches. Each batch is asked the same here, whatever keeps it.
"""

from collections.abc import Callable

from complaint_ledger.errors import BadValue
from complaint_ledger.store import (
    LedgerHead,
    RecordedEvent,
    SealedRow,
    StreamHead,
    check_event,
    check_stream,
)


class Continuation:
    """
    The end of a store, moved on by each event that is taken.

    Attributes:
        head: Where the ledger would end now.
        heads: Where the streams would end that an event was taken for.
    """

    def __init__(
        self, ledger: str, head: LedgerHead, stream_head: Callable[[str], StreamHead | None]
    ) -> None:
        self._ledger = ledger
        self._stream_head = stream_head
        self.head = head
        self.heads: dict[str, StreamHead] = {}

    def take(self, event: RecordedEvent) -> None:
        """
        Move the end on by *event*.

        Raises:
            BadStream: Its stream's id is none.
            BadValue: It does not follow; the message says at which position, and how.
        """
        check_stream(event.stream)
        check_event(event)
        if event.position != self.head.position + 1:
            raise self._unfit(event, f"the store goes on at position {self.head.position + 1}")
        if self.head.recorded_at is not None and event.recorded_at < self.head.recorded_at:
            raise self._unfit(event, "it was recorded before the event that comes before it")
        before = self.heads.get(event.stream) or self._stream_head(event.stream)
        version, leaf = (before.version, before.leaf) if before else (0, None)
        if event.version != version + 1:
            raise self._unfit(
                event,
                f"it is version {event.version} of stream {event.stream}, which goes on at"
                f" version {version + 1}",
            )
        if event.prev != leaf:
            raise self._unfit(event, "it does not name the leaf before it in its stream")
        self.head = LedgerHead(event.position, event.recorded_at)
        self.heads[event.stream] = StreamHead(
            event.stream,
            event.version,
            event.leaf(self._ledger),
            before.first if before else event.position,
        )

    @staticmethod
    def _unfit(event: RecordedEvent, why: str) -> BadValue:
        return BadValue(f"event at position {event.position}", f"{why}; nothing was restored")


def check_same_row(there: SealedRow, row: SealedRow) -> None:
    """
    Refuse *row* where another one stands under its digest.

    Raises:
        BadValue: It is another one.
    """
    if there != row:
        raise BadValue(
            "sealed row", f"another stands under digest {row.digest} already; nothing was restored"
        )
