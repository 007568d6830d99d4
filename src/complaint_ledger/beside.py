"""
Where the keys of a ledger lie.

Beside its file, unless somebody says otherwise. A ledger at a server has no file here:
somebody has to say where its key store is, and its signing key lies beside that.
"""

import os
from pathlib import Path
from typing import Final

from complaint_ledger.errors import BadValue
from complaint_ledger.store import StoreUrl, adapter

KEYS_VARIABLE: Final = "COMPLAINT_LEDGER_KEYS"
SIGNING_VARIABLE: Final = "COMPLAINT_LEDGER_SIGNING_KEY"


def key_file(url: StoreUrl, given: Path | str | None, *, variable: bool = True) -> Path | None:
    """
    Return where the key store of *url* is; None for a ledger in memory.

    Args:
        url: Where the ledger is; it may say.
        given: Where its key store is, if somebody said so.
        variable: COMPLAINT_LEDGER_KEYS may say it too.

    Raises:
        BadValue: The ledger is at a server, and nothing says where its key store is.
    """
    if url.scheme == "memory":
        return None
    place = given or url.options.get("keys") or (os.environ.get(KEYS_VARIABLE) if variable else "")
    if place:
        return Path(place)
    if served(url):
        raise BadValue(
            "keys",
            "a ledger at a server has no file that its key store could lie beside; say where it"
            f" is with --keys PATH, ?keys=PATH in the address, or {KEYS_VARIABLE}",
        )
    return Path(f"{url.path}.keys")


def signing_file(
    url: StoreUrl,
    given: Path | str | None,
    keys: Path | str | None,
    *,
    variable: bool = True,
) -> Path | None:
    """
    Return where the signing key of the ledger at *url* is; None for a ledger in memory.

    Args:
        url: Where the ledger is; it may say.
        given: Where its signing key is, if somebody said so.
        keys: Where its key store is, if somebody said so.
        variable: The variables may say it too.

    Raises:
        BadValue: The ledger is at a server, and nothing says where its keys are.
    """
    if url.scheme == "memory":
        return None
    said = os.environ.get(SIGNING_VARIABLE) if variable else ""
    place = given or url.options.get("signing-key") or said
    if place:
        return Path(place)
    if served(url):
        return Path(f"{str(key_file(url, keys, variable=variable)).removesuffix('.keys')}.signing")
    return Path(f"{url.path}.signing")


def served(url: StoreUrl) -> bool:
    """Return whether a server keeps what is at *url*."""
    return bool(url.host) or getattr(adapter(url.scheme), "served", False)
