"""
Quarantine: rows that cannot be read, by line, column, rule and reason; never by value.
"""

import csv
import json
import os
from pathlib import Path
from typing import IO, Any

import attrs

from complaint_ledger.errors import BadValue, ComplaintLedgerError


@attrs.frozen(kw_only=True)
class Unreadable(Exception):
    """
    Why a row cannot be recorded.

    Attributes:
        rule: Its stable name.
        column: Where, if in one column.
        reason: What is wrong and the mend, without any value.
        first_line: The line that it clashes with, if it does.
    """

    rule: str
    column: str | None = None
    reason: str
    first_line: int | None = None


class Quarantine:
    """A file of what was not recorded, made when the first row comes."""

    def __init__(self, file: Path, rows: Path | None, header: tuple[str, ...]) -> None:
        self.file = file
        self._rows = rows
        self._header = header
        self._reasons: IO[str] | None = None
        self._raw: IO[str] | None = None
        self.count = 0

    def add(self, line: int, why: Unreadable, values: tuple[str, ...]) -> None:
        """Note the row on *line*; its *values* only where rows are asked for."""
        self.count += 1
        if self._reasons is None:
            self._reasons = _private(self.file, '{"line": ')
        note: dict[str, Any] = {"line": line}
        if why.first_line is not None:
            note["lines"] = [why.first_line, line]
        note |= {"column": why.column, "rule": why.rule, "reason": why.reason}
        self._reasons.write(json.dumps(note, ensure_ascii=False) + "\n")
        if self._rows is not None:
            if self._raw is None:
                self._raw = _private(self._rows, "line,")
                csv.writer(self._raw).writerow(("line", *self._header))
            csv.writer(self._raw).writerow((line, *values))

    def close(self) -> None:
        """Let go of the files."""
        for file in (self._reasons, self._raw):
            if file is not None:
                file.close()


def _private(path: Path, begins: str) -> IO[str]:
    """
    Open *path* anew, for its owner only.

    A file that is there already is written over only where it is an earlier quarantine,
    by how it *begins*: a slip of the pen must not cost a ledger.
    """
    try:
        if path.exists():
            with path.open("rb") as there:
                if there.read(len(begins)) not in {b"", begins.encode()}:
                    raise BadValue("quarantine", f"{path} is another file; choose another place")
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
    except OSError as error:
        raise ComplaintLedgerError(
            f"the quarantine file {path} cannot be written: {error.strerror}"
        ) from None
    return os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="")
