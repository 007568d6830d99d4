"""
Write docs/reference/rules-table.md: every rule, where it comes from, what proves it.

    .venv/bin/python -m tests.rules.register

It is made from docs/reference/rules.toml, the editions, the rules of the record, and
the names of the tests.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from complaint_ledger.codes import code_ids, load_code
from complaint_ledger.domain.handling_code import HandlingCode
from complaint_ledger.domain.record_rules import RECORD_RULES

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "reference" / "rules-table.md"
SOURCE = ROOT / "src" / "complaint_ledger"
TESTS = ROOT / "tests"

ID = re.compile(r"[A-Z]+-[0-9]{2}")

# How many there are of each family, so that none is lost unseen (domain.md 9).
FAMILIES = {
    "GEN": 20,
    "LGSCO": 26,
    "SPSO": 19,
    "NIPSO": 4,
    "HO": 6,
    "PSOW": 4,
    "WSS": 2,
    "ASC": 9,
    "CSC": 8,
    "DUAA": 1,
    "OMB": 16,
}


@attrs.frozen
class Citation:
    """Where an edition, or the record itself, asks for a rule."""

    rule: str
    edition: str
    paragraph: str
    source: str


@attrs.frozen
class Proof:
    """A test that bears a rule's id in its name."""

    file: str
    name: str
    says: frozenset[object]
    """Every text in it: the rules that it names, among others."""

    @property
    def short(self) -> str:
        name = self.name
        while len(name) > 52:
            name = name.rpartition("_")[0]
        return f"`{self.file}::{name}{'_…' if name != self.name else ''}`"


@cache
def rules() -> dict[str, dict[str, Any]]:
    """Return what docs/reference/rules.toml says of each rule, by its id."""
    text = TABLE.with_name("rules.toml").read_text("utf-8")
    return tomllib.loads(text)["rules"]


@cache
def citations() -> tuple[Citation, ...]:
    """Return where each rule is asked for, in the order of the editions."""
    editions = [load_code(name).code for name in code_ids()]
    record = [Citation(r.id, "record", r.paragraph, r.source) for r in RECORD_RULES]
    return (*(cited for code in editions for cited in _cited(code)), *record)


def _cited(code: HandlingCode) -> Iterator[Citation]:
    for clock in code.clocks:
        yield Citation(clock.rule, code.id, _place(clock), clock.source)
        for limit in clock.limits:
            if limit.presumed_rule:
                yield Citation(limit.presumed_rule, code.id, _place(clock), clock.source)
        if clock.extension:
            yield Citation(
                clock.extension.rule, code.id, _place(clock.extension), clock.extension.source
            )
    for asked in code.requirements:
        yield Citation(asked.rule, code.id, _place(asked), asked.source)


def _place(part: Any) -> str:
    return f"{part.cites}, {part.paragraph}" if part.cites else part.paragraph


def refused_in_code() -> set[str]:
    """Return the rules with an id by which the library refuses of its own accord."""
    found = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Refused":
                [name, *_] = node.args
                if isinstance(name, ast.Constant) and ID.fullmatch(str(name.value)):
                    found.add(name.value)
    return found


@cache
def proofs() -> tuple[Proof, ...]:
    """Return every test function and class, those of tests/rules first."""
    files = sorted(TESTS.rglob("test_*.py"), key=lambda file: (file.parent.name != "rules", file))
    return tuple(
        Proof(str(file.relative_to(TESTS.parent)), node.name, _texts(node))
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and "test" in node.name.lower()
    )


def _texts(node: ast.AST) -> frozenset[object]:
    return frozenset(one.value for one in ast.walk(node) if isinstance(one, ast.Constant))


def proofs_of(rule: str) -> list[Proof]:
    """Return the tests that bear the id of *rule*: `test_lgsco_05_…`, `TestGen20…`."""
    family, number = rule.lower().split("-")
    bears = re.compile(rf"(?:^test|_){family}_?{number}(?![0-9])|_{family}_{number}(?![0-9])")
    return [proof for proof in proofs() if bears.search(proof.name.lower())]


# --- the page ------------------------------------------------------------------------------------

HEAD = """\
# Every rule, with its source and its test

Made from `rules.toml`, the editions and the tests by `python -m tests.rules.register`; do not edit it. [Rules](rules.md) says what refuses a command and in which words; [what a finding says](../explanation/what-a-finding-says.md) says how a verdict comes about.

- **Reject**: a live command is refused. An import records it, and it is a finding.
- **Finding**: recorded, and judged *met*, *missed* or *cannot tell*.
- **Derive**: worked out.

An edition stands by its id; `record` is a rule about the record itself, whatever code governs. Where no edition cites a rule, the file that works it out stands instead. The source is *primary* (read itself), *near-identical* (a text bound by the same model), *secondary* (somebody's account of it) or *unverified* (not read, or our own deduction). At most two tests are named; a search for the id finds the others.
"""
TITLES = {
    "GEN": "Every complaint",
    "LGSCO": "LGSCO Code",
    "SPSO": "Scotland",
    "NIPSO": "Northern Ireland",
    "HO": "Housing",
    "PSOW": "Wales",
    "WSS": "Social services in Wales",
    "ASC": "Adult social care",
    "CSC": "Children's social care",
    "DUAA": "Data protection",
    "OMB": "The ombudsmen",
}
COLUMNS = "| rule | kind | says | edition | paragraph | source | test |\n" + "| --- " * 7 + "|"


def page() -> str:
    """Return the page as it should be."""
    parts = [HEAD]
    for family in FAMILIES:
        of_family = [rule for rule in rules() if rule.partition("-")[0] == family]
        parts.append(f"## {TITLES[family]}\n\n{COLUMNS}\n" + "\n".join(map(_row, of_family)))
    return "\n".join(part if part.endswith("\n") else f"{part}\n" for part in parts)


def _row(rule: str) -> str:
    told = rules()[rule]
    cited = [one for one in citations() if one.rule == rule]
    where = _once(f"`{one.edition}`" for one in cited) or f"`{told.get('reader', '')}`"
    cells = (
        f"`{rule}`",
        ", ".join(told["kind"]),
        told["says"],
        where if where != "``" else "",
        _once(one.paragraph for one in cited) or told["paragraph"],
        _once(one.source for one in cited) or told["source"],
        f"not yet: {told['not_yet']}"
        if "not_yet" in told
        else "<br>".join(proof.short for proof in _two(proofs_of(rule))),
    )
    return "| " + " | ".join(cells) + " |"


def _two(found: list[Proof]) -> list[Proof]:
    """Return two of *found*: the first, and one that tells of an import where there is one."""
    imported = [proof for proof in found[1:] if "import" in proof.name]
    return [*found[:1], *(imported or found[1:])[:1]]


def _once(names: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(names))


if __name__ == "__main__":
    TABLE.write_text(page(), "utf-8")
