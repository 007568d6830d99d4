"""What `--store postgresql` changes in a run of the tests."""

import pytest

from in_postgres import elsewhere
from servers import postgres_address

ELSEWHERE = pytest.StashKey()
COUNTED = pytest.StashKey()
NOT_ABOUT_LEDGERS = ("adapters", "codes", "domain", "rules", "many_writers")


class Everything:
    """Keeps the ledgers of all tests in one PostgreSQL."""

    def __init__(self):
        self.tests = 0
        # Nobody cuts the power in between; tests/adapters asks what happens then.
        self.running = postgres_address(fsync="off")
        elsewhere.move(self.running.__enter__())

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item):
        before = elsewhere.made()
        yield
        self.tests += elsewhere.made() > before or bool(getattr(item, "funcargs", {}).get("url"))

    def pytest_collection_modifyitems(self, config, items):
        folder = config.rootpath / "tests"
        out = [
            item
            for item in items
            if not item.path.is_relative_to(folder)
            or item.path.relative_to(folder).parts[0] in NOT_ABOUT_LEDGERS
        ]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]
        for item in items:
            if why := item.get_closest_marker("about_files"):
                item.add_marker(pytest.mark.skip(reason=f"about files: {why.args[0]}"))

    def pytest_sessionfinish(self):
        self.running.__exit__(None, None, None)

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.write_line(
            f"{elsewhere.made()} ledgers were made in PostgreSQL, by {self.tests} tests"
        )
