"""Spark over the exports of many councils: on this machine, or in a session that is there."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import Table

from complaint_ledger.projections.engines import councils
from complaint_ledger.projections.engines.text import with_names
from complaint_ledger.projections.export.manifest import Exported
from complaint_ledger.projections.export.spool import kind
from complaint_ledger.projections.facts import TABLES
from complaint_ledger.projections.faults import FactsUnusable
from complaint_ledger.projections.trends.asking import Statement

_SETTINGS: Final[Mapping[str, str]] = {
    "spark.master": "local[*]",
    "spark.app.name": "complaint-ledger",
    "spark.driver.host": "127.0.0.1",  # nothing listens where another machine could reach it
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.catalogImplementation": "in-memory",
    # Many councils are thousands of small files, on a disk that is near.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "1000000",
    "spark.sql.files.openCostInBytes": "262144",
    "spark.sql.shuffle.partitions": "8",  # what comes to a shuffle are groups: few
}
_KINDS: Final = {"VARCHAR": "STRING", "BIGINT": "BIGINT", "INTEGER": "INT", "DATE": "DATE"}


class InSpark(councils.OverCouncils):
    """The facts of many councils, asked by Spark."""

    def __init__(self, exported: Sequence[Exported], session: Any = None) -> None:
        """
        Open the files of *exported*; nothing is copied.

        Args:
            exported: What `exports` found in a folder.
            session: A SparkSession, which stays as it is. Without one, one is started on
                this machine, and stopped at the end.

        Raises:
            FactsUnusable: PySpark or Java is not installed, or Spark does not start.
            ExportUnusable: The files are not what their manifests say.
        """
        super().__init__(exported)
        self._error = _pyspark().errors.PySparkException
        self._files: dict[str, Any] = {}  # a view hides which file a row is from
        self._started: _Started | None = None
        if session is None:
            self._started = _Started()
            session = self._started.session
        try:
            self._session: Any = session.newSession()  # its views are nobody else's
            self._open()
        except self._error as error:
            self.close()
            raise councils.unreadable(error) from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._started:
            self._started.stop()

    def _fetched(self, question: Statement) -> Iterable[Sequence[Any]]:
        text, values = with_names(question)
        rows: list[Sequence[Any]] = self._session.sql(text, args=values).collect()
        return rows

    def _listed(self, tables: Sequence[Table]) -> Iterable[councils.Listed]:
        listed = [
            self._files[table.name].select("_metadata.file_path", "ledger")
            for table in tables
            if councils.files(self._exported, table)
        ]
        if not listed:
            return []
        # One question about all of them: each has its price.
        counted = reduce(_union, listed).groupBy("file_path", "ledger").count()
        try:
            return [tuple(row) for row in counted.collect()]
        except self._error as error:
            raise councils.unreadable(error) from None

    def _open(self) -> None:
        # The ids are hex digits: a manifest with any other is refused.
        listed = ", ".join(
            f"('{one}', {n}L)" for one, n in councils.numbers(self._exported).items()
        )
        ledgers = f"SELECT * FROM VALUES {listed} AS l(ledger, number)"  # noqa: S608
        self._session.sql(ledgers).createOrReplaceTempView("ledgers")
        for table in TABLES:
            self._files[table.name] = rows = self._rows(table)
            rows.createOrReplaceTempView(f"files_of_{table.name}")
            seen = councils.view(table, f"files_of_{table.name}", "`")
            self._session.sql(seen).createOrReplaceTempView(table.name)

    def _rows(self, table: Table) -> Any:
        """Return the rows of the files of *table*, of which there may be none."""
        columns = ", ".join(f"`{c.name}` {_KINDS[kind(c)]}" for c in table.columns)
        schema = f"ledger STRING, {columns}"
        paths = [_literally(path) for path in councils.files(self._exported, table)]
        if paths:
            return self._session.read.schema(schema).parquet(*paths)
        return self._session.createDataFrame([], schema)


def _union(one: Any, other: Any) -> Any:
    return one.unionAll(other)


def _literally(path: Path) -> str:
    """Return *path* so that nothing in it stands for other files."""
    return "file://" + re.sub(r"([\\*?\[\]{}])", r"\\\1", str(path))


class _Started:
    """A Spark of our own, on this machine alone."""

    def __init__(self) -> None:
        pyspark = _pyspark()
        from pyspark.sql import SparkSession

        if pyspark.SparkContext._active_spark_context:  # noqa: SLF001 - there is no other way
            raise FactsUnusable("Spark runs in this process already; give its session instead")
        gateway = _java()
        self._folder = TemporaryDirectory(prefix="complaint-ledger-")
        try:
            conf = pyspark.SparkConf(loadDefaults=False)
            conf.setAll(list(_SETTINGS.items()))
            conf.set("spark.local.dir", self._folder.name)
            conf.set("spark.sql.warehouse.dir", f"{self._folder.name}/warehouse")
            self._context = pyspark.SparkContext(gateway=gateway, conf=conf)
            self.session = SparkSession(self._context)
        except Exception as error:  # noqa: BLE001 - of what Java throws there is no end
            self._folder.cleanup()
            raise _not_started(error) from None

    def stop(self) -> None:
        self.session.stop()
        self._folder.cleanup()


def _not_started(error: Exception) -> FactsUnusable:
    return FactsUnusable(
        f"Spark does not start ({type(error).__name__}); see that `java -version` says 17 or"
        " later, or ask on duckdb"
    )


def _pyspark() -> Any:
    try:
        import pyspark
        import pyspark.errors
    except ModuleNotFoundError:
        raise FactsUnusable(
            "Spark needs pyspark, which is not installed; install complaint-ledger[spark]"
        ) from None
    return pyspark


@cache
def _java() -> Any:
    """Start Java, which serves until this process ends; what it says is not for our users."""
    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").exists() if home else shutil.which("java")):
        raise FactsUnusable(
            "Spark needs Java, 17 or later, and there is none here: install it, or let JAVA_HOME"
            " say where it is; or ask on duckdb"
        )
    pyspark = _pyspark()
    from pyspark import java_gateway

    launch: Any = java_gateway.launch_gateway
    try:
        return launch(popen_kwargs={"stderr": subprocess.DEVNULL})
    except pyspark.errors.PySparkException as error:
        raise _not_started(error) from None
