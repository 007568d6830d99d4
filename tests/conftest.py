"""What every test may lean on."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from complaint_ledger_adapters.umadb_scratch import scratch_servers
from in_postgres.plugin import Counts, Everything
from servers import PostgresServer, postgres_server


def pytest_configure(config: pytest.Config) -> None:
    # Jobs in the background of a script ignore interrupts, and so would all that they start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("--store") == "postgresql":
        config.pluginmanager.register(Counts())
        if not _only_hands_out(config):
            config.pluginmanager.register(Everything())


def _only_hands_out(config: pytest.Config) -> bool:
    """Return whether other processes run the tests."""
    return bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")


settings.register_profile(
    "shared-machine",
    deadline=None,  # two busy cores: a time limit would test the machine
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("shared-machine")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Where real data made by others lies; see CONTRIBUTING.md."""
    place = os.environ.get("COMPLAINT_LEDGER_DATA")
    if not place:
        pytest.skip("COMPLAINT_LEDGER_DATA does not say where the real data is")
    return Path(place)


@pytest.fixture(autouse=True)
def nobody_is_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test takes its ledger, keys or actor from the machine that it runs on."""
    for name in ("URL", "KEYS", "ACTOR", "FACTS"):
        monkeypatch.delenv(f"COMPLAINT_LEDGER_{name}", raising=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL, of each process that tests; started when first asked for."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    """The address of a database that ledgers may be made in, each in a schema of its own."""
    if named := os.environ.get("COMPLAINT_LEDGER_POSTGRES"):
        return named
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.conninfo("postgres")


@pytest.fixture(scope="session")
def new_uma_address() -> Iterator[Callable[[], str]]:
    """What gives, at each call, the address of a new and empty UmaDB, for a few tests long."""
    with scratch_servers() as new_address:
        yield new_address
