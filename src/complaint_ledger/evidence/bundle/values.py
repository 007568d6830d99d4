"""The sealed values that a bundle holds: disclosures, and documents as files."""

import base64
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence.bundle.omissions import CONTENT, SealedAt, sealed_values
from complaint_ledger.privacy.disclosure import Disclosure, b64url
from complaint_ledger.privacy.vault import Vault
from complaint_ledger.store import RecordedEvent

_EXTENSION: Final = re.compile(r"[a-z0-9]{1,8}")


@attrs.frozen
class Values:
    """
    What is enclosed of what a complaint's entries seal.

    Attributes:
        disclosed: Texts, by the version of the entry and the path.
        documents: The values that are documents, by the version of the entry.
    """

    disclosed: dict[tuple[int, str], Disclosure]
    documents: dict[int, SealedAt]

    def disclosure_files(self) -> dict[str, bytes]:
        """Return the files that hold the texts, by path."""
        lines: dict[int, list[str]] = {}
        for (version, _), found in sorted(
            self.disclosed.items(), key=lambda one: (one[0][0], one[0][1].encode())
        ):
            lines.setdefault(version, []).append(f"{b64url(found.data)}\n")
        return {
            f"data/events/{version:04}.disclosures": "".join(each).encode("ascii")
            for version, each in lines.items()
        }

    def document_path(self, version: int) -> str:
        """Return the path of the document that the entry *version* added."""
        path = self.documents[version].path.removesuffix(CONTENT) + "file_name"
        named = self.disclosed.get((version, path))
        said = named.value.rpartition(".")[2].lower() if named and "." in named.value else ""
        extension = said if _EXTENSION.fullmatch(said) else "bin"
        return f"data/documents/{version:04}.{extension}"


def enclosed_values(
    vault: Vault, recorded: Iterable[RecordedEvent], omitted: Iterable[e.OmittedValue]
) -> Values:
    """
    Return every sealed value of *recorded* that is not *omitted*.

    Raises:
        BadEvidence: One was erased after the export said that it is enclosed.
    """
    left_out = {(one.entry, one.path) for one in omitted}
    values = [one for one in sealed_values(recorded) if (one.entry, one.path) not in left_out]
    texts = [one for one in values if not one.is_document]
    opened = vault.open({one.digest: one.sealed_as for one in texts})
    for one in texts:
        if one.digest not in opened:
            raise BadEvidence(one.path, "it was erased just now; export again")
    return Values(
        {(one.version, one.path): opened[one.digest] for one in texts},
        {one.version: one for one in values if one.is_document},
    )


def write_document(vault: Vault, value: SealedAt, folder: Path) -> Path:
    """
    Write the bytes of a document to a file of its own in *folder*: there may be many, and large.

    Raises:
        BadEvidence: It was erased after the export said that it is enclosed.
    """
    opened = vault.open({value.digest: value.sealed_as})
    if value.digest not in opened:
        raise BadEvidence(value.path, "it was erased just now; export again")
    file = folder / f"{value.version:04}"
    file.write_bytes(base64.b64decode(opened[value.digest].value, validate=True))
    return file
