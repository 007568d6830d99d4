"""
A rebuild while somebody records, somebody keeps the facts up, somebody asks, and a worker dies.

What is looked at: that no question failed and none was told less than before, that the
progress was exact and never went back, that what serves in the end is what a fresh fold
makes, and how long questions took beside what they take in peace.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import attrs
from sqlalchemy import text

from complaint_ledger.opening import open_ledger
from complaint_ledger.projections.verifying import verify
from complaint_ledger.projections.views import Views

HERE = Path(__file__).parent
LOOK = 0.1  # seconds


@attrs.frozen(kw_only=True)
class Told:
    """What came of it."""

    events: int
    recorded: int
    seconds: float
    killed_at: float
    looks: int
    questions: int
    complaints: int
    idle: float
    busy: float

    def __str__(self):
        return (
            f"{self.events:,} events rebuilt in {self.seconds:.0f} s while {self.recorded:,} were"
            f" recorded; a worker killed at {self.killed_at:.0%}; {self.looks} looks at the"
            f" progress, exact and never back; {self.questions} questions, none failed, none told"
            f" less; p95 {self.busy * 1000:.0f} ms, {self.busy / self.idle:.2f} of"
            f" {self.idle * 1000:.0f} ms in peace; {self.complaints:,} complaints folded anew, all"
            " rows equal"
        )


@attrs.define(kw_only=True)
class Trial:
    """One rebuild of the ledger at *url*, whose facts are kept at *facts*."""

    url: str
    facts: str
    folder: Path
    workers: int = 2
    kill_at: float = 1 / 3  # of the way, at which a worker is killed
    questions: int = 60  # asked in peace
    pause: float = 0.02  # seconds between two events that are recorded

    def run(self):
        with open_ledger(self.url) as ledger, Views(self.facts) as views:
            store = ledger.store
            views.catch_up(store)
            events = store.head().position
            with Crew() as crew:
                asker = crew.begin("asker", self.facts, self.folder / "asked")
                while self.asked_so_far() < self.questions:
                    assert crew.poll(asker) is None
                    time.sleep(LOOK)
                idle = self.asked_so_far()
                others = [
                    crew.begin("recorder", self.url, self.pause),
                    crew.begin("keeper", self.url, self.facts),
                ]
                began = time.monotonic()
                looks, killed_at = self.rebuild(views, crew)
                seconds = time.monotonic() - began
                assert [crew.poll(other) for other in others] == [None, None]
                os.kill(asker, signal.SIGTERM)
                assert crew.wait(asker) == 0
            views.catch_up(store)
            found = verify(views, store)
            assert found.equal, found
            recorded = store.head().position - events
            assert recorded
            asked = self.asked()
            return Told(
                events=events,
                recorded=recorded,
                seconds=seconds,
                killed_at=killed_at,
                looks=looks,
                questions=len(asked) - idle,
                complaints=found.complaints,
                idle=p95(asked[:idle]),
                busy=p95(asked[idle:]),
            )

    def rebuild(self, views, crew):
        """Rebuild in another process; return how often the progress was looked at, and the kill."""
        said = self.folder / "rebuilt"
        words = ["--ledger", self.url, "--facts", self.facts, "--workers", str(self.workers)]
        coordinator = crew.begin("rebuilder", said, *words)
        seen, killed_at = [], None
        while (status := crew.poll(coordinator)) is None:
            time.sleep(LOOK)
            if (look := progress(views)) is None:
                continue
            seen.append(look)
            _, position, target = look
            due = killed_at is None and position >= target * self.kill_at
            if due and (worker := a_worker_of(coordinator)):
                os.kill(worker, signal.SIGKILL)
                killed_at = position / target
        assert status == 0
        assert said.read_text() == f"build {seen[-1][0]}: serving\n"
        positions = [position for _, position, _ in seen]
        assert positions == sorted(positions)
        assert len({build for build, _, _ in seen}) == 1
        assert killed_at is not None, "nobody could be killed: it was over too soon"
        return len(seen), killed_at

    def asked_so_far(self):
        notes = self.folder / "asked"
        return notes.read_text().count("\n") if notes.exists() else 0

    def asked(self):
        """Return what each question took, in seconds; each was answered, and with no less."""
        lines = [json.loads(line) for line in (self.folder / "asked").read_text().splitlines()]
        assert lines
        assert not [line for line in lines if "failed" in line]
        positions = [line["position"] for line in lines]
        assert positions == sorted(positions)
        return [line["seconds"] for line in lines]


class Crew:
    """Processes of their own, begun by one that has loaded everything; see crew.py."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, HERE / "crew.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_):
        self.process.communicate()  # at the end of its input it ends the others

    def begin(self, role, *words):
        """Begin a process; return its id."""
        return self._tell(role, *map(str, words))

    def poll(self, pid):
        """Return the exit status of a process; None while it runs."""
        return self._tell("poll", pid)

    def wait(self, pid):
        while (status := self.poll(pid)) is None:
            time.sleep(LOOK)
        return status

    def _tell(self, *order):
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def progress(views):
    """Return what the table says of the build that is made; exact: it is counted out anew."""
    with views.place.reading() as connection:
        row = connection.execute(
            text("SELECT build, position, target FROM progress WHERE state = 'building'")
        ).one_or_none()
        if row is None:
            return None
        parts = connection.execute(
            text(
                'SELECT position, "after", upto FROM bookmarks WHERE build = :build'
            ), {"build": row.build},
        ).all()  # fmt: skip
    assert int(row.position) == sum(part.position - part.after for part in parts)
    assert all(part.upto is None or part.after <= part.position <= part.upto for part in parts)
    return row.build, int(row.position), row.target


def a_worker_of(coordinator):
    """Return the process id of one that works for *coordinator*; None if nobody does."""
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            _, _, rest = (folder / "stat").read_text().rpartition(") ")
            state, parent = rest.split()[:2]
            if int(parent) == coordinator and state != "Z":
                return int(folder.name)
    return None


def p95(seconds):
    return statistics.quantiles(seconds, n=20)[-1]
