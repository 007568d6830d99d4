"""How somebody hears at once of what is recorded in a PostgreSQL ledger: LISTEN and NOTIFY."""

import time

import psycopg

from complaint_ledger_adapters.postgres_server import Connection, Place


class Ear:
    """Listens on a connection of its own; where that breaks, time alone wakes."""

    def __init__(self, place: Place, asked: str) -> None:
        self._place = place
        self._asked = asked
        self._connection: Connection | None = place.connect()
        self._connection.execute(asked)

    def wait(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        try:
            if self._connection is None:
                self._connection = self._place.connected()
                self._connection.execute(self._asked)
                return True  # something may have been said meanwhile
            return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))
        except psycopg.Error:
            self.close()
            time.sleep(max(0.0, until - time.monotonic()))
            return True

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
