"""A byte of the copy that is not the ledger's own is found, and its position said."""

import pytest

import behind
from complaint_ledger import open_ledger
from complaint_ledger.errors import CopyDiffers, KeysError, StoreUnreadable, UnreadableEvent
from complaint_ledger.moving import copy_ledger
from complaint_ledger.moving.copying import digests_of
from complaint_ledger.store import LEDGER_STREAM
from moving.council import all_of

OTHER = "b" * 32


def change(url, statement, *values):
    """Change the ledger at *url* behind its back."""
    behind.do(url, (statement, values))


def seventh(url):
    with open_ledger(url) as ledger:
        return ledger.store.tail(after=6, limit=1)[0]


@pytest.mark.parametrize(
    ("column", "other", "told"),
    [
        ("body", "CAST(replace(body, 'C-2026', 'C-2027') AS BLOB)", "body"),
        ("body", "substr(body, 1, length(body) - 1) || x'7e'", "body"),
        ("name", "'response-sent'", "name"),
        ("schema", "schema + 1", "schema"),
        ("recorded_at", "recorded_at + 1", "recorded_at"),
        ("prev", "x'00'", "prev"),
        ("id", f"'{OTHER}'", "id"),
        ("stream", f"'{OTHER}'", "stream"),
        ("version", "version + 1000", "version"),
    ],
)
def test_a_changed_column_is_found_by_its_position(url, to, actor, column, other, told):
    copy_ledger(url, to)
    change(to, f"UPDATE events SET {column} = {other} WHERE position = 7")

    with pytest.raises(CopyDiffers, match=rf"at position 7: the event's {told}\.") as differs:
        copy_ledger(url, to)

    assert differs.value.position == 7
    assert differs.value.exit_status == 1


@pytest.mark.parametrize("position", range(1, 16))
def test_one_changed_byte_of_any_event_is_found(small_pages, url, to, actor, position):
    copy_ledger(url, to)
    change(
        to,
        "UPDATE events SET body = CAST(replace(body, '{\"meta', '{\"metb') AS BLOB)"
        " WHERE position = ?",
        position,
    )

    with pytest.raises(CopyDiffers) as differs:
        copy_ledger(url, to)

    assert differs.value.position == position


def test_an_event_that_is_gone_from_the_copy_is_found(url, to, actor):
    copy_ledger(url, to)
    change(to, "DELETE FROM events WHERE position = 7")

    with pytest.raises(CopyDiffers) as differs:
        copy_ledger(url, to)

    assert differs.value.position == 7


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE sealed SET ciphertext = x'00' WHERE digest = ?", "is another"),
        ("UPDATE sealed SET nonce = x'00' WHERE digest = ?", "is another"),
        ("UPDATE sealed SET subject = 'p9' WHERE digest = ?", "is another"),
        ("UPDATE sealed SET key_id = 'k' WHERE digest = ?", "is another"),
        ("DELETE FROM sealed WHERE digest = ?", "is missing"),
    ],
)
def test_a_sealed_row_that_differs_is_found_by_its_event(url, to, actor, statement, what):
    copy_ledger(url, to)
    event = seventh(url)
    digest = digests_of(event)[0]
    change(to, statement, digest)

    with pytest.raises(CopyDiffers, match=f"position 7: the sealed row .*{what}"):
        copy_ledger(url, to)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (f"INSERT INTO claims VALUES ('reference/C-1', '{OTHER}')", "the claim 'reference/C-1'"),
        ("INSERT INTO kept VALUES ('tree/0/1', x'00')", "what is kept under 'tree/0/1'"),
        (f"UPDATE streams SET leaf = x'00' WHERE stream = '{LEDGER_STREAM}'", "stream 0000"),
        (f"UPDATE streams SET first = 9 WHERE stream = '{LEDGER_STREAM}'", "stream 0000"),
        (
            f"DELETE FROM streams WHERE stream = '{LEDGER_STREAM}'",
            "kept of 6 streams, and it has 7",
        ),
        ("UPDATE head SET recorded_at = recorded_at + 1", "it does not end there"),
    ],
)
def test_what_else_differs_is_found(url, to, actor, statement, what):
    copy_ledger(url, to)
    change(to, statement)

    with pytest.raises(CopyDiffers, match=what):
        copy_ledger(url, to)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE claims SET stream = '{OTHER}' WHERE claim = 'reference/C-2026-000000'",
        "UPDATE kept SET data = x'00' WHERE name = 'checkpoint/3'",
    ],
)
def test_what_was_put_in_the_place_of_a_claim_or_of_something_kept_is_refused(
    url, to, actor, statement
):
    copy_ledger(url, to)
    change(to, statement)

    with pytest.raises(Exception, match=r"is taken by another stream|other data is kept"):
        copy_ledger(url, to)


def test_a_claim_that_is_gone_from_the_copy_is_there_again(url, to, actor):
    copy_ledger(url, to)
    change(to, "DELETE FROM claims WHERE claim = 'reference/C-2026-000000'")

    copy_ledger(url, to)

    assert all_of(to) == all_of(url)


def test_a_key_that_was_changed_is_found(url, to, actor):
    copy_ledger(url, to)
    keys = f"{to}.keys"
    change(keys, "UPDATE data_keys SET wrapped = zeroblob(40) WHERE subject = 'ledger'")

    with pytest.raises(KeysError, match="was changed"):
        copy_ledger(url, to)


# --- a ledger that was changed -------------------------------------------------------------------


def test_a_ledger_whose_chain_is_broken_is_not_copied_past_the_break(url, to, actor):
    with open_ledger(url) as ledger:
        following = ledger.store.read(seventh(url).stream)[1]
    change(url, "UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 7")

    with pytest.raises(
        StoreUnreadable, match=f"event at position {following.position}: it does not name"
    ):
        copy_ledger(url, to)


def test_a_ledger_whose_last_event_was_changed_is_found_out(url, to, actor):
    change(url, "UPDATE events SET schema = 2 WHERE position = 16")

    with pytest.raises(CopyDiffers, match="the ledger itself keeps"):
        copy_ledger(url, to)


def test_an_event_that_nobody_can_read_is_named_by_its_position(url, to, actor):
    change(url, "UPDATE events SET body = x'00' WHERE position = 16")

    with pytest.raises(UnreadableEvent, match="at position 16 seals cannot be read"):
        copy_ledger(url, to)
