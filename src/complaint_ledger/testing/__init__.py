"""
What a store, and a rule, must do, as tests that others can use.

Install `complaint-ledger[testing]`. Adapters: `EventStoreContract` and
`EventStoreMachine`. Rules: `given(…).when(…).then(…)`. Everyone: `strategies`
for Hypothesis, `ContraryStore`, and one small story in `examples`.
"""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.{module}" for module in ("machine", "rules", "specification", "whole"))
)

from complaint_ledger.testing import examples, strategies  # noqa: E402
from complaint_ledger.testing.contract import EventStoreContract  # noqa: E402
from complaint_ledger.testing.contrary import ContraryStore  # noqa: E402
from complaint_ledger.testing.machine import EventStoreMachine  # noqa: E402
from complaint_ledger.testing.rules.scene import CAPABILITIES, ManualClock  # noqa: E402
from complaint_ledger.testing.specification import entry_id, given, history  # noqa: E402
from complaint_ledger.testing.whole import check_whole, everything  # noqa: E402

__all__ = [
    "CAPABILITIES",
    "ContraryStore",
    "EventStoreContract",
    "EventStoreMachine",
    "ManualClock",
    "check_whole",
    "entry_id",
    "everything",
    "examples",
    "given",
    "history",
    "strategies",
]
