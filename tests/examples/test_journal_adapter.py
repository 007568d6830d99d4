"""The example of an adapter keeps the whole contract, and is short enough to be read."""

import os
import shutil
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from examples.journal_adapter import ADAPTER
from hypothesis import settings

from complaint_ledger import commands, create_ledger, open_ledger
from complaint_ledger.errors import BadValue, LedgerExists, NoLedger, StoreUnreadable
from complaint_ledger.ids import new_id
from complaint_ledger.moving import copy_ledger
from complaint_ledger.store import NewEvent, Scratches, StreamAppend, parse_url, system_clock
from complaint_ledger.testing import EventStoreContract, EventStoreMachine, check_whole

ROOT = Path(__file__).parents[2]
REFERENCE = "C-2026-000123"


@pytest.fixture(autouse=True)
def installed(tmp_path_factory, monkeypatch):
    """The example's entry point, found as an installed one is, in other processes too."""
    folder = tmp_path_factory.mktemp("installed")
    about = folder / "journal-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: journal\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[complaint_ledger.adapters]\njournal = examples.journal_adapter:ADAPTER\n"
    )
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{ROOT}")


class TestJournalStore(EventStoreContract):
    adapter = ADAPTER
    capabilities = frozenset({"durable", "processes", "restore"})

    @pytest.fixture
    def new_address(self, tmp_path):
        return lambda: f"journal:///{tmp_path}/{new_id()}"

    # Whoever cuts whole lines off its end makes another journal of it: see its first lines.
    delete_newest_behind_the_back = None


class JournalMachine(EventStoreMachine):
    adapter = ADAPTER

    def new_address(self):
        self.folder = tempfile.mkdtemp()
        return f"journal:///{self.folder}/journal"

    def teardown(self):
        super().teardown()
        shutil.rmtree(self.folder)


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(max_examples=6, stateful_step_count=20, deadline=None)


def test_it_is_short_enough_to_be_read():
    text = (ROOT / "examples" / "journal_adapter.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150


@pytest.fixture
def file(tmp_path):
    return tmp_path / "council.journal"


@pytest.fixture
def url(file):
    return parse_url(f"journal:///{file}")


def batch(version, count=2):
    events = tuple(NewEvent(new_id(), "complaint-received", 1, b"{}") for _ in range(count))
    return [StreamAppend(stream="1" * 32, expected_version=version, events=events)]


# --- a ledger ------------------------------------------------------------------------------------


def test_a_council_keeps_a_ledger_in_it_and_copies_one_into_it(tmp_path):
    address = f"journal:///{tmp_path}/council.journal"
    ledger, actor = create_ledger(address, council="Northborough Council", fictional=True)
    with closing(ledger):
        received = commands.Receive(occurred_on=date(2026, 4, 1), reference=REFERENCE)
        ledger.record(received, actor=actor)
    with closing(open_ledger(address)) as ledger:
        acknowledged = commands.Acknowledge(occurred_on=date(2026, 4, 9))
        ledger.record(acknowledged, complaint=REFERENCE, actor=actor)
        complaint = ledger.complaint(REFERENCE)

    copied = copy_ledger(address, f"journal:///{tmp_path}/copy.journal")

    with closing(open_ledger(f"journal:///{tmp_path}/copy.journal")) as copy:
        assert copy.complaint(REFERENCE) == complaint
        assert copy.store.head().position == copied.position
        assert check_whole(copy.store) == copied.position


def test_what_the_check_needs_is_made_beside_and_taken_away(file, url):
    file.write_text("somebody's own")
    assert isinstance(ADAPTER, Scratches)

    with ADAPTER.scratch(url) as new_address:
        first, second = (
            ADAPTER.create(parse_url(new_address()), "e" * 32, system_clock) for _ in range(2)
        )
        assert (first.append(batch(0)).last, second.head().position) == (2, 0)

    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert file.read_text() == "somebody's own"


# --- the file ------------------------------------------------------------------------------------


def test_a_batch_that_was_cut_off_anywhere_is_gone_whole_and_nothing_else(file, url):
    store = ADAPTER.create(url, "e" * 32, system_clock)
    store.append(batch(0))
    before = file.read_bytes()
    lost = batch(2)
    store.append(lost)
    after = file.read_bytes()

    for end in range(len(before), len(after), 3):
        file.write_bytes(after[:end])
        assert check_whole(ADAPTER.open(url, system_clock)) == 2
        assert file.read_bytes() == before

    file.write_bytes(after[:-1])
    again = ADAPTER.open(url, system_clock)
    assert (again.append(lost).first, check_whole(again)) == (3, 4)


def test_what_the_disk_refused_is_not_recorded(file, url, monkeypatch):
    store = ADAPTER.create(url, "e" * 32, system_clock)
    store.append(batch(0))

    def refuse(descriptor):
        raise OSError(28, "No space left on device")

    refused = batch(2)
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", refuse)
        with pytest.raises(StoreUnreadable, match="No space left"):
            store.append(refused)

    assert check_whole(store) == 2
    assert not store.append(refused).already_there
    assert check_whole(ADAPTER.open(url, system_clock)) == 4


@pytest.mark.parametrize("at", [0, 9, 80, -2])
def test_a_line_that_was_changed_is_refused(file, url, at):
    ADAPTER.create(url, "e" * 32, system_clock).append(batch(0))
    text = bytearray(file.read_bytes())
    text[at] ^= 1
    file.write_bytes(text)

    with pytest.raises(StoreUnreadable, match="damaged"):
        ADAPTER.open(url, system_clock)
    assert file.read_bytes() == text


def test_a_journal_that_grew_shorter_is_refused(file, url):
    store = ADAPTER.create(url, "e" * 32, system_clock)
    empty = file.read_bytes()
    store.append(batch(0))
    file.write_bytes(empty)

    with pytest.raises(StoreUnreadable, match="cut or changed"):
        store.append(batch(0))


@pytest.mark.parametrize("text", [b"", b"somebody's own", b"somebody's own\nand more"])
def test_a_file_of_somebody_else_is_left_as_it_is(file, url, text):
    file.write_bytes(text)

    with pytest.raises(StoreUnreadable):
        ADAPTER.open(url, system_clock)
    with pytest.raises(LedgerExists):
        ADAPTER.create(url, "e" * 32, system_clock)
    assert file.read_bytes() == text


def test_places_where_there_is_no_journal_are_refused(tmp_path, file, url):
    with pytest.raises(NoLedger):
        ADAPTER.open(url, system_clock)
    with pytest.raises(BadValue, match="three slashes"):
        ADAPTER.open(parse_url("journal://council.journal"), system_clock)
    with pytest.raises(StoreUnreadable):
        ADAPTER.create(parse_url(f"journal:///{tmp_path}/nowhere/a"), "e" * 32, system_clock)
    assert not file.exists()


def test_nobody_else_may_read_it(file, url):
    ADAPTER.create(url, "e" * 32, system_clock)
    assert file.stat().st_mode & 0o777 == 0o600
