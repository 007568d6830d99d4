"""Look at the handling codes."""

import json

import attrs
import click

from complaint_ledger.cli.output import as_json, format_option, print_rows
from complaint_ledger.codes import CodeEdition, code_ids, load_code
from complaint_ledger.domain.handling_code import Clock


@click.group()
def codes() -> None:
    """List, show and check handling codes."""


@codes.command("list")
@format_option
def list_codes(form: str) -> None:
    """List the codes that come with the library."""
    columns = ("id", "version", "in_force_from", "title")
    print_rows((_row(load_code(name)) for name in code_ids()), form, columns)


@codes.command()
@click.argument("name", metavar="CODE|FILE")
@format_option
def show(name: str, form: str) -> None:
    """Show the clocks of a code; with --format json, all of it."""
    edition = load_code(name)
    if form in {"json", "jsonl"}:
        whole = {**attrs.asdict(edition.code), "sha256": edition.sha256}
        click.echo(
            json.dumps(whole, ensure_ascii=False, default=str, indent=2)
            if form == "json"
            else as_json(whole)
        )
        return
    columns = ("id", "kind", "starts", "limit", "rule", "paragraph", "source")
    rows = (_clock_row(clock) for clock in edition.code.clocks)
    print_rows(rows, form, columns, title=f"{edition.code.title} ({edition.sha256})")


@codes.command()
@click.argument("file")
def check(file: str) -> None:
    """Check that FILE is a handling code; the first thing wrong with it is named."""
    edition = load_code(file)
    code = edition.code
    click.echo(f"{file}: {code.id}, version {code.version}, {len(code.clocks)} clocks, sound")
    click.echo(f"sha256 {edition.sha256}")


def _row(edition: CodeEdition) -> dict[str, object]:
    code = edition.code
    return {
        "id": code.id,
        "version": code.version,
        "title": code.title,
        "in_force_from": code.in_force_from,
        "calendar": code.calendar,
        "sha256": edition.sha256,
    }


def _clock_row(clock: Clock) -> dict[str, object]:
    limits = [
        f"{limit.length} {limit.unit}, {limit.counting}"
        if limit.unit == "working-days"
        else f"{limit.length} {limit.unit}"
        for limit in clock.limits
    ]
    return {
        "id": clock.id,
        "kind": clock.kind,
        "starts": ["/".join(limit.starts) for limit in clock.limits],
        "limit": limits,
        "rule": clock.rule,
        "paragraph": clock.paragraph,
        "source": clock.source,
    }
