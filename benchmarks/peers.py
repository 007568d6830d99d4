"""The peers: plain `eventsourcing` on SQLite, and `sqlite3` by hand."""

# ruff: noqa: ARG002 - an argument of an @event method is a field of its event

import sqlite3
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Transcoder, Transcoding

from benchmarks.journeys import ANSWERED, LENGTH, PIN, Case

Values = dict[str, Any]

# --- eventsourcing, as its documentation shows it ------------------------------------------------


class Complaint(Aggregate):
    """A complaint with the fields of ours; personal texts stand in clear."""

    @event("Received")
    def __init__(
        self,
        occurred_on: date,
        reference: str,
        channel: str,
        service: str,
        codes: list[Values],
        heads: list[Values],
        complainant: Values,
        outcome_sought: str,
    ) -> None:
        self.received_on = occurred_on
        self.reference = reference
        self.channel = channel
        self.service = service
        self.codes = codes
        self.heads = {head["id"]: {**head, "local": []} for head in heads}
        self.complainant = complainant
        self.outcome_sought = outcome_sought
        self.handler = ""
        self.stages: dict[str, Values] = {"stage-1": {"opened_on": occurred_on, "extensions": []}}

    @event("Acknowledged")
    def acknowledge(self, occurred_on: date, stage: str, told: list[str]) -> None:
        self.stages[stage]["acknowledged_on"] = occurred_on

    @event("Assigned")
    def assign(self, occurred_on: date, handler: str, service: str) -> None:
        self.handler = handler
        self.service = service

    @event("Extended")
    def extend(
        self,
        occurred_on: date,
        stage: str,
        extends: str,
        until: date,
        reason: str,
        explanation: str,
        approver: str,
        told_on: date,
        ombudsman_details_given: bool,
    ) -> None:
        self.stages[stage]["extensions"].append((extends, until, occurred_on, told_on))

    @event("SignedOff")
    def sign_off(self, occurred_on: date, stage: str, signed_off_by: str) -> None:
        self.stages[stage]["signed_off_by"] = signed_off_by

    @event("Responded")
    def respond(
        self,
        occurred_on: date,
        stage: str,
        outcomes: list[Values],
        decided_by: str,
        told: list[str],
    ) -> None:
        self.stages[stage].update(responded_on=occurred_on, decided_by=decided_by)
        for one in outcomes:
            self.heads[one["head"]]["local"].append((stage, one["outcome"], occurred_on))

    @event("Escalated")
    def escalate(self, occurred_on: date, stage: str, heads: list[str], reasons: str) -> None:
        self.stages[stage] = {"opened_on": occurred_on, "extensions": []}


class DateAsISO(Transcoding):
    type = date
    name = "date_iso"

    def encode(self, obj: date) -> str:
        return obj.isoformat()

    def decode(self, data: str) -> date:
        return date.fromisoformat(data)


class Complaints(Application):
    """A plain application: no snapshots, no cache, no cipher, no compression."""

    def register_transcodings(self, transcoder: Transcoder) -> None:
        super().register_transcodings(transcoder)
        transcoder.register(DateAsISO())


def open_complaints(file: Path) -> Complaints:
    """Return the application on *file*."""
    return Complaints(
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(file)}
    )


def complaint_of(case: Case, length: int = LENGTH) -> Complaint:
    """Return the first *length* events of *case*, not yet saved."""
    complaint = Complaint(
        occurred_on=case.received_on,
        reference=case.reference,
        channel="web-form",
        service=case.service,
        codes=[
            {
                "id": str(PIN.id),
                "version": str(PIN.version),
                "sha256": str(PIN.sha256),
                "calendar": str(PIN.calendar),
                "calendar_version": str(PIN.calendar_version),
                "calendar_sha256": str(PIN.calendar_sha256),
            }
        ],
        heads=[
            {"id": "h1", "category": "missed-collection", "description": case.description},
            {"id": "h2", "category": "staff-conduct"},
        ],
        complainant={"id": "p1", "name": case.name, "contact": case.contact},
        outcome_sought=case.sought,
    )
    complaint.acknowledge(case.day(2), "stage-1", ["response-time"])
    complaint.assign(case.day(3), case.handler, case.service)
    complaint.extend(
        occurred_on=case.day(10),
        stage="stage-1",
        extends="stage-1-respond",
        until=case.day(30),
        reason="complex",
        explanation=case.explanation,
        approver=case.manager,
        told_on=case.day(10),
        ombudsman_details_given=True,
    )
    complaint.sign_off(case.day(24), "stage-1", case.manager)
    complaint.respond(
        case.day(25),
        "stage-1",
        [
            {"head": "h1", "outcome": "upheld", "reasons": case.reasons},
            {"head": "h2", "outcome": "not-upheld"},
        ],
        case.manager,
        ["next-stage"],
    )
    if length > ANSWERED:
        complaint.escalate(case.day(32), "stage-2", ["h1"], case.escalation)
        outcomes = [{"head": "h1", "outcome": "upheld"}]
        complaint.respond(case.day(50), "stage-2", outcomes, case.manager, ["ombudsman"])
    return complaint


# --- sqlite3 by hand -----------------------------------------------------------------------------

Rows = tuple[tuple[Any, ...], tuple[Any, ...], list[tuple[Any, ...]], tuple[Any, ...]]
"""What one command of ours left: an event, its stream's head, sealed rows, the ledger's head."""


def open_by_hand(file: Path) -> sqlite3.Connection:
    """Return a connection to a copy of one of our files, set as ours are."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA cache_size = -65536")
    return connection


def write_by_hand(connection: sqlite3.Connection, commands: Iterable[Rows]) -> None:
    """Write the rows of each command in a transaction of its own."""
    for event_row, stream, sealed, head in commands:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?)", event_row)
        connection.execute("INSERT OR REPLACE INTO streams VALUES (?,?,?,?)", stream)
        connection.executemany("INSERT INTO sealed VALUES (?,?,?,?,?,?)", sealed)
        connection.execute("UPDATE head SET position = ?, recorded_at = ?, appended = 1", head)
        connection.execute("COMMIT")
