"""
Where facts are kept: an SQLite file, memory, or a schema of a PostgreSQL database.

The place may be another database than the ledger's. What differs between the two engines
stands in `places_sqlite` and `places_postgres`, and nowhere else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from complaint_ledger.errors import BadValue
from complaint_ledger.projections.faults import FactsUnusable
from complaint_ledger.projections.places_postgres import PostgresPlace
from complaint_ledger.projections.places_sqlite import SqlitePlace
from complaint_ledger.store import parse_url

_FULL: Final = "53100"  # disk_full, as PostgreSQL says it
_DAMAGED: Final = (
    "name another place, or delete this one if it is damaged: facts are made anew from their ledger"
)


class Place(Protocol):
    """
    Where facts are kept.

    Attributes:
        shown: The place, without a password.
        engine: What it is reached by.
    """

    shown: str
    engine: Engine

    def make(self) -> None:
        """Make what must be there before a table can be; raise OSError where it cannot be."""

    def reading(self) -> Any:
        """Give a connection on which nothing changes while it is read, whoever writes."""

    def writing(self) -> Any:
        """Give a connection in a transaction, for one writer at a time on an SQLite file."""

    def alone(self) -> Any:
        """Give a connection in a transaction, for one at a time: to make or drop tables."""

    def ours(self) -> None:
        """Set what may be set once it is known that the place holds facts."""

    def hold(self, connection: Connection) -> None:
        """Let the plain names stay what they are while *connection* reads; before all it reads."""

    def before_flip(self, connection: Connection) -> None:
        """Make sure that nobody who asks waits long for other tables to serve."""

    @property
    def whole(self) -> str | None:
        """The place as another process can open it, with its password; None if none can."""


def place_of(where: Path | str | None) -> Place:
    """
    Return the place that *where* names: a path, an address, or memory if None.

    Raises:
        BadValue: It is no address of an SQLite file or of PostgreSQL.
        FactsUnusable: What it needs is not installed.
    """
    if where is None:
        return SqlitePlace(None)
    if isinstance(where, Path):
        return SqlitePlace(where)
    url = parse_url(where)
    if url.scheme == "sqlite":
        return SqlitePlace(Path(url.path))
    if url.scheme == "postgresql":
        return PostgresPlace(url)
    raise BadValue(
        "facts", "write a path, sqlite:///PATH, or postgresql://USER@HOST:PORT/DATABASE?schema=NAME"
    )


def passing(error: DBAPIError) -> bool:
    """Return whether what went wrong may work when it is tried again."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:  # PostgreSQL: connections, deadlocks, locks, a server that goes down
        return bool(state[:2] in {"08", "40", "57"} or state in {"55P03", "25P03", "53300", _FULL})
    said = str(error.orig)
    return error.connection_invalidated or "locked" in said or "connection" in said or full(error)


def full(error: DBAPIError) -> bool:
    """Return whether there is no room left on the disk."""
    return getattr(error.orig, "sqlstate", None) == _FULL or "disk is full" in str(error.orig)


@contextmanager
def errors(place: Place) -> Iterator[None]:
    """Say in our words what goes wrong at *place*; raise FactsUnusable."""
    try:
        yield
    except DBAPIError as error:
        mend = _DAMAGED
        if full(error):
            mend = "what serves is as it was; make room, and do the same again"
        elif passing(error):
            mend = "try again"
        raise _unusable(place, _first_line(error), mend, passing=passing(error)) from None
    except OSError as error:
        raise _unusable(place, error.strerror or "it cannot be made", _DAMAGED) from None


def _first_line(error: DBAPIError) -> str:
    # What follows the first line may repeat values; a password stands in neither.
    return str(error.orig).strip().partition("\n")[0]


def _unusable(place: Place, why: str, mend: str, *, passing: bool = False) -> FactsUnusable:
    return FactsUnusable(
        f"the facts in {place.shown} cannot be used ({why}); {mend}", passing=passing
    )
