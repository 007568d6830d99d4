"""`import`: bring an old system's records in."""

import sys
import time
from pathlib import Path

import click

from complaint_ledger.cli.options import keys_option, say_fictional, url_option
from complaint_ledger.cli.output import as_json, format_option
from complaint_ledger.codec import Actor
from complaint_ledger.errors import BadValue, NoLedger
from complaint_ledger.ids import new_id
from complaint_ledger.importing import (
    Counts,
    CsvFile,
    Importer,
    Mapping,
    Translator,
    load_mapping,
)
from complaint_ledger.ledger import Ledger
from complaint_ledger.opening import create_ledger, open_ledger
from complaint_ledger.texts import SHIPPED


@click.command("import")
@url_option
@keys_option
@click.option(
    "--mapping",
    "mapping_file",
    required=True,
    type=click.Path(path_type=Path),
    metavar="MAP.toml",
    help="How the file's rows read as journeys.",
)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv[.gz]")
@click.option("--init", "make", is_flag=True, help="Make the ledger if there is none.")
@click.option("--council", metavar="NAME", help="Whose ledger, with --init; else as mapped.")
@click.option(
    "--actor",
    envvar="COMPLAINT_LEDGER_ACTOR",
    metavar="ID",
    help="Who imports; else the ledger's only importer.",
)
@click.option("--accept-clock", is_flag=True, help="The clock is right although it jumped.")
@click.option("--dry-run", is_flag=True, help="Record nothing; count what would be.")
@click.option(
    "--quarantine",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where rows that cannot be read are noted: line, column, rule, reason.",
)
@click.option(
    "--quarantine-rows",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where those rows themselves go, readable by you alone.",
)
@format_option
def import_(
    url: str,
    keys: str | None,
    mapping_file: Path,
    file: Path,
    council: str | None,
    actor: str | None,
    quarantine: Path | None,
    quarantine_rows: Path | None,
    form: str,
    *,
    make: bool,
    dry_run: bool,
    accept_clock: bool,
) -> None:
    """
    Bring an old system's records in, by a mapping.

    What is there already is recognised; what cannot be read is set apart and the
    rest goes on. Nothing that happened is refused: what breaks a rule is counted.
    """
    mapping = load_mapping(mapping_file)
    _check(file, mapping)  # before a ledger is made for it
    ledger, made = _ledger(url, keys, mapping, council, make=make, dry_run=dry_run)
    with ledger:
        say_fictional(ledger)
        importer = Importer(
            ledger,
            mapping,
            actor=_actor(ledger, made or actor),
            dry_run=dry_run,
            progress=_Progress(),
            accept_clock=accept_clock,
        )
        apart = quarantine or Path(f"{file.name}.quarantine-{importer.id[:8]}.jsonl")
        counts = importer.run(file, quarantine=apart, quarantine_rows=quarantine_rows)
    _print(counts, form, dry_run=dry_run)


def _check(file: Path, mapping: Mapping) -> None:
    """Refuse a file that is not there, or not what the mapping is for."""
    opened = CsvFile(file, encoding=mapping.encoding, delimiter=mapping.delimiter)
    try:
        Translator(mapping, opened.header)
    finally:
        opened.close()


def _ledger(
    url: str, keys: str | None, mapping: Mapping, council: str | None, *, make: bool, dry_run: bool
) -> tuple[Ledger, str | None]:
    """Return the ledger, and who imports into it where it was made just now."""
    try:
        return open_ledger(url, keys=keys), None
    except NoLedger:
        if not make:
            raise
    SHIPPED.pin(mapping.code, mapping.calendar)  # before a ledger is made for it
    if dry_run:
        url, keys = f"memory:///dry-run-{new_id()}", None
    ledger, administrator = create_ledger(
        url, council=council or mapping.council, code=mapping.code, keys=keys
    )
    added = ledger.add_actor(kind="import", role="importer", actor=administrator)
    if not dry_run:
        click.echo(
            f"The ledger is there; {administrator} is its administrator, {added} imports.", err=True
        )
    return ledger, added


def _actor(ledger: Ledger, actor: str | None) -> Actor:
    if actor is not None:
        return ledger.actor(actor)
    importers = [a for a in ledger.actors().values() if a.role == "importer"]
    if len(importers) != 1:
        raise BadValue(
            "--actor", "say who imports: an id that `complaint-ledger actors add` issued"
        )
    return importers[0]


class _Progress:
    """A line on stderr now and then, so that a long import is seen to go on."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, counts: Counts, done: float) -> None:
        now = time.monotonic()
        if now - self._last > 2:
            self._last = now
            click.echo(
                f"{done:4.0%}  {counts.rows:,} rows read, {counts.events:,} events recorded,"
                f" {counts.quarantined:,} rows quarantined",
                err=True,
            )


def _print(counts: Counts, form: str, *, dry_run: bool) -> None:
    told = {
        "complaints": counts.complaints,
        "events": counts.events,
        "already_there": counts.already_there,
        "quarantined": counts.quarantined,
        "quarantine_file": counts.quarantine_file,
        "rows": counts.rows,
        "recorded": counts.recorded,
        "passed_over": counts.passed_over,
        "findings": dict(sorted(counts.findings.items())),
        "dry_run": dry_run,
    }
    if form != "table":
        click.echo(as_json(told))
        return
    would = "would be " if dry_run else ""
    click.echo(
        f"{counts.rows:,} rows: {counts.recorded:,} {would}recorded,"
        f" {counts.already_there:,} already there, {counts.quarantined:,} quarantined,"
        f" {counts.passed_over:,} passed over as the mapping says.\n"
        f"{counts.events:,} events of {counts.complaints:,} complaints."
    )
    for rule, number in sorted(counts.findings.items()):
        click.echo(f"Recorded although {rule} would refuse it live: {number:,} complaints.")
    if counts.quarantine_file:
        click.echo(f"What was quarantined, and why: {counts.quarantine_file}", err=True)
    sys.stdout.flush()
