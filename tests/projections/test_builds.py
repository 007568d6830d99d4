"""However it is caught up, rebuilt, broken off and taken back: what serves is one fresh fold."""

from contextlib import suppress
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from complaint_ledger.projections.faults import NoBuild
from complaint_ledger.projections.rebuild import drop_build, let_serve, rebuild
from complaint_ledger.projections.verifying import verify
from complaint_ledger.projections.views import Views
from projections.histories import STORIES, Council, contents


class BrokenOff(Exception):
    """Somebody pulled the plug."""


def after_batches(number):
    """Return what is told of each batch, and breaks off after *number* of them."""
    left = iter(range(number))

    def tell(_):
        if next(left, None) is None:
            raise BrokenOff

    return tell


def fresh(store, upto):
    with Views() as views:
        views.catch_up(store, upto=upto, batch=10**6)
        return contents(views)


class Builds(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.council = Council()
        self.folder = TemporaryDirectory()
        self.views = Views(f"{self.folder.name}/facts")
        self.views.catch_up(self.council.store, upto=1)
        self.served = 0

    def teardown(self):
        assert fresh(self.council.store, self.served) == contents(self.views)
        self.views.close()
        self.folder.cleanup()

    @rule(stream=st.integers(1, 4), events=st.lists(STORIES, min_size=1, max_size=3))
    def something_is_recorded(self, stream, events):
        self.council.tell(stream, *events)

    @rule(batch=st.integers(1, 5), back=st.integers(0, 3))
    def it_is_caught_up(self, batch, back):
        head = self.council.store.head().position
        self.views.catch_up(self.council.store, upto=head - back, batch=batch)

    @rule(batch=st.integers(1, 5), batches=st.integers(0, 4))
    def a_catch_up_is_broken_off(self, batch, batches):
        with suppress(BrokenOff):
            self.views.catch_up(self.council.store, batch=batch, tell=after_batches(batches))

    @rule(
        batch=st.integers(1, 5),
        batches=st.integers(0, 9),
        anew=st.booleans(),
        serve=st.booleans(),
    )
    def a_rebuild_is_begun_or_resumed_and_perhaps_broken_off(self, batch, batches, anew, serve):
        tell = after_batches(batches)
        with suppress(BrokenOff):
            rebuild(self.views, self.council.store, batch=batch, tell=tell, anew=anew, serve=serve)

    @rule(batch=st.integers(1, 9))
    def it_is_rebuilt(self, batch):
        rebuild(self.views, self.council.store, batch=batch)

    @rule()
    def it_is_taken_back(self):
        try:
            let_serve(self.views, self.council.store)
        except NoBuild:
            assert "kept" not in self.states().values()

    @precondition(lambda self: len(self.states()) > 1)
    @rule(data=st.data())
    def a_build_is_dropped(self, data):
        number = data.draw(st.sampled_from([*self.states()]))
        try:
            drop_build(self.views, number)
        except NoBuild:
            assert self.states()[number] == "serving"

    def states(self):
        return {one.build.number: one.build.state for one in self.views.status()}

    @invariant()
    def what_serves_is_a_fresh_fold_and_never_goes_back(self):
        with self.views.reading() as connection:
            position = self.views.position(connection)
        assert position >= self.served
        self.served = position
        assert verify(self.views, self.council.store).equal

    @invariant()
    def one_serves_and_at_most_one_is_kept_to_go_back_to(self):
        states = [*self.states().values()]
        assert states.count("serving") == 1
        assert states.count("kept") <= 1
        assert states.count("building") <= 1


TestBuilds = Builds.TestCase
TestBuilds.settings = settings(deadline=None, max_examples=12, stateful_step_count=12)
