"""A reader that tails a ledger: `reader.py URL LOG`. It writes what it sees, and ends at a SIGTERM."""

import signal
import sys
import time
from pathlib import Path

from complaint_ledger.errors import StoreUnreadable
from complaint_ledger.following import follow
from complaint_ledger.store import adapter, parse_url, system_clock


def main(url, log):
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    where = parse_url(url)
    store = adapter(where.scheme).open(where, system_clock)
    after = 0
    with Path(log).open("w") as out:
        while not (stopped and after == store.head().position):
            try:
                for event in follow(store, after=after, until=store.head().position):
                    print(event.position, event.id, file=out)
                    after = event.position
                out.flush()
            except StoreUnreadable as error:
                print(f"reader: {error}", file=sys.stderr, flush=True)
                time.sleep(0.2)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
