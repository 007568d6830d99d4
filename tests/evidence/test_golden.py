"""
A bundle that was handed over once verifies for ever.

`golden/` holds one for each format that was ever released. The folder only grows, and
nothing in it is ever made again.
"""

import hashlib
from pathlib import Path

import pytest

from complaint_ledger.evidence.standalone import verify_evidence
from complaint_ledger.evidence.verification import verify_bundle

GOLDEN = Path(__file__).parent / "golden"
SUMS = dict(reversed(line.split("  ")) for line in (GOLDEN / "SHA256SUMS").read_text().splitlines())


def test_each_has_its_checksum():
    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in GOLDEN.glob("*.zip")
    }
    assert found == SUMS


@pytest.mark.parametrize("name", SUMS)
def test_each_verifies(name):
    report = verify_bundle(GOLDEN / name)
    verdict, _, lines = verify_evidence.verify(str(GOLDEN / name))
    assert (report.verdict, verdict) == ("verified", "VERIFIED")
    assert len(lines) > len(report.events)


def test_the_one_of_format_1_says_what_it_always_said():
    report = verify_bundle(GOLDEN / "format-1.zip")
    assert (report.reference, report.size, report.witnessed) == ("C-2026-000123", 21, True)
    assert [
        (event.name, event.withheld, event.redacted, event.erased) for event in report.events
    ] == [
        ("complaint-received", 0, 0, 1),
        ("complaint-acknowledged", 0, 0, 0),
        ("document-added", 1, 0, 0),
        ("document-added", 0, 0, 0),
        ("response-sent", 2, 0, 0),
        ("entry-corrected", 0, 1, 0),
        ("complaint-escalated", 0, 0, 0),
        ("evidence-bundle-exported", 0, 0, 0),
    ]
