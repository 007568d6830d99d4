"""What others made reads what the council hands over: its bag, its checkpoint, its proofs."""

import base64
import hashlib
import json
import re
import zipfile

import bagit
import pytest

from complaint_ledger.evidence.checkpointing import latest_checkpoint, rotate_key
from complaint_ledger.privacy.disclosure import Disclosure
from evidence.council import REFERENCE, Council


@pytest.fixture(scope="module")
def council():
    return Council().tell_everything()


@pytest.fixture(scope="module")
def folder(council, tmp_path_factory):
    place = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(council.bundle().file) as opened:
        opened.extractall(place)
    (folder,) = place.iterdir()
    return folder


def test_the_tool_of_the_library_of_congress_accepts_the_bag(folder):
    bag = bagit.Bag(str(folder))

    assert bag.is_valid()
    assert bag.info["External-Identifier"] == REFERENCE


def test_the_tool_of_the_library_of_congress_finds_a_changed_letter(folder, tmp_path):
    import shutil

    copy = shutil.copytree(folder, tmp_path / folder.name)
    (copy / "data" / "documents" / "0004.pdf").write_bytes(b"another letter")

    assert not bagit.Bag(str(copy)).is_valid()


# --- sigstore: its reader of checkpoints, its keyring, its proofs --------------------------------


@pytest.fixture(scope="module")
def sigstore():
    return pytest.importorskip(
        "sigstore._internal.rekor.checkpoint", reason="sigstore is not installed"
    )


def keyring(key):
    """A keyring of sigstore that holds the council's *key*."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from sigstore._internal.trust import Key, Keyring, RekorKeyring
    from sigstore_models.common import v1 as common

    public = Ed25519PublicKey.from_public_bytes(key.public_key)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    made = Key(
        common.PublicKey(
            raw_bytes=base64.b64encode(der), key_details=common.PublicKeyDetails.PKIX_ED25519
        )
    )
    ring = Keyring([])
    ring._keyring[key.key_id] = made
    return RekorKeyring(ring)


def test_sigstore_reads_a_checkpoint_as_it_is_meant(sigstore, council):
    rotate_key(council.ledger, actor=council.actor)  # so that two keys and a witness sign it
    kept = latest_checkpoint(council.ledger.store)
    council.witness.sign(council.ledger, kept, council.clock.now)
    kept = latest_checkpoint(council.ledger.store)
    read = sigstore.SignedCheckpoint.from_text(str(kept.whole))

    assert read.checkpoint.origin == council.ledger.origin
    assert (read.checkpoint.log_size, read.checkpoint.other_content) == (kept.size, [])
    assert read.checkpoint.log_hash == kept.checkpoint.root.hex()
    assert read.signed_note.note == kept.checkpoint.text
    assert [(one.name, one.sig_hash) for one in read.signed_note.signatures] == [
        (one.name, one.key_id) for one in kept.whole.signatures
    ]
    assert len(read.signed_note.signatures) == 3


def test_sigstore_verifies_the_councils_signature(sigstore, council):
    from sigstore.errors import VerificationError

    kept = latest_checkpoint(council.ledger.store)
    key = council.ledger.signing.current().key
    text = str(kept.whole)
    sigstore.SignedNote.from_text(text).verify(keyring(key), key.key_id)

    forged = sigstore.SignedNote.from_text(text.replace(f"\n{kept.size}\n", f"\n{kept.size + 1}\n"))
    with pytest.raises(VerificationError):
        forged.verify(keyring(key), key.key_id)


def test_sigstore_comes_from_each_entry_to_the_root_by_its_proof(sigstore, folder):
    from sigstore._internal import merkle

    proofs = sorted(folder.glob("data/*/*.tlog-proof"))
    for proof in proofs:
        lines, _, rest = proof.read_text(encoding="utf-8").partition("\n\n")
        checkpoint = sigstore.SignedCheckpoint.from_text(rest).checkpoint
        _, index, *hashes = lines.split("\n")
        at = int(index.removeprefix("index "))
        path = [base64.b64decode(each) for each in hashes]
        inner, border = merkle._decomp_inclusion_proof(at, checkpoint.log_size)
        leaf = merkle._hash_leaf(proof.with_suffix(".entry").read_bytes())
        below = merkle._chain_inner(leaf, path[:inner], at)

        assert len(path) == inner + border
        assert merkle._chain_border_right(below, path[inner:]).hex() == checkpoint.log_hash
    assert len(proofs) > 8


# --- RFC 9901 ------------------------------------------------------------------------------------


def test_a_disclosure_has_the_digest_that_the_standard_gives():
    # RFC 9901, 4.2.1 and 4.2.3: the first example of a disclosure, and its digest.
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    assert json.loads(data) == ["_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"]
    assert Disclosure(data).digest == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_every_disclosure_that_is_enclosed_is_found_by_a_reader_of_the_standard_alone(folder):
    found = 0
    for file in folder.glob("data/events/*.disclosures"):
        body = json.loads(
            file.with_name(file.name.replace("disclosures", "body.json")).read_bytes()
        )
        digests = set(re.findall(r'"digest": ?"([^"]+)"', json.dumps(body)))
        for line in file.read_text("ascii").splitlines():
            digest = base64.urlsafe_b64encode(hashlib.sha256(line.encode()).digest())
            assert digest.rstrip(b"=").decode() in digests
            found += 1
    assert found > 8
