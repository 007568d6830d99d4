"""Bringing an old system's records in: nothing is lost, nothing is made up."""

from complaint_ledger.importing.importer import Counts, Importer
from complaint_ledger.importing.mapping import Mapping
from complaint_ledger.importing.mapping_file import load_mapping
from complaint_ledger.importing.rows import CsvFile
from complaint_ledger.importing.translate import Translator

__all__ = ["Counts", "CsvFile", "Importer", "Mapping", "Translator", "load_mapping"]
