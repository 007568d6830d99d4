"""Facts are made anew beside what serves: resumed after a kill, stopped by what cannot be folded."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import event, insert, text, update

from complaint_ledger.errors import BadValue, ComplaintLedgerError, UnreadableEvent
from complaint_ledger.projections import build_tables, builds, folding, workers
from complaint_ledger.projections.faults import (
    BuildGone,
    FactsAhead,
    FactsForeign,
    FactsLater,
    FactsUnusable,
    NoBuild,
    RebuildStopped,
)
from complaint_ledger.projections.first_pass import end_first_pass, first_pass
from complaint_ledger.projections.rebuild import drop_build, let_serve, rebuild
from complaint_ledger.projections.trends import answer, trend
from complaint_ledger.projections.verifying import verify
from complaint_ledger.projections.views import Views
from complaint_ledger.store import adapter, parse_url, system_clock
from projections.histories import Council, contents, found, received, responded
from rebuilding.ledgers import large_ledger
from rebuilding.trial import a_worker_of


@pytest.fixture
def told(council):
    """Three complaints."""
    for stream in (1, 2, 3):
        council.tell(stream, received(), responded(h1="not_upheld"))
    return council.store


def states(views):
    return {one.build.number: one.build.state for one in views.status()}


def position(views):
    with views.reading() as connection:
        return views.position(connection)


class Stop(Exception):
    pass


def stop(_):
    raise Stop


def break_off(views, store, **how):
    with pytest.raises(Stop):
        rebuild(views, store, batch=1, tell=stop, **how)


class TestByHand:
    def test_it_serves_and_the_one_before_is_kept(self, views, told):
        views.catch_up(told)
        rebuild(views, told)

        assert states(views) == {1: "kept", 2: "serving"}
        assert verify(views, told).equal

    def test_only_one_is_kept(self, views, told):
        views.catch_up(told)
        for _ in range(3):
            rebuild(views, told)

        assert states(views) == {3: "kept", 4: "serving"}

    def test_it_stands_beside_until_it_is_let_serve(self, views, told, council):
        views.catch_up(told)
        rebuild(views, told, serve=False)
        assert states(views) == {1: "serving", 2: "building"}
        council.tell(1, found(h1="upheld"))
        let_serve(views, told, 2)

        assert states(views) == {1: "kept", 2: "serving"}
        assert position(views) == told.head().position

    def test_the_same_trends_are_asked_of_a_build_that_does_not_serve(self, views, told, council):
        views.catch_up(told)
        council.tell(1, found(h1="upheld"))
        rebuild(views, told, serve=False)

        def asked(**build):
            with views.reading(**build) as connection:
                told = answer(trend("overturn"), connection, "service")
                return views.position(connection), told.heads

        assert asked() == asked(build=1)
        assert asked()[0] < asked(build=2)[0]
        assert asked()[1] != asked(build=2)[1]

    def test_taken_back_it_is_kept_up_first(self, views, told, council):
        views.catch_up(told)
        rebuild(views, told)
        council.tell(4, received())
        views.catch_up(told)
        let_serve(views, told)

        assert states(views) == {1: "serving", 2: "kept"}
        assert position(views) == told.head().position
        assert verify(views, told).equal

    def test_nothing_to_go_back_to_is_said(self, views, told):
        views.catch_up(told)
        with pytest.raises(NoBuild, match="one is kept after each rebuild"):
            let_serve(views, told)
        with pytest.raises(NoBuild, match="no build 9"):
            let_serve(views, told, 9)

    def test_what_serves_cannot_be_dropped(self, views, told):
        views.catch_up(told)
        rebuild(views, told)
        assert drop_build(views, 1).state == "kept"
        with pytest.raises(NoBuild, match="build 2 serves"):
            drop_build(views, 2)

    def test_half_made_it_is_not_let_serve_nor_asked_nor_compared(self, views, told):
        views.catch_up(told)
        break_off(views, told)
        for do in (
            lambda: let_serve(views, told, 2),
            lambda: verify(views, told, build=2),
            lambda: views.reading(2).__enter__(),
        ):
            with pytest.raises(NoBuild, match=r"not ready.*rebuild` goes on"):
                do()

    def test_in_memory_no_other_process_can_take_part(self, told):
        with Views() as views, pytest.raises(BadValue, match="give 1"):
            rebuild(views, told, workers=2)


class TestBrokenOff:
    def test_it_is_resumed_where_it_was(self, views, told):
        views.catch_up(told)
        break_off(views, told)
        [_, half] = views.status()
        seen = []
        assert rebuild(views, told, batch=1, tell=seen.append).number == 2

        assert half.position == 1
        assert seen[0].position == 2
        assert verify(views, told).equal

    def test_anew_it_begins_again_under_another_number(self, views, told):
        views.catch_up(told)
        break_off(views, told)
        seen = []
        assert rebuild(views, told, batch=1, tell=seen.append, anew=True).number == 3

        assert seen[0].position == 1
        assert states(views) == {1: "kept", 3: "serving"}

    def test_who_was_at_one_that_was_given_up_does_not_go_on_with_the_next(
        self, views, told, council
    ):
        """The target is another: what was recorded between the two would be missing."""
        views.catch_up(told)
        break_off(views, told)
        with views.place.reading() as connection:
            given_up = builds.build_numbered(connection, 2)
        council.tell(1, found(h1="upheld"))
        break_off(views, told, anew=True)
        first_pass(views.place, told, given_up)
        with pytest.raises(BuildGone, match="dropped"):
            end_first_pass(views.place, told, given_up)
        rebuild(views, told)

        assert states(views) == {1: "kept", 3: "serving"}
        assert verify(views, told).equal

    def test_dropped_while_it_is_made_it_never_serves(self, views, told):
        views.catch_up(told)

        def dropping(_):
            if 2 in states(views):
                drop_build(views, 2)

        with pytest.raises(BuildGone, match="build 2 was dropped"):
            rebuild(views, told, batch=1, tell=dropping)
        assert states(views) == {1: "serving"}
        assert len(contents(views)["complaints"]) == 3

    def test_two_at_once_make_one(self, views, told, facts):
        views.catch_up(told)
        seen, problems = [], []

        def another():
            try:
                with Views(facts) as others:
                    rebuild(others, told, batch=1, tell=lambda _: seen.append(None))
            except ComplaintLedgerError as error:
                problems.append(error)

        threads = []

        def begin_another(_):
            if not threads:
                threads.append(Thread(target=another))
                threads[0].start()

        rebuild(views, told, batch=1, tell=begin_another)
        threads[0].join()

        assert not problems
        assert verify(views, told).equal
        assert [*states(views).values()].count("serving") == 1


class TestWhatCannotBeFolded:
    @pytest.fixture
    def unreadable(self, monkeypatch):
        real = folding.read_fact

        def read_fact(recorded):
            if recorded.stream == f"{2:032x}" and recorded.version > 1:
                raise UnreadableEvent("event from-later is unknown here")
            return real(recorded)

        monkeypatch.setattr(folding, "read_fact", read_fact)
        return monkeypatch

    def test_it_stops_is_named_and_goes_on_after_the_mend(self, views, told, unreadable):
        views.catch_up(told)
        with pytest.raises(RebuildStopped, match=f"{2:032x} .*from-later.* serves goes on"):
            rebuild(views, told)
        assert states(views) == {1: "serving", 2: "building"}
        assert len(contents(views)["complaints"]) == 2
        unreadable.undo()

        assert rebuild(views, told).number == 2
        assert verify(views, told).equal

    def test_a_build_that_a_question_began_and_left_it_out_of_is_stopped_too(
        self, views, told, unreadable
    ):
        with pytest.raises(Stop):
            views.catch_up(told, batch=100, tell=stop)
        with pytest.raises(RebuildStopped, match=f"{2:032x}"):
            rebuild(views, told)
        unreadable.undo()
        rebuild(views, told)

        assert verify(views, told).equal
        assert len(contents(views)["complaints"]) == 3

    def test_what_served_may_serve_again_without_it(self, views, told, council, unreadable):
        unreadable.undo()
        views.catch_up(told)
        rebuild(views, told)
        council.tell(4, received())

        def read_fact(recorded):
            raise UnreadableEvent("event from-later is unknown here")

        unreadable.setattr(folding, "read_fact", read_fact)
        views.catch_up(told)
        let_serve(views, told)

        [now, _] = views.status()
        assert (now.build.state, [one.stream for one in now.parked]) == ("serving", [f"{4:032x}"])


class TestOtherVersionsAndLedgers:
    def set_schema(self, views, schema):
        with views.place.writing() as connection:
            connection.execute(update(build_tables.builds).values(schema=schema))

    def test_what_a_later_program_made_is_left_alone(self, views, told):
        views.catch_up(told)
        self.set_schema(views, 99)
        for do in (rebuild, let_serve, verify, lambda *both: both[0].catch_up(both[1])):
            with pytest.raises((FactsLater, NoBuild)) as refused:
                do(views, told)
            assert refused.value.exit_status == 3
        assert states(views) == {1: "serving"}

    def test_what_an_earlier_program_made_serves_until_the_flip(self, views, told, council):
        views.catch_up(told)
        self.set_schema(views, 1)
        break_off(views, told)
        assert states(views) == {1: "serving", 2: "building"}
        with views.place.reading() as connection:
            assert connection.execute(text("SELECT count(*) FROM complaints")).scalar() == 3
        rebuild(views, told)

        assert states(views) == {1: "kept", 2: "serving"}
        with pytest.raises(NoBuild, match="version 1 of the facts"):
            verify(views, told, build=1)
        with pytest.raises(NoBuild, match="can serve again"):
            let_serve(views, told)

    def test_half_made_facts_of_another_ledger_are_refused(self, views, told):
        with pytest.raises(Stop):
            views.catch_up(told, batch=1, tell=stop)
        with pytest.raises(FactsForeign):
            views.catch_up(Council().store)
        with pytest.raises(FactsForeign):
            rebuild(views, Council().store)


class Restored:
    """A ledger that was restored from a backup of position *end*, and then recorded in anew."""

    def __init__(self, store, end, then=()):
        self.events = [*store.tail(limit=end), *then]
        self.ledger = store.ledger
        self.capabilities = store.capabilities

    def head(self):
        return self.events[-1]

    def tail(self, *, after=0, limit=1000):
        return self.events[after:][:limit]

    def read(self, stream, *, after=0, upto=None):
        return [
            e for e in self.events
            if e.stream == stream and e.version > after and (upto is None or e.version <= upto)
        ]  # fmt: skip


class TestALedgerThatWasRestored:
    def test_facts_that_are_ahead_are_made_anew(self, views, told):
        views.catch_up(told)
        restored = Restored(told, 6)
        for do in (lambda: views.catch_up(restored), lambda: verify(views, restored)):
            with pytest.raises(FactsAhead, match="rebuild --anew"):
                do()
        rebuild(views, restored, anew=True)

        assert position(views) == 6
        assert verify(views, restored).equal
        with pytest.raises(FactsAhead):
            let_serve(views, restored)

    def test_with_a_parked_complaint_too(self, views, told):
        views.catch_up(told)
        with views.place.writing() as connection:
            row = {"build": 1, "stream": f"{3:032x}", "complaint": 9, "position": 9}
            connection.execute(insert(build_tables.parked), row | {"reason": "x", "tried_at": ""})
        with pytest.raises(FactsAhead):
            views.catch_up(Restored(told, 6))

    @pytest.mark.parametrize("batches", [1, 7])
    def test_a_rebuild_does_not_go_on_though_the_ledger_grew_again(self, views, told, batches):
        """What is folded so far is of events up to the target, wherever the bookmarks are."""
        views.catch_up(told)
        left = iter(range(batches))
        with pytest.raises(Stop):
            rebuild(views, told, batch=1, tell=lambda _: next(left, None) is None and stop(_))
        other = Council()
        for stream in (1, 2, 3):
            other.tell(stream, received(), responded(h1="upheld"))
        grown = Restored(told, 8, other.store.tail(after=8))
        with pytest.raises(FactsAhead, match="rebuild --anew` begins again"):
            rebuild(views, grown)
        rebuild(views, grown, anew=True)

        assert verify(views, grown).equal


class TestAFullDisk:
    def test_what_serves_goes_on_and_so_does_the_rebuild_once_there_is_room(
        self, tmp_path, council
    ):
        with Views(tmp_path / "facts") as views:
            views.catch_up(council.store)
            pages = []

            @event.listens_for(views.engine, "begin")
            def limited(connection):
                if pages:
                    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages[0]}")

            with views.place.reading() as connection:
                used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            for stream in range(1, 200):
                council.tell(stream, received("h1", "h2", "h3"), responded(h1="upheld"))
            before = contents(views)
            pages.append(used + 20)
            for do in (lambda: views.catch_up(council.store, batch=50),
                       lambda: rebuild(views, council.store, batch=50)):  # fmt: skip
                with pytest.raises(FactsUnusable, match=r"full.*make room") as refused:
                    do()
                assert refused.value.passing
                with views.reading() as connection:
                    done = views.position(connection)
            with Views() as fresh:
                fresh.catch_up(council.store, upto=done)
                assert contents(fresh) == contents(views)
            assert len(before["complaints"]) <= len(contents(views)["complaints"]) < 199
            pages[0] = 10**6
            rebuild(views, council.store)
            views.catch_up(council.store)

            assert verify(views, council.store).equal


COORDINATOR = """
import sys
from complaint_ledger.projections.rebuild import rebuild
from complaint_ledger.projections.views import Views
from complaint_ledger.store import adapter, parse_url, system_clock

def tell(progress):
    if progress.position >= progress.head / 3:
        print(progress.position, flush=True)

ledger, facts = sys.argv[1:]
store = adapter("sqlite").open(parse_url(ledger), system_clock)
rebuild(Views(facts), store, ledger=ledger, workers=2, batch=10, tell=tell)
"""


class TestKilled:
    @pytest.fixture
    def ledger(self, tmp_path):
        url = f"sqlite:///{tmp_path / 'council.db'}"
        large_ledger(url, 1_600)
        return url

    @pytest.fixture
    def store(self, ledger):
        with closing(adapter("sqlite").open(parse_url(ledger), system_clock)) as store:
            yield store

    def test_with_its_workers_it_is_resumed_and_nothing_is_done_twice(
        self, views, store, ledger, facts
    ):
        views.catch_up(store)
        command = [sys.executable, "-c", COORDINATOR, ledger, facts]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as coordinator:
            seen = int(coordinator.stdout.readline())
            worker = a_worker_of(coordinator.pid)
            coordinator.kill()
        while Path(f"/proc/{worker}").exists():  # it ends by itself
            os.sched_yield()
        [_, half] = views.status()
        assert seen <= half.position < half.build.target
        told = []
        assert rebuild(views, store, batch=40, tell=told.append).number == 2

        assert told[0].position > half.position
        assert verify(views, store).equal


class TestWorkersThatEnd:
    @pytest.fixture
    def facts(self, tmp_path):
        return str(tmp_path / "council.facts")

    def test_a_worker_that_dies_again_and_again_is_given_up(
        self, views, told, tmp_path, monkeypatch
    ):
        dying = tmp_path / "dying"
        dying.write_text("#!/bin/sh\nkill -9 $$\n")
        dying.chmod(0o755)
        with monkeypatch.context() as patched:
            patched.setattr(workers.sys, "executable", str(dying))
            patched.setattr(workers, "_LOOK", 0.02)
            with pytest.raises(RebuildStopped, match=f"6 times with status -{signal.SIGKILL:d}"):
                rebuild(views, told, ledger="sqlite:///x.db", workers=2)
        assert rebuild(views, told).number == 1
        assert verify(views, told).equal

    def test_a_worker_that_cannot_open_the_ledger_says_so(self, views, told, tmp_path):
        with pytest.raises(RebuildStopped, match="no ledger"):
            rebuild(views, told, ledger=f"sqlite:///{tmp_path}/nowhere.db", workers=1 + 1)
