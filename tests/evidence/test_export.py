"""A liaison officer hands over a complaint, and says what is kept back."""

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from datetime import date

import pytest

import behind
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.errors import BadEvidence, BadValue, UnknownName
from complaint_ledger.evidence.bundle import export as exporting
from complaint_ledger.evidence.checkpointing import kept_checkpoints
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger.evidence.verify.asked import Asked
from complaint_ledger.testing import examples as story
from evidence.council import LETTER, PHOTOGRAPH, REFERENCE, Council, Witness


@pytest.fixture
def council():
    return Council().tell_everything()


def files_of(bundle):
    with zipfile.ZipFile(bundle) as opened:
        return {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}


def clear_texts(files):
    """Everything that a reader of the bundle can read, with what is in base64 made plain."""
    for data in files.values():
        yield data
        for line in data.split():
            padded = line + b"=" * (-len(line) % 4)
            for decode in (base64.b64decode, base64.urlsafe_b64decode):
                try:
                    yield decode(padded)
                except ValueError:
                    continue


def test_what_is_handed_over_verifies(council):
    done = council.bundle()
    report = verify_bundle(done.file)
    assert (report.verdict, report.reason) == ("verified", None)
    assert report.reference == REFERENCE
    assert [event.name for event in report.events] == [
        "complaint-received",
        "complaint-acknowledged",
        "document-added",
        "document-added",
        "response-sent",
        "entry-corrected",
        "complaint-escalated",
        "evidence-bundle-exported",
    ]
    assert done.omitted == {"withheld": 3, "replaced": 1, "erased": 1}


def test_a_council_that_never_changed_its_key_hands_over_too():
    council = Council()
    council.record(c.Receive(occurred_on=date(2026, 4, 1), reference=REFERENCE))
    report = verify_bundle(council.export().file)
    assert (report.verdict, report.reason) == ("verified", None)
    assert not report.witnessed


def test_the_chronology_comes_first(council):
    with zipfile.ZipFile(council.bundle().file) as opened:
        assert opened.namelist()[0].endswith("/data/chronology.html")


def test_what_is_withheld_redacted_or_erased_is_nowhere_in_the_bundle(council):
    files = files_of(council.bundle().file)
    there = b"\n".join(clear_texts(files))
    for gone in (b"No lorry was late", b"A lorry was late", b"Nobody rang back", PHOTOGRAPH):
        assert gone not in there
    for kept in (b"Rowan Ashdown", b"[the reasons, without a name]", b"Our bin was missed"):
        assert kept in there


def test_the_ledgers_own_secrets_are_nowhere_in_the_bundle(council):
    there = b"\n".join(clear_texts(files_of(council.bundle().file)))
    secret = council.ledger.opened.id_key
    (opened,) = council.ledger.vault.open({secret.digest: "id_key"}).values()
    assert opened.value.encode() not in there
    assert b"A. Clerk" not in there
    assert b"Northborough Council" not in there  # sealed too; the code stands in clear


def test_a_letter_is_in_it_byte_for_byte(council):
    files = files_of(council.bundle().file)
    assert files["data/documents/0004.pdf"] == LETTER
    assert "data/documents/0003.jpg" not in files


def test_the_chronology_says_what_was_kept_back_and_why(council):
    page = files_of(council.bundle().file)["data/chronology.html"].decode()
    assert "3 withheld, 1 redacted, 1 erased; reason: third-party" in page
    assert "REDACTED in this copy: [the reasons, without a name]" in page
    assert "the person declined to say" in page
    assert "Corrected by entry 6." in page
    assert "That the bin is emptied &lt;every&gt; Monday &amp; Friday." in page


def test_the_ledger_keeps_what_was_handed_over(council):
    done = council.bundle()
    said = council.ledger.entries(REFERENCE)[-1].event
    assert isinstance(said, e.EvidenceBundleExported)
    assert (said.reference, said.recipient, said.reason) == (REFERENCE, "lgsco", "third-party")
    packed = council.ledger.entries("ledger")[-1].event
    assert isinstance(packed, e.EvidenceBundlePacked)
    assert packed.sha256 == done.sha256 == hashlib.sha256(done.file.read_bytes()).hexdigest()


def test_the_same_again_is_the_same_bundle(council, tmp_path):
    first = council.bundle(tmp_path / "first.zip")
    entries = len(council.ledger.entries(REFERENCE))
    asked = {
        "withhold": ["5:outcomes", "3:content"],
        "replace": {"replacement": "[the reasons, without a name]"},
        "reason": "third-party",
        "recipient": "lgsco",
    }
    again = council.export(tmp_path / "again.zip", **asked)
    assert again.anew
    assert again.sha256 == first.sha256
    assert len(council.ledger.entries(REFERENCE)) == entries


def test_what_an_export_said_may_be_kept_back_by_the_next(council, tmp_path):
    council.bundle(tmp_path / "first.zip")
    said = len(council.ledger.entries(REFERENCE))
    next_one = council.export(
        tmp_path / "next.zip", withhold=[f"{said}:omitted/v5/text"], reason="third-party"
    )
    assert not next_one.anew
    assert b"[the reasons, without a name]" not in b"".join(clear_texts(files_of(next_one.file)))


@pytest.mark.parametrize("path", ["sha256", "size"])
def test_a_letter_that_nobody_could_compare_is_kept_back_too(council, path):
    done = council.export(withhold=[f"4:{path}"], reason="third-party")
    files = files_of(done.file)
    assert done.omitted == {"withheld": 2}
    assert "data/documents/0004.pdf" not in files
    assert "data/documents/0003.jpg" in files


def test_a_letter_whose_size_was_erased_is_kept_back_too(council):
    council.erase(4, "size")
    assert council.export().omitted == {"withheld": 1, "erased": 1}


def test_another_text_in_the_same_place_is_another_export(council, tmp_path):
    council.bundle(tmp_path / "first.zip")
    other = council.export(
        tmp_path / "other.zip",
        withhold=["5:outcomes", "3:content"],
        replace={"replacement": "[somebody else's words]"},
        reason="third-party",
        recipient="lgsco",
    )
    assert not other.anew
    assert verify_bundle(other.file).verdict == "verified"


def test_what_witnesses_sign_afterwards_goes_into_the_bundle_made_again(council, tmp_path):
    before = council.export(tmp_path / "before.zip")
    assert verify_bundle(before.file).events[-1].not_after is None
    council.checkpoint(witnessed=True)
    after = council.export(tmp_path / "after.zip")
    assert after.anew
    assert verify_bundle(after.file).events[-1].not_after is not None


def test_several_witnesses_may_sign_one_checkpoint(tmp_path):
    council = Council()
    council.record(c.Receive(occurred_on=date(2026, 4, 1), reference=REFERENCE))
    for _ in range(6):  # their keys, and so their order, are drawn each time
        kept = council.checkpoint()
        for name in ("one", "two", "three"):
            Witness(name).sign(council.ledger, kept, council.clock.now)
        council.record(c.Assign(occurred_on=date(2026, 4, 1), handler=council.actor))
        done = council.export(tmp_path / f"{kept.size}.zip")
        assert verify_bundle(done.file).verdict == "verified"
        council.record(c.Assign(occurred_on=date(2026, 4, 1), handler=story.OFFICER))


def test_a_complaint_that_moves_meanwhile_is_handed_over_with_what_was_recorded(
    council, monkeypatch
):
    real = exporting.make_checkpoint
    told = []

    def slow(ledger, **asked):
        if not told:  # somebody records between the announcement and the seal
            told.append(council.record(c.Respond(outcome="upheld")))
        return real(ledger, **asked)

    monkeypatch.setattr(exporting, "make_checkpoint", slow)
    done = council.export()
    report = verify_bundle(done.file)
    names = [event.name for event in report.events]
    assert report.verdict == "verified"
    assert names[-3:] == ["evidence-bundle-exported", "response-sent", "evidence-bundle-exported"]


def test_a_reader_may_ask_for_the_checkpoint_that_they_hold(council):
    held = next(iter(kept_checkpoints(council.ledger.store)))
    for _ in range(3):
        council.record(
            c.Receive(occurred_on=date(2026, 4, 1), reference=f"C-2026-9{council.clock.now:%H%M}")
        )
        council.checkpoint(witnessed=False)
    done = council.export(checkpoints=[held.size])
    assert verify_bundle(done.file, Asked(against=held.checkpoint)).compared is True


def test_a_checkpoint_that_was_never_made_cannot_be_enclosed(council):
    with pytest.raises(BadValue, match="no checkpoint of 3 entries"):
        council.export(checkpoints=[3])


def test_an_early_complaint_has_its_last_checkpoint_before_it_and_the_first_after(council):
    done = council.export()
    sizes = {
        int(name.split("/")[-1].removesuffix(".txt"))
        for name in files_of(done.file)
        if name.startswith("data/checkpoints/") and name.endswith(".txt")
    }
    kept = [one.size for one in kept_checkpoints(council.ledger.store)]
    positions = [entry.recorded.position for entry in council.ledger.entries(REFERENCE)]
    for position in positions:
        assert max((s for s in kept if s < position), default=None) in {*sizes, None}
        assert min((s for s in kept if s >= position), default=None) in {*sizes, None}


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"withhold": ["outcome_sought"]}, BadValue, "--reason: say why"),
        ({"withhold": ["nothing/here"], "reason": "x"}, UnknownName, "no sealed value"),
        ({"withhold": ["99:outcome_sought"], "reason": "x"}, UnknownName, "no sealed value"),
        ({"withhold": ["first:name"], "reason": "x"}, BadValue, "path: write a path"),
        ({"replace": {"3:content": "x"}, "reason": "x"}, BadValue, "a document is enclosed or"),
        ({"replace": {"outcome_sought": " "}, "reason": "x"}, BadValue, "nothing to put in its"),
        ({"withhold": ["outcome_sought"], "reason": "Third Party"}, BadValue, "--reason: it is"),
        ({"recipient": "The Ombudsman"}, BadValue, "--for: it is"),
    ],
)
def test_what_cannot_be_asked_of_an_export_records_nothing(council, tmp_path, asked, error, says):
    before = council.ledger.store.head()
    with pytest.raises(error, match=says):
        council.export(tmp_path / "out.zip", **asked)
    assert council.ledger.store.head() == before
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_never_written_over(council, tmp_path):
    out = tmp_path / "out.zip"
    out.write_text("mine")
    with pytest.raises(BadValue, match="nothing is written over"):
        council.export(out)
    assert out.read_text() == "mine"


def test_there_must_be_a_folder(council, tmp_path):
    with pytest.raises(BadValue, match="make it first"):
        council.export(tmp_path / "nowhere" / "out.zip")


def test_a_ledger_that_was_changed_hands_nothing_over(tmp_path):
    council = Council(f"sqlite:///{tmp_path}/council.db").tell_everything()
    behind.do(
        tmp_path / "council.db",
        "UPDATE events SET body = CAST(replace(body, 'not-upheld', 'upheld') AS BLOB)"
        " WHERE name = 'response-sent'",
    )
    out = tmp_path / "out.zip"
    with pytest.raises(BadEvidence, match=r"none was written|does not go on"):
        council.export(out)
    assert not out.exists()
    assert list(tmp_path.glob(".complaint-ledger-*")) == []


def test_a_full_disk_leaves_nothing_half_under_the_name(tmp_path):
    council = Council(f"sqlite:///{tmp_path}/council.db").tell_everything()
    council.ledger.close()
    script = (
        "import resource, signal, sys\n"
        "from complaint_ledger.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "import complaint_ledger.evidence.bundle.export as x\n"
        "real = x.bundle_files\n"
        "def full(contents):\n"
        "    files = real(contents)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
        "    return files\n"
        "x.bundle_files = full\n"
        f"main(['evidence', 'export', '{REFERENCE}', '--ledger', 'council.db',"
        f" '--actor', '{council.actor}', '--out', 'out.zip', '--accept-clock'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode in {2, 3}, done.stderr
    assert "Traceback" not in done.stderr
    assert "full" in done.stderr or "room" in done.stderr or "large" in done.stderr
    assert not (tmp_path / "out.zip").exists()
    assert list(tmp_path.glob(".complaint-ledger-*")) == []
