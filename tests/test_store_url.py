"""A ledger has an address; a slip of the pen in it is named, and no password is ever shown."""

import pytest

from complaint_ledger.errors import BadValue, UnknownName
from complaint_ledger.store import StoreUrl, adapter, adapters, parse_url
from complaint_ledger_adapters import memory, sqlite


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("council.db", "council.db"),
        ("/srv/council.db", "/srv/council.db"),
        ("folder with spaces/100% council.db", "folder with spaces/100% council.db"),
        ("C:\\ledgers\\council.db", "C:\\ledgers\\council.db"),
    ],
)
def test_a_bare_path_is_an_sqlite_file(text, path):
    assert parse_url(text) == StoreUrl(text=text, scheme="sqlite", path=path)


@pytest.mark.parametrize(
    ("text", "scheme", "path"),
    [
        ("sqlite:///council.db", "sqlite", "council.db"),
        ("sqlite:////srv/council.db", "sqlite", "/srv/council.db"),
        ("sqlite:///data/council.db", "sqlite", "data/council.db"),
        ("sqlite:///", "sqlite", ""),
        ("memory:///lesson", "memory", "lesson"),
    ],
)
def test_three_slashes_are_a_relative_path_and_four_an_absolute_one(text, scheme, path):
    assert parse_url(text) == StoreUrl(text=text, scheme=scheme, path=path)


def test_what_follows_the_question_mark_are_options():
    url = parse_url("sqlite:///council.db?keys=%2Fsafe%2Fcouncil.keys&x=1")

    assert (url.path, url.options) == ("council.db", {"keys": "/safe/council.keys", "x": "1"})


def test_a_server_has_a_host_and_its_password_is_not_shown():
    url = parse_url("postgresql://ledger:s3cr3t@db.example:5432/council?sslmode=require")

    assert (url.scheme, url.path, url.options) == ("postgresql", "council", {"sslmode": "require"})
    assert (url.user, url.host) == ("ledger", "db.example:5432")
    assert url.text == "postgresql://ledger:…@db.example:5432/council?sslmode=require"


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ledger:p%40ss%3Aw%2Frd@db.example/council?ledger=bolton",
        "postgresql://ledger@db.example/council?password=p%40ss:w/rd&ledger=bolton",
        "postgresql:///council?host=/run/postgresql&password=p%40ss:w/rd&ledger=bolton",
    ],
)
def test_a_password_is_taken_from_wherever_it_stands_and_shown_nowhere(text):
    url = parse_url(text)

    assert url.password == "p@ss:w/rd"
    assert "password" not in url.options
    assert url.options["ledger"] == "bolton"
    for shown in (url.text, repr(url)):
        assert "p@ss" not in shown
        assert "p%40ss" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ledger:p%40ss%3Aw%2Frd@db.example:5432/council?ledger=bolton",
        "postgresql://ledger@db.example/council?password=p%40ss:w/rd",
        "postgresql:///council?host=/run/postgresql",
        "sqlite:////srv/council.db?keys=/safe/council.keys",
        "sqlite:///council.db",
        "memory:///lesson",
    ],
)
def test_a_whole_address_leads_to_the_same_place(text):
    url = parse_url(text)

    again = parse_url(url.whole(schema="other"))

    assert (again.scheme, again.host, again.path) == (url.scheme, url.host, url.path)
    assert (again.user, again.password) == (url.user, url.password)
    assert again.options == {**url.options, "schema": "other"}


def test_a_hash_in_an_address_is_refused_since_the_rest_would_be_lost():
    with pytest.raises(BadValue, match="%23"):
        parse_url("postgresql://ledger:p#ss@db.example/council")


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_address_is_refused(text):
    with pytest.raises(BadValue, match="say where it is kept"):
        parse_url(text)


@pytest.mark.parametrize("text", ["sqlite://council.db", "memory://lesson", "sqlite://srv/x.db"])
def test_two_slashes_are_refused_with_the_mend(text):
    with pytest.raises(BadValue, match="three slashes"):
        parse_url(text)


def test_adapters_are_found_by_their_names():
    assert {"memory", "sqlite"} <= set(adapters())
    assert (adapter("memory"), adapter("sqlite")) == (memory.ADAPTER, sqlite.ADAPTER)


def test_an_adapter_that_is_not_installed_is_refused_and_the_others_are_named():
    with pytest.raises(UnknownName, match=r"memory, .*sqlite") as unknown:
        adapter("abacus")

    assert unknown.value.known == adapters()
