"""A signature is right in one way only, and under a key that somebody can hold the secret of."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.evidence.ed25519 import is_key, verify

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
SECRET = Ed25519PrivateKey.generate()
KEY = SECRET.public_key().public_bytes_raw()

RFC_8032 = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)
"""RFC 8032 7.1, tests 1 to 3: public key, message, signature. Their secrets stay there."""


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_the_signatures_of_the_standard_are_right(key, message, signature):
    assert verify(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))
    assert not verify(bytes.fromhex(key), bytes.fromhex(message) + b"\0", bytes.fromhex(signature))


def test_every_signature_of_wycheproof_is_judged_as_they_judge_it(real_data):
    file = real_data / "vectors" / "ed25519" / "wycheproof_ed25519_test.json"
    ours, theirs = {}, {}
    for group in json.loads(file.read_text("utf-8"))["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for one in group["tests"]:
            ours[one["tcId"]] = verify(key, bytes.fromhex(one["msg"]), bytes.fromhex(one["sig"]))
            theirs[one["tcId"]] = one["result"] == "valid"

    assert ours == theirs
    assert (sum(theirs.values()), len(theirs)) == (88, 151)


@given(st.binary(max_size=80), st.data())
def test_one_flipped_bit_makes_a_signature_wrong(message, data):
    signature = SECRET.sign(message)
    whole = KEY + signature + message
    bit = data.draw(st.integers(0, 8 * len(whole) - 1))
    flipped = (int.from_bytes(whole, "big") ^ 1 << bit).to_bytes(len(whole), "big")

    assert verify(KEY, message, signature)
    assert not verify(flipped[:32], flipped[96:], flipped[32:96])


@given(st.binary(max_size=80))
def test_a_signature_cannot_be_written_in_a_second_way(message):
    # Whatever `cryptography` is built on: the second half plus the order of the group.
    signature = SECRET.sign(message)
    half = int.from_bytes(signature[32:], "little") + ORDER
    second = signature[:32] + half.to_bytes(32, "little")

    assert not verify(KEY, message, second)
    assert not verify(KEY, message, signature[:-1])
    assert not verify(KEY, message, signature + b"\0")


# --- points that are no keys ---------------------------------------------------------------------


def added(one, other):
    """The sum of two points of the curve, by the formula of RFC 8032 5.1.4, in plain numbers."""
    (x1, y1), (x2, y2) = one, other
    d = -121665 * pow(121666, -1, PRIME)
    both = d * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + both, -1, PRIME)
    y = (y1 * y2 + x1 * x2) * pow(1 - both, -1, PRIME)
    return x % PRIME, y % PRIME


def x_of(y):
    d = -121665 * pow(121666, -1, PRIME)
    square = (y * y - 1) * pow(d * y * y + 1, -1, PRIME) % PRIME
    root = pow(square, (PRIME + 3) // 8, PRIME)
    for x in (root, root * pow(2, (PRIME - 1) // 4, PRIME) % PRIME):
        if x * x % PRIME == square:
            return x
    return None


def small_points():
    """The points whose order divides 8: multiples of the order of the group, of any points."""
    found = set()
    for y in range(2, 60):
        point = (x_of(y), y)
        if point[0] is None:
            continue
        small = (0, 1)
        for bit in f"{ORDER:b}":
            small = added(small, small)
            if bit == "1":
                small = added(small, point)
        found.add(small)
    return found


def test_there_are_eight_points_under_which_a_signature_says_nothing():
    points = small_points()

    assert len(points) == 8
    for x, y in points:
        for sign in (0, 1):
            assert not is_key((y | sign << 255).to_bytes(32, "little")), (x, y)


def test_a_signature_that_fits_every_text_is_right_for_none():
    # Under the point (0, 1), the signature of (0, 1) and zero fits whatever text there is.
    nobody = (1).to_bytes(32, "little")

    assert not verify(nobody, b"any text", nobody + bytes(32))


@pytest.mark.parametrize("beyond", range(19))
def test_a_key_cannot_be_written_in_a_second_way(beyond):
    for sign in (0, 1):
        assert not is_key((PRIME + beyond | sign << 255).to_bytes(32, "little"))


def test_a_point_and_its_opposite_are_both_keys():
    # They differ in the highest bit alone.
    assert is_key(KEY)
    assert is_key((int.from_bytes(KEY, "little") ^ 1 << 255).to_bytes(32, "little"))


def test_a_key_is_32_bytes():
    assert is_key(KEY)
    assert [is_key(KEY[:-1]), is_key(KEY + b"\0"), is_key(b"")] == [False] * 3


def test_bytes_that_are_no_point_sign_nothing():
    off = next(y for y in range(2, 60) if x_of(y) is None).to_bytes(32, "little")

    assert not verify(off, b"any text", SECRET.sign(b"any text"))
