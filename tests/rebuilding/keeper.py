"""Keeps the facts up, as `projections run` does."""

from complaint_ledger.opening import open_ledger
from complaint_ledger.projections.keeping_up import keep_up
from complaint_ledger.projections.views import Views


def keep(url, facts):
    with open_ledger(url) as ledger, Views(facts) as views:
        keep_up(views, ledger.store, poll=0.5)
