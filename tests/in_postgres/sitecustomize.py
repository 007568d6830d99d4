"""In a process that a test starts: see elsewhere.py."""

import os

if where := os.environ.get("COMPLAINT_LEDGER_TESTS_IN"):
    from elsewhere import replace

    replace(where)
