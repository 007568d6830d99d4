"""
A handling code as data: its stages, its clocks, its words.

An edition is a text file; these classes say what it may hold. Every number
stands with its paragraph and a mark of how good its source is, so that a
deadline and a finding can cite both. Logic is never in the file: a limit that
no field here can express needs a field here.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import attrs

from complaint_ledger.domain.clocks import Clock, Extension, Limit, Waits
from complaint_ledger.domain.code_words import (
    MILESTONES,
    Cited,
    CountsAs,
    Kind,
    Per,
    SourceMark,
    Unit,
    known,
    one_of,
    unique,
)
from complaint_ledger.domain.requirements import Check, Requirement
from complaint_ledger.errors import BadValue

__all__ = [
    "MILESTONES",
    "Check",
    "Cited",
    "Clock",
    "CountsAs",
    "Escalation",
    "Exclusion",
    "Extension",
    "HandlingCode",
    "Kind",
    "Limit",
    "Ombudsman",
    "Outcome",
    "Per",
    "Requirement",
    "SourceMark",
    "Stage",
    "Unit",
    "Waits",
]


@attrs.frozen(kw_only=True)
class Stage:
    """A step of the council's own handling, in the order of the code."""

    id: str
    label: str


@attrs.frozen(kw_only=True)
class Outcome(Cited):
    """What an answer may be called, and what it counts as."""

    id: str
    label: str
    counts_as: CountsAs = attrs.field(validator=one_of(CountsAs))


@attrs.frozen(kw_only=True)
class Exclusion(Cited):
    """A reason for which a complaint may be refused."""

    id: str
    label: str


@attrs.frozen(kw_only=True)
class Escalation(Cited):
    """
    The complainant's right to go on to the next stage, or to the ombudsman.

    Attributes:
        leaves: The stage it leads from.
        reaches: The stage it leads to, or the ombudsman, by id.
        reasons_needed: The person has to say why.
        skippable: The stage before may be left out.
    """

    leaves: str
    reaches: str
    reasons_needed: bool = False
    skippable: bool = False


@attrs.frozen(kw_only=True)
class Ombudsman(Cited):
    """Who hears what the council did not settle."""

    id: str
    name: str


@attrs.frozen(kw_only=True)
class HandlingCode:
    """
    One edition of a code, or a council's policy that extends one.

    Attributes:
        id: What it is called in a ledger.
        version: Of this text.
        title: What a date and a finding cite.
        extends: The edition it builds on, by id.
        drop: What of that falls away: clocks and extensions by id, requirements by rule.
        in_force_from: The first day on which it governs what is received.
        calendar: The calendar of its nation, taken where the council names none.
        closures: Days on which the council is closed besides, with the reason.
        stages: The steps of the council's own handling, in order.
        clocks: What is due when.
        outcomes: What an answer may be called.
        exclusions: For which reasons a complaint may be refused.
        requirements: What is asked for besides deadlines.
        escalations: Which stage leads to which.
        ombudsman: Who is next.
    """

    id: str
    version: str
    title: str
    extends: str | None = None
    drop: tuple[str, ...] = ()
    in_force_from: date | None = None
    calendar: str | None = None
    closures: Mapping[date, str] = attrs.field(factory=dict, hash=False)
    stages: tuple[Stage, ...] = ()
    clocks: tuple[Clock, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    ombudsman: Ombudsman | None = None

    def __attrs_post_init__(self) -> None:
        unique("stages", _ids(self.stages))
        unique("outcomes", _ids(self.outcomes))
        unique("exclusions", _ids(self.exclusions))
        unique("clocks", self._deadline_ids())
        unique("requirements", ((f"[{n}].rule", r.key) for n, r in enumerate(self.requirements)))
        self._check_clocks()
        self._check_requirements()
        self._check_escalations()
        if self.clocks and self.calendar is None:
            raise BadValue("calendar", "is missing; clocks need one to count by")

    @property
    def rules(self) -> frozenset[str]:
        """Every rule that a finding under this code may name."""
        found = {clock.rule for clock in self.clocks}
        found |= {clock.extension.rule for clock in self.clocks if clock.extension}
        return frozenset(found | {asked.rule for asked in self.requirements})

    def cited(self, part: Cited) -> str:
        """Return where *part* of this code stands: the text, and its paragraph."""
        return f"{part.cites or self.title}, {part.paragraph}"

    def _deadline_ids(self) -> Iterator[tuple[str, str]]:
        for number, clock in enumerate(self.clocks):
            yield f"[{number}].id", clock.id
            if clock.extension:
                yield f"[{number}].extension.id", clock.extension.id

    def _check_clocks(self) -> None:
        stages = [stage.id for stage in self.stages]
        for number, clock in enumerate(self.clocks):
            where = f"clocks[{number}]"
            known(f"{where}.stage", clock.stage, stages)
            before = [earlier.id for earlier in self.clocks[:number]]
            for at, limit in enumerate(clock.limits):
                place = f"{where}.limits[{at}].presumed_from_due"
                known(place, limit.presumed_from_due, before)

    def _check_requirements(self) -> None:
        for number, requirement in enumerate(self.requirements):
            where = f"requirements[{number}]"
            known(f"{where}.stage", requirement.stage, (stage.id for stage in self.stages))
            known(f"{where}.clock", requirement.clock, (clock.id for clock in self.clocks))
            if requirement.check == "refusal-too-early":
                for reason in requirement.reasons:
                    known(f"{where}.reasons", reason, (each.id for each in self.exclusions))

    def _check_escalations(self) -> None:
        stages = [stage.id for stage in self.stages]
        ends = [*stages, *([self.ombudsman.id] if self.ombudsman else [])]
        for number, escalation in enumerate(self.escalations):
            known(f"escalations[{number}].leaves", escalation.leaves, stages)
            known(f"escalations[{number}].reaches", escalation.reaches, ends)


def _ids(parts: Iterable[Stage | Outcome | Exclusion]) -> Iterator[tuple[str, str]]:
    return ((f"[{number}].id", part.id) for number, part in enumerate(parts))
