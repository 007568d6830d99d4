"""The benchmarks run, compare like with like, and say what they found. No time is asserted."""

import json
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from benchmarks import (
    audits,
    bundles,
    journeys,
    measures,
    peers,
    postgres,
    postgres_events,
    postgres_sides,
    projections,
    projections_growth,
    projections_peer,
    projections_places,
    sides,
)
from benchmarks.__main__ import main
from benchmarks.synthetic import synthetic
from click.testing import CliRunner

from complaint_ledger import codec, open_ledger
from complaint_ledger.evidence.audit import audit
from complaint_ledger.evidence.seals import heads_at, heads_root
from complaint_ledger.ids import new_id
from complaint_ledger.projections.views import Views
from complaint_ledger.store import LEDGER_STREAM

pytestmark = [
    pytest.mark.about_files("they are measured"),
    pytest.mark.xdist_group("benchmarks"),
]


@pytest.fixture(scope="module")
def run():
    """A quick run: what it printed, what it kept, and the disk that it was made on."""
    with TemporaryDirectory() as disk, TemporaryDirectory() as folder:
        Path(disk).chmod(0o755)  # a server that does not run as root has to enter it
        kept = Path(folder) / "numbers.json"
        words = ["--quick", "--json", str(kept), "--dir", disk]
        done = CliRunner().invoke(main, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        yield done, json.loads(kept.read_text()), Path(disk)


@pytest.fixture
def postgres_database(postgres):
    name = f"bench_{new_id()}"
    postgres.sql(f"CREATE DATABASE {name}")
    yield postgres.conninfo(name)
    postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_quick_run_measures_everything_and_leaves_nothing_behind(run):
    done, found, disk = run
    assert [(line["peer"], line["target"]) for line in found["lines"]] == [
        ("eventsourcing, get each", 3),
        ("eventsourcing, save each", 5),
        ("sqlite3, same rows", 0.4),
        ("eventsourcing, get and save", None),
        ("our own fold, one by one", None),
        ("without entries", None),
    ]
    for line in found["lines"]:
        assert len(line["ours"]) == len(line["theirs"]) == measures.QUICK.times
        assert line["peer"].split(",")[0] in done.output
    assert tuple(at["complaints"] for at in found["growth"]) == measures.QUICK.sizes
    assert found["settings"] == {"journal_mode": "wal", "synchronous": 2}
    assert [at["events"] for at in found["bundles"]] == list(bundles.QUICK)
    assert len(found["audits"]) == len(audits.QUICK)
    for at, least in zip(found["audits"], audits.QUICK, strict=True):
        assert at["events"] >= least
        assert 0 < at["hashing"] < at["entries"] < at["everything"]
    assert list(disk.iterdir()) == []


def test_a_quick_run_compares_both_sides_of_one_postgresql(run):
    done, found, _ = run
    on = found["postgresql"]
    assert [line["what"] for line in on["lines"]] == [
        *(
            f"append, {writers}, {ledgers}{sealed}"
            for ledgers in ("one ledger", "2 ledgers")
            for writers in ("one writer", "2 writers")
            for sealed in ("", ", sealed")
        ),
        "read, complaints",
        "tail, events",
    ]
    for line in on["lines"]:
        assert len(line["ours"]) == len(line["theirs"]) == postgres.QUICK.times
        assert line["target"] is None
    assert tuple(at["events"] for at in on["growth"]) == postgres.QUICK.sizes
    for at in on["growth"]:
        for what in ("appended", "sealed", "read", "tailed"):
            assert len(at[what]) == postgres.QUICK.times
    assert on["settings"]["fsync"] == "on"
    assert "under a lock of its table" in done.output


def test_a_quick_run_compares_our_runner_with_the_librarys_on_both_databases(run):
    done, found, _ = run
    on = found["projections"]
    named = ("live, the rest of each", "live, one of each", "first build")
    assert [(line["what"], line["peer"]) for line in on["runners"]] == [
        (f"{what}, {database}", peer)
        for database in ("SQLite", "PostgreSQL")
        for what in named
        for peer in projections.SAID.values()
    ]
    for line in on["runners"]:
        assert len(line["ours"]) == len(line["theirs"]) == projections.QUICK.times
        assert (line["target"] is None) == ("counter" in line["peer"])
    trends = ("overturn", "overturn by service", "outcomes by stage", "outcomes by channel")
    assert [line["what"] for line in on["rebuilds_and_trends"]] == [
        f"{what}, {database}"
        for database in ("SQLite", "PostgreSQL")
        for what in ("rebuild, 2 workers, events", *(f"trend {trend}" for trend in trends))
    ]
    assert len(on["growth"]) == len(projections_growth.QUICK)
    for at in on["growth"]:
        assert 0 < at["idle"]["memory"] <= at["built"]["memory"]
        assert at["built"]["seconds"] > at["idle"]["seconds"]
    assert on["exports"]["written"] == [1]
    assert {"sqlite", "duckdb"} <= on["exports"]["asked"].keys()
    assert "the library's runner" in done.output


def test_views_that_do_not_hold_the_same_rows_are_not_compared(tmp_path):
    files = projections_places.Files(tmp_path)
    view = files.view("peer")
    address = files.address(view)
    with files.ledger("council") as growing, Views(files.facts("council")) as views:
        growing.record(growing.stories(3))
        upto = views.catch_up(growing.store).position
        kind = projections_peer.KeepsFacts
        assert projections_peer.take_in(kind, growing.url, growing.council, view, upto) > 0
        assert projections_places.check_equal(views, address) == 3
        with sqlite3.connect(view["SQLITE_DBNAME"]) as connection:
            connection.execute("UPDATE heads SET category = 'other' WHERE head = 'h1'")
        connection.close()
        with pytest.raises(AssertionError, match="the rows of heads are not the same"):
            projections_places.check_equal(views, address)


def test_both_sides_of_one_postgresql_return_what_was_appended(postgres_database):
    batch = list(postgres_events.parts(20, at_once=2, sealed=True))
    assert {part.expected_version for part in batch} == set(range(8))
    assert sum(len(part.events[0].sealed) for part in batch) == 7 * 2 + 2 * 4
    told = []
    for side in postgres_sides.SIDES.values():
        side.make(postgres_database, 1)
        one = side(postgres_database, [0])
        for part in batch:
            one.ready(0, part)()
        told.append([event for page in postgres_sides.pages(one, 0) for event in one.told(page)])
        one.close()
    assert told[0] == told[1]
    assert [part.stream for part in batch] == [stream for stream, _, _ in told[0]]


def test_a_server_that_does_not_wait_for_its_disk_is_not_measured(postgres, postgres_database):
    postgres_sides.Theirs.make(postgres_database, 1)
    name = postgres_database.rpartition("/")[2]
    postgres.sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    with pytest.raises(AssertionError, match="'synchronous_commit': 'off'"):
        postgres_sides.Theirs(postgres_database, [0])


def test_a_command_and_its_peer_leave_the_same_rows(tmp_path):
    with sides.ours(tmp_path, "ours") as side:
        cases = [journeys.case(n) for n in range(3)]
        side.save(cases, journeys.ANSWERED)
        copy = sides.copy_of(side, tmp_path / "copy.db")
        before = side.ledger.store.head().position
        side.escalate(cases)
        peers.write_by_hand(copy, sides.rows_after(side, before))
        connection = sqlite3.connect(side.file)
        for table in ("events", "streams", "sealed", "claims", "head"):
            statement = f"SELECT * FROM {table} ORDER BY 1"
            assert copy.execute(statement).fetchall() == connection.execute(statement).fetchall()
        connection.close()
        copy.close()


def test_the_ledger_that_audits_are_measured_on_is_one_that_the_library_reads(tmp_path):
    assert [size for size, _ in synthetic(tmp_path, (100,))] == [100]
    with open_ledger(f"sqlite:///{tmp_path}/synthetic.db") as ledger:
        report = audit(ledger)
        assert (report.problems, report.seals, report.checkpoints) == ((), 8, 8)
        told = [one for one in ledger.store.tail(limit=1000) if one.stream != LEDGER_STREAM]
        assert {len(codec.sealed_paths(one.body)) for one in told} == {2}
        assert report.values.opened == 2 * len(told) + 2
        assert heads_root(heads_at(ledger.store, report.entries - 1)).hex() == (
            ledger.own.sealed[-1].event.heads_root
        )


def test_a_connection_that_is_set_otherwise_is_not_measured():
    with pytest.raises(AssertionError):
        sides.check({"journal_mode": "wal", "synchronous": 1})
