"""Making a ledger, and opening one."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from complaint_ledger import codec
from complaint_ledger.beside import key_file, signing_file
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import (
    ActorId,
    CalendarId,
    CouncilId,
    LedgerId,
    Nation,
    Sealed,
    SubjectId,
    VerifierKey,
    seal,
)
from complaint_ledger.errors import BadValue, KeysError, NoLedger, StoreError
from complaint_ledger.evidence.key_files import Passphrase, from_environment
from complaint_ledger.evidence.signing import FileSigning, MemorySigning, SigningKeys, origin
from complaint_ledger.ids import new_actor, new_id
from complaint_ledger.ledger import Ledger
from complaint_ledger.privacy.disclosure import clean
from complaint_ledger.privacy.keys import FileKeys, KeyStore, MemoryKeys
from complaint_ledger.recording import Around, Part, Told
from complaint_ledger.store import (
    LEDGER_STREAM,
    Clock,
    StoreUrl,
    adapter,
    parse_url,
    system_clock,
)
from complaint_ledger.texts import Texts

NATION_DEFAULTS: Final[Mapping[Nation, tuple[str, str]]] = {
    "england": ("lgsco-2024", "england-and-wales"),
    "scotland": ("spso-2021", "scotland"),
    "wales": ("psow", "england-and-wales"),
    "northern-ireland": ("nipso-2023", "northern-ireland"),
}

STORED_FORM: Final = 1

_GENESIS: Final = codec.Actor(id="system-genesis", kind="system", role="system")


def create_ledger(
    url: str,
    *,
    council: str,
    nation: Nation = "england",
    code: str | None = None,
    calendar: str | None = None,
    fictional: bool = False,
    administrator: str | None = None,
    keys: Path | str | None = None,
    signing_key: Path | str | None = None,
    passphrase: Passphrase = from_environment,
    clock: Clock = system_clock,
) -> tuple[Ledger, ActorId]:
    """
    Make a ledger for one council; return it with the id of its first actor.

    Args:
        url: Where, such as sqlite:///council.db.
        council: The council's name; a ledger belongs to one.
        nation: Decides the handling code and the calendar where they are not given.
        code: The default handling code of its complaints, by id or as a file.
        calendar: The default calendar, by id or as a file.
        fictional: Every output says so.
        administrator: The name of the first actor, who may add others; sealed.
        keys: Where the key store goes; beside the ledger by default.
        signing_key: Where the key goes that signs checkpoints; beside the ledger by default.
        passphrase: Gives what the signing key is encrypted under, or None.
        clock: Gives the time (aware), for tests and simulations.

    Raises:
        LedgerExists: Something is there already.
        UnknownName: There is no such adapter, code or calendar.
        StoreUnreadable: It cannot be made there.
    """
    where = parse_url(url)
    default_code, default_calendar = NATION_DEFAULTS[nation]
    texts = Texts()
    pinned = texts.pin(code or default_code, calendar or default_calendar)
    name = seal(clean(council, "council"), "ledger")
    if name is None:
        raise BadValue("council", "say which council the ledger belongs to")
    first = new_actor("officer")
    who = seal(clean(administrator, "administrator"), first) if administrator else None
    kept_in = adapter(where.scheme)
    ledger_id = LedgerId(new_id())
    keys_at = key_file(where, keys)
    if keys_at is not None and keys_at.exists():
        raise BadValue("keys", f"there is a file at {keys_at} already; choose another place")
    slug = CouncilId(_slug(council))
    signing = _signing(where, signing_key, keys, passphrase)(origin(slug, ledger_id))
    made: list[Path] = []
    try:
        if keys_at is not None:
            FileKeys.create(keys_at, ledger_id).close()
            made.append(keys_at)
        if isinstance(signing, FileSigning):
            signing.make()
            made.append(signing.file)
        first_key = signing.current().key
        store = kept_in.create(where, ledger_id, clock)
    except (StoreError, KeysError):
        for file in made:
            file.unlink()  # made a moment ago, for a ledger that there is not
        raise
    ledger = Ledger(store, key_store(where, keys, ledger_id), clock, lambda _: signing)
    opened = e.LedgerOpened(
        ledger=ledger_id,
        council=slug,
        nation=nation,
        code=pinned.id,
        calendar=CalendarId(pinned.calendar or default_calendar),
        time_zone="Europe/London",
        stored_form=STORED_FORM,
        fictional=fictional,
        signing_key=VerifierKey(str(first_key)),
        name=name,
        id_key=Sealed(subject=SubjectId("id-key"), clear=os.urandom(32).hex()),
    )
    added = e.ActorAdded(actor=first, kind="officer", role="administrator", name=who)
    events: tuple[e.LedgerEvent, ...] = (opened, added, *texts.unkept([pinned]))
    told = [Told(new_id(), event) for event in events]
    part = Part(stream=LEDGER_STREAM, version=0, events=told)
    ledger.recorder.append([part], Around(actor=_GENESIS))
    return ledger, first


def open_ledger(
    url: str,
    *,
    keys: Path | str | None = None,
    signing_key: Path | str | None = None,
    passphrase: Passphrase = from_environment,
    clock: Clock = system_clock,
) -> Ledger:
    """
    Open the ledger at *url*.

    Args:
        url: Where, such as sqlite:///council.db.
        keys: Where its key store is, if not beside it.
        signing_key: Where the key is that signs its checkpoints, if not beside it.
        passphrase: Gives what the signing key is encrypted under, or None.
        clock: Gives the time (aware), for tests and simulations.

    Raises:
        NoLedger: None is there.
        UnknownName: No adapter of that name is installed.
        StoreUnreadable: What is there cannot be read.
    """
    where = parse_url(url)
    store = adapter(where.scheme).open(where, clock)
    if not store.head().position:
        store.close()
        raise NoLedger(where.text)
    signing = _signing(where, signing_key, keys, passphrase)
    return Ledger(store, key_store(where, keys, store.ledger), clock, signing)


# A ledger in memory has its keys in memory, for as long as this process lives.
_MEMORY_KEYS: Final[dict[str, MemoryKeys]] = {}


def key_store(url: StoreUrl, keys: Path | str | None, ledger: str) -> Callable[[], KeyStore]:
    """Return what opens the key store of *ledger*, which is at *url*."""
    if url.scheme == "memory":
        return lambda: _MEMORY_KEYS.setdefault(ledger, MemoryKeys())

    def open_keys() -> KeyStore:
        file = key_file(url, keys)
        assert file is not None
        return FileKeys.open(file, ledger)

    return open_keys


# The same holds for the keys that sign its checkpoints.
_MEMORY_SIGNING: Final[dict[str, MemorySigning]] = {}


def _signing(
    url: StoreUrl,
    given: Path | str | None,
    keys: Path | str | None,
    passphrase: Passphrase,
) -> Callable[[str], SigningKeys]:
    def open_signing(name: str) -> SigningKeys:
        file = signing_file(url, given, keys)
        if file is None:
            return _MEMORY_SIGNING.setdefault(name, MemorySigning(name))
        return FileSigning(file, name, passphrase)

    return open_signing


def _slug(name: str) -> str:
    kept = "".join(ch if ch.isascii() and ch.isalnum() else " " for ch in name.lower())
    return "-".join(kept.split())[:64].strip("-") or "council"
