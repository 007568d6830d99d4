"""`list`: the complaints there are."""

from collections.abc import Iterator
from typing import Any

import click

from complaint_ledger.cli.options import with_ledger
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.ledger import Ledger

COLUMNS = ("reference", "received_on", "status", "stage", "service", "handler", "heads")


@click.command("list")
@with_ledger
@click.option("--service", metavar="S", help="Only complaints about this service.")
@click.option("--handler", metavar="ID", help="Only complaints that this actor handles.")
@click.option("--open", "only_open", is_flag=True, help="Only complaints that are open.")
@format_option
def list_(
    ledger: Ledger, service: str | None, handler: str | None, form: str, *, only_open: bool
) -> None:
    """List complaints, by reference."""
    rows = _rows(ledger, service, handler, only_open=only_open)
    if form in {"jsonl", "csv"}:
        print_rows(rows, form, COLUMNS)
    else:
        print_rows(sorted(rows, key=lambda row: row["reference"]), form, COLUMNS)


def _rows(
    ledger: Ledger, service: str | None, handler: str | None, *, only_open: bool
) -> Iterator[dict[str, Any]]:
    for stream, complaint in ledger.complaints():
        if service is not None and complaint.service != service:
            continue
        if handler is not None and complaint.handler != handler:
            continue
        if only_open and complaint.status != "open":
            continue
        yield {
            "reference": complaint.reference or stream,
            "received_on": complaint.received_on,
            "status": complaint.status,
            "stage": complaint.stages[-1].stage if complaint.stages else None,
            "service": complaint.service,
            "handler": complaint.handler,
            "heads": len(complaint.heads),
            "stream": stream,
        }
