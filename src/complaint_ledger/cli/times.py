"""`--known-at`: a date, an instant, or the position of an entry."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import click

from complaint_ledger.domain.london import LONDON
from complaint_ledger.errors import BadValue
from complaint_ledger.fields import parse_date, parse_instant
from complaint_ledger.store import EventStore

known_at_option: Callable[..., Any] = click.option(
    "--known-at",
    metavar="TIME",
    help="As known then: a date (to its end), a time, or @POSITION.",
)


def parse_known_at(text: str, store: EventStore, option: str = "--known-at") -> datetime:
    """
    Return the last instant (UTC) that *text* means.

    Raises:
        BadValue: It is no date, time or position of this ledger.
    """
    if text.startswith("@"):
        number = text[1:]
        found = (
            store.tail(after=int(number) - 1, limit=1)
            if number.isascii() and number.isdigit() and 0 < int(number) < 2**60
            else ()
        )
        if not found:
            raise BadValue(option, "the ledger has no entry at that position")
        return found[0].recorded_at
    if len(text) == len("2026-01-12"):
        day = parse_date(text, option)
        last = datetime.combine(day, time.max, LONDON)
        return last.astimezone(UTC)
    return parse_instant(text, option)
