"""
A bundle made by hand from docs/reference/evidence-format.md, with nothing of the library.

It is a second opinion on the page: two notes of one complaint (a receipt, a document, a
correction and the export), another complaint between them, a new signing key, a witness, a time
stamp, and values that are enclosed, withheld, redacted and erased. The chronology at the end is
written out by hand, not rendered.
"""

import base64
import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LEDGER, STREAM, OTHER, OWN = "1" * 32, "2" * 32, "5" * 32, "0" * 32
ORIGIN = f"complaint-ledger/northborough-council/{LEDGER}"
READ_ME = Path(__file__).parents[2] / "src/complaint_ledger/evidence/bundle/READ-ME.txt"
LETTER = b"Dear Alex, the bin was missed.\n"
Files = dict[str, bytes]


class Signer:
    """A key made from a number; no secret of anybody's."""

    def __init__(self, name: str, number: int, kind: int) -> None:
        self.name, self.kind = name, bytes([kind])
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = sha256(name.encode() + b"\n" + self.kind + public)[:4]
        self.key = f"{name}+{self.id.hex()}+{b64(self.kind + public)}"

    def line(self, text: str, at: int | None = None) -> str:
        """Return the signature line under *text*, by a witness at the second *at* since 1970."""
        if at is None:
            return f"— {self.name} {b64(self.id + self.private.sign(text.encode()))}\n"
        signed = self.private.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        return f"— {self.name} {b64(self.id + struct.pack('>Q', at) + signed)}\n"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def dumped(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


# --- the tree, by its definition in RFC 6962 -----------------------------------------------------


def split(n: int) -> int:
    return 1 << ((n - 1).bit_length() - 1)


def root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), root(leaves[k:])]
    return [*path(m - k, leaves[k:]), root(leaves[:k])]


def consistency(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*consistency(m, leaves[:k], whole), root(leaves[k:])]
    return [*consistency(m - k, leaves[k:], False), root(leaves[:k])]


def lines(hashes: list[bytes]) -> str:
    return "".join(b64(one) + "\n" for one in hashes)


# --- the ledger ----------------------------------------------------------------------------------

FIRST, SECOND = Signer(ORIGIN, 1, 1), Signer(ORIGIN, 2, 1)
WITNESS = Signer("audit.example/w1", 3, 4)
ACTOR = {"id": "officer-7k2m9q", "kind": "officer", "role": "handler"}


def disclosure(where: str, text: str) -> str:
    salt = b64url(sha256(f"{where} {text}".encode()))
    return b64url(json.dumps([salt, where, text], ensure_ascii=False).encode())


def seals(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        where: {"digest": b64url(sha256(disclosure(where, text).encode())), "subject": "p1"}
        for where, text in texts.items()
    }


def event(
    number: int,
    opened: dict[str, object],
    sealed: Mapping[str, str] | None = None,
    withheld: list[str] | None = None,
    **meta: object,
) -> dict[str, object]:
    return {
        "meta": {"event_id": f"{number:032x}", "actor": ACTOR, "library": "0.1.0", **meta},
        "open": opened,
        "sealed": seals(sealed or {}),
        "withheld": withheld or [],
    }


RECEIVED = {
    "complainant/name": "Alex <Morgan>",
    "heads/h1/description": "The bin was missed & it smelt.",
    "outcome_sought": 'An "apology"\nand a new bin.',
}
DOCUMENT = {
    "content": b64url(LETTER),
    "file_name": "Letter.of.March.PDF",
    "sha256": hashlib.sha256(LETTER).hexdigest(),
    "size": str(len(LETTER)),
}
AGAIN = {"heads/h1/description": "The bin was missed twice."}
REDACTED = {"omitted/v1/text": "The bin was missed & [blacked out]."}


def stories(stamp: bytes) -> list[tuple[str, int, str, dict[str, object]]]:
    """Return what the ledger holds: stream, version, stored name, body."""
    opened = {
        "calendar": "england-and-wales",
        "council": "northborough-council",
        "fictional": True,
        "ledger": LEDGER,
        "signing_key": FIRST.key,
    }
    receipt = {
        "reference": "C-2026-000123",
        "occurred_on": "2025-04-01",
        "heads": [{"id": "h1", "service": "waste"}],
        "codes": [{"heads": ["h1"], "id": "lgsco-2024", "sha256": "4" * 64, "version": "1"}],
        "complainant": {"id": "p1"},
        "presumed": False,
    }
    corrected = {
        "corrects": f"{2:032x}",
        "name": "complaint-received",
        "occurred_on": "2025-04-01",
        "precision": "month",
        "reason": "typing-slip",
        "schema": 1,
        "replacement": {
            "open": {"heads": [{"id": "h1"}], "occurred_on": "2025-03-31"},
            "sealed": seals(AGAIN),
            "withheld": ["complainant/contact"],
        },
    }
    omitted = [
        {"id": "v1", "entry": f"{2:032x}", "path": "heads/h1/description", "how": "replaced"},
        {"id": "v2", "entry": f"{2:032x}", "path": "complainant/name", "how": "withheld"},
        {"id": "v3", "entry": f"{5:032x}", "path": "explanation", "how": "erased"},
    ]
    exported = {
        "reference": "C-2026-000123",
        "occurred_on": "2025-04-07",
        "entries": [f"{n:032x}" for n in (2, 4, 5)],
        "omitted": omitted,
        "reason": "third-party",
    }
    source = {"import": "f" * 32, "row": 17, "recorded": "2025-03-30"}
    return [
        (OWN, 1, "ledger-opened", event(1, opened, {"name": "Northborough"})),
        (
            STREAM,
            1,
            "complaint-received",
            event(2, receipt, {**RECEIVED, "request": "x"}, ["complainant/contact"], source=source),
        ),
        (OWN, 2, "key-rotated", event(3, {"old": FIRST.key, "new": SECOND.key})),
        (
            STREAM,
            2,
            "document-added",
            event(
                4, {"at": "2025-04-03T09:00:00.000000Z"}, DOCUMENT, on_behalf_of="contractor-3x9d"
            ),
        ),
        (STREAM, 3, "entry-corrected", event(5, corrected, {"explanation": "A slip."})),
        (OTHER, 1, "complaint-received", event(6, {"heads": []})),
        (STREAM, 4, "evidence-bundle-exported", event(7, exported, REDACTED)),
        (
            OWN,
            3,
            "time-stamp-received",
            event(8, {"checkpoint": 3, "sha256": hashlib.sha256(stamp).hexdigest()}),
        ),
        (OWN, 4, "ledger-sealed", event(9, {"upto": 7, "heads_size": 2, "heads_root": ""})),
    ]


Change = Callable[[list[tuple[str, int, str, dict[str, object]]]], None]


def recorded(position: int) -> datetime:
    return datetime(2025, 4, position, 8, 30, 5, 123456, tzinfo=UTC)


def made(change: Change = lambda _stories: None, chronology: str | None = None) -> Files:
    """Return the files of the bundle, by their path in the folder."""
    stamp = b"\x30\x03\x02\x01\x00"
    told = stories(stamp)
    change(told)
    files: Files = {}
    bodies, entries, leaves = [], [], []
    last: dict[str, tuple[int, bytes]] = {}
    heads: list[tuple[str, int, bytes]] = []
    for position, (stream, version, name, content) in enumerate(told, 1):
        if name == "ledger-sealed":
            heads = [(s, v, leaf) for s, (v, leaf) in last.items() if s != OWN]
            content["open"]["heads_root"] = root([head(*one) for one in heads]).hex()  # type: ignore[index]
        prev = last[stream][1].hex() if stream in last else "-"
        body = dumped(content)
        entry = (
            f"complaint-ledger/entry/v1\nledger {LEDGER}\nposition {position}\nstream {stream}\n"
            f"version {version}\ntype {name} 1\n"
            f"recorded {recorded(position).isoformat().replace('+00:00', 'Z')}\n"
            f"prev {prev}\nbody {hashlib.sha256(body).hexdigest()}\n"
        ).encode()
        leaf = sha256(b"\0" + entry)
        last[stream] = version, leaf
        bodies.append(body)
        entries.append(entry)
        leaves.append(leaf)

    def checkpoint(size: int) -> str:
        text = f"{ORIGIN}\n{size}\n{b64(root(leaves[:size]))}\n"
        signers = [FIRST] if size < 3 else [FIRST, SECOND] if size == 3 else [SECOND]
        at = int(recorded(size).timestamp()) + 3600
        return text + "\n" + "".join(one.line(text) for one in signers) + WITNESS.line(text, at)

    size = len(told)
    for here in (2, 3, size):
        files[f"data/checkpoints/{here}.txt"] = checkpoint(here).encode()
        if here != size:
            proof = lines(consistency(here, leaves))
            files[f"data/checkpoints/{here}-{size}.consistency"] = proof.encode()
    for index, (stream, version, _, _) in enumerate(told):
        if stream == OTHER:
            continue
        base = f"data/own/{index + 1:010}" if stream == OWN else f"data/events/{version:04}"
        files[base + ".entry"], files[base + ".body.json"] = entries[index], bodies[index]
        proof = f"c2sp.org/tlog-proof@v1\nindex {index}\n" + lines(path(index, leaves))
        files[base + ".tlog-proof"] = f"{proof}\n{checkpoint(size)}".encode()
    enclosed = {
        1: {"outcome_sought": RECEIVED["outcome_sought"]},
        2: {field: DOCUMENT[field] for field in ("file_name", "sha256", "size")},
        3: AGAIN,
        4: REDACTED,
    }
    for version, texts in enclosed.items():
        text = "".join(disclosure(*one) + "\n" for one in texts.items())
        files[f"data/events/{version:04}.disclosures"] = text.encode()
    files["data/documents/0002.pdf"] = LETTER
    place = [stream for stream, _, _ in heads].index(STREAM)
    files["data/head.txt"] = (
        f"complaint-ledger/head/v1\nstream {STREAM}\nversion {heads[place][1]}\n"
        f"leaf {heads[place][2].hex()}\nindex {place}\n"
        + lines(path(place, [head(*one) for one in heads]))
    ).encode()
    files["data/timestamps/0000000008.tsr"] = stamp
    text = "".join(checkpoint(3).splitlines(keepends=True)[:3])
    files["data/timestamps/0000000008.checkpoint"] = text.encode()
    files["data/keys.txt"] = f"log {FIRST.key}\nlog {SECOND.key}\nwitness {WITNESS.key}\n".encode()
    files["data/READ-ME.txt"] = READ_ME.read_bytes()
    files["data/judgement.html"] = b"<!DOCTYPE html>\n<p>Nothing fell short.</p>\n"
    files["data/chronology.html"] = (CHRONOLOGY if chronology is None else chronology).encode()
    files["bagit.txt"] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    files["bag-info.txt"] = b"Bagging-Date: 2025-04-10\n"
    return packed(files)


def head(stream: str, version: int, leaf: bytes) -> bytes:
    return sha256(b"\0" + f"{stream} {version} {leaf.hex()}\n".encode())


def packed(files: Files, size: int = 9, signer: Signer = SECOND) -> Files:
    """Return *files* with the manifests and the package note that they need: signed anew."""

    def manifest(paths: list[str]) -> bytes:
        sums = [f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in paths]
        return "".join(sums).encode()

    files = dict(files)
    data = [path for path in files if path.startswith("data/")]
    files["manifest-sha256.txt"] = manifest(sorted(data, key=str.encode))
    tags = manifest(["bag-info.txt", "bagit.txt", "manifest-sha256.txt"])
    files["tagmanifest-sha256.txt"] = tags
    text = (
        f"complaint-ledger/bundle/v1\nledger {LEDGER}\nstream {STREAM}\nsize {size}\n"
        f"tagmanifest {hashlib.sha256(tags).hexdigest()}\n"
    )
    files["package.note"] = f"{text}\n{signer.line(text)}".encode()
    return files


def zipped(files: Files, folder: str = "C-2026-000123") -> bytes:
    """Return the canonical ZIP of *files*."""
    first = "data/chronology.html"
    order = [first, *sorted((path for path in files if path != first), key=str.encode)]
    local, central = b"", b""
    for path in order:
        name, data = f"{folder}/{path}".encode("ascii"), files[path]
        common = struct.pack(
            "<5H3L2H", 20, 0, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(name), 0
        )
        central += b"PK\1\2" + struct.pack("<H", 788) + common
        central += struct.pack("<3H2L", 0, 0, 0, 0x81A40000, len(local)) + name
        local += b"PK\3\4" + common + name + data
    counts = struct.pack("<4H2LH", 0, 0, len(order), len(order), len(central), len(local), 0)
    return local + central + b"PK\5\6" + counts


def laid_out(files: Files, folder: Path) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


CHRONOLOGY = """\
<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Complaint C-2026-000123: what is on record</title>
<style>
body{max-width:50em;margin:2em auto;padding:0 1em;font:1em/1.5 sans-serif;color:#0b0c0c}
h1,h2{line-height:1.2}
section{border-top:2px solid #505a5f;margin-top:2em;break-inside:avoid}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25em .5em;border-bottom:1px solid #b1b4b6}
th{width:35%;font-weight:normal;color:#505a5f}
td{white-space:pre-wrap;overflow-wrap:anywhere}
.kept{font-style:italic}
.notice{border:3px solid #0b0c0c;padding:.5em 1em}
</style>
</head>
<body>
<h1>Complaint C-2026-000123: what is on record</h1>
<p class="notice">FICTIONAL: nothing in this ledger happened.</p>
<p>This is the record that the council kept while it handled the complaint: every entry, in the order in which it was recorded. Nothing was put in afterwards or left out, but for what is marked here as withheld, redacted or erased. How to make sure of that yourself is said in READ-ME.txt.</p>
<table>
<tr><th>council</th><td>northborough council</td></tr>
<tr><th>complaint</th><td>C-2026-000123</td></tr>
<tr><th>entries</th><td>4</td></tr>
<tr><th>recorded</th><td>2 April 2025 at 08:30:05 UTC to 7 April 2025 at 08:30:05 UTC</td></tr>
<tr><th>kept back from this copy</th><td>1 withheld, 1 redacted, 1 erased; reason: third-party</td></tr>
<tr><th>seen by witnesses outside the council</th><td>audit.example/w1</td></tr>
</table>
<section id="entry-1">
<h2>1. Complaint received</h2>
<p>Happened: 1 April 2025. Recorded: 2 April 2025 at 08:30:05 UTC, by officer-7k2m9q (officer, handler).</p>
<p>Imported from an older system, row 17; it says that it recorded this 30 March 2025.</p>
<p class="notice">Corrected by entry 3.</p>
<table>
<tr><th>codes</th><td>lgsco-2024</td></tr>
<tr><th>codes › lgsco-2024 › heads</th><td>h1</td></tr>
<tr><th>codes › lgsco-2024 › version</th><td>1</td></tr>
<tr><th>complainant › contact</th><td class="kept">the person declined to say</td></tr>
<tr><th>complainant › id</th><td>p1</td></tr>
<tr><th>complainant › name</th><td class="kept">WITHHELD from this copy</td></tr>
<tr><th>heads</th><td>h1</td></tr>
<tr><th>heads › h1 › description</th><td class="kept">REDACTED in this copy: The bin was missed &amp; [blacked out].</td></tr>
<tr><th>heads › h1 › service</th><td>waste</td></tr>
<tr><th>outcome sought</th><td class="said">An &quot;apology&quot;
and a new bin.</td></tr>
<tr><th>presumed</th><td>no</td></tr>
<tr><th>reference</th><td>C-2026-000123</td></tr>
</table>
</section>
<section id="entry-2">
<h2>2. Document added</h2>
<p>Happened: on a day that is not known. Recorded: 4 April 2025 at 08:30:05 UTC, by officer-7k2m9q (officer, handler), on behalf of contractor-3x9d.</p>
<table>
<tr><th>at</th><td>3 April 2025 at 09:00:00 UTC</td></tr>
<tr><th>content</th><td><a href="documents/0002.pdf">documents/0002.pdf</a></td></tr>
<tr><th>file name</th><td class="said">Letter.of.March.PDF</td></tr>
<tr><th>sha256</th><td class="said">{sha256}</td></tr>
<tr><th>size</th><td class="said">31</td></tr>
</table>
</section>
<section id="entry-3">
<h2>3. Entry corrected</h2>
<p>Happened: April 2025. Recorded: 5 April 2025 at 08:30:05 UTC, by officer-7k2m9q (officer, handler).</p>
<table>
<tr><th>corrects</th><td>entry 1</td></tr>
<tr><th>explanation</th><td class="kept">ERASED from the ledger</td></tr>
<tr><th>name</th><td>complaint-received</td></tr>
<tr><th>reason</th><td>typing-slip</td></tr>
<tr><th>replacement › complainant › contact</th><td class="kept">the person declined to say</td></tr>
<tr><th>replacement › heads</th><td>h1</td></tr>
<tr><th>replacement › heads › h1 › description</th><td class="said">The bin was missed twice.</td></tr>
<tr><th>replacement › occurred on</th><td>31 March 2025</td></tr>
<tr><th>schema</th><td>1</td></tr>
</table>
</section>
<section id="entry-4">
<h2>4. Evidence bundle exported</h2>
<p>Happened: 7 April 2025. Recorded: 7 April 2025 at 08:30:05 UTC, by officer-7k2m9q (officer, handler).</p>
<table>
<tr><th>entries</th><td>entry 1, entry 2, entry 3</td></tr>
<tr><th>omitted</th><td>v1, v2, v3</td></tr>
<tr><th>omitted › v1 › entry</th><td>entry 1</td></tr>
<tr><th>omitted › v1 › how</th><td>replaced</td></tr>
<tr><th>omitted › v1 › path</th><td>heads/h1/description</td></tr>
<tr><th>omitted › v1 › text</th><td class="said">The bin was missed &amp; [blacked out].</td></tr>
<tr><th>omitted › v2 › entry</th><td>entry 1</td></tr>
<tr><th>omitted › v2 › how</th><td>withheld</td></tr>
<tr><th>omitted › v2 › path</th><td>complainant/name</td></tr>
<tr><th>omitted › v3 › entry</th><td>entry 3</td></tr>
<tr><th>omitted › v3 › how</th><td>erased</td></tr>
<tr><th>omitted › v3 › path</th><td>explanation</td></tr>
<tr><th>reason</th><td>third-party</td></tr>
<tr><th>reference</th><td>C-2026-000123</td></tr>
</table>
</section>
<p>Ledger 11111111111111111111111111111111, checkpoint of 9 entries.</p>
</body>
</html>
""".replace("{sha256}", hashlib.sha256(LETTER).hexdigest())
