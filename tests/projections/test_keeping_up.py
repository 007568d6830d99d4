"""Keeping up goes on through what passes, and ends at what does not."""

from threading import Event, Thread

import pytest
from sqlalchemy import update

from complaint_ledger.errors import StoreUnreadable
from complaint_ledger.projections import keeping_up, runner
from complaint_ledger.projections.build_tables import builds
from complaint_ledger.projections.faults import FactsLater
from complaint_ledger.projections.keeping_up import keep_up
from complaint_ledger.projections.rebuild import rebuild
from complaint_ledger.projections.verifying import verify
from complaint_ledger.projections.views import Views
from projections.histories import received, responded
from servers import postgres_server, with_options


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(keeping_up, "FIRST_WAIT", 0.02)


def until_whole(views, store, stop, seen):
    """Return what is told of each batch, and stops at the end of the ledger."""

    def tell(progress):
        seen.append(progress.position)
        if progress.position == store.head().position:
            stop.set()

    return tell


def tell_of(council, number):
    for stream in range(1, number + 1):
        council.tell(stream, received(), responded(h1="upheld"))


def test_it_takes_in_what_comes_and_ends_when_it_is_told(views, council):
    stop, heard = Event(), Event()
    going_on = Thread(
        target=keep_up,
        args=(views, council.store),
        kwargs={"poll": 0.02, "stop": stop, "tell": lambda _: heard.set()},
    )
    going_on.start()
    for stream in (1, 2):
        assert heard.wait(20)
        heard.clear()
        council.tell(stream, received())
    assert heard.wait(20)
    stop.set()
    going_on.join(20)

    assert not going_on.is_alive()
    assert verify(views, council.store).complaints == 2


def test_told_to_end_it_does_the_batch_in_hand_and_no_more(views, council):
    tell_of(council, 6)
    views.catch_up(council.store, upto=4)
    stop, seen = Event(), []

    def tell(progress):
        seen.append(progress.position)
        stop.set()

    keep_up(views, council.store, batch=3, stop=stop, tell=tell)

    assert seen == [7]
    assert [one.position for one in views.status()] == [7]


def test_told_to_end_in_a_first_build_it_goes_on_from_there_the_next_time(views, council):
    tell_of(council, 6)
    stop, seen = Event(), []

    def tell(progress):
        seen.append(progress.position)
        stop.set()

    keep_up(views, council.store, batch=3, stop=stop, tell=tell)
    assert [(one.build.state, one.position) for one in views.status()] == [("building", 3)]

    views.catch_up(council.store, batch=3, tell=lambda progress: seen.append(progress.position))
    assert seen == [3, 6, 9, 12, 15, 16]
    assert verify(views, council.store).complaints == 6


def test_a_connection_that_is_cut_in_a_batch_is_made_again_and_nothing_counts_twice(
    postgres_facts, council, postgres, monkeypatch
):
    tell_of(council, 6)
    stop, troubles, cut = Event(), [], []
    real = runner.keep

    def keep(connection, build, complaints):
        real(connection, build, complaints)
        if len(cut) < 3:
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            cut.append(postgres.sql("SELECT pg_terminate_backend(%s, 5000)", pid))

    with Views(postgres_facts) as views:
        views.catch_up(council.store, upto=4)
        monkeypatch.setattr(runner, "keep", keep)
        seen = []
        keep_up(
            views,
            council.store,
            batch=3,
            stop=stop,
            tell=until_whole(views, council.store, stop, seen),
            trouble=lambda error, seconds: troubles.append((error, seconds)),
        )

        assert len(cut) == len(troubles) == 3
        assert seen == [7, 10, 13, 16]
        assert verify(views, council.store).equal


def test_a_server_that_is_down_is_waited_for_longer_and_longer(council):
    tell_of(council, 3)
    stop, waits = Event(), []
    with postgres_server() as server:
        with Views(with_options(server.conninfo("postgres"), schema="facts")) as views:
            views.catch_up(council.store, upto=5)
            server.stop("immediate")

            def trouble(error, seconds):
                waits.append(seconds)
                assert error.passing
                if len(waits) == 5:
                    server.start()

            keep_up(
                views,
                council.store,
                stop=stop,
                tell=until_whole(views, council.store, stop, []),
                trouble=trouble,
            )
            assert verify(views, council.store).equal
        assert waits[4] > waits[0]
        assert max(waits) <= 16 * 0.02


def test_a_ledger_that_cannot_be_read_for_a_while_is_waited_for(views, council, monkeypatch):
    tell_of(council, 2)
    views.catch_up(council.store, upto=4)
    stop, troubles = Event(), []
    real = council.store.tail

    def tail(**words):
        if len(troubles) < 2:
            raise StoreUnreadable("busy")
        return real(**words)

    monkeypatch.setattr(council.store, "tail", tail, raising=False)
    keep_up(
        views,
        council.store,
        stop=stop,
        tell=until_whole(views, council.store, stop, []),
        trouble=lambda error, _: troubles.append(str(error)),
    )

    assert troubles == ["busy", "busy"]
    assert verify(views, council.store).equal


def test_what_trying_again_does_not_mend_ends_it(views, council):
    views.catch_up(council.store)
    with views.place.writing() as connection:
        connection.execute(update(builds).values(schema=99))

    with pytest.raises(FactsLater):
        keep_up(views, council.store, trouble=lambda *_: pytest.fail("it was tried again"))


def test_a_build_that_is_dropped_in_the_middle_of_a_batch_is_left_for_the_one_that_serves(
    views, council, facts, monkeypatch
):
    tell_of(council, 3)
    views.catch_up(council.store, upto=5)
    real = runner.changed

    def changed(*words):
        monkeypatch.setattr(runner, "changed", real)
        with Views(facts) as others:  # twice, so that the first is dropped
            rebuild(others, council.store)
            rebuild(others, council.store)
        return real(*words)

    monkeypatch.setattr(runner, "changed", changed)
    views.catch_up(council.store)

    assert [one.build.number for one in views.status()] == [2, 3]
    assert verify(views, council.store).equal
