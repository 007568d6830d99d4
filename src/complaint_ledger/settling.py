"""Files that stand under their name whole, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from complaint_ledger.errors import StoreUnreadable


def settle(made: Path, name: Path) -> None:
    """
    Give the file *made* the name *name*, which nothing may have yet.

    Raises:
        FileExistsError: Something has it.
    """
    try:
        os.link(made, name)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: the look and the renaming are two steps
        if name.exists():
            raise FileExistsError(name) from None
        made.rename(name)
    else:
        made.unlink()
    sync_folder(name.parent)


def finish_settling(made: Path, name: Path) -> None:
    """Take the name *made* away where both are one file: a `settle` was cut short."""
    if made.exists() and name.exists() and made.samefile(name):
        made.unlink()


def write_new(name: Path, data: bytes) -> None:
    """
    Write *data* to a new file, readable by its owner only (0600), and to the disk.

    Raises:
        FileExistsError: There is a file of that name.
    """
    made = beside(name)
    try:
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        settle(made, name)
    finally:
        made.unlink(missing_ok=True)


def beside(name: Path) -> Path:
    """Return a path in the folder of *name*, hidden, that nothing has."""
    return name.with_name(f".{name.name}.{os.urandom(6).hex()}")


def sync_folder(folder: Path) -> None:
    """Bring the names in *folder* to the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def said(what: str) -> Iterator[None]:
    """
    Say in our words that *what* cannot be read or written.

    Raises:
        StoreUnreadable: It cannot.
    """
    try:
        yield
    except OSError as error:
        raise StoreUnreadable(f"{what}: {error.strerror or type(error).__name__}") from None
