"""A witness signs what goes on from what it signed before, and nothing else, whatever comes."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from complaint_ledger.errors import BadEvidence, BadValue, KeysError, LedgerExists, StoreUnreadable
from complaint_ledger.evidence import merkle, notes
from complaint_ledger.evidence.checkpoints import Checkpoint, verify_cosignature
from complaint_ledger.evidence.notes import COSIGNATURE, Ed25519Signer, Note
from complaint_ledger.evidence.witness import (
    Witness,
    make_witness_key,
    marks_beside,
    open_witness_key,
)
from complaint_ledger.evidence.witness_memory import Remembered, WitnessMemory
from complaint_ledger.evidence.witness_request import WitnessRequest

ORIGIN = "complaint-ledger/northborough/1"
NOON = 1_800_000_000


def log_key(seed=1, origin=ORIGIN):
    return Ed25519Signer(origin, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


LOG, NEXT, FOREIGN = log_key(1), log_key(2), log_key(3)


def history(size, kind=b"entry", forked_at=None):
    """Return the tree of a ledger; one that forked tells another story from there on."""
    leaves = [
        merkle.leaf_hash(
            (b"other" if forked_at is not None and at >= forked_at else kind) + bytes([at])
        )
        for at in range(size)
    ]
    return merkle.Tree(leaves)


def asking(tree, size, old, signers=(LOG,), origin=ORIGIN):
    root = merkle.root(size, tree.subtree)
    text = Checkpoint(origin, size, root).text
    proof = merkle.consistency_proof(old, size, tree.subtree) if old <= size else []
    return WitnessRequest(old, proof, Note(text, [notes.sign(text, each) for each in signers]))


@pytest.fixture
def key(tmp_path):
    file = tmp_path / "witness.key"
    make_witness_key(file, "southborough/audit", lambda: None)
    return file


@pytest.fixture
def witness(key, tmp_path):
    return Witness.at(key, tmp_path / "memory", lambda: None)


def test_the_first_checkpoint_is_signed_and_the_next_goes_on_from_it(witness, key):
    tree = history(9)
    for old, size in ((0, 4), (4, 9), (9, 9)):
        signed = witness.add_checkpoint(asking(tree, size, old), [LOG.key])
        text = asking(tree, size, old).note.text
        assert verify_cosignature(text, signed, open_witness_key(key).key) > NOON - 10**8


def test_the_time_is_the_witness_s_clock(key, tmp_path):
    signer = open_witness_key(key)
    witness = Witness(signer, WitnessMemory(tmp_path, signer.key), lambda: NOON + 0.9)
    request = asking(history(3), 3, 0)
    signed = witness.add_checkpoint(request, [LOG.key])
    assert verify_cosignature(request.note.text, signed, signer.key) == NOON


@pytest.mark.parametrize("old", [0, 3, 5])
def test_a_request_from_another_size_is_told_which_one_is_remembered(witness, old):
    tree = history(6)
    witness.add_checkpoint(asking(tree, 4, 0), [LOG.key])
    with pytest.raises(BadEvidence, match=r"remembers 4.*--old 4"):
        witness.add_checkpoint(asking(tree, 6, old), [LOG.key])


def test_a_ledger_that_was_rewritten_is_not_signed(witness):
    witness.add_checkpoint(asking(history(4), 4, 0), [LOG.key])
    with pytest.raises(BadEvidence, match="does not prove that the first 4 of 6"):
        witness.add_checkpoint(asking(history(6, forked_at=2), 6, 4), [LOG.key])


def test_a_ledger_that_shrank_is_not_signed(witness):
    tree = history(6)
    witness.add_checkpoint(asking(tree, 6, 0), [LOG.key])
    for old in (0, 4):
        with pytest.raises(BadEvidence, match="remembers 6"):
            witness.add_checkpoint(asking(tree, 4, old), [LOG.key])


@pytest.mark.parametrize("old", [0, 2, 4])
def test_two_checkpoints_of_one_size_are_kept_as_proof_of_two_histories(witness, tmp_path, old):
    one, other = asking(history(4), 4, 0), asking(history(4, forked_at=3), 4, old)
    witness.add_checkpoint(one, [LOG.key])
    with pytest.raises(BadEvidence, match="TWO HISTORIES"):
        witness.add_checkpoint(other, [LOG.key])
    kept = [Note.parse(file.read_bytes()) for file in (tmp_path / "memory").glob("*two-hist*.txt")]
    assert {note.text for note in kept} == {one.note.text, other.note.text}
    assert [notes.verify(note, [LOG.key]) for note in kept] == [[LOG.key], [LOG.key]]
    witness.add_checkpoint(asking(history(5), 5, 4), [LOG.key])  # the true one goes on


def test_a_proof_of_two_histories_takes_the_ledger_s_own_signature(witness, tmp_path):
    witness.add_checkpoint(asking(history(4), 4, 0), [LOG.key])
    forged = asking(history(4, forked_at=3), 4, 4, [FOREIGN])
    with pytest.raises(BadEvidence, match="did not sign it"):
        witness.add_checkpoint(forged, [LOG.key])
    assert list((tmp_path / "memory").glob("*two-histories*")) == []


def test_another_s_signature_is_not_the_ledger_s(witness):
    with pytest.raises(BadEvidence, match="none of the ledger's keys"):
        witness.add_checkpoint(asking(history(4), 4, 0, [FOREIGN]), [LOG.key])


def test_a_signature_of_another_text_is_refused(witness):
    good, other = asking(history(4), 4, 0), asking(history(5), 5, 0)
    mixed = WitnessRequest(0, [], Note(good.note.text, other.note.signatures))
    with pytest.raises(BadEvidence, match="not a signature of this text"):
        witness.add_checkpoint(mixed, [LOG.key])


def test_a_ledger_whose_key_nobody_gave_is_unknown(witness):
    with pytest.raises(BadEvidence, match="unknown here"):
        witness.add_checkpoint(asking(history(4), 4, 0), [])
    with pytest.raises(BadEvidence, match="unknown here"):
        witness.add_checkpoint(asking(history(4), 4, 0), [log_key(1, "another/ledger").key])


def test_a_ledger_is_known_again_without_its_key(witness):
    tree = history(6)
    witness.add_checkpoint(asking(tree, 4, 0), [LOG.key])
    witness.add_checkpoint(asking(tree, 6, 4), [])


def test_two_ledgers_are_remembered_apart(witness):
    other = log_key(4, "complaint-ledger/westborough/2")
    witness.add_checkpoint(asking(history(4), 4, 0), [LOG.key, other.key])
    second = asking(history(3, b"theirs"), 3, 0, [other], other.name)
    witness.add_checkpoint(second, [LOG.key, other.key])
    witness.add_checkpoint(asking(history(6), 6, 4), [])


def test_two_witnesses_may_keep_their_memory_in_one_folder(tmp_path):
    for name in ("one", "two"):
        make_witness_key(tmp_path / name, f"witness/{name}", lambda: None)
        each = Witness.at(tmp_path / name, tmp_path / "memory")
        each.add_checkpoint(asking(history(4), 4, 0), [LOG.key])


# --- the ledger's key changes --------------------------------------------------------------------


def test_a_new_key_counts_once_it_signed_beside_the_old_one(witness):
    tree = history(8)
    known = [LOG.key, NEXT.key]
    witness.add_checkpoint(asking(tree, 3, 0), known)
    with pytest.raises(BadEvidence, match="a new key of the ledger signed it alone"):
        witness.add_checkpoint(asking(tree, 5, 3, [NEXT]), known)
    witness.add_checkpoint(asking(tree, 4, 3, [LOG, NEXT]), known)
    witness.add_checkpoint(asking(tree, 4, 4, [LOG, NEXT]), known)
    witness.add_checkpoint(asking(tree, 5, 4, [NEXT]), [])
    with pytest.raises(BadEvidence, match="did not sign it"):
        witness.add_checkpoint(asking(tree, 6, 5, [LOG]), known)


def test_a_new_key_that_nobody_told_the_witness_of_is_not_remembered(witness):
    tree = history(8)
    witness.add_checkpoint(asking(tree, 3, 0), [LOG.key])
    witness.add_checkpoint(asking(tree, 4, 3, [LOG, NEXT]), [LOG.key])
    with pytest.raises(BadEvidence, match="did not sign it"):
        witness.add_checkpoint(asking(tree, 5, 4, [NEXT]), [NEXT.key])


# --- what is remembered --------------------------------------------------------------------------


def test_a_witness_that_lost_its_memory_signs_no_more(key, tmp_path):
    Witness.at(key, tmp_path / "a").add_checkpoint(asking(history(4), 4, 0), [LOG.key])
    for old, size in ((0, 4), (0, 6), (4, 6)):
        with pytest.raises(BadEvidence, match="memory was lost"):
            Witness.at(key, tmp_path / "b").add_checkpoint(
                asking(history(6, forked_at=1), size, old), [LOG.key]
            )


def test_an_old_memory_that_was_put_back_is_noticed(witness, tmp_path):
    tree = history(8)
    witness.add_checkpoint(asking(tree, 3, 0), [LOG.key])
    file = next((tmp_path / "memory").glob("*.last"))
    old = file.read_bytes()
    witness.add_checkpoint(asking(tree, 6, 3), [LOG.key])
    file.write_bytes(old)
    with pytest.raises(BadEvidence, match="has signed 6 entries of this ledger, and 3 are"):
        witness.add_checkpoint(asking(tree, 8, 3), [LOG.key])


def test_a_crash_between_the_two_files_is_no_loss(witness, key):
    tree = history(8)
    witness.add_checkpoint(asking(tree, 3, 0), [LOG.key])
    marks = marks_beside(key)
    before = marks.read_bytes()
    witness.add_checkpoint(asking(tree, 6, 3), [LOG.key])
    marks.write_bytes(before)
    witness.add_checkpoint(asking(tree, 6, 6), [LOG.key])
    assert marks.read_text().startswith("6 ")


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: b"", lambda data: b"\xff"])
def test_a_damaged_memory_signs_nothing(witness, tmp_path, damage):
    tree = history(8)
    witness.add_checkpoint(asking(tree, 3, 0), [LOG.key])
    file = next((tmp_path / "memory").glob("*.last"))
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(BadEvidence):
        witness.add_checkpoint(asking(tree, 6, 3), [LOG.key])


def test_the_memory_is_on_the_disk_before_the_signature_is_made_known(key, tmp_path):
    """A witness that cannot write does not sign."""
    folder = tmp_path / "no-folder"
    folder.write_text("a file is in the way")
    with pytest.raises(StoreUnreadable):
        Witness.at(key, folder).add_checkpoint(asking(history(4), 4, 0), [LOG.key])
    assert not marks_beside(key).exists()


def test_what_is_remembered_reads_the_same_again():
    last = Remembered(LOG.key, asking(history(4), 4, 0).note)
    assert Remembered.parse(bytes(last)) == last


def test_of_two_at_once_one_signs(key, tmp_path):
    """Both go on from 3; whichever comes second is told that 4 or 5 are remembered."""
    tree = history(5)
    Witness.at(key, tmp_path / "m").add_checkpoint(asking(tree, 3, 0), [LOG.key])

    def ask(size):
        try:
            Witness.at(key, tmp_path / "m").add_checkpoint(asking(tree, size, 3), [LOG.key])
        except BadEvidence:
            return 0
        return size

    with ThreadPoolExecutor(8) as pool:
        signed = list(pool.map(ask, [4, 5] * 4))
    assert sum(1 for one in signed if one) == 1


# --- keys ----------------------------------------------------------------------------------------


def test_a_key_keeps_its_name_and_nobody_else_may_read_it(tmp_path):
    made = make_witness_key(tmp_path / "key", "southborough/audit", lambda: "a passphrase")
    assert made.algorithm == COSIGNATURE
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in (tmp_path / "key").read_bytes()
    assert open_witness_key(tmp_path / "key", lambda: "a passphrase").key == made


def test_no_key_is_made_over_another(key):
    before = key.read_bytes()
    with pytest.raises(LedgerExists):
        make_witness_key(key, "southborough/audit", lambda: None)
    assert key.read_bytes() == before


@pytest.mark.parametrize("name", ["", "south borough", "south+borough", "south\nborough"])
def test_a_name_has_neither_space_nor_plus(tmp_path, name):
    with pytest.raises(BadEvidence):
        make_witness_key(tmp_path / "key", name, lambda: None)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_passphrase_opens_nothing(tmp_path):
    make_witness_key(tmp_path / "key", "southborough/audit", lambda: "right")
    with pytest.raises(KeysError, match="passphrase is wrong"):
        open_witness_key(tmp_path / "key", lambda: "wrong")
    with pytest.raises(KeysError, match="has a passphrase"):
        open_witness_key(tmp_path / "key", lambda: None)


def test_a_key_that_others_may_read_is_not_used(key):
    key.chmod(0o644)
    with pytest.raises(KeysError, match="chmod 600"):
        open_witness_key(key)


def test_a_key_with_another_s_first_line_is_not_used(key, tmp_path):
    make_witness_key(tmp_path / "other", "westborough/audit", lambda: None)
    first = (tmp_path / "other").read_text().splitlines()[0]
    key.write_text("\n".join([first, *key.read_text().splitlines()[1:]]))
    with pytest.raises(KeysError, match="not of the key below"):
        open_witness_key(key)


def test_a_ledger_s_signing_key_is_no_witness_s(key):
    key.write_text("\n".join(key.read_text().splitlines()[1:]))
    with pytest.raises(KeysError, match="no witness's key"):
        open_witness_key(key)


def test_a_ledger_s_key_does_not_sign_as_a_witness(tmp_path):
    witness = Witness(LOG, WitnessMemory(tmp_path, LOG.key))
    with pytest.raises(BadValue, match="not as a witness"):
        witness.add_checkpoint(asking(history(4), 4, 0), [LOG.key])
    assert list(tmp_path.glob("*.last")) == []


# --- whatever comes ------------------------------------------------------------------------------


class AnyRequests(RuleBasedStateMachine):
    """An honest ledger and dishonest ones with its keys ask in any order; folders get lost."""

    def __init__(self):
        super().__init__()
        self.place = TemporaryDirectory()
        self.folder = Path(self.place.name)
        self.key = self.folder / "key"
        make_witness_key(self.key, "southborough/audit", lambda: None)
        self.memories = 0
        self.signed = {}

    def teardown(self):
        self.place.cleanup()

    @rule(
        forked_at=st.sampled_from([None, None, 0, 3, 6, 9]),
        size=st.integers(0, 12),
        old=st.integers(0, 12),
        goes_on=st.booleans(),
        signers=st.sampled_from([(LOG,), (LOG,), (LOG, NEXT), (NEXT,), (NEXT, LOG), (FOREIGN,)]),
        drop=st.booleans(),
    )
    def ask(self, forked_at, size, old, goes_on, signers, drop):
        tree = history(size, forked_at=forked_at)
        old = min(max(self.signed, default=0) if goes_on else old, size)
        request = asking(tree, size, old, signers)
        if drop and request.proof:
            request = WitnessRequest(old, request.proof[1:], request.note)
        try:
            made = self.witness().add_checkpoint(request, [LOG.key, NEXT.key])
        except BadEvidence:
            return
        assert verify_cosignature(request.note.text, made, open_witness_key(self.key).key)
        assert FOREIGN not in signers
        assert size >= max(self.signed, default=0)
        assert self.signed.setdefault(size, tree).root() == tree.root()

    @rule()
    def lose_the_memory(self):
        self.memories += 1

    @rule(number=st.integers(0, 3))
    def take_up_another_memory(self, number):
        self.memories = min(number, self.memories)

    def witness(self):
        return Witness.at(self.key, self.folder / f"memory-{self.memories}")

    @invariant()
    def all_that_was_signed_is_one_history(self):
        sizes = sorted(self.signed)
        for old, new in pairwise(sizes):
            tree = self.signed[new]
            assert merkle.root(old, tree.subtree) == self.signed[old].root()


AnyRequests.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestAnyRequests = AnyRequests.TestCase
