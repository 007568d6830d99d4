"""Progress of what lasts more than a second: on a terminal, and only there."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

T = TypeVar("T")


def counting(things: Iterable[T], what: str) -> Iterator[T]:
    """Yield *things*, saying on stderr how many there were so far."""
    shown = time.monotonic()
    number = 0
    for number, thing in enumerate(things, 1):
        yield thing
        if sys.stderr.isatty() and time.monotonic() - shown > 1:
            click.echo(f"\r{number:,} {what}", nl=False, err=True)
            shown = time.monotonic()
    if sys.stderr.isatty() and number:
        click.echo(f"\r{number:,} {what}", err=True)
