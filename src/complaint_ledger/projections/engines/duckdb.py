"""DuckDB over the exports of many councils: in this process, on one machine, without a server."""

import re
from collections.abc import Iterable, Sequence
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import Table

from complaint_ledger.projections.engines import councils
from complaint_ledger.projections.engines.text import with_marks
from complaint_ledger.projections.export.manifest import Exported
from complaint_ledger.projections.export.spool import duckdb, kind
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.trends.asking import Statement

_OFFLINE: Final = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


class InDuckDb(councils.OverCouncils):
    """The facts of many councils, asked by DuckDB."""

    def __init__(self, exported: Sequence[Exported]) -> None:
        """
        Open the files of *exported*; nothing is copied.

        Raises:
            FactsUnusable: DuckDB is not installed.
            ExportUnusable: The files are not what their manifests say.
        """
        super().__init__(exported)
        module = duckdb()
        self._error = module.Error
        self._spilled = TemporaryDirectory(prefix="complaint-ledger-")
        config = {**_OFFLINE, "temp_directory": self._spilled.name}
        self._connection: Any = module.connect(":memory:", config=config)
        try:
            self._open()
        except module.Error as error:
            self.close()
            raise councils.unreadable(error) from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._connection.close()
        self._spilled.cleanup()

    def _fetched(self, question: Statement) -> Iterable[Sequence[Any]]:
        rows: list[tuple[Any, ...]] = self._connection.execute(*with_marks(question)).fetchall()
        return rows

    def _listed(self, tables: Sequence[Table]) -> Iterable[councils.Listed]:
        found: list[councils.Listed] = []
        try:
            for table in tables:
                rows = self._connection.view(f"files_of_{table.name}")
                found += rows.aggregate("filename, ledger, count(*)").fetchall()
        except self._error as error:
            raise councils.unreadable(error) from None
        return found

    def _open(self) -> None:
        numbers = councils.numbers(self._exported)
        self._connection.execute(
            "CREATE TABLE ledgers AS SELECT unnest(?) AS ledger, unnest(?) AS number",
            [list(numbers), list(numbers.values())],
        )
        for table in TABLES:
            self._rows(table).create_view(f"files_of_{table.name}")
            seen = councils.view(table, f"files_of_{table.name}", '"')
            self._connection.execute(f'CREATE VIEW "{table.name}" AS {seen}')

    def _rows(self, table: Table) -> Any:
        """Return the rows of the files of *table*, of which there may be none."""
        paths = [_literally(str(path)) for path in councils.files(self._exported, table)]
        if paths:
            return self._connection.read_parquet(paths, hive_partitioning=False, filename=True)
        columns = ", ".join(f'NULL::{kind(c)} AS "{c.name}"' for c in table.columns)
        return self._connection.sql(
            f"SELECT NULL::VARCHAR AS filename, NULL::VARCHAR AS ledger, {columns} WHERE false"
        )


def _literally(path: str) -> str:
    """Return *path* so that nothing in it stands for other files."""
    return re.sub(r"([*?\[])", r"[\1]", path)
