"""A ledger in PostgreSQL passes the contract, and says in plain words what is wrong."""

from contextlib import closing

import pytest

from complaint_ledger.ids import new_id
from complaint_ledger.store import parse_url
from complaint_ledger.testing import EventStoreContract
from complaint_ledger_adapters.postgres import ADAPTER, CAPABILITIES
from complaint_ledger_adapters.postgres_server import Place
from servers import with_options


class TestPostgresStore(EventStoreContract):
    adapter = ADAPTER
    capabilities = CAPABILITIES

    @pytest.fixture
    def new_address(self, database):
        return lambda: with_options(database, schema=f"s_{new_id()}")

    def delete_newest_behind_the_back(self, address, count):
        place = Place.of(parse_url(address))
        with closing(place.connect()) as owner:
            owner.execute(f"ALTER TABLE {place.schema}.events DISABLE TRIGGER ALL")
            owner.execute(
                f"DELETE FROM {place.schema}.events WHERE position >"
                f" (SELECT max(position) - %s FROM {place.schema}.events)",
                (count,),
            )
