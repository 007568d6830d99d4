"""`follow`: every entry of the ledger, as it is recorded."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import click

from complaint_ledger.chronicle import line_of
from complaint_ledger.cli.history import row_of
from complaint_ledger.cli.interrupt import until_interrupted
from complaint_ledger.cli.options import poll_option, with_ledger
from complaint_ledger.cli.output import print_rows
from complaint_ledger.domain import events as e
from complaint_ledger.ledger import OWN, Ledger
from complaint_ledger.reading import Entry
from complaint_ledger.store import LEDGER_STREAM

_WIDTHS: Final = {
    "position": 8,
    "reference": 20,
    "event": 28,
    "occurred_on": 11,
    "recorded_at": 27,
    "actor": 20,
}
_REMEMBERED: Final = 10_000  # complaints whose reference is not looked up again


@click.command()
@with_ledger
@click.option(
    "--after",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Begin past position N: the last one that was dealt with.",
)
@click.option("--until-head", is_flag=True, help="End with what is there now.")
@poll_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "jsonl", "csv"]),
    default="table",
    show_default=True,
    help="How to print.",
)
def follow(ledger: Ledger, after: int, poll: float, form: str, *, until_head: bool) -> None:
    """
    Print every entry of the ledger, and each new one as it is recorded.

    It goes on until Ctrl-C, or until nobody reads what it prints.
    """
    until = ledger.store.head().position if until_head else None
    with until_interrupted() as stop, _until_nobody_reads():
        entries = ledger.follow(after=after, poll=poll, until=until, stop=stop)
        rows = _rows(ledger, entries, flat=form != "jsonl")
        if form == "table":
            _print_lines(rows)
        else:
            print_rows(rows, form, (*_WIDTHS, "stream"))


def _rows(ledger: Ledger, entries: Iterable[Entry], *, flat: bool) -> Iterator[dict[str, Any]]:
    @lru_cache(_REMEMBERED)
    def reference(stream: str) -> str:
        return OWN if stream == LEDGER_STREAM else ledger.complaint(stream).reference or stream

    for entry in entries:
        event, recorded = entry.event, entry.recorded
        if isinstance(event, e.EntryCorrected) and isinstance(
            event.replacement, e.ComplaintReceived
        ):
            reference.cache_clear()
        row = row_of(line_of(ledger, entry), flat=flat)
        del row["stands"]  # what becomes of it later, nobody knows yet
        yield {**row, "stream": recorded.stream, "reference": reference(recorded.stream)}
        sys.stdout.flush()


def _print_lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print *rows* as a table that is never complete, so that its columns are what they are."""
    heads = {name: name.replace("_", " ") for name in _WIDTHS}
    for row in chain([heads], rows):
        click.echo(_in_columns(row))


def _in_columns(row: Mapping[str, Any]) -> str:
    cells = ("" if row[name] is None else str(row[name]) for name in _WIDTHS)
    return "  ".join(map(str.ljust, cells, _WIDTHS.values())).rstrip()


@contextmanager
def _until_nobody_reads() -> Iterator[None]:
    """End without a word where somebody closes the pipe."""
    try:
        yield
    except BrokenPipeError:
        # What is left in the buffer goes nowhere, so that nothing complains when it is flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
