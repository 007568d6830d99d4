"""Bad input: one clear message, an exit status, and nothing lost."""

import os
import shutil
import sqlite3
import subprocess
import sys

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main

LEDGER = "sqlite:///council.db"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLAINT_LEDGER_URL", LEDGER)

    def invoke(*arguments):
        result = CliRunner().invoke(main, [str(a) for a in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture
def council(run, monkeypatch):
    """A ledger with one complaint."""
    actor = run("init", "--council", "Northborough").stdout.strip()
    monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
    assert run("record", "receive", "--reference", "C-1", "--on", "2026-05-11").exit_code == 0
    return run


def told(run):
    return run("history", "C-1", "--format", "json").stdout


def refused(run, status, *arguments):
    """Run what must fail; return its message."""
    before = told(run)
    result = run(*arguments)
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    assert told(run) == before
    message = result.stderr.strip()
    assert message
    return message


@pytest.mark.parametrize(
    "command",
    [
        ("history", "C-1"),
        ("list",),
        ("actors", "list"),
        ("record", "acknowledge", "C-1", "--actor", "officer-7k2m"),
        ("trends", "overturn"),
        ("due", "C-1"),
    ],
)
def test_no_ledger_behind_the_address_founds_none(run, tmp_path, command):
    result = run(*command)
    assert result.exit_code == 3
    assert "there is no ledger at sqlite:///council.db" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_is_not_made_over_another(council):
    result = council("init", "--council", "Southborough")
    assert result.exit_code == 2
    assert "already" in result.stderr
    assert "C-1" in told(council)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("record", "acknowledge", "C-2"), "no complaint has that name"),
        (("history", "C-2"), "no complaint has that name"),
        (("record", "applaud", "C-1"), "No such command"),
        (("applaud",), "No such command"),
        (("record", "receive", "--code", "lgsco-1999"), "no handling code is called 'lgsco-1999'"),
        (("record", "receive", "--code", "lgsco-2024=Jane"), "a head's id"),
        (("record", "receive", "--calendar", "mars-2"), "no calendar is called 'mars-2'"),
        (("trends", "applause-2"), "applause-2"),
        (("trends", "overturn", "--by", "star-sign"), "star-sign"),
        (("record", "acknowledge", "C-1", "--actor", "officer-zzzz"), "no actor is called"),
        (("record", "acknowledge", "C-1", "--actor", "jane@council.example"), "actors add"),
        (("record", "acknowledge", "C-1", "--actor", "Jane Smith"), "actors add"),
        (("record", "acknowledge", "C-1", "--on", "2026-02-30"), "no date"),
        (("record", "acknowledge", "C-1", "--on", "11/05/2026"), "YYYY-MM-DD"),
        (("record", "acknowledge", "C-1", "--on", "tomorrow"), "YYYY-MM-DD"),
        (("record", "acknowledge", "C-1", "--on", "2199-01-01"), "GEN-04"),
        (("record", "acknowledge", "C-1", "--on", "1999-01-01"), "GEN-02"),
        (("record", "acknowledge", "C-1", "--at", "2026-05-12"), "without a time"),
        (("record", "respond", "C-1", "--outcome", "applauded"), "outcome-unknown"),
        (("record", "respond", "C-1", "--outcome", "h9=upheld"), "head-unknown"),
        (("record", "respond", "C-1", "--outcome", "Not Upheld"), "lower-case"),
        (("record", "escalate", "C-1", "--stage", "stage-7"), "stage-unknown"),
        (("record", "extend", "C-1", "--reason", "x"), "give until and reason"),
        (("record", "receive", "--reference", "Jane Smith"), "at least one digit"),
        (("record", "receive", "--head", "h1:a:b:c:d"), "ID[:CATEGORY"),
        (("record", "receive", "--outcome-sought", "a\0b"), "NUL"),
        (("record", "receive", "--outcome-sought", "half \ud800"), "lone surrogate"),
        (("record", "receive", "--outcome-sought", "x" * 2_000_000), "too many"),
        (("record", "receive", "--withhold", "reference"), "decline"),
        (("record", "receive", "--outcome-sought", "@nowhere.txt"), "cannot be read"),
        (("record", "correct", "C-1", "5", "--reason", "r", "--set", "mood=1"), "no such field"),
        (("record", "correct", "C-1", "5", "--reason", "r", "--set", "mood"), "FIELD=VALUE"),
        (("record", "correct", "C-1", "99", "--reason", "r", "--set", "a=1"), "no entry"),
        (("record", "retract", "C-1", "5", "--reason", "r"), "GEN-01"),
        (("record", "receive", "--correlation", "x"), "hex"),
        (("record", "acknowledge", "C-1", "--expected-version", "9"), "holds 1 events, not 9"),
        (("record", "receive", "--reference", "C-1"), "taken"),
        (("history", "C-1", "--known-at", "yesterday"), "--known-at"),
        (("history", "C-1", "--known-at", "@99"), "no entry at that position"),
        (("history", "C-1", "--effective-on", "x"), "YYYY-MM-DD"),
        (("due", "--code", "lgsco-2024", "--event", "received=2029-01-02"), "GEN-08"),
        (("due", "--code", "nothing-1", "--event", "received=2026-01-02"), "nothing-1"),
        (
            ("workdays", "add", "2026-01-02", "5", "--calendar", "mars-2", "--counting", "after"),
            "mars-2",
        ),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_refused_in_one_message(council, arguments, words):
    message = refused(council, 2, *arguments)
    assert words in message
    assert len(message) < 700


def test_money_is_in_pence_without_fractions():
    from complaint_ledger.errors import BadValue
    from complaint_ledger.fields import parse

    for text in ("12.50", "12,50", "£12", "-3", "1e3", "٣"):
        with pytest.raises(BadValue, match="pence, without fractions"):
            parse(int, text, "pence")
    assert parse(int, "1250", "pence") == 1250


def test_a_file_in_another_encoding_is_said_to_be(council, tmp_path):
    (tmp_path / "letter.txt").write_bytes("Ångström".encode("cp1252"))
    message = refused(council, 2, "record", "receive", "--outcome-sought", "@letter.txt")
    assert "not UTF-8" in message


def test_an_adapter_that_is_not_there(run):
    result = run("list", "--ledger", "oracle://somewhere/db")
    assert result.exit_code == 2
    assert "no adapter" in result.stderr
    assert "sqlite" in result.stderr


@pytest.mark.parametrize("url", ["sqlite://council.db", "", "sqlite:///"])
def test_an_address_that_is_none(run, url):
    result = run("list", "--ledger", url)
    assert result.exit_code in {2, 3}
    assert result.stderr


@pytest.mark.parametrize("content", [b"", b"Dear Sir or Madam", b"SQLite format 3\0" + b"\0" * 200])
def test_a_file_that_is_no_database(run, tmp_path, content):
    (tmp_path / "council.db").write_bytes(content)
    result = run("list")
    assert result.exit_code == 3
    assert (tmp_path / "council.db").read_bytes() == content


def test_a_database_that_is_no_ledger(run, tmp_path):
    with sqlite3.connect(tmp_path / "council.db") as other:
        other.execute("CREATE TABLE recipes (name)")
    other.close()
    result = run("list")
    assert result.exit_code == 3
    assert "no ledger" in result.stderr


@pytest.mark.about_files("it changes the format of one")
def test_a_ledger_written_by_a_later_version(council, tmp_path):
    with sqlite3.connect(tmp_path / "council.db") as later:
        later.execute("UPDATE head SET format = 99")
    later.close()
    result = council("list")
    assert result.exit_code == 3
    assert "99" in result.stderr


def test_a_missing_key_store_is_said_to_be_missing(council, tmp_path):
    (tmp_path / "council.db.keys").rename(tmp_path / "elsewhere.keys")
    message = refused(council, 3, "record", "receive", "--complainant-name", "Jane")
    assert "key store is not at" in message
    assert "Jane" not in message
    assert refused(council, 3, "history", "C-1", "--reveal")
    found = council(
        "record",
        "receive",
        "--reference",
        "C-2",
        "--complainant-name",
        "Jane",
        "--keys",
        "elsewhere.keys",
    )
    assert found.exit_code == 0


def test_a_foreign_key_store_is_said_to_be_foreign(council, tmp_path):
    assert council("init", "--ledger", "sqlite:///other.db", "--council", "Other").exit_code == 0
    shutil.copy(tmp_path / "other.db.keys", tmp_path / "council.db.keys")
    message = refused(council, 3, "record", "receive", "--complainant-name", "Jane")
    assert "another ledger" in message


def test_a_key_store_that_others_may_read_is_not_used(council, tmp_path):
    (tmp_path / "council.db.keys").chmod(0o644)
    message = refused(council, 3, "record", "receive", "--complainant-name", "Jane")
    assert "chmod 600" in message


def test_a_key_store_that_is_none(council, tmp_path):
    (tmp_path / "council.db.keys").write_bytes(b"not a key store")
    assert "key store" in refused(council, 3, "record", "receive", "--complainant-name", "Jane")


def test_a_folder_that_is_not_there(run):
    result = run("init", "--ledger", "sqlite:///nowhere/council.db", "--council", "X")
    assert result.exit_code == 3
    assert "nowhere" in result.stderr


def test_an_init_that_fails_leaves_nothing_behind(run, tmp_path):
    for arguments in (
        ("--council", "X", "--keys", "nowhere/keys"),
        ("--council", "bell \a"),
        ("--council", "X", "--administrator", "nul \0"),
    ):
        assert run("init", *arguments).exit_code in {2, 3}
        assert list(tmp_path.iterdir()) == []
    assert run("init", "--council", "Northborough").exit_code == 0


@pytest.mark.about_files("its disk is full")
def test_a_full_disk_records_nothing_and_says_so(council, tmp_path):
    """The file may grow no further: what SQLite does when a disk is full."""
    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "from complaint_ledger.cli import main\n"
        "main(['record', 'receive', '--reference', 'C-2', '--on', '2026-05-11'])\n"
    )
    before = told(council)
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert told(council) == before
    assert council("record", "receive", "--reference", "C-2", "--on", "2026-05-11").exit_code == 0


# Root may write what nobody may; this gives that right up (capset, CAP_DAC_OVERRIDE).
GIVE_UP = """
import ctypes, os
if os.getuid() == 0:
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    rights = (ctypes.c_uint32 * 6)()
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.capget(header, rights) == 0
    rights[0] &= ~0b10
    assert libc.capset(header, rights) == 0
from complaint_ledger.cli import main
main()
"""


@pytest.mark.about_files("it may only be read")
def test_a_ledger_that_may_only_be_read_is_not_written(council, tmp_path):
    for file in tmp_path.iterdir():
        file.chmod(0o400)
    before = (tmp_path / "council.db").read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", GIVE_UP, "record", "receive", "--reference", "C-2"],
        check=False,
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 3, done.stderr
    assert "read-only" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "council.db").read_bytes() == before
