"""A day on the command line."""

import re
from datetime import date

import click


def day(value: str) -> date:
    """Read a day, written as 2026-01-31 and in no other way."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise click.BadParameter("this is no day; write it as 2026-01-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        mend = "look at the month and the day"
        raise click.BadParameter(f"there is no {value}; {mend}") from None
