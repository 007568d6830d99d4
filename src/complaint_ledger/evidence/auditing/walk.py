"""
Every entry of a ledger read again, once and in order.

Nothing that is kept beside the entries is trusted here. What is carried along is one
head for each stream and eight bytes for each event id.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from complaint_ledger.errors import BadValue, UnreadableEvent
from complaint_ledger.evidence import entries
from complaint_ledger.evidence.auditing.bodies import claimed_in, content_of
from complaint_ledger.evidence.auditing.chains import Head
from complaint_ledger.evidence.auditing.facts import TOLD, Facts
from complaint_ledger.evidence.auditing.growing import Growing
from complaint_ledger.evidence.auditing.heads import SealedHeads
from complaint_ledger.evidence.auditing.problems import Problems
from complaint_ledger.evidence.auditing.values import Values
from complaint_ledger.recording import reference_claim
from complaint_ledger.store import (
    LEDGER_STREAM,
    EventStore,
    RecordedEvent,
    check_event,
    check_stream,
)

PAGE: Final = 1024
"""Entries read at once."""

_CLAIMING: Final = frozenset({"complaint-received", "entry-corrected"})


class Walk:
    """
    The way through all entries up to position *end*.

    Args:
        store: Where they are.
        end: How many there should be.
        growing: Takes their leaves.
        sealed: Takes what changed among the heads.
        facts: Takes what the ledger's own entries say.
        values: Takes what is sealed; None where it is not to be opened.
        problems: Takes what is wrong.
        receipt: A leaf to look out for.

    Attributes:
        heads: The last entry of each stream, in order of the first entries.
        read: How many entries there were.
        last_at: When the last one was recorded.
        gap: The first position that nothing stands at, or whose place another has taken; behind
            it no root can be worked out.
        found: The entry with the leaf *receipt*.
    """

    def __init__(
        self,
        store: EventStore,
        end: int,
        growing: Growing,
        sealed: SealedHeads,
        facts: Facts,
        values: Values | None,
        problems: Problems,
        receipt: bytes | None = None,
    ) -> None:
        self.heads: dict[str, Head] = {}
        self.read = 0
        self.last_at: datetime | None = None
        self.gap: int | None = None
        self.found: RecordedEvent | None = None
        self._store = store
        self._ledger = store.ledger
        self._end = end
        self._growing = growing
        self._sealed = sealed
        self._facts = facts
        self._values = values
        self._problems = problems
        self._receipt = receipt
        self._expected = 1
        self._written = ""
        self._named: set[tuple[str, int]] = set()
        self._ids = array("Q")

    def pages(self) -> Iterator[int]:
        """Read on, page for page; yield how many entries were read so far."""
        after = 0
        while after < self._end:
            page = self._page(after)
            if not page:
                break
            self._take(page)
            yield self.read
            after = page[-1].position
        if self._expected <= self._end:
            self._missing(self._expected, self._end)

    def twice(self) -> None:
        """Look for event ids that stand twice: the first half of each, then what is left."""
        firsts = sorted(self._ids)
        alike = {one for one, other in pairwise(firsts) if one == other}
        if not alike:
            return
        places: dict[str, int] = {}
        after = 0
        while after < self._end and (page := self._page(after)):
            for one in page:
                if _half(one.id) in alike and places.setdefault(one.id, one.position) != (
                    one.position
                ):
                    self._problems.at(
                        one.position, f"its event id is that of position {places[one.id]}"
                    )
            after = page[-1].position

    def _page(self, after: int) -> Sequence[RecordedEvent]:
        limit = min(PAGE, self._end - after)
        try:
            page = self._store.tail(after=after, limit=limit)
        except (TypeError, ValueError, OverflowError):
            page = self._one_by_one(after, limit)
        return [one for one in page if one.position <= self._end]

    def _one_by_one(self, after: int, limit: int) -> list[RecordedEvent]:
        """Read around what the store cannot make an event of."""
        page: list[RecordedEvent] = []
        for position in range(after + 1, after + limit + 1):
            try:
                found = self._store.tail(after=position - 1, limit=1)
            except (TypeError, ValueError, OverflowError):
                self._problems.at(position, "a column does not hold what it should")
            else:
                page += [one for one in found if one.position == position]
        return page

    def _take(self, page: Sequence[RecordedEvent]) -> None:
        leaves: list[bytes] = []
        heads, problems, sealed = self.heads, self._problems, self._sealed
        changed, next_seal, told = sealed.changed, sealed.next, self._told
        for one in page:
            position, stream = one.position, one.stream
            if position != self._expected:
                self._missing(self._expected, position - 1)
            self._expected = position + 1
            head = heads.get(stream) or self._begin(one)
            if one.recorded_at != self.last_at:
                self._moment(one)
            leaf = self._leaf(one, one.prev)
            before, version = head.position, head.version + 1
            if one.version != version:
                version = self._unfit(head, one)
            elif not before:
                if one.prev is not None:
                    problems.at(position, "it names an entry before it; it is its stream's first")
            elif not head.follows(one.prev, problems):
                head.hold(before, self._leaf(one, head.leaf))
            head.position, head.version, head.leaf = position, version, leaf
            leaves.append(leaf)
            try:
                told(one, head, content_of(one))
            except (UnreadableEvent, AttributeError) as error:
                problems.at(position, _why(error))
            changed[stream] = head
            if position == next_seal:
                next_seal = sealed.seal()
        self.read += len(page)
        self._remember(page, leaves)
        if self._values:
            self._values.settle()

    def _told(self, one: RecordedEvent, head: Head, content: Mapping[str, Any]) -> None:
        """Pass on what an entry says, so that nothing of it stays here."""
        name = one.name
        if (name, one.schema) not in self._named:
            self._name(one)
        if name in TOLD:
            self._facts.take(one)
        elif name in _CLAIMING and head.index >= 0:
            _claim(head, claimed_in(name, content))
        if self._values:
            self._values.take(one.position, content)

    def _leaf(self, one: RecordedEvent, prev: bytes | None) -> bytes:
        try:
            return entries.leaf(
                entries.lines(
                    self._ledger, one.position, one.stream, one.version, one.name, one.schema,
                    self._written, prev, one.body,
                )
            )  # fmt: skip
        except (TypeError, AttributeError, UnicodeEncodeError):
            self._problems.at(one.position, "a column does not hold what it should")
            return bytes(32)

    # --- what is seldom ---------------------------------------------------------------------------

    def _missing(self, first: int, last: int) -> None:
        self.gap = self.gap or first
        if first > last:
            self._problems.at(first, "the store gives it in another place")
        else:
            self._problems.among(first, last, "the ledger has no entry there")

    def _begin(self, one: RecordedEvent) -> Head:
        index = self._sealed.begin() if one.stream != LEDGER_STREAM else -1
        head = self.heads[one.stream] = Head(index, one.position)
        try:
            check_stream(one.stream)
        except (BadValue, TypeError) as error:
            self._problems.at(one.position, str(error))
        return head

    def _name(self, one: RecordedEvent) -> None:
        try:
            check_event(one)
        except (BadValue, TypeError) as error:
            self._problems.at(one.position, str(error))
        else:
            self._named.add((one.name, one.schema))

    def _moment(self, one: RecordedEvent) -> None:
        if self.last_at is not None and one.recorded_at < self.last_at:
            self._problems.at(one.position, "it was recorded before the entry that comes before it")
        self.last_at = one.recorded_at
        self._written = entries.instant(one.recorded_at)

    def _unfit(self, head: Head, one: RecordedEvent) -> int:
        """Note that a version is out of order; return the one to go on from."""
        following = head.version + 1
        self._problems.at(
            one.position, f"it is version {one.version} of its stream, which goes on at {following}"
        )
        head.settle(self._problems)
        found: Any = one.version  # a store may hold what it never should
        return found if isinstance(found, int) else following

    def _remember(self, page: Sequence[RecordedEvent], leaves: Sequence[bytes]) -> None:
        if self.gap is None:
            self._growing.extend(leaves)
        if self._receipt in leaves:
            self.found = page[leaves.index(self._receipt)]
        self._ids.extend(self._halves(page))

    def _halves(self, page: Sequence[RecordedEvent]) -> Sequence[int]:
        try:
            if {len(one.id) for one in page} == {32}:
                halves = array("Q", bytes.fromhex("".join([one.id for one in page])))
                if len(halves) == 2 * len(page):
                    return halves[::2]
        except (ValueError, TypeError):
            pass
        one_by_one = []
        for one in page:
            try:
                check_event(one)
                one_by_one.append(_half(one.id))
            except (BadValue, TypeError):
                self._problems.at(one.position, "its event id is not 32 lower-case hex digits")
        return one_by_one


def _half(event_id: str) -> int:
    return array("Q", bytes.fromhex(event_id))[0]


def _claim(head: Head, reference: str | None) -> None:
    if reference is not None and (claim := reference_claim(reference)) not in head.claims:
        head.claims += (claim,)


def _why(error: Exception) -> str:
    if isinstance(error, UnreadableEvent):
        return str(error)
    return "its body is not the bytes of one"
