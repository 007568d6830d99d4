"""
A backup: a folder with a ledger, its key store, and a page that says what it is.

The folder is made as `NAME.part` and gets its name when all of it was compared.
"""

import re
from datetime import UTC
from importlib.metadata import version as library_version
from pathlib import Path
from typing import Final

import attrs

from complaint_ledger.beside import key_file
from complaint_ledger.errors import BadValue, LedgerExists, StoreUnreadable
from complaint_ledger.evidence.entries import instant
from complaint_ledger.ledger import Ledger
from complaint_ledger.moving.copying import Copied, Tell
from complaint_ledger.moving.ledgers import copy_to, silent
from complaint_ledger.moving.places import Place, part_of
from complaint_ledger.opening import open_ledger
from complaint_ledger.settling import said, sync_folder, write_new
from complaint_ledger.store import Clock, StoreUrl, parse_url, system_clock

DATABASE: Final = "ledger.db"
PAGE: Final = "BACKUP.txt"

_TEXT: Final = """\
Backup of a complaint ledger

ledger      {ledger}
council     {council}
position    {position}
leaf        {leaf}
made        {made}
library     complaint-ledger {library}
key store   {keys}
signing key {signing}

{database} is the whole ledger, up to the position above; the leaf is the hash of the
entry there. It was compared with the ledger, byte for byte, when it was made. To use it:

  complaint-ledger restore THIS-FOLDER --ledger sqlite:///council.db{option}

That copies it, and compares again; this folder stays as it is.

The key store opens what is sealed. Keep it as safe as the ledger's own, and not for
long: who is erased from the ledger is still in this backup for as long as its key is.
"""


def back_up(
    url: str,
    out: Path,
    *,
    keys: Path | str | None = None,
    keys_out: Path | None = None,
    tell: Tell = silent,
    clock: Clock = system_clock,
) -> Copied:
    """
    Back the ledger at *url* up into the folder *out*, and compare the two from end to end.

    It may be recorded in meanwhile. Called again after it broke off, it goes on.

    Args:
        url: The ledger, such as sqlite:///council.db.
        out: The folder to make; nothing may have its name.
        keys: Where the ledger's key store is, if not beside it.
        keys_out: Where the backup's goes, if not into the folder; better elsewhere.
        tell: Is told how far it is.
        clock: Gives the time (aware), for tests.

    Raises:
        LedgerExists: Something is at *out*.
        NoLedger: None is at *url*.
        KeysError: A key store is missing, in use, or cannot be used.
        NotACopy: What was left half-finished is of another ledger.
        CopyDiffers: The backup is not the same.
        StoreUnreadable: Something cannot be read or written.
    """
    out = Path(out)
    if out.exists() or not out.name:
        raise LedgerExists(str(out))
    if not out.parent.is_dir():
        raise StoreUnreadable(f"there is no folder {out.parent}; make it first")
    where = parse_url(url)
    with open_ledger(url, keys=keys, clock=clock) as ledger:
        ledger.keys  # noqa: B018 - before a folder is made for a ledger without
        part = part_of(out)
        with said(str(part)):
            part.mkdir(mode=0o700, exist_ok=True)
            (part / PAGE).unlink(missing_ok=True)
        place = _place(part, keys_out)
        source = Place(url=where, keys=key_file(where, keys))
        copied = copy_to(place, ledger, source, tell, clock)
        with said(str(part)):
            write_new(part / PAGE, _page(ledger, copied, keys_out, clock).encode())
            if out.exists():
                raise LedgerExists(str(out))
            part.rename(out)
            sync_folder(out.parent)
    return copied


def restore_backup(
    folder: Path,
    url: str,
    *,
    keys: Path | str | None = None,
    keys_from: Path | None = None,
    tell: Tell = silent,
    clock: Clock = system_clock,
) -> Copied:
    """
    Copy the backup in *folder* to *url*, with its keys, and compare the two from end to end.

    Called again after it broke off, it goes on. The backup stays as it is.

    Args:
        folder: What `back_up` made.
        url: Where the ledger goes: nothing is there.
        keys: Where its key store goes, if not beside it.
        keys_from: Where the backup's key store is, if not in the folder.
        tell: Is told how far it is.
        clock: Gives the time (aware), for tests.

    Raises:
        BadValue: The folder holds no finished backup.
        KeysError: A key store is missing, in use, or cannot be used.
        NotACopy: Something else is at *url*.
        CopyDiffers: The copy is not the same.
        StoreUnreadable: The backup is not what its page says, or something cannot be written.
    """
    folder = Path(folder)
    page = _Page.read(folder)
    if not (folder / DATABASE).is_file():
        raise StoreUnreadable(f"the backup in {folder} lacks {DATABASE}; take another")
    source = _place(folder, keys_from)
    with open_ledger(str(folder / DATABASE), keys=source.keys, clock=clock) as ledger:
        page.check(ledger, folder)
        return copy_to(Place.of(parse_url(url), keys), ledger, source, tell, clock)


def _place(folder: Path, keys: Path | None) -> Place:
    path = str(folder / DATABASE)
    return Place.of(StoreUrl(text=path, scheme="sqlite", path=path), keys)


def _page(ledger: Ledger, copied: Copied, keys_out: Path | None, clock: Clock) -> str:
    fictional = " (fictional: nothing in it happened)" if ledger.opened.fictional else ""
    return _TEXT.format(
        ledger=copied.ledger,
        council=f"{ledger.opened.council}{fictional}",
        position=copied.position,
        leaf=copied.leaf.hex(),
        made=instant(clock().astimezone(UTC)),
        library=library_version("complaint-ledger"),
        keys="kept apart" if keys_out else f"{DATABASE}.keys, with {copied.keys} keys",
        signing=f"{DATABASE}.signing" if copied.signing_key else "none",
        database=DATABASE,
        option=" --keys-from KEY-STORE" if keys_out else "",
    )


@attrs.frozen
class _Page:
    """What the page of a backup says of it."""

    ledger: str
    position: int
    leaf: bytes

    @classmethod
    def read(cls, folder: Path) -> "_Page":
        if not folder.is_dir():
            raise BadValue("backup", f"there is no folder {folder}")
        try:
            text = (folder / PAGE).read_text("utf-8")
        except FileNotFoundError:
            raise BadValue(
                "backup", f"{folder} holds no {PAGE}, so that no backup was finished in it"
            ) from None
        except (OSError, UnicodeError):
            text = ""
        said_there = dict(re.findall(r"^(ledger|position|leaf) +([0-9a-f]+)$", text, re.MULTILINE))
        try:
            return cls(
                said_there["ledger"],
                int(said_there["position"]),
                bytes.fromhex(said_there["leaf"]),
            )
        except (KeyError, ValueError):
            raise BadValue("backup", f"{folder / PAGE} cannot be read; take another backup") from (
                None
            )

    def check(self, ledger: Ledger, folder: Path) -> None:
        store = ledger.store
        last = store.tail(after=self.position - 1, limit=1)
        if (
            store.ledger != self.ledger
            or store.head().position != self.position
            or [event.leaf(store.ledger) for event in last] != [self.leaf]
        ):
            raise StoreUnreadable(
                f"the ledger in {folder} is not the one that its {PAGE} tells of; it was changed."
                " Take another backup"
            )
