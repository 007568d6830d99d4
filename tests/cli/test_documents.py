"""A file is put on a complaint's file, listed and saved at the command line."""

import json

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main

DAY = ("--on", "2026-05-14")
ADD = ("record", "document-added", "C-1", *DAY, "--kind", "letter", "--direction", "in")
MB_25 = 25 * 1024 * 1024


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
    invoke("record", "receive", "--reference", "C-1", "--on", "2026-05-11")
    return invoke


def entries(run, *more):
    return json.loads(run("history", "C-1", "--format", "json", *more).stdout)


def test_a_letter_goes_in_and_comes_out_the_same(run, tmp_path):
    (tmp_path / "Ashdown.pdf").write_bytes(b"%PDF-1.7\r\n\0\xff")
    added = run(*ADD, "--item", "d1", "--file", "Ashdown.pdf", "--title", "R. Ashdown")
    assert added.exit_code == 0, added.stderr
    fields = entries(run)[-1]["fields"]
    assert {"sealed"} == {
        fields[name]
        for name in ("title", "file_name", "media_type", "size", "sha256", "content")
    }  # fmt: skip

    saved = run("documents", "save", "C-1", "d1", "--out", "again.pdf", "--purpose", "audit")
    assert saved.exit_code == 0, saved.stderr
    assert saved.stdout == "12 bytes, as their SHA-256 says\n"
    assert (tmp_path / "again.pdf").read_bytes() == b"%PDF-1.7\r\n\0\xff"
    assert (tmp_path / "again.pdf").stat().st_mode & 0o777 == 0o600
    opened = json.loads(run("history", "ledger", "--format", "json").stdout)[-1]
    assert (opened["event"], opened["fields"]["purpose"]) == ("sealed-values-opened", "audit")


def test_what_is_revealed_is_all_but_the_file(run, tmp_path):
    (tmp_path / "Ashdown.pdf").write_bytes(b"x" * 12_345)
    run(*ADD, "--item", "d1", "--file", "Ashdown.pdf", "--title", "R. Ashdown")
    for form in ("table", "json", "jsonl"):
        told = run("history", "C-1", "--reveal", "--format", form).stdout
        assert "Ashdown.pdf" in told
        assert "sealed, 12,345 bytes" in told
        assert "eHh4" not in told


def test_a_document_is_of_whoever_it_is_said_to_be_of(run, tmp_path):
    (tmp_path / "report.txt").write_bytes(b"of everybody")
    run(*ADD, "--item", "d1", "--file", "report.txt", "--title", "All", "--subject", "any")
    body = json.loads(run("history", "C-1", "--format", "json").stdout)[-1]
    assert body["fields"]["item"] == "d1"
    from complaint_ledger import open_ledger
    from complaint_ledger.codec import sealed_paths

    with open_ledger("sqlite:///council.db") as ledger:
        sealed = sealed_paths(ledger.entries("C-1")[-1].recorded.body).values()
    assert {"any"} == {subject for _, subject in sealed}
    assert "subject: it is p1" in run(*ADD, "--item", "d2", "--subject", "Rowan").stderr


def test_the_list_says_what_is_there(run, tmp_path):
    (tmp_path / "letter.txt").write_bytes(b"x")
    run(*ADD, "--item", "d1", "--file", "letter.txt", "--role", "complaint", "--dated-on",
        "2026-05-08")  # fmt: skip
    run(*ADD, "--item", "d2", "--title", "On paper")
    run("record", "document-withdrawn", "C-1", *DAY, "--item", "d2", "--reason", "mislaid")
    listed = json.loads(run("documents", "list", "C-1", "--format", "json").stdout)
    assert [(one["item"], one["file"], one["dated_on"], one["withdrawn"]) for one in listed] == [
        ("d1", "kept", "2026-05-08", None),
        ("d2", "none", None, "mislaid"),
    ]
    assert run("documents", "list", "C-1").stdout.splitlines()[0].startswith("item  kind")
    assert run("documents", "list", "C-9").exit_code == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Rowan-Ashdown", "file: it is a folder"),
        ("Rowan-Ashdown.pdf", "file: it cannot be read: No such file"),
        ("Rowan-Ashdown.txt", "file: it is empty"),
        ("Rowan-Ashdown.tif", "file: it holds more than 25 MB (26214400 bytes)"),
        ("", "file: it"),
    ],
)
def test_what_is_no_document_is_refused_without_its_name(run, tmp_path, name, words):
    (tmp_path / "Rowan-Ashdown").mkdir()
    (tmp_path / "Rowan-Ashdown.txt").touch()
    with (tmp_path / "Rowan-Ashdown.tif").open("wb") as large:
        large.truncate(MB_25 + 1)
    result = run(*ADD, "--item", "d1", "--file", name)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Ashdown" not in result.output
    assert len(entries(run)) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("d1 --out letter.txt", "out: there is something already"),
        ("d1 --out nowhere/letter.txt", "out: the folder"),
        ("d2 --out new.txt", "has no file"),
        ("d9 --out new.txt", "no document is called 'd9'"),
        ("Rowan --out new.txt", "no document has that name"),
        ("d1 --out new.txt --purpose Rowan", "purpose: it is lower-case words"),
        ("d1 --out new.txt --actor Rowan", "actors add"),
    ],
)
def test_what_cannot_be_saved_is_not_and_leaves_no_event(run, tmp_path, arguments, words):
    (tmp_path / "letter.txt").write_bytes(b"x")
    run(*ADD, "--item", "d1", "--file", "letter.txt")
    run(*ADD, "--item", "d2")
    result = run("documents", "save", "C-1", *arguments.split())
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Rowan" not in result.output
    assert (tmp_path / "letter.txt").read_bytes() == b"x"
    assert not (tmp_path / "new.txt").exists()
    ledger = run("history", "ledger", "--format", "json").stdout
    assert "sealed-values-opened" not in ledger
