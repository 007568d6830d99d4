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


class Telling:
    """Says on stderr how many there were so far, whenever it is told."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = time.monotonic()
        self._begun = False

    def __call__(self, number: int) -> None:
        """Take how many there were so far."""
        if sys.stderr.isatty() and time.monotonic() - self._shown > 1:
            click.echo(f"\r{number:,} {self._what}", nl=False, err=True)
            self._shown = time.monotonic()
            self._begun = True

    def end(self) -> None:
        """End the line, where there is one."""
        if self._begun:
            click.echo(err=True)
