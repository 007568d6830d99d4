"""The verifier in one file: it is handed on alone, and imports nothing of the library."""
