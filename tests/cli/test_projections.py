"""`projections` shows, keeps up, remakes, takes back and compares; and is clear about bad input."""

import csv
import io
import json
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, text, update

from complaint_ledger.cli import main
from complaint_ledger.ids import new_id
from complaint_ledger.opening import open_ledger
from complaint_ledger.projections import build_tables
from complaint_ledger.projections.facts import SCHEMA
from complaint_ledger.projections.rebuild import rebuild
from complaint_ledger.projections.views import Views
from rebuilding.ledgers import large_ledger
from servers import with_options

PATIENCE = 60  # seconds


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path / 'council.db'}"
    large_ledger(url, 16)
    return url


@pytest.fixture(params=["beside the ledger", "in PostgreSQL"])
def place(request, tmp_path):
    if request.param == "in PostgreSQL":
        return with_options(request.getfixturevalue("database"), schema=f"f_{new_id()}")
    return f"{tmp_path / 'council.db'}.facts"


@pytest.fixture
def views(place):
    with Views(place) as views:
        yield views


@pytest.fixture
def run(url, place):
    def run(*words, status=0, ledger=url, facts=place):
        where = ("--facts", facts) if facts else ()
        command = ["projections", *words, "--ledger", ledger, *where]
        done = CliRunner().invoke(main, command)
        assert status == done.exit_code, done.output
        assert "Traceback" not in done.output
        return done

    return run


def test_status_in_every_format(run):
    assert "no facts yet: `projections rebuild` makes them" in run("status").stdout
    assert json.loads(run("status", "--format", "json").stdout) == []
    run("run", "--once")
    [told] = json.loads(run("status", "--format", "json").stdout)
    [line] = run("status", "--format", "jsonl").stdout.splitlines()
    [row] = csv.DictReader(io.StringIO(run("status", "--format", "csv").stdout))

    assert told == json.loads(line)
    assert told | {"begun_at": 0, "served_at": 0, "moved_at": 0} == {
        "build": 1,
        "schema": SCHEMA,
        "state": "serving",
        "position": told["of"],
        "of": told["of"],
        "lag": 0,
        "behind_since": None,
        "per_second": None,
        "seconds_left": None,
        "parked": [],
        "begun_at": 0,
        "served_at": 0,
        "moved_at": 0,
    }
    assert (row["build"], row["state"], row["lag"], row["parked"]) == ("1", "serving", "0", "0")
    assert "serving" in run("status").stdout


def test_status_says_how_far_behind_and_what_is_left_out(run, views, url):
    with open_ledger(url) as ledger:
        views.catch_up(ledger.store, upto=9)
        behind = ledger.store.tail(after=9, limit=1)[0].recorded_at
        lag = ledger.store.head().position - 9
    row = {"build": 1, "stream": "f" * 32, "complaint": 7, "position": 9, "reason": "unknown here"}
    with views.place.writing() as connection:
        connection.execute(insert(build_tables.parked), row | {"tried_at": ""})
    [told] = json.loads(run("status", "--format", "json").stdout)

    assert (told["lag"], told["behind_since"]) == (lag, behind.isoformat())
    assert told["parked"] == [{"complaint": "f" * 32, "reason": "unknown here"}]
    assert f"parked in 1: complaint {'f' * 32}: unknown here" in run("status").stdout


def test_status_says_how_to_go_on_with_one_that_is_half_made(run, views, url):
    class Stop(Exception):
        pass

    def stop(_):
        raise Stop

    with open_ledger(url) as ledger, pytest.raises(Stop):
        rebuild(views, ledger.store, batch=1, tell=stop)

    said = run("status").stdout
    assert "build 1 is not ended: `projections rebuild` goes on with it" in said
    assert "not ready" in run("verify", "--build", "1", status=3).stderr
    assert "yet" in run("verify", status=3).stderr
    assert run("rebuild").stdout == "build 1: serving\n"


def test_rebuilt_taken_back_served_compared_and_dropped(run):
    assert run("rebuild").stdout == "build 1: serving\n"
    assert run("rebuild", "--workers", "2").stdout == "build 2: serving\n"
    assert run("rebuild", "--beside").stdout == "build 3: beside\n"
    assert run("serve", "3").stdout == "build 3: serving\n"
    assert run("rollback").stdout == "build 2: serving\n"
    assert "2 complaints folded anew, 0 different" in run("verify", "--build", "3").stdout
    assert run("drop", "3").stdout == "build 3: dropped (kept)\n"
    assert run("rebuild", "--anew").stdout == "build 4: serving\n"
    assert "serves; let another serve first" in run("drop", "4", status=3).stderr
    for words in (("drop", "9"), ("serve", "9"), ("verify", "--build", "9")):
        assert "no build 9" in run(*words, status=3).stderr


def test_verify_exits_1_and_names_what_is_different(run, views):
    run("run", "--once")
    assert "0 different" in run("verify").stdout
    with views.place.writing() as connection:
        connection.execute(text("UPDATE heads_1 SET overturned = 1 - overturned"))
    done = run("verify", status=1)

    assert "2 complaints folded anew, 2 different" in done.stdout
    assert done.stdout.count("different: ") == 2
    assert "rebuild` makes the facts anew" in done.stderr
    run("rebuild")
    run("verify")


def test_kept_up_until_ctrl_c_which_is_no_error(url, place, run):
    program = "from complaint_ledger.cli import main; main()"
    words = ["projections", "run", "--ledger", url, "--facts", place]
    with subprocess.Popen(
        [sys.executable, "-c", program, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as keeping_up:
        try:
            until = time.monotonic() + PATIENCE
            while "no facts yet" in (told := run("status").stdout) or "building" in told:
                assert time.monotonic() < until
                time.sleep(0.05)
            keeping_up.send_signal(signal.SIGINT)
            out, said = keeping_up.communicate(timeout=PATIENCE)
        finally:
            keeping_up.kill()

    assert (keeping_up.returncode, out) == (0, "")
    assert said.splitlines() == ["FICTIONAL: nothing in this ledger happened.", ""]
    run("verify")


def test_facts_that_are_ahead_say_so_and_rebuild_anew_mends_them(run, views):
    run("run", "--once")
    with views.place.writing() as connection:
        connection.execute(update(build_tables.bookmarks).values(position=10**6))

    assert "restored from a backup? `projections rebuild --anew`" in run("status").stdout
    assert "rebuild --anew" in run("run", "--once", status=3).stderr
    assert "rebuild --anew" in run("verify", status=3).stderr
    run("rebuild", "--anew")
    run("verify")
    assert "ahead" not in run("status").stdout


def test_facts_of_another_ledger_are_not_shown_as_if_they_were_this_ones(run, tmp_path):
    run("run", "--once")
    other = f"sqlite:///{tmp_path / 'other.db'}"
    large_ledger(other, 8)

    for words in (("status",), ("run", "--once"), ("rebuild",), ("verify",), ("serve", "1")):
        assert "another ledger" in run(*words, ledger=other, status=3).stderr


def test_a_role_is_let_read_or_is_not_there(run, place):
    if place.startswith("/"):
        assert "no roles" in run("grant", "analyst", status=2).stderr
    else:
        assert "owner may read" in run("grant", "owner").stdout
        assert "no role" in run("grant", "nobody", status=2).stderr


COMMANDS = [("status",), ("run", "--once"), ("rebuild",), ("rollback",), ("serve", "1"),
            ("verify",), ("drop", "1"), ("grant", "owner")]  # fmt: skip


class TestBadInput:
    @pytest.fixture
    def place(self):
        return None

    @pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
    def test_places_that_cannot_be(self, run, tmp_path, words):
        refused = {
            "mysql://owner:geheim@db/complaints": "facts: write a path",
            "postgresql://owner:geheim@127.0.0.1:1/x": "127.0.0.1:1/x",
            "postgresql://owner:geheim@127.0.0.1:port/x": "",
            "postgresql://owner:ge@heim@127.0.0.1:1/x": "",
            "postgresql://owner:geheim@127.0.0.1:1/x?schema=A;B": "schema",
            "postgresql://owner@127.0.0.1:1/x?password=geheim&sslmode=odd": "",
            "postgresql://owner:geheim@127.0.0.1:1/x?nonsense=1": "facts",
            "postgresql://owner:geheim@[::1/x": "",
            "postgresql://owner:geheim@127.0.0.1:1/x#y": "",
        }
        for facts, said in refused.items():
            done = CliRunner().invoke(
                main, ["projections", *words, "--ledger", self.url, "--facts", facts]
            )
            assert done.exit_code in {2, 3}, (facts, done.output)
            assert said in done.stderr, (facts, done.output)
            assert isinstance(done.exception, SystemExit), (facts, done.exception)
            assert "heim" not in done.output, done.output

    @pytest.fixture(autouse=True)
    def remember(self, url):
        self.url = url

    @pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
    def test_a_file_that_is_something_else(self, run, tmp_path, words):
        file = tmp_path / "letter"
        file.write_text("Dear council, " * 100)
        done = run(*words, facts=str(file), status=2 if words[0] == "grant" else 3)

        assert "letter" in done.stderr or words[0] == "grant"
        assert file.read_text() == "Dear council, " * 100

    def test_a_ledger_in_memory_has_no_place_unless_one_is_named(self, run):
        done = CliRunner().invoke(main, ["projections", "status", "--ledger", "memory:///x"])
        assert done.exit_code == 2
        assert "--facts" in done.stderr

    def test_the_ledgers_own_file_is_no_place_for_facts(self, run, tmp_path):
        done = run("run", "--once", facts=str(tmp_path / "council.db"), status=3)
        assert "holds something other than facts; nothing was changed" in done.stderr
