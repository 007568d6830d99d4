"""
Writing the facts of one ledger to files, and only those that are others than last time.

A complaint's rows are all in the financial year in which it was received. So a year is
written again if a complaint has events since the former export and was in that year
then, or is now: a correction moves a complaint from one year to another.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, Final

import attrs
from sqlalchemy import Connection, Date, String, Table, select, type_coerce

from complaint_ledger.evidence.checkpointing import kept_checkpoints
from complaint_ledger.evidence.entries import instant
from complaint_ledger.evidence.tree import KeptTree
from complaint_ledger.ledger import Ledger
from complaint_ledger.projections.export.manifest import (
    Exported,
    ExportedFile,
    ExportUnusable,
    as_json,
    read_export,
    read_manifest,
)
from complaint_ledger.projections.export.placing import Placing
from complaint_ledger.projections.export.spool import AT_ONCE, Spool, connect
from complaint_ledger.projections.facts import SCHEMA, TABLES, complaints
from complaint_ledger.projections.runner import Tell, tell_nobody
from complaint_ledger.projections.views import Views
from complaint_ledger.store import LEDGER_STREAM, EventStore

_PAGE: Final = 5000
_KEYS_AT_ONCE: Final = 500
_MOST_CHANGED: Final = 200_000  # complaints; past that nearly every year has one

Count = Callable[[int], object]


@attrs.frozen(kw_only=True)
class Export:
    """
    What an export did.

    Attributes:
        exported: What is there now.
        written: The financial years that were written.
        taken_over: The financial years whose files are those of the former export.
        changed: Whether anything is other than it was.
        anew: Why nothing of the former export was taken over; None where something could be.
    """

    exported: Exported
    written: tuple[str, ...]
    taken_over: tuple[str, ...]
    changed: bool
    anew: str | None


def export(
    ledger: Ledger,
    views: Views,
    out: Path,
    *,
    anew: bool = False,
    tell: Tell = tell_nobody,
    count: Count = lambda _: None,
) -> Export:
    """
    Write the facts of *ledger* to its council's folder in *out*, after catching up.

    Killed at any point, it leaves the former export whole, or is put right by the next.

    Args:
        ledger: The ledger.
        views: Its facts.
        out: The folder that the exports of councils are in; made if it is not there.
        anew: Write every file, whatever is there.
        tell: Called while catching up.
        count: Called with how many rows were written so far.

    Raises:
        ExportUnusable: What is there is another ledger's, or tells of what the ledger does
            not hold, or is no export; or it cannot be written. Nothing was changed.
        FactsError: The facts cannot be used; see `Views.catch_up`.
        BadEvidence: What is kept of the ledger's checkpoints, or of its tree, is not whole.
    """
    store = ledger.store
    upto = views.catch_up(store, tell=tell).position
    placing = Placing(out, str(ledger.opened.council))
    with placing.begun(), ExitStack() as stack:
        former, why = _former(placing, ledger, anew=anew)
        keys = _changed_complaints(store, former.position, upto) if former else None
        spool = Spool(placing.spool, store.ledger)
        stack.callback(spool.close)
        years = None
        # What takes long besides comes before or after: a server waits a minute for us, no more.
        with views.reading() as connection:
            position = views.position(connection)
            parked = tuple(one.complaint for one in views.parked(connection))
            if former and keys is not None:
                keys |= _changed_complaints(store, upto, position) or set()
                keys |= set(former.parked) ^ set(parked)  # folded without an event since
                years = _years_then(former, keys) | _years_now(connection, keys)
            _fill(spool, connection, years, count)
        kept = [
            file
            for file in (former.files if former else ())
            if years is not None and file.financial_year not in years
        ]
        for file in kept:
            placing.take_over(file)
        new = [*spool.write(placing.new)]
        spool.close()
        now = attrs.evolve(
            _described(ledger, placing.place, position),
            parked=parked,
            files=tuple(sorted([*kept, *new], key=_by_path)),
        )
        if now != former:
            placing.settle(as_json(now))
    return Export(
        exported=now,
        written=_years_of(new),
        taken_over=_years_of(kept),
        changed=now != former,
        anew=why,
    )


def _by_path(file: ExportedFile) -> str:
    return file.path


def _years_of(files: Iterable[ExportedFile]) -> tuple[str, ...]:
    return tuple(sorted({file.financial_year for file in files}))


def _described(ledger: Ledger, place: Path, position: int) -> Exported:
    """Return what the export of the facts up to *position* will be, without its files."""
    last = ledger.store.tail(after=position - 1, limit=1)[0]
    checkpoint = None
    for one in kept_checkpoints(ledger.store):
        if one.size <= position:
            checkpoint = bytes(one.whole).decode("utf-8")
    return Exported(
        folder=place,
        ledger=ledger.store.ledger,
        council=str(ledger.opened.council),
        schema=SCHEMA,
        position=position,
        event=last.id,
        recorded_at=instant(last.recorded_at),
        fictional=ledger.opened.fictional,
        checkpoint=checkpoint,
        root=KeptTree(ledger.store).root(position).hex(),
        generator=generator(),
        parked=(),
        files=(),
    )


def generator() -> tuple[str, str]:
    """Return the name and the version of what writes exports."""
    return "complaint-ledger", version("complaint-ledger")


# --- what is there already -----------------------------------------------------------------------


def _former(placing: Placing, ledger: Ledger, *, anew: bool) -> tuple[Exported | None, str | None]:
    """Return the former export as far as it can be taken over, or why it cannot."""
    place = placing.place
    if not place.exists() and not place.is_symlink():
        return None, "there was none"
    if not placing.is_an_export():
        raise ExportUnusable(
            f"{place} holds something else than an export; nothing was changed. Name another folder"
        )
    try:
        former = read_manifest(place)
    except ExportUnusable as error:
        if anew:
            return None, "it was asked for"
        raise ExportUnusable(f"{error}; --anew writes it anew") from None
    if former.ledger != ledger.store.ledger:
        raise ExportUnusable(
            f"{place} holds the export of another ledger of the same council,"
            f" {former.ledger}; nothing was changed. Take that one away, or name another folder:"
            " together they would count a council twice"
        )
    if anew:
        return None, "it was asked for"
    _refuse_what_is_ahead(former, ledger.store)
    if former.schema < SCHEMA:
        return None, f"the former one is of version {former.schema} of the facts"
    if former.generator != generator():
        return None, "another version of the program wrote the former one"
    try:
        return read_export(place), None
    except ExportUnusable as error:
        return None, str(error).partition(": ")[2].partition(";")[0]


def _refuse_what_is_ahead(former: Exported, store: EventStore) -> None:
    if former.schema > SCHEMA:
        why = "a later version of the program made it"
    elif [e.id for e in store.tail(after=former.position - 1, limit=1)] != [former.event]:
        why = "it tells of events that the ledger does not hold, which was restored from a backup"
    else:
        return
    raise ExportUnusable(
        f"the export in {former.folder} cannot be gone on with: {why}. Nothing was changed;"
        " --anew writes everything again"
    )


def _changed_complaints(store: EventStore, after: int, upto: int) -> set[int] | None:
    """Return the keys of the complaints with events past *after*; None if they are too many."""
    streams: dict[str, int] = {}
    while after < upto and (page := store.tail(after=after, limit=min(_PAGE, upto - after))):
        for event in page:
            if event.stream in streams or event.stream == LEDGER_STREAM:
                continue
            first = event if event.version == 1 else store.read(event.stream, upto=1)[0]
            streams[event.stream] = first.position
        if len(streams) > _MOST_CHANGED:
            return None
        after = page[-1].position
    return set(streams.values())


def _years_then(former: Exported, keys: Iterable[int]) -> set[str]:
    """Return the financial years of *former* that any of the complaints with *keys* is in."""
    connection = connect()
    try:
        connection.execute(
            "CREATE TABLE changed AS SELECT unnest(?::BIGINT[]) AS complaint", [sorted(keys)]
        )
        return {
            file.financial_year
            for file in former.files
            if file.table == complaints.name
            and connection.execute(
                "SELECT 1 FROM read_parquet(?) SEMI JOIN changed USING (complaint) LIMIT 1",
                [str(former.folder / file.path)],
            ).fetchall()
        }
    finally:
        connection.close()


def _years_now(connection: Connection, keys: set[int]) -> set[str]:
    """Return the financial years that any of the complaints with *keys* is in."""
    years: set[str] = set()
    for some in _chunks(sorted(keys)):
        column = complaints.c.received_financial_year
        chosen = select(column).distinct().where(complaints.c.complaint.in_(some))
        years.update(connection.execute(chosen).scalars())
    return years


def _chunks(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    left = iter(keys)
    while some := [*islice(left, _KEYS_AT_ONCE)]:
        yield some


# --- rows ----------------------------------------------------------------------------------------


def _fill(spool: Spool, connection: Connection, years: set[str] | None, count: Count) -> None:
    """Put the rows of complaints received in *years*, or of all, into *spool*."""
    if years is not None and not years:
        return
    counted = 0
    for table in TABLES:
        chosen = _rows_of(table, years, connection.dialect.name)
        streaming = connection.execution_options(yield_per=AT_ONCE)
        for some in streaming.execute(chosen).partitions():
            spool.add(table, some)
            counted += len(some)
            count(counted)


def _rows_of(table: Table, years: set[str] | None, dialect: str) -> Any:
    year = complaints.c.received_financial_year
    columns = [
        # SQLite keeps a date as the text that is wanted.
        type_coerce(column, String)
        if dialect == "sqlite" and isinstance(column.type, Date)
        else column
        for column in table.columns
    ]
    chosen = select(year.label("_year"), *columns)
    if table is not complaints:
        chosen = chosen.join_from(table, complaints, table.c.complaint == complaints.c.complaint)
    if years is not None:
        chosen = chosen.where(year.in_(sorted(years)))
    return chosen.order_by(*table.primary_key)
