"""
The contract: an adapter is correct when it passes it.

The whole test of an adapter is to say where new ledgers may go:

    class TestCouncilStore(EventStoreContract):
        adapter = ADAPTER

        @pytest.fixture
        def new_address(self, tmp_path):
            return lambda: f"council:///{tmp_path / new_id()}"

What a store cannot do it leaves out of its `capabilities`; the rules that define
them are then skipped, and say so; or, where the class says `capabilities = …` too,
are not there at all. No rule is ever overridden.
"""

from complaint_ledger.testing.rules.clocks import Clocks
from complaint_ledger.testing.rules.following import Following
from complaint_ledger.testing.rules.keeping import Keeping
from complaint_ledger.testing.rules.processes import Processes
from complaint_ledger.testing.rules.reading import Reading
from complaint_ledger.testing.rules.recording import Recording
from complaint_ledger.testing.rules.restoring import Restoring
from complaint_ledger.testing.rules.rivalry import Rivalry
from complaint_ledger.testing.rules.sealing import Sealing


class EventStoreContract(
    Recording, Reading, Rivalry, Following, Clocks, Sealing, Keeping, Restoring, Processes
):
    """Every rule of the port."""
