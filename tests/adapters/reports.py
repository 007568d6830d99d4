"""`python -m tests.adapters.reports`: what each of our stores declares, and what its tests show."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

sys.path.insert(0, str(Path(__file__).parent.parent))

from complaint_ledger.ids import new_id
from complaint_ledger.store import parse_url
from complaint_ledger.testing.report import check
from complaint_ledger_adapters import memory, postgres, sqlite, umadb
from servers import postgres_address


@contextmanager
def places(name: str) -> Iterator[Callable[[], str]]:
    """Give what gives addresses of scratch ledgers."""
    if name == "memory":
        yield lambda: f"memory:///{new_id()}"
    elif name == "sqlite":
        with TemporaryDirectory() as folder, sqlite.ADAPTER.scratch(parse_url(folder)) as place:
            yield place
    elif name == "postgresql":
        with postgres_address() as at, postgres.ADAPTER.scratch(parse_url(at)) as place:
            yield place
    else:
        with umadb.ADAPTER.scratch(parse_url("umadb://127.0.0.1:0")) as place:
            yield place


def main() -> None:
    """Print a report for each adapter."""
    ours = {"memory": memory, "sqlite": sqlite, "postgresql": postgres, "umadb": umadb}
    for name, module in ours.items():
        with places(name) as place:
            report = check(module.ADAPTER, place)
        click.echo(f"\n{name}: {'passed' if report.passed else 'FAILED'}")
        for part in report.parts:
            click.echo(
                f"  {part.name:<10} {'declared' if part.declared else '-':<9}"
                f" {part.count('passed'):>3} of {len(part.rules):>3} rules passed,"
                f" {part.count('failed')} failed, {part.count('skipped')} skipped: {part.verdict}"
            )
        for rule in report.failed:
            click.echo(f"  FAILED {rule.name}: {rule.reason}")


if __name__ == "__main__":
    main()
