"""`witness …-time-stamp`: stamps of an outside authority (RFC 3161) on checkpoints."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from complaint_ledger.cli.files import read_whole
from complaint_ledger.cli.options import actor_option, with_ledger
from complaint_ledger.errors import UnknownName
from complaint_ledger.evidence import notes
from complaint_ledger.evidence.checkpointing import kept_checkpoint, latest_checkpoint
from complaint_ledger.evidence.time_stamping import add_time_stamp
from complaint_ledger.evidence.time_stamps import (
    LONGEST,
    TimeStamp,
    check_time_stamp,
    read_certificates,
    read_stamped,
    time_stamp_request,
)
from complaint_ledger.ledger import Ledger
from complaint_ledger.writing import write_new

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_PATH = click.Path(path_type=Path)

_ROOT = "The authority's root certificate; may be given several times."


@click.command(name="time-stamp-request")
@with_ledger
@click.option("--size", type=int, metavar="N", help="The checkpoint of N entries, not the latest.")
@click.option("--out", type=_PATH, required=True, metavar="FILE.tsq", help="Write it there.")
def time_stamp_request_(ledger: Ledger, size: int | None, out: Path) -> None:
    """
    Write a request to a time-stamping authority (RFC 3161) to stamp a checkpoint.

    It holds nothing but a hash.
    """
    found = latest_checkpoint(ledger.store) if size is None else kept_checkpoint(ledger.store, size)
    if found is None:
        raise UnknownName("checkpoint", "latest", mend="`complaint-ledger checkpoint` makes one")
    write_new(out, time_stamp_request(found.checkpoint.text.encode()), "--out")
    click.echo(f"For the checkpoint of {found.size} entries.")


@click.command(name="add-time-stamp")
@click.argument("reply", type=_PATH, metavar="REPLY.tsr")
@with_ledger
@actor_option
@click.option("--size", type=int, required=True, metavar="N", help="The checkpoint of N entries.")
@click.option("--tsa-root", "roots", type=_PATH, multiple=True, metavar="FILE.pem", help=_ROOT)
@click.option("--accept-clock", is_flag=True, help="The clock is right although it jumped.")
def add_time_stamp_(
    ledger: Ledger,
    reply: Path,
    actor: str,
    size: int,
    roots: tuple[Path, ...],
    *,
    accept_clock: bool,
) -> None:
    """
    Record that an authority stamped a checkpoint, and keep its reply.

    The same again records nothing; it keeps the reply where a crash came between.
    """
    data = read_whole(reply, "REPLY.tsr", LONGEST)
    certificates = [one for file in roots for one in _certificates(file)]
    done = add_time_stamp(
        ledger, size, data, actor=actor, certificates=certificates, accept_clock=accept_clock
    )
    _say(done.stamp, size)
    what = "recorded" if done.recorded else "was recorded before"
    click.echo(f"position {done.position}: time stamp received {what}")


@click.command(name="check-time-stamp")
@click.argument("reply", type=_PATH, metavar="FILE.tsr")
@click.option("--checkpoint", type=_PATH, required=True, metavar="FILE", help="What was stamped.")
@click.option(
    "--tsa-root", "roots", type=_PATH, multiple=True, required=True, metavar="FILE.pem", help=_ROOT
)
def check_time_stamp_(reply: Path, checkpoint: Path, roots: tuple[Path, ...]) -> None:
    """
    Check a time stamp on a checkpoint, signature and certificates and all.

    The checkpoint is three lines, or a note that begins with them. Certificates must have
    been valid at the time of the stamp, not today.
    """
    stamped = read_stamped(read_whole(checkpoint, "--checkpoint", notes.LONGEST))
    certificates = [one for file in roots for one in _certificates(file)]
    data = read_whole(reply, "FILE.tsr", LONGEST)
    _say(check_time_stamp(data, stamped.text.encode(), certificates), stamped.size)


def _say(stamp: TimeStamp, size: int) -> None:
    click.echo(f"The checkpoint of {size} entries was there at {stamp.at:%Y-%m-%d %H:%M:%S} UTC.")
    if not stamp.verified:
        click.echo(
            "The signature was not checked: give the authority's root with --tsa-root.", err=True
        )


def _certificates(file: Path) -> list["Certificate"]:
    return read_certificates(read_whole(file, "--tsa-root", LONGEST))
