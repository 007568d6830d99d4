"""
The server of a UmaDB ledger: its address, a connection for each thread, and what it says.

A connection that breaks is replaced, and what was asked is asked again.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

import umadb

from complaint_ledger.errors import BadValue, StoreError, StoreUnreadable
from complaint_ledger.store import StoreUrl

PATIENCE = 30.0  # seconds for which a server that went away is waited for
API_KEY: Final = "UMADB_API_KEY"

T = TypeVar("T")


class Server:
    """
    Connections to one server.

    Attributes:
        shown: The address, without a password.
    """

    def __init__(self, url: StoreUrl) -> None:
        if not url.host:
            raise BadValue("ledger", "it names no server; write umadb://HOST:PORT?vault=FILE")
        self.shown = url.text
        self._ca = url.options.get("ca")
        self._key = url.password or os.environ.get(API_KEY)
        self._address = f"{'https' if self._ca else 'http'}://{url.host}"
        self._mine = threading.local()
        self._all: list[umadb.Client] = []
        self._lock = threading.Lock()

    def once(self, question: Callable[[umadb.Client], T]) -> T:
        """
        Return what *question* makes of this thread's connection, or why not.

        Raises:
            umadb.IntegrityError: Something was appended meanwhile.
            StoreUnreadable: The server cannot be reached, or refuses.
            Lost: The connection broke, and what was asked may be done or not.
        """
        try:
            return question(self._client())
        except (umadb.IntegrityError, StoreError):
            raise
        except umadb.AuthenticationError:
            raise StoreUnreadable(
                "the UmaDB store says: the server refuses this key; give it as the password in"
                f" the address, or in {API_KEY}"
            ) from None
        except umadb.CorruptionError:
            raise StoreUnreadable(
                "the UmaDB store says: its file is damaged; restore a backup"
            ) from None
        except Exception:  # noqa: BLE001 - the client raises the bare class for some of its own
            # What it says holds whole events, and is not repeated.
            self._mine.client = None
            raise Lost from None

    def ask(self, question: Callable[[umadb.Client], T]) -> T:
        """
        Return what *question*, which changes nothing, makes of a connection.

        Raises:
            StoreUnreadable: The server cannot be reached, or refuses.
        """
        return patiently(lambda: self.once(question))

    def _client(self) -> umadb.Client:
        client: umadb.Client | None = getattr(self._mine, "client", None)
        if client is None:
            client = umadb.Client(self._address, ca_path=self._ca, api_key=self._key)
            self._mine.client = client
            with self._lock:
                self._all.append(client)
        return client

    def close(self) -> None:
        """End what is still being listened to."""
        with self._lock:
            for client in self._all:
                client.close()


class Lost(StoreUnreadable):
    """The connection broke."""

    def __init__(self) -> None:
        super().__init__(
            "the UmaDB store says: no server answers there; start it, or mend the address. What"
            " was sent last may be recorded or not: send the same again, and it is there once"
        )


def patiently(once: Callable[[], T]) -> T:
    """Do *once*, again where the connection broke, for PATIENCE seconds."""
    until = time.monotonic() + PATIENCE
    pause = 0.02
    while True:
        try:
            return once()
        except Lost:
            if time.monotonic() > until:
                raise
        time.sleep(pause)
        pause = min(1.0, pause * 2)
