"""
What a code asks for besides deadlines, as data.

Each check is one function in `domain/checks.py`; `READS` says what it reads of
a requirement, so that a file that gives too little or too much is refused.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

import attrs

from complaint_ledger.domain.code_words import Cited, EachOf, NotBelow, OneOf, one_of
from complaint_ledger.domain.events import NAMES, ComplaintEvent
from complaint_ledger.errors import BadValue

Check = Literal[
    "says",
    "followed-by",
    "signed-off",
    "decided-by-another",
    "every-head-answered",
    "resolved-by-agreement",
    "stages-at-most",
    "extension-in-time",
    "refusal-reason",
    "refusal-too-early",
    "delay-explained",
    "services-excluded",
    "record-holds",
    "panel-independent",
]

RECORD_ITEMS: Final = (
    "complainant",
    "received-on",
    "nature",
    "service",
    "handler",
    "stage-1-outcome",
    "stage-1-closed-on",
    "stage-2-started-on",
    "stage-2-outcome",
    "stage-2-closed-on",
    "cause",
)
"""What `record-holds` can ask the record of a closed complaint to hold."""

REFUSALS: Final = ("complaint-refused", "escalation-refused")


@attrs.frozen
class Reads:
    """
    What a check needs of a requirement, and what it may have besides.

    Attributes:
        asked_of: The events of which it can be asked before they are recorded; those
            that the requirement is `of`, where it needs that.
        afterwards: It can only be told later, so that nothing can be refused by it.
    """

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    asked_of: tuple[str, ...] = ()
    afterwards: bool = False


READS: Final[Mapping[str, Reads]] = MappingProxyType(
    {
        "says": Reads(needs=("of", "needs"), takes=("stage", "where")),
        "followed-by": Reads(
            needs=("of", "by"), takes=("stage", "where", "due", "before"), afterwards=True
        ),
        "signed-off": Reads(takes=("stage",), asked_of=("response-sent",)),
        "decided-by-another": Reads(needs=("stage",), asked_of=("response-sent",)),
        "every-head-answered": Reads(asked_of=("response-sent",)),
        "resolved-by-agreement": Reads(asked_of=("response-sent",)),
        "stages-at-most": Reads(
            needs=("most",),
            asked_of=(
                "complaint-received",
                "complaint-escalated",
                "complaint-reopened",
                "response-sent",
            ),
        ),
        "extension-in-time": Reads(takes=("clock",), asked_of=("response-extended",)),
        "refusal-reason": Reads(needs=("of",), takes=("reasons",)),
        "refusal-too-early": Reads(needs=("of", "reasons", "clock")),
        "delay-explained": Reads(needs=("clock",), afterwards=True),
        "services-excluded": Reads(
            needs=("services",), asked_of=("complaint-received", "handler-assigned")
        ),
        "record-holds": Reads(needs=("needs",), afterwards=True),
        "panel-independent": Reads(asked_of=("panel-appointed",)),
    }
)

_READ: Final = (
    "of",
    "stage",
    "where",
    "needs",
    "by",
    "due",
    "before",
    "most",
    "reasons",
    "services",
    "clock",
)


@attrs.frozen(kw_only=True)
class Requirement(Cited):
    """
    Something besides a deadline that the code asks for.

    Attributes:
        check: How it is looked at; what each check reads of the following is said in
            the how-to page.
        asks: What is asked, as a short sentence that a councillor understands.
        rule: The rule's id, which a finding names.
        refuses: A live command that leaves it out is refused; an import is not.
        of: The event it is about, by its stored name.
        stage: Only at this stage.
        where: Only where a field of the event says so: `FIELD` or `FIELD=VALUE,VALUE`.
        needs: What the event must say: names of its fields, or words it *told*.
        by: The events of which one must follow.
        due: The field of the event with the day by which.
        before: The event before which one of them must be there.
        most: How many at most.
        reasons: Reasons, by id.
        services: Services, by id.
        clock: A clock of this code, by id.
    """

    check: Check = attrs.field(validator=one_of(Check))
    asks: str
    rule: str
    refuses: bool = False
    of: str | None = attrs.field(default=None, validator=OneOf(tuple(NAMES)))
    stage: str | None = None
    where: str | None = None
    needs: tuple[str, ...] = ()
    by: tuple[str, ...] = attrs.field(default=(), validator=EachOf(tuple(NAMES)))
    due: str | None = None
    before: str | None = attrs.field(default=None, validator=OneOf(tuple(NAMES)))
    most: int | None = attrs.field(default=None, validator=NotBelow(1))
    reasons: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    clock: str | None = None

    def __attrs_post_init__(self) -> None:
        reads = READS[self.check]
        for name in _READ:
            given = bool(getattr(self, name))
            if given and name not in {*reads.needs, *reads.takes}:
                raise BadValue(name, f"is not read by {self.check}; take it out")
            if not given and name in reads.needs:
                raise BadValue(name, f"is missing; {self.check} reads it")
        if self.refuses and reads.afterwards:
            raise BadValue("refuses", f"{self.check} can only be told afterwards; take it out")
        if self.check == "record-holds":
            EachOf(RECORD_ITEMS)(self, attrs.fields_dict(Requirement)["needs"], self.needs)
        elif self.check.startswith("refusal-"):
            OneOf(REFUSALS)(self, attrs.fields_dict(Requirement)["of"], self.of)
        elif self.of is not None:
            self._fits(self.of)

    def _fits(self, of: str) -> None:
        """Refuse what an event called *of* cannot hold."""
        fields = {name.replace("_", "-") for name in attrs.fields_dict(NAMES[of])}
        for need in self.needs if "told" not in fields else ():
            _field("needs", need, of, fields)
        if self.where is not None:
            _field("where", self.where.partition("=")[0], of, fields)
        if self.due is not None:
            dates = {
                field.name.replace("_", "-")
                for field in attrs.fields(NAMES[of])
                if field.type in {date, date | None}
            }
            if self.due not in dates:
                there = ", ".join(sorted(dates))
                raise BadValue("due", f"{of} has no date {self.due!r}; there is {there}")
        if self.stage is not None and "stage" not in fields:
            raise BadValue("stage", f"{of} belongs to no stage; take it out")

    def may_refuse(self, event: ComplaintEvent) -> bool:
        """Return whether *event* could be refused by it."""
        if not self.refuses:
            return False
        names = (self.of,) if self.of else READS[self.check].asked_of
        return isinstance(event, tuple(NAMES[name] for name in names))

    @property
    def key(self) -> tuple[str, str, str | None, str | None]:
        """What tells it from the code's other requirements."""
        return (self.rule, self.check, self.of, self.stage)


def _field(key: str, name: str, of: str, fields: set[str]) -> None:
    if name not in fields:
        there = ", ".join(sorted(fields))
        raise BadValue(key, f"{of} has no field {name!r}; there is {there}")
