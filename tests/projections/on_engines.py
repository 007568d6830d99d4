"""The facts of some councils, given to every engine that answers trends."""

from contextlib import contextmanager
from pathlib import Path

import attrs
import duckdb
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateSchema, DropSchema

from complaint_ledger import open_ledger
from complaint_ledger.projections.engines import over
from complaint_ledger.projections.engines.councils import APART
from complaint_ledger.projections.export.exporting import export
from complaint_ledger.projections.export.manifest import MANIFEST, Exported, as_json, exports
from complaint_ledger.projections.export.spool import kind, written
from complaint_ledger.projections.facts import SCHEMA, TABLES, metadata
from complaint_ledger.projections.folding import folded
from complaint_ledger.projections.in_python import InPython
from complaint_ledger.projections.journey import journey
from complaint_ledger.projections.rows import insert_rows
from complaint_ledger.projections.trends import TRENDS, answer
from complaint_ledger.projections.trends.asking import InDatabase
from complaint_ledger.projections.views import Views
from projections.histories import histories

ASKED = [f"{name} by {by}" for name, trend in TRENDS.items() for by in trend.groups]


@attrs.frozen
class Council:
    """One council's ledger: the rows of each of its complaints, by key."""

    id: str
    ledger: str
    complaints: tuple
    fictional: bool = True


def council(number, facts, fictional=True):
    """The council of that *number* whose complaints have *facts*, each a list."""
    name = f"council-{number}"
    kept = [
        with_key(journey(of_one), 1 + 9 * n, name, f"{number:016x}{n:016x}")
        for n, of_one in enumerate(facts)
        if journey(of_one)  # of a complaint that was retracted there is nothing
    ]
    # The ids of ledgers are in another order than the councils.
    return Council(name, f"{(0xF - number):01x}" * 32, tuple(kept), fictional)


def with_key(rows, key, council, stream):
    """The *rows* of one complaint, as whoever keeps them puts in what a fold cannot know."""
    whose = {"stream": stream, "council": council}
    return {
        name: [row | {"complaint": key} | (whose if name == "complaints" else {}) for row in found]
        for name, found in rows.items()
    }


def councils(max_councils=3, max_complaints=4):
    """Some councils, of which none may have a complaint, and complaints that come to nothing."""
    facts = st.lists(histories(max_size=6).filter(bool), max_size=max_complaints)
    return st.lists(facts, min_size=1, max_size=max_councils).map(
        lambda drawn: [council(number, facts) for number, facts in enumerate(drawn, 1)]
    )


def together(some):
    """The rows of every complaint of *some* councils, told apart."""
    by_ledger = sorted(some, key=lambda one: one.ledger)
    for number, one in enumerate(by_ledger):
        for rows in one.complaints:
            yield {
                name: [row | {"complaint": number * APART + row["complaint"]} for row in found]
                for name, found in rows.items()
            }


# --- engines -------------------------------------------------------------------------------------


def in_python(some):
    return InPython([*together(some)])


@contextmanager
def in_sqlite(some):
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            yield InDatabase(filled(connection, some))
    finally:
        engine.dispose()


@contextmanager
def in_postgresql(engine, some, schema="trends"):
    """Tables of their own in *engine*, gone afterwards."""
    with engine.connect() as connection:
        connection.execute(DropSchema(schema, cascade=True, if_exists=True))
        connection.execute(CreateSchema(schema))
        connection.exec_driver_sql(f"SET LOCAL search_path TO {schema}")
        yield InDatabase(filled(connection, some))
        connection.rollback()


def filled(connection, some):
    """The connection, with the rows of *some* councils in tables of their own."""
    metadata.create_all(connection, tables=TABLES, checkfirst=False)
    kept = [*together(some)]
    for table in TABLES:
        rows = (row for complaint in kept for row in complaint.get(table.name, ()))
        insert_rows(connection, table, rows)
    return connection


def export_of(one, folder, connection=None):
    """Write the export of *one* council into *folder*, with every complaint in one year."""
    place = Path(folder) / f"council={one.id}"
    year = place / "financial_year=not-recorded"
    year.mkdir(parents=True)
    connection = connection or duckdb.connect()
    files = []
    for table in TABLES:
        rows = [row for rows in one.complaints for row in rows.get(table.name, ())]
        if rows:
            path = year / f"{table.name}.parquet"
            write(connection, table, rows, one.ledger, path)
            files.append(written(path, table.name, "not-recorded", len(rows)))
    exported = Exported(
        folder=place,
        ledger=one.ledger,
        council=one.id,
        schema=SCHEMA,
        position=1_000_000,
        event="e" * 32,
        recorded_at="2026-09-01T00:00:00.000000Z",
        fictional=one.fictional,
        checkpoint=None,
        root=None,
        generator=("tests", "1"),
        parked=(),
        files=tuple(files),
    )
    (place / MANIFEST).write_text(as_json(exported), encoding="utf-8")
    return exported


def write(connection, table, rows, ledger, path):
    columns = ", ".join(f'unnest(?::{kind(c)}[]) AS "{c.name}"' for c in table.columns)
    place = str(path).replace("'", "''")
    connection.execute(
        f"COPY (SELECT ? AS ledger, {columns}) TO '{place}' (FORMAT parquet)",
        [ledger, *([row[c.name] for row in rows] for c in table.columns)],
    )


# --- answers -------------------------------------------------------------------------------------


def answers(asks, asked=ASKED):
    """What every trend comes to, however it is grouped; in one go, as a dictionary."""
    pairs = ((one, *one.split(" by ")) for one in asked)
    return {one: answer(TRENDS[trend], asks, by).as_dict() for one, trend, by in pairs}


# --- a whole ledger ------------------------------------------------------------------------------


def everywhere(url, asked, folder, facts_in=None):
    """
    What *asked* comes to over the ledger at *url*, by the engine that was asked.

    Each gets its facts as it would anywhere: by the runner, or from an export in *folder*.
    """
    with open_ledger(url) as ledger:
        places = {"sqlite": Path(folder) / "facts", "postgresql": facts_in}
        told = {"python": answers(InPython([one.rows for one in folded(ledger.store)]), asked)}
        for name, place in places.items():
            if place is None:
                continue
            with Views(place) as views:
                views.catch_up(ledger.store)
                with views.reading() as connection:
                    told[name] = answers(connection, asked)
                if name == "sqlite":
                    export(ledger, views, Path(folder) / "exports")
    with over(exports(Path(folder) / "exports"), "duckdb") as asks:
        told["duckdb"] = answers(asks, asked)
    return told
