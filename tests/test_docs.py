"""The reference says what the code does, all of it, and every link leads somewhere."""

import ast
import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import attrs
import click
import pytest

from complaint_ledger import codec, errors
from complaint_ledger.cli import main
from complaint_ledger.cli.record import COMMANDS
from complaint_ledger.domain import events as e
from complaint_ledger.domain import words
from complaint_ledger.fields import type_of
from doc_examples import commands, matches

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "complaint_ledger"
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks/README.md"])


def sections(page, level="##"):
    """Return the text under each heading of *level*, or of a lower one, by heading."""
    parts = re.split(r"^(#{2,6}) (.+)$", page, flags=re.MULTILINE)
    return {
        heading.strip("`"): text
        for marks, heading, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
        if len(marks) >= len(level)
    }


def first_cells(text):
    """Return the codes that the rows of a table begin with."""
    return [cell.replace(r"\|", "|") for cell in re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)]


# --- the command line ----------------------------------------------------------------------------


def leaves(command=main, path="complaint-ledger"):
    context = click.Context(main)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            yield from leaves(command.get_command(context, name), f"{path} {name}")
    else:
        yield path, command


LEAVES = dict(leaves())
COMMAND_LINE = sections((REFERENCE / "command-line.md").read_text("utf-8"))


def described(command):
    """Return what a page has to name: each argument, and each option with all its names."""
    context = click.Context(command)
    return {
        parameter.make_metavar(context)
        if isinstance(parameter, click.Argument)
        else "/".join([*parameter.opts, *parameter.secondary_opts])
        for parameter in command.params
    }


@pytest.mark.parametrize("path", LEAVES)
def test_the_page_names_every_argument_and_option_of_each_command(path):
    assert path in COMMAND_LINE, f"docs/reference/command-line.md lacks ## `{path}`"
    told = {cell.split(" ")[0] for cell in first_cells(COMMAND_LINE[path])}
    if path.startswith("complaint-ledger record "):
        told |= {
            cell.split(" ")[0] for cell in first_cells(COMMAND_LINE["complaint-ledger record"])
        }
        told |= {"REF"}
        told -= {"REF"} - described(LEAVES[path])
    assert told == described(LEAVES[path])


def test_the_page_names_no_command_that_is_not_there():
    named = {path for path in COMMAND_LINE if path.startswith("complaint-ledger ")}
    assert named == {*LEAVES, "complaint-ledger record"}


# --- events --------------------------------------------------------------------------------------

EVENTS = sections((REFERENCE / "events.md").read_text("utf-8"))
HAPPENED = {field.name for field in attrs.fields(e.Happened)}
PARTS = (
    e.Head,
    e.Person,
    e.HeadOutcome,
    e.HeadFinding,
    e.CodePin,
    e.LabelTable,
    e.PanelMember,
    e.EvidenceItem,
    e.OmittedValue,
)
IDS = {
    words.EventId: "event id",
    words.StreamId: "stream id",
    words.LedgerId: "ledger id",
    words.ActorId: "actor id",
    words.HeadId: "head id",
    words.ItemId: "item id",
    words.PublishedText: "published text",
    words.SubjectId: "subject",
    words.Reference: "reference",
    words.Version: "version",
    words.Sha256: "SHA-256",
    words.VerifierKey: "verifier key",
    words.ValuePath: "path",
}
PLAIN = {"bool": "yes or no", "int": "whole number", "date": "date", "datetime": "instant"}


def kind(of):
    if of in words.SHAPES:
        return IDS.get(of, "code")
    if of == words.Private:
        return "sealed text"
    if get_origin(of) is tuple:
        return f"list of {kind(get_args(of)[0])}{'' if attrs.has(get_args(of)[0]) else 's'}"
    if get_origin(of) is Literal:
        return "one of a closed list"
    if isinstance(of, type) and attrs.has(of):
        return f"`{of.__name__}`"
    return PLAIN.get(getattr(of, "__name__", ""), "an event's whole form")


def rows(of):
    return [
        f"| `{field.name}` | {kind(type_of(of, field.name))}"
        f" | {'always' if field.default is attrs.NOTHING else 'may be absent'} | "
        for field in attrs.fields(of)
        if field.name not in HAPPENED
    ]


@pytest.mark.parametrize("event", codec.EVENT_NAMES, ids=lambda event: event.__name__)
def test_the_page_describes_each_event_field_by_field(event):
    name, schema = codec.name_of(event.__new__(event))
    text = EVENTS[name]
    assert f"Class `{event.__name__}`, schema {schema};" in text
    assert [row for row in rows(event) if row not in text] == []
    assert len(first_cells(text)) == len(rows(event))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_the_page_describes_each_part_field_by_field(part):
    text = EVENTS[part.__name__]
    assert [row for row in rows(part) if row not in text] == []
    assert len(first_cells(text)) == len(rows(part))


def test_the_page_describes_no_event_that_is_not_stored():
    described_there = {heading for heading in EVENTS if re.fullmatch(r"[a-z]+(-[a-z]+)+", heading)}
    assert described_there == set(codec.EVENT_TYPES)


def test_no_stored_event_is_still_reserved():
    reserved = EVENTS["Reserved, not yet stored"]
    assert [name for name in codec.EVENT_TYPES if name.replace("-", " ") in reserved] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_stands_with_the_event_that_it_records(name):
    assert sum(f"recorded by `record {name}`" in text for text in EVENTS.values()) == 1


# --- rules and errors ----------------------------------------------------------------------------


def constants(file, call, at):
    """Return the constants that calls of *call* in *file* are given."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == call:
            value = node.args[0] if at == 0 else {k.arg: k.value for k in node.keywords}[at]
            if file.name == "code_refusals.py":
                continue  # the code itself names the rule; the table of all rules has them
            if isinstance(value, ast.BoolOp):
                value = value.values[-1]  # the code's own name for it, or else ours
            assert isinstance(value, ast.Constant), f"{file.name}: a rule is named in full"
            yield value.value


def test_every_refusal_stands_among_the_rules():
    refusals = {rule for file in SOURCE.rglob("*.py") for rule in constants(file, "Refused", 0)}
    rules = sections((REFERENCE / "rules.md").read_text("utf-8"))
    assert set(first_cells(rules["A command is refused"])) == refusals


def test_every_reason_for_quarantine_stands_among_the_rules():
    reasons = {
        rule
        for file in (SOURCE / "importing").glob("*.py")
        for rule in constants(file, "Unreadable", "rule")
    }
    rules = sections((REFERENCE / "rules.md").read_text("utf-8"))
    assert set(first_cells(rules["A row is set apart"])) == reasons


def test_every_error_stands_with_its_exit_status():
    classes = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ComplaintLedgerError)
    ]
    page = (REFERENCE / "errors.md").read_text("utf-8")
    expected = [
        f"| `{kind.__name__}` | `{kind.__base__.__name__}` | {kind.exit_status} |"
        for kind in classes
    ]
    assert [row for row in expected if row not in page] == []
    assert len(re.findall(r"^\| `", page, re.MULTILINE)) == len(expected)


# --- links ---------------------------------------------------------------------------------------


def anchors(page):
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        place, _, anchor = link.partition("#")
        target = page.parent / place if place else page
        assert "://" not in link, f"{link}: a page needs no network"
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("folder", ["tutorial", "how-to", "reference", "explanation", "decisions"])
def test_every_page_is_linked_from_its_index(folder):
    index = ROOT / "docs" / ("decisions/README.md" if folder == "decisions" else "README.md")
    linked = index.read_text("utf-8")
    pages = {page.name for page in (ROOT / "docs" / folder).glob("*.md")} - {"README.md"}
    assert {name for name in pages if f"{name})" not in linked} == set()


# --- the examples' own evaluator -----------------------------------------------------------------


def test_a_console_block_is_taken_apart_at_its_prompts():
    block = "$ complaint-ledger list \\\n    --open\nreference\nC-1\n$ echo $?\n0\n"
    assert list(commands(block)) == [
        ("complaint-ledger list --open", "reference\nC-1"),
        ("echo $?", "0"),
    ]


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("one\ntwo", "one  \ntwo\n", True),
        ("one\n…\nfour", "one\ntwo\nthree\nfour\n", True),
        ("position …", "position 4\n", True),
        ("position …", "position 4\nmore\n", False),
        ("one", "two\n", False),
        ("  one", "one\n", False),
    ],
)
def test_an_ellipsis_stands_for_anything(shown, printed, expected):
    assert matches(shown, printed) is expected
