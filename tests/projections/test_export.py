"""The facts in files: those of the ledger, every one, and whole whatever happens while writing."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_ledger import open_ledger
from complaint_ledger.domain import events as e
from complaint_ledger.errors import UnreadableEvent
from complaint_ledger.evidence.checkpointing import make_checkpoint
from complaint_ledger.projections import folding
from complaint_ledger.projections.export import exporting, placing
from complaint_ledger.projections.export.exporting import export
from complaint_ledger.projections.export.manifest import ExportUnusable, exports, read_export
from complaint_ledger.projections.export.spool import Spool
from complaint_ledger.projections.facts import SCHEMA, TABLES, stages
from complaint_ledger.projections.views import Views
from projections.histories import STORIES, Council, contents, found, received, responded

THIS_YEAR = date(2025, 6, 2)
LAST_YEAR = date(2024, 6, 3)
ANY_STEP = st.lists(
    st.tuples(st.integers(1, 4), st.lists(STORIES, max_size=2), st.integers(0, 9)), max_size=3
)


@pytest.fixture
def council():
    return Council()


@pytest.fixture
def views():
    with Views() as views:
        yield views


@pytest.fixture
def out(tmp_path):
    return tmp_path / "exports"


def read(exported):
    """What is in the files, by table, without the column that only they have."""
    connection = duckdb.connect()
    rows = {}
    for table in TABLES:
        files = [str(path) for path in exported.paths(table.name)]
        columns = ", ".join(column.name for column in table.columns)
        found = (
            files
            and connection.execute(
                f"SELECT ledger, {columns} FROM read_parquet({files}, hive_partitioning = false)"
            ).fetchall()
        )
        assert {row[0] for row in found} <= {exported.ledger}
        rows[table.name] = sorted((row[1:] for row in found), key=str)
    connection.close()
    return rows


def said(exported):
    """What the manifest says, but for where it is and the bytes: the same rows may be others."""
    files = [attrs.evolve(file, size=1, sha256="") for file in exported.files]
    return attrs.evolve(exported, folder=Path(), files=files)


def stamps(folder):
    """Which files are there, and which of them are the very same."""
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


# --- what is in it -------------------------------------------------------------------------------


def grow(council, step, told):
    """Tell a step of what happened; some of what was told is corrected or retracted."""
    for stream, stories, which in step:
        ids = told.setdefault(stream, [])
        receipt = [] if ids else [received(on=[THIS_YEAR, LAST_YEAR, None][which % 3])]
        events = [*receipt, *stories]
        ids += zip(council.tell(stream, *events), events, strict=True) if events else []
        entry, event = ids[which % len(ids)]
        if which < 3:
            council.tell(stream, e.EntryRetracted(retracts=entry, reason="wrong"))
        elif which < 6 and isinstance(event, e.ComplaintReceived):
            moved = attrs.evolve(event, occurred_on=[THIS_YEAR, LAST_YEAR, None][which - 3])
            correction = e.EntryCorrected(corrects=entry, replacement=moved, reason="wrong")
            council.tell(stream, correction)


@settings(deadline=None, max_examples=8)
@given(st.lists(ANY_STEP, min_size=1, max_size=4))
def test_exported_step_by_step_it_is_what_it_is_at_one_go(steps):
    council, told = Council(), {}
    with Views() as views, TemporaryDirectory() as folder:
        by_steps, at_one_go = Path(folder, "steps"), Path(folder, "one go")
        for step in steps:
            grow(council, step, told)
            last = export(council.ledger, views, by_steps)
            assert last.anew in {None, "there was none"}
        whole = export(council.ledger, views, at_one_go)

        assert said(whole.exported) == said(last.exported)
        assert exports(by_steps) == (last.exported,)
        assert contents(views) == read(last.exported)


TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]))


@settings(deadline=None, max_examples=10)
@given(st.lists(st.tuples(TEXTS, st.none() | st.dates()), min_size=1, max_size=5))
def test_any_text_comes_back_and_nothing_is_no_empty_text(values):
    rows = [
        ("2025-26", 2**40 + n, n, text, 1, day, None, 1, day, 0, 0, None)
        for n, (text, day) in enumerate(values)
    ]
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder, "spool"), "f" * 32)
        spool.add(stages, rows)
        (file,) = spool.write(Path(folder))
        spool.close()
        connection = duckdb.connect()
        there = connection.execute(
            "SELECT * FROM read_parquet(?, hive_partitioning = false)", [f"{folder}/{file.path}"]
        )

        assert [("f" * 32, *row[1:]) for row in rows] == there.fetchall()
        connection.close()


def test_it_is_the_same_wherever_the_facts_are_kept(council, views, facts, tmp_path):
    council.tell(1, received("h1", "h2"), responded(h1="not_upheld"), found(h1="upheld"))
    council.tell(2, received(on=None))
    here = export(council.ledger, views, tmp_path / "here").exported
    with Views(facts) as kept:
        there = export(council.ledger, kept, tmp_path / "there").exported
        council.tell(2, responded(h1="upheld"))
        after = export(council.ledger, kept, tmp_path / "there")

        assert said(here) == said(there)
        assert after.written == ("not-recorded",)
        assert contents(kept) == read(after.exported)


def test_the_columns_are_those_of_the_facts_behind_the_ledger(council, views, out):
    council.tell(1, received(), responded(h1="upheld"), found(h1="upheld"))
    exported = export(council.ledger, views, out).exported
    connection = duckdb.connect()
    types = {
        table.name: [
            (name, kind)
            for name, kind, *_ in connection.execute(
                "DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning = false)",
                [str(exported.paths(table.name)[0])],
            ).fetchall()
        ]
        for table in TABLES
        if exported.paths(table.name)
    }
    connection.close()

    for table in TABLES:
        if table.name in types:
            names = ["ledger", *(column.name for column in table.columns)]
            assert names == [name for name, _ in types[table.name]]
    heads = dict(types["heads"])
    assert (
        heads["complaint"],
        heads["service"],
        heads["decided_on"],
        heads["overturned"],
    ) == ("BIGINT", "VARCHAR", "DATE", "INTEGER")


def test_the_manifest_says_how_far_it_goes_and_what_signs_that(tmp_path, views, out):
    council = Council(f"sqlite:///{tmp_path}/council.db")
    council.tell(1, received())
    signed = make_checkpoint(council.ledger, actor=council.around.actor.id)
    council.tell(1, responded(h1="upheld"))
    exported = export(council.ledger, views, out).exported
    last = council.store.tail(after=exported.position - 1)[0]

    assert council.store.head().position == exported.position == last.position
    assert last.id == exported.event
    assert bytes(signed.whole).decode() == exported.checkpoint
    assert read_export(exported.folder) == exported
    again = make_checkpoint(council.ledger, actor=council.around.actor.id)
    after = export(council.ledger, views, out).exported
    assert again.checkpoint.root.hex() == after.root


# --- only what changed ---------------------------------------------------------------------------


@pytest.fixture
def two_years(council, views, out):
    council.entry = council.tell(1, received(on=THIS_YEAR))[0]
    council.tell(2, received(on=LAST_YEAR), responded(LAST_YEAR, h1="upheld"))
    export(council.ledger, views, out)
    return council


def test_a_year_in_which_nothing_happened_keeps_its_files(two_years, views, out):
    before = stamps(out)
    two_years.tell(1, responded(h1="upheld"))
    done = export(two_years.ledger, views, out)

    assert (done.written, done.taken_over) == (("2025-26",), ("2024-25",))
    same = {path for path, stamp in stamps(out).items() if before.get(path) == stamp}
    assert {path for path in before if "2024-25" in path} == same


def test_a_complaint_that_a_correction_moves_leaves_its_year(two_years, views, out):
    moved = e.EntryCorrected(
        corrects=two_years.entry, replacement=received(on=LAST_YEAR), reason="date-mistyped"
    )
    two_years.tell(1, moved)
    done = export(two_years.ledger, views, out)

    assert ("2024-25",) == done.written == done.exported.financial_years
    assert contents(views) == read(done.exported)


def test_a_complaint_of_which_every_entry_was_retracted_is_gone(two_years, views, out):
    two_years.tell(1, e.EntryRetracted(retracts=two_years.entry, reason="wrong-complaint"))
    done = export(two_years.ledger, views, out)

    assert (done.written, done.taken_over) == ((), ("2024-25",))
    assert [len(read(done.exported)["complaints"])] == [1]


def test_nothing_is_touched_when_nothing_happened(two_years, views, out):
    before = stamps(out)
    done = export(two_years.ledger, views, out)

    assert (done.changed, done.written) == (False, ())
    assert before == stamps(out)


def test_a_complaint_that_can_be_folded_at_last_is_in_the_next_export(
    two_years, views, out, monkeypatch
):
    def unreadable(recorded):
        raise UnreadableEvent("of a later program")

    with monkeypatch.context() as early:
        early.setattr(folding, "read_fact", unreadable)
        two_years.tell(3, received(on=date(2023, 6, 5)))
        left_out = export(two_years.ledger, views, out)
    done = export(two_years.ledger, views, out)

    assert (len(left_out.exported.parked), left_out.written) == (1, ())
    assert (done.written, done.exported.parked) == (("2023-24",), ())
    assert contents(views) == read(done.exported)


def test_more_changes_than_are_looked_up_one_by_one_write_every_year(
    two_years, views, out, monkeypatch
):
    monkeypatch.setattr(exporting, "_MOST_CHANGED", 0)
    two_years.tell(1, responded(h1="upheld"))
    done = export(two_years.ledger, views, out)

    assert done.written == ("2024-25", "2025-26")
    assert contents(views) == read(done.exported)


def test_a_disk_without_links_gets_copies(two_years, views, out, monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    two_years.tell(1, responded(h1="upheld"))
    done = export(two_years.ledger, views, out)

    assert done.taken_over == ("2024-25",)
    assert exports(out) == (done.exported,)


# --- what is there already -----------------------------------------------------------------------


def altered(out, **changes):
    """Change what the manifest says."""
    (file,) = out.glob("*/manifest.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_a_restored_backup_is_behind_its_export(tmp_path, views, out):
    url = f"sqlite:///{tmp_path}/council.db"
    council = Council(url)
    council.tell(1, received())
    council.ledger.close()
    shutil.copy(tmp_path / "council.db", tmp_path / "backup.db")
    with open_ledger(url) as ledger:
        ledger.add_actor(kind="officer", role="handler", actor=council.around.actor.id)
        export(ledger, views, out)
    before = stamps(out)
    shutil.copy(tmp_path / "backup.db", tmp_path / "council.db")

    with open_ledger(url) as ledger, Views() as fresh:
        with pytest.raises(ExportUnusable, match=r"restored from a backup.*--anew"):
            export(ledger, fresh, out)
        assert before == stamps(out)
        done = export(ledger, fresh, out, anew=True)
        assert ledger.store.head().position == done.exported.position
    assert done.anew == "it was asked for"


@pytest.mark.parametrize("anew", [False, True])
def test_the_export_of_another_ledger_of_the_council_is_not_replaced(two_years, out, anew):
    before = stamps(out)
    with Views() as views, pytest.raises(ExportUnusable, match="count a council twice"):
        export(Council().ledger, views, out, anew=anew)

    assert before == stamps(out)


def test_an_export_of_an_earlier_version_of_the_facts_is_written_anew(two_years, views, out):
    altered(out, facts_schema=SCHEMA - 1)
    done = export(two_years.ledger, views, out)

    assert f"the former one is of version {SCHEMA - 1} of the facts" == done.anew
    assert done.written == ("2024-25", "2025-26")
    assert exports(out) == (done.exported,)


def test_an_export_of_a_later_version_of_the_facts_is_left_alone(two_years, views, out):
    altered(out, facts_schema=SCHEMA + 1)
    before = stamps(out)

    with pytest.raises(ExportUnusable, match=r"later version.*--anew"):
        export(two_years.ledger, views, out)
    assert before == stamps(out)


def test_what_another_version_of_the_program_wrote_is_written_anew(two_years, views, out):
    altered(out, generator={"name": "complaint-ledger", "version": "0.0.1"})
    done = export(two_years.ledger, views, out)

    assert done.anew == "another version of the program wrote the former one"
    assert exports(out) == (done.exported,)


@pytest.mark.parametrize("damage", ["missing", "altered", "more"])
def test_a_former_export_that_is_not_whole_is_written_anew(two_years, views, out, damage):
    file = next(out.glob("*/financial_year=2024-25/heads.parquet"))
    match damage:
        case "missing":
            file.unlink()
        case "altered":
            file.write_bytes(file.read_bytes()[:-1] + b"?")
        case "more":
            shutil.copy(file, file.with_name("more.parquet"))
    done = export(two_years.ledger, views, out)

    assert "financial_year=2024-25/" in done.anew
    assert done.written == ("2024-25", "2025-26")
    assert exports(out) == (done.exported,)


def test_a_manifest_that_cannot_be_read_is_replaced_only_when_that_is_asked(two_years, views, out):
    next(out.glob("*/manifest.json")).write_text("{")

    with pytest.raises(ExportUnusable, match=r"not JSON.*--anew"):
        export(two_years.ledger, views, out)
    done = export(two_years.ledger, views, out, anew=True)
    assert exports(out) == (done.exported,)


@pytest.mark.parametrize("anew", [False, True])
def test_a_folder_with_other_things_in_it_is_left_alone(council, views, out, anew):
    letter = out / "council=testham" / "letter.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("Dear")

    with pytest.raises(ExportUnusable, match="something else"):
        export(council.ledger, views, out, anew=anew)
    assert letter.read_text() == "Dear"


def test_a_folder_that_leads_elsewhere_is_not_written_into(council, views, out, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "letter.txt").write_text("Dear")
    out.mkdir()
    (out / ".council=testham.new").symlink_to(elsewhere)

    with pytest.raises(ExportUnusable, match="cannot be written"):
        export(council.ledger, views, out)
    assert [path.name for path in elsewhere.iterdir()] == ["letter.txt"]


# --- whatever happens while writing --------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from complaint_ledger import open_ledger
from complaint_ledger.projections.export.exporting import export
from complaint_ledger.projections.views import Views

url, out, name, left = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])

def until_killed(event, args):
    global left
    if event == name and "council=" in str(args[0]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

with open_ledger(url) as ledger, Views() as views:
    sys.addaudithook(until_killed)
    export(ledger, views, out)
"""


@pytest.fixture
def kept(tmp_path, out):
    """A council's ledger and its export, which is behind by one answer."""
    url = f"sqlite:///{tmp_path}/council.db"
    council = Council(url)
    council.tell(1, received(on=THIS_YEAR))
    council.tell(2, received(on=LAST_YEAR))
    with Views() as views:
        export(council.ledger, views, out)
    council.tell(1, responded(h1="upheld"))
    council.ledger.close()
    return url


@pytest.mark.parametrize(
    ("step", "nth", "served"),
    [
        ("os.link", 1, True),  # while files are taken over
        ("os.rename", 1, False),  # the former one is away
        ("shutil.rmtree", 0, True),  # the new one is in its place
    ],
)
def test_a_killed_export_is_put_right_by_the_next(kept, out, step, nth, served):
    (former,) = exports(out)
    command = [sys.executable, "-c", KILLED, kept, out, step, str(nth)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    if served:
        (after,) = exports(out)
        assert after == former or after.position > former.position
    else:
        with pytest.raises(ExportUnusable, match="broken off"):
            exports(out)

    with open_ledger(kept) as ledger, Views() as views:
        done = export(ledger, views, out)
        assert contents(views) == read(done.exported)
    assert exports(out) == (done.exported,)
    assert [path.name for path in out.iterdir()] == ["council=testham"]


@contextmanager
def no_file_longer_than(size):
    """Make the disk full for every file beyond *size* bytes."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@pytest.mark.parametrize("size", [100, 3_000])
def test_on_a_full_disk_the_former_export_stays_and_the_next_is_whole(kept, out, size):
    before = exports(out)
    with open_ledger(kept) as ledger, Views() as views:
        views.catch_up(ledger.store)
        with (
            no_file_longer_than(size),
            pytest.raises(ExportUnusable, match=r"cannot be written.*stays as it was.*Make room"),
        ):
            export(ledger, views, out)
        assert before == exports(out)
        assert [path.name for path in out.iterdir()] == ["council=testham"]
        done = export(ledger, views, out)

    assert exports(out) == (done.exported,)


def test_two_exports_of_a_council_at_once_do_not_meet(two_years, views, out):
    before = stamps(out)
    with (
        placing.Placing(out, "testham").begun(),
        pytest.raises(ExportUnusable, match="another export"),
    ):
        export(two_years.ledger, views, out)
    assert before == stamps(out)

    assert export(two_years.ledger, views, out).taken_over
