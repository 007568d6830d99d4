"""
On which line of a TOML text each key stands.

`tomllib` reads a text but says no lines; this walks over what it has read
already, so that it need not doubt what it meets.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Final

Path = tuple[str | int, ...]
"""The way to a value: keys of tables, places in lists."""

_GAP: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY: Final = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'""")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_BARE: Final = re.compile(r"[^,\]}#\n]+")


def lines_of(text: str) -> Mapping[Path, int]:
    """Return the line of every key and list member of *text*, which is TOML."""
    return _Walk(text).lines


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """Return the line of *path*, or of the nearest that holds it; None for the whole text."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


class _Walk:
    """One walk over a text, from its start to its end."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._breaks = [place for place, each in enumerate(text) if each == "\n"]
        self._listed: dict[Path, int] = {}
        table: Path = ()
        while not self._ended():
            if self._meets("["):
                table = self._header()
            else:
                self._pair(table)

    def _ended(self) -> bool:
        self._take(_GAP)
        return self._at == len(self._text)

    def _meets(self, mark: str) -> bool:
        return self._text.startswith(mark, self._at)

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found.group()

    def _pass(self, marks: str) -> None:
        self._take(_GAP)
        self._at += len(marks)
        self._take(_GAP)

    def _note(self, path: Path) -> None:
        self.lines.setdefault(path, bisect_left(self._breaks, self._at) + 1)

    def _key(self) -> Path:
        keys = [self._take(_KEY).strip("\"'")]
        self._take(_GAP)
        while self._meets("."):
            self._pass(".")
            keys.append(self._take(_KEY).strip("\"'"))
            self._take(_GAP)
        return tuple(keys)

    def _header(self) -> Path:
        """Read `[a.b]` or `[[a.b]]`; a list named on the way means its last member."""
        brackets = 2 if self._meets("[[") else 1
        self._at += brackets
        self._take(_GAP)
        path: Path = ()
        keys = self._key()
        for key in keys[:-1]:
            path = self._member((*path, key))
        path = (*path, keys[-1])
        self._note(path)
        if brackets == 2:
            self._listed[path] = self._listed.get(path, -1) + 1
            path = self._member(path)
            self._note(path)
        self._at += brackets
        return path

    def _member(self, path: Path) -> Path:
        return (*path, self._listed[path]) if path in self._listed else path

    def _pair(self, table: Path) -> None:
        start = self._at
        path = (*table, *self._key())
        end, self._at = self._at, start
        self._note(path)
        self._at = end
        self._pass("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._meets("["):
            self._pass("[")
            number = 0
            while not self._meets("]"):
                self._note((*path, number))
                self._value((*path, number))
                number += 1
                self._comma()
            self._at += 1
        elif self._meets("{"):
            self._pass("{")
            while not self._meets("}"):
                self._pair(path)
                self._comma()
            self._at += 1
        elif not self._take(_STRING):
            self._take(_BARE)

    def _comma(self) -> None:
        self._take(_GAP)
        if self._meets(","):
            self._pass(",")
