"""An honest ledger verifies, whatever happened in it, and a report says what it rests on."""

from datetime import date
from hashlib import sha256
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_ledger import create_ledger
from complaint_ledger.codec import sealed_paths
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.evidence.audit import audit
from complaint_ledger.evidence.checkpointing import make_checkpoint, rotate_key
from complaint_ledger.evidence.seals import heads_at, heads_root
from complaint_ledger.ids import new_id
from complaint_ledger.recording import Around, Part, Told, claims_of
from complaint_ledger.store import LEDGER_STREAM
from complaint_ledger.testing.strategies import journeys
from evidence.council import Clock, Council

ON = date(2026, 4, 1)


@pytest.fixture(params=["memory", "sqlite"])
def url(request, tmp_path):
    if request.param == "memory":
        return f"memory:///{uuid4().hex}"
    return f"sqlite:///{tmp_path}/council.db"


def test_a_ledger_of_which_nothing_is_signed_verifies_and_says_so(url):
    ledger, _ = create_ledger(url, council="Northborough Council", clock=Clock())
    with ledger:
        report = audit(ledger)
    assert report.verified
    assert (report.checkpoints, report.after_last) == (0, report.entries)
    assert not report.witnessed


def test_a_ledger_with_everything_in_it_verifies_also_after_values_were_erased(url):
    council = Council(url).tell_everything()
    with council.ledger as ledger:
        council.erase(1, "heads/h2/description")
        report = audit(ledger)
        assert report.problems == ()
        assert (report.values.rows_gone, report.seals, report.complaints) == (2, 4, 2)
        assert report.last_checkpoint == report.last_cosigned == report.entries
        assert ledger.keys.destroy([(LEDGER_STREAM, "id-key")]) == 1
        assert audit(ledger).values.keys_gone == 1


def test_progress_ends_with_the_number_of_entries():
    council, told = Council().tell_everything(), []
    report = audit(council.ledger, progress=told.append)
    assert told[-1] == report.entries


def test_a_receipt_is_found_with_the_complaint_that_it_is_of():
    council = Council().tell_everything()
    entry = council.ledger.entries("C-2026-000124")[0].recorded
    leaf = entry.leaf(council.ledger.store.ledger)
    found = audit(council.ledger, receipt=leaf).receipt
    assert (found.position, found.reference) == (entry.position, "C-2026-000124")
    assert (found.stream, found.recorded_at) == (entry.stream, entry.recorded_at)
    assert audit(council.ledger, receipt=bytes(32)).receipt is None


def test_an_entry_between_a_seals_last_position_and_the_seal_belongs_to_the_next(url):
    """A complaint may be recorded in while the heads are hashed: the seal is still right."""
    council = Council(url)
    council.record(c.Receive(occurred_on=ON, reference="C-2026-000123"))
    store, by = council.ledger.store, council.ledger.actor(council.actor)
    upto = store.head().position
    heads = heads_at(store, upto)
    council.record(c.Acknowledge(occurred_on=ON))
    sealed = e.LedgerSealed(upto=upto, heads_size=1, heads_root=heads_root(heads).hex())
    council.ledger.append_own(sealed, by)
    assert audit(council.ledger).problems == ()
    wrong = e.LedgerSealed(upto=upto + 1, heads_size=1, heads_root=heads_root(heads).hex())
    at = council.ledger.append_own(wrong, by).last
    ahead = e.LedgerSealed(upto=at + 1, heads_size=1, heads_root="0" * 64)
    after = council.ledger.append_own(ahead, by).last
    assert [one.first for one in audit(council.ledger).problems] == [at, after]
    council.ledger.close()


def test_what_is_recorded_while_the_audit_reads_is_left_for_the_next(url):
    council = Council(url).tell_everything()
    before = council.ledger.store.head().position

    def record(_):
        council.record(c.Receive(occurred_on=ON, reference="C-2026-000999"))
        council.record(c.Acknowledge(occurred_on=ON))
        council.checkpoint()

    report = audit(council.ledger, progress=record)
    assert (report.problems, report.entries) == ((), before)
    assert audit(council.ledger).problems == ()
    council.ledger.close()


def test_a_ledger_that_rotates_its_key_before_it_signs_anything_verifies(url):
    council = Council(url)
    rotate_key(council.ledger, actor=council.actor)
    rotate_key(council.ledger, actor=council.actor)
    council.record(c.Receive(occurred_on=ON, reference="C-2026-000123"))
    make_checkpoint(council.ledger, actor=council.actor)
    assert audit(council.ledger).problems == ()
    council.ledger.close()


def test_a_time_stamp_that_an_entry_tells_of_has_to_be_kept():
    council = Council()
    told = e.TimeStampReceived(checkpoint=1, sha256=sha256(b"").hexdigest())
    at = council.ledger.append_own(told, council.ledger.actor(council.actor)).last
    assert [one.first for one in audit(council.ledger).problems] == [at]


@settings(max_examples=25)
@given(st.lists(journeys().filter(len), min_size=1, max_size=4), st.data())
def test_an_honest_ledger_of_any_journeys_verifies(told, data):
    council = Council()
    ledger = council.ledger
    around = Around(actor=ledger.actor(council.actor))
    parts = []
    for journey in told:
        events = [fact.event for fact in journey]
        claims = (
            () if any(set(claims_of(events)) & set(p.claims) for p in parts) else claims_of(events)
        )
        if claims_of(events) and not claims:
            continue
        parts.append(
            Part(
                stream=new_id(),
                version=0,
                events=[Told(new_id(), event) for event in events],
                claims=claims,
            )
        )
        ledger.recorder.append(parts[-1:], around)
        step = data.draw(st.sampled_from(["checkpoint", "rotate", "nothing"]))
        if step == "rotate":
            rotate_key(ledger, actor=council.actor)
        elif step == "checkpoint":
            council.checkpoint(witnessed=data.draw(st.booleans()))
    report = audit(ledger)
    assert report.problems == ()
    assert report.complaints == len(parts)
    digests = [
        d for p in parts for one in ledger.store.read(p.stream) for d in sealed_paths(one.body)
    ]
    gone = ledger.store.erase_sealed(
        data.draw(st.sets(st.sampled_from(digests))) if digests else ()
    )
    again = audit(ledger)
    assert (again.problems, again.values.rows_gone >= gone) == ((), True)
    assert report.values.opened - again.values.opened == again.values.rows_gone
