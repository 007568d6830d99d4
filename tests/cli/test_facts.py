"""`facts` writes files, says what it wrote, and names what is wrong with those of others."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from complaint_ledger import create_ledger
from complaint_ledger.cli import main
from complaint_ledger.domain import commands as c


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path}/council.db"
    ledger, actor = create_ledger(url, council="Testham", fictional=True)
    with ledger:
        ledger.record(c.Receive(reference="C-2025-1", occurred_on=date(2025, 4, 7)), actor=actor)
    return url


@pytest.fixture
def run(tmp_path):
    def run(*arguments, expect=0):
        result = CliRunner().invoke(main, ["facts", *map(str, arguments)])
        assert (expect, True) == (
            result.exit_code,
            result.exception is None or isinstance(result.exception, SystemExit),
        ), result.output
        return result

    return run


def test_an_export_says_what_it_wrote_and_then_that_nothing_changed(url, run, tmp_path):
    out = tmp_path / "exports"
    first = run("export", "--ledger", url, "--out", out)
    again = run("export", "--ledger", url, "--out", out)
    anew = run("export", "--ledger", url, "--out", out, "--anew", "--format", "json")

    assert "(there was none)" in first.stdout
    assert "FICTIONAL" in first.stderr
    assert "nothing changed" in again.stdout
    assert {True} == {row["written"] for row in json.loads(anew.stdout)}


def test_a_check_names_each_fault_and_shows_what_is_whole(url, run, tmp_path):
    run("export", "--ledger", url, "--out", tmp_path)
    run("synthetic", "--councils", 2, "--complaints", 3, "--out", tmp_path)
    run("check", tmp_path)
    for number in (1, 2):
        next(tmp_path.glob(f"*000{number}/*/complaints.parquet")).unlink()
    checked = run("check", tmp_path, "--format", "json", expect=3)

    assert [(row["council"], row["complaints"]) for row in json.loads(checked.stdout)] == [
        ("testham", 1)
    ]
    assert [line[:28] for line in checked.stderr.splitlines() if line.startswith("complaint-")] == [
        "complaint-ledger: the export"
    ] * 2


def test_what_cannot_be_is_said_in_a_line(url, run, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for arguments, said in (
        (("check", tmp_path / "nowhere"), "cannot be read"),
        (("check", tmp_path / "empty"), "there is no export"),
        (("export", "--ledger", url, "--out", tmp_path / "file" / "in-it"), "cannot be written"),
    ):
        refused = run(*arguments, expect=3)
        assert said in refused.stderr
        assert "Traceback" not in refused.output
