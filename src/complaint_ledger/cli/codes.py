"""Look at the handling codes."""

import json
from collections.abc import Iterator

import attrs
import click

from complaint_ledger.calendars import load_calendar
from complaint_ledger.cli.output import as_json, format_option, print_rows
from complaint_ledger.codes import CodeEdition, code_ids, load_code
from complaint_ledger.domain.handling_code import Cited, Clock, Extension, HandlingCode, Limit
from complaint_ledger.texts import closed

COLUMNS = ("part", "id", "asks", "limit", "rule", "text", "paragraph", "source")


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
    """Show a code's clocks, extensions and requirements; with --format json, all of it."""
    edition = load_code(name)
    code = edition.code
    if form in {"json", "jsonl"}:
        closures = {str(day): reason for day, reason in code.closures.items()}
        whole = {**attrs.asdict(code), "closures": closures, **_digests(edition)}
        click.echo(
            json.dumps(whole, ensure_ascii=False, default=str, indent=2)
            if form == "json"
            else as_json(whole)
        )
        return
    if form == "csv":
        print_rows(_parts(code), form, COLUMNS)
        return
    click.echo(f"{code.title}, version {code.version}\nsha256 {edition.sha256}")
    for part in _parts(code):
        _print_part(part)


@codes.command()
@click.argument("file")
def check(file: str) -> None:
    """Check that FILE is a handling code; the first thing wrong with it is named."""
    edition = load_code(file)
    code = edition.code
    if code.calendar is not None:
        closed(load_calendar(code.calendar), code)
    over = f" over {code.extends}" if code.extends else ""
    click.echo(
        f"{file}: {code.id}{over}, version {code.version},"
        f" {len(code.clocks)} clocks, {len(code.requirements)} requirements, sound"
    )
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


def _digests(edition: CodeEdition) -> dict[str, str | None]:
    return {"sha256": edition.sha256, "extends_sha256": edition.extends_sha256}


def _parts(code: HandlingCode) -> Iterator[dict[str, object]]:
    """Yield a row for each clock with its extension, then for each requirement."""
    for clock in code.clocks:
        limit = [_limit(each) for each in clock.limits] or "the day that is said"
        yield _part(code, clock.kind, clock.id, clock) | {"asks": clock.asks, "limit": limit}
        if clock.extension:
            more = {"limit": _further(clock, clock.extension)}
            yield _part(code, "extension", clock.extension.id, clock.extension) | more
    for each in code.requirements:
        part = "refused without" if each.refuses else "requirement"
        yield _part(code, part, each.check, each) | {"asks": each.asks}


def _print_part(part: dict[str, object]) -> None:
    """Print what *part* asks, what it counts, and where that stands, under its name."""
    click.echo(f"\n{part['id']} ({part['part']}), rule {part['rule']}")
    for line in (part.get("asks"), part.get("limit")):
        for each in line if isinstance(line, list) else [line]:
            if each is not None:
                click.echo(f"    {each}")
    click.echo(f"    {part['text']}, {part['paragraph']} (source: {part['source']})")


def _part(code: HandlingCode, part: str, name: str, cited: Cited) -> dict[str, object]:
    return {
        "part": part,
        "id": name,
        "rule": getattr(cited, "rule", None),
        "text": cited.cites or code.title,
        "paragraph": cited.paragraph,
        "source": cited.source,
    }


def _limit(limit: Limit) -> str:
    said = f"{limit.length} {limit.unit}"
    if limit.unit == "working-days":
        mark = f" ({limit.counting_source})" if limit.counting_source else ""
        said += f", {limit.counting}{mark}"
    chosen = "the latest of " if limit.pick == "latest" else ""
    return f"{said}, from {chosen}{'/'.join(limit.starts)}"


def _further(clock: Clock, extension: Extension) -> str:
    if extension.length is None:
        return "no cap"
    only = f", only for {', '.join(extension.only_for)}" if extension.only_for else ""
    refused = ", refused beyond" if extension.refuses else ""
    return f"{extension.length} {clock.limits[0].unit} more, {extension.cap}{refused}{only}"
