"""A backup is whole and says what it is, or it has no name."""

import os
import resource
import stat
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import behind
from complaint_ledger import open_ledger
from complaint_ledger.errors import (
    BadValue,
    CopyDiffers,
    KeysError,
    KeysMissing,
    LedgerExists,
    NotACopy,
    StoreUnreadable,
)
from complaint_ledger.moving import back_up, copy_ledger, restore_backup
from moving.council import NAME, all_of, bytes_in, erase, found, opened_values, record
from moving.test_copying import Stopped, stop_at
from privileges import NOBODY, without_privileges


@pytest.fixture
def out(tmp_path):
    return tmp_path / "backup"


@pytest.fixture
def restored(tmp_path):
    return f"sqlite:///{tmp_path}/restored.db"


def test_a_ledger_comes_back_as_it_was(url, out, restored, actor):
    before, values = all_of(url), opened_values(url)

    back_up(url, out)
    restore_backup(out, restored)

    assert all_of(restored) == before
    assert opened_values(restored) == values
    assert all_of(f"{out}/ledger.db") == before


def test_a_backup_says_what_it_is(url, out, actor):
    at = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)

    copied = back_up(url, out, clock=lambda: at)

    page = (out / "BACKUP.txt").read_text()
    assert f"ledger      {copied.ledger}\n" in page
    assert f"position    {copied.position}\n" in page
    assert f"leaf        {copied.leaf.hex()}\n" in page
    assert "council     northborough-council (fictional: nothing in it happened)\n" in page
    assert "made        2026-09-01T08:30:00.000000Z\n" in page
    assert "complaint-ledger restore THIS-FOLDER --ledger" in page
    assert f"ledger.db.keys, with {copied.keys} keys\n" in page
    assert NAME not in page


def test_only_its_owner_may_read_a_backup(url, out, tmp_path, actor):
    (tmp_path / "council.db.signing").write_text("PEM")
    back_up(url, out)

    files = sorted(out.iterdir())
    assert [file.name for file in files] == [
        "BACKUP.txt", "ledger.db", "ledger.db.keys", "ledger.db.signing"
    ]  # fmt: skip
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


def test_the_signing_key_comes_back(url, out, restored, tmp_path, actor):
    (tmp_path / "council.db.signing").write_text("PEM")
    back_up(url, out)

    assert restore_backup(out, restored).signing_key

    there = tmp_path / "restored.db.signing"
    assert there.read_text() == "PEM"
    assert stat.S_IMODE(there.stat().st_mode) == 0o600


def test_the_keys_may_be_kept_apart(url, out, restored, tmp_path, actor):
    (tmp_path / "safe").mkdir()
    back_up(url, out, keys_out=tmp_path / "safe" / "keys")

    assert sorted(file.name for file in out.iterdir()) == [
        "BACKUP.txt",
        "ledger.db",
        "ledger.db.signing",
    ]
    assert [file.name for file in (tmp_path / "safe").iterdir()] == ["keys"]
    assert "--keys-from KEY-STORE" in (out / "BACKUP.txt").read_text()
    with pytest.raises(KeysMissing):
        restore_backup(out, restored)
    restore_backup(out, restored, keys_from=tmp_path / "safe" / "keys")
    assert all_of(restored) == all_of(url)


def test_whose_key_was_destroyed_since_does_not_come_back_from_a_backup_without_keys(
    url, out, restored, tmp_path, actor
):
    back_up(url, out, keys_out=tmp_path / "keys-of-then")
    with open_ledger(url) as ledger:
        erase(ledger, 0)
    (tmp_path / "council.db").unlink()  # the ledger is lost, its key store is not
    (tmp_path / "council.db.keys").rename(tmp_path / "surviving")

    restore_backup(out, url, keys_from=tmp_path / "surviving")

    assert f"{NAME} 0" not in opened_values(url)
    assert f"{NAME} 1" in opened_values(url)


def test_a_restored_ledger_goes_on(url, out, restored, actor):
    back_up(url, out)
    restore_backup(out, restored)

    with open_ledger(restored) as ledger:
        record(ledger, actor, [70])

    assert f"{NAME} 70" in opened_values(restored)
    with pytest.raises(NotACopy):
        restore_backup(out, restored)


# --- broken off ----------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [False, True], ids=["together", "keys-apart"])
@pytest.mark.parametrize("what", ["copied", "compared"])
def test_a_backup_that_broke_off_has_no_name_and_goes_on(
    small_pages, url, out, restored, tmp_path, actor, what, apart
):
    keys = tmp_path / "keys" if apart else None
    with pytest.raises(Stopped):
        back_up(url, out, keys_out=keys, tell=stop_at(9, what))
    assert not out.exists()
    assert not (tmp_path / "keys").exists()
    with open_ledger(url) as ledger:
        gone = erase(ledger, 0)
        record(ledger, actor, [70])

    copied = back_up(url, out, keys_out=keys)

    assert copied.events < copied.position
    assert [ciphertext for ciphertext in gone if ciphertext in bytes_in(out)] == []
    restore_backup(out, restored, keys_from=keys)
    assert all_of(restored) == all_of(url)
    assert sorted(file.name for file in tmp_path.iterdir() if "part" in file.name) == []


@pytest.mark.parametrize("apart", [False, True], ids=["together", "keys-apart"])
def test_a_backup_cut_short_before_it_got_its_name_is_finished(url, out, tmp_path, actor, apart):
    keys = tmp_path / "keys" if apart else None
    back_up(url, out, keys_out=keys)
    out.rename(out.with_name("backup.part"))

    back_up(url, out, keys_out=keys)

    assert all_of(f"{out}/ledger.db", keys=keys) == all_of(url)
    assert (out / "BACKUP.txt").exists()


def test_a_restore_that_broke_off_has_no_name_and_goes_on(
    small_pages, url, out, restored, tmp_path, actor
):
    back_up(url, out)

    with pytest.raises(Stopped):
        restore_backup(out, restored, tell=stop_at(9))
    assert not (tmp_path / "restored.db").exists()
    restore_backup(out, restored)

    assert all_of(restored) == all_of(url)


@contextmanager
def no_file_longer_than(size):
    """Make the disk full for every file beyond *size* bytes."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


BEYOND_THE_KEYS = pytest.mark.about_files("its disk is full, and the keys' is not")


@pytest.mark.parametrize(
    "size",
    [100, 5_000, 20_000, *(pytest.param(n, marks=BEYOND_THE_KEYS) for n in (40_000, 80_000))],
)
def test_on_a_full_disk_a_backup_gets_no_name_and_goes_on_when_there_is_room(url, out, actor, size):
    with open_ledger(url) as ledger:  # more than the sizes above
        record(ledger, actor, range(100, 130))
    before = all_of(url)

    with no_file_longer_than(size), pytest.raises((StoreUnreadable, KeysError)):
        back_up(url, out)
    assert not out.exists()
    assert all_of(url) == before
    back_up(url, out)

    assert all_of(f"{out}/ledger.db") == before


# --- refused -------------------------------------------------------------------------------------


def test_nothing_is_backed_up_over_anything(url, out, actor):
    back_up(url, out)
    before = all_of(f"{out}/ledger.db")
    with open_ledger(url) as ledger:
        record(ledger, actor, [70])

    with pytest.raises(LedgerExists):
        back_up(url, out)

    assert all_of(f"{out}/ledger.db") == before


def test_a_backup_needs_a_folder_to_be_made_in(url, tmp_path, actor):
    with pytest.raises(StoreUnreadable, match="there is no folder"):
        back_up(url, tmp_path / "no" / "backup")
    with pytest.raises(KeysError, match="there is no folder"):
        back_up(url, tmp_path / "backup", keys_out=tmp_path / "no" / "keys")


def test_a_ledger_without_its_keys_is_not_backed_up(url, out, tmp_path, actor):
    (tmp_path / "council.db.keys").unlink()

    with pytest.raises(KeysMissing):
        back_up(url, out)

    assert not out.with_name("backup.part").exists()


def test_the_keys_of_a_backup_go_over_no_other_file(url, out, tmp_path, actor):
    for name in ("council.db.keys", "council.db"):
        with pytest.raises((BadValue, KeysError)):
            back_up(url, out, keys_out=tmp_path / name)

    back_up(url, tmp_path / "one", keys_out=tmp_path / "keys")
    with pytest.raises(KeysError, match="goes with another copy"):
        back_up(url, tmp_path / "two", keys_out=tmp_path / "keys")


def test_another_ledger_does_not_go_on_with_a_half_finished_backup(
    small_pages, url, out, tmp_path, actor
):
    other = f"{tmp_path}/other.db"
    found(other)
    with pytest.raises(Stopped):
        back_up(other, out, tell=stop_at(9))

    with pytest.raises(NotACopy, match="another ledger"):
        back_up(url, out)


def test_what_is_no_finished_backup_is_not_restored(url, out, restored, tmp_path, actor):
    with pytest.raises(BadValue, match="there is no folder"):
        restore_backup(out, restored)
    with pytest.raises(BadValue, match=r"holds no BACKUP\.txt"):
        restore_backup(tmp_path, restored)
    back_up(url, out)
    (out / "BACKUP.txt").write_text("Minutes of the meeting")
    with pytest.raises(BadValue, match="cannot be read"):
        restore_backup(out, restored)

    assert not (tmp_path / "restored.db").exists()


def test_a_backup_without_its_ledger_is_not_restored(url, out, restored, actor):
    back_up(url, out)
    (out / "ledger.db").unlink()

    with pytest.raises(StoreUnreadable, match=r"lacks ledger\.db"):
        restore_backup(out, restored)


@pytest.mark.parametrize("position", [7, 16])
def test_a_backup_that_was_changed_is_not_restored(url, out, restored, actor, position):
    back_up(url, out)
    behind.do(out / "ledger.db", ("UPDATE events SET schema = 2 WHERE position = ?", (position,)))

    with pytest.raises(StoreUnreadable, match=r"it was changed|does not name the leaf"):
        restore_backup(out, restored)

    assert not Path(restored.removeprefix("sqlite:///")).exists()


def test_a_restored_byte_that_changed_is_found(small_pages, url, out, restored, tmp_path, actor):
    back_up(url, out)
    with pytest.raises(Stopped):
        restore_backup(out, restored, tell=stop_at(12))
    behind.do(tmp_path / "restored.db.part", "UPDATE events SET schema = 2 WHERE position = 2")

    with pytest.raises(CopyDiffers, match="position 2: the event's schema"):
        restore_backup(out, restored)

    assert not (tmp_path / "restored.db").exists()


def test_a_folder_that_may_not_be_written_is_said():
    with TemporaryDirectory() as folder:  # pytest keeps its own folders to itself
        Path(folder).chmod(0o777)
        locked = Path(folder) / "locked"
        locked.mkdir(mode=0o500)
        found(f"{folder}/council.db", 1)
        back_up(f"{folder}/council.db", Path(folder) / "backup")  # nobody may import nothing new
        if os.geteuid() == 0:
            for file in Path(folder).iterdir():
                os.chown(file, NOBODY, NOBODY)
        with without_privileges():
            with pytest.raises(StoreUnreadable, match="Permission denied"):
                back_up(f"{folder}/council.db", locked / "backup")
            with pytest.raises(StoreUnreadable, match=r"unable to open|Permission denied"):
                copy_ledger(f"{folder}/council.db", f"{locked}/copy.db")

            assert list(locked.iterdir()) == []
