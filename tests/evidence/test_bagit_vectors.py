"""
The conformance suite of BagIt, by the Library of Congress.

Our bundles are bags, and of bags only our bundles are taken: so the tool that judges
them elsewhere (test_interop.py) has to give the suite's own answers, and neither of our
verifiers may take a bag of the suite for a bundle, or break on one.
"""

import tarfile

import bagit
import pytest

from complaint_ledger.evidence.standalone import verify_evidence
from complaint_ledger.evidence.verification import verify_bundle

# What `bagit` takes for valid although the suite does not. Our verifiers compare that file
# with a constant, so that it never bears on a bundle.
LENIENT = {"v1.0/invalid/bagit-with-invalid-whitespace"}


@pytest.fixture(scope="module")
def bags(real_data, tmp_path_factory):
    """Every bag of the suite, by its place in it."""
    place = tmp_path_factory.mktemp("bagit")
    (archive,) = (real_data / "vectors" / "bagit").glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")
    return {
        str(bag.relative_to(place)): bag
        for kind in place.glob("v*/*")
        for bag in kind.iterdir()
        if bag.is_dir()
    }


def judged(bag):
    try:
        return bagit.Bag(str(bag)).is_valid()
    except (bagit.BagError, ValueError, OSError):
        return False


def test_the_judge_of_our_bags_gives_the_suites_answers(bags):
    wrong = {
        name
        for name, bag in bags.items()
        if name.startswith(("v0.97/", "v1.0/"))
        and (("/valid/" in name and not judged(bag)) or ("/invalid/" in name and judged(bag)))
    }
    assert len(bags) > 50
    assert wrong == LENIENT


def test_no_bag_of_others_is_taken_for_a_bundle(bags):
    for name, bag in bags.items():
        assert verify_bundle(bag).verdict == "failed", name
        assert verify_evidence.verify(str(bag))[0] == "FAILED", name
