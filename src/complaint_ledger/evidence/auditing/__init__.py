"""The parts of the audit of a whole ledger."""
