"""A ZIP of ours has one form only, so that nothing can be hidden in it."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.bundle import archive

names = st.from_regex(r"[a-zA-Z0-9._-]{1,12}(/[a-zA-Z0-9._-]{1,12}){0,2}", fullmatch=True)
contents = st.dictionaries(names, st.binary(max_size=200), min_size=1, max_size=8)


def zipped(files, folder="evidence-1"):
    out = io.BytesIO()
    archive.write(files, folder, out)
    return out.getvalue()


def unzipped(data, place):
    place.write_bytes(data)
    with archive.read(place) as bag:
        return dict(bag)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "bundle.zip"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return tmp_path_factory.mktemp("zips") / "bundle.zip"


@given(contents)
def test_what_is_packed_is_what_is_read(shared, files):
    assert files == unzipped(zipped(files), shared)


@given(contents)
def test_any_other_reader_of_zips_reads_it_too(files):
    with zipfile.ZipFile(io.BytesIO(zipped(files))) as other:
        assert other.testzip() is None
        assert {f"evidence-1/{p}": d for p, d in files.items()} == {
            name: other.read(name) for name in other.namelist()
        }


@given(contents, st.randoms())
def test_the_same_files_make_the_same_bytes_in_whatever_order_they_come(files, random):
    shuffled = list(files.items())
    random.shuffle(shuffled)
    assert zipped(files) == zipped(dict(shuffled))


@given(contents)
def test_the_chronology_comes_first_and_the_rest_by_their_names(files):
    files = {**files, "data/chronology.html": b"<p>"}
    with zipfile.ZipFile(io.BytesIO(zipped(files))) as other:
        found = [name.removeprefix("evidence-1/") for name in other.namelist()]
    assert ["data/chronology.html", *sorted(files.keys() - {"data/chronology.html"})] == found


@given(contents, st.data())
def test_a_changed_bit_is_noticed(shared, files, data):
    whole = bytearray(zipped(files))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadEvidence):
        unzipped(bytes(whole), shared)


SMALL = {"data/chronology.html": b"<p>", "bagit.txt": b"BagIt", "data/head.txt": b""}


def test_no_bit_of_a_small_one_can_be_changed(place):
    whole = zipped(SMALL)
    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadEvidence):
            unzipped(bytes(changed), place)


def test_one_that_is_cut_short_anywhere_is_refused(place):
    whole = zipped(SMALL)
    for length in range(len(whole)):
        with pytest.raises(BadEvidence):
            unzipped(whole[:length], place)


@pytest.mark.parametrize("extra", [b"\0", b"PK\5\6" + b"\0" * 18])
def test_nothing_stands_before_or_behind_it(place, extra):
    whole = zipped(SMALL)
    for data in (extra + whole, whole + extra):
        with pytest.raises(BadEvidence):
            unzipped(data, place)


def test_nothing_stands_between_its_files_and_their_list(place):
    whole = zipped(SMALL)
    (offset,) = struct.unpack("<L", whole[-6:-2])
    moved = whole[:offset] + b"hidden" + whole[offset:-6]
    with pytest.raises(BadEvidence, match="between"):
        unzipped(moved + struct.pack("<LH", offset + 6, 0), place)


def by_others(files, compression=zipfile.ZIP_STORED, **more):
    """Return a ZIP as other programs make it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as other:
        for name, data in files:
            info = zipfile.ZipInfo(name, more.get("date", (1980, 1, 1, 0, 0, 0)))
            info.external_attr, info.create_system = 0o100644 << 16, 3
            info.compress_type, info.comment = compression, more.get("comment", b"")
            other.writestr(info, data)
        other.comment = more.get("end", b"")
    return out.getvalue()


def test_it_is_what_python_would_write_when_told_every_detail():
    assert zipped({"a": b"1", "b/c": b"2"}, "f") == by_others([("f/a", b"1"), ("f/b/c", b"2")])


@pytest.mark.parametrize(
    "data",
    [
        by_others([("f/a", b"1")], date=(2025, 1, 1, 0, 0, 0)),
        by_others([("f/a", b"1")], comment=b"hidden"),
        by_others([("f/a", b"1")], end=b"hidden"),
        by_others([("f/b", b"1"), ("f/a", b"2")]),
        by_others([("f/a", b"1"), ("g/b", b"2")]),
        by_others([("f/a", b"1"), ("b", b"2")]),
        by_others([("f/ä", b"1")]),
        by_others([("/etc/passwd", b"1")]),
        by_others([("../f/a", b"1")]),
        by_others([("-f/a", b"1")]),
        by_others([("f" * 101 + "/a", b"1")]),
        by_others([("f/" + "a" * 300, b"1")]),
        by_others([]),
        b"",
        b"%PDF-1.7",
    ],
    ids=[
        "date",
        "comment",
        "end",
        "order",
        "two-folders",
        "no-folder",
        "accents",
        "absolute",
        "upwards",
        "dash",
        "long-folder",
        "long-name",
        "empty",
        "nothing",
        "pdf",
    ],
)
def test_a_zip_of_another_form_is_refused(place, data):
    with pytest.raises(BadEvidence):
        unzipped(data, place)


def test_a_file_cannot_be_there_twice(place):
    with pytest.warns(UserWarning, match="Duplicate"):
        data = by_others([("f/a", b"1"), ("f/a", b"2")])
    with pytest.raises(BadEvidence, match="twice"):
        unzipped(data, place)


def test_nothing_compressed_is_ever_unpacked(place):
    bomb = by_others([("f/a", b"\0" * 50_000_000)], zipfile.ZIP_DEFLATED)
    assert len(bomb) < 60_000
    with pytest.raises(BadEvidence, match="compressed"):
        unzipped(bomb, place)


def test_a_file_of_4_gib_is_refused_without_reading_it(place):
    with place.open("wb") as sparse:
        sparse.truncate(2**32)
    with pytest.raises(BadEvidence, match="4 GiB"):
        archive.read(place)


def test_4_gib_are_not_written_either(tmp_path):
    for name in ("a", "b"):
        with (tmp_path / name).open("wb") as sparse:
            sparse.truncate(2**31)
    with pytest.raises(BadValue, match="4 GiB"):
        archive.write({n: tmp_path / n for n in "ab"}, "f", io.BytesIO())


def test_a_file_on_disk_is_packed_like_one_in_memory(tmp_path):
    (tmp_path / "letter").write_bytes(b"x" * 3_000_000)
    out = io.BytesIO()
    archive.write({"letter": tmp_path / "letter"}, "f", out)
    assert zipped({"letter": b"x" * 3_000_000}, "f") == out.getvalue()


def test_a_file_that_grows_while_it_is_packed_is_noticed(tmp_path):
    class Growing(io.BytesIO):
        def write(self, data):
            (tmp_path / "letter").write_bytes(b"longer than it was")
            return super().write(data)

    (tmp_path / "letter").write_bytes(b"short")
    with pytest.raises(BadValue, match="changed"):
        archive.write({"letter": tmp_path / "letter"}, "f", Growing())


@pytest.mark.parametrize("folder", ["", ".f", "-f", "a/b", "f" * 101, "ä", "a b", "f\n"])
def test_a_folder_has_a_plain_name(folder):
    with pytest.raises(BadValue, match="folder"):
        zipped({"a": b""}, folder)


@pytest.mark.parametrize("path", ["ä", "a\n", "a" * 260])
def test_a_file_has_a_plain_name(path):
    with pytest.raises(BadValue):
        zipped({path: b""})


def test_a_zip_in_a_zip_is_only_bytes(place):
    inner = zipped(SMALL)
    assert {"a": inner} == unzipped(zipped({"a": inner}), place)


@settings(max_examples=500)
@given(st.binary(max_size=300))
def test_no_bytes_at_all_break_the_reader(shared, data):
    shared.write_bytes(data)
    with pytest.raises(BadEvidence):
        archive.read(shared)


def test_a_document_is_read_in_pieces(tmp_path):
    place = tmp_path / "b.zip"
    with place.open("wb") as out:
        archive.write({"a": b"x" * (archive.CHUNK * 2 + 1)}, "f", out)
    with archive.read(Path(place)) as bag:
        assert archive.CHUNK * 2 + 1 == bag.size("a") == len(bag["a"])
