"""Whoever signs types the passphrase of a key once, and what is remembered opens no other door."""

from datetime import date

import pytest

from complaint_ledger import create_ledger, open_ledger
from complaint_ledger.domain import commands as c
from complaint_ledger.errors import KeysError, KeysMissing
from complaint_ledger.evidence.bundle.export import export
from complaint_ledger.evidence.checkpointing import key_in_force, make_checkpoint, rotate_key
from evidence.council import Clock

REFERENCE = "C-2026-000123"


class Officer:
    """Types what is on the list, one after the other, and no more than that."""

    def __init__(self, *words):
        self.words = list(words)

    def __call__(self):
        return self.words.pop(0)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/council.db"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "council.db.signing"


@pytest.fixture
def actor(url):
    ledger, actor = create_ledger(
        url,
        council="Northborough Council",
        fictional=True,
        administrator="A. Clerk",
        clock=Clock(),
        passphrase=lambda: "the first",
    )
    receive = c.Receive(occurred_on=date(2026, 4, 1), reference=REFERENCE)
    ledger.record(receive, complaint=None, actor=actor)
    ledger.close()
    return actor


def acknowledge(ledger, actor):
    ledger.record(c.Acknowledge(occurred_on=date(2026, 4, 1)), complaint=REFERENCE, actor=actor)


def test_a_passphrase_is_asked_for_once_however_much_is_signed(url, actor, tmp_path):
    officer = Officer("the first")
    with open_ledger(url, clock=Clock(), passphrase=officer) as ledger:
        make_checkpoint(ledger, actor=actor)
        acknowledge(ledger, actor)
        make_checkpoint(ledger, actor=actor)
        export(ledger, REFERENCE, tmp_path / "out.zip", actor=actor)

    assert officer.words == []


def test_a_new_key_may_have_another_passphrase_and_is_asked_for_it_once(url, actor, tmp_path):
    officer = Officer("the first", "the second: chosen", "the second: chosen")
    with open_ledger(url, clock=Clock(), passphrase=officer) as ledger:
        make_checkpoint(ledger, actor=actor)
        rotate_key(ledger, actor=actor)  # chosen when it is written, and read back once
        acknowledge(ledger, actor)
        export(ledger, REFERENCE, tmp_path / "out.zip", actor=actor)
    assert officer.words == []

    again = Officer("the second: chosen")
    with open_ledger(url, clock=Clock(), passphrase=again) as ledger:
        assert str(ledger.signing.current().key) == key_in_force(ledger)


def test_a_key_that_another_process_changed_is_read_anew(url, actor):
    officer = Officer("the first", "the second")
    with (
        open_ledger(url, clock=Clock(), passphrase=officer) as ledger,
        open_ledger(
            url, clock=Clock(), passphrase=Officer("the first", "the second", "the second")
        ) as other,
    ):
        make_checkpoint(ledger, actor=actor)
        rotate_key(other, actor=actor)

        assert str(ledger.signing.current().key) == key_in_force(other)
    assert officer.words == []


def test_a_key_that_was_read_has_still_to_be_there_for_its_owner_alone(url, actor, file):
    with open_ledger(url, clock=Clock(), passphrase=Officer("the first")) as ledger:
        make_checkpoint(ledger, actor=actor)
        acknowledge(ledger, actor)

        file.chmod(0o640)
        with pytest.raises(KeysError, match="others may read the signing key"):
            make_checkpoint(ledger, actor=actor)
        file.unlink()
        with pytest.raises(KeysMissing):
            make_checkpoint(ledger, actor=actor)


def test_a_wrong_passphrase_is_not_remembered(url, actor):
    with open_ledger(url, clock=Clock(), passphrase=Officer("wrong", "the first")) as ledger:
        with pytest.raises(KeysError, match="the passphrase is wrong"):
            make_checkpoint(ledger, actor=actor)
        acknowledge(ledger, actor)

        assert make_checkpoint(ledger, actor=actor).size == ledger.store.head().position
