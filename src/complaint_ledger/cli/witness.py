"""`witness`: have checkpoints signed or stamped outside, or be the one outside who signs."""

import sys
from functools import partial
from pathlib import Path

import click

from complaint_ledger.cli.files import read_whole
from complaint_ledger.cli.options import passphrase, with_ledger
from complaint_ledger.cli.time_stamps import (
    add_time_stamp_,
    check_time_stamp_,
    time_stamp_request_,
)
from complaint_ledger.evidence.key_files import from_environment
from complaint_ledger.evidence.notes import VerifierKey
from complaint_ledger.evidence.witness import Witness, make_witness_key
from complaint_ledger.evidence.witness_request import LONGEST, WitnessRequest
from complaint_ledger.evidence.witnessing import LONGEST as LONGEST_ANSWER
from complaint_ledger.evidence.witnessing import add_cosignatures, witness_request
from complaint_ledger.ledger import Ledger
from complaint_ledger.writing import check_new, write_new

_PATH = click.Path(path_type=Path)

witness_option = click.option(
    "--witness", "key", required=True, metavar="VKEY", help="The witness's key, as it printed it."
)


@click.group()
def witness() -> None:
    """
    Have checkpoints signed or stamped outside, or be the one outside who signs.

    `init` and `add-checkpoint` are for the witness, on a machine that is not the council's;
    `check-time-stamp` is for whoever reads evidence. The others are for the council.
    """


# --- for the witness -----------------------------------------------------------------------------


@witness.command()
@click.option("--key", "file", type=_PATH, required=True, metavar="FILE", help="Where it goes.")
@click.option("--name", required=True, metavar="NAME", help="Yours, such as southborough/audit.")
def init(file: Path, name: str) -> None:
    """
    Make a witness's key, and print its public half.

    Hand what it prints to the councils whose checkpoints you will sign, and publish it. With
    COMPLAINT_LEDGER_PASSPHRASE the file is encrypted.
    """
    click.echo(make_witness_key(file, name, from_environment))
    click.echo(
        f"{file} is your key. Keep it to yourself; {file}.signed will say how far it has signed,"
        " and stays beside it.",
        err=True,
    )


@witness.command(name="add-checkpoint")
@click.argument("request", type=_PATH, default=Path("-"), metavar="[REQUEST]")
@click.option("--key", "file", type=_PATH, required=True, metavar="FILE", help="Your key.")
@click.option(
    "--state", type=_PATH, required=True, metavar="DIR", help="What you remember of each ledger."
)
@click.option(
    "--log",
    "logs",
    multiple=True,
    metavar="VKEY",
    help="A ledger's key; may be given several times.",
)
@click.option("--out", type=_PATH, metavar="FILE", help="Write the signature there.")
def add_checkpoint(
    request: Path, file: Path, state: Path, logs: tuple[str, ...], out: Path | None
) -> None:
    """
    Sign the checkpoint in REQUEST, or on stdin, if it goes on from the last one you signed.

    It is remembered before you see the signature. Where it does not go on, nothing is signed
    and the exit status is 1.
    """
    keys = [VerifierKey.parse(text.strip()) for text in logs]
    if out is not None:
        check_new(out, "--out")
    if request == Path("-"):
        data = sys.stdin.buffer.read(LONGEST + 1)
    else:
        data = read_whole(request, "REQUEST", LONGEST)
    asked = WitnessRequest.parse(data)
    signed = Witness.at(file, state, partial(passphrase, "witness's key")).add_checkpoint(
        asked, keys
    )
    _put(out, f"{signed}\n".encode())


# --- for the ledger ------------------------------------------------------------------------------


@witness.command()
@with_ledger
@witness_option
@click.option("--size", type=int, metavar="N", help="The checkpoint of N entries, not the latest.")
@click.option("--old", type=int, metavar="N", help="The witness remembers N entries.")
@click.option("--out", type=_PATH, metavar="FILE", help="Write it there.")
def request(ledger: Ledger, key: str, size: int | None, old: int | None, out: Path | None) -> None:
    """
    Write what to send to a witness: the latest checkpoint, and proof that the ledger only grew.

    It holds hashes and signatures alone. The proof begins where the witness's last signature
    that is kept here ends.
    """
    made = witness_request(ledger, VerifierKey.parse(key.strip()), size, old)
    _put(out, bytes(made))
    click.echo(
        f"From {made.old} entries to {made.checkpoint.size}. The witness may need the ledger's key,"
        " which `signing-key show` prints.",
        err=True,
    )


@witness.command(name="add-cosignature")
@click.argument("file", type=_PATH, metavar="FILE")
@with_ledger
@witness_option
def add_cosignature(ledger: Ledger, file: Path, key: str) -> None:
    """
    Keep a witness's signature with the checkpoint that it is of.

    A witness's first signature of a checkpoint stays.
    """
    by = VerifierKey.parse(key.strip())
    for one in add_cosignatures(ledger, by, read_whole(file, "FILE", LONGEST_ANSWER)):
        click.echo(
            f"Checkpoint of {one.size} entries: {by.name} saw it at {one.at:%Y-%m-%d %H:%M:%S} UTC."
            + ("" if one.added else " That was kept before, and stays.")
        )
        if one.late:
            click.echo(
                f"It came late: the next entry was recorded at {one.late:%Y-%m-%d %H:%M:%S} UTC,"
                " over five minutes before. It still proves that what the checkpoint covers was"
                " there. It cannot prove that what follows was not, so a bundle with such entries"
                " leaves it out. Have checkpoints signed as soon as they are made.",
                err=True,
            )


def _put(out: Path | None, data: bytes) -> None:
    if out is None:
        click.echo(data, nl=False)
    else:
        write_new(out, data, "--out")


for command in (time_stamp_request_, add_time_stamp_, check_time_stamp_):
    witness.add_command(command)
