"""
Moving a ledger: copied, backed up and restored with its keys, and compared to the last byte.

The source may be recorded in meanwhile. What was broken off goes on where it stopped.
"""

from complaint_ledger.moving.backup import back_up, restore_backup
from complaint_ledger.moving.copying import Copied, Tell
from complaint_ledger.moving.ledgers import copy_ledger

__all__ = ["Copied", "Tell", "back_up", "copy_ledger", "restore_backup"]
