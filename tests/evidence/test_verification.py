"""A bundle is verified by a stranger; whatever a council changes in it, even re-signed, fails."""

import hashlib
import json
from datetime import timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence import notes
from complaint_ledger.evidence.bundle.bag import open_bag
from complaint_ledger.evidence.bundle.policy import parse_policy
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger.evidence.verify.asked import Asked, read_checkpoint, read_receipt
from complaint_ledger.evidence.verify.events import check_order, read_events
from complaint_ledger.evidence.verify.own import read_own
from complaint_ledger.evidence.verify.package import read_package
from evidence.hand_made import (
    AUDIT,
    LEDGER,
    LOG,
    NEIGHBOUR,
    NEW_LOG,
    ORIGIN,
    OTHER,
    OWN,
    START,
    STREAM,
    Council,
    b64url,
    event_id,
    in_folder,
    in_zip,
    sealed,
    signer,
)

GENUINE = Council().files()
FREE = {"bag-info.txt", "data/judgement.html"}
"""What the package signs and nothing else checks."""


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    return (tmp_path_factory.mktemp("bundles") / f"{number}.zip" for number in range(100_000))


@pytest.fixture
def check(places):
    def checked(files, **asked):
        return verify_bundle(in_zip(files, next(places)), Asked(**asked))

    return checked


@pytest.fixture
def council():
    return Council()


def fails(report, why, where=""):
    assert report.verdict == "failed"
    assert why in report.reason
    assert where in report.where


# --- a genuine one -------------------------------------------------------------------------------


def test_a_genuine_bundle_is_verified_as_a_zip_and_as_a_folder(check, tmp_path):
    zipped = check(GENUINE)
    assert (zipped.verdict, zipped.reason) == ("verified", None)
    folder = verify_bundle(in_folder(GENUINE, tmp_path / "b"))
    assert zipped.events == folder.events
    assert folder.verdict == "verified"


def test_the_report_says_when_each_entry_was_recorded_and_what_is_missing_of_it(check):
    report = check(GENUINE)
    seen = [START.replace(microsecond=0) + timedelta(seconds=after) for after in (150, 1000)]
    assert [
        ("complaint-received", None, seen[0], 1, 1),
        ("document-added", seen[0], seen[1], 0, 0),
        ("entry-corrected", seen[0], seen[1], 0, 0),
        ("evidence-bundle-exported", seen[0], seen[1], 0, 0),
    ] == [(e.name, e.not_before, e.not_after, e.withheld, e.redacted) for e in report.events]
    assert [event.open_bracket for event in report.events] == [True, False, False, False]
    assert report.witnessed
    assert (str(LOG.key), str(NEW_LOG.key)) == report.log_keys
    assert {str(AUDIT.key), str(NEIGHBOUR.key)} == {*report.witnesses}
    assert (
        report.reference,
        report.ledger,
        report.stream,
        report.origin,
        report.size,
    ) == ("C-2025-000001", LEDGER, STREAM, ORIGIN, 9)


def test_a_bundle_without_witnesses_is_verified_and_says_so(check, council):
    council.seen = {size: {} for size in council.seen}
    report = check(council.files())
    assert (report.verdict, report.witnessed) == ("verified", False)
    assert all(event.open_bracket for event in report.events)


# --- whatever is changed -------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(GENUINE))
def test_no_file_can_be_left_out(check, council, path):
    fewer = {p: data for p, data in GENUINE.items() if p != path}
    assert check(fewer).verdict == "failed"
    if path.startswith("data/"):
        assert check(council.packed(fewer)).verdict == "failed"


@settings(max_examples=400)
@given(st.sampled_from(sorted(GENUINE)), st.data())
def test_no_bit_can_be_changed_by_whoever_has_no_key(places, path, data):
    changed = flipped(GENUINE, path, data)
    report = verify_bundle(in_zip(changed, next(places)))
    assert report.verdict != "verified"
    assert report.verdict == "failed" or path == "package.note"


@settings(max_examples=600)
@given(st.sampled_from(sorted(p for p in GENUINE if p[:5] == "data/" and p not in FREE)), st.data())
def test_no_bit_can_be_changed_by_the_council_itself(places, path, data):
    changed = Council().packed(flipped(GENUINE, path, data))
    report = verify_bundle(in_zip(changed, next(places)))
    assert report.verdict == "failed"


def flipped(files, path, data):
    bit = data.draw(st.integers(0, len(files[path]) * 8 - 1))
    changed = bytearray(files[path])
    changed[bit // 8] ^= 1 << bit % 8
    return {**files, path: bytes(changed)}


@settings(max_examples=200)
@given(st.sampled_from(sorted(p for p in GENUINE if p[:5] == "data/" and p not in FREE)), st.data())
def test_nothing_can_be_cut_off_or_put_behind_by_the_council_itself(places, path, data):
    length = data.draw(st.integers(0, len(GENUINE[path]) - 1))
    for instead in (GENUINE[path][:length], GENUINE[path] + data.draw(st.binary(min_size=1))):
        changed = Council().packed({**GENUINE, path: instead})
        assert verify_bundle(in_zip(changed, next(places))).verdict == "failed"


@settings(max_examples=200)
@given(*[st.sampled_from(sorted(p for p in GENUINE if p[:5] == "data/" and p not in FREE))] * 2)
def test_no_two_files_can_be_exchanged_by_the_council_itself(places, one, other):
    changed = Council().packed({**GENUINE, one: GENUINE[other], other: GENUINE[one]})
    same = GENUINE[one] == GENUINE[other]
    expected = "verified" if same else "failed"
    assert verify_bundle(in_zip(changed, next(places))).verdict == expected


@pytest.mark.parametrize("path", sorted(FREE))
def test_what_is_only_signed_may_say_anything_that_the_council_signs(check, council, path):
    changed = {**GENUINE, path: b"anything"}
    assert check(changed).verdict == "failed"
    assert check(council.packed(changed)).verdict == "verified"


@pytest.mark.parametrize(
    "path",
    [
        "data/documents/0001.pdf",
        "data/documents/0002.bin",
        "data/events/0005.entry",
        "data/events/0004.disclosures.bak",
        "data/own/0000000003.entry",
        "data/checkpoints/4.txt",
        "data/checkpoints/3-6.consistency",
        "data/timestamps/0000000006.tsr",
        "data/timestamps/0000000006.checkpoint",
        "hidden.txt",
    ],
)
def test_no_file_can_be_added_by_the_council_itself(check, council, path):
    assert check(council.packed({**GENUINE, path: b"more"})).verdict == "failed"


# --- the package ---------------------------------------------------------------------------------


def test_another_format_takes_another_verifier(check, council, tmp_path):
    council.version = "v2"
    files = {**council.files(), "data/new.txt": b"of a later format"}
    for report in (check(files), verify_bundle(in_folder(files, tmp_path / "b"))):
        assert report.verdict == "cannot-be-checked"
        assert "format 2" in report.reason


@pytest.mark.parametrize("version", ["v01", "v0", "v", "1", "v1 ", "v-2", "v1\n"])
def test_a_version_that_is_none_fails(check, council, version):
    council.version = version
    fails(check(council.files()), "five lines", "package.note")


@pytest.mark.parametrize("by", [LOG, signer(ORIGIN, "a stranger")])
def test_the_package_is_signed_by_the_key_in_force(check, council, by):
    fails(check(council.packed(GENUINE, by)), "key in force", "package.note")


# --- the ledger's own entries --------------------------------------------------------------------


def test_a_ledger_has_one_opening_and_one_seal(check, council):
    council.told[5][1] = "ledger-sealed"
    fails(check(council.files()), "not exactly one ledger-sealed", "data/own")


def test_nothing_of_the_ledgers_own_stands_there_that_no_reader_needs(check, council):
    council.told[5][1] = "actor-added"
    fails(check(council.files()), "no bundle needs", "data/own/0000000006")


def test_the_keys_follow_one_another(check, council):
    council.opened(6)["old"] = str(NEW_LOG.key)
    fails(check(council.files()), "not the key before")


def test_a_key_has_the_ledgers_name(check, council):
    council.opened(6)["new"] = str(signer("somebody", "else").key)
    fails(check(council.files()), "another name")


def test_a_witness_cannot_be_a_signing_key(check, council):
    council.opened(6)["new"] = str(signer(ORIGIN, "w", notes.COSIGNATURE).key)
    fails(check(council.files()), "signs notes")


def test_no_key_comes_back(check, council):
    council.opened(6)["new"] = str(LOG.key)
    fails(check(council.files()), "before")


def test_a_later_schema_of_the_ledgers_own_is_not_guessed_at(check, council):
    council.told[7][2] = 2
    fails(check(council.files()), "schema")


# --- checkpoints ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "signers"),
    [
        (6, [NEW_LOG]),
        (6, [LOG]),
        (6, [NEW_LOG, LOG]),
        (9, [LOG]),
        (9, [LOG, NEW_LOG]),
        (3, [NEW_LOG]),
    ],
)
def test_each_checkpoint_is_signed_by_the_key_in_force_and_the_first_of_a_new_one_by_both(
    check, council, size, signers
):
    council.checkpoints[size] = signers
    assert check(council.files()).verdict == "failed"


def test_a_new_key_has_a_checkpoint_of_its_own(check, council):
    council.opened(9)["checkpoint"] = 3
    council.checkpoints = {3: [LOG], 9: [LOG, NEW_LOG]}
    assert check(council.files()).verdict == "verified"
    later = signer(ORIGIN, "the third")
    council.opened(9).clear()
    council.told[8][1] = "key-rotated"
    council.opened(9).update(old=str(NEW_LOG.key), new=str(later.key), checkpoint=3)
    council.checkpoints = {3: [LOG], 9: [NEW_LOG, later]}
    files = council.files()
    log = GENUINE["data/keys.txt"].splitlines(keepends=True)
    files["data/keys.txt"] = b"".join([*log[:2], f"log {later.key}\n".encode(), *log[2:]])
    gone = {path for path in files if path.startswith("data/timestamps/")}
    files = council.packed({path: data for path, data in files.items() if path not in gone}, later)
    fails(check(files), "none for the key of position 6", "data/checkpoints")


def test_a_witness_who_signs_nothing_is_not_in_the_list(check, council):
    line = f"witness {signer('x.example', 'x', notes.COSIGNATURE).key}\n".encode()
    files = {**GENUINE, "data/keys.txt": GENUINE["data/keys.txt"] + line}
    fails(check(council.packed(files)), "signs no checkpoint", "data/keys.txt")


def test_a_signature_of_a_stranger_fails(check, council):
    council.checkpoints[9] = [NEW_LOG, signer("stranger.example", "s")]
    fails(check(council.files()), "nobody in keys.txt", "data/checkpoints/9.txt")


def test_a_witness_cannot_have_seen_it_in_the_year_10000(check, council):
    council.seen[9][AUDIT] = 2**60
    fails(check(council.files()), "year 9999")


def test_a_checkpoint_of_another_history_fails(check, council):
    other = Council()
    other.opened(3)["occurred_on"] = "2020-01-01"
    files = {**GENUINE, "data/checkpoints/3.txt": other.files()["data/checkpoints/3.txt"]}
    fails(check(council.packed(files)), "grew out of", "3-9.consistency")


# --- entries -------------------------------------------------------------------------------------


def test_times_never_fall(check, council):
    council.told[3][4] = START
    fails(check(council.files()), "recorded before")


def test_a_body_is_read_strictly(check, council):
    council.told[4][3]["open"]["occurred_on"] = "2025-02-30"
    assert check(council.files()).verdict == "failed"


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(extra={}),
        lambda body: body.pop("withheld"),
        lambda body: body["meta"].pop("actor"),
        lambda body: body["meta"].update(event_id="x"),
        lambda body: body["meta"].update(event_id=event_id(2)),
        lambda body: body["meta"].update(on_behalf_of=7),
        lambda body: body["meta"].update(source=[]),
        lambda body: body["meta"].update(source={"row": "17"}),
        lambda body: body["open"].update(precision=["day"]),
        lambda body: body["open"].update(occurred_on=20250401),
        lambda body: body["open"].update(replacement=None),
        lambda body: body["open"].update(replacement={"open": []}),
        lambda body: body["open"].update(fraction=0.5),
        lambda body: body["sealed"].update({"A/../B": body["sealed"]["size"]}),
        lambda body: body["sealed"].update(more={"digest": "short", "subject": "p1"}),
        lambda body: body["sealed"].update(more=body["sealed"]["size"]["digest"]),
        lambda body: body.update(sealed=[]),
        lambda body: body.update(withheld=["size"]),
        lambda body: body.update(withheld=["x", "x"]),
        lambda body: body.update(withheld=[{}]),
        lambda body: body.update(open=None),
    ],
)
def test_a_body_of_another_shape_fails_and_breaks_nothing(check, council, change):
    genuine = council.files()
    change(council.told[3][3])
    rows = council.entries()
    path = "data/events/0002"
    files = {**genuine, f"{path}.body.json": rows[3][4], f"{path}.entry": rows[3][3].encode()}
    fails(check(council.packed(files)), "", "data/")


def test_a_whole_ledger_of_such_a_body_fails_in_its_body(check, council):
    council.told[3][3]["meta"]["event_id"] = event_id(2)
    council.opened(7)["entries"][1] = event_id(2)
    fails(check(council.files()), "event id")


# --- the export and the sealed values ------------------------------------------------------------


def test_the_export_names_every_entry_before_it(check, council):
    council.opened(7)["entries"].pop()
    fails(check(council.files()), "entries before it", "0004.body.json")


def test_the_last_entry_is_the_export(check, council):
    council.told[6][1] = "response-sent"
    fails(check(council.files()), "evidence-bundle-exported")


@pytest.mark.parametrize(
    ("omitted", "why"),
    [
        (Council.omitted("v3", 2, "nowhere", "withheld"), "no entry seals"),
        (Council.omitted("v3", 3, "complainant/name", "withheld"), "no entry seals"),
        (Council.omitted("v3", 2, "request", "withheld"), "no entry seals"),
        (Council.omitted("v3", 2, "complainant/contact", "erased"), "twice"),
        (Council.omitted("v2", 2, "complainant/name", "erased"), "id twice"),
        (Council.omitted("v3", 2, "complainant/name", "lost"), "no omitted value"),
        (Council.omitted("../v3", 2, "complainant/name", "erased"), "no omitted value"),
        (["v3"], "no omitted value"),
        ({"id": "v3"}, "no omitted value"),
    ],
)
def test_only_what_is_sealed_can_be_omitted_and_only_once(check, council, omitted, why):
    council.opened(7)["omitted"].append(omitted)
    council.any_page = b"<p>"
    fails(check(council.files()), why, "0004.body.json")


def test_what_is_listed_as_omitted_is_not_there(check, council):
    line = council.lines[2, "complainant/contact"]
    path = "data/events/0001.disclosures"
    files = {**GENUINE, path: f"{line}\n".encode() + GENUINE[path]}
    fails(check(council.packed(files)), "2 values are enclosed, but 1", path)


def test_what_is_not_listed_cannot_be_kept_back(check, council):
    path = "data/events/0001.disclosures"
    fails(check(council.packed({p: d for p, d in GENUINE.items() if p != path})), "missing", path)


def test_another_text_than_the_one_that_was_sealed_fails(check, council):
    line, _ = sealed("complainant/name", "Ida Quill")
    path = "data/events/0001.disclosures"
    fails(check(council.packed({**GENUINE, path: f"{line}\n".encode()})), "not what was sealed")


@pytest.mark.parametrize(
    "content",
    [
        ["salt", "explanation", 7],
        ["salt", "explanation"],
        ["salt", "explanation", "x", "y"],
        ["salt", "other", "x"],
        {"explanation": "x"},
        "explanation",
    ],
)
def test_a_sealed_value_is_a_salt_its_path_and_a_text(check, council, content):
    line = b64url(json.dumps(content).encode())
    digest = b64url(hashlib.sha256(line.encode()).digest())
    council.told[4][3]["sealed"]["explanation"]["digest"] = digest
    files = council.files()
    path = "data/events/0003.disclosures"
    lines = [line, council.lines[5, "replacement/complainant/name"]]
    files[path] = "".join(f"{each}\n" for each in lines).encode()
    fails(check(council.packed(files)), "explanation", path)


def test_what_stands_instead_is_enclosed(check, council):
    council.opened(7)["omitted"][0]["how"] = "replaced"
    fails(check(council.files()), "stands instead of v1")


def test_a_document_is_the_one_that_was_sealed(check, council):
    path = "data/documents/0002.pdf"
    fails(check(council.packed({**GENUINE, path: b"%PDF another"})), "hash", path)


def test_a_document_keeps_the_ending_of_its_name(check, council):
    files = {**GENUINE, "data/documents/0002.doc": GENUINE["data/documents/0002.pdf"]}
    del files["data/documents/0002.pdf"]
    fails(check(council.packed(files)), "missing", "0002.pdf")


# --- the head, the stamps, the page --------------------------------------------------------------


@pytest.mark.parametrize(("upto", "why"), [(6, "does not reach"), (8, "covers itself")])
def test_the_seal_covers_the_last_entry_and_not_itself(check, council, upto, why):
    council.opened(8)["upto"] = upto
    fails(check(council.files()), why, "0000000008.body.json")


def test_an_entry_after_the_last_one_shows_in_the_seal(check, council):
    honest = council.heads_lines

    def lines(rows):
        return {**honest(rows), STREAM: f"{STREAM} 5 {'e' * 64}\n"}

    council.heads_lines = lines
    files = council.files()
    fails(check(files), "last entry", "data/head.txt")


def test_a_time_stamp_is_of_a_checkpoint_that_is_enclosed(check, council):
    council.opened(9)["checkpoint"] = 5
    fails(check(council.files()), "not enclosed")


def test_a_time_stamp_is_the_one_that_was_received(check, council):
    council.opened(9)["sha256"] = "e" * 64
    fails(check(council.files()), "not the one received", ".tsr")


def test_the_page_cannot_say_anything_else(check, council):
    path = "data/chronology.html"
    files = {**GENUINE, path: GENUINE[path].replace(b"30 March", b"29 March")}
    fails(check(council.packed(files)), "not the page", path)


# --- times ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("witnesses", "verdict"),
    [({AUDIT: 550}, "verified"), ({AUDIT: 750}, "failed")],
)
def test_an_entry_cannot_be_back_dated_behind_a_witness(check, council, witnesses, verdict):
    # Entry 4 says 300 seconds; the checkpoint before it was seen at 550 or 750.
    council.seen[3] = witnesses
    assert verdict == check(council.files()).verdict


@pytest.mark.parametrize(("seen", "verdict"), [(501, "verified"), (500, "failed")])
def test_an_entry_cannot_be_dated_after_a_witness_saw_it(check, council, seen, verdict):
    # The seal was recorded at 700 seconds, the last entry at 800.123.
    council.seen[9] = {NEIGHBOUR: seen}
    council.seen[3] = {AUDIT: 150}
    report = check(council.files())
    assert verdict == report.verdict


# --- what a reader brings ------------------------------------------------------------------------


def policy(text):
    return parse_policy(text.encode())


A, N = f"witness a {AUDIT.key}\n", f"witness n {NEIGHBOUR.key}\n"


def test_a_policy_asks_for_a_quorum_over_the_whole_complaint(check, council):
    both = policy(f"{A}{N}group both all a n\nquorum both\n")
    report = check(GENUINE, policy=both)
    assert report.verdict == "verified"
    seen = START.replace(microsecond=0) + timedelta(seconds=1060)
    assert {(None, seen)} == {(event.not_before, event.not_after) for event in report.events}
    council.seen[9] = {AUDIT: 1000}
    fails(check(council.files(), policy=both), "too few")


def test_only_the_witnesses_of_the_policy_count(check):
    stranger = signer("x.example", "x", notes.COSIGNATURE).key
    report = check(GENUINE, policy=policy(f"witness x {stranger}\nquorum none\n"))
    assert (report.verdict, report.witnessed) == ("verified", False)
    fails(check(GENUINE, policy=policy(f"witness x {stranger}\nquorum x\n")), "too few")


def test_a_policy_for_other_ledgers_fails(check):
    other = signer("other", "o").key
    fails(check(GENUINE, policy=policy(f"log {other}\nquorum none\n")), "log of the policy")
    mine = policy(f"log {other}\nlog {NEW_LOG.key}\nquorum none\n")
    assert check(GENUINE, policy=mine).verdict == "verified"


def test_the_published_key_is_one_of_the_bundles(check):
    assert check(GENUINE, key=LOG.key).verdict == "verified"
    fails(check(GENUINE, key=AUDIT.key), "key that you gave")
    fails(check(GENUINE, key=signer(ORIGIN, "another").key), "key that you gave")


@pytest.mark.parametrize("size", [3, 6, 9])
def test_a_readers_checkpoint_is_that_of_the_bundle(check, size):
    held = read_checkpoint(GENUINE[f"data/checkpoints/{size}.txt"])
    report = check(GENUINE, against=held)
    assert (report.verdict, report.compared) == ("verified", True)


def test_two_histories_fail(check, council):
    council.opened(3)["occurred_on"] = "2020-01-01"
    held = read_checkpoint(council.files()["data/checkpoints/3.txt"])
    fails(check(GENUINE, against=held), "two histories", "checkpoints/3.txt")


def test_a_checkpoint_of_another_size_is_said_to_be_of_no_use(check):
    root = "A" * 43 + "="
    report = check(GENUINE, against=read_checkpoint(f"{ORIGIN}\n4\n{root}\n".encode()))
    assert (report.verdict, report.compared) == ("verified", False)
    other = read_checkpoint(f"complaint-ledger/other/{LEDGER}\n4\n{root}\n".encode())
    fails(check(GENUINE, against=other), "another ledger")


def test_a_checkpoint_typed_from_the_minutes_is_read():
    held = read_checkpoint(GENUINE["data/checkpoints/3.txt"])
    typed = f"\r\n  {held.origin} \r\n\r\n {held.size}\r\n{held.text.splitlines()[2]}"
    assert held == read_checkpoint(typed.encode())


def test_a_receipt_is_of_one_entry(check):
    receipt = check(GENUINE).events[1].receipt
    spaced = " ".join(receipt[at : at + 8] for at in range(0, 64, 8)).upper()
    assert check(GENUINE, receipt=read_receipt(spaced)).receipt == 2
    fails(check(GENUINE, receipt="e" * 64), "receipt is of no entry")


# --- what is no bundle at all --------------------------------------------------------------------


def test_what_is_not_there_cannot_be_checked(tmp_path):
    assert verify_bundle(tmp_path / "nothing.zip").verdict == "cannot-be-checked"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\3\4", b"\0" * 10_000])
def test_a_file_that_is_no_bundle_fails(tmp_path, data):
    (tmp_path / "b.zip").write_bytes(data)
    assert verify_bundle(tmp_path / "b.zip").verdict == "failed"


def test_an_empty_folder_fails(tmp_path):
    assert verify_bundle(tmp_path).verdict == "failed"


def test_entries_of_two_complaints_do_not_make_one(check, council):
    council.told[3][0] = OTHER
    assert check(council.files()).verdict == "failed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("recorded 2025-04-01T08:35:05.123456Z", "recorded 2025-04-31T08:35:05.123456Z"),
        ("recorded 2025-04-01T08:35:05.123456Z", "recorded 2025-04-01T08:35:05Z"),
        ("version 2", "version 02"),
        ("position 4", "position +4"),
        ("position 4", f"position {'9' * 30}"),
        ("type document-added 1", "type Document-added 1"),
        ("type document-added 1\n", "type document-added 1\n\n"),
        ("entry/v1", "entry/v2"),
    ],
)
def test_an_entry_is_nine_lines_each_written_one_way(check, council, old, new):
    path = "data/events/0002.entry"
    changed = GENUINE[path].replace(old.encode(), new.encode())
    assert changed != GENUINE[path]
    fails(check(council.packed({**GENUINE, path: changed})), "", path)


@pytest.mark.parametrize(
    ("position", "claimed", "why", "where"),
    [
        (4, {"position": 3}, "its index is not", "0002.tlog-proof"),
        (4, {"position": 2}, "its index is not", "0002.tlog-proof"),
        (4, {"ledger": "9" * 32}, "another ledger", "0002.entry"),
        (4, {"stream": OTHER}, "another complaint", "0002.entry"),
        (4, {"version": 3}, "its version", "0002.entry"),
        (4, {"prev": None}, "does not follow", "0002.entry"),
        (4, {"prev": b"x" * 32}, "does not follow", "0002.entry"),
        (2, {"prev": b"x" * 32}, "does not follow", "0001.entry"),
        (4, {"body": b"{}"}, "not the body", "0002.body.json"),
        (1, {"ledger": "9" * 32}, "another ledger", "0000000001.entry"),
        (1, {"version": 2}, "not the first entry", "0000000001"),
        (1, {"prev": b"x" * 32}, "not the first entry", "0000000001"),
        (6, {"stream": STREAM}, "ledger's own stream", "0000000006.entry"),
        (6, {"position": 4}, "another position", "0000000006.entry"),
    ],
)
def test_an_entry_is_what_it_says_that_it_is(check, council, position, claimed, why, where):
    council.claimed = {position: claimed}
    fails(check(council.files()), why, where)


def test_a_bundle_is_of_a_complaint_and_not_of_the_ledger_itself(check, council):
    council.stream = OWN
    fails(check(council.files()), "not a complaint's", "package.note")


def test_the_package_names_the_last_checkpoint(check, council):
    files = council.files()
    council.checkpoints = {6: [LOG]}
    fails(check(council.packed(files)), "another size", "package.note")


@pytest.mark.parametrize(
    ("folder", "what"), [("data/events", "entry"), ("data/checkpoints", "checkpoint")]
)
def test_a_bundle_without_entries_or_checkpoints_fails(check, council, folder, what):
    rest = {path: data for path, data in GENUINE.items() if not path.startswith(folder)}
    fails(check(council.packed(rest)), f"there is no {what}", folder)


def test_positions_rise_with_the_versions(tmp_path):
    with open_bag(in_zip(GENUINE, tmp_path / "b.zip")) as bag:
        own, (first, second, *rest) = read_own(bag, LEDGER), read_events(bag, read_package(bag))
    with pytest.raises(BadEvidence, match="not behind"):
        check_order(own, (second, first, *rest))


@pytest.mark.parametrize("name", ["reference", "reason"])
def test_what_the_page_takes_from_the_export_is_text(check, council, name):
    council.opened(7)[name] = 7
    council.any_page = b"<p>"
    fails(check(council.files()), f"open.{name} is not a text")


@pytest.mark.parametrize("omitted", [{}, "v1", None])
def test_what_is_omitted_is_a_list(check, council, omitted):
    files = council.files
    council.any_page = b"<p>"
    council.disclosed_lines = lambda _: {}
    council.opened(7)["omitted"] = omitted
    fails(check(files()), "not a list")


# --- what only these notice ----------------------------------------------------------------------


def test_new_manifests_need_a_new_signature(check, council):
    """Whoever has no key can write both manifests anew, but not the note over them."""
    forged = council.packed({**GENUINE, "data/judgement.html": b"Nothing was amiss."})
    forged["package.note"] = GENUINE["package.note"]
    fails(check(forged), "another tag manifest", "package.note")


def test_the_package_is_signed_just_once(check):
    note = notes.Note.parse(GENUINE["package.note"])
    twice = notes.Note(note.text, [*note.signatures, notes.sign(note.text, LOG)])
    fails(check({**GENUINE, "package.note": bytes(twice)}), "just once", "package.note")


def test_a_ledger_opens_itself(check, council):
    council.opened(1)["ledger"] = "9" * 32
    fails(check(council.files()), "opens another ledger")


@pytest.mark.parametrize("extension", ["tsr", "checkpoint"])
def test_no_half_of_a_time_stamp_is_there_without_its_entry(check, council, extension):
    path = f"data/timestamps/0000000005.{extension}"
    fails(check(council.packed({**GENUINE, path: b"more"})), "time stamp", "data/timestamps")


def keys_of(change):
    lines = GENUINE["data/keys.txt"].decode().splitlines()
    return "".join(f"{line}\n" for line in change(lines)).encode()


STRANGER = signer("zz.example", "zz").key


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda lines: [*lines[:2], *lines[:1:-1]], "not in order"),
        (lambda lines: [*lines, lines[-1]], "there twice"),
        (lambda lines: [*lines, f"log {STRANGER}"], "but witnesses"),
        (lambda lines: [*lines, ""], "but witnesses"),
        (lambda lines: [*lines, f"witness {STRANGER}"], "cosignature"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "does not begin"),
        (lambda lines: lines[1:], "does not begin"),
    ],
)
def test_the_list_of_keys_is_written_one_way(check, council, change, why):
    fails(check(council.packed({**GENUINE, "data/keys.txt": keys_of(change)})), why, "keys.txt")


def test_two_entries_have_two_positions(tmp_path):
    with open_bag(in_zip(GENUINE, tmp_path / "b.zip")) as bag:
        own, events = read_own(bag, LEDGER), read_events(bag, read_package(bag))
    moved = attrs.evolve(events[-1], position=own.seal.position)
    with pytest.raises(BadEvidence, match="another entry has its position"):
        check_order(own, (*events[:-1], moved))


def test_a_hash_has_32_bytes(check, council):
    path = "data/events/0002.tlog-proof"
    first, index, hashed, rest = GENUINE[path].split(b"\n", 3)
    assert len(hashed) == 44
    short = b"\n".join((first, index, b"AAAA", rest))
    fails(check(council.packed({**GENUINE, path: short})), "32 bytes", path)


@pytest.mark.parametrize(
    ("position", "name", "value"),
    [
        (1, "council", ["northborough-council"]),
        (1, "signing_key", 7),
        (6, "old", None),
        (6, "new", {}),
        (8, "upto", "7"),
        (8, "upto", True),
        (8, "heads_size", [2]),
        (8, "heads_root", 7),
        (9, "checkpoint", "6"),
        (9, "sha256", []),
    ],
)
def test_a_field_of_the_ledgers_own_is_of_its_kind(check, council, position, name, value):
    council.opened(position)[name] = value
    council.any_page = b"<p>"
    fails(check(council.files()), f"open.{name} is missing or of another kind")


@pytest.mark.parametrize("root", ["E" * 64, "e" * 63, ""])
def test_the_sealed_root_is_hex(check, council, root):
    council.opened(8)["heads_root"] = root
    fails(check(council.files()), "64 hex digits")


def test_a_file_of_over_64_mib_is_not_read_whole(check, council):
    path = "data/keys.txt"
    huge = b"\n" * ((64 << 20) + 1)
    fails(check(council.packed({**GENUINE, path: huge})), "64 MiB", path)


PROOF, HEAD = GENUINE["data/events/0002.tlog-proof"], GENUINE["data/head.txt"]
OLDER = GENUINE["data/checkpoints/6.txt"]


def turned(data, at):
    """Return *data* with the lines *at* and after it exchanged."""
    lines = data.split(b"\n")
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return b"\n".join(lines)


@pytest.mark.parametrize(
    ("path", "data", "why"),
    [
        (
            "data/events/0002.tlog-proof",
            PROOF.replace(GENUINE["data/checkpoints/9.txt"], OLDER),
            "does not end with the last checkpoint",
        ),
        ("data/events/0002.tlog-proof", PROOF.replace(b"@v1", b"@v2", 1), "not a proof of"),
        ("data/events/0002.tlog-proof", turned(PROOF, 2), "lead to the root of the last"),
        ("data/head.txt", HEAD.replace(b"index 0", b"index 1"), "lead to the root that was sealed"),
        ("data/head.txt", HEAD[:-1], "last line has no end"),
        ("data/checkpoints/3.txt", OLDER, "its name is not its size"),
        ("data/timestamps/0000000009.checkpoint", OLDER, "not the text of that checkpoint"),
        ("data/events/0002.disclosures", b"", "it is empty"),
    ],
)
def test_each_small_check_is_the_one_that_notices(check, council, path, data, why):
    assert data != GENUINE.get(path)
    if path == "data/checkpoints/3.txt":  # signed as one of size 3 has to be
        text = notes.Note.parse(OLDER).text
        data = bytes(notes.Note(text, [notes.sign(text, LOG)]))
    elif path == "data/events/0002.disclosures":
        path = "data/events/0004.disclosures"
        council.opened(7)["omitted"].pop()
        council.told[6][3]["sealed"].clear()
        council.lines = {place: line for place, line in council.lines.items() if place[0] != 7}
        fails(check(council.packed({**council.files(), path: data})), why, path)
        return
    fails(check(council.packed({**GENUINE, path: data})), why, path)


def test_a_checkpoint_is_of_this_ledger(check, council):
    text = notes.Note.parse(GENUINE["data/checkpoints/3.txt"]).text
    other = text.replace("northborough", "southborough")
    signed = bytes(notes.Note(other, [notes.sign(other, LOG)]))
    files = council.packed({**GENUINE, "data/checkpoints/3.txt": signed})
    fails(check(files), "another ledger", "data/checkpoints/3.txt")


@pytest.mark.parametrize("line", ["WyJz", "A", "AB"])
def test_a_sealed_value_is_written_in_base64url_one_way(check, council, line):
    """Even where the council sealed what is written otherwise."""
    digest = b64url(hashlib.sha256(line.encode()).digest())
    council.told[4][3]["sealed"]["explanation"]["digest"] = digest
    council.any_page = b"<p>"
    files = council.files()
    path = "data/events/0003.disclosures"
    lines = [line, council.lines[5, "replacement/complainant/name"]]
    files[path] = "".join(f"{each}\n" for each in lines).encode()
    report = check(council.packed(files))
    fails(report, {"A": "is not base64url", "AB": "one way"}.get(line, "JSON"), path)


def test_the_read_me_says_what_it_says_in_every_bundle(check, council):
    path = "data/READ-ME.txt"
    changed = GENUINE[path].replace(b"outside witness", b"nobody outside")
    fails(check(council.packed({**GENUINE, path: changed})), "every bundle", path)


def test_a_document_has_the_size_that_was_sealed(check, council):
    line, digest = sealed("size", "21")
    council.lines[4, "size"] = line
    council.told[3][3]["sealed"]["size"]["digest"] = digest
    fails(check(council.files()), "its size is not", "data/documents/0002.pdf")
