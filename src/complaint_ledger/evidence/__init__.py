"""Proof that nothing was changed."""
