"""`init`: make a ledger."""

from typing import get_args

import click

from complaint_ledger.cli.options import keys_option, signing_key_option, url_option
from complaint_ledger.domain.words import Nation
from complaint_ledger.opening import create_ledger
from complaint_ledger.store import parse_url


@click.command()
@url_option
@keys_option
@signing_key_option
@click.option("--council", required=True, metavar="NAME", help="Whose ledger it is.")
@click.option("--nation", type=click.Choice(get_args(Nation)), default="england", show_default=True)
@click.option("--code", metavar="CODE|FILE", help="The default handling code; else the nation's.")
@click.option("--calendar", metavar="CAL|FILE", help="The default calendar; else the nation's.")
@click.option("--administrator", metavar="NAME", help="Who may add actors; kept sealed.")
@click.option("--fictional", is_flag=True, help="Nothing in it is real; every output says so.")
def init(
    url: str,
    keys: str | None,
    signing_key: str | None,
    council: str,
    nation: Nation,
    code: str | None,
    calendar: str | None,
    administrator: str | None,
    *,
    fictional: bool,
) -> None:
    """Make a ledger, its key store and its first actor."""
    ledger, first = create_ledger(
        url,
        council=council,
        nation=nation,
        code=code,
        calendar=calendar,
        administrator=administrator,
        fictional=fictional,
        keys=keys,
        signing_key=signing_key,
    )
    shown = parse_url(url).text  # without a password
    with ledger:
        click.echo(first)
        click.echo(
            f"Ledger {ledger.store.ledger} is there; {first} is its administrator.\n"
            f"Keep its key store apart from it, and back both up. The key that signs its\n"
            f"checkpoints, on this server, protects nothing from this server's\n"
            f"administrators: set up a witness (`complaint-ledger witness --help`). Next:\n"
            f"  complaint-ledger actors add --ledger {shown} --actor {first} --role handler",
            err=True,
        )
