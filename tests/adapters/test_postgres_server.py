"""Whatever a server does, nothing is lost, halved or doubled, and what is wrong is said plainly."""

import os
import subprocess
import time
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread, Timer

import psycopg
import pytest

from complaint_ledger.errors import BadValue, LedgerExists, NoLedger, StoreUnreadable
from complaint_ledger.following import follow
from complaint_ledger.ids import new_id
from complaint_ledger.store import Appended, parse_url, system_clock
from complaint_ledger.testing import check_whole
from complaint_ledger.testing.rules.scene import ONE, TWO, a_row, all_at_once, an_event, ids, on
from complaint_ledger_adapters import postgres_ledgers, postgres_server
from complaint_ledger_adapters.postgres import ADAPTER
from complaint_ledger_adapters.postgres_ledgers import STEPS
from proxy import wire_to
from servers import PostgresServer, free_port, give_away
from servers import postgres_server as a_server


@pytest.fixture
def schema():
    return f"s_{new_id()}"


@pytest.fixture
def at(postgres, schema):
    """Return what gives the address of this test's ledgers."""

    def at(*options, user="owner", password="", port=postgres.port):
        who = f"{user}:{password}" if password else user
        given = "&".join((f"schema={schema}", *options))
        return f"postgresql://{who}@127.0.0.1:{port}/postgres?{given}"

    return at


@pytest.fixture
def make(at, closed):
    def make(*options, ledger=None, **where):
        url = parse_url(at(*options, **where))
        return closed.enter_context(closing(ADAPTER.create(url, ledger or new_id(), system_clock)))

    return make


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(postgres_server, "PATIENCE", 0.5)


def refused(*words, kind=StoreUnreadable):
    return pytest.raises(kind, match=".*".join(words))


# --- many ledgers in one database ----------------------------------------------------------------


def test_ledgers_of_several_councils_share_tables_and_nothing_else(at, make, open_at):
    bolton, bury = make("ledger=bolton"), make("ledger=bury")
    event = an_event(b"in Bolton")

    bolton.append([on(ONE, 0, event, claims=("reference/C-1",))])
    bury.append([on(ONE, 0, an_event(b"in Bury"), claims=("reference/C-1",))])
    bury.append([on(TWO, 0, event)])

    assert [e.body for e in open_at(at("ledger=bolton")).tail()] == [b"in Bolton"]
    assert [e.position for e in open_at(at("ledger=bury")).tail()] == [1, 2]
    assert (check_whole(bolton), check_whole(bury)) == (1, 2)


def test_a_ledger_is_found_by_its_name_by_its_id_and_alone_without(at, make, open_at):
    made = make("ledger=bolton")

    for address in (at("ledger=bolton"), at(f"ledger={made.ledger}"), at()):
        assert open_at(address).ledger == made.ledger


def test_two_ledgers_and_none_named_is_an_error_that_names_both(at, make, open_at):
    make("ledger=bury")
    make("ledger=bolton")

    with refused("there are 2", "bolton, bury", r"\?ledger=NAME", kind=BadValue):
        open_at(at())


def test_a_ledger_that_nobody_made_is_not_there(at, make, open_at):
    with pytest.raises(NoLedger):
        open_at(at())
    make("ledger=bolton")
    with pytest.raises(NoLedger):
        open_at(at("ledger=bury"))


def test_a_name_that_is_taken_is_refused_and_so_is_none_where_there_are_ledgers(make):
    make("ledger=bolton")

    with pytest.raises(LedgerExists):
        make("ledger=bolton")
    with refused("name another with", kind=LedgerExists):
        make()


@pytest.mark.parametrize("name", ["Bolton", "bolton council", "a" * 61, "b-", "f" * 32])
def test_a_name_that_could_be_mistaken_is_refused(make, name):
    with refused("its name is up to 60 of a-z", kind=BadValue):
        make(f"ledger={name}")


@pytest.mark.parametrize("schema", ["Complaints", "a;b", "1st", "a" * 64])
def test_a_schema_that_could_be_mistaken_is_refused(make, schema):
    with refused("^schema: it is up to 63", kind=BadValue):
        make()


def test_ledgers_do_not_wait_for_each_other(postgres, schema, make):
    bolton, bury = make("ledger=bolton"), make("ledger=bury")

    with psycopg.connect(postgres.conninfo("postgres")) as somebody:
        somebody.execute(
            f"SELECT * FROM {schema}.ledgers WHERE ledger = %s FOR UPDATE", (bolton.ledger,)
        )
        assert bury.append([on(ONE, 0, an_event())]).first == 1
        waiting = Thread(target=bolton.append, args=([on(ONE, 0, an_event())],))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()

    waiting.join()
    assert bolton.head().position == 1


def test_who_makes_the_tables_at_once_makes_them_once(at, closed):
    def make(name):
        url = parse_url(at(f"ledger={name}"))
        return closed.enter_context(closing(ADAPTER.create(url, new_id(), system_clock))).ledger

    made = all_at_once([lambda name=name: make(name) for name in ("bolton", "bury", "leigh")])

    assert len({one for one in made if isinstance(one, str)}) == 3, made


# --- one round trip ------------------------------------------------------------------------------


def test_an_append_is_one_round_trip(postgres, at, make, open_at):
    make()
    with wire_to(postgres.port) as wire:
        store = open_at(at(port=wire.port))

        def append(version):
            event = an_event(b"{}", a_row())
            store.append([on(ONE, version, event, claims=(f"reference/{version}",))])

        for version in range(8):  # until the statement is prepared
            append(version)
        before = wire.turns
        for version in range(8, 18):
            append(version)
        assert wire.turns - before == 10


# --- a connection that breaks, a server that stops -----------------------------------------------


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_connection_cut_in_mid_append_loses_and_doubles_nothing(postgres, at, make, open_at, cut):
    whole = make()
    with wire_to(postgres.port) as wire:
        store = open_at(at(port=wire.port))
        store.append([on(ONE, 0, an_event())])
        batch = [on(ONE, 1, an_event(), an_event()), on(TWO, 0, an_event())]

        wire.cut = cut
        appended = store.append(batch)

        assert (appended.first, appended.last) == (2, 4)
        assert appended.already_there == (cut == "after")
        assert wire.cut is None
    assert ids([*whole.read(ONE, after=1), *whole.read(TWO)]) == [
        event.id for part in batch for event in part.events
    ]
    assert check_whole(whole) == 4


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_that_is_restarted_is_waited_for(how, at, closed):
    with a_server() as server:
        url = parse_url(f"{server.conninfo('postgres')}?ledger=bolton")
        store = closed.enter_context(closing(ADAPTER.create(url, new_id(), system_clock)))
        store.append([on(ONE, 0, an_event())])

        server.stop(how)
        came_back = []
        waiting = Thread(target=lambda: came_back.append(store.append([on(ONE, 1, an_event())])))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        server.start()
        waiting.join()

        assert [(one.first, one.last) for one in came_back] == [(2, 2)]
        assert check_whole(store) == 2


def test_a_server_that_stays_away_is_named_and_nothing_is_promised(impatient, at, closed):
    with a_server() as server:
        url = parse_url(f"{server.conninfo('postgres')}?ledger=bolton")
        store = closed.enter_context(closing(ADAPTER.create(url, new_id(), system_clock)))
        batch = [on(ONE, 0, an_event())]
        server.stop()

        with refused("no server answers there", "send the same again"):
            store.append(batch)
        with refused("no server answers there"):
            store.head()

        server.start()
        assert store.append(batch).last == 1


def test_a_backend_that_is_killed_is_replaced(postgres, at, make, open_at):
    make()
    store = open_at(at("application_name=killed"))
    store.append([on(ONE, 0, an_event())])

    postgres.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'killed'"
    )

    assert store.head().position == 1
    assert store.append([on(ONE, 1, an_event())]).last == 2


def test_a_follower_whose_connection_breaks_before_it_listens_misses_nothing(
    postgres, at, make, open_at, monkeypatch
):
    writer, store = make(), open_at(at("application_name=deaf"))
    events = [an_event(), an_event(), an_event()]
    made = []

    def broken(self):
        """Connect, and be cut off before anything is asked: the first time and the second."""
        made.append(connection := connected(self))
        if len(made) <= 2:
            postgres.sql(f"SELECT pg_terminate_backend({connection.info.backend_pid})")
        return connection

    connected = postgres_server.Place.connected
    monkeypatch.setattr(postgres_server.Place, "connected", broken)
    following = follow(store, until=3, poll=60)
    writer.append([on(ONE, 0, events[0])])
    told = [next(following)]  # it listens, in vain, and looks
    writing = Timer(0.5, lambda: [writer.append([on(ONE, n, events[n])]) for n in (1, 2)])
    writing.start()
    told += following
    writing.join()

    assert [event.id for event in told] == [event.id for event in events]
    assert len(made) == 3
    assert [connection.closed for connection in made] == [True, True, True]


def test_a_follower_of_a_server_that_is_away_is_told_so_and_goes_on_later(impatient, closed):
    with a_server() as server:
        url = parse_url(f"{server.conninfo('postgres')}?ledger=bolton")
        store = closed.enter_context(closing(ADAPTER.create(url, new_id(), system_clock)))
        store.append([on(ONE, 0, an_event())])
        following = follow(store)
        server.stop()

        with refused("no server answers there"):
            next(following)

        server.start()
        assert next(follow(store)).position == 1


def test_a_lost_race_of_the_database_itself_is_run_again(at, make, open_at):
    make()
    stores = [
        open_at(at("options=-c%20default_transaction_isolation%3Dserializable")) for _ in range(4)
    ]

    def write(number):
        for version in range(10):
            stores[number].append([on(f"{number:032x}", version, an_event())])

    assert all_at_once([lambda n=n: write(n) for n in range(4)]) == [None] * 4
    assert check_whole(stores[0]) == 40


def test_somebody_who_holds_the_ledger_for_too_long_is_told_of(
    postgres, schema, at, make, open_at, monkeypatch
):
    make()
    monkeypatch.setattr(postgres_server, "LOCK_TIMEOUT", 1)
    store = open_at(at())
    with psycopg.connect(postgres.conninfo("postgres")) as somebody:
        somebody.execute(f"SELECT * FROM {schema}.ledgers FOR UPDATE")

        with refused("another writer held the ledger for over"):
            store.append([on(ONE, 0, an_event())])

    assert store.head().position == 0


# --- a server that will not ----------------------------------------------------------------------


@pytest.fixture
def locked(postgres):
    postgres.sql("DROP ROLE IF EXISTS locked")
    postgres.sql("CREATE ROLE locked LOGIN PASSWORD 'right'")


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_is_said_and_not_shown(locked, at, open_at, password):
    with refused("refuses this user or password") as error:
        open_at(at(user="locked", password=password))

    assert "wrong" not in str(error.value)


def test_a_user_that_is_not_there_is_said(at, open_at):
    with refused("does not let this user in"):
        open_at(at(user="stranger"))


def test_a_database_that_is_not_there_is_said(postgres, open_at):
    with refused("no such database", "createdb"):
        open_at(f"{postgres.conninfo('nowhere')}")


def test_a_server_that_is_not_there_is_said(open_at):
    with refused("no server answers there; start it, or mend the address$"):
        open_at(f"postgresql://owner@127.0.0.1:{free_port()}/postgres")


def test_an_option_that_postgresql_does_not_know_is_refused(at, open_at):
    with refused("PostgreSQL does not understand it", kind=BadValue):
        open_at(at("colour=blue"))


def test_tables_of_a_later_format_are_refused_with_the_mend(postgres, schema, at, make, open_at):
    make()
    postgres.sql(f"UPDATE {schema}.format SET format = 99")

    with refused("store format 99", "Use the version that wrote it"):
        open_at(at())
    with refused("store format 99"):
        make("ledger=another")


def test_tables_of_an_earlier_format_are_brought_up_to_date(
    postgres, schema, at, make, open_at, monkeypatch
):
    make().append([on(ONE, 0, an_event())])
    later = (*STEPS, ("CREATE TABLE {schema}.of_a_later_version (word text)",))
    monkeypatch.setattr(postgres_ledgers, "STEPS", later)

    store = open_at(at())

    assert check_whole(store) == 1
    assert postgres.sql(f"SELECT * FROM {schema}.of_a_later_version") == []
    assert postgres.sql(f"SELECT format FROM {schema}.format") == [(len(later),)]


def test_what_only_the_owner_may_bring_up_to_date_is_left_to_the_owner(
    postgres, schema, at, make, open_at, monkeypatch
):
    make()
    with a_role(postgres, f"GRANT USAGE ON SCHEMA {schema} TO %s",
                f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO %s") as role:  # fmt: skip
        later = (*STEPS, ("CREATE TABLE {schema}.of_a_later_version (word text)",))
        monkeypatch.setattr(postgres_ledgers, "STEPS", later)
        with refused("only the owner", "open it once as the owner"):
            open_at(at(user=role))


def test_a_setting_with_which_events_get_lost_is_refused(at, make, monkeypatch):
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")

    with refused("POSTGRES_ENABLE_DB_FUNCTIONS is set", "Take it out"):
        make()

    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "n")
    make()


def test_a_replica_can_be_read_and_says_that_it_cannot_be_written(at, make, closed):
    with a_server() as server, TemporaryDirectory() as name:
        url = parse_url(f"{server.conninfo('postgres')}?ledger=bolton")
        store = closed.enter_context(closing(ADAPTER.create(url, new_id(), system_clock)))
        store.append([on(ONE, 0, an_event())])
        replica = a_replica(server, Path(name))
        try:
            there = parse_url(f"{replica.conninfo('postgres')}?ledger=bolton")
            copy = closed.enter_context(closing(ADAPTER.open(there, system_clock)))
            assert check_whole(copy) == 1
            with refused("read-only replica", "connect to the primary"):
                copy.append([on(ONE, 1, an_event())])
            with refused("read-only replica"):
                ADAPTER.create(parse_url(f"{replica.conninfo('postgres')}?ledger=bury"), new_id(),
                               system_clock)  # fmt: skip
        finally:
            replica.stop("immediate")


def a_replica(server, folder):
    replica = PostgresServer(folder, server.programs)
    give_away(folder)
    server.run("pg_basebackup", "-D", folder / "data", "-R", "-c", "fast", "--no-sync",
               "-d", server.conninfo("postgres"))  # fmt: skip
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write(f"port = {replica.port}\nunix_socket_directories = '{folder}'\n")
    replica.start()
    return replica


def test_a_full_disk_is_said_and_no_half_batch_is_left(postgres, at, closed, tmp_path):
    with TemporaryDirectory() as name:
        folder = Path(name)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m,mode=777", "tmpfs", folder],
            check=False,
            capture_output=True,
        )
        if mounted.returncode:
            pytest.skip("no small disk can be mounted here")
        try:
            give_away(folder)
            postgres.sql(f"CREATE TABLESPACE small LOCATION '{folder}'")
            url = parse_url(at("options=-c%20default_tablespace%3Dsmall"))
            with closing(ADAPTER.create(url, new_id(), system_clock)) as store:
                store.append([on(ONE, 0, an_event())])
                much = [an_event(os.urandom(9000)) for _ in range(200)]
                with refused("disk is full; nothing was recorded"):
                    store.append([on(TWO, 0, an_event(), *much)])
                assert check_whole(store) == 1
            postgres.sql(f"DROP SCHEMA {url.options['schema']} CASCADE")
            postgres.sql("DROP TABLESPACE small")
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


# --- what the database itself refuses ------------------------------------------------------------


@contextmanager
def a_role(postgres, *grants):
    """Make someone who may do what *grants* say; take them away again."""
    name = f"r_{new_id()}"
    postgres.sql(f"CREATE ROLE {name} LOGIN")
    try:
        for grant in grants:
            postgres.sql(grant.replace("%s", name))
        yield name
    finally:
        postgres.sql(f"DROP OWNED BY {name}")
        postgres.sql(f"DROP ROLE {name}")


@pytest.mark.parametrize("table", ["events", "claims", "kept"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {table} SET ledger = ledger", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"],
)
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_what_is_recorded_is_not_changed_even_by_the_owner(
    postgres, schema, make, table, statement, role
):
    store = make()
    store.append([on(ONE, 0, an_event(), claims=("reference/1",))])
    store.keep("checkpoint/1", b"a note")

    with psycopg.connect(postgres.conninfo("postgres")) as owner:
        owner.execute(f"SET session_replication_role = {role}")
        with pytest.raises(psycopg.DatabaseError, match="never changed or taken away"):
            owner.execute(statement.format(table=f"{schema}.{table}"))


def test_who_may_only_record_cannot_write_a_row_by_hand(postgres, schema, at, make, open_at):
    make()
    grants = (
        f"GRANT USAGE ON SCHEMA {schema} TO %s",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO %s",
        f"GRANT EXECUTE ON FUNCTION {schema}.append, {schema}.keep TO %s",
    )
    with a_role(postgres, *grants) as name:
        store = open_at(at(user=name))
        store.append([on(ONE, 0, an_event(), claims=("reference/1",))])
        store.keep("checkpoint/1", b"a note")
        assert check_whole(store) == 1
        with refused("may not do that"):
            store.erase_sealed(["a"])
        with psycopg.connect(postgres.conninfo("postgres").replace("owner", name)) as hand:
            for table in ("events", "streams", "claims", "kept", "sealed", "ledgers", "format"):
                for what in (
                    f"INSERT INTO {schema}.{table} SELECT * FROM {schema}.{table}",
                    f"DELETE FROM {schema}.{table}",
                ):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        hand.execute(what)
                    hand.rollback()
        store.close()


def test_who_may_only_read_cannot_record(postgres, schema, at, make, open_at):
    make().append([on(ONE, 0, an_event())])
    grants = (
        f"GRANT USAGE ON SCHEMA {schema} TO %s",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO %s",
    )
    with a_role(postgres, *grants) as name:
        store = open_at(at(user=name))
        assert check_whole(store) == 1
        with refused("may not do that", "GRANT"):
            store.append([on(ONE, 1, an_event())])
        store.close()


# --- acknowledged means stored -------------------------------------------------------------------


def test_a_server_that_would_acknowledge_early_is_told_not_to(at, make, open_at):
    make()
    store = open_at(at("options=-c%20synchronous_commit%3Doff"))

    held = store.server.ask(lambda c: c.execute("SHOW synchronous_commit").fetchone())

    assert held == ("on",)


def test_a_server_that_does_not_wait_for_its_disk_is_not_called_durable(closed):
    with a_server() as server:
        url = parse_url(f"{server.conninfo('postgres')}?ledger=bolton")
        with closing(ADAPTER.create(url, new_id(), system_clock)) as store:
            assert "durable" in store.capabilities
        server.sql("ALTER SYSTEM SET fsync = off")
        server.restart()
        with closing(ADAPTER.open(url, system_clock)) as store:
            assert "durable" not in store.capabilities


def test_a_time_is_the_servers_own_unless_the_ledger_has_a_clock(make, monkeypatch):
    store = make()
    first = store.append([on(ONE, 0, an_event())])
    store.clock = lambda: system_clock() + timedelta(hours=2)
    second = store.append([on(ONE, 1, an_event())])
    store.clock = system_clock
    third = store.append([on(ONE, 2, an_event())])

    assert isinstance(third, Appended)
    assert abs(first.recorded_at - system_clock()) < timedelta(minutes=5)
    assert third.recorded_at == second.recorded_at + timedelta(microseconds=1)


def test_an_append_that_waits_for_the_disk_keeps_nobody_else_from_telling(postgres, make):
    store = make()
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    appending = Thread(target=lambda: store.append([on(ONE, 0, an_event())]))
    # A commit that waits for a replica waits where it waits for the disk.
    postgres.sql("ALTER SYSTEM SET synchronous_standby_names = 'none'")
    postgres.sql("SELECT pg_reload_conf()")
    try:
        appending.start()
        until = time.monotonic() + 30
        while postgres.sql(waiting) != [(1,)]:
            assert time.monotonic() < until
            time.sleep(0.01)
        other = "-c synchronous_commit=local -c lock_timeout=5s"
        with psycopg.connect(
            postgres.conninfo("postgres"), autocommit=True, options=other
        ) as connection:
            connection.execute("NOTIFY elsewhere")
        assert store.head().position == 0
    finally:
        postgres.sql("ALTER SYSTEM RESET synchronous_standby_names")
        postgres.sql("SELECT pg_reload_conf()")
    appending.join(30)
    assert check_whole(store) == 1
