"""A file is read to its end, or to where it breaks off; each row knows its line."""

import gzip

import pytest

from importing.lookalikes import new_york
from importing.running import HEADER, Office, line, plain_mapping


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


@pytest.fixture
def mapping(tmp_path):
    return plain_mapping(tmp_path)


@pytest.fixture
def file(tmp_path):
    """Return what writes lines to a file, in an encoding."""

    def file(*lines, encoding="utf-8", end="\n"):
        path = tmp_path / "crm.csv"
        path.write_bytes("".join(one + end for one in (HEADER, *lines)).encode(encoding))
        return path

    return file


def noted(office, path):
    return [(note["line"], note["column"], note["rule"]) for note in office.quarantine(path)]


def test_a_byte_order_mark_is_no_part_of_the_first_column(office, mapping, file):
    assert office.imports(file(line(), encoding="utf-8-sig"), mapping)["recorded"] == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_any_system_ends_them(office, mapping, file, end):
    counts = office.imports(file(line(), "", line("T-2"), end=end), mapping)

    assert (counts["rows"], counts["recorded"]) == (2, 2)  # an empty line is no row


def test_a_row_in_another_encoding_is_set_apart_with_the_one_to_try(office, mapping, file):
    path = file(line(), line("T-2", story="Café"), line("T-3"), encoding="cp1252")
    counts = office.imports(path, mapping)

    assert (counts["recorded"], counts["quarantined"]) == (2, 1)
    assert noted(office, path) == [(3, "story", "encoding")]
    assert 'try encoding = "cp1252"' in office.quarantine(path)[0]["reason"]


def test_with_the_encoding_that_was_said_it_is_recorded(office, tmp_path, file):
    mapping = plain_mapping(tmp_path, ('title = "Testham"', 'title = "T"\nencoding = "cp1252"'))
    path = file(line("T-2", story="Café"), encoding="cp1252")

    assert office.imports(path, mapping)["recorded"] == 1


def test_a_byte_that_the_encoding_does_not_have_is_set_apart(office, tmp_path, file):
    mapping = plain_mapping(tmp_path, ('title = "Testham"', 'title = "T"\nencoding = "cp1252"'))
    path = file(line("T-2", story="Aćimović"), encoding="utf-8")
    path.write_bytes(path.read_bytes().replace("ć".encode(), b"\x81"))
    office.imports(path, mapping)

    assert noted(office, path) == [(2, "story", "encoding")]
    assert 'try encoding = "utf-8"' in office.quarantine(path)[0]["reason"]


def test_a_header_in_another_encoding_is_named(office, mapping, tmp_path):
    path = tmp_path / "crm.csv"
    path.write_bytes(f"{HEADER},café\n".encode("cp1252"))

    assert 'crm.csv is not utf-8-sig; try encoding = "cp1252"' in office.fails(path, mapping)


def test_utf_16_is_read_where_it_is_said_and_breaks_off_where_it_is_cut(office, tmp_path, file):
    mapping = plain_mapping(tmp_path, ('title = "Testham"', 'title = "T"\nencoding = "utf-16"'))
    path = file(line(), line("T-2"), encoding="utf-16")

    assert office.imports(path, mapping)["recorded"] == 2
    path.write_bytes(path.read_bytes()[:-3])
    assert "breaks off at line 3" in office.fails(path, mapping)


def test_a_row_over_several_lines_is_known_by_its_first(office, mapping, file):
    story = '"The bin\nwas left,\n""again"""'
    path = file(line(story=story), line("T-2", service="Rats"), line("T-3", opened="x"))
    office.imports(path, mapping)

    assert noted(office, path) == [(5, "service", "unmapped"), (6, "opened", "bad-value")]


def test_a_row_with_more_or_fewer_cells_is_set_apart(office, mapping, file):
    path = file(line() + ",more", line("T-2"), "T-3,2025-04-07")
    counts = office.imports(path, mapping)

    assert (counts["recorded"], counts["quarantined"]) == (1, 2)
    assert noted(office, path) == [(2, None, "columns"), (4, None, "columns")]


def test_a_row_with_a_broken_quotation_mark_is_set_apart_and_the_rest_goes_on(
    office, mapping, file
):
    path = file(line(), line("T-2", story='"so "called" service"'), line("T-3"))
    counts = office.imports(path, mapping)

    assert (counts["rows"], counts["recorded"]) == (3, 2)
    assert noted(office, path) == [(3, None, "quotes")]


def test_a_quotation_mark_that_never_closes_breaks_the_file_off(office, mapping, file):
    path = file(line(), line("T-2"), line("T-3", story='"and then'), line("T-4"))

    assert "breaks off at line 4" in office.fails(path, mapping)
    assert {"T-1", "T-2"} == office.journeys().keys()


def test_nul_is_set_apart(office, mapping, file):
    path = file(line(story="a\0b"), line("T\0-2"), line("T-3"))
    counts = office.imports(path, mapping)

    assert counts["recorded"] == 1
    assert sorted(noted(office, path)) == [(2, "story", "bad-value"), (3, "ref", "bad-value")]


def test_two_million_letters_are_set_apart(office, mapping, file):
    path = file(line(story="x" * 2_000_000), line("T-2"))
    counts = office.imports(path, mapping)

    assert counts["recorded"] == 1
    assert noted(office, path) == [(2, "story", "bad-value")]


def test_an_empty_file_is_named(office, mapping, tmp_path):
    path = tmp_path / "crm.csv"
    path.write_bytes(b"")

    assert "crm.csv is empty; the first line must name the columns" in office.fails(path, mapping)


def test_a_file_that_is_not_there_is_named(office, mapping, tmp_path):
    assert "nowhere.csv cannot be read: No such file" in office.fails(
        tmp_path / "nowhere.csv", mapping
    )


def test_a_file_of_a_header_alone_holds_nothing(office, mapping, file):
    counts = office.imports(file(), mapping)

    assert (counts["rows"], counts["events"], counts["quarantine_file"]) == (0, 0, None)


def test_a_column_twice_is_named(office, mapping, tmp_path):
    path = tmp_path / "crm.csv"
    path.write_text(f"{HEADER},ref\n")

    assert "has a column twice" in office.fails(path, mapping)


def test_of_a_truncated_download_what_came_before_is_recorded_and_a_second_run_goes_on(
    office, tmp_path
):
    made = new_york(tmp_path / "whole.csv.gz", rows=3_000)
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(made.file.read_bytes()[:-9_000])

    assert "breaks off at line" in office.fails(broken, made.mapping)
    before = len(office.journeys())
    counts = office.imports(made.file, made.mapping)

    assert 1_000 < before < made.complaints
    assert before + counts["recorded"] == made.complaints
    assert counts["already_there"] == before + made.said_twice
    assert len(made.repeated) == counts["quarantined"]


def test_gzip_that_is_none_inside_is_named(office, mapping, tmp_path):
    path = tmp_path / "crm.csv.gz"
    path.write_bytes(gzip.compress(HEADER.encode())[:12] + b"\xff" * 40)

    assert "breaks off at line 1" in office.fails(path, mapping)
