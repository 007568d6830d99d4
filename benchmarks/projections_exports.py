"""Facts written to files for others, and the same trends asked of these files."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any, Final

import attrs

from benchmarks.measures import rate
from benchmarks.projections_ledgers import LENGTH, growing
from complaint_ledger.projections.engines import over
from complaint_ledger.projections.export.exporting import export
from complaint_ledger.projections.export.manifest import exports
from complaint_ledger.projections.trends.definition import answer
from complaint_ledger.projections.trends.outcomes import OUTCOMES
from complaint_ledger.projections.trends.overturn import OVERTURN
from complaint_ledger.projections.views import Views

ASKED: Final = ((OVERTURN, "service"), (OUTCOMES, "stage"))


@attrs.frozen(kw_only=True)
class Scale:
    """How much is measured: complaints exported, and repetitions."""

    complaints: int
    times: int


FULL: Final = Scale(complaints=25_000, times=5)
QUICK: Final = Scale(complaints=40, times=1)


@attrs.frozen(kw_only=True)
class ExportedAt:
    """
    What an export of *complaints* complaints took, and what asking it took.

    Attributes:
        full: Complaints exported a second; every file is written.
        incremental: Seconds of an export after one complaint was answered, catch-up included.
        written: Of how many financial years the files were written then, of *years*.
        opened: Seconds to open and check the export, by engine; all its hashes, too.
        asked: Seconds of a trend, by engine and trend.
    """

    complaints: int
    full: tuple[float, ...]
    incremental: tuple[float, ...]
    written: tuple[int, ...]
    years: int
    opened: dict[str, tuple[float, ...]]
    asked: dict[str, dict[str, tuple[float, ...]]]


def engines() -> list[str]:
    """Return the engines that are installed; Spark needs Java, too."""
    spark = importlib.util.find_spec("pyspark") and shutil.which("java")
    return ["duckdb", *(["spark"] if spark else [])]


def exported(folder: Path, scale: Scale) -> ExportedAt:
    """Measure exports of a ledger in a file, and trends over them."""
    out = folder / "exports"
    with (
        growing(f"sqlite:///{folder / 'exported.db'}") as made,
        Views(folder / "exported.facts") as views,
    ):
        made.grow(scale.complaints * LENGTH)
        turns = [made.stories(1) for _ in range(scale.times)]
        for stories in turns:
            made.record(stories, range(3))
        views.catch_up(made.store)
        full: list[float] = []
        for _ in range(scale.times):
            whole = rate(made.complaints, lambda: export(made.ledger, views, out, anew=True))
            full.append(whole)
        years = len({file.financial_year for one in exports(out) for file in one.files})
        incremental, written = [], []
        for stories in turns:
            made.record(stories, range(3, 4))
            done: list[Any] = []
            some = rate(1, lambda done=done: done.append(export(made.ledger, views, out)))
            incremental.append(1 / some)
            written.append(len(done[0].written))
        opened, asked = _asked(out, views, scale.times)
    return ExportedAt(
        complaints=made.complaints,
        full=tuple(full),
        incremental=tuple(incremental),
        written=tuple(written),
        years=years,
        opened=opened,
        asked=asked,
    )


def _asked(out: Path, views: Views, times: int) -> tuple[Any, Any]:
    """Ask the same of every engine, and of the facts themselves; the answers must be the same."""
    opened: dict[str, tuple[float, ...]] = {}
    asked: dict[str, dict[str, tuple[float, ...]]] = {}
    with views.reading() as connection:
        expected = {trend.id: answer(trend, connection, by) for trend, by in ASKED}
        asked["sqlite"] = _seconds(connection, times)
    for engine in engines():
        took = []
        for turn in range(times):
            held: list[Any] = []
            took.append(1 / rate(1, lambda held=held, e=engine: held.append(over(exports(out), e))))
            with held[0] as facts:
                if turn == 0:
                    found = {trend.id: answer(trend, facts, by) for trend, by in ASKED}
                    assert found == expected
                    asked[engine] = _seconds(facts, times)
        opened[engine] = tuple(took)
    return opened, asked


def _seconds(facts: Any, times: int) -> dict[str, tuple[float, ...]]:
    return {
        trend.id: tuple(
            1 / rate(1, lambda t=trend, by=by: answer(t, facts, by)) for _ in range(times)
        )
        for trend, by in ASKED
    }
