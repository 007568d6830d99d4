"""Civil dates: the day it was in the council's offices."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from complaint_ledger.errors import BadValue

LONDON: Final = ZoneInfo("Europe/London")


def civil_date(instant: datetime) -> date:
    """
    Return the date in Europe/London of *instant* (GEN-18).

    Raises:
        BadValue: It has no time zone, or lies beyond the years there are.
    """
    if instant.tzinfo is None:
        raise BadValue("at", "has no time zone; end it with Z or +01:00")
    try:
        return instant.astimezone(LONDON).date()
    except OverflowError:
        raise BadValue("at", "is beyond every calendar; look at the year") from None
