"""
A real journey, from an old system's file to a bundle that proves itself (Must show 3).

The prefecture did not uphold this appeal, and the judge did: what an ombudsman would ask for.
"""

import json
import subprocess
import sys
import zipfile

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main
from complaint_ledger.evidence.standalone import verify_evidence
from complaint_ledger.evidence.verification import verify_bundle
from importing.lookalikes import MAPPINGS
from importing.running import Office

pytestmark = pytest.mark.xdist_group("fines")

REFERENCE = "A12414"
APPEAL = "appeal.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"
DECISION = "decision.txt", "Il ricorso è accolto & la sanzione annullata.\n".encode()


@pytest.fixture(scope="module")
def office(real_data, tmp_path_factory):
    """The fines of others, imported; with two letters put on the file of one appeal."""
    office = Office(tmp_path_factory.mktemp("fines-bundle"))
    office.imports(
        real_data / "event_logs" / "traffic_fines_10000cases.csv.gz",
        MAPPINGS / "traffic_fines.toml",
    )
    for item, (name, data) in (("appeal", APPEAL), ("decision", DECISION)):
        letter = office.folder / name
        letter.write_bytes(data)
        office.run(
            *("record", "document-added", REFERENCE, "--actor", actor(office)),
            *("--item", item, "--kind", "letter", "--direction", "in", "--file", letter),
        )
    return office


def actor(office):
    actors = json.loads(office.run("actors", "list", "--format", "json").stdout)
    return next(one["id"] for one in actors if one["role"] == "administrator")


@pytest.fixture(scope="module")
def bundle(office):
    out = office.folder / "A12414.zip"
    office.run("checkpoint", "--actor", actor(office))
    office.run("evidence", "export", REFERENCE, "--actor", actor(office), "--out", out)
    return out


def files_of(bundle):
    with zipfile.ZipFile(bundle) as opened:
        return {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}


def test_a_real_journey_verifies_with_both_verifiers(bundle):
    report = verify_bundle(bundle)

    assert (report.verdict, report.reason, report.reference) == ("verified", None, REFERENCE)
    assert [event.name for event in report.events] == [
        "complaint-received",
        "response-sent",
        "response-delivered",
        "ombudsman-outcome-received",
        "document-added",
        "document-added",
        "evidence-bundle-exported",
    ]
    assert verify_evidence.verify(str(bundle))[0] == "VERIFIED"


def test_the_command_line_says_so_too(bundle):
    done = CliRunner().invoke(main, ["verify", str(bundle)])

    assert done.exit_code == 0, done.output
    assert "VERIFIED" in done.output


def test_the_page_tells_that_the_judge_came_to_another_result(bundle):
    page = files_of(bundle)["data/chronology.html"].decode()
    answered, judged = page.index("2. Response sent"), page.index("4. Ombudsman outcome received")

    assert "<td>not-upheld</td>" in page[answered:judged]
    assert "<td>upheld</td>" in page[judged:]
    assert "Happened: 7 December 2007." in page
    assert "Happened: 21 January 2008." in page
    assert "Imported from an older system, row 5339" in page


def test_both_letters_are_in_it_byte_for_byte(bundle):
    files = files_of(bundle)

    assert files["data/documents/0005.pdf"] == APPEAL[1]
    assert files["data/documents/0006.txt"] == DECISION[1]


def test_nothing_of_any_other_appeal_is_in_it(bundle):
    files = files_of(bundle)
    streams = {
        line
        for path, data in files.items()
        if path.endswith(".entry")
        for line in data.decode().splitlines()
        if line.startswith("stream ")
    }

    assert len(streams) == 2  # the complaint's, and the ledger's own
    assert not any(b"A22043" in data for data in files.values())


def test_another_letter_in_the_place_of_one_is_found(bundle, tmp_path):
    with zipfile.ZipFile(bundle) as opened:
        opened.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    assert verify_bundle(folder).verdict == "verified"
    letter = folder / "data" / "documents" / "0006.txt"
    letter.write_bytes(DECISION[1].replace(b"accolto", b"negato."))

    assert verify_bundle(folder).verdict == "failed"
    assert verify_evidence.verify(str(folder))[0] == "FAILED"


def test_a_stranger_with_python_and_nothing_else_can_verify_it(office, bundle, tmp_path):
    done = CliRunner().invoke(main, ["evidence", "verifier", "--out", str(tmp_path / "v.py")])
    assert done.exit_code == 0, done.output
    (tmp_path / "bundle.zip").write_bytes(bundle.read_bytes())
    stranger = subprocess.run(
        [sys.executable, "-I", "v.py", "bundle.zip"],
        cwd=tmp_path,
        env={},
        check=False,
        capture_output=True,
        text=True,
    )

    assert (stranger.returncode, stranger.stderr) == (0, "")
    assert "VERIFIED" in stranger.stdout
    assert REFERENCE in stranger.stdout
