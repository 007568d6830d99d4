"""
A writer that is killed: `uma_crasher.py WHEN`, with the ledger's address as its input.

It records one event with a sealed row, and dies by -9 *before* or *after* the append
reaches the server; in both cases the vault holds the row, and nobody has said that it stands.
"""

import os
import signal
import sys

from complaint_ledger.store import NewEvent, SealedRow, StreamAppend, parse_url, system_clock
from complaint_ledger_adapters.umadb import ADAPTER, UmaDBStore

STREAM = "1" * 32
ROW = SealedRow("d" * 64, "p1", "f" * 32, "A256GCM", b"n" * 12, b"unreadable")
EVENT = NewEvent("a" * 32, "complaint-received", 1, b"{}", (ROW,))


def batch(version):
    return [StreamAppend(stream=STREAM, expected_version=version, events=(EVENT,))]


def main(when):
    append = UmaDBStore._append

    def die(store, attempt, wanted):
        if when == "after":
            append(store, attempt, wanted)
        os.kill(os.getpid(), signal.SIGKILL)

    UmaDBStore._append = die
    store = ADAPTER.open(parse_url(sys.stdin.readline().rstrip("\n")), system_clock)
    store.append(batch(len(store.read(STREAM))))


if __name__ == "__main__":
    main(*sys.argv[1:])
