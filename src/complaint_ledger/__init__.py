"""Keep the full journey of every complaint a council handles, as events that never change."""

from complaint_ledger.domain import commands, events
from complaint_ledger.domain.words import WITHHELD, Sealed, seal
from complaint_ledger.errors import ComplaintLedgerError, Refused
from complaint_ledger.judging import agenda, all_findings, findings_of
from complaint_ledger.ledger import Ledger, Recorded
from complaint_ledger.opening import create_ledger, open_ledger

__all__ = [
    "WITHHELD",
    "ComplaintLedgerError",
    "Ledger",
    "Recorded",
    "Refused",
    "Sealed",
    "agenda",
    "all_findings",
    "commands",
    "create_ledger",
    "events",
    "findings_of",
    "open_ledger",
    "seal",
]
