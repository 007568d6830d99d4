"""The words that events are made of: what has no shape is refused, what is sealed stays silent."""

import pytest

from complaint_ledger.domain.words import (
    COMPLAINANT,
    ActorId,
    BodyId,
    CalendarId,
    CategoryId,
    ChannelId,
    CodeId,
    CouncilId,
    DeadlineId,
    HeadId,
    OutcomeId,
    ReasonId,
    Reference,
    Sealed,
    ServiceId,
    Sha256,
    StageId,
    StoredName,
    StreamId,
    SubjectId,
    TableId,
    ToldId,
    Version,
    read,
    seal,
)
from complaint_ledger.errors import BadValue

HEX = "0123456789abcdef"
CODES = (
    StageId,
    OutcomeId,
    ReasonId,
    ServiceId,
    CategoryId,
    ChannelId,
    BodyId,
    ToldId,
    DeadlineId,
    CodeId,
    CalendarId,
    TableId,
    CouncilId,
    StoredName,
)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ActorId, "officer-7k2m"),
        (ActorId, "import-" + "7" * 32),
        (HeadId, "h1"),
        (Reference, "7"),
        (Reference, "C-2026/000 123_a.b"),
        (Sha256, HEX * 4),
        (StageId, "stage-1"),
        (StreamId, HEX * 2),
        (SubjectId, "any"),
        (SubjectId, "ledger"),
        (SubjectId, "p1"),
        (SubjectId, "p1000"),
        (Version, "2026-02-25"),
        (Version, "v1.2"),
    ],
)
def test_an_id_or_a_code_is_read_as_it_stands(kind, text):
    assert read(kind, text, "id") == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ActorId, "officer-7k2"),
        (ActorId, "officer-" + "7" * 33),
        (ActorId, "officer7k2m"),
        (HeadId, "H1"),
        (Reference, "Rowan Ashdown"),
        (Reference, "rowan1@council.example"),
        (Reference, " C-1"),
        (Reference, "C-1 "),
        (Sha256, HEX * 3),
        (Sha256, HEX * 3 + "0123456789abcdeg"),
        (StageId, ""),
        (StageId, "-stage"),
        (StageId, "stage-"),
        (StageId, "stage--1"),
        (StageId, "stage 1"),
        (StageId, "Stage-1"),
        (StageId, "stage-1\n"),
        (StreamId, HEX),
        (StreamId, HEX + "0123456789abcdeg"),
        (StreamId, HEX + "0123456789ABCDEF"),
        (SubjectId, "p0"),
        (SubjectId, "p10000"),
        (SubjectId, "p1x"),
        (SubjectId, "rowan"),
        (Version, "-1"),
        (Version, "V1"),
    ],
)
def test_what_could_be_a_name_or_a_slip_is_no_id(kind, text):
    with pytest.raises(BadValue):
        read(kind, text, "id")


@pytest.mark.parametrize(
    ("kind", "longest"),
    [
        *((kind, "w" * 64) for kind in CODES),
        (HeadId, "h" * 32),
        (Reference, "9" * 64),
        (Version, "1" * 32),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_code_may_be_as_long_as_its_kind_allows_and_no_longer(kind, longest):
    assert read(kind, longest, "id") == longest
    with pytest.raises(BadValue):
        read(kind, longest + longest[-1], "id")


def test_a_word_without_the_shape_is_refused_by_the_field_it_stood_in():
    with pytest.raises(BadValue, match="lower-case words") as refused:
        read(StageId, "Stage 1", "stages[0].id")
    assert refused.value.field == "stages[0].id"


def test_what_is_sealed_keeps_its_text_for_the_person_it_is_about():
    assert seal("Rowan", "p2") == Sealed(subject="p2", clear="Rowan")
    assert seal("Rowan").subject == COMPLAINANT


def test_what_is_sealed_prints_that_it_is_and_no_more():
    assert repr(seal("Rowan")) == "Sealed(…)"


def test_nobody_is_sealed_under_a_name():
    with pytest.raises(BadValue) as refused:
        seal("x", "Rowan")
    assert refused.value.field == "subject"
