"""Where the facts of a ledger are: beside it, or where somebody says."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from complaint_ledger.store import parse_url

if TYPE_CHECKING:  # SQLAlchemy takes a while to import
    from complaint_ledger.projections.runner import Progress


def facts_option_with(more: str) -> Callable[..., Any]:
    """Return --facts, with *more* help."""
    return click.option(
        "--facts",
        envvar="COMPLAINT_LEDGER_FACTS",
        show_envvar=True,
        metavar="PLACE",
        help="Where the facts are: a path, or postgresql://… Default: beside an SQLite ledger."
        + more,
    )


facts_option: Callable[..., Any] = facts_option_with("")


def facts_place(url: str, facts: str | None) -> Path | str | None:
    """Return where the facts of the ledger at *url* are; None if in memory."""
    if facts:
        return facts
    where = parse_url(url)
    return Path(f"{where.path}.facts") if where.scheme == "sqlite" else None


class Telling:
    """Says on stderr how far the facts are, once that takes more than a second."""

    def __init__(self, what: str = "facts") -> None:
        self._what = what
        self._at_once = sys.stderr.isatty()
        self._next = time.monotonic() + 1
        self._said = False

    def __call__(self, progress: "Progress") -> None:
        """Take how far they are."""
        now = time.monotonic()
        if now < self._next:
            return
        # A terminal overwrites its line; a log gets a line now and then.
        self._next = now + (0.2 if self._at_once else 10)
        self._said = True
        percent = 100 * progress.position // max(progress.head, 1)
        line = f"{self._what}: {progress.position:,} of {progress.head:,} events, {percent}%"
        click.echo(f"\r{line}" if self._at_once else line, err=True, nl=not self._at_once)

    def done(self) -> None:
        """End the line, where there is one."""
        if self._said and self._at_once:
            click.echo(err=True)
