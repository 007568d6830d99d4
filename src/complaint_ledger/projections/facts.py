"""
The fact tables: what is known of every complaint, as rows that a trend selects from.

The rows hold dates, codes and counts in clear and nothing that was sealed. What
is not known is the word `not-recorded` where a trend may group by it, and NULL
elsewhere. Years, quarters and months are columns, worked out when projecting:
engines disagree on date functions. Every flag is 0 or 1, so that a sum counts.

A column keeps its name and its meaning. Another meaning is another column, and
raises SCHEMA: facts of another schema are made anew, for a view is disposable.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, String, Table

SCHEMA: Final = 2
"""1 had no council."""

# SQLite's key of a row is INTEGER and holds 64 bits.
LARGE: Final = BigInteger().with_variant(Integer, "sqlite")

NOT_RECORDED: Final = "not-recorded"
COUNCIL: Final = "council"
"""Who decided, where a local decision names nobody else."""

OUTSIDE: Final = "outside"
"""The kind, and the stage, of a decision that was not the council's."""

PERIODS: Final = ("year", "quarter", "month", "financial_year")

metadata = MetaData()


def _key(name: str, comment: str) -> Column[int]:
    return Column(name, LARGE, primary_key=True, autoincrement=False, comment=comment)


def _complaint() -> Column[int]:
    # A whole number that grows: joins, inserts and counts of it are far quicker than a stream's.
    return _key("complaint", "Position of the complaint's first event: its key in this ledger")


def _group(name: str, comment: str) -> Column[str]:
    """Return a column that a trend may group by; what is not known is `not-recorded`."""
    return Column(name, String, nullable=False, default=NOT_RECORDED, comment=comment)


def _text(name: str, comment: str) -> Column[str]:
    return Column(name, String, comment=comment)


def _day(name: str, comment: str) -> Column[object]:
    return Column(name, Date, comment=comment)


def _whole(name: str, comment: str) -> Column[int]:
    return Column(name, Integer, nullable=False, comment=comment)


def _flag(name: str, comment: str) -> Column[int]:
    return Column(name, Integer, nullable=False, comment=f"1 if {comment}, else 0")


def _periods(prefix: str, of: str) -> list[Column[str]]:
    return [
        _group(f"{prefix}_year", f"Calendar year of {of}: 2025"),
        _group(f"{prefix}_quarter", f"Quarter of the calendar year of {of}: 2025-Q3"),
        _group(f"{prefix}_month", f"Month of {of}: 2025-07"),
        _group(f"{prefix}_financial_year", f"April to March, of {of}: 2025-26"),
    ]


complaints = Table(
    "complaints",
    metadata,
    _complaint(),
    Column("stream", String, nullable=False, comment="Stream of the complaint"),
    _group("council", "Id of the council whose ledger it is in"),
    _text("reference", "The council's own reference"),
    _whole("events", "How many events the complaint's stream held when this was projected"),
    _group("status", "open, closed, refused or withdrawn"),
    _flag("received", "a receipt is on record"),
    _flag("receipt_presumed", "the receipt is presumed"),
    _day("received_on", "Date of the receipt"),
    *_periods("received", "the receipt"),
    _day("closed_on", "Date it was closed, refused or withdrawn"),
    *_periods("closed", "the closure"),
    _group("channel", "How it came"),
    _group("service", "What it is about"),
    _group("code", "Handling code: the first that was pinned to it"),
    _group("code_version", "Version of that code"),
    _group("stage", "Latest stage that was opened"),
    _whole("stages", "How many attempts at stages there were"),
    _whole("heads", "How many heads it has"),
    _group(
        "outcome",
        "Roll-up of the local outcomes that stand: the one all decided heads share; else"
        " partly-upheld if any is upheld or partly upheld; else mixed",
    ),
)

heads = Table(
    "heads",
    metadata,
    _complaint(),
    Column("head", String, primary_key=True, comment="Id of the head"),
    _text("reference", "The council's own reference of the complaint"),
    _group("category", "What kind of matter"),
    _group("service", "What it is about; the complaint's where the head has none"),
    _group("local_stage", "Stage of the local outcome that stands: the latest"),
    Column("local_attempt", Integer, comment="Attempt at that stage"),
    _group("local_outcome", "The local outcome that stands"),
    _group("local_detail", "The decider's narrower word for it"),
    _group("local_body", "Who gave it: council, or whom the response names"),
    _day("local_decided_on", "Date of it"),
    _group("stage_then", "Stage of the local outcome that stood when the ombudsman decided"),
    _group("outcome_then", "The local outcome that stood when the ombudsman decided"),
    _group("detail_then", "The decider's narrower word for that"),
    _group("body_then", "Who gave that: council, or whom the response names"),
    _group("ombudsman_body", "The ombudsman, or other outside body, whose finding counts"),
    _group("ombudsman_finding", "That finding"),
    _group("ombudsman_detail", "The body's narrower word for it"),
    _day("decided_on", "Date of that finding"),
    *_periods("decided", "that finding"),
    _flag(
        "decided_by_ombudsman",
        "the finding is upheld, partly-upheld, not-upheld or upheld-already-remedied",
    ),
    _flag("locally_not_upheld_then", "the local outcome that stood then is not-upheld (OMB-04)"),
    _flag("overturned", "that is so and the finding is upheld or partly-upheld (OMB-03)"),
    _flag("already_remedied", "the finding is upheld-already-remedied (OMB-05)"),
)

stages = Table(
    "stages",
    metadata,
    _complaint(),
    _key("number", "1 for the first that was opened, 2 for the next, …"),
    _group("stage", "The stage"),
    _whole("attempt", "1, or more where the stage was opened again"),
    _day("opened_on", "Date it was opened"),
    _day("acknowledged_on", "Date it was acknowledged"),
    _flag("responded", "it was answered"),
    _day("responded_on", "Date of the answer"),
    _flag("signed_off", "somebody signed the answer off"),
    _whole("extensions", "How often a deadline of it was moved"),
    _day("extended_until", "The last day that was given last"),
)

extensions = Table(
    "extensions",
    metadata,
    _complaint(),
    _key("number", "1, 2, … within the complaint"),
    _group("stage", "The stage"),
    _whole("attempt", "The attempt at it"),
    _group("extends", "The deadline that was moved"),
    _day("until", "The new last day"),
    _day("agreed_on", "Date of the extension"),
    _day("told_on", "Date the person was told; NULL if they were not, or nobody knows"),
)

ombudsman_cases = Table(
    "ombudsman_cases",
    metadata,
    _complaint(),
    _key("number", "1, 2, … within the complaint"),
    _group("body", "The ombudsman, or other outside body"),
    _text("reference", "Its reference"),
    _group("state", "open, premature or decided"),
    _day("referred_on", "Date the complaint went to it"),
    _day("premature_on", "Date it sent the complaint back"),
    _day("decided_on", "Date it decided"),
    *_periods("decided", "the decision"),
)

decisions = Table(
    "decisions",
    metadata,
    _complaint(),
    _key("number", "1, 2, … within the complaint: head by head, local before outside"),
    _group("head", "Id of the head that was decided"),
    _group("kind", "local or outside"),
    _group("stage", "Stage of a local decision; else the word outside"),
    Column("attempt", Integer, comment="Attempt at the stage; NULL if outside"),
    _group("body", "Who decided: council, whom the response names, or the outside body"),
    _group("outcome", "The local outcome, or the ombudsman's finding"),
    _group("detail", "The decider's narrower word"),
    _group("category", "The head's"),
    _group("service", "The head's, or the complaint's where the head has none"),
    _day("decided_on", "Date of the decision"),
    *_periods("decided", "the decision"),
)

bookmark = Table(
    "bookmark",
    metadata,
    _key("build", "Number of the build that serves"),
    Column("ledger", String, nullable=False, comment="Id of the ledger that the facts are of"),
    Column("schema", Integer, nullable=False, comment="SCHEMA when they were projected"),
    Column("position", LARGE, nullable=False, comment="Last position that was taken in"),
    Column("event", String, nullable=False, comment="Id of the event at that position"),
    _whole("parked", "How many complaints are left out, because they cannot be folded"),
    Column("moved_at", String, nullable=False, comment="When that was (UTC)"),
)

progress = Table(
    "progress",
    metadata,
    _key("build", "Number of the build"),
    Column("schema", Integer, nullable=False, comment="SCHEMA of its tables"),
    Column("state", String, nullable=False, comment="building, serving or kept"),
    Column("position", LARGE, nullable=False, comment="How many positions it holds"),
    Column("target", LARGE, nullable=False, comment="How many its first pass is to reach"),
    _whole("parked", "How many complaints are left out of it"),
    Column("begun_at", String, nullable=False, comment="When it was begun (UTC)"),
    Column("moved_at", String, nullable=False, comment="When it last went on (UTC)"),
)

TABLES: Final = (complaints, heads, stages, extensions, ombudsman_cases, decisions)
"""The tables that hold facts, each with the column *complaint*."""
