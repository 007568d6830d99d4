"""
UmaDB servers that live for a while, to try things on: `umadb_scratch.py` in a process.

A server keeps one ledger and deletes nothing, so a scratch ledger has a server of its own.
All of them are in one process, and begin in a hundredth of a second. The process reads a
line for each, the file of its database, and answers with its port, or with nothing where
the server did not start. It ends when its input does.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Final
from urllib.parse import quote

from complaint_ledger.errors import StoreUnreadable
from complaint_ledger.ids import new_id

HOST: Final = "127.0.0.1"
AT_ONCE: Final = 12
"""How many databases are kept: each takes 256 MiB, and nobody asks an older one again."""

_PATIENCE: Final = 10.0  # seconds


@contextlib.contextmanager
def scratch_servers() -> Iterator[Callable[[], str]]:
    """
    Yield what gives, at each call, the address of a new and empty database.

    Raises:
        StoreUnreadable: No server can be started here.
    """
    with TemporaryDirectory(prefix="complaint-ledger-umadb-") as name:
        process = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        databases: deque[Path] = deque()

        def new_address() -> str:
            if len(databases) == AT_ONCE:
                _take_away(databases.popleft())
            database = Path(name, f"{new_id()}.db")
            databases.append(database)
            vault = quote(f"{database}.vault", safe="/")
            return f"umadb://{HOST}:{_started(process, database)}?vault={vault}"

        with process:
            try:
                yield new_address
            finally:
                process.kill()


def _started(process: subprocess.Popen[str], database: Path) -> int:
    assert process.stdin
    assert process.stdout
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(f"{database}\n")
        process.stdin.flush()
        if port := process.stdout.readline().strip():
            return int(port)
    raise StoreUnreadable("no UmaDB server could be started on this machine")


def _take_away(database: Path) -> None:
    for file in database.parent.glob(f"{database.name}*"):
        with file.open("wb"):  # the server has it open still
            pass
        file.unlink()


# --- in the process ------------------------------------------------------------------------------


def main() -> None:
    """Start a server for each line."""
    answers = os.fdopen(os.dup(1), "w")
    silence = os.open(os.devnull, os.O_WRONLY)  # a server says much
    os.dup2(silence, 1)
    for line in sys.stdin:
        print(_serve(line.rstrip("\n")) or "", file=answers, flush=True)
    os._exit(0)  # servers know no end


def _serve(database: str) -> int | None:
    port = free_port()
    words = ["umadb", "--listen", f"{HOST}:{port}", "--db-path", database]
    server = Thread(target=_run, args=(words,), daemon=True)
    server.start()
    until = time.monotonic() + _PATIENCE
    while server.is_alive() and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port)):
            return port
        time.sleep(0.002)
    return None


def _run(words: list[str]) -> None:
    from complaint_ledger_adapters.umadb_client import umadb

    with contextlib.suppress(umadb.ServerStartError):
        umadb.run_server_from_args(words)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
