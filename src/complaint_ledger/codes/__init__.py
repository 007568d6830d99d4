"""
The handling codes, one text file an edition.

A new edition is a new file, never an edit: a complaint is judged by the text
that was pinned when it was received. A council's own policy is such a file too;
it extends an edition, or another policy.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

import attrs

from complaint_ledger.codes.reading import Base, parse
from complaint_ledger.domain.handling_code import HandlingCode
from complaint_ledger.errors import BadValue, UnknownName

__all__ = ["CodeEdition", "code_ids", "load_code", "parse_code"]


@attrs.frozen(kw_only=True)
class CodeEdition:
    """
    A handling code together with the very text that it was read from.

    Attributes:
        base: The edition that it extends, with its own text.
    """

    code: HandlingCode
    text: str
    sha256: str
    base: "CodeEdition | None" = None

    @property
    def extends_sha256(self) -> str | None:
        """The SHA-256 of the text that it builds on."""
        return self.base.sha256 if self.base else None


Find: TypeAlias = Callable[[str], CodeEdition]


@cache
def code_ids() -> tuple[str, ...]:
    """Return the ids of the codes that come with the library."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name[: -len(".toml")] for name in names if name.endswith(".toml")))


def load_code(name: str) -> CodeEdition:
    """
    Return the code called *name*, or the one in the file at that path.

    What a file extends is looked for in the library, then in `ID.toml` beside the file.

    Raises:
        UnknownName: No code is called so and no file is there.
        BadValue: The file holds something that is no handling code.
    """
    if name in code_ids():
        return _shipped(name)
    path = Path(name)
    if not path.is_file():
        raise UnknownName("handling code", name, code_ids(), "or give the path of a TOML file")
    return _from_file(path, ())


def parse_code(text: str, where: str, base: Base | None = None) -> HandlingCode:
    """
    Return the handling code that *text* is.

    Args:
        text: TOML.
        where: How to name it in an error.
        base: Finds the code that a policy extends, by its id; the library by default.

    Raises:
        BadValue: It is none; the error names the line, the key and the mend.
    """
    return parse(text, where, base or (lambda name: _named(name).code))


def _named(name: str) -> CodeEdition:
    if name not in code_ids():
        raise UnknownName("handling code", name, code_ids())
    return _shipped(name)


@cache
def _shipped(name: str) -> CodeEdition:
    file = f"{name}.toml"
    return _edition((files(__name__) / file).read_bytes(), file, _named)


def _from_file(path: Path, before: tuple[Path, ...]) -> CodeEdition:
    """Read the file at *path*; *before* are the files that extend one another up to it."""

    def beside(name: str) -> CodeEdition:
        if name in code_ids():
            return _shipped(name)
        file = path.with_name(f"{name}.toml")
        if file in chain:
            round_trip = " extends ".join(each.name for each in (*chain, file))
            raise BadValue(str(path), f"extends goes round in a circle: {round_trip}")
        if not file.is_file():
            mend = f"or put {file.name} beside this file"
            raise UnknownName("handling code", name, code_ids(), mend)
        return _from_file(file, chain)

    chain = (*before, path)
    return _edition(path.read_bytes(), str(path), beside)


def _edition(data: bytes, where: str, find: Find) -> CodeEdition:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise BadValue(where, "is not UTF-8 text; save it as UTF-8") from None
    found: list[CodeEdition] = []

    def base(name: str) -> HandlingCode:
        found.append(find(name))
        return found[0].code

    code = parse(text, where, base)
    return CodeEdition(
        code=code, text=text, sha256=sha256(data).hexdigest(), base=found[0] if found else None
    )
