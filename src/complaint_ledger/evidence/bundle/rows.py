"""What an event says, as rows of a label and a value."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from complaint_ledger.evidence.bundle.bodies import REPLACEMENT, REQUEST
from complaint_ledger.evidence.bundle.wording import escaped, said

_LEFT_OUT: Final = frozenset({"occurred_on", "precision", REPLACEMENT})
_NAMING: Final = ("id", "head", "entry")
_KEPT: Final = {
    "withheld": "WITHHELD from this copy",
    "erased": "ERASED from the ledger",
}


@attrs.frozen(kw_only=True)
class Shown:
    """
    What of an event's sealed values is in the bundle.

    Attributes:
        disclosed: The texts that are there, by their paths.
        document: The path of its document below `data/`, where that is there.
        omitted: Of each value that is not there how, and what stands there instead.
    """

    disclosed: Mapping[str, str]
    document: str | None
    omitted: Mapping[str, tuple[str, str]]


def rows(body: Mapping[str, Any], shown: Shown, versions: Mapping[str, int]) -> list[str]:
    """
    Return the rows of one event, sorted by path, as lines of HTML.

    Args:
        body: Its stored form, parsed.
        shown: What of it is in the bundle.
        versions: The versions of the events that are there, by their ids.
    """
    opened = body["open"]
    found = [
        *_told({k: v for k, v in opened.items() if k not in _LEFT_OUT}, "", versions),
        *_hidden(body, "", shown),
    ]
    if inner := opened.get(REPLACEMENT):
        found += _told(inner["open"], f"{REPLACEMENT}/", versions)
        found += _hidden(inner, f"{REPLACEMENT}/", shown)
    found.sort(key=lambda row: row[0].encode())
    return [
        f"<tr><th>{escaped(path.replace('/', ' › ').replace('_', ' '))}</th>{cell}</tr>\n"
        for path, cell in found
    ]


def _told(
    part: Mapping[str, Any], before: str, versions: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """Give path and cell of every open value below *before*."""
    for key, value in part.items():
        yield from _value(value, before + key, versions)


def _value(value: Any, path: str, versions: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield from _told(value, f"{path}/", versions)
    elif isinstance(value, list) and _holds_object(value):
        yield from _members(value, path, versions)
    elif (text := said(value, versions)) is not None:
        yield path, f"<td>{escaped(text)}</td>"


def _holds_object(value: Any) -> bool:
    """Say whether *value* is an object, or a list with one in it however deep."""
    return isinstance(value, dict) or (
        isinstance(value, list) and any(_holds_object(member) for member in value)
    )


def _members(
    members: list[Any], path: str, versions: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    named = [(_name(member, place), member) for place, member in enumerate(members, start=1)]
    yield from _value([name for (_, name), _ in named], path, versions)
    for (naming, name), member in named:
        below = f"{path}/{name}"
        if isinstance(member, dict):
            rest = {key: value for key, value in member.items() if key != naming}
            yield from _told(rest, f"{below}/", versions)
        else:
            yield from _value(member, below, versions)


def _name(member: Any, place: int) -> tuple[str, Any]:
    """Return which key names *member* and its name; no key where only its place does."""
    if isinstance(member, dict):
        for key in _NAMING:
            if isinstance(member.get(key), str):
                return key, member[key]
    return "", str(place)


def _hidden(part: Mapping[str, Any], before: str, shown: Shown) -> Iterator[tuple[str, str]]:
    """Give path and cell of what *part* seals, and of what somebody declined to say."""
    for inner in part["sealed"]:
        path = before + inner
        if path == REQUEST:
            continue
        if path in shown.omitted:
            how, text = shown.omitted[path]
            kept = _KEPT.get(how) or f"REDACTED in this copy: {text}"
            yield path, f'<td class="kept">{escaped(kept)}</td>'
        elif path in shown.disclosed:
            yield path, f'<td class="said">{escaped(shown.disclosed[path])}</td>'
        else:
            link = escaped(str(shown.document))
            yield path, f'<td><a href="{link}">{link}</a></td>'
    for inner in part["withheld"]:
        yield before + inner, '<td class="kept">the person declined to say</td>'
