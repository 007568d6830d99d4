"""
Files that look like the three real ones: the same columns, the same kinds of dirt.

Everything in them is made up, from a seed, at any size; what an import of them
must come to is counted while they are made, and returned beside the file.
"""

import csv
import gzip
import io
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import attrs

MAPPINGS = Path(__file__).parents[2] / "examples" / "mappings"
SEED = 20260112


@attrs.define(kw_only=True)
class LookAlike:
    """
    A made-up file, and what is known of it.

    Attributes:
        rows: Rows in it, without the header.
        complaints: Journeys that it tells of.
        events: Events that those journeys have, presumed receipts among them.
        passed_over: Rows that tell of no complaint.
        open: Complaints without a closure.
        same_day: Complaints closed on the day they were received.
        repeated: Both lines of each key that stands there again with other content.
        said_twice: Rows that stand there again word for word.
        presumed: Complaints with an outcome, and no receipt.
        impossible: Complaints whose dates break a rule, by rule.
        outcomes: Heads by who decided, and what.
        overturned: Heads not upheld first and upheld then: by reference, and by year.
    """

    file: Path
    mapping: Path
    rows: int = 0
    complaints: int = 0
    events: int = 0
    passed_over: int = 0
    open: int = 0
    same_day: int = 0
    repeated: list[tuple[int, int]] = attrs.field(factory=list)
    said_twice: int = 0
    presumed: int = 0
    impossible: Counter[str] = attrs.field(factory=Counter)
    outcomes: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    overturned: Counter[str] = attrs.field(factory=Counter)
    overturned_in: Counter[str] = attrs.field(factory=Counter)
    complaints_overturned_in: Counter[str] = attrs.field(factory=Counter)


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write a CSV file, gzipped where it is called so; return *path*."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    data = text.getvalue().encode("utf-8")
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


# --- one row an event: fines ---------------------------------------------------------------------

FINES_HEADER = (
    *("case_id", "activity", "lifecycle", "resource", "timestamp", "amount", "article"),
    *("dismissal", "expense", "lastsent", "matricola", "notificationtype", "paymentamount"),
    *("points", "totalpaymentamount", "vehicleclass", "activity_instance_id", ".order"),
)

_RECEIVED = ("Insert Date Appeal to Prefecture", "")
_TOLD = ("Notify Result Appeal to Offender", "")
_QUASHED, _STANDS = ("Send Appeal to Prefecture", "#"), ("Send Appeal to Prefecture", "NIL")
_JUDGE_QUASHED, _JUDGE_STANDS = ("Appeal to Judge", "G"), ("Appeal to Judge", "NIL")
_NOTED = ("Receive Result Appeal from Prefecture", "")
_BEFORE = (("Create Fine", "NIL"), ("Send Fine", ""), ("Insert Fine Notification", ""))
_AFTER = (("Add penalty", ""), ("Payment", ""), ("Send for Credit Collection", ""))

# What a case may be, how often, and the rows of its appeal.
FINE_JOURNEYS: Mapping[str, tuple[int, tuple[tuple[str, str], ...]]] = {
    "no appeal": (60, ()),
    "pending": (4, (_RECEIVED,)),
    "prefecture upholds": (8, (_RECEIVED, _QUASHED)),
    "prefecture upholds, and says so": (3, (_RECEIVED, _QUASHED, _NOTED, _TOLD)),
    "prefecture does not uphold": (8, (_RECEIVED, _STANDS, _NOTED, _TOLD)),
    "judge without receipt upholds": (3, (_JUDGE_QUASHED,)),
    "judge without receipt does not uphold": (5, (_JUDGE_STANDS,)),
    "overturned": (3, (_RECEIVED, _STANDS, _TOLD, _JUDGE_QUASHED)),
    "not overturned": (3, (_RECEIVED, _STANDS, _TOLD, _JUDGE_STANDS)),
    "judge before prefecture": (3, (_JUDGE_QUASHED, _RECEIVED, _QUASHED)),
}

_FINE_OUTCOMES = {
    _QUASHED: ("prefecture", "upheld"),
    _STANDS: ("prefecture", "not-upheld"),
    _JUDGE_QUASHED: ("judge", "upheld"),
    _JUDGE_STANDS: ("judge", "not-upheld"),
}


def fines(path: Path, *, cases: int = 100, seed: int = SEED) -> LookAlike:
    """Return a file of *cases* fines, of which some were appealed against."""
    rng = random.Random(seed)
    made = LookAlike(file=path, mapping=MAPPINGS / "traffic_fines.toml")
    names, weights = list(FINE_JOURNEYS), [often for often, _ in FINE_JOURNEYS.values()]
    # Each kind once, so that no answer is zero by chance.
    kinds = [*names, *rng.choices(names, weights, k=max(cases - len(names), 0))]
    write(path, FINES_HEADER, _fine_rows(kinds, rng, made))
    return made


def _fine_rows(kinds: list[str], rng: random.Random, made: LookAlike) -> Iterator[list[object]]:
    for number, kind in enumerate(kinds, 1):
        case = f"T{number}"
        appeal = FINE_JOURNEYS[kind][1]
        told = [*_BEFORE, *appeal, *rng.sample(_AFTER, k=rng.randint(0, 3))]
        day = date(2007, 1, 1) + timedelta(days=rng.randrange(1500))
        rows: list[list[object]] = []
        for activity, dismissal in told:
            made.rows += 1
            row: dict[str, object] = {
                "case_id": case,
                "activity": activity,
                "lifecycle": "complete",
                "timestamp": day,
                "dismissal": dismissal,
                "amount": f"{rng.randint(20, 90)}.0",
                "activity_instance_id": made.rows,
                ".order": made.rows,
            }
            rows.append([row.get(column, "") for column in FINES_HEADER])
            # A third of all steps fall on the day of the one before.
            day += timedelta(days=rng.choice((0, rng.randint(1, 60), rng.randint(1, 60))))
        if rng.random() < 0.2:  # only .order says which came first
            rows.reverse()
        yield from rows
        _count_fine(made, case, kind, appeal, len(told))


def _count_fine(
    made: LookAlike, case: str, kind: str, appeal: tuple[tuple[str, str], ...], rows: int
) -> None:
    happened = [step for step in appeal if step != _NOTED]
    made.passed_over += rows - len(happened)
    if not happened:
        return
    presumed = _RECEIVED not in happened
    made.complaints += 1
    made.events += len(happened) + presumed
    made.presumed += presumed
    made.impossible["GEN-01"] += kind == "judge before prefecture"
    made.outcomes.update(_FINE_OUTCOMES[step] for step in happened if step in _FINE_OUTCOMES)
    if kind == "overturned":
        made.overturned[case] += 1


# --- one row a head: Chicago ---------------------------------------------------------------------

CHICAGO_HEADER = (
    *("cr_id", "incident_date", "complaint_date", "closed_date", "beat", "location_code"),
    *("row_id", "complaint_category", "recommended_finding", "final_finding"),
)
NOT_UPHELD = ("NS", "UN", "EX")
FINDINGS = ("SU", *NOT_UPHELD, "NAF", "NC", "DIS")
CATEGORIES = ("", "NOISE, LATE", 'SAID "WAIT"', "TWO\nLINES", "QUEUE", "LETTER UNANSWERED, ETC.")


def chicago(path: Path, *, complaints: int = 300, seed: int = SEED) -> LookAlike:
    """Return a file of *complaints*, each with the rows of its heads one after the other."""
    rng = random.Random(seed)
    made = LookAlike(file=path, mapping=MAPPINGS / "chicago_police.toml")
    write(path, CHICAGO_HEADER, _chicago_rows(complaints, rng, made))
    return made


def _chicago_rows(
    complaints: int, rng: random.Random, made: LookAlike
) -> Iterator[tuple[object, ...]]:
    head = 0
    for number in range(1, complaints + 1):
        reference = str(500_000 + number)
        received = date(2002, 1, 1) + timedelta(days=rng.randrange(4000))
        arose = received - timedelta(days=rng.randrange(90))
        closed: date | None = received + timedelta(days=rng.randrange(900))
        if number % 40 == 1:
            closed = received - timedelta(days=rng.randint(1, 300))
        elif number % 40 == 2:
            arose = received + timedelta(days=rng.randint(1, 30))
        elif number % 40 == 3 or rng.random() < 0.02:
            closed = None
        heads = [
            (rng.choice(FINDINGS), rng.choice((*FINDINGS, "")))
            for _ in range(rng.choice((0, 1, 1, 2, 4)))
        ]
        if number % 10 == 4:  # one that was overturned, whatever the others are
            heads.append((rng.choice(NOT_UPHELD), "SU"))
        if number % 40 == 5:
            heads.append(("", "SU"))
        _count_chicago(made, reference, arose, received, closed, heads)
        before = (reference, arose, received, closed or "", rng.randint(1, 2500), rng.randint(1, 9))
        if not heads:
            made.rows += 1
            yield (*before, "", "", "", "")
        for recommended, final in heads:
            head += 1
            made.rows += 1
            yield (*before, head, rng.choice(CATEGORIES), recommended, final)


def _count_chicago(
    made: LookAlike,
    reference: str,
    arose: date,
    received: date,
    closed: date | None,
    heads: list[tuple[str, str]],
) -> None:
    made.complaints += 1
    made.events += 1 + any(first for first, _ in heads) + any(final for _, final in heads)
    made.events += closed is not None
    made.open += closed is None
    made.impossible["GEN-02"] += closed is not None and closed < received
    made.impossible["arose-first"] += arose > received
    overturned = sum(first in NOT_UPHELD and final == "SU" for first, final in heads)
    if overturned:
        year = str(closed.year) if closed else "not-recorded"
        made.overturned[reference] += overturned
        made.overturned_in[year] += overturned
        made.complaints_overturned_in[year] += 1


# --- one row a complaint: New York ---------------------------------------------------------------

NEW_YORK_HEADER = (
    *("unique_key", "account", "opendate", "closedate", "complaint_type", "descriptor"),
    *("zip", "borough", "city", "council_dist", "community_board"),
)
TYPES = ("", "Aging", "Education", "Housing and Buildings", "Please choose an issue...", "NYCHA")


def new_york(path: Path, *, rows: int = 400, repeats: int = 4, seed: int = SEED) -> LookAlike:
    """
    Return a file of *rows*, of which *repeats* repeat a key with other content.

    The first repeat stands beside its first, the second a few rows on, the last
    at the far end of the file; one more row says again, word for word, what the
    one before it said.
    """
    rng = random.Random(seed)
    made = LookAlike(file=path, mapping=MAPPINGS / "nyc_council_casework.toml", rows=rows)
    told = [_case(number, rng) for number in range(1, rows - repeats)]
    made.complaints = len(told)
    made.open = sum(not case["closedate"] for case in told)
    made.same_day = sum(case["closedate"] == case["opendate"] for case in told)
    made.events = 2 * len(told) - made.open
    for repeat in range(repeats):
        # The last one repeats the first row; the others, a row that is near, then farther.
        first = 0 if repeat == repeats - 1 else rng.randrange(len(told) // 2)
        place = len(told) if repeat == repeats - 1 else min(first + 4**repeat, len(told))
        told.insert(place, {**told[first], "descriptor": f"SOMETHING ELSE {repeat}"})
    told.insert(3, told[2])
    made.said_twice = 1
    first_lines: dict[str, int] = {}
    for line, case in enumerate(told, 2):
        first = first_lines.setdefault(str(case["unique_key"]), line)
        if str(case["descriptor"]).startswith("SOMETHING ELSE"):
            made.repeated.append((first, line))
    write(path, NEW_YORK_HEADER, ([c[column] for column in NEW_YORK_HEADER] for c in told))
    return made


def _case(number: int, rng: random.Random) -> dict[str, object]:
    opened = date(2015, 1, 1) + timedelta(days=rng.randrange(3600))
    days = rng.choice((None, 0, 0, 0, 1, 7, 30, 400))
    district = f"TEST{rng.randint(1, 51):02}"
    return {
        "unique_key": f"{district}{7_000_000 + number}",
        "account": district,
        "opendate": opened,
        "closedate": "" if days is None else opened + timedelta(days=days),
        "complaint_type": rng.choice(TYPES),
        "descriptor": rng.choice(("Lift", "Bins, again", "", "Noise")),
        "zip": rng.randint(10_000, 11_999),
        "borough": "Testborough",
        "city": "Testham",
        "council_dist": district,
        "community_board": "01 Testborough",
    }
