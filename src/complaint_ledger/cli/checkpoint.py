"""`checkpoint`: seal and sign the ledger as it stands, or show what was signed."""

from pathlib import Path

import click

from complaint_ledger.cli.options import signed_ledger
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.domain.working_days import in_words
from complaint_ledger.errors import BadValue
from complaint_ledger.evidence.checkpointing import (
    KeptCheckpoint,
    kept_checkpoint,
    kept_checkpoints,
    make_checkpoint,
)
from complaint_ledger.evidence.enclosing import seen_at
from complaint_ledger.ledger import Ledger
from complaint_ledger.writing import write_new


@click.command()
@signed_ledger
@click.option("--actor", envvar="COMPLAINT_LEDGER_ACTOR", metavar="ID", help="Who says so.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--minutes", is_flag=True, help="Print it in words, for minutes and reports.")
@click.option("--show", type=int, metavar="SIZE", help="Make none; show the one of SIZE entries.")
@click.option("--list", "listing", is_flag=True, help="Make none; list those that are kept.")
@click.option("--accept-clock", is_flag=True, help="The clock is right although it jumped.")
@format_option
def checkpoint(
    ledger: Ledger,
    actor: str | None,
    out: Path | None,
    show: int | None,
    form: str,
    *,
    minutes: bool,
    listing: bool,
    accept_clock: bool,
) -> None:
    """
    Seal every complaint, and sign a checkpoint over all that is recorded.

    Do it every day, and after every thousand entries. Where nothing was recorded since
    the last one, that one is shown again. Whoever outside holds a checkpoint can tell
    whether anything before it was changed.
    """
    if listing:
        rows = map(_row, kept_checkpoints(ledger.store))
        print_rows(rows, form, ("size", "root", "witnesses"))
        return
    if show is not None:
        found = kept_checkpoint(ledger.store, show)
    elif actor is None:
        raise BadValue("--actor", "whoever makes a checkpoint must say who they are")
    else:
        found = make_checkpoint(ledger, actor=actor, accept_clock=accept_clock)
    text = _for_minutes(ledger, found) if minutes else str(found.whole)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_new(out, text, "--out")
    if not found.cosignatures:
        click.echo(
            "NOT WITNESSED: until somebody outside holds it, it proves nothing against the"
            " council itself. Print it in minutes, or see `complaint-ledger witness --help`.",
            err=True,
        )


def _row(one: KeptCheckpoint) -> dict[str, object]:
    return {
        "size": one.size,
        "root": one.checkpoint.root.hex(),
        "witnesses": [each.name for each in one.cosignatures],
        "seen_at": [seen_at(each) for each in one.cosignatures],
    }


def _for_minutes(ledger: Ledger, one: KeptCheckpoint) -> str:
    seals = [each for each in ledger.own.sealed if each.recorded.position <= one.size]
    at = seals[-1].recorded.recorded_at
    lines = "".join(f"    {line}\n" for line in one.checkpoint.text.splitlines())
    return (
        f"Checkpoint of the complaints ledger, {in_words(at.date())}: {one.size} entries.\n"
        "Whoever holds these three lines can tell whether any of those entries has been\n"
        f"changed, removed or re-dated since.\n\n{lines}"
    )
