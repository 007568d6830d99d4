"""How somebody hears at once of what is recorded in a PostgreSQL ledger: LISTEN and NOTIFY."""

import time

import psycopg

from complaint_ledger_adapters.postgres_server import Connection, Place


class Ear:
    """
    Listens on a connection of its own; where there is none to be had, time alone wakes.

    What cannot be heard is no error: whoever listens looks too, and is told then that the
    server is away. The next wait tries to hear again.
    """

    def __init__(self, place: Place, asked: str) -> None:
        self._place = place
        self._asked = asked
        self._connection: Connection | None = None
        self._listen()

    def _listen(self) -> bool:
        try:
            self._connection = self._place.connected()
            self._connection.execute(self._asked)
        except psycopg.Error:
            self.close()
        return self._connection is not None

    def wait(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        if self._connection is not None:
            try:
                return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))
            except psycopg.Error:
                self.close()
        elif self._listen():
            return True  # something may have been said meanwhile
        time.sleep(max(0.0, until - time.monotonic()))
        return True

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
