"""A ledger in memory passes the contract."""

import pytest

from complaint_ledger.ids import new_id
from complaint_ledger.testing import EventStoreContract
from complaint_ledger_adapters.memory import ADAPTER, MemoryStore


class TestMemoryStore(EventStoreContract):
    adapter = ADAPTER
    capabilities = MemoryStore.capabilities

    @pytest.fixture
    def new_address(self):
        return lambda: f"memory:///{new_id()}"
