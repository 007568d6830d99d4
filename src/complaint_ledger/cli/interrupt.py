"""Ctrl-C for what goes on without an end: what is in hand is done first."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from typing import Final

import click

_SLICE: Final = 0.1  # seconds until somebody who waits notices


class _Flag(Event):
    """
    An event that a signal's handler may set.

    A handler runs between any two steps of what it interrupts, which may hold the lock of
    an ordinary one; so this has none.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told = False

    def is_set(self) -> bool:
        return self._told

    def set(self) -> None:
        self._told = True

    def clear(self) -> None:
        self._told = False

    def wait(self, timeout: float | None = None) -> bool:
        end = None if timeout is None else time.monotonic() + timeout
        while not self._told:
            left = _SLICE if end is None else min(_SLICE, end - time.monotonic())
            if left <= 0:
                break
            time.sleep(left)
        return self._told


@contextmanager
def until_interrupted() -> Iterator[Event]:
    """
    Yield what the first Ctrl-C sets; the second breaks off at once. Neither is an error.

    An interrupt that is thrown into whatever runs can be lost there, or leave a lock behind.
    """
    stop = _Flag()
    before = signal.getsignal(signal.SIGINT) or signal.default_int_handler
    # Only the main thread is interrupted. And who was started with interrupts ignored, as
    # jobs in the background are, goes on with that.
    if before is signal.SIG_IGN or current_thread() is not main_thread():
        yield stop
        return

    def told(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, told)
    try:
        yield stop
    except KeyboardInterrupt:
        stop.set()
    finally:
        signal.signal(signal.SIGINT, before)
    if stop.is_set():
        click.echo(err=True)  # behind the ^C
