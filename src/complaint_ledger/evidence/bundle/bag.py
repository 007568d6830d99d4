"""A bundle as a folder or a ZIP: well formed, and every byte counted."""

import os
import stat
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence.bundle import archive
from complaint_ledger.evidence.bundle.files import CHUNK, Bag, Piece
from complaint_ledger.evidence.bundle.layout import (
    BAGIT,
    FOLDERS,
    MANIFEST,
    READ_ME,
    READ_ME_SHA256,
    TAG_MANIFEST,
    TAGGED,
    belongs,
    shown,
)


def open_bag(path: Path) -> Bag:
    """
    Return what is in a folder or a ZIP.

    Raises:
        BadEvidence: It is not well formed.
        OSError: It is not there, or cannot be read.
    """
    if path.is_dir():
        return Bag(dict(_below(path, "")))
    return archive.read(path)


def _below(folder: Path, before: str) -> Iterator[tuple[str, Piece]]:
    """Give the files of a folder; nothing that does not belong is opened."""
    empty = True
    with os.scandir(folder) as entries:
        for entry in entries:
            empty = False
            path = before + entry.name
            if entry.is_symlink():
                raise BadEvidence(shown(path), "it is a symbolic link")
            if entry.is_dir(follow_symlinks=False):
                if path not in FOLDERS:
                    raise BadEvidence(shown(path), "no bundle has such a folder")
                yield from _below(folder / entry.name, f"{path}/")
            elif not belongs(path):
                raise BadEvidence(shown(path), "no bundle has such a file")
            elif not entry.is_file(follow_symlinks=False):
                raise BadEvidence(shown(path), "it is not a file that holds bytes")
            else:
                place = folder / entry.name
                size = entry.stat(follow_symlinks=False).st_size
                yield path, Piece(size, partial(_read, place))
    if empty:
        raise BadEvidence(shown(before or "the folder"), "the folder is empty")


def _read(place: Path) -> Iterator[bytes]:
    # A link that was put there since is not followed, and a pipe not waited for.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(place, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise BadEvidence(shown(place.name), "it is not a file that holds bytes")
        while chunk := file.read(CHUNK):
            yield chunk


def manifests(files: Mapping[str, bytes | Path]) -> dict[str, bytes]:
    """
    Return the two manifests of *files*, which are all others but the package note.

    Args:
        files: The bytes of each path, or where they are.
    """
    payload = {p: _hash(f) for p, f in files.items() if p.startswith("data/")}
    manifest = _lines(payload)
    tags = {p: _hash(files[p]) for p in TAGGED if p != MANIFEST}
    return {
        MANIFEST: manifest,
        TAG_MANIFEST: _lines({**tags, MANIFEST: sha256(manifest).hexdigest()}),
    }


def _hash(source: bytes | Path) -> str:
    if isinstance(source, bytes):
        return sha256(source).hexdigest()
    hashed = sha256()
    for chunk in _read(source):
        hashed.update(chunk)
    return hashed.hexdigest()


def _lines(hashes: Mapping[str, str]) -> bytes:
    return "".join(f"{hashes[path]}  {path}\n" for path in sorted(hashes)).encode()


def check_constants(bag: Bag) -> None:
    """
    Check the files that are the same in every bundle.

    Raises:
        BadEvidence: One is not.
    """
    for path, expected in (("bagit.txt", sha256(BAGIT).hexdigest()), (READ_ME, READ_ME_SHA256)):
        if bag.sha256(path) != expected:
            raise BadEvidence(path, "it is not the text that every bundle has there")


def check_manifests(bag: Bag) -> None:
    """
    Check that both manifests are exactly what the files give.

    Raises:
        BadEvidence: They are not; the first file that differs is named.
    """
    payload = {path: bag.sha256(path) for path in bag if path.startswith("data/")}
    _compare(bag, MANIFEST, payload)
    _compare(bag, TAG_MANIFEST, {path: bag.sha256(path) for path in TAGGED})


def _compare(bag: Bag, manifest: str, hashes: Mapping[str, str]) -> None:
    expected = _lines(hashes)
    if bag.sha256(manifest) == sha256(expected).hexdigest():
        return
    there = set(bag[manifest].split(b"\n")) if bag.size(manifest) <= 2 * len(expected) else set()
    for path in hashes:
        if there and f"{hashes[path]}  {path}".encode() not in there:
            raise BadEvidence(path, f"it is not the file that {manifest} names")
    raise BadEvidence(manifest, "it does not list exactly the files that are there, in order")
