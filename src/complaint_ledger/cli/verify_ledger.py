"""`verify --ledger`: whether anything in a whole ledger was changed since it was recorded."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from complaint_ledger.cli.output import as_json
from complaint_ledger.cli.progress import Telling
from complaint_ledger.evidence.audit import AuditReport, audit
from complaint_ledger.evidence.entries import instant
from complaint_ledger.evidence.verify.asked import read_file, read_receipt
from complaint_ledger.opening import open_ledger

_SHOWN = 20
"""Problems that are printed; JSON has all that were noted."""


def verify_ledger(
    url: str,
    *,
    keys: str | None = None,
    against: Sequence[Path] = (),
    receipt: str | None = None,
    form: str = "table",
) -> int:
    """
    Print the report of an audit of the ledger at *url*; return the exit status.

    Args:
        url: Where the ledger is kept.
        keys: Where its key store is, if not beside it.
        against: Files with checkpoints that somebody outside holds.
        receipt: The hash of an entry, as it stands on a letter.
        form: table or json.

    Raises:
        BadValue: A file or the receipt cannot be read.
    """
    held = [read_file(path, "--against") for path in against]
    leaf = read_receipt(receipt) if receipt is not None else None
    telling = Telling("entries read")
    with open_ledger(url, keys=keys) as ledger:
        report = audit(
            ledger,
            against=held,
            receipt=bytes.fromhex(leaf) if leaf else None,
            progress=telling,
        )
    telling.end()
    if form == "json":
        click.echo(as_json(_row(report)))
    else:
        for line in _lines(report, asked=leaf is not None):
            click.echo(line)
    return 0 if report.verified and (leaf is None or report.receipt) else 1


def _row(report: AuditReport) -> dict[str, Any]:
    row = attrs.asdict(report)
    row |= {"verified": report.verified, "witnessed": report.witnessed}
    row["after_last"] = report.after_last
    if report.receipt:
        row["receipt"]["recorded_at"] = instant(report.receipt.recorded_at)
    return row


def _lines(report: AuditReport, *, asked: bool) -> Iterator[str]:
    if report.verified:
        yield f"VERIFIED  {report.entries} entries of {report.complaints} complaints"
    else:
        yield f"FAILED  {report.problems[0]}"
        yield from (f"  {problem}" for problem in report.problems[1:_SHOWN])
        if len(report.problems) > _SHOWN:
            yield f"  and {len(report.problems) - _SHOWN} more; --format json shows them"
    if report.fictional:
        yield "FICTIONAL: nothing in this ledger happened."
    yield ""
    yield f"ledger       {report.origin or report.ledger}"
    yield f"checkpoints  {report.checkpoints}, signed by witnesses {report.cosigned}"
    yield f"seals        {report.seals}"
    yield f"values       {_values(report)}"
    if asked:
        yield _receipt(report)
    if report.after_last:
        yield (
            f"{report.after_last} entries are not yet under a checkpoint: from position"
            f" {report.last_checkpoint + 1} on"
        )
    if report.compared:
        yield f"Compared with checkpoints from outside: {report.compared}."
    elif report.cosigned:
        yield (
            f"Witnesses signed the ledger up to entry {report.last_cosigned}. That these are still"
            " what they signed, they know themselves: compare with --against."
        )
    else:
        yield (
            "NOT WITNESSED: whoever has the signing key can rewrite all of it. Compare it with a"
            " checkpoint that somebody outside holds: --against FILE."
        )


def _values(report: AuditReport) -> str:
    if report.values is None:
        return f"NOT OPENED: {report.values_skipped}"
    gone = report.values.rows_gone + report.values.keys_gone
    return f"{report.values.opened} sealed values are those recorded; {gone} are not there (erased)"


def _receipt(report: AuditReport) -> str:
    if report.receipt is None:
        return "NO SUCH RECEIPT: no entry of this ledger has that hash"
    found = report.receipt
    whose = f"complaint {found.reference}" if found.reference else f"stream {found.stream}"
    at = f"{found.recorded_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"Your receipt is of entry {found.position}, {whose}, recorded {at}."
