"""
What a store can do, as its tests show it: the contract, run and counted by capability.

    with adapter.scratch(url) as new_address:
        report = check(adapter, new_address)
    assert report.passed, report
"""

import os
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

import attrs
import pytest
from hypothesis.configuration import set_hypothesis_home_dir, storage_directory

from complaint_ledger.errors import BadValue, StoreUnreadable
from complaint_ledger.ids import new_id
from complaint_ledger.store import Adapter, parse_url
from complaint_ledger.testing import checked
from complaint_ledger.testing.rules.scene import CAPABILITIES, ManualClock, needed_by

Outcome = Literal["passed", "failed", "skipped"]
Verdict = Literal["shown", "declared and not shown", "not declared"]
Tell = Callable[[int], None]

_QUIET: Final = (
    "--pyargs",
    checked.__name__,
    "--noconftest",
    f"--config-file={os.devnull}",
    "--override-ini=addopts=",
    "--import-mode=importlib",
    "--assert=plain",  # nothing is compiled anew, so nothing is written
    "--capture=fd",
    "-Wdefault",
    *(f"-pno:{plugin}" for plugin in ("cacheprovider", "terminal", "junitxml", "faulthandler")),
)
_NO_PLUGINS: Final = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
_PYTEST_VARIABLES: Final = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST")
_ORDER: Final[Sequence[Outcome]] = ("failed", "passed", "skipped")
_LONGEST: Final = 200  # characters of a reason


@attrs.frozen(kw_only=True)
class Rule:
    """
    One rule of the contract, and what came of it.

    Attributes:
        name: The name of its test.
        needs: The capabilities that it defines; none where it is asked of every store.
        outcome: Failed where it failed in any of its cases; skipped where it was in all.
        reason: Why it failed or was skipped, in a line.
    """

    name: str
    needs: tuple[str, ...]
    outcome: Outcome
    reason: str = ""


@attrs.frozen(kw_only=True)
class Part:
    """
    The rules of one capability, or those that are asked of every store.

    Attributes:
        name: The capability; `always` for what is asked of every store.
        declared: Whether the store declares it.
        rules: Its rules; one that defines two capabilities is a rule of both.
    """

    name: str
    declared: bool
    rules: tuple[Rule, ...]

    def count(self, outcome: Outcome) -> int:
        """Return how many of its rules came out so."""
        return sum(rule.outcome == outcome for rule in self.rules)

    @property
    def verdict(self) -> Verdict:
        """What may be said of the store: only what was declared and asked, and never failed."""
        if not self.declared:
            return "not declared"
        if self.count("passed") and not self.count("failed"):
            return "shown"
        return "declared and not shown"


@attrs.frozen(kw_only=True)
class Report:
    """
    What a check found.

    Attributes:
        always: The rules that are asked of every store.
        capabilities: The rules of each capability, by its name.
    """

    always: Part
    capabilities: tuple[Part, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All of it, with what is asked of every store first."""
        return (self.always, *self.capabilities)

    @property
    def passed(self) -> bool:
        """Whether everything that the store declares was shown."""
        return all(part.verdict != "declared and not shown" for part in self.parts)

    @property
    def failed(self) -> tuple[Rule, ...]:
        """The rules that failed, each once."""
        found = {r.name: r for part in self.parts for r in part.rules if r.outcome == "failed"}
        return tuple(found.values())


def check(adapter: Adapter, new_address: Callable[[], str], tell: Tell = lambda _: None) -> Report:
    """
    Run the contract on stores of *adapter*; return what it shows.

    Nothing is printed, and nothing is written but at the addresses. Two checks in one
    process go one after the other.

    Args:
        adapter: Whose stores are tried. For the rules on processes it is registered under
            the scheme of its addresses.
        new_address: Gives, at each call, an address where no ledger is yet.
        tell: Told how many cases were tried so far.

    Raises:
        StoreError: A store cannot be made there at all.
        StoreUnreadable: The check itself broke off.
        BadValue: Python leaves assertions out (-O), so that nothing would fail.
    """
    if not __debug__:
        raise BadValue("adapters check", "nothing fails under python -O; run it without")
    first = adapter.create(parse_url(new_address()), new_id(), ManualClock())
    with closing(first) as store:
        declared = store.capabilities
    counted = _Counting(tell)
    with _asked_of(adapter, new_address), _no_settings_of_others():
        status = pytest.main([*_QUIET], plugins=[counted])
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        raise StoreUnreadable(f"the check broke off (pytest says {status!r}); nothing was shown")
    return _report(counted.rules(), declared)


def _report(rules: Sequence[Rule], declared: frozenset[str]) -> Report:
    return Report(
        always=Part(
            name="always", declared=True, rules=tuple(rule for rule in rules if not rule.needs)
        ),
        capabilities=tuple(
            Part(
                name=name,
                declared=name in declared,
                rules=tuple(rule for rule in rules if name in rule.needs),
            )
            for name in sorted({*CAPABILITIES, *declared})
        ),
    )


class _Counting:
    """A plugin of pytest that notes what came of each case."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._needs: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, str] = {}
        self._came_of: dict[str, dict[Outcome, str]] = {}
        self._tried = 0

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            assert isinstance(item, pytest.Function)
            name = item.originalname
            self._names[item.nodeid] = name
            self._needs[name] = needed_by(item.function)
            self._came_of[name] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        outcome: Outcome = report.outcome
        if report.when == "call" or outcome != "passed":
            reason = "" if outcome == "passed" else _reason(call)
            self._came_of[self._names[item.nodeid]].setdefault(outcome, reason)
        if report.when == "teardown":
            self._tried += 1
            self._tell(self._tried)
        return report

    def rules(self) -> tuple[Rule, ...]:
        """Return every rule, with the worst that came of its cases."""
        return tuple(
            Rule(
                name=name,
                needs=self._needs[name],
                outcome=(worst := next(one for one in _ORDER if one in came_of)),
                reason=came_of[worst],
            )
            for name, came_of in self._came_of.items()
        )


def _reason(call: pytest.CallInfo[None]) -> str:
    """Return in one line why a case failed or was skipped."""
    assert call.excinfo is not None
    error = call.excinfo.value
    text = str(error).strip().partition("\n")[0]
    if isinstance(error, AssertionError):
        at = call.excinfo.traceback[-1]
        said = text.removeprefix("assert ")
        text = f"{said or str(at.statement).strip()} ({Path(at.path).name}, line {at.lineno + 1})"
        text = text if said else f"it does not hold that {text.removeprefix('assert ')}"
    elif not isinstance(error, pytest.skip.Exception):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


@contextmanager
def _asked_of(adapter: Adapter, new_address: Callable[[], str]) -> Iterator[None]:
    place = checked.TestStore
    place.adapter, place.addresses = adapter, staticmethod(new_address)
    try:
        yield
    finally:
        del place.adapter, place.addresses


@contextmanager
def _no_settings_of_others() -> Iterator[None]:
    """Keep what somebody set for their own tests away from the check, and the check from them."""
    kept = {name: os.environ.pop(name, None) for name in _PYTEST_VARIABLES}
    kept[_NO_PLUGINS] = os.environ.get(_NO_PLUGINS)
    os.environ[_NO_PLUGINS] = "1"
    home = storage_directory(intent_to_write=False).path
    with TemporaryDirectory() as elsewhere, warnings.catch_warnings():
        set_hypothesis_home_dir(elsewhere)
        try:
            yield
        finally:
            set_hypothesis_home_dir(home)
            for name, value in kept.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
