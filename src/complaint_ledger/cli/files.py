"""Files that a command reads whole."""

from pathlib import Path

from complaint_ledger.errors import BadValue


def read_whole(file: Path, field: str, longest: int) -> bytes:
    """
    Return the bytes of *file*.

    Raises:
        BadValue: It cannot be read, or is longer than *longest* bytes.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(longest + 1)
    except OSError as error:
        raise BadValue(field, f"it cannot be read: {error.strerror}") from None
    if len(data) > longest:
        raise BadValue(field, f"it is longer than {longest} bytes; it is another file")
    return data
