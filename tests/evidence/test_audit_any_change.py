"""Whatever one column of one row is changed to, an audit finds it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import behind
from evidence.tampering import Tampered, make

# Under the empty name, and under one with a character past `~`, nothing is ever read: a row
# there is as if it were deleted. What a deleted row of `kept` proved, those know who hold it.
# What a store keeps that no entry and no proof rests on: no reader of the ledger sees it.
UNSEEN = {("head", "one"), ("head", "format"), ("head", "appended")}
TABLES = ("head", "events", "streams", "claims", "sealed", "kept")
# A row under another digest or another key is a row that is not there, like an erased one.
AS_IF_ERASED = {("sealed", "digest"), ("sealed", "key_id")}
# All ledgers of a PostgreSQL schema are in the same tables: a row that is given to another
# ledger is as if it were deleted, which is found but for what is erased or only kept.
GIVEN_AWAY = {(table, "ledger") for table in TABLES if table != "head"}


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return make(tmp_path_factory.mktemp("original"))


def changed(value):
    """Return values of the same kind that differ from *value*."""
    if value is None:
        return st.binary(min_size=32, max_size=32)
    if isinstance(value, int):
        return st.integers(1, 2**53).filter(lambda other: other != value) | st.sampled_from(
            [value + 1, value - 1]
        )
    if isinstance(value, datetime):
        other = st.integers(-(2**53), 2**53).filter(bool) | st.sampled_from([1, -1])
        return other.map(lambda microseconds: value + timedelta(microseconds=microseconds))
    if isinstance(value, bytes):
        flipped = st.builds(flip, st.just(value), st.integers(0, len(value) * 8 - 1))
        cut = st.integers(0, len(value) - 1).map(lambda end: value[:end])
        return flipped | cut | st.binary(max_size=40).filter(lambda other: other != value)
    if len(value) == 32:
        return st.text("0123456789abcdef", min_size=32, max_size=32).filter(lambda x: x != value)
    return st.text(st.characters(min_codepoint=1, max_codepoint=126), min_size=1).filter(
        lambda other: other != value
    ) | st.just(value + "0")


def flip(value, bit):
    made = bytearray(value)
    made[bit // 8] ^= 1 << bit % 8
    return bytes(made)


@settings(max_examples=60)
@given(st.data())
def test_any_change_of_one_column_of_one_row_is_found(original, tmp_path_factory, data):
    ledger = Tampered(original, tmp_path_factory.mktemp("changed"))
    table = data.draw(st.sampled_from(TABLES))
    names = behind.columns(ledger.file, table)
    rows = ledger.rows(f"SELECT * FROM {table} ORDER BY 1")
    row = data.draw(st.sampled_from(rows))
    column = data.draw(st.sampled_from([n for n in names if (table, n) not in UNSEEN]))
    value = data.draw(changed(row[names.index(column)]))
    gone = ledger.audit().values.rows_gone
    try:
        ledger.do((f"UPDATE {table} SET {column} = ? WHERE {names[0]} = ?", (value, row[0])))
    except behind.Impossible:
        return  # the table cannot hold it: another row has that value
    after = ledger.audit()
    if (table, column) in GIVEN_AWAY:
        without = Tampered(original, tmp_path_factory.mktemp("without"))
        without.do((f"DELETE FROM {table} WHERE {names[0]} = ?", (row[0],)))
        assert after == without.audit()
        assert not after.verified or table in {"sealed", "kept"}
    elif (table, column) in AS_IF_ERASED and after.verified:
        assert after.values.rows_gone + after.values.keys_gone == gone + 1
    else:
        assert not after.verified
