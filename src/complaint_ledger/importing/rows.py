"""Rows of a CSV file, plain or gzipped, each with its line number."""

import csv
import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

import attrs

from complaint_ledger.errors import BadValue

LARGEST_FIELD: Final = 64 * 1024 * 1024
"""Characters; a larger one would be a broken quotation mark, not a field."""


@attrs.frozen
class Row:
    """
    One row.

    Attributes:
        line: The line on which it begins, from 1; the header's is 1.
        values: Its cells, in the header's order.
    """

    line: int
    values: Sequence[str]


class CsvFile:
    """
    A CSV file to be read once, from beginning to end.

    Attributes:
        header: The names of its columns.
    """

    def __init__(self, path: Path, *, encoding: str, delimiter: str) -> None:
        """
        Open *path*.

        Raises:
            BadValue: It is not there, empty, or its header names a column twice.
        """
        self.path = path
        csv.field_size_limit(LARGEST_FIELD)
        try:
            self._raw: IO[bytes] = path.open("rb")
            self.size = path.stat().st_size
            packed = self._raw.read(2) == b"\x1f\x8b"
            self._raw.seek(0)
        except OSError as error:
            raise BadValue("file", f"{path.name} cannot be read: {error.strerror}") from None
        opened: Any = gzip.open(self._raw) if packed else self._raw  # noqa: SIM115
        # What is not in this encoding comes through as lone surrogates, to be quarantined.
        self._text = _text(opened, encoding)
        self._reader = csv.reader(self._text, delimiter=delimiter, strict=True)
        first = self._next()
        if first is None:
            self.close()
            raise BadValue("file", f"{path.name} is empty; the first line must name the columns")
        self.header = tuple(first.values)
        twice = {name for name in self.header if self.header.count(name) > 1}
        if twice:
            self.close()
            raise BadValue("file", f"{path.name} has a column twice; give each its own name")

    def close(self) -> None:
        """Let go of the file."""
        self._text.close()
        self._raw.close()

    @property
    def done(self) -> float:
        """How much was read, from 0 to 1."""
        return min(1.0, self._raw.tell() / self.size) if self.size else 1.0

    def __iter__(self) -> Iterator[Row]:
        while (row := self._next()) is not None:
            if row.values:
                yield row

    def _next(self) -> Row | None:
        line = self._reader.line_num + 1
        try:
            return Row(line, next(self._reader))
        except StopIteration:
            return None
        except (csv.Error, EOFError, OSError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
            raise BadValue(
                "file",
                f"{self.path.name} breaks off at line {line} ({type(error).__name__});"
                " what came before it is recorded, so mend the file and import it again",
            ) from None


def _text(opened: IO[bytes], encoding: str) -> IO[str]:
    import io

    return io.TextIOWrapper(opened, encoding=encoding, errors="surrogateescape", newline="")
