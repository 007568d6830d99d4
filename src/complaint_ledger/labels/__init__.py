"""
What ombudsmen call their outcomes, and which finding each label means.

One table a body, with a version: an outcome says which table read it, so that a
table that is put right later changes nothing that was recorded.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import get_args

import attrs

from complaint_ledger.domain.events import LabelTable
from complaint_ledger.domain.words import BodyId, Finding, TableId, Version
from complaint_ledger.errors import BadValue, UnknownName


@attrs.frozen(kw_only=True)
class Labels:
    """One body's labels."""

    table: LabelTable
    findings: dict[str, Finding]

    def finding(self, label: str) -> Finding:
        """
        Return the finding that *label* means.

        Raises:
            BadValue: The table does not hold it; the message does not repeat it.
        """
        found = self.findings.get(_plain(label))
        if found is None:
            raise BadValue(
                "label",
                f"table {self.table.id} version {self.table.version} does not hold it;"
                " say what it means with --finding",
            )
        return found


def bodies() -> tuple[str, ...]:
    """Return the bodies whose labels are known."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


@cache
def labels_of(body: BodyId) -> Labels:
    """
    Return the labels of *body*.

    Raises:
        UnknownName: None are known.
    """
    if body not in bodies():
        raise UnknownName("table of labels", body, bodies(), "say what was found with --finding")
    content = tomllib.loads((files(__name__) / f"{body}.toml").read_text(encoding="utf-8"))
    findings: dict[str, Finding] = {}
    for row in content["labels"]:
        assert row["finding"] in get_args(Finding)
        findings[_plain(row["label"])] = row["finding"]
    table = LabelTable(id=TableId(content["id"]), version=Version(content["version"]))
    return Labels(table=table, findings=findings)


def _plain(label: str) -> str:
    """Return *label* without what a typist varies: case, spaces, the final stop."""
    return " ".join(label.casefold().replace("–", "-").split()).rstrip(".")
