"""Two offices of one council at one ledger, two witnesses, and what is handed over."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from complaint_ledger import create_ledger, open_ledger
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import WITHHELD, seal
from complaint_ledger.errors import Refused
from complaint_ledger.evidence.bundle.export import export
from complaint_ledger.evidence.bundle.omissions import sealed_values
from complaint_ledger.evidence.checkpointing import make_checkpoint, rotate_key
from complaint_ledger.evidence.standalone import verify_evidence
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger.files import with_bytes
from evidence.council import Witness
from evidence.insider import Insider

ON = date(2026, 4, 1)
NASTY = ("[redacted]", 'Mr <b>"&amp;\n', "\u202e\U0001f5d1 é")

texts = st.sampled_from(("A lorry was late.", *NASTY))
outcomes = st.sampled_from(("upheld", "not-upheld", "partly-upheld"))
files = st.binary(min_size=1, max_size=40)
commands = st.one_of(
    st.builds(c.Acknowledge, occurred_on=st.just(ON)),
    st.builds(c.Respond, occurred_on=st.just(ON), outcome=outcomes, reasons=texts.map(seal)),
    st.builds(c.Escalate, occurred_on=st.just(ON), reasons=texts.map(seal)),
)


class Clock:
    """A clock that goes on by a second whenever it is asked."""

    def __init__(self):
        self.now = datetime(2026, 4, 1, 9, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@attrs.frozen
class Bundle:
    """A bundle that was handed over."""

    file: Path
    reference: str


class Working(RuleBasedStateMachine):
    """What a council can do with its evidence; in which order, a subclass says."""

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.here = Path(self.folder.name)
        self.clock = Clock()
        self.ledgers = ["council.db"]
        ledger, self.actor = create_ledger(
            f"sqlite:///{self.here}/council.db",
            council="Northborough Council",
            fictional=True,
            clock=self.clock,
        )
        ledger.close()
        self.witnesses = (Witness("one.example/w"), Witness("two.example/w"))
        self.references = []
        self.bundles = []
        self.backups = []
        self.leaves = []
        self.made = 0
        self.open()

    def open(self):
        self.url = f"sqlite:///{self.here}/{self.ledgers[-1]}"
        self.ledger = open_ledger(self.url, clock=self.clock)
        self.rival = open_ledger(self.url, clock=self.clock)

    def close(self):
        self.ledger.close()
        self.rival.close()

    def teardown(self):
        for bundle in self.bundles:  # nothing that was done since has spoilt any
            self.verified(bundle.file)
        self.close()
        self.folder.cleanup()

    # --- what can be done ------------------------------------------------------------------------

    def receive(self, ledger):
        self.made += 1
        reference = f"C-{self.made}"
        command = c.Receive(
            occurred_on=ON,
            reference=reference,
            complainant=e.Person(id="p1", name=seal("Rowan Ashdown"), contact=WITHHELD),
            outcome_sought=seal("An apology & a bin <emptied>."),
        )
        self.references.append(reference)
        ledger.record(command, actor=self.actor)

    def there(self):
        """Return the references on record: a receipt may have been broken off."""
        return [r for r in self.references if self.ledger.store.claimed_by(f"reference/{r}")]

    def record(self, ledger, command, reference):
        before = ledger.store.head()
        try:
            ledger.record(command, complaint=reference, actor=self.actor)
        except Refused:
            assert ledger.store.head() == before

    def correct(self, ledger, reference, reasons):
        answers = [x for x in ledger.facts(reference) if isinstance(x.event, e.ResponseSent)]
        if answers:
            replacement = attrs.evolve(
                answers[-1].event,
                outcomes=(e.HeadOutcome(head="h1", outcome="upheld", reasons=reasons),),
            )
            command = c.Correct(
                corrects=answers[-1].id, replacement=replacement, reason="wrong-letter"
            )
            self.record(ledger, command, reference)

    def add_document(self, ledger, reference, data):
        self.made += 1
        document = e.DocumentAdded(
            item=f"d{self.made}", kind="letter", direction="in", occurred_on=ON
        )
        self.record(ledger, with_bytes(document, data, name=f"a letter {self.made}.PDF"), reference)

    def export(self, ledger, reference, **asked):
        self.made += 1
        out = self.here / f"{self.made}.zip"
        try:
            export(ledger, reference, out, actor=self.actor, **asked)
        finally:
            if out.exists():  # it has its name, so it is whole, whatever happened since
                self.handed_over(Bundle(out, reference))
        assert out.exists()

    def drawn_export(self, data, ledger):
        reference = data.draw(st.sampled_from(self.there()))
        entries = [entry.recorded for entry in ledger.entries(reference)]
        values = sealed_values(entries)
        paths = {f"{one.version}:{one.path}" for one in values}
        documents = {f"{one.version}:{one.path}" for one in values if one.is_document}
        withhold = data.draw(st.sets(st.sampled_from(sorted(paths)), max_size=2))
        replace = data.draw(
            st.dictionaries(st.sampled_from(sorted(paths - documents)), texts, max_size=2)
        )
        return reference, {"withhold": withhold, "replace": replace, "reason": "third-party"}

    def someone(self, data, ledger):
        """Return something to do, which is not done yet."""
        done = {
            "receive": lambda: self.receive(ledger),
            "checkpoint": lambda: make_checkpoint(ledger, actor=self.actor),
            "rotate": lambda: rotate_key(ledger, actor=self.actor),
        }
        if there := self.there():
            reference = data.draw(st.sampled_from(there))
            command = data.draw(commands)
            letter = data.draw(files)
            done |= {
                "record": lambda: self.record(ledger, command, reference),
                "letter": lambda: self.add_document(ledger, reference, letter),
                "export": lambda: self.export(ledger, reference),
            }
        name = data.draw(st.sampled_from(sorted(done)))
        return name, done[name]

    # --- what is handed over

    def verified(self, file):
        report = verify_bundle(file)
        assert (report.verdict, report.where, report.reason) == ("verified", None, None)
        assert verify_evidence.verify(str(file))[0] == "VERIFIED"
        return report

    def handed_over(self, bundle):
        """Check a bundle by both verifiers, and that an insider cannot change it."""
        report = self.verified(bundle.file)
        assert report.reference == bundle.reference
        self.bundles.append(bundle)
        insider = Insider(bundle.file, self.rival)
        if insider.signer is None:
            return  # somebody changed the key just now, so that nobody can sign for it any more
        forged = [insider.without_last()]
        if others := [r for r in self.there() if r != bundle.reference]:
            forged.append(insider.with_entry_of(others[0]))
        for changed in forged:
            found = verify_bundle(changed)
            assert found.verdict == "failed", found
            assert verify_evidence.verify(str(changed))[0] == "FAILED"
            changed.unlink()
