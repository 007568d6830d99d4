"""
Another process with the same ledger open: `rival.py NAME TIME`.

The first line of its standard input is the ledger's address, which may hold a password.
It says `ready`, and then does what the next line says: *race N* wins as many of N
versions as it can and says each; *die* records and is gone before it can say so; *keep*
records, says so, and waits for its end; *look* says what is there; *follow A U* says
each event past A as it comes, up to U.
"""

import os
import signal
import sys
from datetime import datetime

from complaint_ledger.errors import StreamMoved
from complaint_ledger.following import follow
from complaint_ledger.store import (
    EventStore,
    NewEvent,
    SealedRow,
    StreamAppend,
    adapter,
    parse_url,
)

ONE = "1" * 32
TWO = "2" * 32
CLAIM = "reference/1"
KEPT = ("checkpoint/1", b"the tree")


def batch(name: str, version: int) -> list[StreamAppend]:
    """Return the events that the rival *name* (a hex digit) records in two streams."""
    return [_part(name, stream, version) for stream in (ONE, TWO)]


def row(name: str) -> SealedRow:
    """Return the sealed row that the rival *name* records when it is to keep something."""
    return SealedRow(f"{name}" * 64, "p1", f"{name}" * 32, "A256GCM", b"n" * 12, b"unreadable")


def _part(name: str, stream: str, version: int) -> StreamAppend:
    event_id = f"{name}{stream[0]}{version:030x}"
    event = NewEvent(event_id, "complaint-received", 1, b"{}")
    return StreamAppend(stream=stream, expected_version=version, events=(event,))


def main(name: str, time: str) -> None:
    """Open the ledger and do as told."""
    url, now = parse_url(sys.stdin.readline().rstrip("\n")), datetime.fromisoformat(time)
    store = adapter(url.scheme).open(url, lambda: now)
    _say("ready")
    match sys.stdin.readline().split():
        case ["race", versions]:
            _race(store, name, int(versions))
        case ["die"]:
            store.append(batch(name, 0))
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        case ["keep"]:
            _keep(store, name)
            _say("acknowledged")
            sys.stdin.readline()
        case ["look"]:
            _say(*(event.id for event in store.tail()))
        case ["follow", after, until]:
            for event in follow(store, after=int(after), until=int(until), poll=0.05):
                _say(str(event.position), event.id)
        case _:
            sys.exit("say race N, die, keep, look or follow A U")
    store.close()


def _say(*words: str) -> None:
    print(*words, flush=True)  # noqa: T201


def _race(store: EventStore, name: str, versions: int) -> None:
    for version in range(versions):
        part = _part(name, ONE, version)
        try:
            store.append([part])
        except StreamMoved:  # the other was quicker
            continue
        _say(part.events[0].id)


def _keep(store: EventStore, name: str) -> None:
    event = NewEvent(f"{name}" * 32, "complaint-received", 1, b"{}", (row(name),))
    part = StreamAppend(stream=ONE, expected_version=0, events=(event,), claims=(CLAIM,))
    store.append([part])
    store.keep(*KEPT)


if __name__ == "__main__":
    main(*sys.argv[1:])
