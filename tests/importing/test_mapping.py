"""A mapping says how a file reads; what is wrong with it is said at once, with the mend."""

import re
from pathlib import Path

import pytest

from complaint_ledger.errors import BadValue
from complaint_ledger.importing import load_mapping
from importing.lookalikes import MAPPINGS
from importing.running import Office

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "mapping.md"


def block(language):
    """Return the one block of the reference page in *language*."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return found


EXAMPLE = block("toml")


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def written(folder, text):
    file = folder / "crm.toml"
    file.write_text(text, encoding="utf-8")
    return file


def changed(old, new):
    assert old in EXAMPLE
    return EXAMPLE.replace(old, new, 1)


def test_the_example_of_the_reference_page_reads_its_file(office, tmp_path):
    file = tmp_path / "crm.csv"
    file.write_text(block("csv"), encoding="cp1252")
    counts = office.imports(file, written(tmp_path, EXAMPLE))

    assert (counts["rows"], counts["recorded"], counts["passed_over"]) == (3, 2, 1)
    assert counts["quarantined"] == 0
    assert [len(office.journeys()[reference]) for reference in ("T-1", "T-2")] == [4, 1]
    assert office.trend("overturn")["references"] == ["T-1"]


@pytest.mark.parametrize("file", sorted(MAPPINGS.glob("*.toml")), ids=lambda file: file.stem)
def test_every_example_can_be_read(file):
    assert load_mapping(file).events


RESULT = next(line for line in EXAMPLE.splitlines() if line.startswith('outcome = { column = "res'))
CLOSED = 'when = { status = "Closed" }'

WRONG = {
    "an unknown key": ('title = "T', 'orders = "x"\ntitle = "T', "nothing is called orders"),
    "no id": ('id = "testham-crm"', "", "lacks the key id"),
    "an id that is none": ('"testham-crm"', '"Testham CRM"', "id: it is lower-case words"),
    "no version": ('version = "1"', "", "lacks the key version"),
    "a version that is a number": ('version = "1"', "version = 1", "version is a text"),
    "no title": ('title = "Testham\'s customer records"', "", "lacks the key title"),
    "no granularity": ('granularity = "complaint"', "", "lacks the key granularity"),
    "another granularity": ('"complaint"', '"case"', "is one of complaint, head, event"),
    "no word on who was right": ('upheld_means = "complaint-upheld"', "", "the key upheld_means"),
    "another who was right": ('"complaint-upheld"', '"yes"', "complaint-upheld, decision-upheld"),
    "no code": ('code = "none"', "", "lacks the key code"),
    "an encoding that is none": ('"cp1252"', '"ansi"', "try utf-8 or cp1252"),
    "an encoding of bytes": ('"cp1252"', '"base64"', "try utf-8 or cp1252"),
    "a delimiter of two": ('";"', '";;"', "delimiter is one character"),
    "a quotation mark as delimiter": ('";"', "'\"'", "delimiter is one character"),
    "no key": ('[key]\ncolumn = "ref"', "", "key lacks the key column"),
    "a reference that is a text": ('"ref"', '"ref"\nreference = "no"', "is true or false"),
    "an unknown key of the key": ('"ref"', '"ref"\nspalte = "x"', "key: nothing is called spalte"),
    "rows that nothing tells apart": ('"complaint"', '"event"', "key: row must tell rows"),
    "an unknown field of a head": ("description =", "story =", "no field story; there is id"),
    "an unknown event": ('"complaint-closed"', '"complaint-shut"', "event is one of complaint-r"),
    "an event of the ledger": ('"complaint-closed"', '"actor-added"', "event is one of complaint"),
    "a correction": ('"complaint-closed"', '"entry-corrected"', "event is one of complaint-r"),
    "no event named": ('event = "complaint-closed"', "", "events 4 lacks the key event"),
    "an unknown field": ("fields.channel", "fields.canal", "no field canal; there is"),
    "a field that the key says": ("fields.channel", "fields.reference", "key says it"),
    "a field that the heads say": ("fields.channel", "fields.heads", "head says it"),
    "a field that holds others": ("fields.channel", "fields.complainant", "no column can hold it"),
    "an event without what it needs": (
        'stage = { value = "stage-1" }',
        "",
        "response-sent needs st",
    ),
    "no outcome": (RESULT, "", "outcome belongs to response-sent and ombudsman-outcome-received"),
    "an outcome of a closure": (CLOSED, 'outcome = "status"', "outcome belongs to response-sent"),
    "a detail without outcome": (CLOSED, 'detail = "status"', "detail stands beside an outcome"),
    "a condition that is a number": ('"Closed"', "1", "status is a text or a list of texts"),
    "a list of numbers": ('"replied"\n', "[1]\n", "unless_empty is a text or a list of texts"),
    "a source that is a number": ('label = "lgo_words"', "label = 1", "label is a column's name"),
    "a source of nothing": ('{ value = "lgsco" }', "{ }", "body has a column or a value"),
    "a source of two": ('value = "lgsco"', 'value = "a", column = "b"', "a column or a value"),
    "an unknown key of a source": ('value = "lgsco"', 'wert = "x"', "nothing is called wert"),
    "a value with a map": ('value = "lgsco"', 'value = "a", map = {}', "there is nothing else"),
    "a value that does not fit": ('"stage-1"', '"Stage 1"', "stage: it is lower-case words"),
    "a map to what does not fit": ('"web"', '"the Web"', "channel: it is lower-case words"),
    "a map to no finding": ('"NF" = "not-upheld"', '"NF" = "no"', "is one of not-investigated"),
    "a map to numbers": ('"NF" = "not-upheld"', '"NF" = 0', "map turns texts into texts"),
    "an empty that does not fit": ('"unknown"', '"?!"', "channel: it is lower-case words"),
    "a format of no date": ('"%d/%m/%Y"', '"%d/%m"', "format is no whole date"),
    "a format that is none": ('"%d/%m/%Y"', '"%Q"', "format is no whole date"),
    "a format of a code": (
        'value = "lgsco"',
        'column = "lgo", format = "%Y"',
        "format is for a da",
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_mapping_is_named(tmp_path, old, new, said):
    with pytest.raises(BadValue) as error:
        load_mapping(written(tmp_path, changed(old, new)))

    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_row_that_is_a_head_must_say_which(tmp_path):
    text = changed('"complaint"', '"head"').replace("[key]", '[key]\nrow = "type"')

    with pytest.raises(BadValue, match="head: id must say which head a row is"):
        load_mapping(written(tmp_path, text))


def test_a_mapping_without_events_is_none(tmp_path):
    with pytest.raises(BadValue, match="names no events"):
        load_mapping(written(tmp_path, EXAMPLE.partition("[[events]]")[0]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id = ", "is not TOML"),
        ("id = 'Žofie'".encode("cp1250"), "is not UTF-8"),
        (b"events = [1]\ntitle = ''", "write [[events]] above each table"),
        (b"key = 1\ntitle = ''", "key is a table"),
    ],
)
def test_a_mapping_that_is_none_is_named(tmp_path, content, said):
    file = tmp_path / "crm.toml"
    base = b"id = 'a'\nversion = '1'\ngranularity = 'complaint'\ncode = 'none'\n"
    base += b"upheld_means = 'complaint-upheld'\n"
    file.write_bytes(base + content + (b"\n[key]\ncolumn = 'ref'" if b"events" in content else b""))

    with pytest.raises(BadValue, match=re.escape(said)):
        load_mapping(file)


DOCUMENT = """
[[events]]
event = "document-added"
[events.fields]
item = { value = "d1" }
kind = { value = "letter" }
direction = { value = "in" }
title = "details"
"""


@pytest.mark.parametrize("field", ["content", "size", "sha256"])
def test_no_column_holds_the_file_of_a_document(tmp_path, field):
    assert load_mapping(written(tmp_path, f"{EXAMPLE}\n{DOCUMENT}")).events[-1].fields["title"]
    with pytest.raises(BadValue, match=f"leave out {field}; no column can hold it"):
        load_mapping(written(tmp_path, f'{EXAMPLE}\n{DOCUMENT}{field} = "details"\n'))


def test_a_mapping_that_is_not_there_is_named(office, tmp_path):
    said = office.fails(tmp_path / "crm.csv", tmp_path / "nowhere.toml")

    assert said == "mapping: nowhere.toml cannot be read: No such file or directory"


def test_a_column_that_the_file_does_not_have_is_named_and_its_cells_are_not(office, tmp_path):
    file = tmp_path / "crm.csv"
    file.write_text("ref;Aoife Ní Bhriain;status\n", encoding="cp1252")
    said = office.fails(file, written(tmp_path, EXAMPLE))

    assert "names no column details, entered, how" in said
    assert "it names ref, status" in said
    assert "Aoife" not in said


@pytest.mark.parametrize(
    "change", [('"none"', '"lgsco-1999"'), ('"none"', '"none"\ncalendar = "mars"')]
)
def test_a_code_or_calendar_that_is_not_there_is_named(office, tmp_path, change):
    file = tmp_path / "crm.csv"
    file.write_text(block("csv"), encoding="cp1252")
    said = office.fails(file, written(tmp_path, changed(*change)))

    assert said.startswith(("no handling code", "no calendar"))
    assert "there is" in said
