"""An `eventsourcing` application reads a ledger, whole and in order, and writes nothing past it."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import ClassVar
from uuid import UUID

import pytest
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Notification, StoredEvent, Tracking
from eventsourcing.popo import POPOApplicationRecorder, POPOTrackingRecorder
from eventsourcing.projection import ApplicationSubscription, Projection, ProjectionRunner
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger import commands, create_ledger, open_ledger
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import Sealed
from complaint_ledger.errors import (
    BadValue,
    NoLedger,
    PastTheLedger,
    UnknownName,
    UnreadableEvent,
)
from complaint_ledger.ids import new_id
from complaint_ledger.reading import read_entry
from complaint_ledger.store import LEDGER_STREAM
from complaint_ledger.testing import everything
from complaint_ledger.testing import examples as story
from complaint_ledger_adapters.bridge import BridgedEvent, LedgerMapper, as_complaint

BRIDGE = "complaint_ledger_adapters.bridge"
SOON = 30  # seconds, for what takes a tenth of one


class Complaints(Application[str]):
    env: ClassVar = {"PERSISTENCE_MODULE": BRIDGE}


def after_the_story():
    """Return a clock that runs after all that the story tells of."""
    seconds = count()
    return lambda: datetime(2027, 2, 1, 9, tzinfo=UTC) + timedelta(seconds=next(seconds))


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def url(request, tmp_path_factory):
    if request.param == "memory":
        return f"memory:///{new_id()}"
    return f"sqlite:///{tmp_path_factory.mktemp('a council')}/council.db"


@pytest.fixture(scope="module")
def council(url):
    """The whole story, recorded twice: two complaints and the ledger's own stream."""
    ledger, actor = create_ledger(url, council="Northborough Council", clock=after_the_story())
    with ledger:
        for added in (story.OFFICER, story.MANAGER):
            event = e.ActorAdded(actor=added, kind="officer", role="handler")
            ledger.record_own(event, ledger.actor(actor))
        ledger.record(story.RECEIVE, actor=actor)
        other = ledger.record(
            commands.Receive(occurred_on=story.RECEIVE.occurred_on), actor=actor
        ).stream
        for command in story.COMMANDS[1:]:
            ledger.record(command, complaint=story.REFERENCE, actor=actor)
        ledger.record(
            commands.Withdraw(occurred_on=story.RECEIVE.occurred_on), complaint=other, actor=actor
        )
        yield ledger


@pytest.fixture(scope="module")
def application(url, council):
    with Complaints({"COMPLAINT_LEDGER_URL": url}) as application:
        yield application


@pytest.fixture
def another(url, council):
    """Record one more complaint, as another process of the council would."""

    def another():
        with open_ledger(url, clock=council._clock) as ledger:
            actor = next(iter(ledger.actors()))
            return ledger.record(
                commands.Receive(occurred_on=story.RECEIVE.occurred_on), actor=actor
            )

    return another


def log_of(application):
    """Return the whole notification log, section by section."""
    found, section = [], "1,10"
    while section:
        items = application.notification_log[section]
        found += items.items
        section = items.next_id
    return found


# --- reading -------------------------------------------------------------------------------------


def test_the_notification_log_is_the_whole_ledger_in_order_and_equal_to_ours(application, council):
    ours = [read_entry(recorded) for recorded in everything(council.store)]
    theirs = [application.mapper.to_domain_event(each) for each in log_of(application)]

    assert [(t.fact, t.meta) for t in theirs] == [(entry.fact, entry.meta) for entry in ours]
    assert [t.originator_id for t in theirs] == [entry.recorded.stream for entry in ours]
    assert application.recorder.max_notification_id() == len(ours)


def test_a_notification_bears_the_stored_name_and_the_stream_of_32_hex_digits(application, council):
    for notification, recorded in zip(log_of(application), everything(council.store), strict=True):
        assert notification.topic == recorded.name
        assert (notification.id, notification.originator_id) == (recorded.position, recorded.stream)
        assert notification.originator_version == recorded.version


def test_a_notification_holds_the_entry_whose_hash_is_the_leaf_and_the_very_body(
    application, council
):
    for notification, recorded in zip(log_of(application), everything(council.store), strict=True):
        entry = recorded.entry(council.store.ledger).encode()
        assert notification.state == entry + recorded.body


def test_a_repository_gives_our_complaint(application, council):
    stream = council.find(story.REFERENCE)

    assert application.repository.get(stream, projector_func=as_complaint) == council.complaint(
        story.REFERENCE
    )
    assert application.repository.get(
        UUID(stream), projector_func=as_complaint
    ) == council.complaint(story.REFERENCE)


def test_a_repository_gives_a_complaint_as_it_was(application, council):
    facts = council.facts(story.REFERENCE)

    for fact in facts:
        assert application.repository.get(
            council.find(story.REFERENCE), version=fact.version, projector_func=as_complaint
        ) == council.complaint(story.REFERENCE, known_at=fact.recorded_at)


@pytest.mark.parametrize("stream", ["f" * 32, "C-2026-000123", "", "F" * 32, LEDGER_STREAM])
def test_a_complaint_that_is_not_there_is_not_found(application, stream):
    with pytest.raises(AggregateNotFoundError):
        application.repository.get(stream, projector_func=as_complaint)


def test_personal_values_stay_sealed(application, council):
    private = [
        (value.clear, value.digest)
        for notification in log_of(application)
        for value in sealed_in(application.mapper.to_domain_event(notification).event)
    ]
    assert len(private) > 5
    assert all(clear is None and digest for clear, digest in private)
    assert b"three Mondays" not in b"".join(each.state for each in log_of(application))


def sealed_in(value):
    if isinstance(value, Sealed):
        return [value]
    if isinstance(value, tuple):
        return [found for one in value for found in sealed_in(one)]
    slots = getattr(type(value), "__attrs_attrs__", ())
    return [found for field in slots for found in sealed_in(getattr(value, field.name))]


NAMES = ["complaint-received", "ledger-opened", "actor-added", "response-sent", "panel-held"]


@given(data=st.data())
def test_it_answers_as_the_packages_own_recorder_does(application, council, data):
    """What is asked by version, by position, by topic and by limit has the package's meaning."""
    own = POPOApplicationRecorder()
    log = application.recorder.select_notifications(None, 10_000)
    own.insert_events([stored(each) for each in log])
    numbers = st.integers(-1, len(log) + 2)
    limits = st.integers(1, len(log) + 2)

    stream = data.draw(st.sampled_from([LEDGER_STREAM, council.find(story.REFERENCE), "f" * 32]))
    one = {
        "gt": data.draw(st.none() | numbers),
        "lte": data.draw(st.none() | numbers),
        "desc": data.draw(st.booleans()),
        "limit": data.draw(st.none() | limits),
    }
    assert [*application.recorder.select_events(stream, **one)] == [
        *own.select_events(stream, **one)
    ]
    many = {
        "start": data.draw(st.none() | numbers),
        "limit": data.draw(limits),
        "stop": data.draw(st.none() | numbers),
        "topics": data.draw(st.lists(st.sampled_from(NAMES))),
        "inclusive_of_start": data.draw(st.booleans()),
    }
    assert [*application.recorder.select_notifications(**many)] == [
        *own.select_notifications(**many)
    ]


def stored(notification):
    fields = ("originator_id", "originator_version", "topic", "state")
    return StoredEvent(**{field: getattr(notification, field) for field in fields})


def test_topics_are_stored_names_and_nothing_else(application):
    ask = application.recorder.select_notifications
    received = ask(1, 10, topics=["complaint-received"])

    assert [each.topic for each in received] == ["complaint-received"] * 2
    for topic in ("complaint_ledger.domain.events:ComplaintReceived", "builtins:eval"):
        with pytest.raises(UnknownName):
            ask(1, 10, topics=[topic])
        with pytest.raises(UnknownName):
            application.recorder.subscribe(topics=[topic])


# --- following -----------------------------------------------------------------------------------


def test_a_subscription_gives_what_is_there_and_then_what_comes(application, another, council):
    there = council.store.head().position
    with ApplicationSubscription(application, gt=there - 2) as subscription:
        assert [next(subscription)[1] for _ in range(2)] == [
            Tracking("Complaints", there - 1),
            Tracking("Complaints", there),
        ]
        recorded = another()
        event, tracking = next(subscription)

    assert (event.originator_id, event.originator_version) == (recorded.stream, 1)
    assert event.fact.event == council.facts(recorded.stream)[0].event
    assert tracking.notification_id == there + 1


def test_a_subscription_passes_over_what_was_not_asked_for(application, another):
    with application.recorder.subscribe(topics=["complaint-received"]) as subscription:
        another()
        assert {next(subscription).topic for _ in range(3)} == {"complaint-received"}


def test_a_subscription_that_waits_ends_when_it_is_stopped(application, council):
    subscription = application.recorder.subscribe(gt=council.store.head().position)
    ended = threading.Event()

    def follow():
        assert list(subscription) == []
        ended.set()

    thread = threading.Thread(target=follow)
    thread.start()
    assert not ended.wait(0.3)
    subscription.stop()
    assert ended.wait(SOON)
    thread.join()


def test_a_subscription_to_more_than_there_is_is_an_error(application, council):
    """The ledger was restored from an older backup than the view, perhaps."""
    with (
        application.recorder.subscribe(gt=council.store.head().position + 1) as subscription,
        pytest.raises(BadValue),
    ):
        next(subscription)


class Counted(POPOTrackingRecorder):
    """How many complaints were received."""

    def __init__(self):
        super().__init__()
        self.received = 0

    def count(self, tracking):
        with self._database_lock:
            self.insert_tracking(tracking)
            self.received += 1


class Counting(Projection[Counted]):
    topics = ("complaint-received",)

    def process_event(self, domain_event, tracking):
        assert isinstance(domain_event.event, e.ComplaintReceived)
        self.view.count(tracking)


def test_a_projection_counts_what_is_there_and_what_comes(url, council, another):
    there = sum(1 for _ in council.streams())
    with ProjectionRunner(
        application_class=Complaints,
        projection_class=Counting,
        view_class=Counted,
        env={"COMPLAINT_LEDGER_URL": url},
    ) as runner:
        last = another().events[0].position
        runner.wait(last, timeout=SOON)
        assert runner.projection.view.received == there + 1


# --- what is refused -----------------------------------------------------------------------------


class Bin(Aggregate):
    """Something an application may want to write."""


@pytest.mark.parametrize(
    "write",
    [
        lambda application, _: application.save(Bin()),
        lambda application, stored: application.recorder.insert_events([stored]),
        lambda application, stored: application.recorder.insert_events([]),
        lambda application, stored: application.events.put(
            [application.mapper.to_domain_event(stored)]
        ),
        lambda application, _: application.factory.aggregate_recorder("snapshots"),
        lambda application, _: application.factory.tracking_recorder(),
        lambda application, _: application.factory.process_recorder(),
    ],
)
def test_what_is_written_past_the_ledger_is_refused_and_nothing_is_stored(
    application, council, write
):
    before = [*everything(council.store)]

    with pytest.raises(PastTheLedger) as error:
        write(application, log_of(application)[-1])

    assert "Ledger.record" in str(error.value)
    assert [*everything(council.store)] == before


def test_a_view_is_not_kept_in_the_ledger(url, council):
    with pytest.raises(PastTheLedger):
        ProjectionRunner(
            application_class=Complaints,
            projection_class=Counting,
            view_class=Counted,
            env={"COMPLAINT_LEDGER_URL": url, "PERSISTENCE_MODULE": BRIDGE},
        )


def test_an_application_that_takes_snapshots_cannot_read_a_ledger(url, council):
    with pytest.raises(PastTheLedger):
        Complaints({"COMPLAINT_LEDGER_URL": url, "IS_SNAPSHOTTING_ENABLED": "y"})


def test_an_application_that_caches_aggregates_cannot_read_a_ledger(url, council):
    with pytest.raises(BadValue) as error:
        Complaints({"COMPLAINT_LEDGER_URL": url, "AGGREGATE_CACHE_MAXSIZE": "10"})
    assert error.value.field == "AGGREGATE_CACHE_MAXSIZE"


def test_no_class_is_looked_up_from_what_is_stored(application):
    notification = log_of(application)[0]
    named = Notification(
        originator_id=notification.originator_id,
        originator_version=1,
        topic="os:system",
        state=notification.state,
        id=1,
    )

    event = application.mapper.to_domain_event(named)

    assert type(event) is BridgedEvent
    assert type(event.event) is e.LedgerOpened


@pytest.mark.parametrize(
    "change",
    [
        lambda state: b"",
        lambda state: b"{}",
        lambda state: state[:-1],
        lambda state: state.replace(b"entry/v1", b"entry/v2"),
        lambda state: state.replace(b"ledger-opened 1", b"ledger-opened 9"),
        lambda state: state.replace(b"ledger-opened 1", b"no-such-event 1"),
        lambda state: state + b" ",
    ],
)
def test_what_was_changed_on_its_way_is_not_read(application, change):
    notification = log_of(application)[0]
    changed = StoredEvent(
        originator_id=notification.originator_id,
        originator_version=1,
        topic=notification.topic,
        state=change(notification.state),
    )

    with pytest.raises(UnreadableEvent):
        LedgerMapper().to_domain_event(changed)


def test_an_application_says_which_ledger_it_reads(tmp_path):
    with pytest.raises(BadValue) as error:
        Complaints()
    assert error.value.field == "COMPLAINT_LEDGER_URL"
    with pytest.raises(NoLedger):
        Complaints({"COMPLAINT_LEDGER_URL": f"sqlite:///{tmp_path}/none.db"})
