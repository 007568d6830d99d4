"""Rows of a CSV file, plain or gzipped, each with its line number."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import attrs

from complaint_ledger.errors import BadValue

HALF: Final = re.compile(r"[\ud800-\udfff]")
"""What a byte that is not in the file's encoding is read as."""

LARGEST_FIELD: Final = 64 * 1024 * 1024
"""Characters; a larger one would be a broken quotation mark, not a field."""


@attrs.frozen
class Row:
    """
    One row.

    Attributes:
        line: The line on which it begins, from 1; the header's is 1.
        values: Its cells, in the header's order; none where a quotation mark in it is broken.
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
        opened = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
        self.encoding = encoding
        # What is not in this encoding comes through as lone surrogates, to be quarantined.
        self._text = io.TextIOWrapper(
            opened, encoding=encoding, errors="surrogateescape", newline=""
        )
        self._ended = False
        self._reader = csv.reader(self._lines(), delimiter=delimiter, strict=True)
        try:
            self.header = self._read_header()
        except BadValue:
            self.close()
            raise

    def _read_header(self) -> tuple[str, ...]:
        first = self._next()
        if first is None:
            raise self._bad("is empty; the first line must name the columns")
        names = tuple(first.values)
        if any(map(HALF.search, names)):
            raise self._bad(f"is not {self.encoding}; {mend(self.encoding)}")
        if len(set(names)) < len(names):
            raise self._bad("has a column twice; give each its own name")
        return names

    def _bad(self, why: str) -> BadValue:
        return BadValue("file", f"{self.path.name} {why}")

    def _lines(self) -> Iterator[str]:
        yield from self._text
        self._ended = True

    def close(self) -> None:
        """Let go of the file."""
        self._text.close()
        self._raw.close()

    @property
    def done(self) -> float:
        """How much was read, from 0 to 1."""
        return min(1.0, self._raw.tell() / self.size) if self.size else 1.0

    def __iter__(self) -> Iterator[Row]:
        """
        Yield the rows; a line with nothing on it is none.

        Raises:
            BadValue: The file breaks off.
        """
        while (row := self._next()) is not None:
            yield row

    def _next(self) -> Row | None:
        while True:
            line = self._reader.line_num + 1
            try:
                values = next(self._reader)
            except StopIteration:
                return None
            except csv.Error as error:
                if self._ended:  # within quotation marks
                    raise self._broken(line, error) from None
                return Row(line, ())
            except (EOFError, OSError, UnicodeError, zlib.error) as error:
                raise self._broken(line, error) from None
            if values:
                return Row(line, values)

    def _broken(self, line: int, error: Exception) -> BadValue:
        return self._bad(
            f"breaks off at line {line} ({type(error).__name__});"
            " the complaints before it are recorded, so mend the file and import it again"
        )


def mend(encoding: str) -> str:
    """Return what to try for a file that is not in *encoding*."""
    other = "cp1252" if encoding.startswith("utf-8") else "utf-8"
    return f'try encoding = "{other}" in the mapping'
