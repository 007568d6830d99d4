"""The facts keep up with the ledger: nothing twice, nothing left out, and always disposable."""

import sqlite3
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import seal
from complaint_ledger.errors import UnreadableEvent
from complaint_ledger.projections import folding
from complaint_ledger.projections.build_tables import bookmarks, builds
from complaint_ledger.projections.facts import SCHEMA
from complaint_ledger.projections.faults import FactsAhead, FactsForeign, FactsUnusable
from complaint_ledger.projections.runner import Progress, position_at
from complaint_ledger.projections.views import Views, facts_as_known
from projections.histories import (
    STORIES,
    Council,
    contents,
    found,
    received,
    responded,
)

TOLD = st.lists(st.tuples(st.integers(1, 3), st.lists(STORIES, min_size=1, max_size=3)), max_size=6)


@pytest.fixture
def council():
    return Council()


@pytest.fixture
def views():
    with Views() as views:
        yield views


def fresh(store, **upto):
    """What a rebuild of everything, in one go, would hold."""
    with Views() as views:
        views.catch_up(store, batch=10**6, **upto)
        return contents(views)


class TestCatchingUp:
    @settings(deadline=None, max_examples=25)
    @given(TOLD, st.data())
    def test_however_it_is_split_it_comes_to_one_rebuild(self, told, data):
        council = Council()
        with Views() as views:
            for stream, events in told:
                council.tell(stream, *events)
                if data.draw(st.booleans()):
                    views.catch_up(council.store, batch=data.draw(st.integers(1, 4)))
            views.catch_up(council.store, batch=data.draw(st.integers(1, 9)))

            assert fresh(council.store) == contents(views)

    @settings(deadline=None, max_examples=25)
    @given(TOLD, TOLD)
    def test_what_was_known_then_never_changes(self, before, after):
        council = Council()
        for stream, events in before:
            council.tell(stream, *events)
        then = council.now
        with facts_as_known(council.store, then) as views:
            known = contents(views)
        for stream, events in after:
            council.tell(stream, *events)

        with facts_as_known(council.store, then) as views:
            assert known == contents(views)

    def test_the_facts_are_those_of_the_positions_up_to_the_bookmark(self, council, views):
        council.tell(1, received(), responded(h1="not_upheld"))
        council.tell(1, found(h1="upheld"))
        head = council.store.head().position
        views.catch_up(council.store, upto=head - 1, batch=1)

        assert fresh(council.store, upto=head - 1) == contents(views)
        assert [row[-2] for row in contents(views)["heads"]] == [0]

    def test_doing_it_again_changes_nothing(self, council, views):
        council.tell(1, received(), responded(h1="not_upheld"))
        views.catch_up(council.store)
        before = contents(views)
        views.catch_up(council.store)

        assert before == contents(views)

    def test_a_changed_complaint_replaces_its_rows(self, council, views):
        council.tell(1, received("h1", "h2"))
        council.tell(2, received())
        views.catch_up(council.store)
        council.tell(1, responded(h1="upheld"))
        views.catch_up(council.store)

        assert [len(contents(views)[name]) for name in ("complaints", "heads")] == [2, 3]

    def test_a_complaint_that_was_retracted_is_gone(self, council, views):
        [receipt] = council.tell(1, received())
        views.catch_up(council.store)
        council.tell(1, e.EntryRetracted(retracts=receipt, reason="test"))
        views.catch_up(council.store)

        assert not any(contents(views).values())

    def test_the_ledgers_own_facts_are_no_complaint(self, council, views):
        views.catch_up(council.store)

        assert not any(contents(views).values())
        with views.reading() as connection:
            assert council.store.head().position == views.position(connection)

    def test_it_says_how_far_it_is_after_each_batch(self, council, views):
        council.tell(1, received(), responded(h1="upheld"))
        told = []
        views.catch_up(council.store, batch=2, tell=told.append)

        assert [Progress(2, 6), Progress(4, 6), Progress(6, 6)] == told

    def test_nothing_that_was_sealed_reaches_the_facts(self, council, views):
        person = e.Person(id="p1", name=seal("Erica Mustermann"), contact=seal("a@example.org"))
        council.tell(1, received(complainant=person, outcome_sought=seal("an apology")))
        views.catch_up(council.store)
        held = str(contents(views))

        assert not [word for word in ("Erica", "example", "apology") if word in held]


class TestParking:
    """A complaint that cannot be folded is left out and named; the rest goes on."""

    @pytest.fixture
    def unreadable(self, council, monkeypatch):
        """Let nobody understand what was told of complaint 1 from its second event on."""
        council.tell(1, received())
        real = folding.read_fact

        def read_fact(recorded):
            if recorded.stream == f"{1:032x}" and recorded.version > 1:
                raise UnreadableEvent("event from-later is unknown here")
            return real(recorded)

        monkeypatch.setattr(folding, "read_fact", read_fact)
        return monkeypatch

    def test_it_is_left_out_and_named_and_the_others_are_counted(self, council, views, unreadable):
        views.catch_up(council.store)
        council.tell(1, responded(h1="upheld"))
        council.tell(2, received())
        views.catch_up(council.store)

        with views.reading() as connection:
            [parked] = views.parked(connection)
        assert [f"{2:032x}"] == [row[1] for row in contents(views)["complaints"]]
        assert (f"{1:032x}", 5, 6) == (parked.stream, parked.complaint, parked.position)
        assert "from-later" in parked.reason

    def test_it_is_taken_in_once_it_can_be_read(self, council, views, unreadable):
        council.tell(1, responded(h1="upheld"))
        views.catch_up(council.store)
        unreadable.undo()
        views.catch_up(council.store)

        assert fresh(council.store) == contents(views)
        with views.reading() as connection:
            assert views.parked(connection) == ()

    def test_of_an_unknown_fault_only_the_kind_is_told(self, council, views, monkeypatch):
        def journey(facts):
            raise ValueError("Erica Mustermann")

        monkeypatch.setattr(folding, "journey", journey)
        council.tell(1, received())
        views.catch_up(council.store)

        with views.reading() as connection:
            assert [one.reason for one in views.parked(connection)] == ["ValueError"]


class TestSeveralRunners:
    def test_when_another_was_faster_nothing_counts_twice(self, council, tmp_path, monkeypatch):
        for stream in range(1, 6):
            council.tell(stream, received(), responded(h1="upheld"))
        real = folding.journey
        with Views(tmp_path / "facts") as views, Views(tmp_path / "facts") as rival:

            def overtaken(facts):
                monkeypatch.setattr(folding, "journey", real)
                rival.catch_up(council.store, upto=7, batch=3)
                return real(facts)

            monkeypatch.setattr(folding, "journey", overtaken)
            views.catch_up(council.store, batch=4)

            assert fresh(council.store) == contents(views)


class TestTheFile:
    @pytest.fixture
    def file(self, tmp_path):
        return tmp_path / "facts"

    def test_it_stays_from_one_time_to_the_next(self, council, file):
        council.tell(1, received())
        with Views(file) as views:
            views.catch_up(council.store)
        with Views(file) as views:
            assert len(contents(views)["complaints"]) == 1

    def test_nobody_else_can_read_it(self, council, file):
        with Views(file) as views:
            views.catch_up(council.store)

        assert file.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("schema", [0, SCHEMA])
    def test_facts_of_another_ledger_are_refused(self, council, file, schema):
        with Views(file) as views:
            views.catch_up(council.store)
            with views.engine.begin() as connection:
                connection.execute(update(builds).values(schema=schema))
        with Views(file) as views, pytest.raises(FactsForeign, match="another ledger"):
            views.catch_up(Council().store)

    def test_facts_that_are_ahead_of_a_restored_ledger_are_refused(self, council, file):
        council.tell(1, received())
        with Views(file) as views:
            views.catch_up(council.store)
            with views.engine.begin() as connection:
                connection.execute(update(bookmarks).values(position=99))

            with pytest.raises(FactsAhead, match="rebuild --anew") as refused:
                views.catch_up(council.store)
        assert refused.value.exit_status == 3

    def test_facts_of_events_that_a_restored_ledger_replaced_are_refused(self, council, file):
        council.tell(1, received())
        with Views(file) as views:
            views.catch_up(council.store)
            with views.engine.begin() as connection:
                connection.execute(update(bookmarks).values(event="f" * 32))

            with pytest.raises(FactsAhead):
                views.catch_up(council.store)

    def test_facts_of_another_schema_are_made_anew(self, council, file):
        council.tell(1, received())
        with Views(file) as views:
            views.catch_up(council.store)
            with views.engine.begin() as connection:
                connection.execute(update(builds).values(schema=0))
                connection.exec_driver_sql("DROP VIEW decisions")
                connection.exec_driver_sql("DROP TABLE decisions_1")
                connection.exec_driver_sql("CREATE TABLE of_an_earlier_schema_1 (x)")
            views.catch_up(council.store)

            assert fresh(council.store) == contents(views)

    def test_facts_as_version_1_kept_them_are_made_anew(self, council, file):
        council.tell(1, received())
        other = sqlite3.connect(file)
        other.execute("CREATE TABLE bookmark (one, ledger, schema, position, event)")
        other.execute("INSERT INTO bookmark VALUES (1, 'x', 1, 9, 'y')")
        other.execute("CREATE TABLE complaints (complaint)")
        other.commit()
        other.close()
        with Views(file) as views:
            views.catch_up(council.store)

            assert fresh(council.store) == contents(views)

    def test_a_file_that_holds_something_else_is_left_alone(self, council, file):
        other = sqlite3.connect(file)
        other.execute("CREATE TABLE events (position)")
        other.close()
        before = file.read_bytes()
        with Views(file) as views, pytest.raises(FactsForeign, match="nothing was changed"):
            views.catch_up(council.store)

        assert before == file.read_bytes()

    def test_a_damaged_file_is_refused_with_the_mend(self, council, file):
        file.write_text("not a database, and long enough to be looked at as if it were one" * 20)
        with Views(file) as views, pytest.raises(FactsUnusable, match="facts are made anew"):
            views.catch_up(council.store)

    def test_a_folder_that_is_not_there_is_refused(self, council, tmp_path):
        with (
            Views(tmp_path / "nowhere" / "facts") as views,
            pytest.raises(FactsUnusable, match="No such file"),
        ):
            views.catch_up(council.store)


class TestKnownThen:
    def test_what_is_known_at_a_time_is_a_prefix_of_positions(self, council):
        start = council.now
        council.tell(1, received(), responded(h1="upheld"))
        council.tell(2, received())
        moments = (-1, 0, 1, 2, 9)

        assert [
            position_at(council.store, start + timedelta(minutes=minutes)) for minutes in moments
        ] == [0, 4, 6, 7, 7]

    def test_a_decision_recorded_later_is_not_known_then_though_it_is_dated_earlier(self, council):
        council.tell(1, received(), responded(h1="not_upheld"))
        then = council.now
        council.tell(1, found(date(2025, 12, 1), h1="upheld"))

        with facts_as_known(council.store, then) as views:
            assert len(contents(views)["decisions"]) == 1
        with facts_as_known(council.store, council.now) as views:
            assert len(contents(views)["decisions"]) == 2
