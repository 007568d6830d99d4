"""What a person sees who has never heard of this: one complaint, its dates, a trend, what next."""

import shlex
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import click

from complaint_ledger.chronicle import chronicle
from complaint_ledger.cli.history import print_timeline
from complaint_ledger.cli.trends import trends
from complaint_ledger.demo import EVIDENCE, LAST, Made
from complaint_ledger.domain import events as e
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.working_days import in_words
from complaint_ledger.evidence.bundle.export import export
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger.ledger import Ledger
from complaint_ledger.opening import open_ledger
from complaint_ledger.projections.trends import answer, trend
from complaint_ledger.projections.views import Views

NOT_WORKED: Final = "is not a working day"


def print_story(made: Made) -> None:
    """Print what was made: one complaint from end to end, and the council's year as a trend."""
    with open_ledger(made.url) as ledger:
        overturned = _overturned(ledger, made.facts)
        told = worth_telling(ledger, overturned or _references(ledger))
        journey = chronicle(ledger, told)
        bundle = made.facts.parent / EVIDENCE
        done = export(ledger, told, bundle, actor=_liaison(ledger), accept_clock=True)
        events = ledger.store.head().position
        click.echo(f"{made.complaints:,} complaints, {events:,} events, fictional: {made.url}")
        if told in overturned:
            _heading(f"{told}: not upheld by the council, upheld by the ombudsman")
        else:  # a short year may have none
            _heading(f"{told}, from receipt to its last answer (no complaint was overturned)")
        click.echo(
            "On the left the day it happened, then what, and beneath who recorded it and when."
            "\nNames and all that people wrote are sealed; nothing here opens them.\n"
        )
        print_timeline(journey)
        _heading(f"What was due on {told}, and why")
        for deadline in ledger.deadlines(told):
            if deadline.kind != "right":  # what the person may do is no duty of the council's
                _print_deadline(deadline)
        _heading(f"Evidence of {told}, for a stranger: {bundle}")
        report = verify_bundle(bundle)
        click.echo(
            f"  {report.verdict.upper()}: {done.entries} entries, each proved under a checkpoint of"
            f" {done.checkpoint.size:,}.\n  NOT WITNESSED: nobody outside this council has signed"
            " that checkpoint."
        )
        _heading("How often did the ombudsman uphold what the council had not?")
        trends.main(["overturn", "--ledger", made.url, "--by", "service"], standalone_mode=False)
        _heading("What to try next")
        for why, command in what_next(ledger, made, told):
            click.echo(f"  # {why}\n  {command}")


def _liaison(ledger: Ledger) -> str:
    return next(one.id for one in ledger.actors().values() if one.role == "liaison")


def _heading(text: str) -> None:
    click.echo()
    click.secho(text, bold=True)
    click.echo()


def _overturned(ledger: Ledger, facts: Path) -> tuple[str, ...]:
    """Return the complaints that an ombudsman overturned, from facts kept for later."""
    with Views(facts) as views:
        views.catch_up(ledger.store)
        with views.reading() as connection:
            return answer(trend("overturn"), connection).references


def _references(ledger: Ledger) -> list[str]:
    return [complaint.reference or stream for stream, complaint in ledger.complaints()]


def worth_telling(ledger: Ledger, references: Iterable[str]) -> str:
    """Return the complaint among *references* on which most can be seen; the first of several."""
    return max(sorted(references), key=lambda reference: _interest(ledger.facts(reference)))


def _interest(facts: Sequence[Fact]) -> tuple[bool, bool, bool, int]:
    kinds = {type(fact.event) for fact in facts}
    return (
        e.ComplaintEscalated in kinds,
        e.EntryCorrected in kinds,
        e.ResponseExtended in kinds,
        -len(facts),
    )


# --- due dates -----------------------------------------------------------------------------------


def _print_deadline(deadline: Deadline) -> None:
    owed = "due" if deadline.kind == "duty" else "at most"
    kept = _by_how_much(deadline.met_on, deadline.due_on)
    click.echo(f"  {deadline.id:<26}{owed:<8}{in_words(deadline.due_on):<18}{kept}")
    if deadline.extended_until:
        put_off = deadline.extended_until
        kept = _by_how_much(deadline.met_on, put_off)
        click.echo(f"  {'':<26}put off {in_words(put_off):<18}{kept}")
    start, counted, *rest = deadline.because
    holidays = [line for line in rest if NOT_WORKED in line and not line.endswith("weekend")]
    for line in (start, counted, *holidays):
        click.echo(f"    {line}")
    click.echo(f"    {deadline.source}")


def _by_how_much(met_on: date | None, due_on: date) -> str:
    if met_on is None:
        return "not met"
    days = abs((met_on - due_on).days)
    if not days:
        return "met on the day"
    many = f"{days} day{'s' * (days > 1)}"
    return f"met, {many} before" if met_on < due_on else f"missed by {many}"


# --- what next -----------------------------------------------------------------------------------


def what_next(ledger: Ledger, made: Made, told: str) -> list[tuple[str, str]]:
    """Return commands to copy, each with what it is for; all work as they stand."""
    facts = ledger.facts(told)
    learnt = next((f for f in facts if isinstance(f.event, e.EntryCorrected)), facts[-1])
    day = civil_date(learnt.recorded_at)
    before = day - timedelta(days=1)
    received = next(f.event.occurred_on for f in facts if isinstance(f.event, e.ComplaintReceived))
    pinned = ledger.complaint(told).codes[0].id
    at = ("--ledger", made.url)
    return [
        (
            f"the same complaint as it was known on {in_words(before)}",
            _command("history", *at, told, "--known-at", str(before)),
        ),
        (
            "what was learnt of it the day after: entries, fields, due dates",
            _command("history", *at, told, "--diff", str(before), str(day)),
        ),
        (
            "what would have been due, had it been acknowledged on the day it came",
            _command(
                "due", "--code", pinned, "--event", f"received={received}",
                "--event", f"acknowledged={received}",
            ),
        ),
        (
            "check the evidence again, as an ombudsman would",
            _command("verify", str(made.facts.parent / EVIDENCE)),
        ),
        (
            "what fell short of the code on it, and by which paragraph",
            _command("findings", *at, told, "--verdict", "missed"),
        ),
        (
            "the same over all complaints, counted by rule",
            _command("findings", *at, "--summary"),
        ),
        (
            "what was owed at the end of the council's year, in the ten working days to come",
            _command("agenda", *at, "--known-at", str(LAST)),
        ),
        (
            "the trend as it stood at the end of the council's year",
            _command("trends", "overturn", *at, "--by", "service", "--known-at", str(LAST)),
        ),
    ]  # fmt: skip


def _command(*words: str) -> str:
    return shlex.join([_program(), *words])


def _program() -> str:
    """Return what to type for this program, where it is not on the path: .venv/bin/…"""
    name = "complaint-ledger"
    started = Path(sys.argv[0])
    found = shutil.which(name)
    if started.name != name or (found and Path(found).samefile(started)):
        return name
    return str(started)
