"""
A sealed row is there when its event is, and only then, though they lie in two stores.

Whatever a crash leaves between the two is settled by whoever looks next, and the rows of
a writer that is alive are never taken from it.
"""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import uma_crasher
from complaint_ledger.errors import EventIdTaken, LedgerExists, StoreUnreadable, StreamMoved
from complaint_ledger.ids import new_id
from complaint_ledger.store import parse_url, system_clock
from complaint_ledger.testing import check_whole
from complaint_ledger.testing.rules.scene import (
    ONE,
    TWO,
    ManualClock,
    a_row,
    all_at_once,
    an_event,
    ids,
    on,
)
from complaint_ledger_adapters.umadb import ADAPTER
from uma_crasher import EVENT, ROW


@pytest.fixture
def url(new_uma_address):
    return parse_url(new_uma_address())


@pytest.fixture
def store(url, closed):
    return closed.enter_context(closing(ADAPTER.create(url, new_id(), system_clock)))


@pytest.fixture
def open_again(url, closed, store):
    return lambda: closed.enter_context(closing(ADAPTER.open(url, system_clock)))


def rows_in(url):
    """Return how many rows lie in the vault, pending or not."""
    with closing(sqlite3.connect(url.options["vault"])) as vault:
        return vault.execute("SELECT count(*) FROM sealed").fetchone()[0]


def crash(url, when):
    """Let a process record EVENT and be killed on its way."""
    command = [sys.executable, "-P", uma_crasher.__file__, when]
    done = subprocess.run(command, check=False, input=f"{url.text}\n", text=True)
    assert done.returncode == -signal.SIGKILL


def between(monkeypatch, store, what):
    """Do *what* once, when the rows of the next append lie in the vault and its events nowhere."""
    append = store._append

    def slow(attempt, wanted):
        monkeypatch.undo()
        what()
        return append(attempt, wanted)

    monkeypatch.setattr(store, "_append", slow)


# --- a process that dies -------------------------------------------------------------------------


def test_a_death_before_the_append_leaves_a_row_that_nobody_is_given(url, store, open_again):
    crash(url, "before")

    again = open_again()
    assert again.sealed([ROW.digest]) == {}
    assert again.erase_sealed([ROW.digest]) == 0
    assert rows_in(url) == 1  # for all that anybody can know, the append is on its way

    again.append([on(TWO, 0, an_event())])  # now it can never land
    open_again()
    assert rows_in(url) == 0
    assert again.append(uma_crasher.batch(0)).last == 2
    assert {ROW.digest: ROW} == again.sealed([ROW.digest])


def test_a_death_after_the_append_loses_no_row(url, store, open_again):
    crash(url, "after")

    assert {ROW.digest: ROW} == store.sealed([ROW.digest])  # a store that was open all the while
    again = open_again()
    assert again.append(uma_crasher.batch(0)).already_there
    assert ids(again.tail()) == [EVENT.id]
    assert (again.erase_sealed([ROW.digest]), rows_in(url)) == (1, 0)


def test_what_a_death_left_can_be_erased_at_once(url, store):
    crash(url, "after")

    assert store.erase_sealed([ROW.digest]) == 1
    assert store.sealed([ROW.digest]) == {}
    assert rows_in(url) == 0


@settings(max_examples=12)
@given(
    steps=st.lists(
        st.sampled_from(["record", "die before", "die after", "refused", "look", "erase", "open"]),
        max_size=14,
    )
)
def test_whoever_dies_where_rows_and_events_agree(new_uma_address, steps):
    class Died(BaseException):
        pass

    def die(*_):
        raise Died

    url = parse_url(new_uma_address())
    ADAPTER.create(url, "e" * 32, system_clock).close()
    there, gone = {}, set()
    with ExitStack() as closed:
        store = closed.enter_context(closing(ADAPTER.open(url, system_clock)))
        for step in steps:
            row = a_row()
            append = partial(store.append, [on(ONE, len(store.read(ONE)), an_event(b"{}", row))])
            match step:
                case "record":
                    append()
                    there[row.digest] = row
                case "die before" | "die after":
                    dies = (store, "_append") if step == "die before" else (store.vault, "stands")
                    with pytest.MonkeyPatch.context() as patch:
                        patch.setattr(*dies, die)
                        with pytest.raises(Died):
                            append()
                    (there if step == "die after" else {})[row.digest] = row
                case "refused":
                    with pytest.raises(StreamMoved):
                        store.append([on(ONE, 999, an_event(b"{}", row))])
                case "look":
                    assert there == store.sealed([*there, *gone])
                case "erase":
                    some = set(list(there)[::2])
                    assert len(some) == store.erase_sealed(some)
                    gone |= some
                    there = {digest: r for digest, r in there.items() if digest not in some}
                case "open":
                    store = closed.enter_context(closing(ADAPTER.open(url, system_clock)))
            gone |= {row.digest} - there.keys()
        assert there == store.sealed([*there, *gone])
        store.append([on(TWO, 0, an_event())])
        store.erase_sealed([])
        assert len(there) == rows_in(url)  # nothing of those that died


# --- writers that are alive ----------------------------------------------------------------------


def test_the_rows_of_a_live_writer_are_not_taken_from_it(monkeypatch, url, store, open_again):
    row = a_row()

    def others():
        other = open_again()
        assert other.sealed([row.digest]) == {}
        assert other.erase_sealed([row.digest]) == 0

    between(monkeypatch, store, others)
    store.append([on(ONE, 0, an_event(b"{}", row))])

    assert {row.digest: row} == store.sealed([row.digest])


def test_a_writer_that_lost_brings_its_rows_again(monkeypatch, url, store, open_again):
    row, theirs = a_row(), a_row()

    def rival():
        other = open_again()
        other.append([on(TWO, 0, an_event(b"{}", theirs))])
        other.erase_sealed([])  # it settles all that can be
        assert rows_in(url) == 1

    between(monkeypatch, store, rival)
    store.append([on(ONE, 0, an_event(b"{}", row))])

    rows = {one.digest: one for one in (row, theirs)}
    assert rows == store.sealed(rows)
    assert rows_in(url) == 2


def test_rows_that_are_there_before_their_writer_says_so_are_given_and_erased(
    monkeypatch, url, store, open_again
):
    row, other = a_row(), open_again()
    stands = store.vault.stands

    def slow(attempt):
        assert {row.digest: row} == other.sealed([row.digest])
        assert other.erase_sealed([row.digest]) == 1
        stands(attempt)

    monkeypatch.setattr(store.vault, "stands", slow)
    store.append([on(ONE, 0, an_event(b"{}", row))])

    assert store.sealed([row.digest]) == {}
    assert rows_in(url) == 0


def test_of_two_who_record_the_same_event_the_rows_of_the_first_stay(
    monkeypatch, url, store, open_again
):
    mine, theirs = a_row(b"my salt"), a_row(b"their salt")
    event_id = new_id()

    def the_same(row):
        return [on(ONE, 0, type(EVENT)(event_id, "complaint-received", 1, b"{}", (row,)))]

    between(monkeypatch, store, lambda: open_again().append(the_same(theirs)))

    assert store.append(the_same(mine)).already_there
    assert {theirs.digest: theirs} == store.sealed([mine.digest, theirs.digest])
    assert rows_in(url) == 1


def test_of_two_who_use_one_event_id_for_two_complaints_one_is_refused(
    monkeypatch, store, open_again
):
    event = an_event()

    between(monkeypatch, store, lambda: open_again().append([on(TWO, 0, event)]))

    with pytest.raises(EventIdTaken):
        store.append([on(ONE, 0, event)])
    assert [one.stream for one in store.tail()] == [TWO]


def test_whoever_sends_the_same_at_the_same_moment_is_told_one_time(monkeypatch, store, open_again):
    batch = [on(ONE, 0, an_event())]

    between(monkeypatch, store, lambda: open_again().append(batch))

    appended = store.append(batch)
    assert appended.already_there
    assert [one.recorded_at for one in store.tail()] == [appended.recorded_at]


def test_a_refused_append_leaves_nothing_in_the_vault(monkeypatch, url, store, open_again):
    between(monkeypatch, store, lambda: open_again().append([on(ONE, 0, an_event())]))

    with pytest.raises(StreamMoved):
        store.append([on(ONE, 0, an_event(b"{}", a_row()))])

    assert rows_in(url) == 0


def test_sixteen_writers_get_through_and_no_row_is_lost(url, store, open_again):
    stores = [open_again() for _ in range(8)]
    rows = [[a_row() for _ in range(4)] for _ in range(16)]

    def write(number):
        for version, row in enumerate(rows[number]):
            stores[number % 8].append([on(f"{number:032x}", version, an_event(b"{}", row))])

    assert all_at_once([partial(write, n) for n in range(16)]) == [None] * 16
    assert check_whole(store) == 64
    wanted = {row.digest: row for some in rows for row in some}
    assert wanted == store.sealed(wanted)
    assert store.vault.pending() == []


# --- the file ------------------------------------------------------------------------------------


def files_of(url):
    vault = Path(url.options["vault"])
    return sorted(vault.parent.glob(f"{vault.name}*"))


def test_only_its_owner_may_read_the_vault(url, store):
    store.append([on(ONE, 0, an_event(b"{}", a_row()))])

    assert len(files_of(url)) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files_of(url)} == {0o600}


def test_an_erased_value_is_in_no_file_of_the_vault(url, store):
    row = a_row(os.urandom(100_000))
    store.append([on(ONE, 0, an_event(b"{}", row))])

    def everything():
        return b"".join(file.read_bytes() for file in files_of(url))

    assert row.ciphertext[:40] in everything()
    assert store.erase_sealed([row.digest]) == 1
    assert row.ciphertext[:40] not in everything()


def test_a_ledger_without_its_vault_or_with_anothers_is_not_opened(url, store, new_uma_address):
    other = parse_url(new_uma_address())
    ADAPTER.create(other, new_id(), system_clock).close()
    store.close()

    def refused(vault, *words):
        address = parse_url(f"umadb://{url.host}?vault={vault}")
        with pytest.raises(StoreUnreadable, match=".*".join(words)):
            ADAPTER.open(address, system_clock)

    refused(f"{url.options['vault']}.gone", "there is no vault", "restore the file from a backup")
    refused(other.options["vault"], "is the vault of another ledger", "mend")
    with closing(sqlite3.connect(url.options["vault"])) as vault, vault:
        vault.execute("UPDATE vault SET format = 2")
    refused(url.options["vault"], "has a later format")
    with closing(sqlite3.connect(url.options["vault"])) as vault, vault:
        vault.execute("DROP TABLE vault")
    refused(url.options["vault"], "is a database, but no vault")


def test_a_vault_is_not_made_over_another_file_and_no_ledger_without_one(new_uma_address, tmp_path):
    address = new_uma_address()
    minutes = tmp_path / "minutes"
    minutes.write_text("minutes of the meeting")

    for vault, error in ((minutes, LedgerExists), (tmp_path / "no" / "vault", StoreUnreadable)):
        with pytest.raises(error):
            ADAPTER.create(
                parse_url(f"{address.split('?')[0]}?vault={vault}"), new_id(), ManualClock()
            )

    assert minutes.read_text() == "minutes of the meeting"
    ADAPTER.create(parse_url(address), new_id(), ManualClock()).close()  # nothing was made there
