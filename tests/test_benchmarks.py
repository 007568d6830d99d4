"""The benchmarks run, compare like with like, and say what they found. No time is asserted."""

import json
import sqlite3

import pytest
from benchmarks import audits, bundles, journeys, measures, peers, sides
from benchmarks.__main__ import main
from benchmarks.synthetic import synthetic
from click.testing import CliRunner

from complaint_ledger import codec, open_ledger
from complaint_ledger.evidence.audit import audit
from complaint_ledger.evidence.seals import heads_at, heads_root
from complaint_ledger.store import LEDGER_STREAM


def test_a_quick_run_measures_everything_and_leaves_nothing_behind(tmp_path):
    kept, disk = tmp_path / "numbers.json", tmp_path / "disk"
    disk.mkdir()
    done = CliRunner().invoke(
        main, ["--quick", "--json", str(kept), "--dir", str(disk)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    found = json.loads(kept.read_text())
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
