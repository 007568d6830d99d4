"""
Many writers and a tailing reader on one ledger, for a while; then everything is counted.

None missed, none doubled, positions dense, time monotone, chains whole, and the audit and
a bundle verify: also where the server is restarted and writers are killed meanwhile.
"""

import contextlib
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import attrs

from complaint_ledger import commands, create_ledger, open_ledger
from complaint_ledger.evidence.audit import audit
from complaint_ledger.evidence.bundle.export import export
from complaint_ledger.evidence.checkpointing import make_checkpoint
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger.testing.whole import check_whole, everything
from many_writers import reader, writer

PATIENCE = 180  # seconds


@attrs.define
class Told:
    """What a trial found."""

    events: int = 0
    acknowledged: int = 0
    found_there: int = 0
    refused: int = 0
    kills: int = 0
    restarts: int = 0
    seconds: float = 0.0
    by: Counter = attrs.field(factory=Counter)

    def __str__(self):
        return (
            f"{self.events} events in {self.seconds:.0f} s ({self.events / self.seconds:.0f}/s):"
            f" {self.acknowledged} acknowledged, {self.found_there} of them found there by a retry,"
            f" {self.refused} refused, {self.kills} kills, {self.restarts} restarts of the server."
            " None missed, none doubled, positions dense, time monotone, chains whole, the audit"
            " and a bundle verify"
        )


@attrs.define
class Trial:
    """Writers on the ledger at *url*, and what happens to them."""

    url: str
    folder: Path
    writers: int
    seconds: float
    kill: bool = False
    restart: object = None  # a server, which is restarted now and then
    told: Told = attrs.field(factory=Told)

    def run(self):
        """Do it; return what was found."""
        with create_ledger(self.url, council="Northborough Council", fictional=True)[0] as ledger:
            (actor,) = ledger.actors()
            for n in range(writer.SHARED):
                receive = commands.Receive(occurred_on=writer.DAY, reference=f"S-{n}")
                ledger.record(receive, actor=actor)
        with contextlib.ExitStack() as stack:
            reading = stack.enter_context(self._process(reader, self.folder / "reader.log"))
            working = [self._writer(stack, actor, n) for n in range(self.writers)]
            for process in working:
                assert process.stdout.readline() == "ready\n", (self.folder / "errors").read_text()
            begun = time.time()
            until = begun + self.seconds
            for process in working:
                self._go(process, until)
            self._disturb(stack, working, actor, until)
            for process in working:
                assert process.wait(PATIENCE) == 0, (self.folder / "errors").read_text()
            self.told.seconds = time.time() - begun
            reading.terminate()
            assert reading.wait(PATIENCE) == 0, (self.folder / "errors").read_text()
        with open_ledger(self.url) as ledger:
            self._count(ledger)
            self._prove(ledger, actor)
        return self.told

    # --- while it goes on ------------------------------------------------------------------------

    @contextlib.contextmanager
    def _process(self, module, *words):
        with (self.folder / "errors").open("a") as errors:
            command = [sys.executable, "-P", module.__file__, self.url, *map(str, words)]
            process = subprocess.Popen(
                command, stderr=errors, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def _writer(self, stack, actor, number):
        log = self.folder / f"writer-{number}.log"
        log.touch()
        return stack.enter_context(self._process(writer, actor, number, log))

    @staticmethod
    def _go(process, until):
        process.stdin.write(f"{until}\n")
        process.stdin.flush()

    def _disturb(self, stack, working, actor, until):
        chance = random.Random(4711)
        while time.time() < until - 0.5:
            time.sleep(min(chance.uniform(0.5, 2.0), max(0.0, until - 0.5 - time.time())))
            if self.kill:
                number = chance.randrange(self.writers)
                working[number].send_signal(signal.SIGKILL)
                working[number].wait()
                self.told.kills += 1
                working[number] = self._writer(stack, actor, number)
                self._go(working[number], until)
            if self.restart and (not self.told.restarts or chance.random() < 0.3):
                self.restart.restart(chance.choice(["fast", "immediate"]))
                self.told.restarts += 1
        # Whoever was killed last says what it had not heard of.
        for number, process in enumerate(working):
            if self.kill:
                process.wait(PATIENCE)
                working[number] = self._writer(stack, actor, number)
                assert working[number].stdout.readline() == "ready\n"
                self._go(working[number], time.time() + 0.2)

    # --- afterwards ------------------------------------------------------------------------------

    def _count(self, ledger):
        lines = [
            json.loads(line)
            for n in range(self.writers)
            for line in (self.folder / f"writer-{n}.log").read_text().splitlines()
        ]
        acknowledged = [one for line in lines for one in line.get("ids", ())]
        self.told.acknowledged = len(acknowledged)
        self.told.refused = sum("refused" in line for line in lines)
        self.told.found_there = sum(line.get("there", False) for line in lines)

        self.told.events = check_whole(ledger.store)
        recorded = list(everything(ledger.store))
        ours = [event.id for event in recorded if event.stream != "0" * 32][writer.SHARED :]
        assert acknowledged, "the writers wrote"
        assert Counter(ours) == Counter(acknowledged), "each acknowledged event is there once"

        seen = [line.split() for line in (self.folder / "reader.log").read_text().splitlines()]
        assert seen == [[str(event.position), event.id] for event in recorded], "none missed"

    def _prove(self, ledger, actor):
        make_checkpoint(ledger, actor=actor)
        bundle = self.folder / "evidence.zip"
        export(ledger, "S-0", bundle, actor=actor)
        assert verify_bundle(bundle).verdict == "verified"
        report = audit(ledger)
        assert report.verified, report.problems
        assert report.values
        assert report.values.rows_gone + report.values.keys_gone == 0
