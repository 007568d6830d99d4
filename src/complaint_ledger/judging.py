"""
Judging: every finding on one complaint, or on all; and what is owed next.

Nothing here is recorded. The same history can be judged by the codes pinned to it,
or by another (*what if*).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

import attrs

from complaint_ledger.domain.case import Case
from complaint_ledger.domain.complaint import Complaint
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.endings import ended_on, follows_the_end
from complaint_ledger.domain.findings import CodeFinding, code_missing, judge
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.handling_code import Clock, HandlingCode
from complaint_ledger.domain.history import Fact, as_of, known, standing
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.timeliness import owed_on
from complaint_ledger.domain.verdicts import VERDICTS, Verdict
from complaint_ledger.domain.working_days import WorkingDayCalendar
from complaint_ledger.errors import CalendarOutOfRange, UnknownName
from complaint_ledger.ledger import Ledger
from complaint_ledger.pinning import pins_of
from complaint_ledger.reading import read_fact
from complaint_ledger.texts import SHIPPED, Texts


@attrs.frozen(kw_only=True)
class Judged:
    """One complaint with what was found on it, and by what it was judged."""

    stream: str
    reference: str | None
    codes: tuple[HandlingCode, ...]
    findings: tuple[CodeFinding, ...]


def what_if(code: str, calendar: str | None = None, texts: Texts = SHIPPED) -> Governing:
    """
    Return the code called *code*, or the one in the file at that path, to judge by.

    Args:
        code: An id of the library's, a path, or the id of a text that *texts* keep.
        calendar: The calendar; else the code's own.
        texts: Those of a ledger (`Ledger.texts`), or the library's alone.

    Raises:
        UnknownName: There is no such code or calendar.
        BadValue: The file is no code or calendar.
    """
    return texts.governing(texts.pin(code, calendar))


def findings_of(
    ledger: Ledger,
    complaint: str,
    *,
    known_at: datetime | None = None,
    by: Sequence[Governing] = (),
) -> Judged:
    """
    Return every finding on *complaint*.

    Args:
        ledger: Where it is kept.
        complaint: Its reference, or its stream id.
        known_at: As known then, judged on the day of that instant (aware); else as of now.
        by: Judge by these instead of the codes that are pinned to it.

    Raises:
        UnknownName: There is no such complaint.
    """
    return _judged(ledger, ledger.find(complaint), known_at, by)


def all_findings(
    ledger: Ledger, *, known_at: datetime | None = None, by: Sequence[Governing] = ()
) -> Iterator[Judged]:
    """Yield every complaint with what was found on it; see `findings_of`."""
    for stream in ledger.streams():
        judged = _judged(ledger, stream, known_at, by)
        if judged.findings:
            yield judged


def _judged(
    ledger: Ledger, stream: str, known_at: datetime | None, by: Sequence[Governing]
) -> Judged:
    facts = known(tuple(map(read_fact, ledger.store.read(stream))), known_at)
    told = standing(facts)
    codes, missing = list(by), []
    for pin in () if by else pins_of(facts):
        try:
            codes.append(ledger.texts.governing(pin))
        except UnknownName as error:
            missing.append(code_missing(pin.id, str(error)))
    today = civil_date(known_at or ledger.now())
    return Judged(
        stream=stream,
        reference=as_of(facts).reference,
        codes=tuple(governing.code for governing in codes),
        findings=(*missing, *judge(told, codes, today)) if told else (),
    )


# --- counted -------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class RuleCount:
    """
    How often a rule was met, missed, or could not be told.

    Attributes:
        complaints: On how many complaints it was asked.
    """

    rule: str
    code: str
    paragraph: str
    source: str
    met: int
    missed: int
    cannot_tell: int
    complaints: int


def summary(judged: Iterable[Judged]) -> tuple[RuleCount, ...]:
    """Return the counts of each rule, by code and rule, as self-assessments ask for them."""
    counts: dict[tuple[str, str, str, str], dict[Verdict, int]] = {}
    asked: dict[tuple[str, str, str, str], int] = {}
    for one in judged:
        here = set()
        for finding in one.findings:
            key = (finding.code, finding.rule, finding.paragraph, finding.source)
            counts.setdefault(key, dict.fromkeys(VERDICTS, 0))[finding.verdict] += 1
            here.add(key)
        for key in here:
            asked[key] = asked.get(key, 0) + 1
    return tuple(
        RuleCount(
            rule=key[1],
            code=key[0],
            paragraph=key[2],
            source=key[3],
            met=found["met"],
            missed=found["missed"],
            cannot_tell=found["cannot-tell"],
            complaints=asked[key],
        )
        for key, found in sorted(counts.items())
    )


# --- owed next -----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Owed:
    """
    Something that the council owes on a complaint.

    Attributes:
        due_on: The day that holds: the code's own, or the one that it was put off to as it may be.
        working_days: How many are left after today; negative when it is late, None where
            the calendar ends before.
    """

    stream: str
    reference: str | None
    service: str | None
    handler: str | None
    deadline: Deadline
    due_on: date
    working_days: int | None


def agenda(ledger: Ledger, *, days: int = 10, known_at: datetime | None = None) -> tuple[Owed, ...]:
    """
    Return what is owed within *days* working days, and what is late, the first first.

    Args:
        ledger: Whose complaints.
        days: Working days from today, by each complaint's own calendar.
        known_at: As of then (aware); else as of now.

    Raises:
        UnknownName: A pinned text is nowhere to be had.
    """
    today = civil_date(known_at or ledger.now())
    found: list[Owed] = []
    for stream in ledger.streams():
        facts = known(tuple(map(read_fact, ledger.store.read(stream))), known_at)
        if facts:
            found += _owed(ledger, stream, facts, today, days)
    return tuple(sorted(found, key=lambda owed: (owed.due_on, owed.reference or owed.stream)))


def _owed(
    ledger: Ledger, stream: str, facts: Sequence[Fact], today: date, days: int
) -> Iterator[Owed]:
    told = standing(facts)
    whole = as_of(facts)
    for pin in pins_of(facts):
        case = Case.of(told, ledger.texts.governing(pin), today)
        calendar = case.governing.calendar
        clocks = {clock.id: clock for clock in case.governing.code.clocks}
        for deadline in case.deadlines:
            clock = clocks[deadline.clock]
            if calendar is None or not still_owed(case.complaint, clock, deadline):
                continue
            due_on = owed_on(case, clock, deadline)
            left = _left(calendar, today, due_on)
            if left is None or left <= days:
                yield Owed(
                    stream=stream,
                    reference=whole.reference,
                    service=whole.service,
                    handler=whole.handler,
                    deadline=deadline,
                    due_on=due_on,
                    working_days=left,
                )


def still_owed(complaint: Complaint, clock: Clock, deadline: Deadline) -> bool:
    """
    Return whether the council owes what *deadline* is for.

    A stage that was answered owes no acknowledgement any more, and a complaint that has
    ended owes no answer; what was promised is owed all the same (GEN-14).
    """
    if deadline.kind != "duty" or not deadline.outstanding:
        return False
    if ended_on(complaint, clock, deadline) is not None:
        return False
    if deadline.stage is None or deadline.per is not None or follows_the_end(deadline):
        return True
    place = (deadline.stage, deadline.attempt)
    answered = any((s.stage, s.attempt) == place and s.responded for s in complaint.stages)
    return complaint.status == "open" and not answered


def _left(calendar: WorkingDayCalendar, today: date, due_on: date) -> int | None:
    try:
        return calendar.working_days_between(today, due_on, counting="after").days
    except CalendarOutOfRange:
        return None
