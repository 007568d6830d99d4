"""
A council that writes its bundles by hand, from the specification, honestly or not.

The library's exporter is not used: what it does wrong, it would do wrong twice.
"""

import base64
import copy
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files as resources
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from complaint_ledger.evidence import merkle, notes
from complaint_ledger.evidence.bundle import archive, bag, chronology
from complaint_ledger.evidence.checkpoints import Checkpoint, cosign
from complaint_ledger.evidence.entries import entry, leaf
from complaint_ledger.evidence.strict_json import parse
from complaint_ledger.evidence.strictly import base64_of

LEDGER = "1" * 32
STREAM = "2" * 32
OTHER = "3" * 32
OWN = "0" * 32
ORIGIN = f"complaint-ledger/northborough-council/{LEDGER}"
START = datetime(2025, 4, 1, 8, 30, 5, 123456, tzinfo=UTC)
READ_ME = (resources("complaint_ledger.evidence.bundle") / "READ-ME.txt").read_bytes()


def signer(name, seed, algorithm=notes.ED25519):
    secret = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())
    return notes.Ed25519Signer(name, secret, algorithm)


LOG, NEW_LOG = signer(ORIGIN, "the first"), signer(ORIGIN, "the second")
AUDIT, NEIGHBOUR = (
    signer(name, name, notes.COSIGNATURE) for name in ("audit.example/w1", "southborough.example/w")
)


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sealed(path, text, salt="c2FsdA"):
    """Return the line of a disclosure, and its digest."""
    line = b64url(json.dumps([salt, path, text], ensure_ascii=False).encode())
    return line, b64url(hashlib.sha256(line.encode()).digest())


def event_id(number):
    return f"{number:032x}"


class Council:
    """
    One ledger, told entry by entry.

    Tests change what stands in `told`, `checkpoints` or `enclosed`, and then ask for `files`.
    """

    def __init__(self):
        self.told = []  # [stream, name, schema, body, recorded]
        self.lines = {}  # (position, path): line of its disclosure
        self.document = b"%PDF-1.4 not really\n"
        self.checkpoints = {3: [LOG], 6: [LOG, NEW_LOG], 9: [NEW_LOG]}
        # When each witness saw which checkpoint, in seconds after the first entry.
        self.seen = {3: {AUDIT: 150}, 6: {}, 9: {AUDIT: 1000, NEIGHBOUR: 1060}}
        self.version = "v1"
        self.claimed = {}  # by position, what an entry says of itself that is not so
        self.stream = STREAM  # of which the package note says that it is
        self.any_page = None  # what stands there instead of the chronology
        self._tell()

    # --- what happened ---------------------------------------------------------------------------

    def tell(self, stream, name, opened, texts=(), withheld=(), **more):
        position = len(self.told) + 1
        digests = {}
        for path, text in dict(texts).items():
            line, digest = sealed(path.removeprefix("replacement/"), text)
            self.lines[position, path] = line
            digests[path] = {"digest": digest, "subject": "p1"}
        inner = {
            p.removeprefix("replacement/"): v
            for p, v in digests.items()
            if p[:12] == "replacement/"
        }
        if "replacement" in opened:
            opened = {**opened, "replacement": {**opened["replacement"], "sealed": inner}}
        body = {
            "meta": {
                "actor": {"id": "officer-7k2m9q", "kind": "officer", "role": "handler"},
                "event_id": event_id(position),
                "library": "0.1.0",
                **more,
            },
            "open": opened,
            "sealed": {p: v for p, v in digests.items() if p[:12] != "replacement/"},
            "withheld": list(withheld),
        }
        recorded = START + timedelta(seconds=100 * (position - 1))
        self.told.append([stream, name, 1, body, recorded])

    def _tell(self):
        self.tell(
            OWN,
            "ledger-opened",
            {
                "council": "northborough-council",
                "fictional": True,
                "ledger": LEDGER,
                "signing_key": str(LOG.key),
            },
        )
        self.tell(
            STREAM,
            "complaint-received",
            {"occurred_on": "2025-03-31", "heads": [{"id": "h1", "service": "waste"}]},
            {
                "complainant/name": "Ada <b>Quill</b>",
                "complainant/contact": "ada@example.org",
                "heads/h1/description": "The bin was missed & missed again.",
                "request": "a fingerprint",
            },
            ["outcome_sought"],
        )
        self.tell(OTHER, "complaint-received", {"occurred_on": "2025-04-01"})
        self.tell(
            STREAM,
            "document-added",
            {"occurred_on": "2025-04-01", "precision": "month"},
            {
                "content": base64_of(self.document),
                "file_name": "Letter from A. Quill.PDF",
                "sha256": hashlib.sha256(self.document).hexdigest(),
                "size": str(len(self.document)),
            },
        )
        self.tell(
            STREAM,
            "entry-corrected",
            {
                "corrects": event_id(2),
                "name": "complaint-received",
                "occurred_on": "2025-04-02",
                "replacement": {"open": {"occurred_on": "2025-03-30"}, "withheld": []},
            },
            {"explanation": "Wrong day.", "replacement/complainant/name": "Ada Quill"},
            source={"import": "f" * 32, "row": 17, "recorded": "2011-03-04"},
        )
        self.tell(OWN, "key-rotated", {"old": str(LOG.key), "new": str(NEW_LOG.key)})
        self.tell(
            STREAM,
            "evidence-bundle-exported",
            {
                "entries": [event_id(2), event_id(4), event_id(5)],
                "occurred_on": "2025-04-03",
                "omitted": [
                    self.omitted("v1", 2, "complainant/contact", "withheld"),
                    self.omitted("v2", 2, "heads/h1/description", "replaced"),
                ],
                "reason": "third-party",
                "reference": "C-2025-000001",
            },
            {"omitted/v2/text": "The bin was missed."},
        )
        self.tell(OWN, "ledger-sealed", {"upto": 7, "heads_size": 2, "heads_root": None})
        self.tell(OWN, "time-stamp-received", {"checkpoint": 6, "sha256": None})
        self.reply = b"a reply of RFC 3161"

    @staticmethod
    def omitted(id_, position, path, how):
        return {"id": id_, "entry": event_id(position), "path": path, "how": how}

    def opened(self, position):
        return self.told[position - 1][3]["open"]

    # --- the files -------------------------------------------------------------------------------

    def entries(self):
        """Return texts, leaves and bodies by position; what depends on others is worked out."""
        told = copy.deepcopy(self.told)
        prevs, versions, rows = {}, {}, []
        for position, (stream, name, schema, body, recorded) in enumerate(told, start=1):
            if name == "ledger-sealed" and body["open"].get("heads_root", "") is None:
                body["open"]["heads_root"] = self.heads_tree(rows).root().hex()
            if name == "time-stamp-received" and body["open"]["sha256"] is None:
                body["open"]["sha256"] = hashlib.sha256(self.reply).hexdigest()
            data = json.dumps(
                body, sort_keys=True, separators=(",", ":"), ensure_ascii=False
            ).encode()
            versions[stream] = versions.get(stream, 0) + 1
            honest = {
                "ledger": LEDGER,
                "position": position,
                "stream": stream,
                "version": versions[stream],
                "name": name,
                "schema": schema,
                "recorded_at": recorded,
                "prev": prevs.get(stream),
                "body": data,
            }
            text = entry(**{**honest, **self.claimed.get(position, {})})
            prevs[stream] = leaf(text)
            rows.append((stream, versions[stream], name, text, data, recorded))
        return rows

    def heads_lines(self, rows):
        heads = {}
        for stream, version, _, text, _, _ in rows[:7]:
            if stream != OWN:
                heads[stream] = f"{stream} {version} {leaf(text).hex()}\n"
        return heads

    def heads_tree(self, rows):
        lines = self.heads_lines(rows).values()
        return merkle.Tree(merkle.leaf_hash(line.encode()) for line in lines)

    def files(self):
        """Return every file of the bundle."""
        rows = self.entries()
        tree = merkle.Tree(leaf(row[3]) for row in rows)
        files, last = {}, max(self.checkpoints)
        for size, signers in self.checkpoints.items():
            text = Checkpoint(ORIGIN, size, merkle.root(size, tree.subtree)).text
            signatures = [notes.sign(text, one) for one in signers]
            for one, after in sorted(self.seen[size].items(), key=lambda pair: str(pair[0].key)):
                signatures.append(cosign(text, int(START.timestamp()) + after, one))
            files[f"data/checkpoints/{size}.txt"] = bytes(notes.Note(text, signatures))
            if size != last:
                proof = merkle.consistency_proof(size, last, tree.subtree)
                files[f"data/checkpoints/{size}-{last}.consistency"] = self.hashes(proof)
        for position, (stream, version, _, text, body, _) in enumerate(rows, start=1):
            if stream == OTHER:
                continue
            path = f"data/own/{position:010}" if stream == OWN else f"data/events/{version:04}"
            proof = merkle.inclusion_proof(position - 1, last, tree.subtree)
            files |= {
                f"{path}.entry": text.encode(),
                f"{path}.body.json": body,
                f"{path}.tlog-proof": f"c2sp.org/tlog-proof@v1\nindex {position - 1}\n".encode()
                + self.hashes(proof)
                + b"\n"
                + files[f"data/checkpoints/{last}.txt"],
            }
            if stream == STREAM and (lines := self.disclosed_lines(position)):
                files[f"{path}.disclosures"] = "".join(
                    f"{one}\n" for one in lines.values()
                ).encode()
        if any(row[2] == "document-added" for row in rows):
            files["data/documents/0002.pdf"] = self.document
        files["data/timestamps/0000000009.tsr"] = self.reply
        stamped = files.get(f"data/checkpoints/{self.opened(9)['checkpoint']}.txt", b"x\n\n\n")
        text = stamped.partition(b"\n\n")[0] + b"\n"
        files["data/timestamps/0000000009.checkpoint"] = text
        files["data/head.txt"] = self.head(rows)
        logs = [LOG, NEW_LOG] if any(row[2] == "key-rotated" for row in rows) else [LOG]
        witnesses = sorted({str(one.key) for seen in self.seen.values() for one in seen})
        lines = [*(f"log {one.key}" for one in logs), *(f"witness {key}" for key in witnesses)]
        files["data/keys.txt"] = "".join(f"{line}\n" for line in lines).encode()
        files["data/READ-ME.txt"] = READ_ME
        files["data/judgement.html"] = b"<p>Nothing was missed.</p>\n"
        files["data/chronology.html"] = self.any_page or self.page(rows, witnesses, last).encode()
        files["bag-info.txt"] = b"Source-Organization: northborough-council\n"
        return self.packed(files)

    def disclosed_lines(self, position):
        gone = {
            one["path"]
            for one in self.opened(7)["omitted"]
            if isinstance(one, dict) and one.get("entry") == event_id(position)
        } | {"request", "content"}
        return {
            path: line
            for (at, path), line in sorted(self.lines.items())
            if at == position and path not in gone
        }

    def head(self, rows):
        heads = self.heads_lines(rows)
        stream, version, digest = heads[STREAM].split()
        index = list(heads).index(STREAM)
        tree = self.heads_tree(rows)
        proof = merkle.inclusion_proof(index, tree.size, tree.subtree)
        text = f"stream {stream}\nversion {version}\nleaf {digest}\nindex {index}\n"
        return f"complaint-ledger/head/v1\n{text}".encode() + self.hashes(proof)

    def page(self, rows, witnesses, last):
        mine = [(at, row) for at, row in enumerate(rows, start=1) if row[0] == STREAM]
        return chronology.render(
            chronology.Record(
                stream=STREAM,
                opened=parse(rows[0][4], "")["open"],
                events=tuple(
                    chronology.Event(
                        version=version, name=name, recorded_at=recorded, body=parse(body, "")
                    )
                    for _, (_, version, name, _, body, recorded) in mine
                ),
                disclosed={
                    (row[1], path): json.loads(base64.urlsafe_b64decode(line + "==="))[2]
                    for at, row in mine
                    for path, line in self.disclosed_lines(at).items()
                },
                documents={2: "documents/0002.pdf"},
                witnesses=tuple(key.split("+")[0] for key in witnesses),
                size=last,
            )
        )

    @staticmethod
    def hashes(proof):
        return "".join(f"{base64_of(one)}\n" for one in proof).encode()

    def packed(self, files, by=NEW_LOG):
        """Return *files* with manifests and a package note around them, whatever they hold."""
        outside = {"manifest-sha256.txt", "tagmanifest-sha256.txt", "package.note"}
        files = {path: data for path, data in files.items() if path not in outside}
        files["bagit.txt"] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
        files |= bag.manifests(files)
        digest = hashlib.sha256(files["tagmanifest-sha256.txt"]).hexdigest()
        text = (
            f"complaint-ledger/bundle/{self.version}\nledger {LEDGER}\nstream {self.stream}\n"
            f"size {max(self.checkpoints)}\ntagmanifest {digest}\n"
        )
        files["package.note"] = bytes(notes.Note(text, [notes.sign(text, by)]))
        return files


def in_folder(files, folder):
    for path, data in files.items():
        place = Path(folder) / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return Path(folder)


def in_zip(files, place, folder="evidence-C-2025-000001"):
    out = io.BytesIO()
    archive.write(files, folder, out)
    place.write_bytes(out.getvalue())
    return place
