"""`copy`, `backup` and `restore`: a ledger with its keys goes somewhere else, whole."""

import time
from pathlib import Path

import click

from complaint_ledger.cli.options import FICTIONAL, keys_option, url_option
from complaint_ledger.moving import Copied, back_up, copy_ledger, restore_backup


@click.command("copy")
@url_option
@keys_option
@click.option("--to", required=True, metavar="URL", help="Where the copy goes.")
@click.option("--to-keys", metavar="PATH", help="Where its key store goes, if not beside it.")
def copy_(url: str, keys: str | None, to: str, to_keys: str | None) -> None:
    """
    Copy a ledger with its keys to another place, and compare the two to the last byte.

    It may be recorded in meanwhile. Say it again to go on after a break, or to catch up.
    """
    copied = copy_ledger(url, to, keys=keys, to_keys=to_keys, tell=Progress())
    _print(copied, f"The copy at {to}")


@click.command()
@url_option
@keys_option
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder to make.",
)
@click.option(
    "--keys-out",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where the backup's key store goes, if not into the folder.",
)
def backup(url: str, keys: str | None, out: Path, keys_out: Path | None) -> None:
    """
    Back a ledger up with its keys into a folder, and compare the two to the last byte.

    It may be recorded in meanwhile. Say it again to go on after a break.
    """
    copied = back_up(url, out, keys=keys, keys_out=keys_out, tell=Progress())
    _print(copied, f"The backup in {out}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@url_option
@keys_option
@click.option(
    "--keys-from",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where the backup's key store is, if not in the folder.",
)
def restore(folder: Path, url: str, keys: str | None, keys_from: Path | None) -> None:
    """
    Copy a backup with its keys to where nothing is, and compare the two to the last byte.

    The backup stays as it is. Say it again to go on after a break.
    """
    copied = restore_backup(folder, url, keys=keys, keys_from=keys_from, tell=Progress())
    _print(copied, f"The ledger at {url}")


class Progress:
    """A line on stderr now and then, so that a long copy is seen to go on."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last > 2:
            self._last = now
            click.echo(f"{done / total:4.0%}  {what} {done:,} of {total:,} events", err=True)


def _print(copied: Copied, what: str) -> None:
    if copied.fictional:
        click.echo(FICTIONAL, err=True)
    click.echo(
        f"{what} ends at position {copied.position}, and was compared from end to end:\n"
        f"{copied.events:,} events copied now, {copied.position:,} there;"
        f" {copied.claims:,} claims, {copied.kept:,} things kept, {copied.keys:,} keys.\n"
        f"Ledger {copied.ledger}, leaf {copied.leaf.hex()}"
    )
    if copied.erased:
        click.echo(f"{copied.erased:,} erased values and keys were taken out of it.", err=True)
    if copied.signing_key:
        click.echo("The signing key went along; keep it as safe as the first.", err=True)
