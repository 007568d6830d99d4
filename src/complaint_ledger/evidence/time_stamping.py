"""
Recording that an outside authority stamped a checkpoint, and keeping its reply.

The event comes first, for its position names the reply. Where the process died in
between, the same command again finds the event and keeps the reply under it.
"""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import Sha256
from complaint_ledger.evidence.checkpointing import kept_checkpoint, time_stamp_name
from complaint_ledger.evidence.time_stamps import TimeStamp, check_time_stamp
from complaint_ledger.ledger import Ledger
from complaint_ledger.recording import Around
from complaint_ledger.requests import until_quick_enough

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


@attrs.frozen
class Stamped:
    """
    A time stamp that is on record.

    Attributes:
        position: Of the event that tells of it.
        stamp: What it says.
        recorded: Whether the event was recorded now; otherwise it was there.
    """

    position: int
    stamp: TimeStamp
    recorded: bool


def add_time_stamp(
    ledger: Ledger,
    size: int,
    reply: bytes,
    *,
    actor: str,
    certificates: Iterable["Certificate"] = (),
    accept_clock: bool = False,
) -> Stamped:
    """
    Record that the checkpoint of *size* entries was stamped, and keep *reply*.

    The same again records nothing, and keeps the reply where it is missing.

    Args:
        ledger: The ledger.
        size: How many entries the checkpoint covers.
        reply: The authority's reply, as it came.
        actor: Who says so: an id that `add_actor` issued.
        certificates: As `check_time_stamp`.
        accept_clock: The clock is right although it jumped.

    Raises:
        BadEvidence: As `check_time_stamp`; nothing was recorded.
        BadValue: As `check_time_stamp`.
        UnknownName: There is no such checkpoint, or `add_actor` never issued the id.
    """
    by = ledger.actor(actor)
    kept = kept_checkpoint(ledger.store, size)
    stamp = check_time_stamp(reply, kept.checkpoint.text.encode(), certificates)
    event = e.TimeStampReceived(checkpoint=size, sha256=Sha256(hashlib.sha256(reply).hexdigest()))

    def record() -> tuple[int, bool]:
        # The part says how far the stream went; whoever was quicker since makes it fail.
        part = ledger.own_part([event])
        if there := _told(ledger, event):
            return there, False
        made = ledger.recorder.append([part], Around(actor=by), accept_clock=accept_clock)
        return made.last, True

    position, recorded = until_quick_enough(record)
    ledger.store.keep(time_stamp_name(position), reply)
    return Stamped(position, stamp, recorded)


def _told(ledger: Ledger, event: e.TimeStampReceived) -> int | None:
    """Return where the ledger tells of this reply, if it does."""
    for one in ledger.own.stamped:
        if (one.event.checkpoint, one.event.sha256) == (event.checkpoint, event.sha256):
            return one.recorded.position
    return None
