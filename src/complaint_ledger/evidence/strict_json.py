"""
JSON that can be read in one way only.

Two readers that take different things from the same bytes could be shown two
records, so whatever leaves a choice is refused.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from complaint_ledger.errors import BadEvidence

DEEPEST: Final = 32
"""How many objects and lists may stand within each other."""

MOST_DIGITS: Final = 15
"""How many digits a number may have: every reader of JSON holds so many exactly."""


def parse(data: bytes, where: str) -> Any:
    """
    Return what *data* says.

    Args:
        data: JSON in UTF-8.
        where: What to name in the error.

    Raises:
        BadEvidence: It is not UTF-8 or not JSON, has a key twice in an object, a
            number that is not whole, is -0 or has over 15 digits, half a character,
            or is nested more than 32 deep.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadEvidence(where, "it is not UTF-8") from None
    try:
        found = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_no_float,
            parse_constant=_no_constant,
        )
        _check(found, 0)
    except RecursionError:
        raise BadEvidence(where, f"it is nested more than {DEEPEST} deep") from None
    except json.JSONDecodeError:
        raise BadEvidence(where, "it is not JSON") from None
    except UnicodeEncodeError:
        raise BadEvidence(where, "it holds half a character (a lone surrogate)") from None
    except _Refused as refused:
        raise BadEvidence(where, str(refused)) from None
    return found


class _Refused(ValueError):
    """One of our reasons, as against Python's."""


def _object(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Refused("it has a key twice in one object")
    return found


def _whole(text: str) -> int:
    if len(text.removeprefix("-")) > MOST_DIGITS:
        raise _Refused(f"it has a number of over {MOST_DIGITS} digits")
    if text == "-0":
        raise _Refused("it has the number -0, which is written 0")
    return int(text)


def _no_float(_: str) -> Any:
    raise _Refused("it has a number that is not whole")


def _no_constant(_: str) -> Any:
    raise _Refused("it has NaN or Infinity, which is not JSON")


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, (dict, list)):
        if depth == DEEPEST:
            raise _Refused(f"it is nested more than {DEEPEST} deep")
        for member in (*value, *value.values()) if isinstance(value, dict) else value:
            _check(member, depth + 1)
