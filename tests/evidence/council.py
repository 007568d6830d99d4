"""A council whose evidence has everything in it that a bundle can hold, on a clock of its own."""

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from complaint_ledger import create_ledger
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import WITHHELD, seal
from complaint_ledger.evidence import notes
from complaint_ledger.evidence.bundle.export import export
from complaint_ledger.evidence.checkpointing import (
    cosignature_name,
    make_checkpoint,
    rotate_key,
    witness_name,
)
from complaint_ledger.evidence.checkpoints import cosign
from complaint_ledger.files import with_bytes
from complaint_ledger.testing import examples as story

REFERENCE = str(story.REFERENCE)
LETTER = b"%PDF-1.7\nDear Rowan Ashdown, we are sorry that your bin was missed.\n%%EOF\n"
PHOTOGRAPH = bytes(range(256)) * 3


class Clock:
    """A clock that goes on by ten minutes whenever it is asked."""

    def __init__(self, now=datetime(2026, 4, 1, 9, tzinfo=UTC)):
        self.now = now

    def __call__(self):
        self.now += timedelta(minutes=10)
        return self.now


class Witness:
    """Somebody outside who signs checkpoints when asked, with the clock of the story."""

    def __init__(self, name="audit.northborough.example/w1"):
        self.signer = notes.Ed25519Signer(name, Ed25519PrivateKey.generate(), notes.COSIGNATURE)

    def sign(self, ledger, kept, at):
        signature = cosign(kept.checkpoint.text, int(at.timestamp()), self.signer)
        ledger.store.keep(witness_name(self.signer.key.key_id), str(self.signer.key).encode())
        ledger.store.keep(cosignature_name(kept.size, signature), f"{signature}\n".encode())


class Council:
    """A ledger with two complaints, one of them with everything that can be in a bundle."""

    def __init__(self, url=None):
        self.clock = Clock()
        self.url = url or f"memory:///{uuid4().hex}"
        self.ledger, self.actor = create_ledger(
            self.url,
            council="Northborough Council",
            fictional=True,
            administrator="A. Clerk",
            clock=self.clock,
        )
        self.witness = Witness()
        for actor in (story.OFFICER, story.MANAGER):
            added = e.ActorAdded(actor=actor, kind="officer", role="handler")
            self.ledger.record_own(added, self.ledger.actor(self.actor))

    def record(self, command, complaint=REFERENCE):
        named = None if isinstance(command, c.Receive) else complaint
        return self.ledger.record(command, complaint=named, actor=self.actor)

    def checkpoint(self, *, witnessed=True):
        kept = make_checkpoint(self.ledger, actor=self.actor)
        if witnessed:
            self.witness.sign(self.ledger, kept, self.clock.now + timedelta(seconds=5))
        return kept

    def tell_everything(self):
        """Record one complaint with a correction, letters, and values that were erased."""
        on = date(2026, 4, 1)
        self.record(
            c.Receive(
                occurred_on=on,
                reference=story.REFERENCE,
                heads=(story.MISSED, story.UNANSWERED),
                complainant=e.Person(id="p1", name=seal("Rowan Ashdown"), contact=WITHHELD),
                outcome_sought=seal("That the bin is emptied <every> Monday & Friday."),
            )
        )
        self.record(
            c.Receive(occurred_on=on, reference="C-2026-000124", outcome_sought=seal("An apology"))
        )
        self.checkpoint()
        self.record(c.Acknowledge(occurred_on=on))
        photograph = e.DocumentAdded(item="d1", kind="photograph", direction="in", occurred_on=on)
        self.record(with_bytes(photograph, PHOTOGRAPH, name="the bin.JPG"))
        letter = e.DocumentAdded(
            item="d2", kind="letter", direction="out", occurred_on=on, title=seal("Our answer")
        )
        self.record(with_bytes(letter, LETTER, name="answer.pdf"))
        self.checkpoint(witnessed=False)
        answered = self.record(
            c.Respond(occurred_on=on, outcome="not-upheld", reasons=seal("No lorry was late."))
        )
        wrong = answered.events[-1]
        right = c.Correct(
            corrects=wrong.id,
            replacement=e.ResponseSent(
                occurred_on=on,
                stage="stage-1",
                outcomes=(
                    e.HeadOutcome(head="h1", outcome="upheld", reasons=seal("A lorry was late.")),
                    e.HeadOutcome(head="h2", outcome="not-upheld"),
                ),
            ),
            reason="wrong-letter",
            explanation=seal("Another person's answer was entered: that of Mx Birch."),
        )
        self.record(right)
        rotate_key(self.ledger, actor=self.actor)
        self.record(c.Escalate(occurred_on=on, reasons=seal("I am still not content.")))
        self.checkpoint()
        self.erase(2, "outcome_sought", complaint="C-2026-000124")
        return self

    def tell_a_little(self):
        """Record a short complaint with a letter, under a checkpoint that a witness signed."""
        on = date(2026, 4, 1)
        sought = seal("That the bin is emptied.")
        self.record(c.Receive(occurred_on=on, reference=story.REFERENCE, outcome_sought=sought))
        letter = e.DocumentAdded(item="d1", kind="letter", direction="out", occurred_on=on)
        self.record(with_bytes(letter, LETTER, name="answer.pdf"))
        self.checkpoint()
        return self

    def erase(self, version, path, complaint=REFERENCE):
        """Erase one value for good."""
        from complaint_ledger.evidence.bundle.omissions import sealed_values

        recorded = [entry.recorded for entry in self.ledger.entries(complaint)]
        gone = [
            one.digest
            for one in sealed_values(recorded)
            if one.path == path and (one.version == version or len(recorded) == 1)
        ]
        assert self.ledger.store.erase_sealed(gone) == len(gone) == 1

    def export(self, out=None, complaint=REFERENCE, **asked):
        out = out or Path(tempfile.mkdtemp()) / "bundle.zip"
        return export(self.ledger, complaint, out, actor=self.actor, **asked)

    def bundle(self, out=None):
        """Export the complaint with something withheld, something redacted and something erased."""
        self.erase(1, "heads/h2/description")
        return self.export(
            out,
            withhold=["5:outcomes", "3:content"],
            replace={"replacement": "[the reasons, without a name]"},
            reason="third-party",
            recipient="lgsco",
        )
