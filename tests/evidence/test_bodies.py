"""A body has four parts, with what every event has in them; anything else is refused."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence.bundle.bodies import parse_body

VALUE = {"digest": "d" * 43, "subject": "p1"}
BODY = {
    "meta": {
        "event_id": "a" * 32,
        "actor": {"id": "officer-7k2m9q", "kind": "officer", "role": "handler"},
        "library": "0.1.0",
        "something": "that a later version adds",
    },
    "open": {
        "occurred_on": "2025-04-01",
        "precision": "month",
        "replacement": {"open": {}, "sealed": {"name": VALUE}, "withheld": ["contact"]},
    },
    "sealed": {"explanation": VALUE, "request": VALUE},
    "withheld": ["outcome_sought"],
}


def parsed(body):
    return parse_body(json.dumps(body).encode(), "body")


def test_what_is_sealed_stands_behind_replacement_where_a_correction_says_it():
    assert list(parsed(BODY).sealed_everywhere()) == ["explanation", "replacement/name"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda b: b.update(extra={}), "is an object of meta"),
        (lambda b: b.pop("withheld"), "is an object of meta"),
        (lambda b: b.update(meta=[]), "meta is not"),
        (lambda b: b["meta"].update(event_id="A" * 32), "event_id"),
        (lambda b: b["meta"].pop("event_id"), "event_id"),
        (lambda b: b["meta"].pop("actor"), "actor"),
        (lambda b: b["meta"]["actor"].pop("role"), "actor"),
        (lambda b: b["meta"]["actor"].update(id=""), "actor"),
        (lambda b: b["meta"]["actor"].update(kind=None), "actor"),
        (lambda b: b["meta"].update(on_behalf_of=7), "on_behalf_of"),
        (lambda b: b["meta"].update(source=[]), "source has no row"),
        (lambda b: b["meta"].update(source={"row": "17"}), "source has no row"),
        (lambda b: b["meta"].update(source={"row": True}), "source has no row"),
        (lambda b: b["meta"].update(source={"row": 17, "recorded": 2011}), "source.recorded"),
        (lambda b: b.update(open=None), "open is not"),
        (lambda b: b["open"].update(occurred_on=20250401), "occurred_on"),
        (lambda b: b["open"].update(occurred_on="2025-02-30"), "occurred_on"),
        (lambda b: b["open"].update(precision=["day"]), "precision"),
        (lambda b: b["open"].update(precision="hour"), "precision"),
        (lambda b: b["open"].update(replacement=None), "a replacement is"),
        (lambda b: b["open"]["replacement"].update(meta={}), "a replacement is"),
        (lambda b: b["open"]["replacement"].update(open=[]), "open of the replacement"),
        (lambda b: b["open"]["replacement"].update(sealed=[]), "sealed or withheld"),
        (lambda b: b["sealed"].update({"replacement/name": VALUE}), "sealed twice"),
        (lambda b: b.update(sealed=[]), "sealed or withheld"),
        (lambda b: b.update(withheld={}), "sealed or withheld"),
        (lambda b: b["sealed"].update({"A/../B": VALUE}), "is no path"),
        (lambda b: b["sealed"].update(more={**VALUE, "digest": "short"}), "a digest and a subject"),
        (lambda b: b["sealed"].update(more={**VALUE, "subject": ""}), "a digest and a subject"),
        (lambda b: b["sealed"].update(more={**VALUE, "text": "x"}), "a digest and a subject"),
        (lambda b: b["sealed"].update(more="d" * 43), "a digest and a subject"),
        (lambda b: b["withheld"].append({}), "withheld path"),
        (lambda b: b["withheld"].append("A b"), "withheld path"),
        (lambda b: b["withheld"].append("outcome_sought"), "there twice"),
        (lambda b: b["withheld"].append("explanation"), "there twice"),
    ],
)
def test_a_body_of_another_shape_is_refused(change, why):
    body = copy.deepcopy(BODY)
    change(body)
    with pytest.raises(BadEvidence, match=why):
        parsed(body)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["meta", "open", "sealed", "withheld", "replacement", "actor", "source"]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(st.fixed_dictionaries(dict.fromkeys(BODY, anything)))
def test_no_shape_breaks_the_reader(body):
    try:
        parsed(body)
    except BadEvidence as refused:
        assert refused.where == "body"  # noqa: PT017 - it may also be read
