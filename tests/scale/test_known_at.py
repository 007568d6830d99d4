"""A trend over 100,000 complaints as it was known then is the trend that was computed then."""

import json
import os
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from complaint_ledger.domain import events as e
from complaint_ledger.ids import new_id
from complaint_ledger.opening import create_ledger, open_ledger
from complaint_ledger.projections.trends import TRENDS, answer
from complaint_ledger.projections.views import Views, facts_as_known
from complaint_ledger.recording import Around, Part, Told
from rebuilding.ledgers import record_stories, story

COMPLAINTS = int(os.environ.get("COMPLAINT_LEDGER_SCALE", "100000"))
MOMENTS = 4
ASKED = {"overturn": (None, "decided_year", "service"), "outcomes": ("stage", "decided_year")}


def answers(views):
    with views.reading() as connection:
        return {
            f"{name} by {by}": answer(TRENDS[name], connection, by).as_dict()
            for name, groups in ASKED.items()
            for by in groups
        }


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A ledger, and of several moments the time and the answers that were given then."""
    folder = tmp_path_factory.mktemp("known-at")
    url = f"sqlite:///{folder / 'council.db'}"
    drawn = random.Random(7)
    moments, streams, number = [], [], 0
    ledger, actor = create_ledger(url, council="Northborough Council", fictional=True)
    with ledger, Views(folder / "council.db.facts") as views:
        around = Around(actor=ledger.actor(actor))
        for _ in range(MOMENTS):
            for _ in range(0, COMPLAINTS // MOMENTS, 1000):
                some = [(new_id(), story(drawn, number + n)) for n in range(1000)]
                number += 1000
                record_stories(ledger, around, some)
                streams += [stream for stream, _ in some]
            correct_some(ledger, around, drawn.sample(streams, len(streams) // 100), drawn)
            views.catch_up(ledger.store)
            moments.append((ledger.store.head(), answers(views)))
    return url, moments


def correct_some(ledger, around, streams, drawn):
    """Say of earlier decisions that they were others, or none."""
    for stream in streams:
        decision = ledger.store.read(stream)[7]
        happened = ledger.entries(stream)[7].event
        if drawn.random() < 0.5:
            event = e.EntryRetracted(retracts=decision.id, reason="wrong-complaint")
        else:
            findings = tuple(
                e.HeadFinding(head=one.head, finding="upheld") for one in happened.findings
            )
            changed = e.OmbudsmanOutcomeReceived(
                occurred_on=date(2024, 1, 1), body="lgsco", findings=findings
            )
            event = e.EntryCorrected(
                corrects=decision.id, replacement=changed, reason="letter-came-again"
            )
        version = len(ledger.store.read(stream))
        part = Part(stream=stream, version=version, events=[Told(new_id(), event)])
        ledger.recorder.append([part], around)


def test_what_is_known_as_of_each_moment_is_what_was_answered_then(told):
    url, moments = told
    assert len({json.dumps(known, default=str) for _, known in moments}) == MOMENTS
    with open_ledger(url) as ledger:
        for head, known in moments:
            with facts_as_known(ledger.store, head.recorded_at) as views:
                assert known == answers(views)


def test_the_command_line_says_the_same(told):
    url, moments = told
    head, known = moments[1]
    command = Path(sys.executable).parent / "complaint-ledger"
    words = ["trends", "overturn", "--by", "service", "--known-at", f"@{head.position}"]
    done = subprocess.run(
        [command, *words, "--ledger", url, "--format", "json"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip

    said = json.loads(done.stdout)
    assert head.position == said["as_of_position"]
    assert known["overturn by service"] == {key: said[key] for key in known["overturn by service"]}
