"""Two runners keep one view up; one stands still in the middle of a batch, the other goes on."""

import os
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import pytest

from complaint_ledger.projections.verifying import verify
from complaint_ledger.projections.views import Views
from complaint_ledger.store import adapter, parse_url, system_clock
from rebuilding.ledgers import large_ledger


@pytest.fixture
def ledger(tmp_path):
    url = f"sqlite:///{tmp_path / 'council.db'}"
    large_ledger(url, 160)
    return url


@pytest.fixture
def store(ledger):
    with closing(adapter("sqlite").open(parse_url(ledger), system_clock)) as store:
        yield store


@contextmanager
def one_that_stands_still(ledger, facts, where):
    """Give a runner in a process of its own, once it stands still."""
    script = Path(__file__).parent / "paused_runner.py"
    runner = subprocess.Popen(
        [sys.executable, script, ledger, facts, where], stderr=subprocess.PIPE, text=True
    )
    try:
        _, status = os.waitpid(runner.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), runner.stderr.read()
        yield runner
    finally:
        runner.kill()
        runner.communicate()


def go_on(runner):
    """Let *runner* go on to its end; return what it said."""
    runner.send_signal(signal.SIGCONT)
    _, said = runner.communicate(timeout=60)
    assert runner.returncode == 0, said
    return said


def whole(views, store):
    """Whether nothing was applied twice, and nothing lost."""
    found = verify(views, store)
    return found.equal and found.position == store.head().position and found.complaints == 20


@pytest.fixture
def begun(views, store):
    views.catch_up(store, upto=20, batch=7)
    return views


def test_before_its_transaction_the_other_does_its_batch(begun, ledger, facts, store):
    with one_that_stands_still(ledger, facts, "before") as runner:
        begun.catch_up(store, batch=9)
        assert whole(begun, store)
        assert go_on(runner) == ""
    assert whole(begun, store)


def test_in_its_transaction_on_a_file_the_other_waits_until_it_goes_on(tmp_path, ledger, store):
    facts = str(tmp_path / "council.facts")
    with Views(facts) as views, Views(facts) as other:
        views.catch_up(store, upto=20)
        with one_that_stands_still(ledger, facts, "inside") as runner:
            waiting = Thread(target=other.catch_up, args=(store,), kwargs={"batch": 9})
            waiting.start()
            waiting.join(0.5)
            assert waiting.is_alive()
            with views.reading() as connection:  # who asks does not wait
                assert views.position(connection) == 20
            assert go_on(runner) == ""
            waiting.join()
        assert whole(views, store)


def test_in_its_transaction_on_a_file_the_other_goes_on_when_it_is_killed(tmp_path, ledger, store):
    facts = str(tmp_path / "council.facts")
    with Views(facts) as views:
        views.catch_up(store, upto=20)
        with one_that_stands_still(ledger, facts, "inside"):
            pass
        views.catch_up(store, batch=9)
        assert whole(views, store)


def test_in_its_transaction_on_a_server_the_other_goes_on_after_a_while(
    postgres_facts, ledger, store
):
    with Views(postgres_facts) as views:
        views.catch_up(store, upto=20)
        with one_that_stands_still(ledger, postgres_facts, "inside") as runner:
            views.catch_up(store, batch=9)
            assert whole(views, store)
            assert "idle-in-transaction" in go_on(runner)
        assert whole(views, store)
