"""What the functions and tables of a PostgreSQL ledger refuse, as the port says it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg

from complaint_ledger.errors import (
    ClaimTaken,
    ClockRefused,
    EventIdTaken,
    NoLedger,
    PartialOverlap,
    StoreError,
    StoreUnreadable,
    StreamMoved,
)

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@contextmanager
def objections(ledger: str) -> Iterator[None]:
    """
    Say what speaks against rows for *ledger* in the port's words.

    Raises:
        StoreError: What the port says of it.
        psycopg.Error: What the port does not know.
    """
    try:
        yield
    except psycopg.Error as error:
        refusal = _refusal(ledger, error)
        if refusal is None:
            raise
        raise refusal from None


def _refusal(ledger: str, error: psycopg.Error) -> StoreError | None:
    detail = error.diag.message_detail or ""
    match error.sqlstate:
        case "CL001":
            return NoLedger(ledger)
        case "CL002":
            return PartialOverlap(_plain(detail))
        case "CL003":
            stream, expected, version = detail.split()
            return StreamMoved(_plain(stream), int(expected), int(version))
        case "CL004":
            return ClaimTaken(detail)
        case "CL005":
            return ClockRefused(*map(datetime.fromisoformat, detail.split()))
        case "23505" if error.diag.constraint_name == "events_id":
            return EventIdTaken(_plain(_UUID.findall(detail)[-1]))
        case "23505" if error.diag.table_name == "events":
            return StoreUnreadable(
                "the store's counter and its events disagree: rows were changed behind its back."
                " Nothing was recorded; restore a backup"
            )
    return None


def _plain(uuid: str) -> str:
    return uuid.replace("-", "")
