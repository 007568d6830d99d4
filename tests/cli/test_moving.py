"""`copy`, `backup` and `restore` say what they did, and why they did not."""

import pytest
from click.testing import CliRunner

from complaint_ledger import open_ledger
from complaint_ledger.cli import main, moving
from moving.council import NAME, all_of, bytes_in, found, record, reference


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/council.db"


@pytest.fixture
def actor(url):
    return found(url)


def run(*words, status=0):
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == status, result.output
    assert NAME not in result.output
    return result


def test_a_ledger_is_backed_up_restored_and_used(url, tmp_path, actor):
    made = run("backup", "--ledger", url, "--out", tmp_path / "backup")
    assert made.stderr == (
        "FICTIONAL: nothing in this ledger happened.\n"
        "The signing key went along; keep it as safe as the first.\n"
    )
    assert "ends at position 16, and was compared from end to end:" in made.stdout
    assert "16 events copied now, 16 there; 6 claims, 2 things kept, 8 keys." in made.stdout

    restored = f"sqlite:///{tmp_path}/restored.db"
    run("restore", tmp_path / "backup", "--ledger", restored)

    for status, command in (
        (0, ("history", reference(0))),
        (0, ("list",)),
        (0, ("trends", "outcomes")),
        (1, ("findings",)),  # they were never acknowledged
        (0, ("history", "ledger", "--format", "json")),
    ):
        here, there = (run(*command, "--ledger", at, status=status) for at in (url, restored))
        assert there.stdout == here.stdout
        assert there.stdout
    revealed = CliRunner().invoke(
        main, ["history", reference(0), "--ledger", restored, "--reveal", "--actor", actor]
    )
    assert f"{NAME} 0" in revealed.output


def test_a_ledger_is_copied_and_the_copy_catches_up(url, tmp_path, actor):
    copy = ("copy", "--ledger", url, "--to", tmp_path / "copy.db", "--to-keys", tmp_path / "keys")
    run(*copy)
    with open_ledger(url) as ledger:
        record(ledger, actor, [70])

    again = run(*copy)

    assert "2 events copied now, 18 there" in again.stdout
    assert all_of(f"{tmp_path}/copy.db", keys=tmp_path / "keys") == all_of(url)


def test_the_variable_for_keys_says_where_a_restored_ledgers_go(url, tmp_path, actor, monkeypatch):
    run("backup", "--ledger", url, "--out", tmp_path / "backup")
    monkeypatch.setenv("COMPLAINT_LEDGER_KEYS", str(tmp_path / "safe"))

    run("restore", tmp_path / "backup", "--ledger", tmp_path / "restored.db")

    assert (tmp_path / "safe").exists()
    assert not (tmp_path / "restored.db.keys").exists()
    run("history", reference(0), "--ledger", tmp_path / "restored.db")


def test_what_goes_wrong_is_said_in_one_line(url, tmp_path, actor):
    (tmp_path / "minutes").write_text("minutes of the meeting")
    found(f"{tmp_path}/other.db", 1)
    run("backup", "--ledger", url, "--out", tmp_path / "backup")
    before = bytes_in(tmp_path)

    for status, words, why in (
        (3, ("copy", "--ledger", tmp_path / "no.db", "--to", tmp_path / "x.db"), "no ledger at"),
        (2, ("copy", "--ledger", url, "--to", tmp_path / "other.db"), "another ledger"),
        (3, ("copy", "--ledger", url, "--to", tmp_path / "minutes"), "not an SQLite database"),
        (3, ("copy", "--ledger", url, "--to", tmp_path / "no" / "x.db"), "there is no folder"),
        (2, ("copy", "--ledger", url, "--to", url), "where the ledger is"),
        (2, ("copy", "--ledger", url, "--to", "carrier-pigeon:///x"), "no adapter"),
        (2, ("backup", "--ledger", url, "--out", tmp_path / "backup"), "already"),
        (3, ("backup", "--ledger", url, "--out", tmp_path / "no" / "b"), "there is no folder"),
        (2, ("restore", tmp_path / "no", "--ledger", tmp_path / "x.db"), "there is no folder"),
        (2, ("restore", tmp_path, "--ledger", tmp_path / "x.db"), "holds no BACKUP.txt"),
        (2, ("restore", tmp_path / "backup", "--ledger", url), "something was recorded in it"),
    ):
        result = run(*words, status=status)
        assert why in result.stderr, result.stderr
        assert result.stderr.startswith("complaint-ledger: ")
        assert result.stderr.count("\n") == 1

    assert bytes_in(tmp_path) == before


def test_a_long_copy_is_seen_to_go_on(capsys):
    progress = moving.Progress()
    progress("copied", 1000, 50_000)
    assert capsys.readouterr().err == ""

    progress._last -= 3
    progress("copied", 12_000, 50_000)

    assert capsys.readouterr().err == " 24%  copied 12,000 of 50,000 events\n"
