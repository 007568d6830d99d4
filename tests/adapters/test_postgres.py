"""A ledger in PostgreSQL passes the contract, and says in plain words what is wrong."""

import pytest

from complaint_ledger.ids import new_id
from complaint_ledger.store import parse_url
from complaint_ledger.testing import EventStoreContract
from complaint_ledger_adapters.postgres import ADAPTER

CAPABILITIES = frozenset({"durable", "processes", "erase", "restore", "push"})


class TestPostgresStore(EventStoreContract):
    adapter = ADAPTER
    capabilities = CAPABILITIES

    @pytest.fixture
    def new_address(self, postgres):
        type(self).server = postgres
        return lambda: f"{postgres.conninfo('postgres')}?schema=s_{new_id()}"

    def delete_newest_behind_the_back(self, address, count):
        options = parse_url(address).options
        events = f"{options['schema']}.events"
        postgres = self.server
        postgres.sql(f"ALTER TABLE {events} DISABLE TRIGGER ALL")
        postgres.sql(
            f"DELETE FROM {events} WHERE position > (SELECT max(position) - %s FROM {events})",
            count,
        )
