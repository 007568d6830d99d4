"""
The deadlines of a handling code, as data: what starts them, how long they are, what moves them.
"""

from typing import Final

import attrs

from complaint_ledger.domain.code_words import (
    MILESTONES,
    Cap,
    Cited,
    EachOf,
    Kind,
    NotBelow,
    OneOf,
    Per,
    Pick,
    Roll,
    SourceMark,
    Unit,
    one_of,
)
from complaint_ledger.domain.working_days import COUNTINGS, Counting
from complaint_ledger.errors import BadValue

_MILESTONE: Final = OneOf(MILESTONES)


@attrs.frozen(kw_only=True)
class Waits:
    """A clock does not start between two milestones: one is known, the other not yet."""

    after: str = attrs.field(validator=_MILESTONE)
    until: str = attrs.field(validator=_MILESTONE)


@attrs.frozen(kw_only=True)
class Limit:
    """
    So long from a milestone.

    Attributes:
        starts: The milestone that starts it; of several that are known, see *pick*.
        length: How many of *unit*; 0 is the day of the milestone itself.
        unit: What is counted.
        counting: The convention by which working days are counted.
        counting_source: The mark of the counting convention, where it differs.
        pick: Of several milestones, the first in the list, or the latest day.
        waits: What must be over before it starts.
        roll: What happens to an end date that is no working day.
        presumed_from_event: Taken instead, and flagged, while the start is unknown.
        presumed_from_due: A clock before this one, whose last day is taken instead.
        presumed_rule: The rule to cite then.
    """

    starts: tuple[str, ...] = attrs.field(validator=EachOf(MILESTONES, least=1))
    length: int = attrs.field(validator=NotBelow(0))
    unit: Unit = attrs.field(validator=one_of(Unit))
    counting: Counting = attrs.field(default="after", validator=OneOf(COUNTINGS))
    counting_source: SourceMark | None = attrs.field(default=None, validator=one_of(SourceMark))
    roll: Roll = attrs.field(default="none", validator=one_of(Roll))
    presumed_from_event: str | None = attrs.field(default=None, validator=_MILESTONE)
    presumed_from_due: str | None = None
    presumed_rule: str | None = None
    pick: Pick = attrs.field(default="first", validator=one_of(Pick))
    waits: Waits | None = None

    def __attrs_post_init__(self) -> None:
        if self.counting != "after" and self.unit != "working-days":
            raise BadValue(
                "counting",
                f"{self.counting!r} counts working days, not {self.unit};"
                " say 'after', or 'calendar-months-commencing'",
            )
        if self.length == 0 and self.counting == "inclusive":
            raise BadValue("length", "counted inclusively, the first day is day 1; give 1 or more")


@attrs.frozen(kw_only=True)
class Extension(Cited):
    """
    How far the answer may be put off.

    Attributes:
        length: On top of the clock's own; none where the code sets no cap.
        cap: `soft` may be passed with good reason, `hard` may not; `none` sets no cap.
        only_for: The reasons that the code allows; none means any.
        refuses: A live command that passes a hard cap is refused.
        rule: The rule's id, which a finding names.
    """

    id: str
    length: int | None = attrs.field(default=None, validator=NotBelow(1))
    cap: Cap = attrs.field(validator=one_of(Cap))
    only_for: tuple[str, ...] = ()
    refuses: bool = False
    rule: str

    def __attrs_post_init__(self) -> None:
        if (self.length is None) != (self.cap == "none"):
            raise BadValue(
                "length",
                "an extension without a cap says cap = 'none';"
                " one with a cap says by how much (length)",
            )
        if self.refuses and self.cap != "hard":
            raise BadValue("refuses", "only a hard cap can be refused; say cap = 'hard'")


@attrs.frozen(kw_only=True)
class Clock(Cited):
    """
    A deadline of the code.

    Attributes:
        kind: A `duty` of the council, a `norm` to be judged by, or a `right` that lapses.
        stage: The stage it belongs to; none means the whole complaint.
        asks: What is to be done, as a short sentence that a councillor understands.
        per: It runs once for each of these; a day that was said for one counts before *limits*.
        limits: The latest of them is the last day.
        met_by: The milestone that meets it; of several, the first that is known.
        rule: The rule's id, which a finding names.
        extension: How far it may be put off.
    """

    id: str
    kind: Kind = attrs.field(default="duty", validator=one_of(Kind))
    stage: str | None = None
    asks: str | None = None
    per: Per | None = attrs.field(default=None, validator=one_of(Per))
    limits: tuple[Limit, ...] = ()
    met_by: tuple[str, ...] = attrs.field(default=(), validator=EachOf(MILESTONES))
    rule: str
    extension: Extension | None = None

    def __attrs_post_init__(self) -> None:
        if not self.limits and self.per in {None, "update"}:
            raise BadValue("limits", "is empty; name at least one")
        if self.per == "update" and self.stage is None:
            raise BadValue("stage", "is missing; updates are owed while a stage stands extended")
        if self.extension and self.per:
            raise BadValue("extension", f"a clock for each {self.per} has none; take it out")
        if self.extension and self.extension.length and len(self.limits) > 1:
            raise BadValue("extension", "cannot lengthen the later of several limits; give one")
