"""A document comes back byte for byte, to whoever says that they open it, and to nobody else."""

import base64
import hashlib
import os
import time
from datetime import date
from uuid import uuid4

import attrs
import hypothesis
import pytest
from hypothesis import strategies as st

from complaint_ledger import commands, create_ledger, seal
from complaint_ledger.chronicle import chronicle, reveal
from complaint_ledger.codec import sealed_paths
from complaint_ledger.documents import (
    documents_of,
    open_document,
    save_document,
    with_bytes,
    with_file,
)
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import Sealed
from complaint_ledger.errors import (
    BadValue,
    KeyReused,
    Refused,
    UnknownName,
    UnreadableEvent,
)
from complaint_ledger.recording import Around, Part, Told
from complaint_ledger.requests import fingerprint

DAY = date(2026, 5, 7)
LETTER = e.DocumentAdded(occurred_on=DAY, item="d1", kind="letter", direction="in")
MB_25 = 25 * 1024 * 1024
TIME_FOR_25_MB = 20
"""Seconds; it takes about one, and a busy machine is given time."""


@pytest.fixture
def recorded(ledger, actor):
    """Return a function that records on the one complaint there is."""
    ledger.record(commands.Receive(occurred_on=date(2026, 5, 6), reference="C-1"), actor=actor)

    def record(command, **around):
        return ledger.record(command, complaint="C-1", actor=actor, **around)

    return record


def opened_count(ledger):
    return sum(entry.recorded.name == "sealed-values-opened" for entry in ledger.entries("ledger"))


def digests(ledger):
    """Return the digest of each value of the latest entry, by its path."""
    return {p: d for d, (p, _) in sealed_paths(ledger.entries("C-1")[-1].recorded.body).items()}


@hypothesis.given(data=st.binary(min_size=1, max_size=2000))
@hypothesis.settings(max_examples=50)
def test_any_bytes_come_back_the_same(data):
    ledger, actor = create_ledger(f"memory:///{uuid4().hex}", council="Northborough")
    with ledger:
        ledger.record(commands.Receive(occurred_on=DAY, reference="C-1"), actor=actor)
        ledger.record(with_bytes(LETTER, data), complaint="C-1", actor=actor)
        opened = open_document(ledger, "C-1", "d1", actor=actor)
    assert data == opened.data
    assert hashlib.sha256(data).hexdigest() == opened.sha256


def test_a_document_comes_back_with_what_was_sealed_beside_it(ledger, actor, recorded, again):
    letter = attrs.evolve(LETTER, title=seal("Letter from R. Ashdown"))
    recorded(with_bytes(letter, b"%PDF-1.7", name="Ashdown.pdf"))
    ledger = again()
    opened = open_document(ledger, "C-1", "d1", actor=actor, purpose="audit")
    assert (
        opened.title, opened.file_name, opened.media_type, opened.data,
    ) == ("Letter from R. Ashdown", "Ashdown.pdf", "application/pdf", b"%PDF-1.7")  # fmt: skip
    assert "Ashdown" not in repr(opened)
    told = ledger.entries("ledger")[-1].event
    assert (ledger.find("C-1"), 6, "audit") == (told.stream, told.values, told.purpose)


def test_to_list_documents_opens_none(ledger, recorded):
    recorded(with_bytes(LETTER, b"one"))
    recorded(attrs.evolve(LETTER, item="d2", kind="photograph", dated_on=date(2026, 4, 1)))
    recorded(e.DocumentWithdrawn(occurred_on=DAY, item="d2", reason="other-complaint"))
    listed = documents_of(ledger, "C-1")
    assert [(one.item, one.kind, one.file, one.withdrawn) for one in listed] == [
        ("d1", "letter", "kept", None),
        ("d2", "photograph", "none", "other-complaint"),
    ]
    assert opened_count(ledger) == 0


def test_what_was_corrected_is_listed_as_it_stands_and_keeps_its_file(ledger, actor, recorded):
    entry = recorded(with_bytes(LETTER, b"one")).events[0].id
    told = ledger.facts("C-1")[-1].event
    recorded(
        commands.Correct(
            occurred_on=DAY,
            corrects=entry,
            replacement=attrs.evolve(told, kind="email", title=seal("Her e-mail")),
            reason="mistyped",
        )
    )
    (document,) = documents_of(ledger, "C-1")
    assert (document.kind, document.file) == ("email", "kept")
    assert open_document(ledger, "C-1", "d1", actor=actor).data == b"one"


# --- what is told of a file is true --------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"size": seal("4")},
        {"size": seal("03")},
        {"sha256": seal(hashlib.sha256(b"two").hexdigest())},
        {"sha256": seal(hashlib.sha256(b"one").hexdigest().upper())},
        {"content": seal("dHdv")},
        {"content": seal("b25l\n")},
        {"content": seal("b25l!")},
        {"content": seal("b25ł")},
    ],
    ids="-".join,
)
def test_file_differs_size_and_hash_are_those_of_the_content(ledger, recorded, change):
    """file-differs"""
    whole = with_bytes(LETTER, b"one")
    with pytest.raises(Refused, match="file-differs"):
        recorded(attrs.evolve(whole, **change))
    assert documents_of(ledger, "C-1") == ()
    recorded(whole)


def test_file_differs_a_last_letter_with_bits_to_spare_is_not_standard(recorded):
    assert base64.b64decode("b25lIR==") == base64.b64decode("b25lIQ==") == b"one!"
    whole = with_bytes(LETTER, b"one!")
    with pytest.raises(Refused, match="not standard base64"):
        recorded(attrs.evolve(whole, content=seal("b25lIR==")))


def test_file_differs_in_a_correction_as_well(ledger, recorded):
    entry = recorded(with_bytes(LETTER, b"one")).events[0].id
    wrong = attrs.evolve(with_bytes(LETTER, b"two"), size=seal("4"))
    correction = commands.Correct(
        occurred_on=DAY, corrects=entry, replacement=wrong, reason="mistyped"
    )
    with pytest.raises(Refused, match="file-differs"):
        recorded(correction)
    recorded(attrs.evolve(correction, replacement=with_bytes(LETTER, b"two")))
    assert documents_of(ledger, "C-1")[0].file == "kept"


def test_file_incomplete_a_hash_alone_is_no_file(recorded):
    for name in ("content", "size", "sha256"):
        with pytest.raises(Refused, match="file-incomplete"):
            recorded(attrs.evolve(with_bytes(LETTER, b"one"), **{name: None}))


# --- large ---------------------------------------------------------------------------------------


def test_25_mb_are_kept_in_little_time_and_a_retry_is_recognised(ledger, actor, recorded):
    data = os.urandom(MB_25)
    letter = with_bytes(LETTER, data)
    begun = time.monotonic()
    recorded(letter, idempotency_key="letter 1")
    assert recorded(letter, idempotency_key="letter 1").already_there
    assert open_document(ledger, "C-1", "d1", actor=actor).data == data
    assert time.monotonic() - begun < TIME_FOR_25_MB


def test_the_same_key_for_another_large_file_is_an_error(recorded):
    recorded(with_bytes(LETTER, bytes(200_000)), idempotency_key="letter 1")
    with pytest.raises(KeyReused):
        recorded(with_bytes(LETTER, bytes(199_999) + b"!"), idempotency_key="letter 1")


def test_the_bytes_themselves_are_part_of_what_a_key_was_used_for():
    told = with_bytes(LETTER, bytes(200_000))
    other = attrs.evolve(told, content=with_bytes(LETTER, bytes(199_999) + b"!").content)
    assert fingerprint(told, "1" * 32) == fingerprint(told, "1" * 32)
    assert fingerprint(told, "1" * 32) != fingerprint(other, "1" * 32)


def test_one_byte_more_than_25_mb_is_too_many_and_the_error_says_what_to_do(ledger, recorded):
    with pytest.raises(BadValue, match=r"25 MB \(26214400 bytes\).* keep it in parts"):
        with_bytes(LETTER, bytes(MB_25 + 1))
    # Whoever does without `with_bytes` is told the same.
    data = bytes(MB_25 + 1)
    by_hand = attrs.evolve(
        LETTER,
        size=seal(str(len(data))),
        sha256=seal(hashlib.sha256(data).hexdigest()),
        content=Sealed(subject="p1", clear=base64.b64encode(data).decode()),
    )
    with pytest.raises(BadValue, match="content: it holds more than 25 MB"):
        recorded(by_hand)
    assert documents_of(ledger, "C-1") == ()


def test_only_the_file_of_a_document_may_be_that_long(recorded):
    long = seal("a" * 100_001)
    with pytest.raises(BadValue, match="title: 100001 characters are too many"):
        recorded(attrs.evolve(LETTER, title=long))
    recorded(with_bytes(LETTER, bytes(75_001)))


@pytest.mark.parametrize("data", [b"", bytes(MB_25 + 1)], ids=["empty", "too-large"])
def test_a_file_without_bytes_or_with_too_many_is_none(tmp_path, data):
    (tmp_path / "Ashdown.pdf").write_bytes(data)
    with pytest.raises(BadValue, match="file: it") as caught:
        with_file(LETTER, tmp_path / "Ashdown.pdf")
    assert "Ashdown" not in str(caught.value)


def test_a_folder_a_pipe_and_a_file_that_is_not_there_are_none(tmp_path):
    os.mkfifo(tmp_path / "Ashdown.pipe")
    for name, said in (
        (".", "it is a folder"),
        ("Ashdown.pipe", "no plain file"),
        ("Ashdown.pdf", "cannot be read: No such file"),
    ):
        with pytest.raises(BadValue, match=said) as caught:
            with_file(LETTER, tmp_path / name)
        assert "Ashdown" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("letter.pdf", "application/pdf"),
        ("bin.JPG", "image/jpeg"),
        ("letter", None),
        ("letter.pdf.gz", None),  # what is packed is not what it holds
    ],
)
def test_a_media_type_is_what_the_name_says(tmp_path, name, media_type):
    (tmp_path / name).write_bytes(b"x")
    document = with_file(LETTER, tmp_path / name, "any")
    assert document.file_name == Sealed(subject="any", clear=name)
    assert (document.media_type and document.media_type.clear) == media_type
    assert document.content.subject == document.size.subject == document.sha256.subject == "any"


def test_a_name_that_is_no_utf_8_is_kept_as_far_as_it_is(tmp_path, ledger, actor, recorded):
    odd = os.fsdecode(b"Br\xfccke.txt")
    (tmp_path / odd).write_bytes(b"x")
    recorded(with_file(LETTER, tmp_path / odd))
    assert open_document(ledger, "C-1", "d1", actor=actor).file_name == "Br\ufffdcke.txt"


# --- who opens what ------------------------------------------------------------------------------


def test_a_history_never_opens_a_file_and_tells_its_size_where_it_is_revealed(
    ledger, actor, recorded
):
    entry = recorded(with_bytes(LETTER, bytes(12_345), name="Ashdown.pdf")).events[0].id
    told = ledger.facts("C-1")[-1].event
    recorded(
        commands.Correct(
            occurred_on=DAY,
            corrects=entry,
            replacement=attrs.evolve(told, kind="email"),
            reason="mistyped",
        )
    )
    *_, added, corrected = chronicle(ledger, "C-1")
    assert added.fields["content"] == corrected.fields["replacement"]["content"] == "sealed"
    assert added.fields["size"] == "sealed"

    revealed = reveal(ledger, "C-1", actor=actor, purpose="casework")
    *_, added, corrected = chronicle(ledger, "C-1", revealed=revealed)
    assert added.fields["content"] == "sealed, 12,345 bytes"
    assert corrected.fields["replacement"]["content"] == "sealed, 12,345 bytes"
    assert added.fields["file_name"] == "Ashdown.pdf"
    assert "AAAA" not in str(revealed)


def test_gen_19_a_member_opens_no_document(ledger, actor, recorded, tmp_path):
    recorded(with_bytes(LETTER, b"one"))
    member = ledger.add_actor(kind="member", role="member", actor=actor)
    with pytest.raises(Refused, match="GEN-19"):
        open_document(ledger, "C-1", "d1", actor=member)
    with pytest.raises(Refused, match="GEN-19"):
        save_document(ledger, "C-1", "d1", tmp_path / "out", actor=member)
    assert opened_count(ledger) == 0
    assert not (tmp_path / "out").exists()


def test_an_erased_file_is_gone_and_what_is_told_of_it_stays(ledger, actor, recorded):
    recorded(with_bytes(LETTER, b"one", name="letter.pdf"))
    ledger.store.erase_sealed([digests(ledger)["content"]])
    assert [one.file for one in documents_of(ledger, "C-1")] == ["erased"]
    assert chronicle(ledger, "C-1")[-1].fields["content"] == "erased"
    revealed = reveal(ledger, "C-1", actor=actor, purpose="casework")
    assert chronicle(ledger, "C-1", revealed=revealed)[-1].fields["content"] == "erased"
    with pytest.raises(BadValue, match="was erased"):
        open_document(ledger, "C-1", "d1", actor=actor)


def test_the_file_is_erased_with_the_person(ledger, actor, recorded):
    recorded(with_bytes(LETTER, b"one", subject="p2"))
    ledger.keys.destroy([(ledger.find("C-1"), "p2")])
    with pytest.raises(BadValue, match="was erased"):
        open_document(ledger, "C-1", "d1", actor=actor)


def test_what_is_not_there_is_not_opened(ledger, actor, recorded):
    recorded(LETTER)
    with pytest.raises(BadValue, match="has no file"):
        open_document(ledger, "C-1", "d1", actor=actor)
    with pytest.raises(UnknownName, match="documents list"):
        open_document(ledger, "C-1", "d9", actor=actor)
    with pytest.raises(BadValue, match="purpose"):
        open_document(ledger, "C-1", "d1", actor=actor, purpose="I was curious")
    assert opened_count(ledger) == 0


@pytest.mark.parametrize("content", ["dHdv", "no base64"])
def test_bytes_that_their_hash_was_not_made_of_are_not_handed_out(ledger, actor, recorded, content):
    # Not by `record`, which would refuse it.
    odd = attrs.evolve(with_bytes(LETTER, b"one"), content=seal(content))
    part = Part(stream=ledger.find("C-1"), version=1, events=[Told("a" * 32, odd)])
    ledger.recorder.append([part], Around(actor=ledger.actor(actor)))
    with pytest.raises(UnreadableEvent, match="not those its SHA-256"):
        open_document(ledger, "C-1", "d1", actor=actor)
    assert opened_count(ledger) == 0


# --- saved ---------------------------------------------------------------------------------------


@pytest.fixture
def out(tmp_path):
    """A folder of its own, in which only what is saved may lie."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_what_is_saved_is_for_its_owner_alone(ledger, actor, recorded, out):
    recorded(with_bytes(LETTER, b"one"))
    assert save_document(ledger, "C-1", "d1", out / "letter", actor=actor) == 3
    assert (out / "letter").read_bytes() == b"one"
    assert (out / "letter").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in out.iterdir()] == ["letter"]
    assert opened_count(ledger) == 1


def test_nothing_that_is_there_is_written_over_or_opened_for(ledger, actor, recorded, out):
    recorded(with_bytes(LETTER, b"one"))
    (out / "mine").write_bytes(b"mine")
    (out / "dangling").symlink_to(out / "nowhere")
    for taken in (out / "mine", out / "dangling", out, out / "no" / "folder"):
        with pytest.raises(BadValue, match="out: ") as caught:
            save_document(ledger, "C-1", "d1", taken, actor=actor)
        assert str(out) not in str(caught.value)
    assert (out / "mine").read_bytes() == b"mine"
    assert {file.name for file in out.iterdir()} == {"mine", "dangling"}
    assert opened_count(ledger) == 0


def test_whoever_takes_the_name_meanwhile_keeps_it(ledger, actor, recorded, out, monkeypatch):
    recorded(with_bytes(LETTER, b"one"))
    sync = os.fsync

    def and_someone_else_was_quicker(descriptor):
        sync(descriptor)
        if not (out / "letter").exists():
            (out / "letter").write_bytes(b"theirs")

    for linking in (os.link, no_links):
        monkeypatch.setattr(os, "link", linking)
        (out / "letter").unlink(missing_ok=True)
        monkeypatch.setattr(os, "fsync", and_someone_else_was_quicker)
        with pytest.raises(BadValue, match="there is something already"):
            save_document(ledger, "C-1", "d1", out / "letter", actor=actor)
        monkeypatch.setattr(os, "fsync", sync)
        assert [(file.name, file.read_bytes()) for file in out.iterdir()] == [("letter", b"theirs")]


def no_links(*_):
    """Answer as a disk without links does."""
    raise PermissionError(1, "Operation not permitted")


def test_a_disk_without_links_will_do(ledger, actor, recorded, out, monkeypatch):
    recorded(with_bytes(LETTER, b"one"))
    monkeypatch.setattr(os, "link", no_links)
    save_document(ledger, "C-1", "d1", out / "letter", actor=actor)
    assert [(file.name, file.read_bytes()) for file in out.iterdir()] == [("letter", b"one")]
    assert (out / "letter").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_nothing_half(ledger, actor, recorded, out, monkeypatch):
    recorded(with_bytes(LETTER, b"one"))

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(BadValue, match="cannot be written: No space left"):
            save_document(ledger, "C-1", "d1", out / "letter", actor=actor)
    assert list(out.iterdir()) == []
