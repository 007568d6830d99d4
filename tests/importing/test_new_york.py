"""New York: one row a complaint, and very many of them (Must show 4)."""

import gzip
import itertools

import pytest

from importing.lookalikes import MAPPINGS, new_york
from importing.running import Office

pytestmark = pytest.mark.xdist_group("new-york")

MORE = 1.2
"""How much more memory ten times as many rows may take."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return new_york(tmp_path_factory.mktemp("new-york") / "cases.csv.gz", rows=3_000, repeats=7)


@pytest.fixture(scope="module")
def council(made):
    office = Office(made.file.parent)
    return office, office.imports(made.file, made.mapping)


def test_every_row_is_accounted_for(council, made):
    _, counts = council

    assert made.rows == counts["rows"]
    assert made.complaints == counts["recorded"] == counts["complaints"]
    assert made.events == counts["events"]
    assert made.said_twice == counts["already_there"]
    assert len(made.repeated) == counts["quarantined"]


def test_a_repeated_key_is_quarantined_with_both_lines_however_far_apart(council, made):
    apart = council[0].quarantine(made.file)

    assert {"same-key-other-content"} == {note["rule"] for note in apart}
    assert sorted(made.repeated) == sorted(tuple(note["lines"]) for note in apart)
    assert (2, made.rows + 1) in made.repeated  # the far end


def test_what_was_never_closed_is_open(council, made):
    received = closed = same_day = 0
    for events in council[0].journeys().values():
        days = [event.occurred_on for _, event in events]
        received += 1
        closed += len(days) == 2
        same_day += days[1:] == days[:1]

    assert (made.complaints, made.open) == (received, received - closed)
    assert made.same_day == same_day


def test_the_real_cases_take_no_more_memory_than_a_tenth_of_them(real_data, tmp_path):
    mapping = MAPPINGS / "nyc_council_casework.toml"
    file = real_data / "nyc_council_casework" / "nycomplaints.csv.gz"
    tenth = tmp_path / "tenth.csv.gz"
    with gzip.open(file, "rb") as whole, gzip.open(tenth, "wb") as part:
        part.writelines(itertools.islice(whole, 34_131))
    (tmp_path / "a-tenth").mkdir()
    _, peak_of_tenth = Office(tmp_path / "a-tenth").imports_apart(tenth, mapping)
    office = Office(tmp_path)
    counts, peak = office.imports_apart(file, mapping)
    apart = office.quarantine(file)

    assert counts["rows"] == 341_299
    assert counts["quarantined"] == 105
    assert all(first < line for first, line in (note["lines"] for note in apart))
    assert {"same-key-other-content"} == {note["rule"] for note in apart}
    told = ("recorded", "already_there", "quarantined", "passed_over")
    assert counts["rows"] == sum(counts[name] for name in told)
    # Of the 14,142 that are open, 3 stand in rows that were set apart.
    assert 2 * counts["complaints"] - counts["events"] == 14_142 - 3
    assert peak <= MORE * peak_of_tenth, (peak, peak_of_tenth)
