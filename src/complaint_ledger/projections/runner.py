"""
Keeps the fact tables up with a ledger.

A batch of the ledger's events names the complaints that changed. Each is folded
again, as far as the batch reaches, and its rows replaced, in one transaction
with the bookmark, which moves only if nobody moved it meanwhile. So the facts
are always those of the positions up to the bookmark: no event counts twice and
none is left out, whoever else is at work and wherever it was broken off.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, Self

import attrs
from sqlalchemy import Connection, delete, insert, inspect, select, update
from sqlalchemy.exc import DatabaseError

from complaint_ledger.errors import ComplaintLedgerError
from complaint_ledger.own import opening_of
from complaint_ledger.projections.engine import facts_engine
from complaint_ledger.projections.facts import SCHEMA, TABLES, bookmark, metadata
from complaint_ledger.projections.journey import Row, journey
from complaint_ledger.reading import read_fact
from complaint_ledger.store import LEDGER_STREAM, EventStore, RecordedEvent

BATCH: Final = 5000
"""How many events are taken in with one transaction."""

_AT_ONCE: Final = (
    500  # complaints in one DELETE: engines limit how many values a statement may have
)


class FactsError(ComplaintLedgerError):
    """What is wrong with the place where the facts are kept."""

    exit_status = 3


class FactsForeign(FactsError):
    """The file holds something else, or the facts of another ledger; nothing was changed."""


class FactsAhead(FactsError):
    """The facts tell of events that the ledger does not hold: it was restored from a backup."""


class FactsUnusable(FactsError):
    """The file cannot be read or written."""


@attrs.frozen
class Progress:
    """How far the facts are: they hold *position* of the *head* positions of the ledger."""

    position: int
    head: int


@attrs.frozen(kw_only=True)
class Bookmark:
    """The last position that was taken in, and the id of its event; 0 at the beginning."""

    ledger: str
    position: int
    event: str


Tell = Callable[[Progress], None]


def _tell_nobody(_: Progress) -> None:
    pass


class Views:
    """
    The facts of one ledger, in an SQLite file or in memory.

    Attributes:
        engine: For reading; the tables are those of `projections.facts`.
    """

    def __init__(self, file: Path | str | None = None) -> None:
        """
        Open the facts in *file*, which is made where it is missing; in memory without one.

        Nothing is written before the first catch-up.
        """
        self._file = Path(file) if file is not None else None
        self._where = str(file or "memory")
        self.engine = facts_engine(self._file)
        self._writing = self.engine.execution_options(begin="BEGIN IMMEDIATE")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """
        Yield a connection on which everything is as of one position.

        Raises:
            FactsUnusable: The file cannot be read.
        """
        with self._errors(), self.engine.begin() as connection:
            yield connection

    def position(self, connection: Connection) -> int:
        """Return the last position that the facts on *connection* hold."""
        return int(connection.execute(select(bookmark.c.position)).scalar_one())

    def catch_up(
        self,
        store: EventStore,
        *,
        upto: int | None = None,
        batch: int = BATCH,
        tell: Tell = _tell_nobody,
    ) -> Progress:
        """
        Take in what *store* holds past the bookmark; return how far that led.

        Facts of another schema are made anew. An event that cannot be read stops it;
        the batches before stay.

        Args:
            store: The ledger.
            upto: The last position to take in; the end of the ledger by default.
            batch: How many events to take in with one transaction.
            tell: Called after each batch.

        Raises:
            FactsForeign: The file is not the facts of this ledger.
            FactsAhead: The ledger does not hold what the facts were made from.
            FactsUnusable: The file cannot be read or written.
            UnreadableEvent: No reader here understands an event.
        """
        head = store.head().position if upto is None else upto
        with self._errors():
            at = self._begin(store)
            while at.position < head:
                events = store.tail(after=at.position, limit=min(batch, head - at.position))
                if not events:
                    break
                at = self._take_in(store, events, at)
                tell(Progress(at.position, head))
        return Progress(at.position, head)

    def _begin(self, store: EventStore) -> Bookmark:
        """Return the bookmark, if these are the facts of *store* and still true of it."""
        try:
            if self._file and not self._file.exists():
                self._file.touch(mode=0o600)
        except OSError as error:
            raise self._unusable(error.strerror or "it cannot be made") from None
        with self._writing.begin() as connection:
            self._make_tables(connection, store.ledger)
            at = _bookmark(connection)
        with self.engine.connect().execution_options(begin="") as connection:
            # Only now is it known that the file is ours to change; readers need not wait.
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        if at.ledger != store.ledger:
            raise FactsForeign(
                f"the facts in {self._where} are of another ledger; name another file, or"
                " delete this one: facts are made anew from their ledger"
            )
        if at.position:
            there = store.tail(after=at.position - 1, limit=1)
            if not there or there[0].id != at.event:
                raise FactsAhead(
                    f"the facts in {self._where} were made from events that this ledger does not"
                    f" hold (position {at.position}): was it restored from a backup? Delete that"
                    " file: facts are made anew from their ledger"
                )
        return at

    def _make_tables(self, connection: Connection, ledger: str) -> None:
        there = inspect(connection).get_table_names()
        if there and bookmark.name not in there:
            raise FactsForeign(
                f"{self._where} holds something other than facts; nothing was changed."
                " Name another file"
            )
        if there:
            schema, of = connection.execute(select(bookmark.c.schema, bookmark.c.ledger)).one()
            if schema == SCHEMA or of != ledger:
                return
            for name in there:
                quoted = connection.dialect.identifier_preparer.quote(name)
                connection.exec_driver_sql(f"DROP TABLE {quoted}")
        metadata.create_all(connection, checkfirst=False)
        row = {"one": 1, "ledger": ledger, "schema": SCHEMA, "position": 0, "event": ""}
        connection.execute(insert(bookmark), row)

    def _take_in(
        self, store: EventStore, events: Sequence[RecordedEvent], at: Bookmark
    ) -> Bookmark:
        changed: dict[str, list[RecordedEvent]] = {}
        for recorded in events:
            if recorded.stream != LEDGER_STREAM:
                changed.setdefault(recorded.stream, []).append(recorded)
        rows: dict[str, list[Row]] = {table.name: [] for table in TABLES}
        known = []
        council = opening_of(store).council
        for stream, latest in changed.items():
            whole: Sequence[RecordedEvent] = latest
            if latest[0].version > 1:
                whole = store.read(stream, upto=latest[-1].version)
                known.append(whole[0].position)
            found = journey([read_fact(recorded) for recorded in whole])
            for row in found.get("complaints", ()):
                row |= {"stream": stream, "council": council}
            for name, of_table in found.items():
                rows[name] += of_table
        after = attrs.evolve(at, position=events[-1].position, event=events[-1].id)
        with self._writing.begin() as connection:
            if not _moved(connection, at, after):  # another runner was faster
                return _bookmark(connection)
            for table in TABLES:
                for some in _chunks(known):
                    connection.execute(delete(table).where(table.c.complaint.in_(some)))
                if rows[table.name]:
                    connection.execute(insert(table), rows[table.name])
        return after

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise self._unusable(str(error.orig)) from None

    def _unusable(self, why: str) -> FactsUnusable:
        return FactsUnusable(
            f"the facts in {self._where} cannot be used ({why}); name another file, or delete"
            " this one if it is damaged: facts are made anew from their ledger"
        )


def facts_as_known(store: EventStore, known_at: datetime, tell: Tell = _tell_nobody) -> Views:
    """
    Return the facts in memory as they were known at *known_at* (aware); close them after use.

    Raises:
        UnreadableEvent: No reader here understands an event.
    """
    views = Views()
    try:
        views.catch_up(store, upto=position_at(store, known_at), tell=tell)
    except BaseException:
        views.close()
        raise
    return views


def position_at(store: EventStore, known_at: datetime) -> int:
    """Return the last position that was recorded by *known_at* (aware); 0 if none was."""
    # The store's times never go back, so that they can be searched by halves.
    positions = range(1, store.head().position + 1)
    return bisect_right(
        positions, known_at, key=lambda p: store.tail(after=p - 1, limit=1)[0].recorded_at
    )


def _bookmark(connection: Connection) -> Bookmark:
    row = connection.execute(select(bookmark)).one()
    return Bookmark(ledger=row.ledger, position=row.position, event=row.event)


def _moved(connection: Connection, at: Bookmark, to: Bookmark) -> bool:
    """Move the bookmark on, if it is still where it was; return whether it was."""
    statement = (
        update(bookmark)
        .where(bookmark.c.position == at.position, bookmark.c.event == at.event)
        .values(position=to.position, event=to.event)
    )
    return connection.execute(statement).rowcount == 1


def _chunks(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[n : n + _AT_ONCE] for n in range(0, len(keys), _AT_ONCE))
