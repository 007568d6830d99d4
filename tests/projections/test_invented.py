"""Councils that do not exist: any number, the same for the same seed, folded like any others."""

from collections import Counter

import duckdb
import pytest

from complaint_ledger.demo.invented import InventedCouncil
from complaint_ledger.projections.export.exporting import export
from complaint_ledger.projections.export.manifest import ExportUnusable, exports
from complaint_ledger.projections.export.synthetic import export_invented, export_many
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.journey import journey
from complaint_ledger.projections.views import Views
from projections.histories import Council, received
from projections.test_export import read


@pytest.fixture(scope="module")
def councils(tmp_path_factory):
    """Two councils with 200 complaints each."""
    folder = tmp_path_factory.mktemp("councils")
    export_many(folder, councils=2, complaints=200, seed=7)
    return exports(folder)


def asked(exported, table, expression):
    with duckdb.connect() as connection:
        files = [str(path) for path in exported.paths(table)]
        (row,) = connection.execute(
            f"SELECT {expression} FROM read_parquet({files}, hive_partitioning = false)"
        ).fetchall()
        return row[0]


def test_they_are_marked_fictional_and_have_ledgers_of_their_own(councils):
    assert [c.council for c in councils] == ["fictional-0001", "fictional-0002"]
    assert {True} == {one.fictional for one in councils}
    assert len({one.ledger for one in councils}) == 2


def test_the_files_hold_what_their_histories_fold_to(councils):
    council = InventedCouncil(seed=7, number=2, complaints=200)
    folded = Counter()
    overturned = 0
    for facts in council.histories():
        rows = journey(facts)
        folded.update({name: len(found) for name, found in rows.items()})
        overturned += sum(head["overturned"] for head in rows.get("heads", ()))
    one = councils[1]

    assert +folded == Counter(
        {t.name: sum(f.rows for f in one.files if f.table == t.name) for t in TABLES}
    )
    assert overturned == asked(one, "heads", "sum(overturned)") > 0
    assert facts[-1].position == one.position


def test_the_same_seed_gives_the_same_in_one_process_or_two(councils, tmp_path):
    export_many(tmp_path, councils=2, complaints=200, seed=7, processes=2)
    again = exports(tmp_path)[1]
    other = export_invented(InventedCouncil(seed=8, number=2, complaints=200), tmp_path / "other")

    assert read(councils[1]) == read(again)
    assert again.ledger == councils[1].ledger != other.ledger
    assert read(again) != read(other)


def test_fifteen_hundred_complaints_hold_all_that_can_befall_one():
    told = Counter()
    for number in (1, 2, 3):
        for facts in InventedCouncil(seed=1, number=number, complaints=500).histories():
            told.update({type(fact.event).__name__ for fact in facts})
            told[facts[0].event.precision] += 1
            told["no service"] += facts[0].event.service is None
            told["gone"] += not journey(facts)

    assert {"month", "year", "unknown", "no service", "gone"} <= (+told).keys()
    assert {
        "EntryCorrected",
        "EntryRetracted",
        "ComplaintReopened",
        "ReferralPremature",
        "ResponseExtended",
        "OmbudsmanOutcomeReceived",
    } <= told.keys()


def test_each_council_has_ways_of_its_own(councils):
    shares = {
        asked(one, "heads", "round(avg((local_outcome = 'upheld')::INT), 2)") for one in councils
    }

    assert len(shares) > 1


def test_a_fictional_council_takes_the_place_of_itself_only(tmp_path):
    council = InventedCouncil(seed=1, number=1, complaints=5)
    assert read(export_invented(council, tmp_path)) == read(export_invented(council, tmp_path))
    real = Council()
    real.tell(1, received())
    with Views() as views:
        there = export(real.ledger, views, tmp_path).exported.folder
    there.rename(tmp_path / "council=fictional-0002")

    with pytest.raises(ExportUnusable, match="something else"):
        export_many(tmp_path, councils=2, complaints=5, seed=1, processes=2)
