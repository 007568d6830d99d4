"""
One definition of a trend, five engines, a million complaints of a hundred councils.

COMPLAINT_LEDGER_COMPLAINTS says how many instead. What each engine took is printed (`-s`).
"""

import os
import time
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import attrs
import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.schema import CreateSchema

from complaint_ledger.demo.invented import InventedCouncil
from complaint_ledger.projections.engines import over
from complaint_ledger.projections.engines.councils import APART
from complaint_ledger.projections.export.manifest import exports
from complaint_ledger.projections.export.synthetic import export_many
from complaint_ledger.projections.facts import TABLES, metadata
from complaint_ledger.projections.in_python import InPython
from complaint_ledger.projections.journey import journey
from complaint_ledger.projections.rows import insert_rows
from complaint_ledger.projections.trends import TRENDS, answer
from complaint_ledger.projections.trends.asking import InDatabase
from importing.lookalikes import MAPPINGS
from importing.running import Office
from projections.on_engines import everywhere, with_key

COUNCILS = 100
COMPLAINTS = int(os.environ.get("COMPLAINT_LEDGER_COMPLAINTS", "1000000"))
SEED = 1
ASKED = [
    ("overturn", None),
    ("overturn", "council"),
    ("overturn", "service"),
    ("overturn", "decided_financial_year"),
    ("outcomes", "stage"),
    ("outcomes", "council"),
    ("outcomes", "service"),
]


def told_of():
    """The rows of every complaint, folded from its events, told apart by the ledger's number."""
    councils = [
        InventedCouncil(seed=SEED, number=number, complaints=COMPLAINTS // COUNCILS)
        for number in range(1, COUNCILS + 1)
    ]
    for number, council in enumerate(sorted(councils, key=lambda one: one.ledger)):
        for facts in council.histories():
            rows = journey(facts)
            key = facts[0].position
            yield with_key(rows, number * APART + key, str(council.id), council.stream(key))


def keeping(complaints, connections):
    """Give *complaints* on, and put the rows of each into the tables of *connections*."""
    left = iter(complaints)
    while some := [*islice(left, 5_000)]:
        for connection in connections:
            for table in TABLES:
                rows = (row for one in some for row in one.get(table.name, ()))
                insert_rows(connection, table, rows)
        yield from some


@attrs.define
class All:
    """All questions at once, for an engine that reads its facts once."""

    questions: list
    found: list = attrs.field(factory=list)

    def ask(self, *questions):
        if not self.found:
            self.questions.append(questions)
            raise _Later
        return self.found.pop(0)


class _Later(Exception):
    pass


def in_one_pass(asks):
    """The answer to everything that is asked, from one pass."""
    collected = All([])
    for name, by in ASKED:
        with pytest.raises(_Later):
            answer(TRENDS[name], collected, by)
    found = iter(asks.ask(*(one for some in collected.questions for one in some)))
    collected.found = [[*islice(found, len(some))] for some in collected.questions]
    return {f"{name} by {by}": answer(TRENDS[name], collected, by).as_dict() for name, by in ASKED}


def timed(engine, asks):
    """The answer to everything that is asked, one after the other, and what each took."""
    told = {}
    for name, by in ASKED:
        began = time.perf_counter()
        told[f"{name} by {by}"] = answer(TRENDS[name], asks, by).as_dict()
        print(f"{engine:10} {name} by {by}: {time.perf_counter() - began:.2f} s")
    return told


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The exports of all councils; where COMPLAINT_LEDGER_EXPORTS says, if they are there."""
    named = os.environ.get("COMPLAINT_LEDGER_EXPORTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("exports")
    if not any(folder.glob("council=*")):
        export_many(
            folder,
            councils=COUNCILS,
            complaints=COMPLAINTS // COUNCILS,
            seed=SEED,
            processes=os.cpu_count() or 1,
        )
    return folder


@contextmanager
def tables_in(engine, schema=None):
    """The fact tables, empty, in a transaction."""
    with engine.connect() as connection:
        if schema:
            connection.execute(CreateSchema(schema))
            connection.exec_driver_sql(f"SET LOCAL search_path TO {schema}")
        metadata.create_all(connection, tables=TABLES, checkfirst=False)
        yield connection
    engine.dispose()


def test_a_million_complaints_give_the_same_numbers_on_five_engines(folder, tmp_path, database):
    sqlite = create_engine(f"sqlite:///{tmp_path}/facts.db")
    event.listen(sqlite, "connect", lambda db, _: db.execute("PRAGMA cache_size = -65536"))
    psycopg = database.replace("postgresql://", "postgresql+psycopg://", 1)
    with tables_in(sqlite) as one, tables_in(create_engine(psycopg), "million") as other:
        began = time.perf_counter()
        told = in_one_pass(InPython(keeping(told_of(), [one, other])))
        print(f"python, folding and filling tables: {time.perf_counter() - began:.0f} s")

        assert COMPLAINTS // 2 < told["outcomes by stage"]["complaints"][1] <= COMPLAINTS
        assert len({row["group"] for row in told["outcomes by council"]["rows"]}) == COUNCILS
        assert told == timed("sqlite", InDatabase(one))
        other.exec_driver_sql("ANALYZE")
        assert told == timed("postgresql", InDatabase(other))
    for engine in ("duckdb", "spark"):
        began = time.perf_counter()
        exported = exports(folder)
        print(f"{engine:10} hashes: {time.perf_counter() - began:.2f} s")
        began = time.perf_counter()
        with over(exported, engine) as asks:
            print(f"{engine:10} opening: {time.perf_counter() - began:.2f} s")
            assert told == timed(engine, asks)


def test_the_real_complaints_of_chicago_give_the_same_numbers(real_data, tmp_path, database):
    office = Office(tmp_path)
    file = real_data / "police_chicago" / "complaints_with_findings.csv.gz"
    office.imports(file, MAPPINGS / "chicago_police.toml")
    asked = ["overturn by decided_year", "outcomes by received_year", "outcomes by detail"]

    told = everywhere(office.url, asked, tmp_path, f"{database}?schema=chicago_facts")
    with over(exports(tmp_path / "exports"), "spark") as asks:
        told["spark"] = {
            one: answer(TRENDS[trend], asks, by).as_dict()
            for one, (trend, by) in ((one, one.split(" by ")) for one in asked)
        }

    assert told["python"]["overturn by decided_year"]["heads"][0] == 172
    assert {"python", "sqlite", "postgresql", "duckdb", "spark"} == set(told)
    assert all(answer == told["python"] for answer in told.values())
