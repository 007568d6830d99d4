"""
The file of a document: read from a disk, put into an event, and checked against it.

Its bytes are sealed like any other personal value, as base64 text, beside their size
and SHA-256. The domain sees that all three are there; here they are compared.
"""

import base64
import hashlib
import mimetypes
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

import attrs

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import COMPLAINANT, Sealed, SubjectId, seal
from complaint_ledger.errors import BadValue, Refused
from complaint_ledger.privacy.disclosure import CONTENT, LARGEST, TOO_LARGE, check_length


@contextmanager
def opened(path: str | Path) -> Iterator[BufferedReader]:
    """
    Open the file at *path* to read its bytes.

    Raises:
        BadValue: It is not there, cannot be read, or is no file; the message does not name it.
    """
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise BadValue("file", "it is a folder; name a file in it")
        if not stat.S_ISREG(mode):  # a pipe would never come to its end
            raise BadValue("file", "it is no plain file; save it as one first")
        with Path(path).open("rb") as file:
            yield file
    except OSError as error:
        raise BadValue("file", f"it cannot be read: {error.strerror}") from None


def with_file(
    document: e.DocumentAdded, path: str | Path, subject: str = COMPLAINANT
) -> e.DocumentAdded:
    """
    Return *document* with the file at *path*: its bytes, name and media type.

    Args:
        document: What is to be recorded of it.
        path: Where the file is. Only its last part, the name, is kept, sealed.
        subject: Whose it is, `any` for everybody's in the complaint; it is erased with them.

    Raises:
        BadValue: It cannot be read, is empty, or holds over 25 MB; the message does not name it.
    """
    with opened(path) as file:
        data = file.read(LARGEST + 1)
    # A name that is no UTF-8 is kept as far as it is.
    name = os.fsencode(Path(path).name).decode("utf-8", "replace")
    return with_bytes(document, data, name=name, subject=subject)


def with_bytes(
    document: e.DocumentAdded, data: bytes, *, name: str | None = None, subject: str = COMPLAINANT
) -> e.DocumentAdded:
    """
    Return *document* with *data* as the bytes of its file; see `with_file`.

    Args:
        document: What is to be recorded of it.
        data: 1 to 25 * 1024 * 1024 bytes.
        name: The file's name, from which its media type is guessed.
        subject: Whose it is.

    Raises:
        BadValue: There are no bytes, or too many.
    """
    if not data:
        raise BadValue("file", "it is empty; name the file that holds the document")
    if len(data) > LARGEST:
        raise BadValue("file", TOO_LARGE)
    kind, packed = mimetypes.guess_type(name) if name else (None, None)
    return attrs.evolve(
        document,
        file_name=seal(name, subject),
        media_type=None if packed else seal(kind, subject),
        size=seal(str(len(data)), subject),
        sha256=seal(hashlib.sha256(data).hexdigest(), subject),
        # Not by `seal`, which looks through all of it for something to say.
        content=Sealed(SubjectId(subject), clear=base64.b64encode(data).decode("ascii")),
    )


def check_file(command: c.Command) -> None:
    """
    Refuse a document whose size or SHA-256 is not that of its bytes.

    Raises:
        Refused: They differ, or its content is no standard base64.
        BadValue: There are more bytes than the ledger keeps.
    """
    told = command.replacement if isinstance(command, c.Correct) else command
    if not isinstance(told, e.DocumentAdded):
        return
    content, size, sha256 = (
        part.clear if isinstance(part, Sealed) else None
        for part in (told.content, told.size, told.sha256)
    )
    if not (content and size and sha256):
        return  # a document without a file, or a part of one, which the domain refuses
    check_length(content, CONTENT)
    data = bytes_of(content)
    if data is None:
        raise Refused("file-differs", "its content is not standard base64 text; encode the bytes")
    if (size, sha256) != (str(len(data)), hashlib.sha256(data).hexdigest()):
        raise Refused(
            "file-differs",
            "its size or SHA-256 is not that of its content; work both out from the bytes",
        )


def bytes_of(content: str) -> bytes | None:
    """Return the bytes that *content* is the standard base64 of; None where it is of none."""
    try:
        data = base64.b64decode(content)
    except ValueError:
        return None
    # Lenient decoding takes line ends and odd last letters; only the standard text is equal.
    return data if base64.b64encode(data).decode("ascii") == content else None
