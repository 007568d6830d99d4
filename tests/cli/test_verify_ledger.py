"""`complaint-ledger verify --ledger`: the first line is the verdict, and the exit status goes with it."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main
from complaint_ledger.domain import commands as c
from evidence.council import Council
from evidence.tampering import Tampered, make, plain

ON = date(2026, 4, 1)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return make(tmp_path_factory.mktemp("original"))


@pytest.fixture
def ledger(original, tmp_path):
    return Tampered(original, tmp_path)


def run(ledger, *options):
    done = CliRunner().invoke(main, ["verify", "--ledger", ledger.url, *map(str, options)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def test_a_ledger_that_nobody_touched_is_verified(ledger):
    done = run(ledger)
    entries = ledger.one("SELECT position FROM head")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:2] == [
        f"VERIFIED  {entries} entries of 2 complaints",
        "FICTIONAL: nothing in this ledger happened.",
    ]
    assert "NOT WITNESSED" not in done.stdout


def test_what_was_changed_is_on_the_first_line_with_its_position(ledger):
    at = ledger.position("document-added")
    ledger.do(("UPDATE events SET body = body || ' ' WHERE position = ?", (at,)))
    done = run(ledger)
    assert done.exit_code == 1
    assert done.stdout.startswith(f"FAILED  position {at}: ")


def test_a_ledger_whose_first_entry_was_changed_fails_and_does_not_break_off(ledger):
    ledger.do("UPDATE events SET body = '{}' WHERE position = 1")
    done = run(ledger)
    assert done.exit_code == 1
    assert done.stdout.startswith("FAILED  position 1: ")


def test_nobody_outside_having_seen_it_is_said(tmp_path):
    ledger = Tampered(plain(tmp_path), tmp_path / "copy")
    assert "NOT WITNESSED" in run(ledger).stdout
    held = tmp_path / "held.txt"
    held.write_bytes(ledger.checkpoint())
    done = run(ledger, "--against", held)
    assert done.exit_code == 0
    assert "NOT WITNESSED" not in done.stdout
    assert "Compared with checkpoints from outside: 1." in done.stdout


def test_a_checkpoint_from_outside_that_is_of_another_history_fails(ledger, tmp_path):
    held = tmp_path / "held.txt"
    lines = ledger.checkpoint().decode().split("\n")[:3]
    held.write_text("\n".join([lines[0], lines[1], "A" * 43 + "="]) + "\n")
    done = run(ledger, "--against", held)
    assert done.exit_code == 1
    assert "another history: forked" in done.stdout.splitlines()[0]


def test_a_file_that_is_no_checkpoint_is_refused(ledger, tmp_path):
    assert run(ledger, "--against", tmp_path / "none").exit_code == 2
    held = tmp_path / "held.txt"
    held.write_text("Dear auditor\n")
    assert run(ledger, "--against", held).exit_code == 2


def test_a_receipt_is_found_however_it_is_typed(ledger):
    stream = ledger.one("SELECT stream FROM claims WHERE claim = 'reference/C-2026-000123'")
    leaf = ledger.one("SELECT leaf FROM streams WHERE stream = ?", stream).hex().upper()
    at = ledger.one("SELECT max(position) FROM events WHERE stream = ?", stream)
    done = run(ledger, "--receipt", f" {leaf[:30]} {leaf[30:]}")
    assert done.exit_code == 0
    assert f"Your receipt is of entry {at}, complaint C-2026-000123, recorded 2026-" in done.stdout


def test_a_receipt_of_no_entry_fails_and_one_that_is_none_is_refused(ledger):
    done = run(ledger, "--receipt", "0" * 64)
    assert (done.exit_code, "NO SUCH RECEIPT" in done.stdout) == (1, True)
    assert run(ledger, "--receipt", "0" * 63).exit_code == 2


def test_json_has_what_the_table_has(ledger):
    found = json.loads(run(ledger, "--format", "json").stdout)
    assert (found["verified"], found["witnessed"], found["problems"]) == (True, True, [])
    assert found["values"]["rows_gone"] == 1
    at = ledger.position("document-added")
    ledger.do(("UPDATE events SET body = body || ' ' WHERE position = ?", (at,)))
    found = json.loads(run(ledger, "--format", "json").stdout)
    assert (found["verified"], found["problems"][0]["first"]) == (False, at)


def test_entries_after_the_last_checkpoint_are_said_to_be_under_none(tmp_path):
    folder = tmp_path / "council"
    folder.mkdir()
    council = Council(f"sqlite:///{folder}/council.db")
    council.record(c.Receive(occurred_on=ON, reference="C-2026-000123"))
    size = council.checkpoint().size
    council.record(c.Acknowledge(occurred_on=ON))
    council.ledger.close()
    done = run(Tampered(folder / "council.db", tmp_path / "copy"))
    assert f"1 entries are not yet under a checkpoint: from position {size + 1} on" in done.stdout


def test_without_a_key_store_the_sealed_values_are_said_to_be_left_out(ledger):
    ledger.file.with_name("council.db.keys").unlink()
    done = run(ledger)
    assert (done.exit_code, "NOT OPENED" in done.stdout) == (0, True)
