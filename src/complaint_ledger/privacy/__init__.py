"""Personal values: sealed, kept under keys that can be destroyed, opened only on purpose."""
