"""Time stamps: whose they are (rule 11), and what an authority's certificate says of them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cryptography.x509 import Certificate

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.checkpoints import Checkpoint
from complaint_ledger.evidence.time_stamps import check_time_stamp, read_certificates
from complaint_ledger.evidence.verify.checkpoints import Seen
from complaint_ledger.evidence.verify.own import Own
from complaint_ledger.evidence.verify.reading import MOST_BYTES, data, field, need
from complaint_ledger.evidence.verify.report import TimeStamp

_FOLDER: Final = "data/timestamps"
_FILE: Final = re.compile(r"data/timestamps/([0-9]{10})\.(tsr|checkpoint)")


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
    certificates = read_certificates(root)
    paths = [path for path in bag if path.startswith(_FOLDER) and path.endswith(".tsr")]
    return tuple(_checked(bag, path, certificates) for path in paths)


def _checked(bag: Bag, path: str, certificates: Sequence[Certificate]) -> TimeStamp:
    if bag.size(path) > MOST_BYTES:
        return TimeStamp(path=path, why_not="it is longer than 64 MiB")
    stamped = bag[f"{path.removesuffix('.tsr')}.checkpoint"]
    try:
        found = check_time_stamp(bag[path], stamped, certificates)
    except BadEvidence as error:
        return TimeStamp(path=path, why_not=error.why)
    return TimeStamp(path=path, at=found.at, authority=found.authority)


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
