"""`documents`: what is on a complaint's file, and how to get it out again."""

import attrs
import click

from complaint_ledger.cli.options import actor_option, with_ledger
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.documents import documents_of, save_document
from complaint_ledger.ledger import Ledger

COLUMNS = (
    "item", "kind", "direction", "role", "stage", "head", "dated_on", "added_on", "file",
    "withdrawn", "position",
)  # fmt: skip


@click.group()
def documents() -> None:
    """The documents on a complaint's file."""


@documents.command("list")
@click.argument("complaint", metavar="REF")
@with_ledger
@format_option
def list_(ledger: Ledger, complaint: str, form: str) -> None:
    """List the documents of a complaint; opens none."""
    rows = [attrs.asdict(one) for one in documents_of(ledger, complaint)]
    print_rows(rows, form, COLUMNS)


@documents.command()
@click.argument("complaint", metavar="REF")
@click.argument("item", metavar="ITEM")
@with_ledger
@actor_option
@click.option("--out", required=True, metavar="FILE", help="Where to; nothing may be there yet.")
@click.option("--purpose", default="casework", show_default=True, help="What it is opened for.")
@click.option("--accept-clock", is_flag=True, help="The clock is right although it jumped.")
def save(
    ledger: Ledger,
    complaint: str,
    item: str,
    actor: str,
    out: str,
    purpose: str,
    *,
    accept_clock: bool,
) -> None:
    """Open a document and write its file, for you alone; leaves an event."""
    count = save_document(
        ledger, complaint, item, out, actor=actor, purpose=purpose, accept_clock=accept_clock
    )
    click.echo(f"{count:,} bytes, as their SHA-256 says")
