"""
`record`: one subcommand for each command of the domain, and for each event recorded as it is said.

The options are made from the command's own fields, so that the two cannot
drift apart: an id or a code is read by its shape, a text is sealed.
"""

from typing import Any

import click

from complaint_ledger.cli.options import actor_option, with_ledger
from complaint_ledger.cli.output import as_json, format_option, print_rows
from complaint_ledger.cli.record_fields import build
from complaint_ledger.cli.record_options import options_of
from complaint_ledger.domain import commands as c
from complaint_ledger.from_json import COMMANDS
from complaint_ledger.ledger import Ledger, Recorded
from complaint_ledger.to_json import recorded_to_json


@click.group()
def record() -> None:
    """Record what happened to a complaint."""


def _subcommand(name: str, kind: type[c.Command]) -> click.Command:
    def run(ledger: Ledger, actor: str, form: str, **given: Any) -> None:
        complaint = given.pop("complaint", None)
        around = {
            key: given.pop(key)
            for key in (
                "idempotency_key",
                "expected_version",
                "correlation",
                "causation",
                "on_behalf_of",
                "accept_clock",
            )
        }
        command = build(kind, ledger, complaint, given)
        recorded = ledger.record(command, complaint=complaint, actor=actor, **around)
        _report(ledger, recorded, form)

    callback = format_option(actor_option(with_ledger(run)))
    params = [*options_of(kind), *reversed(callback.__click_params__)]
    # What follows the first paragraph is for whoever reads the class.
    told = (kind.__doc__ or "").strip().partition("\n\n")[0]
    return click.Command(name, callback=callback, help=told, params=params)


# --- what is printed -----------------------------------------------------------------------------


def _report(ledger: Ledger, recorded: Recorded, form: str) -> None:
    for remark in recorded.remarks:
        click.echo(f"complaint-ledger: {remark}", err=True)
    told = recorded_to_json(ledger, recorded)
    if form == "json":
        click.echo(as_json(told))
        return
    if recorded.already_there:
        click.echo("Nothing new: this was recorded already.", err=True)
    if told["events"]:
        print_rows(told["events"], form, ("position", "version", "event", "occurred_on", "id"))


for _name, _kind in COMMANDS.items():
    record.add_command(_subcommand(_name, _kind))
