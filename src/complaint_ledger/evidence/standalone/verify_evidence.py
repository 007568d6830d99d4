#!/usr/bin/env python3
"""
Check an evidence bundle: is this the record of a complaint as it was kept, and is it whole?

One file, Python 3.8 or later, nothing to install, no network. It was written from the page "The
evidence format" alone; "rule 7" is number 7 of what that page says a verifier checks.
"""
# fmt: off
import argparse, base64, binascii, collections, datetime, functools, hashlib, html, json, os, re
import stat, struct, sys

READ_ME = "372cc7d475a7e97c224bedaf7be77e69a96b6f4733899537811ad6e56e4ddd9f"
PAGE = "67f44a52e9f7d736f51debaf6f6fbc2d5db1e05f6e6342d9167bc1b795da4a07"  # SHA-256 of the constant lines of the chronology
MONTHS = "January February March April May June July August September October November December"
NUMBER, HEX32, HEX64 = "(0|[1-9][0-9]{0,14})", "([0-9a-f]{32})", "([0-9a-f]{64})"
DAY = "([0-9]{4})-([0-9]{2})-([0-9]{2})"
INSTANT = DAY + r"T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{6})Z"
ENTRY = (f"complaint-ledger/entry/v1\nledger {HEX32}\nposition {NUMBER}\nstream {HEX32}\n"
         f"version {NUMBER}\ntype ([a-z0-9-]+) {NUMBER}\nrecorded ({INSTANT.replace('(', '(?:')})\n"
         f"prev (-|[0-9a-f]{{64}})\nbody {HEX64}\n")
VERIFIED, FAILED, UNCHECKED = "VERIFIED", "FAILED", "CANNOT BE CHECKED"
EPOCH, SKEW = datetime.datetime(1970, 1, 1), datetime.timedelta(seconds=300)
WORDS = (("withheld", "WITHHELD"), ("replaced", "REDACTED"), ("erased", "ERASED"))
class Verdict(Exception): """The end: a verdict, why, and which file if not the one read last."""
def need(holds, why="is not of the form that the specification gives", at=None, verdict=FAILED):
    if not holds: raise Verdict(verdict, why, at)

# --- Ed25519 (RFC 8032), strict: one encoding for a point, one for a signature ----------------
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * D * p[3] % P * q[3], 2 * p[2] * q[2]
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
    return e * f % P, g * h % P, f * g % P, e * h % P
@functools.lru_cache(maxsize=256)
def point(key, negated=0):
    """Return the point that *key* encodes, or the one opposite, in extended coordinates."""
    code = int.from_bytes(key, "little")
    sign, y = code >> 255, code & (2**255 - 1)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 % P * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    x = x if v * x * x % P == u else x * ROOT % P
    if len(key) != 32 or y >= P or v * x * x % P != u or (sign and not x): return None
    x = P - x if (x & 1) != (sign ^ negated) else x
    return x, y, 1, x * y % P
@functools.lru_cache(maxsize=65536)
def ed25519(key, message, signature):
    """Return whether *signature* is that of *message* by *key*: S·B - k·A has to encode as R."""
    base, minus_a = point(b"\x58" + b"\x66" * 31), point(key, 1)
    s, total = int.from_bytes(signature[32:], "little"), (0, 1, 1, 0)
    if minus_a is None or len(signature) != 64 or s >= L: return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    sums = (None, base, minus_a, add(base, minus_a))
    for bit in range(252, -1, -1):
        total, which = add(total, total), (s >> bit & 1) + 2 * (k >> bit & 1)
        total = add(total, sums[which]) if which else total
    z = pow(total[2], P - 2, P)
    code = total[1] * z % P | (total[0] * z % P & 1) << 255
    return code.to_bytes(32, "little") == signature[:32]

# --- Keys, signed notes, proofs, the reader's policy ------------------------------------------
Key = collections.namedtuple("Key", "text name id public")
def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def b64(text, size=None):
    raw = base64.b64decode(text.encode("ascii"), validate=True)
    need(base64.b64encode(raw).decode() == text and size in (None, len(raw)))
    return raw
def read_key(text, kind):
    """Return a C2SP verifier key: kind 1 signs notes, kind 4 is a witness (cosignature/v1)."""
    name, key_id, code = re.fullmatch(r"([^\s\0-\x1f+]+)\+([0-9a-f]{8})\+(\S+)", text).groups()
    raw = b64(code, 33)
    need(raw[0] == kind and sha256(name.encode(), b"\n", raw)[:4].hex() == key_id)
    return Key(text, name, bytes.fromhex(key_id), raw[1:])
def read_note(raw):
    """Return the text of a signed note, and its signatures: ((name, key id), the rest)."""
    text, _, lines = raw.decode("utf-8").rpartition("\n\n")
    found = re.findall(r"— ([^\s+]+) (\S+)\n", lines)
    need(found and "".join(f"— {name} {code}\n" for name, code in found) == lines)
    return text + "\n", [((name, b64(code)[:4]), b64(code)[4:]) for name, code in found]
def hashes(text):
    need(text == "" or text[-1] == "\n")
    return [b64(line, 32) for line in text.split("\n")[:-1]]
def climb(index, last, path, left, right):
    """Return where *path* leads from two hashes (RFC 9162, 2.1.3.2 and 2.1.4.2)."""
    need(0 <= index <= last, "is a proof in another tree")
    for step in path:
        need(last, "is too long a proof")
        if index & 1 or index == last:
            left, right = sha256(b"\1", step, left), sha256(b"\1", step, right)
            while index and not index & 1: index, last = index >> 1, last >> 1
        else: right = sha256(b"\1", right, step)
        index, last = index >> 1, last >> 1
    return not last and (left, right)
def included(index, size, leaf, path, root):
    return (climb(index, size - 1, path, leaf, leaf) or (0, 0))[1] == root
def consistent(size, root, later_size, later_root, path):
    index, last = size - 1, later_size - 1
    while index & 1: index, last = index >> 1, last >> 1
    path = path if size & (size - 1) else [root, *path]
    return bool(path) and climb(index, last, path[1:], path[0], path[0]) == (root, later_root)
def read_policy(raw):
    """Return a tlog-policy: its logs, whether given keys are enough, whether some have to be."""
    need(not re.search(rb"[^\t\n -~\x80-\xff]", raw))
    logs, witnesses, names, members, quorum = [], [], {"none": (0, [])}, [], []
    for line in raw.decode("utf-8", "surrogateescape").split("\n"):
        word, *rest = re.findall("[^ \t]+", line) or "#"
        need(word not in ("witness", "group") or (len(rest) > 1 and rest[0] not in names))
        if word == "log" and len(rest) in (1, 2): logs.append(read_key(rest[0], 1))
        elif word == "witness" and len(rest) < 4:
            witnesses.append(read_key(rest[1], 4))
            names[rest[0]] = (1, witnesses[-1:])
        elif word == "group":
            least = {"any": "1", "all": str(len(rest) - 2)}.get(rest[1], rest[1])
            need(re.fullmatch("[1-9][0-9]{0,3}", least) and int(least) <= len(rest) - 2)
            need(names.keys() - {"none"} >= {*rest[2:]})
            names[rest[0]], members = (int(least), rest[2:]), members + rest[2:]
        else:
            need(word[0] == "#" or (word == "quorum" and len(rest) == 1 and rest[0] in names))
            quorum += rest if word == "quorum" else []
    for once in (members, [key.public for key in logs], [key.public for key in witnesses]):
        need(len(once) == len({*once}) and len(quorum) == 1)
    def enough(keys):
        held = {*keys} & {*witnesses}
        for name, (least, those) in names.items() if held else ():
            held |= {name} if sum(one in held for one in those) >= least else set()
        return quorum[0] in held
    return {key.text for key in logs}, enough, quorum != ["none"]

# --- How the chronology reads (rule 13) -------------------------------------------------------
def reads(time):
    """Return a day or an instant, given as it is stored or as a datetime, in words."""
    if isinstance(time, str):
        found = re.fullmatch(DAY, time) or re.fullmatch(INSTANT, time)
        time = (datetime.date, datetime.datetime)["T" in time](*map(int, found.groups()))
    day = f"{time.day} {MONTHS.split()[time.month - 1]} {time.year}"
    return f"{day} at {time:%H:%M:%S} UTC" if isinstance(time, datetime.datetime) else day
def escaped(text): return html.escape(text, quote=False).replace('"', "&quot;")
def value(shown, versions):
    """Return how a value of `open` reads, or None where it is not shown."""
    if isinstance(shown, list):
        texts = [text for text in (value(one, versions) for one in shown) if text is not None]
        return ", ".join(texts) if texts else None if shown else "none"
    if shown is None or isinstance(shown, int):
        return {None: "not known", True: "yes", False: "no"}[shown] if (
            shown is None or isinstance(shown, bool)) else str(shown)
    try: return None if re.fullmatch(HEX64, shown) else reads(shown)
    except (ValueError, AttributeError):  # neither a day nor an instant
        return f"entry {versions[shown]}" if shown in versions else shown
def open_rows(node, path, versions):
    """Yield the rows of *node*, a part of `open`: path, class, text."""
    for key, here in node.items():
        if isinstance(here, dict):
            yield from open_rows(here, f"{path}{key}/", versions)
        elif isinstance(here, list) and any(isinstance(one, dict) for one in here):
            names = []
            for place, one in enumerate(here, 1):
                by = [by for by in ("id", "head", "entry") if isinstance(one.get(by), str)][:1]
                names.append(one[by[0]] if by else str(place))
                rest = {field: one[field] for field in one if field not in by}
                yield from open_rows(rest, f"{path}{key}/{names[-1]}/", versions)
            here = names
        if not isinstance(here, dict) and value(here, versions) is not None:
            yield path + key, "", escaped(value(here, versions))
def rows(entry, final, versions):
    """Yield the rows of an event, in no order."""
    for field in entry.open.keys() - {"occurred_on", "precision", "replacement"}:
        yield from open_rows({field: entry.open[field]}, "", versions)
    yield from open_rows(entry.inner[0], "replacement/", versions)
    for path in entry.withheld + ["replacement/" + path for path in entry.inner[2]]:
        yield path, ' class="kept"', "the person declined to say"
    for path in entry.sealed:
        how, text = entry.kept.get(path, ("", ""))
        words = {"withheld": "WITHHELD from this copy", "erased": "ERASED from the ledger",
                 "replaced": "REDACTED in this copy: " + final.texts.get(text, "")}
        link = f'<a href="{entry.link}">{entry.link}</a>'
        yield ((path, ' class="kept"', escaped(words[how])) if how else (path, "", link)
               if path == entry.document else (path, ' class="said"', escaped(entry.texts[path])))
def section(entry, events, versions):
    """Yield the lines of an event."""
    meta, day, precision = entry.meta, entry.open.get("occurred_on"), entry.open.get("precision")
    happened, name = "on a day that is not known", entry.name.replace("-", " ")
    if day is not None and precision != "unknown":
        need(re.fullmatch(DAY, day), at=entry.at)
        happened = reads(day).split(" ", {"month": 1, "year": 2}.get(precision, 0))[-1]
    actor = "{id} ({kind}, {role})".format(**meta["actor"])
    actor += f", on behalf of {meta['on_behalf_of']}" if "on_behalf_of" in meta else ""
    yield f'<section id="entry-{entry.version}">'
    yield f"<h2>{entry.version}. {name[0].upper()}{name[1:]}</h2>"
    yield f"<p>Happened: {happened}. Recorded: {reads(entry.recorded)}, by {escaped(actor)}.</p>"
    if "source" in meta:
        said = value(meta["source"].get("recorded"), {})
        said = f"; it says that it recorded this {said}" if "recorded" in meta["source"] else ""
        row = escaped(str(meta["source"]["row"]) + said)
        yield f"<p>Imported from an older system, row {row}.</p>"
    for name, field, word in (("entry-corrected", "corrects", "Corrected"),
                              ("entry-retracted", "retracts", "Taken back")):
        for later in events[entry.version:]:
            if later.name == name and later.open.get(field) == entry.id:
                yield f'<p class="notice">{word} by entry {later.version}.</p>'
    table = sorted(rows(entry, events[-1], versions))
    yield from ["<table>"] if table else []
    for path, kind, text in table:
        label = escaped(path.replace("/", " › ").replace("_", " "))
        yield f"<tr><th>{label}</th><td{kind}>{text}</td></tr>"
    yield from ["</table>", "</section>"] if table else ["</section>"]

# --- One event (rule 6) -----------------------------------------------------------------------
def once(pairs):
    need(len(dict(pairs)) == len(pairs), "has a key twice in an object")
    return dict(pairs)
def whole(text):
    need(len(text) < 17 and str(int(text)) == text and abs(int(text)) < 2**53)
    return int(text)
def never(_): need(False)
JSON = json.JSONDecoder(object_pairs_hook=once, parse_int=whole, parse_float=never,
                        parse_constant=never)
def form(node):
    """Return open, sealed and withheld of a body or a replacement, once they have their types."""
    opened, sealed, withheld = node["open"], node["sealed"], node["withheld"]
    texts = [text for one in sealed.values() for text in (one["digest"], one["subject"])] + withheld
    need(isinstance(opened, dict) and all(isinstance(text, str) for text in texts))
    need(all(len(one) == 2 for one in sealed.values()))
    return opened, {path: one["digest"] for path, one in sealed.items()}, withheld
class Entry:
    def __init__(self, at, text, body):
        found = re.fullmatch(ENTRY, text.decode("ascii")).groups()
        self.at, self.leaf, self.ledger, self.stream, self.name = at, sha256(b"\0", text), *found[:5:2]
        self.position, self.version, self.schema = (int(found[n]) for n in (1, 3, 5))
        time = re.fullmatch(INSTANT, found[6]).groups()
        self.recorded, self.prev = datetime.datetime(*map(int, time)), found[7]
        need(self.position and (self.prev == "-") == (self.version == 1), at=at)
        need(sha256(body).hex() == found[8], "does not have the SHA-256 that the entry names")
        node = JSON.decode(body.decode("utf-8"))
        json.dumps(node, ensure_ascii=False).encode()  # half of a surrogate pair is no text
        self.meta, (self.open, sealed, self.withheld) = node["meta"], form(node)
        self.id, inner = self.meta["event_id"], {"open": {}, "sealed": {}, "withheld": []}
        need(sorted(node) == ["meta", *inner] and re.fullmatch(HEX32, self.id))
        self.inner = self.open.get("replacement", inner)
        need(self.inner.keys() == inner.keys() and not [p for p in sealed if p[:12] == "replacement/"])
        self.inner = form(self.inner)
        self.sealed = {path: (sealed[path], path) for path in sealed if path != "request"}
        self.sealed.update((f"replacement/{p}", (d, p)) for p, d in self.inner[1].items())
        again = self.name == "entry-corrected" and self.open.get("name") == "document-added"
        self.document = "replacement/content" if again else (  # where a document stands (rule 9)
            "content" if self.name == "document-added" else None)
        self.kept, self.texts, self.link = {}, {}, None

# --- The files (rule 1) -----------------------------------------------------------------------
class Bag:
    def __init__(self):
        self.at, self.sums, self.texts, self.unread = "the bundle", {}, {}, set()
    def take(self, path, stream, size):
        """Read a file, and keep it unless it is a document; return its CRC."""
        self.at, crc, parts, seen = ascii(path)[1:-1], 0, [], hashlib.sha256()
        need(size < 2**32 and len(self.sums) < 65534, "is of 4 GiB, or one file too many")
        need(path not in self.sums, "is there twice")
        for start in range(0, size, 2**20):
            part = stream.read(min(2**20, size - start))
            need(len(part) == min(2**20, size - start), "ends too early")
            crc, _ = binascii.crc32(part, crc), seen.update(part)
            parts += [] if path.startswith("data/documents/") else [part]
        self.sums[path], self.texts[path] = (seen.hexdigest(), str(size)), b"".join(parts)
        return crc
    def take_folder(self, root, here=""):
        for item in sorted(os.scandir(os.path.join(root, here)), key=lambda i: i.name) or [None]:
            need(item and here.count("/") < 4, "is an empty folder, or one too deep", ascii(here))
            path, status = here + item.name, item.stat(follow_symlinks=False)
            folder, file = stat.S_ISDIR(status.st_mode), stat.S_ISREG(status.st_mode)
            need(folder or file, "is a link or a special file", ascii(path))
            if folder: self.take_folder(root, path + "/")
            else: self.take(path, open(item.path, "rb"), status.st_size)
    def take_zip(self, stream):
        """Read a ZIP of the one canonical form, in which nothing is compressed."""
        directory, offset, first, head = b"", 0, None, stream.read(30)
        while head[:4] == b"PK\3\4" and len(head) == 30:
            crc, packed, size, length, extra = struct.unpack("<LLLHH", head[14:])
            name, self.at = stream.read(length), f"the ZIP at byte {offset}"
            folder, _, path = name.decode("ascii").partition("/")
            first = first or folder
            need(head[4:14] == b"\x14\0\0\0\0\0\0\0\x21\0" and packed == size and not extra
                 and re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]{0,99}", folder) and folder == first)
            need(self.take(path, stream, size) == crc, "does not have its CRC")
            directory += b"PK\1\2\x14\3" + head[4:] + struct.pack("<6xLL", 0x81A40000, offset) + name
            offset, head = offset + 30 + length + size, stream.read(30)
            need(offset + len(directory) + 22 < 2**32, "makes the ZIP 4 GiB or more")
        self.at, order, count = "the ZIP", list(self.sums), len(self.sums)
        need(order[:1] == ["data/chronology.html"] and order[1:] == sorted(order[1:]),
             "is none, or does not have its files in order")
        directory += b"PK\5\6" + struct.pack("<4H2LH", 0, 0, count, count, len(directory), offset, 0)
        need(head + stream.read(len(directory)) == directory, "does not end in its own directory")
    def read(self, path):
        self.at = path
        need(path in self.texts, "is missing")
        self.unread.discard(path)
        return self.texts[path]
    def text(self, path): return self.read(path).decode("utf-8")
    def numbers(self, pattern):
        return sorted(int(m.group(1)) for m in (re.fullmatch(pattern, p) for p in self.sums) if m)

# --- What a verifier checks -------------------------------------------------------------------
def check(bag, against, logs, enough, must, own_key, receipt):
    """Return the reason and the report of a bundle that holds; raise the verdict of another."""
    # Rule 2: the manifests.
    bag.unread = {*bag.sums}
    version = re.match(rb"complaint-ledger/bundle/v([1-9][0-9]*)\n", bag.read("package.note"))
    need(not version or version.group(1) == b"1", "is of another format", verdict=UNCHECKED)
    data = sorted(path for path in bag.sums if path.startswith("data/"))
    tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
    for name, paths in (("manifest-sha256.txt", data), ("tagmanifest-sha256.txt", tags)):
        listed, lines = bag.text(name), [f"{bag.sums[path][0]}  {path}\n" for path in paths]
        for path, line in zip(paths, lines): need(line in listed, f"is not as in {name}", ascii(path))
        need(listed == "".join(lines), "lists what is not there, or in another way")
    need(bag.text("bagit.txt") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    need(sha256(bag.read("data/READ-ME.txt")).hex() == READ_ME, "is not the constant text")
    for path in ("bag-info.txt", "data/judgement.html"): bag.read(path)  # unchecked but for this
    note, signed = read_note(bag.read("package.note"))
    ledger, stream, last, listed = re.fullmatch(
        f"complaint-ledger/bundle/v1\nledger {HEX32}\nstream {HEX32}\nsize {NUMBER}\n"
        f"tagmanifest {HEX64}\n", note).groups()
    need(listed == bag.sums["tagmanifest-sha256.txt"][0] and int(stream, 16), "is of other files")
    # Rule 4: the checkpoints. Their signatures are dear, and come last.
    points, last = {}, int(last)
    for size in bag.numbers(r"data/checkpoints/([1-9][0-9]{0,14})\.txt"):
        text, signatures = read_note(bag.read(f"data/checkpoints/{size}.txt"))
        origin, named, root = text[:-1].split("\n")
        need(named == str(size), "is not of the size that its name says")
        points[size] = (text, origin, b64(root, 32), signatures)
    need(points and max(points) == last, "does not name the last checkpoint", "package.note")
    root = points[last][2]
    for size in sorted(points)[:-1]:
        proof = hashes(bag.text(f"data/checkpoints/{size}-{last}.consistency"))
        need(consistent(size, points[size][2], last, root, proof), "does not prove consistency")
    # Rules 3 and 6: the ledger's own entries, and those of the complaint.
    def read_entry(base, zeros, place):
        entry = Entry(base + ".entry", bag.read(base + ".entry"), bag.read(base + ".body.json"))
        number = entry.position if zeros else entry.version
        need((entry.ledger, entry.stream, number) == (ledger, zeros or stream, place),
             "is not of this ledger and stream, or not what its name says", entry.at)
        proof, start = bag.text(base + ".tlog-proof"), "c2sp.org/tlog-proof@v1\nindex "
        path, _, end = proof.partition("\n\n")
        need(end == bag.texts[f"data/checkpoints/{last}.txt"].decode(), "is not in the last checkpoint")
        start += f"{entry.position - 1}\n"
        need((path + "\n").startswith(start) and included(entry.position - 1, last, entry.leaf,
             hashes((path + "\n")[len(start):]), root), "does not prove the entry")
        return entry
    own = [read_entry(f"data/own/{n:010}", "0" * 32, n) for n in bag.numbers(r"data/own/(\d{10})\.entry")]
    count = max([1, *bag.numbers(r"data/events/([0-9]{4,15})\.entry")])
    events = [read_entry(f"data/events/{n:04}", "", n) for n in range(1, count + 1)]
    final, versions = events[-1], {entry.id: entry.version for entry in events}
    both = sorted(own + events, key=lambda entry: entry.position)
    for one, two in [*zip(own, own[1:]), *zip(events, events[1:])]:
        need(one.version < two.version and two.prev == one.leaf.hex()
             or one.version + 1 < two.version, "does not follow the entry before it", two.at)
    for one, two in zip(both, both[1:]):
        need(one.position < two.position and one.recorded <= two.recorded, "is out of order", two.at)
    need(len({entry.id for entry in both}) == len(both), "has an event id twice", "data/events")
    kinds = ("ledger-opened", "ledger-sealed", "key-rotated", "time-stamp-received")
    for entry in own: need(entry.name in kinds and entry.schema == 1, "is out of place", entry.at)
    (opened,), (seal,), rotations, stamps = ([e for e in own if e.name == kind] for kind in kinds)
    council, names = opened.open["council"], [opened.open["signing_key"]]
    need(opened.position == opened.version == 1 and opened.open["ledger"] == ledger
         and re.fullmatch("[a-z0-9-]+", council), "does not open this ledger", opened.at)
    for entry in rotations:
        need(entry.open["old"] == names[-1], "does not replace the key before", entry.at)
        names.append(entry.open["new"])
    keys, listed = [read_key(name, 1) for name in names], bag.text("data/keys.txt")
    witnesses = [read_key(n, 4) for n in sorted({*re.findall(r"(?m)^witness (\S+)$", listed)})]
    lines = [f"log {key.text}\n" for key in keys] + [f"witness {key.text}\n" for key in witnesses]
    need(listed == "".join(lines), "does not have the keys of the ledger")
    origins = {key.name for key in keys} | {point[1] for point in points.values()}
    need(origins == {f"complaint-ledger/{council}/{ledger}"}, "or a checkpoint: another origin")
    need(len({key.public for key in keys}) == len(keys), "has a key twice")
    # Rule 10: the last event is the last of its complaint.
    upto, size, heads = (seal.open[field] for field in ("upto", "heads_size", "heads_root"))
    need(type(upto) is type(size) is int and re.fullmatch(HEX64, heads)
         and final.position <= upto < seal.position, "does not seal the last event", seal.at)
    head, line = bag.text("data/head.txt"), f"{stream} {final.version} {final.leaf.hex()}\n"
    found = re.fullmatch("complaint-ledger/head/v1\nstream {}\nversion {}\nleaf {}".format(
        *line.split(" ")) + f"index {NUMBER}\n((?:.+\n)*)", head)
    need(found and included(int(found[1]), size, sha256(b"\0", line.encode()), hashes(found[2]),
                            bytes.fromhex(heads)), "does not lead from the last event to the seal")
    # Rule 11: the time stamps.
    for entry in stamps:
        base, size = f"data/timestamps/{entry.position:010}", entry.open["checkpoint"]
        need(type(size) is int and bag.text(base + ".checkpoint") == points[size][0])
        need(sha256(bag.read(base + ".tsr")).hex() == entry.open["sha256"], "is not what was stored")
    # Rules 7, 8 and 9: what is enclosed, and what is kept back.
    bag.at, by_id = final.at, {entry.id: entry for entry in events}
    need((final.name, final.schema) == ("evidence-bundle-exported", 1), "is not the export")
    need(final.open.get("entries", []) == [*by_id][:-1], "does not name the entries before it")
    omitted, ids = final.open.get("omitted", []), set()
    for one in omitted:
        entry, path = by_id[one["entry"]], one["path"]
        need(path in entry.sealed and path not in entry.kept and one["id"] not in ids
             and one["how"] in ("withheld", "replaced", "erased"), "omits what nothing seals")
        entry.kept[path] = (one["how"], f"omitted/{one['id']}/text")
        ids.add(one["id"])
    for entry in events:
        paths = sorted(path for path in entry.sealed if path not in entry.kept)
        here = [path for path in paths if path != entry.document]
        lines = bag.text(entry.at[:-5] + "disclosures").split("\n") if here else [""]
        need(len(lines) == len(here) + 1 and lines.pop() == "", "is not of the values enclosed")
        for path, line in zip(here, lines):
            plain = base64.urlsafe_b64decode(line.encode("ascii") + b"=" * (-len(line) % 4))
            texts = [base64.urlsafe_b64encode(raw) for raw in (sha256(line.encode()), plain)]
            texts = [text.decode().rstrip("=") for text in texts]
            need(texts == [entry.sealed[path][0], line], "has one that the event did not seal")
            salt, named, text = JSON.decode(plain.decode("utf-8"))
            need(type(salt) is type(text) is str and named == entry.sealed[path][1])
            entry.texts[path] = text
        if entry.document in paths:
            fields = (entry.document[:-7] + field for field in ("file_name", "sha256", "size"))
            name, *told = (entry.texts.get(field) for field in fields)
            kind = re.search(r"\.([A-Za-z0-9]{1,8})\Z", name or "")
            entry.link = f"documents/{entry.version:04}.{kind[1].lower() if kind else 'bin'}"
            bag.read("data/" + entry.link)
            need(told == [*bag.sums[bag.at]], "is not the document that was recorded")
    for how, text in (kept for entry in events for kept in entry.kept.values()):
        need(how != "replaced" or text in final.texts, "does not have a redacted text", final.at)
    # Rule 13: the chronology. After it, no file is left over.
    page, reference = bag.text("data/chronology.html"), escaped(final.open.get("reference", stream))
    hows, words = [one["how"] for one in omitted], {"withheld": 0, "replaced": 0, "erased": 0}
    kept = ", ".join(f"{hows.count(how)} {how}" for how in words if how in hows)
    kept = kept.replace("replaced", "redacted")
    kept += f"; reason: {final.open['reason']}" if kept and "reason" in final.open else ""
    nobody = "NOT WITNESSED: only the council itself vouches for the times below"
    table = (("council", council.replace("-", " ")), ("complaint", final.open.get("reference", stream)),
             ("entries", str(count)), ("recorded", f"{reads(events[0].recorded)} to {reads(final.recorded)}"),
             ("kept back from this copy", kept or "nothing"),
             ("seen by witnesses outside the council", ", ".join(k.name for k in witnesses) or nobody))
    lines, notice = page.split("\n")[:24], '<p class="notice">FICTIONAL: nothing in this ledger happened.</p>'
    notice = [notice] if opened.open.get("fictional") is True else []
    title, intro = f"Complaint {reference}: what is on record", lines[21 + len(notice)]
    need(sha256("\n".join(lines[:6] + lines[7:20] + [intro]).encode()).hex() == PAGE, "has another head")
    lines = [*lines[:6], f"<title>{title}</title>", *lines[7:20], f"<h1>{title}</h1>", *notice, intro,
             "<table>", *(f"<tr><th>{name}</th><td>{escaped(text)}</td></tr>" for name, text in table),
             "</table>", *(line for entry in events for line in section(entry, events, versions)),
             f"<p>Ledger {ledger}, checkpoint of {last} entries.</p>", "</body>", "</html>", ""]
    need("\n".join(lines) == page, "is not what the entries give")
    need(not bag.unread, "is not a file that a bundle holds", ascii(min(bag.unread, default="")))
    # Rules 4 and 5: the signatures.
    since, times, todo = [0] + [entry.position for entry in rotations], {}, []
    firsts = [min([size for size in points if size >= p]) for p in since]
    need(len({*firsts[1:]}) == len(rotations), "has two keys for one checkpoint", "data/keys.txt")
    order = {(key.name, key.id): place for place, key in enumerate(witnesses)}
    for size, (text, _, _, signatures) in points.items():
        bag.at, force, place = f"data/checkpoints/{size}.txt", sum(p <= size for p in since) - 1, -1
        signers = keys[force - (force > 0 and size == firsts[force]):force + 1]
        need([name for name, _ in signatures[:len(signers)]] == [(k.name, k.id) for k in signers],
             "is not signed by the right keys")
        todo += [(bag.at, k, text, rest) for k, (_, rest) in zip(signers, signatures)]
        for name, rest in signatures[len(signers):]:
            need(order.get(name, -1) > place, "has a witness that is unknown or out of order")
            place, time = order[name], int.from_bytes(rest[:8], "big")
            seen = (EPOCH + datetime.timedelta(seconds=time), witnesses[place])
            times[size] = sorted(times.get(size, []) + [seen])
            todo += [(bag.at, witnesses[place], f"cosignature/v1\ntime {time}\n{text}", rest[8:])]
    need({k for seen in times.values() for _, k in seen} == {*witnesses}, at="data/keys.txt")
    need([name for name, _ in signed] == [(keys[force].name, keys[force].id)], at="package.note")
    for path, signer, text, rest in [*todo, ("package.note", keys[force], note, signed[0][1])]:
        need(ed25519(signer.public, text.encode(), rest), "has a signature that is not right", path)
    # What the reader brings, and rule 12: the times.
    need(not logs or logs & {*names}, "has no key of the policy", "data/keys.txt")
    need(own_key is None or own_key.strip() in names, "has another key than yours", "data/keys.txt")
    report, spans = [], []
    for size, seen in times.items():
        upto = [t for t, _ in seen if enough({k for u, k in seen if u <= t})]
        onto = [t for t, _ in seen if enough({k for u, k in seen if u >= t})]
        spans += [(size, upto[0], onto[-1])] if upto else []
    need(not must or any(size >= final.position for size, _, _ in spans),
         "do not have the witnesses that your policy asks for", "data/checkpoints")
    for entry in both:
        early = max([on for size, _, on in spans if size < entry.position], default=None)
        late = min([up for size, up, _ in spans if size >= entry.position], default=None)
        need((early is None or early - SKEW <= entry.recorded) and (
            late is None or entry.recorded <= late + SKEW), "has a time that witnesses deny", entry.at)
        hows = [how for how, _ in entry.kept.values()]
        marks = [f", {word} {hows.count(how)}" for how, word in WORDS if how in hows]
        report += [] if entry in own else [
            f"{entry.version}  {entry.name}: recorded {reads(entry.recorded)}, not before "
            f"{reads(early) if early else 'unknown'}, not after {reads(late) if late else 'unknown'}"
            + "".join(marks) + (", OPEN BRACKET" if not early or not late else "")]
    report += [] if spans else ["NOT WITNESSED: only the council itself vouches for these times"]
    report += [f"log key {name} (compare with the one that the council published)" for name in names]
    report += [f"witness {k.text}" + ("" if logs is not None else " (the council itself names it)")
               for k in witnesses]
    if against is not None:
        own_origin, own_size, own_root = against
        need(own_origin == points[last][1], "is of another ledger", "your checkpoint")
        need(own_size not in points or points[own_size][2] == own_root,
             "has another root: the council has shown two histories", "your checkpoint")
        report += [f"your checkpoint of {own_size} entries: " + (
            "the same here" if own_size in points else "NOT COMPARED, as it is not enclosed")]
    if receipt is not None:
        held = [entry.version for entry in events if entry.leaf.hex() == receipt]
        need(held, "is of no entry of this complaint", "your receipt")
        report += [f"your receipt is of entry {held[0]}"]
    return f"complaint {final.open.get('reference', stream)} of {council}: {count} entries, all that were recorded", report

def read_small(path):
    with open(path, "rb") as stream:
        need(stat.S_ISREG(os.fstat(stream.fileno()).st_mode), verdict=UNCHECKED)
        return stream.read(2**20)
def read_against(raw):
    origin, size, root = [line.strip() for line in raw.decode("utf-8-sig").split("\n")[:3]]
    need(re.fullmatch(NUMBER, size))
    return origin, int(size), b64(root, 32)
def verify(path, against=None, policy=None, key=None, receipt=None):
    """Return the verdict, its reason and the lines of the report, whatever is there to be read."""
    bag, failed = Bag(), UNCHECKED
    try:
        bag.at = "your policy"
        logs, enough, must = (None, bool, False) if policy is None else read_policy(read_small(policy))
        bag.at = "your checkpoint"
        against = None if against is None else read_against(read_small(against))
        bag.at, receipt = "your receipt", receipt and "".join(receipt.split()).lower()
        need(receipt is None or re.fullmatch(HEX64, receipt))
        bag.at, mode = "the bundle", os.stat(path).st_mode
        need(stat.S_ISDIR(mode) or stat.S_ISREG(mode), "is neither a folder nor a file")
        failed = FAILED
        if stat.S_ISDIR(mode): bag.take_folder(os.fspath(path))
        else:
            with open(path, "rb") as stream: bag.take_zip(stream)
        return (VERIFIED, *check(bag, against, logs, enough, must, key, receipt))
    except Verdict as end:
        verdict, why, at = end.args
        return UNCHECKED if failed is UNCHECKED else verdict, f"{at or bag.at} {why}", []
    except (OSError, MemoryError) as error:
        return UNCHECKED, f"{bag.at} cannot be read: {error.strerror or 'too large'}", []
    except Exception:  # whatever it is: not VERIFIED, and no value of it is told
        return failed, f"{bag.at} is not of the form that the specification gives", []
def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("bundle", help="a folder or a ZIP")
    for name, text in (("against", "a checkpoint that you hold"), ("policy", "witnesses you trust"),
                       ("key", "the key that the council published"), ("receipt", "an entry's hash")):
        parser.add_argument("--" + name, help=text)
    told = parser.parse_args()
    verdict, reason, report = verify(told.bundle, told.against, told.policy, told.key, told.receipt)
    sys.stdout.reconfigure(errors="backslashreplace")
    for line in [f"{verdict}  {reason}", *report]:
        print("".join(sign if sign.isprintable() else "?" for sign in line))
    return (VERIFIED, FAILED, UNCHECKED).index(verdict)
if __name__ == "__main__":
    sys.exit(main())
