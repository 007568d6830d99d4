"""`trends` catches up, counts, and says what it counted."""

import csv
import io
import json
from datetime import date

import pytest
from click.testing import CliRunner

from complaint_ledger import create_ledger
from complaint_ledger.cli import main
from complaint_ledger.domain import events as e
from complaint_ledger.ids import new_id
from complaint_ledger.recording import Around, Part, Told
from servers import with_options

OVERTURNED = {"reference": "C-2025-1", "finding": "upheld", "service": "waste"}
UPHELD_LOCALLY = {"reference": "C-2025-2", "finding": "not-upheld", "service": "parks"}


def tell(ledger, actor, reference, finding, service):
    events = (
        e.ComplaintReceived(
            occurred_on=date(2025, 4, 7),
            reference=reference,
            service=service,
            heads=(e.Head(id="h1"),),
        ),
        e.ResponseSent(
            occurred_on=date(2025, 5, 6),
            stage="stage-1",
            outcomes=(e.HeadOutcome(head="h1", outcome="not-upheld"),),
        ),
        e.OmbudsmanOutcomeReceived(
            occurred_on=date(2026, 2, 3),
            body="lgsco",
            findings=(e.HeadFinding(head="h1", finding=finding),),
        ),
    )
    told = [Told(new_id(), event) for event in events]
    part = Part(stream=new_id(), version=0, events=told)
    ledger.recorder.append([part], Around(actor=ledger.actor(actor)))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/council.db"


@pytest.fixture
def council(url):
    ledger, actor = create_ledger(url, council="Testham", fictional=True)
    with ledger:
        tell(ledger, actor, **OVERTURNED)
        tell(ledger, actor, **UPHELD_LOCALLY)
        yield ledger, actor


@pytest.fixture
def run(council, url):
    def run(*arguments, status=0):
        done = CliRunner().invoke(main, ["trends", *arguments, "--ledger", url])
        assert status == done.exit_code, done.output
        return done

    return run


def test_json_holds_what_is_promised(run):
    told = json.loads(run("overturn", "--by", "service", "--format", "json").stdout)

    assert {
        "definition": "overturn",
        "version": "1",
        "basis": "decided",
        "heads": [1, 2],
        "complaints": [1, 2],
        "rows": [
            {"group": "parks", "heads": [0, 1], "complaints": [0, 1]},
            {"group": "waste", "heads": [1, 1], "complaints": [1, 1]},
        ],
        "references": ["C-2025-1"],
        "fictional": True,
    }.items() <= told.items()


def test_a_json_line_is_the_same_on_one_line(run):
    [line] = run("outcomes", "--format", "jsonl").stdout.splitlines()

    assert json.loads(run("outcomes", "--format", "json").stdout) == json.loads(line)


def test_a_table_says_what_was_counted_and_that_it_is_fictional(run):
    printed = run("overturn", "--by", "decided_year").stdout

    assert "Not upheld locally, upheld by the ombudsman (overturn, version 1)" in printed
    assert "FICTIONAL" in printed
    assert "1 of 2 (50.0%)" in printed
    assert "2026" in printed
    assert "references: C-2025-1" in printed


def test_csv_has_a_line_for_the_whole_and_one_for_each_row(run):
    lines = list(
        csv.DictReader(io.StringIO(run("outcomes", "--by", "body", "--format", "csv").stdout))
    )

    assert [
        (line["group"], line["outcome"], line["heads"], line["heads_of"]) for line in lines
    ] == [
        ("", "", "4", "4"),
        ("council", "not-upheld", "2", "2"),
        ("lgsco", "not-upheld", "1", "2"),
        ("lgsco", "upheld", "1", "2"),
    ]
    assert {"true"} == {line["fictional"] for line in lines}


def test_it_catches_up_with_what_was_recorded_meanwhile(run, council):
    run("overturn")
    tell(*council, **{**OVERTURNED, "reference": "C-2025-3"})

    told = json.loads(run("overturn", "--format", "json").stdout)
    assert (told["heads"], told["as_of_position"]) == ([2, 3], 13)


def test_a_trend_can_be_asked_for_as_it_stood(run):
    told = json.loads(run("overturn", "--known-at", "@7", "--format", "json").stdout)
    before = json.loads(run("overturn", "--known-at", "2001-01-01", "--format", "json").stdout)

    assert (told["heads"], told["as_of_position"]) == ([1, 1], 7)
    assert (before["heads"], before["as_of_position"]) == ([0, 0], 0)


def test_small_numbers_can_be_taken_out(run):
    told = json.loads(run("overturn", "--suppress", "--format", "json").stdout)

    assert (told["heads"], told["references"]) == ([None, None], [])
    assert "* of *" in run("overturn", "--suppress").stdout


def test_the_facts_lie_beside_the_ledger(run, tmp_path):
    run("overturn")

    assert (tmp_path / "council.db.facts").exists()


def test_the_facts_can_lie_elsewhere(run, tmp_path):
    run("overturn", "--facts", str(tmp_path / "elsewhere"))

    assert (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "council.db.facts").exists()


@pytest.mark.about_files("it is taken for another")
def test_the_ledger_itself_is_not_taken_for_facts(run, tmp_path):
    refused = run("overturn", "--facts", str(tmp_path / "council.db"), status=3)

    assert "something other than facts" in refused.stderr
    run("overturn")


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        (["waiting"], "there is outcomes, overturn"),
        (["overturn", "--by", "handler"], "decided_financial_year"),
        (["overturn", "--known-at", "@99"], "--known-at"),
    ],
)
def test_what_it_does_not_know_is_refused_with_the_mend(run, arguments, mend):
    assert mend in run(*arguments, status=2).stderr


def test_without_a_ledger_nothing_is_counted(tmp_path):
    done = CliRunner().invoke(main, ["trends", "overturn", "--ledger", f"{tmp_path}/none.db"])

    assert done.exit_code == 3
    assert not list(tmp_path.iterdir())


def test_what_takes_longer_than_a_second_says_how_far_it_is(run, monkeypatch):
    seconds = iter(range(0, 10_000, 20))
    monkeypatch.setattr("complaint_ledger.cli.facts_place.time.monotonic", lambda: next(seconds))

    assert "facts: 10 of 10 events, 100%\n" in run("overturn").stderr


def test_what_cannot_be_folded_is_said_to_be_left_out(run, monkeypatch):
    def journey(_):
        raise ValueError

    monkeypatch.setattr("complaint_ledger.projections.folding.journey", journey)
    done = run("overturn", "--format", "json")

    assert "left out: 2 that cannot be folded" in done.stderr
    assert json.loads(done.stdout)["parked"] == 2


def test_the_facts_can_lie_in_postgresql_for_many_to_ask(run, database, monkeypatch, tmp_path):
    place = with_options(database, schema="facts_of_trends")
    told = json.loads(run("overturn", "--facts", place, "--format", "json").stdout)
    monkeypatch.setenv("COMPLAINT_LEDGER_FACTS", place)

    assert told == json.loads(run("overturn", "--format", "json").stdout)
    assert told == json.loads(
        run("overturn", "--facts", str(tmp_path / "here"), "--format", "json").stdout
    )
