"""
What HTTP says of a ledger, whichever framework serves it: versions as ETags, errors as statuses.
"""

import re
from typing import Any, Final

from complaint_ledger.errors import (
    BadValue,
    ClaimTaken,
    ClockRefused,
    ComplaintLedgerError,
    EventIdTaken,
    KeysError,
    PartialOverlap,
    StoreError,
    StreamMoved,
    UnknownName,
)

# The first that fits.
_STATUS: Final = (
    ((StreamMoved, ClaimTaken, EventIdTaken, PartialOverlap), 409),
    ((ClockRefused, StoreError, KeysError), 503),
)
_NOT_FOUND: Final = {"complaint", "command"}
_TOLD: Final = ("rule", "field", "version")


def etag(version: int) -> str:
    """Return the ETag of a complaint that holds *version* events."""
    return f'"{version}"'


def expected_version(if_match: str | None) -> int | None:
    """
    Return the version that an If-Match header names; None where there is no header.

    Raises:
        BadValue: It is not what `etag` returned.
    """
    if not if_match:
        return None
    if re.fullmatch(r'"[0-9]{1,15}"', if_match) is None:
        raise BadValue("If-Match", "give the ETag of what was read, quotation marks and all")
    return int(if_match[1:-1])


def answer_to(error: ComplaintLedgerError) -> tuple[int, dict[str, Any]]:
    """
    Return the status that *error* has over HTTP, and what a client is told of it.

    404: there is no such complaint or command. 409: someone was faster; read it again.
    422: it may not be recorded, with the *rule*, or a *field* cannot be read. 503: the
    ledger or its keys cannot be used, and 500: something stored cannot be read; the
    client is not told where or why, so log the error.
    """
    status = _status(error)
    told: dict[str, Any] = {"error": type(error).__name__, "message": str(error)}
    if status >= 500:
        return status, {**told, "message": "the ledger cannot be used; nothing is lost, ask later"}
    there = {name: getattr(error, name) for name in _TOLD if hasattr(error, name)}
    return status, told | there


def _status(error: ComplaintLedgerError) -> int:
    if isinstance(error, UnknownName) and error.kind in _NOT_FOUND:
        return 404
    for kinds, status in _STATUS:
        if isinstance(error, kinds):
            return status
    return 422 if error.exit_status == 2 else 500
