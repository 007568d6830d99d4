"""How quick the ledger is, against named peers on the same journeys."""
