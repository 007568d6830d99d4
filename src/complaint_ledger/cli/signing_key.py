"""`signing-key`: the key that signs checkpoints."""

import click

from complaint_ledger.cli.options import actor_option, signed_ledger
from complaint_ledger.evidence.checkpointing import key_in_force, rotate_key
from complaint_ledger.ledger import Ledger


@click.group(name="signing-key")
def signing_key() -> None:
    """Show the key that signs checkpoints, or change it."""


@signing_key.command()
@signed_ledger
def show(ledger: Ledger) -> None:
    """
    Print the public half of the key in force.

    Publish it, on the website and in the annual report: readers of evidence compare it.
    """
    click.echo(key_in_force(ledger))


@signing_key.command()
@signed_ledger
@actor_option
@click.option("--accept-clock", is_flag=True, help="The clock is right although it jumped.")
def rotate(ledger: Ledger, actor: str, *, accept_clock: bool) -> None:
    """
    Change the key: record it, and sign a checkpoint with the old key and the new.

    Only an administrator may. The old key is destroyed. What was broken off is finished
    by the same command.
    """
    made = rotate_key(ledger, actor=actor, accept_clock=accept_clock)
    click.echo(key_in_force(ledger))
    click.echo(f"The checkpoint of {made.size} entries has both signatures.", err=True)
