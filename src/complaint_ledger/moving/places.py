"""
Where a copy goes. It is made under another name, and gets its own when it is whole.

An SQLite ledger is made in `council.db.part`, its key store in `council.db.keys.part`.
Other stores are filled where they are.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import attrs

from complaint_ledger.beside import key_file, signing_file
from complaint_ledger.errors import (
    BadValue,
    KeysError,
    LedgerExists,
    NoLedger,
    NotACopy,
    StoreUnreadable,
)
from complaint_ledger.evidence.signing import coming
from complaint_ledger.moving.copying import check_target
from complaint_ledger.opening import key_store
from complaint_ledger.privacy.keys import FileKeys, KeyStore
from complaint_ledger.settling import finish_settling, said, settle, write_new
from complaint_ledger.store import Clock, EventStore, StoreUrl, adapter


@attrs.frozen(kw_only=True)
class Place:
    """
    Where a copy goes.

    Attributes:
        url: The address of the ledger.
        keys: The file of its key store; None for a ledger in memory.
    """

    url: StoreUrl
    keys: Path | None

    @classmethod
    def of(cls, url: StoreUrl, keys: Path | str | None) -> "Place":
        """Return the place at *url*, with its key store at *keys* or else beside it."""
        # Not where a variable says: that is the ledger's own.
        return cls(url=url, keys=key_file(url, keys, variable=False))

    @property
    def file(self) -> Path | None:
        """The file of the ledger, where it is in one."""
        return Path(self.url.path) if self.url.scheme == "sqlite" and self.url.path else None

    @property
    def signing(self) -> Path | None:
        """The file of its signing key, which need not be there."""
        return signing_file(self.url, None, self.keys, variable=False)

    @property
    def mark(self) -> str:
        """What its key store says of the ledger that it was made with."""
        return str(self.file.absolute()) if self.file else self.url.text

    def check_apart(self, source: "Place") -> None:
        """
        Refuse a place that is the source's own.

        Raises:
            BadValue: It is.
        """
        if self.file and source.file and _same(self.file, source.file):
            raise BadValue("place", "the copy would go where the ledger is; say another")
        if self.keys and source.keys and _same(self.keys, source.keys):
            raise BadValue("keys", "the copy's key store would be the ledger's own; say another")

    # --- making it -------------------------------------------------------------------------------

    @contextmanager
    def opened(
        self, place: "Place", source: EventStore, clock: Clock
    ) -> Iterator[tuple[EventStore, KeyStore]]:
        """
        Open what is there of a copy of *source*, or begin one; at the end it gets its name.

        Args:
            place: Where *source* is, with its keys.
            source: The ledger's store.
            clock: Gives the time (aware).

        Raises:
            NotACopy: Something else is there.
            KeysError: Another key store is there, or it cannot be made.
            StoreUnreadable: It cannot be made there.
        """
        with said("the copy"):
            for name in filter(None, (self.file, self.keys)):
                finish_settling(part_of(name), name)
        ledger_part = part_of(self.file) if self.file and not self.file.exists() else None
        keys_part = part_of(self.keys) if self.keys and not self.keys.exists() else None
        with ExitStack() as closing_all:
            store = self._open(ledger_part, clock)
            if store is not None:
                closing_all.callback(store.close)
                check_target(source, store, self.url.text)
            self.check_signing(place)
            self._check_keys(keys_part or self.keys, source.ledger)
            if store is None:
                store = self._create(ledger_part, source.ledger, clock)
                closing_all.callback(store.close)
            keys = self._key_store(keys_part or self.keys, source.ledger)
            closing_all.callback(keys.close)
            yield store, keys
        with said("the copy"):
            if keys_part and self.keys:
                _settle(keys_part, self.keys)
            if ledger_part and self.file:
                _check_log(ledger_part)
                _settle(ledger_part, self.file)

    def _open(self, part: Path | None, clock: Clock) -> EventStore | None:
        try:
            return adapter(self.url.scheme).open(self._url(part), clock)
        except NoLedger:
            return None

    def _create(self, part: Path | None, ledger: str, clock: Clock) -> EventStore:
        return adapter(self.url.scheme).create(self._url(part), ledger, clock)

    def _url(self, part: Path | None) -> StoreUrl:
        if part is None:
            return self.url
        return attrs.evolve(self.url, text=f"{self.url.text}.part", path=str(part))

    def _check_keys(self, file: Path | None, ledger: str) -> None:
        """Refuse a key store that somebody uses: keys are taken out of a copy's."""
        if file is None:
            return
        if not file.parent.is_dir():
            raise KeysError(f"there is no folder {file.parent} for the key store; make it first")
        if file.exists():
            with closing(FileKeys.open(file, ledger)) as there:
                if there.copy_for != self.mark:
                    raise KeysError(
                        f"the key store {file} is in use, or goes with another copy; say another"
                        " place for this copy's, or move it away"
                    )

    def _key_store(self, file: Path | None, ledger: str) -> KeyStore:
        if file is None:
            return key_store(self.url, None, ledger)()
        if file.exists():
            return FileKeys.open(file, ledger)
        return FileKeys.create(file, ledger, copy_for=self.mark)

    # --- the signing key -------------------------------------------------------------------------

    def check_signing(self, source: "Place") -> None:
        """
        Refuse a place where another signing key is.

        Raises:
            NotACopy: It is.
        """
        if source.signing and self.signing and source.signing.exists() and self.signing.exists():
            with said("the signing key"):
                if source.signing.read_bytes() != self.signing.read_bytes():
                    raise NotACopy(str(self.signing), "it is another signing key")

    def take_signing(self, source: "Place") -> bool:
        """
        Take the signing key along, where there is one; return whether there is.

        While it is being changed there are two, and the ledger may name either.
        """
        if not (source.signing and self.signing and source.signing.exists()):
            return False
        with said("the signing key"):
            for here, there in (
                (coming(source.signing), coming(self.signing)),
                (source.signing, self.signing),
            ):
                if here.exists() and not there.exists():
                    write_new(there, here.read_bytes())
        return True


def _settle(part: Path, name: Path) -> None:
    try:
        settle(part, name)
    except FileExistsError:
        raise LedgerExists(str(name)) from None


def _check_log(part: Path) -> None:
    # SQLite takes its log away with the last who has the file open.
    if Path(f"{part}-wal").exists():
        raise StoreUnreadable(f"somebody reads {part}; copy again when nobody does")


def part_of(name: Path) -> Path:
    """Return what *name* is called until it is whole."""
    return name.with_name(f"{name.name}.part")


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (
        one.exists() and other.exists() and one.samefile(other)
    )
