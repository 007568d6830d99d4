"""
`pytest --store postgresql`: what a test keeps in an SQLite file or in memory is kept in
PostgreSQL instead, so that the same tests run on both.

The store alone is another one: addresses and keys stay what they were. Where the ledger's
file would be there is a file that says where the ledger really is, so that a file that is
moved takes its ledger along. Other processes hear of it by a variable and `sitecustomize.py`.
All ledgers of a run are in one schema, beside each other.
"""

import os
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg

from complaint_ledger.errors import LedgerExists, NoLedger, StoreUnreadable
from complaint_ledger.store_url import parse_url
from complaint_ledger_adapters import memory, sqlite
from complaint_ledger_adapters.postgres import ADAPTER
from servers import with_options

VARIABLE = "COMPLAINT_LEDGER_TESTS_IN"
POINTER = b"kept in PostgreSQL as "


class Elsewhere:
    """An adapter that keeps in PostgreSQL what *own* would keep."""

    def __init__(self, own, database, schema):
        self.own = own
        self.database = database
        self.schema = schema
        self.made = self.opened = 0

    def url(self, schema, name):
        return parse_url(with_options(self.database, schema=schema, ledger=name))

    def _make(self, ledger, clock):
        name = f"t-{uuid4().hex}"
        self.made += 1
        try:
            return (self.schema, name), ADAPTER.create(self.url(self.schema, name), ledger, clock)
        except LedgerExists:  # it is a copy, and of one id there is one in a schema
            apart = f"t_{uuid4().hex}"
            return (apart, name), ADAPTER.create(self.url(apart, name), ledger, clock)

    def _open(self, place, clock):
        self.opened += 1
        return ADAPTER.open(self.url(*place), clock)


class File(Elsewhere):
    """Instead of an SQLite file."""

    def create(self, url, ledger, clock):
        file = Path(url.path)
        if not url.path or not file.parent.is_dir():
            return self.own.create(url, ledger, clock)  # which says what is wrong
        if file.exists():
            raise LedgerExists(url.text)
        place, store = self._make(ledger, clock)
        try:
            point(file, *place)
        except OSError as error:
            store.close()
            raise StoreUnreadable(f"the SQLite store says: {error.strerror}") from None
        return store

    def open(self, url, clock):
        place = place_of(url.path)
        if place is None:
            return self.own.open(url, clock)  # which says what is wrong
        return self._open(place, clock)


class Memory(Elsewhere):
    """Instead of lists and dictionaries."""

    def __init__(self, own, database, schema):
        super().__init__(own, database, schema)
        self.places = {}

    def create(self, url, ledger, clock):
        if url.path in self.places:
            raise LedgerExists(url.text)
        self.places[url.path], store = self._make(ledger, clock)
        return store

    def open(self, url, clock):
        if url.path not in self.places:
            raise NoLedger(url.text)
        return self._open(self.places[url.path], clock)


def point(file, schema, name):
    """Write the file that says where a ledger really is."""
    with file.open("xb") as made:
        file.chmod(0o600)
        made.write(POINTER + f"{schema} {name}".encode())


def place_of(file):
    """Return the schema and the name of the ledger in *file*; None where it is in the file."""
    try:
        text = Path(file).read_bytes()[:200]
    except OSError:
        return None
    return tuple(text.removeprefix(POINTER).decode().split()) if text.startswith(POINTER) else None


def connect():
    """Connect as the owner, who may do anything."""
    return closing(psycopg.connect(database()))


def anywhere():
    """Return whether ledgers are kept elsewhere than where their addresses say."""
    return VARIABLE in os.environ


def database():
    """Return the address of the database that they are kept in."""
    return os.environ[VARIABLE].split()[0]


def move(database):
    """Keep everything in PostgreSQL from now on, in this process and in those it starts."""
    os.environ[VARIABLE] = f"{database} t_{uuid4().hex}"
    here = Path(__file__).parent
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    ours = [str(here), str(here.parent)]
    os.environ["PYTHONPATH"] = os.pathsep.join([*ours, *filter(None, others)])
    replace(os.environ[VARIABLE])


def replace(where):
    """Put the other stores in the place of ours."""
    sqlite.ADAPTER = File(sqlite.ADAPTER, *where.split())
    memory.ADAPTER = Memory(memory.ADAPTER, *where.split())


def made():
    """Return how many ledgers this process made in PostgreSQL."""
    return sqlite.ADAPTER.made + memory.ADAPTER.made


def used():
    """Return how often this process made one or opened one."""
    return made() + sqlite.ADAPTER.opened + memory.ADAPTER.opened
