"""
Exports of councils that do not exist, for sizes that no real ledger has.

Each is in a folder like any other and says in its manifest that it is fictional.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from complaint_ledger.demo.invented import RECORDED_AT, InventedCouncil
from complaint_ledger.errors import ComplaintLedgerError
from complaint_ledger.evidence.entries import instant
from complaint_ledger.projections.export.exporting import generator
from complaint_ledger.projections.export.manifest import (
    Exported,
    ExportUnusable,
    as_json,
    read_manifest,
)
from complaint_ledger.projections.export.placing import Placing
from complaint_ledger.projections.export.spool import AT_ONCE, Spool
from complaint_ledger.projections.facts import SCHEMA, TABLES
from complaint_ledger.projections.faults import FactsError
from complaint_ledger.projections.journey import journey

_TOLD: Final = 3  # the exit status of a process that says why it stopped


def export_invented(council: InventedCouncil, out: Path) -> Exported:
    """
    Write the facts of *council* to its folder in *out*, in the place of what is there of it.

    Raises:
        ExportUnusable: What is there is something else; or it cannot be written.
    """
    placing = Placing(out, str(council.id))
    with placing.begun(), ExitStack() as stack:
        _refuse_others(placing)
        spool = Spool(placing.spool, council.ledger)
        stack.callback(spool.close)
        position = _fill(spool, council)
        files = sorted(spool.write(placing.new), key=lambda file: file.path)
        spool.close()
        exported = Exported(
            folder=placing.place,
            ledger=council.ledger,
            council=str(council.id),
            schema=SCHEMA,
            position=position,
            event=council.event_id(position),
            recorded_at=instant(RECORDED_AT + timedelta(microseconds=position)),
            fictional=True,
            checkpoint=None,
            root=None,
            generator=generator(),
            parked=(),
            files=tuple(files),
        )
        placing.settle(as_json(exported))
    return exported


def _refuse_others(placing: Placing) -> None:
    if not placing.place.exists():
        return
    with suppress(ExportUnusable):
        if placing.is_an_export() and read_manifest(placing.place).fictional:
            return
    raise ExportUnusable(
        f"{placing.place} holds something else than a fictional council; nothing was changed."
        " Name another folder"
    )


def _fill(spool: Spool, council: InventedCouncil) -> int:
    """Put the rows of all complaints into *spool*; return the last position of the ledger."""
    position = 1
    waiting: dict[str, list[tuple[Any, ...]]] = {table.name: [] for table in TABLES}
    values = {table.name: itemgetter(*(c.name for c in table.columns)) for table in TABLES}
    for facts in council.histories():
        position = facts[-1].position
        rows = journey(facts)
        for row in rows.get("complaints", ()):
            row |= {"stream": council.stream(row["complaint"]), "council": str(council.id)}
            year = row["received_financial_year"]
        for name, found in rows.items():
            waiting[name] += [(year, *values[name](row)) for row in found]
        if len(waiting["decisions"]) >= AT_ONCE:
            _pour(waiting, spool)
    _pour(waiting, spool)
    return position


def _pour(waiting: dict[str, list[tuple[Any, ...]]], spool: Spool) -> None:
    for table in TABLES:
        spool.add(table, waiting[table.name])
        waiting[table.name].clear()


# --- many, in several processes ------------------------------------------------------------------


def export_many(
    out: Path,
    *,
    councils: int,
    complaints: int,
    seed: int,
    processes: int = 1,
    tell: Callable[[int], object] = lambda _: None,
) -> None:
    """
    Write the exports of *councils* councils of *seed*, with so many complaints each, to *out*.

    Args:
        out: The folder; made if it is not there.
        councils: How many.
        complaints: How many each has.
        seed: The same gives the same.
        processes: How many to share the work out to.
        tell: Called with how many councils are done.

    Raises:
        ExportUnusable: A folder holds something else, or cannot be written.
        FactsError: A process died.
    """
    order = {"out": str(out), "councils": councils, "complaints": complaints, "seed": seed}
    of = max(1, min(processes, councils))
    if of == 1:
        for done, _ in enumerate(_share(order | {"worker": 0, "of": 1}), 1):
            tell(done)
        return
    with ExitStack() as stack:
        running = [_begin(order | {"worker": n, "of": of}, stack) for n in range(of)]
        done = 0
        for process in running:
            assert process.stdout
            assert process.stderr
            for _ in process.stdout:
                done += 1
                tell(done)
            said = process.stderr.read().strip()
            if process.wait() == _TOLD:
                raise ExportUnusable(said)
            if process.returncode:
                raise FactsError(
                    f"a process ended with status {process.returncode}; try again, with fewer"
                )


def _share(order: dict[str, Any]) -> Iterator[Exported]:
    for number in range(order["worker"] + 1, order["councils"] + 1, order["of"]):
        council = InventedCouncil(seed=order["seed"], number=number, complaints=order["complaints"])
        yield export_invented(council, Path(order["out"]))


def _begin(order: dict[str, Any], stack: ExitStack) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "complaint_ledger.projections.export.synthetic"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stack.callback(_end, process)
    assert process.stdin
    with suppress(BrokenPipeError):  # it is gone already; its end says why
        process.stdin.write(json.dumps(order))
        process.stdin.close()
    return process


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdout, process.stderr):
        assert pipe
        pipe.close()


def _main() -> int:
    try:
        for exported in _share(json.loads(sys.stdin.read())):
            sys.stdout.write(f"{exported.council}\n")
            sys.stdout.flush()
    except ComplaintLedgerError as error:
        sys.stderr.write(f"{error}\n")
        return _TOLD
    return 0


if __name__ == "__main__":
    sys.exit(_main())
