"""A checkpoint goes out to a witness as a file, and its signature comes back as a file."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import behind
from complaint_ledger.cli import main
from complaint_ledger.evidence.notes import Note, VerifierKey, verify
from evidence.authority import Authority

LEDGER = "sqlite:///council.db"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLAINT_LEDGER_URL", LEDGER)
    monkeypatch.delenv("COMPLAINT_LEDGER_PASSPHRASE", raising=False)

    def invoke(*arguments, given=b"", status=0):
        result = CliRunner().invoke(main, [str(a) for a in arguments], input=given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        assert "Traceback" not in result.output
        assert result.exit_code == status, result.output
        return result

    return invoke


@pytest.fixture
def council(run, monkeypatch):
    """A ledger with one complaint and a checkpoint."""
    actor = run("init", "--council", "Northborough", "--fictional").stdout.strip()
    monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
    run("record", "receive", "--reference", "C-1", "--on", "2026-05-11")
    run("checkpoint", "--out", "first.txt")
    return run


@pytest.fixture
def witness(run):
    return made(run, "witness.key", "southborough/audit")


def made(run, file, name):
    return run("witness", "init", "--key", file, "--name", name).stdout.strip()


def log(run):
    return run("signing-key", "show").stdout.strip()


def signed(run, witness, number, *more, key="witness.key", state="memory"):
    """Ask the witness for its signature, and keep it; return what the last command said."""
    asked, answer = f"request-{number}", f"answer-{number}"
    run("witness", "request", "--witness", witness, "--out", asked, *more)
    words = ("witness", "add-checkpoint", "--key", key, "--state", state, "--log", log(run))
    done = run(*words, given=Path(asked).read_bytes())
    Path(answer).write_bytes(done.stdout_bytes)
    return run("witness", "add-cosignature", "--witness", witness, answer)


def record(run):
    run("actors", "add", "--role", "handler")


# --- the whole way -------------------------------------------------------------------------------


def test_a_checkpoint_is_signed_outside_and_shows_both_signatures(council, witness):
    said = signed(council, witness, 1).stdout
    size = int(re.match(r"Checkpoint of (\d+) entries: southborough/audit saw it at 20", said)[1])
    shown = council("checkpoint", "--show", size)
    assert "NOT WITNESSED" not in shown.stderr
    keys = [VerifierKey.parse(log(council)), VerifierKey.parse(witness)]
    assert verify(Note.parse(shown.stdout.encode()), keys) == keys


def test_day_after_day_the_witness_goes_on_from_the_last_one(council, witness):
    for number in range(3):
        record(council)
        council("checkpoint")
        signed(council, witness, number)
    assert council("checkpoint", "--list").stdout.count("southborough/audit") == 3


def test_two_witnesses_sign_the_same_checkpoint(council, witness):
    other = made(council, "other.key", "westborough/audit")
    signed(council, witness, 1)
    signed(council, other, 2, key="other.key", state="other")
    assert "southborough/audit" in council("checkpoint", "--list").stdout
    assert "westborough/audit" in council("checkpoint", "--list").stdout


def test_files_on_both_sides_do_as_well_as_pipes(council, witness):
    council("witness", "request", "--witness", witness, "--out", "r")
    words = ("witness", "add-checkpoint", "r", "--key", "witness.key", "--state", "m")
    done = council(*words, "--log", log(council), "--out", "answer")
    assert done.stdout == ""
    assert (
        "saw it at" in council("witness", "add-cosignature", "--witness", witness, "answer").stdout
    )


def test_the_same_answer_again_changes_nothing(council, witness):
    signed(council, witness, 1)
    again = council("witness", "add-cosignature", "--witness", witness, "answer-1")
    assert "That was kept before, and stays." in again.stdout


def test_after_a_change_of_key_the_witness_needs_the_checkpoint_with_both(council, witness):
    old = log(council)
    signed(council, witness, 1)
    council("signing-key", "rotate")
    new = log(council)
    record(council)
    council("checkpoint")
    rows = council("checkpoint", "--list").stdout.splitlines()[1:]
    handed_over = rows[1].split()[0]
    words = ("witness", "add-checkpoint", "--key", "witness.key", "--state", "memory")
    words = (*words, "--log", old, "--log", new)
    for number, size, status in (("a", rows[2].split()[0], 1), ("b", handed_over, 0)):
        council("witness", "request", "--witness", witness, "--size", size, "--out", number)
        done = council(*words, given=Path(number).read_bytes(), status=status)
    Path("answer").write_bytes(done.stdout_bytes)
    council("witness", "add-cosignature", "--witness", witness, "answer")
    assert "saw it at" in signed(council, witness, "c").stdout


# --- what is refused -----------------------------------------------------------------------------


def refused(run, witness_key="witness.key", state="memory", given=b"", status=1):
    """Give the witness *given*; return why it signs nothing."""
    words = ("witness", "add-checkpoint", "--key", witness_key, "--state", state)
    done = run(*words, "--log", log(run), given=given, status=status)
    assert done.stdout == ""
    return done.stderr


def asked(run, witness, *more):
    return run("witness", "request", "--witness", witness, *more).stdout_bytes


def test_two_histories_are_proved_and_the_proof_is_kept(council, witness):
    old = Path("council.db.old")
    behind.copy(Path("council.db"), old)
    record(council)
    council("checkpoint")
    signed(council, witness, 1)
    old.replace("council.db")  # tell it otherwise
    council("actors", "add", "--role", "investigator")
    council("checkpoint")
    said = refused(council, given=asked(council, witness, "--old", "0"))
    assert "TWO HISTORIES" in said
    kept = [Note.parse(file.read_bytes()) for file in Path("memory").glob("*two-histories*")]
    key = VerifierKey.parse(log(council))
    assert len({note.text for note in kept}) == 2
    assert [verify(note, [key]) for note in kept] == [[key], [key]]


def test_a_request_from_another_size_is_told_what_to_ask_for(council, witness):
    first = asked(council, witness)
    signed(council, witness, 1)
    assert re.search(r"witness remembers \d+\. Ask again", refused(council, given=first))


def test_a_lost_memory_is_not_made_up_for(council, witness):
    signed(council, witness, 1)
    record(council)
    council("checkpoint")
    assert "memory was lost" in refused(council, state="new", given=asked(council, witness))
    restart = asked(council, witness, "--old", "0")
    assert "memory was lost" in refused(council, state="new", given=restart)


def test_a_truncated_request_is_refused(council, witness):
    whole = asked(council, witness)
    for end in (0, 4, 6, 30, len(whole) // 2, len(whole) - 3):
        assert refused(council, given=whole[:end]).startswith(("FICTIONAL", "complaint-ledger: "))


def test_another_ledger_is_unknown(council, witness):
    done = council(
        "witness", "add-checkpoint", "--key", "witness.key", "--state", "memory", "--log", witness,
        given=asked(council, witness), status=1,
    )  # fmt: skip
    assert "this ledger is unknown here" in done.stderr


@pytest.mark.parametrize("key", ["", "hello", "a+00000000+AAAA"])
def test_what_is_no_key_is_refused(council, key):
    assert "key" in council("witness", "request", "--witness", key, status=1).stderr


def test_the_ledger_s_own_key_is_no_witness_s(council):
    said = council("witness", "request", "--witness", log(council), status=2).stderr
    assert "not as a witness" in said


def test_a_key_that_others_may_read_is_not_used(council, witness):
    Path("witness.key").chmod(0o640)
    assert "chmod 600" in refused(council, given=asked(council, witness), status=3)


def test_a_key_file_that_is_not_there_is_said(council, witness):
    given = asked(council, witness)
    assert "cannot be used" in refused(council, "nowhere.key", given=given, status=3)


def test_a_ledger_s_key_does_not_sign_as_a_witness(council, witness):
    given = asked(council, witness)
    assert "no witness's key" in refused(council, "council.db.signing", given=given, status=3)


def test_a_passphrase_is_taken_from_the_environment(council, monkeypatch):
    monkeypatch.setenv("COMPLAINT_LEDGER_PASSPHRASE", "three quiet words")
    witness = made(council, "secret.key", "southborough/audit")
    monkeypatch.setenv("COMPLAINT_LEDGER_PASSPHRASE", "others")
    given = asked(council, witness)
    assert "passphrase is wrong" in refused(council, "secret.key", given=given, status=3)
    monkeypatch.delenv("COMPLAINT_LEDGER_PASSPHRASE")
    assert "has a passphrase" in refused(council, "secret.key", given=given, status=3)
    monkeypatch.setenv("COMPLAINT_LEDGER_PASSPHRASE", "three quiet words")
    signed(council, witness, 1, key="secret.key")


def test_nothing_is_written_over(council, witness):
    Path("there").write_text("a letter")
    council("witness", "request", "--witness", witness, "--out", "there", status=2)
    council("witness", "init", "--key", "witness.key", "--name", "another", status=2)
    words = ("witness", "add-checkpoint", "--key", "witness.key", "--state", "memory")
    council(
        *words, "--log", log(council), "--out", "there", given=asked(council, witness), status=2
    )
    assert not Path("memory").exists()
    assert Path("there").read_text() == "a letter"


# --- time stamps ---------------------------------------------------------------------------------


def test_a_time_stamp_is_asked_for_recorded_and_checked(council, tmp_path):
    authority = Authority(tmp_path / "authority")
    council("witness", "time-stamp-request", "--out", "request.tsq")
    Path("reply.tsr").write_bytes(authority.stamp(Path("request.tsq").read_bytes()))
    size = Note.parse(Path("first.txt").read_bytes()).text.split("\n")[1]
    words = ("witness", "add-time-stamp", "reply.tsr", "--size", size)
    first = council(*words, "--tsa-root", authority.root)
    assert "time stamp received recorded" in first.stdout
    assert "was recorded before" in council(*words, "--tsa-root", authority.root).stdout
    assert "signature was not checked" in council(*words).stderr
    check = ("witness", "check-time-stamp", "reply.tsr", "--tsa-root", authority.root)
    assert "was there at 20" in council(*check, "--checkpoint", "first.txt").stdout
    assert authority.accepts(
        Path("reply.tsr").read_bytes(), Note.parse(Path("first.txt").read_bytes()).text.encode()
    )
    record(council)
    council("checkpoint", "--out", "second.txt")
    assert "another text" in council(*check, "--checkpoint", "second.txt", status=1).stderr


def test_what_is_no_reply_is_not_recorded(council):
    Path("reply.tsr").write_bytes(b"<html>sign in first</html>")
    size = Note.parse(Path("first.txt").read_bytes()).text.split("\n")[1]
    said = council("witness", "add-time-stamp", "reply.tsr", "--size", size, status=1).stderr
    assert "no reply of RFC 3161" in said
    said = council("witness", "add-time-stamp", "gone.tsr", "--size", size, status=2).stderr
    assert "cannot be read" in said
