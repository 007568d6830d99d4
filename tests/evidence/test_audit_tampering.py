"""
Who may write the file of a ledger cannot change it unnoticed.

Each test does with SQL what an administrator of the database could do, and the audit
says at which position. What only an outside checkpoint brings to light is said so.
"""

import pytest

import behind
from complaint_ledger import codec, open_ledger
from complaint_ledger.errors import BadValue
from evidence.tampering import Tampered, make, plain


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return make(tmp_path_factory.mktemp("original"))


@pytest.fixture
def ledger(original, tmp_path):
    return Tampered(original, tmp_path)


def first(report):
    assert not report.verified
    return report.problems[0]


# --- entries ------------------------------------------------------------------------------------


def test_a_ledger_that_nobody_touched_verifies(ledger):
    report = ledger.audit()
    assert (report.problems, report.verified, report.witnessed) == ((), True, True)
    assert (report.complaints, report.checkpoints, report.cosigned) == (2, 5, 2)
    assert report.entries == report.last_checkpoint == ledger.one("SELECT position FROM head")
    assert (report.values.rows_gone, report.values.keys_gone, report.after_last) == (1, 0, 0)


def test_a_body_that_was_changed_is_found_where_it_is(ledger):
    at = ledger.position("complaint-acknowledged")
    body = ledger.one("SELECT body FROM events WHERE position = ?", at)
    other = body.replace(b'"occurred_on":"2026-04-01"', b'"occurred_on":"2026-03-01"')
    assert other != body
    ledger.do(("UPDATE events SET body = ? WHERE position = ?", (other, at)))
    assert first(ledger.audit()).first == at


def test_the_last_body_of_a_complaint_is_found_as_well_as_any(ledger):
    at = ledger.position("complaint-escalated")
    body = ledger.one("SELECT body FROM events WHERE position = ?", at)
    ledger.do(("UPDATE events SET body = ? WHERE position = ?", (body + b" ", at)))
    found = first(ledger.audit())
    assert (found.first, found.last) == (at, at)


def test_a_time_that_was_changed_is_found_where_it_is(ledger):
    at = ledger.position("document-added")
    ledger.do(("UPDATE events SET recorded_at = recorded_at - 1 WHERE position = ?", (at,)))
    assert first(ledger.audit()).first == at


def test_two_rows_that_were_swapped_are_found_at_the_first(ledger):
    at = ledger.position("document-added")
    ledger.do(
        ("UPDATE events SET position = 0 WHERE position = ?", (at,)),
        ("UPDATE events SET position = ? WHERE position = ?", (at, at + 1)),
        ("UPDATE events SET position = ? WHERE position = 0", (at + 1,)),
    )
    assert first(ledger.audit()).first == at


def test_a_row_that_was_deleted_in_the_middle_is_missing_there(ledger):
    at = ledger.position("document-added")
    ledger.do(("DELETE FROM events WHERE position = ?", (at,)))
    found = first(ledger.audit())
    assert (found.first, found.last, found.what) == (at, at, "the ledger has no entry there")


def test_a_row_that_was_inserted_is_found_where_the_next_one_moved_to(ledger):
    at = ledger.position("document-added")
    body = ledger.one("SELECT body FROM events WHERE position = ?", at)
    other = body.replace(body[body.index(b'event_id":"') + 11 :][:32], b"a" * 32)
    ledger.do(
        ("UPDATE events SET position = -position - 1 WHERE position > ?", (at,)),
        "UPDATE events SET position = -position WHERE position < 0",
        (
            (
                "INSERT INTO events SELECT position + 1, stream, version + 50, ?, name, schema,"
                " recorded_at, prev, ? FROM events WHERE position = ?"
            ),
            ("a" * 32, other, at),
        ),
        "UPDATE head SET position = position + 1",
    )
    assert first(ledger.audit()).first == at + 1


def test_a_link_that_was_changed_is_named_and_not_the_entry_it_denies(ledger):
    at = ledger.position("document-added", 1)
    ledger.do(("UPDATE events SET prev = ? WHERE position = ?", (bytes(32), at)))
    found = first(ledger.audit())
    assert found.first == at
    assert "does not name the entry before it" in found.what


def test_two_entries_of_a_complaint_that_were_changed_are_both_named(ledger):
    one, other = ledger.position("complaint-acknowledged"), ledger.position("document-added")
    for at in (one, other):
        ledger.do(("UPDATE events SET body = body || ' ' WHERE position = ?", (at,)))
    positions = {each.first for each in ledger.audit().problems if each.first == each.last}
    assert {one, other} <= positions
    assert first(ledger.audit()).first == one


def test_an_event_id_that_stands_twice_is_found_at_the_second(ledger):
    one, other = ledger.position("document-added"), ledger.position("complaint-escalated")
    ids = [ledger.one("SELECT id FROM events WHERE position = ?", at) for at in (one, other)]
    body = ledger.one("SELECT body FROM events WHERE position = ?", other)
    behind.allow_ids_twice(ledger.file)
    ledger.do(
        (
            "UPDATE events SET id = ?, body = ? WHERE position = ?",
            (ids[0], body.replace(ids[1].encode(), ids[0].encode()), other),
        ),
    )
    found = [each.what for each in ledger.audit().problems if each.first == other]
    assert f"its event id is that of position {one}" in found


@pytest.mark.parametrize(
    ("column", "value"),
    [("body", "text"), ("prev", "text"), ("recorded_at", "noon"), ("body", 7), ("version", "x")],
)
@pytest.mark.about_files("a column of PostgreSQL holds no value of another type")
def test_a_column_with_something_else_in_it_is_found_and_ends_nothing(ledger, column, value):
    at = ledger.position("document-added")
    ledger.do((f"UPDATE events SET {column} = ? WHERE position = ?", (value, at)))
    assert first(ledger.audit()).first == at


def test_a_body_that_is_no_json_is_found_also_by_whoever_only_reads(ledger):
    at = ledger.position("ledger-sealed")
    ledger.do(("UPDATE events SET body = ? WHERE position = ?", (b"{", at)))
    assert "body is not readable JSON" in {
        each.what for each in ledger.audit().problems if each.first == at
    }


# --- the end --------------------------------------------------------------------------------------


def shorten(ledger, size):
    """Take the newest entries away, with everything that knows of them."""
    gone = ledger.rows("SELECT DISTINCT stream FROM events WHERE position > ?", size)
    with open_ledger(ledger.url) as opened:
        kept = {stream: opened.store.read(stream) for (stream,) in gone}
        leaves = {
            stream: [one for one in found if one.position <= size][-1].leaf(opened.store.ledger)
            for stream, found in kept.items()
        }
    ledger.do(
        ("DELETE FROM events WHERE position > ?", (size,)),
        (
            (
                "UPDATE head SET position = ?, recorded_at ="
                " (SELECT recorded_at FROM events WHERE position = ?)"
            ),
            (size, size),
        ),
        *(
            (
                (
                    "UPDATE streams SET leaf = ?, version ="
                    " (SELECT max(version) FROM events WHERE stream = ?) WHERE stream = ?"
                ),
                (leaf, stream, stream),
            )
            for stream, leaf in leaves.items()
        ),
    )


def test_a_tail_that_was_deleted_is_missing_at_its_first_position(ledger):
    size = ledger.one("SELECT position FROM head")
    ledger.do(("DELETE FROM events WHERE position > ?", (size - 2,)))
    found = first(ledger.audit())
    assert (found.first, found.last) == (size - 1, size)


def test_a_tail_that_was_deleted_with_its_counts_is_missed_by_the_checkpoint(ledger):
    size = ledger.one("SELECT position FROM head")
    shorten(ledger, size - 2)
    found = first(ledger.audit())
    assert (found.first, found.last) == (size - 1, size)
    assert "has shrunk" in found.what


def test_a_tail_deleted_with_the_newest_checkpoint_takes_a_checkpoint_from_outside(ledger):
    held = ledger.checkpoint()
    size = ledger.one("SELECT position FROM head")
    before = int(ledger.rows("SELECT name FROM kept WHERE name LIKE 'checkpoint/%'")[-2][0][-12:])
    shorten(ledger, before)
    ledger.do(
        ("DELETE FROM kept WHERE name = ?", (f"checkpoint/{size:012}",)),
        "DELETE FROM kept WHERE name LIKE 'time-stamp/%'",
    )
    assert ledger.audit().verified  # the honest gap: nobody inside can tell
    found = first(ledger.audit(against=[held]))
    assert (found.first, found.last) == (before + 1, size)
    assert "has shrunk" in found.what


def test_an_entry_behind_the_ledgers_own_count_is_found(ledger):
    size = ledger.one("SELECT position FROM head")
    ledger.do("UPDATE head SET position = position - 1")
    assert first(ledger.audit()).first == size


# --- beside the entries ---------------------------------------------------------------------------

STREAM = "(SELECT stream FROM events WHERE name = 'complaint-escalated')"


def test_a_head_that_was_moved_is_found_at_the_complaints_last_entry(ledger):
    at = ledger.one(f"SELECT max(position) FROM events WHERE stream = {STREAM}")
    ledger.do(f"UPDATE streams SET version = version - 1 WHERE stream = {STREAM}")
    assert first(ledger.audit()).first == at


def test_a_head_with_another_leaf_is_found(ledger):
    at = ledger.one(f"SELECT max(position) FROM events WHERE stream = {STREAM}")
    ledger.do((f"UPDATE streams SET leaf = ? WHERE stream = {STREAM}", (bytes(32),)))
    assert first(ledger.audit()).first == at


def test_a_head_that_says_another_first_entry_is_found_there(ledger):
    at = ledger.one(f"SELECT min(position) FROM events WHERE stream = {STREAM}")
    ledger.do(f"UPDATE streams SET first = first + 1 WHERE stream = {STREAM}")
    assert first(ledger.audit()).first == at


def test_a_head_that_was_taken_away_is_found(ledger):
    at = ledger.one(f"SELECT max(position) FROM events WHERE stream = {STREAM}")
    ledger.do(f"DELETE FROM streams WHERE stream = {STREAM}")
    assert first(ledger.audit()).first == at


def test_a_head_without_a_complaint_is_found(ledger):
    ledger.do(("INSERT INTO streams VALUES (?, 1, ?, 9)", ("b" * 32, bytes(32))))
    assert first(ledger.audit()).first == 9


def test_a_reference_that_is_claimed_for_another_complaint_is_found(ledger):
    other = ledger.one("SELECT stream FROM claims WHERE claim = 'reference/C-2026-000124'")
    at = ledger.position("complaint-received")
    ledger.do(
        ("UPDATE claims SET stream = ? WHERE claim = 'reference/C-2026-000123'", (other,)),
    )
    assert at in {each.first for each in ledger.audit().problems}


def test_a_claim_to_another_reference_is_found(ledger):
    ledger.do("UPDATE claims SET claim = 'reference/C-1' WHERE claim = 'reference/C-2026-000124'")
    assert first(ledger.audit()).first == ledger.position("complaint-received", 1)


def test_a_claim_of_nobody_is_found(ledger):
    ledger.do(("INSERT INTO claims VALUES ('reference/C-1', ?)", ("b" * 32,)))
    assert "holds a claim" in first(ledger.audit()).what


@pytest.mark.parametrize("column", ["nonce", "ciphertext", "subject", "algorithm"])
def test_a_sealed_row_that_was_changed_is_found_at_its_event(ledger, column):
    at = ledger.position("complaint-escalated")
    digest = sealed_at(ledger, at)
    value = b"x" * 12 if column in {"nonce", "ciphertext"} else "p9"
    ledger.do((f"UPDATE sealed SET {column} = ? WHERE digest = ?", (value, digest)))
    found = first(ledger.audit())
    assert found.first == at
    assert found.what == "the value sealed at reasons was changed or moved since"


def test_a_sealed_value_that_was_put_in_the_place_of_another_is_found(ledger):
    one = sealed_at(ledger, ledger.position("complaint-escalated"))
    other = sealed_at(ledger, ledger.position("entry-corrected"))
    ledger.do(
        ("UPDATE sealed SET digest = 'kept' WHERE digest = ?", (one,)),
        ("UPDATE sealed SET digest = ? WHERE digest = ?", (one, other)),
        ("UPDATE sealed SET digest = ? WHERE digest = 'kept'", (other,)),
    )
    assert {each.first for each in ledger.audit().problems} == {
        ledger.position("complaint-escalated"),
        ledger.position("entry-corrected"),
    }


def test_a_sealed_row_that_was_taken_away_is_counted_like_one_that_was_erased(ledger):
    digest = sealed_at(ledger, ledger.position("complaint-escalated"))
    ledger.do(("DELETE FROM sealed WHERE digest = ?", (digest,)))
    report = ledger.audit()
    assert (report.verified, report.values.rows_gone) == (True, 2)


def test_without_a_key_store_the_values_are_left_out_and_the_report_says_so(ledger):
    digest = sealed_at(ledger, ledger.position("complaint-escalated"))
    ledger.do(("UPDATE sealed SET nonce = ? WHERE digest = ?", (b"x" * 12, digest)))
    ledger.file.with_name("council.db.keys").unlink()
    report = ledger.audit()
    assert (report.verified, report.values) == (True, None)
    assert report.values_skipped == "the key store is not at hand"


def sealed_at(ledger, position):
    body = ledger.one("SELECT body FROM events WHERE position = ?", position)
    return next(iter(codec.sealed_paths(body)))


# --- what proves something ------------------------------------------------------------------------


def test_a_checkpoint_whose_signature_was_changed_is_found_at_its_size(ledger):
    note = ledger.checkpoint()
    size = ledger.one("SELECT position FROM head")
    other = note[:-9] + (b"A" if note[-9:-8] != b"A" else b"B") + note[-8:]
    ledger.do(("UPDATE kept SET data = ? WHERE data = ?", (other, note)))
    assert first(ledger.audit()).first == size


def test_a_checkpoint_with_another_root_is_found_among_those_that_agree(ledger):
    sizes = [int(n[-12:]) for (n,) in ledger.rows("SELECT name FROM kept WHERE name LIKE 'ch%'")]
    old, other = ledger.checkpoint(sizes[0]), ledger.checkpoint(sizes[1])
    lines = old.split(b"\n")
    lines[2] = other.split(b"\n")[2]
    ledger.do(("UPDATE kept SET data = ? WHERE data = ?", (b"\n".join(lines), old)))
    assert {each.first for each in ledger.audit().problems} == {sizes[0]}


def test_the_first_checkpoint_of_a_new_key_needs_the_old_keys_signature_too(ledger):
    at = ledger.position("key-rotated")
    size = ledger.position("ledger-sealed", 2)
    note = ledger.checkpoint(size)
    *text, old, new, end = note.split(b"\n")
    assert (size > at, old[:4], new[:4]) == (True, "— ".encode(), "— ".encode())
    alone = b"\n".join([*text, new, end])
    ledger.do(("UPDATE kept SET data = ? WHERE data = ?", (alone, note)))
    found = first(ledger.audit())
    assert (found.first, "signed by both keys" in found.what) == (size, True)


def test_a_checkpoint_under_the_name_of_another_size_is_found(ledger):
    ledger.do(
        "UPDATE kept SET name = 'checkpoint/000000000007' WHERE name ="
        " (SELECT min(name) FROM kept WHERE name LIKE 'checkpoint/%')"
    )
    told = [each.what for each in ledger.audit().problems]
    assert any(each.startswith("what is kept as checkpoint/000000000007 is") for each in told)


def test_a_hash_of_the_tree_that_was_changed_is_found_with_the_entries_under_it(ledger):
    ledger.do(("UPDATE kept SET data = ? WHERE name = 'tree/000000000000'", (bytes(32),)))
    found = first(ledger.audit())
    assert (found.first, found.last) == (1, 256)


def test_a_hash_of_a_tree_that_there_is_not_is_found(ledger):
    ledger.do(("INSERT INTO kept VALUES ('tree/000000000001', ?)", (bytes(32),)))
    found = first(ledger.audit())
    assert (found.first, found.last) == (257, 512)


def test_a_witness_signature_is_checked_with_the_key_that_is_kept(ledger):
    name, data = ledger.rows("SELECT name, data FROM kept WHERE name LIKE 'cosignature/%'")[0]
    other = ledger.rows("SELECT data FROM kept WHERE name LIKE 'cosignature/%'")[1][0]
    ledger.do(("UPDATE kept SET data = ? WHERE name = ?", (other, name)))
    found = first(ledger.audit())
    assert (found.first, name in found.what) == (int(name.split("/")[1]), True)
    assert data != other


def test_a_time_stamp_that_was_changed_is_found_at_the_entry_that_tells_of_it(ledger):
    ledger.do("UPDATE kept SET data = 'another reply' WHERE name LIKE 'time-stamp/%'")
    assert first(ledger.audit()).first == ledger.position("time-stamp-received")


def test_something_under_a_name_that_nobody_knows_is_found(ledger):
    ledger.do("INSERT INTO kept VALUES ('a/1', 'a')", "INSERT INTO kept VALUES ('z/1', 'z')")
    told = [each.what.split(" by ")[0] for each in ledger.audit().problems]
    assert told == ["nothing is kept as a/1", "nothing is kept as z/1"]


# --- what only somebody outside can tell ----------------------------------------------------------


def test_who_rewrites_everything_and_signs_again_is_found_only_from_outside(tmp_path):
    ledger = Tampered(plain(tmp_path), tmp_path / "copy")
    held = ledger.checkpoint()
    at = ledger.position("complaint-acknowledged")
    assert ledger.audit(against=[held]).verified
    ledger.rewrite(at, b'"occurred_on":"2026-04-01"', b'"occurred_on":"2026-03-01"')
    assert ledger.audit().verified
    found = first(ledger.audit(against=[held]))
    assert (found.first, found.last) == (1, ledger.one("SELECT position FROM head"))
    assert "another history: forked" in found.what


def test_a_checkpoint_may_come_as_three_lines_from_the_minutes(tmp_path):
    ledger = Tampered(plain(tmp_path), tmp_path / "copy")
    lines = "".join(f"    {line}\r\n" for line in ledger.checkpoint().decode().split("\n")[:3])
    report = ledger.audit(against=[lines.encode()])
    assert (report.verified, report.witnessed, report.compared) == (True, True, 1)
    other = lines.replace("northborough", "southborough")
    assert "another ledger" in first(ledger.audit(against=[other.encode()])).what


def test_what_is_no_checkpoint_is_not_compared(ledger):
    with pytest.raises(BadValue, match="checkpoint"):
        ledger.audit(against=[b"Dear auditor"])
