"""Everything about projections: measured on both databases, and put in tables."""

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import attrs
from rich.console import Console
from rich.table import Table
from tests.servers import PostgresServer

from benchmarks import (
    projections,
    projections_exports,
    projections_growth,
    projections_rebuilds,
)
from benchmarks.measures import Line
from benchmarks.projections_exports import ExportedAt
from benchmarks.projections_growth import Grown
from benchmarks.projections_places import Files, Server

SETTINGS: Final = (
    "facts and peer's views: SQLite in WAL with synchronous=NORMAL; PostgreSQL as it comes"
)


def on_projections(
    console: Console,
    folder: Path,
    running: PostgresServer,
    *,
    quick: bool,
    comparisons: Callable[[list[Line], str], Table],
) -> dict[str, Any]:
    """Measure projections; print it, and return it for a file."""
    console.print(SETTINGS)
    scale = projections.QUICK if quick else projections.FULL
    on_server = projections.QUICK if quick else projections.ON_SERVER
    made_anew = projections_rebuilds.QUICK if quick else projections_rebuilds.FULL
    files, server = Files(folder), Server(running, folder)
    ran = [*projections.runners(files, scale), *projections.runners(server, on_server)]
    rebuilt = [
        line for on in (files, server) for line in projections_rebuilds.rebuilds(on, made_anew)
    ]
    console.print(comparisons(ran, "Views kept up, against the library's runner: events"))
    console.print(comparisons(rebuilt, "Rebuilds, and trends against SQL by hand"))
    exported = projections_exports.exported(
        folder, projections_exports.QUICK if quick else projections_exports.FULL
    )
    console.print(*exports(exported))
    sizes = projections_growth.QUICK if quick else projections_growth.FULL
    grown = projections_growth.growth(folder, sizes)
    console.print(growths(grown))
    return {
        "runners": _as_numbers(ran),
        "rebuilds_and_trends": _as_numbers(rebuilt),
        "exports": attrs.asdict(exported),
        "growth": [attrs.asdict(at) for at in grown],
    }


def _as_numbers(lines: list[Line]) -> list[dict[str, Any]]:
    return [attrs.asdict(x) | {"ratio": x.ratio, "hit": x.hit} for x in lines]


def growths(found: list[Grown]) -> Table:
    table = Table(title="Facts as a ledger grows: seconds, and the most memory in MiB")
    columns = ("events", "nothing", "first build", "last 1,000", "overturn", "outcomes", "facts")
    for column in columns:
        table.add_column(column, justify="right")
    for at in found:
        work = (at.built, at.caught_up, at.overturn, at.outcomes)
        table.add_row(
            f"{at.events:,}",
            f"{at.idle.memory:,.0f}",
            *(f"{took.seconds:,.2f} / {took.memory:,.0f}" for took in work),
            f"{at.size / 2**20:,.0f} MiB",
        )
    return table


def exports(found: ExportedAt) -> tuple[Table, Table]:
    title = f"Exports of {found.complaints:,} complaints in {found.years} financial years"
    written = Table("what", title=title)
    written.add_column("", justify="right")
    written.add_row("all, complaints a second", _spread(found.full))
    written.add_row("after one was answered, seconds", _spread(found.incremental))
    asked = Table("engine", title="Asked of it: seconds (min-max)")
    names = next(iter(found.asked.values()))
    for column in ("opened and checked", *names):
        asked.add_column(column, justify="right")
    for engine, took in found.asked.items():
        opened = found.opened.get(engine)
        asked.add_row(
            engine, _spread(opened) if opened else "-", *(_spread(took[name]) for name in names)
        )
    return written, asked


def _spread(of: tuple[float, ...]) -> str:
    middle, least, most = (f"{x:,.3f}" if x < 100 else f"{x:,.0f}" for x in (
        statistics.median(of), min(of), max(of),
    ))  # fmt: skip
    return f"{middle} ({least}-{most})"
