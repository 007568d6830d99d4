"""What every test may lean on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from servers import PostgresServer, postgres_server

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
    for name in ("COMPLAINT_LEDGER_URL", "COMPLAINT_LEDGER_KEYS", "COMPLAINT_LEDGER_ACTOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL, of each process that tests; started when first asked for."""
    with postgres_server() as server:
        yield server
