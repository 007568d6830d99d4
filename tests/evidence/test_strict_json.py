"""JSON in evidence can be read in one way only."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence.strict_json import DEEPEST, parse

MOST = 10**15 - 1
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-MOST, MOST) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=20,
)


@given(values, st.booleans())
def test_what_json_writes_is_read(value, plain):
    assert value == parse(json.dumps(value, ensure_ascii=plain).encode(), "body")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a":{"b":1,"b":2}}', "twice"),
        (b'{"a":1,"\\u0061":2}', "twice"),
        (b"1.0", "whole"),
        (b"[1e3]", "whole"),
        (b"NaN", "NaN"),
        (b"[-Infinity]", "NaN"),
        (b'"\\ud800"', "lone surrogate"),
        (b'{"\\udfff":1}', "lone surrogate"),
        (b'"\xff"', "UTF-8"),
        ('"ä"'.encode("utf-16"), "UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"", "not JSON"),
        (b"{} {}", "not JSON"),
        (b'{"a":1,}', "not JSON"),
        (b"'a'", "not JSON"),
        (b'"\n"', "not JSON"),
        (b"9" * 5_000, "15 digits"),
        (b"1" + b"0" * 15, "15 digits"),
        (b"[-1" + b"0" * 15 + b"]", "15 digits"),
        (b"-0", "-0"),
        (b'{"a":-0}', "-0"),
        (b"01", "not JSON"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "deep"),
        (b"[" * 100_000, "deep"),
        (b'{"a":' * 100_000, "deep"),
    ],
)
def test_what_leaves_a_choice_is_refused(data, why):
    with pytest.raises(BadEvidence, match=why) as refused:
        parse(data, "body")
    assert refused.value.where == "body"


def test_it_may_be_nested_so_deep_and_no_deeper():
    assert parse(b"[" * DEEPEST + b"]" * DEEPEST, "body")


@pytest.mark.parametrize("number", [0, MOST, -MOST])
def test_a_number_may_have_15_digits(number):
    assert number == parse(str(number).encode(), "body")
