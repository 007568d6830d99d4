"""
Writing a new file so that nothing half is ever there, and nothing that was there is lost.

It is written under another name beside its place, and gets its own name only when
the caller is content with it.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path
from typing import Final

from complaint_ledger.errors import BadValue
from complaint_ledger.settling import settle

_TAKEN: Final = "there is something already; nothing is written over. Choose another name"


def check_new(target: Path, field: str) -> None:
    """
    Refuse a place that is taken, or that no folder is there for.

    Raises:
        BadValue: It is; the message names *field* and not the place.
    """
    if os.path.lexists(target):
        raise BadValue(field, _TAKEN)
    if not target.parent.is_dir():
        raise BadValue(field, "the folder it would be in is not there; make it first")


@contextmanager
def new_file(target: Path, field: str) -> Iterator[tuple[BufferedRandom, Path]]:
    """
    Give a file to write and read back, and where it is until the block ends well.

    Only its owner may read it (0600).

    Raises:
        BadValue: Something is at *target*, or it cannot be written there; the message
            names *field* and not the place.
    """
    check_new(target, field)
    try:
        descriptor, name = tempfile.mkstemp(prefix=".complaint-ledger-", dir=target.parent)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file, Path(name)
                file.flush()
                os.fsync(file.fileno())
            settle(Path(name), target)
        finally:
            Path(name).unlink(missing_ok=True)
    except FileExistsError:
        raise BadValue(field, _TAKEN) from None
    except OSError as error:
        raise BadValue(field, f"it cannot be written: {error.strerror}") from None


def write_new(target: Path, data: bytes | str, field: str) -> None:
    """
    Write *data* to a new file at *target*; a text in UTF-8.

    Raises:
        BadValue: As `new_file` says.
    """
    with new_file(target, field) as (file, _):
        file.write(data.encode("utf-8") if isinstance(data, str) else data)
