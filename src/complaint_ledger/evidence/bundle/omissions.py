"""
What a bundle leaves out, and how it says so.

Every sealed value of a complaint is enclosed, withheld, blacked out or erased,
and the ledger itself names each that is not enclosed, before the bundle is made.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import attrs

from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import EventId, ItemId, Omission, SubjectId, ValuePath, seal
from complaint_ledger.errors import BadValue, UnknownName
from complaint_ledger.store import RecordedEvent

CONTENT: Final = "content"
"""Where the bytes of a document stand in its event."""
_CHECKS: Final = ("sha256", "size")
"""What the bytes of a document are compared with."""


@attrs.frozen
class SealedAt:
    """
    A sealed value of one entry.

    Attributes:
        entry: The entry's event id; *version*, its place in the complaint.
        path: Where it stands, behind `replacement/` in what a correction says instead.
        sealed_as: The path that its disclosure names.
    """

    entry: str
    version: int
    path: str
    sealed_as: str
    digest: str
    subject: str

    @property
    def is_document(self) -> bool:
        """Whether it is the bytes of a document, which are enclosed as a file."""
        return self.sealed_as == CONTENT


def sealed_values(recorded: Iterable[RecordedEvent]) -> list[SealedAt]:
    """Return every value that *recorded* seal, but for fingerprints of requests, by path."""
    found = []
    for one in recorded:
        sealed = codec.sealed_with_paths(one.body)
        found += [
            SealedAt(one.id, one.version, path, as_, digest, subject)
            for path, (as_, digest, subject) in sorted(sealed.items())
        ]
    return found


@attrs.frozen
class Wish:
    """What somebody wants left out: a path, or all below it; in one entry, or in each."""

    path: str
    version: int | None
    text: str | None
    """What to put there instead; None where it is withheld."""

    def fits(self, value: SealedAt) -> bool:
        """Return whether *value* is meant."""
        here = self.version in {None, value.version}
        return here and (value.path == self.path or value.path.startswith(f"{self.path}/"))


def read_wishes(withhold: Iterable[str], replace: Mapping[str, str]) -> list[Wish]:
    """
    Return what is to be left out.

    Args:
        withhold: Paths, such as `heads/h2/description`, `complainant` for all below it,
            or `3:reasons` for that of the third entry alone.
        replace: Paths, and the text that stands there instead.

    Raises:
        BadValue: One is no path.
    """
    wanted: list[tuple[str, str | None]] = [(each, None) for each in withhold]
    wanted += replace.items()
    wishes = []
    for said, text in wanted:
        before, colon, path = said.rpartition(":")
        if colon and not before.isdecimal():
            raise BadValue("path", "write a path, or the number of an entry, a colon and a path")
        wishes.append(Wish(path.strip("/"), int(before) if colon else None, text))
    return wishes


def omissions(
    values: Sequence[SealedAt],
    there: AbstractSet[str],
    wishes: Sequence[Wish],
) -> tuple[e.OmittedValue, ...]:
    """
    Return each of *values* that the bundle will not hold.

    A document is withheld too where its size or its SHA-256 is not enclosed.

    Args:
        values: Every sealed value of the complaint.
        there: The digests of what can be opened; what cannot was erased.
        wishes: What is to be left out.

    Raises:
        UnknownName: A wish fits nothing.
        BadValue: A document is to be replaced by a text, or a value was erased already.
    """
    unheard = [wish for wish in wishes if not any(wish.fits(value) for value in values)]
    if unheard:
        raise UnknownName(
            "sealed value", unheard[0].path, mend="`evidence list REF` shows where there are some"
        )
    omitted: list[e.OmittedValue] = []
    decided = [(value, *_how(value, there, _last(wishes, value))) for value in values]
    unchecked = {
        _document(value) for value, how, _ in decided if how and value.sealed_as in _CHECKS
    }
    for value, how, text in decided:
        if how is None and value.is_document and _document(value) in unchecked:
            how = "withheld"  # noqa: PLW2901 - nobody could compare it with what was recorded
        if how is not None:
            omitted.append(
                e.OmittedValue(
                    id=ItemId(f"v{len(omitted) + 1}"),
                    entry=EventId(value.entry),
                    path=ValuePath(value.path),
                    how=how,
                    text=seal(text, SubjectId(value.subject)) if text is not None else None,
                )
            )
    return tuple(omitted)


def _last(wishes: Sequence[Wish], value: SealedAt) -> Wish | None:
    return next((wish for wish in reversed(wishes) if wish.fits(value)), None)


def _document(value: SealedAt) -> tuple[int, str]:
    """Return which document *value* is of, if it is of one."""
    return value.version, value.path.rpartition("/")[0]


def _how(
    value: SealedAt, there: AbstractSet[str], wish: Wish | None
) -> tuple[Omission | None, str | None]:
    if value.digest not in there:
        return "erased", None
    if wish is None:
        return None, None
    if wish.text is None:
        return "withheld", None
    if value.is_document:
        raise BadValue(value.path, "a document is enclosed or withheld; add a redacted one instead")
    if not wish.text.strip():
        raise BadValue(value.path, "there is nothing to put in its place; withhold it instead")
    return "replaced", wish.text
