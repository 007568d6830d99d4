"""A UmaDB server of its own for a test: from its wheel, on this machine alone."""

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import attrs

from complaint_ledger_adapters.umadb_scratch import HOST, free_port

PATIENCE = 30  # seconds


@attrs.define
class UmaServer:
    """One UmaDB in a process of its own, which can be stopped, killed and started again."""

    folder: Path
    words: tuple[str, ...] = ()  # more of its command line
    port: int = attrs.field(factory=free_port)
    process: subprocess.Popen | None = None

    def start(self):
        program = shutil.which("umadb", path=str(Path(sys.executable).parent))
        command = [program, "--listen", f"{HOST}:{self.port}", "--db-path", self.folder / "uma.db"]
        with (self.folder / "log").open("w") as log:
            self.process = subprocess.Popen([*command, *self.words], stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection((HOST, self.port)).close()
            except OSError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < until
                time.sleep(0.005)
            else:
                return

    def stop(self, how="fast"):
        """Stop it: *immediate* kills it with -9, as a cut of the power does."""
        if self.process is not None:
            self.process.send_signal({"fast": signal.SIGTERM, "immediate": signal.SIGKILL}[how])
            self.process.wait(PATIENCE)
            self.process = None

    def restart(self, how="fast"):
        self.stop(how)
        self.start()

    @contextmanager
    def frozen(self):
        """Let it answer nobody for a while."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def url(self, who="", **options):
        told = {"vault": self.folder / "council.vault"} | options
        query = "&".join(f"{name}={quote(str(value), safe='/')}" for name, value in told.items())
        return f"umadb://{who}{HOST}:{self.port}?{query}"


@contextmanager
def uma_server(*words):
    """Run a UmaDB of its own, in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="complaint-ledger-umadb-") as name:
        server = UmaServer(Path(name), words)
        try:
            server.start()
            yield server
        finally:
            server.stop("immediate")
