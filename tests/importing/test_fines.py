"""Fines: one row an event; the prefecture answers, a judge is the outside body (Must show 2)."""

import pytest

from importing.lookalikes import MAPPINGS, fines
from importing.running import Office

pytestmark = pytest.mark.xdist_group("fines")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return fines(tmp_path_factory.mktemp("fines") / "fines.csv.gz", cases=400)


@pytest.fixture(scope="module")
def council(made):
    office = Office(made.file.parent)
    return office, office.imports(made.file, made.mapping)


def outcomes_by_body(office):
    return {
        (row["group"], row["outcome"]): row["heads"][0]
        for row in office.trend("outcomes", "--by", "body")["rows"]
    }


def test_every_row_of_an_appeal_is_recorded_and_the_others_are_passed_over(council, made):
    _, counts = council

    assert made.rows == counts["rows"]
    assert made.passed_over == counts["passed_over"]
    assert made.rows - made.passed_over == counts["recorded"]
    assert (made.complaints, made.events) == (counts["complaints"], counts["events"])
    assert counts["quarantined"] == 0


def test_a_judge_without_an_appeal_on_record_opens_with_a_presumed_receipt(council, made):
    office, _ = council
    receipts = [
        event
        for events in office.journeys().values()
        for name, event in events
        if name == "complaint-received"
    ]

    assert made.presumed == sum(event.presumed for event in receipts)


def test_an_outcome_before_its_receipt_is_kept_and_found(council, made):
    assert {"GEN-01": made.impossible["GEN-01"]} == council[1]["findings"]


def test_each_body_decided_what_it_decided(council, made):
    assert made.outcomes == outcomes_by_body(council[0])


def test_the_overturned_are_named(council, made):
    found = council[0].trend("overturn")

    assert sorted(made.overturned) == sorted(found["references"])
    assert len(made.overturned) == found["heads"][0]


def test_the_same_import_twice_adds_nothing(council, made):
    office, first = council
    head = office.head
    again = office.imports(made.file, made.mapping)

    assert (0, first["recorded"]) == (again["events"], again["already_there"])
    assert head == office.head


@pytest.fixture(scope="module")
def real(real_data, tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("real-fines"))
    file = real_data / "event_logs" / "traffic_fines_10000cases.csv.gz"
    return office, file, office.imports(file, MAPPINGS / "traffic_fines.toml")


def test_of_the_real_fines_exactly_two_were_overturned(real):
    office, _, counts = real
    found = office.trend("overturn")

    assert (counts["rows"], counts["quarantined"]) == (34_724, 0)
    assert sorted(found["references"]) == ["A12414", "A22043"]
    assert found["heads"] == [2, 3]
    assert outcomes_by_body(office) == {
        ("prefecture", "upheld"): 137,
        ("prefecture", "not-upheld"): 90,
        ("judge", "upheld"): 3,
        ("judge", "not-upheld"): 16,
    }


def test_the_real_fines_again_add_nothing(real):
    office, file, first = real
    head = office.head
    again = office.imports(file, MAPPINGS / "traffic_fines.toml")

    assert (0, first["recorded"]) == (again["events"], again["already_there"])
    assert head == office.head
