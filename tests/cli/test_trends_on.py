"""`trends --on` asks the exports of many councils, without any ledger."""

import csv
import io
import json
import sys

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main
from projections.histories import facts, found, received, responded
from projections.on_engines import council, export_of


def overturned(reference, service="waste"):
    return facts(
        received("h1", reference=reference, service=service),
        responded(h1="not_upheld"),
        found(h1="upheld"),
    )


def upheld(reference):
    return facts(received("h1", reference=reference), responded(h1="upheld"), found(h1="upheld"))


@pytest.fixture
def folder(tmp_path):
    """The exports of two councils: three complaints of one, one of the other."""
    one = council(1, [overturned("C-1"), overturned("C-2", "parks"), upheld("C-3")])
    export_of(one, tmp_path)
    export_of(council(2, [overturned("C-1")], fictional=False), tmp_path)
    return tmp_path


@pytest.fixture
def run(folder):
    def run(*arguments, status=0, engine="duckdb", where=folder):
        command = ["trends", *arguments, "--on", engine, "--facts", str(where)]
        done = CliRunner().invoke(main, command)
        assert status == done.exit_code, done.output
        return done

    return run


def test_the_councils_are_counted_together_and_each_is_named_with_its_position(run):
    told = json.loads(run("overturn", "--by", "council", "--format", "json").stdout)

    assert {
        "on": "duckdb",
        "fictional": True,
        "heads": [3, 3],
        "complaints": [3, 3],
        "references": ["council-1/C-1", "council-1/C-2", "council-2/C-1"],
        "rows": [
            {"group": "council-1", "heads": [2, 2], "complaints": [2, 2]},
            {"group": "council-2", "heads": [1, 1], "complaints": [1, 1]},
        ],
    }.items() <= told.items()
    assert [(one["council"], one["as_of_position"]) for one in told["councils"]] == [
        ("council-1", 1_000_000),
        ("council-2", 1_000_000),
    ]


def test_the_table_says_which_councils_and_which_of_them_are_fictional(run):
    told = run("overturn", "--by", "service").stdout

    assert "FICTIONAL: nothing in the ledgers of council-1 happened." in told
    assert "2: council-1 (position 1000000), council-2 (position 1000000)" in told
    assert "known at" not in told


def test_small_numbers_are_taken_out_of_it_too(run):
    told = run("overturn", "--by", "service", "--suppress", "--format", "csv").stdout

    rows = list(csv.DictReader(io.StringIO(told)))
    assert [row["group"] for row in rows] == ["", "parks", "waste"]
    assert {""} == {row["heads"] for row in rows}


def test_what_was_known_then_is_asked_of_a_ledger_and_not_of_exports(run):
    assert "without --on" in run("overturn", "--known-at", "2026-01-01", status=2).stderr


def test_a_wrong_column_is_refused_with_those_there_are(run):
    assert "there is decided_year" in run("overturn", "--by", "officer", status=2).stderr


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("nowhere", "cannot be read (No such file or directory); name the one"),
        ("empty", "facts export --out"),
    ],
)
def test_a_wrong_folder_is_said_to_be_wrong(run, tmp_path, where, said):
    (tmp_path / "empty").mkdir()

    assert said in run("overturn", where=tmp_path / where, status=3).stderr.replace("\n", " ")


def test_the_folder_has_to_be_named(folder):
    done = CliRunner().invoke(main, ["trends", "overturn", "--on", "duckdb"])

    assert (done.exit_code, "--facts" in done.stderr) == (2, True)


def test_without_an_engine_the_ledger_has_to_be_named():
    done = CliRunner().invoke(main, ["trends", "overturn"])

    assert (done.exit_code, "Missing option '--ledger'" in done.stderr) == (2, True)


def test_a_file_that_was_altered_is_not_counted(run, folder):
    next(folder.rglob("heads.parquet")).write_bytes(b"PAR1 something else PAR1")

    assert "was altered" in run("overturn", status=3).stderr


def test_a_file_of_another_ledgers_rows_is_not_counted_whatever_its_manifest_says(run, folder):
    one, other = (folder / f"council=council-{n}" for n in (1, 2))
    year = "financial_year=not-recorded"
    taken = other / year / "heads.parquet"
    (one / year / "heads.parquet").write_bytes(taken.read_bytes())
    listed = {
        place: json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        for place in (one, other)
    }
    theirs = next(file for file in listed[other]["files"] if file["table"] == "heads")
    files = [theirs if file["table"] == "heads" else file for file in listed[one]["files"]]
    (one / "manifest.json").write_text(json.dumps(listed[one] | {"files": files}))

    assert "or another ledger's" in run("overturn", status=3).stderr


@pytest.mark.parametrize(
    ("engine", "module"), [("duckdb", "duckdb"), ("spark", "pyspark")], ids=["duckdb", "spark"]
)
def test_an_engine_that_is_not_installed_is_said_to_be_an_extra(run, monkeypatch, engine, module):
    monkeypatch.setitem(sys.modules, module, None)

    assert f"complaint-ledger[{engine}]" in run("overturn", engine=engine, status=3).stderr


def test_a_folder_whose_name_would_stand_for_others_is_read_as_it_is(run, tmp_path):
    there = tmp_path / "a[12]*'?"
    export_of(council(1, [overturned("C-1")]), there)

    assert "1 of 1" in run("overturn", where=there).stdout
