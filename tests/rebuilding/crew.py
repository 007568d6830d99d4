"""
Forks those who record, keep up, ask and rebuild: processes of their own, begun in no time.

Loading the libraries takes each a second or two, and more than the rebuild of a small ledger.
"""

import json
import os
import signal
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg  # noqa: F401 - loaded once

import complaint_ledger_adapters.sqlite  # noqa: F401
from complaint_ledger.cli import main
from rebuilding.asker import ask
from rebuilding.keeper import keep
from rebuilding.recorder import record


def rebuild(output, *words):
    """Do what `complaint-ledger projections rebuild` does; say on the file *output* what it says."""
    with Path(output).open("w") as file:
        os.dup2(file.fileno(), 1)
    main(["projections", "rebuild", *words])


ROLES = {"asker": ask, "keeper": keep, "recorder": record, "rebuilder": rebuild}


def begin(role, words):
    if pid := os.fork():
        return pid
    status = 1
    try:
        ROLES[role](*words)
        status = 0
    except SystemExit as end:
        status = end.code or 0
    except BaseException:  # noqa: BLE001 - it must not go on as the crew
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(status)


def poll(pid):
    """Return the exit status of *pid*; None while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


if __name__ == "__main__":
    members = set()
    for line in sys.stdin:
        order, *words = json.loads(line)
        if order == "poll":
            answer = poll(*words)
            members -= set(words) if answer is not None else set()
        else:
            answer = begin(order, words)
            members.add(answer)
        print(json.dumps(answer), flush=True)
    for pid in members:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
