"""A request to a witness has one way to be written, and any other is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence import merkle, notes
from complaint_ledger.evidence.checkpoints import Checkpoint
from complaint_ledger.evidence.notes import Note
from complaint_ledger.evidence.witness_request import MOST_HASHES, WitnessRequest

SIGNER = notes.Ed25519Signer("northborough/ledger", Ed25519PrivateKey.from_private_bytes(bytes(32)))

# As C2SP tlog-witness prints it.
PUBLISHED = """\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
"""


def note_of(size=5, root=b"r" * 32):
    text = Checkpoint("northborough/ledger", size, root if size else merkle.EMPTY).text
    return Note(text, [notes.sign(text, SIGNER)])


def test_the_published_example_reads_and_writes_the_same():
    request = WitnessRequest.parse(PUBLISHED.encode())
    assert (request.old, len(request.proof), request.checkpoint.size) == (20852014, 4, 20852163)
    assert bytes(request) == PUBLISHED.encode()


@given(
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    st.lists(st.binary(min_size=32, max_size=32), max_size=MOST_HASHES),
)
def test_what_is_written_reads_the_same(old, more, proof):
    request = WitnessRequest(old, proof, note_of(old + more))
    assert WitnessRequest.parse(bytes(request)) == request


@given(st.data())
def test_no_other_bytes_read_as_the_same_request(data):
    good = PUBLISHED.encode()
    at = data.draw(st.integers(0, len(good) - 1))
    what = data.draw(st.integers(0, 255))
    changed = good[:at] + bytes([what]) + good[at + 1 :]
    try:
        read = WitnessRequest.parse(changed)
    except BadEvidence:
        return
    assert bytes(read) == changed


@pytest.mark.parametrize("end", range(0, len(PUBLISHED.encode()) - 1, 7))
def test_a_truncated_request_is_refused_or_lacks_a_signature(end):
    try:
        read = WitnessRequest.parse(PUBLISHED.encode()[:end])
    except BadEvidence:
        return
    assert len(read.note.signatures) < 2


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("old 20852014", "old 020852014"),
        ("old 20852014", "old -1"),
        ("old 20852014", "old 20852164"),
        ("old 20852014", "old ２０"),
        ("old 20852014", "size 20852014"),
        ("PlRN", "\nPlRN"),
        ("pkaw=", "pkax="),
        ("pkaw=", "pka=\n"),
        ("\nexample.com", "example.com"),
        ("20852163\n", "20852163\nan extension\n"),
    ],
)
def test_each_line_has_its_form(was, now):
    with pytest.raises(BadEvidence):
        WitnessRequest.parse(PUBLISHED.replace(was, now, 1).encode())


def test_a_proof_has_at_most_63_hashes():
    WitnessRequest(1, [b"h" * 32] * 63, note_of())
    with pytest.raises(BadEvidence, match="up to 63"):
        WitnessRequest(1, [b"h" * 32] * 64, note_of())


def test_a_request_too_long_to_be_one_is_not_read():
    with pytest.raises(BadEvidence, match="longer than"):
        WitnessRequest.parse(b"old 0\n\n" + b"x" * 2_000_000)
