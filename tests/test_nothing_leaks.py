"""A name that was sealed stands nowhere in clear, in no encoding (Must show 8)."""

import base64
import json
import logging
import sqlite3
from urllib.parse import quote

import pytest
from click.testing import CliRunner

import behind
from complaint_ledger import codec, commands, create_ledger, open_ledger, seal
from complaint_ledger.cli import main
from complaint_ledger.domain import events as e

NAME = "Žofie Łąkowska-Ünal"
PLACE = "Ångströmsgränd 7ß"
STORY = "Die Tonne des Šimůnek blieb stehen"
PLANTED = (NAME, PLACE, STORY)


def disguises(text):
    """Return every form in which *text* could hide in bytes."""
    forms = {}
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = text.encode(encoding)
        forms[encoding] = raw
        forms[f"{encoding} hex"] = raw.hex().encode()
        forms[f"{encoding} HEX"] = raw.hex().upper().encode()
        for offset in range(3):
            # What the text becomes inside longer base64, without the ends that depend on it.
            padded = base64.b64encode(b"\0" * offset + raw + b"\0\0\0")
            inner = padded[4 if offset else 0 : (len(raw) + offset) // 3 * 4]
            forms[f"{encoding} base64 at {offset}"] = inner
            forms[f"{encoding} base64url at {offset}"] = inner.replace(b"+", b"-").replace(
                b"/", b"_"
            )
    escaped = json.dumps(text)[1:-1]
    forms["json"] = escaped.encode()
    forms["JSON"] = escaped.upper().replace("\\U", "\\u").encode()
    forms["url"] = quote(text).encode()
    return forms


def found(haystack):
    return {
        (text, form)
        for text in PLANTED
        for form, needle in disguises(text).items()
        if needle in haystack
    }


def everything_in(folder):
    return b"\n".join(behind.bytes_of(file) for file in sorted(folder.rglob("*")) if file.is_file())


@pytest.fixture
def council(tmp_path, monkeypatch, caplog):
    """A council that recorded, imported, asked and erred, all with planted names."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLAINT_LEDGER_URL", "sqlite:///council.db")
    said = []

    def run(*arguments, actor=None):
        if actor:
            monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
        result = CliRunner().invoke(main, list(arguments))
        said.append(result.stdout_bytes + result.stderr_bytes + repr(result.exception).encode())
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    actor = run("init", "--council", "Northborough", "--administrator", NAME).stdout.strip()
    run("actors", "add", "--role", "handler", "--name", NAME, actor=actor)
    run("record", "receive", "--reference", "C-1", "--on", "2026-05-11", "--complainant-name", NAME,
        "--complainant-contact", PLACE, "--head", f"h1:missed-collection={STORY}",
        "--outcome-sought", STORY, "--idempotency-key", f"form of {NAME}")  # fmt: skip
    run("record", "extend", "C-1", "--on", "2026-05-12", "--until", "2026-06-12", "--reason",
        "complexity", "--explanation", STORY)  # fmt: skip
    (tmp_path / "in").mkdir()
    letter = tmp_path / "in" / f"{NAME}.txt"
    letter.write_bytes(f"{NAME}\n{PLACE}\n{STORY}\n".encode() * 5000)  # over 100,000 characters
    add = ("record", "document-added", "C-1", "--on", "2026-05-13", "--kind", "letter",
           "--direction", "in", "--item")  # fmt: skip
    added = run(*add, "d1", "--file", str(letter), "--title", STORY, "--idempotency-key", NAME)
    assert added.exit_code == 0
    run("record", "contact-logged", "C-1", "--on", "2026-05-13", "--note", STORY)
    run("record", "document-withdrawn", "C-1", "--on", "2026-05-13", "--item", "d1",
        "--reason", "copy", "--explanation", STORY)  # fmt: skip
    letter.with_name(f"{STORY}.txt").touch()
    for mistyped in (
        (*add, "d2", "--file", f"{PLACE}/{NAME}.txt"),
        (*add, "d2", "--file", str(letter.with_name(f"{STORY}.txt"))),
        (*add, "d2", "--subject", NAME),
        ("documents", "save", "C-1", "d1", "--out", str(letter)),
        ("documents", "save", "C-1", "d1", "--out", f"{PLACE}/{NAME}.txt"),
        ("documents", "save", "C-1", NAME, "--out", "new.txt"),
    ):
        assert run(*mistyped).exit_code == 2
    saved = run("documents", "save", "C-1", "d1", "--out", f"in/{STORY}.copy")
    assert saved.exit_code == 0
    assert (tmp_path / "in" / f"{STORY}.copy").read_bytes() == letter.read_bytes()
    run("record", "respond", "C-1", "--on", "2026-05-20", "--outcome", "upheld")
    run("record", "correct", "C-1", "3", "--set", f"complainant/name={NAME} ", "--reason", "typo")
    # What was refused, and what was mistyped.
    for mistyped in (
        ("record", "acknowledge", NAME),
        ("record", "acknowledge", "C-1", "--stage", NAME),
        ("record", "acknowledge", "C-1", "--on", NAME),
        ("record", "acknowledge", "C-1", "--actor", NAME),
        ("record", "receive", "--reference", NAME),
        ("record", "receive", "--service", NAME),
        ("record", "receive", "--head", NAME),
        ("record", "receive", "--outcome-sought", f"{NAME}\0"),
        ("record", "respond", "C-1", "--outcome", f"{NAME}=upheld"),
        ("record", "correct", "C-1", "3", "--set", f"{NAME}=1", "--reason", "typo"),
        ("record", "correct", "C-1", "3", "--set", f"heads/{NAME}/id=1", "--reason", "typo"),
        ("record", "retract", "C-1", NAME, "--reason", "typo"),
        ("history", NAME),
        ("history", "C-1", "--known-at", NAME),
        ("due", "--code", NAME, "--event", f"received={NAME}"),
        ("list", "--service", NAME),
        ("trends", "overturn", "--by", NAME),
    ):
        assert run(*mistyped).exit_code in {0, 2, 3}
    (tmp_path / "in" / "map.toml").write_text(
        'id = "old"\nversion = "1"\ntitle = "Old"\ngranularity = "complaint"\ncode = "none"\n'
        'upheld_means = "complaint-upheld"\n[key]\ncolumn = "ref"\n[head]\ndescription = "what"\n'
        '[[events]]\nevent = "complaint-received"\n[events.fields]\noccurred_on = "day"\n'
        'outcome_sought = "who"\n',
        encoding="utf-8",
    )
    (tmp_path / "in" / "old.csv").write_text(
        f"ref,day,what,who\nR1,2020-01-02,{STORY},{NAME}\n{NAME},2020-01-02,{STORY},{NAME}\n"
        f"R2,{NAME},{STORY},{NAME}\nR3,2020-01-02,{STORY}\nR1,2020-01-03,{STORY},{NAME}\n",
        encoding="utf-8",
    )
    brought = run("import", "--mapping", "in/map.toml", "in/old.csv", "--format", "json")
    assert json.loads(brought.stdout)["quarantined"] == 4
    for asked in (("list",), ("history", "C-1"), ("history", "C-1", "--format", "json"),
                  ("history", "C-1", "--diff", "@3", "2030-01-01"), ("history", "R1"),
                  ("trends", "overturn"), ("trends", "outcomes", "--format", "csv"),
                  ("documents", "list", "C-1"), ("actors", "list")):  # fmt: skip
        assert run(*asked).exit_code == 0
    for file in (tmp_path / "in").iterdir():
        file.unlink()  # the old system's own file held the names, of course, and the letter
    return run, said, caplog


def test_no_file_output_or_log_holds_a_planted_name(council, tmp_path):
    _, said, caplog = council
    with open_ledger("sqlite:///council.db") as ledger:
        # While it is open, what was recorded last stands in the write-ahead log.
        actor = next(iter(ledger.actors()))
        before = ledger.store.head().position
        ledger.record(
            commands.Receive(
                occurred_on=ledger.opened.occurred_on, precision="unknown",
                complainant=e.Person(id="p1", name=seal(NAME), contact=seal(PLACE)),
                outcome_sought=seal(STORY),
            ),
            actor=actor,
        )  # fmt: skip
        names = {file.name for file in tmp_path.iterdir()}
        assert {"council.db", "council.db.keys", "council.db.facts"} <= names
        log = behind.log_of("council.db")
        sealed = [
            d for event in ledger.store.tail(after=before) for d in codec.sealed_paths(event.body)
        ]
        assert any(row.ciphertext in log for row in ledger.store.sealed(sealed).values())
        assert found(log) == set()
        assert any("quarantine" in name for name in names)
        assert found(everything_in(tmp_path)) == set()
    assert found(everything_in(tmp_path)) == set()
    assert found(b"\n".join(said)) == set()
    assert found(caplog.text.encode()) == set()


def test_whoever_may_reveals_them(council):
    run, _, _ = council
    revealed = run("history", "C-1", "--reveal")
    assert revealed.exit_code == 0
    for text in PLANTED:
        assert text in " ".join(revealed.stdout.split())


def test_the_same_search_finds_them_in_a_file_that_is_not_sealed(tmp_path):
    with sqlite3.connect(tmp_path / "unsealed.db") as database:
        database.execute("CREATE TABLE t (v)")
        for text in PLANTED:
            for raw in disguises(text).values():
                database.execute("INSERT INTO t VALUES (?)", (raw,))
    database.close()
    assert found(everything_in(tmp_path)) == {
        (text, form) for text in PLANTED for form in disguises(text)
    }


def test_the_same_search_finds_them_in_a_ledger_that_keeps_them_in_clear(tmp_path):
    ledger, _ = create_ledger(f"sqlite:///{tmp_path}/council.db", council="Northborough")
    with ledger:
        for number, text in enumerate(PLANTED):
            ledger.store.keep(f"letter/{number}", text.encode())
    assert found(everything_in(tmp_path)) == {(text, "utf-8") for text in PLANTED}


@pytest.mark.parametrize("text", PLANTED)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_base64_hides_nothing_wherever_the_name_begins(text, encoding, before):
    hidden = base64.b64encode((before + text + "and more").encode(encoding))
    assert any("base64" in form for t, form in found(hidden) if t == text)
