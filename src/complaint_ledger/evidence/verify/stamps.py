"""Time stamps: whose they are (rule 11), and what an authority's certificate says of them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from complaint_ledger.errors import BadValue
from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.checkpoints import Checkpoint
from complaint_ledger.evidence.verify.checkpoints import Seen
from complaint_ledger.evidence.verify.own import Own
from complaint_ledger.evidence.verify.reading import MOST_BYTES, data, field, need
from complaint_ledger.evidence.verify.report import TimeStamp

_FOLDER: Final = "data/timestamps"
_FILE: Final = re.compile(r"data/timestamps/([0-9]{10})\.(tsr|checkpoint)")
_TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"


def check_stamps(bag: Bag, own: Own, seen: tuple[Seen, ...]) -> None:
    """
    Check that each time stamp is the one that was received, of a checkpoint that is here.

    The reply itself is not looked into.

    Raises:
        BadEvidence: It is not so.
    """
    checkpoints: Mapping[int, Checkpoint] = {one.size: one.checkpoint for one in seen}
    expected: set[str] = set()
    for entry in own.stamps:
        where = f"{entry.path}.body.json"
        size = field(entry.body.open, "checkpoint", int, where)
        need(size in checkpoints, where, "it names a checkpoint that is not enclosed")
        reply, stamped = (f"{_FOLDER}/{entry.position:010}.{e}" for e in ("tsr", "checkpoint"))
        received = field(entry.body.open, "sha256", str, where)
        need(reply in bag and bag.sha256(reply) == received, reply, "it is not the one received")
        text = checkpoints[size].text.encode()
        need(data(bag, stamped) == text, stamped, "it is not the text of that checkpoint")
        expected |= {reply, stamped}
    for path in bag:
        if _FILE.fullmatch(path):
            need(path in expected, path, "no time stamp of this bundle has this file")


def checked_stamps(bag: Bag, root: bytes) -> tuple[TimeStamp, ...]:
    """
    Return of each time stamp whether it holds under the certificates in *root* (PEM).

    Raises:
        BadValue: There is no certificate in *root*, or the extra `tsa` is not installed.
    """
    from cryptography import x509

    try:
        roots = x509.load_pem_x509_certificates(root)
    except ValueError:
        raise BadValue(
            "--tsa-root", "it holds no certificate; give the authority's as PEM"
        ) from None
    try:
        import rfc3161_client
    except ModuleNotFoundError:
        raise BadValue(
            "--tsa-root",
            "the Python package rfc3161-client is not installed:"
            " pip install 'complaint-ledger[tsa]'",
        ) from None
    builder = rfc3161_client.VerifierBuilder()
    for certificate in dict.fromkeys(roots):
        builder = builder.add_root_certificate(certificate)
    verifier = builder.build()
    paths = [path for path in bag if path.startswith(_FOLDER) and path.endswith(".tsr")]
    return tuple(_checked(bag, path, verifier) for path in paths)


def _checked(bag: Bag, path: str, verifier: object) -> TimeStamp:
    import rfc3161_client

    assert isinstance(verifier, rfc3161_client.Verifier)
    if bag.size(path) > MOST_BYTES:
        return TimeStamp(path=path, why_not="it is longer than 64 MiB")
    stamped = bag[f"{path.removesuffix('.tsr')}.checkpoint"]
    try:
        reply = rfc3161_client.decode_timestamp_response(bag[path])
        verifier.verify_message(reply, stamped)
        return TimeStamp(
            path=path,
            at=reply.tst_info.gen_time,
            authority=_authority(reply.signed_data.certificates),
        )
    except rfc3161_client.VerificationError as error:
        return TimeStamp(path=path, why_not=str(error))
    except Exception:  # noqa: BLE001 - a reply that no reader understands must not end the check
        return TimeStamp(path=path, why_not="it cannot be read as a reply of RFC 3161")


def _authority(certificates: set[bytes]) -> str | None:
    """Return whom the certificate that may stamp times is for."""
    from cryptography import x509

    for data_ in sorted(certificates):
        certificate = x509.load_der_x509_certificate(data_)
        try:
            usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except x509.ExtensionNotFound:
            continue
        if any(one.dotted_string == _TIME_STAMPING for one in usage):
            return certificate.subject.rfc4514_string()
    return None


def read_root(path: Path) -> bytes:
    """
    Return the file at *path*.

    Raises:
        BadValue: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError:
        raise BadValue("--tsa-root", "there is no such file, or it cannot be read") from None
