"""`demo`: a fictional council's year, to look around in."""

import sys
from datetime import datetime
from pathlib import Path

import click


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("demo-ledger"),
    show_default=True,
    metavar="DIR",
    help="Where; a former demo there is replaced.",
)
@click.option(
    "--complaints", type=click.IntRange(1, 100_000), default=3000, show_default=True, metavar="N"
)
@click.option("--seed", type=int, default=2025, show_default=True, metavar="S")
def demo(folder: Path, complaints: int, seed: int) -> None:
    """
    Record a fictional council's year on a simulated clock, and show what is in it.

    Nothing in it happened, and nobody in it is anybody.
    """
    from complaint_ledger.demo import make
    from complaint_ledger.demo.story import print_story

    click.echo("FICTIONAL: nothing in this ledger happened.", err=True)
    tell = _Tell()
    made = make(folder, complaints=complaints, seed=seed, tell=tell)
    tell.done()
    print_story(made)


class _Tell:
    """Says on stderr which month it is in the simulation."""

    def __init__(self) -> None:
        self._over = sys.stderr.isatty()
        self._month = ""

    def __call__(self, at: datetime) -> None:
        month = f"{at:%B %Y}"
        if month != self._month:
            self._month = month
            # A terminal overwrites its line.
            line = f"recording {month}"
            click.echo(f"\r{line:<30}" if self._over else line, err=True, nl=not self._over)

    def done(self) -> None:
        if self._over:
            click.echo(f"\r{'':<30}\r", err=True, nl=False)
