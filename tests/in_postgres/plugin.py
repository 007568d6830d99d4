"""What `--store postgresql` changes in a run of the tests."""

import pytest

from in_postgres import elsewhere
from servers import postgres_address

NOT_ABOUT_LEDGERS = ("adapters", "codes", "domain", "rules", "many_writers")


class Everything:
    """Keeps the ledgers of all tests in one PostgreSQL."""

    def __init__(self):
        self.tests = 0
        # Nobody cuts the power in between; tests/adapters asks what happens then.
        self.running = postgres_address(fsync="off", max_connections="900")
        elsewhere.move(self.running.__enter__())

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        before = elsewhere.used()
        yield
        self.tests += elsewhere.used() > before

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        out = [item for item in items if not _about_ledgers(item, config.rootpath / "tests")]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]
        for item in items:
            if why := item.get_closest_marker("about_files"):
                item.add_marker(pytest.mark.skip(reason=f"about files: {why.args[0]}"))

    def pytest_sessionfinish(self, session):
        counted = {"ledgers": elsewhere.made(), "tests": self.tests}
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["in_postgres"] = counted
        else:
            session.config.stash.setdefault(COUNTED, []).append(counted)
        self.running.__exit__(None, None, None)


class Counts:
    """Says at the end what the run kept in PostgreSQL, in however many processes."""

    def pytest_testnodedown(self, node):
        if counted := getattr(node, "workeroutput", {}).get("in_postgres"):
            node.config.stash.setdefault(COUNTED, []).append(counted)

    def pytest_terminal_summary(self, terminalreporter, config):
        told = config.stash.get(COUNTED, [])
        ledgers, tests = (sum(each[what] for each in told) for what in ("ledgers", "tests"))
        terminalreporter.write_line(f"{tests} tests kept {ledgers} ledgers in PostgreSQL")


COUNTED = pytest.StashKey[list[dict[str, int]]]()


def _about_ledgers(item, folder):
    if not item.path.is_relative_to(folder):
        return False
    if item.path.relative_to(folder).parts[0] in NOT_ABOUT_LEDGERS:
        return False
    # What is asked on each store is asked on this one once.
    of = getattr(item, "callspec", None)
    return of is None or of.params.get("url") != "memory"
