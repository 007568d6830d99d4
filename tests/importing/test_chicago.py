"""Chicago: one row a head; a finding recommended first, a final one after review (Must show 3)."""

import csv
import gzip
import json
from collections import Counter
from datetime import date

import pytest

from importing.lookalikes import MAPPINGS, chicago
from importing.running import Office
from projections.on_engines import everywhere

pytestmark = pytest.mark.xdist_group("chicago")

# As the README of the data gives them; of heads, 2007 has 30.
OVERTURNED_IN = {
    "2001": 1,
    "2002": 19,
    "2003": 6,
    "2004": 11,
    "2005": 6,
    "2006": 18,
    "2007": 18,
    "2008": 12,
    "2009": 5,
    "2010": 3,
    "2011": 4,
    "2013": 2,
    "2014": 16,
    "2015": 11,
    "2016": 3,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return chicago(tmp_path_factory.mktemp("chicago") / "complaints.csv", complaints=400)


@pytest.fixture(scope="module")
def council(made):
    office = Office(made.file.parent)
    return office, office.imports(made.file, made.mapping)


def by_year(found, what):
    return {row["group"]: row[what][0] for row in found["rows"] if row[what][0]}


def twelve_weeks(file):
    """
    Return, from the file itself, how many complaints were closed within twelve weeks.

    Of one that is open and has a finding all the same, nobody can tell.
    """
    opened = gzip.open if file.suffix == ".gz" else open
    rows: dict[str, list[dict[str, str]]] = {}
    with opened(file, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            rows.setdefault(row["cr_id"], []).append(row)
    return Counter(map(in_time, rows.values()))


def in_time(rows):
    received, closed = rows[0]["complaint_date"], rows[0]["closed_date"]
    if closed:
        days = (date.fromisoformat(closed) - date.fromisoformat(received)).days
        return "met" if days <= 84 else "missed"
    return "cannot_tell" if any(row["recommended_finding"] for row in rows) else "missed"


def told(row):
    return Counter({verdict: row[verdict] for verdict in ("met", "missed", "cannot_tell")})


def judged(office):
    """Return the counts of each rule, had the complaints been handled under lgsco-2024."""
    done = office.run(
        "findings", "--what-if", "lgsco-2024", "--summary", "--format", "json", status=1
    )
    return {row["rule"]: row for row in json.loads(done.stdout)}


def test_what_if_lgsco_the_twelve_weeks_are_as_the_file_says(council, made):
    office, counts = council
    found = judged(office)
    assert told(found["LGSCO-18"]) == twelve_weeks(made.file)
    acknowledged = found["LGSCO-01"]
    assert acknowledged["met"] == 0  # nothing in the file is an acknowledgement
    assert acknowledged["missed"] + acknowledged["cannot_tell"] == counts["complaints"]
    recorded = {rule: found[rule]["complaints"] for rule in counts["findings"]}
    assert recorded == counts["findings"]


def test_the_heads_of_a_complaint_make_one_journey(council, made):
    _, counts = council

    assert (made.rows, made.rows) == (counts["rows"], counts["recorded"])
    assert (made.complaints, made.events) == (counts["complaints"], counts["events"])


def test_dates_in_an_impossible_order_are_kept_and_counted(council, made):
    assert made.impossible == council[1]["findings"]


def test_heads_and_complaints_that_were_overturned_are_counted_apart(council, made):
    found = council[0].trend("overturn")

    assert made.overturned.total() == found["heads"][0]
    assert len(made.overturned) == found["complaints"][0]
    assert sorted(made.overturned) == sorted(found["references"])


def test_every_engine_counts_the_same(council, tmp_path):
    asked = ["overturn by decided_year", "outcomes by received_year", "outcomes by body"]
    told = everywhere(council[0].url, asked, tmp_path)

    assert {"python", "sqlite", "duckdb"} == set(told)
    assert all(answer == told["python"] for answer in told.values())


def test_the_overturned_are_counted_in_the_year_of_the_decision(council, made):
    found = council[0].trend("overturn", "--by", "decided_year")

    assert made.overturned_in == by_year(found, "heads")
    assert made.complaints_overturned_in == by_year(found, "complaints")


def test_the_real_complaints_give_the_known_answers(real_data, tmp_path):
    office = Office(tmp_path)
    file = real_data / "police_chicago" / "complaints_with_findings.csv.gz"
    counts = office.imports(file, MAPPINGS / "chicago_police.toml")
    found = office.trend("overturn", "--by", "decided_year")

    assert (counts["complaints"], counts["quarantined"]) == (109_339, 0)
    assert counts["findings"] == {"GEN-02": 23, "arose-first": 8}
    assert (found["heads"][0], found["complaints"][0]) == (172, 135)
    assert by_year(found, "complaints") == OVERTURNED_IN
    assert by_year(found, "heads")["2007"] == 30
    assert sum(by_year(found, "heads").values()) == 172

    # Judged by a code that it was never handled under: totals, and no exception.
    of_rule = judged(office)
    assert told(of_rule["LGSCO-18"]) == twelve_weeks(file)
    assert of_rule["LGSCO-18"]["met"] == 17_858
    assert of_rule["LGSCO-01"]["met"] == 0
    assert of_rule["LGSCO-01"]["complaints"] == 109_339
    assert of_rule["LGSCO-02"]["complaints"] == 109_339
    assert of_rule["code-in-force"]["cannot_tell"] == 109_339
    assert {rule: of_rule[rule]["complaints"] for rule in counts["findings"]} == counts["findings"]
