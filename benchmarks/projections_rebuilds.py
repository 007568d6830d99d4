"""Rebuilds by one worker and by two, and trends over what they made."""

from typing import Final

import attrs

from benchmarks.measures import Line, rate
from benchmarks.projections_places import Database
from benchmarks.projections_trends import trends
from complaint_ledger.projections.rebuild import rebuild
from complaint_ledger.projections.views import Views


@attrs.frozen(kw_only=True)
class Scale:
    """How much is measured: events of a ledger that is rebuilt, and how often of each."""

    events: int
    times: int
    asked: int


FULL: Final = Scale(events=50_000, times=3, asked=15)
QUICK: Final = Scale(events=400, times=1, asked=2)


def rebuilds(on: Database, scale: Scale) -> list[Line]:
    """Measure rebuilds, turn and turn about, and then trends."""
    with on.ledger("rebuilt") as growing, Views(on.facts("rebuilt")) as views:
        growing.grow(scale.events)
        store = growing.store
        events = store.head().position
        found: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(scale.times):
            for workers, rates in found.items():
                rates.append(
                    rate(
                        events,
                        lambda workers=workers: rebuild(
                            views, store, ledger=growing.url, workers=workers
                        ),
                    )
                )
        line = Line(
            what=f"rebuild, 2 workers, events, {on.name}",
            peer="1 worker",
            ours=tuple(found[2]),
            theirs=tuple(found[1]),
        )
        return [line, *trends(views, on.name, scale.asked)]
