"""What others sent is used only when it is whole, and nothing in it leads elsewhere."""

import json
import shutil

import pytest

from complaint_ledger.projections.export.exporting import export
from complaint_ledger.projections.export.manifest import ExportUnusable, examined, exports
from complaint_ledger.projections.facts import SCHEMA
from complaint_ledger.projections.views import Views
from projections.histories import Council, received, responded


@pytest.fixture
def folder(tmp_path):
    """The export of one council."""
    council = Council()
    council.tell(1, received(), responded(h1="upheld"))
    with Views() as views:
        export(council.ledger, views, tmp_path)
    return tmp_path / "council=testham"


@pytest.fixture
def manifest(folder):
    return Manifest(folder / "manifest.json")


class Manifest:
    def __init__(self, file):
        self.file = file

    def __call__(self, **changes):
        self.file.write_text(json.dumps(json.loads(self.file.read_text()) | changes))

    def of_first_file(self, **changes):
        files = json.loads(self.file.read_text())["files"]
        self(files=[files[0] | changes, *files[1:]])

    def refused(self, *words):
        with pytest.raises(ExportUnusable) as refused:
            exports(self.file.parents[1])
        for word in (self.file.parent.name, *words):
            assert word in str(refused.value)


def test_exports_are_by_council_whatever_else_lies_there(folder):
    (folder.parent / "letter.txt").write_text("Dear")
    (folder.parent / ".council=testham.new").mkdir()

    assert [one.council for one in exports(folder.parent)] == ["testham"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ledger", "F" * 32),
        ("ledger", None),
        ("position", 0),
        ("position", True),
        ("position", 2**63),
        ("position", "7"),
        ("event", ""),
        ("fictional", 0),
        ("fictional", "yes"),
        ("checkpoint", 1),
        ("root", "f" * 63),
        ("parked", [0]),
        ("parked", None),
        ("generator", []),
        ("files", {}),
        ("files", [None]),
    ],
)
def test_a_manifest_of_another_shape_is_refused_with_the_field(manifest, field, value):
    manifest(**{field: value})
    manifest.refused(field, "have it exported again")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("path", "../council=testham/financial_year=2025-26/complaints.parquet"),
        ("path", "/etc/passwd"),
        ("path", "financial_year=2025-26/heads.parquet"),
        ("financial_year", "../2025-26"),
        ("financial_year", "2025"),
        ("table", "bookmark"),
        ("table", "../complaints"),
        ("rows", 0),
        ("bytes", -1),
        ("sha256", "f" * 65),
    ],
)
def test_a_file_is_only_where_it_belongs(manifest, field, value):
    manifest.of_first_file(**{field: value})
    manifest.refused("cannot be read")


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"format": 1', "[" * 100_000, "\udc80"])
def test_a_manifest_that_is_none_is_refused(manifest, text):
    manifest.file.write_bytes(text.encode("utf-8", "surrogateescape"))
    manifest.refused("manifest.json")


def test_a_manifest_of_a_later_format_is_for_a_later_program(manifest):
    manifest(format=2)
    manifest.refused("use a later program")


@pytest.mark.parametrize(
    ("schema", "mend"), [(SCHEMA - 1, "exported again"), (SCHEMA + 1, "use a later program")]
)
def test_facts_of_another_version_are_refused(manifest, schema, mend):
    manifest(facts_schema=schema)
    manifest.refused(f"version {schema}", mend)


def test_a_manifest_of_another_council_is_refused(manifest):
    manifest(council="elsewhere")
    manifest.refused("another council")


def test_without_a_manifest_it_is_half_written(manifest):
    manifest.file.unlink()
    manifest.refused("half written")


def test_a_missing_file_is_named(folder, manifest):
    (folder / "financial_year=2025-26" / "heads.parquet").unlink()
    manifest.refused("financial_year=2025-26/heads.parquet is missing")


@pytest.mark.parametrize("path", ["more.txt", "financial_year=2025-26/more.parquet"])
def test_a_file_that_is_not_in_the_manifest_is_named(folder, manifest, path):
    (folder / path).write_text("more")
    manifest.refused(f"'{path}' is not in its manifest")


def test_an_altered_file_is_named_and_its_size_is_always_compared(folder, manifest):
    file = folder / "financial_year=2025-26" / "heads.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    manifest.refused("heads.parquet was altered")
    assert len(exports(folder.parent, check=False)) == 1
    file.write_bytes(b"?")
    with pytest.raises(ExportUnusable, match="was altered"):
        exports(folder.parent, check=False)


@pytest.mark.parametrize(
    "name", ["financial_year=2025-26", "financial_year=2025-26/heads.parquet", "manifest.json"]
)
def test_nothing_in_it_leads_elsewhere(folder, manifest, tmp_path_factory, name):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "it"
    (folder / name).rename(elsewhere)
    (folder / name).symlink_to(elsewhere)
    manifest.refused("cannot be used")


def test_a_council_exported_twice_would_count_twice(folder):
    again = folder.with_name("council=testham-again")
    shutil.copytree(folder, again)
    Manifest(again / "manifest.json")(council="testham-again")

    with pytest.raises(ExportUnusable, match="council=testham and council=testham-again"):
        exports(folder.parent)


def test_each_fault_is_named_and_what_is_whole_is_still_found(folder):
    for name in ("council=a", "council=b"):
        (folder.parent / name).mkdir()
    found, faults = examined(folder.parent)

    assert ([one.council for one in found], len(faults)) == (["testham"], 2)


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_without_exports_is_no_answer(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExportUnusable, match="export"):
        exports(tmp_path / name)
