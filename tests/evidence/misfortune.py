"""What may go wrong at any write: the power goes, or somebody else is quicker."""

import os
from contextlib import contextmanager


class PowerCut(BaseException):
    """The power went: nothing after this was done."""


@contextmanager
def at_write(store, at, go):
    """Have *go* called instead of write number *at*, to the store or to a disk."""
    places = [(store, "append"), (store, "keep")]
    places += [(os, name) for name in ("open", "fsync", "link", "replace", "fdopen")]
    real = {(id(where), name): getattr(where, name) for where, name in places}
    left = [at]

    def counted(write):
        def call(*arguments, **named):
            left[0] -= 1
            return write(*arguments, **named) if left[0] else go(write, arguments, named)

        return call

    for where, name in places:
        setattr(where, name, counted(real[id(where), name]))
    try:
        yield
    finally:
        for where, name in places:
            setattr(where, name, real[id(where), name])
