# fmt: off
"""
Check an evidence bundle: is this the record of a complaint as it was kept, and is it whole?
Python 3.8 or later, nothing else. "Rule 7": number 7 of what a verifier checks by the page "The evidence format".
"""
import argparse, base64, binascii, collections, datetime, functools, hashlib, html, json, os, re
import pathlib, stat, struct, sys
READ_ME = "372cc7d475a7e97c224bedaf7be77e69a96b6f4733899537811ad6e56e4ddd9f"
PAGE = "67f44a52e9f7d736f51debaf6f6fbc2d5db1e05f6e6342d9167bc1b795da4a07"  # its constant lines
NUMBER, HEX32, HEX64 = "(0|[1-9][0-9]{0,14})", "([0-9a-f]{32})", "([0-9a-f]{64})"
DAY = "([0-9]{4})-([0-9]{2})-([0-9]{2})"; INSTANT = DAY + r"T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{6})Z"
ENTRY = (f"complaint-ledger/entry/v1\nledger {HEX32}\nposition {NUMBER}\nstream {HEX32}\nversion "
    f"{NUMBER}\ntype ([a-z0-9-]+) {NUMBER}\nrecorded (.+)\nprev ([0-9a-f]{{64}}|-)\n" f"body {HEX64}\n")
MONTHS = "January February March April May June July August September October November December"
KEPT = {"withheld": "WITHHELD from this copy", "replaced": "REDACTED in this copy: ",
        "erased": "ERASED from the ledger"}
CHANGES = {"entry-corrected": ("corrects", "Corrected"), "entry-retracted": ("retracts", "Taken back")}
EPOCH, SKEW = datetime.datetime(1970, 1, 1), datetime.timedelta(seconds=300)
VERIFIED, FAILED, UNCHECKED = "VERIFIED", "FAILED", "CANNOT BE CHECKED"
class Verdict(Exception): """The end: a verdict, why, and which file if not the one read last."""
def need(holds, why="is not of the form that the specification gives", at=None, verdict=FAILED):
    if not holds: raise Verdict(verdict, why, at)
# --- Ed25519 (RFC 8032), strict: one encoding for a point, one for a signature ----------------
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0]); c, d = 2 * D * p[3] % P * q[3], 2 * p[2] * q[2]
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P; return e * f % P, g * h % P, f * g % P, e * h % P
@functools.lru_cache(maxsize=256)
def point(key, negated=0):  # what a key encodes, or its opposite, in extended coordinates
    sign, y = divmod(int.from_bytes(key, "little"), 2**255); u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 % P * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P; x = x if v * x * x % P == u else x * ROOT % P
    if len(key) != 32 or y >= P or v * x * x % P != u or (sign and not x): return None
    x = P - x if (x & 1) != (sign ^ negated) else x; return x, y, 1, x * y % P
@functools.lru_cache(maxsize=65536)
def ed25519(key, message, signature):  # whether it is right: S·B - k·A has to encode as R
    base, minus_a = point(b"\x58" + b"\x66" * 31), point(key, 1)
    s, total = int.from_bytes(signature[32:], "little"), (0, 1, 1, 0)
    if minus_a is None or len(signature) != 64 or s >= L: return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    sums = (None, base, minus_a, add(base, minus_a))
    for bit in range(252, -1, -1):
        total, which = add(total, total), (s >> bit & 1) + 2 * (k >> bit & 1)
        total = add(total, sums[which]) if which else total
    x, y = (part * pow(total[2], P - 2, P) % P for part in total[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]
# --- Keys, signed notes, proofs, the reader's policy (C2SP; RFC 6962 and 9162) ----------------
Key = collections.namedtuple("Key", "text name id public")
def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def b64(text, size=None):
    raw = base64.b64decode(text.encode("ascii"), validate=True)
    need(base64.b64encode(raw).decode() == text and size in (None, len(raw))); return raw
def read_key(text, kind):  # a verifier key: kind 1 signs notes, kind 4 is that of a witness
    name, key_id, code = re.fullmatch(r"([^\s\0-\x1f+]+)\+([0-9a-f]{8})\+(\S+)", text).groups(); raw = b64(code, 33)
    need(raw[0] == kind and sha256(name.encode(), b"\n", raw)[:4].hex() == key_id)
    return Key(text, name, bytes.fromhex(key_id), raw[1:])
def read_note(raw):  # the text, and the signatures: ((name, key id), the rest)
    text, _, lines = raw.decode("utf-8").rpartition("\n\n"); found = re.findall(r"— ([^\s+]+) (\S+)\n", lines)
    need(found and "".join(f"— {name} {code}\n" for name, code in found) == lines)
    return text + "\n", [((name, b64(code)[:4]), b64(code)[4:]) for name, code in found]
def hashes(text): need(re.fullmatch("([^\n]+\n)*", text)); return [b64(line, 32) for line in text.split("\n")[:-1]]
def climb(index, size, leaf, path):  # the root to which a proof leads from a leaf; the top comes last
    if size == 1: return leaf
    half, side = 1 << (size - 1).bit_length() - 1, path.pop()
    if index < half: return sha256(b"\1", climb(index, half, leaf, path), side)
    return sha256(b"\1", side, climb(index - half, size - half, leaf, path))
def included(at, size, leaf, path, root): return 0 <= at < size and climb(at, size, leaf, path) == root and not path
def grow(old, size, root, path, whole):  # the two roots to which a proof of consistency leads
    if old == size: return (root, root) if whole else (path[-1], path.pop())
    half, side = 1 << (size - 1).bit_length() - 1, path.pop()
    if old <= half: below = grow(old, half, root, path, whole); return below[0], sha256(b"\1", below[1], side)
    return tuple(sha256(b"\1", side, below) for below in grow(old - half, size - half, root, path, False))
# --- How the chronology reads (rule 13) -------------------------------------------------------
def reads(time):  # a day or an instant in words
    if isinstance(time, str):
        found = re.fullmatch(DAY, time) or re.fullmatch(INSTANT, time)
        time = (datetime.date, datetime.datetime)["T" in time](*map(int, found.groups()))
    day = f"{time.day} {MONTHS.split()[time.month - 1]} {time.year}"
    return f"{day} at {time:%H:%M:%S} UTC" if isinstance(time, datetime.datetime) else day
def escaped(text): return html.escape(text, quote=False).replace('"', "&quot;")
def value(shown, versions):  # how a value of `open` reads; None where it is not shown
    if isinstance(shown, list):
        texts = [text for text in (value(one, versions) for one in shown) if text is not None]
        return ", ".join(texts) if texts else None if shown else "none"
    if not isinstance(shown, str):
        named = {"None": "not known", "True": "yes", "False": "no"}; return named.get(str(shown)) or str(int(shown))
    try: return None if re.fullmatch(HEX64, shown) else reads(shown)
    except (ValueError, AttributeError):  # neither a day nor an instant
        return f"entry {versions[shown]}" if shown in versions else shown
def open_rows(node, path, versions):  # the rows of a part of `open`: path, class, text
    for key, here in node.items():
        if isinstance(here, dict): yield from open_rows(here, f"{path}{key}/", versions)
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
def rows(entry, final, versions):  # the rows of an event, in no order
    for field in entry.open.keys() - {"occurred_on", "precision", "replacement"}:
        yield from open_rows({field: entry.open[field]}, "", versions)
    yield from open_rows(entry.inner, "replacement/", versions)
    for path in entry.withheld: yield path, ' class="kept"', "the person declined to say"
    for path, (how, text) in entry.kept.items():
        yield path, ' class="kept"', escaped(KEPT[how] + (final.texts[text] if how == "replaced" else ""))
    for path, text in entry.texts.items(): yield path, ' class="said"', escaped(text)
    if entry.link: yield entry.document, "", f'<a href="{entry.link}">{entry.link}</a>'
def section(entry, events, versions):  # the lines of an event
    meta, day, precision = entry.meta, entry.open.get("occurred_on"), entry.open.get("precision")
    happened, name = "on a day that is not known", entry.name.replace("-", " ")
    if day is not None and precision != "unknown":
        day = reads(re.fullmatch(DAY, day)[0]); happened = day.split(" ", {"month": 1, "year": 2}.get(precision, 0))[-1]
    actor = "{id} ({kind}, {role})".format(**meta["actor"])
    actor += f", on behalf of {meta['on_behalf_of']}" if "on_behalf_of" in meta else ""
    yield f'<section id="entry-{entry.version}">'; yield f"<h2>{entry.version}. {name[0].upper()}{name[1:]}</h2>"
    yield f"<p>Happened: {happened}. Recorded: {reads(entry.recorded)}, by {escaped(actor)}.</p>"
    if "source" in meta:
        row, said = str(meta["source"]["row"]), meta["source"].get("recorded")
        row += "" if said is None else f"; it says that it recorded this {value(said, {})}"
        yield f"<p>Imported from an older system, row {escaped(row)}.</p>"
    for later in events[entry.version:]:
        field, word = CHANGES.get(later.name, ("", ""))
        if word and later.open.get(field) == entry.id: yield f'<p class="notice">{word} by entry {later.version}.</p>'
    table = [(p.replace("/", " › ").replace("_", " "), k, t) for p, k, t in sorted(rows(entry, events[-1], versions))]
    yield from ["<table>"] if table else []
    for label, kind, text in table: yield f"<tr><th>{escaped(label)}</th><td{kind}>{text}</td></tr>"
    yield from ["</table>", "</section>"] if table else ["</section>"]
def once(pairs): return dict(pairs) if len(dict(pairs)) == len(pairs) else need(0, "has a key twice in an object")
def whole(text): return int(re.fullmatch("0|-?[1-9][0-9]{0,14}", text)[0])
JSON = json.JSONDecoder(object_pairs_hook=once, parse_int=whole, parse_float=int, parse_constant=int)
def depth(node):
    if not isinstance(node, (dict, list)): return 0
    return 1 + max(map(depth, node.values() if isinstance(node, dict) else node), default=0)
def form(node):  # open, sealed and withheld of a body or a replacement, of the right types
    opened, sealed, withheld = node["open"], node["sealed"], node["withheld"]
    texts = [text for one in sealed.values() for text in (one["digest"], one["subject"])] + withheld
    need(isinstance(opened, dict) and all(isinstance(t, str) for t in texts) and {*map(len, sealed.values())} <= {2})
    return opened, {path: one["digest"] for path, one in sealed.items()}, withheld
class Entry:
    def __init__(self, at, text, body):
        found = re.fullmatch(ENTRY, text.decode("ascii"))
        self.at, self.leaf, self.prev, time = at, sha256(b"\0", text), found[8], found[7]
        self.ledger, self.stream, self.name = found[1], found[3], found[5]
        self.position, self.version, self.schema = int(found[2]), int(found[4]), int(found[6])
        self.recorded = datetime.datetime(*map(int, re.fullmatch(INSTANT, time).groups()))
        need(self.position and (self.prev == "-") == (self.version == 1), at=at)
        need(sha256(body).hex() == found[9], "does not have the SHA-256 that the entry names")
        node, prefix = JSON.decode(body.decode("utf-8")), "replacement/"
        json.dumps(node, ensure_ascii=False).encode()  # half of a surrogate pair is no text
        need(sorted(node) == ["meta", "open", "sealed", "withheld"] and depth(node) <= 32)
        self.meta, (self.open, sealed, withheld) = node["meta"], form(node)
        self.id, none = self.meta["event_id"], {"open": {}, "sealed": {}, "withheld": []}
        self.inner, inner_sealed, inner_withheld = form(self.open.get("replacement", none))
        need(re.fullmatch(HEX32, self.id) and len(self.open.get("replacement", none)) == 3)
        need(not any(path.startswith(prefix) for path in sealed))
        self.withheld = withheld + [prefix + path for path in inner_withheld]
        self.sealed = {path: (sealed[path], path) for path in sealed if path != "request"}
        self.sealed.update((prefix + path, (inner_sealed[path], path)) for path in inner_sealed)
        kind = self.name if self.name != "entry-corrected" else f"replacement/{self.open.get('name')}"
        self.document = {"document-added": "content", "replacement/document-added": "replacement/content"}.get(kind)
        self.kept, self.texts, self.link = {}, {}, None
# --- The files of a folder, or of a ZIP in its one canonical form (rule 1) --------------------
class Bag:
    def __init__(self): self.at, self.sums, self.texts = "the bundle", {}, {}
    def take(self, path, stream, size):  # reads a file, and keeps it but for documents; returns its CRC
        self.at = ascii(path)[1:-1]
        need(size < 2**32 and len(self.sums) < 65534 and path not in self.sums, "is of 4 GiB, there twice, or too many")
        need(size <= os.fstat(stream.fileno()).st_size, "ends too early"); raw = stream.read(size)
        need(len(raw) == size, "ends too early"); self.sums[path] = (sha256(raw).hex(), str(size))
        self.texts[path] = b"" if path.startswith("data/documents/") else raw; return binascii.crc32(raw)
    def take_folder(self, root, here=""):
        for item in sorted(os.scandir(os.path.join(root, here)), key=lambda i: i.name) or [None]:
            need(item and here.count("/") < 4, "is an empty or a deep folder", ascii(here)[1:-1])
            path, status = here + item.name, item.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode): self.take_folder(root, path + "/")
            else:
                need(stat.S_ISREG(status.st_mode), "is a link, or special", ascii(path)[1:-1])
                with open(item.path, "rb") as stream: self.take(path, stream, status.st_size)
    def take_zip(self, stream):
        directory, offset, first, head = b"", 0, None, stream.read(30)
        while head[:4] == b"PK\3\4" and len(head) == 30:
            crc, packed, size, length, extra = struct.unpack("<LLLHH", head[14:])
            name, self.at = stream.read(length), f"the ZIP at byte {offset}"
            folder, _, path = name.decode("ascii").partition("/"); first = first or folder
            need(head[4:14] == b"\x14\0\0\0\0\0\0\0\x21\0" and packed == size and not extra
                 and re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]{0,99}", folder) and folder == first)
            need(self.take(path, stream, size) == crc, "does not have its CRC")
            end = struct.pack("<6xLL", 0x81A40000, offset); directory += b"PK\1\2\x14\3" + head[4:] + end + name
            offset, head = offset + 30 + length + size, stream.read(30)
            need(offset + len(directory) + 22 < 2**32, "makes the ZIP 4 GiB or more")
        self.at, names, count = "the ZIP", [*self.sums], len(self.sums)
        need(names[:1] == ["data/chronology.html"], "is none, or has no chronology first")
        need(names[1:] == sorted(names[1:]), "does not have its files in order")
        directory += b"PK\5\6" + struct.pack("<4x2H2L2x", count, count, len(directory), offset)
        need(head + stream.read(len(directory)) == directory, "does not end in its own directory")
    def read(self, path):  # each file is read once; what is left over at the end is one too many
        self.at, _ = path, need(path in self.texts, "is missing", path); return self.texts.pop(path)
    def text(self, path): return self.read(path).decode("utf-8")
    def numbers(self, pattern): return sorted(int(m[1]) for m in (re.fullmatch(pattern, p) for p in self.sums) if m)
def check(bag, against, trusted, least, key, receipt):  # what a verifier checks: the reason and the report
    raw, tags = bag.read("package.note"), ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
    another = re.match(rb"complaint-ledger/bundle/v(?!1\n)[1-9][0-9]*\n", raw)
    need(not another, "is of another format", verdict=UNCHECKED)
    for name, paths in ((tags[2], sorted(path for path in bag.sums if path.startswith("data/"))),
                        ("tagmanifest-sha256.txt", tags)):  # rule 2: the manifests
        need(bag.text(name) == "".join(f"{bag.sums[path][0]}  {path}\n" for path in paths), "is not of these files")
    need(bag.text("bagit.txt") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    need(sha256(bag.read("data/READ-ME.txt")).hex() == READ_ME, "is not the constant text")
    for path in ("bag-info.txt", "data/judgement.html"): bag.read(path)  # not checked further
    bag.at, (note, signed) = "package.note", read_note(raw)
    ledger, stream, last, listed = re.fullmatch(
        f"complaint-ledger/bundle/v1\nledger {HEX32}\nstream {HEX32}\nsize {NUMBER}\n"
        f"tagmanifest {HEX64}\n", note).groups()
    need(listed == bag.sums["tagmanifest-sha256.txt"][0] and int(stream, 16), "is of other files")
    points, last = {}, int(last)  # rule 4: the checkpoints; the signatures are dear, and come last
    for size in bag.numbers(r"data/checkpoints/([1-9][0-9]{0,14})\.txt"):
        whole_text = bag.text(f"data/checkpoints/{size}.txt"); text, signatures = read_note(whole_text.encode())
        origin, named, root = text[:-1].split("\n"); points[size] = (text, origin, b64(root, 32), signatures)
        need(named == str(size), "is not of the size that its name says")
    need(points and size == last, "does not name the last checkpoint", "package.note"); root = points[last][2]
    for size in [*points][:-1]:
        proof = hashes(bag.text(f"data/checkpoints/{size}-{last}.consistency"))
        need(grow(size, last, points[size][2], proof, True) == (points[size][2], root) and not proof)
    def read_entry(base, zeros, place):  # rules 3 and 6
        entry = Entry(base + ".entry", bag.read(base + ".entry"), bag.read(base + ".body.json"))
        number, index = entry.position if zeros else entry.version, entry.position - 1
        need((entry.ledger, entry.stream, number) == (ledger, zeros or stream, place), "is of another name", entry.at)
        path, _, end = bag.text(base + ".tlog-proof").partition("\n\n")
        first, second, *path = (path + "\n").split("\n", 2)
        need((first, second, end) == ("c2sp.org/tlog-proof@v1", f"index {index}", whole_text)
             and included(index, last, entry.leaf, hashes("".join(path)), root), "is no proof")
        return entry
    own = [read_entry(f"data/own/{n:010}", "0" * 32, n) for n in bag.numbers("data/own/([0-9]{10})[.]entry")]
    events = [read_entry(f"data/events/{n:04}", "", n) for n in bag.numbers("data/events/([0-9]{4,15})[.]entry")]
    final, by_id = events[-1], {entry.id: entry for entry in events}
    versions, bag.at = {entry.id: entry.version for entry in events}, "data/own"
    need(final.version == len(events), "are not all there", "data/events")
    for one, two in [*zip(own, own[1:]), *zip(events, events[1:])]:
        follows = two.prev == one.leaf.hex() if one.version + 1 == two.version else one.version < two.version
        need(follows, "does not follow the entry before it", two.at)
    both = sorted(own + events, key=lambda entry: entry.position)
    for one, two in zip(both, both[1:]):
        need(one.position < two.position and one.recorded <= two.recorded, "is too early", two.at)
    need(len({entry.id for entry in both}) == len(both), "has an event id twice", "data/events")
    kinds = ("ledger-opened", "ledger-sealed", "key-rotated", "time-stamp-received")
    for entry in own: need(entry.name in kinds and entry.schema == 1, "is out of place", entry.at)
    (opened,), (seal,), rotations, stamps = ([e for e in own if e.name == kind] for kind in kinds)
    council, names, fake = opened.open["council"], [opened.open["signing_key"]], opened.open.get("fictional") is True
    need(opened.position == 1 and opened.open["ledger"] == ledger, "is of no ledger", opened.at)
    for entry in rotations: need(entry.open["old"] == names[-1], at=entry.at); names.append(entry.open["new"])
    keys, listed = [read_key(name, 1) for name in names], bag.text("data/keys.txt")
    witnesses = [read_key(n, 4) for n in sorted({*re.findall(r"(?m)^witness (\S+)$", listed)})]
    lines = [f"log {name}\n" for name in names] + [f"witness {key.text}\n" for key in witnesses]
    need(listed == "".join(lines), "does not have the keys of the ledger")
    origins = {key.name for key in keys} | {point[1] for point in points.values()}
    need(origins == {f"complaint-ledger/{re.fullmatch('[a-z0-9-]+', council)[0]}/{ledger}"}
         and len({key.public for key in keys}) == len(keys), "has a key twice, or another origin")
    upto, size, heads = (seal.open[field] for field in ("upto", "heads_size", "heads_root"))
    need(type(upto) is type(size) is int and re.fullmatch(HEX64, heads)
         and final.position <= upto < seal.position, "does not seal the last event", seal.at)
    leaf = final.leaf.hex()
    found = re.fullmatch(f"complaint-ledger/head/v1\nstream {stream}\nversion {final.version}\n"
                         f"leaf {leaf}\nindex {NUMBER}\n((?:.+\n)*)", bag.text("data/head.txt"))
    line, path = f"{stream} {final.version} {leaf}\n".encode(), hashes(found[2])  # rule 10
    need(included(int(found[1]), size, sha256(b"\0", line), path, bytes.fromhex(heads)), "does not lead to the seal")
    for entry in stamps:  # rule 11
        base, size = f"data/timestamps/{entry.position:010}", entry.open["checkpoint"]
        need(type(size) is int and bag.text(base + ".checkpoint") == points[size][0])
        need(sha256(bag.read(base + ".tsr")).hex() == entry.open["sha256"], "is another reply")
    bag.at, omitted, ids = final.at, final.open.get("omitted", []), set()  # rule 7
    need((final.name, final.schema) == ("evidence-bundle-exported", 1), "is not the export")
    need(final.open.get("entries", []) == [*by_id][:-1], "does not name the entries before it")
    for one in omitted:
        entry, path, how = by_id[one["entry"]], one["path"], one["how"]
        need(path in entry.sealed.keys() - entry.kept and one["id"] not in ids and how in KEPT, "omits another value")
        entry.kept[path], _ = (how, f"omitted/{one['id']}/text"), ids.add(one["id"])
    for entry in events:  # rules 8 and 9
        paths = sorted(entry.sealed.keys() - entry.kept); here = [path for path in paths if path != entry.document]
        lines = bag.text(entry.at[:-5] + "disclosures").split("\n") if here else [""]
        need(len(lines) == len(here) + 1 and lines.pop() == "", "is not of the values enclosed")
        for path, line in zip(here, lines):
            plain = base64.urlsafe_b64decode(line.encode("ascii") + b"=" * (-len(line) % 4))
            texts = [base64.urlsafe_b64encode(raw).decode().rstrip("=") for raw in (sha256(line.encode()), plain)]
            need(texts == [entry.sealed[path][0], line], "has one that the event did not seal")
            salt, named, entry.texts[path] = JSON.decode(plain.decode("utf-8"))
            need(type(salt) is type(entry.texts[path]) is str and named == entry.sealed[path][1])
        if entry.document in paths:
            name, *told = (entry.texts.get(entry.document[:-7] + field) for field in ("file_name", "sha256", "size"))
            kind = re.search(r"\.([A-Za-z0-9]{1,8})\Z", name or "")
            entry.link = f"documents/{entry.version:04}.{kind[1].lower() if kind else 'bin'}"
            bag.read("data/" + entry.link); need(told == [*bag.sums[bag.at]], "is not the document that was recorded")
    for how, text in (kept for entry in events for kept in entry.kept.values()):
        need(how != "replaced" or text in final.texts, "does not have a redacted text", final.at)
    page, reference = bag.text("data/chronology.html"), final.open.get("reference", stream)
    hows = [one["how"] for one in omitted]  # rule 13
    kept = [f"{hows.count(how)} {KEPT[how].split()[0].lower()}" for how in KEPT if how in hows]
    reason = f"; reason: {final.open['reason']}" if kept and "reason" in final.open else ""
    nobody = "NOT WITNESSED: only the council itself vouches for the times below"
    top = ['<p class="notice">FICTIONAL: nothing in this ledger happened.</p>'] * fake
    lines, title = page.split("\n"), escaped(f"Complaint {reference}: what is on record")
    head, style, intro = lines[:6], lines[7:20], lines[21 + len(top)]
    need(sha256("\n".join([*head, *style, intro]).encode()).hex() == PAGE, "has another beginning")
    lines = [*head, f"<title>{title}</title>", *style, f"<h1>{title}</h1>", *top, intro]
    lines += ["<table>", *(f"<tr><th>{label}</th><td>{escaped(text)}</td></tr>" for label, text in (
        ("council", council.replace("-", " ")), ("complaint", reference), ("entries", str(len(events))),
        ("recorded", f"{reads(events[0].recorded)} to {reads(final.recorded)}"),
        ("kept back from this copy", ", ".join(kept) + reason or "nothing"),
        ("seen by witnesses outside the council", ", ".join(k.name for k in witnesses) or nobody)))]
    lines += ["</table>", *(line for entry in events for line in section(entry, events, versions)),
              f"<p>Ledger {ledger}, checkpoint of {last} entries.</p>", "</body>", "</html>", ""]
    need("\n".join(lines) == page, "is not what the entries give")
    for path in sorted(bag.texts): need(False, "is not a file that a bundle holds", ascii(path)[1:-1])
    since, times, todo = [0] + [entry.position for entry in rotations], [], []
    firsts = [min(size for size in points if size >= position) for position in since]
    need(len({*firsts[1:]}) == len(rotations), "has two keys for one checkpoint", "data/keys.txt")
    order = {(key.name, key.id): place for place, key in enumerate(witnesses)}
    for size, (text, _, _, signatures) in points.items():  # rules 4 and 5: the signatures
        bag.at, force, place = f"data/checkpoints/{size}.txt", sum(p <= size for p in since) - 1, -1
        signers = keys[force - (force > 0 and size == firsts[force]):force + 1]
        need([name for name, _ in signatures[:len(signers)]] == [(k.name, k.id) for k in signers],
             "is not signed by the right keys")
        todo += [(bag.at, k, text, rest) for k, (_, rest) in zip(signers, signatures)]
        for name, rest in signatures[len(signers):]:
            need(order.get(name, -1) > place, "has a witness that is unknown or out of order")
            place, time = order[name], int.from_bytes(rest[:8], "big")
            times.append((size, EPOCH + datetime.timedelta(seconds=time), witnesses[place]))
            todo += [(bag.at, witnesses[place], f"cosignature/v1\ntime {time}\n{text}", rest[8:])]
    need({*witnesses} == {one for _, _, one in times}, "has a witness who signed nothing", "data/keys.txt")
    need([name for name, _ in signed] == [(keys[force].name, keys[force].id)], at="package.note")
    for path, signer, text, rest in [*todo, ("package.note", keys[force], note, signed[0][1])]:
        need(ed25519(signer.public, text.encode(), rest), "has a signature that is not right", path)
    need(key is None or key.strip() in names, "does not have your key", "data/keys.txt"); at = "your checkpoint"
    need(against is None or against[0] == points[last][1], "is of another ledger", at)
    need(against is None or points.get(against[1], against)[2] == against[2], "shows that there are two histories", at)
    report, spans, counted = [], [], [k for k in witnesses if trusted is None or k.text in trusted]
    for size in points:  # rule 12: the times; with --witness and --need only theirs
        seen = sorted(time for at, time, witness in times if at == size and witness in counted)
        spans += [(size, seen[least - 1], seen[-least])] if len(seen) >= least else []
    covered = any(size >= final.position for size, _, _ in spans)
    need(trusted is None or covered, "do not have the witnesses that you ask for", "data/checkpoints")
    for entry in both:
        early = max((on for size, _, on in spans if size < entry.position), default=None)
        late = min((up for size, up, _ in spans if size >= entry.position), default=None)
        fits = (early or entry.recorded) - SKEW <= entry.recorded <= (late or entry.recorded) + SKEW
        need(fits, "has a time that witnesses deny", entry.at); hows = [how for how, _ in entry.kept.values()]
        marks = [f"; {KEPT[how].split()[0]} {hows.count(how)}" for how in KEPT if how in hows]
        marks += [] if early and late else ["; OPEN BRACKET"]
        early, late = (reads(time) if time else "unknown" for time in (early, late))
        if entry not in own: report.append(f"{entry.version}. {entry.name}: recorded "
            f"{reads(entry.recorded)}; not before {early}; not after {late}" + "".join(marks))
    report += [] if spans else ["NOT WITNESSED: only the council itself vouches for these times"]
    report += [f"log key {n} (compare with the one that the council published)" for n in names]
    itself = " (the council itself names it)" if trusted is None else ""
    report += [f"witness {witness.text}{itself}" for witness in witnesses]
    if against: report.append(f"your checkpoint of {against[1]} entries is " + (
        "the same here" if against[1] in points else "NOT COMPARED, since it is not enclosed"))
    held = [f"your receipt is of entry {e.version}" for e in events if e.leaf.hex() == receipt]
    need(receipt is None or held, "is of no entry of this complaint", "your receipt")
    return f"complaint {reference} of {council}, {len(events)} entries", report + held
def read_against(raw):
    origin, size, root = [line.strip() for line in raw.decode("utf-8-sig").split("\n")[:3]]
    return origin, int(re.fullmatch(NUMBER, size)[0]), b64(root, 32)
def verify(path, against=None, witnesses=None, least=1, key=None, receipt=None):
    """Return the verdict, the reason and the lines of the report, whatever is there to be read."""
    bag, otherwise = Bag(), UNCHECKED
    try:
        bag.at = "your witness"
        trusted = witnesses and {read_key(one.strip(), 4).text for one in witnesses}
        need(0 < least <= len(trusted or [0])); bag.at = "your checkpoint"
        if against is not None: against = read_against(pathlib.Path(against).read_bytes())
        bag.at = "your receipt"
        if receipt is not None: receipt = re.fullmatch(HEX64, "".join(receipt.split()).lower())[0]
        bag.at, mode = "the bundle", os.stat(path).st_mode; need(stat.S_ISDIR(mode) or stat.S_ISREG(mode))
        otherwise = FAILED
        if stat.S_ISDIR(mode): bag.take_folder(os.fspath(path))
        else:
            with open(path, "rb") as stream: bag.take_zip(stream)
        return (VERIFIED, *check(bag, against, trusted or None, least, key, receipt))
    except Verdict as end:
        verdict, why, at = end.args; return verdict if otherwise == FAILED else otherwise, f"{at or bag.at} {why}", []
    except (OSError, MemoryError): return UNCHECKED, f"{bag.at} cannot be read", []
    except Exception:  # whatever it is, it is not verified, and its text may be personal
        return otherwise, f"{bag.at} is not of the form that the specification gives", []
def main():
    parser = argparse.ArgumentParser(description="Check an evidence bundle.")
    parser.add_argument("bundle", help="a folder or a ZIP")
    parser.add_argument("--witness", action="append", help="the key of a witness whom you trust")
    parser.add_argument("--need", type=int, default=1, help="how many of these witnesses have to sign")
    for name, text in (("against", "a checkpoint that you hold: a file"), ("key", "the council's published key"),
                       ("receipt", "the hash of an entry")): parser.add_argument("--" + name, help=text)
    told = parser.parse_args()
    result = verify(told.bundle, told.against, told.witness, told.need, told.key, told.receipt)
    sys.stdout.reconfigure(errors="backslashreplace")
    for line in [f"{result[0]}  {result[1]}", *result[2]]: print("".join(c if c.isprintable() else "?" for c in line))
    return (VERIFIED, FAILED, UNCHECKED).index(result[0])
if __name__ == "__main__": sys.exit(main())
