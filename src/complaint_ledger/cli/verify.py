"""`verify`: whether evidence holds, whoever made it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import click

from complaint_ledger.cli.options import keys_option
from complaint_ledger.cli.output import as_json
from complaint_ledger.evidence.entries import instant
from complaint_ledger.evidence.verify.report import EventReport, Report

_STATUS = {"verified": 0, "failed": 1, "cannot-be-checked": 2}
_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("bundle", metavar="[BUNDLE]", required=False, type=_FILE)
@click.option(
    "--ledger",
    "url",
    envvar="COMPLAINT_LEDGER_URL",
    show_envvar=True,
    metavar="URL",
    help="Read a whole ledger again instead, from end to end.",
)
@keys_option
@click.option(
    "--against",
    type=_FILE,
    multiple=True,
    metavar="FILE",
    help="A checkpoint that you hold; of a ledger, there may be several.",
)
@click.option("--policy", type=_FILE, metavar="FILE", help="Whose word you ask for (tlog-policy).")
@click.option("--key", metavar="VKEY", help="The council's key, from where it is published.")
@click.option("--receipt", metavar="HASH", help="A receipt: say which entry it is of.")
@click.option(
    "--tsa-root",
    type=_FILE,
    metavar="FILE",
    help="An authority's certificate (PEM), to check time stamps under.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "json")),
    default="table",
    show_default=True,
    help="How to print.",
)
@click.pass_context
def verify(
    ctx: click.Context,
    /,
    bundle: Path | None,
    url: str | None,
    keys: str | None,
    against: tuple[Path, ...],
    form: str,
    receipt: str | None,
    **asked: Any,
) -> None:
    """
    Say whether a bundle of evidence holds, or a whole ledger, and when it was recorded.

    The first line is VERIFIED, FAILED or CANNOT BE CHECKED; the exit status 0, 1 or 2.
    """
    if bundle is not None:
        ctx.exit(_verify_bundle(bundle, against, receipt, form, asked))
    if url is None:
        raise click.UsageError(
            "give the BUNDLE to check, a ZIP or its folder; or a whole ledger, with --ledger"
        )
    if any(value is not None for value in asked.values()):
        raise click.UsageError("--policy, --key and --tsa-root are asked of a bundle")
    from complaint_ledger.cli.verify_ledger import verify_ledger

    ctx.exit(verify_ledger(url, keys=keys, against=against, receipt=receipt, form=form))


def _verify_bundle(
    bundle: Path,
    against: tuple[Path, ...],
    receipt: str | None,
    form: str,
    asked: dict[str, Any],
) -> int:
    if len(against) > 1:
        raise click.UsageError("compare a bundle with one checkpoint at a time")
    from complaint_ledger.evidence.verification import verify_with_files

    held = against[0] if against else None
    report = verify_with_files(bundle, against=held, receipt=receipt, **asked)
    if form == "json":
        click.echo(as_json(_row(report)))
    else:
        for line in _lines(report):
            click.echo(line)
    return _STATUS[report.verdict]


# --- for programs --------------------------------------------------------------------------------


def _row(report: Report) -> dict[str, Any]:
    row = attrs.asdict(report, value_serializer=_plain)
    for event, told in zip(report.events, row["events"], strict=True):
        told["open_bracket"] = event.open_bracket
    return row


def _plain(_of: Any, _field: Any, value: Any) -> Any:
    return instant(value) if isinstance(value, datetime) else value


# --- for people ----------------------------------------------------------------------------------


def _lines(report: Report) -> Iterator[str]:
    if report.verdict != "verified":
        word = "FAILED" if report.verdict == "failed" else "CANNOT BE CHECKED"
        where = f"{report.where}: " if report.where else ""
        yield f"{word}  {where}{report.reason}"
        return
    yield f"VERIFIED  complaint {report.reference}, {len(report.events)} entries"
    if report.fictional:
        yield "FICTIONAL: nothing in this ledger happened."
    yield ""
    for event in report.events:
        yield _event_line(event)
    yield from _witness_lines(report)
    if report.receipt is not None:
        yield f"Your receipt is of entry {report.receipt}."
    if report.compared is not None:
        yield _compared(report)
    yield from _stamp_lines(report)
    yield ""
    yield "The council's keys; compare them with those it has published elsewhere:"
    yield from (f"  {key}" for key in report.log_keys)


def _event_line(event: EventReport) -> str:
    name = event.name.replace("-", " ").capitalize()
    parts = [f"{event.version:>4}  {name}, recorded {_at(event.recorded_at)}"]
    if event.not_before:
        parts.append(f"not before {_at(event.not_before)}")
    if event.not_after:
        parts.append(f"not after {_at(event.not_after)}")
    marks = (
        (event.withheld, "WITHHELD"),
        (event.redacted, "REDACTED"),
        (event.erased, "ERASED"),
    )
    parts += [f"{word} {count}" for count, word in marks if count]
    if event.open_bracket:
        parts.append("OPEN BRACKET")
    return "; ".join(parts)


def _witness_lines(report: Report) -> Iterator[str]:
    yield ""
    if report.witnessed:
        yield "Not before and not after are the times that witnesses vouch for."
    if not report.witnessed:
        yield "NOT WITNESSED: only the council itself vouches for these times."
    if report.witnesses:
        yield "Witnesses whose signatures are enclosed:"
        yield from (f"  {key}" for key in report.witnesses)


def _compared(report: Report) -> str:
    if report.compared:
        return "Your checkpoint is the one that this bundle has of its size."
    return (
        "NOT COMPARED: this bundle encloses no checkpoint of the size of yours; ask the council"
        " for one that does."
    )


def _stamp_lines(report: Report) -> Iterator[str]:
    for stamp in report.time_stamps:
        if stamp.at is not None:
            yield f"{stamp.path}: stamped {_at(stamp.at)} by {stamp.authority or 'the authority'}"
        else:
            yield f"{stamp.path}: THE TIME STAMP DOES NOT HOLD: {stamp.why_not}"


def _at(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "?"
