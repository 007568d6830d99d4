"""A folder of evidence holds what belongs there and nothing else, and every byte is counted."""

import errno
import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence.bundle import bag, layout
from complaint_ledger.evidence.bundle.bag import open_bag
from evidence.hand_made import READ_ME, Council, in_folder

FILES = Council().files()


@pytest.fixture
def folder(tmp_path):
    return in_folder(FILES, tmp_path / "evidence-1")


def test_a_folder_is_read_as_paths_and_bytes(folder):
    with open_bag(folder) as opened:
        assert dict(opened) == FILES
        assert sorted(FILES) == list(opened)
        for path, data in FILES.items():
            assert (len(data), hashlib.sha256(data).hexdigest()) == (
                opened.size(path),
                opened.sha256(path),
            )


def test_every_file_of_a_bundle_belongs_there():
    layout.check_paths(FILES)


@pytest.mark.parametrize("path", sorted(layout.ALWAYS))
def test_none_of_those_that_every_bundle_has_may_be_missing(path):
    with pytest.raises(BadEvidence, match="missing") as refused:
        layout.check_paths(FILES.keys() - {path})
    assert path == refused.value.where


@pytest.mark.parametrize(
    "path",
    [
        "data/events/1.entry",
        "data/events/00001.entry",
        "data/events/٠٠٠١.entry",
        "data/events/0001.entry\n",
        "data/events/0001.txt",
        "data/events/x/0001.entry",
        "data/own/1.entry",
        "data/own/0000000001.disclosures",
        "data/checkpoints/0.txt",
        "data/checkpoints/03.txt",
        "data/checkpoints/3.consistency",
        "data/documents/0001",
        "data/documents/0001.PDF",
        "data/documents/0001.exe.pdf",
        "data/documents/0001.abcdefghi",
        "data/../bagit.txt",
        "data//keys.txt",
        "data\\keys.txt",
        "/data/keys.txt",
        "./data/keys.txt",
        "data/Keys.txt",
        "fetch.txt",
        "verify_evidence.py",
        "",
    ],
)
def test_a_file_of_another_name_does_not_belong(path):
    with pytest.raises(BadEvidence, match="no bundle has"):
        layout.check_paths({*FILES, path})


@pytest.mark.parametrize("path", ["notes.txt", "data/.DS_Store", "data/events/0001.entry.bak"])
def test_a_file_that_does_not_belong_is_refused_in_a_folder(folder, path):
    (folder / path).write_bytes(b"")
    with pytest.raises(BadEvidence, match="no bundle has such a file"):
        open_bag(folder)


def test_a_folder_that_does_not_belong_is_refused(folder):
    (folder / "data" / "drafts").mkdir()
    with pytest.raises(BadEvidence, match="no bundle has such a folder"):
        open_bag(folder)


def test_an_empty_folder_is_refused(folder, tmp_path):
    for path in (folder / "data" / "documents").iterdir():
        path.unlink()
    with pytest.raises(BadEvidence, match="empty"):
        open_bag(folder)
    (tmp_path / "nothing").mkdir()
    with pytest.raises(BadEvidence, match="empty"):
        open_bag(tmp_path / "nothing")


@pytest.mark.parametrize("path", ["data/keys.txt", "data/events"])
def test_a_symbolic_link_is_refused(folder, tmp_path, path):
    elsewhere = tmp_path / "elsewhere"
    (folder / path).rename(elsewhere)
    (folder / path).symlink_to(elsewhere)
    with pytest.raises(BadEvidence, match="symbolic link"):
        open_bag(folder)


def test_a_link_put_there_after_it_was_looked_at_is_not_followed(folder, tmp_path):
    opened = open_bag(folder)
    (folder / "data" / "keys.txt").unlink()
    (folder / "data" / "keys.txt").symlink_to(folder / "bagit.txt")
    with pytest.raises(OSError) as refused:
        opened["data/keys.txt"]
    assert refused.value.errno == errno.ELOOP


def test_a_pipe_is_refused_and_not_waited_for(folder):
    (folder / "data" / "keys.txt").unlink()
    os.mkfifo(folder / "data" / "keys.txt")
    with pytest.raises(BadEvidence, match="not a file"):
        open_bag(folder)


def test_a_name_that_is_no_text_is_refused_and_not_printed(folder):
    (folder / "data" / os.fsdecode(b"\xff\x1b[31m")).write_bytes(b"")
    with pytest.raises(BadEvidence) as refused:
        open_bag(folder)
    assert refused.value.where == "data/???31m"


def opened(files, tmp_path_factory):
    return open_bag(in_folder(files, tmp_path_factory.mktemp("bag") / "b"))


def test_the_manifests_of_a_bundle_are_what_its_files_give(folder):
    with open_bag(folder) as found:
        bag.check_manifests(found)
        bag.check_constants(found)


@given(st.sampled_from(sorted(FILES.keys() - {"package.note"})), st.data())
def test_no_byte_of_a_file_can_differ_from_the_manifests(tmp_path_factory, path, data):
    at = data.draw(st.integers(0, len(FILES[path]) - 1))
    changed = bytearray(FILES[path])
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadEvidence):
        bag.check_manifests(opened({**FILES, path: bytes(changed)}, tmp_path_factory))


@pytest.mark.parametrize("path", ["data/keys.txt", "bag-info.txt"])
def test_the_file_that_differs_is_named(tmp_path_factory, path):
    found = opened({**FILES, path: b"other"}, tmp_path_factory)
    with pytest.raises(BadEvidence) as refused:
        bag.check_manifests(found)
    assert path == refused.value.where


def test_a_manifest_has_one_order(tmp_path_factory):
    lines = FILES["manifest-sha256.txt"].splitlines(keepends=True)
    turned = {**FILES, "manifest-sha256.txt": b"".join(reversed(lines))}
    with pytest.raises(BadEvidence, match="order"):
        bag.check_manifests(opened(turned, tmp_path_factory))


@pytest.mark.parametrize("path", ["bagit.txt", "data/READ-ME.txt"])
def test_what_is_the_same_in_every_bundle_is_compared(tmp_path_factory, path):
    changed = {**FILES, path: FILES[path] + b"\n"}
    with pytest.raises(BadEvidence, match="every bundle") as refused:
        bag.check_constants(opened(changed, tmp_path_factory))
    assert path == refused.value.where


def test_the_read_me_is_the_one_that_the_specification_names():
    assert hashlib.sha256(READ_ME).hexdigest() == layout.READ_ME_SHA256


def test_the_manifests_are_those_of_bagit(folder):
    import bagit

    bagit.Bag(str(folder)).validate()
