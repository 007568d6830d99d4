"""Documents and contacts: what goes on a complaint's file, also after it was closed."""

from datetime import date

import attrs
import pytest

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.words import WITHHELD, Sealed, seal
from complaint_ledger.testing import entry_id, given
from complaint_ledger.testing import examples as story

DAY = date(2026, 5, 7)
LATER = date(2026, 5, 20)
AFTER = date(2026, 7, 2)
RECEIVED = (story.RECEIVED,)
CLOSED = story.EVENTS[:11]

TITLED = e.DocumentAdded(
    occurred_on=DAY, item="d1", kind="letter", direction="in", dated_on=date(2026, 4, 1)
)
WHOLE = attrs.evolve(
    TITLED, title=seal("Letter"), size=seal("3"), sha256=seal("4" * 64), content=seal("YWJj")
)
WITHDRAWN = e.DocumentWithdrawn(occurred_on=LATER, item="d1", reason="other-complaint")
RANG = e.ContactLogged(
    occurred_on=DAY, party="complainant", channel="telephone", direction="out", stage="stage-1"
)
FILE = ("content", "size", "sha256")


@pytest.mark.parametrize("event", [TITLED, RANG], ids=lambda event: type(event).__name__)
def test_what_goes_on_the_file_is_recorded_as_it_is_said_and_once(event):
    given(*RECEIVED).when(event).then(event)
    given(*RECEIVED, event).when(event).then_nothing()


def test_a_note_of_another_call_is_another_entry():
    noted = attrs.evolve(RANG, note=seal("She will send the photographs."))
    given(*RECEIVED, noted).when(noted).then(noted)


def test_a_document_changes_nothing_of_where_the_complaint_stands():
    before = replay(RECEIVED)
    assert replay((*RECEIVED, WHOLE, WITHDRAWN, RANG)) == before


def test_item_known_a_document_is_not_begun_twice():
    given(*RECEIVED, TITLED).when(WHOLE).then_refused("item-known")
    given(*RECEIVED, WHOLE).when(WHOLE).then_refused("item-known")
    remedy = e.RemedyOffered(occurred_on=DAY, item="d1", kind="apology")
    given(*RECEIVED, remedy).when(TITLED).then_refused("item-known")


def test_item_unknown_a_document_that_is_withdrawn_is_on_record():
    refusal = given(*RECEIVED).when(WITHDRAWN, today=LATER).then_refused("item-unknown")
    assert "no document d1; it has none" in refusal.reason
    other = attrs.evolve(WITHDRAWN, item="d2")
    refusal = given(*RECEIVED, TITLED).when(other, today=LATER).then_refused("item-unknown")
    assert "it has d1" in refusal.reason
    remedy = e.RemedyOffered(occurred_on=DAY, item="d2", kind="apology")
    given(*RECEIVED, remedy).when(other, today=LATER).then_refused("item-unknown")
    given(*RECEIVED, TITLED).when(WITHDRAWN, today=LATER).then(WITHDRAWN)


def test_a_document_whose_entry_was_retracted_is_not_on_record():
    retracted = e.EntryRetracted(occurred_on=LATER, retracts=entry_id(2), reason="mistyped")
    given(*RECEIVED, TITLED, retracted).when(WITHDRAWN, today=LATER).then_refused("item-unknown")
    given(*RECEIVED, TITLED, retracted).when(WHOLE, today=LATER).then(WHOLE)


def test_head_unknown_a_document_belongs_to_a_head_that_is_there():
    given(*RECEIVED).when(attrs.evolve(TITLED, head="h9")).then_refused("head-unknown")
    of_head = attrs.evolve(TITLED, head="h1")
    given(*RECEIVED).when(of_head).then(of_head)


@pytest.mark.parametrize("event", [TITLED, RANG], ids=lambda event: type(event).__name__)
def test_stage_unknown_what_goes_on_the_file_is_of_a_stage_of_the_code(event):
    odd = attrs.evolve(event, stage="panel")
    given(*RECEIVED).when(odd, stages=story.STAGES).then_refused("stage-unknown")
    ahead = attrs.evolve(event, stage="stage-2")
    given(*RECEIVED).when(ahead, stages=story.STAGES).then(ahead)


def test_no_letter_bears_a_date_that_lies_ahead():
    """GEN-04"""
    ahead = attrs.evolve(TITLED, dated_on=LATER)
    given(*RECEIVED).when(ahead, today=DAY).then_refused("GEN-04")
    given(*RECEIVED).when(ahead, today=LATER).then(ahead)


@pytest.mark.parametrize("kind", [TITLED, WITHDRAWN, RANG], ids=lambda event: type(event).__name__)
def test_gen_13_letters_still_come_after_the_complaint_was_closed(kind):
    event = attrs.evolve(kind, occurred_on=AFTER)
    first = attrs.evolve(TITLED, item="d1")
    before = (*CLOSED, first) if isinstance(event, e.DocumentWithdrawn) else CLOSED
    given(*before).when(event).then(event)


# --- the file ------------------------------------------------------------------------------------


def test_file_incomplete_content_size_and_hash_are_there_together_or_not_at_all():
    """file-incomplete"""
    given(*RECEIVED).when(WHOLE).then(WHOLE)
    given(*RECEIVED).when(TITLED).then(TITLED)
    for name in FILE:
        for nothing in (None, WITHHELD, Sealed(subject="p1", clear="")):
            lacking = attrs.evolve(WHOLE, **{name: nothing})
            given(*RECEIVED).when(lacking).then_refused("file-incomplete")
        alone = attrs.evolve(TITLED, **{name: getattr(WHOLE, name)})
        given(*RECEIVED).when(alone).then_refused("file-incomplete")


def stored(event):
    """Return *event* as it is read back: with digests instead of texts."""
    return attrs.evolve(
        event, **{name: Sealed(subject="p1", digest=name) for name in (*FILE, "title")}
    )


def corrected(replacement):
    return c.Correct(
        occurred_on=AFTER, corrects=entry_id(2), replacement=replacement, reason="mistyped"
    )


def test_file_incomplete_a_correction_leaves_the_file_as_it_is_or_says_all_of_it_anew():
    """file-incomplete"""
    told = stored(WHOLE)
    for name in FILE:
        odd = attrs.evolve(told, **{name: seal("5")})
        given(*RECEIVED, told).when(corrected(odd)).then_refused("file-incomplete")
    for fine in (
        attrs.evolve(told, title=seal("E-mail"), kind="email"),
        attrs.evolve(WHOLE, title=None),
        TITLED,
    ):
        assert given(*RECEIVED, told).when(corrected(fine)).events[0].replacement == fine


def test_a_document_keeps_its_id_in_a_correction_or_gets_one_that_is_free():
    given(*RECEIVED, TITLED).when(corrected(attrs.evolve(TITLED, kind="email")))
    moved = attrs.evolve(TITLED, item="d2")
    assert given(*RECEIVED, TITLED).when(corrected(moved)).events[0].replacement == moved
    other = attrs.evolve(TITLED, item="d2", kind="report")
    given(*RECEIVED, TITLED, other).when(corrected(moved)).then_refused("item-known")
