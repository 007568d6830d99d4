"""What an append sends as lists arrives item by item, whatever stands in the items."""

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger_adapters.postgres_arrays import blobs, plain, texts

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@pytest.fixture(scope="module")
def arrive(postgres):
    with psycopg.connect(postgres.conninfo("postgres")) as connection:

        def ask(written, kind):
            cursor = connection.cursor(binary=True)
            return cursor.execute(f"SELECT %s::{kind}[]", (written,)).fetchone()[0]

        yield ask


@given(items=st.lists(TEXTS | st.sampled_from(["", "NULL", "null", "{}", '"', "\\", "a,b", " "])))
def test_any_texts_arrive(arrive, items):
    assert items == arrive(texts(items), "text")


@given(items=st.lists(st.binary()))
def test_any_bytes_arrive(arrive, items):
    assert items == arrive(blobs(items), "bytea")


@given(items=st.lists(st.integers(min_value=-(2**63), max_value=2**63 - 1)))
def test_any_numbers_arrive(arrive, items):
    assert items == arrive(plain(items), "bigint")


@given(items=st.lists(st.uuids()))
def test_any_ids_arrive(arrive, items):
    assert items == arrive(plain(item.hex for item in items), "uuid")
