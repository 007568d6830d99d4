"""An import loses nothing and makes nothing up, however often and wherever it stops."""

import json
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import behind
from complaint_ledger import create_ledger, open_ledger
from complaint_ledger.domain.words import Sealed
from importing.lookalikes import NEW_YORK_HEADER, chicago, fines, new_york
from importing.running import HEADER, Office, line, plain_mapping

TOLD = ("recorded", "already_there", "quarantined", "passed_over")
NAME = "Žofie Łąkowska"


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


@pytest.fixture
def mapping(tmp_path):
    return plain_mapping(tmp_path)


@pytest.fixture
def file(tmp_path):
    def file(*lines, name="crm.csv"):
        path = tmp_path / name
        path.write_text("".join(f"{one}\n" for one in (HEADER, *lines)), encoding="utf-8")
        return path

    return file


def rules(office, path):
    return [(note["line"], note["column"], note["rule"]) for note in office.quarantine(path)]


# --- what is set apart ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"ref": ""}, "ref", "key"),
        ({"ref": "Aoife Byrne"}, "ref", "bad-value"),
        ({"opened": "07/04/2025"}, "opened", "bad-value"),
        ({"opened": "2025-02-30"}, "opened", "bad-value"),
        ({"service": "Rats"}, "service", "unmapped"),
        ({"result": "maybe"}, "result", "unmapped"),
        ({"entered": "yesterday"}, "entered", "bad-value"),
        ({"opened": ""}, None, "no-event"),
    ],
)
def test_what_cannot_be_read_is_set_apart_and_the_rest_goes_on(
    office, mapping, file, cells, column, rule
):
    path = file(line("T-1"), line(**{"ref": "T-2", **cells}), line("T-3"))
    counts = office.imports(path, mapping)

    assert (counts["recorded"], counts["quarantined"]) == (2, 1)
    assert rules(office, path) == [(3, column, rule)]
    assert counts["quarantine_file"].endswith("crm.csv.quarantine.jsonl")


def test_the_same_key_with_other_content_is_set_apart_with_both_lines(office, mapping, file):
    path = file(line("T-1"), line("T-2"), line("T-1", service="Parks"), line("T-2"))
    counts = office.imports(path, mapping)

    assert (counts["recorded"], counts["already_there"], counts["quarantined"]) == (2, 1, 1)
    assert office.quarantine(path)[0]["lines"] == [2, 4]


def test_a_reference_that_another_complaint_has_is_set_apart(office, mapping, file):
    office.imports(file(line("T-9"), name="first.csv"), mapping)
    office.run("record", "receive", "--reference", "T-2", "--actor", importer(office))
    path = file(line("T-1"), line("T-2", story="ours"), line("T-3"))
    dry = office.imports(path, mapping, "--dry-run")
    counts = office.imports(path, mapping)

    assert {**dry, "dry_run": False} == counts
    assert (counts["recorded"], counts["quarantined"]) == (2, 1)
    assert rules(office, path) == [(3, "ref", "reference-taken")]


def importer(office):
    with open_ledger(office.url) as ledger:
        return next(a.id for a in ledger.actors().values() if a.role == "importer")


def test_the_quarantine_tells_where_and_why_and_never_what(office, mapping, file):
    path = file(
        line("T-1", opened=NAME),
        line("T-2", service=NAME),
        line(NAME),
        line("T-3", story=f"{NAME}\0"),
        f"{NAME},{NAME}",
        line("T-4", story=NAME),
        line("T-4", story=f"{NAME}!"),
    )
    done = office.run(*office.command(path, mapping))
    apart = Path(f"{path}.quarantine.jsonl")

    assert len(office.quarantine(path)) == 6
    assert NAME not in apart.read_text(encoding="utf-8") + done.output
    assert {"line", "lines", "column", "rule", "reason"} >= {
        key for note in office.quarantine(path) for key in note
    }
    assert stat.S_IMODE(apart.stat().st_mode) == 0o600


def test_the_rows_themselves_are_kept_only_where_that_is_asked_for(office, mapping, file):
    path = file(line("T-1"), line("T-2", opened=NAME))
    rows = path.with_name("rows.csv")
    office.imports(path, mapping)
    assert not rows.exists()
    office.imports(path, mapping, "--quarantine-rows", rows)

    assert f"3,{line('T-2', opened=NAME)}" in rows.read_text(encoding="utf-8")
    assert stat.S_IMODE(rows.stat().st_mode) == 0o600


def test_a_quarantine_that_cannot_be_written_is_named(office, mapping, file):
    path = file(line("T-1", opened="x"))

    assert "cannot be written" in office.fails(path, mapping, "--quarantine", "/nowhere/q")


def test_no_file_but_an_earlier_quarantine_is_written_over(office, mapping, file):
    path = file(line("T-1"), line("T-2", opened="x"))
    precious = path.with_name("precious.db")
    precious.write_bytes(b"a ledger, perhaps")
    for option in ("--quarantine", "--quarantine-rows"):
        assert "another file" in office.fails(path, mapping, option, precious)
        assert "that is imported" in office.fails(path, mapping, option, path)
    assert precious.read_bytes() == b"a ledger, perhaps"
    notes = path.with_name("notes.jsonl")
    for _ in range(2):
        office.imports(path, mapping, "--quarantine", notes)
    assert len(notes.read_text(encoding="utf-8").splitlines()) == 1


# --- what is recorded ----------------------------------------------------------------------------


def test_an_outcome_without_a_receipt_opens_with_one_that_is_presumed(office, mapping, file):
    office.imports(file(line("T-1", opened="", lgo="up")), mapping)
    (_, receipt), (name, _) = office.journeys()["T-1"]

    assert (receipt.presumed, receipt.occurred_on, receipt.precision) == (True, None, "unknown")
    assert name == "ombudsman-outcome-received"


@pytest.mark.parametrize(
    ("means", "found"),
    [
        ("complaint-upheld", ["not-upheld", "upheld"]),
        ("decision-upheld", ["upheld", "not-upheld"]),
    ],
)
def test_which_way_upheld_points_decides_who_was_right(office, tmp_path, file, means, found):
    mapping = plain_mapping(tmp_path, ("complaint-upheld", means))
    office.imports(file(line("T-1", result="down", lgo="up"), line("T-2", result="part")), mapping)
    _, (_, response), (_, outcome) = office.journeys()["T-1"]

    assert [response.outcomes[0].outcome, outcome.findings[0].finding] == found
    assert office.journeys()["T-2"][1][1].outcomes[0].outcome == "partly-upheld"


def test_what_breaks_a_rule_is_recorded_and_counted(office, mapping, file):
    path = file(
        line("T-1", answered="2025-01-01", result="up"),
        line("T-2", opened="2999-01-01"),
        line("T-3", answered="2025-04-09", result="up"),
    )
    counts = office.imports(path, mapping)

    assert counts["recorded"] == 3
    assert counts["findings"] == {"GEN-02": 1, "GEN-04": 1}


def test_an_event_says_where_it_stood_in_the_old_system(office, mapping, file):
    office.imports(file(line("T-1", entered="2025-04-08T09:15")), mapping)
    with open_ledger(office.url) as ledger:
        (entry,) = ledger.entries("T-1")
        started, finished = (x for x in ledger.store.tail(limit=9) if x.name.startswith("import-"))

    assert (entry.meta.source.row, entry.meta.source.recorded) == (2, "2025-04-08T09:15")
    assert entry.meta.source.import_id.encode() in started.body
    assert entry.meta.source.import_id.encode() in finished.body
    assert entry.recorded.recorded_at.date() > date(2025, 4, 8)


def test_what_people_wrote_is_sealed(office, mapping, file):
    office.imports(file(line("T-1", story=NAME, lgo="up", words=f"{NAME} was right")), mapping)
    with open_ledger(office.url) as ledger:
        receipt, outcome = (entry.event for entry in ledger.entries("T-1"))
        everything = b"".join(
            behind.bytes_of(at) for at in office.folder.iterdir() if "council.db" in at.name
        )

    assert isinstance(receipt.heads[0].description, Sealed)
    assert isinstance(outcome.label, Sealed)
    assert NAME.encode() not in everything
    assert b"T-1" in everything


# --- who records ---------------------------------------------------------------------------------


def test_an_actor_must_be_said_where_no_importer_is_the_only_one(office, mapping, file):
    create_ledger(office.url, council="Testham")[0].close()
    path = file(line())

    assert office.fails(path, mapping).startswith("--actor: say who imports")
    assert "never a name or an address" in office.fails(path, mapping, "--actor", "a@b.example")
    assert "no actor is called" in office.fails(path, mapping, "--actor", "officer-0000")


def test_a_member_does_not_import(office, mapping, file):
    ledger, administrator = create_ledger(office.url, council="Testham")
    with ledger:
        member = ledger.add_actor(kind="member", role="member", actor=administrator)

    assert office.fails(file(line()), mapping, "--actor", member).startswith("GEN-19")


# --- again, and again ----------------------------------------------------------------------------


def test_without_init_an_import_makes_no_ledger(office, mapping, file):
    done = office.run("import", file(line()), "--mapping", mapping, status=3)

    assert "there is no ledger" in done.stderr


@pytest.mark.parametrize("make", [fines, chicago, new_york])
def test_a_dry_run_records_nothing_and_counts_the_same(office, tmp_path, make):
    made = make(tmp_path / "made.csv")
    dry = office.imports(made.file, made.mapping, "--dry-run")
    assert not (tmp_path / "council.db").exists()
    counts = office.imports(made.file, made.mapping)
    head = office.head
    again = office.imports(made.file, made.mapping, "--dry-run")

    assert {**dry, "dry_run": False} == counts
    assert (again["events"], head) == (0, office.head)


@pytest.mark.parametrize("make", [fines, chicago, new_york])
def test_the_same_import_twice_adds_nothing(office, tmp_path, make):
    made = make(tmp_path / "made.csv.gz")
    first = office.imports(made.file, made.mapping)
    head = office.head
    again = office.imports(made.file, made.mapping)

    assert (again["events"], again["complaints"], head) == (0, 0, office.head)
    assert first["recorded"] + first["already_there"] == again["already_there"]
    assert first["quarantined"] == again["quarantined"]


def test_another_version_of_the_mapping_adds_nothing_to_what_is_on_record(
    office, tmp_path, mapping, file
):
    path = file(line("T-1", result="up"), line("T-2"))
    office.imports(path, mapping)
    newer = plain_mapping(tmp_path, ('version = "1"', 'version = "2"'), ('"waste"', '"refuse"'))
    counts = office.imports(path, newer)

    assert (counts["events"], counts["already_there"]) == (0, 2)


def test_of_a_later_extract_only_the_new_rows_are_recorded(office, mapping, file):
    office.imports(file(line("T-1"), line("T-2")), mapping)
    path = file(line("T-0"), line("T-1"), line("T-2", service="Parks"), line("T-3"))
    counts = office.imports(path, mapping)
    (note,) = office.quarantine(path)

    assert [counts[name] for name in TOLD] == [2, 1, 1, 0]
    assert note["reason"].startswith("line 3 of an earlier import has the same key")
    assert rules(office, path) == [(4, None, "same-key-other-content")]


def test_an_event_twice_in_one_complaint_is_recorded_once(office, tmp_path):
    made = fines(tmp_path / "made.csv", cases=20)
    lines = made.file.read_text().splitlines()
    appeal = next(n for n, text in enumerate(lines) if "Insert Date Appeal" in text)
    lines.insert(appeal, lines[appeal])
    lines.insert(appeal, lines[appeal].replace("complete", "otherwise"))
    made.file.write_text("\n".join(lines))
    counts = office.imports(made.file, made.mapping)

    assert counts["already_there"] + counts["quarantined"] == 2
    assert made.events == counts["events"]


def started(office, made, *options):
    """Import in a process of its own, and do not wait for it."""
    command = [*office.command(made.file, made.mapping, *options), "--ledger", office.url]
    return subprocess.Popen(
        [sys.executable, "-c", "from complaint_ledger.cli import main; main()", *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("seed", range(3))
def test_an_import_that_was_killed_goes_on_to_the_same_events(tmp_path, seed):
    made = new_york(tmp_path / "made.csv.gz", rows=6_000)
    clean, killed = Office(tmp_path / "clean"), Office(tmp_path / "killed")
    for one in (clean, killed):
        one.folder.mkdir()
    clean.imports(made.file, made.mapping)
    # The header alone: the ledger is there, and nothing of the file on record.
    (tmp_path / "header.csv").write_text(",".join(NEW_YORK_HEADER) + "\n")
    killed.imports(tmp_path / "header.csv", made.mapping)
    moments = random.Random(seed)
    for _ in range(2):
        before = killed.head
        child = started(killed, made)
        while killed.head == before and child.poll() is None:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.3))
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
    counts = killed.imports(made.file, made.mapping)

    assert counts["already_there"] > made.said_twice
    assert counts["recorded"] > 0
    assert counts["rows"] == sum(counts[name] for name in TOLD)
    assert clean.told() == killed.told()


def test_two_imports_of_one_file_at_once_record_it_once(tmp_path):
    made = new_york(tmp_path / "made.csv.gz", rows=4_000)
    clean, both = Office(tmp_path / "clean"), Office(tmp_path / "both")
    for one in (clean, both):
        one.folder.mkdir()
    clean.imports(made.file, made.mapping)
    (tmp_path / "header.csv").write_text(",".join(NEW_YORK_HEADER) + "\n")
    both.imports(tmp_path / "header.csv", made.mapping)
    children = [started(both, made, "--quarantine", both.folder / f"{n}.jsonl") for n in range(2)]
    counts = [json.loads(child.communicate()[0]) for child in children]

    assert clean.told() == both.told()
    assert made.complaints == sum(one["recorded"] for one in counts)
    assert {made.rows} == {sum(one[name] for name in TOLD) for one in counts}


# --- any file at all -----------------------------------------------------------------------------

DIRTY = st.fixed_dictionaries(
    {"ref": st.sampled_from(["", "T-1", "T-2", "T-3", "T-4", " T-5 ", "no digit", "T-6"])},
    optional={
        "opened": st.sampled_from(["", "2025-04-07", "2025-13-01", "7.4.2025", "2999-01-01"]),
        "service": st.sampled_from(["", "Bins", "Rats", "spam", " Parks"]),
        "story": st.sampled_from(["", "Łódź", "a\0b", '"two\nlines"', '"so "called""', "x,y"]),
        "result": st.sampled_from(["", "up", "down", "?"]),
        "lgo": st.sampled_from(["", "up", "down"]),
        "entered": st.sampled_from(["", "2025-04-08", "soon"]),
    },
)


@settings(max_examples=15)
@given(rows=st.lists(DIRTY.map(lambda cells: line(**cells)), max_size=12), cut=st.integers(0, 12))
def test_every_row_is_accounted_for_and_a_file_in_two_is_the_file_as_one(rows, cut):
    with tempfile.TemporaryDirectory() as folder:
        whole, split = Office(Path(folder, "whole")), Office(Path(folder, "split"))
        counts = []
        for one, parts in ((whole, [rows]), (split, [rows[:cut], rows[cut:]])):
            one.folder.mkdir()
            mapping = plain_mapping(one.folder)
            for number, part in enumerate(parts):
                path = one.folder / f"{number}.csv"
                path.write_text("\n".join((HEADER, *part)) + "\n", encoding="utf-8")
                counts.append(one.imports(path, mapping))
                assert counts[-1]["rows"] == sum(counts[-1][name] for name in TOLD)
        first, *others = counts

        assert first["rows"] == len(rows)
        assert all(first[name] == sum(other[name] for other in others) for name in TOLD)
        assert whole.told() == split.told()
