"""
What a code asks, and whether a complaint's record shows that it was done.

A verdict is *met*, *missed* or *cannot tell*: silence is never taken for compliance
(GEN-07). Judging changes nothing and refuses nothing, so the same history can be
judged by any code.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

import attrs

from complaint_ledger.domain.case import Case
from complaint_ledger.domain.checks import CHECKS
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.handling_code import (
    Clock,
    Extension,
    HandlingCode,
    Requirement,
    SourceMark,
)
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.record_rules import RECORD_RULES
from complaint_ledger.domain.timeliness import judge_extensions, judge_times
from complaint_ledger.domain.verdicts import Found, Verdict, cannot_tell
from complaint_ledger.domain.working_days import in_words

OWN_RULES: Final = ("code-in-force", "stage-unknown", "code-missing")
"""Rules of the library's own, about how a code fits a complaint."""

RECORD: Final = "record"
"""Stands for the code where a rule is about the record itself, whatever code governs."""


@attrs.frozen(kw_only=True)
class CodeFinding:
    """
    One rule, one complaint: met, missed, or cannot tell.

    Attributes:
        rule: The rule's id.
        code: The code that asks it, by id; `record` for a rule about the record itself.
        paragraph: The code by its title, with the paragraph.
        source: How well the source is known.
        subject: The clock, by its id, or the check.
        events: The ids of the entries that it rests on.
        due_on: The last day, where it is about one.
        first_due_on: The last day before it was put off, or amended, where it was.
        happened_on: The day that is compared with it.
        days_late: Calendar days; 0 exactly when met, None where no day can be compared.
        presumed: It rests on a day that is inferred.
        sentence: What was found, for someone who knows no codes.
    """

    rule: str
    code: str
    paragraph: str
    source: SourceMark
    verdict: Verdict
    subject: str
    stage: str | None = None
    attempt: int = 1
    head: str | None = None
    item: str | None = None
    events: tuple[str, ...] = ()
    due_on: date | None = None
    first_due_on: date | None = None
    happened_on: date | None = None
    days_late: int | None = None
    presumed: bool = False
    sentence: str


def judge(told: Sequence[Fact], codes: Sequence[Governing], today: date) -> tuple[CodeFinding, ...]:
    """
    Return every finding on one complaint.

    Args:
        told: What stands of its history (`history.standing`), in any order.
        codes: What it is judged by.
        today: The day of judgement, a civil date: what falls due later cannot be told yet.
    """
    if not told:
        return ()
    cases = [Case.of(told, governing, today) for governing in codes]
    found = [finding for case in cases for finding in _by_code(case)]
    found += _of_record(cases[0] if cases else Case.of(told, NO_CODE, today))
    return tuple(found)


def code_missing(code: str, why: str) -> CodeFinding:
    """Return that nothing can be told by *code*, since its text, or its calendar, is gone."""
    return CodeFinding(
        rule="code-missing",
        code=code,
        paragraph="a deduction of this library",
        source="unverified",
        verdict="cannot-tell",
        subject="code-missing",
        sentence=f"A complaint is judged by the text that was pinned: {why}.",
    )


def _by_code(case: Case) -> Iterator[CodeFinding]:
    code = case.governing.code
    yield from _in_force(case)
    for clock, found in judge_times(case):
        asks = clock.asks or clock.id.replace("-", " ").capitalize()
        yield _finding(case, clock, clock.id, asks, found)
    for extension, found in judge_extensions(case):
        asks = "An answer is put off only as far, and for such reasons, as the code allows"
        yield _finding(case, extension, extension.id, asks, found)
    for asked in code.requirements:
        for found in CHECKS[asked.check](asked, case):
            yield _finding(case, asked, asked.check, asked.asks, found)


def _in_force(case: Case) -> Iterator[CodeFinding]:
    code = case.governing.code
    since, received_on = code.in_force_from, case.complaint.received_on
    if since is not None and received_on is not None and received_on < since:
        note = (
            f"received on {in_words(received_on)}; {code.title} is in force from {in_words(since)}"
        )
        found = cannot_tell(note, due_on=since, happened_on=received_on)
        yield _ours(case, "code-in-force", "A complaint is judged by a code in force then", found)
    known = {stage.id for stage in code.stages}
    strange = sorted({s.stage for s in case.complaint.stages} - known)
    if known and strange:
        found = cannot_tell(f"it knows no {', '.join(strange)}, which is not judged by it")
        yield _ours(case, "stage-unknown", "A complaint goes through the stages of its code", found)


def _ours(case: Case, rule: str, asks: str, found: Found) -> CodeFinding:
    return CodeFinding(
        rule=rule,
        code=case.governing.code.id,
        paragraph="a deduction of this library",
        source="unverified",
        subject=rule,
        sentence=f"{asks}: {found.note}.",
        **_dates(found),
    )


def _finding(
    case: Case, cited: Clock | Extension | Requirement, subject: str, asks: str, found: Found
) -> CodeFinding:
    code = case.governing.code
    return CodeFinding(
        rule=cited.rule,
        code=code.id,
        paragraph=code.cited(cited),
        source=cited.source,
        subject=subject,
        sentence=f"{asks}: {found.note}.",
        **_dates(found),
    )


def _of_record(case: Case) -> Iterator[CodeFinding]:
    for rule in RECORD_RULES:
        for found in rule.look(case):
            yield CodeFinding(
                rule=rule.id,
                code=RECORD,
                paragraph=rule.paragraph,
                source=rule.source,
                subject=rule.id,
                sentence=f"{rule.asks}: {found.note}.",
                **_dates(found),
            )


# What both have under one name; `days_late` is worked out.
_SHARED: Final = (
    *(attrs.fields_dict(Found).keys() & attrs.fields_dict(CodeFinding).keys()),
    "days_late",
)


def _dates(found: Found) -> dict[str, Any]:
    return {name: getattr(found, name) for name in _SHARED}


NO_CODE: Final = Governing(code=HandlingCode(id="none", version="1", title="No handling code"))
"""Recorded, never judged."""
