"""
The words that events are made of.

Whatever stands in an event in clear can never be taken back, so no event holds
a bare `str`: it holds an id or a code of one of the shapes below, or it is
`Sealed`. `tests/test_nothing_unsealed.py` walks every event class to see to it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, Generic, Literal, NewType, TypeVar

import attrs

from complaint_ledger.errors import BadValue

# Ids.
LedgerId = NewType("LedgerId", str)
StreamId = NewType("StreamId", str)
EventId = NewType("EventId", str)
TraceId = NewType("TraceId", str)  # correlation and causation
ActorId = NewType("ActorId", str)
HeadId = NewType("HeadId", str)
ItemId = NewType("ItemId", str)  # a remedy, a recommendation, an enquiry, … within one complaint
SubjectId = NewType("SubjectId", str)
Reference = NewType("Reference", str)  # the council's own, or an ombudsman's

# Codes, each from a list that a handling code, a mapping or the council keeps.
StageId = NewType("StageId", str)
OutcomeId = NewType("OutcomeId", str)
ReasonId = NewType("ReasonId", str)
ServiceId = NewType("ServiceId", str)
CategoryId = NewType("CategoryId", str)
ChannelId = NewType("ChannelId", str)
BodyId = NewType("BodyId", str)
ToldId = NewType("ToldId", str)
DeadlineId = NewType("DeadlineId", str)
CodeId = NewType("CodeId", str)
CalendarId = NewType("CalendarId", str)
TableId = NewType("TableId", str)
CouncilId = NewType("CouncilId", str)
StoredName = NewType("StoredName", str)
Version = NewType("Version", str)
Sha256 = NewType("Sha256", str)
VerifierKey = NewType("VerifierKey", str)  # the public half of a key that signs checkpoints
ValuePath = NewType("ValuePath", str)  # where in an event a sealed value stands
PublishedText = NewType("PublishedText", str)  # a code, a policy, a calendar: never personal

Precision = Literal["day", "month", "year", "unknown"]
"""How exactly *occurred_on* is known; a month or a year is kept by its first day."""

Direction = Literal["in", "out", "internal"]
"""Which way something went: to the council, from it, or within it."""

Nation = Literal["england", "scotland", "wales", "northern-ireland"]

TimeZone = Literal["Europe/London"]
"""Where civil dates are said; the only one a UK council has."""

ActorKind = Literal["officer", "member", "contractor", "system", "import"]
Role = Literal[
    "handler",
    "investigator",
    "manager",
    "liaison",
    "auditor",
    "administrator",
    "member",
    "importer",
    "system",
]

Finding = Literal[
    "not-investigated",
    "not-upheld",
    "upheld",
    "upheld-already-remedied",
    "partly-upheld",
    "resolved",
    "withdrawn",
]
"""What an ombudsman found on a head, normalised (domain.md 4.5)."""

Relation = Literal["duplicate", "related", "joint", "added-issue"]
"""How another complaint belongs to this one."""

Connection = Literal["none", "member", "officer", "partner-of-member", "partner-of-officer"]
"""What ties someone to the authority; whoever is tied is not independent (SI 2006/1738, reg 2)."""

TextKind = Literal["handling-code", "calendar"]

Omission = Literal["withheld", "replaced", "erased"]
"""Why a sealed value is not in an evidence bundle: kept back, blacked out, or gone."""

ANY_SUBJECT: Final = SubjectId("any")
"""The subject of a value about everyone in a complaint: erased with the first of them."""

COMPLAINANT: Final = SubjectId("p1")

_HEX_32 = re.compile(r"[0-9a-f]{32}")
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HEX_MEND = "is 32 lower-case hex digits"
_WORD_MEND = "is lower-case words joined by hyphens, such as missed-collection"

SHAPES: Final[Mapping[Any, tuple[re.Pattern[str], int, str]]] = {
    LedgerId: (_HEX_32, 32, _HEX_MEND),
    StreamId: (_HEX_32, 32, _HEX_MEND),
    EventId: (_HEX_32, 32, _HEX_MEND),
    TraceId: (_HEX_32, 32, _HEX_MEND),
    ActorId: (
        re.compile(r"[a-z]+-[0-9a-z]{4,32}"),
        64,
        "is an id that `actors add` issued, such as officer-7k2m; never a name or an address",
    ),
    HeadId: (_WORD, 32, "is a head's id, such as h1"),
    ItemId: (_WORD, 32, "is an id within the complaint, such as r1"),
    # An actor is the subject of their own name; id-key is the ledger's secret.
    SubjectId: (
        re.compile(r"p[1-9][0-9]{0,3}|any|ledger|id-key|[a-z]+-[0-9a-z]{4,32}"),
        64,
        "is p1, p2, …, any, ledger, id-key or an actor's id",
    ),
    # A digit is asked for, so that nobody's name passes as a reference.
    Reference: (
        re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9](?:[A-Za-z0-9 ./_-]*[A-Za-z0-9])?"),
        64,
        "is letters, digits, spaces and ./_- with at least one digit, such as C-2026-000123",
    ),
    StageId: (_WORD, 64, _WORD_MEND),
    OutcomeId: (_WORD, 64, _WORD_MEND),
    ReasonId: (_WORD, 64, _WORD_MEND),
    ServiceId: (_WORD, 64, _WORD_MEND),
    CategoryId: (_WORD, 64, _WORD_MEND),
    ChannelId: (_WORD, 64, _WORD_MEND),
    BodyId: (_WORD, 64, _WORD_MEND),
    ToldId: (_WORD, 64, _WORD_MEND),
    DeadlineId: (_WORD, 64, _WORD_MEND),
    CodeId: (_WORD, 64, _WORD_MEND),
    CalendarId: (_WORD, 64, _WORD_MEND),
    TableId: (_WORD, 64, _WORD_MEND),
    CouncilId: (_WORD, 64, _WORD_MEND),
    StoredName: (_WORD, 64, _WORD_MEND),
    Version: (re.compile(r"[0-9a-z][0-9a-z.-]*"), 32, "is a version, such as 2026-02-25"),
    # Whoever keeps one has checked that it is the code or the calendar it says it is.
    PublishedText: (re.compile(r"[\s\S]+"), 1_000_000, "is the text of a code or a calendar"),
    Sha256: (re.compile(r"[0-9a-f]{64}"), 64, "is 64 lower-case hex digits"),
    VerifierKey: (
        re.compile(r"[!-*,-~]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}"),
        300,
        "is a verifier key: name+id+key, as `checkpoint --key` prints it",
    ),
    ValuePath: (
        re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*"),
        300,
        "is the path of a sealed value, such as heads/h2/description",
    ),
}


def read(kind: Any, text: object, field: str) -> Any:
    """
    Return *text* as the id or code that *kind* is.

    Args:
        kind: One of the types above.
        text: What someone wrote.
        field: Where, for the error.

    Raises:
        BadValue: It does not have the shape; the message does not repeat it.
    """
    pattern, longest, mend = SHAPES[kind]
    if not isinstance(text, str) or len(text) > longest or pattern.fullmatch(text) is None:
        raise BadValue(field, f"it {mend}")
    return text


T = TypeVar("T")


@attrs.frozen(repr=False)
class Sealed(Generic[T]):
    """
    A personal value: clear when commanded, a digest when replayed.

    A rule may ask only whether it is there. It is never printed by accident.
    """

    subject: SubjectId
    clear: T | None = None
    digest: str | None = None

    def __repr__(self) -> str:
        return "Sealed(…)"


@attrs.frozen
class Withheld:
    """What a person declined to give (SPSO-19); not the same as absent."""


WITHHELD: Final = Withheld()

Private = Sealed[str] | Withheld | None
"""A personal text: sealed, declined, or absent."""


def seal(text: str | None, subject: str = COMPLAINANT) -> Sealed[str] | None:
    """Return *text* as a value to seal for *subject*, or None where there is none."""
    if text is None or not text.strip():
        return None
    return Sealed(subject=read(SubjectId, subject, "subject"), clear=text)


def is_given(private: Private) -> bool:
    """Return whether something was said; withheld is not given."""
    return isinstance(private, Sealed)
