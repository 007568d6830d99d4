"""
Another process with the same ledger open: `rival.py ADDRESS NAME TIME`.

It says `ready`, and then does what one line on its standard input says: *race N*
wins as many of N versions as it can and says each; *die* records and is gone
before it can say so; *look* says what is there.
"""

import os
import signal
import sys
from datetime import datetime

from complaint_ledger.errors import StreamMoved
from complaint_ledger.store import EventStore, NewEvent, StreamAppend, adapter, parse_url

ONE = "1" * 32
TWO = "2" * 32


def batch(name: str, version: int) -> list[StreamAppend]:
    """Return the events that the rival *name* (a hex digit) records in two streams."""
    return [_part(name, stream, version) for stream in (ONE, TWO)]


def _part(name: str, stream: str, version: int) -> StreamAppend:
    event_id = f"{name}{stream[0]}{version:030x}"
    event = NewEvent(event_id, "complaint-received", 1, b"{}")
    return StreamAppend(stream=stream, expected_version=version, events=(event,))


def main(address: str, name: str, time: str) -> None:
    """Open the ledger at *address* and do as told."""
    url, now = parse_url(address), datetime.fromisoformat(time)
    store = adapter(url.scheme).open(url, lambda: now)
    print("ready", flush=True)  # noqa: T201
    match sys.stdin.readline().split():
        case ["race", versions]:
            _race(store, name, int(versions))
        case ["die"]:
            store.append(batch(name, 0))
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        case ["look"]:
            print(*(event.id for event in store.tail()))  # noqa: T201
        case _:
            sys.exit("say race N, die or look")
    store.close()


def _race(store: EventStore, name: str, versions: int) -> None:
    for version in range(versions):
        part = _part(name, ONE, version)
        try:
            store.append([part])
        except StreamMoved:  # the other was quicker
            continue
        print(part.events[0].id, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
