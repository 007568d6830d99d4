"""
What stands in an event's body, as evidence: any event of any schema, also of later ones.

The codec reads a body into an event of today; this reads it as a stranger has to,
from the specification alone.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import attrs

from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence import strict_json

EVENT_ID: Final = re.compile(r"[0-9a-f]{32}")
DIGEST: Final = re.compile(r"[A-Za-z0-9_-]{43}")
PATH: Final = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

REPLACEMENT: Final = "replacement"
REQUEST: Final = "request"
"""The path of a request's fingerprint, which no bundle holds."""

_PARTS: Final = {"meta", "open", "sealed", "withheld"}
_PRECISIONS: Final = {"day", "month", "year", "unknown"}


@attrs.frozen(kw_only=True)
class Body:
    """
    The four parts of a body.

    Attributes:
        sealed: Digests by their paths.
        withheld: The paths of what somebody declined to give.
    """

    event_id: str
    meta: Mapping[str, Any]
    open: Mapping[str, Any]
    sealed: Mapping[str, str]
    withheld: tuple[str, ...]

    def sealed_everywhere(self) -> dict[str, str]:
        """
        Return the digest behind each path, but for the fingerprint of a request.

        What a correction says instead stands behind `replacement/`.
        """
        found = {path: digest for path, digest in self.sealed.items() if path != REQUEST}
        inner = self.open.get(REPLACEMENT)
        if inner is not None:
            found |= {f"{REPLACEMENT}/{p}": s["digest"] for p, s in inner["sealed"].items()}
        return {path: found[path] for path in sorted(found)}


def within(path: str) -> str:
    """Return the path that a disclosure names, which knows of no `replacement/`."""
    return path.removeprefix(f"{REPLACEMENT}/")


def parse_body(data: bytes, where: str) -> Body:
    """
    Return the body in *data*.

    Raises:
        BadEvidence: It does not have the four parts, or what every event has in them.
    """
    found = strict_json.parse(data, where)
    if not isinstance(found, dict) or found.keys() != _PARTS:
        raise BadEvidence(where, "a body is an object of meta, open, sealed and withheld")
    try:
        return _body(found)
    except _Wrong as wrong:
        raise BadEvidence(where, str(wrong)) from None


class _Wrong(Exception):
    pass


def _body(found: Mapping[str, Any]) -> Body:
    meta, opened = found["meta"], found["open"]
    _check_meta(meta)
    _need(isinstance(opened, dict), "open is not an object")
    _check_day(opened)
    sealed, withheld = _check_hidden(found)
    inner = opened.get(REPLACEMENT)
    if REPLACEMENT in opened:
        _need(
            isinstance(inner, dict) and inner.keys() == _PARTS - {"meta"},
            "a replacement is an object of open, sealed and withheld",
        )
        _need(isinstance(inner["open"], dict), "open of the replacement is not an object")
        replaced, _ = _check_hidden(inner)
        _need(
            not any(f"{REPLACEMENT}/{path}" in sealed for path in replaced),
            "a value is sealed twice at one path",
        )
    return Body(
        event_id=meta["event_id"], meta=meta, open=opened, sealed=sealed, withheld=tuple(withheld)
    )


def _need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _Wrong(otherwise)


def _check_meta(meta: Any) -> None:
    _need(isinstance(meta, dict), "meta is not an object")
    _need(_matches(EVENT_ID, meta.get("event_id")), "meta.event_id is not 32 hex digits")
    actor = meta.get("actor")
    _need(
        isinstance(actor, dict) and all(_text(actor.get(k)) for k in ("id", "kind", "role")),
        "meta.actor does not have an id, a kind and a role",
    )
    _need("on_behalf_of" not in meta or _text(meta["on_behalf_of"]), "meta.on_behalf_of is no id")
    if "source" in meta:
        source = meta["source"]
        _need(isinstance(source, dict) and type(source.get("row")) is int, "meta.source has no row")
        _need(
            "recorded" not in source or _text(source["recorded"]), "meta.source.recorded is no text"
        )


def _check_day(opened: Mapping[str, Any]) -> None:
    day = opened.get("occurred_on")
    _need(day is None or is_day(day), "open.occurred_on is not a day")
    precision = opened.get("precision", "day")
    _need(isinstance(precision, str) and precision in _PRECISIONS, "open.precision is none")


def _check_hidden(part: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Return what *part* seals and withholds."""
    sealed, withheld = part["sealed"], part["withheld"]
    _need(
        isinstance(sealed, dict) and isinstance(withheld, list),
        "sealed or withheld is not as it should be",
    )
    for path, value in sealed.items():
        _need(_matches(PATH, path), "a sealed value stands at something that is no path")
        _need(
            isinstance(value, dict)
            and value.keys() == {"digest", "subject"}
            and _matches(DIGEST, value["digest"])
            and _text(value["subject"]),
            "a sealed value is a digest and a subject",
        )
    _need(all(_matches(PATH, path) for path in withheld), "a withheld path is none")
    _need(len({*withheld, *sealed}) == len(withheld) + len(sealed), "a path is there twice")
    return {path: value["digest"] for path, value in sealed.items()}, withheld


def is_day(value: object) -> bool:
    """Say whether *value* is a day such as 2025-04-01."""
    if not _matches(DAY, value):
        return False
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _text(value: object) -> bool:
    return isinstance(value, str) and value != ""
