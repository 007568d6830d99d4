"""What facts take as a ledger grows: seconds and memory, each in a process of its own."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from benchmarks.projections_ledgers import growing
from complaint_ledger.projections.trends.definition import answer
from complaint_ledger.projections.trends.outcomes import OUTCOMES
from complaint_ledger.projections.trends.overturn import OVERTURN
from complaint_ledger.projections.views import Views
from complaint_ledger.store import EventStore, adapter, parse_url, system_clock

FULL: Final = (10_000, 100_000, 1_000_000)
QUICK: Final = (2_000,)
LAST: Final = 1000
"""Events that an existing view has still to take in."""


@attrs.frozen(kw_only=True)
class Took:
    """Seconds, and the most memory that the process had (MiB)."""

    seconds: float
    memory: float


@attrs.frozen(kw_only=True)
class Grown:
    """
    What the facts of a ledger of *events* events took.

    Attributes:
        idle: A process that opens both and does nothing.
        built: The first build, up to the last thousand events.
        caught_up: These thousand, five of each of 200 complaints.
        overturn: That trend, grouped by the service; *outcomes*, that one by the stage.
        size: Bytes of the facts.
    """

    events: int
    idle: Took
    built: Took
    caught_up: Took
    overturn: Took
    outcomes: Took
    size: int


def growth(folder: Path, sizes: tuple[int, ...]) -> list[Grown]:
    """Measure the facts of a ledger in a file as it grows; made anew for each size."""
    url = f"sqlite:///{folder / 'grown.db'}"
    found = []
    with growing(url) as made:
        for size in sizes:
            made.grow(size)
            facts = folder / f"grown-{size}.facts"
            took = {what: _apart(what, url, facts) for what in WORK}
            found.append(
                Grown(events=made.store.head().position, size=facts.stat().st_size, **took)
            )
    return found


def _apart(what: str, url: str, facts: Path) -> Took:
    command = [sys.executable, "-m", "benchmarks.projections_growth", what, url, str(facts)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Took(**json.loads(done.stdout))


# --- in a process of its own ---------------------------------------------------------------------


def _idle(_: Views, store: EventStore) -> None:
    store.head()


def _build(views: Views, store: EventStore) -> None:
    views.catch_up(store, upto=store.head().position - LAST)


def _catch_up(views: Views, store: EventStore) -> None:
    assert views.catch_up(store).position == store.head().position


def _ask(trend: Any, by: str) -> Callable[[Views, EventStore], None]:
    def asked(views: Views, _: EventStore) -> None:
        with views.reading() as connection:
            assert answer(trend, connection, by).heads[1]

    return asked


WORK: Final[Mapping[str, Callable[[Views, EventStore], None]]] = {
    "idle": _idle,
    "built": _build,
    "caught_up": _catch_up,
    "overturn": _ask(OVERTURN, "service"),
    "outcomes": _ask(OUTCOMES, "stage"),
}


def _main(what: str, url: str, facts: str) -> None:
    where = parse_url(url)
    store = adapter(where.scheme).open(where, system_clock)
    with Views(Path(facts)) as views:
        begun = time.perf_counter()
        WORK[what](views, store)
        seconds = time.perf_counter() - begun
    store.close()
    sys.stdout.write(json.dumps({"seconds": seconds, "memory": _most_memory()}))


def _most_memory() -> float:
    """Return the most that this process had at once (MiB), and not who began it."""
    # ru_maxrss begins with what the parent had when it forked.
    status = Path("/proc/self/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    _main(*sys.argv[1:])
