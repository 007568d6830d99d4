"""`actors`: who may record."""

from typing import get_args

import click

from complaint_ledger.cli.options import actor_option, with_ledger
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.domain.words import ActorKind, Role
from complaint_ledger.ledger import Ledger


@click.group()
def actors() -> None:
    """Who may record: ids to use instead of names."""


@actors.command()
@with_ledger
@actor_option
@click.option(
    "--kind", type=click.Choice(get_args(ActorKind)), default="officer", show_default=True
)
@click.option("--role", type=click.Choice(get_args(Role)), required=True)
@click.option("--name", help="Who it is; kept sealed.")
@click.option("--accept-clock", is_flag=True, help="The clock is right although it jumped.")
def add(
    ledger: Ledger,
    actor: str,
    kind: ActorKind,
    role: Role,
    name: str | None,
    *,
    accept_clock: bool,
) -> None:
    """Let someone record; print the id to use. Only an administrator may."""
    added = ledger.add_actor(
        kind=kind, role=role, name=name, actor=actor, accept_clock=accept_clock
    )
    click.echo(added)


@actors.command("list")
@with_ledger
@format_option
def list_(ledger: Ledger, form: str) -> None:
    """List the ids, what they are and in which role."""
    rows = [{"id": a.id, "kind": a.kind, "role": a.role} for a in ledger.actors().values()]
    print_rows(rows, form, ("id", "kind", "role"))
