"""What a verifier found, for people and for programs."""

from datetime import datetime
from typing import Literal

import attrs

Verdict = Literal["verified", "failed", "cannot-be-checked"]


@attrs.frozen(kw_only=True)
class EventReport:
    """
    One event of the complaint.

    Attributes:
        receipt: The hash of its entry, in hex, as it stands on a receipt.
        not_before: A witness had not seen it then; None where none can say.
        not_after: A witness had seen it then; None where none can say.
        withheld: How many of its values are kept back from this copy.
        redacted: How many are replaced in this copy.
        erased: How many are gone from the ledger.
    """

    version: int
    name: str
    position: int
    receipt: str
    recorded_at: datetime
    not_before: datetime | None
    not_after: datetime | None
    withheld: int
    redacted: int
    erased: int

    @property
    def open_bracket(self) -> bool:
        """Whether witnesses leave one end of its time open, or both."""
        return self.not_before is None or self.not_after is None


@attrs.frozen(kw_only=True)
class TimeStamp:
    """
    A time stamp in the bundle, checked against the authority's certificate.

    Attributes:
        at: When the authority stamped it; None where it does not hold.
        authority: Who stamped it, as their certificate says.
        why_not: Why it does not hold.
    """

    path: str
    at: datetime | None = None
    authority: str | None = None
    why_not: str | None = None


@attrs.frozen(kw_only=True)
class Report:
    """
    The verdict, and what it rests on. Only the first four are there unless it is verified.

    Attributes:
        verdict: verified, failed or cannot-be-checked.
        reason: The first thing wrong.
        where: The file, or the part, that it was found in.
        bundle: What was checked.
        reference: What the complaint is called.
        size: How many entries the last checkpoint covers.
        witnessed: Whether the word of any witness counts.
        log_keys: The council's keys, in order; to be compared with the published ones.
        witnesses: The witnesses' keys.
        receipt: The version of the event that the reader's receipt is of.
        compared: Whether the reader's checkpoint could be compared; None without one.
        time_stamps: Those that were checked.
    """

    verdict: Verdict
    reason: str | None = None
    where: str | None = None
    bundle: str
    reference: str | None = None
    ledger: str | None = None
    stream: str | None = None
    origin: str | None = None
    fictional: bool = False
    size: int | None = None
    events: tuple[EventReport, ...] = ()
    witnessed: bool = False
    log_keys: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    receipt: int | None = None
    compared: bool | None = None
    time_stamps: tuple[TimeStamp, ...] = ()
