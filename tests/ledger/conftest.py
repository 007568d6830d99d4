"""A ledger of its own for each test, on each store that a council may choose."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from complaint_ledger import create_ledger, open_ledger
from complaint_ledger.domain import events as e
from complaint_ledger.testing import examples as story


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = datetime(2026, 6, 1, 9, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def url(request, tmp_path):
    if request.param == "memory":
        return f"memory:///{uuid4().hex}"
    return f"sqlite:///{tmp_path}/council.db"


@pytest.fixture
def made(url, clock):
    ledger, administrator = create_ledger(url, council="Northborough Council", clock=clock)
    yield ledger, administrator
    ledger.close()


@pytest.fixture
def ledger(made):
    """The ledger, in which the people of the story may record too."""
    ledger, administrator = made
    for actor in (story.OFFICER, story.MANAGER):
        added = e.ActorAdded(actor=actor, kind="officer", role="handler")
        ledger.record_own(added, ledger.actor(administrator))
    return ledger


@pytest.fixture
def actor(made):
    return made[1]


@pytest.fixture
def again(url, clock):
    opened = []

    def reopen():
        opened.append(open_ledger(url, clock=clock))
        return opened[-1]

    yield reopen
    for each in opened:
        each.close()
