"""Nothing a person wrote stands in clear: what is written in clear can never be taken back."""

from datetime import date, datetime
from types import UnionType
from typing import Literal, Union, get_args, get_origin

import attrs
import pytest

from complaint_ledger.codec import EVENT_NAMES
from complaint_ledger.domain import events
from complaint_ledger.domain.words import SHAPES, Private, PublishedText, Sealed, Withheld

FREE = "What anybody might type: a name, an address, a story. It has 9 words, £5 and 🗑\nin it."


def _shapes():
    """Return the shapes of ids and codes: those that no free text fits."""
    return {kind for kind, (pattern, _, _) in SHAPES.items() if pattern.fullmatch(FREE) is None}


def _unsealed(kind, path):
    """Yield the path of everything in *kind* that could hold free text."""
    if kind in _shapes() or kind in {date, datetime, int, bool, type(None), Sealed, Withheld}:
        return
    if get_origin(kind) is Literal or kind == Private or get_origin(kind) is Sealed:
        return
    if get_origin(kind) in {Union, UnionType, tuple}:
        for member in get_args(kind):
            if member is not Ellipsis:
                yield from _unsealed(member, path)
        return
    if attrs.has(kind):
        attrs.resolve_types(kind, vars(events))
        for field in attrs.fields(kind):
            if kind is events.EntryCorrected and field.name == "replacement":
                continue  # an event again
            yield from _unsealed(field.type, f"{path}.{field.name}")
        return
    yield path


PUBLISHED = {events.TextKept: ["TextKept.text"]}
"""The one text in clear: a code or a calendar as it was published, which is never personal."""


@pytest.mark.parametrize("event", EVENT_NAMES, ids=EVENT_NAMES.values())
def test_every_text_in_an_event_is_an_id_a_code_or_sealed(event):
    assert list(_unsealed(event, event.__name__)) == PUBLISHED.get(event, [])


def test_published_text_is_the_one_shape_that_admits_free_text():
    assert set(SHAPES) - _shapes() == {PublishedText}


def test_a_bare_text_would_be_noticed():
    @attrs.frozen
    class Careless:
        note: str | None
        heads: tuple[events.Head, ...]

    assert list(_unsealed(Careless, "Careless")) == ["Careless.note"]


def test_every_event_class_has_a_stored_name():
    assert set(get_args(events.Event)) == set(EVENT_NAMES)
    assert len(set(EVENT_NAMES.values())) == len(EVENT_NAMES)
