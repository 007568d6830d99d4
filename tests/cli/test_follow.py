"""`follow` prints every entry once it is there, the way `history` does, and ends without a word."""

import csv
import json
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main

PATIENCE = 60  # seconds


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLAINT_LEDGER_URL", "sqlite:///council.db")

    def invoke(*arguments):
        result = CliRunner().invoke(main, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        return result

    actor = invoke("init", "--council", "Northborough").stdout.strip()
    monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
    invoke("record", "receive", "--reference", "C-1", "--on", "2026-05-11",
           "--complainant-name", "Rowan Ashdown")  # fmt: skip
    invoke("record", "acknowledge", "C-1", "--on", "2026-05-13")
    return invoke


def rows(result):
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_what_is_there_is_printed_as_history_prints_it(run):
    told = rows(run("follow", "--until-head", "--format", "jsonl"))
    history = rows(run("history", "C-1", "--format", "jsonl"))

    assert [row["position"] for row in told] == list(range(1, len(told) + 1))
    assert [{**row, "stands": None} for row in told if row["reference"] == "C-1"] == [
        {**row, "stream": told[-1]["stream"], "reference": "C-1"} for row in history
    ]
    assert {row["reference"] for row in told} == {"ledger", "C-1"}
    assert told[-2]["fields"]["complainant"]["name"] == "sealed"


def test_it_goes_on_past_the_last_position_that_was_dealt_with(run):
    told = rows(run("follow", "--until-head", "--format", "jsonl"))

    rest = rows(run("follow", "--until-head", "--format", "jsonl", "--after", "4"))

    assert told[4:] == rest
    assert rows(run("follow", "--until-head", "--format", "jsonl", "--after", str(len(told)))) == []


def test_a_table_has_a_line_for_each_entry_and_csv_its_columns(run):
    table = run("follow", "--until-head").stdout.splitlines()
    sheet = list(
        csv.DictReader(run("follow", "--until-head", "--format", "csv").stdout.splitlines())
    )

    assert table[0].split() == [
        *("position", "reference", "event"),
        *("occurred", "on", "recorded", "at", "actor"),
    ]
    assert [line.split()[:3] for line in table[1:]] == [
        [row["position"], row["reference"], row["event"]] for row in sheet
    ]
    assert sheet[-1]["event"] == "complaint-acknowledged"


def test_a_reference_that_was_corrected_is_told_as_it_is_known(run):
    run("record", "correct", "C-1", "5", "--on", "2026-05-14", "--set", "reference=C-2",
        "--reason", "wrong-reference")  # fmt: skip

    told = rows(run("follow", "--until-head", "--format", "jsonl", "--after", "4"))

    assert {row["reference"] for row in told} == {"C-2"}


def test_a_position_that_the_ledger_does_not_have_is_refused(run):
    result = run("follow", "--after", "99")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "after: there is no position 99" in result.stderr


# --- without an end ------------------------------------------------------------------------------


@contextmanager
def following(*arguments):
    program = "from complaint_ledger.cli import main; main()"
    command = [sys.executable, "-c", program, "follow", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def test_a_new_entry_is_printed_when_it_is_recorded_and_ctrl_c_ends_it(run):
    with following("--format", "jsonl", "--after", "5", "--poll", "0.05") as child:
        assert json.loads(child.stdout.readline())["event"] == "complaint-acknowledged"
        run("record", "receive", "--reference", "C-2", "--on", "2026-05-14")
        assert json.loads(child.stdout.readline())["reference"] == "C-2"

        child.send_signal(signal.SIGINT)
        rest, said = child.communicate(timeout=PATIENCE)

    assert (child.returncode, rest, said.strip()) == (0, "", "")


def test_who_stops_reading_ends_it(run):
    with following("--format", "jsonl", "--poll", "0.05") as child:
        child.stdout.readline()
        child.stdout.close()
        run("record", "receive", "--reference", "C-2", "--on", "2026-05-14")
        said = child.stderr.read()
        child.wait(PATIENCE)

    assert (child.returncode, said) == (0, "")
