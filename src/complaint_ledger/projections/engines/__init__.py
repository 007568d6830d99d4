"""The facts of many councils, read from their exports by an engine that is made for it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final

from complaint_ledger.errors import UnknownName
from complaint_ledger.projections.export.manifest import Exported
from complaint_ledger.projections.trends.asking import Asks

ENGINES: Final = ("duckdb", "spark")


def over(exported: Sequence[Exported], engine: str) -> AbstractContextManager[Asks]:
    """
    Return *exported* as something that answers trends; leave its context after use.

    Args:
        exported: What `exports` found in a folder.
        engine: One of ENGINES.

    Raises:
        UnknownName: There is no such engine.
        FactsUnusable: What the engine needs is not installed, or it does not start.
        ExportUnusable: The files are not what their manifests say.
    """
    match engine:
        case "duckdb":
            from complaint_ledger.projections.engines.duckdb import InDuckDb

            return InDuckDb(exported)
        case "spark":
            from complaint_ledger.projections.engines.spark import InSpark

            return InSpark(exported)
        case _:
            raise UnknownName("engine", engine, ENGINES)
