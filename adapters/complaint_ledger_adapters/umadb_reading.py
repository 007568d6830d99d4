"""Reading a ledger in UmaDB: by index, and as it stood at one mark."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from threading import Lock

import attrs

from complaint_ledger.errors import NoLedger, StoreUnreadable
from complaint_ledger.store import LedgerHead, RecordedEvent, StreamHead
from complaint_ledger_adapters import umadb_form as form
from complaint_ledger_adapters.umadb_client import umadb
from complaint_ledger_adapters.umadb_form import Mark
from complaint_ledger_adapters.umadb_server import CutShort, Server

_PAGE = 1000
_FEW = 100  # events that are rather read than looked past


@attrs.frozen
class Sight:
    """
    What an append needs to know, as it stood at *mark*.

    Attributes:
        events: The events there are of the ids that were asked for, by id.
        holders: The streams that hold the claims that were asked for.
        heads: The last events of the streams that were asked for, where they hold any.
    """

    mark: Mark
    events: Mapping[str, RecordedEvent]
    holders: Mapping[str, str]
    heads: Mapping[str, RecordedEvent]


class Reader:
    """Reads the ledger that a server keeps."""

    def __init__(self, server: Server, ledger: str) -> None:
        self.server = server
        self.ledger = ledger
        self._heads = _Heads()
        self._last_read = (0, 0)  # a position of the ledger, and where in UmaDB that is

    # --- what is found ---------------------------------------------------------------------------

    def find(
        self, tags: Iterable[str], *, start: int | None = None, limit: int | None = None
    ) -> list[umadb.SequencedEvent]:
        """
        Return all that has any of *tags*, up to *start*, in order; of more, the last *limit*.

        A server that is stopped ends its answers early, and says nothing of it. So this reads
        backwards, and what does not end with the ledger's first event is asked again.
        """
        query = form.having([*tags, form.LEDGER])

        def ask(client: umadb.Client) -> list[umadb.SequencedEvent]:
            found, _ = client.read(
                query, start=start, backwards=True, limit=limit
            ).collect_with_head()
            if len(found) != limit and (not found or found[-1].event.event_type != form.LEDGER):
                raise self._cut(client)
            return [one for one in reversed(found) if one.event.event_type != form.LEDGER]

        return self.server.ask(ask)

    def _forwards(self, query: umadb.Query, start: int, limit: int) -> list[umadb.SequencedEvent]:
        """Return the first *limit* that *query* matches from *start* on; so many there are."""

        def ask(client: umadb.Client) -> list[umadb.SequencedEvent]:
            found, _ = client.read(query, start=start, limit=limit).collect_with_head()
            if len(found) < limit:
                raise self._cut(client)
            return found

        return self.server.ask(ask)

    def _cut(self, client: umadb.Client) -> Exception:
        if client.head() is None:
            return NoLedger(self.server.place.shown)
        return CutShort()

    def mark(self) -> Mark:
        """Return where the ledger ends."""
        query = form.having([form.END])

        def ask(client: umadb.Client) -> umadb.SequencedEvent:
            found, _ = client.read(query, backwards=True, limit=1).collect_with_head()
            if not found:
                raise self._cut(client)
            return found[0]

        mark = form.mark(self.server.ask(ask))
        if mark.ledger != self.ledger:
            raise StoreUnreadable("the UmaDB server keeps another ledger now; mend the address")
        return mark

    def next_mark(self, after: int) -> Mark | None:
        """Return the first mark past the one at *after*."""
        if self.mark().at <= after:
            return None
        return form.mark(self._forwards(form.having([form.END]), after + 1, 1)[0])

    def mark_by(self, attempt: str) -> Mark | None:
        """Return the mark that *attempt* made."""
        found = self.find([form.by_attempt(attempt)])
        return form.mark(found[0]) if found else None

    def look(
        self, streams: Collection[str], ids: Collection[str], claims: Collection[str]
    ) -> Sight:
        """Return what there is of all these, as it stands now."""
        mark = self.mark()
        begun: set[str] = set()
        events: dict[str, RecordedEvent] = {}
        holders: dict[str, str] = {}
        tags = [
            *map(form.by_id, ids),
            *map(form.by_claim, claims),
            *map(form.by_beginning, streams),
        ]
        for one in self.find(tags) if tags else ():
            if one.position > mark.at:
                continue
            found = one.event
            if found.event_type == form.CLAIM:
                holders[found.metadata["claim"]] = found.metadata["stream"]
                continue
            event = form.recorded(found)
            if event.id in ids:
                events[event.id] = event
            if event.version == 1 and event.stream in streams:
                begun.add(event.stream)
        heads = {stream: self._last(stream, mark) for stream in begun}
        return Sight(mark, events, holders, heads)

    def _last(self, stream: str, mark: Mark) -> RecordedEvent:
        """Return the last event of *stream*, which has begun before *mark*."""
        found = self.find([form.by_stream(stream)], start=mark.at, limit=1)
        return form.recorded(found[0].event)

    # --- what the port asks ----------------------------------------------------------------------

    def head(self) -> LedgerHead:
        """Return where the ledger ends."""
        mark = self.mark()
        return LedgerHead(mark.position, mark.recorded_at)

    def read(
        self, stream: str, *, after: int = 0, upto: int | None = None
    ) -> Sequence[RecordedEvent]:
        """Return the events of *stream* with versions over *after*, up to *upto*."""
        of_it = [form.by_stream(stream)]
        start, limit = None, None
        if after > _FEW:  # from the end, and not past all that is not wanted
            last = self.find(of_it, limit=1)
            version = form.recorded(last[0].event).version if last else 0
            if version <= after:
                return []
            start, limit = last[0].position, version - after
        events = [form.recorded(one.event) for one in self.find(of_it, start=start, limit=limit)]
        return [e for e in events if after < e.version and (upto is None or e.version <= upto)]

    def tail(self, *, after: int = 0, limit: int = 1000) -> Sequence[RecordedEvent]:
        """Return up to *limit* events of the ledger past position *after*, in order."""
        after = max(0, after)
        limit = min(limit, self.mark().position - after)
        if limit < 1:
            return []
        found = self._forwards(_EVENTS, self._start(after), limit)
        events = [form.recorded(one.event) for one in found]
        self._last_read = (events[-1].position, found[-1].position)
        return events

    def _start(self, after: int) -> int:
        """Return where in UmaDB to read on past position *after*, which is not the end."""
        position, at = self._last_read
        if position == after:
            return at + 1
        found = self.find([form.by_position(after + 1)])
        if not found:
            raise StoreUnreadable(
                f"the UmaDB database holds nothing at position {after + 1}; restore a backup"
            )
        return found[0].position

    def streams(self) -> Iterator[StreamHead]:
        """Yield every stream, by id."""
        heads = self.stream_heads()
        yield from (heads[stream] for stream in sorted(heads))

    def stream_heads(self) -> dict[str, StreamHead]:
        """
        Return the head of every stream; what was read before is not read again.

        The first call reads the whole ledger: UmaDB knows no question for it.
        """
        return self._heads.upto(self)

    def claimed_by(self, claim: str) -> str | None:
        """Return the stream that holds *claim*."""
        found = self.find([form.by_claim(claim)])
        return found[0].event.metadata["stream"] if found else None

    def claims(self) -> Iterator[tuple[str, str]]:
        """Yield every claim with the stream that holds it, by claim."""
        told = (one.event.metadata for one in self.find([form.CLAIM]))
        yield from sorted((each["claim"], each["stream"]) for each in told)

    def kept(self, prefix: str = "", *, after: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield what is kept under names that begin with *prefix* and follow *after*, by name."""
        found = [one.event for one in self.find([form.under(prefix)])]
        held = ((event.metadata["name"], event) for event in found)
        wanted = [(n, event) for n, event in held if n.startswith(prefix) and n > after]
        for name, event in sorted(wanted, key=lambda pair: pair[0]):
            yield name, event.data

    def kept_under(self, names: Collection[str]) -> dict[str, bytes]:
        """Return what is kept under exactly these *names*."""
        if not names:
            return {}
        found = [one.event for one in self.find(map(form.by_name, names))]
        return {event.metadata["name"]: event.data for event in found}


_EVENTS = umadb.Query([umadb.QueryItem(types=[form.EVENT])])


class _Heads:
    """The heads of all streams, moved on by what was recorded since they were last asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._heads: dict[str, StreamHead] = {}
        self._position = 0

    def upto(self, reader: Reader) -> dict[str, StreamHead]:
        with self._lock:
            end = reader.mark().position
            while self._position < end:
                page = reader.tail(after=self._position, limit=min(_PAGE, end - self._position))
                for event in page:
                    before = self._heads.get(event.stream)
                    first = before.first if before else event.position
                    self._heads[event.stream] = StreamHead(
                        event.stream, event.version, event.leaf(reader.ledger), first
                    )
                self._position = page[-1].position
            return dict(self._heads)
