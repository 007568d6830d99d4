"""`findings`: what was met, what was missed, what cannot be told, and by which paragraph."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import click

from complaint_ledger.cli.options import with_ledger
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.cli.progress import counting
from complaint_ledger.cli.times import known_at_option, parse_known_at
from complaint_ledger.domain.findings import OWN_RULES, RECORD, CodeFinding
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.record_rules import RECORD_RULES
from complaint_ledger.domain.verdicts import VERDICTS
from complaint_ledger.errors import UnknownName
from complaint_ledger.judging import Judged, all_findings, findings_of, summary, what_if
from complaint_ledger.ledger import Ledger

COLUMNS = ("reference", "verdict", "rule", "sentence", "paragraph")
ALL = (
    "reference", "code", "rule", "verdict", "subject", "stage", "attempt", "head", "item", "due_on",
    "first_due_on", "happened_on", "days_late", "presumed", "sentence", "paragraph", "source",
    "events",
)  # fmt: skip
COUNTS = ("code", "rule", "met", "missed", "cannot_tell", "complaints", "paragraph")


@click.command()
@click.argument("complaint", metavar="[REF]", required=False)
@with_ledger
@known_at_option
@click.option(
    "--code", metavar="CODE", help="Only by this code; record: only of the record itself."
)
@click.option("--rule", metavar="RULE", help="Only this rule, such as LGSCO-05.")
@click.option("--verdict", type=click.Choice(VERDICTS), help="Only this verdict.")
@click.option(
    "--what-if",
    "other",
    metavar="CODE|FILE",
    help="Judge by this code or policy instead; nothing is recorded.",
)
@click.option("--calendar", metavar="CAL|FILE", help="By this calendar; with --what-if.")
@click.option("--summary", "counted", is_flag=True, help="Count the verdicts of each rule.")
@format_option
@click.pass_context
def findings(
    ctx: click.Context,
    ledger: Ledger,
    complaint: str | None,
    known_at: str | None,
    code: str | None,
    rule: str | None,
    verdict: str | None,
    other: str | None,
    calendar: str | None,
    form: str,
    *,
    counted: bool,
) -> None:
    """
    Say of each rule whether it was met or missed, or that it cannot be told.

    Of one complaint, or of all. Exit status 1 means that something was missed.
    """
    if calendar is not None and other is None:
        raise click.UsageError("--calendar goes with --what-if; a complaint keeps its own")
    by: tuple[Governing, ...] = (what_if(other, calendar, ledger.texts),) if other else ()
    at = parse_known_at(known_at, ledger.store) if known_at else None
    judged: Iterable[Judged] = (
        [findings_of(ledger, complaint, known_at=at, by=by)]
        if complaint is not None
        else counting(all_findings(ledger, known_at=at, by=by), "complaints judged")
    )
    wanted = _Wanted(code=code, rule=rule, verdict=verdict)
    chosen = wanted.of(judged)
    if rule is not None or code is not None:
        chosen = iter(list(chosen))
        wanted.say_what_there_is()
    if counted:
        rows: Iterable[dict[str, Any]] = map(_count_row, summary(chosen))
        print_rows(rows, form, COUNTS)
    else:
        print_rows(_rows(chosen), form, ALL if form == "csv" else COLUMNS)
    ctx.exit(1 if wanted.missed else 0)


@attrs.define(kw_only=True)
class _Wanted:
    """Which findings were asked for, and whether one of them was missed."""

    code: str | None
    rule: str | None
    verdict: str | None
    missed: bool = False
    codes: set[str] = attrs.field(factory=lambda: {RECORD})
    rules: set[str] = attrs.field(factory=lambda: {*OWN_RULES, *(r.id for r in RECORD_RULES)})

    def say_what_there_is(self) -> None:
        """Refuse a rule or a code that is none: nothing found is not nothing missed."""
        if not self.codes - {RECORD}:
            return  # nothing was judged by any code
        for what, wanted, there in (
            ("rule", self.rule, self.rules),
            ("code", self.code, self.codes),
        ):
            if wanted is not None and wanted not in there:
                raise UnknownName(what, wanted, tuple(sorted(there)))

    def of(self, judged: Iterable[Judged]) -> Iterator[Judged]:
        for one in judged:
            for code in one.codes:
                if code.id not in self.codes:
                    self.codes.add(code.id)
                    self.rules |= code.rules
            chosen = tuple(filter(self._is, one.findings))
            self.missed = self.missed or any(found.verdict == "missed" for found in chosen)
            if chosen:
                yield attrs.evolve(one, findings=chosen)

    def _is(self, found: CodeFinding) -> bool:
        return (
            self.code in {None, found.code}
            and self.rule in {None, found.rule}
            and self.verdict in {None, found.verdict}
        )


def cited(paragraph: str, source: str) -> str:
    """Return *paragraph* with the mark of how well it is known, where it was not read itself."""
    return paragraph if source == "primary" else f"{paragraph} (source: {source})"


def _rows(judged: Iterable[Judged]) -> Iterator[dict[str, Any]]:
    for one in judged:
        for found in one.findings:
            yield {
                "reference": one.reference or one.stream,
                **attrs.asdict(found),
                "paragraph": cited(found.paragraph, found.source),
            }


def _count_row(count: Any) -> dict[str, Any]:
    return {**attrs.asdict(count), "paragraph": cited(count.paragraph, count.source)}
