"""`adapters`: where a ledger can be kept."""

import click

from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.store import adapters as installed


@click.group()
def adapters() -> None:
    """Where a ledger can be kept."""


@adapters.command("list")
@format_option
def list_(form: str) -> None:
    """List the adapters that are installed, by the scheme of their URLs."""
    rows = [{"adapter": name, "url": f"{name}:///…"} for name in installed()]
    print_rows(rows, form, ("adapter", "url"))
