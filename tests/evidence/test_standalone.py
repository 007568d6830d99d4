"""
The verifier that an ombudsman's officer runs needs one file and Python, and believes nothing.

The bundles here are made by hand (by_hand.py), so that the page, this maker and the verifier
have to agree without the library.
"""

import ast
import base64
import importlib.util
import json
import os
import re
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evidence import by_hand
from evidence.by_hand import FIRST, SECOND, WITNESS, Files, Signer, laid_out, made, packed, zipped

FILE = Path(__file__).parents[2] / "src/complaint_ledger/evidence/standalone/verify_evidence.py"
SOURCE = FILE.read_text(encoding="utf-8")
FREE = ("bag-info.txt", "data/judgement.html")
Judge = Callable[..., str]

# What Python 3.8 has of the modules that the file may use.
OF_3_8 = {
    "__future__", "argparse", "base64", "binascii", "collections", "datetime", "functools",
    "hashlib", "html", "itertools", "json", "math", "os", "pathlib", "re", "stat", "string",
    "struct", "sys",
}  # fmt: skip


def loaded() -> ModuleType:
    found = importlib.util.spec_from_file_location("verify_evidence", FILE)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


verifier: Any = loaded()


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Return the verdict over files, packed in a ZIP."""

    def verdict(files: Files | bytes, **readers: Any) -> str:
        bundle = tmp_path / "bundle.zip"
        bundle.write_bytes(files if isinstance(files, bytes) else zipped(files))
        options = {"against": tmp_path / "against"}
        for name in options.keys() & readers.keys():
            options[name].write_text(readers[name], encoding="utf-8")
            readers[name] = str(options[name])
        found, reason, report = verifier.verify(str(bundle), **readers)
        return "\n".join([f"{found}  {reason}", *report])

    return verdict


# --- the file ------------------------------------------------------------------------------------


def test_the_file_can_be_read_in_one_sitting() -> None:
    lines = SOURCE.splitlines()
    assert len(lines) <= 400
    assert max(map(len, lines)) <= 120


def test_the_file_is_python_3_8_and_needs_its_standard_library_alone() -> None:
    tree = ast.parse(SOURCE, feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert imported <= OF_3_8


def test_the_file_runs_alone_in_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone/verify_evidence.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "bundle.zip").write_bytes(zipped(made()))

    def run(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "verify_evidence.py", *arguments],
            cwd=tmp_path / "alone",
            env={"PYTHONIOENCODING": "ascii", "PATH": os.environ.get("PATH", "")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout.partition("  ")[0], done.stderr

    assert run("../bundle.zip", "--key", SECOND.key) == (0, "VERIFIED", "")
    assert run("../bundle.zip", "--receipt", "0" * 64) == (1, "FAILED", "")
    assert run("../nowhere.zip") == (2, "CANNOT BE CHECKED", "")


# --- signatures ----------------------------------------------------------------------------------

RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_the_signatures_of_rfc_8032_are_right_and_nothing_near_them(
    key: str, message: str, signature: str
) -> None:
    parts = [bytes.fromhex(one) for one in (key, message, signature)]
    assert verifier.ed25519(*parts)
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(parts[2][32:], "little") + order
    assert not verifier.ed25519(parts[0], parts[1], parts[2][:32] + s.to_bytes(32, "little"))
    assert not verifier.ed25519(parts[0], parts[1] + b"\0", parts[2])
    assert not verifier.ed25519(parts[0], parts[1], parts[2][:-1])


def test_the_signatures_of_wycheproof_are_judged_as_it_says(real_data: Path) -> None:
    place = real_data / "vectors/ed25519/wycheproof_ed25519_test.json"
    counted = {True: 0, False: 0}
    for group in json.loads(place.read_text(encoding="utf-8"))["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            found = verifier.ed25519(key, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
            assert found is (test["result"] == "valid"), test["tcId"]
            counted[found] += 1
    assert counted == {True: 88, False: 63}


@pytest.mark.parametrize("number", range(1, 30))
def test_a_proof_holds_for_its_own_tree_only(number: int) -> None:
    leaves = [by_hand.sha256(bytes([n])) for n in range(number)]
    root = by_hand.root(leaves)
    for index, leaf in enumerate(leaves):
        path = by_hand.path(index, leaves)
        assert verifier.included(index, number, leaf, [*path], root)
        assert not verifier.included(index, number, by_hand.sha256(leaf), [*path], root)
    for size in range(1, number):
        path, before = by_hand.consistency(size, leaves), by_hand.root(leaves[:size])
        assert verifier.grow(size, number, before, [*path], True) == (before, root)
        other = by_hand.sha256(before)
        assert verifier.grow(size, number, other, [*path], True) != (other, root)


def test_published_notes_are_read_and_their_signatures_right(real_data: Path) -> None:
    known = json.loads((real_data / "vectors/note_tlog/known_answers.json").read_text("utf-8"))
    for note in known["signed_note"]:
        key = verifier.read_key(note["vkey"], 1)
        text, signatures = verifier.read_note(note["note"].encode())
        own = [rest for name, rest in signatures if name == (key.name, key.id)]
        assert len(own) == 1
        assert verifier.ed25519(key.public, text.encode(), own[0]) is note["verifies"]


# --- a bundle ------------------------------------------------------------------------------------


def test_a_bundle_made_by_hand_is_verified(judge: Judge, tmp_path: Path) -> None:
    said = judge(made())
    assert said.startswith("VERIFIED  ")
    assert "NOT WITNESSED" not in said
    folder = laid_out(made(), tmp_path / "folder")
    assert verifier.verify(str(folder))[0] == "VERIFIED"


def test_each_entry_has_its_line(judge: Judge) -> None:
    lines = judge(made()).splitlines()
    first, second, third = lines[1:4]
    assert "complaint-received" in first
    assert "WITHHELD 1" in first
    assert "REDACTED 1" in first
    assert "OPEN BRACKET" in first
    assert "recorded 4 April 2025 at 08:30:05 UTC" in second
    assert "not before 3 April 2025 at 09:30:05 UTC" in second
    assert "not after 9 April 2025 at 09:30:05 UTC" in second
    assert "ERASED 1" in third
    assert [key.key in "\n".join(lines) for key in (FIRST, SECOND, WITNESS)] == [True] * 3


def test_no_bit_of_a_zip_can_flip(tmp_path: Path) -> None:
    whole, place = bytearray(zipped(made())), tmp_path / "bundle.zip"
    for bit in range(0, len(whole) * 8, 307):
        whole[bit >> 3] ^= 1 << (bit & 7)
        place.write_bytes(whole)
        assert verifier.verify(str(place))[0] == "FAILED", bit
        whole[bit >> 3] ^= 1 << (bit & 7)


def test_no_bit_can_flip_though_the_council_signs_the_package_anew(tmp_path: Path) -> None:
    files, place = made(), tmp_path / "bundle.zip"
    for path in files:
        whole = bytearray(files[path])
        if path in (*FREE, "package.note") or path.endswith("manifest-sha256.txt"):
            continue
        for bit in range(0, len(whole) * 8, 311):
            whole[bit >> 3] ^= 1 << (bit & 7)
            place.write_bytes(zipped(packed({**files, path: bytes(whole)})))
            verdict, reason, _ = verifier.verify(str(place))
            assert verdict == "FAILED", (path, bit)
            assert "bin was missed" not in reason
            whole[bit >> 3] ^= 1 << (bit & 7)


@pytest.mark.parametrize("path", sorted(made()))
def test_no_file_can_be_left_out(path: str, tmp_path: Path) -> None:
    files = made()
    del files[path]
    folder = laid_out(files, tmp_path / "as it was")
    assert verifier.verify(str(folder))[0] == "FAILED"
    if path.startswith("data/"):
        folder = laid_out(packed(files), tmp_path / "signed anew")
        assert verifier.verify(str(folder))[0] == "FAILED"


@pytest.mark.parametrize(
    "path", ["extra.txt", "data/extra.txt", "data/events/0005.entry", "data/../x", "data/events/"]
)
def test_no_file_can_be_put_in(judge: Judge, path: str) -> None:
    assert judge(packed({**made(), path: b"x"})).startswith("FAILED  ")


BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"


def test_base64_is_written_in_one_way_only(judge: Judge) -> None:
    """The last sign before a padding has bits that mean nothing, and so could say something."""
    files, found = made(), 0
    for path, data in files.items():
        if not path.endswith((".consistency", ".tlog-proof", "head.txt")):
            continue
        for sign in re.finditer(rb"([A-Za-z0-9+/])=\n", data):
            loose = BASE64[BASE64.index(sign[1].decode()) + 1].encode()
            changed = data[: sign.start()] + loose + data[sign.start() + 1 :]
            assert judge(packed({**files, path: changed})).startswith("FAILED"), path
            found += 1
    assert found > 4


def test_no_end_can_be_cut_off(tmp_path: Path) -> None:
    whole, place = zipped(made()), tmp_path / "bundle.zip"
    for length in range(0, len(whole), 397):
        place.write_bytes(whole[:length])
        assert verifier.verify(str(place))[0] == "FAILED"
    for put_on in (whole + b"\0", b"\0" + whole):
        place.write_bytes(put_on)
        assert verifier.verify(str(place))[0] == "FAILED"


def test_a_folder_holds_files_only(tmp_path: Path) -> None:
    folder = laid_out(made(), tmp_path / "folder")
    (folder / "data/own/more").mkdir()
    assert verifier.verify(str(folder))[0] == "FAILED"
    (folder / "data/own/more").rmdir()
    (folder / "data/keys.txt").rename(tmp_path / "keys.txt")
    (folder / "data/keys.txt").symlink_to(tmp_path / "keys.txt")
    verdict, reason, _ = verifier.verify(str(folder))
    assert (verdict, "data/keys.txt" in reason) == ("FAILED", True)
    (folder / "data/keys.txt").unlink()
    os.mkfifo(folder / "data/keys.txt")
    assert verifier.verify(str(folder))[0] == "FAILED"


def test_a_file_of_four_gibibytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    folder = laid_out(made(), tmp_path / "folder")
    with (folder / "data/documents/0002.pdf").open("r+b") as stream:
        stream.truncate(2**32)
    verdict, reason, _ = verifier.verify(str(folder))
    assert (verdict, "data/documents/0002.pdf" in reason) == ("FAILED", True)


def test_another_format_takes_another_verifier(judge: Judge, tmp_path: Path) -> None:
    files = made()
    note = files["package.note"].replace(b"bundle/v1", b"bundle/v2")
    assert judge({**files, "package.note": note}).startswith("CANNOT BE CHECKED  ")
    assert verifier.verify(str(tmp_path / "nowhere"))[0] == "CANNOT BE CHECKED"
    assert verifier.verify(os.devnull)[0] == "CANNOT BE CHECKED"


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 900, b"\xff", b"", b"0", b'{"meta":1,"meta":1}', b"NaN"]
)
def test_no_body_makes_it_stumble(judge: Judge, body: bytes) -> None:
    said = judge(packed({**made(), "data/events/0001.body.json": body}))
    assert said.startswith("FAILED  data/events/0001.")


def changed(number: int, part: str, field: str, value: object) -> by_hand.Change:
    def change(told: Any) -> None:
        told[number][3][part][field] = value

    return change


FOUR = [f"{n:032x}" for n in (2, 4, 5)]
BROKEN = {
    "floats": changed(1, "open", "outside_hours", 1.5),
    "half a surrogate": changed(1, "meta", "library", "\ud800"),
    "too much nesting": changed(1, "open", "x", json.loads("[" * 200 + "]" * 200)),
    "an event id twice": changed(1, "meta", "event_id", f"{4:032x}"),
    "a seal before the end": changed(8, "open", "upto", 6),
    "a seal over itself": changed(8, "open", "upto", 9),
    "a seal over more complaints": changed(8, "open", "heads_size", 3),
    "a key that replaces none": changed(2, "open", "old", SECOND.key),
    "a stamp of no checkpoint": changed(7, "open", "checkpoint", 4),
    "a stamp of another reply": changed(7, "open", "sha256", "0" * 64),
    "an export that skips an entry": changed(6, "open", "entries", FOUR[:2]),
    "nothing left out": changed(6, "open", "omitted", []),
    "another council": changed(0, "open", "council", "southborough-council"),
    "another ledger": changed(0, "open", "ledger", "9" * 32),
    "no longer fictional": changed(0, "open", "fictional", False),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_council_that_signs_anything_is_not_believed(judge: Judge, what: str) -> None:
    try:
        files = made(BROKEN[what])
    except UnicodeEncodeError:  # not to be had in UTF-8; as an escape it is
        files = made(changed(1, "meta", "library", "SURROGATE"))
        files = {path: data.replace(b"SURROGATE", b"\\ud800") for path, data in files.items()}
        files = packed(files)
    assert judge(files).startswith("FAILED  ")


# --- what the reader brings ----------------------------------------------------------------------

OTHER_WITNESS = Signer("panel.example/w2", 4, 4)


def test_a_key_of_the_council_is_asked_for_and_found(judge: Judge) -> None:
    assert judge(made(), key=FIRST.key).startswith("VERIFIED")
    assert judge(made(), key=WITNESS.key).startswith("FAILED")


def test_a_receipt_is_found_in_any_spelling(judge: Judge) -> None:
    leaf = by_hand.sha256(b"\0" + made()["data/events/0002.entry"]).hex()
    spelt = " ".join([leaf[:32].upper(), leaf[32:]])
    assert "entry 2" in judge(made(), receipt=spelt).splitlines()[-1]
    assert judge(made(), receipt="0" * 64).startswith("FAILED")
    assert judge(made(), receipt="not a receipt").startswith("CANNOT BE CHECKED")


def test_a_checkpoint_from_the_minutes_is_compared(judge: Judge) -> None:
    own = made()["data/checkpoints/3.txt"].decode()
    text = "\r\n".join(own.splitlines()[:3])
    assert judge(made(), against=own).startswith("VERIFIED")
    assert judge(made(), against=text).startswith("VERIFIED")
    other = text.splitlines()
    other[2] = base64.b64encode(bytes(32)).decode()
    assert "two histories" in judge(made(), against="\n".join(other))
    assert "NOT COMPARED" in judge(made(), against=text.replace("\r\n3\r\n", "\r\n4\r\n"))
    assert judge(made(), against=text.replace("north", "south")).startswith("FAILED")
    assert judge(made(), against="nothing").startswith("CANNOT BE CHECKED")


def test_only_the_witnesses_that_the_reader_names_count(judge: Judge) -> None:
    own, other = str(WITNESS.key), str(OTHER_WITNESS.key)
    files = made()
    assert judge(files, witnesses=[own]).startswith("VERIFIED")
    assert judge(files, witnesses=[own, own]).startswith("VERIFIED")
    assert judge(files, witnesses=[other]).startswith("FAILED")
    assert judge(files, witnesses=[own, other]).startswith("VERIFIED")
    assert judge(files, witnesses=[own, other], least=2).startswith("FAILED")


@pytest.mark.parametrize("asked", [{"witnesses": ["nonsense"]}, {"least": 0}, {"least": 2}])
def test_a_witness_that_is_none_cannot_be_asked_for(judge: Judge, asked: dict[str, Any]) -> None:
    assert judge(made(), **asked).startswith("CANNOT BE CHECKED  ")


def test_the_key_of_a_log_is_no_witness(judge: Judge) -> None:
    assert judge(made(), witnesses=[str(FIRST.key)]).startswith("CANNOT BE CHECKED  your witness")
