"""
The canonical ZIP: from the same files always the same bytes, so that nothing hides in it.

Files are stored and never compressed; every field that the rules do not fix is
worked out from the files. What is read is compared with what would be written.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final

import attrs

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.bundle.files import CHUNK, Bag, Piece
from complaint_ledger.evidence.bundle.layout import CHRONOLOGY, FOLDER, shown

MOST_BYTES: Final = 2**32 - 1
"""A ZIP is shorter than 4 GiB …"""
MOST_FILES: Final = 65_534
"""… and has fewer than 65,535 files."""
LONGEST_NAME: Final = 255
"""Characters in a name, with the folder's."""

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_MADE_BY: Final = 0x0314  # on Unix, by version 2.0
_NEEDED: Final = 20
_DATE: Final = 33  # 1 January 1980, the first that there is
_FILE_0644: Final = 0x81A40000


@attrs.frozen
class _Member:
    """A file as a ZIP names it: all that its two headers hold."""

    name: bytes
    size: int
    crc: int
    offset: int

    def local(self) -> bytes:
        return (
            _LOCAL.pack(
                b"PK\3\4",
                _NEEDED,
                0,
                0,
                0,
                _DATE,
                self.crc,
                self.size,
                self.size,
                len(self.name),
                0,
            )
            + self.name
        )

    def central(self) -> bytes:
        return _CENTRAL.pack(
            b"PK\1\2", _MADE_BY, _NEEDED, 0, 0, 0, _DATE, self.crc, self.size, self.size,
            len(self.name), 0, 0, 0, 0, _FILE_0644, self.offset,
        ) + self.name  # fmt: skip

    @property
    def start(self) -> int:
        """Where its bytes begin."""
        return self.offset + _LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        """Where the next file begins."""
        return self.start + self.size


def write(files: Mapping[str, bytes | Path], folder: str, out: BinaryIO) -> str:
    """
    Write *files* into *out* as a canonical ZIP, and return its SHA-256 in hex.

    A file that is given by its place on disk is read twice and never held whole.

    Args:
        files: The bytes of each path, or where they are.
        folder: The name of the one folder in it.
        out: Where to write; it need not be seekable.

    Raises:
        BadValue: A name is none for a ZIP of ours, there is too much, or a file
            changed while it was read.
    """
    if not FOLDER.fullmatch(folder):
        raise BadValue("folder", "up to 100 letters, digits and ._- make its name")
    members = _members(files, folder)
    directory = b"".join(member.central() for member in members.values())
    offset = max((member.end for member in members.values()), default=0)
    if not members or len(members) > MOST_FILES:
        raise BadValue("files", f"{len(members)} files; from 1 to {MOST_FILES:,} go into a ZIP")
    if offset + len(directory) + _END.size > MOST_BYTES:
        raise BadValue("files", "they make 4 GiB or more, which does not go into one ZIP")
    hashed = sha256()

    def put(data: bytes) -> None:
        hashed.update(data)
        out.write(data)

    for path, member in members.items():
        put(member.local())
        crc = size = 0
        for chunk in _chunks(files[path]):
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            put(chunk)
        if (crc, size) != (member.crc, member.size):
            raise BadValue(shown(path), "the file changed while it was read; write the ZIP anew")
    put(directory)
    put(_end(len(members), len(directory), offset))
    return hashed.hexdigest()


def _members(files: Mapping[str, bytes | Path], folder: str) -> dict[str, _Member]:
    members: dict[str, _Member] = {}
    offset = 0
    for path in sorted(files, key=_order):
        name = f"{folder}/{path}".encode("ascii", errors="replace")
        if not (path.isascii() and path.isprintable()) or len(name) > LONGEST_NAME:
            raise BadValue(shown(path), "a name is up to 255 characters of ASCII, the folder's too")
        crc = size = 0
        for chunk in _chunks(files[path]):
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
        if size > MOST_BYTES or offset > MOST_BYTES:
            raise BadValue("files", "they make 4 GiB or more, which does not go into one ZIP")
        members[path] = _Member(name, size, crc, offset)
        offset = members[path].end
    return members


def _order(path: str) -> tuple[bool, bytes]:
    return path != CHRONOLOGY, path.encode("utf-8", errors="surrogatepass")


def _chunks(source: bytes | Path) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _end(files: int, length: int, offset: int) -> bytes:
    return _END.pack(b"PK\5\6", 0, 0, files, files, length, offset, 0)


def read(path: Path) -> Bag:
    """
    Return what is in a canonical ZIP, by the paths below its one folder.

    The whole ZIP is read once, to compare each file with its checksum; nothing is
    unpacked, and what the bag returns is read when it is asked for.

    Raises:
        BadEvidence: It is not, byte for byte, what `write` makes of its files.
        OSError: It cannot be read.
    """
    file = path.open("rb")
    try:
        pieces = _pieces(file)
    except BaseException:
        file.close()
        raise
    return Bag(pieces, close=file.close)


def _pieces(file: BinaryIO) -> dict[str, Piece]:
    members = _listed(file)
    folder = members[0].name.split(b"/")[0].decode()
    prefix = len(folder) + 1
    if not FOLDER.fullmatch(folder):
        raise _bad("its folder's name is not up to 100 letters, digits and ._-")
    if any(not member.name.startswith(f"{folder}/".encode()) for member in members):
        raise _bad("not everything in it is in one folder")
    paths = [member.name[prefix:].decode() for member in members]
    order = [_order(path) for path in paths]
    if any(a >= b for a, b in pairwise(order)):
        raise _bad("its files are not in order, or one is there twice")
    return {path: _checked(file, path, one) for path, one in zip(paths, members, strict=True)}


def _listed(file: BinaryIO) -> list[_Member]:
    """Return the files that the directory at the end lists; all of it is canonical."""
    length = file.seek(0, 2)
    if length > MOST_BYTES:
        raise _bad("it is 4 GiB long or more")
    if length < _END.size:
        raise _bad("it is too short to be one")
    end = _at(file, length - _END.size, _END.size)
    _, _, _, _, count, size, offset, _ = _END.unpack(end)
    if end != _end(count, size, offset) or offset + size + _END.size != length:
        raise _bad("it does not end as a ZIP of ours does; it may be cut short or not be one")
    if not 0 < count <= MOST_FILES or size > count * (_CENTRAL.size + LONGEST_NAME):
        raise _bad("its list of files is not one")
    directory = _at(file, offset, size)
    members: list[_Member] = []
    at = expected = 0
    for _ in range(count):
        member = _central(directory, at)
        if member.offset != expected or member.end > offset:
            raise _bad("something is between its files, or a file is over another")
        members.append(member)
        at, expected = at + _CENTRAL.size + len(member.name), member.end
    if at != len(directory) or expected != offset:
        raise _bad("something is between its files and their list, or behind them")
    return members


def _central(directory: bytes, at: int) -> _Member:
    header = directory[at : at + _CENTRAL.size]
    if len(header) < _CENTRAL.size:
        raise _bad("its list of files is cut short")
    fields = _CENTRAL.unpack(header)
    crc, size, name_length, offset = fields[7], fields[9], fields[10], fields[16]
    name = directory[at + _CENTRAL.size :][:name_length] if name_length <= LONGEST_NAME else b""
    member = _Member(name, size, crc, offset)
    if fields[4]:
        raise _bad("a file in it is compressed")
    if len(name) != name_length or not name.isascii() or not name.decode().isprintable():
        raise _bad("a name in it is not up to 255 characters of ASCII")
    if header + name != member.central():
        raise _bad(f"its list describes {shown(name.decode())} otherwise than our rules do")
    return member


def _checked(file: BinaryIO, path: str, member: _Member) -> Piece:
    local = member.local()
    if _at(file, member.offset, len(local)) != local:
        raise _bad(f"the header of {shown(path)} is not what our rules make of it")
    crc, hashed = 0, sha256()
    chunks = partial(_stretch, file, member.start, member.size)
    for chunk in chunks():
        crc = zlib.crc32(chunk, crc)
        hashed.update(chunk)
    if crc != member.crc:
        raise _bad(f"{shown(path)} is damaged")
    return Piece(member.size, chunks, hashed.hexdigest())


def _stretch(file: BinaryIO, start: int, size: int) -> Iterator[bytes]:
    while size:
        file.seek(start)
        chunk = file.read(min(size, CHUNK))
        if not chunk:
            raise _bad("it became shorter while it was read")
        yield chunk
        start, size = start + len(chunk), size - len(chunk)


def _at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _bad(why: str) -> BadEvidence:
    return BadEvidence("the ZIP", why)
