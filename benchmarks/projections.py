"""Our runner against the library's `ProjectionRunner`, on the same events and the same rows."""

from collections.abc import Mapping
from typing import Final

import attrs

from benchmarks.measures import Line, rate
from benchmarks.projections_ledgers import LENGTH, Growing
from benchmarks.projections_peer import Counts, KeepsFacts, KeepsFactsByHistory, Timed, take_in
from benchmarks.projections_places import Database, check_equal
from complaint_ledger.projections.views import Views

TARGET: Final = 10
"""How many times as many events our runner is to take in."""

OPEN: Final = 3
"""Events of a complaint that is open when a view is up with it."""

PEERS: Final[Mapping[str, type[Timed]]] = {
    "by_history": KeepsFactsByHistory,
    "remembering": KeepsFacts,
    "counting": Counts,
}
SAID: Final = {
    "by_history": "ProjectionRunner",
    "remembering": "ProjectionRunner, all remembered",
    "counting": "ProjectionRunner, only a counter",
}


@attrs.frozen(kw_only=True)
class Scale:
    """
    How much is measured.

    Attributes:
        whole: Complaints of eight events in the ledger that views are made of.
        changed: Complaints that are open, and change in a repetition.
        times: Repetitions.
    """

    whole: int
    changed: int
    times: int


FULL: Final = Scale(whole=250, changed=300, times=5)
ON_SERVER: Final = Scale(whole=125, changed=150, times=5)
"""The peer waits for the disk after each event."""

QUICK: Final = Scale(whole=5, changed=5, times=1)


def runners(on: Database, scale: Scale) -> list[Line]:
    """Measure views that are kept up, and views that are made, turn and turn about."""
    with on.ledger("kept_up") as growing:
        live = _live(on, growing, scale)
    with on.ledger("made") as growing:
        growing.record(growing.stories(scale.whole))
        return [*live, *_first(on, growing, scale)]


def _live(on: Database, growing: Growing, scale: Scale) -> list[Line]:
    """Measure views that exist, and take in new events of complaints that are open."""
    # All of a complaint's other events at once, as after a night; and one event of each.
    shapes = {"the rest of each": range(OPEN, LENGTH), "one of each": range(OPEN, OPEN + 1)}
    turns = [(what, growing.stories(scale.changed)) for what in shapes for _ in range(scale.times)]
    for _, stories in turns:
        growing.record(stories, range(OPEN))
    with Views(on.facts("live")) as views:
        views.catch_up(growing.store)
        kept = {peer: on.view(f"live_{peer}") for peer in PEERS}
        for peer in PEERS:
            _theirs(growing, peer, kept[peer])
        found: dict[tuple[str, str], list[float]] = {}
        for what, stories in turns:
            growing.record(stories, shapes[what])
            count = len(stories) * len(shapes[what])
            mine = rate(count, lambda: views.catch_up(growing.store))
            found.setdefault((what, "ours"), []).append(mine)
            for peer in PEERS:
                found.setdefault((what, peer), []).append(_theirs(growing, peer, kept[peer]))
        for peer in ("by_history", "remembering"):
            assert check_equal(views, on.address(kept[peer])) == growing.complaints
    return [
        _line(f"live, {what}, {on.name}", peer, found[what, "ours"], found[what, peer])
        for what in shapes
        for peer in PEERS
    ]


def _first(on: Database, growing: Growing, scale: Scale) -> list[Line]:
    """Measure views that are made of a whole ledger."""
    found: dict[str, list[float]] = {}
    events = growing.store.head().position
    for turn in range(scale.times):
        with Views(on.facts(f"first_{turn}")) as views:
            mine = rate(events, lambda views=views: views.catch_up(growing.store))
            found.setdefault("ours", []).append(mine)
            for peer in PEERS:
                view = on.view(f"first_{peer}_{turn}")
                found.setdefault(peer, []).append(_theirs(growing, peer, view))
                if peer != "counting":
                    check_equal(views, on.address(view))
    return [_line(f"first build, {on.name}", peer, found["ours"], found[peer]) for peer in PEERS]


def _theirs(growing: Growing, peer: str, view: Mapping[str, str]) -> float:
    upto = growing.store.head().position
    return take_in(PEERS[peer], growing.url, growing.council, view, upto)


def _line(what: str, peer: str, ours: list[float], theirs: list[float]) -> Line:
    target = None if peer == "counting" else TARGET
    return Line(what=what, peer=SAID[peer], ours=tuple(ours), theirs=tuple(theirs), target=target)
