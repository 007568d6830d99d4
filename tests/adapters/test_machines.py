"""Whatever is called in whatever order, a store agrees with a list of lines."""

from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings

from complaint_ledger.ids import new_id
from complaint_ledger.testing import EventStoreMachine
from complaint_ledger_adapters import memory, postgres, sqlite, umadb
from servers import with_options


class MemoryMachine(EventStoreMachine):
    adapter = memory.ADAPTER

    def new_address(self):
        return f"memory:///{new_id()}"


class SQLiteMachine(EventStoreMachine):
    adapter = sqlite.ADAPTER

    def new_address(self):
        self.folder = TemporaryDirectory()
        return f"sqlite:///{self.folder.name}/ledger.db"

    def teardown(self):
        super().teardown()
        self.folder.cleanup()


TestMemory = MemoryMachine.TestCase
TestMemory.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

TestSQLite = SQLiteMachine.TestCase
TestSQLite.settings = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


class PostgresMachine(EventStoreMachine):
    adapter = postgres.ADAPTER
    database: ClassVar[str]

    def new_address(self):
        return with_options(self.database, schema=f"s_{new_id()}")


class TestPostgres(PostgresMachine.TestCase):
    settings = settings(max_examples=8, stateful_step_count=25, deadline=None)

    @pytest.fixture(autouse=True)
    def at(self, database):
        PostgresMachine.database = database


class UmaDBMachine(EventStoreMachine):
    adapter = umadb.ADAPTER
    addresses: ClassVar[Callable[[], str]]

    def new_address(self):
        return type(self).addresses()


class TestUmaDB(UmaDBMachine.TestCase):
    settings = settings(max_examples=8, stateful_step_count=25, deadline=None)

    @pytest.fixture(autouse=True)
    def at(self, new_uma_address):
        UmaDBMachine.addresses = staticmethod(new_uma_address)
