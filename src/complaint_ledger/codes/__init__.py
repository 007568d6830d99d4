"""
The handling codes, one text file an edition.

A new edition is a new file, never an edit: a complaint is judged by the text
that was pinned when it was received.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import attrs

from complaint_ledger.codes.reading import parse_code
from complaint_ledger.domain.handling_code import HandlingCode
from complaint_ledger.errors import BadValue, UnknownName

__all__ = ["CodeEdition", "code_ids", "load_code", "parse_code"]


@attrs.frozen(kw_only=True)
class CodeEdition:
    """A handling code together with the very text that it was read from."""

    code: HandlingCode
    text: str
    sha256: str


@cache
def code_ids() -> tuple[str, ...]:
    """Return the ids of the codes that come with the library."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name[: -len(".toml")] for name in names if name.endswith(".toml")))


def load_code(name: str) -> CodeEdition:
    """
    Return the code called *name*, or the one in the file at that path.

    Raises:
        UnknownName: No code is called so and no file is there.
        BadValue: The file holds something that is no handling code.
    """
    if name in code_ids():
        return _shipped(name)
    path = Path(name)
    if not path.is_file():
        raise UnknownName("handling code", name, code_ids(), "or give the path of a TOML file")
    return _edition(path.read_bytes(), name)


@cache
def _shipped(name: str) -> CodeEdition:
    return _edition((files(__name__) / f"{name}.toml").read_bytes(), f"{name}.toml")


def _edition(data: bytes, where: str) -> CodeEdition:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise BadValue(where, "is not UTF-8 text; save it as UTF-8") from None
    return CodeEdition(code=parse_code(text, where), text=text, sha256=sha256(data).hexdigest())
