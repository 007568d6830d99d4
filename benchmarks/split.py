"""Where the time of one command goes, step by step."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from typing import Any, Final
from unittest.mock import patch

from complaint_ledger import codec, ledger
from complaint_ledger.ledger import Ledger
from complaint_ledger.privacy.keys import FileKeys
from complaint_ledger.privacy.vault import Sealing
from complaint_ledger_adapters.sqlite import SQLiteStore
from complaint_ledger_adapters.sqlite_file import SQLiteConnection

_STEPS: Final = (
    ("find", Ledger, "find"),
    ("read", SQLiteStore, "read"),
    ("decode", ledger, "read_fact"),
    ("decide", ledger, "decide"),
    ("situation", Ledger, "_situation"),
    ("encode", codec, "encode"),
    ("seal", Sealing, "__call__"),
    ("seal", Sealing, "rows"),
    ("keys", FileKeys, "ensure"),
    ("append", SQLiteStore, "append"),
    ("commit", SQLiteConnection, "commit"),
)


def split_of(work: Callable[[], object], count: int) -> dict[str, float]:
    """Return the microseconds that each step of *work* takes itself, for one of *count*."""
    spent = dict.fromkeys([*(name for name, _, _ in _STEPS), "rest"], 0.0)
    inner = [0.0]

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            inner.append(0.0)
            begun = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                took = time.perf_counter() - begun
                spent[name] += took - inner.pop()
                inner[-1] += took

        return call

    with ExitStack() as stack:
        for name, owner, method in _STEPS:
            stack.enter_context(patch.object(owner, method, timed(name, getattr(owner, method))))
        timed("rest", work)()
    return {name: took / count * 1e6 for name, took in spent.items()}
