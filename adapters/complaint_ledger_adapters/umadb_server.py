"""
The server of a UmaDB ledger: its address, clients that come back, and what it says, in
our words.

A client serves one question at a time. A connection that breaks is made anew for a
while, and what was asked is asked again; UmaDB's own words hold what events hold, and
are never repeated.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import attrs

from complaint_ledger.errors import BadValue, StoreError, StoreUnreadable
from complaint_ledger.store import StoreUrl
from complaint_ledger_adapters.umadb_client import umadb

PATIENCE = 30.0  # seconds for which a server that went away is waited for
PORT: Final = 50051
KEY_VARIABLE: Final = "UMADB_API_KEY"
OURS: Final = frozenset({"vault", "ca", "keys", "signing-key"})

T = TypeVar("T")


class CutShort(Exception):
    """An answer ended early: the server is stopped."""


Question = Callable[[umadb.Client], T]


@attrs.frozen
class Place:
    """
    Which server, and which vault.

    Attributes:
        shown: The address, without the API key.
        url: The address as UmaDB wants it.
        vault: The file of sealed rows.
        ca: The certificate that the server's own must follow from; TLS where it is given.
        key: The API key, where there is one.
    """

    shown: str
    url: str
    vault: Path
    ca: Path | None = None
    key: str | None = attrs.field(default=None, repr=False)

    @classmethod
    def of(cls, url: StoreUrl) -> "Place":
        """
        Return where *url* points.

        Raises:
            BadValue: It names a path, a user or an option that UmaDB does not know, no
                vault, or an API key that would travel in clear.
            StoreUnreadable: The certificate is not there.
        """
        if url.path or url.user:
            raise BadValue(
                "ledger",
                "a UmaDB server has no users and keeps one ledger; write"
                " umadb://HOST:PORT?vault=FILE, with an API key as umadb://:KEY@HOST:PORT",
            )
        if unknown := sorted(url.options.keys() - OURS):
            raise BadValue("ledger", f"UmaDB knows no option {unknown[0]}; there are vault and ca")
        vault = url.options.get("vault")
        if not vault:
            raise BadValue(
                "vault",
                "events in UmaDB can never be deleted, so personal values are kept beside it; say"
                " in which file with ?vault=FILE",
            )
        ca = Path(url.options["ca"]) if "ca" in url.options else None
        if ca is not None and not ca.is_file():
            raise StoreUnreadable(f"there is no certificate {ca}; mend ?ca=FILE")
        if url.password and ca is None:
            raise BadValue("ledger", "an API key travels only over TLS; say ?ca=CERTIFICATE")
        host = url.host if ":" in url.host.rpartition("]")[2] else f"{url.host}:{PORT}"
        return cls(
            url.text,
            f"{'http' if ca is None else 'https'}://{host}",
            Path(vault),
            ca,
            (url.password or os.environ.get(KEY_VARIABLE) or None) if ca else None,
        )

    def connected(self) -> umadb.Client:
        """Return a new client; what goes wrong is said by UmaDB."""
        ca = None if self.ca is None else str(self.ca)
        return umadb.Client(self.url, ca_path=ca, api_key=self.key)


class Server:
    """Clients of one place, for as many threads as ask."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._idle: list[umadb.Client] = []

    @contextmanager
    def _client(self) -> Iterator[umadb.Client]:
        try:
            client = self._idle.pop()
        except IndexError:
            client = self.place.connected()
        # One that has said something went wrong does not come back.
        yield client
        self._idle.append(client)

    def ask(self, question: Question[T], *, patience: float | None = None) -> T:
        """
        Return what *question* makes of a client; asked again where a connection breaks.

        Args:
            question: May be asked any number of times.
            patience: Seconds for which a server that is away is waited for.

        Raises:
            umadb.IntegrityError: The condition of an append does not hold.
            StoreUnreadable: What the server says speaks against it.
        """
        until = time.monotonic() + (PATIENCE if patience is None else patience)
        pause = 0.02
        while True:
            try:
                with self._client() as client:
                    return question(client)
            except (umadb.IntegrityError, StoreError):
                raise
            except Exception as error:  # noqa: BLE001 - UmaDB raises bare ones
                if not passes(error) or time.monotonic() > until:
                    raise explained(error, sent=patience is None) from None
            self._idle.clear()
            time.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - not a secret
            pause = min(1.0, pause * 2)

    def close(self) -> None:
        """Let go of the connections."""
        self._idle.clear()


# --- what the server says ------------------------------------------------------------------------


def passes(error: Exception) -> bool:
    """Return whether *error* may go away by itself, as a lost connection does."""
    if isinstance(error, umadb.TransportError):
        return _of_tls(error) is None
    if type(error) is not Exception:  # which UmaDB raises for most of what befalls a connection
        return isinstance(error, CutShort)
    return not _too_much(error) and not _full(error)


def _too_much(error: Exception) -> bool:
    return "message length too large" in str(error)


def _full(error: Exception) -> bool:
    return "No space left" in str(error)


def _of_tls(error: Exception) -> str | None:
    text = str(error)
    if "certificate" in text:
        return "the server's certificate does not follow from the one that ?ca= names; mend either"
    if "InvalidContentType" in text:
        return "the server does not speak TLS; start it with a certificate, or take ?ca= away"
    return None


def explained(error: Exception, *, sent: bool = True) -> StoreUnreadable:
    """
    Return what *error* means.

    Args:
        error: What UmaDB says.
        sent: Something may have reached the server before.
    """
    if isinstance(error, umadb.AuthenticationError):
        why = (
            f"the server refuses the API key, or wants one; mend {KEY_VARIABLE}, and say"
            " ?ca=CERTIFICATE, since a key travels only over TLS"
        )
    elif isinstance(error, umadb.CorruptionError):
        why = "its data are damaged; restore a backup"
    elif isinstance(error, umadb.TransportError) and (tls := _of_tls(error)):
        why = tls
    elif _too_much(error):
        return too_much()
    elif _full(error):
        why = "the server's disk is full; nothing was recorded. Make room and try again"
    elif passes(error):
        why = "no UmaDB server answers there; start it, or mend the address (and ?ca=, for TLS)"
        if sent:
            why += (
                ". What was sent last may be recorded or not: send the same again, and it is"
                " there once"
            )
    else:
        why = f"it cannot do that ({type(error).__name__})"
    return StoreUnreadable(f"the UmaDB store says: {why}")


def too_much() -> StoreUnreadable:
    """Return what is said of more than the server takes at once."""
    return StoreUnreadable(
        "the UmaDB store says: the server takes 4 MiB at once, and this is more; nothing was"
        " recorded. Record less at a time"
    )
