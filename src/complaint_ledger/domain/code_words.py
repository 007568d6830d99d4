"""
The words that a handling code is written in, and what a field of it may hold.

The validators are objects, so that the published schema is made from the very
ones that check.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal, get_args

import attrs

from complaint_ledger.errors import BadValue

Unit = Literal[
    "working-days", "calendar-days", "weeks", "calendar-months", "calendar-months-commencing"
]
SourceMark = Literal["primary", "near-identical", "secondary", "unverified"]
Kind = Literal["duty", "norm", "right"]
CountsAs = Literal["upheld", "partly-upheld", "not-upheld", "resolved"]
Roll = Literal["none", "next-working-day"]
Pick = Literal["first", "latest"]
Cap = Literal["soft", "hard", "none"]

Per = Literal[
    "adjustment",
    "restriction",
    "remedy",
    "learning-action",
    "enquiry",
    "recommendation",
    "public-report",
    "update",
]
"""A clock may run once for each of these instead of once for the complaint."""

# What may start or stop a clock. Later editions need later ones: append.
MILESTONES: Final = (
    "occurred",
    "aware",
    "received",
    "acknowledged",
    "discussed",
    "advocate-requested",
    "interest-decided",
    "advocate-appointed",
    "start-agreed",
    "oral-request",
    "written-record-final",
    "response-period-ends",
    "stage-1-skipped",
    "stage-1-responded",
    "stage-1-response-received",
    "resolved",
    "terms-sent",
    "escalated",
    "received-at-stage-2",
    "stage-2-acknowledged",
    "stage-2-responded",
    "stage-2-response-received",
    "panel-requested",
    "panel-held",
    "panel-reported",
    "stage-3-responded",
    "procedure-exhausted",
    "exhaustion-notified",
    "finally-answered",
    "closed",
    "referred",
    "enquiry-received",
    "enquiry-answered",
    "recommendation-made",
    "recommendation-satisfied",
    "public-report-received",
    "public-report-answered",
)


@attrs.frozen
class OneOf:
    """Holds one of *names*, or nothing."""

    names: tuple[str, ...]

    def __call__(self, _: object, field: "attrs.Attribute[Any]", value: str | None) -> None:
        if value is not None and value not in self.names:
            raise BadValue(field.name, f"{value!r} is none of {', '.join(self.names)}")


@attrs.frozen
class EachOf:
    """Holds some of *names*; at least *least* of them."""

    names: tuple[str, ...]
    least: int = 0

    def __call__(self, _: object, field: "attrs.Attribute[Any]", values: tuple[str, ...]) -> None:
        if len(values) < self.least:
            raise BadValue(field.name, "is empty; name at least one")
        for value in values:
            OneOf(self.names)(_, field, value)


@attrs.frozen
class NotBelow:
    """Holds a whole number, *least* or more, or nothing."""

    least: int

    def __call__(self, _: object, field: "attrs.Attribute[Any]", value: int | None) -> None:
        if value is not None and value < self.least:
            raise BadValue(field.name, f"{value} is too small; give {self.least} or more")


def one_of(words: object) -> OneOf:
    """Return the validator for a `Literal` type."""
    return OneOf(get_args(words))


@attrs.frozen(kw_only=True)
class Cited:
    """
    What stands in a text somewhere.

    Attributes:
        paragraph: Where it stands.
        source: How well that is known.
        cites: The text that the paragraph is of, where that is not this code.
    """

    paragraph: str
    source: SourceMark = attrs.field(validator=one_of(SourceMark))
    cites: str | None = None


def unique(key: str, ids: Iterable[tuple[str, object]]) -> None:
    """Refuse the second of two equal ids, by its own place: *key* and the place in *ids*."""
    seen: set[object] = set()
    for place, name in ids:
        if name in seen:
            raise BadValue(f"{key}{place}", f"{name!r} stands there twice; give each its own id")
        seen.add(name)


def known(key: str, name: str | None, names: Iterable[str]) -> None:
    """Refuse *name* where it is none of *names*."""
    names = tuple(names)
    if name is not None and name not in names:
        there = ", ".join(names) or "none"
        raise BadValue(key, f"{name!r} is not there; there is {there}")
