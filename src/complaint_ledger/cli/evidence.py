"""`evidence`: hand over what is on record of a complaint, so that a stranger can check it."""

from importlib.resources import files
from pathlib import Path

import click

from complaint_ledger.cli.options import actor_option, signed_ledger, with_ledger
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.cli.record_parts import event_id, from_file
from complaint_ledger.errors import BadValue
from complaint_ledger.evidence.bundle.export import export as write_bundle
from complaint_ledger.evidence.bundle.omissions import sealed_values
from complaint_ledger.ledger import Ledger
from complaint_ledger.writing import write_new


@click.group()
def evidence() -> None:
    """Hand over a complaint's record so that a stranger can check it, offline."""


@evidence.command()
@click.argument("complaint", metavar="REF")
@signed_ledger
@actor_option
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The ZIP."
)
@click.option(
    "--withhold", metavar="PATH", multiple=True, help="Keep back what is sealed there, or below."
)
@click.option(
    "--replace",
    metavar="PATH=FILE",
    multiple=True,
    help="Put the text of a file in its place: a redacted version.",
)
@click.option("--reason", metavar="CODE", help="Why something is withheld or replaced.")
@click.option("--for", "recipient", metavar="CODE", help="For whom, such as lgsco.")
@click.option(
    "--checkpoint",
    "checkpoints",
    type=int,
    metavar="SIZE",
    multiple=True,
    help="Enclose this checkpoint besides, for a reader who holds it.",
)
@click.option("--accept-clock", is_flag=True, help="The clock is right although it jumped.")
def export(
    ledger: Ledger,
    complaint: str,
    actor: str,
    out: Path,
    withhold: tuple[str, ...],
    replace: tuple[str, ...],
    reason: str | None,
    recipient: str | None,
    checkpoints: tuple[int, ...],
    *,
    accept_clock: bool,
) -> None:
    """
    Write a bundle of everything on record of one complaint.

    A PATH is one that `evidence list REF` shows, such as `complainant/contact`; `complainant`
    is all below it, and `3:reasons` is that of the third entry alone. What is withheld,
    replaced or erased is itself recorded, and marked in the bundle. The same command again
    writes the same bundle, with what witnesses have signed since.
    """
    done = write_bundle(
        ledger,
        complaint,
        out,
        actor=actor,
        withhold=withhold,
        replace=dict(map(_replacement, replace)),
        reason=reason,
        recipient=recipient,
        checkpoints=checkpoints,
        accept_clock=accept_clock,
    )
    count = done.omitted
    click.echo(f"{done.sha256}  {done.file.name}")
    click.echo(
        f"{done.entries} entries, under a checkpoint of {done.checkpoint.size}; withheld"
        f" {count.get('withheld', 0)}, redacted {count.get('replaced', 0)}, erased"
        f" {count.get('erased', 0)}.",
        err=True,
    )
    if not done.checkpoint.cosignatures:
        click.echo("NOT WITNESSED: only the council itself vouches for its times.", err=True)


def _replacement(said: str) -> tuple[str, str]:
    path, equals, file = said.partition("=")
    if not equals or not file:
        raise BadValue("--replace", "write PATH=FILE, with the file that holds the redacted text")
    return path, from_file(f"@{file.removeprefix('@')}")


@evidence.command(name="list")
@click.argument("complaint", metavar="REF")
@with_ledger
@format_option
def list_(ledger: Ledger, complaint: str, form: str) -> None:
    """List what is sealed in the record of one complaint, by the paths that export takes."""
    entries = {each.recorded.id: each.recorded for each in ledger.entries(complaint)}
    values = sealed_values(entries.values())
    there = ledger.vault.there([value.digest for value in values])
    rows = [
        {
            "entry": value.version,
            "event": entries[value.entry].name,
            "path": value.path,
            "state": "sealed" if value.digest in there else "erased",
        }
        for value in values
    ]
    print_rows(rows, form, ("entry", "event", "path", "state"))


@evidence.command()
@click.argument("complaint", metavar="REF")
@with_ledger
@click.option("--entry", metavar="ENTRY", help="Its position or event id; else the receipt.")
def receipt(ledger: Ledger, complaint: str, entry: str | None) -> None:
    """
    Print the receipt of an entry, for a letter to whoever complained.

    With it they, or an ombudsman, can find that very entry in any bundle: it was made,
    and it is still the same.
    """
    entries = ledger.entries(complaint)
    wanted = event_id(ledger, complaint, entry) if entry else entries[0].recorded.id
    (found,) = (each.recorded for each in entries if each.recorded.id == wanted)
    leaf = found.leaf(ledger.store.ledger).hex()
    click.echo(" ".join(leaf[at : at + 8] for at in range(0, 64, 8)))


@evidence.command()
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it there.")
def verifier(out: Path | None) -> None:
    """Print the verifier in one file, which needs nothing but Python."""
    text = (files("complaint_ledger.evidence.standalone") / "verify_evidence.py").read_text("utf-8")
    if out is None:
        click.echo(text, nl=False)
        return
    write_new(out, text, "--out")
