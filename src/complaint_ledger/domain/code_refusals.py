"""
What a complaint's own code refuses of a live command.

A requirement that `refuses` is looked at as if the event were recorded: whatever
does not come out as met is refused, by the rule's own id. An import records it, and
it is a finding.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.checks import CHECKS
from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.timeliness import judge_extensions
from complaint_ledger.errors import Refused

_NEW: Final = "new"


def code_refusals(
    event: e.ComplaintEvent, told: Sequence[Fact], codes: Sequence[Governing], now: datetime
) -> Iterator[Refused]:
    """Yield what the codes that govern have against recording *event* after *told*."""
    last = max((fact.position for fact in told), default=0)
    new = Fact(id=_NEW, position=last + 1, version=last + 1, recorded_at=now, event=event)
    for governing in codes:
        code = governing.code
        asking = [asked for asked in code.requirements if asked.may_refuse(event)]
        capping = isinstance(event, e.ResponseExtended) and any(
            clock.extension is not None and clock.extension.refuses for clock in code.clocks
        )
        if not (asking or capping):
            continue
        case = Case.of([*told, new], governing, civil_date(now))
        for asked in asking:
            for found in CHECKS[asked.check](asked, case):
                if _NEW in found.events and found.verdict != "met":
                    yield Refused(asked.rule, f"{asked.asks}: {found.note}")
        for extension, found in judge_extensions(case) if capping else ():
            if extension.refuses and _NEW in found.events and found.verdict == "missed":
                yield Refused(extension.rule, found.note)
