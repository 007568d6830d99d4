"""Keeps the facts up, and stands still once in the middle of a batch: see test_two_runners.py."""

import os
import signal
import sys

from complaint_ledger.projections import places_postgres, runner
from complaint_ledger.projections.faults import FactsUnusable
from complaint_ledger.projections.views import Views
from complaint_ledger.store import adapter, parse_url, system_clock

ledger, facts, where = sys.argv[1:]
places_postgres._WAIT = 1  # seconds for which the server bears who stands still in a transaction


def then_stand_still(do):
    def done_and_still(*words):
        done = do(*words)
        setattr(runner, do.__name__, do)
        os.kill(os.getpid(), signal.SIGSTOP)
        return done

    return done_and_still


folded_before, written_inside = runner.changed, runner.keep
chosen = {"before": folded_before, "inside": written_inside}[where]
setattr(runner, chosen.__name__, then_stand_still(chosen))

store = adapter("sqlite").open(parse_url(ledger), system_clock)
with Views(facts) as views:
    while True:
        try:
            views.catch_up(store, batch=7)
        except FactsUnusable as error:
            if not error.passing:
                raise
            print(error, file=sys.stderr)
        else:
            break
store.close()
