"""
Hypothesis strategies for all that a ledger meets.

Everything comes from the types: a new event, command or field is generated as
soon as it is there. *Few* words make events meet: the same stages, heads and
entries come up again and again, as within one complaint.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

from complaint_ledger.codec import EVENT_NAMES
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain import words as w
from complaint_ledger.domain.decisions import Situation, decide
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.london import civil_date
from complaint_ledger.errors import Refused
from complaint_ledger.store import NewEvent, SealedRow, StreamAppend
from complaint_ledger.testing.specification import entry_id, history

FIRST_DAY: Final = date(2015, 1, 1)
LAST_DAY: Final = date(2035, 12, 31)
AFTERWARDS: Final = datetime(2036, 1, 1, 12, tzinfo=UTC)
"""Later than anything that is generated."""

COMPLAINT_EVENTS: Final[tuple[type[e.ComplaintEvent], ...]] = get_args(e.ComplaintEvent)
LEDGER_EVENTS: Final[tuple[type[e.LedgerEvent], ...]] = get_args(e.LedgerEvent)
COMMANDS: Final[tuple[type[c.Command], ...]] = get_args(c.Command)

_ABOUT_ENTRIES: Final = (e.EntryCorrected, e.EntryRetracted)

FEW: Final[Mapping[Any, tuple[str, ...]]] = {
    w.StageId: ("stage-1", "stage-2"),
    w.HeadId: ("h1", "h2", "h3"),
    w.ItemId: ("r1", "r2"),
    w.EventId: tuple(entry_id(number) for number in range(1, 9)),
    w.OutcomeId: ("upheld", "not-upheld", "resolved"),
    w.BodyId: ("lgsco", "spso"),
    w.Reference: ("C-2026-000123", "26 004 117"),
    w.DeadlineId: ("stage-1-respond", "stage-2-respond"),
    w.ActorId: ("officer-7k2m9q", "officer-3f8x2d"),
    w.SubjectId: ("p1", "p2", "any"),
}
FEW_TEXTS: Final = ("Our bin was missed.", "Ŵyn said it’s £5 – 🗑")


# --- values --------------------------------------------------------------------------------------


def texts() -> st.SearchStrategy[str]:
    """Return texts that a person may have typed: any language, never blank."""
    letters = st.characters(exclude_categories=["Cs", "Cc"])
    return st.text(letters | st.sampled_from("\t\n\r"), min_size=1, max_size=40).filter(str.strip)


def sealed_values(*, few: bool = False) -> st.SearchStrategy[w.Sealed[str]]:
    """Return personal values as they are commanded: in clear."""
    said = st.sampled_from(FEW_TEXTS) if few else texts()
    return st.builds(w.Sealed, subject=of(w.SubjectId, few=few), clear=said)


def of(kind: Any, *, few: bool = False) -> st.SearchStrategy[Any]:
    """
    Return values of *kind*.

    Args:
        kind: A class of events, commands or their parts, or the type of one of their fields.
        few: Choose ids and codes from a few words.
    """
    return _of(kind, few)


@cache
def _of(kind: Any, few: bool) -> st.SearchStrategy[Any]:
    if few and kind in FEW:
        return st.sampled_from(FEW[kind])
    if kind in w.SHAPES:
        return _shaped(kind)
    origin = get_origin(kind)
    if origin is Literal:
        return st.sampled_from(get_args(kind))
    if origin in {Union, UnionType}:
        return st.one_of([of(member, few=few) for member in get_args(kind)])
    if origin is tuple:
        return _tuples(get_args(kind)[0], few=few)
    if origin is w.Sealed:
        return sealed_values(few=few)
    if attrs.has(kind):
        return _instances(kind, few=few)
    return _PLAIN[kind]


_PLAIN: Final[Mapping[type, st.SearchStrategy[Any]]] = {
    NoneType: st.none(),
    bool: st.booleans(),
    int: st.integers(min_value=0, max_value=10_000),
    date: st.dates(FIRST_DAY, LAST_DAY),
    datetime: st.datetimes(
        datetime(2015, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
        datetime(2035, 12, 31),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
}


def _shaped(kind: Any) -> st.SearchStrategy[str]:
    pattern, longest, _ = w.SHAPES[kind]
    if kind is w.Reference:  # its pattern looks ahead for a digit, which is slow to search
        return st.builds("{}-{}".format, st.sampled_from("CSX"), st.integers(0, 999_999))
    if pattern.pattern == "[0-9a-f]{32}":
        return _hex(16)
    if pattern.pattern == "[0-9a-f]{64}":
        return _hex(32)
    return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= longest)


def _hex(count: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=count, max_size=count).map(bytes.hex)


def _tuples(member: Any, *, few: bool) -> st.SearchStrategy[tuple[Any, ...]]:
    name: Callable[[Any], Any] | None = None
    if attrs.has(member):  # a stored path names a member by its id, so no two have the same
        field = "id" if "id" in attrs.fields_dict(member) else "head"
        name = lambda part: getattr(part, field)  # noqa: E731
    return st.lists(of(member, few=few), max_size=3, unique_by=name).map(tuple)


def _instances(kind: type, *, few: bool) -> st.SearchStrategy[Any]:
    fields = {name: of(hint, few=few) for name, hint in _hints(kind).items()}
    for field in attrs.fields(kind):
        if field.default is attrs.NOTHING and field.name in fields:
            # What must be there is not None, even where the type is that of an optional text.
            fields[field.name] = fields[field.name].filter(lambda value: value is not None)
    built = st.builds(kind, **fields)
    return built.map(_on_its_day) if issubclass(kind, e.Happened) else built


def _hints(kind: type) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    if "replacement" in hints:
        # A correction is not corrected: the entry itself is, again.
        rest = [one for one in COMPLAINT_EVENTS if one not in _ABOUT_ENTRIES]
        hints["replacement"] = Union[tuple(rest)]  # noqa: UP007 - known at run time only
    return hints


def _on_its_day(happened: e.Happened) -> e.Happened:
    """Return *happened* on the civil date of its instant (GEN-18)."""
    if happened.occurred_at is None:
        return happened
    day = civil_date(happened.occurred_at)
    return attrs.evolve(happened, occurred_on=day, precision="day")


# --- events, commands, histories -----------------------------------------------------------------


def complaint_events(*, few: bool = False) -> st.SearchStrategy[e.ComplaintEvent]:
    """Return any event of a complaint."""
    return st.one_of([of(kind, few=few) for kind in COMPLAINT_EVENTS])


def events() -> st.SearchStrategy[e.Event]:
    """Return any event, the ledger's own among them."""
    return complaint_events() | st.one_of([of(kind) for kind in LEDGER_EVENTS])


def commands(*, few: bool = True) -> st.SearchStrategy[c.Command]:
    """Return any command, whether it may be recorded or not."""
    return st.one_of([of(kind, few=few) for kind in COMMANDS])


@st.composite
def journeys(draw: st.DrawFn, *, longest: int = 12) -> tuple[Fact, ...]:
    """Return one complaint's facts, day after day, as a council would record them."""
    told: list[e.Event] = []
    situation = Situation(now=AFTERWARDS, stages=FEW[w.StageId])
    day = draw(st.dates(FIRST_DAY, date(2030, 12, 31)))
    receipt = attrs.evolve(draw(of(c.Receive, few=True)), arose_on=None, aware_on=None)
    for command in [receipt, *draw(st.lists(commands(), max_size=longest))]:
        on_its_day = attrs.evolve(command, occurred_on=day, occurred_at=None, precision="day")
        try:
            told += decide(on_its_day, history(told), situation)
        except Refused:
            continue
        day += timedelta(days=draw(st.integers(0, 60)))
    return history(told)


def histories(*, longest: int = 12) -> st.SearchStrategy[tuple[Fact, ...]]:
    """Return one complaint's facts in any order, sense or none, as an import brings them."""
    heap = st.lists(complaint_events(few=True), max_size=longest)
    muddled = journeys(longest=longest).flatmap(
        lambda facts: st.permutations([fact.event for fact in facts])
    )
    return journeys(longest=longest) | st.one_of(heap, muddled).map(history)


# --- what a store takes --------------------------------------------------------------------------


def sealed_rows() -> st.SearchStrategy[SealedRow]:
    """Return sealed rows as a store sees them: bytes without a meaning."""
    return st.builds(
        SealedRow,
        digest=_hex(32),
        subject=of(w.SubjectId),
        key_id=_hex(16),
        algorithm=st.just("A256GCM"),
        nonce=st.binary(min_size=12, max_size=12),
        ciphertext=st.binary(max_size=100),
    )


def new_events() -> st.SearchStrategy[NewEvent]:
    """Return events to be recorded; to a store a body is any bytes."""
    return st.builds(
        NewEvent,
        id=_hex(16),
        name=st.sampled_from(sorted(EVENT_NAMES.values())),
        schema=st.integers(1, 9),
        body=st.binary(max_size=200),
        sealed=st.lists(sealed_rows(), max_size=2, unique_by=lambda row: row.digest).map(tuple),
    )


@st.composite
def batches(draw: st.DrawFn) -> tuple[StreamAppend, ...]:
    """Return batches that an empty store takes: new streams, new ids, claims of their own."""
    streams = draw(st.lists(_hex(16), min_size=1, max_size=3, unique=True))
    found = draw(
        st.lists(
            new_events(),
            min_size=len(streams),
            max_size=8,
            unique_by=(lambda event: event.id,),
        )
    )
    digests = [row.digest for event in found for row in event.sealed]
    if len(set(digests)) < len(digests):
        found = [attrs.evolve(event, sealed=()) for event in found]
    return tuple(
        StreamAppend(
            stream=stream,
            expected_version=0,
            events=tuple(found[at :: len(streams)]),
            claims=(f"reference/{stream}",) if draw(st.booleans()) else (),
        )
        for at, stream in enumerate(streams)
    )
