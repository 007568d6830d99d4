"""A note is a text and who signed it; it has one way to be written."""

import hashlib
import json

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.notes import (
    COSIGNATURE,
    ED25519,
    LONGEST,
    Ed25519Signer,
    Note,
    Signature,
    VerifierKey,
    sign,
    verify,
)

COUNCIL = Ed25519Signer("council.example/complaints", Ed25519PrivateKey.generate())
AUDIT = Ed25519Signer("audit.example/w1", Ed25519PrivateKey.generate())
WITNESS = Ed25519Signer("audit.example/w1", Ed25519PrivateKey.generate(), COSIGNATURE)
TEXT = "One line\n\nand, after an empty one, another: £5 – Ŵyn\n"

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")).map(
    lambda text: text + "\n"
)
names = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1
)
signatures = st.builds(
    Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
)
notes = st.builds(
    Note,
    texts,
    st.lists(signatures, min_size=1, max_size=4, unique_by=lambda one: (one.name, one.key_id)),
)


def signed(text, *signers):
    return Note(text, [sign(text, one) for one in signers])


# --- keys ----------------------------------------------------------------------------------------


@given(names, st.sampled_from([ED25519, COSIGNATURE]))
def test_a_key_is_read_as_it_was_written(name, algorithm):
    key = VerifierKey(name=name, algorithm=algorithm, public_key=COUNCIL.key.public_key)

    assert VerifierKey.parse(str(key)) == key


def test_the_key_id_is_the_hash_of_name_algorithm_and_key():
    key = COUNCIL.key
    preimage = b"council.example/complaints\n\x01" + key.public_key

    assert key.key_id == hashlib.sha256(preimage).digest()[:4]
    assert (
        WITNESS.key.key_id
        == hashlib.sha256(b"audit.example/w1\n\x04" + WITNESS.key.public_key).digest()[:4]
    )


@given(st.integers(0, 10_000))
def test_one_flipped_bit_makes_another_key_or_none(bit):
    data = str(COUNCIL.key).encode()
    bit %= 8 * len(data)
    flipped = (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")
    with pytest.raises(BadEvidence):
        VerifierKey.parse(flipped.decode("latin-1"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+0123abcd",
        "name+0123abcd+",
        "name+0123abcd+AA==",
        "name+0123abcd+====",
        "+0123abcd+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
        " example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "example.com/foo\ud800+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)
def test_what_is_not_written_as_a_key_is_none(text):
    with pytest.raises(BadEvidence):
        VerifierKey.parse(text)


@pytest.mark.parametrize("algorithm", [-1, 0, 2, 3, 5, 6, 255, 257])
def test_a_key_of_another_algorithm_is_refused(algorithm):
    with pytest.raises(BadEvidence):
        VerifierKey(name="a", algorithm=algorithm, public_key=COUNCIL.key.public_key)


def test_a_point_of_which_nobody_has_the_secret_is_no_key():
    with pytest.raises(BadEvidence):
        VerifierKey(name="a", algorithm=ED25519, public_key=(1).to_bytes(32, "little"))


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x7fb", "a\u2028b", "\ud800"]
)
def test_a_name_that_a_line_could_not_hold_is_refused(name):
    with pytest.raises(BadEvidence):
        VerifierKey(name=name, algorithm=ED25519, public_key=COUNCIL.key.public_key)
    with pytest.raises(BadEvidence):
        Signature(name, b"1234", b"5")


# --- the form ------------------------------------------------------------------------------------


@given(notes)
def test_a_note_is_read_as_it_was_written(note):
    assert Note.parse(bytes(note)) == note
    assert str(note).encode() == bytes(note)


@given(st.binary(max_size=200) | notes.map(bytes), st.integers(0, 1_000), st.binary(max_size=3))
@example(b"a\n\n\xe2\x80\x94 b MTIzNDU=\n", 14, b"")
def test_what_is_read_as_a_note_is_written_the_same(data, at, put):
    data = data[:at] + put + data[at + 1 :]
    try:
        note = Note.parse(data)
    except BadEvidence:
        return
    assert bytes(note) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        "text\n\n— a MTIzNDU=".encode(),
        "text\n\n— a MTIzNDU=\n\n".encode(),
        "text\n\n— a MTIzNDU=\nmore\n".encode(),
        "text\n— a MTIzNDU=\n".encode(),
        "— a MTIzNDU=\n".encode(),
        "\n— a MTIzNDU=\n".encode(),
        b"text\n\n- a MTIzNDU=\n",
        "text\n\n—  a MTIzNDU=\n".encode(),
        "text\n\n— a  MTIzNDU=\n".encode(),
        "text\n\n— a MTIzNDU= \n".encode(),
        "text\n\n— a MTIzNDU\n".encode(),
        "text\n\n— a MTIzNDV=\n".encode(),
        "text\n\n— a MTIzNA==\n".encode(),
        "text\n\n— a+b MTIzNDU=\n".encode(),
        "text\n\n— a MTIzNDU=\n— a MTIzNDY=\n".encode(),
        "one\rtwo\n\n— a MTIzNDU=\n".encode(),
        "one\ttwo\n\n— a MTIzNDU=\n".encode(),
        "one\x7ftwo\n\n— a MTIzNDU=\n".encode(),
        "text\r\n\r\n— a MTIzNDU=\r\n".encode(),
        b"t\xe4xt\n\n\xe2\x80\x94 a MTIzNDU=\n",
        b"one\xed\xa0\x80two\n\n\xe2\x80\x94 a MTIzNDU=\n",
        ("a" * LONGEST + "\n\n— a MTIzNDU=\n").encode(),
        ("text\n\n" + "".join(f"— a{n} MTIzNDU=\n" for n in range(101))).encode(),
    ],
)
def test_what_is_not_written_as_a_note_is_none(data):
    with pytest.raises(BadEvidence):
        Note.parse(data)


def test_a_note_may_have_a_hundred_signatures():
    data = ("text\n\n" + "".join(f"— a{n} MTIzNDU=\n" for n in range(100))).encode()

    assert len(Note.parse(data).signatures) == 100


@pytest.mark.parametrize("text", ["", "no end of line", "half a \ud800 character\n", "a\x00b\n"])
def test_a_text_that_a_note_cannot_hold_is_refused(text):
    with pytest.raises(BadEvidence):
        Note(text, [Signature("a", b"1234", b"5")])
    with pytest.raises(BadEvidence):
        sign(text, COUNCIL)


def test_a_note_may_have_a_million_bytes_and_not_one_more():
    longest = "a" * (LONGEST - len("\n\n— a MTIzNDU=\n".encode()))
    data = f"{longest}\n\n— a MTIzNDU=\n".encode()

    assert len(bytes(Note.parse(data))) == len(data) == LONGEST
    with pytest.raises(BadEvidence):
        Note.parse(b"a" + data)
    with pytest.raises(BadEvidence):
        Note("a" + longest + "\n", [Signature("a", b"1234", b"5")])


def test_a_note_that_would_be_too_long_to_read_is_not_made():
    with pytest.raises(BadEvidence):
        sign("a" * LONGEST + "\n", COUNCIL)


@pytest.mark.parametrize(("key_id", "blob"), [(b"123", b"5"), (b"12345", b"6"), (b"1234", b"")])
def test_a_signature_without_all_its_parts_is_refused(key_id, blob):
    with pytest.raises(BadEvidence):
        Signature("a", key_id, blob)


# --- who signed ----------------------------------------------------------------------------------


@given(texts)
def test_what_was_signed_is_signed_by_those_who_signed_it(text):
    note = Note.parse(bytes(signed(text, COUNCIL, AUDIT)))

    assert verify(note, [AUDIT.key, COUNCIL.key]) == [COUNCIL.key, AUDIT.key]
    assert verify(note, [COUNCIL.key, COUNCIL.key]) == [COUNCIL.key]
    assert verify(note, [WITNESS.key]) == []


def test_one_flipped_bit_anywhere_is_never_the_same_note_by_the_same_key():
    data = bytes(signed(TEXT, COUNCIL))
    whole = int.from_bytes(data, "big")
    accepted = []
    for bit in range(8 * len(data)):
        try:
            note = Note.parse((whole ^ 1 << bit).to_bytes(len(data), "big"))
            accepted += verify(note, [COUNCIL.key])
        except BadEvidence:
            continue

    assert verify(Note.parse(data), [COUNCIL.key]) == [COUNCIL.key]
    assert accepted == []


@given(texts, texts)
def test_a_signature_is_not_one_of_another_text(text, other):
    note = attrs.evolve(signed(text, COUNCIL), text=other)
    if text == other:
        assert verify(note, [COUNCIL.key]) == [COUNCIL.key]
    else:
        with pytest.raises(BadEvidence):
            verify(note, [COUNCIL.key])


def test_a_wrong_signature_of_a_known_key_spoils_the_note_whoever_else_signed():
    wrong = attrs.evolve(sign(TEXT, COUNCIL), blob=bytes(64))

    with pytest.raises(BadEvidence):
        verify(Note(TEXT, [sign(TEXT, AUDIT), wrong]), [AUDIT.key, COUNCIL.key])


@pytest.mark.parametrize("length", [1, 63, 65, 72])
def test_a_signature_of_another_length_is_wrong(length):
    blob = (sign(TEXT, COUNCIL).blob + bytes(8))[:length]

    with pytest.raises(BadEvidence):
        verify(Note(TEXT, [attrs.evolve(sign(TEXT, COUNCIL), blob=blob)]), [COUNCIL.key])


def test_signatures_of_others_with_the_same_name_or_key_id_are_passed_over():
    mine = sign(TEXT, COUNCIL)
    namesake = attrs.evolve(mine, key_id=bytes(4))
    lookalike = attrs.evolve(mine, name="other.example")

    assert verify(Note(TEXT, [namesake, lookalike, mine]), [COUNCIL.key]) == [COUNCIL.key]
    assert verify(Note(TEXT, [namesake, lookalike]), [COUNCIL.key]) == []


def test_two_keys_that_no_line_could_tell_apart_are_refused():
    # Found by trying numbers: their key ids are the same four bytes.
    one, other = (
        VerifierKey(name="example.com/w", algorithm=ED25519, public_key=y.to_bytes(32, "little"))
        for y in (100_158, 124_290)
    )
    assert one.key_id == other.key_id
    with pytest.raises(BadValue):
        verify(signed(TEXT, COUNCIL), [one, other])


def test_a_witness_signs_no_plain_note():
    with pytest.raises(BadValue):
        sign(TEXT, WITNESS)


class Broken:
    """Signs with another secret than that of its key, as a card that was mixed up would."""

    name = COUNCIL.name
    key = COUNCIL.key

    def sign(self, message):
        return AUDIT.sign(message)


class Misnamed(Broken):
    name = "other.example"


@pytest.mark.parametrize("signer", [Broken(), Misnamed()])
def test_a_signature_that_would_not_verify_is_not_given_out(signer):
    with pytest.raises(BadEvidence):
        sign(TEXT, signer)


# --- known answers -------------------------------------------------------------------------------


def test_the_example_of_the_standard_is_signed_by_its_key():
    # C2SP signed-note, Example.
    key = VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    line = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    note = Note.parse(f"This is an example message.\n\n{line}\n".encode())

    assert note.text == "This is an example message.\n"
    assert verify(note, [key]) == [key]


def test_the_notes_that_others_publish_are_judged_as_they_judge_them(real_data):
    file = real_data / "vectors" / "note_tlog" / "known_answers.json"
    known = json.loads(file.read_text("utf-8"))["signed_note"]
    ours = []
    for one in known:
        key = VerifierKey.parse(one["vkey"])
        try:
            ours.append(verify(Note.parse(one["note"].encode()), [key]) == [key])
        except BadEvidence:
            ours.append(False)

    assert ours == [one["verifies"] for one in known]
    assert len(known) == 4


def test_a_text_that_others_signed_has_their_line(real_data):
    known = json.loads(
        (real_data / "vectors" / "note_tlog" / "known_answers.json").read_text("utf-8")
    )
    line, text = (known["signer_key_test"][one] for one in ("signature_line", "text"))
    key = VerifierKey.parse(known["signed_note"][1]["vkey"])
    signature = Signature.parse(line.rstrip("\n"))

    assert f"{signature}\n" == line
    assert verify(Note(text, [signature]), [key]) == [key]
