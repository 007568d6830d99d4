"""The contract and the machine on an adapter that `report.check` names: pytest collects this."""

from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from complaint_ledger.store import Adapter
from complaint_ledger.testing.contract import EventStoreContract
from complaint_ledger.testing.machine import EventStoreMachine
from complaint_ledger.testing.rules.scene import NewAddress, needs

_SOME = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    database=None,  # nothing is left behind
    derandomize=True,  # the same check says the same
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class TestStore(EventStoreContract):
    """The contract, where ledgers go that `addresses` gives."""

    addresses: ClassVar[Callable[[], str]]

    @pytest.fixture
    def new_address(self) -> NewAddress:
        return type(self).addresses

    def test_calls_in_any_order_agree_with_a_model(self) -> None:
        self._agree(may_erase=False)

    @needs("erase")
    def test_calls_in_any_order_agree_with_a_model_that_erases(self) -> None:
        self._agree(may_erase=True)

    def _agree(self, *, may_erase: bool) -> None:
        """Let Hypothesis look for calls after which the store and a list of lines differ."""
        place, erases = type(self), may_erase

        class Machine(EventStoreMachine):
            adapter: ClassVar[Adapter] = place.adapter
            may_erase: ClassVar[bool] = erases

            def new_address(self) -> str:
                return place.addresses()

        run_state_machine_as_test(Machine, settings=_SOME)
