"""Views of a ledger: the facts of every complaint as rows, and the trends asked of them."""
