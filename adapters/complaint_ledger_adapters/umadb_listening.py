"""Hearing from a UmaDB server that the ledger goes on, on a subscription to its marks."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread

from complaint_ledger.store import Wait
from complaint_ledger_adapters import umadb_form as form
from complaint_ledger_adapters.umadb_client import umadb
from complaint_ledger_adapters.umadb_server import Server

_PAUSE = 0.2  # seconds between two attempts to reach a server that went away


class _Ear:
    """Listens in a thread of its own, so that who waits can be interrupted."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._heard = Event()
        self._closed = Event()
        self._lock = Lock()
        # What comes after this moment is heard, whenever the subscription begins.
        self._after = server.ask(lambda client: client.head())
        self._subscription: umadb.Subscription | None = None
        self._thread = Thread(target=self._listen, name="complaint-ledger-umadb", daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._closed.is_set():
            with suppress(Exception):  # UmaDB raises bare ones; the next attempt may go well
                client = self._server.place.connected()
                with self._lock:
                    if self._closed.is_set():
                        return
                    query = form.having([form.END])
                    self._subscription = client.subscribe(query, self._after)
                for one in self._subscription:
                    self._after = one.position
                    self._heard.set()
            self._heard.set()  # something may have been recorded meanwhile
            self._closed.wait(_PAUSE)

    def wait(self, seconds: float) -> bool:
        heard = self._heard.wait(seconds)
        self._heard.clear()  # before anybody looks: what comes now is heard again
        return heard

    def close(self) -> None:
        with self._lock:
            self._closed.set()
            if self._subscription is not None:
                self._subscription.cancel()
        self._thread.join()


@contextmanager
def listening(server: Server) -> Iterator[Wait]:
    """
    Yield what waits until the ledger at *server* goes on.

    Raises:
        StoreUnreadable: The server cannot be reached.
    """
    ear = _Ear(server)
    try:
        yield ear.wait
    finally:
        ear.close()
