"""Bringing an old system's records in: nothing is lost, nothing is made up."""

from complaint_ledger.importing.importer import Counts, Importer
from complaint_ledger.importing.mapping import Mapping, load_mapping

__all__ = ["Counts", "Importer", "Mapping", "load_mapping"]
