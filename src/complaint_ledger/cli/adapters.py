"""`adapters`: where a ledger can be kept, and what a store there can do."""

from typing import TYPE_CHECKING, Any

import attrs
import click

from complaint_ledger.cli.output import as_json, format_option, print_rows
from complaint_ledger.cli.progress import Telling
from complaint_ledger.errors import BadValue, StoreUnreadable
from complaint_ledger.store import Scratches, adapter, parse_url
from complaint_ledger.store import adapters as installed

if TYPE_CHECKING:
    from complaint_ledger.testing.report import Part, Report, Rule

COLUMNS = ("capability", "declared", "rules", "passed", "failed", "skipped", "verdict")


@click.group()
def adapters() -> None:
    """Where a ledger can be kept."""


@adapters.command("list")
@format_option
def list_(form: str) -> None:
    """List the adapters that are installed, by the scheme of their URLs, with what they declare."""
    rows = [
        {"adapter": name, "url": f"{name}://…", "capabilities": _of(name)} for name in installed()
    ]
    print_rows(rows, form, ("adapter", "url", "capabilities"))


def _of(name: str) -> str:
    try:
        found = adapter(name)
    except StoreUnreadable as error:
        return str(error)
    return ", ".join(sorted(getattr(found, "capabilities", ())))


@adapters.command()
@click.argument("url", metavar="URL")
@format_option
@click.pass_context
def check(context: click.Context, url: str, form: str) -> None:
    """
    Run the contract on scratch ledgers at URL, and say what a store there can do.

    Nothing that is there is read or changed, and the scratch ledgers are taken away.
    """
    report = _checked(url)
    if form == "json":
        click.echo(as_json(_whole(report)))
    else:
        print_rows([_row(part) for part in report.parts], form, COLUMNS)
    if form == "table":
        for rule in report.failed:
            click.echo(f"FAILED  {rule.name}: {rule.reason}")
        for rule in _not_asked(report):
            click.echo(f"not asked  {rule.name}: {rule.reason}")
    context.exit(0 if report.passed else 1)


def _checked(url: str) -> "Report":
    where = parse_url(url)
    found = adapter(where.scheme)
    if not isinstance(found, Scratches):
        raise BadValue(
            "adapters check",
            f"the adapter {where.scheme} does not say where scratch ledgers may go; give it"
            " scratch(url), as the page on writing an adapter says, or run its own tests",
        )
    try:
        from complaint_ledger.testing.report import check
    except ModuleNotFoundError as error:
        raise BadValue(
            "adapters check",
            f"it needs the Python package {error.name}, which is not installed:"
            " pip install complaint-ledger[testing]",
        ) from None
    telling = Telling("cases tried")
    with found.scratch(where) as new_address:
        report = check(found, new_address, telling)
    telling.end()
    return report


def _row(part: "Part") -> dict[str, Any]:
    return {
        "capability": part.name,
        "declared": "yes" if part.declared else "no",
        "rules": len(part.rules),
        "passed": part.count("passed"),
        "failed": part.count("failed"),
        "skipped": part.count("skipped"),
        "verdict": part.verdict,
    }


def _whole(report: "Report") -> dict[str, Any]:
    rules = {rule.name: rule for part in report.parts for rule in part.rules}
    return {
        "passed": report.passed,
        "capabilities": [{**_row(part), "declared": part.declared} for part in report.parts],
        "rules": [attrs.asdict(rule) for rule in rules.values()],
    }


def _not_asked(report: "Report") -> list["Rule"]:
    """Return the rules that nothing came of although the store declares what they define."""
    declared = {part.name for part in report.parts if part.declared}
    return [
        rule
        for rule in {r.name: r for part in report.parts for r in part.rules}.values()
        if rule.outcome == "skipped" and declared.issuperset(rule.needs)
    ]
