"""Where facts are kept, on each engine: what is promised of them holds in either."""

import time
from threading import Thread

import pytest
from sqlalchemy import text

from complaint_ledger.projections.faults import NoBuild
from complaint_ledger.projections.rebuild import drop_build, let_serve, rebuild
from complaint_ledger.projections.views import Views
from projections.histories import contents, received


class TestAFlip:
    def test_who_asks_meanwhile_sees_no_build_that_was_half_made_when_they_began(
        self, council, postgres_facts
    ):
        """In PostgreSQL a snapshot holds rows, and not what a view is."""
        council.tell(1, received())
        with Views(postgres_facts) as views, Views(postgres_facts) as builder:
            views.catch_up(council.store)
            council.tell(2, received())
            with views.reading() as connection:
                position = views.position(connection)
                rebuilding = Thread(target=rebuild, args=(builder, council.store))
                rebuilding.start()
                rebuilding.join(0.7)
                asked = connection.execute(text("SELECT count(*) FROM complaints")).scalar_one()

            rebuilding.join()

            assert (position, asked) == (5, 1)
            assert len(contents(views)["complaints"]) == 2


class TestBeforeTheFirstCatchUp:
    def test_nothing_is_made_by_asking(self, council, tmp_path):
        file = tmp_path / "facts"
        with Views(file) as views:
            assert views.status() == ()
            with pytest.raises(NoBuild), views.reading():
                pass
            with pytest.raises(NoBuild):
                drop_build(views, 1)
            with pytest.raises(NoBuild):
                let_serve(views, council.store)
            assert not file.exists()

            views.catch_up(council.store)
        assert file.stat().st_mode & 0o777 == 0o600

    def test_it_is_said_that_nothing_serves_yet(self, views, council):
        assert views.status() == ()
        with pytest.raises(NoBuild, match="rebuild"), views.reading():
            pass


def test_a_question_with_nothing_new_does_not_wait_for_who_writes(council, tmp_path):
    with Views(tmp_path / "facts") as views, Views(tmp_path / "facts") as another:
        views.catch_up(council.store)
        with views.place.writing():
            began = time.monotonic()
            another.catch_up(council.store)
        assert time.monotonic() - began < 10
