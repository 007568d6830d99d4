"""`verify` says in its first line whether evidence holds, and ends with 0, 1 or 2."""

import json
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main
from evidence.hand_made import AUDIT, LOG, NEW_LOG, Council, in_folder, in_zip


@pytest.fixture
def council():
    return Council()


@pytest.fixture
def bundle(council, tmp_path):
    return in_zip(council.files(), tmp_path / "evidence.zip")


def run(*args):
    return CliRunner().invoke(main, ["verify", *map(str, args)], catch_exceptions=False)


def test_a_genuine_bundle_is_verified(bundle):
    done = run(bundle)
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert lines[0] == "VERIFIED  complaint C-2025-000001, 4 entries"
    assert lines[1] == "FICTIONAL: nothing in this ledger happened."
    assert lines[3] == (
        "   1  Complaint received, recorded 2025-04-01 08:31:45 UTC;"
        " not after 2025-04-01 08:32:35 UTC; WITHHELD 1; REDACTED 1; OPEN BRACKET"
    )
    assert lines[4] == (
        "   2  Document added, recorded 2025-04-01 08:35:05 UTC;"
        " not before 2025-04-01 08:32:35 UTC; not after 2025-04-01 08:46:45 UTC"
    )
    assert lines[-2:] == [f"  {LOG.key}", f"  {NEW_LOG.key}"]
    assert f"  {AUDIT.key}" in lines
    assert "NOT WITNESSED" not in done.stdout


def test_its_folder_is_verified_like_the_zip(council, bundle, tmp_path):
    folder = in_folder(council.files(), tmp_path / "folder")
    assert run(bundle).stdout == run(folder).stdout


def test_what_no_witness_saw_is_said_loudly(council, tmp_path):
    council.seen = {size: {} for size in council.seen}
    done = run(in_zip(council.files(), tmp_path / "b.zip"))
    assert done.exit_code == 0
    assert "NOT WITNESSED: only the council itself vouches for these times.\n" in done.stdout


def test_a_changed_bundle_fails_with_the_first_thing_wrong(council, tmp_path):
    files = {**council.files(), "data/judgement.html": b"changed"}
    done = run(in_zip(files, tmp_path / "b.zip"))
    expected = "FAILED  data/judgement.html: it is not the file that manifest-sha256.txt names\n"
    assert (1, expected) == (done.exit_code, done.stdout)


@pytest.mark.parametrize("form", ["table", "json"])
def test_what_is_not_there_cannot_be_checked(tmp_path, form):
    done = run(tmp_path / "nothing.zip", "--format", form)
    assert done.exit_code == 2
    if form == "table":
        assert done.stdout == "CANNOT BE CHECKED  there is no such file or folder\n"
    else:
        assert json.loads(done.stdout)["verdict"] == "cannot-be-checked"


@pytest.mark.parametrize(
    ("option", "value", "where"),
    [
        ("--key", "not a key", "key"),
        ("--receipt", "12", "receipt"),
        ("--policy", "nowhere", "policy"),
        ("--against", "nowhere", "checkpoint"),
        ("--tsa-root", "nowhere", "--tsa-root"),
    ],
)
def test_what_is_given_along_and_cannot_be_read_is_no_verdict(bundle, option, value, where):
    done = run(bundle, option, value)
    assert done.exit_code == 2
    assert done.stdout.startswith(f"CANNOT BE CHECKED  {where}: ")


def test_a_policy_that_is_none_names_the_line(bundle, tmp_path):
    (tmp_path / "policy").write_text("# mine\nquorum everybody\n")
    done = run(bundle, "--policy", tmp_path / "policy")
    assert done.exit_code == 2
    assert done.stdout.startswith("CANNOT BE CHECKED  policy, line 2: ")


def test_without_a_bundle_the_command_says_what_it_needs():
    done = run()
    assert done.exit_code == 2
    assert "BUNDLE" in done.stderr


def test_a_receipt_a_key_a_policy_and_a_checkpoint_are_compared(council, bundle, tmp_path):
    receipt = json.loads(run(bundle, "--format", "json").stdout)["events"][2]["receipt"]
    (tmp_path / "policy").write_text(f"witness audit {AUDIT.key}\nquorum audit\n")
    (tmp_path / "held").write_bytes(council.files()["data/checkpoints/6.txt"])
    asked = ["--key", LOG.key, "--policy", tmp_path / "policy", "--against", tmp_path / "held"]
    done = run(bundle, "--receipt", receipt.upper(), *asked)
    assert done.exit_code == 0
    assert "Your receipt is of entry 3.\n" in done.stdout
    assert "Your checkpoint is the one that this bundle has of its size.\n" in done.stdout


def test_a_checkpoint_that_compares_with_nothing_is_said_loudly(council, bundle, tmp_path):
    origin, size, root = council.files()["data/checkpoints/6.txt"].decode().splitlines()[:3]
    (tmp_path / "held").write_text(f"{origin}\n{int(size) + 1}\n{root}\n")
    done = run(bundle, "--against", tmp_path / "held")
    assert done.exit_code == 0
    assert "NOT COMPARED" in done.stdout


def test_json_has_all_that_the_table_has(bundle):
    told = json.loads(run(bundle, "--format", "json").stdout)
    assert (told["verdict"], told["witnessed"], told["size"]) == ("verified", True, 9)
    assert told["events"][1] == {
        "version": 2,
        "name": "document-added",
        "position": 4,
        "receipt": told["events"][1]["receipt"],
        "recorded_at": "2025-04-01T08:35:05.123456Z",
        "not_before": "2025-04-01T08:32:35.000000Z",
        "not_after": "2025-04-01T08:46:45.000000Z",
        "withheld": 0,
        "redacted": 0,
        "erased": 0,
        "open_bracket": False,
    }


def test_no_value_that_a_person_typed_is_printed(council, bundle, tmp_path):
    for form in ("table", "json"):
        done = run(bundle, "--format", form)
        assert "Quill" not in done.output
        assert "bin" not in done.output
    spoilt = {**council.files(), "data/events/0001.disclosures": b"WyJzYWx0IiwgIlF1aWxsIl0\n"}
    done = run(in_zip(council.packed(spoilt), tmp_path / "b.zip"))
    assert done.exit_code == 1
    assert "Quill" not in done.output


# --- time stamps ---------------------------------------------------------------------------------

CONFIG = """\
[req]
distinguished_name=dn
[dn]
[ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
subjectKeyIdentifier=hash
[leaf]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[tsa]
default_tsa=tsa1
[tsa1]
dir=.
serial=serial
signer_digest=sha256
default_policy=1.2.3.4
digests=sha256
ess_cert_id_alg=sha256
crypto_device=builtin
"""


@pytest.fixture
def authority(tmp_path):
    """An authority for time stamps, made for the test; stamps a text."""
    pytest.importorskip("rfc3161_client")
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl to make an authority with")
    (tmp_path / "config").write_text(CONFIG)
    (tmp_path / "serial").write_text("01\n")

    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=tmp_path, check=True, capture_output=True)

    new = ["-newkey", "rsa:2048", "-nodes", "-config", "config"]
    root = ["-x509", "-days", "9000", "-subj", "/CN=Root", "-extensions", "ca"]
    openssl("req", *new, *root, "-keyout", "root.key", "-out", "root.pem")
    openssl("req", *new, "-subj", "/CN=Northshire Time", "-keyout", "tsa.key", "-out", "tsa.csr")
    sign = ["-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "9000"]
    extensions = ["-extfile", "config", "-extensions", "leaf"]
    openssl("x509", "-req", "-in", "tsa.csr", *sign, *extensions, "-out", "tsa.pem")

    def stamp(text):
        (tmp_path / "text").write_bytes(text)
        openssl("ts", "-query", "-data", "text", "-sha256", "-cert", "-out", "query")
        key = ["-inkey", "tsa.key", "-signer", "tsa.pem"]
        openssl("ts", "-reply", "-config", "config", "-queryfile", "query", *key, "-out", "reply")
        return (tmp_path / "reply").read_bytes()

    return tmp_path / "root.pem", stamp


def test_a_time_stamp_is_checked_under_the_authoritys_certificate(council, tmp_path, authority):
    root, stamp = authority
    council.reply = stamp(council.files()["data/timestamps/0000000009.checkpoint"])
    done = run(in_zip(council.files(), tmp_path / "b.zip"), "--tsa-root", root)
    assert done.exit_code == 0
    line = next(one for one in done.stdout.splitlines() if one.startswith("data/timestamps"))
    assert f"0000000009.tsr: stamped {datetime.now(UTC):%Y-}" in line
    assert line.endswith("by CN=Northshire Time")


@pytest.mark.parametrize("of", [b"another text", None])
def test_a_time_stamp_that_does_not_hold_is_said_loudly_and_changes_no_verdict(
    council, tmp_path, authority, of
):
    root, stamp = authority
    council.reply = stamp(of) if of else b"no reply at all"
    done = run(in_zip(council.files(), tmp_path / "b.zip"), "--tsa-root", root)
    assert done.exit_code == 0
    assert "data/timestamps/0000000009.tsr: THE TIME STAMP DOES NOT HOLD: " in done.stdout


def test_a_file_without_a_certificate_is_no_root(bundle, tmp_path):
    (tmp_path / "root.pem").write_text("nothing")
    done = run(bundle, "--tsa-root", tmp_path / "root.pem")
    assert done.exit_code == 2
    assert "no certificate" in done.stdout
