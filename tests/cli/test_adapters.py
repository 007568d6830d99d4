"""`adapters check` says what a store at a place can do, and what it only says that it can."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main
from complaint_ledger.cli.adapters import COLUMNS

pytestmark = pytest.mark.about_files("the contract asks them")

STRANGERS = """
from complaint_ledger.errors import LedgerExists
from complaint_ledger_adapters.memory import MemoryAdapter, MemoryStore

class Keeper(MemoryStore):
    capabilities = MemoryStore.capabilities | {"durable"}

    def erase_sealed(self, digests):
        return len(set(digests))


class KeeperAdapter(MemoryAdapter):
    def create(self, url, ledger, clock):
        if url.path in self._stores:
            raise LedgerExists(url.text)
        return self._stores.setdefault(url.path, Keeper(ledger, clock))

    def scratch(self, url):
        return _as_keeper(super().scratch(url))


class _as_keeper:
    def __init__(self, inner):
        self.inner = inner

    def __enter__(self):
        new_address = self.inner.__enter__()
        return lambda: new_address().replace("memory:", "keeper:")

    def __exit__(self, *about):
        return self.inner.__exit__(*about)


class Silent:
    create = open = None


KEEPER, SILENT = KeeperAdapter(), Silent()
"""


@pytest.fixture
def strangers(tmp_path, monkeypatch):
    """Adapters of somebody else, installed as theirs would be."""
    installed = tmp_path / "installed"
    about = installed / "strangers-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: strangers\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[complaint_ledger.adapters]\nkeeper = strangers:KEEPER\nsilent = strangers:SILENT\n"
    )
    (installed / "strangers.py").write_text(STRANGERS)
    monkeypatch.syspath_prepend(installed)
    monkeypatch.setenv("PYTHONPATH", str(installed))
    yield
    sys.modules.pop("strangers", None)


def run(*arguments):
    result = CliRunner().invoke(main, ["adapters", "check", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


def test_a_place_for_sqlite_ledgers_is_checked_and_left_as_it_was(tmp_path):
    (tmp_path / "council.db").write_text("somebody's own")

    result = run(f"sqlite:///{tmp_path}/council.db", "--format", "json")

    assert (result.exit_code, result.stderr) == (0, "")
    told = json.loads(result.stdout)
    verdicts = {row["capability"]: row["verdict"] for row in told["capabilities"]}
    assert verdicts.pop("push") == "not declared"
    assert verdicts == dict.fromkeys(
        ["always", "durable", "erase", "processes", "restore"], "shown"
    )
    time = {"name": "test_time_never_runs_back", "needs": [], "outcome": "passed", "reason": ""}
    assert time in told["rules"]
    assert told["passed"] is True
    assert [file.name for file in tmp_path.iterdir()] == ["council.db"]


@pytest.mark.usefixtures("strangers")
def test_an_adapter_that_lies_is_told_what_it_does_not_do():
    table = run("keeper:///")

    assert (table.exit_code, table.stderr) == (1, "")
    head, *lines = table.stdout.splitlines()
    assert head.split() == list(COLUMNS)
    told = {line.split()[0]: " ".join(line.split()[6:]) for line in lines[:6]}
    assert told == {
        "always": "shown",
        "durable": "declared and not shown",
        "erase": "declared and not shown",
        "processes": "not declared",
        "push": "shown",
        "restore": "declared and not shown",  # it erases what was restored no better
    }
    failed = {line.split()[1].rstrip(":") for line in lines if line.startswith("FAILED")}
    assert failed >= {
        "test_what_was_acknowledged_outlives_the_process_that_heard_so",
        "test_erasing_takes_sealed_rows_away_and_leaves_the_events",
    }
    assert [line for line in lines if line.startswith("not asked")]


# --- what cannot be checked ----------------------------------------------------------------------


@pytest.mark.usefixtures("strangers")
def test_an_adapter_that_does_not_say_where_is_told_what_to_write():
    result = run("silent:///")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "the adapter silent does not say where scratch ledgers may go" in result.stderr
    assert "scratch(url)" in result.stderr


def test_an_adapter_that_nobody_installed_is_named():
    result = run("abacus:///")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "no adapter has that name; there is" in result.stderr


def test_a_place_that_is_not_there_is_named(tmp_path):
    result = run(f"{tmp_path}/nowhere/council.db")

    assert (result.exit_code, result.stdout) == (3, "")
    assert "make it first" in result.stderr


CHECK = "from complaint_ledger.cli import main; main(['adapters', 'check', 'memory:///'])"


def python(*arguments):
    """Run the check as a program of its own; return its message."""
    done = subprocess.run([sys.executable, *arguments], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def test_where_pytest_is_not_installed_the_extra_is_named():
    assert python("-c", f"import sys; sys.modules['pytest'] = None; {CHECK}") == (
        "complaint-ledger: adapters check: it needs the Python package pytest, which is not"
        " installed: pip install complaint-ledger[testing]\n"
    )


def test_where_nothing_can_fail_nothing_is_checked():
    assert "run it without" in python("-O", "-c", CHECK)
