"""Records one complaint after another, each with its answer and what the ombudsman found."""

import time
from datetime import date

from complaint_ledger.domain import events as e
from complaint_ledger.ids import new_id
from complaint_ledger.opening import open_ledger
from complaint_ledger.recording import Around, Part, Told

DAY = date(2026, 4, 7)
SERVICES = ("waste", "housing", "parking")


def record(url, pause):
    with open_ledger(url) as ledger:
        around = Around(actor=next(iter(ledger.own.actors.values())))
        number = 0
        while True:
            number += 1
            stream = new_id()
            told = [
                e.ComplaintReceived(
                    occurred_on=DAY, heads=(e.Head(id="h1"),), service=SERVICES[number % 3]
                ),
                e.ResponseSent(
                    occurred_on=DAY,
                    stage="stage-1",
                    outcomes=(e.HeadOutcome(head="h1", outcome="not-upheld"),),
                ),
                e.OmbudsmanOutcomeReceived(
                    occurred_on=DAY,
                    body="lgsco",
                    findings=(e.HeadFinding(head="h1", finding="upheld"),),
                ),
            ]
            for version, event in enumerate(told):
                part = Part(stream=stream, version=version, events=[Told(new_id(), event)])
                ledger.recorder.append([part], around)
                time.sleep(float(pause))
