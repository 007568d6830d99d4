"""A council changes its server: the ledger goes along, and what was handed over stays true."""

import pytest

from complaint_ledger import open_ledger
from complaint_ledger.errors import KeysError, StoreUnreadable
from complaint_ledger.evidence.audit import audit
from complaint_ledger.evidence.checkpointing import kept_checkpoints, make_checkpoint
from complaint_ledger.evidence.tree import KeptTree
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger.ids import new_id
from complaint_ledger.moving import ledgers
from complaint_ledger.moving.ledgers import copy_ledger
from evidence.council import REFERENCE, Council
from moving.council import all_of, found, opened_values, record
from servers import with_options


@pytest.fixture
def told(tmp_path):
    """A council's ledger in an SQLite file, with a bundle made of it."""
    council = Council(f"sqlite:///{tmp_path / 'council.db'}").tell_everything()
    council.bundle(tmp_path / "before.zip")
    council.ledger.close()
    return council


@pytest.fixture
def at(database, tmp_path):
    """Return what gives an address in PostgreSQL."""
    here = {"schema": f"s_{new_id()}", "keys": tmp_path / "server.keys"}
    return lambda **options: with_options(database, **here, **options)


def roots(url, clock):
    with open_ledger(url, clock=clock) as ledger:
        tree = KeptTree(ledger.store)
        return [tree.root(size) for size in range(1, ledger.store.head().position + 1)]


def test_a_ledger_goes_to_postgresql_and_back_and_what_was_proved_stays_proved(told, at, tmp_path):
    here = told.url
    server = at(ledger="northborough")
    back = f"sqlite:///{tmp_path / 'back.db'}"

    copy_ledger(here, server, clock=told.clock)
    assert all_of(server) == all_of(here)
    copy_ledger(server, back, clock=told.clock)

    assert all_of(back) == all_of(here)
    assert roots(here, told.clock) == roots(server, told.clock) == roots(back, told.clock)
    assert verify_bundle(tmp_path / "before.zip").verdict == "verified"
    for url in (server, back):
        with open_ledger(url, clock=told.clock) as ledger:
            held = [str(kept.note).encode() for kept in kept_checkpoints(ledger.store)]
            report = audit(ledger, against=held)
            assert report.verified, report.problems
            assert report.compared == len(held)


def test_a_ledger_that_moved_goes_on_where_it_was(told, at, tmp_path):
    server = at()
    copy_ledger(told.url, server, clock=told.clock)

    with open_ledger(server, clock=told.clock) as ledger:
        told.ledger = ledger
        make_checkpoint(ledger, actor=told.actor)
        told.export(tmp_path / "after.zip", complaint=REFERENCE)
        assert audit(ledger).verified
    for bundle in ("before.zip", "after.zip"):
        assert verify_bundle(tmp_path / bundle).verdict == "verified"


def test_of_two_that_copy_to_one_server_at_once_the_quicker_ends_and_neither_spoils_the_other(
    small_pages, told, at
):
    server = at()
    ended = []

    def meanwhile(*_):
        if not ended:
            ended.append("begun")
            copy_ledger(told.url, server, clock=told.clock)
            ended.append("done")

    with pytest.raises(StoreUnreadable, match="somebody else copies to the same place"):
        copy_ledger(told.url, server, tell=meanwhile, clock=told.clock)
    assert ended == ["begun", "done"]
    assert all_of(server) == all_of(told.url)

    assert copy_ledger(told.url, server, clock=told.clock).events == 0
    assert all_of(server) == all_of(told.url)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_copy_that_is_put_to_use_while_it_is_caught_up_keeps_the_keys_that_it_made(
    tmp_path, at, monkeypatch, kind
):
    url = f"sqlite:///{tmp_path / 'council.db'}"
    actor = found(url)
    (tmp_path / "elsewhere").mkdir()
    to = at() if kind == "postgresql" else f"sqlite:///{tmp_path / 'elsewhere' / 'copy.db'}"
    copy_ledger(url, to)
    real = ledgers.compare

    def compare(*given):
        compared = real(*given)
        with open_ledger(to) as ledger:
            record(ledger, actor, [70])
        return compared

    monkeypatch.setattr(ledgers, "compare", compare)
    with pytest.raises(KeysError, match="none of its keys was destroyed"):
        copy_ledger(url, to)
    assert "Rowan Ashdown 70" in opened_values(to)
