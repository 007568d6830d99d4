"""A real UmaDB server for the tests, from its wheel, on this machine alone."""

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs
import umadb

from servers import free_port

PATIENCE = 60  # seconds


@attrs.define
class UmaServer:
    """One server with one database, in a folder of its own."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = attrs.field(factory=free_port)
    process: subprocess.Popen | None = None

    def start(self):
        program = Path(sys.executable).parent / "umadb"
        self.process = subprocess.Popen(
            [program, "--listen", f"127.0.0.1:{self.port}", "--db-path", self.folder / "log",
             *self.options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while True:
            try:
                umadb.Client(f"http://127.0.0.1:{self.port}").check_health()
            except Exception:  # noqa: BLE001 - whatever it says, it is not up
                assert self.process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.005)
            else:
                return self

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.process = None

    def restart(self, _how=""):
        self.stop()
        self.start()

    @property
    def address(self):
        return f"umadb://127.0.0.1:{self.port}/?vault={self.folder / 'vault.db'}"


@contextmanager
def uma_servers():
    """Give what starts, at each call, a server with nothing in it."""
    with ExitStack() as held:

        def start(*options):
            folder = held.enter_context(tempfile.TemporaryDirectory(prefix="complaint-ledger-uma-"))
            server = UmaServer(Path(folder), options).start()
            held.callback(server.stop)
            return server

        yield start
