"""
Whatever is changed in a bundle, both verifiers say so, and the same.

Here a part of all changes is tried, another part each time that the bundle is made;
`make forge` tries every single bit.
"""

import random

import pytest
from tests.evidence import forging
from tests.evidence.council import Council

FLIPS = 400
"""Single bits tried here, for each way."""


@pytest.fixture(scope="module")
def council():
    return Council().tell_everything()


@pytest.fixture(scope="module")
def bundle(council):
    return forging.unpack(council.bundle().file)


@pytest.fixture(scope="module")
def bench(council, bundle, tmp_path_factory):
    folder, files = bundle
    signer = council.ledger.signing.current()
    return forging.Bench(folder, files, signer, tmp_path_factory.mktemp("bench"))


def splice(one, other, path):
    return {**one, path: other[path]}


def test_the_bundle_itself_verifies_in_every_way(bench):
    assert bench.as_zip(bench.zipped) == "VERIFIED"
    assert bench.as_folder("bag-info.txt", bench.files["bag-info.txt"]) == "VERIFIED"
    assert bench.as_signed_anew(bench.files) == "VERIFIED"


@pytest.mark.parametrize("way", forging.WAYS)
def test_no_bit_can_be_changed(bench, way):
    chance = random.Random(bench.zipped)
    places = bench.places(way)
    weights = [bits for _, bits in places]
    for _ in range(FLIPS):
        ((path, bits),) = chance.choices(places, weights)
        bit = chance.randrange(bits)
        verdict = bench.flip(way, path, bit)
        assert verdict != "VERIFIED", f"{way}: {path or 'the ZIP'}, bit {bit}"


def test_no_file_can_be_left_out(bench):
    for path in bench.files:
        assert bench.as_folder(path, None) != "VERIFIED", path


def test_no_file_can_be_left_out_by_the_council_itself(bench):
    for path in bench.files:
        if path not in forging.AROUND:
            rest = {name: data for name, data in bench.files.items() if name != path}
            assert bench.as_signed_anew(rest) != "VERIFIED", path


def test_no_file_can_be_put_in_by_the_council_itself(bench):
    for path in (
        "data/notes.txt",
        "data/events/0009.entry",
        "data/events/0001.txt",
        "data/documents/0001.bin",
        "data/own/0000000003.entry",
        "data/checkpoints/1.txt",
        "data/timestamps/0000000009.tsr",
        "more.txt",
    ):
        assert bench.as_signed_anew({**bench.files, path: b"x\n"}) != "VERIFIED", path


def test_no_file_can_be_cut_short(bench):
    for path, data in bench.files.items():
        for length in {0, 1, len(data) // 2, len(data) - 1}:
            short = data[:length]
            assert bench.as_folder(path, short) != "VERIFIED", (path, length)
            if path not in forging.AROUND | forging.UNCHECKED:
                changed = {**bench.files, path: short}
                assert bench.as_signed_anew(changed) != "VERIFIED", (path, length)


def test_nothing_can_be_added_to_a_file(bench):
    for path, data in bench.files.items():
        for more in (b"\n", b" ", b"\0", data):
            assert bench.as_folder(path, data + more) != "VERIFIED", (path, more[:1])
            if path not in forging.AROUND | forging.UNCHECKED:
                changed = {**bench.files, path: data + more}
                assert bench.as_signed_anew(changed) != "VERIFIED", (path, more[:1])


def test_a_zip_cannot_be_cut_short(bench):
    chance = random.Random(bench.zipped)
    for length in [0, 1, 21, 22, *(chance.randrange(len(bench.zipped)) for _ in range(100))]:
        assert bench.as_zip(bench.zipped[:length]) != "VERIFIED", length


def test_nothing_can_stand_before_or_behind_a_zip(bench):
    assert bench.as_zip(bench.zipped + b"\0") != "VERIFIED"
    assert bench.as_zip(b"\0" + bench.zipped) != "VERIFIED"
    assert bench.as_zip(bench.zipped + bench.zipped) != "VERIFIED"


def test_no_two_files_can_be_swapped_by_the_council_itself(bench):
    paths = [path for path in bench.files if path not in forging.AROUND]
    chance = random.Random(bench.zipped)
    pairs = [(a, b) for a in paths for b in paths if a < b and bench.files[a] != bench.files[b]]
    for one, other in chance.sample(pairs, 300):
        if {one, other} == set(forging.UNCHECKED):
            continue
        swapped = {**bench.files, one: bench.files[other], other: bench.files[one]}
        assert bench.as_signed_anew(swapped) != "VERIFIED", (one, other)


def test_no_lines_can_be_swapped_or_left_out_by_the_council_itself(bench):
    for path, data in bench.files.items():
        if path in forging.AROUND | forging.UNCHECKED or data.count(b"\n") < 2:
            continue
        lines = data.splitlines(keepends=True)
        for at in range(len(lines) - 1):
            without = lines[:at] + lines[at + 1 :]
            swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
            for changed in (without, swapped):
                if changed != lines:
                    files = {**bench.files, path: b"".join(changed)}
                    assert bench.as_signed_anew(files) != "VERIFIED", (path, at)


def test_nothing_of_another_complaint_can_be_put_in(bench, council):
    _, other = forging.unpack(council.export(complaint="C-2026-000124").file)
    for path in other.keys() & bench.files.keys() - forging.AROUND - forging.UNCHECKED:
        if other[path] != bench.files[path]:
            changed = splice(bench.files, other, path)
            assert bench.as_signed_anew(changed) != "VERIFIED", path


def test_nothing_of_another_ledger_can_be_put_in(bench):
    there = Council().tell_everything()
    _, other = forging.unpack(there.bundle().file)
    for path in other.keys() & bench.files.keys() - forging.AROUND - forging.UNCHECKED:
        if other[path] != bench.files[path]:
            changed = splice(bench.files, other, path)
            assert bench.as_signed_anew(changed) != "VERIFIED", path


def test_a_whole_event_of_another_complaint_cannot_take_the_place_of_one(bench, council):
    _, other = forging.unpack(council.export(complaint="C-2026-000124").file)
    for version in range(1, 9):
        files = dict(bench.files)
        for kind in ("entry", "body.json", "tlog-proof", "disclosures"):
            files.pop(f"data/events/{version:04}.{kind}", None)
            taken = other.get(f"data/events/0001.{kind}")
            if taken is not None:
                files[f"data/events/{version:04}.{kind}"] = taken
        assert bench.as_signed_anew(files) != "VERIFIED", version


def test_the_last_events_cannot_be_left_out(bench):
    for first in range(1, 9):
        files = {
            path: data
            for path, data in bench.files.items()
            if not any(
                path.startswith((f"data/events/{v:04}.", f"data/documents/{v:04}."))
                for v in range(first, 9)
            )
        }
        assert bench.as_signed_anew(files) != "VERIFIED", first


def test_what_is_only_signed_may_be_changed_by_whoever_signs(bench):
    for path in forging.UNCHECKED:
        changed = {**bench.files, path: bench.files[path] + b"<!-- -->\n"}
        assert bench.as_signed_anew(changed) == "VERIFIED", path
        assert bench.as_folder(path, changed[path]) == "FAILED", path
