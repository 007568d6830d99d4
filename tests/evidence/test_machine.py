"""
Whatever a council does, in whatever order, and wherever it is broken off: its evidence holds.

The machine drives real ledgers in SQLite files. At any write, to the store or to a disk,
the power may go, or somebody else may be quicker.
"""

from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import seal
from complaint_ledger.errors import BadEvidence, StreamMoved
from complaint_ledger.evidence.audit import audit
from complaint_ledger.evidence.bundle.omissions import sealed_values
from complaint_ledger.evidence.checkpointing import kept_checkpoints, make_checkpoint, rotate_key
from complaint_ledger.evidence.merkle import root_of, verify_consistency
from complaint_ledger.evidence.notes import VerifierKey, verify
from complaint_ledger.evidence.tree import KeptTree
from complaint_ledger.moving.backup import back_up, restore_backup
from complaint_ledger.testing.whole import check_whole, everything
from evidence.misfortune import PowerCut, at_write
from evidence.working import ON, Working, commands, files, texts

MOST_COMPLAINTS = 3
LEDGER_FILES = (
    "", "-wal", "-shm", ".keys", ".keys-wal", ".keys-shm", ".keys-journal", ".signing",
    ".signing.coming",
)  # fmt: skip


class EvidenceMachine(Working):
    """One council, two of its offices at the same ledger, two witnesses, and bad luck."""

    # --- recording -------------------------------------------------------------------------------

    @precondition(lambda self: len(self.references) < MOST_COMPLAINTS)
    @rule()
    def a_complaint_comes(self):
        self.receive(self.ledger)

    @precondition(lambda self: self.there())
    @rule(data=st.data(), command=commands)
    def something_happens(self, data, command):
        self.record(self.ledger, command, data.draw(st.sampled_from(self.there())))

    @precondition(lambda self: self.there())
    @rule(data=st.data(), reasons=texts.map(seal))
    def an_answer_is_corrected(self, data, reasons):
        self.correct(self.ledger, data.draw(st.sampled_from(self.there())), reasons)

    @precondition(lambda self: self.there())
    @rule(data=st.data(), letter=files)
    def a_letter_comes(self, data, letter):
        self.add_document(self.ledger, data.draw(st.sampled_from(self.there())), letter)

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def a_race_is_lost(self, data):
        reference = data.draw(st.sampled_from(self.there()))
        looked = len(self.ledger.entries(reference))
        letter = e.DocumentAdded(item=f"r{looked}", kind="letter", direction="in", occurred_on=ON)
        self.rival.record(letter, complaint=reference, actor=self.actor)
        before = self.ledger.store.head()
        try:
            self.ledger.record(
                c.Acknowledge(occurred_on=ON),
                complaint=reference,
                actor=self.actor,
                expected_version=looked,
            )
        except StreamMoved:
            assert self.ledger.store.head() == before
        else:
            raise AssertionError("both were first")

    # --- evidence --------------------------------------------------------------------------------

    @rule()
    def a_checkpoint_is_made(self):
        kept = make_checkpoint(self.ledger, actor=self.actor)
        assert kept.size == self.ledger.store.head().position

    @rule(data=st.data(), late=st.sampled_from([0, 0, 3, 400, 100_000]))
    def a_witness_signs(self, data, late):
        kept = [*kept_checkpoints(self.ledger.store)]
        if kept:
            one = data.draw(st.sampled_from(kept))
            witness = data.draw(st.sampled_from(self.witnesses))
            if witness.signer.key.key_id not in {x.key_id for x in one.cosignatures}:
                self.clock.now += timedelta(seconds=late)
                witness.sign(self.ledger, one, self.clock.now)

    @rule()
    def the_key_is_changed(self):
        before = str(self.ledger.signing.current().key)
        rotate_key(self.ledger, actor=self.actor)
        assert str(self.ledger.signing.current().key) != before
        assert self.ledger.signing.coming() is None

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def a_complaint_is_handed_over(self, data):
        reference, asked = self.drawn_export(data, self.ledger)
        self.export(self.ledger, reference, **asked)

    @precondition(lambda self: self.bundles)
    @rule(data=st.data())
    def what_was_handed_over_is_asked_for_again(self, data):
        reference = data.draw(st.sampled_from(self.bundles)).reference
        if reference in self.there():  # a backup may be older
            self.export(self.ledger, reference)

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def a_value_is_erased(self, data):
        reference = data.draw(st.sampled_from(self.there()))
        values = sealed_values(entry.recorded for entry in self.ledger.entries(reference))
        there = self.ledger.vault.there([value.digest for value in values])
        # By their places: digests are random, and would be drawn anew each time.
        places = {(value.version, value.path): value.digest for value in values}
        if left := sorted(place for place, digest in places.items() if digest in there):
            digest = places[data.draw(st.sampled_from(left))]
            assert self.ledger.store.erase_sealed([digest]) == 1

    # --- bad luck --------------------------------------------------------------------------------

    @rule(days=st.sampled_from([0, 1, 10]))  # a clock that jumped by a year would be refused
    def time_goes_by(self, days):
        self.clock.now += timedelta(days=days, seconds=400)

    @rule()
    def the_ledger_is_opened_again(self):
        self.close()
        self.open()

    @rule()
    def a_backup_is_made(self):
        self.made += 1
        out = self.here / f"backup-{self.made}"
        back_up(self.url, out, clock=self.clock)
        self.backups.append((out, list(self.leaves), list(self.references)))

    @precondition(lambda self: self.backups)
    @rule(data=st.data())
    def a_backup_is_restored_and_goes_on(self, data):
        out, leaves, references = data.draw(st.sampled_from(self.backups))
        self.made += 1
        self.close()
        self.ledgers.append(f"council-{self.made}.db")
        restore_backup(out, f"sqlite:///{self.here}/{self.ledgers[-1]}", clock=self.clock)
        self.open()
        self.leaves, self.references = leaves, list(references)
        assert self.ledger.store.head().position == len(leaves)

    @rule(data=st.data(), at=st.integers(1, 9), written=st.booleans())
    def the_power_goes(self, data, at, written):
        """While something is done, at its write number *at*; *written* or not."""
        _, work = self.someone(data, self.ledger)

        def go(write, arguments, named):
            made = write(*arguments, **named) if written else None
            if hasattr(made, "close"):
                made.close()  # as the end of a process does
            raise PowerCut

        with at_write(self.ledger.store, at, go), suppress(PowerCut):
            work()
        self.close()
        self.open()

    @rule(data=st.data(), at=st.integers(1, 9))
    def somebody_else_is_quicker(self, data, at):
        """While something is done, another office does something before its write number *at*."""
        _, work = self.someone(data, self.ledger)
        what, other = self.someone(data, self.rival)

        def go(write, arguments, named):
            other()
            return write(*arguments, **named)

        with at_write(self.ledger.store, at, go):
            try:
                work()
            except BadEvidence as error:
                if (error.where, what) != ("package", "rotate"):
                    raise  # only a key that was changed while a bundle was packed

    # --- what holds ----------

    @invariant()
    def all_holds(self):
        self.nothing_before_was_changed()
        self.checkpoints_follow_from_one_another()
        self.nothing_half_lies_about()
        assert audit(self.ledger).problems == ()

    def nothing_before_was_changed(self):
        store = self.ledger.store
        check_whole(store)
        leaves = [recorded.leaf(store.ledger) for recorded in everything(store)]
        assert leaves[: len(self.leaves)] == self.leaves
        self.leaves = leaves

    def checkpoints_follow_from_one_another(self):
        """Each grew out of the one before, and is signed by whom the format says."""
        tree = KeptTree(self.ledger.store)
        rotated = self.ledger.own.rotated
        keys = [self.ledger.opened.signing_key, *(one.event.new for one in rotated)]
        assert keys[:-1] == [one.event.old for one in rotated]
        assert len({*keys}) == len(keys)
        positions = [one.recorded.position for one in rotated]
        before = None
        for kept in kept_checkpoints(self.ledger.store):
            size, root = kept.size, kept.checkpoint.root
            assert root == root_of(self.leaves[:size])
            handing = [
                at
                for at, where in enumerate(positions)
                if (before.size if before else 0) < where <= size
            ]
            in_force = sum(where <= size for where in positions)
            assert [keys[each] for each in [*handing, in_force]] == signers(kept.note, keys)
            if before:
                proof = tree.consistency(before.size, size)
                assert verify_consistency(before.size, size, before.checkpoint.root, root, proof)
            before = kept

    def nothing_half_lies_about(self):
        ledgers = {f"{name}{end}" for name in self.ledgers for end in LEDGER_FILES}
        handed = {bundle.file.name for bundle in self.bundles}
        backups = {out.name for out, *_ in self.backups}
        others = {each.name for each in self.here.iterdir()} - (ledgers | handed | backups)
        for name in others:  # put aside when the power went: nobody takes it for a bundle or a key
            assert name.startswith(".complaint-ledger-")
            assert not (self.here / name).stat().st_mode & 0o077


def signers(note, keys):
    """Return those of *keys* that signed *note*, in order, all of whom must be known."""
    known = {key.key_id: key for key in map(VerifierKey.parse, keys)}
    written = [known[one.key_id] for one in note.signatures]
    assert len(verify(note, written)) == len(written)
    return [str(key) for key in written]


TestEvidence = EvidenceMachine.TestCase
TestEvidence.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
