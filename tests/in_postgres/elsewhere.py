"""
`pytest --store postgresql`: what a test keeps in an SQLite file or in memory is kept in
PostgreSQL instead, so that the same tests run on both.

The store alone is another one: addresses and keys stay what they were. Where the ledger's
file would be there is a file that says which schema it is in, so that a file that is moved
takes its ledger along. Other processes hear of it by a variable and `sitecustomize.py`.
"""

import os
from pathlib import Path
from uuid import uuid4

import psycopg

from complaint_ledger.errors import LedgerExists, NoLedger, StoreUnreadable
from complaint_ledger.store import parse_url
from complaint_ledger_adapters import memory, sqlite
from complaint_ledger_adapters.postgres import ADAPTER
from servers import with_options

VARIABLE = "COMPLAINT_LEDGER_TESTS_IN"
POINTER = b"kept in PostgreSQL, in schema "


class Elsewhere:
    """An adapter that keeps in PostgreSQL what *own* would keep."""

    def __init__(self, own, conninfo):
        self.own = own
        self.conninfo = conninfo
        self.made = 0

    def url(self, schema):
        return parse_url(with_options(self.conninfo, schema=schema))

    def _make(self, ledger, clock):
        schema = f"t_{uuid4().hex}"
        self.made += 1
        return schema, ADAPTER.create(self.url(schema), ledger, clock)


class File(Elsewhere):
    """Instead of an SQLite file."""

    def create(self, url, ledger, clock):
        file = Path(url.path)
        if not url.path or not file.parent.is_dir():
            return self.own.create(url, ledger, clock)  # which says what is wrong
        if file.exists():
            raise LedgerExists(url.text)
        schema, store = self._make(ledger, clock)
        try:
            with file.open("xb") as made:
                file.chmod(0o600)
                made.write(POINTER + schema.encode())
        except OSError as error:
            store.close()
            raise StoreUnreadable(f"the SQLite store says: {error.strerror}") from None
        return store

    def open(self, url, clock):
        schema = schema_of(url.path)
        if schema is None:
            return self.own.open(url, clock)  # which says what is wrong
        return ADAPTER.open(self.url(schema), clock)


class Memory(Elsewhere):
    """Instead of lists and dictionaries."""

    def __init__(self, own, conninfo):
        super().__init__(own, conninfo)
        self.schemas = {}

    def create(self, url, ledger, clock):
        if url.path in self.schemas:
            raise LedgerExists(url.text)
        self.schemas[url.path], store = self._make(ledger, clock)
        return store

    def open(self, url, clock):
        if url.path not in self.schemas:
            raise NoLedger(url.text)
        return ADAPTER.open(self.url(self.schemas[url.path]), clock)


def schema_of(file):
    """Return the schema that the ledger in *file* is really in; None where it is in none."""
    try:
        text = Path(file).read_bytes()[:200]
    except OSError:
        return None
    return text.removeprefix(POINTER).decode() if text.startswith(POINTER) else None


def connect(file):
    """Connect as the owner to the schema that the ledger in *file* is in."""
    return psycopg.connect(
        os.environ[VARIABLE], options=f"-c search_path={schema_of(file)}", autocommit=True
    )


def move(conninfo):
    """Keep everything in PostgreSQL from now on, in this process and in those it starts."""
    os.environ[VARIABLE] = conninfo
    here = Path(__file__).parent
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    ours = [str(here), str(here.parent)]
    os.environ["PYTHONPATH"] = os.pathsep.join([*ours, *filter(None, others)])
    replace(conninfo)


def replace(conninfo):
    """Put the other stores in the place of ours."""
    sqlite.ADAPTER = File(sqlite.ADAPTER, conninfo)
    memory.ADAPTER = Memory(memory.ADAPTER, conninfo)


def made():
    """Return how many ledgers this process made in PostgreSQL."""
    return sqlite.ADAPTER.made + memory.ADAPTER.made
