"""Where facts are kept, on each engine: what is promised of them holds in either."""

from threading import Thread

from sqlalchemy import text

from complaint_ledger.projections.rebuild import rebuild
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
