"""Every event and every command is generated, and what is generated can be recorded and read."""

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from complaint_ledger import codec
from complaint_ledger.domain.complaint import replay
from complaint_ledger.domain.history import as_of
from complaint_ledger.domain.words import Sealed, Withheld
from complaint_ledger.ids import new_id
from complaint_ledger.privacy.vault import Sealing
from complaint_ledger.store import parse_url, system_clock
from complaint_ledger.testing import check_whole, strategies
from complaint_ledger_adapters.memory import ADAPTER

FOUND = settings(
    max_examples=2000,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
QUICKLY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
META = codec.Meta(
    event_id="e" * 32,
    actor=codec.Actor(id="officer-7k2m9q", kind="officer", role="handler"),
    library="0",
)


@pytest.mark.parametrize("kind", codec.EVENT_NAMES, ids=lambda kind: kind.__name__)
@given(data=st.data())
@QUICKLY
def test_every_event_is_generated_and_can_be_kept(kind, data):
    event = data.draw(strategies.of(kind, few=data.draw(st.booleans())))

    assert type(event) is kind
    body = codec.encode(event, META, Sealing("a" * 32))
    again, meta = codec.decode(codec.EVENT_NAMES[kind], 1, body)
    assert (type(again), meta) == (kind, META)
    assert codec.encode(again, META, Sealing("a" * 32)) == body


@pytest.mark.parametrize("kind", strategies.COMMANDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@QUICKLY
def test_every_command_is_generated(kind, data):
    assert type(data.draw(strategies.of(kind))) is kind


def test_the_classes_are_those_that_have_a_stored_name():
    assert {*strategies.COMPLAINT_EVENTS, *strategies.LEDGER_EVENTS} == set(codec.EVENT_NAMES)


@pytest.mark.parametrize("kind", [Sealed, Withheld, type(None)])
def test_a_personal_value_may_be_said_withheld_or_absent(kind):
    assert find(
        strategies.of(strategies.e.ComplaintWithdrawn),
        lambda event: type(event.explanation) is kind,
        settings=FOUND,
    )


@given(strategies.journeys())
@QUICKLY
def test_a_journey_begins_with_its_receipt(facts):
    assert not facts or replay([facts[0].event]).received
    assert [fact.version for fact in facts] == list(range(1, len(facts) + 1))


def test_a_journey_may_reach_a_response():
    assert find(
        strategies.journeys(),
        lambda facts: any(stage.responded for stage in as_of(facts).stages),
        settings=FOUND,
    )


@given(strategies.histories())
@QUICKLY
def test_any_history_replays(facts):
    as_of(facts)


def test_a_history_may_make_no_sense():
    assert find(
        strategies.histories(),
        lambda facts: bool(facts) and not replay([facts[0].event]).received,
        settings=FOUND,
    )


@given(strategies.batches())
@QUICKLY
def test_an_empty_store_takes_any_generated_batch(batch):
    store = ADAPTER.create(parse_url(f"memory:///{new_id()}"), new_id(), system_clock)

    assert store.append(batch).last == check_whole(store)
