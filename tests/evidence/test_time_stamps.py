"""A stamp counts for the text that it was made of, under the root that the reader trusts."""

import contextlib
import hashlib
import subprocess
import sys

import pytest
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.checkpoints import Checkpoint
from complaint_ledger.evidence.time_stamps import (
    check_time_stamp,
    read_certificates,
    read_stamped,
    time_stamp_request,
)
from evidence.authority import Authority

TEXT = Checkpoint("complaint-ledger/northborough/1", 7, b"r" * 32).text.encode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa") / "authority")


@pytest.fixture(scope="module")
def root(authority):
    return read_certificates(authority.root.read_bytes())


@pytest.fixture(scope="module")
def reply(authority):
    return authority.stamp(time_stamp_request(TEXT))


# --- replies that others made --------------------------------------------------------------------

GOOD = [
    ("sigstage", "response-sha256.tsr", "2025-05-09 11:58:55"),
    ("sigstage", "response-sha384.tsr", "2025-05-09 11:58:55"),
    ("sigstage", "response-sha512.tsr", "2025-05-09 11:58:56"),
    ("sigstage", "response-no-embedded-cert.tsr", "2025-06-18 08:13:02"),
    ("test_tsa", "response.tsr", "2024-10-08 15:40:32"),
    ("test_tsa", "response-injected-certs.tsr", "2024-10-08 15:40:32"),
    ("identrust", "issue-104.tsr", "2025-03-11 08:52:08"),
]


@pytest.fixture
def known(real_data):
    def read(folder, name):
        place = real_data / "vectors" / "rfc3161" / "fixtures" / folder
        chain = read_certificates((place / "ts_chain.pem").read_bytes())
        return (place / name).read_bytes(), chain

    return read


@pytest.mark.parametrize(("folder", "name", "at"), GOOD)
def test_a_good_reply_counts_at_the_time_that_it_names(known, folder, name, at):
    reply, chain = known(folder, name)
    stamp = check_time_stamp(reply, b"hello", chain)
    assert f"{stamp.at:%Y-%m-%d %H:%M:%S}" == at
    assert stamp.verified


@pytest.mark.parametrize(("folder", "name", "at"), GOOD)
def test_a_good_reply_is_of_no_other_text(known, folder, name, at):
    reply, chain = known(folder, name)
    for certificates in (chain, ()):
        with pytest.raises(BadEvidence, match="another text"):
            check_time_stamp(reply, b"hello ", certificates)


def test_a_certificate_that_has_expired_since_is_good_for_what_it_stamped(known, real_data):
    place = real_data / "vectors" / "rfc3161" / "fixtures" / "sigstore.mock"
    reply, chain = known("sigstore.mock", "response-expired.tsr")
    stamp = check_time_stamp(reply, (place / "payload").read_bytes(), chain)
    assert (stamp.at.year, max(one.not_valid_after_utc for one in chain).year) == (2023, 2024)


def test_a_signature_that_was_changed_does_not_hold(known):
    reply, chain = known("sigstage", "response-invalid-signature.tsr")
    with pytest.raises(BadEvidence, match="does not hold under this root"):
        check_time_stamp(reply, b"hello", chain)
    assert not check_time_stamp(reply, b"hello").verified


def test_a_reply_of_an_authority_with_a_chain_of_its_own_does_not_hold(known):
    reply, chain = known("test_tsa", "other_response.tsr")
    with pytest.raises(BadEvidence, match="unable to get local issuer certificate"):
        check_time_stamp(reply, b"hello", chain)


def test_a_reply_does_not_hold_under_another_s_root(known):
    reply, _ = known("test_tsa", "response.tsr")
    _, other = known("sigstage", "response-sha256.tsr")
    with pytest.raises(BadEvidence, match="does not hold under this root"):
        check_time_stamp(reply, b"hello", other)


def test_a_reply_without_a_certificate_needs_it_from_the_reader(known):
    reply, chain = known("sigstage", "response-no-embedded-cert.tsr")
    with pytest.raises(BadEvidence, match="add it to --tsa-root"):
        check_time_stamp(reply, b"hello", [one for one in chain if one.issuer == one.subject])


def test_no_changed_bit_says_anything_else_or_breaks_the_reader(known):
    """Many change the certificate in the reply, which the reader has from elsewhere."""
    reply, chain = known("test_tsa", "response.tsr")
    good = check_time_stamp(reply, b"hello", chain)
    for at in range(0, len(reply) * 8, 3):
        changed = bytearray(reply)
        changed[at // 8] ^= 1 << at % 8
        with contextlib.suppress(BadEvidence):
            # The certificate's copy in the reply may differ; what it says may not.
            found = check_time_stamp(bytes(changed), b"hello", chain)
            assert (found.at, found.verified) == (good.at, good.verified)


# --- our own requests ----------------------------------------------------------------------------


def test_an_authority_s_reply_to_our_request_counts(authority, reply, root):
    assert check_time_stamp(reply, TEXT, root).verified
    assert authority.accepts(reply, TEXT)


def test_a_request_asks_for_the_certificate_and_holds_a_hash_alone():
    from rfc3161_client._rust import parse_timestamp_request

    one, other = (parse_timestamp_request(time_stamp_request(TEXT)) for _ in range(2))
    assert one.cert_req
    assert one.nonce != other.nonce
    assert one.message_imprint.message == hashlib.sha256(TEXT).digest()
    assert len(time_stamp_request(TEXT * 99)) <= 71


def test_openssl_and_we_refuse_the_same_reply_for_another_text(authority, reply, root):
    other = TEXT.replace(b"7", b"8")
    assert not authority.accepts(reply, other)
    with pytest.raises(BadEvidence, match="another text"):
        check_time_stamp(reply, other, root)


def test_a_reply_that_is_not_strict_der_is_said_to_be_so(authority, root):
    """The set of certificates is not sorted; openssl does not mind."""
    reply = authority.stamp(time_stamp_request(TEXT), chain=True)
    assert authority.accepts(reply, TEXT)
    for certificates in (root, ()):
        with pytest.raises(BadEvidence, match=r"not in strict DER.*openssl ts -verify"):
            check_time_stamp(reply, TEXT, certificates)


def test_a_request_that_the_authority_rejects_is_said_to_be_so(authority):
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(TEXT).hash_algorithm(HashAlgorithm.SHA512)
    reply = authority.stamp(builder.build().as_bytes())
    with pytest.raises(BadEvidence, match="did not grant it: its status is 2"):
        check_time_stamp(reply, TEXT)


def test_a_changed_reply_is_refused_or_says_the_same(reply, root):
    """The wrapper around what is signed has bytes to spare; what they hold is never said."""
    good = check_time_stamp(reply, TEXT, root)
    accepted = 0
    for at in range(len(reply)):
        changed = bytearray(reply)
        changed[at] ^= 1
        try:
            assert check_time_stamp(bytes(changed), TEXT, root) == good
        except BadEvidence:
            continue
        accepted += 1
    assert accepted < len(reply) / 20


@pytest.mark.parametrize("bad", [b"", b"hello", b"0\x03\x02\x01\x00", b"0" * 3000])
def test_what_is_no_reply_is_refused(bad):
    with pytest.raises(BadEvidence, match="no reply of RFC 3161"):
        check_time_stamp(bad, TEXT)


def test_a_truncated_reply_is_refused(reply):
    for end in range(0, len(reply), 11):
        with pytest.raises(BadEvidence):
            check_time_stamp(reply[:end], TEXT)
    with pytest.raises(BadEvidence):
        check_time_stamp(reply + b"\0", TEXT)


# --- certificates and checkpoints ----------------------------------------------------------------


def test_certificates_are_read_in_pem_and_in_der(authority):
    pem = authority.root.read_bytes()
    (one,) = load_pem_x509_certificates(pem)
    from cryptography.hazmat.primitives.serialization import Encoding

    der = one.public_bytes(Encoding.DER)
    assert read_certificates(pem) == read_certificates(der) == [load_der_x509_certificate(der)]
    for bad in (b"", b"hello", pem[:200], der[:99]):
        with pytest.raises(BadValue, match="holds no certificate"):
            read_certificates(bad)


def test_a_chain_without_a_root_proves_nothing(authority, reply):
    below = read_certificates((authority.folder / "tsa.pem").read_bytes())
    with pytest.raises(BadValue, match="none of these certificates is a root"):
        check_time_stamp(reply, TEXT, below)


def test_a_stamped_checkpoint_is_read_with_and_without_signatures():
    note = TEXT + "\n— a AAAAAWhlbGxv\n".encode()
    assert read_stamped(TEXT) == read_stamped(note)
    for bad in (b"", b"\xff", TEXT[:-1], TEXT + b"\n"):
        with pytest.raises(BadEvidence):
            read_stamped(bad)


def test_without_the_extra_the_message_names_it():
    program = (
        "import sys; sys.modules['rfc3161_client'] = None\n"
        "from complaint_ledger.evidence import time_stamps\n"
        "from complaint_ledger.errors import BadValue\n"
        "for call in (lambda: time_stamps.time_stamp_request(b'x'),"
        " lambda: time_stamps.check_time_stamp(b'x', b'x')):\n"
        "    try: call()\n"
        "    except BadValue as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.count("complaint-ledger[tsa]") == 2, done.stderr
