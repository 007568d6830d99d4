"""An entry is exactly these nine lines, and nothing that is recorded can add one."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.errors import BadStream, BadValue
from complaint_ledger.evidence.entries import instant
from complaint_ledger.store import NewEvent, RecordedEvent, StreamAppend, check_batch
from complaint_ledger.testing import strategies

LEDGER = "0123456789abcdef" * 2
EVENT = RecordedEvent(
    position=41,
    stream="c" * 32,
    version=2,
    id="e" * 32,
    name="response-sent",
    schema=1,
    recorded_at=datetime(2026, 4, 1, 9, 30, 0, 5, tzinfo=UTC),
    prev=bytes(range(32)),
    body='{"open":{"stage":"stage-1"},"to":"Ŵyn"}'.encode(),
)
TEXT = """\
complaint-ledger/entry/v1
ledger 0123456789abcdef0123456789abcdef
position 41
stream cccccccccccccccccccccccccccccccc
version 2
type response-sent 1
recorded 2026-04-01T09:30:00.000005Z
prev 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
body f64ea950bb1b7fb38cf10ca9835eb8216b754dc7e63971187a6162bef7b82f2a
"""


def test_the_entry_is_the_text_that_the_architecture_gives():
    body = hashlib.sha256(EVENT.body).hexdigest()
    lines = [*TEXT.splitlines()[:-1], f"body {body}"]

    assert EVENT.entry(LEDGER) == "".join(f"{line}\n" for line in lines)


def test_the_entry_is_this_very_text():
    assert EVENT.entry(LEDGER) == TEXT


def test_the_first_entry_of_a_stream_has_no_leaf_before_it():
    first = attrs.evolve(EVENT, version=1, prev=None)

    assert first.entry(LEDGER).splitlines()[-2] == "prev -"


def test_the_leaf_is_the_hash_of_a_zero_byte_and_the_entry():
    assert EVENT.leaf(LEDGER) == hashlib.sha256(b"\x00" + TEXT.encode("ascii")).digest()


@pytest.mark.parametrize(
    "change",
    [
        {"position": 42},
        {"stream": "d" * 32},
        {"version": 3},
        {"name": "response-extended"},
        {"schema": 2},
        {"recorded_at": EVENT.recorded_at + timedelta(microseconds=1)},
        {"prev": b"\xff" * 32},
        {"prev": None},
        {"body": EVENT.body + b" "},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_is_changed_changes_the_leaf(change):
    assert attrs.evolve(EVENT, **change).leaf(LEDGER) != EVENT.leaf(LEDGER)


def test_another_ledger_has_another_leaf():
    assert EVENT.leaf("f" * 32) != EVENT.leaf(LEDGER)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05.000000Z"),
        (
            datetime(2026, 7, 1, 0, 30, 0, 999_999, tzinfo=timezone(timedelta(hours=1))),
            "2026-06-30T23:30:00.999999Z",
        ),
    ],
)
def test_an_instant_is_written_in_utc_to_the_microsecond(at, text):
    assert instant(at) == text


@given(st.builds(EVENT.__class__, position=st.integers(1), stream=strategies.of(strategies.w.StreamId), version=st.integers(1), id=strategies.of(strategies.w.EventId), name=strategies.of(strategies.w.StoredName), schema=st.integers(1, 99), recorded_at=strategies.of(datetime), prev=st.none() | st.binary(min_size=32, max_size=32), body=st.binary()))  # fmt: skip
def test_an_entry_is_nine_lines_whatever_is_recorded(event):
    words = [line.split(" ")[0] for line in event.entry(LEDGER).split("\n")]

    assert words == [
        "complaint-ledger/entry/v1",
        *("ledger", "position", "stream", "version", "type", "recorded", "prev", "body"),
        "",
    ]


@given(st.sampled_from(["stream", "id", "name"]), st.text(min_size=1).map(lambda t: f"a\n{t}"))
def test_no_line_can_be_injected_into_an_entry(field, text):
    """The body is hashed and the numbers are numbers: these three are all that is left."""
    fields = {"stream": "a" * 32, "id": "b" * 32, "name": "response-sent"} | {field: text}
    event = NewEvent(fields["id"], fields["name"], 1, b"{}")
    part = StreamAppend(stream=fields["stream"], expected_version=0, events=(event,))

    with pytest.raises((BadStream, BadValue)):
        check_batch([part])
