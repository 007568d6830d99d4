"""A ledger in UmaDB passes the contract: the port is not SQL."""

import stat
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Thread

import pytest

from complaint_ledger.errors import BadValue, NoLedger, StoreUnreadable
from complaint_ledger.ids import new_id
from complaint_ledger.store import parse_url, system_clock
from complaint_ledger.testing import EventStoreContract, check_whole
from complaint_ledger.testing.rules.scene import ONE, TWO, a_row, an_event, ids, on
from complaint_ledger_adapters import umadb_events, umadb_server
from complaint_ledger_adapters.umadb import ADAPTER, UmaDBStore
from proxy import wire_to
from servers import free_port
from uma_server import uma_servers


@pytest.fixture
def start():
    with uma_servers() as start:
        yield start


class TestUmaDBStore(EventStoreContract):
    adapter = ADAPTER
    capabilities = UmaDBStore.capabilities

    @pytest.fixture
    def new_address(self, start):
        return lambda: start().address

    delete_newest_behind_the_back = None  # nobody can


# --- a vault of its own --------------------------------------------------------------------------


@pytest.fixture
def server(start):
    return start()


@pytest.fixture
def url(server):
    return parse_url(server.address)


@pytest.fixture
def closed():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def store(url, closed):
    return closed.enter_context(closing(ADAPTER.create(url, new_id(), system_clock)))


@pytest.fixture
def again(url, closed):
    return lambda: closed.enter_context(closing(ADAPTER.open(url, system_clock)))


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(umadb_server, "PATIENCE", 0.5)


def refused(*words, kind=StoreUnreadable):
    return pytest.raises(kind, match=".*".join(words))


DIES = """
import os, signal, sys
from complaint_ledger.store import SealedRow, NewEvent, StreamAppend, parse_url, system_clock
from complaint_ledger_adapters import umadb, umadb_vault

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

store = umadb.ADAPTER.open(parse_url(sys.stdin.readline().strip()), system_clock)
if sys.argv[1] == "before":
    store._send = die
else:
    store._vault.settle = die
row = SealedRow("d" * 32, "p1", "k", "A256GCM", b"n" * 12, b"unreadable")
event = NewEvent("e" * 32, "complaint-received", 1, b"{}", (row,))
store.append([StreamAppend(stream="1" * 32, expected_version=0, events=(event,))])
"""


def die(url, when):
    done = subprocess.run(
        [sys.executable, "-c", DIES, when], input=url.whole(), text=True, check=False
    )
    assert done.returncode == -9


def test_rows_whose_event_was_never_appended_are_given_to_nobody_and_go(url, store, again):
    die(url, "before")

    assert store.sealed(["d" * 32]) == {}
    store.append([on(TWO, 0, an_event())])
    later = again()
    assert later.sealed(["d" * 32]) == {}
    assert later._vault.pending() == []
    assert check_whole(later) == 1


def test_rows_whose_event_may_still_come_are_kept_for_it(url, store, again):
    die(url, "before")

    assert [one.digest for one in again()._vault.pending()] == ["d" * 32]


def test_rows_whose_event_was_appended_stay_whoever_died(url, store, again):
    die(url, "after")

    assert store.sealed(["d" * 32]).keys() == {"d" * 32}
    later = again()
    assert later.sealed(["d" * 32]).keys() == {"d" * 32}
    assert later._vault.pending() == []


def test_only_its_owner_may_read_the_vault(store, url):
    assert stat.S_IMODE(Path(url.options["vault"]).stat().st_mode) == 0o600


def test_an_erased_row_leaves_no_copy_in_the_vault(store, url):
    row = a_row(b"the only copy of what was said")
    store.append([on(ONE, 0, an_event(b"{}", row))])
    file = Path(url.options["vault"])

    assert store.erase_sealed([row.digest]) == 1

    assert all(b"the only copy" not in each.read_bytes() for each in file.parent.glob("vault.db*"))


def test_an_address_without_a_vault_is_refused_with_the_mend(server):
    url = parse_url(server.address.split("?")[0])

    with refused("vault=FILE"):
        ADAPTER.create(url, new_id(), system_clock)


def test_the_vault_of_another_ledger_is_refused(start, store, url):
    other = start()
    elsewhere = ADAPTER.create(parse_url(other.address), new_id(), system_clock)
    elsewhere.close()
    mixed = parse_url(f"{other.address.split('?')[0]}?vault={url.options['vault']}")

    with refused("it is another ledger's"):
        ADAPTER.open(mixed, system_clock)


def test_a_vault_that_is_gone_is_said(store, url):
    Path(url.options["vault"]).unlink()

    with pytest.raises(NoLedger, match="the vault"):
        ADAPTER.open(url, system_clock)


# --- a server that will not ----------------------------------------------------------------------


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_connection_cut_in_mid_append_loses_and_doubles_nothing(server, store, url, closed, cut):
    with wire_to(server.port) as wire:
        there = parse_url(server.address.replace(str(server.port), str(wire.port)))
        through = closed.enter_context(closing(ADAPTER.open(there, system_clock)))
        through.append([on(ONE, 0, an_event())])
        batch = [on(ONE, 1, an_event(b"{}", a_row()), an_event()), on(TWO, 0, an_event())]
        send = through._send

        def send_and_cut(*words):
            through._send = send
            wire.cut = cut
            send(*words)

        through._send = send_and_cut
        appended = through.append(batch)

        assert (appended.first, appended.last) == (2, 4)
        assert wire.cut is None
    assert ids([*store.read(ONE, after=1), *store.read(TWO)]) == [
        event.id for part in batch for event in part.events
    ]
    assert check_whole(store) == 4
    assert len(store.sealed([batch[0].events[0].sealed[0].digest])) == 1


def test_a_server_that_is_restarted_is_waited_for(server, store):
    store.append([on(ONE, 0, an_event())])

    server.stop()
    came_back = []
    waiting = Thread(target=lambda: came_back.append(store.append([on(ONE, 1, an_event())])))
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive()
    server.start()
    waiting.join()

    assert [one.last for one in came_back] == [2]
    assert check_whole(store) == 2


def test_a_server_that_stays_away_is_named_and_nothing_is_promised(impatient, server, store):
    batch = [on(ONE, 0, an_event(b"{}", a_row()))]
    server.stop()

    with refused("no server answers there", "send the same again"):
        store.append(batch)

    server.start()
    assert store.append(batch).last == 1


def test_a_server_that_is_not_there_is_said(impatient, tmp_path):
    url = parse_url(f"umadb://127.0.0.1:{free_port()}/?vault={tmp_path / 'vault.db'}")

    for ask in (lambda: ADAPTER.open(url, system_clock),
                lambda: ADAPTER.create(url, new_id(), system_clock)):  # fmt: skip
        with refused("no server answers there; start it, or mend the address"):
            ask()
    assert list(tmp_path.iterdir()) == []


def test_an_address_without_a_server_is_refused(tmp_path):
    with refused("it names no server", kind=BadValue):
        ADAPTER.open(parse_url(f"umadb:///?vault={tmp_path / 'vault.db'}"), system_clock)


def test_a_log_of_a_later_format_is_refused_with_the_mend(server, url, monkeypatch):
    with monkeypatch.context() as later:
        later.setattr(umadb_events, "FORMAT", 99)
        ADAPTER.create(url, new_id(), system_clock).close()

    with refused("store format 99", "Use the version that wrote it"):
        ADAPTER.open(url, system_clock)
