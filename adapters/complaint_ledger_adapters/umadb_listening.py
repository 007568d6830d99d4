"""How somebody hears at once of what is recorded in a UmaDB ledger: a subscription."""

import threading
from contextlib import suppress

import umadb

from complaint_ledger.errors import StoreUnreadable
from complaint_ledger_adapters.umadb_server import Server


class Ear:
    """Hears in a thread of its own what *query* finds past *after*; subscribes again when cut."""

    def __init__(self, server: Server, query: umadb.Query, after: int) -> None:
        self._server = server
        self._query = query
        self._after = after
        self._heard = threading.Event()
        self._closed = threading.Event()
        self._subscription: umadb.Subscription | None = None
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._closed.is_set():
            with suppress(StoreUnreadable):
                self._server.once(self._hear)
            self._heard.set()  # the wire was cut: something may have been said
            self._closed.wait(0.2)

    def _hear(self, client: umadb.Client) -> None:
        self._subscription = client.subscribe(self._query, after=self._after)
        while not self._closed.is_set() and (batch := self._subscription.next_batch()):
            self._after = batch[-1].position
            self._heard.set()

    def wait(self, seconds: float) -> bool:
        """Wait until something was heard since the last time, or so many seconds."""
        heard = self._heard.wait(seconds)
        self._heard.clear()
        return heard

    def close(self) -> None:
        """Hear no more."""
        self._closed.set()
        if self._subscription is not None:
            self._subscription.cancel()
        self._thread.join(5)
