"""The service examples: what a council developer copies does what it should, by real requests."""

import importlib
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from urllib.parse import quote

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from complaint_ledger import create_ledger, open_ledger
from complaint_ledger.opening import key_file
from complaint_ledger.store import parse_url
from complaint_ledger.testing import check_whole

EXAMPLES = Path(__file__).parents[2] / "examples"
SERVICES = ["django_service", "fastapi_service"]
COUNCIL = "Northborough Council"
REFERENCE = "C/2026/000123"
RECEIVED = {
    "occurred_on": "2026-05-11",
    "reference": REFERENCE,
    "heads": [{"id": "h1", "category": "missed-collection", "description": "Our bin was missed."}],
    "complainant": {"name": "Rowan Ashdown", "contact": {"withheld": True}},
}
ACKNOWLEDGED = {"occurred_on": "2026-05-13"}
RESPONDED = {"occurred_on": "2026-05-20", "outcome": "upheld", "reasons": "The crew passed it by."}
CLOSED = {"occurred_on": "2026-05-21"}
PERSONAL = ("Rowan", "Ashdown", "bin was missed", "passed it by")


@pytest.fixture
def address(tmp_path):
    """Where the services keep their ledger."""
    return f"sqlite:///{tmp_path}/council.db"


@pytest.fixture
def actor(address):
    ledger, administrator = create_ledger(address, council=COUNCIL, fictional=True)
    ledger.close()
    return administrator


@pytest.fixture(params=SERVICES)
def service(request, address, monkeypatch):
    """A service in this process; Django's settings are one example's, for as long as it lives."""
    monkeypatch.setenv("COMPLAINT_LEDGER_URL", address)
    monkeypatch.syspath_prepend(EXAMPLES)
    found = importlib.import_module(request.param)
    yield found
    while found.opened:
        found.opened.popitem()[1].close()


class InALoop(httpx.BaseTransport):
    """Requests to an ASGI application, each from the thread that makes it."""

    def __init__(self, application, portal):
        self.transport = httpx.ASGITransport(application)
        self.portal = portal

    def handle_request(self, request):
        return self.portal.call(self._answer, request)

    async def _answer(self, request):
        response = await self.transport.handle_async_request(request)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)


def as_servers_do(application):
    """Hand over the path as bytes in Latin-1 (PEP 3333), which httpx leaves out."""

    def run(environ, start_response):
        path = environ["PATH_INFO"].encode().decode("latin-1")
        return application({**environ, "PATH_INFO": path}, start_response)

    return run


@contextmanager
def requests_to(service):
    with start_blocking_portal() as portal:
        if hasattr(service, "application"):
            transport = httpx.WSGITransport(as_servers_do(service.application))
        else:
            transport = InALoop(service.app, portal)
        with httpx.Client(transport=transport, base_url="http://localhost") as client:
            yield client


@pytest.fixture
def client(service, actor):
    with requests_to(service) as client:
        client.headers["X-Actor"] = actor
        yield client


@pytest.fixture
def record(client):
    def record(name, said, *, complaint=REFERENCE, **headers):
        asked = {} if name == "receive" or complaint is None else {"complaint": complaint}
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return client.post(f"/commands/{name}", params=asked, json=said, headers=named)

    return record


@pytest.fixture
def read(client):
    return lambda complaint=REFERENCE: client.get(f"/complaints/{quote(complaint)}")


def events(address):
    with open_ledger(address) as ledger:
        return check_whole(ledger.store)


# --- recording and reading -----------------------------------------------------------------------


def test_a_complaint_is_received_acknowledged_answered_and_closed(record, read):
    steps = [
        ("receive", RECEIVED),
        ("acknowledge", ACKNOWLEDGED),
        ("respond", RESPONDED),
        ("close", CLOSED),
    ]
    for version, (name, said) in enumerate(steps, 1):
        answer = record(name, said)
        assert (answer.status_code, answer.json()["version"]) == (200, version), answer.text
        assert answer.headers["ETag"] == f'"{version}"'

    told = read().json()

    assert [line["event"] for line in told["history"]] == [
        "complaint-received",
        "complaint-acknowledged",
        "response-sent",
        "complaint-closed",
    ]
    assert (told["complaint"], told["status"], told["version"]) == (REFERENCE, "closed", 4)
    assert told["fictional"]


def test_what_is_due_comes_with_its_reasons(record, read):
    record("receive", RECEIVED)

    (due, *_) = read().json()["due"]

    assert (due["id"], due["due_on"]) == ("stage-1-acknowledge", "2026-05-18")
    assert due["because"]


def test_what_people_said_stays_sealed(record, read, caplog):
    caplog.set_level(logging.DEBUG)
    answers = [record("receive", RECEIVED), record("respond", RESPONDED), read()]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[-1].json()["history"][0]["fields"]["complainant"] == {
        "id": "p1",
        "name": "sealed",
        "contact": "withheld",
    }
    for text in [*(answer.text for answer in answers), caplog.text]:
        assert [word for word in PERSONAL if word in text] == []


def test_an_event_that_is_recorded_as_it_is_said_has_a_route_too(record, read):
    record("receive", RECEIVED)

    answer = record("update-sent", {"occurred_on": "2026-05-18"})

    assert answer.status_code == 200, answer.text
    assert read().json()["history"][-1]["event"] == "update-sent"


# --- conflict ------------------------------------------------------------------------------------


def test_a_stale_version_is_a_conflict_and_records_nothing(record, read, address):
    record("receive", RECEIVED)
    seen = read().headers["ETag"]
    record("acknowledge", ACKNOWLEDGED)
    before = events(address)

    answer = record("respond", RESPONDED, If_Match=seen)

    assert (answer.status_code, answer.json()["version"]) == (409, 2)
    assert events(address) == before
    assert record("respond", RESPONDED, If_Match=read().headers["ETag"]).status_code == 200


def test_two_writers_at_once_who_saw_the_same_do_not_both_record(record, read, address):
    record("receive", RECEIVED)
    seen = read().headers["ETag"]
    before = events(address)
    together = Barrier(2)

    def answer(name, said):
        together.wait()
        return record(name, said, If_Match=seen).status_code

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(answer, "acknowledge", ACKNOWLEDGED)
        other = pool.submit(answer, "withdraw", CLOSED)
    assert sorted([one.result(), other.result()]) == [200, 409]
    assert events(address) == before + 1


def test_eight_writers_at_once_who_ask_for_no_version_all_record(record, read, address):
    record("receive", RECEIVED)
    before = events(address)
    together = Barrier(8)

    def answer(day):
        together.wait()
        return record("update-sent", {"occurred_on": f"2026-05-{day}"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, range(12, 20))) == [200] * 8
    assert events(address) == before + 8
    assert read().json()["version"] == 9


def test_a_reference_that_another_complaint_has_is_a_conflict(record, read):
    record("receive", RECEIVED)

    answer = record("receive", RECEIVED)

    assert answer.status_code == 409
    assert read().json()["version"] == 1


# --- a retry -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "said"), [("receive", RECEIVED), ("acknowledge", ACKNOWLEDGED)])
def test_a_retry_under_one_key_records_once(record, address, name, said):
    if name != "receive":
        record("receive", RECEIVED)
    first = record(name, said, Idempotency_Key="form 17")
    before = events(address)

    second = record(name, said, Idempotency_Key="form 17")

    assert (first.status_code, second.status_code) == (200, 200)
    assert (first.json()["already_there"], second.json()["already_there"]) == (False, True)
    assert first.json()["events"] == second.json()["events"]
    assert events(address) == before


def test_a_key_that_was_used_for_something_else_is_refused(record):
    record("receive", RECEIVED)
    record("acknowledge", ACKNOWLEDGED, Idempotency_Key="click 1")

    answer = record("respond", RESPONDED, Idempotency_Key="click 1")

    assert (answer.status_code, answer.json()["error"]) == (422, "KeyReused")


# --- refusals and bad values ---------------------------------------------------------------------


def test_a_refusal_names_its_rule(record, address):
    record("receive", RECEIVED)
    before = events(address)

    answer = record("acknowledge", {"occurred_on": "2999-01-01"})

    assert (answer.status_code, answer.json()["rule"]) == (422, "GEN-04")
    assert events(address) == before


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"occurred_on": "13 May 2026"}, "occurred_on"),
        ({}, "occurred_on"),
        ({"occurred_on": "2026-05-13", "told": ["Rowan Ashdown"]}, "told/1"),
        ({"occurred_on": "2026-05-13", "Rowan Ashdown": True}, "body"),
        (["Rowan Ashdown"], "body"),
        (1.5, "body"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_field_and_repeats_nothing(
    record, address, caplog, said, field
):
    caplog.set_level(logging.DEBUG)
    record("receive", RECEIVED)
    before = events(address)

    answer = record("acknowledge", said)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert "Ashdown" not in answer.text + caplog.text
    assert events(address) == before


@pytest.mark.parametrize("if_match", ["3", 'W/"3"', "*", '"three"', '"99999999999999999999"'])
def test_an_if_match_that_no_etag_was_names_its_field(record, if_match):
    record("receive", RECEIVED)

    answer = record("acknowledge", ACKNOWLEDGED, If_Match=if_match)

    assert (answer.status_code, answer.json()["field"]) == (422, "If-Match")


@pytest.mark.parametrize("who", ["", "Rowan Ashdown", "officer-0000"])
def test_nobody_records_who_was_never_added(record, who):
    answer = record("receive", RECEIVED, X_Actor=who)

    assert answer.status_code == 422
    assert "Ashdown" not in answer.text


@pytest.mark.parametrize(("name", "complaint"), [("acknowledge", "C-9"), ("acknowledge", None)])
def test_an_unknown_complaint_is_not_found(record, read, name, complaint):
    assert record(name, ACKNOWLEDGED, complaint=complaint).status_code == 404
    assert read("C-9").status_code == 404
    assert read("ledger").status_code == 404


@pytest.mark.parametrize("complaint", ["C-1\0", "C\n1", "Ŵ-1", "ledger", "0" * 32, "*"])
def test_what_no_complaint_can_be_called_is_not_found(record, read, complaint):
    assert read(complaint).status_code == 404
    assert record("acknowledge", ACKNOWLEDGED, complaint=complaint).status_code == 404


@pytest.mark.parametrize("name", ["ledger-opened", "actor-added", "Receive", "__class__"])
def test_an_unknown_command_is_not_found(record, name):
    assert record(name, RECEIVED).status_code == 404


def test_a_route_has_one_method(client):
    assert client.get("/commands/receive").status_code == 405
    assert client.post(f"/complaints/{REFERENCE}").status_code == 405


# --- the ledger is not there ---------------------------------------------------------------------


def test_a_ledger_that_is_not_there_is_unavailable_until_it_is(service, address, caplog):
    with requests_to(service) as client:
        answer = client.get("/complaints/C-1")

        assert answer.status_code == 503
        assert address.removeprefix("sqlite:///") not in answer.text
        assert "no ledger" in caplog.text

        create_ledger(address, council=COUNCIL)[0].close()
        assert client.get("/complaints/C-1").status_code == 404


def test_keys_that_are_not_there_record_nothing(service, record, address):
    record("receive", RECEIVED)
    before = events(address)
    service.opened.popitem()[1].close()
    keys = key_file(parse_url(address), None)
    away = keys.rename(keys.with_suffix(".away"))

    assert record("respond", RESPONDED).status_code == 503
    assert events(address) == before

    away.rename(keys)
    assert record("respond", RESPONDED).status_code == 200


@pytest.mark.parametrize("name", SERVICES)
def test_an_example_is_short_enough_to_copy(name):
    assert len((EXAMPLES / f"{name}.py").read_text("utf-8").splitlines()) < 80
