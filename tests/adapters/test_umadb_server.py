"""Whatever a UmaDB server does, nothing is lost, halved or doubled; what is wrong is said plainly."""

import json
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread, Timer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from complaint_ledger.errors import BadValue, LedgerExists, NoLedger, StoreUnreadable
from complaint_ledger.ids import new_id
from complaint_ledger.moving.copying import fill
from complaint_ledger.store import parse_url, system_clock
from complaint_ledger.testing import check_whole
from complaint_ledger.testing.rules.scene import (
    ONE,
    TWO,
    ManualClock,
    a_row,
    all_at_once,
    an_event,
    on,
)
from complaint_ledger_adapters import memory, umadb_server
from complaint_ledger_adapters.umadb import ADAPTER
from complaint_ledger_adapters.umadb_client import umadb
from proxy import wire_to
from uma_server import UmaServer
from uma_server import uma_server as a_server

KEY = "key-0f3a9c"


@pytest.fixture
def server(closed):
    return closed.enter_context(a_server())


@pytest.fixture
def make(closed):
    def make(address):
        return closed.enter_context(
            closing(ADAPTER.create(parse_url(address), new_id(), system_clock))
        )

    return make


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(umadb_server, "PATIENCE", 0.5)


def refused(*words, kind=StoreUnreadable):
    return pytest.raises(kind, match=".*".join(words))


# --- a server that goes away ---------------------------------------------------------------------


def test_a_server_that_is_down_is_said_at_once(server, make, open_at):
    make(server.url()).close()
    server.stop()

    for ask in (make, open_at):
        begun = time.monotonic()
        with refused("no UmaDB server answers there", "start it, or mend the address"):
            ask(server.url())
        assert time.monotonic() - begun < 60


def test_a_server_that_went_away_is_waited_for(server, make):
    store = make(server.url())
    store.append([on(ONE, 0, an_event())])

    server.stop("immediate")
    Timer(0.3, server.start).start()

    assert store.append([on(ONE, 1, an_event(b"{}", a_row()))]).first == 2
    assert check_whole(store) == 2


def test_a_server_that_stays_away_is_said_and_a_retry_does_not_double(server, make, impatient):
    store, row = make(server.url()), a_row()
    batch = [on(ONE, 0, an_event(b"{}", row)), on(TWO, 0, an_event())]

    server.stop()
    for ask in (lambda: store.append(batch), store.head, lambda: store.keep("a", b"b")):
        with refused("no UmaDB server", "recorded or not", "send the same again"):
            ask()
    server.start()

    assert store.sealed([row.digest]) == {}
    assert store.append(batch).last == 2
    assert store.append(batch).already_there
    assert {row.digest: row} == store.sealed([row.digest])
    assert check_whole(store) == 2


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_wire_that_is_cut_in_mid_append_loses_and_doubles_nothing(closed, server, make, cut):
    wire = closed.enter_context(wire_to(server.port))
    store = make(server.url().replace(str(server.port), str(wire.port)))

    for version in range(5):
        row = a_row()
        wire.cut = cut
        appended = store.append([on(ONE, version * 2, an_event(b"{}", row), an_event())])
        assert (appended.first, appended.already_there) == (version * 2 + 1, False)
        assert {row.digest: row} == store.sealed([row.digest])

    assert wire.cut is None  # it was cut indeed
    assert check_whole(store) == 10


def test_writers_and_a_follower_live_through_restarts(server, make, open_at):
    make(server.url())
    rounds = 25

    def write(number):
        store = open_at(server.url())
        for version in range(rounds):
            store.append([on(f"{number:032x}", version, an_event(b"{}", a_row()))])

    def read():
        store, seen = open_at(server.url()), []
        until = time.monotonic() + 120
        while len(seen) < 4 * rounds and time.monotonic() < until:
            seen += [event.position for event in store.tail(after=len(seen), limit=7)]
        return seen

    def restart():
        for how in ("immediate", "fast", "immediate"):
            time.sleep(0.15)
            server.restart(how)

    seen, *others = all_at_once([read, restart, *(partial(write, n) for n in range(4))])

    assert others == [None] * 5
    assert seen == list(range(1, 4 * rounds + 1))
    store = open_at(server.url())
    assert check_whole(store) == 4 * rounds
    assert store.vault.pending() == []


def test_who_listens_hears_of_what_came_while_the_server_was_away(server, make):
    store = make(server.url())
    with store.listen() as wait:
        server.restart("immediate")
        store.append([on(ONE, 0, an_event())])
        begun = time.monotonic()
        while not store.head().position:
            assert wait(10)
        server.restart()
        wait(2)  # it is told, since something may have come
        Timer(0.1, store.append, [[on(ONE, 1, an_event())]]).start()
        while store.head().position < 2:
            assert wait(10)
        assert time.monotonic() - begun < 60


def test_a_server_that_answers_nobody_for_a_while_loses_nothing(server, make):
    store = make(server.url())
    with server.frozen():
        writing = Thread(target=store.append, args=([on(ONE, 0, an_event())],))
        writing.start()
        writing.join(0.5)
        assert writing.is_alive()
    writing.join(30)

    assert check_whole(store) == 1


def test_a_server_that_is_told_to_stop_never_makes_a_ledger_look_shorter(server, make, open_at):
    store = make(server.url())
    for _ in range(3):
        store.append([on(new_id(), 0, *(an_event() for _ in range(700)))])
    store.append([on(ONE, 0, an_event(), an_event(), claims=("reference/C-2026-000001",))])
    store.keep("checkpoint/1", b"a root")
    stop = Event()

    def look():
        again, seen = open_at(server.url()), set()
        while not stop.is_set():
            seen.add((again.head().position, len(again.tail(after=10, limit=3000)),
                      len(again.read(ONE)), again.claimed_by("reference/C-2026-000001"),
                      len(list(again.claims())), len(list(again.kept()))))  # fmt: skip
        return seen

    def restart():
        for _ in range(6):
            time.sleep(0.2)
            server.restart("fast")  # a server that is killed at least breaks the connection
        stop.set()

    *seen, _ = all_at_once([look, look, look, restart])

    assert seen == [{(2102, 2092, 2, ONE, 1, 1)}] * 3


# --- too much, and something else ----------------------------------------------------------------


def test_what_is_more_than_the_server_takes_at_once_is_refused_whole(new_uma_address, make):
    store, row = make(new_uma_address()), a_row()
    big = b"x" * 5_000_000

    with refused("takes 4 MiB at once", "nothing was recorded", "less at a time"):
        store.append([on(ONE, 0, an_event(b"{}", row), an_event(big))])
    with refused("takes 4 MiB at once"):
        store.keep("tree", big)
    with refused("takes 4 MiB at once"):
        store.restore((), (), {}, {"tree": big})

    assert check_whole(store) == 0
    assert (store.vault.pending(), list(store.kept())) == ([], [])
    nearly = [an_event(b"x" * 1_000_000, a_row(b"y" * 5_000_000)) for _ in range(4)]
    assert store.append([on(ONE, 0, *nearly)]).last == 4
    rival = an_event()
    store.append([on(TWO, 0, rival)])  # a rival runs into a small mark, not into a big event
    assert store.append([on(ONE, 4, an_event(b"x" * 3_900_000))]).last == 6
    assert check_whole(store) == 6


def test_a_ledger_that_is_more_than_the_server_takes_at_once_is_copied_in_parts(
    new_uma_address, make
):
    clock = ManualClock()
    source = memory.MemoryAdapter().create(parse_url("memory:///whole"), new_id(), clock)
    body = json.dumps({"meta": {}, "open": {"text": "x" * 900_000}, "sealed": {}}).encode()
    source.append([on(ONE, 0, *(an_event(body) for _ in range(6)))])
    for number in range(5):
        source.keep(f"tree/{number}", b"y" * 1_000_000)
    address = parse_url(new_uma_address())
    with closing(ADAPTER.create(address, source.ledger, clock)) as target:
        filled = fill(source, target, lambda *_: None)

        assert (filled.events, filled.kept) == (6, 5)
        assert [*target.tail()] == [*source.tail()]
        assert list(target.kept()) == list(source.kept())


def test_a_database_of_something_else_is_refused_and_left_alone(new_uma_address, make, open_at):
    address = new_uma_address()
    client = umadb.Client(f"http://{parse_url(address).host}")
    client.append([umadb.Event("bin-emptied", b"on Monday", ["street:high-street"])])

    for ask in (make, open_at):
        with refused("holds events, but no ledger", "a UmaDB server of its own"):
            ask(address)

    assert client.head() == 1
    assert not Path(parse_url(address).options["vault"]).exists()


def test_a_ledger_of_a_later_format_is_refused_with_the_mend(new_uma_address, open_at):
    address = new_uma_address()
    told = {"ledger": new_id(), "format": "2", "attempt": "", "position": "0"}
    client = umadb.Client(f"http://{parse_url(address).host}")
    client.append([umadb.Event("ledger", b"", ["ledger", "end"], metadata=told)])

    with refused("format 2", "Use the version that wrote it"):
        open_at(address)


def test_of_several_who_make_a_ledger_one_does(new_uma_address):
    address = new_uma_address()
    addresses = [f"{address.partition('?')[0]}?vault={Path(parse_url(address).options['vault'])}-{n}"
                 for n in range(4)]  # fmt: skip

    made = all_at_once(
        [partial(ADAPTER.create, parse_url(one), new_id(), system_clock) for one in addresses]
    )

    (store,) = [one for one in made if not isinstance(one, Exception)]
    assert sum(isinstance(one, LedgerExists) for one in made) == 3
    vaults = [Path(parse_url(one).options["vault"]).exists() for one in addresses]
    assert sum(vaults) == 1  # nobody leaves one behind
    store.append([on(ONE, 0, an_event())])
    store.close()


def test_another_ledger_at_the_same_address_is_not_written_to(server, make):
    store = make(server.url())
    server.stop()
    (server.folder / "uma.db").unlink()
    server.start()
    with pytest.raises(NoLedger):
        store.append([on(ONE, 0, an_event())])
    make(server.url(vault=server.folder / "other.vault"))

    with refused("keeps another ledger now"):
        store.append([on(ONE, 0, an_event())])


# --- addresses, certificates and keys ------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("umadb://127.0.0.1:1", "^vault: .*can never be deleted"),
        ("umadb://127.0.0.1:1/database?vault=v", "no users and keeps one ledger"),
        ("umadb://officer@127.0.0.1:1?vault=v", "no users and keeps one ledger"),
        ("umadb://127.0.0.1:1?vault=v&schema=s", "UmaDB knows no option schema"),
        (f"umadb://:{KEY}@127.0.0.1:1?vault=v", "travels only over TLS"),
        ("umadb://127.0.0.1:1?vault=v&ca=gone.pem", "there is no certificate"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(make, open_at, address, words):
    for ask in (make, open_at):
        with pytest.raises((BadValue, StoreUnreadable), match=words) as error:
            ask(address)
        assert KEY not in str(error.value)


@pytest.fixture(scope="module")
def certificates():
    """Make what a council's own authority would: its certificate, another's, and a server's."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        ours, other = (
            ec.generate_private_key(ec.SECP256R1()),
            ec.generate_private_key(ec.SECP256R1()),
        )
        certify(folder / "ca.pem", "Northborough", ours)
        certify(folder / "other.pem", "Another", other)
        own = ec.generate_private_key(ec.SECP256R1())
        certify(folder / "server.pem", "server", own, "Northborough", ours)
        (folder / "server.key").write_bytes(
            own.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        yield folder


def certify(file, subject, key, by=None, by_key=None):
    """Write a certificate for *subject*, or the authority's own where nobody else makes it."""

    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(by or subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
    )
    signed = made.sign(by_key or key, hashes.SHA256())
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


@pytest.fixture
def locked(closed, certificates):
    """A server that speaks TLS and wants an API key."""
    words = ("--tls-cert", certificates / "server.pem", "--tls-key", certificates / "server.key",
             "--api-key", KEY)  # fmt: skip
    return closed.enter_context(a_server(*words))


def test_a_server_with_tls_and_a_key_keeps_a_ledger(
    monkeypatch, locked: UmaServer, certificates, make, open_at
):
    address = locked.url(f":{KEY}@", ca=certificates / "ca.pem")
    store = make(address)
    store.append([on(ONE, 0, an_event(b"{}", a_row()))])

    assert KEY not in repr(store.server.place)
    assert KEY not in store.server.place.shown
    monkeypatch.setenv(umadb_server.KEY_VARIABLE, KEY)
    assert check_whole(open_at(locked.url(ca=certificates / "ca.pem"))) == 1


def test_a_key_or_a_certificate_that_is_wrong_is_said_and_not_shown(
    locked, server, certificates, make
):
    ca = certificates / "ca.pem"
    for address, words in (
        (locked.url(":another-key@", ca=ca), ("refuses the API key", "UMADB_API_KEY")),
        (locked.url(ca=ca), ("refuses the API key, or wants one",)),
        (locked.url(f":{KEY}@", ca=certificates / "other.pem"), ("certificate does not follow",)),
        (server.url(ca=ca), ("does not speak TLS",)),
        (locked.url(), ("no UmaDB server answers", "for TLS")),
    ):
        with refused(*words) as error:
            make(address)
        assert "key-0f3a9c" not in str(error.value)
        assert "another-key" not in str(error.value)


# --- the package ---------------------------------------------------------------------------------

WITHOUT = """
import sys
sys.modules["umadb"] = None
from complaint_ledger.errors import StoreUnreadable
from complaint_ledger.store import adapter, adapters
assert "umadb" in adapters()
try:
    adapter("umadb")
except StoreUnreadable as error:
    print(error)
"""

IN_A_THREAD = """
import signal, threading
signal.signal(signal.SIGINT, lambda *_: None)
before = signal.getsignal(signal.SIGINT)
from complaint_ledger.store import adapter
thread = threading.Thread(target=adapter, args=("umadb",))
thread.start()
thread.join()
from complaint_ledger_adapters.umadb import ADAPTER
assert signal.getsignal(signal.SIGINT) is before
print(type(ADAPTER).__name__)
"""

IN_THE_MAIN_THREAD = """
import signal
from complaint_ledger.store import adapter
before = signal.getsignal(signal.SIGINT)
print(type(adapter("umadb")).__name__)
assert signal.getsignal(signal.SIGINT) is before
"""


def test_without_the_package_the_extra_is_named():
    assert "complaint-ledger[umadb]" in said(WITHOUT)


@pytest.mark.parametrize("program", [IN_A_THREAD, IN_THE_MAIN_THREAD], ids=["thread", "main"])
def test_whoever_opens_a_ledger_keeps_their_own_way_with_ctrl_c(program):
    assert said(program) == "UmaDBAdapter\n"


def said(program):
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", program],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
