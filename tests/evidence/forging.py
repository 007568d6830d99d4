"""
Forging bundles: every way to change one, by a stranger and by the council itself.

A stranger changes bytes. A dishonest council signs the package anew after each
change; then only what lies under the checkpoint is left to find it out.

    python -m tests.evidence.forging         every single bit, in all three ways
"""

import hashlib
import sys
import tempfile
import time
import zipfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from pathlib import Path

from complaint_ledger.evidence import notes
from complaint_ledger.evidence.bundle import archive
from complaint_ledger.evidence.notes import Note
from complaint_ledger.evidence.standalone import verify_evidence
from complaint_ledger.evidence.verification import verify_bundle

UNCHECKED = frozenset({"bag-info.txt", "data/judgement.html"})
"""Signed by the council and proved by nothing, as the format says."""

AROUND = frozenset({"package.note", "manifest-sha256.txt", "tagmanifest-sha256.txt"})
"""What is made anew when the council signs again."""


def unpack(bundle):
    """Return the name of the folder in a bundle, and its files by path."""
    with zipfile.ZipFile(bundle) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    (folder,) = {name.partition("/")[0] for name in files}
    return folder, {name.partition("/")[2]: data for name, data in files.items()}


def packed(folder, files):
    """Return the bytes of a canonical ZIP of *files*."""
    out = BytesIO()
    archive.write(files, folder, out)
    return out.getvalue()


def signed_anew(files, signer):
    """Return *files* with manifests and a package note that fit them, as a council can make."""

    def manifest(paths):
        ordered = sorted(paths, key=str.encode)
        return "".join(
            f"{hashlib.sha256(made[path]).hexdigest()}  {path}\n" for path in ordered
        ).encode()

    made = {path: data for path, data in files.items() if path not in AROUND}
    made["manifest-sha256.txt"] = manifest(path for path in made if path.startswith("data/"))
    tags = [path for path in ("bag-info.txt", "bagit.txt", "manifest-sha256.txt") if path in made]
    made["tagmanifest-sha256.txt"] = manifest(tags)
    lines = Note.parse(files["package.note"]).text.splitlines()[:4]
    lines.append(
        f"tagmanifest {hashlib.sha256(made['tagmanifest-sha256.txt']).hexdigest()}",
    )
    text = "".join(f"{line}\n" for line in lines)
    made["package.note"] = bytes(Note(text, [notes.sign(text, signer)]))
    return made


def flipped(data, bit):
    """Return *data* with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


class Bench:
    """Where forged bundles are laid before both verifiers."""

    def __init__(self, folder, files, signer, scratch):
        self.folder, self.files, self.signer = folder, files, signer
        self.zipped = packed(folder, files)
        self._zip = Path(scratch) / "forged.zip"
        self._bag = Path(scratch) / folder
        for path, data in files.items():
            place = self._bag / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)

    def asked(self, path):
        """Return the verdict on the bundle at *path*; both verifiers must agree on it."""
        ours = {"verified": "VERIFIED", "failed": "FAILED"}.get(
            verify_bundle(path).verdict, "CANNOT BE CHECKED"
        )
        theirs, reason, _ = verify_evidence.verify(str(path))
        assert theirs == ours, f"the library says {ours}, the single file {theirs}: {reason}"
        return ours

    def as_zip(self, data):
        """Return the verdict on a ZIP of these bytes."""
        self._zip.write_bytes(data)
        return self.asked(self._zip)

    def as_folder(self, path, data):
        """Return the verdict on the folder with other bytes, or none, at *path*."""
        place = self._bag / path
        before = place.read_bytes() if place.exists() else None
        try:
            if data is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
            return self.asked(self._bag)
        finally:
            if before is None:
                place.unlink(missing_ok=True)
            else:
                place.write_bytes(before)

    def as_signed_anew(self, files):
        """Return the verdict on a ZIP of *files* that the council has signed again."""
        return self.as_zip(packed(self.folder, signed_anew(files, self.signer)))

    # --- single bits -----------------------------------------------------------------------------

    def places(self, way):
        """Return what can be changed, with how many bits it has."""
        if way == "zip":
            return [("", len(self.zipped) * 8)]
        if way == "folder":
            return [(path, len(data) * 8) for path, data in self.files.items()]
        proved = self.files.keys() - AROUND - UNCHECKED
        return [(path, len(self.files[path]) * 8) for path in sorted(proved)]

    def flip(self, way, path, bit):
        """Return the verdict when one bit is changed in one way."""
        if way == "zip":
            return self.as_zip(flipped(self.zipped, bit))
        if way == "folder":
            return self.as_folder(path, flipped(self.files[path], bit))
        return self.as_signed_anew({**self.files, path: flipped(self.files[path], bit)})


WAYS = ("zip", "folder", "signed anew")


def _share(job):
    folder, files, signer_bytes, name, way, part, parts = job
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signer = notes.Ed25519Signer(name, Ed25519PrivateKey.from_private_bytes(signer_bytes))
    tried, undetected = Counter(), []
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as at:
        bench = Bench(folder, files, signer, at)
        for path, bits in bench.places(way):
            for bit in range(part, bits, parts):
                verdict = bench.flip(way, path, bit)
                tried[verdict] += 1
                if verdict == "VERIFIED":
                    undetected.append((path, bit))
    return tried, undetected


def main(ways=WAYS, parts=64):
    """Flip every bit of a bundle, in each way, and print the counts."""
    from tests.evidence.council import Council

    council = Council().tell_a_little()
    done = council.export(withhold=["outcome_sought"], reason="third-party")
    folder, files = unpack(done.file)
    signer = council.ledger.signing.current()
    key = signer._secret.private_bytes_raw()
    for way in ways:
        began = time.monotonic()
        jobs = [(folder, files, key, signer.name, way, part, parts) for part in range(parts)]
        tried, undetected = Counter(), []
        with ProcessPoolExecutor() as pool:
            for some, missed in pool.map(_share, jobs):
                tried += some
                undetected += missed
        print(
            f"{way}: {tried.total():,} flips, {len(undetected)} undetected;"
            f" {dict(tried)}; {time.monotonic() - began:.0f} s",
            flush=True,
        )
        for path, bit in undetected[:20]:
            print(f"  undetected: {path or 'the ZIP'}, bit {bit}")


if __name__ == "__main__":
    main(sys.argv[1:] or WAYS)
