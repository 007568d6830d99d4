"""
A store against a model of it: Hypothesis looks for the order of calls that breaks it.

    class CouncilMachine(EventStoreMachine):
        adapter = ADAPTER

        def new_address(self):
            return f"council:///{new_id()}"

    TestCouncilMachine = CouncilMachine.TestCase
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from complaint_ledger.errors import (
    ClaimTaken,
    ClockRefused,
    EventIdTaken,
    KeptAlready,
    PartialOverlap,
    StoreError,
    StreamMoved,
)
from complaint_ledger.store import (
    BACKWARD,
    FORWARD,
    Adapter,
    Appended,
    EventStore,
    NewEvent,
    SealedRow,
    StreamAppend,
    parse_url,
)
from complaint_ledger.testing.rules.scene import ManualClock
from complaint_ledger.testing.whole import check_whole

STREAMS: Final = tuple(digit * 32 for digit in "0123")
CLAIMS: Final = ("reference/1", "reference/2", "reference/3")
NAMES: Final = ("checkpoint/1", "checkpoint/10", "checkpoint/2", "tree/0/1")

streams = st.sampled_from(STREAMS)
numbers = st.integers(0, 12)


@attrs.frozen
class Plan:
    """What one part of a batch is to be like."""

    stream: str
    wrong_by: int
    events: tuple[tuple[bytes, bool], ...]
    claims: tuple[str, ...]


plans = st.builds(
    Plan,
    stream=streams,
    wrong_by=st.sampled_from([0] * 8 + [-1, 1, 5]),
    events=st.lists(st.tuples(st.binary(max_size=20), st.booleans()), min_size=1, max_size=3).map(
        tuple
    ),
    claims=st.lists(st.sampled_from(CLAIMS), max_size=1).map(tuple),
)


@attrs.frozen
class Line:
    """One event as the model keeps it."""

    stream: str
    event: NewEvent
    recorded_at: datetime


class EventStoreMachine(RuleBasedStateMachine):
    """
    Random calls to a store and to a list of lines, which must agree.

    Attributes:
        adapter: Whose stores are tested; a subclass says it.
        may_erase: Whether sealed rows are erased too, where the store declares that it can.
    """

    adapter: ClassVar[Adapter]
    may_erase: ClassVar[bool] = True

    def new_address(self) -> str:
        """Return an address where no ledger is yet."""
        raise NotImplementedError("an adapter's tests say where a new ledger may go")

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.url = parse_url(self.new_address())
        self.store: EventStore = self.adapter.create(self.url, "e" * 32, self.clock)
        self.lines: list[Line] = []
        self.claims: dict[str, str] = {}
        self.rows: dict[str, SealedRow] = {}
        self.erased: set[str] = set()
        self.kept: dict[str, bytes] = {}
        self.accepted: list[tuple[list[StreamAppend], Appended]] = []
        self.made = 0

    def teardown(self) -> None:
        """Let go of the store."""
        self.store.close()

    # --- the model -------------------------------------------------------------------------------

    def held(self, stream: str) -> list[tuple[int, Line]]:
        """Return the lines of *stream*, with their positions."""
        return [(n, line) for n, line in enumerate(self.lines, 1) if line.stream == stream]

    def new_id(self) -> str:
        """Return an id that was not there before."""
        self.made += 1
        return f"{self.made:032x}"

    def last(self) -> datetime | None:
        """Return when the last line was recorded."""
        return self.lines[-1].recorded_at if self.lines else None

    def batch(self, planned: list[Plan]) -> list[StreamAppend]:
        """Return the batch that was *planned*."""
        parts = []
        for plan in planned:
            events = []
            for body, with_row in plan.events:
                event_id = self.new_id()
                row = SealedRow(event_id, "p1", event_id, "A256GCM", b"n" * 12, body)
                events.append(
                    NewEvent(event_id, "response-sent", 1, body, (row,) if with_row else ())
                )
            parts.append(
                StreamAppend(
                    stream=plan.stream,
                    expected_version=max(0, len(self.held(plan.stream)) + plan.wrong_by),
                    events=tuple(events),
                    claims=plan.claims,
                )
            )
        return parts

    def objections(self, batch: list[StreamAppend], *, accept_clock: bool) -> set[type[StoreError]]:
        """Return what speaks against recording *batch*, whose events are all new."""
        found: set[type[StoreError]] = set()
        claims = dict(self.claims)
        for part in batch:
            if part.expected_version != len(self.held(part.stream)):
                found.add(StreamMoved)
            for claim in part.claims:
                if claims.setdefault(claim, part.stream) != part.stream:
                    found.add(ClaimTaken)
        last = self.last()
        if last and not accept_clock and not -BACKWARD <= self.clock.now - last <= FORWARD:
            found.add(ClockRefused)
        return found

    # --- recording -------------------------------------------------------------------------------

    @rule(
        planned=st.lists(plans, min_size=1, max_size=3, unique_by=lambda plan: plan.stream),
        accept_clock=st.sampled_from([False, False, False, True]),
    )
    def append(self, planned: list[Plan], accept_clock: bool) -> None:
        """Record new events; refused when anything speaks against it."""
        batch = self.batch(planned)
        if objections := self.objections(batch, accept_clock=accept_clock):
            with pytest.raises(tuple(objections)):
                self.store.append(batch, accept_clock=accept_clock)
            return
        last = self.last()
        now = max(self.clock.now, last + timedelta(microseconds=1)) if last else self.clock.now
        first = len(self.lines) + 1
        for part in batch:
            self.lines += [Line(part.stream, event, now) for event in part.events]
            self.claims |= dict.fromkeys(part.claims, part.stream)
            self.rows |= {row.digest: row for event in part.events for row in event.sealed}
        expected = Appended(first, len(self.lines), now)
        assert expected == self.store.append(batch, accept_clock=accept_clock)
        self.accepted.append((batch, attrs.evolve(expected, already_there=True)))

    @rule()
    def append_nothing(self) -> None:
        """Record an empty batch."""
        assert Appended(0, 0, None) == self.store.append([], accept_clock=True)

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        """Send again what was acknowledged before."""
        batch, acknowledged = data.draw(st.sampled_from(self.accepted))
        assert acknowledged == self.store.append(batch)

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def retry_and_more(self, data: st.DataObject) -> None:
        """Send again what was acknowledged before, with an event more or another one."""
        batch, _ = data.draw(st.sampled_from(self.accepted))
        at = data.draw(st.integers(0, len(batch) - 1))
        kept = data.draw(st.integers(1, len(batch[at].events)))
        extra = NewEvent(self.new_id(), "response-sent", 1, b"extra")
        events = (*batch[at].events[:kept], extra)
        changed = [*batch[:at], attrs.evolve(batch[at], events=events), *batch[at + 1 :]]
        with pytest.raises(PartialOverlap):
            self.store.append(changed)

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), stream=streams)
    def repeat_an_id(self, data: st.DataObject, stream: str) -> None:
        """Send an event's id again, for another place."""
        event = data.draw(st.sampled_from(self.lines)).event
        part = StreamAppend(
            stream=stream,
            expected_version=len(self.held(stream)),
            events=(attrs.evolve(event, sealed=()),),
        )
        with pytest.raises(EventIdTaken):
            self.store.append([part], accept_clock=True)

    @rule(name=st.sampled_from(NAMES), data=st.sampled_from([b"", b"a hash", b"another"]))
    def keep(self, name: str, data: bytes) -> None:
        """Keep something; refused where it is something else than before."""
        if self.kept.setdefault(name, data) == data:
            self.store.keep(name, data)
        else:
            with pytest.raises(KeptAlready):
                self.store.keep(name, data)

    @rule(hours=st.sampled_from([-600, -25, -24, -1, 0, 1, 24, 366 * 24, 367 * 24, 9_000]))
    def jump(self, hours: int) -> None:
        """Move the clock."""
        self.clock.move(timedelta(hours=hours))

    # --- reading ---------------------------------------------------------------------------------

    @rule(stream=streams, after=numbers, upto=st.none() | numbers)
    def read(self, stream: str, after: int, upto: int | None) -> None:
        """Read a part of a stream."""
        expected = [(p, line.event.id, line.event.body) for p, line in self.held(stream)]
        found = self.store.read(stream, after=after, upto=upto)
        assert expected[after:upto] == [(one.position, one.id, one.body) for one in found]

    @rule(after=numbers, limit=numbers)
    def tail(self, after: int, limit: int) -> None:
        """Read on from anywhere."""
        expected = [(line.stream, line.event.id) for line in self.lines[after : after + limit]]
        found = self.store.tail(after=after, limit=limit)
        assert expected == [(one.stream, one.id) for one in found]
        assert [line.recorded_at for line in self.lines[after : after + limit]] == [
            one.recorded_at for one in found
        ]

    @rule(
        prefix=st.sampled_from(["", "checkpoint/", "checkpoint/1", "tree/1"]),
        after=st.sampled_from(["", *NAMES, "t"]),
    )
    def read_kept(self, prefix: str, after: str) -> None:
        """Read a part of what is kept."""
        expected = [(n, d) for n, d in self.kept.items() if n.startswith(prefix) and n > after]
        assert sorted(expected) == list(self.store.kept(prefix, after=after))

    # --- sealed rows -----------------------------------------------------------------------------

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        """Erase some sealed rows, where the store can."""
        if self.may_erase and "erase" in self.store.capabilities:
            wanted = set(data.draw(st.lists(st.sampled_from(sorted(self.rows)), max_size=3)))
            assert len(wanted) == self.store.erase_sealed(wanted)
            self.erased |= wanted
            for digest in wanted:
                del self.rows[digest]

    # --- at every moment -------------------------------------------------------------------------

    @rule()
    def reopen(self) -> None:
        """Close the ledger and open it again."""
        self.store.close()
        self.store = self.adapter.open(self.url, self.clock)

    @invariant()
    def is_whole(self) -> None:
        """The ledger is whole, and holds what the model holds."""
        assert len(self.lines) == check_whole(self.store)
        assert self.rows == self.store.sealed([*self.rows, *self.erased])
        assert sorted(self.claims.items()) == list(self.store.claims())
        held: dict[str, Any] = {claim: self.store.claimed_by(claim) for claim in CLAIMS}
        assert {claim: self.claims.get(claim) for claim in CLAIMS} == held
