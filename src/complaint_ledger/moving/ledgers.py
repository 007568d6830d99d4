"""Copying a ledger with its key store and signing key from one address to another."""

from pathlib import Path

import attrs

from complaint_ledger.beside import key_file
from complaint_ledger.ledger import Ledger
from complaint_ledger.moving.comparing import compare, compare_keys
from complaint_ledger.moving.copying import Copied, Tell, copy_keys, fill
from complaint_ledger.moving.places import Place
from complaint_ledger.opening import open_ledger
from complaint_ledger.store import Clock, parse_url, system_clock


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""


def copy_ledger(
    url: str,
    to: str,
    *,
    keys: Path | str | None = None,
    to_keys: Path | str | None = None,
    tell: Tell = silent,
    clock: Clock = system_clock,
) -> Copied:
    """
    Copy the ledger at *url* to *to*, with its keys, and compare the two from end to end.

    It may be recorded in meanwhile; the copy ends where it ended when the copying began.
    Called again, it goes on where it broke off, and with what was recorded since. Sealed rows
    and keys that are gone at the source by then are taken out of the copy.

    Args:
        url: The ledger, such as sqlite:///council.db.
        to: Where the copy goes: nothing is there, or a copy that nobody recorded in.
        keys: Where the ledger's key store is, if not beside it.
        to_keys: Where the copy's goes, if not beside it.
        tell: Is told how far it is.
        clock: Gives the time (aware), for tests.

    Raises:
        NoLedger: None is at *url*.
        KeysError: A key store is missing, in use, or cannot be used.
        NotACopy: Something else is at *to*.
        CopyDiffers: The copy is not the same.
        StoreUnreadable: One of the two cannot be read or written.
    """
    where = parse_url(url)
    source = Place(url=where, keys=key_file(where, keys))
    with open_ledger(url, keys=keys, clock=clock) as ledger:
        return copy_to(Place.of(parse_url(to), to_keys), ledger, source, tell, clock)


def copy_to(place: Place, ledger: Ledger, source: Place, tell: Tell, clock: Clock) -> Copied:
    """Copy *ledger*, which is at *source*, to *place*; see `copy_ledger`."""
    place.check_apart(source)
    own_keys = ledger.keys  # before anything is made for a ledger without
    with place.opened(source, ledger.store, clock) as (store, keys):
        filled = fill(ledger.store, store, tell)
        erased = copy_keys(own_keys, keys) if keys is not own_keys else 0
        erased += compare(ledger.store, store, filled, tell)
        held, dropped = compare_keys(own_keys, keys)
        leaf = store.tail(after=filled.position - 1, limit=1)[0].leaf(store.ledger)
        signing_key = place.take_signing(source)
    return Copied(
        **attrs.asdict(filled),
        ledger=ledger.store.ledger,
        leaf=leaf,
        keys=held,
        erased=erased + dropped,
        signing_key=signing_key,
        fictional=ledger.opened.fictional,
    )
