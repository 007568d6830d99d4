"""The outside of a bundle: what a bag of RFC 8493 has around its data, and the package note."""

from hashlib import sha256
from pathlib import Path

from complaint_ledger.domain import events as e
from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence import notes
from complaint_ledger.evidence.bundle import bag, layout
from complaint_ledger.evidence.checkpointing import signer_for
from complaint_ledger.evidence.notes import Note
from complaint_ledger.ledger import Ledger
from complaint_ledger.own import Own
from complaint_ledger.recording import LIBRARY

Files = dict[str, bytes | Path]
"""By path within the folder: the bytes, or where they are."""


def add_package(
    files: Files,
    ledger: Ledger,
    stream: str,
    size: int,
    said: e.EvidenceBundleExported,
    seal: Own[e.LedgerSealed],
) -> None:
    """
    Put manifests and the package note around *files*.

    Args:
        files: All that stands below `data/`.
        ledger: Where the complaint is kept.
        stream: The complaint's stream.
        size: How many entries the last checkpoint covers.
        said: The entry that tells of the export.
        seal: The one that is enclosed.

    Raises:
        BadEvidence: The signing key was changed after the last checkpoint.
        KeysError: It cannot be used.
    """
    files["bagit.txt"] = layout.BAGIT
    files["bag-info.txt"] = _info(ledger, said, seal).encode("utf-8")
    manifests = bag.manifests(files)
    files |= manifests
    text = (
        "complaint-ledger/bundle/v1\n"
        f"ledger {ledger.store.ledger}\n"
        f"stream {stream}\n"
        f"size {size}\n"
        f"tagmanifest {sha256(manifests[layout.TAG_MANIFEST]).hexdigest()}\n"
    )
    signer = signer_for(ledger, size)
    if signer is None:
        raise BadEvidence(
            "package", "the signing key was changed after that checkpoint; make another, and export"
        )
    files[layout.PACKAGE_NOTE] = bytes(Note(text, [notes.sign(text, signer)]))


def _info(ledger: Ledger, said: e.EvidenceBundleExported, seal: Own[e.LedgerSealed]) -> str:
    return "".join(
        [
            f"Source-Organization: {ledger.opened.council}\n",
            f"External-Identifier: {said.reference}\n" if said.reference else "",
            "External-Description: Evidence of how a complaint was handled\n",
            f"Bagging-Date: {seal.recorded.recorded_at:%Y-%m-%d}\n",
            f"Bag-Software-Agent: complaint_ledger {LIBRARY}\n",
        ]
    )
