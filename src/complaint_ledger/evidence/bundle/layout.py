"""Which files a bundle has, and what stands in those that are always the same."""

import re
from collections.abc import Iterable
from typing import Final

from complaint_ledger.errors import BadEvidence

FOLDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""The name of the folder in a ZIP."""

BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
READ_ME_SHA256: Final = "372cc7d475a7e97c224bedaf7be77e69a96b6f4733899537811ad6e56e4ddd9f"
"""Of `data/READ-ME.txt`, in hex."""

MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
PACKAGE_NOTE: Final = "package.note"
CHRONOLOGY: Final = "data/chronology.html"
KEYS: Final = "data/keys.txt"
HEAD: Final = "data/head.txt"
READ_ME: Final = "data/READ-ME.txt"
TAGGED: Final = ("bag-info.txt", "bagit.txt", MANIFEST)
"""What the tag manifest names, in its order."""

ALWAYS: Final = frozenset(
    {*TAGGED, TAG_MANIFEST, PACKAGE_NOTE, READ_ME, CHRONOLOGY, "data/judgement.html", KEYS, HEAD}
)
"""The files that every bundle has once."""

_VERSION = r"(?:[0-9]{4}|[1-9][0-9]{4,8})"
_SIZE = r"[1-9][0-9]{0,17}"
_NUMBERED: Final = re.compile(
    rf"data/(?:events/{_VERSION}\.(?:entry|body\.json|disclosures|tlog-proof)"
    rf"|documents/{_VERSION}\.[a-z0-9]{{1,8}}"
    r"|own/[0-9]{10}\.(?:entry|body\.json|tlog-proof)"
    rf"|checkpoints/(?:{_SIZE}\.txt|{_SIZE}-{_SIZE}\.consistency)"
    r"|timestamps/[0-9]{10}\.(?:tsr|checkpoint))"
)
FOLDERS: Final = frozenset(
    f"data{below}" for below in ("", "/events", "/documents", "/own", "/checkpoints", "/timestamps")
)


def belongs(path: str) -> bool:
    """Say whether a bundle may have a file at *path*."""
    return path in ALWAYS or _NUMBERED.fullmatch(path) is not None


def check_paths(paths: Iterable[str]) -> None:
    """
    Check that every file belongs to a bundle, and that none is missing that every bundle has.

    Raises:
        BadEvidence: It is not so.
    """
    there = set(paths)
    for path in sorted(there):
        if not belongs(path):
            raise BadEvidence(shown(path), "no bundle has such a file")
    for path in sorted(ALWAYS - there):
        raise BadEvidence(path, "the file is missing")


def shown(path: str) -> str:
    """Return *path* as it may be printed: its plain characters, up to 100."""
    return re.sub(r"[^A-Za-z0-9._/-]", "?", path[:100])
