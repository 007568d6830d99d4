"""`make bench`: measure, print a table, and keep the numbers if asked to."""

import json
import os
import platform
import sqlite3
import statistics
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs
import click
from rich.console import Console
from rich.table import Table
from tests.servers import PostgresServer

from benchmarks import audits, bundles, measures, postgres, postgres_growth, postgres_sides, sides
from benchmarks.audits import Audited
from benchmarks.bundles import Bundled
from benchmarks.measures import Growth, Line
from benchmarks.postgres_growth import Grown
from benchmarks.projections_run import on_projections


@click.command()
@click.option("--quick", is_flag=True, help="A smoke run of some seconds; its numbers say little.")
@click.option("--json", "path", type=click.Path(path_type=Path), help="Where to keep the numbers.")
@click.option("--dir", "parent", type=click.Path(path_type=Path), help="The disk to measure on.")
@click.option("--postgresql", "only", flag_value="postgresql", help="PostgreSQL alone.")
@click.option("--projections", "only", flag_value="projections", help="Projections alone.")
def main(*, quick: bool, path: Path | None, parent: Path | None, only: str | None) -> None:
    """Measure the ledger against plain `eventsourcing` and against sqlite3 by hand."""
    console = Console(width=max(100, Console().width))
    # One folder for all sides: all on the same disk, and gone afterwards.
    with tempfile.TemporaryDirectory(prefix="complaint-ledger-bench-", dir=parent) as name:
        folder = Path(name)
        facts = machine(measures.syncs(folder, 500 if not quick else 5))
        console.print(", ".join(f"{key} {value}" for key, value in facts.items()), soft_wrap=True)
        found: dict[str, Any] = {"machine": facts}
        if only is None:
            found |= on_files(console, folder, quick=quick)
        with postgres.server(parent) as running:
            if only != "projections":
                found["postgresql"] = on_postgres(console, running, quick=quick)
            if only != "postgresql":
                found["projections"] = on_projections(
                    console, folder, running, quick=quick, comparisons=comparisons
                )
    if path:
        path.write_text(json.dumps(found, indent=1) + "\n")


def on_files(console: Console, folder: Path, *, quick: bool) -> dict[str, Any]:
    """Measure ledgers in files; print it, and return it for a file."""
    scale = measures.QUICK if quick else measures.FULL
    settings = ", ".join(f"{k}={v}" for k, v in sides.SETTINGS.items())
    console.print(f"every connection was checked: {settings}")
    replayed = measures.replays(folder, scale)
    imported = measures.imports(folder, scale)
    by_hand, get_and_save, split = measures.commands(folder, scale)
    judged = measures.findings(folder, scale)
    with_entries = bundles.entries(folder, scale)
    lines = [replayed, imported, by_hand, get_and_save, judged, with_entries]
    bundled = bundles.bundles(folder, bundles.QUICK if quick else bundles.FULL)
    audited = audits.audits(folder, audits.QUICK if quick else audits.FULL)
    grown = measures.growth(folder, scale)
    console.print(comparisons(lines), growths(grown), splits(split), bundlings(bundled))
    console.print(auditings(audited))
    return {
        "settings": sides.SETTINGS,
        "lines": as_numbers(lines),
        "growth": [attrs.asdict(x) for x in grown],
        "command_microseconds": split,
        "bundles": [attrs.asdict(x) for x in bundled],
        "audits": [attrs.asdict(x) | {"ratio": x.ratio, "hit": x.hit} for x in audited],
    }


def on_postgres(console: Console, running: PostgresServer, *, quick: bool) -> dict[str, Any]:
    """Measure ledgers in PostgreSQL; print it, and return it for a file."""
    scale = postgres.QUICK if quick else postgres.FULL
    ((release,),) = running.sql("SELECT current_setting('server_version')")
    for what, said in (
        (f"PostgreSQL {release} was set", postgres_sides.SERVER),
        ("every connection was checked", postgres_sides.SETTINGS),
    ):
        console.print(f"{what}: {', '.join(f'{k}={v}' for k, v in said.items())}")
    lines = postgres.lines(running, scale)
    grown = postgres_growth.growth(running, scale)
    console.print(comparisons(lines, "Against plain eventsourcing.postgres, on one PostgreSQL"))
    console.print(postgres.MORE, soft_wrap=True)
    console.print(postgres_growths(grown))
    return {
        "version": release,
        "settings": postgres_sides.SETTINGS | postgres_sides.SERVER,
        "lines": as_numbers(lines),
        "growth": [attrs.asdict(x) for x in grown],
    }


def as_numbers(lines: list[Line]) -> list[dict[str, Any]]:
    return [attrs.asdict(x) | {"ratio": x.ratio, "hit": x.hit} for x in lines]


def machine(syncs: float) -> dict[str, Any]:
    """Return what the numbers depend on."""
    return {
        "cores": os.cpu_count(),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "eventsourcing": version("eventsourcing"),
        "fsyncs/s": round(syncs),
        "load": round(os.getloadavg()[0], 1),
    }


def comparisons(
    lines: list[Line], title: str = "Against peers: medians of interleaved repetitions"
) -> Table:
    table = Table("what", "peer", title=title)
    for column in ("ours/s", "peer/s", "ratio", "min-max", "target", ""):
        table.add_column(column, justify="right")
    for line in lines:
        table.add_row(
            line.what,
            line.peer,
            f"{statistics.median(line.ours):,.0f}",
            f"{statistics.median(line.theirs):,.0f}",
            f"{line.ratio:.2f}",
            f"{min(line.ratios):.2f}-{max(line.ratios):.2f}",
            f"{line.target:g}" if line.target else "-",
            {True: "hit", False: "MISS", None: ""}[line.hit],
        )
    return table


def growths(grown: list[Growth]) -> Table:
    table = Table(title="As the ledger grows: per second")
    for column in ("complaints", "import", "command", "read one", "replay all", "judge all"):
        table.add_column(column, justify="right")
    for at in grown:
        table.add_row(*(f"{value:,.0f}" for value in attrs.astuple(at)))
    return table


def postgres_growths(found: list[Grown]) -> Table:
    """Return rates, each beside what it is of the rate in the smallest ledger."""
    table = Table(title="As a ledger in PostgreSQL grows: per second (of the smallest ledger's)")
    columns = ("events", "append", "append, sealed", "read one", "tail, events", "restore, events")
    for column in columns:
        table.add_column(column, justify="right")
    for at in found:
        rates = [f"{rate:,.0f} ({share:.2f})" for rate, share in at.against(found[0])]
        table.add_row(f"{at.events:,}", *rates, f"{at.restored:,.0f}")
    return table


def bundlings(found: list[Bundled]) -> Table:
    table = Table(title="Evidence out of a ledger: seconds")
    columns = ("events", "first bundle", "next bundle", "checkpoint", "verified")
    for column in columns:
        table.add_column(column, justify="right")
    for at in found:
        events, *seconds = attrs.astuple(at)
        table.add_row(f"{events:,}", *(f"{each:.2f}" for each in seconds))
    return table


def auditings(found: list[Audited]) -> Table:
    table = Table(title="Audit of a whole ledger: seconds of the processor")
    for column in ("events", "hashing alone", "entries", "ratio", "target", "", "with values"):
        table.add_column(column, justify="right")
    for at in found:
        table.add_row(
            f"{at.events:,}",
            f"{at.hashing:.3f}",
            f"{at.entries:.2f}",
            f"{at.ratio:.1f}",
            f"≤ {audits.TARGET}",
            "hit" if at.hit else "MISS",
            f"{at.everything:.2f}",
        )
    return table


def splits(split: dict[str, float]) -> Table:
    table = Table("step", title="Where the time of one command goes (each step without its inner)")
    table.add_column("µs", justify="right")
    table.add_column("share", justify="right")
    whole = sum(split.values())
    for name, took in split.items():
        table.add_row(name, f"{took:.0f}", f"{took / whole:.0%}")
    table.add_row("all", f"{whole:.0f}", "")
    return table


if __name__ == "__main__":
    main()
