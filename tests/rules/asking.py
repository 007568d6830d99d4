"""One complaint around Easter and May 2026, and what a shipped edition says of it."""

from datetime import date
from functools import cache

from complaint_ledger.calendars import load_calendar
from complaint_ledger.codes import load_code
from complaint_ledger.domain import events as e
from complaint_ledger.domain.code_refusals import code_refusals
from complaint_ledger.domain.findings import judge
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.history import standing
from complaint_ledger.domain.words import seal
from complaint_ledger.testing import given
from complaint_ledger.testing.specification import history

TODAY = date(2026, 12, 1)
HANDLER = "officer-7k2m9q"
MANAGER = "officer-3f8x2d"
SOMEBODY = e.Person(id="p1", name=seal("Rowan Ashdown"), contact=seal("rowan@example.org"))


RECEIVED_ON = date(2026, 4, 15)
ACKNOWLEDGED_ON = date(2026, 4, 20)
ANSWERED_ON = date(2026, 5, 5)
ESCALATED_ON = date(2026, 5, 20)
CLOSED_ON = date(2026, 7, 1)


def day(month, number):
    return date(2026, month, number)


# --- the story -----------------------------------------------------------------------------------


def received(on=RECEIVED_ON, **more):
    heads = more.pop("heads", (e.Head(id="h1", category="missed-collection"),))
    return e.ComplaintReceived(occurred_on=on, heads=heads, **more)


def acknowledged(on=ACKNOWLEDGED_ON, stage="stage-1", **more):
    return e.ComplaintAcknowledged(occurred_on=on, stage=stage, **more)


def extended(on, until, stage="stage-1", extends=None, reason="complex", **more):
    extends = extends or f"{stage}-respond"
    return e.ResponseExtended(
        occurred_on=on, stage=stage, extends=extends, until=until, reason=reason, **more
    )


def signed_off(on=ANSWERED_ON, stage="stage-1", by=MANAGER):
    return e.ResponseSignedOff(occurred_on=on, stage=stage, signed_off_by=by)


def responded(on=ANSWERED_ON, stage="stage-1", outcome="not-upheld", heads=("h1",), **more):
    outcomes = tuple(
        e.HeadOutcome(head=head, outcome=outcome, reasons=seal("The round sheets show it."))
        for head in heads
    )
    return e.ResponseSent(occurred_on=on, stage=stage, outcomes=outcomes, **more)


def escalated(on=ESCALATED_ON, stage="stage-2", **more):
    return e.ComplaintEscalated(occurred_on=on, stage=stage, **more)


def closed(on=CLOSED_ON):
    return e.ComplaintClosed(occurred_on=on, reason="completed")


# --- what an edition says of it ------------------------------------------------------------------


@cache
def governing(name):
    """Return the shipped edition *name* with the calendar of its nation."""
    code = load_code(name).code
    return Governing(code=code, calendar=load_calendar(code.calendar))


def judged(code, *events, today=TODAY):
    """Return every finding on *events* by the edition *code*; by none for rules of the record."""
    told = standing(history(events))
    return judge(told, (governing(code),) if code else (), today)


def findings(rule, code, *events, today=TODAY, subject=None):
    """Return what *rule* found; *subject* is the clock or the check, where it has several."""
    return [
        found
        for found in judged(code, *events, today=today)
        if found.rule == rule and subject in {None, found.subject}
    ]


def verdicts(rule, code, *events, today=TODAY, subject=None):
    return [found.verdict for found in findings(rule, code, *events, today=today, subject=subject)]


def the_finding(rule, code, *events, today=TODAY, subject=None):
    """Return the one thing that *rule* found."""
    [found] = findings(rule, code, *events, today=today, subject=subject)
    return found


def live(code, *events, command, today=None):
    """Decide on *command* as the ledger does under the edition *code*."""
    by = governing(code)
    return given(*events).when(
        command,
        today=today,
        stages=[stage.id for stage in by.code.stages],
        outcomes=[outcome.id for outcome in by.code.outcomes],
        codes=[by],
    )


def refusals(code, *events, event):
    """Return the rules by which the edition *code* itself is against recording *event*."""
    *told, new = history([*events, event])
    return [
        refused.rule for refused in code_refusals(event, told, [governing(code)], new.recorded_at)
    ]
