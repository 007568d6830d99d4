"""Two offices at once, or a cut of the power, never leave a ledger whose key nobody can follow."""

import os
from datetime import date

import pytest

from complaint_ledger import open_ledger
from complaint_ledger.domain import commands as c
from complaint_ledger.evidence.checkpointing import (
    kept_checkpoints,
    key_in_force,
    make_checkpoint,
    rotate_key,
)
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger.moving.backup import back_up, restore_backup
from evidence.council import Council


@pytest.fixture
def council(tmp_path):
    return Council(f"sqlite:///{tmp_path}/council.db").tell_everything()


def before_once(monkeypatch, where, name, other):
    """Have somebody else be quicker: *other* is done before the next call of *name*."""
    real = getattr(where, name)

    def call(*arguments, **named):
        monkeypatch.setattr(where, name, real)
        other()
        return real(*arguments, **named)

    monkeypatch.setattr(where, name, call)


def test_two_changes_of_the_key_at_once_follow_from_one_another(council, monkeypatch):
    def change():
        with open_ledger(council.url, clock=council.clock) as other:
            rotate_key(other, actor=council.actor)

    before_once(monkeypatch, council.ledger.store, "append", change)
    rotate_key(council.ledger, actor=council.actor)

    rotated = [one.event for one in council.ledger.own.rotated]
    keys = [council.ledger.opened.signing_key, *(one.new for one in rotated)]
    assert keys[:-1] == [one.old for one in rotated]
    assert verify_bundle(council.export().file).verdict == "verified"


@pytest.mark.parametrize("name", ["append", "keep"])
def test_a_checkpoint_made_while_the_key_is_changed_is_signed_by_whom_it_must(
    council, monkeypatch, name
):
    def change():
        with open_ledger(council.url, clock=council.clock) as other:
            rotate_key(other, actor=council.actor)

    council.record(c.Receive(occurred_on=date(2026, 4, 1), reference="C-2026-000777"))
    before_once(monkeypatch, council.ledger.store, name, change)
    make_checkpoint(council.ledger, actor=council.actor)

    both = [
        one.size for one in kept_checkpoints(council.ledger.store) if len(one.note.signatures) > 1
    ]
    assert len(both) == len(council.ledger.own.rotated) == 2
    assert verify_bundle(council.export().file).verdict == "verified"


class PowerCut(BaseException):
    pass


@pytest.mark.parametrize("name", ["fdopen", "fsync", "link"])
def test_a_cut_while_a_key_is_written_leaves_no_half_key(council, monkeypatch, name):
    def cut():
        raise PowerCut

    before_once(monkeypatch, os, name, cut)
    with pytest.raises(PowerCut):
        rotate_key(council.ledger, actor=council.actor)
    before = key_in_force(council.ledger)
    rotate_key(council.ledger, actor=council.actor)

    assert key_in_force(council.ledger) != before
    assert verify_bundle(council.export().file).verdict == "verified"


def test_what_was_handed_over_can_be_made_again_after_a_change_of_the_key(council, tmp_path):
    council.export(tmp_path / "first.zip")
    council.checkpoint(witnessed=True)
    rotate_key(council.ledger, actor=council.actor)
    again = council.export(tmp_path / "again.zip")

    assert again.anew
    assert verify_bundle(again.file).verdict == "verified"


def test_a_cut_before_the_new_key_settles_holds_nothing_up(council, monkeypatch, tmp_path):
    def cut():
        raise PowerCut

    before_once(monkeypatch, type(council.ledger.signing), "settle", cut)
    with pytest.raises(PowerCut):
        rotate_key(council.ledger, actor=council.actor)

    assert verify_bundle(council.export(tmp_path / "out.zip").file).verdict == "verified"
    assert council.ledger.signing.coming() is None


def test_a_change_after_a_cut_before_the_new_key_settles_is_a_change(council, monkeypatch):
    def cut():
        raise PowerCut

    before_once(monkeypatch, type(council.ledger.signing), "settle", cut)
    with pytest.raises(PowerCut):
        rotate_key(council.ledger, actor=council.actor)
    rotate_key(council.ledger, actor=council.actor)

    keys = [one.event.new for one in council.ledger.own.rotated]
    assert len(set(keys)) == len(keys) == 3
    assert key_in_force(council.ledger) == keys[-1] == str(council.ledger.signing.current().key)


def test_a_backup_made_after_a_cut_has_the_key_that_is_in_force(council, monkeypatch, tmp_path):
    def cut():
        raise PowerCut

    before_once(monkeypatch, type(council.ledger.signing), "settle", cut)
    with pytest.raises(PowerCut):
        rotate_key(council.ledger, actor=council.actor)
    back_up(council.url, tmp_path / "backup")
    restored = f"sqlite:///{tmp_path}/restored.db"
    restore_backup(tmp_path / "backup", restored)

    with open_ledger(restored, clock=council.clock) as ledger:
        make_checkpoint(ledger, actor=council.actor)
        assert str(ledger.signing.current().key) == key_in_force(ledger)
