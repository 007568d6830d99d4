"""A ledger in UmaDB passes the contract: the port is not SQL."""

import pytest

from complaint_ledger.testing import EventStoreContract
from complaint_ledger_adapters.umadb import ADAPTER, UmaDBStore


class TestUmaDBStore(EventStoreContract):
    adapter = ADAPTER
    capabilities = UmaDBStore.capabilities

    @pytest.fixture
    def new_address(self, new_uma_address):
        return new_uma_address

    delete_newest_behind_the_back = None  # nobody can
