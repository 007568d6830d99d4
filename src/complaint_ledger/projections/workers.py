"""
A rebuild by several processes: who shares out the parts, and who does them.

Each worker is a process of its own with a share of the parts, and gives way to whoever
asks meanwhile. One that is killed is begun again, and resumes where its parts stand.
What it needs to know, passwords too, it reads from its input; when that ends, so does it.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from threading import Thread
from typing import Any, Final

import attrs

from complaint_ledger.errors import BadValue, ComplaintLedgerError
from complaint_ledger.projections import builds
from complaint_ledger.projections.builds import Build
from complaint_ledger.projections.faults import RebuildStopped
from complaint_ledger.projections.first_pass import done, first_pass
from complaint_ledger.projections.places import Place, errors, place_of
from complaint_ledger.projections.runner import BATCH, Progress, Tell
from complaint_ledger.store import adapter, parse_url, system_clock

_LOOK: Final = 0.2  # seconds between two looks at the workers
_AGAIN: Final = 5  # times that a worker is begun again
_GIVING_WAY: Final = 10
_TOLD: Final = 3  # the exit status of a worker that says why it stopped
_PASSING: Final = 4  # and of one that says what may work when it is tried again


@attrs.define
class _Worker:
    number: int
    process: "subprocess.Popen[str]"
    begun_again: int = 0


def first_pass_by_workers(
    place: Place,
    build: Build,
    *,
    ledger: str,
    workers: int,
    batch: int = BATCH,
    tell: Tell,
) -> None:
    """
    Do what is left of the first pass of *build* in *workers* processes.

    Args:
        place: Where it is; no memory.
        build: Which.
        ledger: The ledger's address, as another process can open it.
        workers: How many processes.
        batch: How many positions to deal with in one transaction.
        tell: Called now and then.

    Raises:
        BadValue: Another process cannot reach the place.
        RebuildStopped: A worker met what it cannot take in, or keeps dying.
    """
    if place.whole is None or parse_url(ledger).scheme == "memory":
        raise BadValue("workers", "what is in memory no other process can reach; give 1")
    order = {
        "ledger": ledger,
        "facts": place.whole,
        "build": build.number,
        "of": workers,
        "batch": batch,
    }
    with ExitStack() as stack:
        running = [_Worker(n, _begin(order | {"worker": n}, stack)) for n in range(workers)]
        while running:
            time.sleep(_LOOK)
            tell(Progress(done(place, build), build.target))
            running = [worker for worker in running if _goes_on(worker, order, stack)]
    tell(Progress(done(place, build), build.target))


def _begin(order: dict[str, Any], stack: ExitStack) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "complaint_ledger.projections.workers"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stack.callback(_end, process)
    assert process.stdin
    with suppress(BrokenPipeError):  # it is gone already; its end says why
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
    return process


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    with suppress(BrokenPipeError):
        process.communicate()


def _goes_on(worker: _Worker, order: dict[str, Any], stack: ExitStack) -> bool:
    """Return whether *worker* has not done its share; begin it again if it died."""
    status = worker.process.poll()
    if status is None:
        return True
    if status == 0:
        return False
    assert worker.process.stderr
    said = worker.process.stderr.read().strip()
    if status == _TOLD:
        raise RebuildStopped(said)
    worker.begun_again += 1
    if worker.begun_again > _AGAIN:
        why = f": {said}" if status == _PASSING else f" with status {status}"
        raise RebuildStopped(
            f"worker {worker.number} ended {worker.begun_again} times{why}; what is done stays,"
            " and `complaint-ledger projections rebuild` goes on from there"
        )
    worker.process = _begin(order | {"worker": worker.number}, stack)
    return True


# --- in a worker's process -----------------------------------------------------------------------


def _work(order: dict[str, Any]) -> None:
    place = place_of(order["facts"])
    url = parse_url(order["ledger"])
    with errors(place):
        with place.reading() as connection:
            build = builds.build_numbered(connection, order["build"])
        store = adapter(url.scheme).open(url, system_clock)
        share = (order["worker"], order["of"])
        first_pass(place, store, build, batch=order["batch"], strict=True, share=share)
        store.close()


def _end_with_parent(ended: Callable[[], object]) -> None:
    ended()
    os._exit(1)


def _main() -> int:
    order = json.loads(sys.stdin.readline())
    os.nice(_GIVING_WAY)
    Thread(target=_end_with_parent, args=(sys.stdin.read,), daemon=True).start()
    try:
        _work(order)
    except ComplaintLedgerError as error:
        sys.stderr.write(f"{error}\n")
        return _PASSING if getattr(error, "passing", False) else _TOLD
    return 0


if __name__ == "__main__":
    status = _main()
    sys.stderr.flush()
    os._exit(status)  # the thread that waits for the parent waits still
