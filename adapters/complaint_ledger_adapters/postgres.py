"""
Ledgers in PostgreSQL: many writers on many machines, many councils in one database.

Built on `eventsourcing`'s PostgreSQL datastore and recorder base, with tables of our
own: its notification ids come from a sequence, which leaves gaps, and its writers lock
the table for each other. Here a ledger has one row (`ledgers`), whose lock an append
takes; ledgers do not wait for one another. An append is one round trip.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

import attrs
import psycopg
from eventsourcing.postgres import PostgresRecorder

from complaint_ledger.errors import BadStream, ClaimTaken, KeptAlready, NoLedger
from complaint_ledger.ids import new_id
from complaint_ledger.store import (
    Appended,
    Clock,
    LedgerHead,
    RecordedEvent,
    SealedRow,
    StoreUrl,
    StreamAppend,
    StreamHead,
    Wait,
    check_batch,
    check_kept_name,
    check_stream,
    system_clock,
)
from complaint_ledger_adapters import postgres_ledgers
from complaint_ledger_adapters.postgres_arrays import blobs, plain, texts
from complaint_ledger_adapters.postgres_ledgers import CHANNEL, statement
from complaint_ledger_adapters.postgres_listening import Ear
from complaint_ledger_adapters.postgres_refusals import objections
from complaint_ledger_adapters.postgres_restoring import Restoring
from complaint_ledger_adapters.postgres_server import (
    OURS,
    POOL_TIMEOUT,
    Connection,
    Place,
    Server,
    explained,
    refuse_lost_events,
)

CAPABILITIES: Final = frozenset({"durable", "processes", "erase", "restore", "push"})

_DIGESTS_AT_ONCE: Final = 5000
_EVENT: Final = "position, stream, version, id, name, schema, recorded_at, prev, body"

_APPEND: Final = """
    CALL {schema}.append_and_tell(
        %s::uuid, %s::timestamptz, %s, %s::uuid[], %s::bigint[], %s::bigint[],
        %s::uuid[], %s::text[], %s::bigint[], %s::bytea[], %s::text[], %s::uuid[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::bytea[],
        NULL, NULL, NULL, NULL
    )
"""


class PostgresStore(PostgresRecorder):
    """One ledger of a schema."""

    def __init__(self, server: Server, ledger: str, clock: Clock, *, durable: bool) -> None:
        super().__init__(server)
        self.server = server
        self.ledger = ledger
        self.clock = clock
        # A server that does not wait for its disk may lose what it acknowledged.
        self.capabilities = CAPABILITIES if durable else CAPABILITIES - {"durable"}
        self._append = statement(_APPEND, server.schema)

    def _sql(self, text: str) -> Any:
        return statement(text, self.server.schema)

    # --- appending -------------------------------------------------------------------------------

    def append(self, batch: Sequence[StreamAppend], *, accept_clock: bool = False) -> Appended:
        check_batch(batch)
        if not batch:
            return Appended(0, 0, None)
        # The server's own clock is one for all who write to it.
        clock = None if self.clock is system_clock else self.clock()
        events = [event for part in batch for event in part.events]
        rows = [row for event in events for row in event.sealed]
        claims = {claim: part.stream for part in reversed(batch) for claim in part.claims}
        _refuse_rivals_within(batch, claims)
        values = (
            self.ledger,
            clock,
            accept_clock,
            plain([part.stream for part in batch]),
            plain([part.expected_version for part in batch]),
            plain([len(part.events) for part in batch]),
            plain([event.id for event in events]),
            texts([event.name for event in events]),
            plain([event.schema for event in events]),
            blobs([event.body for event in events]),
            texts(claims),
            plain(claims.values()),
            texts([row.digest for row in rows]),
            texts([row.subject for row in rows]),
            texts([row.key_id for row in rows]),
            texts([row.algorithm for row in rows]),
            blobs([row.nonce for row in rows]),
            blobs([row.ciphertext for row in rows]),
        )

        def append(connection: Connection) -> Appended:
            with objections(self.ledger):
                cursor = connection.cursor(binary=True).execute(self._append, values)
                return Appended(*cursor.fetchone() or ())

        return self.server.ask(append)

    # --- reading ---------------------------------------------------------------------------------

    def read(
        self, stream: str, *, after: int = 0, upto: int | None = None
    ) -> Sequence[RecordedEvent]:
        try:
            check_stream(stream)
        except BadStream:
            return []  # no uuid, and no stream
        return self._events(
            "WHERE ledger = %s AND stream = %s AND version > %s AND version <= %s ORDER BY version",
            (self.ledger, stream, after, 2**62 if upto is None else upto),
        )

    def tail(self, *, after: int = 0, limit: int = 1000) -> Sequence[RecordedEvent]:
        return self._events(
            "WHERE ledger = %s AND position > %s ORDER BY position LIMIT %s",
            (self.ledger, after, limit),
        )

    def _events(self, which: str, values: tuple[Any, ...]) -> list[RecordedEvent]:
        rows = self._rows(f"SELECT {_EVENT} FROM {{schema}}.events {which}", values)  # noqa: S608
        return [RecordedEvent(*row) for row in rows]

    def _rows(self, text: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        asked = self._sql(text)
        return self.server.ask(lambda c: c.cursor(binary=True).execute(asked, values).fetchall())

    def head(self) -> LedgerHead:
        rows = self._rows(
            "SELECT position, recorded_at FROM {schema}.ledgers WHERE ledger = %s", (self.ledger,)
        )
        if not rows:
            raise NoLedger(self.server.place.shown)
        return LedgerHead(*rows[0])

    def streams(self) -> Iterator[StreamHead]:
        columns = "SELECT stream, version, leaf, first FROM {schema}.streams"
        yield from (StreamHead(*row) for row in self._paged(columns, "stream"))

    def claims(self) -> Iterator[tuple[str, str]]:
        yield from self._paged("SELECT claim, stream FROM {schema}.claims", "claim")

    def kept(self, prefix: str = "", *, after: str = "") -> Iterator[tuple[str, bytes]]:
        yield from self._paged(
            "SELECT name, data FROM {schema}.kept",
            "name",
            "AND name > %s AND name >= %s AND name < %s",
            (after, prefix, f"{prefix}\x7f"),  # a name holds nothing past z
        )

    def _paged(
        self, columns: str, by: str, which: str = "", values: tuple[Any, ...] = ()
    ) -> Iterator[Any]:
        """Yield rows by their first column, a page at a time."""
        begin = f"{columns} WHERE ledger = %s {which}"
        end = f"ORDER BY {by} LIMIT 1000"
        page = self._rows(f"{begin} {end}", (self.ledger, *values))
        while page:
            yield from page
            after = page[-1][0]
            page = self._rows(f"{begin} AND {by} > %s {end}", (self.ledger, *values, after))

    def claimed_by(self, claim: str) -> str | None:
        rows = self._rows(
            "SELECT stream FROM {schema}.claims WHERE ledger = %s AND claim = %s",
            (self.ledger, claim),
        )
        return rows[0][0] if rows else None

    def sealed(self, digests: Iterable[str]) -> Mapping[str, SealedRow]:
        found: dict[str, SealedRow] = {}
        rest = iter(digests)
        while some := list(islice(rest, _DIGESTS_AT_ONCE)):
            rows = self._rows(
                "SELECT digest, subject, key_id, algorithm, nonce, ciphertext"
                " FROM {schema}.sealed WHERE ledger = %s AND digest = ANY (%s)",
                (self.ledger, some),
            )
            found |= {row[0]: SealedRow(*row) for row in rows}
        return found

    @contextmanager
    def listen(self) -> Iterator[Wait]:
        asked = f'LISTEN "{CHANNEL}{self.ledger}"'
        with closing(Ear(self.server.place, asked)) as ear:
            yield ear.wait

    # --- keeping, erasing, restoring, closing ----------------------------------------------------

    def keep(self, name: str, data: bytes) -> None:
        check_kept_name(name)
        rows = self._rows("SELECT {schema}.keep(%s::uuid, %s, %b)", (self.ledger, name, data))
        if not rows[0][0]:
            raise KeptAlready(name)

    def erase_sealed(self, digests: Iterable[str]) -> int:
        rows = self._rows(
            "SELECT {schema}.erase_sealed(%s::uuid, %s::text[])", (self.ledger, list(set(digests)))
        )
        return int(rows[0][0])

    def restore(
        self,
        events: Iterable[RecordedEvent],
        sealed: Iterable[SealedRow],
        claims: Mapping[str, str],
        kept: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        # Not asked again where the connection breaks: what came in may be used up.
        try:
            with closing(self.server.place.connect()) as connection, connection.transaction():
                restoring = Restoring(connection, self.server.schema, self.ledger)
                restoring.events(events)
                restoring.sealed(sealed)
                restoring.claims(claims)
                restoring.kept(kept)
        except psycopg.Error as error:
            raise explained(error) from None

    def close(self) -> None:
        self.server.close()


def _refuse_rivals_within(batch: Sequence[StreamAppend], claims: Mapping[str, str]) -> None:
    for part in batch:
        for claim in part.claims:
            if claims[claim] != part.stream:
                raise ClaimTaken(claim)


class PostgresAdapter:
    """Opens `postgresql://user@host:port/database?schema=…&ledger=NAME`."""

    served = True
    capabilities = CAPABILITIES

    def create(self, url: StoreUrl, ledger: str, clock: Clock) -> PostgresStore:
        refuse_lost_events()
        place = Place.of(url)
        with closing(place.connect()) as connection:
            try:
                postgres_ledgers.make(connection, place, ledger)
            except psycopg.Error as error:
                raise explained(error) from None
        return self.open(url, clock)

    def open(self, url: StoreUrl, clock: Clock) -> PostgresStore:
        refuse_lost_events()
        place = Place.of(url)
        with closing(place.connect()) as connection:
            try:
                found = postgres_ledgers.find(connection, place)
            except psycopg.Error as error:
                raise explained(error) from None
        server = Server(place)
        # Whoever asks before the first connection is there makes the pool open a second.
        with suppress(psycopg.OperationalError):
            server.pool.open(wait=True, timeout=POOL_TIMEOUT)
        return PostgresStore(server, found.id, clock, durable=found.on_disk)

    @contextmanager
    def scratch(self, url: StoreUrl) -> Iterator[Callable[[], str]]:
        place = Place.of(url)
        schemas: list[str] = []
        theirs = {name: value for name, value in url.options.items() if name not in OURS}
        bare = attrs.evolve(url, options=theirs)

        def new_address() -> str:
            schemas.append(f"check_{new_id()}")
            return bare.whole(schema=schemas[-1])

        with closing(place.connect()) as connection:
            try:
                yield new_address
            finally:
                for schema in schemas:  # one by one: all at once would take many locks
                    connection.execute(statement("DROP SCHEMA IF EXISTS {schema} CASCADE", schema))


ADAPTER = PostgresAdapter()
