"""Whatever a test asks of the library's verifier, the one file has to say the same."""

import functools

import pytest

from complaint_ledger.evidence.standalone import verify_evidence
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger.evidence.verify.asked import Asked

WORDS = {"verified": "VERIFIED", "failed": "FAILED", "cannot-be-checked": "CANNOT BE CHECKED"}


@functools.wraps(verify_bundle)
def verified_twice(path, *asked, **more):
    """Return what the library says, once the other verifier has come to the same verdict."""
    report = verify_bundle(path, *asked, **more)
    if not more and all(each == Asked() for each in asked):
        verdict, reason, _ = verify_evidence.verify(str(path))
        assert verdict == WORDS[report.verdict], (report.where, report.reason, reason)
    return report


@pytest.fixture(autouse=True)
def _both_verifiers_agree(request, monkeypatch):
    if getattr(request.module, "verify_bundle", None) is verify_bundle:
        monkeypatch.setattr(request.module, "verify_bundle", verified_twice)
