"""Three lines stand for the ledger; a witness says when it saw them."""

import json

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.checkpoints import (
    Checkpoint,
    cosign,
    parse_checkpoint,
    verify_cosignature,
)
from complaint_ledger.evidence.merkle import EMPTY
from complaint_ledger.evidence.notes import (
    COSIGNATURE,
    Ed25519Signer,
    Note,
    Signature,
    VerifierKey,
    sign,
    verify,
)

SECRET = Ed25519PrivateKey.generate()
COUNCIL = Ed25519Signer("council.example/complaints", Ed25519PrivateKey.generate())
WITNESS = Ed25519Signer("audit.example/w1", SECRET, COSIGNATURE)
OTHER = Ed25519Signer("audit.example/w2", Ed25519PrivateKey.generate(), COSIGNATURE)
TEXT = Checkpoint("council.example/complaints", 225, bytes(range(32))).text

origins = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
checkpoints = st.builds(
    Checkpoint, origins, st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32)
) | st.builds(Checkpoint, origins, st.just(0), st.just(EMPTY))
times = st.integers(0, 2**63 - 1)


# --- the three lines -----------------------------------------------------------------------------


@given(checkpoints)
def test_a_checkpoint_is_read_as_it_was_written(checkpoint):
    assert parse_checkpoint(checkpoint.text) == checkpoint


def test_a_checkpoint_is_name_number_and_root():
    # C2SP tlog-checkpoint, the example.
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = parse_checkpoint(text)

    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e")
    assert checkpoint.text == text


def test_a_checkpoint_that_others_publish_is_written_the_same(real_data):
    file = real_data / "vectors" / "note_tlog" / "known_answers.json"
    known = json.loads(file.read_text("utf-8"))["checkpoint_text"]
    text = f"{known['origin']}\n{known['size']}\n{known['root_b64']}\n"

    assert parse_checkpoint(text).text == text


ROOT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        f"a\n1\n{ROOT}",
        f"a\n1\n{ROOT}\n\n",
        f"a\n1\n{ROOT}\nan extension\n",
        f"a\n1\n{ROOT}\nan extension",
        f"\n1\n{ROOT}\n",
        f"a\n01\n{ROOT}\n",
        f"a\n-1\n{ROOT}\n",
        f"a\n+1\n{ROOT}\n",
        f"a\n1 \n{ROOT}\n",
        f"a\n1_0\n{ROOT}\n",
        f"a\n١\n{ROOT}\n",
        f"a\n\n{ROOT}\n",
        f"a\n9223372036854775808\n{ROOT}\n",
        f"a\n{'9' * 5000}\n{ROOT}\n",
        f"a\n0\n{ROOT}\n",
        "a\n1\n\n",
        f"a\n1\n{ROOT[:-4]}\n",
        f"a\n1\n{ROOT[:-2]}9=\n",
        f"a\n1\n{ROOT[:-1]}\n",
        f"a\n1\n {ROOT}\n",
        f"a\n1\né{ROOT}\n",
        f"a\r\n1\r\n{ROOT}\r\n",
        f"a\tb\n1\n{ROOT}\n",
        f"\ud800\n1\n{ROOT}\n",
    ],
)
def test_what_is_not_exactly_three_lines_is_no_checkpoint(text):
    with pytest.raises(BadEvidence):
        parse_checkpoint(text)


@given(st.data())
def test_a_changed_character_makes_another_checkpoint_or_none(data):
    at = data.draw(st.integers(0, len(TEXT) - 1))
    put = data.draw(st.characters().filter(lambda one: one != TEXT[at]))
    changed = TEXT[:at] + put + TEXT[at + 1 :]
    try:
        checkpoint = parse_checkpoint(changed)
    except BadEvidence:
        return
    assert checkpoint != parse_checkpoint(TEXT)
    assert checkpoint.text == changed


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 1, EMPTY),
        ("two\nlines", 1, EMPTY),
        ("a", -1, EMPTY),
        ("a", 2**63, EMPTY),
        ("a", 1, EMPTY[:-1]),
        ("a", 0, bytes(32)),
    ],
)
def test_a_checkpoint_that_could_not_be_read_is_not_made(origin, size, root):
    with pytest.raises(BadEvidence):
        Checkpoint(origin, size, root)


# --- what a witness says -------------------------------------------------------------------------


@given(checkpoints, times)
@example(Checkpoint("a", 2**63 - 1, EMPTY), 2**63 - 1)
@example(Checkpoint("a", 0, EMPTY), 0)
def test_a_witness_says_when_it_saw_a_checkpoint(checkpoint, at):
    signature = cosign(checkpoint.text, at, WITNESS)

    assert verify_cosignature(checkpoint.text, signature, WITNESS.key) == at


def test_a_witness_signs_a_heading_the_time_and_the_three_lines():
    signature = cosign(TEXT, 1679315147, WITNESS)
    message = b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()

    assert signature.blob[:8] == (1679315147).to_bytes(8, "big")
    SECRET.public_key().verify(signature.blob[8:], message)
    assert len(signature.blob) == 72


def test_council_and_witness_stand_on_one_note():
    note = Note(TEXT, [sign(TEXT, COUNCIL), cosign(TEXT, 1_800_000_000, WITNESS)])
    read = Note.parse(bytes(note))

    assert verify(read, [WITNESS.key, COUNCIL.key]) == [COUNCIL.key, WITNESS.key]
    assert verify_cosignature(read.text, read.signatures[1], WITNESS.key) == 1_800_000_000


def test_one_flipped_bit_anywhere_is_never_the_same_word_of_the_same_witness():
    data = bytes(Note(TEXT, [cosign(TEXT, 1_800_000_000, WITNESS)]))
    whole = int.from_bytes(data, "big")
    accepted = []
    for bit in range(8 * len(data)):
        try:
            note = Note.parse((whole ^ 1 << bit).to_bytes(len(data), "big"))
            accepted.append(verify_cosignature(note.text, note.signatures[0], WITNESS.key))
        except BadEvidence:
            continue

    assert accepted == []


def test_a_witness_is_not_taken_for_another():
    signature = cosign(TEXT, 1_800_000_000, WITNESS)

    with pytest.raises(BadEvidence):
        verify_cosignature(TEXT, signature, OTHER.key)
    with pytest.raises(BadEvidence):
        verify_cosignature(TEXT, attrs.evolve(signature, key_id=OTHER.key.key_id), OTHER.key)


def test_the_council_is_not_taken_for_a_witness():
    with pytest.raises(BadEvidence):
        verify_cosignature(TEXT, sign(TEXT, COUNCIL), COUNCIL.key)
    with pytest.raises(BadValue):
        cosign(TEXT, 1_800_000_000, COUNCIL)


@pytest.mark.parametrize("at", [-1, 2**63])
def test_a_witness_gives_no_time_that_cannot_be(at):
    with pytest.raises(BadValue):
        cosign(TEXT, at, WITNESS)


def test_a_time_too_late_to_be_is_refused_though_it_is_signed():
    message = f"cosignature/v1\ntime {2**63}\n{TEXT}".encode()
    blob = (2**63).to_bytes(8, "big") + SECRET.sign(message)

    with pytest.raises(BadEvidence):
        verify_cosignature(TEXT, Signature(WITNESS.name, WITNESS.key.key_id, blob), WITNESS.key)


@pytest.mark.parametrize("length", [1, 8, 71, 73])
def test_a_cosignature_of_another_length_is_refused(length):
    signature = cosign(TEXT, 1_800_000_000, WITNESS)
    blob = (signature.blob + b"\0")[:length]

    with pytest.raises(BadEvidence):
        verify_cosignature(TEXT, attrs.evolve(signature, blob=blob), WITNESS.key)


def test_a_witness_signs_nothing_but_checkpoints():
    with pytest.raises(BadEvidence):
        cosign("some other text\n", 1_800_000_000, WITNESS)
    blob = (5).to_bytes(8, "big") + SECRET.sign(b"cosignature/v1\ntime 5\nsome other text\n")
    with pytest.raises(BadEvidence):
        verify_cosignature(
            "some other text\n", Signature(WITNESS.name, WITNESS.key.key_id, blob), WITNESS.key
        )


def test_the_example_of_the_standard_gives_the_time_of_its_witness():
    # C2SP tlog-cosignature, Format: it shows no key, so that only the form can be compared.
    signature = Signature.parse(
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
    )

    assert int.from_bytes(signature.blob[:8], "big") == 1679315147
    assert len(signature.blob) == 72


def test_a_witness_key_is_written_with_its_own_algorithm():
    assert VerifierKey.parse(str(WITNESS.key)) == WITNESS.key
    assert VerifierKey.parse(str(WITNESS.key)).algorithm == COSIGNATURE
