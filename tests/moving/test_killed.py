"""
A copy that is killed at any moment goes on, and is the same in the end.

This file is also the other process: `test_killed.py URL TO`.
"""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from complaint_ledger.moving import comparing, copy_ledger, copying

KILLS = 12


def main(url, to):
    copying.PAGE = comparing.PAGE = 20
    print("begun", flush=True)
    copy_ledger(url, to, tell=lambda *told: print(*told, flush=True))
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.exit()


def run(url, to, *, lines):
    """Copy in another process, killed after it said so many *lines*; return what it said."""
    said = []
    with subprocess.Popen(
        [sys.executable, __file__, url, to], stdout=subprocess.PIPE, text=True
    ) as child:
        for line in child.stdout:
            said.append(line.strip())
            if len(said) > lines:
                os.kill(child.pid, signal.SIGKILL)
                break
        said += [line.strip() for line in child.stdout]
    return said


@pytest.mark.about_files("it is killed between steps of a file")
def test_a_copy_killed_at_any_moment_goes_on_and_is_the_same(tmp_path, url, to):
    from complaint_ledger import open_ledger
    from moving.council import all_of, erase, found, record

    actor = found(url, 150)
    there = Path(to.removeprefix("sqlite:///"))
    chance = random.Random(7)
    reached = set()
    for number in range(KILLS):
        said = run(url, to, lines=chance.randrange(12))
        assert "done" not in said
        assert not there.exists(), "nothing half stands under the name"
        reached |= {line.split()[0] for line in said}
        with open_ledger(url) as ledger:
            if number == 6:
                erase(ledger, 0)
            record(ledger, actor, range(1000 + 3 * number, 1003 + 3 * number))

    assert run(url, to, lines=10**9)[-1] == "done"

    assert all_of(to) == all_of(url)
    assert reached == {"begun", "copied", "compared"}
    assert sorted(file.name for file in there.parent.iterdir() if file.name[0] != ".") == [
        "copy.db",
        "copy.db.keys",
        "copy.db.signing",
    ]
