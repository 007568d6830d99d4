"""
Who can do what to a ledger, and who finds it out: the table of
docs/explanation/what-evidence-proves.md, cell by cell.

*By itself* is an audit of a ledger without a checkpoint; *by its checkpoints*, of one
that signed some; *from outside*, against a checkpoint that somebody else holds, or
by a witness; *by the bundle*, what a reader of one complaint sees. What nobody finds
out is asserted as well: should one be found out some day, the page has to change.
"""

import base64
import json
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from tests.evidence import forging
from tests.evidence.attacks import edited, everything, laid_down, rewritten
from tests.evidence.council import REFERENCE, Council, Witness

from complaint_ledger.domain import commands as c
from complaint_ledger.domain.words import seal
from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence import enclosing
from complaint_ledger.evidence.audit import audit
from complaint_ledger.evidence.bundle import contents
from complaint_ledger.evidence.bundle.export import export
from complaint_ledger.evidence.bundle.policy import parse_policy
from complaint_ledger.evidence.checkpointing import kept_checkpoints, make_checkpoint
from complaint_ledger.evidence.notes import VerifierKey
from complaint_ledger.evidence.standalone import verify_evidence
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger.evidence.verify.asked import Asked
from complaint_ledger.evidence.witness import Witness as RealWitness
from complaint_ledger.evidence.witness import make_witness_key
from complaint_ledger.evidence.witness_request import WitnessRequest
from complaint_ledger.privacy.disclosure import b64url

ON = date(2026, 4, 1)


@pytest.fixture
def quiet():
    """A ledger that never signed a checkpoint."""
    council = Council()
    tell(council)
    return council


@pytest.fixture
def signed():
    """A ledger whose checkpoints a witness signed."""
    council = Council()
    tell(council, checkpoints=True)
    return council


def tell(council, *, checkpoints=False):
    council.record(c.Receive(occurred_on=ON, reference=REFERENCE, outcome_sought=seal("Bins")))
    council.record(c.Receive(occurred_on=ON, reference="C-2026-000124"))
    if checkpoints:
        council.checkpoint()
    council.record(c.Acknowledge(occurred_on=ON))
    council.record(c.Respond(occurred_on=ON, outcome="not-upheld", reasons=seal("No fault.")))
    council.record(c.Acknowledge(occurred_on=ON), "C-2026-000124")
    if checkpoints:
        council.checkpoint()


def holds(ledger, against=()):
    """Return whether an audit finds nothing."""
    return audit(ledger, against=against).verified


def held_outside(council):
    """Return the checkpoint that an auditor put into a drawer."""
    *_, last = kept_checkpoints(council.ledger.store)
    return bytes(last.whole)


def answer(ledger):
    """Return the place of the council's answer."""
    (place,) = (n for n, x in enumerate(everything(ledger.store)) if x.name == "response-sent")
    return place


def softened(ledger):
    """Return the events with *not upheld* made *upheld*, as if it had always been so."""
    events = everything(ledger.store)
    at = answer(ledger)
    events[at] = edited(events[at], b"not-upheld", b"upheld")
    return events


def both(path, asked=None, **theirs):
    """Return the verdict of both verifiers, which must be one."""
    ours = verify_bundle(path, asked) if asked else verify_bundle(path)
    other, reason, _ = verify_evidence.verify(str(path), **theirs)
    assert ours.verdict.replace("-", " ").upper() == other, (ours.reason, reason)
    return ours


def requires(council):
    """Return what a reader asks of both verifiers who requires the witness."""
    key = str(council.witness.signer.key)
    policy = f"witness w {key}\nquorum w\n"
    return Asked(policy=parse_policy(policy.encode())), {"witnesses": [key]}


def exported(ledger, actor, tmp_path, name="bundle.zip"):
    out = tmp_path / name
    export(ledger, REFERENCE, out, actor=actor)
    return out


# --- a row is edited, deleted, swapped -----------------------------------------------------------


def an_edit(ledger):
    return softened(ledger)


def a_deletion(ledger):
    events = everything(ledger.store)
    del events[answer(ledger)]
    return events


def a_swap(ledger):
    events = everything(ledger.store)
    at = answer(ledger)
    one, other = events[at], events[at - 1]
    events[at - 1] = attrs.evolve(one, position=other.position)
    events[at] = attrs.evolve(other, position=one.position)
    return events


@pytest.mark.parametrize("attack", [an_edit, a_deletion, a_swap])
class TestRowsAreEditedDeletedOrSwapped:
    def test_the_chain_finds_it(self, quiet, attack):
        assert holds(quiet.ledger)
        heads = {head.stream: head.leaf for head in quiet.ledger.store.streams()}
        report = audit(laid_down(quiet.ledger, attack(quiet.ledger), heads=heads))
        assert not report.verified
        assert report.problems[0].first is not None

    def test_the_councils_own_checkpoint_finds_it(self, signed, attack):
        assert holds(signed.ledger)
        assert not holds(laid_down(signed.ledger, attack(signed.ledger)))

    def test_a_checkpoint_held_outside_finds_it(self, signed, attack):
        held = held_outside(signed)
        assert holds(signed.ledger, [held])
        assert not holds(laid_down(signed.ledger, attack(signed.ledger)), [held])

    def test_no_bundle_comes_of_it(self, signed, attack, tmp_path):
        changed = laid_down(signed.ledger, attack(signed.ledger), kept={})
        try:
            out = exported(changed, signed.actor, tmp_path)
        except BadEvidence:
            return  # the council's own software does not hand it over
        # Where all proofs were made anew, it is a ledger written anew: see below.
        assert verify_bundle(out, requires(signed)[0]).verdict == "failed"


def test_the_last_entry_of_a_complaint_edited_with_its_head_is_found_by_a_checkpoint_alone(
    quiet, signed
):
    assert holds(laid_down(quiet.ledger, softened(quiet.ledger)))
    assert not holds(laid_down(signed.ledger, softened(signed.ledger)))


# --- everything is written and signed anew -------------------------------------------------------


class TestEverythingIsWrittenAndSignedAnew:
    def test_the_chain_does_not_find_it(self, quiet):
        assert holds(rewritten(quiet.ledger, softened(quiet.ledger)))

    def test_the_councils_own_checkpoint_does_not_find_it(self, signed):
        assert holds(rewritten(signed.ledger, softened(signed.ledger)))

    def test_a_checkpoint_held_outside_finds_it(self, signed):
        anew = rewritten(signed.ledger, softened(signed.ledger))
        report = audit(anew, against=[held_outside(signed)])
        assert not report.verified

    def test_the_bundle_shows_it_to_who_requires_the_witness(self, signed, tmp_path):
        anew = rewritten(signed.ledger, softened(signed.ledger))
        out = exported(anew, signed.actor, tmp_path)
        assert both(out).verdict == "verified"
        asked, theirs = requires(signed)
        assert both(out, asked, **theirs).verdict == "failed"


# --- the end is cut off --------------------------------------------------------------------------


class TestTheEndIsCutOffWithItsCheckpoint:
    @pytest.fixture
    def cut(self, signed):
        first = next(iter(kept_checkpoints(signed.ledger.store)))
        kept = {
            name: data
            for name, data in signed.ledger.store.kept()
            if not name.startswith(("checkpoint/", "cosignature/")) or f"{first.size:012}" in name
        }
        return laid_down(signed.ledger, everything(signed.ledger.store)[: first.size], kept=kept)

    def test_the_chain_does_not_find_it(self, quiet):
        shorter = laid_down(quiet.ledger, everything(quiet.ledger.store)[:-2])
        assert holds(shorter)

    def test_the_councils_own_checkpoint_does_not_find_it(self, cut):
        assert holds(cut)

    def test_a_checkpoint_held_outside_finds_it(self, signed, cut):
        assert not holds(cut, [held_outside(signed)])

    def test_an_old_bundle_contradicts_it(self, signed, cut, tmp_path):
        _, files = forging.unpack(exported(signed.ledger, signed.actor, tmp_path))
        sizes = [int(p.split("/")[-1][:-4]) for p in files if p.endswith(".txt") and "/check" in p]
        theirs = files[f"data/checkpoints/{max(sizes)}.txt"]
        assert not holds(cut, [theirs])


class TestEntriesAfterTheLastCheckpointAreDropped:
    """The honest gap: nothing outside speaks of them yet."""

    @pytest.fixture
    def dropped(self, signed):
        *_, last = kept_checkpoints(signed.ledger.store)
        signed.record(c.Escalate(occurred_on=ON, reasons=seal("I am not content.")))
        return laid_down(signed.ledger, everything(signed.ledger.store)[: last.size])

    def test_nothing_in_the_ledger_finds_it(self, dropped):
        assert holds(dropped)

    def test_no_checkpoint_held_outside_finds_it(self, signed, dropped):
        assert holds(dropped, [held_outside(signed)])

    def test_no_bundle_shows_it(self, signed, dropped, tmp_path):
        out = exported(dropped, signed.actor, tmp_path)
        asked, theirs = requires(signed)
        assert both(out).verdict == "verified"
        # What the witness is asked to sign next has no trace of it either.
        kept = make_checkpoint(dropped, actor=signed.actor)
        signed.witness.sign(dropped, kept, signed.clock.now)
        again = exported(dropped, signed.actor, tmp_path, "again.zip")
        assert both(again, asked, **theirs).verdict == "verified"


# --- the bundle leaves out the last events -------------------------------------------------------


@pytest.mark.parametrize("left_out", [1, 2])
def test_the_seal_finds_that_the_last_events_of_a_complaint_are_left_out(
    signed, tmp_path, left_out
):
    folder, files = forging.unpack(exported(signed.ledger, signed.actor, tmp_path))
    last = max(int(p[12:16]) for p in files if p.startswith("data/events/"))
    shorter = {
        path: data
        for path, data in files.items()
        if not any(path.startswith(f"data/events/{last - n:04}.") for n in range(left_out))
    }
    forgery = tmp_path / "forged.zip"
    resigned = forging.signed_anew(shorter, signed.ledger.signing.current())
    forgery.write_bytes(forging.packed(folder, resigned))
    assert both(forgery).verdict == "failed"


# --- the time is wrong ---------------------------------------------------------------------------


class TestAnEntryIsBackDated:
    """Appended today, with a time at which a witness had seen the ledger without it."""

    @pytest.fixture
    def council(self):
        council = Council()
        tell(council, checkpoints=True)
        *_, last = kept_checkpoints(council.ledger.store)
        # A second witness sees the same checkpoint two days later: still nothing new.
        later = council.clock.now + timedelta(days=2)
        Witness("late.example").sign(council.ledger, last, later)
        council.clock.now = last_time(council) + timedelta(hours=1)  # and then they set it back
        council.record(c.Escalate(occurred_on=ON, reasons=seal("Written days later.")))
        return council

    def test_the_chain_and_the_councils_own_checkpoints_do_not_find_it(self, council):
        assert holds(council.ledger)

    def test_the_bundle_finds_it_where_the_witness_is_enclosed(
        self, council, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(enclosing, "_timely", lambda kept, _: kept)
        monkeypatch.setattr("complaint_ledger.evidence.bundle.export._refuse_unverified", passed)
        out = exported(council.ledger, council.actor, tmp_path)
        report = both(out)
        assert report.verdict == "failed"

    def test_without_that_witness_the_bracket_is_as_wide_as_its_checkpoints(
        self, council, tmp_path
    ):
        report = both(exported(council.ledger, council.actor, tmp_path))
        assert report.verdict == "verified"
        assert report.events[-2].name == "complaint-escalated"
        assert report.events[-2].open_bracket


def passed(_):
    """Hand over what a dishonest council would."""


def last_time(council):
    return council.ledger.store.head().recorded_at


def test_when_something_happened_can_be_said_falsely_but_when_it_was_recorded_stands_beside_it(
    signed, tmp_path
):
    signed.record(c.Escalate(occurred_on=ON, reasons=seal("Really in June.")))
    assert holds(signed.ledger, [held_outside(signed)])
    out = exported(signed.ledger, signed.actor, tmp_path)
    assert both(out).verdict == "verified"
    _, files = forging.unpack(out)
    page = files["data/chronology.html"].decode()
    assert "Happened: 1 April 2026. Recorded: 1 April 2026 at" in page


class TestTheServersClockIsWrong:
    @pytest.fixture
    def council(self):
        council = Council()
        tell(council)
        true = council.clock.now
        council.clock.now += timedelta(days=30)
        council.record(c.Escalate(occurred_on=ON))
        kept = make_checkpoint(council.ledger, actor=council.actor)
        council.witness.sign(council.ledger, kept, true + timedelta(minutes=5))
        return council

    def test_nothing_in_the_ledger_finds_it(self, council):
        assert audit(council.ledger).verified

    def test_the_witnesss_time_does(self, council, tmp_path, monkeypatch):
        monkeypatch.setattr(contents, "enclosed_checkpoints", all_of_them)
        monkeypatch.setattr("complaint_ledger.evidence.bundle.export._refuse_unverified", passed)
        assert both(exported(council.ledger, council.actor, tmp_path)).verdict == "failed"


def all_of_them(kept, last, *_, **__):
    """Enclose every checkpoint with every signature, whatever it contradicts."""
    return [one for one in kept if one.size <= last.size]


# --- two ledgers are shown -----------------------------------------------------------------------


class TestOneLedgerIsShownToTheAuditorAndAnotherToTheOmbudsman:
    @pytest.fixture
    def two(self, signed):
        return signed.ledger, rewritten(signed.ledger, softened(signed.ledger))

    def test_each_holds_by_itself(self, two):
        assert all(holds(ledger) for ledger in two)

    def test_what_the_one_reader_holds_refutes_the_other(self, signed, two, tmp_path):
        auditors, ombudsmans = two
        out = exported(ombudsmans, signed.actor, tmp_path)
        sizes = {one.size: one for one in kept_checkpoints(auditors.store)}
        enclosed = [
            int(path.split("/")[-1][:-4])
            for path in forging.unpack(out)[1]
            if path.startswith("data/checkpoints/") and path.endswith(".txt")
        ]
        shared = next(size for size in enclosed if size in sizes)
        drawer = tmp_path / "drawer.txt"
        drawer.write_bytes(bytes(sizes[shared].whole))
        asked = Asked(against=sizes[shared].checkpoint)
        assert both(out, asked, against=str(drawer)).verdict == "failed"

    def test_one_witness_signs_only_the_one(self, signed, two, tmp_path):
        make_witness_key(tmp_path / "key", "neighbour.example")
        neighbour = RealWitness.at(tmp_path / "key", tmp_path / "memory")
        log = [VerifierKey.parse(signed.ledger.opened.signing_key)]
        shown = [list(kept_checkpoints(ledger.store))[-1] for ledger in two]
        assert neighbour.add_checkpoint(WitnessRequest(0, [], shown[0].note), log)
        with pytest.raises(BadEvidence, match="TWO HISTORIES"):
            neighbour.add_checkpoint(WitnessRequest(shown[0].size, [], shown[1].note), log)


# --- a key is stolen -----------------------------------------------------------------------------


def test_a_stolen_signing_key_signs_no_witness(signed, tmp_path):
    thief = rewritten(signed.ledger, softened(signed.ledger), witnesses=[])
    stranger = Witness(signed.witness.signer.name)  # the same name, and another key
    *_, last = kept_checkpoints(thief.store)
    stranger.sign(thief, last, signed.clock.now)
    out = exported(thief, signed.actor, tmp_path)
    asked, theirs = requires(signed)
    assert both(out, asked, **theirs).verdict == "failed"


def test_a_stolen_key_store_opens_values_and_changes_nothing(signed):
    before = held_outside(signed)
    (entry, *_) = signed.ledger.entries(REFERENCE)
    sought = entry.event.outcome_sought
    opened = signed.ledger.vault.open({sought.digest: "outcome_sought"})
    assert opened[sought.digest].value == "Bins"
    assert holds(signed.ledger, [before])


# --- a checkpoint is left out --------------------------------------------------------------------


def test_an_early_checkpoint_left_out_leaves_the_bracket_open(signed, tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "enclosed_checkpoints", lambda _, last, *__, **___: [last])
    report = both(exported(signed.ledger, signed.actor, tmp_path))
    assert report.verdict == "verified"
    assert all(event.open_bracket for event in report.events)


# --- what is recorded is not true, or not recorded -----------------------------------------------


def test_what_is_false_from_the_first_stays_undetected(signed, tmp_path):
    """A developer changes the writer, or an officer lies: the ledger proves what was recorded."""
    signed.record(c.Escalate(occurred_on=ON, reasons=seal("They never wrote this.")))
    signed.checkpoint()
    assert holds(signed.ledger, [held_outside(signed)])
    assert both(exported(signed.ledger, signed.actor, tmp_path)).verdict == "verified"


class TestAComplaintIsNeverEntered:
    def test_nothing_in_the_ledger_finds_it(self, signed):
        assert holds(signed.ledger, [held_outside(signed)])

    def test_a_receipt_proves_that_it_was_entered_once(self, signed, tmp_path):
        leaf = signed.ledger.entries(REFERENCE)[0].recorded.leaf(signed.ledger.store.ledger).hex()
        out = exported(signed.ledger, signed.actor, tmp_path)
        assert both(out, Asked(receipt=leaf), receipt=leaf).receipt == 1
        without = laid_down(signed.ledger, everything(signed.ledger.store)[:4], kept={})
        found = audit(without, receipt=bytes.fromhex(leaf)).receipt
        assert found is None

    def test_a_receipt_of_nothing_is_found_nowhere(self, signed, tmp_path):
        out = exported(signed.ledger, signed.actor, tmp_path)
        wrong = "ab" * 32
        assert both(out, Asked(receipt=wrong), receipt=wrong).verdict == "failed"


# --- everybody conspires -------------------------------------------------------------------------


def test_the_council_and_all_its_witnesses_together_are_not_found_out(signed, tmp_path):
    at = int(datetime(2026, 4, 2, tzinfo=UTC).timestamp())
    anew = rewritten(signed.ledger, softened(signed.ledger), witnesses=[(signed.witness, at)])
    assert holds(anew)
    exported(anew, signed.actor, tmp_path)
    kept = make_checkpoint(anew, actor=signed.actor)
    signed.witness.sign(anew, kept, signed.clock.now)
    out = exported(anew, signed.actor, tmp_path, "again.zip")
    asked, theirs = requires(signed)
    assert both(out, asked, **theirs).verdict == "verified"


# --- a great deal is erased ----------------------------------------------------------------------


class TestAGreatDealIsErased:
    @pytest.fixture
    def erased(self, signed):
        (entry, *_) = signed.ledger.entries(REFERENCE)
        digest = entry.event.outcome_sought.digest
        disclosure = signed.ledger.vault.open({digest: "outcome_sought"})[digest]
        signed.erase(1, "outcome_sought")
        return signed, disclosure

    def test_no_hash_changes(self, erased):
        council, _ = erased
        report = audit(council.ledger, against=[held_outside(council)])
        assert report.verified
        assert report.values.rows_gone == 1

    def test_the_bundle_shows_each_gap(self, erased, tmp_path):
        council, _ = erased
        report = both(exported(council.ledger, council.actor, tmp_path))
        assert [event.erased for event in report.events] == [1, 0, 0, 0]

    def test_who_was_given_the_words_can_still_prove_them(self, erased, tmp_path):
        council, disclosure = erased
        _, files = forging.unpack(exported(council.ledger, council.actor, tmp_path))
        body = json.loads(files["data/events/0001.body.json"])
        import hashlib

        text = b64url(disclosure.data).encode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
        assert body["sealed"]["outcome_sought"]["digest"] == digest
