"""
Writers in processes of their own, so that sixteen do not wait for one interpreter.

    python -m benchmarks.writers

This file is also the writer. It reads what it is to append, makes the events, says
*ready*, and waits for *go*: what was made before is not measured. It says *done* last.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.postgres_events import parts
from benchmarks.postgres_sides import SIDES, Side

ROOT: Final = Path(__file__).parents[1]
WARM: Final = 16
"""Appends to each ledger that are not measured: connections, plans, caches."""


class Writers:
    """Some writers that have begun."""

    def __init__(self, conninfo: str, processes: Sequence[subprocess.Popen[str]]) -> None:
        self._conninfo = conninfo
        self._processes = processes

    def append(
        self, side: str, *, writers: int, ledgers: int, each: int, sealed: bool = False
    ) -> float:
        """
        Have some of them append; return how many events a second were acknowledged.

        Args:
            side: Which of `SIDES`.
            writers: How many write at once.
            ledgers: Over how many ledgers; one writer takes them in turn, many share them out.
            each: Events of each writer.
            sealed: With the rows that the events seal.
        """
        writing = self._processes[:writers]
        for number, process in enumerate(writing):
            among = range(ledgers) if writers == 1 else [number % ledgers]
            asked = {
                "side": side,
                "conninfo": self._conninfo,
                "ledgers": list(among),
                "count": each,
                "sealed": sealed,
            }
            self._say(process, json.dumps(asked))
        self._hear(writing, "ready")
        begun = time.perf_counter()
        for process in writing:
            self._say(process, "go")
        self._hear(writing, "done")
        return writers * each / (time.perf_counter() - begun)

    @staticmethod
    def _say(process: subprocess.Popen[str], line: str) -> None:
        assert process.stdin
        process.stdin.write(f"{line}\n")
        process.stdin.flush()

    @staticmethod
    def _hear(processes: Sequence[subprocess.Popen[str]], line: str) -> None:
        for process in processes:
            assert process.stdout
            heard = process.stdout.readline()
            assert heard == f"{line}\n", heard or f"a writer ended with {process.wait()}"


@contextmanager
def begun(conninfo: str, count: int) -> Iterator[Writers]:
    """Begin *count* writers; they end when this does."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.writers"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        yield Writers(conninfo, processes)
    finally:
        for process in processes:
            process.communicate()  # closes its input, which ends it


def main() -> None:
    """Be a writer, until there is nothing more to be read."""
    opened: dict[tuple[str, tuple[int, ...]], Side] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        ledgers = tuple(asked["ledgers"])
        key = asked["side"], ledgers
        if key not in opened:
            opened[key] = SIDES[asked["side"]](asked["conninfo"], ledgers)
        side = opened[key]
        for ledger in ledgers:
            for part in parts(WARM):
                side.ready(ledger, part)()
        # Each ledger has journeys of its own, and they are written in turns.
        made = {ledger: parts(asked["count"], sealed=asked["sealed"]) for ledger in ledgers}
        turns = (side.ready(n, part) for one in zip(*made.values(), strict=True)
                 for n, part in zip(made, one, strict=True))  # fmt: skip
        work = list(islice(turns, asked["count"]))
        gc.collect()
        print("ready", flush=True)
        sys.stdin.readline()
        for append in work:
            append()
        print("done", flush=True)
    for side in opened.values():
        side.close()


if __name__ == "__main__":
    main()
