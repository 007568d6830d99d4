"""A check says what a store can do: what it declares, what its tests show, and what not."""

import os
from contextlib import contextmanager
from threading import Event

import pytest

from complaint_ledger.errors import NoLedger, StoreUnreadable
from complaint_ledger.ids import new_id
from complaint_ledger.store import Scratches, parse_url, system_clock
from complaint_ledger.testing import CAPABILITIES
from complaint_ledger.testing.report import Part, Report, Rule, check
from complaint_ledger.testing.rules import following
from complaint_ledger_adapters import memory, postgres, sqlite
from complaint_ledger_adapters.memory import MemoryAdapter, MemoryStore


class Boaster(MemoryStore):
    """Declares all there is, does none of it, and records at whatever time the clock says."""

    capabilities = frozenset(CAPABILITIES)

    def _record(self, part, now):
        super()._record(part, self.clock())

    def erase_sealed(self, digests):
        return len(set(digests))

    def restore(self, *_):
        """Restore nothing."""

    @contextmanager
    def listen(self):
        yield Event().wait


class Of(MemoryAdapter):
    def __init__(self, kind):
        super().__init__()
        self.kind = kind

    def create(self, url, ledger, clock):
        return self._stores.setdefault(url.path, self.kind(ledger, clock))


def checked(adapter):
    with adapter.scratch(parse_url("memory:///")) as new_address:
        return check(adapter, new_address)


def verdicts(report):
    return {part.name: part.verdict for part in report.parts}


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Somebody's own folder, with settings of pytest that would break any run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conftest.py").write_text("raise SystemExit('not your tests')")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    return tmp_path


def test_a_store_that_keeps_its_word_is_shown_to_and_nothing_is_left_behind(elsewhere, capfd):
    before, environment = set(elsewhere.rglob("*")), dict(os.environ)
    counted = []
    with memory.ADAPTER.scratch(parse_url("memory:///")) as new_address:
        report = check(memory.ADAPTER, new_address, counted.append)

    assert verdicts(report) == {
        "always": "shown",
        "durable": "not declared",
        "erase": "shown",
        "processes": "not declared",
        "push": "shown",
        "restore": "shown",
    }
    assert (report.passed, report.failed) == (True, ())
    asked = {rule.name: rule for rule in report.always.rules}
    assert asked["test_time_never_runs_back"].outcome == "passed"
    assert asked["test_calls_in_any_order_agree_with_a_model"].outcome == "passed"
    assert report.always.count("passed") == len(report.always.rules) > 50
    assert counted == list(range(1, len(counted) + 1))
    assert capfd.readouterr() == ("", "")
    assert set(elsewhere.rglob("*")) == before
    assert dict(os.environ) == environment


def test_whatever_a_store_only_boasts_of_is_named_with_the_reason(monkeypatch):
    monkeypatch.setattr(following, "AT_ONCE", 0.5)

    report = checked(Of(Boaster))

    assert set(verdicts(report).values()) == {"declared and not shown"}
    assert not report.passed
    assert {
        "test_what_was_acknowledged_outlives_the_process_that_heard_so",
        "test_erasing_takes_sealed_rows_away_and_leaves_the_events",
        "test_another_process_sees_what_was_recorded",
        "test_a_follower_is_told_long_before_it_looks",
        "test_restoring_keeps_positions_times_chains_and_claims",
    } <= {rule.name for rule in report.failed}
    for rule in report.failed:
        assert rule.reason
        assert "\n" not in rule.reason
    (backward,) = [rule for rule in report.failed if rule.name == "test_time_never_runs_back"]
    assert backward.reason.startswith("time never runs back (whole.py, line ")


def test_a_store_that_cannot_be_made_at_all_is_an_error(tmp_path):
    with pytest.raises(StoreUnreadable, match="there is no folder"):
        check(sqlite.ADAPTER, lambda: f"{tmp_path}/nowhere/ledger.db")


def part(declared, *outcomes):
    rules = tuple(
        Rule(name=f"test_{n}", needs=("erase",), outcome=o) for n, o in enumerate(outcomes)
    )
    return Part(name="erase", declared=declared, rules=rules)


@pytest.mark.parametrize(
    ("declared", "outcomes", "verdict"),
    [
        (True, ["passed", "passed"], "shown"),
        (True, ["passed", "skipped"], "shown"),
        (True, ["passed", "failed"], "declared and not shown"),
        (True, ["skipped"], "declared and not shown"),
        (True, [], "declared and not shown"),
        (False, ["skipped"], "not declared"),
    ],
)
def test_only_what_was_asked_and_never_failed_is_shown(declared, outcomes, verdict):
    found = part(declared, *outcomes)

    assert found.verdict == verdict
    always = Part(name="always", declared=True, rules=part(True, "passed").rules)
    report = Report(always=always, capabilities=(found,))
    assert report.passed is (verdict != "declared and not shown")


# --- where scratch ledgers go --------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["{}/", "{}", "{}/council.db", "sqlite:///{}/", "sqlite:///{}/x.db"]
)
def test_scratch_ledgers_in_a_folder_leave_it_as_it_was(tmp_path, address):
    (tmp_path / "council.db").write_text("somebody's own")
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}

    with sqlite.ADAPTER.scratch(parse_url(address.format(tmp_path))) as new_address:
        places = [new_address(), new_address()]
        for place in places:
            sqlite.ADAPTER.create(parse_url(place), new_id(), system_clock).close()
        assert len(set(places)) == 2
        (made,) = set(tmp_path.iterdir()) - before.keys()
        assert made.stat().st_mode & 0o777 == 0o700

    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("address", ["{}/nowhere/", "{}/nowhere/x.db"])
def test_scratch_ledgers_need_a_folder(tmp_path, address):
    url = parse_url(address.format(tmp_path))

    with pytest.raises(StoreUnreadable, match="there is no folder"), sqlite.ADAPTER.scratch(url):
        pass


def test_scratch_ledgers_in_memory_are_forgotten_and_no_other():
    own = parse_url(f"memory:///{new_id()}")
    memory.ADAPTER.create(own, new_id(), system_clock)

    with memory.ADAPTER.scratch(own) as new_address:
        scratch = parse_url(new_address())
        memory.ADAPTER.create(scratch, new_id(), system_clock)

    with pytest.raises(NoLedger):
        memory.ADAPTER.open(scratch, system_clock)
    assert memory.ADAPTER.open(own, system_clock).head().position == 0


def test_our_adapters_say_where_scratch_ledgers_go():
    assert isinstance(memory.ADAPTER, Scratches)
    assert isinstance(sqlite.ADAPTER, Scratches)
    assert isinstance(postgres.ADAPTER, Scratches)
