"""The contract can fail: each planted fault is caught by the rule that names it."""

from contextlib import contextmanager
from threading import Event as ThreadEvent
from time import sleep
from types import MappingProxyType

import attrs
import pytest

from complaint_ledger.errors import ClaimTaken, StoreError, StreamMoved
from complaint_ledger.store import Appended, StreamAppend, check_batch, check_kept_name
from complaint_ledger.testing import EventStoreContract
from complaint_ledger.testing.rules import following
from complaint_ledger_adapters.memory import MemoryAdapter, MemoryStore

pytest_plugins = ["pytester"]


class AcceptsGaps(MemoryStore):
    def append(self, batch, *, accept_clock=False):
        held = {part.stream: len(self.read(part.stream)) for part in batch}
        return super().append(
            [
                attrs.evolve(p, expected_version=held[p.stream])
                if p.expected_version > held[p.stream]
                else p
                for p in batch
            ],
            accept_clock=accept_clock,
        )


class ReusesAPosition(MemoryStore):
    """Counts from what it still holds, as a rowid does."""

    capabilities = MemoryStore.capabilities | {"durable"}  # what the rule is asked of

    def delete_newest(self, count):
        del self._events[-count:]


class RecordsHalfABatch(MemoryStore):
    def append(self, batch, *, accept_clock=False):
        check_batch(batch)
        done = [
            super(RecordsHalfABatch, self).append([p], accept_clock=accept_clock) for p in batch
        ]
        if not done:
            return super().append(batch)
        return attrs.evolve(done[0], last=done[-1].last)


class GivesAClaimTwice(MemoryStore):
    def append(self, batch, *, accept_clock=False):
        try:
            return super().append(batch, accept_clock=accept_clock)
        except ClaimTaken:
            return super().append([attrs.evolve(p, claims=()) for p in batch])


class ShowsHalfABatch(MemoryStore):
    """Does not lock whoever looks out while it writes."""

    def _record(self, part, now):
        sleep(0.001)
        super()._record(part, now)

    def tail(self, *, after=0, limit=1000):
        return self._events[after : after + limit]


class ShowsLaterPositionsFirst(MemoryStore):
    """Gives positions out before anybody can see them, as a sequence does: a reader skips."""

    def __init__(self, ledger, clock):
        super().__init__(ledger, clock)
        self._uncommitted = set()

    def append(self, batch, *, accept_clock=False):
        appended = super().append(batch, accept_clock=accept_clock)
        sleep(0.0001 * (appended.last - appended.first))
        self._uncommitted -= {*range(appended.first, appended.last + 1)}
        return appended

    def _record(self, part, now):
        first = len(self._events) + 1
        self._uncommitted |= {*range(first, first + len(part.events))}
        super()._record(part, now)

    def tail(self, *, after=0, limit=1000):
        there = super().tail(after=after, limit=1_000_000)
        return [event for event in there if event.position not in self._uncommitted][:limit]


class LeavesGaps(MemoryStore):
    """Uses a position up when it refuses, as a sequence does."""

    used_up = 0

    def append(self, batch, *, accept_clock=False):
        try:
            done = super().append(batch, accept_clock=accept_clock)
        except StoreError:
            self.used_up += 1
            raise
        return attrs.evolve(done, first=done.first + self.used_up, last=done.last + self.used_up)


class AcknowledgesTheSlower(MemoryStore):
    """Says that it has stored what it has not, as a write without a condition does."""

    def append(self, batch, *, accept_clock=False):
        try:
            return super().append(batch, accept_clock=accept_clock)
        except StreamMoved:
            head = self.head()
            return Appended(head.position, head.position, head.recorded_at)


class LosesTheNewestEvent(MemoryStore):
    """Acknowledges what is not yet on the disk."""

    def close(self):
        if self._events:
            lost = self._events.pop()
            self._streams[lost.stream].remove(lost)


class LosesTheNewestRow(MemoryStore):
    def close(self):
        if self._sealed:
            self._sealed.popitem()


class LosesASecondRow(MemoryStore):
    def _record(self, part, now):
        kept = dict(self._sealed)
        super()._record(part, now)
        self._sealed = kept | {e.sealed[0].digest: e.sealed[0] for e in part.events if e.sealed}


class LetsTimeRunBack(MemoryStore):
    def _record(self, part, now):
        super()._record(part, self.clock())


class ForgetsWhatItAcknowledged(MemoryStore):
    def _already_there(self, part):
        if len(self._streams.get(part.stream, [])) != part.expected_version:
            raise StreamMoved(part.stream, part.expected_version, len(self._streams[part.stream]))
        return super()._already_there(part)


class TakesAnyStream(MemoryStore):
    def append(self, batch, *, accept_clock=False):
        tame = [attrs.evolve(p, stream=p.stream[:32].ljust(32, "a").lower()) for p in batch]
        return super().append([p for p in tame if p.stream.isalnum()], accept_clock=accept_clock)


class KeepsRowsOfRefusedAppends(MemoryStore):
    def append(self, batch, *, accept_clock=False):
        self._sealed |= {row.digest: row for p in batch for e in p.events for row in e.sealed}
        return super().append(batch, accept_clock=accept_clock)


class ChangesBytes(MemoryStore):
    def append(self, batch, *, accept_clock=False):
        return super().append([_stripped(p) for p in batch], accept_clock=accept_clock)


def _stripped(part: StreamAppend):
    stripped = tuple(attrs.evolve(event, body=event.body.strip()) for event in part.events)
    return attrs.evolve(part, events=stripped)


class ReadsFromAPosition(MemoryStore):
    """Inclusive, where the port says exclusive."""

    def tail(self, *, after=0, limit=1000):
        return super().tail(after=max(0, after - 1), limit=limit)


class BreaksItsChains(MemoryStore):
    def _record(self, part, now):
        self._leaves.pop(part.stream, None)
        super()._record(part, now)


class KeepsTheLast(MemoryStore):
    def keep(self, name, data):
        check_kept_name(name)
        self._kept[name] = data


class RestoresTwice(MemoryStore):
    def restore(self, events, sealed, claims, kept=MappingProxyType({})):
        self._appended = False
        super().restore(events, sealed, claims, kept)


class RestoresOverAGap(MemoryStore):
    def _check_restored(self, batch, rows, claims, kept):
        """Ask nothing."""


# --- those that lie about what they can do ---------------------------------------------------------


class SaysThatItIsDurable(MemoryStore):
    capabilities = MemoryStore.capabilities | {"durable"}


class SaysThatItServesProcesses(MemoryStore):
    capabilities = MemoryStore.capabilities | {"processes"}


class SaysThatItErases(MemoryStore):
    def erase_sealed(self, digests):
        return sum(digest in self._sealed for digest in set(digests))


class SaysThatItRestores(MemoryStore):
    def restore(self, events, sealed, claims, kept=MappingProxyType({})):
        """Restore nothing."""


class SaysThatItTells(MemoryStore):
    """Is nothing to listen to."""

    listen = None


class TellsNothing(MemoryStore):
    @contextmanager
    def listen(self):
        yield ThreadEvent().wait


class TellsOnlyWhoWaits(MemoryStore):
    """Forgets whom to tell, when nobody waits at that moment."""

    @contextmanager
    def listen(self):
        def wait(seconds):
            with self._more:
                return self._more.wait(seconds)

        yield wait


class TellsAllTheTime(MemoryStore):
    @contextmanager
    def listen(self):
        yield lambda seconds: True


CAUGHT_BY = {
    AcceptsGaps: "test_a_wrong_expected_version_records_nothing",
    LeavesGaps: "test_after_a_refusal_the_next_append_leaves_no_gap",
    ReusesAPosition: "test_a_position_is_never_used_twice",
    RecordsHalfABatch: "test_a_batch_with_one_stale_part_records_nothing",
    ShowsHalfABatch: "test_a_reader_never_sees_half_a_batch",
    ShowsLaterPositionsFirst: "test_no_small_batch_overtakes_a_big_one",
    AcknowledgesTheSlower: "test_of_many_writers_one_wins",
    LosesTheNewestEvent: "test_a_reopened_ledger_has_not_forgotten",
    LosesTheNewestRow: "test_a_reopened_ledger_has_not_forgotten",
    LosesASecondRow: "test_sealed_rows_are_stored_with_their_event",
    GivesAClaimTwice: "test_a_claim_belongs_to_the_stream_that_made_it_first",
    LetsTimeRunBack: "test_time_never_runs_back",
    ForgetsWhatItAcknowledged: "test_a_lost_acknowledgement_is_recognised",
    TakesAnyStream: "test_a_hostile_stream_id_is_refused",
    KeepsRowsOfRefusedAppends: "test_a_refused_append_leaves_no_sealed_rows",
    ChangesBytes: "test_order_and_bytes_are_kept",
    ReadsFromAPosition: "test_reading_goes_on_after_a_position",
    BreaksItsChains: "test_each_event_holds_the_leaf_before_it_in_its_stream",
    KeepsTheLast: "test_other_data_under_a_name_that_is_taken_is_refused",
    RestoresTwice: "test_nothing_is_restored_into_a_store_that_was_appended_to",
    RestoresOverAGap: "test_a_batch_that_does_not_follow_is_refused_whole",
    SaysThatItIsDurable: "test_what_was_acknowledged_outlives_the_process_that_heard_so",
    SaysThatItServesProcesses: "test_another_process_sees_what_was_recorded",
    SaysThatItErases: "test_erasing_takes_sealed_rows_away_and_leaves_the_events",
    SaysThatItRestores: "test_restoring_keeps_positions_times_chains_and_claims",
    SaysThatItTells: "test_a_follower_is_told_long_before_it_looks",
    TellsNothing: "test_a_follower_is_told_long_before_it_looks",
    TellsOnlyWhoWaits: "test_what_comes_after_the_listening_began_ends_the_wait",
    TellsAllTheTime: "test_who_listens_waits_while_nothing_comes",
}


class PlantedAdapter(MemoryAdapter):
    """Makes stores with one fault."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind

    def create(self, url, ledger, clock):
        return self._stores.setdefault(url.path, self.kind(ledger, clock))


WHOLE_TEST = """
import pytest
from complaint_ledger.ids import new_id
from complaint_ledger.store import parse_url
from complaint_ledger.testing import EventStoreContract

PLANTED = None

class TestPlanted(EventStoreContract):
    @property
    def adapter(self):
        return PLANTED

    @pytest.fixture
    def new_address(self):
        return lambda: f"memory:///{new_id()}"

    def delete_newest_behind_the_back(self, address, count):
        store = PLANTED.open(parse_url(address), None)
        if not hasattr(store, "delete_newest"):
            pytest.skip("this fault is another one")
        store.delete_newest(count)
"""


class Planting:
    """Hands the adapter to the test module of the inner run."""

    def __init__(self, adapter):
        self.adapter = adapter

    def pytest_collection_modifyitems(self, items):
        for item in items:
            item.module.PLANTED = self.adapter


def outcome_of(pytester, kind, *, rule=""):
    pytester.makepyfile(WHOLE_TEST)
    planting = Planting(PlantedAdapter(kind))
    run = pytester.inline_run("-q", "-p", "no:cacheprovider", "-k", rule, plugins=[planting])
    passed, _, failed = run.listoutcomes()
    return passed, failed


@pytest.mark.parametrize("kind", CAUGHT_BY, ids=lambda kind: kind.__name__)
def test_a_planted_fault_is_caught_by_the_rule_that_names_it(pytester, monkeypatch, kind):
    rule = CAUGHT_BY[kind]
    monkeypatch.setattr(following, "AT_ONCE", 1.0)  # nobody waits long for who never tells

    _, failed = outcome_of(pytester, kind, rule=rule)

    assert any(rule in report.nodeid for report in failed)


def test_a_store_without_a_fault_is_caught_by_none_of_them(pytester):
    passed, failed = outcome_of(pytester, MemoryStore, rule=" or ".join(CAUGHT_BY.values()))

    assert not failed
    assert len(passed) >= len(CAUGHT_BY) - 1  # nobody goes behind the back of a list


def test_the_rules_that_catch_are_rules_of_the_contract():
    assert {rule for rule in CAUGHT_BY.values() if not hasattr(EventStoreContract, rule)} == set()
