"""What holds between processes, and through the death of one."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from complaint_ledger.testing.rules import rival
from complaint_ledger.testing.rules.scene import ONE, OpenStore, Scene, ids, needs
from complaint_ledger.testing.whole import check_whole

VERSIONS = 40
PATIENCE = 60  # seconds


class Processes(Scene):
    @needs("processes")
    def test_two_processes_race_and_one_wins_each_version(self, open_store: OpenStore) -> None:
        store = open_store()

        with another_process(open_store, "a") as one, another_process(open_store, "b") as other:
            for process in (one, other):
                say(process, f"race {VERSIONS}")
            won = [process.communicate(timeout=PATIENCE)[0].split() for process in (one, other)]

        assert [one.returncode, other.returncode] == [0, 0]
        assert len(won[0]) + len(won[1]) == VERSIONS
        assert set(ids(store.read(ONE))) == {*won[0], *won[1]}
        assert check_whole(store) == VERSIONS

    @needs("processes", "durable")
    def test_a_death_before_the_acknowledgement_loses_and_doubles_nothing(
        self, open_store: OpenStore
    ) -> None:
        store = open_store()
        batch = rival.batch("a", 0)

        with another_process(open_store, "a") as process:
            say(process, "die")
            out, _ = process.communicate(timeout=PATIENCE)

        assert (out, process.returncode != 0) == ("", True)  # it was killed, and told nobody
        again = store.append(batch)
        assert (again.first, again.last, again.already_there) == (1, 2, True)
        assert [event.id for part in batch for event in part.events] == ids(store.tail())
        assert check_whole(store) == 2

    @needs("durable")
    def test_what_was_acknowledged_outlives_the_process_that_heard_so(
        self, open_store: OpenStore
    ) -> None:
        with another_process(open_store, "a") as process:
            say(process, "keep")
            told = heard(process)
            process.kill()

        assert told == ["acknowledged"]
        store, row = open_store(), rival.row("a")
        assert ids(store.tail()) == ["a" * 32]
        assert {row.digest: row} == store.sealed([row.digest])
        assert (store.claimed_by(rival.CLAIM), list(store.kept())) == (ONE, [rival.KEPT])
        assert check_whole(store) == 1

    @needs("processes")
    def test_another_process_sees_what_was_recorded(self, open_store: OpenStore) -> None:
        store = open_store()
        store.append(rival.batch("b", 0))

        with another_process(open_store, "b") as process:
            say(process, "look")
            out, _ = process.communicate(timeout=PATIENCE)

        assert ids(store.tail()) == out.split()


@contextmanager
def another_process(open_store: OpenStore, name: str) -> Iterator[subprocess.Popen[str]]:
    """Start another process with the same ledger open."""
    at = open_store.clock().isoformat()
    process = subprocess.Popen(  # noqa: S603 - our own file
        [sys.executable, "-P", str(rival.__file__), name, at],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            say(process, open_store.address)  # never as an argument: it may hold a password
            assert heard(process) == ["ready"]
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> list[str]:
    """Return the words of the next line that *process* says; none when it has ended."""
    assert process.stdout
    return process.stdout.readline().split()


def say(process: subprocess.Popen[str], line: str) -> None:
    """Tell *process* what to do."""
    assert process.stdin
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
