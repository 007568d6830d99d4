"""Over HTTP every error has a status, and a client is told nothing of where a ledger is kept."""

from datetime import UTC, date, datetime

import pytest

from complaint_ledger import errors
from complaint_ledger.over_http import answer_to, etag, expected_version

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "status", "more"),
    [
        (errors.Refused("GEN-11", "answered already"), 422, {"rule": "GEN-11"}),
        (errors.BadValue("reason", "it is a code"), 422, {"field": "reason"}),
        (errors.KeyReused(), 422, {}),
        (errors.CalendarOutOfRange("scotland", None, date.min, date.max), 422, {}),
        (errors.UnknownName("actor", "officer-1"), 422, {}),
        (errors.UnknownName("complaint", "C-1"), 404, {}),
        (errors.UnknownName("command", "shout"), 404, {}),
        (errors.StreamMoved("0" * 32, 1, 2), 409, {"version": 2}),
        (errors.ClaimTaken("reference/C-1"), 409, {}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_what_a_client_can_mend_it_is_told(error, status, more):
    assert answer_to(error) == (
        status,
        {"error": type(error).__name__, "message": str(error)} | more,
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NoLedger("sqlite:///secret.db"), 503),
        (errors.StoreUnreadable("no server at secret.example"), 503),
        (errors.KeysMissing("no keys at /secret"), 503),
        (errors.ClockRefused(NOW, NOW), 503),
        (errors.UnreadableEvent("secret-event"), 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_what_only_the_council_can_mend_is_not_told(error, status):
    answered, told = answer_to(error)
    assert (answered, told["error"]) == (status, type(error).__name__)
    assert str(error) not in told["message"]
    assert "secret" not in told["message"]


def test_an_etag_comes_back_as_the_version():
    assert expected_version(etag(12)) == 12
    assert expected_version(None) is None
