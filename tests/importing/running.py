"""The command line, as a council's office uses it to bring a file in."""

import json
import re
import subprocess
import sys
from pathlib import Path

import attrs
from click.testing import CliRunner

from complaint_ledger import codec, open_ledger
from complaint_ledger.cli import main
from complaint_ledger.reading import read_entry


@attrs.frozen
class Office:
    """A folder with one ledger in it."""

    folder: Path

    @property
    def url(self):
        return f"sqlite:///{self.folder}/council.db"

    def run(self, *arguments, status=0):
        done = CliRunner().invoke(main, [*map(str, arguments), "--ledger", self.url])
        assert status == done.exit_code, done.output
        return done

    def imports(self, file, mapping, *options):
        """Import *file*; return the counts."""
        done = self.run(*self.command(file, mapping, *options))
        return json.loads(done.stdout)

    def fails(self, file, mapping, *options):
        """Import *file*, which cannot be; return the message."""
        done = self.run(*self.command(file, mapping, *options), status=2)
        message = done.stderr.strip().splitlines()[-1]
        assert message.startswith("complaint-ledger: "), done.output
        return message.removeprefix("complaint-ledger: ")

    def command(self, file, mapping, *options):
        apart = self.folder / f"{Path(file).name}.quarantine.jsonl"
        return (
            *("import", file, "--init", "--mapping", mapping, "--quarantine", apart),
            *("--format", "json", *options),
        )

    def quarantine(self, file):
        """Return what was set apart of *file*."""
        apart = self.folder / f"{Path(file).name}.quarantine.jsonl"
        return [json.loads(line) for line in apart.read_text(encoding="utf-8").splitlines()]

    def trend(self, name, *options):
        return json.loads(self.run("trends", name, "--format", "json", *options).stdout)

    def imports_apart(self, file, mapping):
        """Import in a process of its own; return the counts, and its peak of memory in bytes."""
        command = [*self.command(file, mapping), "--ledger", self.url]
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, *map(str, command)],
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout), int(re.findall(r"peak (\d+)", done.stderr)[-1])

    @property
    def head(self):
        with open_ledger(self.url) as ledger:
            return ledger.store.head().position

    def journeys(self):
        """Return the events on record of each complaint, by reference and stored name."""
        with open_ledger(self.url) as ledger:
            return dict(_journeys(ledger))

    def told(self):
        """Return the same in plain values, what was sealed opened: each import salts anew."""
        with open_ledger(self.url) as ledger:

            def show(path, value):
                return ledger.vault.open({value.digest: path})[value.digest].value

            return {
                reference: [(name, codec.fields(event, show)) for name, event in events]
                for reference, events in _journeys(ledger)
            }


def _journeys(ledger):
    for stream in ledger.streams():
        entries = [read_entry(recorded) for recorded in ledger.store.read(stream)]
        yield entries[0].event.reference, [(x.recorded.name, x.event) for x in entries]


# `ru_maxrss` counts what the parent used before the child began; Linux's VmHWM does not.
_PEAK = """
import atexit, pathlib, re, resource, sys
from complaint_ledger.cli import main

def peak():
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        kib = int(re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1])
    else:
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("peak", kib * 1024, file=sys.stderr)

atexit.register(peak)
main()
"""

PLAIN = """
id = "plain"
version = "1"
title = "Testham"
granularity = "complaint"
code = "none"
upheld_means = "complaint-upheld"
recorded = "entered"

[key]
column = "ref"

[head]
description = "story"

[[pass_over]]
service = "spam"

[[events]]
event = "complaint-received"
unless_empty = "opened"
fields.occurred_on = "opened"
fields.service = { column = "service", map = { "Bins" = "waste", "Parks" = "parks" } }

[[events]]
event = "response-sent"
outcome = { column = "result", map = { "up" = "upheld", "down" = "not-upheld", "part" = "partly-upheld" } }
fields.occurred_on = "answered"
fields.stage = { value = "stage-1" }

[[events]]
event = "ombudsman-outcome-received"
outcome = { column = "lgo", map = { "up" = "upheld", "down" = "not-upheld" } }
fields.body = { value = "lgsco" }
fields.label = "words"
"""
COLUMNS = ("ref", "opened", "service", "story", "answered", "result", "lgo", "words", "entered")


def plain_mapping(folder, *changes):
    """Write a mapping of one row a complaint, with *changes*: what stood there, what stands now."""
    text = PLAIN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "plain.toml"
    file.write_text(text, encoding="utf-8")
    return file


def row(ref="T-1", **cells):
    """Return a row that can be read, but for what *cells* say."""
    said = {"ref": ref, "opened": "2025-04-07", "service": "Bins", **cells}
    return tuple(said.get(column, "") for column in COLUMNS)


def line(ref="T-1", **cells):
    return ",".join(row(ref, **cells))


HEADER = ",".join(COLUMNS)
