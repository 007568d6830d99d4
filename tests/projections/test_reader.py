"""Analysts' role may read all facts, those of later builds too, and do nothing else."""

import psycopg
import pytest

from complaint_ledger.errors import BadValue, UnknownName
from complaint_ledger.ids import new_id
from complaint_ledger.projections.facts import SCHEMA
from complaint_ledger.projections.reader import let_read
from complaint_ledger.projections.rebuild import rebuild
from complaint_ledger.projections.trends import answer, trend
from complaint_ledger.projections.views import Views
from projections.histories import received, responded
from servers import with_options


@pytest.fixture
def role(postgres):
    """A role that may log in, and nothing else."""
    name = f"analyst_{new_id()}"
    postgres.sql(f"CREATE ROLE {name} LOGIN")
    yield name
    postgres.sql(f"DROP OWNED BY {name}")
    postgres.sql(f"DROP ROLE {name}")


@pytest.fixture
def schema():
    return f"f_{new_id()}"


@pytest.fixture
def views(postgres, schema):
    with Views(with_options(postgres.conninfo("postgres"), schema=schema)) as views:
        yield views


@pytest.fixture
def as_reader(postgres, role, schema):
    address = postgres.conninfo("postgres").replace("owner@", f"{role}@")
    return with_options(address, schema=schema)


@pytest.fixture
def sql(as_reader, schema):
    """Do a statement as the reader."""

    def sql(statement):
        address = as_reader.partition("?")[0]
        options = f"-csearch_path={schema}"
        with psycopg.connect(address, options=options, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    return sql


def relations(postgres, schema):
    rows = postgres.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", schema
    )
    return {name for (name,) in rows}


@pytest.mark.parametrize("granted", ["before the first build", "after it"])
def test_every_table_may_be_read_also_after_rebuilds(
    views, council, role, sql, postgres, schema, granted
):
    council.tell(1, received(), responded(h1="upheld"))
    if granted == "after it":
        views.catch_up(council.store)
    let_read(views, role)
    views.catch_up(council.store)
    for _ in range(3):
        names = relations(postgres, schema)
        assert {"complaints", "bookmark", "progress", "builds"} < names
        for name in names:
            sql(f"SELECT * FROM {name}")
        assert sql("SELECT count(*) FROM complaints") == [(1,)]
        rebuild(views, council.store)


def test_also_after_a_program_with_another_version_of_the_tables(
    views, council, role, sql, postgres, schema
):
    views.catch_up(council.store)
    let_read(views, role)
    postgres.sql(f"UPDATE {schema}.builds SET schema = {SCHEMA - 1}")
    views.catch_up(council.store)

    for name in relations(postgres, schema):
        sql(f"SELECT * FROM {name}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE complaints_1 SET heads = 9",
        "DELETE FROM heads",
        "INSERT INTO parked VALUES (1, 'x', 1, 1, 'x', 'x')",
        "UPDATE bookmarks SET position = 9",
        "TRUNCATE stages_1",
        "DROP TABLE stages_1",
        "DROP VIEW complaints",
        "CREATE TABLE mine (x int)",
        "SELECT nextval('builds_build_seq')",
    ],
)
def test_nothing_may_be_written_or_made(views, council, role, sql, statement):
    views.catch_up(council.store)
    let_read(views, role)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        sql(statement)


def test_the_reader_asks_trends_and_looks_at_the_progress(views, council, role, as_reader):
    council.tell(1, received(), responded(h1="upheld"))
    views.catch_up(council.store)
    let_read(views, role)
    with Views(as_reader) as theirs:
        with theirs.reading() as connection:
            assert theirs.position(connection) == 6
            answer(trend("overturn"), connection, "service")
        assert [one.position for one in theirs.status()] == [6]


def test_a_role_that_is_not_there_and_a_file_are_refused(views, council, tmp_path):
    with pytest.raises(UnknownName, match="no role"):
        let_read(views, "nobody")
    with Views(tmp_path / "facts") as file, pytest.raises(BadValue, match="no roles"):
        let_read(file, "analyst")
    assert not (tmp_path / "facts").exists()
