"""
Time stamps of an outside authority (RFC 3161): ask for one, and read what came.

A stamp says that a checkpoint was there at a time. It says nothing of what came
before or after. Reading one takes the package rfc3161-client, the extra `tsa`.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.checkpoints import Checkpoint, parse_checkpoint
from complaint_ledger.evidence.notes import Note

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

LONGEST: Final = 1_000_000
"""Bytes in a reply."""

_HASHES: Final = {
    "2.16.840.1.101.3.4.2.1": hashlib.sha256,
    "2.16.840.1.101.3.4.2.2": hashlib.sha384,
    "2.16.840.1.101.3.4.2.3": hashlib.sha512,
}
_OPENSSL: Final = "`openssl ts -verify -data TEXT -in REPLY.tsr -CAfile ROOT.pem`"


@attrs.frozen
class TimeStamp:
    """
    What a reply says of a text.

    Attributes:
        at: When the authority saw it (UTC), as it says.
        verified: Whether the signature and its certificates were checked.
        authority: Who stamped it, as their certificate says; None where the reply has none.
    """

    at: datetime
    verified: bool
    authority: str | None


def time_stamp_request(text: bytes) -> bytes:
    """
    Return a request to stamp *text*: its SHA-256, a nonce, and that the certificate is wanted.

    Only the hash leaves the council.

    Raises:
        BadValue: The extra `tsa` is not installed.
    """
    client = _client()
    builder = client.TimestampRequestBuilder().data(text)
    builder = builder.hash_algorithm(client.HashAlgorithm.SHA256)
    made: bytes = builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()
    return made


def check_time_stamp(
    reply: bytes, text: bytes, certificates: Iterable["Certificate"] = ()
) -> TimeStamp:
    """
    Return what *reply* says of *text*.

    Args:
        reply: A reply of RFC 3161, in DER.
        text: The three lines of a checkpoint.
        certificates: The authority's root, with others of its chain where the reply has
            none. Without, nothing but the hash and the status is checked.

    Raises:
        BadEvidence: It is no such reply, or of another text; or its signature or chain
            does not hold at the time that it names.
        BadValue: The extra `tsa` is not installed, or there is no root among *certificates*.
    """
    read = _read(reply)
    _refuse_another_text(read, text)
    given = list(certificates)
    if given:
        _verify(read, text, given)
    return TimeStamp(read.tst_info.gen_time, bool(given), _authority(read))


def read_stamped(data: bytes) -> Checkpoint:
    """
    Return the checkpoint in *data*: three lines, or a note that begins with them.

    Raises:
        BadEvidence: It is neither.
    """
    if b"\n\n" in data:
        return parse_checkpoint(Note.parse(data).text)
    try:
        return parse_checkpoint(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadEvidence("checkpoint", "it is not UTF-8") from None


def read_certificates(data: bytes) -> list["Certificate"]:
    """
    Return the certificates in *data*: PEM, one or several, or a single one in DER.

    Raises:
        BadValue: It holds none.
    """
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

    try:
        if b"-----BEGIN" in data:
            return load_pem_x509_certificates(data)
        return [load_der_x509_certificate(data)]
    except ValueError:
        raise BadValue("--tsa-root", "it holds no certificate, in PEM or in DER") from None


def _client() -> Any:
    try:
        import rfc3161_client
    except ImportError:
        raise BadValue(
            "time stamp",
            "this takes the extra `tsa`; install it with: pip install 'complaint-ledger[tsa]'",
        ) from None
    return rfc3161_client


def _read(reply: bytes) -> "TimeStampResponse":
    client = _client()
    try:
        read: TimeStampResponse = client.decode_timestamp_response(reply)
        status = read.status
        if status == client.PKIStatus.GRANTED:
            _ = read.tst_info.gen_time, read.tst_info.message_imprint
    except Exception as error:  # noqa: BLE001 - whatever a stranger's bytes make of it
        if "InvalidSetOrdering" in str(error):
            raise BadEvidence(
                "time stamp",
                "the reply is not in strict DER: what should be sorted in it is not, and so it is"
                f" not read here. It may be good all the same; {_OPENSSL} is less strict. Keep it"
                " by hand, or choose an authority whose replies are strict",
            ) from None
        raise BadEvidence(
            "time stamp",
            "it is no reply of RFC 3161 in strict DER; send the file as it came, or ask again."
            f" {_OPENSSL} is less strict",
        ) from None
    if status != client.PKIStatus.GRANTED:
        raise BadEvidence("time stamp", f"the authority did not grant it: its status is {status}")
    return read


def _refuse_another_text(read: "TimeStampResponse", text: bytes) -> None:
    imprint = read.tst_info.message_imprint
    used = _HASHES.get(imprint.hash_algorithm.dotted_string)
    if used is None:
        raise BadEvidence(
            "time stamp", "its hash is none of SHA-256, SHA-384 and SHA-512; ask for SHA-256"
        )
    if used(text).digest() != imprint.message:
        raise BadEvidence("time stamp", "it stamps another text than this checkpoint")


def _verify(read: "TimeStampResponse", text: bytes, given: list["Certificate"]) -> None:
    client = _client()
    roots = [one for one in given if one.issuer == one.subject]
    others = [one for one in given if one.issuer != one.subject]
    if not roots:
        raise BadValue(
            "--tsa-root", "none of these certificates is a root, which names itself as its issuer"
        )
    builder = client.VerifierBuilder(roots=roots, intermediates=others)
    if not read.signed_data.certificates:
        stampers = [one for one in others if _stamps(one)]
        if not stampers:
            raise BadEvidence(
                "time stamp",
                "the reply does not hold the authority's certificate; add it to --tsa-root",
            )
        builder = builder.tsa_certificate(stampers[0])
    try:
        builder.build().verify_message(read, text)
    except Exception as error:  # noqa: BLE001 - certificates of strangers raise anything
        raise BadEvidence(
            "time stamp", f"its signature does not hold under this root: {_short(error)}"
        ) from None


def _authority(read: "TimeStampResponse") -> str | None:
    from cryptography.x509 import load_der_x509_certificate

    for data in sorted(read.signed_data.certificates):
        certificate = load_der_x509_certificate(data)
        if _stamps(certificate):
            return certificate.subject.rfc4514_string()
    return None


def _stamps(one: "Certificate") -> bool:
    from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        uses = one.extensions.get_extension_for_class(ExtendedKeyUsage).value
    except ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in uses


def _short(error: Exception) -> str:
    """The library reports the whole stack of errors below it; the last reason says enough."""
    _, reason, rest = str(error).rpartition('reason: "')
    if not reason:
        return str(error)
    why = rest.partition('"')[0]
    _, _, said = rest.rpartition('data: "')
    detail = said.partition('"')[0]
    return f"{why} ({detail})" if detail and detail != why else why
