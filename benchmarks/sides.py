"""The two sides: a ledger of ours, and a plain application of `eventsourcing`, set alike."""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import attrs

from benchmarks import journeys, peers
from complaint_ledger import codec
from complaint_ledger.domain import commands as c
from complaint_ledger.domain.complaint import Complaint
from complaint_ledger.domain.words import HeadId, seal
from complaint_ledger.judging import all_findings
from complaint_ledger.ledger import Ledger
from complaint_ledger.opening import create_ledger
from complaint_ledger.recording import Around

SETTINGS: Final = {"journal_mode": "wal", "synchronous": 2}
"""What every connection has; synchronous 2 is FULL."""


@attrs.frozen
class Ours:
    """A ledger of ours in a file, and the actor who records."""

    file: Path
    ledger: Ledger
    actor: str

    def save(self, cases: Sequence[journeys.Case], length: int = journeys.LENGTH) -> None:
        """Record *cases* in one batch, as an import does."""
        parts = [journeys.part_of(case, length) for case in cases]
        self.ledger.recorder.append(parts, Around(actor=self.ledger.actor(self.actor)))

    def escalate(self, cases: Sequence[journeys.Case]) -> None:
        """Record one command on each of *cases*."""
        for case in cases:
            command = c.Escalate(
                occurred_on=case.day(32), heads=(HeadId("h1"),), reasons=seal(case.escalation)
            )
            self.ledger.record(command, complaint=case.reference, actor=self.actor)

    def replay(self) -> list[tuple[str, Complaint]]:
        """Return every complaint as it stands."""
        return list(self.ledger.complaints())

    def judge(self) -> int:
        """Judge every complaint by the code pinned to it; return how many there were."""
        return sum(1 for _ in all_findings(self.ledger))

    def settings(self) -> dict[str, object]:
        with self.ledger.store.datastore.get_connection(commit=True) as connection:
            return _settings(connection._sqlite_conn)


@contextmanager
def ours(folder: Path, name: str) -> Iterator[Ours]:
    """Give a new ledger in *folder*."""
    file = folder / f"{name}.db"
    made, actor = create_ledger(f"sqlite:///{file}", council="Fictional", fictional=True)
    made.actor(actor)
    with made:
        side = Ours(file, made, actor)
        check(side.settings())
        yield side


@contextmanager
def theirs(folder: Path, name: str) -> Iterator[peers.Complaints]:
    """Give a new application of `eventsourcing` in *folder*."""
    application = peers.open_complaints(folder / f"{name}.db")
    with application.factory.datastore.get_connection(commit=True) as connection:
        check(_settings(connection._sqlite_conn))
    yield application
    application.close()


def _settings(connection: sqlite3.Connection) -> dict[str, object]:
    return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in SETTINGS}


def check(settings: dict[str, object]) -> None:
    """Refuse to measure a connection that is set otherwise than the others."""
    if settings != SETTINGS:
        raise AssertionError(settings)


def save_each(application: peers.Complaints, cases: Sequence[journeys.Case]) -> list[UUID]:
    """Save a complaint for each of *cases*, as a plain application does."""
    ids = []
    for case in cases:
        complaint = peers.complaint_of(case)
        application.save(complaint)
        ids.append(complaint.id)
    return ids


def escalate_each(
    application: peers.Complaints, cases: Sequence[journeys.Case], ids: Sequence[UUID]
) -> None:
    """Load each complaint, change it, save it."""
    for case, id_ in zip(cases, ids, strict=True):
        complaint: peers.Complaint = application.repository.get(id_)
        complaint.escalate(case.day(32), "stage-2", ["h1"], case.escalation)
        application.save(complaint)


def copy_of(side: Ours, file: Path) -> sqlite3.Connection:
    """Return a connection to a copy of *side*'s file, checked as every other."""
    connection = sqlite3.connect(side.file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copy(side.file, file)
    copy = peers.open_by_hand(file)
    check(_settings(copy))
    return copy


def rows_after(side: Ours, position: int) -> list[peers.Rows]:
    """Return the rows that each event past *position* left in *side*'s file."""
    connection = sqlite3.connect(side.file)
    found: list[peers.Rows] = []
    events = "SELECT * FROM events WHERE position > ? ORDER BY position"
    for row in connection.execute(events, (position,)):
        stream = "SELECT * FROM streams WHERE stream = ?"
        sealed = "SELECT * FROM sealed WHERE digest = ?"
        found.append(
            (
                row,
                connection.execute(stream, (row[1],)).fetchone(),
                [connection.execute(sealed, (d,)).fetchone() for d in codec.sealed_paths(row[8])],
                (row[0], row[6]),
            )
        )
    connection.close()
    return found
