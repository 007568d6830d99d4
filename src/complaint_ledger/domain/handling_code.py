"""
A handling code as data: its stages, its clocks, its words.

An edition is a text file; these classes say what it may hold. Every number
stands with its paragraph and a mark of how good its source is, so that a
deadline and a finding can cite both. Logic is never in the file: a limit that
no field here can express needs a field here.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final, Literal, get_args

import attrs

from complaint_ledger.domain.working_days import COUNTINGS, Counting
from complaint_ledger.errors import BadValue

Unit = Literal[
    "working-days", "calendar-days", "weeks", "calendar-months", "calendar-months-commencing"
]
SourceMark = Literal["primary", "near-identical", "secondary", "unverified"]
Kind = Literal["duty", "norm", "right"]
CountsAs = Literal["upheld", "partly-upheld", "not-upheld", "resolved"]

# What may start or stop a clock. Later editions need later ones: append.
MILESTONES: Final = (
    "occurred",
    "aware",
    "received",
    "acknowledged",
    "discussed",
    "interest-decided",
    "advocate-appointed",
    "start-agreed",
    "written-record-final",
    "stage-1-responded",
    "stage-1-response-received",
    "escalated",
    "received-at-stage-2",
    "stage-2-acknowledged",
    "stage-2-responded",
    "stage-2-response-received",
    "panel-requested",
    "panel-held",
    "panel-reported",
    "stage-3-responded",
    "closed",
    "enquiry-received",
    "enquiry-answered",
    "recommendation-made",
    "recommendation-satisfied",
)

Validator = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def _one_of(known: Iterable[str]) -> Validator:
    names = tuple(known)

    def check(_: object, field: "attrs.Attribute[Any]", value: str | None) -> None:
        if value is not None and value not in names:
            raise BadValue(field.name, f"{value!r} is none of {', '.join(names)}")

    return check


def _milestones(_: object, field: "attrs.Attribute[Any]", values: tuple[str, ...]) -> None:
    for value in values:
        _one_of(MILESTONES)(_, field, value)


def _some(_: object, field: "attrs.Attribute[Any]", values: tuple[object, ...]) -> None:
    if not values:
        raise BadValue(field.name, "is empty; name at least one")


def _positive(_: object, field: "attrs.Attribute[Any]", value: int | None) -> None:
    if value is not None and value < 1:
        raise BadValue(field.name, f"{value} is no length; give 1 or more")


_MARKS: Final = _one_of(get_args(SourceMark))


@attrs.frozen(kw_only=True)
class Stage:
    """A step of the council's own handling, in the order of the code."""

    id: str
    label: str


@attrs.frozen(kw_only=True)
class Limit:
    """
    So long from a milestone.

    Attributes:
        starts: The milestone that starts it; of several, the first that is known.
        roll: What happens to an end date that is no working day.
        counting_source: The mark of the counting convention, where it differs.
        presumed_from_event: Taken instead, and flagged, while the start is unknown.
        presumed_from_due: A clock before this one, whose last day is taken instead.
        presumed_rule: The rule to cite then.
    """

    starts: tuple[str, ...] = attrs.field(validator=[_some, _milestones])
    length: int = attrs.field(validator=_positive)
    unit: Unit = attrs.field(validator=_one_of(get_args(Unit)))
    counting: Counting = attrs.field(default="after", validator=_one_of(COUNTINGS))
    counting_source: SourceMark | None = attrs.field(default=None, validator=_MARKS)
    roll: Literal["none", "next-working-day"] = attrs.field(
        default="none", validator=_one_of(("none", "next-working-day"))
    )
    presumed_from_event: str | None = attrs.field(default=None, validator=_one_of(MILESTONES))
    presumed_from_due: str | None = None
    presumed_rule: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.counting != "after" and self.unit != "working-days":
            raise BadValue(
                "counting",
                f"{self.counting!r} counts working days, not {self.unit};"
                " say 'after', or 'calendar-months-commencing'",
            )


@attrs.frozen(kw_only=True)
class Extension:
    """
    How far the answer may be put off, and what must be said.

    Attributes:
        length: On top of the clock's own; None where the code sets no cap.
        cap: `soft` may be passed with good reason, `hard` may not.
        tell: What the complainant must be told.
    """

    id: str
    length: int | None = attrs.field(default=None, validator=_positive)
    cap: Literal["soft", "hard"] = attrs.field(validator=_one_of(("soft", "hard")))
    tell: tuple[str, ...] = ()
    needs_approval: bool = False
    rule: str
    paragraph: str
    source: SourceMark = attrs.field(validator=_MARKS)


@attrs.frozen(kw_only=True)
class Clock:
    """
    A deadline of the code.

    Attributes:
        kind: A `duty` of the council, a `norm` to be judged by, or a `right` that lapses.
        limits: The latest of them is the last day.
        met_by: The milestone that meets it; of several, the first that is known.
    """

    id: str
    kind: Kind = attrs.field(default="duty", validator=_one_of(get_args(Kind)))
    stage: str | None = None
    limits: tuple[Limit, ...] = attrs.field(validator=_some)
    met_by: tuple[str, ...] = attrs.field(default=(), validator=_milestones)
    rule: str
    paragraph: str
    source: SourceMark = attrs.field(validator=_MARKS)
    extension: Extension | None = None

    def __attrs_post_init__(self) -> None:
        if self.extension and self.extension.length and len(self.limits) > 1:
            raise BadValue("extension", "cannot lengthen the later of several limits; give one")


@attrs.frozen(kw_only=True)
class Outcome:
    """What an answer may be called, and what it counts as."""

    id: str
    label: str
    counts_as: CountsAs = attrs.field(validator=_one_of(get_args(CountsAs)))
    paragraph: str
    source: SourceMark = attrs.field(validator=_MARKS)


@attrs.frozen(kw_only=True)
class Exclusion:
    """A reason for which a complaint may be refused."""

    id: str
    label: str
    paragraph: str
    source: SourceMark = attrs.field(validator=_MARKS)


@attrs.frozen(kw_only=True)
class Escalation:
    """The complainant's right to go on to the next stage, or to the ombudsman."""

    leaves: str
    reaches: str
    reasons_needed: bool = False
    different_decider: bool = False
    skippable: bool = False
    paragraph: str
    source: SourceMark = attrs.field(validator=_MARKS)


@attrs.frozen(kw_only=True)
class Ombudsman:
    """Who hears what the council did not settle, and for how many months."""

    id: str
    name: str
    limit_months: int = attrs.field(validator=_positive)
    paragraph: str
    source: SourceMark = attrs.field(validator=_MARKS)


@attrs.frozen(kw_only=True)
class HandlingCode:
    """
    One edition of a code.

    Attributes:
        calendar: The calendar of its nation, taken where the council names none.
    """

    id: str
    version: str
    title: str
    in_force_from: date | None = None
    calendar: str | None = None
    stages: tuple[Stage, ...] = ()
    clocks: tuple[Clock, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    ombudsman: Ombudsman | None = None

    def __attrs_post_init__(self) -> None:
        stages = _unique("stages", (stage.id for stage in self.stages))
        _unique("outcomes", (outcome.id for outcome in self.outcomes))
        _unique("exclusions", (exclusion.id for exclusion in self.exclusions))
        _unique("clocks", self._deadline_ids())
        for number, clock in enumerate(self.clocks):
            where = f"clocks[{number}]"
            _known(f"{where}.stage", clock.stage, stages)
            before = tuple(earlier.id for earlier in self.clocks[:number])
            for limit in clock.limits:
                _known(f"{where}.limits.presumed_from_due", limit.presumed_from_due, before)
        ends = (*stages, *([self.ombudsman.id] if self.ombudsman else []))
        for number, escalation in enumerate(self.escalations):
            _known(f"escalations[{number}].leaves", escalation.leaves, stages)
            _known(f"escalations[{number}].reaches", escalation.reaches, ends)
        if self.clocks and self.calendar is None:
            raise BadValue("calendar", "is missing; clocks need one to count by")

    def _deadline_ids(self) -> Iterable[str]:
        for clock in self.clocks:
            yield clock.id
            if clock.extension:
                yield clock.extension.id


def _unique(key: str, ids: Iterable[str]) -> tuple[str, ...]:
    seen: list[str] = []
    for name in ids:
        if name in seen:
            raise BadValue(key, f"{name!r} stands there twice; give each its own id")
        seen.append(name)
    return tuple(seen)


def _known(key: str, name: str | None, names: tuple[str, ...]) -> None:
    if name is not None and name not in names:
        there = ", ".join(names) or "none"
        raise BadValue(key, f"{name!r} is not there; there is {there}")
