"""Texts of one kind: the codes, or the calendars; from the library, a file, or the ledger."""

import unicodedata
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Generic, TypeVar

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import (
    CodeId,
    PublishedText,
    Sha256,
    TextKind,
    Version,
    read,
)
from complaint_ledger.errors import BadValue, UnknownName, UnreadableEvent

T = TypeVar("T")
Kept = Mapping[str, e.TextKept]
"""Texts by their SHA-256."""


@attrs.frozen
class Source:
    """
    A text as it was read, with the one that it extends.

    Attributes:
        where: Its name or its path, for errors.
    """

    id: str
    version: str
    text: str
    where: str
    base: "Source | None" = None


@attrs.define(kw_only=True)
class Shelf(Generic[T]):
    """
    Texts of one kind, by name and by hash, and what they say.

    Attributes:
        ids: Returns the ids that come with the library.
        load: Reads the text of that id, or the file at that path.
        parse: Reads a text, given its name and what finds its base.
        kept: What the ledger keeps, of either kind.
        look_again: Brings *kept* up to date.
    """

    kind: TextKind
    what: str
    ids: Callable[[], tuple[str, ...]]
    load: Callable[[str], Source]
    parse: Callable[[str, str, Callable[[str], T]], T]
    kept: Kept
    look_again: Callable[[], object]
    _taken: dict[str, e.TextKept] = attrs.field(factory=dict, init=False)
    _read: dict[str, T] = attrs.field(factory=dict, init=False)

    def named(self, name: str, *, first: bool = False) -> e.TextKept:
        """
        Return the text called *name*: the library's, one that is kept, or a file.

        Args:
            name: An id or a path.
            first: Of several kept under that id, the one that was kept first.

        Raises:
            UnknownName: There is none.
            BadValue: It cannot be read, or not be kept; or several are kept.
        """
        if name in self.ids():
            return self._take(self.load(name))
        self.look_again()
        kept = [text for text in self.kept.values() if text.kind == self.kind and text.id == name]
        if len(kept) > 1 and not first:
            versions = ", ".join(text.version for text in kept)
            raise BadValue(
                self.what, f"{name} is kept in several versions, {versions}; give the file of one"
            )
        if kept:
            return kept[0]
        return self._take(self._own(name))

    def pinned(self, id_: str, version: str | None, sha: str) -> T:
        """
        Return what the text with that hash says.

        Raises:
            UnknownName: Neither the ledger nor this installation holds it.
        """
        return self.read(self._find(id_, version, sha).sha256)

    def whole(self, id_: str, version: str | None, sha: str) -> tuple[e.TextKept, ...]:
        """
        Return the text with that hash and all that it builds on, the first of them first.

        Raises:
            UnknownName: Neither the ledger nor this installation holds it.
        """
        found = [self._find(id_, version, sha)]
        while found[0].extends is not None:
            found.insert(0, self._by_hash(found[0].extends))
        return tuple(found)

    def read(self, sha: str) -> T:
        """Return what the text with that hash says; it was found before."""
        if sha not in self._read:
            text = self._by_hash(sha)
            if _hash(text.text) != sha:
                raise UnreadableEvent("a text-kept holds another text than its SHA-256 says")
            self._read[sha] = self.parse(text.text, f"{text.id}.toml", self._base_of(text))
        return self._read[sha]

    def _base_of(self, text: e.TextKept) -> Callable[[str], T]:
        def base(name: str) -> T:
            if text.extends is None:
                raise BadValue("extends", f"the text of {name} was not kept with it")
            return self.read(text.extends)

        return base

    # --- finding ---------------------------------------------------------------------------------

    def _by_hash(self, sha: str) -> e.TextKept:
        found = self.kept.get(sha) or self._taken.get(sha)
        if found is None:
            raise UnknownName(
                self.what, f"SHA-256 {sha[:12]}…", mend="what extends it was kept without it"
            )
        return found

    def _find(self, id_: str, version: str | None, sha: str) -> e.TextKept:
        if sha not in self.kept and sha not in self._taken:
            self.look_again()
        if sha not in self.kept and sha not in self._taken and id_ in self.ids():
            self._take(self.load(id_))
        found = self.kept.get(sha) or self._taken.get(sha)
        if found is None or (found.kind, found.id) != (self.kind, id_):
            raise UnknownName(
                self.what,
                f"{id_} version {version}, SHA-256 {sha[:12]}…",
                mend="the ledger does not keep it, and this installation has another text of it;"
                " use the version that pinned it",
            )
        return found

    def _own(self, name: str) -> Source:
        """Return a file that may be recorded under."""
        try:
            source = self.load(name)
        except UnknownName as unknown:
            held = {text.id for text in self.kept.values() if text.kind == self.kind}
            known = (*unknown.known, *sorted(held))
            raise UnknownName(self.what, name, known, "or give the path of a TOML file") from None
        if source.id in self.ids():
            raise BadValue(f"{name}: id", f"{source.id} is the library's; give it one of your own")
        return source

    # --- taking a text that may be kept ----------------------------------------------------------

    def _take(self, source: Source) -> e.TextKept:
        base = self._take(source.base) if source.base else None
        text = e.TextKept(
            kind=self.kind,
            id=read(CodeId, source.id, f"{source.where}: id"),
            version=read(Version, source.version, f"{source.where}: version"),
            sha256=_hash(source.text),
            extends=base.sha256 if base else None,
            text=read(PublishedText, source.text, source.where),
        )
        if not unicodedata.is_normalized("NFC", source.text):
            raise BadValue(source.where, "is not in Unicode normal form C; save it in that form")
        known = self.kept.get(text.sha256)
        if known is not None and known != text and source.id not in self.ids():
            raise BadValue(
                f"{source.where}: version",
                "what it extends has changed since the ledger kept it; give it a new version",
            )
        if self._taken.get(text.sha256) != text:
            self._taken[text.sha256] = text
            self._read.clear()  # what is built on it may read otherwise now
        return known or text


def _hash(text: str) -> Sha256:
    return Sha256(sha256(text.encode()).hexdigest())
